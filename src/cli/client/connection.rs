//! Where the server is and which key it is shown: from the command line, the environment, or the settings.

use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use url::{Host, Url};

use super::Client;
use crate::cli::{Context, Error};

/// How somebody comes by a key.
pub(super) const HOW_TO_GET_A_KEY: &str = "make a key with `portolan apikey add EMAIL NAME` on the server's machine, or in the portal under Settings, and put it into PORTOLAN_API_KEY";

/// How the server is reached.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "Server")]
pub(in crate::cli) struct ConnectionArgs {
    /// Where Portolan answers [default: PORTOLAN_SERVER, else the setting server.public_url]
    #[arg(long, global = true, value_name = "URL")]
    server: Option<String>,
    /// A file that holds the API key and nothing else [default: the key is in PORTOLAN_API_KEY]
    #[arg(long, global = true, value_name = "FILE")]
    api_key_file: Option<PathBuf>,
    /// Send the key also without encryption (http) to another machine
    #[arg(long, global = true)]
    insecure_http: bool,
}

impl ConnectionArgs {
    /// Gets ready to ask the server; nothing is sent yet.
    ///
    /// # Errors
    /// There is no key, or the address cannot be used.
    pub(in crate::cli) fn client(&self, context: &mut Context) -> Result<Client, Error> {
        let key = self.key(context)?.ok_or_else(|| {
            Error::refused("there is no API key: the server has to know who asks")
                .hint(HOW_TO_GET_A_KEY)
                .hint("or keep it in a file and name that with --api-key-file")
        })?;
        let (base, chosen) = self.base(context)?;
        let http = build(&base).map_err(|error| {
            Error::unavailable(error).context("the HTTP client cannot be set up")
        })?;
        Ok(Client {
            http,
            base,
            key,
            chosen,
        })
    }

    /// The client, if there is a key.
    pub(in crate::cli) fn client_if_keyed(
        &self,
        context: &mut Context,
    ) -> Result<Option<Client>, Error> {
        match self.key(context)? {
            Some(_) => self.client(context).map(Some),
            None => Ok(None),
        }
    }

    fn key(&self, context: &mut Context) -> Result<Option<SecretString>, Error> {
        let (text, place) = if let Some(path) = &self.api_key_file {
            (read_key(path, context)?, path.display().to_string())
        } else if let Some(key) = context.variable("PORTOLAN_API_KEY") {
            (key.to_owned(), "PORTOLAN_API_KEY".to_owned())
        } else {
            return Ok(None);
        };
        let key = text.trim();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            // What stands there is not repeated: part of it may be a key.
            return Err(Error::refused(format!(
                "{place} holds no API key: a key is one word of plain letters and digits"
            ))
            .hint(HOW_TO_GET_A_KEY));
        }
        Ok(Some(key.to_owned().into()))
    }

    fn base(&self, context: &Context) -> Result<(Url, bool), Error> {
        let named = match &self.server {
            Some(url) => Some((url.as_str(), "--server")),
            None => context
                .variable("PORTOLAN_SERVER")
                .map(|url| (url, "PORTOLAN_SERVER")),
        };
        let (url, chosen) = match named {
            Some((text, place)) => (parse(text, place)?, true),
            None => {
                let loaded = context.load().map_err(|error| {
                    error.hint(
                        "they were looked into for the server's address; --server URL or PORTOLAN_SERVER says it without them",
                    )
                })?;
                (loaded.config.server.public_url, loaded.file.is_some())
            }
        };
        if url.scheme() == "http" && !is_this_machine(&url) && !self.insecure_http {
            return Err(Error::refused(format!(
                "{url} is not encrypted: your API key, and account numbers and PINs, could be read on the way"
            ))
            .hint("use its https:// address")
            .hint("in a network that you trust as much as this machine, add --insecure-http"));
        }
        Ok((url, chosen))
    }
}

fn read_key(path: &Path, context: &mut Context) -> Result<String, Error> {
    let cannot = |error: std::io::Error| {
        Error::user(error).context(format!("cannot read the API key in {}", path.display()))
    };
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(cannot)?;
    // A key is short; a wrong file may be long.
    std::io::Read::read_to_string(&mut std::io::Read::take(&file, 4096), &mut text)
        .map_err(cannot)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if let Ok(meta) = file.metadata()
            && meta.is_file()
            && meta.permissions().mode() & 0o077 != 0
        {
            context.ui.note(format!(
                "Others on this machine can read {0}: chmod 600 {0}",
                path.display()
            ));
        }
    }
    Ok(text)
}

fn parse(text: &str, place: &str) -> Result<Url, Error> {
    let bad = |why: &str| {
        Error::usage(format!("{place}: {why}"))
            .hint("write it as people type it into a browser, such as https://porting.example.com")
    };
    let mut url = Url::parse(text.trim())
        .map_err(|_| bad(&format!("`{}` is not a web address", text.trim())))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(bad(&format!("`{}` is not a web address", text.trim())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(bad("a user name or password does not belong there"));
    }
    url.set_query(None);
    url.set_fragment(None);
    // What was copied out of the API's description.
    let path = url.path().trim_end_matches('/').to_owned();
    url.set_path(path.strip_suffix("/v1").unwrap_or(&path));
    Ok(url)
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the command line's own client, with limits, timeouts and no redirects"
)]
fn build(base: &Url) -> reqwest::Result<reqwest::Client> {
    crate::tls::choose_provider();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("portolan-cli/", env!("CARGO_PKG_VERSION")))
        // A redirect would carry the key and the customer's data to an address that nobody named.
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(10))
        // Longer than the server's own limit, so that its words are heard.
        .timeout(Duration::from_secs(120));
    match is_this_machine(base) {
        true => builder.no_proxy().build(),
        false => builder.build(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Result<String, String> {
        parse(text, "--server")
            .map(|url| url.to_string())
            .map_err(|error| error.source.to_string())
    }

    #[test]
    fn an_address_is_taken_as_people_copy_it() {
        assert_eq!(
            base("https://desk.example"),
            Ok("https://desk.example/".into())
        );
        assert_eq!(
            base(" https://desk.example/v1/ "),
            Ok("https://desk.example/".into())
        );
        assert_eq!(
            base("https://example.com/porting/?a=b#c"),
            Ok("https://example.com/porting".into())
        );
        for wrong in [
            "desk.example",
            "desk.example:8080",
            "ftp://desk.example",
            "",
            "https://ana:secret@desk.example",
        ] {
            let says = base(wrong).expect_err(wrong);
            assert!(says.starts_with("--server: "), "{says}");
            assert!(!says.contains("secret"), "{says}");
        }
    }

    #[test]
    fn only_this_machine_is_this_machine() {
        let here = |text: &str| is_this_machine(&Url::parse(text).expect("a URL"));
        assert!(
            here("http://127.0.0.1:8080") && here("http://localhost") && here("http://[::1]:1")
        );
        assert!(
            !here("http://10.0.0.1")
                && !here("http://localhost.example")
                && !here("http://127.0.0.1.example")
        );
    }
}
