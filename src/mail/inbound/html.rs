//! A mail's HTML as plain text in which quotes look as they do in plain mails.

use mail_parser::decoders::html::html_to_text;

/// Stand for the beginning and the end of a quote until the tags are gone. Nobody types them.
const OPENS: char = '\u{e000}';
const CLOSES: char = '\u{e001}';

/// The deepest quote that is marked as such. People answer answers; deeper is only what wants to be expensive.
const DEPTH_MAX: usize = 20;

/// Elements whose content nobody reads.
const UNSEEN: [&str; 4] = ["script", "style", "title", "head"];
/// Elements that stand on lines of their own.
const BLOCKS: [&str; 18] = [
    "address", "article", "div", "dl", "dt", "dd", "footer", "h1", "h2", "h3", "h4", "header",
    "hr", "li", "p", "pre", "section", "tr",
];

/// The words of an HTML mail. What stands in a `<blockquote>` begins with `> `, as in a plain mail.
pub(super) fn to_text(html: &str) -> String {
    let html: String = html
        .chars()
        .filter(|one| !matches!(*one, OPENS | CLOSES))
        .collect();
    let flat = html_to_text(&lines(&html));
    let mut text = String::with_capacity(flat.len());
    let mut depth: usize = 0;
    for line in flat.lines() {
        let line = line.trim();
        match line.chars().next() {
            Some(OPENS) => depth += 1,
            Some(CLOSES) => depth = depth.saturating_sub(1),
            _ => {
                if depth > 0 && !line.is_empty() {
                    text.push_str(&">".repeat(depth.min(DEPTH_MAX)));
                    text.push(' ');
                }
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// The same HTML with a `<br>` around each block, marks around quotes, and nothing unseen.
fn lines(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    // Of the same length, so that what is found in it stands at the same place.
    let lower = html.to_ascii_lowercase();
    while let Some(at) = rest.find('<') {
        let (before, tag) = rest.split_at(at);
        out.push_str(before);
        if let Some(comment) = tag.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
            continue;
        }
        let Some(end) = tag.find('>') else {
            // A tag that never ends: the remainder is no text.
            return out;
        };
        let (tag, after) = tag.split_at(end + 1);
        rest = after;
        let inner = tag.trim_matches(|one| matches!(one, '<' | '>'));
        let closing = inner.starts_with('/');
        let name: String = inner
            .trim_start_matches('/')
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .take(20)
            .collect::<String>()
            .to_ascii_lowercase();
        if UNSEEN.contains(&name.as_str()) && !closing {
            let from = html.len() - rest.len();
            let close = lower
                .get(from..)
                .and_then(|lower| lower.find(&format!("</{name}")));
            // Never closed: nothing more is seen.
            rest = close
                .and_then(|at| rest.get(at..))
                .and_then(|rest| rest.split_once('>'))
                .map_or("", |(_, after)| after);
        } else if name == "blockquote" {
            out.push_str("<br>");
            out.push(if closing { CLOSES } else { OPENS });
            out.push_str("<br>");
        } else if BLOCKS.contains(&name.as_str()) {
            // `</p>` counts as a line end by itself.
            out.push_str("<br>");
        } else {
            out.push_str(tag);
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(html: &str) -> Vec<String> {
        to_text(html)
            .lines()
            .map(str::to_owned)
            .filter(|line| !line.trim_matches(['>', ' ']).is_empty())
            .collect()
    }

    #[test]
    fn blocks_are_lines_and_quotes_are_quotes() {
        let html = "<html><head><style>p { color: red }</style></head><body><div>Yes &amp; no.</div><div>Tuesday<br>is fine</div>\
            <div class=\"gmail_quote\"><div>On Mon, Nov 23, 2026 Desk wrote:</div><blockquote><p>When?</p><blockquote>Old</blockquote></blockquote></div>\
            <p>Below</p><script>alert(1)</script><!-- hidden --></body></html>";
        assert_eq!(
            said(html),
            [
                "Yes & no.",
                "Tuesday",
                "is fine",
                "On Mon, Nov 23, 2026 Desk wrote:",
                "> When?",
                ">> Old",
                "Below"
            ]
        );
    }

    /// One mail must not fill the memory of the server.
    #[test]
    fn quotes_in_quotes_cost_no_more_than_what_they_say() {
        let html =
            "<blockquote>".repeat(100_000) + "deep" + &"</blockquote>".repeat(99_999) + "shallow";
        let text = to_text(&html);
        assert!(text.len() < 1_000_000, "{}", text.len());
        assert_eq!(
            said(&html),
            [
                format!("{} deep", ">".repeat(DEPTH_MAX)),
                "> shallow".to_owned()
            ]
        );
    }

    #[test]
    fn broken_html_says_what_can_be_read_of_it() {
        assert_eq!(said("<div>One</div></blockquote>Two <b"), ["One", "Two"]);
        assert_eq!(said("Plain < 5"), ["Plain"]);
        assert_eq!(said("<style>never closed"), Vec::<String>::new());
        assert_eq!(said(""), Vec::<String>::new());
    }
}
