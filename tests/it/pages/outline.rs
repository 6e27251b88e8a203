//! Snapshots of pages and mails, as they are read out.

use portolan::mail::templates;
use scraper::{ElementRef, Html, Node};

use super::pages;

/// A page as it is read out: headings, words, links, fields, buttons. Snapshots of this change when what
/// a person gets changes, and not when a class does.
fn outline(source: &str) -> String {
    fn walk(element: ElementRef, out: &mut String) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => {
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    if !text.is_empty() {
                        if !out.ends_with(['\n', ' ', '[']) {
                            out.push(' ');
                        }
                        out.push_str(&text);
                    }
                }
                Node::Element(_) => {
                    let Some(element) = ElementRef::wrap(child) else {
                        continue;
                    };
                    let get = |name: &str| element.value().attr(name).unwrap_or("");
                    let name = element.value().name();
                    let line = |out: &mut String| {
                        if !out.is_empty() && !out.ends_with('\n') {
                            out.push('\n');
                        }
                    };
                    match name {
                        "head" | "svg" | "script" | "datalist" => {}
                        "h1" | "h2" | "h3" => {
                            line(out);
                            out.push_str(&format!(
                                "{} ",
                                "#".repeat(usize::from(name.as_bytes()[1] - b'0'))
                            ));
                            walk(element, out);
                            out.push('\n');
                        }
                        "a" | "button" | "summary" => {
                            if !out.ends_with(['\n', ' ']) && !out.is_empty() {
                                out.push(' ');
                            }
                            out.push_str(match (name, element.value().attr("disabled")) {
                                ("button", Some(_)) => "(disabled)[",
                                ("summary", _) => "+[",
                                _ => "[",
                            });
                            walk(element, out);
                            out.push(']');
                            match name {
                                "a" => out.push_str(&format!("({})", get("href"))),
                                "button" if !get("value").is_empty() => {
                                    out.push_str(&format!("({}={})", get("name"), get("value")))
                                }
                                _ => {}
                            }
                        }
                        "input" if get("type") == "hidden" => {}
                        "input" => {
                            line(out);
                            let ticked = if element.value().attr("checked").is_some() {
                                " ticked"
                            } else {
                                ""
                            };
                            let wrong = if get("aria-invalid") == "true" {
                                " WRONG"
                            } else {
                                ""
                            };
                            out.push_str(&format!(
                                "<{} {}=\"{}\"{ticked}{wrong}>",
                                get("type"),
                                get("name"),
                                get("value")
                            ));
                        }
                        "select" | "textarea" => {
                            line(out);
                            out.push_str(&format!("<{name} {}: ", get("name")));
                            walk(element, out);
                            out.push_str(">\n");
                        }
                        "option" => {
                            let mark = if element.value().attr("selected").is_some() {
                                "*"
                            } else {
                                ""
                            };
                            out.push_str(&format!(" {mark}{}", get("value")));
                        }
                        "form" => {
                            line(out);
                            out.push_str(&format!(
                                "{} {}\n",
                                get("method").to_uppercase(),
                                get("action")
                            ));
                            walk(element, out);
                            line(out);
                        }
                        "iframe" | "img" => out.push_str(&format!("\n{{{name} {}}}\n", get("src"))),
                        "span" | "strong" | "time" | "b" | "code" | "small" => walk(element, out),
                        _ => {
                            line(out);
                            walk(element, out);
                            line(out);
                        }
                    }
                }
                _ => {}
            }
        }
    }
    let html = Html::parse_document(source);
    let mut out = String::new();
    walk(html.root_element(), &mut out);
    // The menu and the footer are in one snapshot only.
    out.lines()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn pages_read_as_they_did() {
    for (name, source) in pages() {
        let whole = outline(&source);
        let shown = match (name.as_str(), whole.split_once("\n# ")) {
            ("ports" | "desk", _) | (_, None) => whole,
            (_, Some((_, rest))) => format!("# {rest}"),
        };
        insta::assert_snapshot!(format!("page-{name}"), shown);
    }
}

#[test]
fn mails_read_as_they_did() {
    for (name, mail) in templates::samples().expect("mails") {
        insta::assert_snapshot!(
            format!("mail-{name}"),
            format!("Subject: {}\n\n{}", mail.subject, mail.text)
        );
    }
}
