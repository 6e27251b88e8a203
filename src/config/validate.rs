//! What makes no sense although its type is right. Each text ends the sentence that the setting begins,
//! and says what would be right.

use std::ops::RangeInclusive;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;

use super::layers::dotted;
use super::{Config, MailMode, MailTls, Telnyx};

/// Calls `problem(key, text)` for each problem.
pub(super) fn check(config: &Config, mut problem: impl FnMut(&str, String)) {
    let problem: &mut dyn FnMut(&str, String) = &mut problem;
    ranges(config, problem);
    server(config, problem);
    storage(config, problem);
    clock(config, problem);
    mail(config, problem);
    carriers(config, problem);
    operator(config, problem);
    lists(config, problem);
}

type Note<'a> = &'a mut dyn FnMut(&str, String);

fn ranges(config: &Config, problem: Note<'_>) {
    let Config {
        server,
        database,
        jobs,
        mail,
        links,
        loa,
        silence,
        limits,
        signin,
        webhooks_out,
        ..
    } = config;
    let telnyx = &config.carriers.telnyx;
    let table: &[(&str, u32, RangeInclusive<u32>)] = &[
        (
            "server.request_timeout_seconds",
            server.request_timeout_seconds,
            1..=600,
        ),
        ("server.shutdown_seconds", server.shutdown_seconds, 1..=600),
        (
            "database.connections_max",
            database.connections_max,
            1..=1000,
        ),
        (
            "database.patience_seconds",
            database.patience_seconds,
            1..=600,
        ),
        (
            "database.statement_timeout_seconds",
            database.statement_timeout_seconds,
            1..=3600,
        ),
        ("jobs.concurrency", jobs.concurrency, 1..=1000),
        ("jobs.lease_seconds", jobs.lease_seconds, 5..=3600),
        ("jobs.poll_seconds", jobs.poll_seconds, 1..=3600),
        (
            "jobs.retry_first_seconds",
            jobs.retry_first_seconds,
            1..=86_400,
        ),
        (
            "jobs.retry_longest_seconds",
            jobs.retry_longest_seconds,
            jobs.retry_first_seconds..=604_800,
        ),
        ("jobs.keep_days", jobs.keep_days, 1..=3650),
        ("mail.timeout_seconds", mail.timeout_seconds, 1..=600),
        (
            "carriers.telnyx.webhook_tolerance_seconds",
            telnyx.webhook_tolerance_seconds,
            1..=3600,
        ),
        (
            "carriers.telnyx.connect_timeout_seconds",
            telnyx.connect_timeout_seconds,
            1..=600,
        ),
        (
            "carriers.telnyx.request_timeout_seconds",
            telnyx.request_timeout_seconds,
            1..=600,
        ),
        ("carriers.telnyx.concurrency", telnyx.concurrency, 1..=100),
        (
            "carriers.telnyx.poll_seconds",
            telnyx.poll_seconds,
            60..=86_400,
        ),
        ("links.signature_days", links.signature_days, 1..=365),
        ("links.upload_days", links.upload_days, 1..=365),
        (
            "links.resend_pause_seconds",
            links.resend_pause_seconds,
            1..=86_400,
        ),
        (
            "links.attempts_per_minute",
            links.attempts_per_minute,
            1..=10_000,
        ),
        (
            "mail.replies.poll_seconds",
            mail.replies.poll_seconds,
            5..=86_400,
        ),
        (
            "mail.replies.timeout_seconds",
            mail.replies.timeout_seconds,
            1..=600,
        ),
        (
            "mail.replies.mail_megabytes_max",
            mail.replies.mail_megabytes_max,
            1..=100,
        ),
        ("loa.max_age_days", loa.max_age_days.into(), 1..=60),
        (
            "silence.chase_business_days",
            silence.chase_business_days,
            1..=60,
        ),
        (
            "limits.upload_megabytes_max",
            limits.upload_megabytes_max,
            1..=1000,
        ),
        (
            "limits.documents_per_port_max",
            limits.documents_per_port_max,
            2..=10_000,
        ),
        (
            "limits.numbers_per_port_max",
            limits.numbers_per_port_max,
            1..=1_000_000,
        ),
        (
            "limits.import_megabytes_max",
            limits.import_megabytes_max,
            1..=1000,
        ),
        (
            "limits.import_rows_max",
            limits.import_rows_max,
            1..=1_000_000,
        ),
        (
            "limits.request_kilobytes_max",
            limits.request_kilobytes_max,
            10..=100_000,
        ),
        (
            "limits.api_page_size",
            limits.api_page_size,
            1..=limits.api_page_size_max.max(1),
        ),
        (
            "limits.api_page_size_max",
            limits.api_page_size_max,
            1..=10_000,
        ),
        (
            "limits.api_requests_per_minute",
            limits.api_requests_per_minute,
            1..=1_000_000,
        ),
        (
            "limits.idempotency_hours",
            limits.idempotency_hours,
            1..=8760,
        ),
        ("signin.session_hours", signin.session_hours, 1..=8760),
        (
            "signin.session_idle_hours",
            signin.session_idle_hours,
            1..=signin.session_hours.max(1),
        ),
        (
            "signin.attempts_per_minute",
            signin.attempts_per_minute,
            1..=10_000,
        ),
        ("signin.invitation_days", signin.invitation_days, 1..=90),
        ("signin.link_minutes", signin.link_minutes, 5..=1440),
        (
            "signin.wrong_passwords_max",
            signin.wrong_passwords_max,
            1..=100,
        ),
        (
            "signin.wrong_password_pause_minutes",
            signin.wrong_password_pause_minutes,
            1..=1440,
        ),
        (
            "signin.password_length_min",
            signin.password_length_min,
            8..=128,
        ),
        (
            "webhooks_out.connect_timeout_seconds",
            webhooks_out.connect_timeout_seconds,
            1..=60,
        ),
        (
            "webhooks_out.timeout_seconds",
            webhooks_out.timeout_seconds,
            1..=120,
        ),
        (
            "webhooks_out.answer_bytes_max",
            webhooks_out.answer_bytes_max,
            0..=1_000_000,
        ),
        (
            "webhooks_out.endpoints_per_account_max",
            webhooks_out.endpoints_per_account_max,
            1..=1000,
        ),
    ];
    for (key, value, range) in table {
        if !range.contains(value) {
            problem(
                key,
                format!(
                    "must be from {} to {}, but is {value}",
                    range.start(),
                    range.end()
                ),
            );
        }
    }
    for (carrier, days) in &loa.carrier_max_age_days {
        if !(1..=60).contains(days) {
            let key = dotted(&[
                "loa".to_owned(),
                "carrier_max_age_days".to_owned(),
                carrier.clone(),
            ]);
            problem(&key, format!("must be from 1 to 60, but is {days}"));
        }
    }
    let day = config.demo.day_seconds;
    if !(0.1..=86_400.0).contains(&day) {
        problem(
            "demo.day_seconds",
            format!("must be from 0.1 to 86400, but is {day}"),
        );
    }
}

fn server(config: &Config, problem: Note<'_>) {
    let url = &config.server.public_url;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        problem(
            "server.public_url",
            "must end after the host and port: no path, no `?`, no `#`".to_owned(),
        );
    }
    if !url.username().is_empty() || url.password().is_some() {
        problem(
            "server.public_url",
            "must not hold a user or a password".to_owned(),
        );
    }
    if url.scheme() == "http" && !is_this_machine(url) {
        let text = "must begin with https://, because sign-in cookies and signature links must not travel openly";
        problem("server.public_url", text.to_owned());
    }
}

fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn storage(config: &Config, problem: Note<'_>) {
    if config.data.folder.as_os_str().is_empty() {
        problem("data.folder", "must name a folder".to_owned());
    }
    if config.demo.folder.as_os_str().is_empty() {
        problem("demo.folder", "must name a folder".to_owned());
    }
    if let Some(url) = &config.database.url {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        let url = url.expose_secret().to_ascii_lowercase();
        if !known.iter().any(|start| url.starts_with(start)) {
            problem(
                "database.url",
                "must begin with `sqlite:` or `postgres://`".to_owned(),
            );
        }
    }
    if let Some(key) = &config.secrets.master_key {
        let mut bytes = zeroize_on_drop();
        if hex::decode_to_slice(key.expose_secret(), bytes.as_mut_slice()).is_err() {
            let length = key.expose_secret().chars().count();
            let text = format!(
                "must be 64 hexadecimal digits (32 bytes), but has {length} characters or other signs"
            );
            problem("secrets.master_key", text);
        }
    }
    if config.seal.key_file.is_some() != config.seal.certificate_file.is_some() {
        let (missing, set) = match config.seal.key_file {
            Some(_) => ("seal.certificate_file", "seal.key_file"),
            None => ("seal.key_file", "seal.certificate_file"),
        };
        problem(missing, format!("must be set too, because `{set}` is"));
    }
}

fn zeroize_on_drop() -> secrecy::zeroize::Zeroizing<[u8; 32]> {
    secrecy::zeroize::Zeroizing::new([0; 32])
}

fn clock(config: &Config, problem: Note<'_>) {
    let clock = &config.clock;
    if !(0.001..=1_000_000.0).contains(&clock.speed) {
        problem(
            "clock.speed",
            format!("must be from 0.001 to 1000000, but is {}", clock.speed),
        );
    }
    if clock.anchor_wall.is_some() != clock.anchor_desk.is_some() {
        let (missing, set) = match clock.anchor_wall {
            Some(_) => ("clock.anchor_desk", "clock.anchor_wall"),
            None => ("clock.anchor_wall", "clock.anchor_desk"),
        };
        problem(missing, format!("must be set too, because `{set}` is"));
    }
    if clock.speed == 1.0 && clock.anchor_wall.is_some() && clock.anchor_desk.is_some() {
        problem(
            "clock.anchor_wall",
            "has no meaning while `clock.speed` is 1; leave it out".to_owned(),
        );
    }
}

fn is_mailbox(text: &str) -> bool {
    text.parse::<lettre::message::Mailbox>().is_ok()
}

fn mail(config: &Config, problem: Note<'_>) {
    let mail = &config.mail;
    if !is_mailbox(&mail.from) {
        problem(
            "mail.from",
            format!(
                "must be like \"Name <desk@company.example>\", but is \"{}\"",
                mail.from
            ),
        );
    }
    if let Some(reply_to) = mail.reply_to.as_deref().filter(|text| !is_mailbox(text)) {
        problem(
            "mail.reply_to",
            format!("must be like \"Name <desk@company.example>\", but is \"{reply_to}\""),
        );
    }
    replies(config, problem);
    if mail.mode == MailMode::Smtp {
        if mail.host.is_none() {
            problem(
                "mail.host",
                "must name the mail server, because `mail.mode` is \"smtp\"".to_owned(),
            );
        }
        if mail.port == 0 {
            problem("mail.port", "must be from 1 to 65535".to_owned());
        }
        match (&mail.user, &mail.password) {
            (Some(_), None) => problem(
                "mail.password",
                "must be set too, because `mail.user` is".to_owned(),
            ),
            (None, Some(_)) => problem(
                "mail.user",
                "must be set too, because `mail.password` is".to_owned(),
            ),
            (Some(_), Some(_)) if mail.tls == MailTls::None => {
                problem(
                    "mail.tls",
                    "must not be \"none\" when there is a password to send".to_owned(),
                );
            }
            _ => {}
        }
    }
}

fn replies(config: &Config, problem: Note<'_>) {
    let replies = &config.mail.replies;
    if replies.address.is_none() {
        return;
    }
    if replies.host.is_none() {
        if config.mail.mode == MailMode::Smtp {
            problem(
                "mail.replies.host",
                "must name the IMAP server, because nobody would read the answers otherwise"
                    .to_owned(),
            );
        }
        return;
    }
    if replies.port == 0 {
        problem("mail.replies.port", "must be from 1 to 65535".to_owned());
    }
    if replies.mailbox.trim().is_empty() {
        problem(
            "mail.replies.mailbox",
            "must name the mailbox in which answers arrive".to_owned(),
        );
    }
    let host = replies.host.as_deref().unwrap_or_default();
    let is_here = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    if replies.tls == MailTls::None && !is_here {
        problem(
            "mail.replies.tls",
            "must not be \"none\" unless the IMAP server is on this machine, because a password is sent".to_owned(),
        );
    }
    for (key, is_missing) in [
        ("mail.replies.user", replies.user.is_none()),
        ("mail.replies.password", replies.password.is_none()),
    ] {
        if is_missing {
            problem(
                key,
                "must be set too, because `mail.replies.host` is".to_owned(),
            );
        }
    }
}

fn carriers(config: &Config, problem: Note<'_>) {
    let Telnyx {
        enabled,
        base_url,
        api_key,
        public_key,
        ..
    } = &config.carriers.telnyx;
    if config.carriers.default != "telnyx" {
        let text = format!(
            "must be \"telnyx\", the one carrier so far, but is \"{}\"",
            config.carriers.default
        );
        problem("carriers.default", text);
    }
    if *enabled && api_key.is_none() {
        problem(
            "carriers.telnyx.api_key",
            "must be set, because the carrier is enabled".to_owned(),
        );
    }
    if *enabled && base_url.scheme() == "http" && !is_this_machine(base_url) {
        let text = "must begin with https://, because account numbers and PINs are sent there";
        problem("carriers.telnyx.base_url", text.to_owned());
    }
    if base_url.as_str().ends_with('/') && base_url.path() != "/" {
        problem(
            "carriers.telnyx.base_url",
            "must not end with a slash".to_owned(),
        );
    }
    if let Some(key) = public_key
        && STANDARD.decode(key).map(|bytes| bytes.len()) != Ok(32)
    {
        problem(
            "carriers.telnyx.public_key",
            "must be 32 bytes in base64, as the carrier's portal shows it".to_owned(),
        );
    }
}

fn operator(config: &Config, problem: Note<'_>) {
    let operator = &config.operator;
    let support = &operator.support;
    for (key, text) in [
        ("operator.name", &operator.name),
        ("operator.legal_name", &operator.legal_name),
        ("operator.street", &operator.street),
        ("operator.city", &operator.city),
    ] {
        if text.trim().is_empty() {
            problem(
                key,
                "must not be empty: it is on the letter or on each page".to_owned(),
            );
        }
    }
    if operator.state.len() != 2 || !operator.state.bytes().all(|b| b.is_ascii_uppercase()) {
        problem(
            "operator.state",
            format!("must be two capital letters, but is \"{}\"", operator.state),
        );
    }
    if !is_zip(&operator.zip) {
        problem(
            "operator.zip",
            format!(
                "must be like 60601 or 60601-1234, but is \"{}\"",
                operator.zip
            ),
        );
    }
    let contrast = operator.accent_color.contrast_with_white();
    if contrast < 4.5 {
        let text = format!(
            "must be darker: white text on it has a contrast of {contrast:.1}, and needs 4.5 (WCAG AA)"
        );
        problem("operator.accent_color", text);
    }
    if let Some(logo) = &operator.logo_file {
        let ending = logo.extension().map(|ending| ending.to_ascii_lowercase());
        if !ending.is_some_and(|ending| ending == "svg" || ending == "png") {
            problem("operator.logo_file", "must end in .svg or .png".to_owned());
        } else if !logo.is_file() {
            problem(
                "operator.logo_file",
                format!("names `{}`, but there is no such file", logo.display()),
            );
        }
    }
    let digits = support.phone.strip_prefix('+').unwrap_or_default();
    if !(8..=15).contains(&digits.len()) || !digits.bytes().all(|b| b.is_ascii_digit()) {
        let text = format!(
            "must have its country code and digits only, like +13125550142, but is \"{}\"",
            support.phone
        );
        problem("operator.support.phone", text);
    }
    if support.email.parse::<lettre::Address>().is_err() {
        let text = format!(
            "must be like support@company.example, but is \"{}\"",
            support.email
        );
        problem("operator.support.email", text);
    }
    if support.opens >= support.closes {
        problem(
            "operator.support.closes",
            "must be later than `operator.support.opens`".to_owned(),
        );
    }
}

fn is_zip(text: &str) -> bool {
    let (five, four) = text.split_once('-').unwrap_or((text, "0000"));
    let digits =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    digits(five, 5) && digits(four, 4)
}

fn lists(config: &Config, problem: Note<'_>) {
    let days = &config.links.reminder_days;
    if days.first() == Some(&0) || !days.is_sorted_by(|a, b| a < b) || days.len() > 20 {
        problem(
            "links.reminder_days",
            "must be whole numbers from 1 that grow, such as [3, 7, 14]".to_owned(),
        );
    } else if let Some(last) = days
        .last()
        .filter(|last| **last >= config.links.signature_days)
    {
        let text = format!(
            "must end before the link does (`links.signature_days`), but reminds on day {last}"
        );
        problem("links.reminder_days", text);
    }
    let pauses = &config.webhooks_out.retry_seconds;
    if pauses.len() > 20 || pauses.iter().any(|pause| !(1..=604_800).contains(pause)) {
        let text = "must be at most 20 pauses from 1 second to a week (604800)";
        problem("webhooks_out.retry_seconds", text.to_owned());
    }
    if config
        .log
        .level
        .parse::<tracing_subscriber::filter::EnvFilter>()
        .is_err()
    {
        let text = format!(
            "must be like \"info\" or \"info,portolan::jobs=debug\", but is \"{}\"",
            config.log.level
        );
        problem("log.level", text);
    }
}
