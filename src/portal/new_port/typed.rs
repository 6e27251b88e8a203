//! What somebody typed into the form, letter by letter: from the browser, or from a saved draft; and
//! back into the form's view.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use crate::app::forms::{AddressForm, Form, ScopeForm, SignerForm};
use crate::app::numbers::TypedNumber;
use crate::domain::agreement;
use crate::domain::number::Kind;
use crate::domain::port::{Address, PortRequest, Remaining, Scope};
use crate::portal::posted::Fields;

/// Rows that a form shows at most. More numbers than that come from a list and stay out of the form.
pub(super) const ROWS_MAX: usize = 100;

/// One row of numbers.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    /// The number that it held when it was last saved.
    pub(super) was: String,
    pub(super) number: String,
    pub(super) receiving: String,
    pub(super) source: String,
    /// `mobile`, `local`, or nothing where nobody said.
    pub(super) kind: String,
}

impl Row {
    /// Whether nothing is in it.
    pub(super) fn is_empty(&self) -> bool {
        [&self.number, &self.receiving, &self.source]
            .iter()
            .all(|text| text.trim().is_empty())
    }
}

/// How the drop-down of a row calls a kind; nothing for kinds that nobody has to choose.
pub(super) fn kind_word(kind: Kind) -> &'static str {
    match kind {
        Kind::Mobile => "mobile",
        Kind::Local => "local",
        Kind::TollFree | Kind::Unknown => "",
    }
}

fn kind_named(word: &str) -> Option<Kind> {
    match word {
        "mobile" => Some(Kind::Mobile),
        "local" => Some(Kind::Local),
        _ => None,
    }
}

/// An address as typed.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct AddressTyped {
    pub(super) street: String,
    pub(super) unit: String,
    pub(super) city: String,
    pub(super) state: String,
    pub(super) zip: String,
}

/// The whole form as typed. Kept forms outlive a version of the program, so a field may be missing.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    pub(super) version: i64,
    pub(super) account: String,
    pub(super) carrier: String,
    pub(super) twilio_sid: String,
    pub(super) rows: Vec<Row>,
    pub(super) lines: String,
    pub(super) lines_receiving: String,
    pub(super) lines_source: String,
    pub(super) scope: String,
    pub(super) new_btn: String,
    pub(super) first_name: String,
    pub(super) last_name: String,
    pub(super) business: String,
    pub(super) account_number: String,
    pub(super) pin: String,
    pub(super) btn: String,
    pub(super) billing: AddressTyped,
    pub(super) service_differs: bool,
    pub(super) service: AddressTyped,
    pub(super) wish: String,
    pub(super) ticked: Vec<String>,
    pub(super) signer_name: String,
    pub(super) signer_email: String,
}

impl Typed {
    /// An empty form with the rows to begin with.
    pub(super) fn blank() -> Self {
        Self {
            rows: vec![Row::default(); 3],
            scope: "full".to_owned(),
            ..Self::default()
        }
    }

    /// What came from the browser.
    pub(super) fn sent(fields: &Fields) -> Self {
        let one = |name: &str| fields.one(name).to_owned();
        let address = |which: &str| AddressTyped {
            street: one(&format!("{which}_street")),
            unit: one(&format!("{which}_unit")),
            city: one(&format!("{which}_city")),
            state: one(&format!("{which}_state")),
            zip: one(&format!("{which}_zip")),
        };
        let (mut was, mut receiving, mut source, mut kind) = (
            fields.every("was"),
            fields.every("receiving"),
            fields.every("source"),
            fields.every("kind"),
        );
        let rows = fields
            .every("number")
            .map(|number| Row {
                was: was.next().unwrap_or_default().to_owned(),
                number: number.to_owned(),
                receiving: receiving.next().unwrap_or_default().to_owned(),
                source: source.next().unwrap_or_default().to_owned(),
                kind: kind.next().unwrap_or_default().to_owned(),
            })
            .collect();
        Self {
            version: fields.one("version").parse().unwrap_or(0),
            account: one("account"),
            carrier: one("carrier"),
            twilio_sid: one("twilio_sid"),
            rows,
            lines: one("lines"),
            lines_receiving: one("lines_receiving"),
            lines_source: one("lines_source"),
            scope: one("scope"),
            new_btn: one("new_btn"),
            first_name: one("first_name"),
            last_name: one("last_name"),
            business: one("business"),
            account_number: one("account_number"),
            pin: one("pin"),
            btn: one("btn"),
            billing: address("billing"),
            service_differs: fields.ticked("service_differs"),
            service: address("service"),
            wish: one("wish"),
            ticked: agreement::STATEMENTS
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| fields.ticked(name))
                .map(str::to_owned)
                .collect(),
            signer_name: one("signer_name"),
            signer_email: one("signer_email"),
        }
    }

    /// What a saved request says. Secrets are not among it; they are only ever shown masked.
    pub(super) fn saved(request: &PortRequest, version: i64) -> Self {
        let details = &request.details;
        let address = |address: &Address| AddressTyped {
            street: address.street.clone(),
            unit: address.extended.clone(),
            city: address.city.clone(),
            state: address.state.clone(),
            zip: address.postal_code.clone(),
        };
        let mut rows: Vec<Row> = request
            .numbers
            .iter()
            .take(ROWS_MAX)
            .map(|one| Row {
                was: one.number.to_string(),
                number: one.number.to_string(),
                receiving: one.receiving.map(|to| to.to_string()).unwrap_or_default(),
                source: one.source.clone().unwrap_or_default(),
                kind: kind_word(one.kind).to_owned(),
            })
            .collect();
        if rows.is_empty() {
            rows = vec![Row::default(); 3];
        }
        Self {
            version,
            account: request.account.to_string(),
            carrier: details.losing_carrier.clone(),
            rows,
            scope: match details.scope {
                Scope::Full => "full",
                Scope::Partial {
                    remaining: Remaining::Keep,
                    ..
                } => "keep",
                Scope::Partial {
                    remaining: Remaining::Disconnect,
                    ..
                } => "disconnect",
            }
            .to_owned(),
            new_btn: match details.scope {
                Scope::Partial { new_btn, .. } => {
                    new_btn.map(|number| number.to_string()).unwrap_or_default()
                }
                Scope::Full => String::new(),
            },
            first_name: details.customer.first_name.clone(),
            last_name: details.customer.last_name.clone(),
            business: details.customer.business_name.clone(),
            btn: details.btn.map(|btn| btn.to_string()).unwrap_or_default(),
            billing: address(&details.billing),
            service_differs: details.service.is_some(),
            service: details.service.as_ref().map(address).unwrap_or_default(),
            wish: details
                .requested_date
                .map(|date| date.to_string())
                .unwrap_or_default(),
            ticked: match &details.agreement {
                Some(agreed) if agreed.version == agreement::VERSION => agreement::STATEMENTS
                    .iter()
                    .map(|(name, _)| (*name).to_owned())
                    .collect(),
                _ => Vec::new(),
            },
            signer_name: details
                .signer
                .as_ref()
                .map(|signer| signer.name.clone())
                .unwrap_or_default(),
            signer_email: details
                .signer
                .as_ref()
                .map(|signer| signer.email.clone())
                .unwrap_or_default(),
            ..Self::default()
        }
    }

    /// Whether it says what `other` says, whichever version each began with.
    pub(super) fn says_as(&self, other: &Self) -> bool {
        let plain = |typed: &Self| {
            let mut typed = typed.clone();
            typed.version = 0;
            typed.account = String::new();
            typed.rows.retain(|row| !row.is_empty());
            typed
        };
        plain(self) == plain(other)
    }

    /// Whether all statements are ticked.
    pub(super) fn agrees(&self) -> bool {
        agreement::unticked(&self.ticked).next().is_none()
    }

    /// The form for the use case. Everything that the page shows is said, also what was emptied; a
    /// secret that was not typed anew stays.
    pub(super) fn form(&self) -> Form {
        let text = |typed: &str| Some(Some(typed.to_owned()));
        let optional = |typed: &str| Some((!typed.trim().is_empty()).then(|| typed.to_owned()));
        let secret = |typed: &str| {
            (!typed.trim().is_empty()).then(|| Some(SecretString::from(typed.to_owned())))
        };
        let address = |typed: &AddressTyped| {
            Some(AddressForm {
                street: text(&typed.street),
                extended: text(&typed.unit),
                city: text(&typed.city),
                state: text(&typed.state),
                postal_code: text(&typed.zip),
            })
        };
        let remaining = match self.scope.as_str() {
            "keep" => Some(Remaining::Keep),
            "disconnect" => Some(Remaining::Disconnect),
            _ => None,
        };
        Form {
            title: None,
            losing_carrier: text(&self.carrier),
            first_name: text(&self.first_name),
            last_name: text(&self.last_name),
            business_name: text(&self.business),
            account_number: secret(&self.account_number),
            pin: secret(&self.pin),
            twilio_account_sid: secret(&self.twilio_sid),
            billing: Some(address(&self.billing)),
            service: Some(if self.service_differs {
                address(&self.service)
            } else {
                None
            }),
            btn: optional(&self.btn),
            scope: Some(Some(match remaining {
                None => ScopeForm::Full,
                Some(remaining) => ScopeForm::Partial {
                    remaining,
                    new_btn: optional(&self.new_btn).flatten(),
                },
            })),
            requested_date: Some(self.wish.trim().parse().ok()),
            signer: Some(Some(SignerForm {
                name: text(&self.signer_name),
                email: text(&self.signer_email),
                title: None,
            })),
        }
    }

    /// The rows that hold anything, with their places among all rows.
    pub(super) fn filled(&self) -> (Vec<usize>, Vec<TypedNumber>) {
        self.rows
            .iter()
            .enumerate()
            .filter(|(_, row)| !row.is_empty())
            .map(|(at, row)| {
                (
                    at,
                    TypedNumber {
                        number: row.number.clone(),
                        kind: kind_named(&row.kind),
                        receiving: Some(row.receiving.clone()),
                        source: Some(row.source.clone()),
                        description: None,
                        wants_text: None,
                    },
                )
            })
            .unzip()
    }
}
