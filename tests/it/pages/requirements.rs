//! Words that the requirements ask for, where they ask for them.

use scraper::Html;

use super::page;

/// R5 to R130: each row is a requirement, a page and words that stand on it.
#[test]
fn pages_say_what_the_requirements_ask_for() {
    let asked = [
        ("R4", "port", "(losing provider) to"),
        ("R4", "public-sign", "Losing Communications Provider (LCP)"),
        ("R4", "public-sign", "Gaining Communications Provider (GCP)"),
        ("R8", "port", "(gaining carrier)"),
        ("R5", "start", "existing office phone number"),
        (
            "R9",
            "start",
            "What do you want to do with your number here?",
        ),
        ("R10", "start", "transferred from your current provider"),
        ("R11", "start", "sends and receives texts"),
        ("R13", "start", "porting for voice, hosted for messaging"),
        ("R14", "start", "The phone number itself moves"),
        ("R15", "start", "Plans, bundles and services do not move"),
        ("R16", "start", "at the time of the port, not before"),
        (
            "R17",
            "start",
            "after the port is complete and the carriers have updated their routing",
        ),
        (
            "R18",
            "start",
            "disconnects the access line and removes all services",
        ),
        (
            "R18",
            "port",
            "they disconnect the line and remove its services",
        ),
        (
            "R23",
            "port",
            "1 to 2 business days after the port date (December 9 or 10)",
        ),
        ("R25", "port-new", "5 to 15 business days"),
        ("R26", "port-new", "Up to 4 weeks or longer"),
        (
            "R27",
            "port-new",
            "The carriers control the timing; it depends on their answers and on correct documents",
        ),
        ("R28", "port", "Documents"),
        ("R34", "port-new", "Business Name"),
        (
            "R36",
            "port-new",
            "It must match the records of your current provider",
        ),
        (
            "R38",
            "port-new",
            "The port-out PIN of your current carrier",
        ),
        (
            "R43",
            "public-upload",
            "Latest billing statement that shows the phone number",
        ),
        (
            "R44",
            "public-upload",
            "Receipt for the purchase of the number",
        ),
        (
            "R45",
            "public-upload",
            "Screenshot of the provider's portal that shows the number",
        ),
        ("R46", "port-new", "Twilio Account SID (optional)"),
        ("R47", "port-new", "It helps a smoother transfer"),
        ("R48", "start", "no separate fee to port"),
        (
            "R49",
            "start",
            "billed the same as a standard virtual number",
        ),
        ("R50", "start", "the normal monthly charge and usage"),
        ("R51", "start", "termination or port-out fees"),
        (
            "R52",
            "port-new",
            "I keep the numbers active with the current provider until the port is complete",
        ),
        (
            "R53",
            "port-new",
            "termination or port-out fees there are mine to pay",
        ),
        (
            "R54",
            "port-new",
            "texts may be limited for up to 3 business days",
        ),
        ("R55", "port", "10:00 am to 11:30 am Central Time"),
        (
            "R56",
            "port",
            "completion may vary with the carriers' schedules",
        ),
        ("R57", "port", "Calls work at once afterwards"),
        ("R58", "start", "Texts may take up to 2 business days"),
        (
            "R59",
            "port",
            "Temporary interruptions in this window are normal",
        ),
        ("R62", "port-letter", "Need more help?"),
        ("R63", "port-letter", "+1 888 555 0116"),
        ("R64", "port-letter", "Open now, until 5 pm Central Time"),
        (
            "R65",
            "port-letter",
            "Monday to Friday, 7 am to 5 pm Central Time",
        ),
        (
            "R69",
            "port-new",
            "Have this at hand Carrier name The numbers you want to port Account number Account PIN Billing address, as on the bill Billing company name, as on the bill Billing contact name, as on the bill A copy of your latest phone bill",
        ),
        ("R77", "ports", "Numbers Port Numbers"),
        ("R80", "ports", "Port New Numbers"),
        ("R82", "port-new", "It should match the phone bill"),
        ("R85", "port-new", "Port Multiple Numbers"),
        ("R89", "port-new", "Add number"),
        ("R90", "port-new", "good for 5 or more"),
        ("R91", "port-new", "Manual Add"),
        ("R92", "port-new", "One number per line"),
        (
            "R93",
            "port-new-refused",
            "Add the country code, for example +14105550102",
        ),
        ("R94", "port-new-refused", "Remove the dashes: +14105550101"),
        ("R95", "port-new", "Choose File"),
        (
            "R97",
            "port-upload",
            "Tracking Number to Port and Receiving Number are required",
        ),
        (
            "R98",
            "port-upload-unmapped",
            "Choose the column for Receiving Number.",
        ),
        (
            "R99",
            "port-upload",
            "No column is read as the Tracking Source",
        ),
        (
            "R103",
            "port-new",
            "Exactly as it appears on the telephone bill",
        ),
        (
            "R105",
            "port-new-refused",
            "The PIN is required because +1 630 555 0107 is a mobile number",
        ),
        ("R107", "port-new", "Exactly as it appears on the bill"),
        (
            "R108",
            "port-new",
            "Read the statements and check the boxes",
        ),
        ("R109", "port-new", "Continue to Letter of Authorization"),
        (
            "R111",
            "port-letter-unsent",
            "The person who currently owns the numbers",
        ),
        (
            "R112",
            "port-letter-unsent",
            "usually the person on the phone bill",
        ),
        ("R113", "port-letter-unsent", "Send LOA for Signing"),
        (
            "R115",
            "port-proof-locked",
            "You can upload the phone bill after the LOA is signed.",
        ),
        (
            "R115",
            "public-not-signed-yet",
            "You can upload the phone bill after the Letter of Authorization is signed",
        ),
        ("R118", "public-upload", "Send Proof of Ownership"),
        ("R119", "port-proof-sent", "Leave a comment in the notes"),
        (
            "R121",
            "ports",
            "+1 312 555 0150 is set up as a receiving number in this account",
        ),
        (
            "R122",
            "ports",
            "Remove it as a receiving number; the port then continues by itself",
        ),
        ("R130", "port-notes", "Porting can take weeks"),
        ("R130", "port-notes", "Ask for an update"),
    ];
    for (requirement, name, text) in asked {
        let html = Html::parse_document(&page(name));
        // Neighbouring cells and list items have no space between them in the source.
        let shown = html
            .root_element()
            .text()
            .flat_map(str::split_whitespace)
            .collect::<Vec<_>>()
            .join(" ")
            .replace(" .", ".")
            .replace(" ,", ",");
        assert!(
            shown.contains(text),
            "{requirement}: {name} does not say \"{text}\""
        );
    }
}
