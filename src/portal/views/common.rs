//! The parts that most pages share: the shell around a page, times, badges, fields, blockers.

/// Everything around a page's own content: who is signed in, the menu, help, messages.
#[derive(Clone, Debug)]
pub struct Shell {
    /// The operator's name for this desk.
    pub product: String,
    /// The page's title, without the product.
    pub title: String,
    /// Which menu entry is lit.
    pub room: Room,
    /// Who is signed in; the menu is only shown to somebody.
    pub person: Option<Person>,
    /// The session's token that every form carries in its field `csrf`.
    pub csrf: String,
    /// The reader's choice of theme.
    pub theme: Theme,
    /// Messages about what was just done, shown once.
    pub flash: Vec<Flash>,
    /// How to reach people (R60 to R65).
    pub support: Support,
    /// How many requests wait for somebody at the desk; 0 shows no count.
    pub desk_waiting: u32,
    /// How many hosted numbers wait for the desk; 0 shows no count.
    pub hosted_waiting: u32,
    /// Whether the built-in mailbox is on.
    pub mailbox: bool,
    /// How many mails could not be placed; `None` shows no entry for them.
    pub unplaced: Option<u32>,
    /// How many tickets wait for the desk; `None` shows no entry for them.
    pub tickets: Option<u32>,
    /// Set while a faster clock runs: a sentence that says so and what time it is at the desk.
    pub fast_clock: Option<String>,
    /// The path of this page, to come back to after changing the theme.
    pub here: String,
}

/// The menu entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// Numbers > Port Numbers.
    Ports,
    /// Numbers > Hosted Numbers.
    Hosted,
    /// The desk's queues.
    Desk,
    /// The built-in mailbox.
    Mailbox,
    /// What people ask support.
    Tickets,
    /// Mails that could not be placed.
    Unplaced,
    /// Settings.
    Settings,
    /// What to know before one starts.
    Start,
    /// Questions and answers, and whom to ask.
    Help,
    /// None of them.
    Nowhere,
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct Person {
    /// Full name.
    pub name: String,
    /// Mail address.
    pub email: String,
    /// The account's name.
    pub account: String,
    /// The role in words, such as "Porting user" or "Desk agent".
    pub role: String,
    /// Whether the desk's rooms are shown.
    pub desk: bool,
    /// Whether they look after the users, keys and webhooks of their account, or after the whole desk.
    pub admin: bool,
    /// Whether their account is an agency with clients.
    pub agency: bool,
    /// Whether they change nothing.
    pub read_only: bool,
}

/// Light, dark, or what the device says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// Follows the device.
    #[default]
    System,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}
impl Theme {
    /// The word in the cookie `theme`; anything else means [`Theme::System`].
    pub fn from_cookie(word: &str) -> Self {
        match word {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::System,
        }
    }
    /// The word for the cookie and for `data-bs-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A message about what was just done.
#[derive(Clone, Debug)]
pub struct Flash {
    /// How it went.
    pub tone: Tone,
    /// One or two sentences.
    pub text: String,
}

/// The "Need more help?" block. All of it is the operator's setting.
#[derive(Clone, Debug)]
pub struct Support {
    /// Who answers, such as "Harbor Voice support".
    pub name: String,
    /// Mail address.
    pub email: String,
    /// Telephone number as people read it.
    pub phone: String,
    /// The same number in E.164 for a `tel:` link.
    pub phone_e164: String,
    /// The hours with their zone, such as "Monday to Friday, 7 am to 5 pm Central Time".
    pub hours: String,
    /// Whether somebody answers now.
    pub open: bool,
    /// What follows from that: "Open now, until 5 pm Central Time" or "Closed now, opens Monday at 7 am Central Time".
    pub now: String,
    /// How the operator's pages look.
    pub look: Look,
}

/// How the operator's pages look, and what must stand on each of them.
#[derive(Clone, Debug, Default)]
pub struct Look {
    /// A stylesheet with the operator's accent; none for the accent of our own.
    pub css: Option<String>,
    /// The operator's logo.
    pub logo: Option<String>,
    /// Terms, privacy.
    pub legal: Vec<Link>,
    /// Who answers for the pages; may be empty.
    pub imprint: String,
}

/// What a status means to the reader. Shape and words come first; the colour only repeats them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Not begun: a dashed circle.
    Draft,
    /// Waiting for somebody: a clock.
    Wait,
    /// Under way: an arrow in a circle.
    Go,
    /// Somebody must act: a triangle.
    Act,
    /// Done: a tick in a circle.
    Done,
    /// Over, without success: an octagon with a cross.
    Stop,
    /// A remark: an i in a circle.
    Info,
}
impl Tone {
    /// The symbol's name in `icons.svg`, also the suffix of the CSS class.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Wait => "wait",
            Self::Go => "go",
            Self::Act => "act",
            Self::Done => "done",
            Self::Stop => "stop",
            Self::Info => "info",
        }
    }
}

/// A status in words, with its shape.
#[derive(Clone, Debug)]
pub struct Badge {
    /// Shape and colour.
    pub tone: Tone,
    /// The words.
    pub text: String,
}
impl Badge {
    /// A badge of these words.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            text: text.into(),
        }
    }
}

/// An instant, ready to read.
#[derive(Clone, Debug)]
pub struct When {
    /// For machines: RFC 3339.
    pub iso: String,
    /// The day alone, in the reader's zone, such as "Dec 8". With the year if it is not the present one.
    pub day: String,
    /// In the reader's zone, such as "Dec 8, 10:00 am".
    pub text: String,
    /// Shown on hover: the same instant in the porting zone and in UTC.
    pub hover: String,
}
impl When {
    /// An instant from its four texts.
    pub fn new(
        iso: impl Into<String>,
        day: impl Into<String>,
        text: impl Into<String>,
        hover: impl Into<String>,
    ) -> Self {
        Self {
            iso: iso.into(),
            day: day.into(),
            text: text.into(),
            hover: hover.into(),
        }
    }
}

/// Whether something can be done now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Act {
    /// It can.
    Open,
    /// Not now; says why and what would change it. Shown greyed.
    Closed(String),
    /// It makes no sense here, or the reader may not: not shown.
    Hidden,
}
impl Act {
    /// Whether it can be done now.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
    /// Whether it is shown at all.
    pub fn is_shown(&self) -> bool {
        *self != Self::Hidden
    }
    /// Why not, or an empty text.
    pub fn why(&self) -> &str {
        match self {
            Self::Closed(why) => why,
            _ => "",
        }
    }
}

/// One field of a form: what is in it and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What the reader typed, letter by letter.
    pub value: String,
    /// What is wrong, in words; empty if nothing is.
    pub error: String,
    /// The first field with an error takes the focus.
    pub focus: bool,
}
impl Field {
    /// A field without an error.
    pub fn of(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            ..Self::default()
        }
    }
    /// A field that was refused.
    pub fn wrong(value: impl Into<String>, error: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            error: error.into(),
            focus: false,
        }
    }
    /// The same field, with the focus.
    pub fn focused(mut self) -> Self {
        self.focus = true;
        self
    }
    /// Whether it was refused.
    pub fn is_wrong(&self) -> bool {
        !self.error.is_empty()
    }
}

/// One entry of a drop-down or of a group of radio buttons.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The value that the form sends.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}
impl Choice {
    /// Entries from (value, label), with one chosen.
    pub fn list(entries: &[(&str, &str)], chosen: &str) -> Vec<Self> {
        entries
            .iter()
            .map(|(value, label)| Self {
                value: (*value).into(),
                label: (*label).into(),
                chosen: *value == chosen,
            })
            .collect()
    }
}

/// Something that stops a port, with the way out.
#[derive(Clone, Debug)]
pub struct Blocker {
    /// What is wrong, naming the number, such as "+1... is set up as a receiving number in this account."
    pub text: String,
    /// What to do about it.
    pub way_out: String,
    /// Where to do it, if there is a page for that.
    pub links: Vec<Link>,
}

/// A link with its words.
#[derive(Clone, Debug)]
pub struct Link {
    /// Where to.
    pub href: String,
    /// The words.
    pub text: String,
}
impl Link {
    /// A link.
    pub fn new(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            href: href.into(),
            text: text.into(),
        }
    }
}

/// A key with its value, for lists of facts.
#[derive(Clone, Debug)]
pub struct Fact {
    /// The key.
    pub key: String,
    /// The value; secrets come masked.
    pub value: String,
}
impl Fact {
    /// A fact.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            value: value.into(),
        }
    }
}

/// Who holds the ball, and since when.
#[derive(Clone, Debug)]
pub struct Ball {
    /// "You", "The owner", "Us", "Northline Telecom"...
    pub who: String,
    /// Whether it is the reader.
    pub mine: bool,
    /// How long, such as "3 business days".
    pub age: String,
    /// Whether that is longer than usual.
    pub late: bool,
}

/// Where a reader is in a longer list.
#[derive(Clone, Debug)]
pub struct Pager {
    /// "1 to 25 of 132 ports".
    pub text: String,
    /// The page before, if any.
    pub previous: Option<String>,
    /// The page after, if any.
    pub next: Option<String>,
    /// Whether the pages are in an order of the reader's choice, so that the next one is not always older.
    pub plain: bool,
}

/// One of the stages of a longer way (R28 to R33).
#[derive(Clone, Debug)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// How far it is.
    pub state: StageState,
    /// A few words below: a date, or who is at it.
    pub note: String,
}

/// How far a stage is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StageState {
    /// Behind us.
    Done,
    /// Now.
    Now,
    /// Now, and somebody must act.
    Stuck,
    /// To come.
    Ahead,
}
impl StageState {
    /// The CSS class.
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "is-done",
            Self::Now => "is-now",
            Self::Stuck => "is-stuck",
            Self::Ahead => "is-ahead",
        }
    }
    /// The same for people who cannot see it.
    pub fn spoken(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Stuck => "now, needs somebody",
            Self::Ahead => "to come",
        }
    }
}

/// One entry of a timeline.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: When,
    /// What happened, in one sentence.
    pub text: String,
    /// More about it; may be empty.
    pub detail: String,
    /// Who did it: a name, a carrier, "Portolan".
    pub by: String,
    /// Its shape.
    pub tone: Tone,
}

/// An entry of the notes.
#[derive(Clone, Debug)]
pub struct Note {
    /// For links to it.
    pub id: String,
    /// Who wrote it.
    pub by: String,
    /// What they are to the reader: "Customer", "Desk", "Owner", or empty for an event.
    pub role: String,
    /// When.
    pub at: When,
    /// What kind of entry it is.
    pub kind: NoteKind,
    /// The text; line ends are kept.
    pub text: String,
    /// Files that came with it.
    pub files: Vec<Link>,
    /// Whether it is the first one that its reader has not seen.
    pub first_new: bool,
}

/// What kind of entry a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoteKind {
    /// Something happened.
    Event,
    /// Somebody wrote.
    Comment,
    /// Only the desk sees it.
    Staff,
}

/// A document of a request.
#[derive(Clone, Debug)]
pub struct Document {
    /// Where to open it.
    pub href: String,
    /// Its file name.
    pub name: String,
    /// What it is: "Letter of Authorization, signed", "Billing statement".
    pub kind: String,
    /// "412 kB, 3 pages".
    pub size: String,
    /// When it came.
    pub at: When,
    /// Who brought it.
    pub by: String,
    /// Where it stands.
    pub status: Badge,
}

/// A step-by-step reply to "what is this request about" that several pages put on top.
#[derive(Clone, Debug)]
pub struct PortRef {
    /// The request's id, `port_...`.
    pub id: String,
    /// "+1 312 555 0142 and 11 more".
    pub title: String,
    /// The losing provider's name as typed.
    pub carrier: String,
    /// The account it belongs to.
    pub account: String,
    /// Where it stands.
    pub status: Badge,
}

/// The id of a form control: `id` if it is given, else the control's name.
pub fn id_of<'a>(
    id: &'a (impl AsRef<str> + ?Sized),
    name: &'a (impl AsRef<str> + ?Sized),
) -> &'a str {
    if id.as_ref().is_empty() {
        name.as_ref()
    } else {
        id.as_ref()
    }
}

/// The kinds of proof of ownership (R43 to R45), with one chosen.
pub fn proof_kinds(chosen: &str) -> Vec<Choice> {
    Choice::list(
        &[
            (
                "bill",
                "Latest billing statement that shows the phone number",
            ),
            ("receipt", "Receipt for the purchase of the number"),
            (
                "screenshot",
                "Screenshot of the provider's portal that shows the number",
            ),
        ],
        chosen,
    )
}
