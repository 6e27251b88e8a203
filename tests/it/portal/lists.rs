//! Choose File (R95 to R99).

use super::*;
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

const NEW: &str = "/numbers/ports/new";
const LIST: &str = "Phone,Where to,Campaign,Note\r\n\
    +14045550124,+14045550100,Google Ads,front\r\n\
    404-555-0125,4045550100,,\r\n\
    4045550,+14045550100,Radio,short\r\n\
    ,,,\r\n\
    +14045550124,+14045550100,TV,again\r\n";

#[tokio::test]
async fn a_file_is_mapped_column_by_column_and_its_good_rows_are_taken() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let form = browser
            .open(NEW)
            .await
            .form(NEW)
            .set("carrier", "Copper Valley Telephone");

        let page = browser.press(form.clone(), "upload").await;
        refused(&page);
        assert!(page.error("list").contains("Choose a file"));
        let page = browser
            .press(
                form.clone().file("list", "numbers.pdf", b"%PDF-1.7 x"),
                "upload",
            )
            .await;
        refused(&page);
        assert!(
            page.error("list").contains("not a table"),
            "{}",
            page.error("list")
        );

        let page = browser
            .press(form.file("list", "numbers.csv", LIST.as_bytes()), "upload")
            .await;
        assert_eq!(page.status, 200, "{}", page.text());
        let review = page.path.clone();
        assert!(review.contains("/lists/"), "{review}");
        assert!(page.text().contains("numbers.csv"));
        // R96 to R98: a drop-down for each column; both required ones before anything is taken.
        let form = page.form(&review);
        assert_eq!(form.value("column-0"), "number", "a first guess");
        let unmapped = form.clone().set("column-1", "ignore");
        let page = browser.press(unmapped, "add").await;
        assert!(page.one("[role=alert]").contains("Receiving Number"), "R98");
        assert_eq!(page.all("button[value=add][disabled]").len(), 1);
        // R99.
        let form = page
            .form(&review)
            .set("column-0", "number")
            .set("column-1", "receiving")
            .set("column-2", "ignore")
            .set("column-3", "description");
        let page = browser.press(form, "map").await;
        assert!(page.one(".says-act").contains("Tracking Source"), "R99");
        let form = page.form(&review).set("column-2", "source");
        let page = browser.press(form, "map").await;
        assert_eq!(page.one("#taken"), "2 numbers are good");
        assert_eq!(page.one("#refused"), "2 rows need correcting");
        let bad = page.all("section[aria-labelledby=refused] tbody tr");
        assert!(
            bad[0].starts_with("4 Tracking Number to Port 4045550"),
            "{}",
            bad[0]
        );
        assert!(
            bad[1].starts_with("6 ") && bad[1].contains("line 2"),
            "{}",
            bad[1]
        );
        assert!(page.one("summary.card-in").contains("1 row was left out"));

        let csv = page
            .attr("section[aria-labelledby=refused] a", "href")
            .remove(0);
        let file = browser.open(&csv).await;
        assert_eq!(file.headers["content-type"], "text/csv; charset=utf-8");
        assert_eq!(file.html().lines().count(), 3, "{}", file.html());

        let page = browser.press(page.form(&review), "add").await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());
        assert!(
            page.text()
                .contains("2 numbers were added; 2 rows were left out.")
        );
        let form = page.form(&page.path);
        assert_eq!(form.values("number"), ["+14045550124", "+14045550125"]);
        assert_eq!(form.values("source"), ["Google Ads", ""]);
        assert_eq!(
            form.value("carrier"),
            "Copper Valley Telephone",
            "saved on the way"
        );

        // The same file again has nothing new.
        let page = browser.open(&review).await;
        assert_eq!(page.one("#taken"), "0 numbers are good");
        assert_eq!(page.all("button[value=add][disabled]").len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_kept_list_opens_for_its_own_request_only() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let (harbor, lake) = (
            desk.account("Harbor Dental").await,
            desk.account("Lakeshore").await,
        );
        let mut dana = desk.submitter(&harbor, "dana@harbor.example").await;
        let form = dana
            .open(NEW)
            .await
            .form(NEW)
            .file("list", "a.csv", LIST.as_bytes());
        let review = dana.press(form, "upload").await.path;
        let mut lee = desk.submitter(&lake, "lee@lake.example").await;
        let page = lee.open(NEW).await;
        let own = lee.press(page.form(NEW), "save").await.path;
        let token = review.rsplit('/').next().expect("a token");
        assert_eq!(lee.open(&review).await.status, 404);
        let stolen = format!("{}/lists/{token}", own.trim_end_matches("/edit"));
        assert_eq!(lee.open(&stolen).await.status, 404);
        let changed = format!("{review}x");
        assert_eq!(dana.open(&changed).await.status, 404);
    })
    .await;
}

/// R96: what somebody said of a list's columns is known for the next list with these headings.
#[tokio::test]
async fn columns_are_remembered_for_the_next_list() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let mut other = desk.submitter(&account, "eli@harbor.example").await;
        let list = |number: u32| {
            format!("Line,Goes to,Campaign code\n+140455501{number},+14045550100,Autumn\n")
        };
        let form = browser
            .open(NEW)
            .await
            .form(NEW)
            .set("carrier", "Copper Valley");
        let page = browser
            .press(form.file("list", "one.csv", list(24).as_bytes()), "upload")
            .await;
        let form = page.form(&page.path);
        assert_ne!(form.value("column-2"), "source", "nobody could guess it");
        let form = form
            .set("column-0", "number")
            .set("column-1", "receiving")
            .set("column-2", "source")
            .choose("heading", "yes");
        let page = browser.press(form, "add").await;
        assert!(page.path.ends_with("/edit"), "{}", page.text());
        for (who, known) in [(&mut browser, true), (&mut other, false)] {
            let form = who
                .open(NEW)
                .await
                .form(NEW)
                .set("carrier", "Copper Valley");
            let page = who
                .press(form.file("list", "two.csv", list(25).as_bytes()), "upload")
                .await;
            let form = page.form(&page.path);
            assert_eq!(form.value("column-2") == "source", known, "{}", page.text());
            assert_eq!(
                page.text().contains("as you named them the last time"),
                known
            );
        }
    })
    .await;
}
