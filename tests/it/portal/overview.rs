//! The overview: pages, order, search, saved views and the download.

use super::*;
use crate::support::browser::Desk;
use crate::support::database::{on_both, on_sqlite};

const LIST: &str = "/numbers/ports";
const NEW: &str = "/numbers/ports/new";

/// A saved draft with this carrier and number.
async fn draft(browser: &mut Browser<'_>, carrier: &str, number: &str) -> String {
    let form = browser.open(&format!("{NEW}?empty=yes")).await.form(NEW);
    let page = browser
        .press(form.set("carrier", carrier).set("number", number), "save")
        .await;
    assert!(page.path.ends_with("/edit"), "{}", page.text());
    page.path.trim_end_matches("/edit").to_owned()
}

fn carriers(page: &Page) -> Vec<String> {
    page.all("table tbody tr .lead-cell .meta")
}

/// R77: whatever order is asked for, every port is on one page, and only on one.
#[tokio::test]
async fn pages_hold_each_port_once_in_every_order() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let mut all = Vec::new();
        for number in 0..28 {
            let carrier = format!("Carrier {number:02}");
            draft(&mut browser, &carrier, &format!("+140455501{number:02}")).await;
            desk.clock.advance(jiff::SignedDuration::from_secs(60));
            all.push(carrier);
        }
        for sort in ["", "oldest", "updated", "date", "quiet"] {
            let first = browser.open(&format!("{LIST}?sort={sort}")).await;
            assert!(
                first
                    .one(".pager")
                    .contains("1 to 25 of 28 ports, page 1 of 2"),
                "{}",
                first.one(".pager")
            );
            let next = first.attr(".pager a[rel=next]", "href");
            let second = browser.open(&next[0]).await;
            assert!(
                second
                    .one(".pager")
                    .contains("26 to 28 of 28 ports, page 2 of 2"),
                "{}",
                second.one(".pager")
            );
            let mut found = carriers(&first);
            assert_eq!(found.len(), 25, "{sort}");
            found.extend(carriers(&second));
            match sort {
                "oldest" | "quiet" => assert_eq!(found, all, "{sort}"),
                _ => assert!(found.iter().eq(all.iter().rev()), "{sort}: {found:?}"),
            }
        }
        // A page that is no more shows the last one.
        let beyond = browser.open(&format!("{LIST}?page=9")).await;
        assert_eq!(carriers(&beyond).len(), 3);
        // Found by number, with or without its dashes, and by name.
        for text in ["404-555-0107", "Carrier+07", "5550107"] {
            let found = browser.open(&format!("{LIST}?q={text}")).await;
            assert_eq!(carriers(&found), ["Carrier 07"], "{text}");
        }
    })
    .await;
}

/// What one page showed is never shown again once somebody changed it.
#[tokio::test]
async fn a_change_is_seen_at_once_by_everybody() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let mut eli = desk.submitter(&account, "eli@harbor.example").await;
        let mut agent = desk.agent().await;
        let port = draft(&mut dana, "Copper Valley", "+14045550123").await;
        let edit = format!("{port}/edit");
        for round in 0..5 {
            let carrier = format!("Copper Valley {round}");
            for browser in [&mut dana, &mut eli, &mut agent] {
                browser.open(LIST).await;
                browser.open(&port).await;
                browser.open(&format!("{port}/notes")).await;
            }
            let form = dana.open(&edit).await.form(&edit).set("carrier", &carrier);
            dana.press(form, "save").await;
            for browser in [&mut eli, &mut dana, &mut agent] {
                assert_eq!(
                    carriers(&browser.open(LIST).await),
                    std::slice::from_ref(&carrier)
                );
                assert!(browser.open(&port).await.text().contains(&carrier));
            }
        }
    })
    .await;
}

/// R102: the desk cuts the list down to an account; nobody sees what is not theirs by asking for it.
#[tokio::test]
async fn the_list_is_cut_down_by_account() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let harbor = desk.account("Harbor Dental").await;
        let lake = desk.account("Lakeshore Orthodontics").await;
        let mut dana = desk.submitter(&harbor, "dana@harbor.example").await;
        let mut kim = desk.submitter(&lake, "kim@lakeshore.example").await;
        draft(&mut dana, "Copper Valley", "+14045550123").await;
        draft(&mut kim, "Prairie Bell", "+13125550142").await;
        let mut agent = desk.agent().await;
        assert_eq!(
            carriers(&agent.open(LIST).await),
            ["Prairie Bell", "Copper Valley"]
        );
        let cut = format!("{LIST}?account={}", harbor.id);
        assert_eq!(carriers(&agent.open(&cut).await), ["Copper Valley"]);
        assert_eq!(
            carriers(&agent.open(&format!("{LIST}?q=lakeshore")).await),
            ["Prairie Bell"],
            "an account's name is searched, too"
        );
        let theirs = kim.open(&cut).await;
        assert!(carriers(&theirs).is_empty(), "{}", theirs.text());
        let file = kim
            .open(&format!("{LIST}/export.csv?account={}", harbor.id))
            .await;
        assert_eq!(
            String::from_utf8_lossy(&file.body).lines().count(),
            1,
            "the headings"
        );
    })
    .await;
}

/// The download holds what is shown, and nothing that a spreadsheet program would compute.
#[tokio::test]
async fn the_list_is_downloaded_and_computes_nothing() {
    on_sqlite(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let formula = "=HYPERLINK(\"http://evil.example\",\"click, here\")";
        draft(&mut browser, "Copper Valley", "+14045550125").await;
        draft(&mut browser, formula, "+14045550126").await;
        filed(&mut browser).await;
        let page = browser
            .open(&format!("{LIST}?status=draft&sort=oldest"))
            .await;
        let file = browser.open(&page.attr(".list-foot a", "href")[0]).await;
        assert!(
            file.headers["content-disposition"]
                .to_str()
                .expect("plain")
                .contains("ports.csv")
        );
        let mut reader = csv::Reader::from_reader(&file.body[..]);
        let headings: Vec<String> = reader
            .headers()
            .expect("headings")
            .iter()
            .map(str::to_owned)
            .collect();
        let rows: Vec<csv::StringRecord> =
            reader.records().collect::<Result<_, _>>().expect("rows");
        assert_eq!(rows.len(), 3, "all drafts, as the page shows");
        let at = |name: &str| headings.iter().position(|one| one == name).expect(name);
        // All were begun in the same moment, so their order is not fixed.
        let cell = |number: &str, name: &str| {
            let row = rows.iter().find(|row| row[at("First number")] == *number);
            row.expect(number)[at(name)].to_owned()
        };
        assert_eq!(cell("+14045550125", "Carrier"), "Copper Valley");
        assert_eq!(cell("+14045550125", "Status"), "Draft");
        assert_eq!(cell("+14045550125", "Begun by"), "dana");
        assert_eq!(cell("+14045550126", "Carrier"), format!("'{formula}"));
        assert!(!String::from_utf8_lossy(&file.body).contains(ACCOUNT_NUMBER));
    })
    .await;
}

/// A view is saved under a name, for one's own eyes, and can be removed.
#[tokio::test]
async fn a_view_is_saved_under_a_name() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut browser = desk.submitter(&account, "dana@harbor.example").await;
        let mut other = desk.submitter(&account, "eli@harbor.example").await;
        draft(&mut browser, "Copper Valley", "+14045550123").await;
        let views = "/numbers/ports/views";
        let page = browser.open(LIST).await;
        assert!(
            page.all(".save-view").is_empty(),
            "the plain list needs no name"
        );
        let cut = format!("{LIST}?status=draft&q=copper&sort=updated&evil=%22%3E&page=7");
        let form = browser.open(&cut).await.form(views);
        let page = browser.send(form.clone().set("name", " ")).await;
        refused(&page);
        assert_eq!(
            page.attr("#live", "hx-get"),
            ["/numbers/ports?status=draft&q=copper&sort=updated"],
            "what refreshes itself is the list"
        );
        let empty = browser.open(&format!("{LIST}?q=nothing")).await;
        assert!(empty.text().contains("Nothing matches"));
        assert_eq!(
            empty.attr("#live", "hx-get").len(),
            1,
            "a list without rows refreshes itself, too"
        );
        let page = browser.send(form.clone().set("name", "My <drafts>")).await;
        assert_eq!(
            page.attr(".saved-view a", "href"),
            ["/numbers/ports?status=draft&q=copper&sort=updated"]
        );
        assert_eq!(page.all(".saved-view a"), ["My <drafts>"]);
        assert_eq!(page.attr(".saved-view a", "aria-current"), ["page"]);
        // The same name again: the newer cut.
        let form = browser.open(&format!("{LIST}?q=valley")).await.form(views);
        let page = browser.send(form.set("name", "My <drafts>")).await;
        assert_eq!(
            page.attr(".saved-view a", "href"),
            ["/numbers/ports?q=valley"]
        );
        assert!(other.open(LIST).await.all(".saved-view").is_empty());
        let remove = page.attr(".saved-view form", "action")[0].clone();
        let csrf = other.open(&cut).await.form(views);
        let mut foreign = csrf.without("query").without("name");
        foreign.action.clone_from(&remove);
        assert_eq!(other.send(foreign).await.status, 404);
        let page = browser.send(page.form(&remove)).await;
        assert!(page.all(".saved-view").is_empty());
    })
    .await;
}
