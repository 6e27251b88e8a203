//! The rules of hosted numbers, each with what it refuses.

use super::*;

fn number(text: &str) -> E164 {
    E164::parse(text).expect("a literal")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a literal")
}

fn asking() -> Asking {
    Asking {
        id: uuid::Uuid::from_u128(1).into(),
        account: uuid::Uuid::from_u128(2).into(),
        by: uuid::Uuid::from_u128(3).into(),
        name: "Dana Whitfield".to_owned(),
        knows: false,
        now: at(100),
    }
}

fn wanted(text: &str) -> Wanted {
    Wanted {
        number: number(text),
        voice_provider: "Copper Valley Telephone".to_owned(),
        description: "Front desk".to_owned(),
    }
}

fn requested(text: &str) -> HostedNumber {
    ask(None, &PortHere::None.into(), wanted(text), asking()).expect("nothing is in the way")
}

fn with(state: Hosting) -> HostedNumber {
    HostedNumber {
        state,
        ..requested("+14045550123")
    }
}

fn every_state() -> [HostedNumber; 4] {
    let reason = "The bill names another company.".to_owned();
    [
        requested("+14045550123"),
        with(Hosting::Enabled { at: at(200) }),
        with(Hosting::Refused {
            at: at(200),
            reason: reason.clone(),
        }),
        with(Hosting::Ended {
            at: at(300),
            reason,
        }),
    ]
}

fn port() -> PortId {
    uuid::Uuid::from_u128(9).into()
}

#[test]
fn r12_calls_to_a_hosted_number_are_never_routed_here() {
    for one in every_state() {
        let no = voice_route(&one, PortHere::None);
        assert_eq!(no.rule, "hosted_voice_stays", "{}", one.state.name());
        assert_eq!(no.kind, crate::domain::port::RefusalKind::Conflict);
        assert!(
            no.says
                .starts_with("Calls to +1 404 555 0123 stay with Copper Valley Telephone"),
            "{no}"
        );
        assert_eq!(no.way_out, "Port the number to route its calls here.");
    }
}

#[test]
fn r12_a_port_changes_what_would_make_routing_possible() {
    let one = with(Hosting::Enabled { at: at(200) });
    let no = voice_route(&one, PortHere::UnderWay(port()));
    assert_eq!(no.rule, "hosted_voice_stays");
    assert!(no.way_out.contains("Set its receiving number on the port"));
    let no = voice_route(&one, PortHere::Done(port()));
    assert_eq!(no.rule, "hosted_ported");
    assert!(!no.says.contains("stay with"), "{no}");
}

#[test]
fn r12_hosted_are_landlines_and_toll_free_numbers_of_the_us_and_canada() {
    for good in [
        "+14045550123",
        "+18005550123",
        "+16045550123",
        "+17875550123",
    ] {
        assert_eq!(hostable(number(good), Kind::Unknown), Ok(()), "{good}");
        assert_eq!(hostable(number(good), Kind::Local), Ok(()), "{good}");
    }
    assert!(matches!(
        hostable(number("+14045550123"), Kind::Mobile),
        Err(NotHostable::Mobile(_))
    ));
    for abroad in ["+442071838750", "+18765550123"] {
        assert!(
            matches!(
                hostable(number(abroad), Kind::Unknown),
                Err(NotHostable::Abroad(_))
            ),
            "{abroad}"
        );
    }
    assert!(matches!(
        hostable(number("+19005550123"), Kind::Unknown),
        Err(NotHostable::Service(_))
    ));
}

#[test]
fn r19_r20_texts_of_a_hosted_us_local_number_wait_for_the_campaign() {
    let local = requested("+14045550123");
    let no = enable(&local, false, &PortHere::None.into(), at(200)).expect_err("no campaign");
    assert_eq!(no.rule, "hosted_needs_campaign");
    assert!(lacks_campaign(&local, false));
    assert_eq!(
        enable(&local, true, &PortHere::None.into(), at(200)),
        Ok(Hosting::Enabled { at: at(200) })
    );
    for free in ["+18005550123", "+16045550123"] {
        let one = requested(free);
        assert!(
            enable(&one, false, &PortHere::None.into(), at(200)).is_ok(),
            "{free}"
        );
    }
}

#[test]
fn each_step_is_taken_from_its_own_state_only() {
    let names = |may: &dyn Fn(&HostedNumber) -> bool| -> Vec<&'static str> {
        every_state()
            .iter()
            .filter(|one| may(one))
            .map(|one| one.state.name())
            .collect()
    };
    let why = || "Why.".to_owned();
    assert_eq!(
        names(&|one| withdraw(one, "Dana", at(400)).is_ok()),
        ["requested"]
    );
    assert_eq!(
        names(&|one| enable(one, true, &PortHere::None.into(), at(400)).is_ok()),
        ["requested"]
    );
    assert_eq!(
        names(&|one| refuse(one, why(), at(400)).is_ok()),
        ["requested"]
    );
    assert_eq!(names(&|one| end(one, why(), at(400)).is_ok()), ["enabled"]);
    let again = |one: &HostedNumber| {
        ask(
            Some(one),
            &PortHere::None.into(),
            wanted("+14045550123"),
            asking(),
        )
        .is_ok()
    };
    assert_eq!(names(&again), ["refused", "ended"]);
    assert_eq!(names(&|one| one.state.is_live()), ["requested", "enabled"]);
    assert_eq!(names(&|_| true), Hosting::NAMES);
}

#[test]
fn a_number_that_is_asked_for_again_stays_the_same_one() {
    let refused = every_state()[2].clone();
    let again = Asking {
        id: uuid::Uuid::from_u128(77).into(),
        ..asking()
    };
    let one = ask(
        Some(&refused),
        &PortHere::None.into(),
        wanted("+14045550123"),
        again,
    )
    .expect("it may be asked for again");
    assert_eq!(one.id, refused.id);
    assert_eq!(one.state.name(), "requested");
    assert_eq!(one.state.reason(), None);
}

#[test]
fn a_port_is_no_obstacle_until_it_is_over() {
    let going = PortHere::UnderWay(port()).into();
    let one =
        ask(None, &going, wanted("+14045550123"), asking()).expect("hosted first, ported later");
    assert!(enable(&one, true, &going, at(200)).is_ok());
    let over = PortHere::Done(port()).into();
    let no = ask(None, &over, wanted("+14045550123"), asking()).expect_err("it is here");
    assert_eq!(no.problems[0].field, "number");
    let no = enable(&one, true, &over, at(200)).expect_err("it is here");
    assert_eq!(no.rule, "hosted_ported");
}

/// A number that was ported for another account texts there; who asks learns no more, the desk learns all.
#[test]
fn a_number_that_was_ported_elsewhere_is_not_hosted() {
    let own = asking().account;
    let other = |port: u128, done| PortOf {
        port: uuid::Uuid::from_u128(port).into(),
        account: uuid::Uuid::from_u128(port + 100).into(),
        account_name: format!("Account {port}"),
        done,
    };
    let mine = PortOf {
        account: own,
        ..other(5, false)
    };
    let ports = Ports::of(own, vec![other(1, true), mine.clone(), other(2, false)]);
    assert_eq!(ports.here, PortHere::UnderWay(mine.port));
    assert_eq!(ports.elsewhere, Some(other(1, true)), "the one that has it");
    assert!(ports.is_ported());
    let no = ask(None, &ports, wanted("+14045550123"), asking()).expect_err("ported");
    assert_eq!(no.rule, "hosted_ported_elsewhere");
    assert_eq!(no.problems[0].field, "number");
    let says = no.to_string();
    assert!(
        !says.contains("Account 1") && !says.contains("port_"),
        "{says}"
    );
    let knows = Asking {
        knows: true,
        ..asking()
    };
    let no = ask(None, &ports, wanted("+14045550123"), knows).expect_err("ported");
    assert!(no.says.contains("Account 1"), "{no}");
    let no = enable(&requested("+14045550123"), true, &ports, at(200)).expect_err("ported");
    assert_eq!(no.rule, "hosted_ported_elsewhere");
    let port = other(1, true).port.to_string();
    assert!(
        no.says.contains("Account 1") && no.says.contains(&port),
        "{no}"
    );

    // One that is only under way there is for the desk to weigh.
    let ports = Ports::of(own, vec![other(2, false)]);
    let one = ask(None, &ports, wanted("+14045550123"), asking()).expect("asked for");
    assert!(enable(&one, true, &ports, at(200)).is_ok());
    assert!(!ports.is_ported());
}

#[test]
fn words_are_checked_field_by_field() {
    let (provider, description) = check_words("  Copper Valley ", " ").expect("good");
    assert_eq!(
        (provider.as_str(), description.as_str()),
        ("Copper Valley", "")
    );
    let long = "x".repeat(101);
    let problems = check_words("", &long).expect_err("two");
    let fields: Vec<&str> = problems.iter().map(|one| one.field.as_str()).collect();
    assert_eq!(fields, ["voice_provider", "description"]);
    assert!(check_words(&long, "").is_err());
    assert!(check_words("Copper\u{202e}Valley", "").is_err());
    assert!(check_reason(" ").is_err());
    assert!(check_reason(&"x".repeat(501)).is_err());
    assert_eq!(
        check_reason(" No.\nReally. ").as_deref(),
        Ok("No.\nReally.")
    );
}
