//! One layer of settings: a file or the environment, reduced to known settings of the right kind.
//! Whatever is wrong is noted and left out, so that one reading finds all problems.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use super::load::{Place, Problem};

/// Tables whose keys are the operator's own: names of losing providers.
pub(super) const FREE_TABLES: [&str; 3] = [
    "calendar.closed_days",
    "calendar.hours",
    "loa.carrier_max_age_days",
];

/// What every environment variable for a setting begins with.
pub(super) const PREFIX: &str = "PORTOLAN_";

/// Known settings with their values, and where each was set.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) values: Table,
    pub(super) places: BTreeMap<String, Place>,
}

/// The shape that settings must have: the defaults file.
pub(super) struct Schema {
    table: Table,
    /// Every table and setting, in the file's order.
    pub(super) keys: Vec<String>,
}

impl Schema {
    /// Reads the defaults file.
    pub(super) fn read(text: &str) -> Result<Self, Problem> {
        let table = parse(text).map_err(|text| Problem::at(Place::Default, text))?;
        let mut keys: Vec<(usize, String)> = lines(text)
            .into_iter()
            .map(|(key, line)| (line, key))
            .collect();
        keys.sort();
        Ok(Self {
            table,
            keys: keys.into_iter().map(|(_, key)| key).collect(),
        })
    }

    /// The default of a setting, or a whole table.
    pub(super) fn get(&self, parts: &[&str]) -> Option<&Value> {
        let (last, tables) = parts.split_last()?;
        let mut table = &self.table;
        for part in tables {
            table = table.get(*part)?.as_table()?;
        }
        table.get(*last)
    }

    /// A setting is a secret if it has a twin that ends in `_file`.
    pub(super) fn is_secret(&self, key: &str) -> bool {
        let parts: Vec<&str> = key.split('.').collect();
        let twin = format!("{key}_file");
        self.get(&parts).is_some() && self.get(&twin.split('.').collect::<Vec<_>>()).is_some()
    }

    /// Whether this is the twin of a secret.
    fn is_twin(&self, key: &str) -> bool {
        key.strip_suffix("_file")
            .is_some_and(|secret| self.is_secret(secret))
    }

    /// The known setting whose name is most like this one, if any is.
    pub(super) fn nearest(&self, key: &str) -> Option<&str> {
        let last = |key: &str| key.rsplit('.').next().unwrap_or_default().to_owned();
        let likeness = |known: &str| {
            let whole = strsim::normalized_damerau_levenshtein(known, key);
            let name = strsim::normalized_damerau_levenshtein(&last(known), &last(key));
            // The right name in the wrong section is a likelier slip than a wholly different name.
            whole.max(name * 0.9)
        };
        let best = self.keys.iter().map(|known| (likeness(known), known));
        best.max_by(|(a, _), (b, _)| a.total_cmp(b))
            .filter(|(likeness, _)| *likeness > 0.65)
            .map(|(_, key)| key.as_str())
    }

    /// The defaults as the lowest layer.
    pub(super) fn layer(&self) -> Layer {
        let mut layer = Layer::default();
        let mut reader = Reader {
            schema: self,
            place: &|_| Place::Default,
            folder: None,
            problems: &mut Vec::new(),
        };
        layer.values = reader.table(&self.table, &mut Vec::new(), &mut layer.places);
        layer
    }

    /// A file's settings.
    pub(super) fn file(&self, path: &Path, text: &str, problems: &mut Vec<Problem>) -> Layer {
        let mut layer = Layer::default();
        let table = match parse(text) {
            Ok(table) => table,
            Err(text) => {
                problems.push(Problem::at(
                    Place::File {
                        path: path.to_owned(),
                        line: None,
                    },
                    text,
                ));
                return layer;
            }
        };
        let lines = lines(text);
        let place = |key: &str| Place::File {
            path: path.to_owned(),
            line: lines.get(key).copied(),
        };
        let mut reader = Reader {
            schema: self,
            place: &place,
            folder: path.parent(),
            problems,
        };
        layer.values = reader.table(&table, &mut Vec::new(), &mut layer.places);
        layer
    }

    /// The environment's settings.
    pub(super) fn environment(
        &self,
        variables: &[(String, String)],
        problems: &mut Vec<Problem>,
    ) -> Layer {
        let mut table = Table::new();
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        let mut variables: Vec<_> = variables.iter().collect();
        variables.sort();
        for (name, text) in variables {
            let Some(rest) = name.strip_prefix(PREFIX) else {
                continue;
            };
            let key = rest.to_lowercase().replace("__", ".");
            let place = Place::Environment { name: name.clone() };
            if !rest.contains("__") {
                // Other programs' variables and our own switches begin with PORTOLAN_ too; only what was
                // surely meant as a setting is complained about. A whole section is none: PORTOLAN_SERVER is
                // where the command line looks for the server.
                if let Some(known) = self
                    .keys
                    .iter()
                    .find(|known| known.contains('.') && known.replace('.', "_") == key)
                {
                    let hint = format!("write it with two underscores: `{}`", variable(known));
                    problems.push(
                        Problem::new(known, place, "is not read from this variable").hint(hint),
                    );
                }
                continue;
            }
            let parts: Vec<&str> = key.split('.').collect();
            let value = match self.get(&parts) {
                None => Err(self.unknown(&key, place)),
                Some(default) => {
                    from_variable(text, default).map_err(|text| Problem::new(&key, place, text))
                }
            };
            match value {
                Ok(value) => {
                    insert(&mut table, &parts, value);
                    names.insert(key, name);
                }
                Err(problem) => problems.push(problem),
            }
        }
        // A table that was set as a whole gives its place to all that is in it.
        let place = |key: &str| {
            let owner = names
                .iter()
                .rev()
                .find(|(set, _)| key == *set || key.starts_with(&format!("{set}.")));
            Place::Environment {
                name: owner.map_or(PREFIX, |(_, name)| name).to_owned(),
            }
        };
        let mut layer = Layer::default();
        let mut reader = Reader {
            schema: self,
            place: &place,
            folder: None,
            problems,
        };
        layer.values = reader.table(&table, &mut Vec::new(), &mut layer.places);
        layer
    }

    fn unknown(&self, key: &str, place: Place) -> Problem {
        let free = FREE_TABLES
            .iter()
            .find(|free| key.starts_with(&format!("{free}.")));
        let hint = match (&place, free, self.nearest(key)) {
            (Place::Environment { .. }, Some(free), _) => Some(format!(
                "set the whole table: {}='{{ \"A Carrier\" = … }}'",
                variable(free)
            )),
            (Place::Environment { .. }, None, Some(near)) => {
                Some(format!("did you mean `{}`?", variable(near)))
            }
            (_, _, Some(near)) => Some(format!("did you mean `{near}`?")),
            _ => Some("`portolan config default` prints all settings".to_owned()),
        };
        let problem = Problem::new(key, place, "there is no such setting");
        match hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// Walks a parsed table along the schema.
struct Reader<'a> {
    schema: &'a Schema,
    place: &'a dyn Fn(&str) -> Place,
    /// Where relative paths start, when it is not the folder in which Portolan was started.
    folder: Option<&'a Path>,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn table(
        &mut self,
        table: &Table,
        at: &mut Vec<String>,
        places: &mut BTreeMap<String, Place>,
    ) -> Table {
        let mut known = Table::new();
        for (name, value) in table {
            at.push(name.clone());
            self.entry(name, value, table, at, places, &mut known);
            at.pop();
        }
        known
    }

    fn entry(
        &mut self,
        name: &str,
        value: &Value,
        siblings: &Table,
        at: &mut Vec<String>,
        places: &mut BTreeMap<String, Place>,
        known: &mut Table,
    ) {
        let key = dotted(at);
        let place = (self.place)(&key);
        let parts: Vec<&str> = at.iter().map(String::as_str).collect();
        let Some(default) = self.schema.get(&parts) else {
            self.problems.push(self.schema.unknown(&key, place));
            return;
        };
        match (default, value) {
            (Value::Table(_), Value::Table(table)) if FREE_TABLES.contains(&key.as_str()) => {
                for name in table.keys() {
                    at.push(name.clone());
                    places.insert(dotted(at), (self.place)(&dotted(at)));
                    at.pop();
                }
                known.insert(name.to_owned(), plain_dates(value.clone()));
            }
            (Value::Table(_), Value::Table(table)) => {
                known.insert(name.to_owned(), Value::Table(self.table(table, at, places)));
            }
            _ if self.schema.is_twin(&key) => {
                let secret = name.trim_end_matches("_file");
                let inline = siblings
                    .get(secret)
                    .and_then(Value::as_str)
                    .is_some_and(|text| !text.trim().is_empty());
                match value.as_str().map(str::trim) {
                    None => {
                        self.problems
                            .push(Problem::new(&key, place, wrong_kind(default, value)))
                    }
                    Some("") => {}
                    Some(_) if inline => {
                        let text = format!("is set beside `{secret}`; set one of the two");
                        self.problems.push(Problem::new(&key, place, text));
                    }
                    Some(file) => match read_secret(&self.resolve(file)) {
                        Ok(text) => {
                            known.insert(secret.to_owned(), Value::String(text));
                            at.pop();
                            at.push(secret.to_owned());
                            places.insert(dotted(at), place);
                        }
                        Err(text) => self.problems.push(Problem::new(&key, place, text)),
                    },
                }
            }
            (Value::String(_), Value::String(text)) => {
                let is_path = key.ends_with("_file") || key.ends_with("folder");
                let text = match is_path && !text.trim().is_empty() {
                    true => self.resolve(text.trim()).display().to_string(),
                    false => text.clone(),
                };
                places.insert(key, place);
                known.insert(name.to_owned(), Value::String(text));
            }
            (Value::String(_), Value::Datetime(_)) | (Value::Array(_), Value::Array(_)) => {
                places.insert(key, place);
                known.insert(name.to_owned(), plain_dates(value.clone()));
            }
            (Value::Float(_), Value::Integer(whole)) => {
                places.insert(key, place);
                #[expect(clippy::cast_precision_loss, reason = "settings are small")]
                known.insert(name.to_owned(), Value::Float(*whole as f64));
            }
            (default, value) if default.same_type(value) => {
                places.insert(key, place);
                known.insert(name.to_owned(), value.clone());
            }
            _ => self
                .problems
                .push(Problem::new(&key, place, wrong_kind(default, value))),
        }
    }

    fn resolve(&self, path: &str) -> PathBuf {
        self.folder
            .map_or_else(|| PathBuf::from(path), |folder| folder.join(path))
    }
}

fn wrong_kind(default: &Value, value: &Value) -> String {
    let wanted = kind(default);
    let hint = match (default, value) {
        (Value::Integer(_) | Value::Float(_) | Value::Boolean(_), Value::String(_)) => {
            "; write it without quotes"
        }
        (Value::String(_), Value::Integer(_) | Value::Float(_) | Value::Boolean(_)) => {
            "; put it in quotes"
        }
        _ => "",
    };
    format!("must be {wanted}, but is {}{hint}", kind(value))
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::String(_) => "a text",
        Value::Integer(_) => "a whole number",
        Value::Float(_) => "a number",
        Value::Boolean(_) => "true or false",
        Value::Datetime(_) => "a date",
        Value::Array(_) => "a list",
        Value::Table(_) => "a table",
    }
}

/// A secret's file is small; anything larger is a slip (a log, a database).
const SECRET_BYTES_MAX: u64 = 64 * 1024;

fn read_secret(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let size = std::fs::metadata(path)
        .map_err(|error| format!("cannot read `{shown}`: {error}"))?
        .len();
    if size > SECRET_BYTES_MAX {
        return Err(format!("`{shown}` has {size} bytes; that is not a secret"));
    }
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("cannot read `{shown}`: {error}"))?;
    match text.trim() {
        "" => Err(format!("`{shown}` is empty")),
        text => Ok(text.to_owned()),
    }
}

/// A value from a variable's text. The kind of the default decides how it is read, so that a key made
/// of digits stays a text.
fn from_variable(text: &str, default: &Value) -> Result<Value, String> {
    let trimmed = text.trim();
    match default {
        Value::String(_) | Value::Datetime(_) => Ok(Value::String(text.to_owned())),
        Value::Integer(_) => trimmed
            .parse()
            .map(Value::Integer)
            .map_err(|_| format!("must be a whole number, but is `{trimmed}`")),
        Value::Float(_) => trimmed
            .parse()
            .map(Value::Float)
            .map_err(|_| format!("must be a number, but is `{trimmed}`")),
        Value::Boolean(_) => trimmed
            .parse()
            .map(Value::Boolean)
            .map_err(|_| format!("must be true or false, but is `{trimmed}`")),
        Value::Array(defaults) if !trimmed.starts_with('[') => {
            let numbers = defaults.iter().any(Value::is_integer);
            let items = trimmed
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            let item = |item: &str| match item.parse() {
                Ok(number) if numbers => Value::Integer(number),
                _ => Value::String(item.to_owned()),
            };
            Ok(Value::Array(items.map(item).collect()))
        }
        Value::Array(_) | Value::Table(_) => {
            let table = parse(&format!("value = {trimmed}"));
            let value = table.ok().and_then(|mut table| table.remove("value"));
            value.ok_or_else(|| {
                format!(
                    "must be {} as in the file, such as {default}",
                    kind(default)
                )
            })
        }
    }
}

fn parse(text: &str) -> Result<Table, String> {
    // The parser's message shows the line and points at the place in it, with a caret below. That is kept,
    // except where it would show a secret: the line itself is left out.
    text.parse::<Table>().map_err(|error: toml::de::Error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let message = error.message().replace('\n', "; ");
        match line {
            Some(line) => format!("line {line} is not written as TOML wants it: {message}"),
            None => format!("the text is not written as TOML wants it: {message}"),
        }
    })
}

/// The line of each table and setting, by its dotted key. A text that does not parse has none.
fn lines(text: &str) -> BTreeMap<String, usize> {
    fn walk(
        text: &str,
        table: &DeTable<'_>,
        at: &mut Vec<String>,
        lines: &mut BTreeMap<String, usize>,
    ) {
        for (key, value) in table {
            at.push(key.get_ref().to_string());
            lines.insert(dotted(at), line_of(text, key.span().start));
            if let DeValue::Table(table) = value.get_ref() {
                walk(text, table, at, lines);
            }
            at.pop();
        }
    }
    let mut lines = BTreeMap::new();
    if let Ok(table) = DeTable::parse(text) {
        walk(text, table.get_ref(), &mut Vec::new(), &mut lines);
    }
    lines
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

/// `carriers.telnyx.enabled`; a name that TOML would want in quotes is put in quotes.
pub(super) fn dotted(parts: &[String]) -> String {
    let bare = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b))
    };
    let quoted = |part: &String| {
        if bare(part) {
            part.clone()
        } else {
            format!("{part:?}")
        }
    };
    parts.iter().map(quoted).collect::<Vec<_>>().join(".")
}

/// The environment variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_uppercase().replace('.', "__"))
}

/// Dates without quotes become texts, as which all settings are read.
fn plain_dates(value: Value) -> Value {
    match value {
        Value::Datetime(date) => Value::String(date.to_string()),
        Value::Array(items) => Value::Array(items.into_iter().map(plain_dates).collect()),
        Value::Table(table) => Value::Table(
            table
                .into_iter()
                .map(|(key, value)| (key, plain_dates(value)))
                .collect(),
        ),
        other => other,
    }
}

/// Puts a value at a path, making the tables on the way.
pub(super) fn insert(table: &mut Table, parts: &[&str], value: Value) {
    match parts {
        [] => {}
        [last] => {
            table.insert((*last).to_owned(), value);
        }
        [first, rest @ ..] => {
            let next = table
                .entry((*first).to_owned())
                .or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(next) = next {
                insert(next, rest, value);
            }
        }
    }
}
