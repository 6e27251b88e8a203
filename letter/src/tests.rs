//! The letter judged from outside: read back with poppler's tools.

use std::io::Write as _;
use std::process::Command;

use jiff::{Timestamp, Zoned};

use super::*;

fn at(text: &str) -> Zoned {
    text.parse().expect("a literal")
}

fn letter(count: usize) -> Letter {
    Letter {
        reference: "port_019ac2f1d3a87c21b5f0a1b2c3d4e5f6".into(),
        version: 1,
        prepared_at: at("2026-11-21T15:04:00-06:00[America/Chicago]"),
        agent: Agent {
            name: "Harborline Desk LLC".into(),
            contact: vec![
                "400 Congress Avenue, Suite 210".into(),
                "Austin, TX 78701".into(),
                "(512) 555-0190".into(),
                "ports@harborline.example".into(),
            ],
            logo: None,
        },
        losing_provider: "Northline Telecom, Inc.".into(),
        gaining_carrier: "Meridian Voice Networks, LLC".into(),
        subscriber: "O'Neil & Sons, LLC".into(),
        signer: Person {
            name: "Maria O'Neil".into(),
            title: Some("Managing member".into()),
        },
        billing_address: vec!["PO Box 1180".into(), "Round Rock, TX 78680".into()],
        service_address: vec![
            "1200 East 6th Street, Suite 4".into(),
            "Austin, TX 78702-3312".into(),
        ],
        billing_number: Some("(512) 555-0100".into()),
        numbers: (0..count).map(number).collect(),
        extent: Extent::Full,
        valid_days: 60,
    }
}

fn number(index: usize) -> String {
    let areas = [512, 737, 210, 726, 361];
    format!(
        "({}) 555-{:04}",
        areas[(index / 100) % areas.len()],
        100 + index % 100
    )
}

fn typed() -> Signature {
    Signature {
        mark: Mark::Typed("Maria O'Neil".into()),
        printed_name: "Maria O'Neil".into(),
        title: Some("Managing member".into()),
        signed_at: at("2026-11-23T09:41:12-06:00[America/Chicago]"),
    }
}

fn drawn() -> Signature {
    let paths = [
        "M 20,90 C 30,40 45,10 52,14 C 60,20 40,80 44,92 C 48,99 70,30 80,26 C 88,28 76,80 84,90 C 90,95 100,70 112,66",
        "M 118,70 C 108,66 100,88 110,90 C 120,91 124,76 126,70 C 124,84 126,92 134,88 C 142,80 144,70 148,68 C 150,74 148,84 150,88 C 156,78 162,68 170,70",
        "M 196,30 C 180,34 176,84 196,88 C 220,88 222,34 200,28 C 190,27 186,34 196,40 C 214,46 236,40 260,34 L 262,30",
    ];
    let strokes = Strokes {
        paths: paths.iter().map(ToString::to_string).collect(),
        pen_width: 3.0,
    };
    Signature {
        mark: Mark::Drawn(Drawing::Strokes(strokes)),
        ..typed()
    }
}

fn certificate() -> Certificate {
    let event = |time: &str, kind, detail: &str| Event {
        at: time.parse::<Timestamp>().expect("a literal"),
        kind,
        detail: (!detail.is_empty()).then(|| detail.into()),
    };
    Certificate {
        document_id: "doc_019ac2f1d3a87c21b5f0a1b2c3d4e5f7".into(),
        signer_email: "maria@oneil-sons.example".into(),
        authentication: Authentication::MailedLink { address: "maria@oneil-sons.example".into() },
        consent: "I agree to sign this letter electronically. I can ask for it on paper instead, and I can withdraw this consent before I sign.\n\nI can open and keep PDF files on this device.".into(),
        consent_version: "1".into(),
        events: vec![
            event("2026-11-21T21:04:02Z", EventKind::Sent, "to maria@oneil-sons.example"),
            event("2026-11-23T15:39:40Z", EventKind::Opened, "from 198.51.100.24"),
            event("2026-11-23T15:41:03Z", EventKind::Consented, ""),
            event("2026-11-23T15:41:12Z", EventKind::Signed, "from 198.51.100.24"),
        ],
        device: Device {
            ip: "198.51.100.24".into(),
            user_agent: "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.1 Mobile/15E148 Safari/604.1".into(),
        },
        shown_sha256: [0xa7; 32],
    }
}

/// Runs one of poppler's tools over a PDF. Their absence fails the test: `make test` installs them.
fn poppler(tool: &str, options: &[&str], pdf: &[u8]) -> String {
    let mut file = tempfile::NamedTempFile::new().expect("a temporary file");
    file.write_all(pdf).expect("written");
    let output = Command::new(tool)
        .args(options)
        .arg(file.path())
        .args(if tool == "pdftotext" { &["-"][..] } else { &[] })
        .output()
        .unwrap_or_else(|error| panic!("`{tool}` cannot be run ({error}): install Debian's poppler-utils, as `make test` does"));
    assert!(
        output.status.success(),
        "{tool}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("UTF-8")
}

fn text_of(pdf: &[u8]) -> String {
    poppler("pdftotext", &["-layout"], pdf)
}

/// The text as one line, without the places where a line may break.
fn flat(text: &str) -> String {
    text.replace('\u{200b}', "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

fn pages_of(pdf: &[u8]) -> usize {
    info(pdf, "Pages").parse().expect("a number of pages")
}

fn info(pdf: &[u8], key: &str) -> String {
    let all = poppler("pdfinfo", &[], pdf);
    let found = all
        .lines()
        .find_map(|line| line.strip_prefix(key)?.strip_prefix(':'));
    found
        .unwrap_or_else(|| panic!("pdfinfo tells no {key}: {all}"))
        .trim()
        .to_owned()
}

/// R4, R34 to R37, R40, R111 and 47 CFR 64.1130(e): who, from where to where, which numbers, and what is authorized.
#[test]
fn the_letter_says_what_the_rule_asks_for() {
    let pdf = letter_pdf(&letter(3)).expect("a letter");
    let text = flat(&text_of(&pdf));
    for said in [
        "Letter of Authorization",
        "port_019ac2f1d3a87c21b5f0a1b2c3d4e5f6, version 1",
        "O'Neil & Sons, LLC",
        "Maria O'Neil, Managing member",
        "PO Box 1180",
        "Round Rock, TX 78680",
        "1200 East 6th Street, Suite 4",
        "Austin, TX 78702-3312",
        "Losing Communications Provider (LCP)",
        "Gaining Communications Provider (GCP)",
        "(512) 555-0100",
        "(512) 555-0101",
        "(512) 555-0102",
        "I have decided to change the provider of the telephone numbers listed in this letter from Northline Telecom, Inc., the Losing Communications Provider (LCP), to Meridian Voice Networks, LLC, the Gaining Communications Provider (GCP)",
        "I designate Meridian Voice Networks, LLC and Harborline Desk LLC to act as my agents for this change",
        "for any one telephone number I may have only one provider of each kind of service",
        "I may ask the GCP or Harborline Desk LLC whether a fee applies to this change",
        "The listed numbers are all of the telephone numbers of the account",
        "ordered within 60 days after the date of my signature",
        "Date of signature",
        "Printed name",
        "Page 1 of 1",
    ] {
        assert!(
            text.contains(said),
            "the letter does not say: {said}\n{text}"
        );
    }
}

#[test]
fn the_remaining_numbers_are_spoken_for() {
    let with = |remaining| {
        let letter = Letter {
            extent: Extent::Partial(remaining),
            ..letter(2)
        };
        flat(&text_of(&letter_pdf(&letter).expect("a letter")))
    };
    let stay = with(Remaining::Stay {
        new_billing_number: Some("(512) 555-0177".into()),
    });
    assert!(stay.contains("stay with the LCP; this letter does not change them. Their billing telephone number becomes (512) 555-0177."), "{stay}");
    let same = with(Remaining::Stay {
        new_billing_number: None,
    });
    assert!(
        same.contains("stay with the LCP") && !same.contains("becomes"),
        "{same}"
    );
    let end = with(Remaining::Disconnect);
    assert!(
        end.contains("I ask the LCP to disconnect them once the listed numbers have moved"),
        "{end}"
    );
}

#[test]
fn an_agent_that_is_the_carrier_is_named_once() {
    let mut letter = letter(1);
    letter.gaining_carrier = letter.agent.name.clone();
    let text = flat(&text_of(&letter_pdf(&letter).expect("a letter")));
    assert!(text.contains("I designate Harborline Desk LLC to act as my agent for this change. As my agent, it may"), "{text}");
    assert!(!text.contains("Agent that handles the order"), "{text}");
}

/// R37: every number, however many, on letter paper, with the heading and the page on each page.
#[test]
fn every_number_is_on_the_letter() {
    for (count, pages) in [(1, 1), (20, 1), (24, 1), (25, 2), (500, 4)] {
        let pdf = letter_pdf(&letter(count)).expect("a letter");
        assert_eq!(pages_of(&pdf), pages, "pages with {count} numbers");
        assert_eq!(info(&pdf, "Page size"), "612 x 792 pts (letter)");
        let text = text_of(&pdf);
        for index in 0..count {
            assert!(
                text.contains(&number(index)),
                "{} is missing among {count}",
                number(index)
            );
        }
        let sheets: Vec<&str> = text
            .split('\u{c}')
            .filter(|sheet| !sheet.trim().is_empty())
            .collect();
        assert_eq!(sheets.len(), pages);
        for (index, sheet) in sheets.iter().enumerate() {
            assert!(
                sheet.contains(&format!("Page {} of {pages}", index + 1)),
                "page {} of {count} numbers",
                index + 1
            );
            assert!(sheet.contains("port_019ac2f1d3a87c21b5f0a1b2c3d4e5f6, version 1"));
            if index > 0 {
                assert!(
                    sheet.contains("Letter of Authorization, O'Neil & Sons, LLC"),
                    "{sheet}"
                );
                assert!(
                    flat(sheet)
                        .contains(&format!("Schedule A: telephone numbers to move ({count})")),
                    "{sheet}"
                );
            }
        }
        assert!(
            sheets[0].contains("Date of signature"),
            "the signature stands on the first page"
        );
    }
}

#[test]
fn the_same_data_gives_the_same_bytes() {
    assert_eq!(
        letter_pdf(&letter(20)).expect("a letter"),
        letter_pdf(&letter(20)).expect("a letter")
    );
    let signed = || signed_pdf(&letter(20), &drawn(), &certificate()).expect("a letter");
    assert_eq!(signed(), signed());
    let other = Letter {
        version: 2,
        ..letter(20)
    };
    assert_ne!(
        letter_pdf(&letter(20)).expect("a letter"),
        letter_pdf(&other).expect("a letter")
    );
}

#[test]
fn the_file_is_archival_and_can_be_read_aloud() {
    for pdf in [
        letter_pdf(&letter(30)).expect("a letter"),
        signed_pdf(&letter(2), &drawn(), &certificate()).expect("a letter"),
    ] {
        assert_eq!(
            info(&pdf, "Creator"),
            concat!("Portolan letter ", env!("CARGO_PKG_VERSION"))
        );
        assert_eq!(info(&pdf, "Tagged"), "yes");
        assert_eq!(info(&pdf, "Encrypted"), "no");
        assert_eq!(info(&pdf, "JavaScript"), "no");
        let meta = poppler("pdfinfo", &["-meta"], &pdf);
        assert!(
            meta.contains("<pdfaid:part>2</pdfaid:part>")
                && meta.contains("<pdfuaid:part>1</pdfuaid:part>"),
            "{meta}"
        );
        for line in poppler("pdffonts", &[], &pdf).lines().skip(2) {
            assert!(
                line.contains(" yes yes yes "),
                "embedded, subset, readable: {line}"
            );
        }
    }
}

/// R41 and 47 CFR 64.1130(b): signed and dated by the subscriber; the pages are else the ones that were shown.
#[test]
fn a_signature_changes_nothing_but_its_lines() {
    for count in [3, 60] {
        let shown = text_of(&letter_pdf(&letter(count)).expect("a letter"));
        let signed = text_of(&signed_letter_pdf(&letter(count), &typed()).expect("a letter"));
        assert!(signed.contains("November 23, 2026"), "{signed}");
        let words = |text: &str| {
            flat(text)
                .replace("; signed electronically", "")
                .replace(" November 23, 2026", "")
                .replace("Maria O'Neil", "")
        };
        assert_eq!(flat(&words(&shown)), flat(&words(&signed)));
        let drawn = text_of(&signed_letter_pdf(&letter(count), &drawn()).expect("a letter"));
        assert!(drawn.contains("November 23, 2026"), "{drawn}");
    }
    // A title that the letter showed stays, unless somebody else signed.
    let signed = |name: &str| {
        let signature = Signature {
            title: None,
            printed_name: name.into(),
            ..drawn()
        };
        text_of(&signed_letter_pdf(&letter(1), &signature).expect("a letter"))
            .matches("Managing member")
            .count()
    };
    assert_eq!((signed("Maria O'Neil"), signed("Liam O'Neil")), (2, 1));
}

#[test]
fn the_certificate_tells_how_it_was_signed() {
    let pdf = signed_pdf(&letter(3), &typed(), &certificate()).expect("a letter");
    assert_eq!(pages_of(&pdf), 2);
    let text = text_of(&pdf);
    let (first, second) = text.split_once('\u{c}').expect("two pages");
    assert!(
        first.contains("Page 1 of 1"),
        "the certificate is not counted among the letter's pages: {first}"
    );
    let page = flat(second);
    let signed = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(
        signed_letter_pdf(&letter(3), &typed()).expect("a letter"),
    ));
    for said in [
        "Certificate of signature",
        "doc_019ac2f1d3a87c21b5f0a1b2c3d4e5f7",
        "Maria O'Neil, Managing member",
        "maria@oneil-sons.example",
        "A secret link that was mailed to maria@oneil-sons.example and works for one signature",
        "Typed name, November 23, 2026, 9:41 am CST (2026-11-23 15:41:12 UTC)",
        "198.51.100.24",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X)",
        "I agree to sign this letter electronically.",
        "I can open and keep PDF files on this device.",
        "2026-11-21 21:04:02 Link sent to maria@oneil-sons.example",
        "2026-11-23 15:39:40 Letter opened from 198.51.100.24",
        "2026-11-23 15:41:03 Consent given",
        "2026-11-23 15:41:12 Letter signed",
        "A file cannot name its own fingerprint; the SHA-256 of the sealed file is recorded in the history of port_019ac2f1d3a87c21b5f0a1b2c3d4e5f6.",
        "Certificate page 1 of 1",
        &"a7".repeat(32),
        &signed,
    ] {
        assert!(
            page.contains(said),
            "the certificate does not say: {said}\n{page}"
        );
    }
}

#[test]
fn unusual_names_do_not_break_the_letter() {
    let names = [
        "#panic(\"x\") $ 1/0 $ @ref <label> *bold* _it_ `raw` \\ = Head // note /* */ ${x} {{y}}",
        "Ærøskøbing Çelik Ñandú – \u{201c}Café\u{201d} d'Été & Co. № 5",
        "e\u{301}cole de\u{301}compose\u{301}e",
        "شركة الاتصالات الحديثة",
        "חברת הטלפונים",
        "山田電話株式会社",
        "फ़ोन कंपनी",
        "☎ 📞 Phones 🇺🇸 👩‍👩‍👧",
        "\u{202e}gnisrever\u{202c} \u{0}\u{7}\u{1b}[31m\r\n\t zero\u{200b}width",
        "\u{e000}\u{f8ff} private",
        "a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}\u{307}",
        &"Wolfeschlegelsteinhausenbergerdorff".repeat(8),
        &"W".repeat(MAX_TEXT),
        &"a b ".repeat(99),
    ];
    for name in names {
        let mut letter = letter(2);
        letter.subscriber = name.into();
        letter.signer.name = name.into();
        letter.losing_provider = name.into();
        letter.agent.name = name.into();
        letter.service_address = vec![name.into(), name.into()];
        let mut signature = typed();
        signature.mark = Mark::Typed(name.into());
        signature.printed_name = name.into();
        let mut certificate = certificate();
        certificate.device.user_agent = name.into();
        certificate.events[0].detail = Some(name.into());
        signed_pdf(&letter, &signature, &certificate)
            .unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    let mut letter = letter(1);
    letter.subscriber = names[0].into();
    let text = flat(&poppler(
        "pdftotext",
        &[],
        &letter_pdf(&letter).expect("a letter"),
    ));
    assert!(text.contains("#panic(\"x\") $ 1/0 $ @ref <label> *bold* _it_ `raw` \\ = Head // note /* */ ${x} {{y}}"), "{text}");
}

#[test]
fn nothing_runs_off_the_page() {
    let mut letter = letter(2);
    letter.subscriber = "W".repeat(MAX_TEXT);
    letter.billing_address = vec!["M".repeat(120), "Austin, TX".into()];
    letter.agent.contact = vec!["M".repeat(200)];
    let mut signature = typed();
    signature.mark = Mark::Typed("Wilhelmina Featherstonehaugh-Cholmondeley ".repeat(4));
    let mut certificate = certificate();
    certificate.device.user_agent = "M".repeat(500);
    let pdf = signed_pdf(&letter, &signature, &certificate).expect("a letter");
    let boxes = poppler_boxes(&pdf);
    assert!(boxes.len() > 200, "words were found: {}", boxes.len());
    for (left, right, word) in boxes {
        assert!(
            left >= 60.0 && right <= 552.0,
            "{word} stands at {left} to {right} of 612 points"
        );
    }
}

/// Left edge, right edge and text of each word.
fn poppler_boxes(pdf: &[u8]) -> Vec<(f64, f64, String)> {
    let page = poppler("pdftotext", &["-bbox"], pdf);
    let edge = |line: &str, name: &str| line.split_once(name)?.1.split('"').nth(1)?.parse().ok();
    page.lines()
        .filter_map(|line| {
            Some((
                edge(line, "xMin")?,
                edge(line, "xMax")?,
                line.trim().to_owned(),
            ))
        })
        .collect()
}

#[test]
fn what_is_missing_is_named() {
    let said = |letter: Letter| letter_pdf(&letter).expect_err("refused").to_string();
    assert_eq!(
        said(letter(0)),
        "a letter covers 1 to 2000 numbers, this one has 0: split the request"
    );
    assert_eq!(
        said(Letter {
            subscriber: " \u{200b}".into(),
            ..letter(1)
        }),
        "the letter names no subscriber: fill it in, then make the letter again"
    );
    assert_eq!(
        said(Letter {
            service_address: vec![String::new()],
            ..letter(1)
        }),
        "the letter names no service address: fill it in, then make the letter again"
    );
    assert_eq!(
        said(Letter {
            losing_provider: "x".repeat(401),
            ..letter(1)
        }),
        "the losing provider has more than 400 characters: shorten it"
    );
    let signature = Signature {
        mark: Mark::Typed("  ".into()),
        ..typed()
    };
    let error = signed_letter_pdf(&letter(1), &signature).expect_err("refused");
    assert!(error.to_string().contains("no signature"), "{error}");
}

#[test]
fn a_logo_is_placed_and_a_broken_one_is_named() {
    let mut letter = letter(2);
    letter.agent.logo = Some(br##"<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><rect width="120" height="40" rx="8" fill="#1d4e6b"/></svg>"##.to_vec());
    let with = letter_pdf(&letter).expect("a letter with a logo");
    letter.agent.logo = None;
    assert_ne!(with, letter_pdf(&letter).expect("a letter without one"));
    letter.agent.logo = Some(b"GIF89a no picture".to_vec());
    assert!(matches!(letter_pdf(&letter), Err(LetterError::Logo)));
}

#[test]
fn a_drawn_picture_is_placed() {
    let mut picture = image::RgbaImage::from_pixel(600, 200, image::Rgba([255, 255, 255, 255]));
    for x in 50..550 {
        for thick in 0..5 {
            picture.put_pixel(x, 60 + (x * 7 % 80) + thick, image::Rgba([10, 20, 90, 255]));
        }
    }
    let mut png = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut png, image::ImageFormat::Png)
        .expect("a PNG");
    let signature = Signature {
        mark: Mark::Drawn(Drawing::Png(png.into_inner())),
        ..typed()
    };
    let pdf = signed_pdf(&letter(2), &signature, &certificate()).expect("a letter");
    assert!(flat(&text_of(&pdf)).contains("Drawn by hand on a screen"));
    assert!(
        poppler("pdfimages", &["-list"], &pdf).lines().count() > 2,
        "the picture is in the file"
    );
    assert!(matches!(
        signed_letter_pdf(
            &letter(2),
            &Signature {
                mark: Mark::Drawn(Drawing::Png(vec![0; 9])),
                ..typed()
            }
        ),
        Err(LetterError::Drawing(DrawingError::Unreadable(_)))
    ));
}

#[test]
fn a_letter_survives_its_stored_form() {
    let stored = serde_json::to_string(&letter(3)).expect("written");
    assert_eq!(
        serde_json::from_str::<Letter>(&stored).expect("read"),
        letter(3)
    );
    let stored = serde_json::to_string(&drawn()).expect("written");
    assert_eq!(
        serde_json::from_str::<Signature>(&stored).expect("read"),
        drawn()
    );
    let stored = serde_json::to_string(&certificate()).expect("written");
    assert_eq!(
        serde_json::from_str::<Certificate>(&stored).expect("read"),
        certificate()
    );
}

/// `cargo test -p portolan-letter -- --ignored --nocapture` writes letters to look at into `target/letters`.
#[test]
#[ignore = "writes files for people to look at"]
fn letters_to_look_at() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/letters");
    std::fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, make: &dyn Fn() -> Vec<u8>| {
        let started = std::time::Instant::now();
        let pdf = make();
        println!("{name}: {} bytes in {:?}", pdf.len(), started.elapsed());
        std::fs::write(folder.join(name), pdf).expect("written");
    };
    for count in [1, 20, 500] {
        write(&format!("unsigned-{count}.pdf"), &|| {
            letter_pdf(&letter(count)).expect("a letter")
        });
    }
    write("signed-typed-20.pdf", &|| {
        signed_pdf(&letter(20), &typed(), &certificate()).expect("a letter")
    });
    write("signed-drawn-3.pdf", &|| {
        let mut letter = letter(3);
        letter.extent = Extent::Partial(Remaining::Stay {
            new_billing_number: Some("(512) 555-0177".into()),
        });
        letter.agent.logo = Some(br##"<svg xmlns="http://www.w3.org/2000/svg" width="120" height="40"><circle cx="20" cy="20" r="18" fill="#1d4e6b"/><path d="M20 5 L26 20 L20 35 L14 20 Z" fill="#fff"/></svg>"##.to_vec());
        signed_pdf(&letter, &drawn(), &certificate()).expect("a letter")
    });
    write("unusual.pdf", &|| {
        let mut letter = letter(2);
        letter.subscriber = "Wolfeschlegelsteinhausenbergerdorff Ærøskøbing 山田 שלום & \u{201c}Søns\u{201d}, a very long name of a company that goes on and on, LLC".into();
        letter.billing_number = None;
        let mut signature = typed();
        signature.mark =
            Mark::Typed("Wilhelmina Featherstonehaugh-Cholmondeley of Bayfordbury Étude".into());
        signed_pdf(&letter, &signature, &certificate()).expect("a letter")
    });
}
