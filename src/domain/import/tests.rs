//! The rules of an import, one by one.

use super::*;

/// A list of three columns: number, receiving number, source.
fn list(rows: &[[&str; 3]]) -> Import {
    let table =
        Table::from_rows((1..).zip(rows.iter().map(|row| row.iter().copied()))).expect("small");
    check(
        &table,
        &mapping(
            &[Meaning::Number, Meaning::ReceivingNumber, Meaning::Source],
            None,
        ),
    )
}

fn mapping(columns: &[Meaning], heading_line: Option<u32>) -> Mapping {
    Mapping::new(columns.to_vec(), heading_line).expect("complete")
}

fn refused(import: &Import) -> Vec<(u32, Reason, Meaning, Option<u32>)> {
    import
        .refused
        .iter()
        .map(|r| (r.line, r.reason, r.column, r.of_line))
        .collect()
}

/// R97, R98: both required columns must be chosen, and none twice.
#[test]
fn r97_r98_a_mapping_needs_both_required_columns_once() {
    use Meaning::{Ignore, Number, Pin, ReceivingNumber};
    let error = |columns: &[Meaning]| {
        Mapping::new(columns.to_vec(), None)
            .expect_err("incomplete")
            .to_string()
    };
    assert_eq!(
        error(&[Ignore, ReceivingNumber]),
        "Choose the column for Tracking Number to Port."
    );
    assert_eq!(
        error(&[Number, Ignore]),
        "Choose the column for Receiving Number."
    );
    assert_eq!(
        error(&[Number, Pin, ReceivingNumber, Pin]),
        "Columns 2 and 4 are both PIN. Choose one of them."
    );
    assert!(Mapping::new(vec![Ignore, Number, Ignore, ReceivingNumber, Ignore], None).is_ok());
}

/// A mapping is kept for next time; what was stored is checked again.
#[test]
fn a_stored_mapping_is_checked_when_it_is_read() {
    let kept = mapping(&[Meaning::Number, Meaning::ReceivingNumber], Some(1));
    let json = serde_json::to_string(&kept).expect("plain data");
    assert_eq!(
        serde_json::from_str::<Mapping>(&json).expect("as written"),
        kept
    );
    assert!(
        serde_json::from_str::<Mapping>(r#"{"columns":["number"],"heading_line":null}"#).is_err()
    );
}

/// R86: without a receiving number the row is refused; the other rows are kept.
#[test]
fn r86_each_row_needs_a_receiving_number() {
    let import = list(&[
        ["404-555-0123", "", "Ads"],
        ["404-555-0124", "678-555-0150", "Ads"],
    ]);
    assert_eq!(
        refused(&import),
        [(
            1,
            Reason::ReceivingNumberMissing,
            Meaning::ReceivingNumber,
            None
        )]
    );
    assert_eq!(import.accepted.len(), 1);
}

#[test]
fn each_fault_has_its_reason_and_its_column() {
    let good = "678-555-0150";
    let cases = [
        ("", good, Reason::NumberMissing),
        ("404-555-012", good, Reason::NumberInvalid),
        ("404-555-0123-4", good, Reason::NumberInvalid),
        ("call me", good, Reason::NumberInvalid),
        ("404-555-0123 x4", good, Reason::NumberInvalid),
        ("045-555-0123", good, Reason::AreaCodeInvalid),
        ("911-555-0123", good, Reason::AreaCodeInvalid),
        ("404-055-0123", good, Reason::ExchangeInvalid),
        ("404-155-0123", good, Reason::ExchangeInvalid),
        ("404-911-0123", good, Reason::N11Exchange),
        ("1.40456E+10", good, Reason::ScientificNotation),
        ("+44 20 7946 0123", good, Reason::NotNanp),
        ("876-555-0123", good, Reason::OtherCountry),
        ("900-555-0123", good, Reason::PremiumRate),
        ("404-976-0123", good, Reason::PremiumRate),
        ("500-555-0123", good, Reason::ServiceCode),
        (
            "404-555-0123",
            "404 555 0123",
            Reason::SameAsOwnReceivingNumber,
        ),
        (
            "404-555-0123",
            "678-555-015",
            Reason::ReceivingNumberInvalid,
        ),
        ("404-555-0123", "1,67856E+10", Reason::ScientificNotation),
        ("404-555-0123", "+44 20 7946 0123", Reason::NotNanp),
        ("404-555-0123", "900-555-0123", Reason::PremiumRate),
    ];
    for (number, receiving, reason) in cases {
        let import = list(&[[number, receiving, "Ads"]]);
        let [row] = import.refused.as_slice() else {
            panic!("{number} / {receiving} was taken")
        };
        let column = if receiving == good {
            Meaning::Number
        } else {
            Meaning::ReceivingNumber
        };
        assert_eq!(
            (row.reason, row.column),
            (reason, column),
            "{number} / {receiving}"
        );
        assert_eq!(
            row.value,
            if column == Meaning::Number {
                number
            } else {
                receiving
            }
        );
        let message = row.message();
        assert!(
            message.ends_with('.')
                && message.starts_with(|sign: char| sign.is_uppercase() || sign == '+')
                && message.len() > 30,
            "{message}"
        );
    }
}

#[test]
fn of_the_same_number_the_first_good_row_stays() {
    let import = list(&[
        ["404-555-0123", "", ""],
        ["+14045550123", "678-555-0150", ""],
        ["(404) 555-0123", "678-555-0150", ""],
    ]);
    assert_eq!(
        import
            .accepted
            .iter()
            .map(|row| row.line)
            .collect::<Vec<_>>(),
        [2]
    );
    assert_eq!(
        refused(&import),
        [
            (
                1,
                Reason::ReceivingNumberMissing,
                Meaning::ReceivingNumber,
                None
            ),
            (3, Reason::Duplicate, Meaning::Number, Some(2)),
        ]
    );
    assert!(import.refused[1].message().contains("line 2"));
}

/// A number that another row forwards to is not ported with it, whichever row comes first.
#[test]
fn a_receiving_number_of_another_row_is_not_ported() {
    let rows = [
        ["404-555-0123", "404-555-0124", "x"],
        ["404-555-0124", "678-555-0150", "x"],
    ];
    assert_eq!(
        refused(&list(&rows)),
        [(2, Reason::NumberIsReceivingNumber, Meaning::Number, Some(1))]
    );
    let turned = [rows[1], rows[0]];
    assert_eq!(
        refused(&list(&turned)),
        [(1, Reason::NumberIsReceivingNumber, Meaning::Number, Some(2))]
    );
    // A row that forwards to itself is its own fault only.
    let own = [
        ["404-555-0123", "404-555-0123", "x"],
        ["404-555-0123", "678-555-0150", "x"],
    ];
    assert_eq!(
        refused(&list(&own)),
        [(
            1,
            Reason::SameAsOwnReceivingNumber,
            Meaning::ReceivingNumber,
            None
        )]
    );
}

#[test]
fn odd_numbers_are_taken_with_a_warning() {
    let import = list(&[
        ["404-555-0123", "678-555-0150", "x"],
        ["800-555-0123", "678-555-0150", "x"],
        ["416-555-0123", "678-555-0150", "x"],
        ["237-555-0123", "678-555-0150", "x"],
        ["14045600000", "678-555-0150", "x"],
        ["787-555-0123", "678-555-0150", "x"],
    ]);
    let warnings: Vec<&[Warning]> = import
        .accepted
        .iter()
        .map(|row| row.warnings.as_slice())
        .collect();
    assert_eq!(
        warnings,
        [
            &[][..],
            &[Warning::TollFreeAmongLocals],
            &[Warning::CanadianNumber],
            &[Warning::NotInPlan],
            &[Warning::LooksRounded],
            &[],
        ]
    );
    // Alone, a toll-free number is nothing odd.
    assert!(
        list(&[["800-555-0123", "678-555-0150", "x"]]).accepted[0]
            .warnings
            .is_empty()
    );
}

/// R99: the user is reminded of the tracking source.
#[test]
fn r99_the_tracking_source_is_asked_for() {
    let unmapped = Table::from_rows([(1, ["404-555-0123", "678-555-0150"])]).expect("small");
    let import = check(
        &unmapped,
        &mapping(&[Meaning::Number, Meaning::ReceivingNumber], None),
    );
    assert_eq!(import.reminders, [Reminder::SourceNotMapped]);
    let import = list(&[
        ["404-555-0123", "678-555-0150", " "],
        ["404-555-0124", "678-555-0150", "Ads"],
    ]);
    assert_eq!(import.reminders, [Reminder::SourceMissing { rows: 1 }]);
    assert_eq!(import.accepted[0].source, None);
    assert!(
        list(&[["404-555-0124", "678-555-0150", "Ads"]])
            .reminders
            .is_empty()
    );
}

/// A PIN reaches the one who seals it, and no log, no error list and no JSON.
#[test]
fn a_pin_is_never_shown() {
    let table = Table::from_rows([
        (1, ["404-555-0123", "678-555-0150", "'004217"]),
        (2, ["404-555-0124", "", "004217"]),
    ])
    .expect("small");
    let import = check(
        &table,
        &mapping(
            &[Meaning::Number, Meaning::ReceivingNumber, Meaning::Pin],
            None,
        ),
    );
    assert_eq!(import.accepted[0].pin_in_clear(), Some("004217"));
    assert_eq!(import.refused[0].raw, "404-555-0124,,••••");
    let json = serde_json::to_string(&import).expect("plain data");
    assert!(json.contains(r#""pin_present":true"#));
    assert!(!format!("{import:?} {json} {table:?}").contains("4217"));
}

#[test]
fn headings_are_known_in_any_spelling_and_below_a_title() {
    let table = Table::from_rows([
        (1, vec!["Numbers of the Atlanta office"]),
        (2, vec![]),
        (
            3,
            vec![
                "Client",
                "TRACKING_SOURCE",
                "Forwarding / Receiving Number *",
                "Phone",
                "Number to port",
                "Transfer PIN",
            ],
        ),
        (
            4,
            vec![
                "x",
                "Ads",
                "678-555-0150",
                "404-555-0199",
                "404-555-0123",
                "0042",
            ],
        ),
    ])
    .expect("small");
    let guess = guess(&table);
    use Meaning::{Ignore, Number, Pin, ReceivingNumber, Source};
    // "Phone" is a name for the number too, but a worse one.
    assert_eq!(
        guess.columns,
        [Ignore, Source, ReceivingNumber, Ignore, Number, Pin]
    );
    assert_eq!(
        (guess.heading_line, guess.basis),
        (Some(3), Basis::Headings)
    );

    let import = check(&table, &guess.mapping().expect("complete"));
    assert_eq!(
        import
            .accepted
            .iter()
            .map(|row| row.line)
            .collect::<Vec<_>>(),
        [4]
    );
    assert_eq!(
        import.skipped,
        [
            Skipped {
                line: 1,
                reason: SkipReason::AboveHeadings
            },
            Skipped {
                line: 2,
                reason: SkipReason::Blank
            }
        ]
    );
}

#[test]
fn without_headings_the_columns_of_numbers_are_shown_as_a_guess() {
    let bare = Table::from_rows([
        (1, ["Ads", "404-555-0123", "678-555-0150"]),
        (2, ["", "404-555-0124", "678-555-0150"]),
    ]);
    let guessed = guess(&bare.expect("small"));
    assert_eq!(
        guessed.columns,
        [Meaning::Ignore, Meaning::Number, Meaning::ReceivingNumber]
    );
    assert_eq!(
        (guessed.heading_line, guessed.basis),
        (None, Basis::Contents)
    );

    let foreign = Table::from_rows([
        (1, ["Rufnummer", "Ziel"]),
        (2, ["404-555-0123", "678-555-0150"]),
    ]);
    let guessed = guess(&foreign.expect("small"));
    assert_eq!(
        (guessed.heading_line, guessed.basis),
        (Some(1), Basis::Contents)
    );
    assert!(guessed.mapping().is_ok());

    let words = Table::from_rows([(1, ["nothing", "here"])]).expect("small");
    assert!(matches!(
        guess(&words).mapping(),
        Err(MappingError::Missing(Meaning::Number))
    ));
}

/// R92, R93, R94: one number a line, country code and no dashes; the rest comes back with the clean form.
#[test]
fn r92_r93_r94_manual_entry_takes_clean_lines_and_reports_the_others() {
    let text = "\u{FEFF}+14105550100\r\n\r\n  +14105550101  \n410-555-0102\n+1-410-555-0103\n4105550104\n+14105550100\n+1 (410) 5550105\n+1410555010\n+18765550123\n+18005550106";
    let receiving = E164::nanp(410, 555, 101);
    let entry = manual(text, receiving);
    let accepted: Vec<String> = entry
        .accepted
        .iter()
        .map(|(line, number, _)| format!("{line} {number}"))
        .collect();
    assert_eq!(accepted, ["1 +14105550100", "11 +18005550106"]);
    assert_eq!(entry.accepted[1].2, [Warning::TollFreeAmongLocals]);
    assert_eq!(
        entry.skipped,
        [Skipped {
            line: 2,
            reason: SkipReason::Blank
        }]
    );
    let refused: Vec<_> = entry
        .refused
        .iter()
        .map(|r| (r.line, r.reason, r.suggestion.map(|n| n.to_string())))
        .collect();
    let clean = |number: &str| Some(number.to_owned());
    assert_eq!(
        refused,
        [
            (3, Reason::SameAsOwnReceivingNumber, None),
            (4, Reason::CountryCodeMissing, clean("+14105550102")),
            (5, Reason::Dashes, clean("+14105550103")),
            (6, Reason::CountryCodeMissing, clean("+14105550104")),
            (7, Reason::Duplicate, None),
            (8, Reason::Notation, clean("+14105550105")),
            (9, Reason::NumberInvalid, None),
            (10, Reason::OtherCountry, None),
        ]
    );
    assert_eq!(
        entry.refused[1].message(),
        "Add the country code and remove the dashes: +14105550102."
    );
    assert_eq!(
        entry.refused[2].message(),
        "Remove the dashes: +14105550103."
    );
    assert_eq!(entry.refused[4].of_line, Some(1));
}

/// The "clean up" button: what it leaves is taken, what it cannot read stays to be seen.
#[test]
fn cleaned_lines_are_taken() {
    let cleaned =
        crate::domain::number::clean_up("410-555-0102, (410) 555-0103\nnonsense\n\n+14105550104;");
    assert_eq!(
        cleaned,
        "+14105550102\n+14105550103\nnonsense\n+14105550104"
    );
    let entry = manual(&cleaned, None);
    assert_eq!((entry.accepted.len(), entry.refused.len()), (3, 1));
}

/// The list of refused rows is safe to open in a spreadsheet, and can be imported again.
#[test]
fn refused_rows_are_written_as_csv_that_calculates_nothing() {
    let import = list(&[["=cmd|'x'!A1", "678-555-0150", ""], ["+1404555", "6\"", ""]]);
    assert_eq!(
        as_csv(&import.refused),
        "Line,Column,Value,What to do,Row\r\n\
         \"1\",\"Tracking Number to Port\",\"'=cmd|'x'!A1\",\"There is a `=` in it; a number has digits only. Enter one number in digits, such as +14105550123.\",\"'=cmd|'x'!A1,678-555-0150,\"\r\n\
         \"2\",\"Tracking Number to Port\",\"'+1404555\",\"It has 6 digits, which is too short. Enter all ten digits, area code first.\",\"'+1404555,6\"\",\"\r\n"
    );
}
