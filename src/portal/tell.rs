//! From the domain to what pages show: badges, instants, actions. No decisions are made here.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::session::SignedIn;
use super::views::{self, Act, Badge, Ball, PortRef, Tone, When};
use crate::app::{App, mailing, ports};
use crate::domain::calendar::Calendar;
use crate::domain::number::{E164, Kind, Region};
use crate::domain::port::words;
use crate::domain::port::{
    self, Blocker, BlockerCode, EventKind, Loa, PortNumber, PortRequest, Role, Standing, Status,
    Text, Verdict, Voice, Window, moves,
};

/// An instant: in the reader's zone if they have chosen one, else in this one. On hover it is always in this one, the
/// port's where it is about a port.
pub(super) fn when(at: Timestamp, zone: &TimeZone, now: Timestamp) -> When {
    let reader = super::session::reader_zone().unwrap_or_else(|| zone.clone());
    let this_year = now.to_zoned(reader.clone()).year() == at.to_zoned(reader.clone()).year();
    let there = at.to_zoned(reader);
    let (day, text) = if this_year {
        (
            there.strftime("%b %-d").to_string(),
            there.strftime("%b %-d, %-I:%M %P").to_string(),
        )
    } else {
        (
            there.strftime("%b %-d, %Y").to_string(),
            there.strftime("%b %-d, %Y, %-I:%M %P").to_string(),
        )
    };
    let hover = format!(
        "{} {} ({} UTC)",
        at.to_zoned(zone.clone())
            .strftime("%A, %B %-d, %Y, %-I:%M %P"),
        super::zone_name(zone),
        at.to_zoned(TimeZone::UTC).strftime("%H:%M"),
    );
    When::new(at.to_string(), day, text, hover)
}

/// How long ago something began, in days: "today", "12 days".
pub(super) fn age(from: Timestamp, now: Timestamp) -> String {
    match now.duration_since(from).as_hours().div_euclid(24) {
        ..=0 => "today".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

/// A day as a sentence names it: "Tuesday, December 1".
pub(super) fn long_day(date: Date) -> String {
    date.strftime("%A, %B %-d").to_string()
}

/// The window's day, its hours, and the same in UTC.
pub(super) fn window(window: Window, zone: &TimeZone) -> (String, String, String) {
    let (start, end) = (
        window.start.to_zoned(zone.clone()),
        window.end.to_zoned(zone.clone()),
    );
    let utc = |at: Timestamp| at.to_zoned(TimeZone::UTC).strftime("%H:%M").to_string();
    (
        start.strftime("%A, %B %-d, %Y").to_string(),
        format!(
            "{} to {} {}",
            start.strftime("%-I:%M %P"),
            end.strftime("%-I:%M %P"),
            super::zone_name(zone)
        ),
        format!("{} to {} UTC", utc(window.start), utc(window.end)),
    )
}

/// A number as people read it: `+1 312 555 0142`.
pub(super) fn number(number: E164) -> String {
    words::number(number)
}

pub(super) fn status(status: Status) -> Badge {
    let tone = match status {
        Status::Draft => Tone::Draft,
        Status::AwaitingSignature | Status::CancelPending => Tone::Wait,
        Status::AwaitingProof | Status::Rejected | Status::SnapbackPending => Tone::Act,
        Status::InReview
        | Status::Submitted
        | Status::Scheduled
        | Status::Porting
        | Status::Testing => Tone::Go,
        Status::Completed => Tone::Done,
        Status::Cancelled | Status::SnappedBack => Tone::Stop,
    };
    Badge::new(tone, status.words())
}

/// A status by its stored name. A name that this version does not know is shown as it is.
pub(super) fn status_named(name: &str) -> Badge {
    Status::named(name).map_or_else(|| Badge::new(Tone::Info, name), status)
}

pub(super) fn voice(voice: &Voice, zone: &TimeZone, now: Timestamp) -> Badge {
    match voice {
        Voice::Waiting => Badge::new(Tone::Draft, "Not submitted"),
        Voice::Submitted => Badge::new(Tone::Go, "With the carriers"),
        Voice::Rejected { .. } => Badge::new(Tone::Act, "Rejected"),
        Voice::Scheduled { window } => {
            let at = when(window.start, zone, now);
            Badge::new(Tone::Go, format!("Moves {}", at.text))
        }
        Voice::Porting { .. } => Badge::new(Tone::Go, "Porting now"),
        Voice::Ported { .. } => Badge::new(Tone::Done, "Ported"),
        Voice::Failed { .. } => Badge::new(Tone::Stop, "Cannot be ported"),
        Voice::Cancelled => Badge::new(Tone::Stop, "Cancelled"),
        Voice::SnappedBack => Badge::new(Tone::Stop, "Went back"),
    }
}

pub(super) fn text(one: &PortNumber, zone: &TimeZone, now: Timestamp) -> Badge {
    match &one.text {
        Text::NotWanted if one.wants_text && !one.voice.is_over() => {
            Badge::new(Tone::Draft, "After the port")
        }
        Text::NotWanted => Badge::new(Tone::Draft, "Not wanted"),
        Text::WaitingCampaign => Badge::new(Tone::Wait, "Waits for the campaign"),
        Text::WaitingPort => Badge::new(Tone::Wait, "After the port"),
        Text::WaitingRouting { by } => {
            Badge::new(Tone::Go, format!("By {}", when(*by, zone, now).day))
        }
        Text::Enabled { .. } => Badge::new(Tone::Done, "Enabled"),
        Text::Failed { .. } => Badge::new(Tone::Stop, "Did not follow"),
    }
}

/// What a number is and where it belongs: "Mobile, Illinois".
pub(super) fn kind(number: E164, kind: Kind) -> String {
    let what = match kind {
        Kind::Local => "Local",
        Kind::Mobile => "Mobile",
        Kind::TollFree => return "Toll-free".to_owned(),
        Kind::Unknown => "",
    };
    let place = match number.region() {
        Region::Unassigned => Some("area code not known to us"),
        _ => number.place_name(),
    };
    match (what, place) {
        ("", None) => String::new(),
        ("", Some(place)) => place.to_owned(),
        (what, None) => what.to_owned(),
        (what, Some(place)) => format!("{what}, {place}"),
    }
}

pub(super) fn letter(loa: &Loa) -> Badge {
    match loa {
        Loa::NotSent { because: None } => Badge::new(Tone::Draft, "Not sent"),
        Loa::NotSent { because: Some(_) } => Badge::new(Tone::Act, "To be signed again"),
        Loa::Sent {
            opened_at: None, ..
        } => Badge::new(Tone::Wait, "Sent"),
        Loa::Sent { .. } => Badge::new(Tone::Wait, "Opened"),
        Loa::Signed { .. } => Badge::new(Tone::Done, "Signed"),
        Loa::Declined { .. } => Badge::new(Tone::Act, "Declined"),
        Loa::Expired { .. } => Badge::new(Tone::Act, "Expired"),
    }
}

pub(super) fn proof(request: &PortRequest) -> Badge {
    let verdict =
        |wanted: fn(&Verdict) -> bool| request.proof.iter().any(|one| wanted(&one.verdict));
    if verdict(|one| *one == Verdict::Accepted) {
        Badge::new(Tone::Done, "Accepted")
    } else if verdict(|one| *one == Verdict::Waiting) {
        Badge::new(Tone::Wait, "Being checked")
    } else if !request.is_signed() {
        Badge::new(Tone::Draft, "After the LOA")
    } else if request.proof.is_empty() {
        Badge::new(Tone::Act, "Needed")
    } else {
        Badge::new(Tone::Act, "Send another")
    }
}

/// Whether something can be done now, by the table of legal moves.
pub(super) fn act(event: EventKind, status: Status, role: Role) -> Act {
    let role = role.acts_as();
    let line = moves::find(event);
    if !line.by.contains(&role) {
        Act::Hidden
    } else if line.from.contains(&status) {
        Act::Open
    } else {
        Act::Closed(line.way_out.to_owned())
    }
}

/// What a reader can do with a request.
pub(super) fn actions(request: &PortRequest, status: Status, role: Role) -> views::ports::Actions {
    let send = match act(EventKind::ReceiveProof, status, role) {
        Act::Open if !request.is_signed() => Act::Closed(
            "The proof can be sent after the Letter of Authorization is signed.".to_owned(),
        ),
        other => other,
    };
    let resend = match (&request.loa, act(EventKind::RemindSigner, status, role)) {
        (_, Act::Hidden) => Act::Hidden,
        (Loa::Sent { .. }, open) => open,
        (Loa::Signed { .. }, _) => Act::Closed("The letter is signed.".to_owned()),
        _ => Act::Closed("It has not been sent yet.".to_owned()),
    };
    views::ports::Actions {
        send,
        edit: act(EventKind::Edit, status, role),
        resend,
        cancel: act(EventKind::Cancel, status, role),
        ask: act(EventKind::AskForUpdate, status, role),
    }
}

/// Who holds the ball, as this reader sees it.
pub(super) fn ball(
    app: &App,
    who: &SignedIn,
    request: &PortRequest,
    standing: &Standing,
    calendar: &Calendar,
) -> Option<Ball> {
    let holder = standing.ball;
    if holder == port::Ball::Nobody {
        return None;
    }
    let days = calendar.silent_days(request.last_movement, app.clock.now());
    let desk = who.caller.is_desk();
    let (who, mine) = match holder {
        port::Ball::Customer if desk => ("the customer".to_owned(), false),
        port::Ball::Customer => ("you".to_owned(), true),
        port::Ball::Desk if desk => ("the desk".to_owned(), true),
        port::Ball::Desk => ("us".to_owned(), false),
        port::Ball::Owner => ("the owner's signature".to_owned(), false),
        port::Ball::GainingCarrier => ("the gaining carrier".to_owned(), false),
        port::Ball::LosingProvider => (request.details.losing_carrier.clone(), false),
        port::Ball::Nobody => return None,
    };
    Some(Ball {
        who,
        mine,
        age: match days {
            0 => String::new(),
            1 => "1 business day".to_owned(),
            days => format!("{days} business days"),
        },
        // A port that has its date waits for nobody.
        late: days >= app.config.silence.chase_business_days
            && !matches!(standing.status, Status::Scheduled | Status::Testing),
    })
}

/// Which request a page is about.
pub(super) fn port_ref(view: &ports::View) -> PortRef {
    PortRef {
        id: view.request.id.to_string(),
        title: title(&view.request),
        carrier: carrier(&view.request),
        account: view.account_name.clone(),
        status: status(view.standing.status),
    }
}

/// What a page about a request is called: its numbers, or its name while it has none.
pub(super) fn title(request: &PortRequest) -> String {
    match request.numbers.as_slice() {
        [] if request.details.losing_carrier.trim().is_empty()
            && request.details.title.trim().is_empty() =>
        {
            "New port".to_owned()
        }
        [] => mailing::title_of(request),
        [one] => number(one.number),
        [first, rest @ ..] => format!("{} and {} more", number(first.number), rest.len()),
    }
}

/// The losing provider's name, also while it is not filled in.
pub(super) fn carrier(request: &PortRequest) -> String {
    let name = request.details.losing_carrier.trim();
    if name.is_empty() {
        "a provider not named yet".to_owned()
    } else {
        name.to_owned()
    }
}

/// The blockers with links to where they are cleared. What a form lacks is one of them, however much it is.
pub(super) fn blockers<'a>(
    request: &PortRequest,
    all: impl IntoIterator<Item = &'a Blocker>,
) -> Vec<views::Blocker> {
    let (lacking, others): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| {
        matches!(
            one.code,
            BlockerCode::FormIncomplete | BlockerCode::PinMissing
        )
    });
    let mut told: Vec<_> = others.iter().map(|one| blocker(request, one)).collect();
    if let [_, _, ..] = lacking.as_slice() {
        told.insert(
            0,
            views::Blocker {
                text: "The form is not complete.".to_owned(),
                way_out: format!("{} things are missing:", lacking.len()),
                links: lacking
                    .iter()
                    .flat_map(|one| {
                        let mut links = blocker(request, one).links;
                        for link in &mut links {
                            link.text.clone_from(&one.says);
                        }
                        links
                    })
                    .collect(),
            },
        );
    } else {
        told.splice(0..0, lacking.iter().map(|one| blocker(request, one)));
    }
    told
}

/// A blocker with links to where it is cleared. What only the desk has to do is no blocker for others.
pub(super) fn blocker(request: &PortRequest, one: &Blocker) -> views::Blocker {
    let port = request.id;
    let page = |part: &str, text: &str| {
        vec![views::Link::new(
            format!("/numbers/ports/{port}/{part}"),
            text,
        )]
    };
    let links = match one.code {
        BlockerCode::ReceivingNumber => {
            vec![views::Link::new(
                format!("/settings/receiving?account={}", request.account),
                "To the receiving numbers",
            )]
        }
        BlockerCode::NotPortable
        | BlockerCode::MixedKinds
        | BlockerCode::FormIncomplete
        | BlockerCode::PinMissing => {
            let control = one
                .field
                .as_deref()
                .map(super::fields::control_of)
                .unwrap_or_default();
            page(&format!("edit{control}"), "Open the form")
        }
        BlockerCode::LetterUnsigned => page("letter", "To the Letter of Authorization"),
        BlockerCode::ProofMissing => page("proof", "Send the proof"),
        BlockerCode::ProofUnchecked => Vec::new(),
    };
    views::Blocker {
        text: one.says.clone(),
        // "Fill in the city." and a link to the form: that is the way out.
        way_out: match one.code {
            BlockerCode::FormIncomplete => String::new(),
            _ => one.way_out.clone(),
        },
        links,
    }
}

/// The blockers that stop a request against its reader's expectation. That a draft is not finished, a
/// letter not signed or a proof not checked is its normal way and is said by its status.
pub(super) fn is_obstacle(one: &Blocker) -> bool {
    matches!(
        one.code,
        BlockerCode::ReceivingNumber | BlockerCode::NotPortable | BlockerCode::MixedKinds
    )
}

/// The role of somebody who wrote or did something, as others call it.
pub(super) fn role(role: Role) -> &'static str {
    match role {
        Role::Submitter | Role::AccountAdministrator | Role::ReadOnly => "Customer",
        Role::Owner => "Owner",
        Role::Desk | Role::Administrator => "Desk",
        Role::Carrier => "Carrier",
        Role::Timer => "",
    }
}

/// Whoever wrote a mail: "Dana Whitfield, dana@harbor.example", as far as the mail says.
pub(super) fn sender(name: &str, address: &str) -> String {
    match (name, address) {
        ("", "") => "Unknown sender".to_owned(),
        ("", address) => address.to_owned(),
        (name, address) => format!("{name}, {address}"),
    }
}
