//! Reads Rust text just well enough for the house rules: comments and texts told from code, test code
//! taken out, and every path with its line.

use std::iter::Peekable;
use std::str::CharIndices;

/// A text in a program, with the line on which it begins.
#[derive(Debug, PartialEq, Eq)]
pub struct Literal {
    pub line: usize,
    pub text: String,
}

/// A path such as `crate::db::Tx`, with its line. `use a::{b, c}` is two paths.
#[derive(Debug, PartialEq, Eq)]
pub struct Path {
    pub line: usize,
    pub parts: Vec<String>,
}

/// A file's code without comments, texts and test code, and its texts.
#[derive(Debug, Default)]
pub struct Source {
    tokens: Vec<Token>,
    pub literals: Vec<Literal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Word(usize, String),
    PathSeparator,
    Sign(usize, char),
}

impl Source {
    /// Reads a file, without the code in it that only tests compile.
    pub fn of_product(text: &str) -> Self {
        let mut source = Self::of_all(text);
        source.tokens = without_tests(&source.tokens, &mut source.literals);
        source
    }

    /// Reads a file.
    pub fn of_all(text: &str) -> Self {
        let mut source = Self::default();
        let mut line = 1;
        let mut chars = text.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let rest = text.get(at..).unwrap_or_default();
            let begins = line;
            let taken = if rest.starts_with("//") {
                rest.find('\n').unwrap_or(rest.len())
            } else if rest.starts_with("/*") {
                block_comment(rest)
            } else if let Some((taken, literal)) = literal(rest) {
                source.literals.push(Literal {
                    line: begins,
                    text: literal,
                });
                taken
            } else if c.is_alphabetic() || c == '_' {
                let taken = rest
                    .find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(rest.len());
                source
                    .tokens
                    .push(Token::Word(line, rest[..taken].to_owned()));
                taken
            } else if rest.starts_with("::") {
                source.tokens.push(Token::PathSeparator);
                2
            } else {
                if !c.is_whitespace() {
                    source.tokens.push(Token::Sign(line, c));
                }
                c.len_utf8()
            };
            line += rest[..taken].matches('\n').count();
            skip_to(&mut chars, at + taken);
        }
        source
    }

    /// All words of the code with their lines.
    pub fn words(&self) -> impl Iterator<Item = (usize, &str)> {
        self.tokens.iter().filter_map(|token| match token {
            Token::Word(line, word) => Some((*line, word.as_str())),
            _ => None,
        })
    }

    /// All paths of the code, those of `use` spelled out.
    pub fn paths(&self) -> Vec<Path> {
        let mut paths = Vec::new();
        let mut at = 0;
        while let Some(token) = self.tokens.get(at) {
            match token {
                Token::Word(_, word) if word == "use" => at = self.tree(at + 1, &[], &mut paths),
                Token::Word(line, word) => {
                    let (line, mut parts) = (*line, vec![word.clone()]);
                    at += 1;
                    while let (Some(Token::PathSeparator), Some(Token::Word(_, next))) =
                        (self.tokens.get(at), self.tokens.get(at + 1))
                    {
                        parts.push(next.clone());
                        at += 2;
                    }
                    paths.push(Path { line, parts });
                }
                _ => at += 1,
            }
        }
        paths
    }

    /// Reads one branch of a `use` tree and gives the place after it.
    fn tree(&self, mut at: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
        let mut parts = prefix.to_vec();
        let mut line = 0;
        loop {
            match self.tokens.get(at) {
                Some(Token::Word(_, word)) if word == "as" => at += 2,
                Some(Token::Word(here, word)) => {
                    line = *here;
                    parts.push(word.clone());
                    at += 1;
                }
                Some(Token::PathSeparator | Token::Sign(_, '*')) => at += 1,
                Some(Token::Sign(_, '{')) => {
                    at += 1;
                    while !matches!(self.tokens.get(at), None | Some(Token::Sign(_, '}' | ';'))) {
                        at = self.tree(at, &parts, paths);
                        if matches!(self.tokens.get(at), Some(Token::Sign(_, ','))) {
                            at += 1;
                        }
                    }
                    return at + 1;
                }
                _ => break,
            }
        }
        if parts.len() > prefix.len() {
            paths.push(Path { line, parts });
            at
        } else {
            // Something that is no `use` tree after all: move on, so that the reading ends.
            at + 1
        }
    }
}

fn skip_to(chars: &mut Peekable<CharIndices<'_>>, end: usize) {
    while chars.peek().is_some_and(|(at, _)| *at < end) {
        chars.next();
    }
}

/// The length of a comment that may hold others.
fn block_comment(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

/// A text or a character at the beginning: its length and its contents.
fn literal(text: &str) -> Option<(usize, String)> {
    let start = ["br", "cr", "b", "c", "r", ""].into_iter().find(|prefix| {
        let rest = text.strip_prefix(prefix).unwrap_or_default();
        let raw = prefix.ends_with('r');
        let open = if raw {
            rest.trim_start_matches('#')
        } else {
            rest
        };
        open.starts_with('"') && (raw || !rest.starts_with('#'))
    });
    if let Some(prefix) = start {
        let rest = &text[prefix.len()..];
        if prefix.ends_with('r') {
            let hashes = rest.len() - rest.trim_start_matches('#').len();
            let open = prefix.len() + hashes + 1;
            let close = format!("\"{}", "#".repeat(hashes));
            let body = text.get(open..)?;
            let length = body.find(&close).unwrap_or(body.len());
            return Some((
                (open + length + close.len()).min(text.len()),
                body[..length].to_owned(),
            ));
        }
        let open = prefix.len() + 1;
        let body = text.get(open..)?;
        let mut escaped = false;
        for (at, c) in body.char_indices() {
            match c {
                '"' if !escaped => return Some((open + at + 1, body[..at].to_owned())),
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        return Some((text.len(), body.to_owned()));
    }
    // A character, which a lifetime is not: 'a' and '\'' and '\u{1F600}', but not 'a.
    let body = text
        .strip_prefix("b'")
        .or_else(|| text.strip_prefix('\''))?;
    let prefix = text.len() - body.len();
    let length = match body.strip_prefix('\\') {
        Some(escape) => 1 + escape.chars().next()?.len_utf8() + escape.get(1..)?.find('\'')?,
        None => body.chars().next().filter(|c| *c != '\'')?.len_utf8(),
    };
    let closed = body
        .get(length..)
        .is_some_and(|rest| rest.starts_with('\''));
    closed.then(|| (prefix + length + 1, String::new()))
}

/// Takes out what follows `#[cfg(test)]`: the attributes, and then the item to its `;` or closing brace.
fn without_tests(tokens: &[Token], literals: &mut Vec<Literal>) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        if is_test_attribute(tokens.get(at..).unwrap_or_default()) {
            let first = line_of(token);
            let mut depth = 0_i32;
            let mut last = first;
            while let Some(token) = tokens.get(at) {
                at += 1;
                last = line_of(token).max(last);
                match token {
                    Token::Sign(_, '{' | '[' | '(') => depth += 1,
                    Token::Sign(_, closing @ ('}' | ']' | ')')) => {
                        depth -= 1;
                        if depth == 0 && *closing == '}' {
                            break;
                        }
                    }
                    Token::Sign(_, ';') if depth == 0 => break,
                    _ => {}
                }
            }
            literals.retain(|literal| literal.line < first || literal.line > last);
        } else {
            kept.push(token.clone());
            at += 1;
        }
    }
    kept
}

/// `#[cfg(test)]`, also `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[Token]) -> bool {
    let [
        Token::Sign(_, '#'),
        Token::Sign(_, '['),
        Token::Word(_, cfg),
        Token::Sign(_, '('),
        rest @ ..,
    ] = tokens
    else {
        return false;
    };
    let word = |token: &Token, text: &str| matches!(token, Token::Word(_, word) if word == text);
    cfg == "cfg"
        && match rest {
            [first, Token::Sign(_, ')'), ..] => word(first, "test"),
            [all, Token::Sign(_, '('), first, ..] => word(all, "all") && word(first, "test"),
            _ => false,
        }
}

fn line_of(token: &Token) -> usize {
    match token {
        Token::Word(line, _) | Token::Sign(line, _) => *line,
        Token::PathSeparator => 0,
    }
}

#[test]
fn comments_and_texts_are_told_from_code() {
    let source = Source::of_all(
        "// a::b\n/* c::d /* e::f */ */ let x = \"g::h \\\" i::j\";\nlet y = r#\"k::\"l\"#; fn z<'m>(n: &'m str) { 'o'; '\\''; p::q }",
    );
    let paths = source.paths();
    assert!(
        paths.contains(&Path {
            line: 3,
            parts: vec!["p".to_owned(), "q".to_owned()]
        }),
        "{paths:?}"
    );
    let words: Vec<_> = source.words().map(|(_, word)| word).collect();
    for hidden in ["a", "c", "e", "g", "i", "k", "l", "o"] {
        assert!(!words.contains(&hidden), "{hidden} in {words:?}");
    }
    let texts: Vec<_> = source
        .literals
        .iter()
        .map(|l| (l.line, l.text.as_str()))
        .filter(|l| !l.1.is_empty())
        .collect();
    assert_eq!(texts, [(2, "g::h \\\" i::j"), (3, "k::\"l")]);
}

#[test]
fn a_use_tree_is_spelled_out() {
    let source = Source::of_all(
        "pub use crate::{db::{self, Tx as T}, app::*,\n ids};\nlet a = crate::jobs::run::<u8>();",
    );
    let paths: Vec<_> = source
        .paths()
        .iter()
        .map(|path| (path.line, path.parts.join("::")))
        .collect();
    for (line, path) in [
        (1, "crate::db::self"),
        (1, "crate::db::Tx"),
        (1, "crate::app"),
        (2, "crate::ids"),
        (3, "crate::jobs::run"),
    ] {
        assert!(
            paths.contains(&(line, path.to_owned())),
            "{path} in {paths:?}"
        );
    }
}

#[test]
fn test_code_is_taken_out() {
    let source = Source::of_product(
        "use a::b;\n#[cfg(test)]\nmod tests { use c::d; fn e() { \"SQL\" } }\n#[cfg(test)]\nuse f::g;\n#[cfg(not(test))] use h::i;\nfn j() {}",
    );
    let paths: Vec<_> = source
        .paths()
        .into_iter()
        .map(|path| path.parts.join("::"))
        .collect();
    assert!(
        paths.contains(&"a::b".to_owned())
            && paths.contains(&"h::i".to_owned())
            && paths.contains(&"j".to_owned())
    );
    assert!(
        !paths
            .iter()
            .any(|path| path.starts_with("c") && path != "cfg"
                || path.starts_with('f') && path.contains('g') && path != "fn"),
        "{paths:?}"
    );
    assert!(source.literals.is_empty(), "{:?}", source.literals);
}
