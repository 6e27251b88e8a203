//! Hosted numbers: asked for by customers, turned on, refused and ended by the desk (R9 to R13). Their calls stay with their
//! provider: [`set_voice_route`] always refuses (R12).

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::account_mail::{self, To};
use super::answers::Keep;
use super::forms::number_problem;
use super::seen::Key;
use super::{App, AppError, Caller};
use crate::db::hosted::{self as rows, Filter, HostedRow, Place};
use crate::db::{DbError, Session, Tx, people};
use crate::domain::hosted::{
    self, Asking, HostedNumber, Hosting, NotHostable, PortHere, PortOf, Ports, Wanted,
};
use crate::domain::number::{E164, Kind, parse_typed};
use crate::domain::port::{Problem, Refusal, words};
use crate::ids::{AccountId, HostedId};
use crate::mail::templates::{Frame, HostedEnabled, HostedRefused, MailTemplate};

/// Hosted numbers that one list has at most.
pub const LIST_MAX: usize = 500;

/// A hosted number with what is around it.
#[derive(Clone, Debug)]
pub struct Hosted {
    /// The number.
    pub number: HostedNumber,
    /// Its account's name.
    pub account_name: String,
    /// Whether its texts need an approved brand and campaign that its account does not have yet (R19, R20).
    pub lacks_campaign: bool,
    /// What its account's port requests say of it.
    pub port: PortHere,
    /// Another account's port request that has it, for those who may know of that account.
    pub elsewhere: Option<PortOf>,
}

impl Hosted {
    fn of(row: HostedRow, ports: Ports, caller: &Caller) -> Self {
        Self {
            lacks_campaign: hosted::lacks_campaign(&row.number, row.campaign_approved),
            number: row.number,
            account_name: row.account_name,
            port: ports.here,
            elsewhere: ports.elsewhere.filter(|other| caller.sees(other.account)),
        }
    }

    /// Whether its account has moved its voice here: then it is no hosted number any more, whatever it was.
    pub fn is_ported(&self) -> bool {
        matches!(self.port, PortHere::Done(_))
    }

    /// Whether nothing that is known keeps the desk from turning its texts on, once it was asked for.
    pub fn may_enable(&self) -> bool {
        let elsewhere = self.elsewhere.as_ref().is_some_and(|other| other.done);
        !self.lacks_campaign && !self.is_ported() && !elsewhere
    }
}

/// A hosted number as an address names it: by id, or by the number itself.
#[derive(Clone, Copy, Debug)]
pub enum Which {
    /// `hosted_…`.
    Id(HostedId),
    /// The number. Of several accounts that have it, the one is meant where it is asked for or on.
    Number(E164),
}

impl FromStr for Which {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        if let Ok(id) = text.parse() {
            return Ok(Self::Id(id));
        }
        parse_typed(text)
            .map(|typed| Self::Number(typed.number))
            .map_err(|_| AppError::NotFound("hosted number"))
    }
}

/// What of the hosted numbers is asked for.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    /// Of this account; `None` for all that the caller sees.
    pub account: Option<AccountId>,
    /// In this state, by its name.
    pub state: Option<&'static str>,
    /// With these digits in it.
    pub digits: String,
    /// Only those that come after this place.
    pub after: Option<After>,
    /// At most so many; [`LIST_MAX`] if it is left out.
    pub limit: Option<usize>,
}

/// Where a page of the list ends, as the next one is asked for: `0.14045550123.hosted_…`. A number that changes its state
/// meanwhile is on the page where it belongs now, and none of the others moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After(Place);

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { rank, number, id } = self.0;
        // Without the plus, which means a space in an address.
        let number = number.to_string();
        write!(f, "{rank}.{}.{id}", number.trim_start_matches('+'))
    }
}

impl FromStr for After {
    type Err = AppError;

    fn from_str(text: &str) -> Result<Self, AppError> {
        let parsed = || {
            let mut parts = text.splitn(3, '.');
            Some(Place {
                rank: parts.next()?.parse().ok()?,
                number: format!("+{}", parts.next()?).parse().ok()?,
                id: parts.next()?.parse().ok()?,
            })
        };
        parsed().map(Self).ok_or(AppError::NotFound("page"))
    }
}

/// Hosted numbers that a caller sees, those that wait for the desk first, and where the next page begins if there are more.
pub async fn list(
    app: &App,
    caller: &Caller,
    asked: &Asked,
) -> Result<(Vec<Hosted>, Option<After>), AppError> {
    let accounts = match asked.account {
        Some(one) => Some(vec![caller.account_for(Some(one))?]),
        None => caller.account.map(|own| {
            let mut all = vec![own];
            all.extend(caller.clients.iter().copied());
            all
        }),
    };
    let limit = asked.limit.unwrap_or(LIST_MAX).min(LIST_MAX);
    let filter = Filter {
        accounts,
        state: asked.state,
        digits: asked.digits.clone(),
        after: asked.after.map(|after| after.0),
        limit: i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1),
    };
    let mut read = app.db.read().await?;
    let mut found = rows::list(&mut read, &filter).await?;
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more);
    let next = next.map(|last| After(Place::of(&last.number)));
    let numbers: Vec<E164> = found.iter().map(|row| row.number.number).collect();
    let ports = rows::ports(&mut read, &numbers).await?;
    let all = found
        .into_iter()
        .map(|row| {
            // The desk may see a number in several accounts' lists.
            let all = ports.get(&row.number.number).cloned().unwrap_or_default();
            let ports = Ports::of(row.number.account, all);
            Hosted::of(row, ports, caller)
        })
        .collect();
    Ok((all, next))
}

/// How many numbers wait for the desk to turn their texts on.
pub async fn waiting(app: &App, caller: &Caller) -> Result<u32, AppError> {
    caller.desk_only()?;
    let count = app.seen(Key::Own(caller.user, "hosted numbers"), |_| true, async {
        let mut read = app.db.glimpse().await?;
        Ok(rows::waiting(&mut read).await?)
    });
    Ok(*count.await?)
}

async fn ports_of(
    session: &mut Session,
    account: AccountId,
    number: E164,
) -> Result<Ports, DbError> {
    let all = rows::ports(session, &[number]).await?.remove(&number);
    Ok(Ports::of(account, all.unwrap_or_default()))
}

async fn find(
    session: &mut Session,
    caller: &Caller,
    which: Which,
) -> Result<(HostedRow, Ports), AppError> {
    let found = match which {
        Which::Id(id) => rows::get(session, id).await?.into_iter().collect(),
        Which::Number(number) => rows::with_number(session, number).await?,
    };
    let row = found
        .into_iter()
        .find(|row| caller.sees(row.number.account))
        .ok_or(AppError::NotFound("hosted number"))?;
    let ports = ports_of(session, row.number.account, row.number.number).await?;
    Ok((row, ports))
}

/// One hosted number.
pub async fn get(app: &App, caller: &Caller, which: Which) -> Result<Hosted, AppError> {
    let mut read = app.db.read().await?;
    let (row, ports) = find(&mut read, caller, which).await?;
    Ok(Hosted::of(row, ports, caller))
}

/// A hosted number as somebody asks for it.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The number.
    pub number: String,
    /// What kind of line it is: North American numbers do not tell.
    pub kind: Option<Kind>,
    /// Who provides its calls.
    pub voice_provider: String,
    /// What it is for; may be empty.
    pub description: String,
}

/// Reads what was typed.
///
/// # Errors
/// Each field that is wrong, not only the first.
fn read(typed: &Typed) -> Result<Wanted, Vec<Problem>> {
    let number = parse_typed(&typed.number)
        .map(|typed| typed.number)
        .map_err(|error| number_problem("number", &error))
        .and_then(|number| {
            let said = typed.kind.unwrap_or(number.kind());
            hosted::hostable(number, said).map_err(|error| {
                // The number may be right, and what was said of it is what matters.
                let field = match error {
                    NotHostable::Mobile(_) => "kind",
                    _ => "number",
                };
                Problem::new(field, format!("{error}."))
            })?;
            Ok(number)
        });
    let words = hosted::check_words(&typed.voice_provider, &typed.description);
    match (number, words) {
        (Ok(number), Ok((voice_provider, description))) => Ok(Wanted {
            number,
            voice_provider,
            description,
        }),
        (number, words) => Err(number
            .err()
            .into_iter()
            .chain(words.err().into_iter().flatten())
            .collect()),
    }
}

/// Asks for a hosted number, for the first time or again.
///
/// # Errors
/// Field errors for what cannot be hosted and for what is live already, here or in another account.
pub async fn request(
    app: &App,
    caller: &Caller,
    account: Option<AccountId>,
    typed: &Typed,
    keep: Option<Keep<Hosted>>,
) -> Result<Hosted, AppError> {
    let account = caller.account_for(account)?;
    caller.filing_only()?;
    let wanted = read(typed).map_err(AppError::Invalid)?;
    let number = wanted.number;
    let now = app.clock.now();
    let mut tx = app.db.write().await?;
    if people::account(&mut tx, account).await?.is_none() {
        return Err(AppError::NotFound("account"));
    }
    let was = rows::of_account(&mut tx, account, number).await?;
    let ports = ports_of(&mut tx, account, number).await?;
    let other = ports.elsewhere.as_ref();
    let asking = Asking {
        id: app.ids.next(now),
        account,
        by: caller.user,
        name: caller.actor.name.clone(),
        knows: other.is_some_and(|other| caller.sees(other.account)),
        now,
    };
    let was_number = was.as_ref().map(|row| &row.number);
    let one = hosted::ask(was_number, &ports, wanted, asking)?;
    let stored = match &was {
        None => rows::insert(&mut tx, &one).await,
        Some(row) => rows::update(&mut tx, &one, row.version).await,
    };
    match stored {
        Ok(true) => {}
        Ok(false) => return Err(AppError::Stale),
        Err(e) if e.constraint() == Some(rows::LIVE_ONCE) => return Err(live_elsewhere(number)),
        Err(e) => return Err(e.into()),
    }
    finish(app, caller, tx, one.id, keep).await
}

fn live_elsewhere(number: E164) -> AppError {
    let mut refusal = Refusal::conflict(
        "hosted_elsewhere",
        format!(
            "{} is a hosted number of another account, or asked for there.",
            words::number(number)
        ),
        "It has to be ended there first. If the number is yours, ask the desk.",
    );
    refusal.problems = vec![Problem::new("number", refusal.to_string())];
    refusal.into()
}

/// Remembers the answer, if that is wanted, and commits.
async fn finish(
    app: &App,
    caller: &Caller,
    mut tx: Tx,
    id: HostedId,
    keep: Option<Keep<Hosted>>,
) -> Result<Hosted, AppError> {
    let row = rows::get(&mut tx, id).await?.ok_or(AppError::Stale)?;
    let ports = ports_of(&mut tx, row.number.account, row.number.number).await?;
    let now = Hosted::of(row, ports, caller);
    if let Some(keep) = keep
        && !keep.store(app, &mut tx, &now).await?
    {
        return Err(AppError::Stale);
    }
    tx.commit().await?;
    Ok(now)
}

/// What can become of a hosted number.
#[derive(Clone, Debug)]
pub enum Step {
    /// The customer takes back what they asked for.
    Withdraw,
    /// The desk turns texts on.
    Enable,
    /// The desk says no, with its reason.
    Refuse(String),
    /// The desk ends it, with its reason.
    End(String),
}

/// Takes a step. Who asked is mailed when their number is turned on or refused.
///
/// # Errors
/// [`AppError::Forbidden`] for what only the desk does, and refusals of the rules.
pub async fn step(
    app: &App,
    caller: &Caller,
    which: Which,
    step: Step,
    keep: Option<Keep<Hosted>>,
) -> Result<Hosted, AppError> {
    let mut tx = app.db.write().await?;
    let (was, ports) = find(&mut tx, caller, which).await?;
    match step {
        Step::Withdraw => caller.filing_only()?,
        Step::Enable | Step::Refuse(_) | Step::End(_) => caller.desk_only()?,
    }
    let now = app.clock.now();
    let checked = |reason: &str| {
        hosted::check_reason(reason).map_err(|problem| AppError::Invalid(vec![problem]))
    };
    let one = &was.number;
    let state = match &step {
        Step::Withdraw => hosted::withdraw(one, &caller.actor.name, now)?,
        Step::Enable => hosted::enable(one, was.campaign_approved, &ports, now)?,
        Step::Refuse(reason) => hosted::refuse(one, checked(reason)?, now)?,
        Step::End(reason) => hosted::end(one, checked(reason)?, now)?,
    };
    let next = HostedNumber {
        state,
        ..one.clone()
    };
    if !rows::update(&mut tx, &next, was.version).await? {
        return Err(AppError::Stale);
    }
    if let Hosting::Requested { by, .. } = one.state
        && let Some(reader) = people::user(&mut tx, by).await?
        && reader.disabled_at.is_none()
    {
        let to = To {
            user: Some(reader.id),
            name: &reader.name,
            address: &reader.email,
        };
        tell(app, &mut tx, to, &next, now).await?;
    }
    finish(app, caller, tx, next.id, keep).await
}

/// Mails what the desk decided.
async fn tell(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    one: &HostedNumber,
    now: Timestamp,
) -> Result<(), AppError> {
    let name = to.name.to_owned();
    let number = words::number(one.number);
    let provider = one.voice_provider.clone();
    match &one.state {
        Hosting::Enabled { .. } => {
            let mail = HostedEnabled {
                name,
                number,
                provider,
            };
            send(app, tx, to, &mail, one, now).await
        }
        Hosting::Refused { reason, .. } => {
            let mail = HostedRefused {
                name,
                number,
                reason: reason.clone(),
                provider,
            };
            send(app, tx, to, &mail, one, now).await
        }
        Hosting::Requested { .. } | Hosting::Ended { .. } => Ok(()),
    }
}

async fn send<M: MailTemplate>(
    app: &App,
    tx: &mut Tx,
    to: To<'_>,
    mail: &M,
    one: &HostedNumber,
    now: Timestamp,
) -> Result<(), AppError> {
    let frame = account_mail::frame(app);
    let frame = Frame {
        why: format!(
            "You get this mail because you asked for a hosted number at {}.",
            frame.product
        ),
        url: app
            .config
            .server
            .link(&format!("/numbers/hosted/{}", one.id)),
        ..frame
    };
    account_mail::queue_in(app, tx, to, mail, &frame, None, now).await
}

/// Routes a hosted number's calls: never (R12).
///
/// # Errors
/// Always: a refusal that says with whom the calls stay and what would move them.
pub async fn set_voice_route(
    app: &App,
    caller: &Caller,
    which: Which,
) -> Result<Infallible, AppError> {
    let one = get(app, caller, which).await?;
    caller.filing_only()?;
    Err(hosted::voice_route(&one.number, one.port).into())
}
