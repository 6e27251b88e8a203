//! The new-port form and the review of a list.

use super::*;
use crate::portal::views::form::*;

impl NewPort {
    /// The form as it opens.
    pub fn sample() -> Self {
        Self {
            shell: Shell {
                here: "/numbers/ports/new".into(),
                ..Shell::sample("Port New Numbers")
            },
            heading: "Port New Numbers".into(),
            action: "/numbers/ports/new".into(),
            draft_id: String::new(),
            caution: String::new(),
            version: 0,
            form_id: "form_01jd6m3v8xk2".into(),
            step: 0,
            left: None,
            errors: vec![],
            accounts: Choice::list(
                &[("acc_01", ACCOUNT), ("acc_02", "Lakeshore Orthodontics")],
                "acc_01",
            ),
            carrier: Field::default(),
            carriers: vec![
                CARRIER.into(),
                "Prairie Bell Cooperative".into(),
                "Twilio".into(),
            ],
            wants: wants(""),
            twilio_sid: Field::default(),
            twilio_sid_kept: String::new(),
            rows: vec![
                NumberInput {
                    kinds: kinds(""),
                    ..NumberInput::default()
                },
                NumberInput {
                    kinds: kinds(""),
                    ..NumberInput::default()
                },
                NumberInput {
                    kinds: kinds(""),
                    ..NumberInput::default()
                },
            ],
            rows_beyond: 0,
            receiving_required: true,
            rows_error: String::new(),
            sources: vec!["Main Office Line".into(), "Google Ads".into()],
            receivings: vec!["+13125550110".into()],
            lines: Field::default(),
            line_errors: vec![],
            lines_receiving: Field::default(),
            lines_source: Field::default(),
            file: Field::default(),
            file_limits: "Up to 2 MB and 1,000 rows.".into(),
            scope: scopes("full"),
            new_btn: Field::default(),
            first_name: Field::default(),
            last_name: Field::default(),
            business: Field::default(),
            account_number: Field::default(),
            account_number_kept: String::new(),
            pin: Field::default(),
            pin_kept: String::new(),
            pin_because: String::new(),
            btn: Field::default(),
            billing: AddressInput::default(),
            service_differs: false,
            service: AddressInput::default(),
            wish: Field::default(),
            wish_from: "Wednesday, December 2".into(),
            statements: statements(&[]),
            statements_error: String::new(),
            signer_name: Field::default(),
            signer_email: Field::default(),
            estimate: estimate(),
        }
    }
    /// A form that was left while typing, with a carrier that is known.
    pub fn sample_left() -> Self {
        let mut page = Self::sample();
        page.carrier = Field::of("Verizon Wireless");
        page.wants = wants("Verizon Wireless");
        if let Some(row) = page.rows.first_mut() {
            row.number = Field::of("+13125550142");
            row.kind = "Can be ported. Mobile, Illinois.".into();
            row.kinds = kinds("mobile");
        }
        page.left = Some(LeftHere {
            says: "You typed this on Nov 20, 10:42 am and did not save it. It is all still here."
                .into(),
            instead: "Discard it and start with an empty form".into(),
            others: vec![LeftForm {
                title: "Northline Telephone, (312) 555-0177 and 2 more".into(),
                at: When::new("2026-11-19T16:42:00Z", "Nov 19", "Nov 19, 10:42 am", ""),
                href: "/numbers/ports/new?form=form_01jd6m3v8xk3".into(),
            }],
        });
        page
    }
    /// The form with all that can be wrong.
    pub fn sample_refused() -> Self {
        let mut page = Self::sample();
        page.draft_id = "port_01jd6m3v8xk7".into();
        page.version = 3;
        page.carrier = Field::of("Twilio");
        page.twilio_sid = Field::wrong("AC123", "That does not look like a Twilio Account SID: AC followed by 32 letters a-f and digits.").focused();
        page.rows = vec![
            NumberInput {
                was: String::new(),
                number: Field::of("+13125550142"),
                receiving: Field::of("+13125550110"),
                source: Field::of("Google Ads"),
                kind: "Local, Illinois".into(),
                kinds: kinds(""),
            },
            NumberInput {
                was: String::new(),
                number: Field::of("+16305550107"),
                receiving: Field::wrong("", "Type the number that calls should go to."),
                source: Field::default(),
                kind: "Mobile".into(),
                kinds: kinds(""),
            },
            NumberInput {
                was: String::new(),
                number: Field::wrong("+13125550142", "This number is in row 1 already."),
                receiving: Field::of("+13125550110"),
                source: Field::default(),
                kind: String::new(),
                kinds: kinds(""),
            },
        ];
        page.lines = Field::of("+1-410-555-0101\n4105550102");
        page.line_errors = vec![
            BadLine {
                line: 3,
                column: String::new(),
                value: "+1-410-555-0101".into(),
                reason: "Remove the dashes: +14105550101".into(),
            },
            BadLine {
                line: 5,
                column: String::new(),
                value: "4105550102".into(),
                reason: "Add the country code, for example +14105550102".into(),
            },
        ];
        page.first_name = Field::of("Ana");
        page.last_name = Field::of("Ruiz");
        page.business = Field::of("O'Neil & Sons, LLC");
        page.account_number = Field::of("004471");
        page.pin_because = "Required because +1 630 555 0107 is a mobile number.".into();
        page.pin = Field::wrong(
            "",
            "The PIN is required because +1 630 555 0107 is a mobile number.",
        );
        page.billing = AddressInput {
            street: Field::of("PO Box 118"),
            city: Field::of("Chicago"),
            state: Field::of("IL"),
            zip: Field::wrong("6060", "A zip code has five digits, or nine as 60601-1234."),
            warning: "This looks like a PO box. That is fine for the bill, but the service address has to be a street address.".into(),
            ..AddressInput::default()
        };
        page.service_differs = true;
        page.statements = statements(&["agree_owner", "agree_match"]);
        page.statements_error = "Check all the boxes. 5 are still empty.".into();
        page.signer_name = Field::of("Ana Ruiz");
        page.signer_email = Field::wrong("ana.ruiz@", "Something is missing after the @.");
        page.errors = vec![
            Link::new(
                "#twilio_sid",
                "Twilio Account SID: the form of it is not right.",
            ),
            Link::new("#receiving-2", "Row 2: the receiving number is missing."),
            Link::new("#number-3", "Row 3: the number is in row 1 already."),
            Link::new(
                "#pin",
                "PIN: required because +1 630 555 0107 is a mobile number.",
            ),
            Link::new("#billing_zip", "Zip Code: a digit is missing."),
            Link::new(
                "#signer_email",
                "Email Address: something is missing after the @.",
            ),
            Link::new("#s-agreement", "Agreement: 5 boxes are not checked."),
        ];
        page
    }
}

impl UploadReview {
    /// A list with good, bad and left-out rows.
    pub fn sample() -> Self {
        let meanings = |chosen: &str| {
            Choice::list(
                &[
                    ("number", "Tracking Number to Port"),
                    ("receiving", "Receiving Number"),
                    ("source", "Tracking Source"),
                    ("account", "Account Name"),
                    ("description", "Description"),
                    ("pin", "PIN"),
                    ("ignore", "Ignore this column"),
                ],
                chosen,
            )
        };
        let column = |name: &str, heading: &str, values: [&str; 3], chosen: &str| Column {
            name: name.into(),
            heading: heading.into(),
            values: values.map(String::from).to_vec(),
            meanings: meanings(chosen),
        };
        let bad = |line, column: &str, value: &str, reason: &str| BadLine {
            line,
            column: column.into(),
            value: value.into(),
            reason: reason.into(),
        };
        Self {
            shell: Shell::sample("Review the list"),
            draft_id: "port_01jd6m3v8xk7".into(),
            action: "/numbers/ports/port_01jd6m3v8xk7/lists/upl_01".into(),
            refused_href: "/numbers/ports/port_01jd6m3v8xk7/lists/upl_01/refused.csv".into(),
            file: "numbers-october.csv".into(),
            format: "CSV with semicolons, in Latin-1; 13 rows".into(),
            columns: vec![
                column("col_0", "Phone", ["+13125550142", "+13125550143", "312-555-0144"], "number"),
                column("col_1", "Forward to", ["+13125550110", "+13125550110", "+13125550110"], "receiving"),
                column("col_2", "Campaign", ["Main line", "Google Ads", "Google Ads"], "ignore"),
                column("col_3", "Column 4", ["front desk", "", "spare"], "description"),
            ],
            heading: true,
            mapping_error: String::new(),
            reminder: "No column is read as the Tracking Source. Without it calls to these numbers are not counted for a source. You can set it later.".into(),
            accepted: ["+1 312 555 0142", "+1 312 555 0143", "+1 312 555 0147"].iter().zip(2..).map(|(number, line)| GoodRow { line, number: (*number).into(), receiving: "+1 312 555 0110".into(), source: String::new(), kind: "Local, Illinois".into() }).collect(),
            accepted_count: 9,
            refused: vec![
                bad(4, "Phone", "312-555-0144", "Remove the dashes and add the country code: +13125550144"),
                bad(7, "Phone", "1.31256E+10", "The column was saved as a scientific number and lost digits. Format it as text and save the file again."),
                bad(9, "Forward to", "", "The receiving number is missing."),
            ],
            refused_count: 3,
            skipped: vec![bad(11, "", "+13125550142", "The same number and receiving number as in line 2."), bad(14, "", "", "The row is empty.")],
            skipped_count: 2,
            ready: true,
        }
    }
    /// A list whose columns are not clear.
    pub fn sample_unmapped() -> Self {
        Self {
            mapping_error: "Choose the column for Receiving Number.".into(),
            reminder: String::new(),
            accepted: vec![],
            accepted_count: 0,
            refused: vec![],
            refused_count: 0,
            skipped: vec![],
            skipped_count: 0,
            ready: false,
            ..Self::sample()
        }
    }
}
