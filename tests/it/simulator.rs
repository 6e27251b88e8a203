//! The carrier simulator, over HTTP, on a clock that the test moves.

mod api;
mod faults;
pub mod judged;
pub mod rig;
mod stories;

use rig::Rig;

/// Lists what is played: each on a simulator of its own, spoken to directly, and all of them in turn
/// through the validating proxy.
macro_rules! plays {
    ($($room:ident: $($play:ident)*;)*) => {
        $($(
            #[tokio::test]
            async fn $play() {
                $room::$play(&Rig::new().await).await;
            }
        )*)*

        async fn play_all(rig: &Rig) {
            $($(
                rig.clear().await;
                $room::$play(rig).await;
            )*)*
        }
    };
}

plays! {
    api: only_an_allowed_date_is_taken_and_windows_follow_the_providers_calendar
        without_a_key_nothing_is_answered
        bad_input_is_refused_by_name
        a_patch_keeps_what_it_does_not_name_and_null_clears
        lists_are_filtered_sorted_and_paged
        an_order_shows_fifty_numbers_and_lists_the_rest
        one_create_becomes_an_order_for_each_provider_and_kind
        a_draft_can_be_deleted_and_is_deleted_after_thirty_days
        an_order_is_cancelled_in_two_steps_and_confirmed_once
        a_confirmed_date_can_be_changed_until_two_days_before
        documents_are_uploaded_both_ways_and_vanish_unless_linked
        the_small_reads_answer
        events_can_be_read_back_and_told_again
        two_orders_for_one_number_get_in_each_others_way
        a_number_that_nobody_has_on_file_is_rejected;
    stories: happy wrong_account_number address_mismatch missing_pin_on_mobile partial_port split_by_carrier silent_carrier
        date_moved_later date_earlier_than_asked jeopardy late_text number_lost_to_other_port cancel_too_late
        webhooks_twice_and_out_of_order the_options_adjust_a_scenario
        asking_a_silent_carrier_early_does_not_hurry_it a_toll_free_number_ports_by_name_alone carrier_down_for_a_day;
}

/// The proxy takes no body of this size, so this one is not played through it.
#[tokio::test]
async fn a_document_over_twenty_megabytes_is_refused() {
    api::a_document_over_twenty_megabytes_is_refused(&Rig::new().await).await;
}
