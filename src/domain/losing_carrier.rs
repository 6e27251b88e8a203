//! What well-known losing providers ask for before they let a number go.
//!
//! None of this decides anything: it is said beside the carrier's name, so that somebody gets it before the request is
//! sent and not from a rejection a week later. Sources are the providers' own help pages on moving a number away (read in
//! 2026); what they could not be found to say is not said here.

/// A losing provider about which something is known.
#[derive(Debug)]
pub struct LosingCarrier {
    /// Its name as people know it.
    pub name: &'static str,
    /// What a typed name holds if this provider is meant: lower case, any one of them.
    pub words: &'static [&'static str],
    /// What it asks for, and where its customer finds that.
    pub wants: &'static [&'static str],
}

const BEHIND: &str = "If a wholesaler stands behind this provider, its records count. Ask the provider for the service address that the number is registered with.";
const LOCK: &str = "A lock against moving numbers must be off until the port is over.";

/// Providers about which something is known, by name.
pub const KNOWN: &[LosingCarrier] = &[
    LosingCarrier {
        name: "AT&T",
        words: &["at&t", "at & t", "att wireless", "att mobility"],
        wants: &[
            "Mobile numbers: a Number Transfer PIN. The account owner dials *PORT (*7678) from the line or asks in myAT&T. It ends after 4 days, on business accounts after 14: ask for it last.",
            "Mobile numbers: switch the Wireless Account Lock off first.",
            "Landlines: the account number with its 3-digit customer code, as on the bill.",
        ],
    },
    LosingCarrier {
        name: "Bandwidth",
        words: &["bandwidth"],
        wants: &[
            "A port-out PIN, if one was set for the account or the number.",
            "The account is often a reseller's. Then give the reseller's account number and name.",
        ],
    },
    LosingCarrier {
        name: "Comcast Business / Xfinity",
        words: &["comcast", "xfinity"],
        wants: &[
            "The 16 digits of the account number, as on the bill.",
            "Xfinity Mobile: a number transfer PIN of its own, from the Xfinity account.",
        ],
    },
    LosingCarrier {
        name: "Cox",
        words: &["cox "],
        wants: &[
            "The account's PIN besides the account number. Cox tells it to the account owner by telephone.",
        ],
    },
    LosingCarrier {
        name: "Google Fi",
        words: &["google fi"],
        wants: &[
            "The account number and PIN for moving a number away, which the Fi app shows when one leaves.",
        ],
    },
    LosingCarrier {
        name: "Google Voice",
        words: &["google voice"],
        wants: &[
            "Unlock the number first, in the settings of Google Voice. There is a small fee unless the number came from a mobile carrier.",
            "The account number is the ten digits of the number itself; the PIN is that of its voicemail.",
            "For Google Workspace, an administrator has to release the number.",
        ],
    },
    LosingCarrier {
        name: "RingCentral",
        words: &["ringcentral", "ring central"],
        wants: &[
            "The account number and the PIN that an administrator finds in the admin portal.",
            BEHIND,
        ],
    },
    LosingCarrier {
        name: "Spectrum",
        words: &["spectrum", "charter"],
        wants: &[
            "The account number, as on the bill. Spectrum Mobile has another one, and a number transfer PIN.",
            "Internet on the same account continues only if the account does: say so below if other services stay.",
        ],
    },
    LosingCarrier {
        name: "T-Mobile",
        words: &["t-mobile", "t mobile", "tmobile", "metro by"],
        wants: &[
            "Mobile numbers: a transfer PIN that the account owner asks for in the app or by telephone. It ends after some days: ask for it last.",
            "Mobile numbers: switch Port Out Protection off for each line first. While it is on, a transfer PIN does not work.",
        ],
    },
    LosingCarrier {
        name: "Twilio",
        words: &["twilio"],
        wants: &[
            "The Account SID, from the first page of the Twilio console. It helps a smoother transfer.",
            BEHIND,
        ],
    },
    LosingCarrier {
        name: "Verizon",
        words: &["verizon"],
        wants: &[
            "Mobile numbers: a Number Transfer PIN. The account owner dials #PORT (#7678) or asks in My Verizon. It ends after 7 days: ask for it last.",
            "Mobile numbers: switch Number Lock off for each line first.",
        ],
    },
    LosingCarrier {
        name: "Vonage",
        words: &["vonage"],
        wants: &[
            "The account number from the online account. For business accounts an administrator asks for it.",
            LOCK,
        ],
    },
];

/// The provider that a typed name means, if something is known about it.
pub fn known(typed: &str) -> Option<&'static LosingCarrier> {
    let typed = format!("{} ", typed.trim().to_lowercase());
    KNOWN
        .iter()
        .find(|one| one.words.iter().any(|word| typed.contains(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_name_finds_what_is_known_about_its_provider() {
        for (typed, name) in [
            ("Verizon Wireless", "Verizon"),
            ("AT&T Mobility LLC", "AT&T"),
            ("twilio", "Twilio"),
            ("Cox", "Cox"),
            ("  METRO by T-Mobile", "T-Mobile"),
            ("Google Voice", "Google Voice"),
        ] {
            assert_eq!(known(typed).map(|one| one.name), Some(name), "{typed}");
        }
        for other in [
            "",
            "Northline Telephone",
            "Coxville Communications",
            "Battery",
        ] {
            assert!(known(other).is_none(), "{other}");
        }
    }

    #[test]
    fn names_find_themselves_and_each_wish_is_a_sentence() {
        for one in KNOWN {
            assert_eq!(known(one.name).map(|found| found.name), Some(one.name));
            assert!(!one.wants.is_empty(), "{}", one.name);
            assert!(
                one.wants.iter().all(|want| want.ends_with('.')),
                "{}",
                one.name
            );
            assert!(one.words.iter().all(|word| *word == word.to_lowercase()));
        }
        assert!(
            KNOWN.windows(2).all(|two| two[0].name < two[1].name),
            "in order"
        );
    }
}
