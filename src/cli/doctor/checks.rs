//! The checks of `portolan doctor`. A check changes nothing that stays, and never shows a secret.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use der::{DecodePem, Encode};
use jiff::Timestamp;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use p256::SecretKey;
use p256::pkcs8::{DecodePrivateKey, EncodePublicKey};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use x509_cert::Certificate;

use super::Finding;
use crate::cli::database_options;
use crate::clock::Clock;
use crate::config::{Config, Mail, MailMode, MailTls};
use crate::db::migrate::MigrateError;
use crate::db::{Db, DbError, DbOptions, Engine};

/// How long another machine may take to answer.
const CONNECT: Duration = Duration::from_secs(5);

/// Before this moment the program did not exist; a machine that says so has a wrong clock.
const FIRST_RELEASE: Timestamp = Timestamp::constant(1_793_491_200, 0);

pub(super) async fn data_folder(config: &Config) -> Vec<Finding> {
    let folder = &config.data.folder;
    let existing = existing(folder);
    let trial = existing.join(format!(".portolan-doctor-{}", std::process::id()));
    let written = std::fs::write(&trial, b"trial").and_then(|()| std::fs::remove_file(&trial));
    vec![match written {
        Ok(()) if folder.is_dir() => Finding::ok(format!("{} can be written", folder.display())),
        Ok(()) => Finding::ok(format!(
            "{} will be made at the first start",
            folder.display()
        )),
        Err(error) => Finding::failed(
            format!("{} cannot be written: {error}", existing.display()),
            "give it to the user that runs Portolan, or set `data.folder`",
        ),
    }]
}

pub(super) async fn disk_space(config: &Config) -> Vec<Finding> {
    let folder = existing(&config.data.folder);
    let wanted = u64::from(config.data.free_megabytes_min);
    vec![match fs4::available_space(&folder) {
        Ok(bytes) if bytes / 1_000_000 >= wanted => {
            Finding::ok(format!("{} MB are free", bytes / 1_000_000))
        }
        Ok(bytes) => Finding::warning(
            format!(
                "{} MB are free at {}; {wanted} should be",
                bytes / 1_000_000,
                folder.display()
            ),
            "make room before the disk is full; `data.free_megabytes_min` sets the mark",
        ),
        Err(error) => Finding::warning(
            format!(
                "cannot tell how much is free at {}: {error}",
                folder.display()
            ),
            "look by other means",
        ),
    }]
}

/// The folder itself, or the nearest one above it that is there.
fn existing(folder: &Path) -> PathBuf {
    let above = folder.ancestors().find(|folder| folder.is_dir());
    above
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
        .to_owned()
}

pub(super) async fn database(config: &Config) -> Vec<Finding> {
    let path = config.data_file("portolan.db");
    if config.database.url.is_none() && !path.exists() {
        return vec![Finding::ok(format!(
            "SQLite; {} will be made at the first start",
            path.display()
        ))];
    }
    vec![match look_into_database(config).await {
        Ok(Engine::Sqlite) => Finding::ok("SQLite answers, and its schema is up to date"),
        Ok(Engine::Postgres) => Finding::ok("PostgreSQL answers, and its schema is up to date"),
        Err(DbError::Migrate(error @ MigrateError::Pending { .. })) => {
            Finding::warning("the schema is older than this program", error.to_string())
        }
        Err(error) => Finding::failed(
            chain(&error),
            "see `database.url`, and whether the database runs",
        ),
    }]
}

async fn look_into_database(config: &Config) -> Result<Engine, DbError> {
    let options = DbOptions {
        read_only: true,
        connections: 1,
        patience: CONNECT,
        ..database_options(config)
    };
    let db = Db::connect(config.database_url().expose_secret(), &options).await?;
    let schema = db.check_schema().await;
    db.close().await;
    schema.map(|()| db.engine())
}

async fn reach(what: &str, host: &str, port: u16, hint: &str) -> Finding {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match tokio::time::timeout(CONNECT, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Finding::ok(format!("{what} takes connections")),
        Ok(Err(error)) => Finding::failed(format!("{what} takes no connection: {error}"), hint),
        Err(_) => Finding::failed(
            format!("{what} gives no answer in {} s", CONNECT.as_secs()),
            hint,
        ),
    }
}

pub(super) async fn clock(config: &Config) -> Vec<Finding> {
    let now = Clock::system().wall();
    if now < FIRST_RELEASE {
        return vec![Finding::failed(
            format!("this machine says that it is {now}"),
            "set its time, best by NTP: carriers' webhooks are refused when the clock is wrong",
        )];
    }
    let second = now.strftime("%Y-%m-%d %H:%M:%S UTC");
    match config.clock.speed {
        1.0 => vec![Finding::ok(format!("{second}"))],
        speed => vec![Finding::warning(
            format!("{second}; the desk's calendar runs {speed} times as fast"),
            "good for trying things out; real ports need `clock.speed = 1`",
        )],
    }
}

pub(super) async fn master_key(config: &Config) -> Vec<Finding> {
    if config.secrets.master_key.is_some() {
        return vec![Finding::ok("from the settings")];
    }
    let path = config.master_key_file();
    let shown = path.display();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => secrecy::SecretString::from(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return vec![Finding::ok(format!(
                "{shown} will be made at the first start"
            ))];
        }
        Err(error) => {
            let hint = "without it PINs and account numbers cannot be read; restore it";
            return vec![Finding::failed(
                format!("{shown} cannot be read: {error}"),
                hint,
            )];
        }
    };
    let digits = text.expose_secret().trim();
    if digits.len() != 64 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        let hint = "restore it from a backup; a new key cannot open what the old one sealed";
        return vec![Finding::failed(
            format!("{shown} does not hold 64 hexadecimal digits"),
            hint,
        )];
    }
    vec![kept_private(&path).unwrap_or_else(|| Finding::ok(format!("{shown} is there")))]
}

/// A warning if others on this machine can read the file.
fn kept_private(path: &Path) -> Option<Finding> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(path).ok()?.permissions().mode();
        (mode & 0o077 != 0).then(|| {
            Finding::warning(
                format!(
                    "{} can be read by other users of this machine",
                    path.display()
                ),
                format!("chmod 600 {}", path.display()),
            )
        })
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

pub(super) async fn seal(config: &Config) -> Vec<Finding> {
    let files = config.seal_files();
    if files.made_when_missing && !files.key.exists() && !files.certificate.exists() {
        return vec![Finding::ok(format!(
            "{} will be made at the first start",
            files.key.display()
        ))];
    }
    let hint = "the two files must be a P-256 key (PKCS #8) and its certificate (X.509), both PEM";
    let opened = read_pair(&files.key, &files.certificate);
    let certificate = match opened {
        Ok(certificate) => certificate,
        Err(text) => return vec![Finding::failed(text, hint)],
    };
    let end = certificate
        .tbs_certificate
        .validity
        .not_after
        .to_unix_duration()
        .as_secs();
    let left = i64::try_from(end)
        .unwrap_or(i64::MAX)
        .saturating_sub(Clock::system().wall().as_second());
    let days = left / 86_400;
    let mut findings = vec![match days {
        _ if left <= 0 => Finding::failed(
            "the certificate has expired",
            "letters sealed now would not verify; renew it",
        ),
        0..=30 => Finding::warning(
            format!("the certificate expires in {days} days"),
            "renew it in time",
        ),
        _ => Finding::ok(format!(
            "{} and its certificate, good for {days} days",
            files.key.display()
        )),
    }];
    findings.extend(kept_private(&files.key));
    findings
}

/// Reads the seal's key and certificate and makes sure that they belong together.
fn read_pair(key_file: &Path, certificate_file: &Path) -> Result<Certificate, String> {
    let read = |path: &Path| {
        let text = std::fs::read_to_string(path);
        text.map_err(|error| format!("{} cannot be read: {error}", path.display()))
    };
    let key = SecretKey::from_pkcs8_pem(&read(key_file)?)
        .map_err(|_| format!("{} is not a P-256 key in PEM", key_file.display()))?;
    let certificate = Certificate::from_pem(read(certificate_file)?)
        .map_err(|_| format!("{} is not a certificate in PEM", certificate_file.display()))?;
    let of_key = key
        .public_key()
        .to_public_key_der()
        .map(|der| der.as_bytes().to_vec())
        .ok();
    let of_certificate = certificate
        .tbs_certificate
        .subject_public_key_info
        .to_der()
        .ok();
    if of_key.is_some() && of_key == of_certificate {
        return Ok(certificate);
    }
    Err(format!(
        "{} is not the certificate of {}",
        certificate_file.display(),
        key_file.display()
    ))
}

pub(super) async fn mail(config: &Config) -> Vec<Finding> {
    if config.mail.mode == MailMode::Mailbox {
        let hint = "no mail leaves; set `mail.mode = \"smtp\"` when people are to get it";
        return vec![Finding::warning(
            "mails are only kept, to be read on the mailbox page",
            hint,
        )];
    }
    let host = config.mail.host.clone().unwrap_or_default();
    let what = format!("{host}:{}", config.mail.port);
    let hint = "see the settings `mail.host`, `mail.port`, `mail.tls`, `mail.user`";
    let answer = match smtp(&config.mail, &host) {
        Ok(transport) => transport.test_connection().await,
        Err(error) => Err(error),
    };
    vec![match answer {
        Ok(true) => Finding::ok(format!("{what} takes mail")),
        Ok(false) => Finding::failed(format!("{what} answers, but takes no mail"), hint),
        Err(error) => Finding::failed(format!("{what} takes no mail: {}", chain(&error)), hint),
    }]
}

fn smtp(
    mail: &Mail,
    host: &str,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, lettre::transport::smtp::Error> {
    let tls = match mail.tls {
        MailTls::Starttls => Tls::Required(TlsParameters::new(host.to_owned())?),
        MailTls::Tls => Tls::Wrapper(TlsParameters::new(host.to_owned())?),
        MailTls::None => Tls::None,
    };
    let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
        .port(mail.port)
        .tls(tls)
        .timeout(Some(CONNECT));
    if let (Some(user), Some(password)) = (&mail.user, &mail.password) {
        builder = builder.credentials(Credentials::new(
            user.clone(),
            password.expose_secret().to_owned(),
        ));
    }
    Ok(builder.build())
}

/// An error with its causes, each once.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text = format!("{text}: {next}");
        }
        cause = error.source();
    }
    text
}

pub(super) async fn carrier(config: &Config) -> Vec<Finding> {
    let telnyx = &config.carriers.telnyx;
    if !telnyx.enabled {
        let hint = "set `carriers.telnyx.enabled` and `carriers.telnyx.api_key`";
        return vec![Finding::warning(
            "no carrier is enabled: nothing can be submitted",
            hint,
        )];
    }
    let (Some(host), Some(port)) = (
        telnyx.base_url.host_str(),
        telnyx.base_url.port_or_known_default(),
    ) else {
        return vec![Finding::failed(
            "the address has no host",
            "see `carriers.telnyx.base_url`",
        )];
    };
    let hint =
        "see `carriers.telnyx.base_url`, and whether this machine may open connections to it";
    let mut findings = vec![reach(&format!("Telnyx at {host}"), host, port, hint).await];
    if telnyx.public_key.is_none() {
        findings.push(Finding::warning(
            "Telnyx's webhooks are refused, because its public key is not known; orders are polled only",
            "copy the key from the carrier's portal to `carriers.telnyx.public_key`",
        ));
    }
    findings
}

pub(super) async fn operator(config: &Config) -> Vec<Finding> {
    let (mine, examples) = match Config::defaults() {
        Ok(defaults) => (&config.operator, defaults.operator),
        Err(error) => {
            return vec![Finding::failed(
                format!("the defaults are broken: {error}"),
                "report it",
            )];
        }
    };
    let mut left = Vec::new();
    for (key, mine, example) in [
        ("operator.name", &mine.name, &examples.name),
        (
            "operator.legal_name",
            &mine.legal_name,
            &examples.legal_name,
        ),
        ("operator.street", &mine.street, &examples.street),
        (
            "operator.support.phone",
            &mine.support.phone,
            &examples.support.phone,
        ),
        (
            "operator.support.email",
            &mine.support.email,
            &examples.support.email,
        ),
    ] {
        if mine == example {
            left.push(format!("`{key}`"));
        }
    }
    vec![match left.is_empty() {
        true => Finding::ok(mine.name.clone()),
        false => Finding::warning(
            format!("still an example: {}", left.join(", ")),
            "letters and mails would carry a made-up name; set your own",
        ),
    }]
}
