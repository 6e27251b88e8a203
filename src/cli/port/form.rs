//! What is on the phone bill: from a file of JSON, from flags, and the secrets from elsewhere.

use std::io::{IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret as _;
use serde_json::{Map, Value, json};

use super::secrets::Secrets;
use crate::cli::{Context, Error};

/// The longest form: mostly the numbers in it.
const FORM_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// The form's fields. What is left out can be filled in later, in the portal or through the API.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Form")]
pub(super) struct FormArgs {
    /// The form as JSON, as POST /v1/ports takes it (see /v1/docs on the server); `-` reads the standard input. Flags outweigh it
    #[arg(long, value_name = "FILE")]
    form: Option<PathBuf>,
    /// A name of your own for the request
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// The losing provider, exactly as the phone bill names it
    #[arg(long, value_name = "NAME")]
    losing_carrier: Option<String>,
    /// The account holder's business name, as on the bill
    #[arg(long, value_name = "NAME")]
    business_name: Option<String>,
    /// The authorized person's first name
    #[arg(long, value_name = "NAME")]
    first_name: Option<String>,
    /// The authorized person's last name
    #[arg(long, value_name = "NAME")]
    last_name: Option<String>,
    /// Street of the billing address, as on the bill
    #[arg(long, value_name = "TEXT")]
    street: Option<String>,
    /// Suite, unit or floor
    #[arg(long, value_name = "TEXT")]
    suite: Option<String>,
    /// City
    #[arg(long, value_name = "TEXT")]
    city: Option<String>,
    /// State, two letters
    #[arg(long, value_name = "XX")]
    state: Option<String>,
    /// ZIP code
    #[arg(long, value_name = "ZIP")]
    zip: Option<String>,
    /// The billing telephone number
    #[arg(long, value_name = "NUMBER")]
    btn: Option<String>,
    /// The preferred port date
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<jiff::civil::Date>,
    /// Who owns the numbers and signs
    #[arg(long, value_name = "NAME")]
    signer_name: Option<String>,
    /// Where the link for signing goes
    #[arg(long, value_name = "ADDRESS")]
    signer_email: Option<String>,
    /// The signer's position in the company
    #[arg(long, value_name = "TEXT")]
    signer_title: Option<String>,
    /// For which account; for the desk
    #[arg(long, value_name = "ID")]
    account: Option<String>,
    /// Ask for the account number and the PIN, unseen on a terminal, else two lines of the standard input
    #[arg(long)]
    ask_secrets: bool,
}

impl FormArgs {
    /// Whether anything of the form is given.
    pub(super) fn is_empty(&self) -> bool {
        self.form.is_none()
            && self.flags().iter().all(|(_, value)| value.is_none())
            && self.date.is_none()
    }

    /// Where each flag's value goes.
    fn flags(&self) -> [(&'static [&'static str], &Option<String>); 15] {
        [
            (&["title"], &self.title),
            (&["losing_carrier"], &self.losing_carrier),
            (&["customer", "business_name"], &self.business_name),
            (&["customer", "first_name"], &self.first_name),
            (&["customer", "last_name"], &self.last_name),
            (&["billing_address", "street"], &self.street),
            (&["billing_address", "extended"], &self.suite),
            (&["billing_address", "city"], &self.city),
            (&["billing_address", "state"], &self.state),
            (&["billing_address", "postal_code"], &self.zip),
            (&["btn"], &self.btn),
            (&["signer", "name"], &self.signer_name),
            (&["signer", "email"], &self.signer_email),
            (&["signer", "title"], &self.signer_title),
            (&["account"], &self.account),
        ]
    }

    /// The body for `POST /v1/ports`.
    ///
    /// # Errors
    /// The form's file cannot be read or is no JSON object.
    pub(super) async fn body(&self, context: &mut Context) -> Result<Value, Error> {
        let from_stdin = self.form.as_deref() == Some(Path::new("-"));
        if from_stdin && self.ask_secrets {
            return Err(Error::usage(
                "--form - and --ask-secrets both read the standard input; use one of them",
            ));
        }
        let mut body = match &self.form {
            Some(path) => read(path)?,
            None => Map::new(),
        };
        for (path, value) in self.flags() {
            if let Some(text) = value {
                put(&mut body, path, json!(text))?;
            }
        }
        if let Some(date) = self.date {
            put(&mut body, &["requested_date"], json!(date))?;
        }
        let secrets = Secrets::read(self.ask_secrets, context).await?;
        for (field, secret) in [
            ("account_number", secrets.account_number),
            ("pin", secrets.pin),
        ] {
            if let Some(secret) = secret {
                put(&mut body, &[field], json!(secret.expose_secret()))?;
            }
        }
        Ok(Value::Object(body))
    }
}

fn read(path: &Path) -> Result<Map<String, Value>, Error> {
    let shown = match path.to_str() {
        Some("-") => "the standard input".to_owned(),
        _ => path.display().to_string(),
    };
    let cannot = |error: std::io::Error| Error::user(error).context(format!("cannot read {shown}"));
    let mut text = String::new();
    if path == Path::new("-") {
        if std::io::stdin().is_terminal() {
            return Err(Error::usage(
                "--form - reads the form from a pipe, and the standard input is a terminal",
            ));
        }
        std::io::stdin()
            .lock()
            .take(FORM_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(cannot)?;
    } else {
        std::fs::File::open(path)
            .map_err(cannot)?
            .take(FORM_BYTES_MAX)
            .read_to_string(&mut text)
            .map_err(cannot)?;
    }
    // The remark of the parser could repeat a value, and a value could be a PIN: only its place is said.
    match serde_json::from_str::<Value>(text.trim_start_matches('\u{feff}')) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(Error::refused(format!(
            "{shown} holds no form: a JSON object is needed, such as {{ \"losing_carrier\": \"…\" }}"
        ))),
        Err(error) => Err(Error::refused(format!(
            "{shown} is not JSON: it goes wrong at line {}, column {}",
            error.line(),
            error.column()
        ))),
    }
}

/// Sets a field of an object in an object.
fn put(body: &mut Map<String, Value>, path: &[&str], value: Value) -> Result<(), Error> {
    match path {
        [] => Ok(()),
        [field] => {
            body.insert((*field).to_owned(), value);
            Ok(())
        }
        [field, inner @ ..] => {
            let place = body
                .entry((*field).to_owned())
                .or_insert_with(|| Value::Object(Map::new()));
            if place.is_null() {
                *place = Value::Object(Map::new());
            }
            match place {
                Value::Object(fields) => put(fields, inner, value),
                _ => Err(Error::refused(format!(
                    "`{field}` of the form must be an object, so that a flag can set a part of it"
                ))),
            }
        }
    }
}
