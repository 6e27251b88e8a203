//! Our holidays against those of the PyPI package `holidays`, which reckons them by other code.

use std::path::Path;

use jiff::civil::Date;
use portolan::domain::calendar::{Holiday, federal_holidays};

/// The table was made by:
/// `holidays.US(years=range(2020, 2036), observed=True)`; its `source` names the version.
#[test]
fn federal_holidays_are_those_of_the_table() {
    let table = super::json(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/us_federal_holidays.json"),
    );
    let years = table["years"].as_object().expect("years");
    assert_eq!(years.len(), 16);
    for (year, days) in years {
        let theirs: Vec<(Date, String, bool)> = days
            .as_array()
            .expect("days")
            .iter()
            .map(|day| {
                let date = day["date"]
                    .as_str()
                    .expect("a date")
                    .parse()
                    .expect("a date");
                (
                    date,
                    day["name"].as_str().expect("a name").to_owned(),
                    day["observed"].as_bool().expect("yes or no"),
                )
            })
            .collect();
        let ours: Vec<(Date, String, bool)> = federal_holidays(year.parse().expect("a year"))
            .into_iter()
            .map(
                |Holiday {
                     date,
                     name,
                     observed,
                 }| (date, name.to_owned(), observed),
            )
            .collect();
        assert_eq!(ours, theirs, "{year}");
    }
}
