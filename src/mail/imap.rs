//! Fetching what people answer, from a mailbox, by IMAP (RFC 3501).

use std::sync::Arc;
use std::time::Duration;

use async_imap::types::Fetch;
use async_imap::{Client, Session};
use futures::TryStreamExt as _;
use jiff::civil::Date;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use secrecy::ExposeSecret as _;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::config::{MailTls, Replies};

/// Why a mailbox cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ImapError {
    /// The server cannot be reached.
    #[error("the mail server {0} cannot be reached")]
    Connect(String, #[source] std::io::Error),
    /// The connection is not safe.
    #[error(
        "no safe connection to the mail server {0}: its certificate is not trusted, or it speaks no TLS"
    )]
    Tls(String, #[source] std::io::Error),
    /// The file with trusted certificates.
    #[error("the certificates in {0} cannot be read")]
    Certificates(String),
    /// It does not let us in.
    #[error("the mail server does not accept the name or the password")]
    SignIn,
    /// The mailbox is not there.
    #[error("the mailbox {0} cannot be opened")]
    Mailbox(String, #[source] async_imap::error::Error),
    /// It said something else than was asked for.
    #[error("the mail server refused: {0}")]
    Refused(&'static str, #[source] async_imap::error::Error),
    /// It says nothing.
    #[error("the mail server did not answer in time")]
    Silent,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + std::fmt::Debug> Stream for T {}

/// An open mailbox.
pub struct Mailbox {
    session: Session<Box<dyn Stream>>,
    patience: Duration,
    uid_validity: u32,
    uid_next: Option<u32>,
}

/// A message that waits in the mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its UID.
    pub uid: u32,
    /// Its size in bytes, as the server says.
    pub size: u64,
}

impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailbox")
            .field("uid_validity", &self.uid_validity)
            .finish_non_exhaustive()
    }
}

/// Waits for an answer no longer than this.
async fn within<T>(
    patience: Duration,
    work: impl Future<Output = Result<T, ImapError>>,
) -> Result<T, ImapError> {
    tokio::time::timeout(patience, work)
        .await
        .map_err(|_| ImapError::Silent)?
}

fn refused(what: &'static str) -> impl FnOnce(async_imap::error::Error) -> ImapError {
    move |source| ImapError::Refused(what, source)
}

impl Mailbox {
    /// Signs in and opens the mailbox of the settings.
    pub async fn open(settings: &Replies) -> Result<Self, ImapError> {
        let patience = Duration::from_secs(u64::from(settings.timeout_seconds));
        within(patience, Self::open_now(settings, patience)).await
    }

    async fn open_now(settings: &Replies, patience: Duration) -> Result<Self, ImapError> {
        let host = settings.host.clone().unwrap_or_default();
        let lost = |e| ImapError::Connect(host.clone(), e);
        let tcp = TcpStream::connect((host.as_str(), settings.port))
            .await
            .map_err(lost)?;
        let stream: Box<dyn Stream> = match settings.tls {
            MailTls::None => Box::new(tcp),
            MailTls::Tls => encrypted(settings, &host, tcp).await?,
            MailTls::Starttls => {
                let mut client = Client::new(tcp);
                client.read_response().await.map_err(lost)?;
                client
                    .run_command_and_check_ok("STARTTLS", None)
                    .await
                    .map_err(refused("STARTTLS"))?;
                // What was sent in the clear before is forgotten with the client.
                encrypted(settings, &host, client.into_inner()).await?
            }
        };
        let mut client = Client::new(stream);
        // After STARTTLS there is no second greeting.
        if settings.tls != MailTls::Starttls {
            client.read_response().await.map_err(lost)?;
        }
        let user = settings.user.clone().unwrap_or_default();
        let password = settings
            .password
            .as_ref()
            .map_or("", |password| password.expose_secret());
        let mut session = client
            .login(user, password)
            .await
            .map_err(|_| ImapError::SignIn)?;
        let opened = session
            .select(&settings.mailbox)
            .await
            .map_err(|e| ImapError::Mailbox(settings.mailbox.clone(), e))?;
        Ok(Self {
            session,
            patience,
            uid_validity: opened.uid_validity.unwrap_or(0),
            uid_next: opened.uid_next,
        })
    }

    /// Changes when the UIDs of before mean nothing any more.
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// The UID of the last message that was there when the mailbox was opened; 0 for an empty one.
    pub async fn last(&mut self) -> Result<u32, ImapError> {
        // A server need not say it (RFC 3501, section 6.3.1).
        if let Some(next) = self.uid_next {
            return Ok(next.saturating_sub(1));
        }
        Ok(self.after(0).await?.last().map_or(0, |one| one.uid))
    }

    /// The first message that came to the server on this day or later; `None` if none did.
    pub async fn first_since(&mut self, day: Date) -> Result<Option<u32>, ImapError> {
        let patience = self.patience;
        within(patience, async {
            let found = self
                .session
                .uid_search(format!("SINCE {}", day.strftime("%-d-%b-%Y")))
                .await
                .map_err(refused("SEARCH"))?;
            Ok(found.into_iter().min())
        })
        .await
    }

    /// The messages after a UID, in their order.
    pub async fn after(&mut self, uid: u32) -> Result<Vec<Waiting>, ImapError> {
        let patience = self.patience;
        within(patience, async {
            let from = uid.saturating_add(1);
            let found: Vec<Fetch> = self
                .session
                .uid_fetch(format!("{from}:*"), "(UID RFC822.SIZE)")
                .await
                .map_err(refused("FETCH"))?
                .try_collect()
                .await
                .map_err(refused("FETCH"))?;
            let mut waiting: Vec<Waiting> = found
                .iter()
                .filter_map(|one| {
                    Some(Waiting {
                        uid: one.uid?,
                        size: u64::from(one.size.unwrap_or(0)),
                    })
                })
                // `*` is the last message, also when there is none after the UID.
                .filter(|one| one.uid >= from)
                .collect();
            waiting.sort_by_key(|one| one.uid);
            Ok(waiting)
        })
        .await
    }

    /// A message as it came; `None` if somebody removed it meanwhile. It is not marked as read.
    pub async fn message(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        self.part(uid, "(UID BODY.PEEK[])").await
    }

    /// The headers of a message, for one that is too large to be fetched.
    pub async fn headers(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapError> {
        self.part(uid, "(UID BODY.PEEK[HEADER])").await
    }

    async fn part(&mut self, uid: u32, query: &str) -> Result<Option<Vec<u8>>, ImapError> {
        let patience = self.patience;
        within(patience, async {
            let found: Vec<Fetch> = self
                .session
                .uid_fetch(uid.to_string(), query)
                .await
                .map_err(refused("FETCH"))?
                .try_collect()
                .await
                .map_err(refused("FETCH"))?;
            Ok(found
                .iter()
                .filter(|one| one.uid == Some(uid))
                .find_map(|one| one.body().or_else(|| one.header()))
                .map(<[u8]>::to_vec))
        })
        .await
    }

    /// Marks a message as read, and moves it to another mailbox if one is named.
    pub async fn settle(&mut self, uid: u32, to: Option<&str>) -> Result<(), ImapError> {
        let patience = self.patience;
        within(patience, async {
            let _: Vec<Fetch> = self
                .session
                .uid_store(uid.to_string(), "+FLAGS.SILENT (\\Seen)")
                .await
                .map_err(refused("STORE"))?
                .try_collect()
                .await
                .map_err(refused("STORE"))?;
            if let Some(to) = to {
                self.session
                    .uid_mv(uid.to_string(), to)
                    .await
                    .map_err(refused("MOVE"))?;
            }
            Ok(())
        })
        .await
    }

    /// Says goodbye. A server that does not answer is left.
    pub async fn close(mut self) {
        let _ = tokio::time::timeout(self.patience, self.session.logout()).await;
    }
}

async fn encrypted(
    settings: &Replies,
    host: &str,
    tcp: TcpStream,
) -> Result<Box<dyn Stream>, ImapError> {
    let bad = |e: std::io::Error| ImapError::Tls(host.to_owned(), e);
    let name = ServerName::try_from(host.to_owned())
        .map_err(|e| bad(std::io::Error::new(std::io::ErrorKind::InvalidInput, e)))?;
    let tls = TlsConnector::from(Arc::new(trust(settings)?))
        .connect(name, tcp)
        .await
        .map_err(bad)?;
    Ok(Box::new(tls))
}

/// The public certificate authorities, or the operator's own.
fn trust(settings: &Replies) -> Result<ClientConfig, ImapError> {
    crate::tls::choose_provider();
    let mut roots = RootCertStore::empty();
    match &settings.certificates_file {
        None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
        Some(file) => {
            let unreadable = || ImapError::Certificates(file.clone());
            let found = CertificateDer::pem_file_iter(file).map_err(|_| unreadable())?;
            for certificate in found {
                let certificate = certificate.map_err(|_| unreadable())?;
                roots.add(certificate).map_err(|_| unreadable())?;
            }
            if roots.is_empty() {
                return Err(unreadable());
            }
        }
    }
    Ok(ClientConfig::builder()
        .with_root_certificates(roots)
        .with_no_client_auth())
}
