//! What somebody has not read yet.

use crate::portal::filed;
use crate::support::browser::{Browser, Desk};
use crate::support::database::on_both;

/// The count beside "Notes" on the overview; 0 where none stands.
async fn on_overview(browser: &mut Browser<'_>) -> u32 {
    let page = browser.open("/numbers/ports").await;
    let counts = page.all(".acts a[href$='/notes'] .count");
    counts.first().map_or(0, |text| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        digits.parse().expect("a number")
    })
}

async fn write(browser: &mut Browser<'_>, path: &str, text: &str, staff_only: bool) {
    let form = browser.open(path).await.form(path).set("text", text);
    let form = if staff_only {
        form.add("staff_only", "yes")
    } else {
        form
    };
    let page = browser.send(form).await;
    assert_eq!(page.status, 200, "{}", page.text());
}

/// Each reader has their own mark; their own words and what they may not see never count.
#[tokio::test]
async fn entries_are_new_until_their_reader_opens_the_notes() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let path = format!("{port}/notes");
        let mut agent = desk.agent().await;
        dana.open(&path).await;
        agent.open(&path).await;
        assert_eq!(on_overview(&mut dana).await, 0);

        write(&mut dana, &path, "My own words.", false).await;
        assert_eq!(on_overview(&mut dana).await, 0, "one's own are never new");
        assert_eq!(on_overview(&mut agent).await, 1);
        assert!(
            agent.open(&port).await.one("#notes").contains("1 new"),
            "the port's page says it, and opening it reads nothing"
        );
        assert_eq!(on_overview(&mut agent).await, 1);

        let page = agent.open(&path).await;
        assert_eq!(page.all(".notes-new").len(), 1);
        assert_eq!(on_overview(&mut agent).await, 0, "read");
        assert!(agent.open(&path).await.all(".notes-new").is_empty());

        write(&mut agent, &path, "Between us.", true).await;
        assert_eq!(on_overview(&mut dana).await, 0, "not for her");
        write(&mut agent, &path, "To you.", false).await;
        write(&mut agent, &path, "And this.", false).await;
        assert_eq!(on_overview(&mut dana).await, 2);

        // The mark stands before the first new entry, and stays there while the page refreshes itself.
        let page = dana.open(&path).await;
        assert_eq!(page.all(".notes > li.notes-new + li .pre"), ["To you."]);
        assert!(page.text().contains("2 new entries"));
        let live = page.attr("#live", "hx-get").remove(0);
        assert_eq!(
            page.attr("#live", "data-events"),
            [format!("{port}/events")]
        );
        write(&mut agent, &path, "One more.", false).await;
        let page = dana.open(&live).await;
        assert_eq!(page.all(".notes > li.notes-new + li .pre"), ["To you."]);
        assert!(page.text().contains("3 new entries"), "{}", page.text());
        assert_eq!(on_overview(&mut dana).await, 0, "a refresh is a look, too");

        // Somebody who joins later is not told of what was before.
        desk.clock.advance(jiff::SignedDuration::from_secs(1));
        let mut late = desk.submitter(&account, "lee@harbor.example").await;
        assert_eq!(on_overview(&mut late).await, 0);
    })
    .await;
}

/// Everything, or only words between people. What the desk wrote for itself is marked as such.
#[tokio::test]
async fn notes_can_be_cut_down_to_words() {
    on_both(|test| async move {
        let desk = Desk::on(&test).await;
        let account = desk.account("Harbor Dental").await;
        let mut dana = desk.submitter(&account, "dana@harbor.example").await;
        let port = filed(&mut dana).await;
        let path = format!("{port}/notes");
        let mut agent = desk.agent().await;
        write(&mut dana, &path, "A question.", false).await;
        write(&mut agent, &path, "Between us.", true).await;
        let all = agent.open(&path).await;
        assert!(all.all(".note-event").len() >= 2, "{}", all.text());
        assert_eq!(all.all(".note-staff .pre"), ["Between us."]);
        assert!(all.one(".note-staff").contains("Only the desk sees this"));
        let words = agent.open(&format!("{path}?show=words")).await;
        assert_eq!(words.all(".note .pre"), ["A question.", "Between us."]);
        assert!(words.attr("#live", "hx-get")[0].contains("show=words"));
        let hers = dana.open(&format!("{path}?show=words")).await;
        assert_eq!(hers.all(".note .pre"), ["A question."]);
        assert_eq!(
            hers.all(".tabs [aria-current=page]"),
            ["Only words 1"],
            "which part is shown, and how many it has"
        );
    })
    .await;
}
