//! What somebody wrote in an answer, without what their mail program put around it: the mail that they answer,
//! and their signature.
//!
//! Mail programs agree on nothing here, so this knows their usual forms, and when in doubt it keeps too much:
//! words that were cut away by mistake would be missed by nobody. Nothing after a line is cut unless that line
//! looks like a program's own.

/// A signature is cut if no more than this many lines of words follow its `--`.
const SIGNATURE_LINES_MAX: usize = 12;
/// Over how many lines a program may break "On Monday, … <…> wrote:".
const ATTRIBUTION_LINES_MAX: usize = 4;

/// How many signatures, footers and quotes may stand below each other.
const TAIL_ROUNDS_MAX: usize = 10;

/// What a line is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Own,
    Quote,
}

/// An answer's own words. `text` has `\n` as line ends.
pub fn own_words(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    if let Some(at) = (0..lines.len()).find(|at| is_divider(&lines, *at)) {
        lines.truncate(at);
    }
    let mut kinds: Vec<Kind> = lines.iter().map(|line| kind(line)).collect();
    attributions(&mut lines, &mut kinds);
    for _ in 0..TAIL_ROUNDS_MAX {
        let before = lines.len();
        while kinds.last().is_some_and(|kind| *kind != Kind::Own) {
            lines.pop();
            kinds.pop();
        }
        if lines.last().is_some_and(|line| is_footer(line)) {
            lines.pop();
            kinds.pop();
        }
        if let Some(at) = signature(&lines, &kinds) {
            lines.truncate(at);
            kinds.truncate(at);
        }
        if lines.len() == before {
            break;
        }
    }
    let from = leading_quote(&kinds);
    join(lines.get(from..).unwrap_or_default())
}

fn kind(line: &str) -> Kind {
    match line.trim_start().chars().next() {
        None => Kind::Blank,
        Some('>') => Kind::Quote,
        Some(_) => Kind::Own,
    }
}

/// Whether everything from this line on is an older mail.
fn is_divider(lines: &[&str], at: usize) -> bool {
    let line = lines.get(at).map_or("", |line| line.trim());
    is_original_message(line) || is_rule(lines, at) || is_header_block(lines, at)
}

/// `-----Original Message-----` in the languages of the mail programs that write it.
fn is_original_message(line: &str) -> bool {
    const WORDS: [&str; 11] = [
        "original message",
        "forwarded message",
        "ursprüngliche nachricht",
        "originalnachricht",
        "weitergeleitete nachricht",
        "message d'origine",
        "message transféré",
        "mensaje original",
        "mensagem original",
        "messaggio originale",
        "oorspronkelijk bericht",
    ];
    let inner = line
        .trim_matches(|one| matches!(one, '-' | ' '))
        .to_lowercase();
    line.starts_with("--") && line.ends_with("--") && WORDS.contains(&inner.as_str())
}

/// The line of underscores that Outlook puts above an older mail's heading.
fn is_rule(lines: &[&str], at: usize) -> bool {
    let line = lines.get(at).map_or("", |line| line.trim());
    line.len() >= 10
        && line.bytes().all(|one| one == b'_')
        && (at + 1..lines.len().min(at + 4)).any(|next| is_header_block(lines, next))
}

/// `From: … Sent: … To: … Subject: …`: a line of the first kind with two of the others right below it.
fn is_header_block(lines: &[&str], at: usize) -> bool {
    const FROM: [&str; 7] = ["from", "von", "de", "da", "van", "från", "fra"];
    const OTHERS: [&str; 24] = [
        "sent",
        "date",
        "to",
        "cc",
        "subject",
        "gesendet",
        "datum",
        "an",
        "betreff",
        "envoyé",
        "à",
        "objet",
        "enviado",
        "fecha",
        "para",
        "asunto",
        "assunto",
        "inviato",
        "a",
        "oggetto",
        "verzonden",
        "aan",
        "onderwerp",
        "skickat",
    ];
    let named = |line: &str| {
        let name = line.split_once(':')?.0;
        Some(
            name.trim_matches(|one| matches!(one, '*' | ' '))
                .to_lowercase(),
        )
    };
    let is =
        |line: &str, words: &[&str]| named(line).is_some_and(|name| words.contains(&name.as_str()));
    let Some(first) = lines.get(at) else {
        return false;
    };
    is(first, &FROM)
        && lines
            .iter()
            .skip(at + 1)
            .filter(|line| !line.trim().is_empty())
            .take(6)
            .filter(|line| is(line, &OTHERS))
            .count()
            >= 2
}

/// Finds "On … wrote:". Where a quote follows, these lines belong to it; where none does (programs that quote
/// without marks), all that follows is the older mail.
fn attributions(lines: &mut Vec<&str>, kinds: &mut Vec<Kind>) {
    let mut at = 0;
    while at < lines.len() {
        let Some(length) = attribution(lines, kinds, at) else {
            at += 1;
            continue;
        };
        let after = at + length;
        let next = kinds
            .iter()
            .skip(after)
            .find(|kind| **kind != Kind::Blank)
            .copied();
        let whole = whole_line(lines, at, length);
        match next {
            Some(Kind::Quote) => {
                for kind in kinds.iter_mut().skip(at).take(length) {
                    *kind = Kind::Quote;
                }
            }
            // "On page 2 you wrote:" is somebody's own sentence; a program names the moment or the address.
            Some(Kind::Own) if names_a_mail(&whole) => {
                lines.truncate(at);
                kinds.truncate(at);
                return;
            }
            None if names_a_mail(&whole) => {
                lines.truncate(at);
                kinds.truncate(at);
                return;
            }
            _ => {}
        }
        at = after;
    }
}

/// How many lines from this one on are "On … wrote:"; `None` if they are something else.
fn attribution(lines: &[&str], kinds: &[Kind], at: usize) -> Option<usize> {
    (1..=ATTRIBUTION_LINES_MAX.min(lines.len() - at))
        .take_while(|length| kinds.get(at + length - 1) == Some(&Kind::Own))
        .find(|length| {
            // Somebody's last line and a program's first one are not one sentence.
            let later = |skip| is_attribution(lines, kinds, at + skip, length - skip);
            is_attribution(lines, kinds, at, *length) && !(1..*length).any(later)
        })
}

fn is_attribution(lines: &[&str], kinds: &[Kind], at: usize, length: usize) -> bool {
    const BEGINS: [&str; 11] = [
        "on ", "am ", "le ", "el ", "il ", "op ", "den ", "em ", "w dniu ", "dnia ", "på ",
    ];
    const WROTE: [&str; 10] = [
        " wrote",
        " schrieb",
        " a écrit",
        " escribió",
        " escreveu",
        " ha scritto",
        " schreef",
        " skrev",
        " napisał",
        " writes",
    ];
    let whole = whole_line(lines, at, length);
    if !whole.ends_with(':') {
        return false;
    }
    let begins = BEGINS.iter().any(|begin| whole.starts_with(begin));
    if begins && WROTE.iter().any(|wrote| whole.contains(wrote)) {
        return true;
    }
    // A language that is not known here: a moment and an address, and then a quote.
    let has_digits = |word: &str| word.contains(|one: char| one.is_ascii_digit());
    length <= 2
        && whole.contains('@')
        && whole
            .split(' ')
            .filter(|word| !word.contains('@'))
            .any(has_digits)
        && kinds
            .iter()
            .skip(at + length)
            .find(|kind| **kind != Kind::Blank)
            == Some(&Kind::Quote)
}

fn whole_line(lines: &[&str], at: usize, length: usize) -> String {
    let parts: Vec<&str> = lines
        .iter()
        .skip(at)
        .take(length)
        .map(|line| line.trim())
        .collect();
    parts.join(" ").to_lowercase()
}

/// An address, a year or a time of day.
fn names_a_mail(whole: &str) -> bool {
    let digits = |word: &str| word.bytes().filter(u8::is_ascii_digit).count();
    whole.contains('@')
        || whole
            .split(|one: char| !one.is_ascii_digit() && one != ':')
            .any(|word| digits(word) == 4 || (word.contains(':') && digits(word) >= 3))
}

/// Where a signature begins (RFC 3676, 4.3): `-- ` on a line of its own. Many programs lose the space.
fn signature(lines: &[&str], kinds: &[Kind]) -> Option<usize> {
    let at = lines.iter().rposition(|line| *line == "--")?;
    let words = kinds
        .iter()
        .skip(at + 1)
        .filter(|kind| **kind == Kind::Own)
        .count();
    (words <= SIGNATURE_LINES_MAX).then_some(at)
}

/// What telephones and some programs write under each mail.
fn is_footer(line: &str) -> bool {
    const BEGINS: [&str; 19] = [
        "sent from my ",
        "sent from mail for ",
        "sent from outlook",
        "sent from yahoo mail",
        "sent from samsung",
        "sent from proton",
        "sent with proton",
        "sent via ",
        "get outlook for ",
        "gesendet von ",
        "gesendet mit ",
        "envoyé de mon ",
        "envoyé depuis ",
        "enviado desde mi ",
        "enviado do meu ",
        "inviato da",
        "verzonden vanaf ",
        "skickat från min ",
        "sendt fra min ",
    ];
    let line = line.trim().to_lowercase();
    line.chars().count() <= 90
        && (BEGINS.iter().any(|begin| line.starts_with(begin))
            || (line.starts_with("von meinem ") && line.ends_with(" gesendet")))
}

/// How many lines of a quote stand on top of an answer that is written below it. One that is written between
/// several quotes keeps them: they are what it answers.
fn leading_quote(kinds: &[Kind]) -> usize {
    let mut blocks = 0;
    let mut inside = false;
    let mut own = false;
    let mut top = 0;
    for (at, kind) in kinds.iter().enumerate() {
        match kind {
            Kind::Quote => {
                if !inside {
                    blocks += 1;
                }
                inside = true;
                if !own {
                    top = at + 1;
                }
            }
            Kind::Own => {
                inside = false;
                own = true;
            }
            Kind::Blank => {}
        }
    }
    if blocks == 1 { top } else { 0 }
}

/// The lines without empty ones around them, and with one at most between two.
fn join(lines: &[&str]) -> String {
    let mut text = String::new();
    let mut gap = false;
    for line in lines {
        if line.trim().is_empty() {
            gap = !text.is_empty();
            continue;
        }
        if !text.is_empty() {
            text.push_str(if gap { "\n\n" } else { "\n" });
        }
        gap = false;
        text.push_str(line);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::own_words;

    const QUOTE: &str =
        "> Hello Dana,\n>\n> Sam wrote about (404) 555-0123:\n>\n> > Which suite?\n";

    #[track_caller]
    fn is(mail: &str, words: &str) {
        assert_eq!(own_words(mail), words);
    }

    #[test]
    fn an_answer_above_its_quote_is_what_was_written() {
        is(
            &format!(
                "Suite 410.\n\nThanks!\n\nOn Mon, Nov 23, 2026 at 11:05 AM Desk <replies+x@desk.example> wrote:\n\n{QUOTE}"
            ),
            "Suite 410.\n\nThanks!",
        );
        // Gmail breaks the line where it is long.
        is(
            &format!(
                "Yes.\n\nOn Mon, Nov 23, 2026 at 11:05 AM Example Porting Desk <\nreplies+x@desk.example> wrote:\n\n{QUOTE}"
            ),
            "Yes.",
        );
        is(
            &format!(
                "Ja.\n\nAm Mo., 23. Nov. 2026 um 11:05 Uhr schrieb Desk <a@b.example>:\n\n{QUOTE}"
            ),
            "Ja.",
        );
        is(
            &format!(
                "Oui.\n\nLe lun. 23 nov. 2026 à 11:05, Desk <a@b.example> a écrit :\n\n{QUOTE}"
            ),
            "Oui.",
        );
        // A language that nobody thought of.
        is(
            &format!(
                "Kyllä.\n\nma 23. marrask. 2026 klo 11.05 Desk (a@b.example) kirjoitti:\n\n{QUOTE}"
            ),
            "Kyllä.",
        );
        is(&format!("Ok\n{QUOTE}"), "Ok");
        // No empty line between the two.
        for words in ["From the desk.", "On it.", "Am Montag"] {
            is(
                &format!(
                    "{words}\nOn Mon, Nov 23, 2026 at 11:05 AM Desk <a@b.example> wrote:\n{QUOTE}"
                ),
                words,
            );
        }
        is(
            &format!(
                "Yes.\nOn Mon, Nov 23, 2026 at 11:05 AM Example Porting Desk <\nreplies+019ab3f2c7d8@desk.example> wrote:\n{QUOTE}"
            ),
            "Yes.",
        );
    }

    #[test]
    fn what_outlook_puts_below_an_answer_is_left_out() {
        is(
            "See attached.\n\n-----Original Message-----\nFrom: Desk\nSent: Monday\n\nHello Dana,",
            "See attached.",
        );
        is(
            "See attached.\n\n________________________________\nFrom: Desk <a@b.example>\nSent: Monday, November 23, 2026 11:05 AM\nTo: Dana\nSubject: New note\n\nHello Dana,",
            "See attached.",
        );
        is(
            "Done\n\n*Von:* Desk\n*Gesendet:* Montag\n*An:* Dana\n*Betreff:* Notiz\n\nHallo",
            "Done",
        );
        // No marks at all before the older mail.
        is(
            "Fine with us.\n\nOn Mon, Nov 23, 2026 at 11:05 AM Desk <a@b.example> wrote:\n\nHello Dana,\nSam wrote about it.",
            "Fine with us.",
        );
    }

    #[test]
    fn signatures_and_telephones_names_are_left_out() {
        is(
            "Call me.\n-- \nDana Whitfield\nHarbor Dental\n(404) 555-0100\n",
            "Call me.",
        );
        is(
            &format!(
                "Call me.\n\nSent from my iPhone\n\n> On Nov 23, 2026, at 11:05, Desk wrote:\n>\n{QUOTE}"
            ),
            "Call me.",
        );
        is(
            "Anruf genügt.\n\nVon meinem iPhone gesendet",
            "Anruf genügt.",
        );
        is("Ok.\n\nGet Outlook for iOS<https://aka.ms/o0ukef>", "Ok.");
        is("Ok.\n--\nDana\n\nSent from my Pixel", "Ok.");
    }

    #[test]
    fn an_answer_below_or_between_quotes_keeps_its_words() {
        is(
            &format!(
                "On Mon, Nov 23, 2026 at 11:05 AM Desk <a@b.example> wrote:\n{QUOTE}\nSuite 410, below."
            ),
            "Suite 410, below.",
        );
        is(
            "> Which suite?\n410\n> And the fax?\nStays.\n> Thanks,\n> Sam",
            "> Which suite?\n410\n> And the fax?\nStays.",
        );
        is(
            "You asked:\n> Which suite?\nIt is 410.",
            "You asked:\n> Which suite?\nIt is 410.",
        );
    }

    #[test]
    fn words_that_only_look_like_a_programs_stay() {
        for text in [
            "On page 2 you wrote:\nsuite 401, but it is 410.",
            "From: our side it is fine.\nSent yesterday.",
            "The list:\n-- one\n-- two",
            "Sent from my office to yours by courier, signed for by the front desk at 9 in the morning on Tuesday",
            "a -----Original Message----- in a sentence",
        ] {
            is(text, text);
        }
        let long = format!("Above\n--\n{}", "a line\n".repeat(13));
        assert!(
            own_words(&long).contains("a line"),
            "no signature is this long"
        );
    }

    #[test]
    fn a_mail_without_own_words_is_empty() {
        for text in ["", "\n \n", QUOTE, "-- \nDana", "Sent from my iPhone"] {
            is(text, "");
        }
        is(
            &format!("---------- Forwarded message ---------\nFrom: a\nDate: b\n\n{QUOTE}"),
            "",
        );
    }

    #[test]
    fn empty_lines_are_kept_within_reason() {
        is("One\n\n\n\n  Two  \nThree\n", "One\n\n  Two\nThree");
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_invented_and_nothing_panics(text in "(?s)[ >\\-_a-zA-Z:@0-9\n.,é]{0,400}") {
            let own = own_words(&text);
            for line in own.lines().filter(|line| !line.is_empty()) {
                proptest::prop_assert!(text.lines().any(|from| from.trim_end() == line));
            }
            proptest::prop_assert_eq!(own_words(&own).len() <= own.len(), true);
        }
    }
}
