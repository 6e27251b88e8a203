//! The settings. `config.default.toml` holds them all, with their defaults and their meaning; this
//! room gives them types, refuses what makes no sense, and remembers where each value came from.
//!
//! A new setting takes three steps: a commented line in `config.default.toml`, a field of the same
//! name in the section's struct below, and, if not every value makes sense, a line in `validate.rs`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use jiff::civil::{Date, Time};
use jiff::{Timestamp, tz::TimeZone};
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

#[cfg(test)]
mod tests;

mod derived;
mod layers;
mod load;
mod replies;
mod show;
mod validate;
mod values;

pub use derived::SealFiles;
pub use load::{Loaded, Place, Problem, Problems, Sources};
pub use replies::{Replies, ReplyAddress, TOKEN_LENGTH};
pub use show::Setting;
pub use values::{Color, Day, Network};

/// The text of `config.default.toml`.
pub const DEFAULTS: &str = include_str!("../config.default.toml");

/// All settings, checked. `Debug` shows no secret.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where and how Portolan answers.
    pub server: Server,
    /// The folder for everything that must survive.
    pub data: Data,
    /// The database.
    pub database: Database,
    /// Where documents are kept.
    pub blobs: Blobs,
    /// The key that seals PINs and account numbers.
    pub secrets: Secrets,
    /// The key and certificate that seal signed letters.
    pub seal: Seal,
    /// How fast the desk's calendar runs.
    pub clock: ClockSection,
    /// What is logged.
    pub log: Log,
    /// The job runner.
    pub jobs: Jobs,
    /// How mail leaves.
    pub mail: Mail,
    /// The gaining carriers.
    pub carriers: Carriers,
    /// Rules for port requests that are the operator's choice.
    pub ports: Ports,
    /// Links in mails to signers and uploaders.
    pub links: Links,
    /// Letters of authorization.
    pub loa: Loa,
    /// Chasing carriers that do not answer.
    pub silence: Silence,
    /// Closed days of single losing providers.
    pub calendar: Calendar,
    /// Who runs this desk.
    pub operator: Operator,
    /// Sizes and counts.
    pub limits: Limits,
    /// Sessions and passwords.
    pub signin: SignIn,
    /// Webhooks to the operator's customers.
    pub webhooks_out: WebhooksOut,
    /// `portolan demo`.
    pub demo: Demo,
}

/// `[server]`: where and how Portolan answers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address and port to listen on.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// What people type to get here: scheme, host and port, no path. https unless it is this machine.
    #[serde(deserialize_with = "values::web_address")]
    pub public_url: Url,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// The longest time for an answer.
    pub request_timeout_seconds: u32,
    /// The longest time for an orderly stop.
    pub shutdown_seconds: u32,
}

impl Server {
    /// Whether the address is one of the proxies that are believed.
    pub fn trusts(&self, address: std::net::IpAddr) -> bool {
        self.trusted_proxies
            .iter()
            .any(|network| network.contains(address))
    }

    /// The public address of a path that begins with a slash: `https://desk.example/ports`.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// Whether people come by https, so that cookies can be marked as secure.
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }
}

/// `[data]`: the folder for everything that must survive.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// The folder; created when missing.
    pub folder: PathBuf,
    /// The doctor warns below this much free space (10^6 bytes each).
    pub free_megabytes_min: u32,
}

/// `[database]`. See [`Config::database_url`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// The URL; it may hold a password. `None`: SQLite in the data folder.
    #[serde(deserialize_with = "values::optional_secret")]
    pub url: Option<SecretString>,
    /// The most connections of one process.
    pub connections_max: u32,
    /// How long to wait for a connection, for SQLite's one writer, or for a lock.
    pub patience_seconds: u32,
    /// PostgreSQL: how long one statement may run.
    pub statement_timeout_seconds: u32,
    /// What SQLite promises about a power cut.
    pub sqlite_durability: Durability,
}

/// What SQLite promises about a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// `synchronous = FULL`: what was acknowledged survives.
    Full,
    /// `synchronous = NORMAL`: the last moments can be lost.
    Normal,
}

/// `[blobs]`. See [`Config::blobs_folder`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blobs {
    /// The folder; `None`: in the data folder.
    #[serde(deserialize_with = "values::optional")]
    pub folder: Option<PathBuf>,
}

/// `[secrets]`. See [`Config::master_key_file`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Secrets {
    /// 32 bytes as 64 hexadecimal digits; `None`: the file in the data folder, made when missing.
    #[serde(deserialize_with = "values::optional_secret")]
    pub master_key: Option<SecretString>,
}

/// `[seal]`. See [`Config::seal_files`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// PKCS #8, PEM.
    #[serde(deserialize_with = "values::optional")]
    pub key_file: Option<PathBuf>,
    /// X.509, PEM.
    #[serde(deserialize_with = "values::optional")]
    pub certificate_file: Option<PathBuf>,
}

/// `[clock]`. See [`Config::clock_anchor`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockSection {
    /// Seconds of desk time for each second of wire time.
    pub speed: f64,
    /// Wire time of the anchor.
    #[serde(deserialize_with = "values::optional")]
    pub anchor_wall: Option<Timestamp>,
    /// Desk time of the anchor.
    #[serde(deserialize_with = "values::optional")]
    pub anchor_desk: Option<Timestamp>,
}

/// `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level or a list of `target=level`.
    pub level: String,
    /// For people or for programs.
    pub format: LogFormat,
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Lines for people, coloured on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

/// `[jobs]`: the job runner.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Jobs at once in one process.
    pub concurrency: u32,
    /// Wire seconds after which another process may take a job over.
    pub lease_seconds: u32,
    /// Wire seconds between looks for work that nobody announced.
    pub poll_seconds: u32,
    /// Desk seconds before the first retry; doubled each time.
    pub retry_first_seconds: u32,
    /// Desk seconds at most between retries.
    pub retry_longest_seconds: u32,
    /// Days that finished jobs are kept.
    pub keep_days: u32,
}

/// `[mail]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    /// Sent, or only kept in the mailbox page.
    pub mode: MailMode,
    /// The SMTP server; set when the mode is SMTP.
    #[serde(deserialize_with = "values::optional")]
    pub host: Option<String>,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub tls: MailTls,
    /// The name to sign in with.
    #[serde(deserialize_with = "values::optional")]
    pub user: Option<String>,
    /// The password to sign in with.
    #[serde(deserialize_with = "values::optional_secret")]
    pub password: Option<SecretString>,
    /// For one mail.
    pub timeout_seconds: u32,
    /// `Name <address>`.
    pub from: String,
    /// Where answers go; `None`: the support address. See [`Config::reply_to`].
    #[serde(deserialize_with = "values::optional")]
    pub reply_to: Option<String>,
    /// Answers that become notes.
    pub replies: Replies,
}

/// Whether mail leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailMode {
    /// It is kept, and read on the mailbox page.
    Mailbox,
    /// It is sent.
    Smtp,
}

/// How the connection to the mail server is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailTls {
    /// STARTTLS, required.
    Starttls,
    /// Encrypted from the first byte.
    Tls,
    /// Not at all.
    None,
}

/// `[carriers]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carriers {
    /// The gaining carrier of new ports, by its key.
    pub default: String,
    /// Telnyx.
    pub telnyx: Telnyx,
}

/// `[carriers.telnyx]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telnyx {
    /// Whether ports may go there.
    pub enabled: bool,
    /// The API's address, version path included, without a slash at the end.
    #[serde(deserialize_with = "values::web_address")]
    pub base_url: Url,
    /// The bearer key; set when enabled.
    #[serde(deserialize_with = "values::optional_secret")]
    pub api_key: Option<SecretString>,
    /// Ed25519, base64 of 32 bytes; webhooks are refused without it.
    #[serde(deserialize_with = "values::optional")]
    pub public_key: Option<String>,
    /// Wire seconds that a webhook's timestamp may be off, either way.
    pub webhook_tolerance_seconds: u32,
    /// To connect.
    pub connect_timeout_seconds: u32,
    /// For a whole request.
    pub request_timeout_seconds: u32,
    /// Requests at once.
    pub concurrency: u32,
    /// Desk seconds between readings of an open order.
    pub poll_seconds: u32,
    /// The voice connection that ported numbers are attached to.
    #[serde(deserialize_with = "values::optional")]
    pub connection_id: Option<String>,
    /// The messaging profile that ported numbers are attached to.
    #[serde(deserialize_with = "values::optional")]
    pub messaging_profile_id: Option<String>,
    /// The billing group that ported numbers are attached to.
    #[serde(deserialize_with = "values::optional")]
    pub billing_group_id: Option<String>,
}

/// `[ports]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ports {
    /// Whether a number without a receiving number holds its request back (R86, R87).
    pub receiving_number_required: bool,
}

/// `[links]`: links in mails to signers and uploaders.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Links {
    /// Days that a signature link is good.
    pub signature_days: u32,
    /// Days that an upload link is good.
    pub upload_days: u32,
    /// Wire seconds before the same mail can be sent again.
    pub resend_pause_seconds: u32,
    /// Days after the first mail, ascending.
    pub reminder_days: Vec<u32>,
    /// Uses a minute from one address.
    pub attempts_per_minute: u32,
}

/// `[loa]`: letters of authorization. See [`Loa::max_age_days_at`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Loa {
    /// The oldest signature that is submitted, in days.
    pub max_age_days: u16,
    /// The same by losing provider's name.
    pub carrier_max_age_days: BTreeMap<String, u16>,
}

impl Loa {
    /// The oldest signature that this losing provider takes, in days. Capitals and outer white space
    /// of the name do not matter.
    pub fn max_age_days_at(&self, losing_provider: &str) -> u16 {
        values::by_name(&self.carrier_max_age_days, losing_provider)
            .copied()
            .unwrap_or(self.max_age_days)
    }
}

/// `[silence]`: chasing carriers that do not answer.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Silence {
    /// Business days before the first question.
    pub chase_business_days: u32,
}

/// `[calendar]`. See [`Calendar::closed_days_at`] and [`Calendar::hours_at`].
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Closed days besides weekends and federal holidays, by losing provider's name.
    #[serde(deserialize_with = "values::dates_by_name")]
    pub closed_days: BTreeMap<String, Vec<Date>>,
    /// Hours that differ from the usual ones, by losing provider's name.
    pub hours: BTreeMap<String, ProviderHours>,
}

impl Calendar {
    /// This losing provider's own closed days. Capitals and outer white space of the name do not matter.
    pub fn closed_days_at(&self, losing_provider: &str) -> &[Date] {
        values::by_name(&self.closed_days, losing_provider).map_or(&[], Vec::as_slice)
    }

    /// This losing provider's own hours, if they were set.
    pub fn hours_at(&self, losing_provider: &str) -> Option<ProviderHours> {
        values::by_name(&self.hours, losing_provider).copied()
    }
}

/// When a losing provider works, in the time zone of the numbers. Written `09:00 12:00 16:30`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderHours {
    /// Start of business hours.
    pub opens: Time,
    /// Orders that come later count from the next business day.
    pub cutoff: Time,
    /// End of business hours.
    pub closes: Time,
}

/// `[operator]`: who runs this desk.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// On pages and in mails.
    pub name: String,
    /// On the letter.
    pub legal_name: String,
    /// Street and house number.
    pub street: String,
    /// City.
    pub city: String,
    /// Two letters.
    pub state: String,
    /// Five or nine digits.
    pub zip: String,
    /// The home page.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub website: Option<Url>,
    /// The price list (R50).
    #[serde(deserialize_with = "values::optional_web_address")]
    pub prices_url: Option<Url>,
    /// The terms.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub terms_url: Option<Url>,
    /// What is done with personal data.
    #[serde(deserialize_with = "values::optional_web_address")]
    pub privacy_url: Option<Url>,
    /// Who answers for the pages, as the law of the place wants it said; may be empty.
    pub imprint: String,
    /// What a port costs, in the operator's own words; may be empty.
    pub costs: String,
    /// An SVG or PNG file.
    #[serde(deserialize_with = "values::optional")]
    pub logo_file: Option<PathBuf>,
    /// The colour of buttons and links; white text is readable on it.
    pub accent_color: Color,
    /// The zone for people who have not chosen one.
    #[serde(deserialize_with = "values::time_zone")]
    pub time_zone: TimeZone,
    /// The help block (R60-R65).
    pub support: Support,
}

/// `[operator.support]`: the help block (R60-R65).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Support {
    /// Who answers; empty: the operator's name with "support" behind it.
    pub name: String,
    /// E.164.
    pub phone: String,
    /// Where questions go.
    pub email: String,
    /// The days on which somebody answers the telephone.
    pub days: Vec<Day>,
    /// From this time of the day,
    pub opens: Time,
    /// until this one.
    pub closes: Time,
    /// The zone of both times, whatever the reader's own (R65).
    #[serde(deserialize_with = "values::time_zone")]
    pub time_zone: TimeZone,
    /// The hours of each day, where the portal's settings say other ones than the three fields above.
    #[serde(skip)]
    pub week: Option<Week>,
}

/// When somebody answers, from Monday to Sunday; `None` is a closed day.
pub type Week = [Option<(Time, Time)>; 7];

impl Support {
    /// When somebody answers on each day, from Monday to Sunday.
    pub fn week(&self) -> Week {
        self.week.unwrap_or_else(|| {
            let mut week: Week = [None; 7];
            for day in &self.days {
                let place = usize::try_from(day.weekday().to_monday_zero_offset()).unwrap_or(0);
                if let Some(hours) = week.get_mut(place) {
                    *hours = Some((self.opens, self.closes));
                }
            }
            week
        })
    }

    /// The hours of this day; `None` if nobody answers.
    pub fn hours_on(&self, day: jiff::civil::Weekday) -> Option<(Time, Time)> {
        let place = usize::try_from(day.to_monday_zero_offset()).ok()?;
        self.week().get(place).copied().flatten()
    }

    /// Whether somebody answers the telephone now (R64, R65).
    pub fn is_open(&self, now: Timestamp) -> bool {
        let there = self.time_zone.to_datetime(now);
        self.hours_on(there.weekday())
            .is_some_and(|(opens, closes)| (opens..closes).contains(&there.time()))
    }
}

/// `[limits]`: sizes and counts. Megabytes are 10^6 bytes, kilobytes 10^3.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// The largest uploaded document. See [`Limits::upload_bytes_max`].
    pub upload_megabytes_max: u32,
    /// Documents of one port request.
    pub documents_per_port_max: u32,
    /// Numbers of one port request.
    pub numbers_per_port_max: u32,
    /// The largest imported file. See [`Limits::import_bytes_max`].
    pub import_megabytes_max: u32,
    /// Rows of one imported file.
    pub import_rows_max: u32,
    /// The largest body of other requests. See [`Limits::request_bytes_max`].
    pub request_kilobytes_max: u32,
    /// Items of a page when none is asked for.
    pub api_page_size: u32,
    /// Items of a page at most.
    pub api_page_size_max: u32,
    /// Requests a minute of one API key.
    pub api_requests_per_minute: u32,
    /// Wire hours that a result is remembered under its `Idempotency-Key`.
    pub idempotency_hours: u32,
}

impl Limits {
    /// The largest uploaded document, in bytes.
    pub fn upload_bytes_max(&self) -> usize {
        self.upload_megabytes_max as usize * 1_000_000
    }

    /// The largest imported file, in bytes.
    pub fn import_bytes_max(&self) -> usize {
        self.import_megabytes_max as usize * 1_000_000
    }

    /// The largest body of requests that carry no file, in bytes.
    pub fn request_bytes_max(&self) -> usize {
        self.request_kilobytes_max as usize * 1_000
    }

    /// How large what is sent may be, for whoever sent more.
    pub fn in_words(&self) -> String {
        format!(
            "A document may have up to {} MB, a list of numbers up to {} MB, and anything else up to {} kB.",
            self.upload_megabytes_max, self.import_megabytes_max, self.request_kilobytes_max
        )
    }
}

/// `[signin]`: sessions and passwords.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Wire hours that a session lasts.
    pub session_hours: u32,
    /// Wire hours that a session may lie idle.
    pub session_idle_hours: u32,
    /// Tries a minute from one address.
    pub attempts_per_minute: u32,
    /// Wrong passwords in a row before the pause.
    pub wrong_passwords_max: u32,
    /// The pause, in wire minutes.
    pub wrong_password_pause_minutes: u32,
    /// Characters.
    pub password_length_min: u32,
    /// Wire days that an invitation can be taken up.
    pub invitation_days: u32,
    /// Wire minutes that a link to a new password or address works.
    pub link_minutes: u32,
}

/// `[webhooks_out]`: webhooks to the operator's customers.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhooksOut {
    /// Wire seconds before each retry.
    pub retry_seconds: Vec<u32>,
    /// To connect.
    pub connect_timeout_seconds: u32,
    /// For a whole delivery.
    pub timeout_seconds: u32,
    /// How much of an answer is kept.
    pub answer_bytes_max: u32,
    /// Endpoints of one account.
    pub endpoints_per_account_max: u32,
    /// Whether private and local addresses may be called.
    pub allow_private_addresses: bool,
}

/// `[demo]`: `portolan demo`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Demo {
    /// Wire seconds of one day of desk time.
    pub day_seconds: f64,
    /// Where the product answers.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// Where the carrier simulator answers.
    #[serde(deserialize_with = "values::listen")]
    pub simulator_listen: SocketAddr,
    /// The demo's own data folder.
    pub folder: PathBuf,
}

impl Demo {
    /// Seconds of desk time for each second of wire time.
    pub fn speed(&self) -> f64 {
        86_400.0 / self.day_seconds
    }
}
