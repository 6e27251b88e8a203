//! The command line: help texts, exit codes, what goes to which stream.

use std::process::{Command, Stdio};

use clap::CommandFactory;
use portolan::cli::{Cli, Kind, Ui};
use portolan::config::Sources;

use crate::support::page::Page;

struct Answer {
    code: u8,
    out: String,
    err: String,
}

/// Runs the program in this process, in an empty folder, with this environment and nothing else.
async fn portolan(arguments: &str, environment: &[(&str, &str)]) -> Answer {
    let folder = tempfile::tempdir().expect("a folder");
    let set = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let mut environment: Vec<_> = environment.iter().map(set).collect();
    environment.push((
        "PORTOLAN_DATA__FOLDER".to_owned(),
        folder.path().join("data").display().to_string(),
    ));
    let sources = Sources {
        file: None,
        folder: folder.path().to_owned(),
        environment,
    };
    let (out, err) = (Page::default(), Page::default());
    let pages = (out.clone(), err.clone());
    let arguments = std::iter::once("portolan")
        .chain(arguments.split_whitespace())
        .map(Into::into);
    let code = portolan::cli::run(arguments, sources, |color, json| {
        Ui::of_writers(pages.0, pages.1, color, json)
    })
    .await;
    Answer {
        code,
        out: out.text(),
        err: err.text(),
    }
}

/// The whole command line reference in one text, so that a change of it is seen.
#[test]
fn help() {
    fn write(command: &clap::Command, path: &str, text: &mut String) {
        let mut command = command.clone().bin_name(path).term_width(100);
        text.push_str(&format!("## {path}\n\n{}\n", command.render_long_help()));
        command.build();
        for subcommand in command.get_subcommands() {
            write(
                subcommand,
                &format!("{path} {}", subcommand.get_name()),
                text,
            );
        }
    }
    let mut text = String::new();
    write(&Cli::command(), "portolan", &mut text);
    for kind in Kind::ALL {
        assert!(
            text.contains(&format!("\n  {}  ", kind.code())),
            "the help explains exit code {}",
            kind.code()
        );
    }
    insta::assert_snapshot!(text);
}

#[test]
fn the_command_line_is_well_formed() {
    Cli::command().debug_assert();
}

#[tokio::test]
async fn config_check_prints_what_was_set_and_where() {
    let set = [
        ("PORTOLAN_LINKS__SIGNATURE_DAYS", "20"),
        ("PORTOLAN_MAIL__PASSWORD", "correct horse"),
    ];
    let answer = portolan("config check", &set).await;
    assert_eq!(answer.code, 0, "{}", answer.err);
    assert!(
        answer
            .out
            .contains("links.signature_days = 20  # PORTOLAN_LINKS__SIGNATURE_DAYS\n"),
        "{}",
        answer.out
    );
    assert!(
        answer
            .out
            .contains("mail.password = \"***\"  # PORTOLAN_MAIL__PASSWORD\n"),
        "{}",
        answer.out
    );
    assert_eq!(answer.out.lines().count(), 3, "{}", answer.out);
    assert!(answer.err.contains("settings are valid"), "{}", answer.err);

    let json = portolan("config check --all --json", &set).await;
    let settings: serde_json::Value = serde_json::from_str(&json.out).expect("JSON");
    let days = settings
        .as_array()
        .expect("a list")
        .iter()
        .find(|setting| setting["key"] == "links.signature_days");
    assert_eq!(
        days.expect("listed")["place"],
        "PORTOLAN_LINKS__SIGNATURE_DAYS"
    );
    assert!(json.err.is_empty() && !json.out.contains("horse"));
}

#[tokio::test]
async fn wrong_settings_are_listed_and_end_with_their_own_code() {
    let wrong = [
        ("PORTOLAN_SERVER__LISTN", "x"),
        ("PORTOLAN_JOBS__CONCURRENCY", "0"),
    ];
    let answer = portolan("config check", &wrong).await;
    assert_eq!(
        (answer.code, answer.out.as_str()),
        (Kind::Config.code(), "")
    );
    assert!(
        answer
            .err
            .contains("did you mean `PORTOLAN_SERVER__LISTEN`?"),
        "{}",
        answer.err
    );
    assert!(
        answer.err.contains("must be from 1 to 1000, but is 0"),
        "{}",
        answer.err
    );
    assert!(answer.err.contains("hint:"), "{}", answer.err);
    assert!(!answer.err.contains('\x1b'), "{}", answer.err);
    assert!(
        portolan("config check --color always", &wrong)
            .await
            .err
            .contains('\x1b')
    );

    let json = portolan("config check --json", &wrong).await;
    let error: serde_json::Value = serde_json::from_str(&json.err).expect("JSON");
    assert_eq!(error["error"]["kind"], "config");
    assert!(
        portolan("config check --config absent.toml", &[])
            .await
            .err
            .contains("absent.toml")
    );
}

#[tokio::test]
async fn config_default_prints_a_file_that_config_check_takes() {
    let answer = portolan("config default", &[]).await;
    assert_eq!(answer.code, 0);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("all.toml");
    std::fs::write(&file, &answer.out).expect("written");
    let answer = portolan(&format!("config check --config {}", file.display()), &[]).await;
    assert_eq!(answer.code, 0, "{}", answer.err);
}

#[tokio::test]
async fn a_wrong_command_line_has_its_own_code_and_help_goes_to_the_output() {
    let wrong = portolan("confg", &[]).await;
    assert_eq!((wrong.code, wrong.out.as_str()), (Kind::Usage.code(), ""));
    assert!(wrong.err.contains("'config'"), "{}", wrong.err);
    let help = portolan("--help", &[]).await;
    assert_eq!((help.code, help.err.as_str()), (0, ""));
    let version = portolan("--version", &[]).await;
    assert_eq!(
        version.out,
        format!("portolan {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[tokio::test]
async fn doctor_is_content_with_the_defaults_and_says_what_is_still_to_do() {
    let answer = portolan("doctor", &[]).await;
    assert_eq!(answer.code, 0, "{}{}", answer.out, answer.err);
    for expected in [
        "ok      data folder",
        "ok      clock",
        "warning mail",
        "warning carrier",
        "warning operator",
    ] {
        assert!(
            answer.out.contains(expected),
            "{expected} is not in\n{}",
            answer.out
        );
    }
}

#[tokio::test]
async fn doctor_looks_into_the_database() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("some.db");
    let url = format!("sqlite:{}", file.display());
    let set = [("PORTOLAN_DATABASE__URL", url.as_str())];
    let db = portolan::db::Db::connect(&url, &Default::default())
        .await
        .expect("made");
    let old = portolan("doctor", &set).await;
    assert!(
        old.out.contains("warning database     the schema is older"),
        "{}",
        old.out
    );
    assert!(old.out.contains("run `portolan migrate`"), "{}", old.out);
    db.migrate(jiff::Timestamp::UNIX_EPOCH)
        .await
        .expect("migrated");
    // The other process keeps the file: the doctor only looks.
    let new = portolan("doctor", &set).await;
    assert!(
        new.out
            .contains("ok      database     SQLite answers, and its schema is up to date"),
        "{}",
        new.out
    );
    db.close().await;
    std::fs::write(
        &file,
        "this is no database, it only has the name of one, and some more bytes",
    )
    .expect("written");
    let broken = portolan("doctor", &set).await;
    assert_eq!(broken.code, Kind::User.code());
    assert!(broken.out.contains("FAILED  database"), "{}", broken.out);
}

#[tokio::test]
async fn doctor_finds_what_does_not_answer() {
    // A port that was free a moment ago: nothing listens on it.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .expect("bound")
        .local_addr()
        .expect("an address")
        .port();
    let database = format!("postgres://user:secret-word@127.0.0.1:{free}/portolan");
    let carrier = format!("http://127.0.0.1:{free}/v2");
    let port = free.to_string();
    let answer = portolan(
        "doctor --json",
        &[
            ("PORTOLAN_DATABASE__URL", &database),
            ("PORTOLAN_CARRIERS__TELNYX__ENABLED", "true"),
            ("PORTOLAN_CARRIERS__TELNYX__API_KEY", "secret-word"),
            ("PORTOLAN_CARRIERS__TELNYX__BASE_URL", &carrier),
            ("PORTOLAN_MAIL__MODE", "smtp"),
            ("PORTOLAN_MAIL__HOST", "127.0.0.1"),
            ("PORTOLAN_MAIL__PORT", &port),
            ("PORTOLAN_MAIL__TLS", "none"),
            ("PORTOLAN_CLOCK__SPEED", "100"),
        ],
    )
    .await;
    assert_eq!(answer.code, Kind::User.code());
    let lines: Vec<serde_json::Value> = serde_json::from_str(&answer.out).expect("JSON");
    let level = |check: &str| {
        let line = lines
            .iter()
            .find(|line| line["check"] == check)
            .expect("the check was made");
        line["level"].as_str().expect("a level").to_owned()
    };
    for (check, expected) in [
        ("database", "failed"),
        ("carrier", "failed"),
        ("mail", "failed"),
        ("clock", "warning"),
    ] {
        assert_eq!(level(check), expected, "{check}: {}", answer.out);
    }
    assert!(!answer.out.contains("secret-word") && !answer.err.contains("secret-word"));
}

#[tokio::test]
async fn doctor_tells_a_key_from_what_only_lies_in_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        path.display().to_string()
    };
    let (key, certificate) = (
        file("seal.key", "no key"),
        file("seal.crt", "no certificate"),
    );
    file("master.key", "too short");
    let data = folder.path().display().to_string();
    let set = [
        ("PORTOLAN_SEAL__KEY_FILE", key.as_str()),
        ("PORTOLAN_SEAL__CERTIFICATE_FILE", certificate.as_str()),
    ];
    let answer = portolan("doctor", &set).await;
    assert!(
        answer.out.contains("seal.key is not a P-256 key in PEM"),
        "{}",
        answer.out
    );

    let settings = file(
        "settings.toml",
        &format!("[secrets]\nmaster_key_file = \"{data}/master.key\"\n"),
    );
    let answer = portolan(&format!("doctor --config {settings}"), &[]).await;
    assert_eq!(answer.code, Kind::Config.code());
    assert!(
        answer.err.contains("64 hexadecimal digits") && !answer.err.contains("too short"),
        "{}",
        answer.err
    );
}

/// `portolan … | head -1`: the reader goes away. That is nobody's mistake.
#[test]
fn a_closed_pipe_is_no_error() {
    let mut program = Command::new(env!("CARGO_BIN_EXE_portolan"))
        .args(["config", "default"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    drop(program.stdout.take());
    let answer = program.wait_with_output().expect("it ends");
    assert_eq!(
        (
            answer.status.code(),
            String::from_utf8_lossy(&answer.stderr).as_ref()
        ),
        (Some(0), "")
    );
}
