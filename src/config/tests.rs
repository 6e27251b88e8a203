//! Tests of the settings.

use std::path::Path;

use jiff::civil::time;
use pretty_assertions::assert_eq;
use proptest::prelude::*;
use toml::{Table, Value};

use super::layers::{FREE_TABLES, Schema, variable};
use super::*;

fn load(file: &str, environment: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let environment: Vec<_> = environment
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    Loaded::from_parts(Some((Path::new("portolan.toml"), file)), &environment)
}

fn problems(file: &str, environment: &[(&str, &str)]) -> Vec<String> {
    load(file, environment)
        .expect_err("it is refused")
        .0
        .iter()
        .map(ToString::to_string)
        .collect()
}

fn schema() -> Schema {
    Schema::read(DEFAULTS).expect("the defaults parse")
}

/// Each setting of the defaults file with its default.
fn all_settings() -> Vec<(String, Value)> {
    let schema = schema();
    let value = |key: &String| schema.get(&key.split('.').collect::<Vec<_>>()).cloned();
    schema
        .keys
        .iter()
        .filter_map(|key| Some((key.clone(), value(key)?)))
        .filter(|(_, value)| !value.is_table())
        .collect()
}

#[test]
fn the_defaults_are_complete_and_valid() {
    let loaded = load("", &[]).expect("the defaults are valid");
    assert!(
        loaded
            .settings
            .iter()
            .all(|setting| setting.is_default && setting.place == "the defaults")
    );
    assert_eq!(loaded.config.links.reminder_days, [3, 7, 14]);
    let url = loaded.config.database_url();
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(&url),
        "sqlite:data/portolan.db"
    );
    assert_eq!(loaded.config.reply_to(), "support@portolan.example");
    assert!(loaded.config.clock_anchor().is_none());
    for free in FREE_TABLES {
        let table = schema().get(&free.split('.').collect::<Vec<_>>()).cloned();
        assert_eq!(
            table,
            Some(Value::Table(Table::new())),
            "{free} is an empty table in the defaults"
        );
    }
}

/// R60-R65: what the operator shows is settings, and the examples can belong to nobody.
#[test]
fn the_examples_belong_to_nobody() {
    let loaded = load("", &[]).expect("the defaults are valid");
    let support = &loaded.config.operator.support;
    assert!(
        support.phone.starts_with("+1312555014"),
        "{}",
        support.phone
    );
    assert!(support.email.ends_with(".example"));
    assert!(loaded.config.mail.from.contains(".example>"));
}

#[test]
fn a_later_place_wins_and_is_remembered() {
    let file = "[server]\nlisten = \"127.0.0.1:9\"\nshutdown_seconds = 7\n\n[loa.carrier_max_age_days]\n\"Prairie Bell\" = 14\n";
    let loaded = load(
        file,
        &[("PORTOLAN_SERVER__LISTEN", "[::1]:10"), ("HOME", "/root")],
    )
    .expect("valid");
    assert_eq!(
        loaded.config.server.listen,
        "[::1]:10".parse().expect("an address")
    );
    assert_eq!(loaded.config.server.shutdown_seconds, 7);
    assert_eq!(loaded.config.server.request_timeout_seconds, 30);
    assert_eq!(loaded.config.loa.max_age_days_at(" prairie bell"), 14);
    assert_eq!(loaded.config.loa.max_age_days_at("Northline"), 30);
    let set: Vec<_> = loaded
        .settings
        .iter()
        .filter(|setting| !setting.is_default)
        .collect();
    let set: Vec<_> = set
        .iter()
        .map(|s| (s.key.as_str(), s.value.as_str(), s.place.as_str()))
        .collect();
    assert_eq!(
        set,
        [
            ("server.listen", "\"[::1]:10\"", "PORTOLAN_SERVER__LISTEN"),
            ("server.shutdown_seconds", "7", "portolan.toml, line 3"),
            (
                "loa.carrier_max_age_days.\"Prairie Bell\"",
                "14",
                "portolan.toml, line 6"
            ),
        ]
    );
}

#[test]
fn an_unknown_setting_is_refused_with_its_place_and_the_nearest_known_one() {
    assert_eq!(
        problems("[server]\nlisten_on = \"127.0.0.1:9\"\n", &[]),
        [
            "`server.listen_on` (portolan.toml, line 2): there is no such setting; did you mean `server.listen`?"
        ]
    );
    assert_eq!(
        problems("[sever]\nlisten = \"127.0.0.1:9\"\n", &[]),
        ["`sever` (portolan.toml, line 1): there is no such setting; did you mean `server`?"]
    );
    assert_eq!(
        problems("signature_days = 3", &[]),
        [
            "`signature_days` (portolan.toml, line 1): there is no such setting; did you mean `links.signature_days`?"
        ]
    );
    assert_eq!(
        problems("", &[("PORTOLAN_SERVER__LISTN", "x")]),
        [
            "`server.listn` (PORTOLAN_SERVER__LISTN): there is no such setting; did you mean `PORTOLAN_SERVER__LISTEN`?"
        ]
    );
    assert_eq!(
        problems("[zebra]\n", &[]),
        [
            "`zebra` (portolan.toml, line 1): there is no such setting; `portolan config default` prints all settings"
        ]
    );
}

#[test]
fn a_variable_with_one_underscore_too_few_is_noticed_and_other_programs_variables_are_not() {
    assert_eq!(
        problems("", &[("PORTOLAN_SERVER_LISTEN", "x")]),
        [
            "`server.listen` (PORTOLAN_SERVER_LISTEN): is not read from this variable; write it with two underscores: `PORTOLAN_SERVER__LISTEN`"
        ]
    );
    // Kubernetes sets these for a service that is called portolan.
    load(
        "",
        &[
            ("PORTOLAN_PORT", "tcp://10.0.0.1:80"),
            ("PORTOLAN_SERVICE_HOST", "10.0.0.1"),
            ("PORTOLAN_SERVER", "https://porting.example.com"),
        ],
    )
    .expect("valid");
}

#[test]
fn all_problems_are_listed_at_once() {
    let file = "[server]\nlisten = \"here\"\npublic_url = \"http://desk.example\"\nshutdown_seconds = \"5\"\n\n\
                [mail]\nmode = \"smpt\"\nport = 70000\n\n[operator.support]\ndays = [\"mon\", \"someday\"]\n\n\
                [calendar.closed_days]\n\"A\" = [\"2026-13-01\"]\n";
    let found = problems(
        file,
        &[
            ("PORTOLAN_LINKS__REMINDER_DAYS", "7,3"),
            ("PORTOLAN_JOBS__CONCURRENCY", "many"),
        ],
    );
    for expected in [
        "`server.listen` (portolan.toml, line 2): `here` is not an address",
        "`server.public_url` (portolan.toml, line 3): must begin with https://",
        "`server.shutdown_seconds` (portolan.toml, line 4): must be a whole number, but is a text; write it without quotes",
        "`mail.mode` (portolan.toml, line 7): must be \"mailbox\" or \"smtp\", but is \"smpt\"",
        "`mail.port` (portolan.toml, line 8): must be a whole number from 0 to 65535, but is `70000`",
        "`operator.support.days` (portolan.toml, line 11): `someday` is not a day",
        "`calendar.closed_days.A` (portolan.toml, line 14): `2026-13-01` is not a day of the calendar",
        "`links.reminder_days` (PORTOLAN_LINKS__REMINDER_DAYS): must be whole numbers from 1 that grow",
        "`jobs.concurrency` (PORTOLAN_JOBS__CONCURRENCY): must be a whole number, but is `many`",
    ] {
        assert!(
            found.iter().any(|problem| problem.starts_with(expected)),
            "{expected}\nis not among\n{found:#?}"
        );
    }
    assert_eq!(found.len(), 9, "{found:#?}");
}

#[test]
fn a_file_that_is_not_toml_is_refused_with_its_line() {
    let found = problems("[server]\nlisten = 127.0.0.1:80\n", &[]);
    assert!(
        found[0].starts_with("portolan.toml: line 2 is not written as TOML wants it"),
        "{found:?}"
    );
}

#[test]
fn the_kind_of_the_setting_decides_how_a_variable_is_read() {
    let loaded = load(
        "",
        &[
            ("PORTOLAN_CARRIERS__TELNYX__API_KEY", "0123456789"),
            ("PORTOLAN_CARRIERS__TELNYX__ENABLED", "true"),
            ("PORTOLAN_CLOCK__SPEED", "1"),
            ("PORTOLAN_OPERATOR__ZIP", "01234"),
            ("PORTOLAN_SERVER__TRUSTED_PROXIES", "10.0.0.0/8, ::1"),
            ("PORTOLAN_LINKS__REMINDER_DAYS", "1,2"),
            ("PORTOLAN_WEBHOOKS_OUT__RETRY_SECONDS", "[9]"),
            (
                "PORTOLAN_CALENDAR__CLOSED_DAYS",
                "{ \"Prairie Bell\" = [\"2026-11-27\", 2026-12-24] }",
            ),
            (
                "PORTOLAN_CALENDAR__HOURS",
                "{ \"Prairie Bell\" = \"09:00 12:00 16:30\" }",
            ),
        ],
    )
    .expect("valid");
    let config = loaded.config;
    assert_eq!(
        secrecy::ExposeSecret::expose_secret(config.carriers.telnyx.api_key.as_ref().expect("set")),
        "0123456789"
    );
    assert_eq!(config.operator.zip, "01234");
    assert!(
        config
            .server
            .trusts("10.9.8.7".parse().expect("an address"))
    );
    assert!(
        config
            .server
            .trusts("::ffff:10.9.8.7".parse().expect("an address"))
    );
    assert!(
        !config
            .server
            .trusts("11.9.8.7".parse().expect("an address"))
    );
    assert_eq!(
        (
            config.links.reminder_days,
            config.webhooks_out.retry_seconds
        ),
        (vec![1, 2], vec![9])
    );
    assert_eq!(config.calendar.closed_days_at("PRAIRIE BELL").len(), 2);
    assert_eq!(config.calendar.closed_days_at("another"), []);
    let hours = config.calendar.hours_at("Prairie BELL").expect("set");
    assert_eq!(
        (hours.opens, hours.cutoff, hours.closes),
        (time(9, 0, 0, 0), time(12, 0, 0, 0), time(16, 30, 0, 0))
    );
    assert_eq!(config.calendar.hours_at("another"), None);
    for bad in [
        "",
        "09:00",
        "9 12 17",
        "12:00 09:00 17:00",
        "09:00 12:00 17:00 18:00",
    ] {
        let file = format!("[calendar.hours]\nA = \"{bad}\"");
        let found = problems(&file, &[]);
        assert!(found[0].contains("is not three times"), "{bad}: {found:?}");
    }
    assert!(
        problems("", &[("PORTOLAN_CALENDAR__CLOSED_DAYS__PRAIRIE", "[]")])[0]
            .contains("set the whole table")
    );
}

#[test]
fn each_secret_is_hidden_wherever_settings_are_shown() {
    let secrets: Vec<String> = all_settings()
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| schema().is_secret(key))
        .collect();
    assert_eq!(
        secrets,
        [
            "database.url",
            "secrets.master_key",
            "mail.password",
            "mail.replies.password",
            "carriers.telnyx.api_key"
        ]
    );
    let secret = "ab".repeat(32);
    let url = format!("postgres://portolan:{secret}@db.example/portolan?sslpassword={secret}");
    let set = |key: &String| {
        (
            variable(key),
            if key == "database.url" {
                url.clone()
            } else {
                secret.clone()
            },
        )
    };
    let mut environment: Vec<(String, String)> = secrets.iter().map(set).collect();
    let loaded = Loaded::from_parts(None, &environment).expect("valid");
    assert!(!format!("{loaded:?}").contains(&secret));
    let shown: Vec<_> = loaded
        .settings
        .iter()
        .filter(|s| !s.is_default)
        .map(|s| s.value.as_str())
        .collect();
    assert_eq!(
        shown,
        [
            "\"postgres://portolan:***@db.example/portolan?***\"",
            "\"***\"",
            "\"***\"",
            "\"***\"",
            "\"***\""
        ]
    );

    // Neither do the problems show them, whether a secret is bad itself or something else is.
    for (_, value) in &mut environment {
        *value = format!("{value}!{secret}");
    }
    environment.push(("PORTOLAN_SERVER__LISTEN".to_owned(), "here".to_owned()));
    let found = Loaded::from_parts(None, &environment).expect_err("refused");
    assert!(
        found.0.len() > 1 && !format!("{found} {found:?}").contains(&secret),
        "{found}"
    );
    let broken = format!("[carriers.telnyx]\napi_key = \"{secret}\nenabled = true");
    assert!(!problems(&broken, &[]).concat().contains(&secret));
}

#[test]
fn a_secret_comes_inline_or_from_a_file_beside_the_settings() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("key"), "  from-the-file\n").expect("written");
    std::fs::write(folder.path().join("blank"), "\n").expect("written");
    let read = |text: &str, environment: &[(String, String)]| {
        Loaded::from_parts(
            Some((&folder.path().join("portolan.toml"), text)),
            environment,
        )
    };
    let api_key = |loaded: &Loaded| {
        let key = loaded.config.carriers.telnyx.api_key.clone().expect("set");
        secrecy::ExposeSecret::expose_secret(&key).to_owned()
    };

    let file = "[carriers.telnyx]\nenabled = true\napi_key_file = \"key\"\n";
    let loaded = read(file, &[]).expect("valid");
    assert_eq!(api_key(&loaded), "from-the-file");
    let setting = loaded
        .settings
        .iter()
        .find(|setting| setting.key == "carriers.telnyx.api_key")
        .expect("listed");
    assert!(
        setting.place.ends_with("portolan.toml, line 3"),
        "{}",
        setting.place
    );

    let inline = [(
        "PORTOLAN_CARRIERS__TELNYX__API_KEY".to_owned(),
        "inline".to_owned(),
    )];
    assert_eq!(
        api_key(&read(file, &inline).expect("a later place may choose the other way")),
        "inline"
    );

    let both = read(
        "[carriers.telnyx]\napi_key = \"x\"\napi_key_file = \"key\"\n",
        &[],
    )
    .expect_err("refused");
    assert!(
        both.to_string()
            .contains("is set beside `api_key`; set one of the two"),
        "{both}"
    );
    for (name, expected) in [("absent", "cannot read"), ("blank", "is empty")] {
        let text = format!("[carriers.telnyx]\napi_key_file = \"{name}\"\n");
        let error = read(&text, &[]).expect_err("refused").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn a_relative_path_starts_at_the_folder_of_its_file() {
    let file = "[data]\nfolder = \"store\"\n[seal]\nkey_file = \"/keys/seal.key\"\ncertificate_file = \"seal.crt\"\n";
    let at = Path::new("/etc/portolan/portolan.toml");
    let config = Loaded::from_parts(Some((at, file)), &[])
        .expect("valid")
        .config;
    assert_eq!(config.data.folder, Path::new("/etc/portolan/store"));
    assert_eq!(
        config.blobs_folder(),
        Path::new("/etc/portolan/store/blobs")
    );
    let seal = config.seal_files();
    assert_eq!(
        (seal.key.as_path(), seal.certificate.as_path()),
        (
            Path::new("/keys/seal.key"),
            Path::new("/etc/portolan/seal.crt")
        )
    );
    assert!(!seal.made_when_missing);
    let variable = [("PORTOLAN_DATA__FOLDER".to_owned(), "here".to_owned())];
    let config = Loaded::from_parts(Some((at, file)), &variable)
        .expect("valid")
        .config;
    assert_eq!(config.data.folder, Path::new("here"));
}

#[test]
fn the_file_is_found_by_name_by_variable_and_by_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, seconds: u32| {
        let path = folder.path().join(name);
        std::fs::write(&path, format!("[server]\nshutdown_seconds = {seconds}\n"))
            .expect("written");
        path
    };
    let mut sources = Sources {
        folder: folder.path().to_owned(),
        ..Sources::default()
    };
    let seconds = |sources: &Sources| {
        sources
            .load()
            .expect("valid")
            .config
            .server
            .shutdown_seconds
    };
    assert_eq!(seconds(&sources), 25);
    file("portolan.toml", 2);
    assert_eq!(seconds(&sources), 2);
    let variable = file("by-variable.toml", 3);
    sources
        .environment
        .push(("PORTOLAN_CONFIG".to_owned(), variable.display().to_string()));
    assert_eq!(seconds(&sources), 3);
    sources.file = Some(file("by-request.toml", 4));
    assert_eq!(seconds(&sources), 4);
    sources.file = Some(folder.path().join("absent.toml"));
    assert!(
        sources
            .load()
            .expect_err("refused")
            .to_string()
            .contains("cannot read the settings file")
    );
}

/// Something without a limit will one day be used without a limit.
#[test]
fn each_whole_number_has_a_limit() {
    let unlimited = ["data.free_megabytes_min"];
    for (key, _) in all_settings()
        .into_iter()
        .filter(|(_, value)| value.is_integer())
    {
        let huge = [(variable(&key), u32::MAX.to_string())];
        let refused = Loaded::from_parts(None, &huge).is_err();
        assert_eq!(refused, !unlimited.contains(&key.as_str()), "{key}");
    }
}

#[test]
fn what_makes_no_sense_is_refused() {
    for (file, expected) in [
        (
            "[server]\npublic_url = \"https://desk.example/x\"",
            "no path",
        ),
        (
            "[server]\npublic_url = \"ftp://desk.example\"",
            "is not a web address",
        ),
        ("[mail]\nmode = \"smtp\"", "must name the mail server"),
        (
            "[mail]\nmode = \"smtp\"\nhost = \"m.example\"\nuser = \"u\"",
            "`mail.password`",
        ),
        ("[mail]\nfrom = \"desk\"", "must be like"),
        (
            "[mail.replies]\naddress = \"replies\"",
            "must be an address like",
        ),
        (
            "[mail]\nmode = \"smtp\"\nhost = \"m.example\"\n[mail.replies]\naddress = \"r@m.example\"",
            "nobody would read the answers",
        ),
        (
            "[mail.replies]\naddress = \"r@m.example\"\nhost = \"m.example\"",
            "`mail.replies.user`",
        ),
        (
            "[mail.replies]\naddress = \"r@m.example\"\nhost = \"m.example\"\nuser = \"u\"\npassword = \"p\"\ntls = \"none\"",
            "on this machine",
        ),
        (
            "[carriers.telnyx]\nenabled = true",
            "must be set, because the carrier is enabled",
        ),
        (
            "[carriers.telnyx]\nenabled = true\napi_key=\"k\"\nbase_url = \"http://far.example/v2\"",
            "must begin with https",
        ),
        (
            "[carriers.telnyx]\npublic_key = \"abc\"",
            "32 bytes in base64",
        ),
        ("[seal]\nkey_file = \"x\"", "`seal.certificate_file`"),
        ("[clock]\nspeed = 0", "clock.speed"),
        ("[clock]\nspeed = nan", "clock.speed"),
        (
            "[clock]\nspeed = 2\nanchor_wall = 2026-11-23T14:00:00Z",
            "`clock.anchor_desk`",
        ),
        (
            "[clock]\nspeed = 2\nanchor_wall = \"noon\"",
            "`clock.anchor_wall`",
        ),
        ("[secrets]\nmaster_key = \"abcd\"", "64 hexadecimal digits"),
        (
            "[database]\nurl = \"mysql://x\"",
            "must begin with `sqlite:` or `postgres://`",
        ),
        ("[operator]\naccent_color = \"#ffdd00\"", "must be darker"),
        ("[operator]\naccent_color = \"blue\"", "is not a colour"),
        (
            "[operator]\nlogo_file = \"absent.png\"",
            "there is no such file",
        ),
        (
            "[operator]\ntime_zone = \"Chicago\"",
            "is not a time zone's name",
        ),
        ("[operator]\nstate = \"Illinois\"", "two capital letters"),
        (
            "[operator.support]\nphone = \"312-555-0142\"",
            "country code and digits only",
        ),
        ("[operator.support]\ncloses = \"06:00\"", "must be later"),
        (
            "[links]\nreminder_days = [3, 40]",
            "must end before the link does",
        ),
        (
            "[links]\nsignature_days = -1",
            "must be a whole number from 0",
        ),
        (
            "[loa.carrier_max_age_days]\n\"A\" = 0",
            "`loa.carrier_max_age_days.A` (portolan.toml, line 2): must be from 1 to 60",
        ),
        ("[log]\nlevel = \"a=b=c\"", "must be like \"info\""),
        (
            "[server]\ntrusted_proxies = [\"10.0.0.0/33\"]",
            "is not a network",
        ),
        ("[webhooks_out]\nretry_seconds = [0]", "at most 20 pauses"),
    ] {
        let found = problems(file, &[]);
        assert!(
            found.iter().any(|problem| problem.contains(expected)),
            "{file}\n{expected}\n{found:#?}"
        );
    }
}

/// R64, R65: the hours count in their own zone.
#[test]
fn support_is_open_by_its_own_clock() {
    let support = Config::defaults().expect("valid").operator.support;
    let open = |text: &str| support.is_open(text.parse().expect("an instant"));
    // Monday 2026-11-23 in Chicago (UTC-6).
    assert!(!open("2026-11-23T12:59:59Z"));
    assert!(open("2026-11-23T13:00:00Z"));
    assert!(open("2026-11-23T22:59:59Z"));
    assert!(!open("2026-11-23T23:00:00Z"));
    // Saturday; and Monday in July (UTC-5).
    assert!(!open("2026-11-21T18:00:00Z"));
    assert!(open("2026-07-20T12:00:00Z"));
}

#[test]
fn contrast_is_measured_as_wcag_does() {
    let contrast = |text: &str| {
        text.parse::<Color>()
            .expect("a colour")
            .contrast_with_white()
    };
    assert!(
        (contrast("#ffffff") - 1.0).abs() < 0.001 && (contrast("#000000") - 21.0).abs() < 0.001
    );
    // The well-known lightest grey that passes AA, and its neighbour that does not.
    assert!(contrast("#767676") >= 4.5 && contrast("#777777") < 4.5);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn no_text_makes_it_panic(text in "(\\[?[a-z_.]{0,9}\\]?( = )?[\"0-9a-z\\[\\]{}'.:/-]{0,12}\n){0,6}", value in ".{0,20}") {
        let _ = load(&text, &[("PORTOLAN_SERVER__TRUSTED_PROXIES", &value), ("PORTOLAN_CALENDAR__CLOSED_DAYS", &value)]);
    }
}
