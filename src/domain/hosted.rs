//! Hosted numbers: they send and receive texts here, and their calls stay where they are (R9 to R13).
//!
//! Calls follow the number's entry in the porting registry, texts follow a routing entry of their own, so that one can
//! move without the other. Portolan never asks for a hosted number's voice: [`voice_route`] has no other answer than no.

use jiff::Timestamp;

use super::field::{Field, text_as_typed};
use super::number::{E164, Kind, NotPortable, Written};
use super::port::words;
use super::port::{Problem, Refusal, needs_campaign};
use crate::ids::{AccountId, HostedId, PortId, UserId};

/// Longest name of the provider of a hosted number's calls, in characters: as long as a losing provider's.
pub const PROVIDER_MAX_CHARS: usize = 100;
/// Longest text about what a hosted number is for, in characters.
pub const DESCRIPTION_MAX_CHARS: usize = 100;
/// Longest reason of a refusal or an end, in characters.
pub const REASON_MAX_CHARS: usize = 500;

/// A number that texts here, or is to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostedNumber {
    /// Its id.
    pub id: HostedId,
    /// The number.
    pub number: E164,
    /// Whose it is. An account has a number once; whether it is live in one account only is for the database to say.
    pub account: AccountId,
    /// Who provides its calls, as the customer calls them.
    pub voice_provider: String,
    /// What the number is for, in the customer's words; may be empty.
    pub description: String,
    /// How far its hosting is.
    pub state: Hosting,
}

/// How far a number's hosting is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hosting {
    /// Somebody asked for it; the desk has to look.
    Requested {
        /// When.
        at: Timestamp,
        /// Who; they are mailed what becomes of it.
        by: UserId,
        /// Their name at that time.
        name: String,
    },
    /// It texts here.
    Enabled {
        /// Since when.
        at: Timestamp,
    },
    /// The desk said no.
    Refused {
        /// When.
        at: Timestamp,
        /// Why, in words for the customer.
        reason: String,
    },
    /// It does not text here any more, or was taken back before it did.
    Ended {
        /// When.
        at: Timestamp,
        /// Why, in words for the customer.
        reason: String,
    },
}

impl Hosting {
    /// All names, in the order of a number's life.
    pub const NAMES: [&'static str; 4] = ["requested", "enabled", "refused", "ended"];

    /// The name in the API and in the database.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Enabled { .. } => "enabled",
            Self::Refused { .. } => "refused",
            Self::Ended { .. } => "ended",
        }
    }

    /// Since when it is so.
    pub fn at(&self) -> Timestamp {
        match self {
            Self::Requested { at, .. }
            | Self::Enabled { at }
            | Self::Refused { at, .. }
            | Self::Ended { at, .. } => *at,
        }
    }

    /// Why it was refused or ended.
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused { reason, .. } | Self::Ended { reason, .. } => Some(reason),
            Self::Requested { .. } | Self::Enabled { .. } => None,
        }
    }

    /// Whether it is asked for or on: a number is so in one account at a time.
    pub fn is_live(&self) -> bool {
        matches!(self, Self::Requested { .. } | Self::Enabled { .. })
    }
}

/// What a port request of the same account says of a hosted number. Hosting never blocks a port: its voice may follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PortHere {
    /// There is none.
    #[default]
    None,
    /// Its voice is to move here.
    UnderWay(PortId),
    /// Its voice has moved here.
    Done(PortId),
}

impl PortHere {
    /// The request.
    pub fn id(self) -> Option<PortId> {
        match self {
            Self::None => None,
            Self::UnderWay(id) | Self::Done(id) => Some(id),
        }
    }
}

/// A port request that has a hosted number, with whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortOf {
    /// The request.
    pub port: PortId,
    /// Whose it is.
    pub account: AccountId,
    /// That account's name.
    pub account_name: String,
    /// Whether its voice has moved here with it; otherwise that is under way.
    pub done: bool,
}

/// What port requests say of a hosted number: those of its own account, and those of all others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// The account's own.
    pub here: PortHere,
    /// Another account's: the one that has its voice here, else one that is to move it.
    pub elsewhere: Option<PortOf>,
}

impl Ports {
    /// Sorts what is known of a number: the newest request of each account.
    pub fn of(account: AccountId, all: Vec<PortOf>) -> Self {
        let mut ports = Self::default();
        for one in all {
            if one.account == account {
                ports.here = if one.done {
                    PortHere::Done(one.port)
                } else {
                    PortHere::UnderWay(one.port)
                };
            } else if one.done || ports.elsewhere.is_none() {
                ports.elsewhere = Some(one);
            }
        }
        ports
    }

    /// Where it was ported to, if that is another account.
    pub fn ported_elsewhere(&self) -> Option<&PortOf> {
        self.elsewhere.as_ref().filter(|one| one.done)
    }

    /// Whether its voice is here, with whosever port.
    pub fn is_ported(&self) -> bool {
        matches!(self.here, PortHere::Done(_)) || self.ported_elsewhere().is_some()
    }
}

impl From<PortHere> for Ports {
    fn from(here: PortHere) -> Self {
        Self {
            here,
            elsewhere: None,
        }
    }
}

/// Why a hosted number's row ends when a port request of its own account has moved its voice here.
pub const PORTED: &str = "It was ported: its texts come with its port.";
/// The same, when the port request is another account's. Its customer learns no more than that.
pub const PORTED_ELSEWHERE: &str =
    "The number was ported in another account. If that is not right, ask the porting desk.";

/// Why a number cannot be hosted, whoever provides its calls.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotHostable {
    /// Another country, also one that shares +1.
    #[error("{0} is not a number of the US or Canada. Only those can be hosted")]
    Abroad(Written),
    /// Premium rates and special services.
    #[error("{0} is a number of a special or premium-rate service. These cannot be hosted")]
    Service(Written),
    /// A mobile telephone's.
    #[error(
        "{0} is a mobile number. Its texts belong to its mobile plan and cannot be hosted; the number can be ported, with its calls"
    )]
    Mobile(Written),
}

/// Whether a number can be hosted at all: landlines (voice over IP among them) and toll-free numbers of the US with its
/// territories and of Canada. `told` is what is known of the line beyond the number's own digits.
///
/// Carriers that host texts say so in their eligibility answers (Telnyx: `NUMBER_CAN_NOT_BE_WIRELESS`,
/// `NUMBER_IS_NOT_A_US_NUMBER`; Bandwidth and Twilio have the like).
///
/// # Errors
/// The rule that forbids it. An area code that we do not know is no such rule.
pub fn hostable(number: E164, told: Kind) -> Result<(), NotHostable> {
    match number.portable() {
        Ok(()) => {}
        Err(NotPortable::Premium(_) | NotPortable::Service(_)) => {
            return Err(NotHostable::Service(Written(number)));
        }
        Err(NotPortable::NanpCountry(..) | NotPortable::World(_)) => {
            return Err(NotHostable::Abroad(Written(number)));
        }
    }
    if told == Kind::Mobile || number.kind() == Kind::Mobile {
        return Err(NotHostable::Mobile(Written(number)));
    }
    Ok(())
}

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The number.
    pub number: E164,
    /// Who provides its calls.
    pub voice_provider: String,
    /// What it is for.
    pub description: String,
}

/// Who asks, when, for which account, and under which id if the number is new there.
#[derive(Clone, Debug)]
pub struct Asking {
    /// The id of a number that is new.
    pub id: HostedId,
    /// The account.
    pub account: AccountId,
    /// Who asks.
    pub by: UserId,
    /// Their name.
    pub name: String,
    /// Whether they may know whose port it is that has the number.
    pub knows: bool,
    /// The moment.
    pub now: Timestamp,
}

/// Checks the words that a customer gives with a number: a provider is named, and both fit.
///
/// # Errors
/// Each field that is wrong.
pub fn check_words(
    voice_provider: &str,
    description: &str,
) -> Result<(String, String), Vec<Problem>> {
    let mut problems = Vec::new();
    let provider = voice_provider.trim();
    if provider.is_empty() {
        problems.push(Problem::new(
            "voice_provider",
            "Say who provides the calls of this number: the company on its phone bill.",
        ));
    } else if let Err(error) = text_as_typed(Field::CarrierName, provider, PROVIDER_MAX_CHARS) {
        problems.push(Problem::new("voice_provider", error.to_string()));
    }
    let description = description.trim();
    if !description.is_empty()
        && text_as_typed(Field::Order, description, DESCRIPTION_MAX_CHARS).is_err()
    {
        problems.push(Problem::new(
            "description",
            format!("Use one line of at most {DESCRIPTION_MAX_CHARS} characters."),
        ));
    }
    if problems.is_empty() {
        Ok((provider.to_owned(), description.to_owned()))
    } else {
        Err(problems)
    }
}

/// Checks the reason of a refusal or an end: the customer reads it.
///
/// # Errors
/// What to write instead.
pub fn check_reason(typed: &str) -> Result<String, Problem> {
    let reason = typed.trim();
    let ok = !reason.is_empty()
        && reason.chars().count() <= REASON_MAX_CHARS
        && !reason.chars().any(|c| c.is_control() && c != '\n');
    if ok {
        Ok(reason.to_owned())
    } else {
        Err(Problem::new(
            "reason",
            format!("Say why, in at most {REASON_MAX_CHARS} characters. The customer reads it."),
        ))
    }
}

const PORTED_ELSEWHERE_RULE: &str = "hosted_ported_elsewhere";

/// A refusal that is about the number that was typed.
fn about_number(rule: &'static str, says: String, way_out: impl Into<String>) -> Refusal {
    let mut refusal = Refusal::conflict(rule, says, way_out);
    refusal.problems = vec![Problem::new(
        "number",
        format!("{} {}", refusal.says, refusal.way_out),
    )];
    refusal
}

/// Somebody asks for a hosted number, for the first time or again after a refusal or an end. A number whose port is under
/// way may be asked for: texts that are hosted before the port date have no gap on it.
///
/// # Errors
/// When it is asked for or on already, or when its voice has moved here. That it was ported in another account is said
/// without saying in which one. A port that is only under way there is no obstacle, or anybody could keep a number from its
/// owner with a draft: the desk sees both and decides.
pub fn ask(
    was: Option<&HostedNumber>,
    ports: &Ports,
    wanted: Wanted,
    asking: Asking,
) -> Result<HostedNumber, Refusal> {
    let number = words::number(wanted.number);
    match was.map(|one| &one.state) {
        Some(Hosting::Requested { .. }) => {
            return Err(about_number(
                "hosted_requested",
                format!("{number} was asked for already."),
                "The porting desk is looking at it.",
            ));
        }
        Some(Hosting::Enabled { .. }) => {
            return Err(about_number(
                "hosted_enabled",
                format!("{number} is a hosted number already."),
                "Its texts are on.",
            ));
        }
        Some(Hosting::Refused { .. } | Hosting::Ended { .. }) | None => {}
    }
    if let PortHere::Done(_) = ports.here {
        return Err(about_number(
            "hosted_ported",
            format!("{number} was ported here."),
            "Its texts come with its port; it need not be hosted.",
        ));
    }
    if let Some(other) = ports.ported_elsewhere() {
        return Err(if asking.knows {
            about_number(
                PORTED_ELSEWHERE_RULE,
                format!("{number} was ported here for {}.", other.account_name),
                format!("Its texts come with that port: {}.", other.port),
            )
        } else {
            about_number(
                PORTED_ELSEWHERE_RULE,
                format!("{number} was ported here in another account."),
                "If the number is yours, ask the desk.",
            )
        });
    }
    Ok(HostedNumber {
        id: was.map_or(asking.id, |one| one.id),
        number: wanted.number,
        account: asking.account,
        voice_provider: wanted.voice_provider,
        description: wanted.description,
        state: Hosting::Requested {
            at: asking.now,
            by: asking.by,
            name: asking.name,
        },
    })
}

fn not_waiting(one: &HostedNumber) -> Refusal {
    let number = words::number(one.number);
    match &one.state {
        Hosting::Enabled { .. } => Refusal::conflict(
            "hosted_not_waiting",
            format!("Texts of {number} are on already."),
            "The porting desk can end its hosting.",
        ),
        _ => Refusal::conflict(
            "hosted_not_waiting",
            format!(
                "Nobody waits for {number}: its hosting is {}.",
                one.state.name()
            ),
            "It can be asked for again.",
        ),
    }
}

/// The customer takes back what they asked for.
///
/// # Errors
/// Unless it waits for the desk.
pub fn withdraw(one: &HostedNumber, by: &str, now: Timestamp) -> Result<Hosting, Refusal> {
    match one.state {
        Hosting::Requested { .. } => Ok(Hosting::Ended {
            at: now,
            reason: format!("Withdrawn by {by}."),
        }),
        _ => Err(not_waiting(one)),
    }
}

/// The desk turns texts on. A US local number needs an approved brand and campaign first, hosted or ported (R19, R20):
/// carriers block its texts otherwise.
///
/// # Errors
/// Unless it waits for the desk, was ported for nobody, and its campaign is approved.
pub fn enable(
    one: &HostedNumber,
    campaign_approved: bool,
    ports: &Ports,
    now: Timestamp,
) -> Result<Hosting, Refusal> {
    if !matches!(one.state, Hosting::Requested { .. }) {
        return Err(not_waiting(one));
    }
    let number = words::number(one.number);
    if let PortHere::Done(_) = ports.here {
        return Err(Refusal::conflict(
            "hosted_ported",
            format!("{number} was ported here meanwhile: its texts come with its port."),
            "Refuse it with that reason.",
        ));
    }
    if let Some(other) = ports.ported_elsewhere() {
        return Err(Refusal::conflict(
            PORTED_ELSEWHERE_RULE,
            format!(
                "{number} was ported here for {}: its texts come with {}.",
                other.account_name, other.port
            ),
            "Find out whose number it is, and refuse this one.",
        ));
    }
    if lacks_campaign(one, campaign_approved) {
        return Err(Refusal::conflict(
            "hosted_needs_campaign",
            format!(
                "{number} is a US local number, and its account has no approved A2P 10DLC brand and campaign."
            ),
            "Approve the campaign under Settings, Accounts, as soon as it is registered; then turn texts on.",
        ));
    }
    Ok(Hosting::Enabled { at: now })
}

/// Whether a campaign is all that texts of this number wait for, as far as rules can tell (R19, R20).
pub fn lacks_campaign(one: &HostedNumber, campaign_approved: bool) -> bool {
    !campaign_approved && needs_campaign(one.number, one.number.kind())
}

/// The desk says no.
///
/// # Errors
/// Unless it waits for the desk.
pub fn refuse(one: &HostedNumber, reason: String, now: Timestamp) -> Result<Hosting, Refusal> {
    match one.state {
        Hosting::Requested { .. } => Ok(Hosting::Refused { at: now, reason }),
        _ => Err(not_waiting(one)),
    }
}

/// The desk ends the hosting of a number that texts here.
///
/// # Errors
/// Unless its texts are on.
pub fn end(one: &HostedNumber, reason: String, now: Timestamp) -> Result<Hosting, Refusal> {
    match one.state {
        Hosting::Enabled { .. } => Ok(Hosting::Ended { at: now, reason }),
        _ => Err(Refusal::conflict(
            "hosted_not_on",
            format!(
                "Texts of {} are not on: its hosting is {}.",
                words::number(one.number),
                one.state.name()
            ),
            "What waits can be refused or withdrawn instead.",
        )),
    }
}

/// Somebody wants to route a hosted number's calls (R12). The answer is no, whatever its state: its voice was never moved.
/// What would make it possible depends on whether it is being ported.
pub fn voice_route(one: &HostedNumber, port: PortHere) -> Refusal {
    let number = words::number(one.number);
    let stays = format!(
        "Calls to {number} stay with {}: it is a hosted number, which only texts here.",
        one.voice_provider
    );
    match port {
        PortHere::None => Refusal::conflict(
            "hosted_voice_stays",
            stays,
            "Port the number to route its calls here.",
        ),
        PortHere::UnderWay(_) => Refusal::conflict(
            "hosted_voice_stays",
            stays,
            "Its port is under way. Set its receiving number on the port: calls go there from the port date on.",
        ),
        PortHere::Done(_) => Refusal::conflict(
            "hosted_ported",
            format!("{number} was ported here, so it is no hosted number any more."),
            "Where its calls go is set on its port.",
        ),
    }
}

#[cfg(test)]
mod tests;
