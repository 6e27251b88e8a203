//! Pages for somebody who only reads: each form that would change something is there, greyed.
//!
//! What a read-only user may do is said by the domain's table of moves, which refuses what such a form would send. Here
//! all pages follow it at one place, also those that are yet to be written.

/// Forms that are about the reader alone: they work for everybody.
const ONES_OWN: [&str; 10] = [
    "/sign-out\"",
    "/theme\"",
    "/settings\"",
    "/settings/email\"",
    "/settings/password\"",
    "/settings/sessions/",
    "/settings/notifications\"",
    "/settings/keys/",
    "/help/ask\"",
    "/numbers/ports/views",
];

/// The way to a new port.
const NEW_PORT: &str = "href=\"/numbers/ports/new\"";

/// The page with the controls of its forms switched off. The layout says why, under the id `read-only`.
pub(super) fn lock(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + 512);
    let mut rest = html;
    while let Some(at) = rest.find("<form") {
        let (before, form) = rest.split_at(at);
        out.push_str(before);
        let end = form.find("</form>").unwrap_or(form.len());
        let (form, after) = form.split_at(end);
        let tag = form.find('>').map_or(form.len(), |at| at + 1);
        let (tag, inside) = form.split_at(tag);
        out.push_str(tag);
        let changes = tag.contains("method=\"post\"")
            && !ONES_OWN
                .iter()
                .any(|own| tag.contains(&format!("action=\"{own}")));
        if changes {
            out.push_str("<fieldset class=\"locked\" disabled aria-describedby=\"read-only\">");
            out.push_str(inside);
            out.push_str("</fieldset>");
        } else {
            out.push_str(inside);
        }
        rest = after;
    }
    out.push_str(rest);
    // A link that leads nowhere is still read out, and says why.
    out.replace(
        NEW_PORT,
        "role=\"link\" aria-disabled=\"true\" aria-describedby=\"read-only\"",
    )
}

#[cfg(test)]
mod tests {
    use super::lock;

    #[test]
    fn forms_that_change_something_are_greyed_and_ones_own_are_not() {
        let page = lock(
            "<p>a</p><form method=\"post\" action=\"/numbers/ports/x/notes\"><button>Send</button></form>\
             <form method=\"get\"><input></form><form method=\"post\" action=\"/sign-out\"><button>Out</button></form><p>b</p>",
        );
        assert_eq!(page.matches("<fieldset").count(), 1, "{page}");
        assert!(page.contains(
            "disabled aria-describedby=\"read-only\"><button>Send</button></fieldset></form>"
        ));
        assert!(page.ends_with("<p>b</p>"));
        assert_eq!(lock("no form"), "no form");
        assert!(!lock("<a class=\"btn\" href=\"/numbers/ports/new\">New</a>").contains("href"));
    }
}
