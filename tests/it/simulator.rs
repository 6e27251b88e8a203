//! The carrier simulator, over HTTP, on a clock that the test moves.

mod api;
mod faults;
mod judged;
mod rig;
mod stories;

use rig::Rig;

/// Each story on a simulator of its own, spoken to directly.
macro_rules! on_its_own {
    ($($story:ident)*) => {$(
        #[tokio::test]
        async fn $story() {
            stories::$story(&Rig::new().await).await;
        }
    )*};
}

on_its_own! {
    happy wrong_account_number address_mismatch missing_pin_on_mobile partial_port split_by_carrier silent_carrier
    date_moved_later date_earlier_than_asked jeopardy late_text number_lost_to_other_port cancel_too_late
    webhooks_twice_and_out_of_order carrier_down_for_a_day
}
