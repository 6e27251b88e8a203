//! Words, colours and times for people.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::model::{Number, Port};
use crate::cli::Ink;
use crate::domain::number::E164;
use crate::domain::port::Status;

/// The desk's present time and the reader's zone.
#[derive(Clone, Debug)]
pub(super) struct Times {
    pub(super) now: Timestamp,
    zone: TimeZone,
}

impl Times {
    /// In the zone of the reader's machine.
    pub(super) fn here(now: Timestamp) -> Self {
        Self {
            now,
            zone: TimeZone::system(),
        }
    }

    #[cfg(test)]
    fn of(now: &str, zone: &str) -> Self {
        Self {
            now: now.parse().expect("a literal"),
            zone: TimeZone::get(zone).expect("a zone"),
        }
    }

    fn format(&self, at: Timestamp, this_year: &str, other_year: &str) -> String {
        let there = at.to_zoned(self.zone.clone());
        let same = self.now.to_zoned(self.zone.clone()).year() == there.year();
        there
            .strftime(if same { this_year } else { other_year })
            .to_string()
    }

    /// "Nov 30"
    pub(super) fn day(&self, at: Timestamp) -> String {
        self.format(at, "%b %-d", "%b %-d, %Y")
    }

    /// "Mon Nov 30, 10:30 am EST"
    pub(super) fn moment(&self, at: Timestamp) -> String {
        self.format(at, "%a %b %-d, %-I:%M %P %Z", "%a %b %-d, %Y, %-I:%M %P %Z")
    }

    /// "Nov 30 10:30": for lines of a log, all equally long within a year.
    pub(super) fn stamp(&self, at: Timestamp) -> String {
        self.format(at, "%b %d %H:%M", "%Y %b %d %H:%M")
    }

    /// How long ago: "5m", "3h", "12d".
    pub(super) fn age(&self, since: Timestamp) -> String {
        let minutes = self.now.duration_since(since).as_secs().max(0) / 60;
        match minutes {
            0..60 => format!("{minutes}m"),
            60..2880 => format!("{}h", minutes / 60),
            _ => format!("{}d", minutes / 1440),
        }
    }
}

/// How an id is called for short: its last eight characters, which are random. The commands take it, too.
pub(super) fn short(id: &str) -> &str {
    id.get(id.len().saturating_sub(8)..).unwrap_or(id)
}

/// A number as people write it.
pub(super) fn national(number: &str) -> String {
    number
        .parse::<E164>()
        .map_or_else(|_| number.to_owned(), E164::national)
}

/// A request's name, for want of one its first number or its losing provider.
pub(super) fn title<'a>(title: &'a str, carrier: &'a str) -> &'a str {
    match (title.trim(), carrier.trim()) {
        ("", "") => "(no title)",
        ("", carrier) => carrier,
        (title, _) => title,
    }
}

/// Who has to act.
pub(super) fn waits_for(word: &str, desk: bool) -> String {
    match word {
        "customer" if desk => "the customer",
        "customer" => "you",
        "owner" => "the owner",
        "desk" if desk => "you (the desk)",
        "desk" => "the desk",
        "gaining_carrier" => "the gaining carrier",
        "losing_provider" => "the losing provider",
        "nobody" | "" => "",
        other => return other.replace('_', " "),
    }
    .to_owned()
}

/// The colour of a status.
pub(super) fn status_ink(status: &str) -> Ink {
    match Status::named(status) {
        Some(Status::Completed) => Ink::Good,
        Some(Status::Rejected) => Ink::Bad,
        Some(
            Status::Cancelled
            | Status::SnappedBack
            | Status::CancelPending
            | Status::SnapbackPending
            | Status::Draft,
        ) => Ink::Faint,
        Some(Status::Scheduled | Status::Porting | Status::Testing) => Ink::Good,
        _ => Ink::Warning,
    }
}

/// Whether it is over. A status that is not known is not over.
pub(super) fn is_over(status: &str) -> bool {
    Status::named(status).is_some_and(|status| !status.is_open())
}

/// How far a port is on its way, as a step of [`STEPS`]; `None` off the way.
pub(super) fn step(status: &str) -> Option<u64> {
    Some(match Status::named(status)? {
        Status::Draft => 0,
        Status::AwaitingSignature => 1,
        Status::AwaitingProof => 2,
        Status::InReview => 3,
        Status::Submitted | Status::Rejected => 4,
        Status::Scheduled => 5,
        Status::Porting => 6,
        Status::Testing => 7,
        Status::Completed => 8,
        Status::CancelPending
        | Status::Cancelled
        | Status::SnapbackPending
        | Status::SnappedBack => return None,
    })
}

/// The steps from the draft to the end.
pub(super) const STEPS: u64 = 8;

/// Where a number's calls stand.
pub(super) fn voice(one: &Number, times: &Times) -> (String, Ink) {
    let voice = &one.voice;
    let (text, ink) = match voice.state.as_str() {
        "waiting" => match &one.not_portable {
            Some(why) => (format!("cannot be taken: {why}"), Ink::Bad),
            None => ("not submitted".to_owned(), Ink::Faint),
        },
        "submitted" => ("with the carriers".to_owned(), Ink::Warning),
        "rejected" => {
            let codes: Vec<&str> = voice.reasons.iter().map(|one| one.code.as_str()).collect();
            (format!("rejected: {}", codes.join(", ")), Ink::Bad)
        }
        "scheduled" => match &voice.window {
            Some(window) => (format!("moves {}", times.moment(window.start)), Ink::Good),
            None => ("scheduled".to_owned(), Ink::Good),
        },
        "porting" => ("moving now".to_owned(), Ink::Good),
        "ported" => {
            let tested = one.voice_test.as_ref().is_some_and(|test| test.passed);
            let when = voice
                .ported_at
                .map_or_else(String::new, |at| format!(" {}", times.day(at)));
            let untested = if tested { "" } else { ", not tested yet" };
            (format!("ported{when}{untested}"), Ink::Good)
        }
        "failed" => match &voice.reason {
            Some(why) => (format!("cannot be ported: {why}"), Ink::Bad),
            None => ("cannot be ported".to_owned(), Ink::Bad),
        },
        "cancelled" => ("cancelled".to_owned(), Ink::Faint),
        "snapped_back" => ("went back".to_owned(), Ink::Faint),
        other => (other.replace('_', " "), Ink::Warning),
    };
    (text, ink)
}

/// Where a number's texts stand.
pub(super) fn texts(one: &Number, times: &Times) -> (String, Ink) {
    let text = &one.text;
    let (words, ink) = match text.state.as_str() {
        "not_wanted" if one.wants_text => ("after the port".to_owned(), Ink::Faint),
        "not_wanted" => ("not wanted".to_owned(), Ink::Faint),
        "waiting_campaign" => ("wait for the campaign".to_owned(), Ink::Warning),
        "waiting_port" => ("after the port".to_owned(), Ink::Faint),
        "waiting_routing" => match text.by {
            Some(by) => (format!("by {}", times.day(by)), Ink::Warning),
            None => ("on their way".to_owned(), Ink::Warning),
        },
        "enabled" => ("work".to_owned(), Ink::Good),
        "failed" => match &text.reason {
            Some(why) => (format!("did not follow: {why}"), Ink::Bad),
            None => ("did not follow".to_owned(), Ink::Bad),
        },
        other => (other.replace('_', " "), Ink::Warning),
    };
    (words, ink)
}

/// Whether the one who asks works at the desk: only they are shown what the desk has to decide.
pub(super) fn asked_by_desk(port: &Port) -> bool {
    port.attention.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_the_readers_and_ages_the_desks() {
        let times = Times::of("2026-11-25T15:00:00Z", "America/New_York");
        let at: Timestamp = "2026-11-30T15:30:00Z".parse().expect("a literal");
        assert_eq!(times.day(at), "Nov 30");
        assert_eq!(times.moment(at), "Mon Nov 30, 10:30 am EST");
        assert_eq!(times.stamp(at), "Nov 30 10:30");
        let next_year: Timestamp = "2027-01-04T15:30:00Z".parse().expect("a literal");
        assert_eq!(times.day(next_year), "Jan 4, 2027");
        let ages = [
            ("2026-11-25T14:59:31Z", "0m"),
            ("2026-11-24T15:00:00Z", "24h"),
            ("2026-11-20T15:00:00Z", "5d"),
            ("2026-11-26T15:00:00Z", "0m"),
        ];
        for (since, age) in ages {
            assert_eq!(times.age(since.parse().expect("a literal")), age, "{since}");
        }
    }

    #[test]
    fn each_status_is_either_on_the_way_or_off_it() {
        for status in Status::ALL {
            let off = matches!(
                status,
                Status::CancelPending
                    | Status::Cancelled
                    | Status::SnapbackPending
                    | Status::SnappedBack
            );
            assert_eq!(step(status.name()).is_none(), off, "{}", status.name());
        }
        assert_eq!(step("completed"), Some(STEPS));
        assert_eq!((step("brand_new"), is_over("brand_new")), (None, false));
    }

    #[test]
    fn an_unknown_word_is_shown_as_it_came() {
        assert_eq!(waits_for("some_regulator", false), "some regulator");
        assert_eq!(short("port_019ab3f2c7d87a60b1f3d2a4c5e6f708"), "c5e6f708");
    }
}
