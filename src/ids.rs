//! Typed, prefixed ids: `port_…`, `num_…`, `ord_…`. A UUIDv7 inside, so that they sort by creation.
//!
//! This is also the only room that draws randomness; everything else is handed an [`Ids`].

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngCore, SeedableRng};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is not an id of the wanted kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected an id that begins with `{expected}`, such as `{expected}{}`", Uuid::nil().simple())]
pub struct BadId {
    /// The prefix that ids of this kind begin with, underscore included.
    pub expected: &'static str,
}

/// What all id types share.
pub trait Id: Copy + From<Uuid> + fmt::Display {
    /// The prefix with its underscore.
    const PREFIX: &'static str;
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(Uuid);

        impl Id for $name {
            const PREFIX: &'static str = $prefix;
        }
        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0.simple())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                let bad = BadId { expected: $prefix };
                let hex = text.strip_prefix($prefix).ok_or(bad.clone())?;
                // Only the form that `Display` writes: one id, one spelling.
                if hex.len() != 32 || hex.bytes().any(|b| b.is_ascii_uppercase()) {
                    return Err(bad);
                }
                Uuid::try_parse(hex).map(Self).map_err(|_| bad)
            }
        }
        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.to_string()
            }
        }
    )*};
}

ids! {
    /// An account: a company that ports numbers, and the wall around its data.
    AccountId = "acct_";
    /// Somebody who signs in.
    UserId = "user_";
    /// A key for the API.
    ApiKeyId = "key_";
    /// A port request.
    PortId = "port_";
    /// One number of one port request.
    NumberId = "num_";
    /// A hosted number of one account.
    HostedId = "hosted_";
    /// What stands at one gaining carrier.
    OrderId = "ord_";
    /// A stored document.
    DocumentId = "doc_";
    /// A form that somebody is typing into.
    FormId = "form_";
    /// A cut of the overview that somebody saved.
    ViewId = "view_";
    /// An entry of the Notes page that somebody wrote.
    NoteId = "note_";
    /// Something that happened to a port request.
    FactId = "fact_";
    /// A secret link in a mail.
    LinkId = "link_";
    /// A mail that was, or will be, sent.
    MailId = "mail_";
    /// What somebody asked support.
    TicketId = "tick_";
    /// A mail that came in.
    InboundId = "in_";
    /// A unit of work.
    JobId = "job_";
    /// An address that wants webhooks.
    EndpointId = "hook_";
    /// One webhook on its way to one endpoint.
    DeliveryId = "dlv_";
    /// A stored webhook or answer of a carrier.
    InboxId = "inbox_";
    /// An event of a port request as the API shows it.
    EventId = "evt_";
}

/// Draws ids and secrets. Clones share one generator.
#[derive(Clone)]
pub struct Ids(Arc<Mutex<StdRng>>);

impl fmt::Debug for Ids {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ids")
    }
}

impl Ids {
    /// Ids that nobody can guess, seeded by the operating system.
    pub fn random() -> Self {
        Self(Arc::new(Mutex::new(seed_from_the_system())))
    }

    /// The same ids in the same order each time. For tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    /// A new id whose time part is `now` (milliseconds).
    pub fn next<T: Id>(&self, now: Timestamp) -> T {
        let mut random = [0_u8; 10];
        self.fill(&mut random);
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        T::from(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// So many new ids in ascending order. Rows that are stored in the order of their ids go to the end of
    /// their index one after the other; ids drawn one by one in the same millisecond have no order.
    pub fn ascending<T: Id + Ord>(&self, now: Timestamp, count: usize) -> Vec<T> {
        let mut ids: Vec<T> = (0..count).map(|_| self.next(now)).collect();
        ids.sort_unstable();
        ids
    }

    /// 256 unguessable bits, for links, sessions and keys.
    pub fn secret(&self) -> [u8; 32] {
        let mut bytes = [0_u8; 32];
        self.fill(&mut bytes);
        bytes
    }

    /// Fills a buffer with random bytes, such as a nonce.
    pub fn fill(&self, bytes: &mut [u8]) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .fill_bytes(bytes);
    }

    /// A random share of one: 0 inclusive to 1 exclusive. For jitter.
    pub fn fraction(&self) -> f64 {
        let mut bytes = [0_u8; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that draws the first randomness"
)]
fn seed_from_the_system() -> StdRng {
    StdRng::from_os_rng()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_and_refuses_another_kinds() {
        let ids = Ids::seeded(1);
        let port: PortId = ids.next(Timestamp::UNIX_EPOCH);
        assert_eq!(port.to_string().parse::<PortId>(), Ok(port));
        assert_eq!(
            port.to_string().parse::<NumberId>(),
            Err(BadId { expected: "num_" })
        );
        assert!(port.to_string().to_uppercase().parse::<PortId>().is_err());
    }

    #[test]
    fn ids_sort_by_creation() {
        let ids = Ids::seeded(2);
        let early: PortId = ids.next(Timestamp::from_second(1).expect("in range"));
        let late: PortId = ids.next(Timestamp::from_second(2).expect("in range"));
        assert!(early < late && early.to_string() < late.to_string());
        let together: Vec<PortId> = ids.ascending(Timestamp::UNIX_EPOCH, 100);
        assert!(together.is_sorted_by(|one, next| one < next) && together.len() == 100);
    }
}
