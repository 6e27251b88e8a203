//! Our verdicts on North American numbers against those of the library that they imitate. The benchmark
//! `numbers` does the same with a million strings of each kind.

#[path = "../../benches/support/strings.rs"]
mod strings;

use portolan::domain::number::{E164, by_library, parse_typed, verdict};
use proptest::prelude::*;
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use strings::Dice;

/// Both verdicts, and the E.164 text that the library itself writes.
fn agree(text: &str) -> Result<(), TestCaseError> {
    let (ours, theirs) = (verdict(text), by_library(text));
    prop_assert_eq!(ours, theirs, "{:?}", text);
    let parsed = PHONE_NUMBER_UTIL.parse(text, Some(Region::US)).ok();
    prop_assert_eq!(
        ours.ok().map(|verdict| verdict.e164()),
        parsed.map(|number| number.format_as(PhoneNumberFormat::E164).into_owned()),
        "{:?}",
        text
    );
    Ok(())
}

fn all_agree<'a>(texts: impl IntoIterator<Item = &'a String>) {
    for text in texts {
        agree(text).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

#[test]
fn lists_and_hostile_strings_get_the_librarys_verdict() {
    all_agree(&strings::list(&mut Dice::new(1), 5_000));
    all_agree(&strings::hostile(&mut Dice::new(2), 25_000));
}

/// Each area code, in use or not, at the edges of what its exchanges can be.
#[test]
fn each_area_code_gets_the_librarys_verdict() {
    for area in 0..1000 {
        for exchange in [
            "000", "100", "140", "199", "200", "211", "555", "911", "999",
        ] {
            agree(&format!("{area:03}{exchange}0123"))
                .unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
}

/// Each exchange of the plans with holes, and those where the line's first digit decides.
#[test]
fn each_exchange_of_an_uneven_plan_gets_the_librarys_verdict() {
    let uneven = [
        242, 246, 264, 268, 284, 340, 345, 441, 473, 523, 524, 649, 658, 664, 670, 671, 684, 721,
        758, 767, 784, 800, 809, 868, 869, 876, 983,
    ];
    for area in uneven {
        for exchange in 0..1000 {
            agree(&format!("{area}{exchange:03}5012"))
                .unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
    for (area, exchange) in [(246, 521), (246, 522), (876, 606), (268, 484), (869, 565)] {
        for line in (0..10_000).step_by(97) {
            agree(&format!("{area}{exchange}{line:04}"))
                .unwrap_or_else(|difference| panic!("{difference}"));
        }
    }
}

/// All of them: ten million questions. `cargo test --release -- --ignored every_number_block` (a minute).
#[test]
#[ignore = "takes an hour without optimisation; run it when the numbering data are updated"]
fn every_number_block_gets_the_librarys_verdict() {
    for block in 0..10_000_000_u64 {
        let text = format!("{block:07}{:03}", block * 7 % 1000);
        agree(&text).unwrap_or_else(|difference| panic!("{difference}"));
    }
}

/// The text without the `.0` that some programs write after a whole number: the library takes it for digits.
fn without_decimals(text: &str) -> &str {
    let bare = text
        .trim_start_matches("tel:")
        .trim_start_matches(['=', '"', '\''])
        .trim_end_matches([' ', '"']);
    [".0", ".00"]
        .iter()
        .filter_map(|tail| bare.strip_suffix(tail))
        .find(|whole| whole.bytes().all(|sign| sign.is_ascii_digit()))
        .unwrap_or(text)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_text_gets_the_librarys_verdict(text in "\\PC{0,24}") {
        agree(&text)?;
    }

    #[test]
    fn any_spelling_of_digits_gets_the_librarys_verdict(text in "(tel:|\\+|\\(|'|1|011)?[0-9 ().\u{A0}\u{2010}-\u{2015}/\\[\\]-]{0,22}([Ee]\\+[0-9]{1,2}|x[0-9]{1,3}|[+#~;,*])?") {
        agree(&text)?;
    }

    /// What is typed and taken is a number by the library's rules too, whenever the plan has it.
    #[test]
    fn a_typed_number_that_is_in_the_plan_is_the_librarys(area in 200_u16..1000, exchange in 200_u16..1000, line in 0_u16..10_000) {
        let number = E164::nanp(area, exchange, line).expect("in range");
        let theirs = by_library(&number.to_string()).expect("ten digits");
        prop_assert_eq!(number.is_in_plan(), theirs.exists);
        prop_assert_eq!(theirs.number(), theirs.exists.then_some(number));
        for text in [number.national(), number.international()] {
            if let Ok(typed) = parse_typed(&text) {
                prop_assert_eq!(typed.number, number);
            }
        }
    }

    /// Whatever is typed is refused, or is the number that the library reads too: nothing is guessed.
    #[test]
    fn what_is_typed_and_taken_is_what_the_library_reads(
        text in "(tel:|\\+|\\(|'|=\"|1|1 )?[0-9]{3}[ ).\u{A0}\u{2013}-]{0,2}[0-9]{3}[ .-]?[0-9]{3,5}[0-9+. xE,;/\"-]{0,3}",
    ) {
        let Ok(typed) = parse_typed(&text) else { return Ok(()) };
        let again = parse_typed(&typed.number.to_string()).expect("E.164 is read");
        prop_assert_eq!((again.number, again.cleaned), (typed.number, false));
        prop_assert_eq!(typed.cleaned, text != typed.number.to_string());
        let text = without_decimals(&text);
        prop_assert_eq!(by_library(text).map(|theirs| theirs.e164()), Ok(typed.number.to_string()), "{:?}", text);
    }

    #[test]
    fn no_typed_text_makes_it_panic(text in "\\PC{0,40}") {
        let _ = parse_typed(&text);
    }
}
