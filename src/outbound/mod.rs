//! Webhooks out: signed as Standard Webhooks asks, and only to addresses that are the internet's.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::Sha256;

use crate::config::WebhooksOut;

/// Sends webhooks.
#[derive(Clone, Debug)]
pub struct Outbound {
    connect_timeout: Duration,
    timeout: Duration,
    answer_bytes_max: usize,
    allow_private: bool,
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Something answered.
    Answered {
        /// The answer's status.
        status: u16,
        /// The beginning of its body.
        answer: String,
    },
    /// Nothing did, or it must not be asked.
    Failed(String),
}

impl Outbound {
    /// With the operator's limits.
    pub fn new(settings: &WebhooksOut) -> Self {
        Self {
            connect_timeout: Duration::from_secs(u64::from(settings.connect_timeout_seconds)),
            timeout: Duration::from_secs(u64::from(settings.timeout_seconds)),
            answer_bytes_max: usize::try_from(settings.answer_bytes_max).unwrap_or(20_000),
            allow_private: settings.allow_private_addresses,
        }
    }

    /// Sends a body once. The id stays the same over all attempts, so that the receiver can tell a
    /// second copy. Redirects are not followed.
    pub async fn send(
        &self,
        url: &str,
        id: &str,
        at: Timestamp,
        secret: &SecretString,
        body: &str,
    ) -> Sent {
        match self.try_send(url, id, at, secret, body).await {
            Ok(sent) => sent,
            Err(why) => Sent::Failed(why),
        }
    }

    async fn try_send(
        &self,
        url: &str,
        id: &str,
        at: Timestamp,
        secret: &SecretString,
        body: &str,
    ) -> Result<Sent, String> {
        let parsed =
            url::Url::parse(url).map_err(|_| "the address is not a web address".to_owned())?;
        let host = parsed
            .host_str()
            .ok_or("the address has no host")?
            .to_owned();
        let port = parsed
            .port_or_known_default()
            .ok_or("the address has no port")?;
        // Resolved here and pinned below: the name must not mean something else a moment later.
        let bare = host
            .trim_start_matches('[')
            .trim_end_matches(']')
            .to_owned();
        let found: Vec<SocketAddr> = tokio::time::timeout(
            self.connect_timeout,
            tokio::net::lookup_host((bare.as_str(), port)),
        )
        .await
        .map_err(|_| "the address's name was not resolved in time".to_owned())?
        .map_err(|_| "the address's name cannot be resolved".to_owned())?
        .filter(|address| self.allow_private || is_public(address.ip()))
        .collect();
        if found.is_empty() {
            return Err("the address is in a private network or on this machine; webhooks go to the internet only".to_owned());
        }
        let signature =
            sign(secret, id, at.as_second(), body).ok_or("the signing secret cannot be used")?;
        let client = self.client(&host, &found)?;
        let mut response = client
            .post(parsed)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", at.as_second().to_string())
            .header("webhook-signature", signature)
            .body(body.to_owned())
            .send()
            .await
            .map_err(|e| {
                if e.is_timeout() {
                    "the endpoint did not answer in time".to_owned()
                } else {
                    "the endpoint cannot be reached".to_owned()
                }
            })?;
        let status = response.status().as_u16();
        let mut answer = Vec::new();
        while answer.len() < self.answer_bytes_max {
            match response.chunk().await {
                Ok(Some(chunk)) => answer.extend_from_slice(&chunk),
                Ok(None) | Err(_) => break,
            }
        }
        answer.truncate(self.answer_bytes_max);
        Ok(Sent::Answered {
            status,
            answer: String::from_utf8_lossy(&answer).into_owned(),
        })
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the room for webhooks out; each client is pinned to addresses that were checked"
    )]
    fn client(&self, host: &str, addresses: &[SocketAddr]) -> Result<reqwest::Client, String> {
        crate::tls::choose_provider();
        reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(self.connect_timeout)
            .timeout(self.timeout)
            .no_proxy()
            .resolve_to_addrs(host, addresses)
            .user_agent("Portolan-Webhooks/1")
            .build()
            .map_err(|_| "the client for webhooks cannot be set up".to_owned())
    }
}

/// The signature header of Standard Webhooks: `v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`.
pub fn sign(secret: &SecretString, id: &str, timestamp: i64, body: &str) -> Option<String> {
    let engine = base64::engine::general_purpose::STANDARD;
    let key = engine
        .decode(secret.expose_secret().strip_prefix("whsec_")?)
        .ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    Some(format!("v1,{}", engine.encode(mac.finalize().into_bytes())))
}

/// Whether an address is the internet's: not this machine, not a private or reserved network.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || v4.is_unspecified()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_public(IpAddr::V4(v4)),
            None => {
                let first = v6.segments()[0];
                // Only global unicast, without the ranges that carry IPv4 inside or are for documents.
                (first & 0xe000) == 0x2000
                    && first != 0x2002
                    && !(first == 0x2001 && matches!(v6.segments()[1], 0 | 0xdb8))
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_what_the_standards_own_library_expects() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = r#"{"type":"port.completed"}"#;
        let signature = sign(&secret.into(), "dlv_1", 1_700_000_000, body).unwrap();
        let theirs = standardwebhooks::Webhook::new(secret)
            .unwrap()
            .sign("dlv_1", 1_700_000_000, body.as_bytes())
            .unwrap();
        assert_eq!(signature, theirs);
    }

    #[test]
    fn private_addresses_are_not_the_internet() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.1",
            "172.16.0.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "::1",
            "fd00::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "2002:7f00:1::",
            "224.0.0.1",
        ] {
            assert!(!is_public(private.parse().unwrap()), "{private}");
        }
        for public in ["1.1.1.1", "93.184.216.34", "2606:4700::1111"] {
            assert!(is_public(public.parse().unwrap()), "{public}");
        }
    }
}
