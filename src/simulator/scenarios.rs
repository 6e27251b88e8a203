//! The named stories that a port can tell.
//!
//! A scenario belongs to a losing provider's customer record, so every order with that customer's
//! numbers plays it; see `POST /control/customers`. Three of them (`wrong_account_number`,
//! `address_mismatch`, `missing_pin_on_mobile`) need no script: the record is an ordinary one and the
//! mistake is in what gets typed. They are named so that a test or the demo can ask for them and read
//! in the counters which story an order belongs to.

use serde::{Deserialize, Serialize};

/// What happens to an order.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Goes through: submitted, a date as asked, ported, texts ten minutes later.
    #[default]
    Happy,
    /// A usual record; the customer types another account number (`ACCOUNT_NUMBER_MISMATCH`).
    WrongAccountNumber,
    /// A usual record; the customer types another street (`LOCATION_MISMATCH`).
    AddressMismatch,
    /// A mobile account with a PIN that the customer leaves out (`PASSCODE_PIN_INVALID`).
    MissingPinOnMobile,
    /// The order ports, but its last number fails.
    PartialPort,
    /// Creating gives two orders; later the carrier splits one of them again.
    SplitByCarrier,
    /// Nothing moves until a comment asks, and not before the third business day.
    SilentCarrier,
    /// A date is confirmed, then moved three business days later.
    DateMovedLater,
    /// The losing provider confirms an earlier date than was asked for.
    DateEarlierThanAsked,
    /// The confirmed order shows a reason and stands in conflict for a day, then recovers.
    Jeopardy,
    /// Voice ports on time; texts follow three business days later.
    LateText,
    /// The number left for another carrier: an exception that no data can mend.
    NumberLostToOtherPort,
    /// The date is confirmed so late that it can no longer be cancelled.
    CancelTooLate,
    /// Every webhook comes twice, and in pairs that are swapped.
    WebhooksTwiceAndOutOfOrder,
    /// From the order's creation on, the API answers 503 for a day and webhooks are held back.
    CarrierDownForADay,
}

impl Scenario {
    /// Every scenario, in the order of the documentation.
    pub const ALL: [Scenario; 15] = [
        Scenario::Happy,
        Scenario::WrongAccountNumber,
        Scenario::AddressMismatch,
        Scenario::MissingPinOnMobile,
        Scenario::PartialPort,
        Scenario::SplitByCarrier,
        Scenario::SilentCarrier,
        Scenario::DateMovedLater,
        Scenario::DateEarlierThanAsked,
        Scenario::Jeopardy,
        Scenario::LateText,
        Scenario::NumberLostToOtherPort,
        Scenario::CancelTooLate,
        Scenario::WebhooksTwiceAndOutOfOrder,
        Scenario::CarrierDownForADay,
    ];

    /// The name that the control API uses.
    pub fn name(self) -> &'static str {
        match self {
            Scenario::Happy => "happy",
            Scenario::WrongAccountNumber => "wrong_account_number",
            Scenario::AddressMismatch => "address_mismatch",
            Scenario::MissingPinOnMobile => "missing_pin_on_mobile",
            Scenario::PartialPort => "partial_port",
            Scenario::SplitByCarrier => "split_by_carrier",
            Scenario::SilentCarrier => "silent_carrier",
            Scenario::DateMovedLater => "date_moved_later",
            Scenario::DateEarlierThanAsked => "date_earlier_than_asked",
            Scenario::Jeopardy => "jeopardy",
            Scenario::LateText => "late_text",
            Scenario::NumberLostToOtherPort => "number_lost_to_other_port",
            Scenario::CancelTooLate => "cancel_too_late",
            Scenario::WebhooksTwiceAndOutOfOrder => "webhooks_twice_and_out_of_order",
            Scenario::CarrierDownForADay => "carrier_down_for_a_day",
        }
    }
}

/// Fine adjustment of a scenario. What does not apply to the scenario is ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Options {
    /// `silent_carrier`: business days before asking helps.
    pub silent_business_days: u8,
    /// `date_moved_later`: by how many business days.
    pub moved_business_days: u8,
    /// `late_text`: business days between voice and texts.
    pub text_business_days: u8,
    /// `late_text`: whether the text routing first ends in `exception` for a day.
    pub text_exception: bool,
    /// `carrier_down_for_a_day`: for how long.
    pub outage_hours: u16,
    /// `partial_port`: whether the failing number ends `Cancelled` instead of `Failed`.
    pub partial_cancelled: bool,
    /// `number_lost_to_other_port`: whether the code is `PHONE_NUMBER_MISMATCH` instead of
    /// `PHONE_NUMBER_NOT_PORTABLE`.
    pub lost_as_mismatch: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            silent_business_days: 3,
            moved_business_days: 3,
            text_business_days: 3,
            text_exception: false,
            outage_hours: 24,
            partial_cancelled: false,
            lost_as_mismatch: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_whole_and_names_are_what_json_says() {
        for (index, scenario) in Scenario::ALL.into_iter().enumerate() {
            assert_eq!(scenario as usize, index);
            assert_eq!(
                serde_json::to_value(scenario).expect("serialises"),
                scenario.name()
            );
        }
    }
}
