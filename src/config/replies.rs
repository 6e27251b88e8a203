//! `[mail.replies]`: answers to mails become notes.

use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;
use serde::Deserialize;

use super::{MailTls, values};

/// Characters of a token in a reply address: 24 bytes at five bits each.
pub const TOKEN_LENGTH: usize = 39;
/// RFC 5321, 4.5.3.1.1: the longest local part.
const LOCAL_PART_MAX: usize = 64;

/// `[mail.replies]`: answers to mails about a port become notes on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Replies {
    /// What reply addresses are made of; `None`: answers do not become notes.
    #[serde(deserialize_with = "values::optional")]
    pub address: Option<ReplyAddress>,
    /// The IMAP server; set when answers become notes and mail leaves.
    #[serde(deserialize_with = "values::optional")]
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// A PEM file with the authorities to trust; `None`: the public ones.
    #[serde(deserialize_with = "values::optional")]
    pub certificates_file: Option<String>,
    /// The name to sign in with.
    #[serde(deserialize_with = "values::optional")]
    pub user: Option<String>,
    /// The password to sign in with.
    #[serde(deserialize_with = "values::optional_secret")]
    pub password: Option<SecretString>,
    /// Where the answers arrive.
    pub mailbox: String,
    /// Where those go that were dealt with; `None`: they stay, marked as read.
    #[serde(deserialize_with = "values::optional")]
    pub mailbox_done: Option<String>,
    /// Wire seconds from one look into the mailbox to the next.
    pub poll_seconds: u32,
    /// Wire seconds to wait for the server.
    pub timeout_seconds: u32,
    /// The largest mail that is fetched. See [`Replies::mail_bytes_max`].
    pub mail_megabytes_max: u32,
}

impl Replies {
    /// Whether there is a mailbox to look into.
    pub fn is_polled(&self) -> bool {
        self.address.is_some() && self.host.is_some()
    }

    /// The largest mail that is fetched, in bytes.
    pub fn mail_bytes_max(&self) -> u64 {
        u64::from(self.mail_megabytes_max) * 1_000_000
    }
}

/// The address that all reply addresses are made of, such as `replies@example.com`: in lower case, without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyAddress {
    local: String,
    domain: String,
}

impl ReplyAddress {
    /// What stands before the `@`, without a token.
    pub fn local(&self) -> &str {
        &self.local
    }

    /// What stands behind the `@`.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The address with a token.
    pub fn with(&self, token: &str) -> String {
        format!("{}+{token}@{}", self.local, self.domain)
    }
}

impl FromStr for ReplyAddress {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim().to_lowercase();
        let plain = |one: u8| one.is_ascii_alphanumeric() || matches!(one, b'.' | b'-' | b'_');
        let good = |part: &str| !part.is_empty() && part.bytes().all(plain);
        let (local, domain) = text
            .rsplit_once('@')
            .filter(|(local, domain)| good(local) && good(domain))
            .ok_or_else(|| {
                format!("must be an address like \"replies@company.example\", but is \"{text}\"")
            })?;
        let longest = LOCAL_PART_MAX - TOKEN_LENGTH - "+".len();
        if local.len() > longest {
            return Err(format!(
                "must have at most {longest} characters before the @, because a token of {TOKEN_LENGTH} follows there"
            ));
        }
        Ok(Self {
            local: local.to_owned(),
            domain: domain.to_owned(),
        })
    }
}

impl fmt::Display for ReplyAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.local, self.domain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_leaves_no_room_for_a_token_is_refused() {
        let parse = |text: &str| text.parse::<ReplyAddress>();
        let longest = format!("{}@a.example", "r".repeat(24));
        let address = parse(&longest).unwrap();
        assert_eq!(address.to_string(), longest);
        let whole = address.with(&"0".repeat(TOKEN_LENGTH));
        assert_eq!(whole.split('@').next().unwrap().len(), LOCAL_PART_MAX);
        assert!(
            parse(&format!("{}@a.example", "r".repeat(25)))
                .unwrap_err()
                .contains("at most 24")
        );
        for bad in [
            "",
            "replies",
            "@a.example",
            "a b@c.example",
            "Name <a@b.example>",
            "a+b@c.example",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }
}
