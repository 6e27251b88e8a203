//! Before one starts.

use crate::support::browser::Desk;
use crate::support::database::on_sqlite;

/// R5, R9 to R18, R25 to R27, R51 to R59, R60 to R65, R69 to R76: what somebody reads before the form.
#[tokio::test]
async fn somebody_reads_what_porting_is_and_what_to_have_at_hand() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let page = browser.open("/start").await;
        let text = page.text();
        for said in [
            "existing office phone number",
            "transferred from your current provider",
            "porting for voice, hosted for messaging",
            "The phone number itself moves",
            "Plans, bundles and services do not move",
            "at the time of the port, not before",
            "disconnects the access line",
            "Do not cancel your service",
            "5 to 15 business days",
            "up to 4 weeks or longer",
            "controlled by the carriers",
            "about 90 minutes",
            "may vary with the carriers' schedules",
            "interruptions during that window are normal",
            "up to 3 business days",
            "no separate fee",
            "termination or port-out fees",
            "Carrier name",
            "Account PIN",
            "latest phone bill",
        ] {
            assert!(text.contains(said), "{said}: {text}");
        }
        assert!(!text.contains("Texts without moving your calls"));
        assert_eq!(page.all(".month .is-usual").len(), 11, "the calendar");
        assert_eq!(page.all(".month .is-today").len(), 1);
        assert!(
            page.attr("a", "href")
                .iter()
                .any(|href| href.starts_with("mailto:")),
            "R61"
        );

        // R9, R12: only texts.
        let page = browser.open("/start?for=texts").await;
        let text = page.text();
        assert!(
            text.contains("voice stays with your current provider"),
            "{text}"
        );
        assert!(text.contains("A2P 10DLC"));

        let page = browser.open("/start/checklist").await;
        let rows = page.all(".fill th").join("; ");
        for said in [
            "Carrier name",
            "Numbers to port",
            "Account number",
            "Account PIN",
            "Billing company name",
            "Billing contact name",
            "Billing address",
        ] {
            assert!(rows.contains(said), "{said}: {rows}");
        }
        assert!(page.text().contains("phone bill"));
    })
    .await;
}
