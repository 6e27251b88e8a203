//! The pages behind a secret link: the signer's and the uploader's. No account, mostly on a phone.

use askama::Template;
use portolan_letter as letter;

use crate::portal::views::{Choice, Fact, Field, Link, Shell, Support, Theme, Tone};

/// Everything around a public page's own content.
#[derive(Clone, Debug)]
pub struct PublicShell {
    /// The operator's name for this desk.
    pub product: String,
    /// The page's title.
    pub title: String,
    /// What the reader's device or cookie says.
    pub theme: Theme,
    /// How to reach people.
    pub support: Support,
}
impl PublicShell {
    /// The shell of a public page.
    pub fn new(product: impl Into<String>, title: impl Into<String>, support: Support) -> Self {
        Self {
            product: product.into(),
            title: title.into(),
            theme: Theme::System,
            support,
        }
    }
}

/// The letter's authorising text, as on the PDF (47 CFR 64.1130 asks for nothing beside it).
#[derive(Clone, Debug)]
pub struct LetterText {
    /// "Letter of Authorization".
    pub title: String,
    /// Whose numbers move, from where to where, who handles it.
    pub facts: Vec<Fact>,
    /// Every number, as people read it.
    pub numbers: Vec<String>,
    /// Who signs.
    pub declaration: &'static str,
    /// What is authorized.
    pub statements: Vec<letter::Statement>,
}

impl LetterText {
    /// A letter as its PDF says it: word for word.
    pub fn of(letter: &letter::Letter) -> Self {
        Self {
            title: "Letter of Authorization".to_owned(),
            facts: letter
                .account()
                .into_iter()
                .map(|field| Fact::new(field.label, field.lines.join(", ")))
                .collect(),
            numbers: letter.numbers.clone(),
            declaration: letter.declaration(),
            statements: letter.statements(),
        }
    }
}

/// Read, consent, type or draw, sign; or decline.
#[derive(Clone, Debug, Template)]
#[template(path = "public/sign.html")]
pub struct SignPage {
    /// The shell.
    pub shell: PublicShell,
    /// Who asks and what for, in a sentence.
    pub intro: String,
    /// The letter.
    pub letter: LetterText,
    /// Where the PDF is.
    pub pdf: String,
    /// Where the form is sent.
    pub action: String,
    /// Where a refusal is sent.
    pub decline_action: String,
    /// The link's form token.
    pub csrf: String,
    /// The hash of the very document that was shown; signing another one is refused.
    pub document_hash: String,
    /// The signer's name, as in the letter.
    pub signer: String,
    /// The consent's text, recorded word for word.
    pub consent: String,
    /// Whether it is ticked.
    pub consented: bool,
    /// What is wrong with the consent.
    pub consent_error: String,
    /// The typed name.
    pub name: Field,
    /// The signer's title.
    pub role: Field,
    /// The drawn signature as a `data:` URL of a PNG; may be empty.
    pub drawn: String,
    /// Why it is declined.
    pub reason: Field,
    /// All that was refused.
    pub errors: Vec<Link>,
}

/// A page that says how something ended: signed, declined, uploaded, or why a link does not work.
#[derive(Clone, Debug, Template)]
#[template(path = "public/done.html")]
pub struct DonePage {
    /// The shell.
    pub shell: PublicShell,
    /// How it ended.
    pub tone: Tone,
    /// A few words.
    pub title: String,
    /// Sentences.
    pub text: Vec<String>,
    /// What can be done next; the first one is the main one.
    pub links: Vec<Link>,
    /// Whether to remind that the old service must be kept.
    pub keep_service: bool,
}

/// The uploader's page (R115 to R118).
#[derive(Clone, Debug, Template)]
#[template(path = "public/upload.html")]
pub struct UploadPage {
    /// The shell.
    pub shell: PublicShell,
    /// Who asks and what for.
    pub intro: String,
    /// Where the form is sent.
    pub action: String,
    /// The link's form token.
    pub csrf: String,
    /// The kinds of proof.
    pub kinds: Vec<Choice>,
    /// What is wrong with the kind.
    pub kind_error: String,
    /// What is wrong with the file.
    pub file: Field,
    /// How large a file may be, in megabytes.
    pub file_limit: u32,
    /// Why the last file was refused; empty if none was.
    pub refused: String,
    /// The numbers that must be on it.
    pub numbers: Vec<String>,
    /// What was sent through this link before: name and size.
    pub sent: Vec<String>,
}

/// Why a link does not do what it was made for. Each has its own page, with its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkTrouble {
    /// Its time is over.
    Expired,
    /// The letter is signed: with the day, and where to download it.
    AlreadySigned {
        /// The day, in words.
        on: String,
        /// Where the signed letter is; empty if this link may not show it.
        pdf: String,
    },
    /// A newer link was sent; only the newest works.
    Replaced,
    /// The signer declined before.
    Declined,
    /// The port was called off.
    Cancelled,
    /// The proof was accepted, or went to the carrier: nothing more is needed.
    UploadClosed,
    /// No such link.
    Unknown,
    /// The proof is wanted only after the letter is signed.
    NotSignedYet,
    /// Too many tries; with the seconds to wait.
    TooManyTries(u64),
}
impl LinkTrouble {
    /// The page's HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Expired | Self::Replaced | Self::Cancelled | Self::Declined => 410,
            Self::AlreadySigned { .. } | Self::UploadClosed => 200,
            Self::Unknown => 404,
            Self::NotSignedYet => 409,
            Self::TooManyTries(_) => 429,
        }
    }
    /// The page. `asker` is who sent the link ("Dana Whitfield of Harbor Dental"), or empty where that
    /// must not be told.
    pub fn page(&self, product: &str, asker: &str, support: Support) -> DonePage {
        let asker = if asker.is_empty() {
            "the person who sent it to you"
        } else {
            asker
        };
        let (tone, title, text): (Tone, &str, Vec<String>) = match self {
            Self::Expired => (
                Tone::Wait,
                "This link has expired",
                vec!["For safety a link works for a limited time only. Nothing was signed or sent.".into(), format!("Ask {asker} to send it again. That takes them one click.")],
            ),
            Self::AlreadySigned { on, .. } => (Tone::Done, "This letter is signed", vec![format!("It was signed on {on}. You do not have to do anything else here."), "Keep a copy of it: you can download it here.".into()]),
            Self::Replaced => (
                Tone::Wait,
                "There is a newer link",
                vec!["This one was replaced. Look for the latest email about these numbers and use the link in it.".into(), format!("If you cannot find it, ask {asker} to send it again.")],
            ),
            Self::Declined => (Tone::Stop, "You declined this letter", vec!["We passed on your reason. Nothing was signed, and nothing happens to your numbers.".into(), format!("If that was a mistake, ask {asker} to send it again.")]),
            Self::Cancelled => (Tone::Stop, "This port was called off", vec!["Nothing has to be signed or sent any more, and your numbers stay where they are.".into()]),
            Self::UploadClosed => (Tone::Done, "We have all that we need", vec!["The proof of ownership for these numbers was accepted. You do not have to send anything else.".into()]),
            Self::Unknown => (
                Tone::Act,
                "This link does not work",
                vec!["Parts of a link can get lost when it is copied. Open it from the email again, or copy all of it.".into(), "If it still does not work, write or call us.".into()],
            ),
            Self::NotSignedYet => (
                Tone::Wait,
                "The letter comes first",
                vec!["You can upload the phone bill after the Letter of Authorization is signed.".into(), "Look for the email with the letter. As soon as it is signed, this link works.".into()],
            ),
            Self::TooManyTries(seconds) => {
                let wait = if *seconds <= 90 { "a minute".to_owned() } else { format!("{} minutes", seconds.div_ceil(60)) };
                (Tone::Wait, "That was too often", vec![format!("This page was opened or sent many times in a short time. Wait {wait}, then try again. Nothing was lost.")])
            }
        };
        let links = match self {
            Self::AlreadySigned { pdf, .. } if !pdf.is_empty() => {
                vec![Link::new(pdf, "Download the signed letter")]
            }
            _ => vec![],
        };
        DonePage {
            shell: PublicShell::new(product, title, support),
            tone,
            title: title.into(),
            text,
            links,
            keep_service: false,
        }
    }
    /// Every kind, for samples and tests.
    pub fn all() -> Vec<Self> {
        vec![
            Self::Expired,
            Self::AlreadySigned {
                on: "Tuesday, November 24, 2026".into(),
                pdf: "/s/sample/letter.pdf".into(),
            },
            Self::Replaced,
            Self::Declined,
            Self::Cancelled,
            Self::UploadClosed,
            Self::Unknown,
            Self::NotSignedYet,
            Self::TooManyTries(60),
        ]
    }
    /// A short word for file names.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::AlreadySigned { .. } => "already-signed",
            Self::Replaced => "replaced",
            Self::Declined => "declined-before",
            Self::Cancelled => "cancelled",
            Self::UploadClosed => "upload-closed",
            Self::Unknown => "unknown",
            Self::NotSignedYet => "not-signed-yet",
            Self::TooManyTries(_) => "too-many-tries",
        }
    }
}

impl DonePage {
    /// After signing: thanks, the download, and the way to the upload if this person sends the bill.
    pub fn signed(
        product: &str,
        signer: &str,
        pdf: &str,
        upload: Option<&str>,
        support: Support,
    ) -> Self {
        let mut links = vec![Link::new(pdf, "Download the signed letter")];
        let mut text = vec![format!(
            "Thank you, {signer}. Download a copy for your files. We mail you one, too."
        )];
        if let Some(href) = upload {
            links.insert(0, Link::new(href, "Upload the phone bill"));
            text.push("One thing is left: a copy of the latest phone bill. You can send it now, or later by the link in our next email.".into());
        }
        Self {
            shell: PublicShell::new(product, "Signed", support),
            tone: Tone::Done,
            title: "Signed".into(),
            text,
            links,
            keep_service: true,
        }
    }
    /// After declining.
    pub fn declined(product: &str, asker: &str, support: Support) -> Self {
        Self {
            shell: PublicShell::new(product, "Declined", support),
            tone: Tone::Stop,
            title: "You declined".into(),
            text: vec![format!(
                "We passed your reason on to {asker}. Nothing was signed, and nothing happens to your numbers."
            )],
            links: vec![],
            keep_service: false,
        }
    }
    /// After uploading.
    pub fn uploaded(product: &str, again: &str, support: Support) -> Self {
        Self {
            shell: PublicShell::new(product, "It has arrived", support),
            tone: Tone::Done,
            title: "Thank you, it has arrived".into(),
            text: vec![
                "We check it within one business day and write to you if something is missing."
                    .into(),
            ],
            links: vec![Link::new(again, "Send another file")],
            keep_service: true,
        }
    }
}

impl PublicShell {
    /// A made-up shell.
    pub fn sample(title: &str) -> Self {
        let shell = Shell::sample(title);
        Self::new(shell.product, title, shell.support)
    }
}
impl SignPage {
    /// A made-up letter, opened for the first time.
    pub fn sample() -> Self {
        Self {
            shell: PublicShell::sample("Sign the Letter of Authorization"),
            intro: "Dana Whitfield of Harbor Dental asks you to allow that 3 telephone numbers move from Northline Telecom to Meridian Carrier Services.".into(),
            letter: LetterText::of(&letter::Letter {
                reference: "port_019ab3f2c7d87a60b1f3d2a4c5e6f708".into(),
                version: 1,
                prepared_at: jiff::Timestamp::UNIX_EPOCH.to_zoned(jiff::tz::TimeZone::UTC),
                agent: letter::Agent {
                    name: "Lakeshore Voice LLC".into(),
                    contact: Vec::new(),
                    logo: None,
                },
                losing_provider: "Northline Telecom".into(),
                gaining_carrier: "Meridian Carrier Services".into(),
                subscriber: "Harbor Dental Group, LLC".into(),
                signer: letter::Person {
                    name: "Ana Ruiz".into(),
                    title: Some("Owner".into()),
                },
                billing_address: vec![
                    "118 W Wacker Dr, Suite 400".into(),
                    "Chicago, IL 60601".into(),
                ],
                service_address: vec![
                    "118 W Wacker Dr, Suite 400".into(),
                    "Chicago, IL 60601".into(),
                ],
                billing_number: Some("(312) 555-0142".into()),
                numbers: vec![
                    "(312) 555-0142".into(),
                    "(312) 555-0143".into(),
                    "(312) 555-0150".into(),
                ],
                extent: letter::Extent::Partial(letter::Remaining::Stay {
                    new_billing_number: None,
                }),
                valid_days: 60,
            }),
            pdf: "/s/sample/letter.pdf".into(),
            action: "/s/sample/sign".into(),
            decline_action: "/s/sample/decline".into(),
            csrf: "sample".into(),
            document_hash: "9f86d081884c7d65".into(),
            signer: "Ana Ruiz".into(),
            consent: "I agree to sign this letter electronically. My electronic signature counts the same as one by hand. I can ask for a paper copy at no cost.".into(),
            consented: false,
            consent_error: String::new(),
            name: Field::default(),
            role: Field::default(),
            drawn: String::new(),
            reason: Field::default(),
            errors: vec![],
        }
    }
    /// The same, sent without consent and with another name.
    pub fn sample_refused() -> Self {
        let mut page = Self::sample();
        page.consent_error =
            "Tick this box: without it we may not take an electronic signature.".into();
        page.name = Field::wrong("", "Type your full name. It is your signature.");
        page.role = Field::of("Owner");
        page.errors = vec![
            Link::new("#consent", "Agree to sign electronically."),
            Link::new("#name", "Type your full name."),
        ];
        page
    }
}
impl UploadPage {
    /// A made-up upload page.
    pub fn sample() -> Self {
        Self {
            shell: PublicShell::sample("Send a proof of ownership"),
            intro: "To move 3 telephone numbers away from Northline Telecom we need to see that they are yours. The latest phone bill is best.".into(),
            action: "/u/sample".into(),
            csrf: "sample".into(),
            kinds: crate::portal::views::proof_kinds("bill"),
            kind_error: String::new(),
            file: Field::default(),
            file_limit: 20,
            refused: String::new(),
            numbers: vec!["+1 312 555 0142".into(), "+1 312 555 0143".into(), "+1 312 555 0150".into()],
            sent: vec![],
        }
    }
    /// The same after a file of the wrong kind.
    pub fn sample_refused() -> Self {
        let mut page = Self::sample();
        page.file = Field::wrong("", "bill.docx is not a PDF, JPEG, PNG or HEIC. Save it as a PDF, or take a photo of the bill.").focused();
        page.refused = "The bill is of June. Please send the latest one.".into();
        page.sent = vec!["june.pdf (210 kB)".into()];
        page
    }
}
