//! The numbers' rules, one by one.

use super::*;

fn typed(text: &str) -> Result<(String, bool), NumberError> {
    parse_typed(text).map(|typed| (typed.number.to_string(), typed.cleaned))
}

#[test]
fn e164_text_survives_and_nothing_else_is_e164() {
    for text in ["+14045550123", "+442079460123", "+8001234567", "+12345678"] {
        assert_eq!(E164::parse(text).expect("good").to_string(), text);
    }
    for text in [
        "",
        "+",
        "14045550123",
        "+1404555012a",
        "+04045550123",
        "+123456",
        "+1234567890123456",
        " +14045550123",
        "+1 4045550123",
        "+１4045550123",
    ] {
        assert_eq!(E164::parse(text), Err(NotE164), "{text}");
    }
    let number = E164::parse("+14045550123").expect("good");
    assert_eq!(
        serde_json::to_string(&number).expect("text"),
        "\"+14045550123\""
    );
    assert_eq!(
        serde_json::from_str::<E164>("\"+14045550123\"").expect("text"),
        number
    );
    assert_eq!(E164::nanp(404, 555, 123), Some(number));
    assert_eq!(E164::nanp(1404, 555, 123), None);
}

#[test]
fn every_usual_notation_is_read() {
    assert_eq!(typed("+14045550123"), Ok(("+14045550123".into(), false)));
    for text in [
        "4045550123",
        "14045550123",
        "404-555-0123",
        "(404) 555-0123",
        "404.555.0123",
        "1 (404) 555-0123",
        "+1 404 555 0123",
        "(+1) 404-555-0123",
        "404\u{A0}555\u{A0}0123",
        "404\u{202F}555\u{2011}0123",
        "404–555–0123",
        "  404-555-0123\t",
        "'4045550123",
        "'+14045550123",
        "tel:+1-404-555-0123",
        "TEL:4045550123",
        "=\"4045550123\"",
        "4045550123.0",
        "\u{202A}+1 404-555-0123\u{202C}",
        "\u{FEFF}4045550123",
        " +14045550123",
    ] {
        assert_eq!(typed(text), Ok(("+14045550123".into(), true)), "{text:?}");
    }
    assert_eq!(
        typed("+44 20 7946 0123"),
        Ok(("+442079460123".into(), true))
    );
    assert_eq!(typed("800-411-0123"), Ok(("+18004110123".into(), true)));
}

#[test]
fn each_fault_is_named() {
    use NumberError as E;
    let area = |code, why| E::AreaCode { code, why };
    for (text, error) in [
        ("", E::Empty),
        (" \u{A0}'", E::Empty),
        ("1.40456E+10", E::ScientificNotation),
        ("1,51256E+10", E::ScientificNotation),
        ("1E10", E::ScientificNotation),
        ("404-555-0123 x12", E::Extension),
        ("404-555-0123 ext. 12", E::Extension),
        ("404-555-0123#4", E::Extension),
        ("1-800-FLOWERS", E::NotDigits { found: 'F' }),
        ("404/555/0123", E::NotDigits { found: '/' }),
        ("404-555-0123, 404-555-0124", E::NotDigits { found: ',' }),
        ("404+5550123", E::NotDigits { found: '+' }),
        ("٤٠٤٥٥٥٠١٢٣", E::NotDigits { found: '٤' }),
        ("555-0123", E::TooShort { digits: 7 }),
        ("404-555-012", E::TooShort { digits: 9 }),
        // Nine digits and a decimal zero are not ten digits.
        ("404555012.0", E::TooShort { digits: 9 }),
        ("-", E::TooShort { digits: 0 }),
        ("+1 404 555 012", E::TooShort { digits: 9 }),
        ("404-555-01234", E::TooLong { digits: 11 }),
        ("+1404555012345", E::TooLong { digits: 12 }),
        ("020 7946 0123", E::DiallingPrefix),
        ("011 44 20 7946 0123", E::DiallingPrefix),
        ("0044 20 7946 0123", E::DiallingPrefix),
        ("045-555-0123", area(45, AreaCodeFault::Begins)),
        ("1 104 555 0123", area(104, AreaCodeFault::Begins)),
        ("911-555-0123", area(911, AreaCodeFault::ServiceCode)),
        ("297-555-0123", area(297, AreaCodeFault::Reserved)),
        ("372-555-0123", area(372, AreaCodeFault::Reserved)),
        ("966-555-0123", area(966, AreaCodeFault::Reserved)),
        ("881-555-0123", area(881, AreaCodeFault::ReservedTollFree)),
        ("404-055-0123", E::Exchange { code: 55 }),
        ("404-155-0123", E::Exchange { code: 155 }),
        ("404-911-0123", E::N11Exchange { code: 911 }),
        ("+44 20 7946", E::NotInPlan { suggestion: None }),
        (
            "+404 555 0123",
            E::NotInPlan {
                suggestion: E164::nanp(404, 555, 123),
            },
        ),
    ] {
        assert_eq!(typed(text), Err(error), "{text:?}");
    }
    assert!(matches!(typed(&"4".repeat(5000)), Err(E::TooLong { .. })));
}

#[test]
fn errors_read_well() {
    let text = |typed: &str| {
        let error = parse_typed(typed).expect_err("bad");
        format!("{error} | {}", error.advice())
    };
    assert_eq!(
        text("045-555-0123"),
        "the area code 045 cannot exist: area codes begin with 2 to 9 | Check the number against the phone bill."
    );
    assert_eq!(
        text("404-055-0123"),
        "the exchange 055 (the middle three digits) begins with 0; exchanges begin with 2 to 9 | Check the number against the phone bill."
    );
    assert_eq!(
        text("4"),
        "it has 1 digit, which is too short | Enter all ten digits, area code first."
    );
    assert_eq!(
        text("+404 555 0123"),
        "no country has a number like this | If it is a North American number, enter +14045550123."
    );
}

/// R93, R94: a line must have its country code and no dashes.
#[test]
fn r93_r94_a_line_is_taken_as_asked_or_sent_back_with_the_clean_form() {
    assert_eq!(
        parse_line(" +14105550000 \r"),
        Ok(Line::Number(E164::nanp(410, 555, 0).expect("small")))
    );
    assert_eq!(parse_line("\u{A0} "), Ok(Line::Blank));
    let text = |line: &str| parse_line(line).expect_err("not as asked").to_string();
    assert_eq!(text("+1-410-555-0000"), "remove the dashes: +14105550000");
    assert_eq!(text("14105550000"), "add the country code: +14105550000");
    assert_eq!(
        text("410–555–0000"),
        "add the country code and remove the dashes: +14105550000"
    );
    assert_eq!(
        text("+1 410 555 0000"),
        "write it in digits only: +14105550000"
    );
    assert!(matches!(
        parse_line("+1410555000"),
        Err(LineError::Number(NumberError::TooShort { digits: 9 }))
    ));
}

#[test]
fn a_number_tells_its_place_kind_and_clock() {
    let number = |text: &str| E164::parse(text).expect("good");
    let country = Country::from_code;
    for (text, region, state, kind, zone) in [
        (
            "+14045550123",
            Region::UnitedStates,
            Some("GA"),
            Kind::Unknown,
            Some("America/New_York"),
        ),
        (
            "+12125550123",
            Region::UnitedStates,
            Some("NY"),
            Kind::Unknown,
            Some("America/New_York"),
        ),
        (
            "+13125550123",
            Region::UnitedStates,
            Some("IL"),
            Kind::Unknown,
            Some("America/Chicago"),
        ),
        // Minnesota lives by Central time, and is in the Western region.
        (
            "+16125550123",
            Region::UnitedStates,
            Some("MN"),
            Kind::Unknown,
            Some("America/Denver"),
        ),
        (
            "+18085550123",
            Region::UnitedStates,
            Some("HI"),
            Kind::Unknown,
            Some("America/Los_Angeles"),
        ),
        (
            "+17875550123",
            Region::Territory(country("PR")),
            Some("PR"),
            Kind::Unknown,
            Some("America/New_York"),
        ),
        (
            "+16715550123",
            Region::Territory(country("GU")),
            Some("GU"),
            Kind::Unknown,
            None,
        ),
        (
            "+14165550123",
            Region::Canada,
            Some("ON"),
            Kind::Unknown,
            None,
        ),
        (
            "+18765550123",
            Region::NanpCountry(country("JM")),
            None,
            Kind::Mobile,
            None,
        ),
        (
            "+18005550123",
            Region::NorthAmerica,
            None,
            Kind::TollFree,
            None,
        ),
        (
            "+19005550123",
            Region::NorthAmerica,
            None,
            Kind::Unknown,
            None,
        ),
        (
            "+12375550123",
            Region::Unassigned,
            None,
            Kind::Unknown,
            None,
        ),
        (
            "+442079460123",
            Region::World(Some(country("GB"))),
            None,
            Kind::Local,
            None,
        ),
        // Kept for fiction: several countries share +44, and none has such a number.
        (
            "+447700900123",
            Region::World(None),
            None,
            Kind::Unknown,
            None,
        ),
        (
            "+80012345678",
            Region::World(Some(country("001"))),
            None,
            Kind::TollFree,
            None,
        ),
    ] {
        let number = number(text);
        assert_eq!(
            (
                number.region(),
                number.state(),
                number.kind(),
                number.npac_zone()
            ),
            (region, state, kind, zone),
            "{text}"
        );
    }
    assert_eq!(number("+14045550123").place_name(), Some("Georgia"));
    assert!(number("+14045550199").is_fictional() && !number("+14045550200").is_fictional());
    assert!(number("+14045550123").is_in_plan() && !number("+12375550123").is_in_plan());
    assert!(number("+442079460123").is_in_plan() && !number("+4420794601").is_in_plan());
}

#[test]
fn numbers_are_written_as_people_write_them() {
    let number = |text: &str| E164::parse(text).expect("good");
    assert_eq!(number("+14045550123").national(), "(404) 555-0123");
    assert_eq!(number("+14045550123").international(), "+1 404-555-0123");
    assert_eq!(number("+442079460123").national(), "020 7946 0123");
    assert_eq!(number("+442079460123").international(), "+44 20 7946 0123");
    assert_eq!(number("+9991234567").national(), "+9991234567");
}

#[test]
fn what_cannot_be_ported_is_said() {
    let portable = |text: &str| E164::parse(text).expect("good").portable();
    for text in [
        "+14045550123",
        "+14165550123",
        "+17875550123",
        "+18005550123",
        "+18009760123",
        "+12375550123",
    ] {
        assert_eq!(portable(text), Ok(()), "{text}");
    }
    let error = |text: &str| portable(text).expect_err("not ours").to_string();
    assert_eq!(
        error("+19005550123"),
        "+1 900-555-0123 is a premium-rate number; these cannot be ported"
    );
    assert!(error("+14049760123").contains("premium-rate"));
    assert!(error("+15005550123").contains("special service"));
    assert!(error("+18765550123").contains("Jamaica"));
    assert_eq!(
        error("+442079460123"),
        "+44 20 7946 0123 is not a number of the US or Canada"
    );
}

/// No area code is held twice, and none by a rule's exception.
#[test]
fn the_table_of_area_codes_is_consistent() {
    let mut codes: Vec<u16> = places::PLACES
        .iter()
        .flat_map(|place| place.codes.iter().copied())
        .collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
    let states = places::PLACES
        .iter()
        .filter(|place| matches!(place.used_for, Use::State(_)))
        .count();
    assert_eq!(states, 51);
    for code in codes {
        let number = E164::nanp(code, 555, 123).expect("three digits");
        assert!(
            parse_typed(&number.to_string()).is_ok(),
            "{code} is in use, and the rules refuse it"
        );
    }
}
