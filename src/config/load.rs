//! Reading the settings: the layers in their order, all problems at once, and the place of each value.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use figment::error::{Actual, Kind};
use figment::providers::Serialized;
use figment::{Figment, Provider};
use toml::Table;

use super::layers::{FREE_TABLES, Layer, Schema, dotted, insert};
use super::{Config, DEFAULTS, Setting, show, validate};

/// The file that is read when none is named.
pub const FILE_NAME: &str = "portolan.toml";

/// The environment variable that names the file.
const FILE_VARIABLE: &str = "PORTOLAN_CONFIG";

/// A settings file is small; anything larger is a slip.
const FILE_BYTES_MAX: u64 = 1_000_000;

/// Where settings are looked for.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that was asked for. It must be there.
    pub file: Option<PathBuf>,
    /// The folder in which `portolan.toml` may lie. "" is the current one.
    pub folder: PathBuf,
    /// The environment.
    pub environment: Vec<(String, String)>,
}

impl Sources {
    /// What this process was given: `--config FILE`, its folder, and its environment.
    pub fn of_this_process(file: Option<PathBuf>) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let environment = std::env::vars_os()
            .map(|(name, value)| (text(name), text(value)))
            .collect();
        Self {
            file,
            folder: PathBuf::new(),
            environment,
        }
    }

    fn named_file(&self) -> Option<(PathBuf, Place)> {
        if let Some(file) = &self.file {
            return Some((
                file.clone(),
                Place::File {
                    path: file.clone(),
                    line: None,
                },
            ));
        }
        let (name, file) = self
            .environment
            .iter()
            .find(|(name, file)| name == FILE_VARIABLE && !file.is_empty())?;
        Some((
            PathBuf::from(file),
            Place::Environment { name: name.clone() },
        ))
    }

    /// Reads and checks the settings.
    ///
    /// # Errors
    /// All problems that can be found in one reading.
    pub fn load(&self) -> Result<Loaded, Problems> {
        let (path, place) = match self.named_file() {
            Some(named) => named,
            None => {
                let path = self.folder.join(FILE_NAME);
                if !path.exists() {
                    return Loaded::from_parts(None, &self.environment);
                }
                (path.clone(), Place::File { path, line: None })
            }
        };
        let text = read(&path).map_err(|text| Problems(vec![Problem::at(place, text)]))?;
        Loaded::from_parts(Some((&path, &text)), &self.environment)
    }
}

fn read(path: &Path) -> Result<String, String> {
    let cannot = |error: std::io::Error| {
        format!(
            "cannot read the settings file `{}`: {error}",
            path.display()
        )
    };
    let size = std::fs::metadata(path).map_err(cannot)?.len();
    if size > FILE_BYTES_MAX {
        return Err(format!(
            "`{}` has {size} bytes; that is not a settings file",
            path.display()
        ));
    }
    std::fs::read_to_string(path).map_err(cannot)
}

/// Checked settings, with the place of each.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub config: Config,
    /// The same as a list for showing, in the order of `config.default.toml`. Secrets are hidden.
    pub settings: Vec<Setting>,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
}

impl Loaded {
    /// Reads the defaults, a file's text and an environment.
    ///
    /// # Errors
    /// All problems that can be found in one reading.
    pub fn from_parts(
        file: Option<(&Path, &str)>,
        environment: &[(String, String)],
    ) -> Result<Self, Problems> {
        let schema = Schema::read(DEFAULTS).map_err(|problem| Problems(vec![problem]))?;
        let mut problems = Vec::new();
        let mut layers = vec![schema.layer()];
        if let Some((path, text)) = file {
            layers.push(schema.file(path, text, &mut problems));
        }
        layers.push(schema.environment(environment, &mut problems));
        let places = places(&layers);
        let place = |key: &str| places.get(key).cloned().unwrap_or(Place::Default);

        let mut figment = Figment::new();
        for layer in &layers {
            figment = figment.merge(provider(&layer.values));
        }
        let config = extract(figment.clone(), &schema, &place, &mut problems);
        if let Some(config) = &config {
            validate::check(config, |key, text| {
                problems.push(Problem::new(key, place(key), text))
            });
        }
        match config {
            Some(config) if problems.is_empty() => {
                let values: Table = figment.extract().map_err(|error| {
                    Problems(vec![Problem::at(Place::Default, error.to_string())])
                })?;
                let settings = show::settings(&values, &schema, &place);
                Ok(Self {
                    config,
                    settings,
                    file: file.map(|(path, _)| path.to_owned()),
                })
            }
            _ => {
                problems.sort_by(|a, b| a.place.cmp(&b.place));
                Err(Problems(problems))
            }
        }
    }
}

fn provider(values: &Table) -> impl Provider {
    Serialized::defaults(values.clone())
}

/// The place of each setting: that of the last layer which has it.
fn places(layers: &[Layer]) -> BTreeMap<String, Place> {
    let mut places = BTreeMap::new();
    for layer in layers {
        places.extend(
            layer
                .places
                .iter()
                .map(|(key, place)| (key.clone(), place.clone())),
        );
    }
    places
}

/// Gives the values their types. A value that has none is noted, replaced by its default, and the rest
/// is read again, so that each bad value is found.
fn extract(
    mut figment: Figment,
    schema: &Schema,
    place: &dyn Fn(&str) -> Place,
    problems: &mut Vec<Problem>,
) -> Option<Config> {
    let mut replaced: Vec<String> = Vec::new();
    loop {
        let error = match figment.extract::<Config>() {
            Ok(config) => return Some(config),
            Err(error) => error,
        };
        // The error's path may lead into a list or an operator's own table; the setting is its longest
        // known start.
        let mut parts: Vec<&str> = error.path.iter().map(String::as_str).collect();
        while !parts.is_empty() && schema.get(&parts).is_none() {
            parts.pop();
        }
        let key = parts.join(".");
        let named = match FREE_TABLES.contains(&key.as_str()) {
            true => dotted(error.path.get(..=parts.len()).unwrap_or(&error.path)),
            false => key.clone(),
        };
        problems.push(Problem::new(&named, place(&named), explain(&error.kind)));
        let default = schema.get(&parts).filter(|_| !replaced.contains(&key));
        let default = default.cloned()?;
        let mut values = Table::new();
        // Merging keeps the keys of the operator's own tables, so these are emptied by joining anew.
        insert(&mut values, &parts, default);
        figment = without(&figment, &parts).merge(provider(&values));
        replaced.push(key);
    }
}

/// The same settings without one of them.
fn without(figment: &Figment, parts: &[&str]) -> Figment {
    let mut values: Table = figment.extract().unwrap_or_default();
    let mut table = Some(&mut values);
    if let Some((last, tables)) = parts.split_last() {
        for part in tables {
            table = table
                .and_then(|table| table.get_mut(*part))
                .and_then(toml::Value::as_table_mut);
        }
        if let Some(table) = table {
            table.remove(*last);
        }
    }
    Figment::from(provider(&values))
}

/// What the typed reading says, in plain words. It never repeats a secret: texts are only repeated by the
/// readers in `values.rs`, and secrets have none that can fail.
fn explain(kind: &Kind) -> String {
    let actual = |actual: &Actual| match actual {
        Actual::Bool(value) => format!("`{value}`"),
        Actual::Unsigned(value) => format!("`{value}`"),
        Actual::Signed(value) => format!("`{value}`"),
        Actual::Float(value) => format!("`{value}`"),
        Actual::Str(_) => "a text".to_owned(),
        Actual::Seq => "a list".to_owned(),
        Actual::Map => "a table".to_owned(),
        other => other.to_string(),
    };
    match kind {
        Kind::Message(text) => text.clone(),
        Kind::InvalidType(value, wanted) | Kind::InvalidValue(value, wanted) => {
            let wanted = match wanted.as_str() {
                "u16" => format!("a whole number from 0 to {}", u16::MAX),
                "u32" => format!("a whole number from 0 to {}", u32::MAX),
                "a string" => "a text".to_owned(),
                other => other.to_owned(),
            };
            format!("must be {wanted}, but is {}", actual(value))
        }
        Kind::UnknownVariant(value, options) => {
            let options = options
                .iter()
                .map(|option| format!("\"{option}\""))
                .collect::<Vec<_>>()
                .join(" or ");
            format!("must be {options}, but is \"{value}\"")
        }
        other => other.to_string(),
    }
}

/// Where a value was set.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// In `config.default.toml`.
    Default,
    /// In a file.
    File {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1, if it is known.
        line: Option<usize>,
    },
    /// In the environment.
    Environment {
        /// The variable.
        name: String,
    },
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("the defaults"),
            Self::File { path, line: None } => write!(f, "{}", path.display()),
            Self::File {
                path,
                line: Some(line),
            } => write!(f, "{}, line {line}", path.display()),
            Self::Environment { name } => f.write_str(name),
        }
    }
}

/// One thing that is wrong with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting, if it is about one.
    pub key: Option<String>,
    /// Where it was set.
    pub place: Place,
    /// What is wrong: the end of a sentence that begins with the setting, or a whole one.
    pub text: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    pub(super) fn new(key: &str, place: Place, text: impl Into<String>) -> Self {
        let key = (!key.is_empty()).then(|| key.to_owned());
        Self {
            key,
            place,
            text: text.into(),
            hint: None,
        }
    }

    pub(super) fn at(place: Place, text: impl Into<String>) -> Self {
        Self {
            key: None,
            place,
            text: text.into(),
            hint: None,
        }
    }

    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: Some(hint.into()),
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Some(key) => write!(f, "`{key}` ({}): {}", self.place, self.text)?,
            None => write!(f, "{}: {}", self.place, self.text)?,
        }
        match &self.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// Everything that is wrong with the settings; at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
