//! Every page and every mail, rendered with made-up data and read like a browser, a screen reader and a
//! strict Content-Security-Policy would read them.

mod mails;
mod outline;
mod requirements;

use std::collections::{BTreeMap, BTreeSet};

use portolan::mail::templates;
use portolan::portal::assets;
use portolan::public::gallery;
use scraper::{ElementRef, Html, Selector};

fn pages() -> Vec<(String, String)> {
    gallery::pages()
        .into_iter()
        .map(|(name, page)| (name.clone(), page.unwrap_or_else(|e| panic!("{name}: {e}"))))
        .collect()
}
fn page(name: &str) -> String {
    pages()
        .into_iter()
        .find(|(n, _)| n == name)
        .unwrap_or_else(|| panic!("no page {name}"))
        .1
}
fn all<'a>(html: &'a Html, css: &str) -> Vec<ElementRef<'a>> {
    html.select(&Selector::parse(css).expect("selector"))
        .collect()
}
fn words(element: &ElementRef) -> String {
    element
        .text()
        .collect::<String>()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}
fn attr<'a>(element: &ElementRef<'a>, name: &str) -> &'a str {
    element.value().attr(name).unwrap_or("")
}

/// What is wrong with a page, in sentences.
fn faults(source: &str) -> Vec<String> {
    let html = Html::parse_document(source);
    let mut faults: Vec<String> = html.errors.iter().map(|e| format!("HTML: {e}")).collect();
    let mut say = |wrong: bool, text: String| {
        if wrong {
            faults.push(text);
        }
    };

    // The policy has no 'unsafe-inline': a style, a script or a handler in the page would be ignored.
    for element in all(&html, "*") {
        let name = element.value().name();
        for (key, value) in element.value().attrs() {
            say(
                key == "style" || key.starts_with("on"),
                format!("<{name}> has the inline attribute {key}"),
            );
            say(
                matches!(key, "href" | "src" | "action" | "formaction")
                    && value.trim_start().to_lowercase().starts_with("javascript:"),
                format!("<{name}> {key} is a script"),
            );
        }
        say(name == "style", "<style> in the page".into());
        say(
            name == "script" && (attr(&element, "src").is_empty() || !words(&element).is_empty()),
            "<script> in the page".into(),
        );
    }

    // Names that point to each other.
    let mut ids = BTreeMap::new();
    for element in all(&html, "[id]") {
        *ids.entry(attr(&element, "id")).or_insert(0) += 1;
    }
    for (id, count) in &ids {
        say(*count > 1, format!("the id {id} is used {count} times"));
        say(id.is_empty(), "an id is empty".into());
    }
    for (css, key) in [
        ("[aria-describedby]", "aria-describedby"),
        ("[aria-labelledby]", "aria-labelledby"),
        ("label[for]", "for"),
        ("input[list]", "list"),
        ("[data-hint]", "data-hint"),
        ("[data-names]", "data-names"),
        ("[data-add-row]", "data-add-row"),
    ] {
        for element in all(&html, css) {
            for id in attr(&element, key).split_whitespace() {
                say(
                    !ids.contains_key(id),
                    format!("{key} names {id}, which is not there"),
                );
            }
        }
    }
    for link in all(&html, "a[href^='#']") {
        let id = &attr(&link, "href")[1..];
        say(
            !id.is_empty() && !ids.contains_key(id),
            format!("a link leads to #{id}, which is not there"),
        );
    }

    // Everything has a name for people who do not see it.
    let labelled: BTreeSet<_> = all(&html, "label[for]")
        .iter()
        .filter(|label| !words(label).is_empty())
        .map(|label| attr(label, "for"))
        .collect();
    for field in all(&html, "input:not([type=hidden]), select, textarea") {
        let hidden = attr(&field, "aria-hidden") == "true";
        say(
            !hidden && !labelled.contains(attr(&field, "id")),
            format!("the field {} has no label", attr(&field, "name")),
        );
        say(
            attr(&field, "name").is_empty(),
            format!("the field {} has no name", attr(&field, "id")),
        );
    }
    for element in all(&html, "a[href], button, summary") {
        say(
            words(&element).is_empty() && attr(&element, "aria-label").is_empty(),
            format!("a <{}> has no words", element.value().name()),
        );
    }
    for element in all(&html, "iframe") {
        say(
            attr(&element, "title").is_empty(),
            "a frame has no title".into(),
        );
    }
    for element in all(&html, "img") {
        say(
            element.value().attr("alt").is_none(),
            "a picture has no alt".into(),
        );
    }
    for element in all(&html, "th") {
        say(
            attr(&element, "scope").is_empty(),
            "a table heading has no scope".into(),
        );
    }
    // On a phone a cell has no heading above it.
    for element in all(
        &html,
        ".grid-table td:not(.lead-cell):not(.acts-cell):not(.no-cell):not([colspan])",
    ) {
        say(
            attr(&element, "data-label").is_empty()
                && !words(&element).is_empty()
                && !words(&element).starts_with("Change"),
            format!("the cell \"{}\" has no label for phones", words(&element)),
        );
    }

    // One page, one subject.
    say(all(&html, "html[lang]").len() != 1, "no language".into());
    say(
        all(&html, "main#main").len() != 1,
        "not exactly one main".into(),
    );
    say(
        all(&html, "h1:not(.sample)").len() != 1,
        format!("{} headings of level 1", all(&html, "h1").len()),
    );
    say(
        all(&html, "title")
            .first()
            .is_none_or(|title| words(title).starts_with('-')),
        "no title".into(),
    );
    say(
        all(&html, "[autofocus]").len() > 1,
        "more than one field wants the focus".into(),
    );
    let wrong = all(&html, "[aria-invalid=true]");
    say(
        !wrong.is_empty()
            && wrong
                .iter()
                .any(|field| attr(field, "aria-describedby").is_empty()),
        "an error is not tied to its field".into(),
    );

    // Every form that changes something carries the token; every page leads to people (R60, R61).
    for form in all(&html, "form") {
        let token = Selector::parse("input[type=hidden][name=csrf]").expect("selector");
        say(
            attr(&form, "method") == "post" && form.select(&token).next().is_none(),
            format!("the form {} has no csrf", attr(&form, "action")),
        );
        say(
            !matches!(attr(&form, "method"), "post" | "get"),
            format!("the form {} has no method", attr(&form, "action")),
        );
    }
    say(
        all(&html, "a[href^='mailto:']").is_empty() || all(&html, "a[href^='tel:']").is_empty(),
        "no way to support".into(),
    );

    // Front-end files and symbols are there.
    let urls: BTreeSet<_> = assets::all().map(|(_, url, _)| url).collect();
    let symbols = assets::all()
        .find(|(name, ..)| *name == "icons.svg")
        .map(|(_, _, body)| String::from_utf8_lossy(body).into_owned())
        .expect("icons");
    for element in all(&html, "use") {
        let (url, symbol) = attr(&element, "href").split_once('#').unwrap_or_default();
        say(
            !urls.contains(url) || !symbols.contains(&format!("id=\"{symbol}\"")),
            format!("no symbol {symbol}"),
        );
    }
    for element in all(&html, "link[href], script[src]") {
        let url = format!("{}{}", attr(&element, "href"), attr(&element, "src"));
        say(!urls.contains(url.as_str()), format!("no file {url}"));
    }
    faults
}

#[test]
fn every_page_is_well_formed_labelled_and_free_of_inline_code() {
    let mut wrong = Vec::new();
    for (name, source) in pages() {
        wrong.extend(
            faults(&source)
                .into_iter()
                .map(|fault| format!("{name}: {fault}")),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_checks_see_what_they_are_for() {
    let bad = faults(
        "<!doctype html><html><body style='x'><main><input name=a><a href='#none'></a></b><form method=post action=/x></form><script>1</script></main></body></html>",
    );
    for part in [
        "HTML:",
        "inline attribute style",
        "has no label",
        "leads to #none",
        "has no words",
        "has no csrf",
        "<script>",
        "no language",
        "no way to support",
    ] {
        assert!(
            bad.iter().any(|fault| fault.contains(part)),
            "{part} not in {bad:#?}"
        );
    }
}

/// A class that no rule knows is a typing mistake. Only checked when the bundle is in the build.
#[test]
fn every_class_has_a_rule() {
    if !assets::bundled() {
        println!("skipped: no assets/vendor, run `make assets`");
        return;
    }
    let css = assets::all()
        .find(|(name, ..)| *name == "portolan.css")
        .map(|(_, _, body)| String::from_utf8_lossy(body).into_owned())
        .expect("css");
    let rules: BTreeSet<&str> = css
        .split('.')
        .skip(1)
        .map(|rest| {
            rest.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
                .next()
                .unwrap_or("")
        })
        .collect();
    let mut unknown = BTreeSet::new();
    for (name, source) in pages() {
        let html = Html::parse_document(&source);
        for element in all(&html, "[class]") {
            for class in element.value().classes() {
                if !rules.contains(class) && class != "sample" {
                    unknown.insert(format!("{class} ({name})"));
                }
            }
        }
    }
    let unknown: BTreeSet<_> = unknown
        .iter()
        .map(|entry| entry.split(' ').next().unwrap_or(""))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

/// Both parts of a mail say the same: a reader of one misses nothing of the other.
#[test]
fn the_two_parts_of_a_mail_agree() {
    let plain = |text: &str| {
        text.split(|c: char| c.is_whitespace() || "!>-".contains(c))
            .filter(|w| !w.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    for (name, mail) in templates::samples().expect("mails") {
        let html = Html::parse_document(&mail.html);
        assert!(html.errors.is_empty(), "{name}: {:?}", html.errors);
        let text = plain(&mail.text);
        for block in all(
            &html,
            ".sheet p, .sheet li, .sheet dd, .sheet .warn, .sheet .good, .sheet .quote",
        ) {
            assert!(
                text.contains(&plain(&words(&block))),
                "{name}: only in HTML: {}",
                words(&block)
            );
        }
        for link in all(&html, ".sheet a") {
            assert!(
                mail.text.contains(attr(&link, "href")),
                "{name}: link only in HTML"
            );
        }
        assert!(
            !mail.subject.contains('\n') && mail.subject.chars().count() <= 140,
            "{name}: {}",
            mail.subject
        );
        assert!(
            mail.html.len() < 12_000,
            "{name} weighs {}",
            mail.html.len()
        );
        assert!(mail.text.contains("Need more help?"), "{name}");
    }
}

/// What a name holds cannot begin another header, and is never markup.
#[test]
fn a_hostile_name_stays_a_name() {
    use templates::MailTemplate;
    let mut mail = templates::NoteAdded::sample();
    mail.author = "Eve\r\nBcc: all@example.com <b>".into();
    let mail = mail.render(&templates::Frame::sample()).expect("mail");
    assert!(!mail.subject.contains(['\r', '\n']));
    assert!(!mail.html.contains("<b>"));
}

/// R115, R109: what may not be done yet cannot be pressed.
#[test]
fn locked_actions_are_locked() {
    let locked = Html::parse_document(&page("port-proof-locked"));
    assert!(all(&locked, "input[type=file]").is_empty());
    let form = Html::parse_document(&page("port-new"));
    assert_eq!(
        all(&form, "button[value=continue][data-needs=agreement]").len(),
        1
    );
    assert_eq!(all(&form, "input[data-gate=agreement]").len(), 7);
    let list = Html::parse_document(&page("ports"));
    let closed = all(&list, "[aria-disabled=true]");
    assert!(
        closed
            .iter()
            .any(|send| attr(send, "title") == "Available after the LOA is signed.")
    );
}
