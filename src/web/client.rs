//! The caller's network address, behind proxies that the operator trusts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::extract::{ConnectInfo, FromRef, FromRequestParts};
use axum::http::request::Parts;

use crate::app::App;

/// The address that a request came from. `X-Forwarded-For` is believed only from trusted proxies, and
/// only up to the first address that is none of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ClientIp(pub IpAddr);

impl<S: Send + Sync> FromRequestParts<S> for ClientIp
where
    App: FromRef<S>,
{
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let app = App::from_ref(state);
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| info.0.ip());
        let forwarded: Vec<&str> = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .collect();
        Ok(Self(client(peer, &forwarded, |address| {
            app.config.server.trusts(address)
        })))
    }
}

fn client(peer: IpAddr, forwarded: &[&str], trusts: impl Fn(IpAddr) -> bool) -> IpAddr {
    let mut address = peer;
    for hop in forwarded.iter().rev() {
        if !trusts(address) {
            return address;
        }
        match hop.trim().parse() {
            Ok(before) => address = before,
            Err(_) => return address,
        }
    }
    address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stranger_cannot_choose_an_address() {
        let stranger: IpAddr = "203.0.113.9".parse().unwrap();
        let proxy: IpAddr = "10.0.0.1".parse().unwrap();
        let trusts = |address: IpAddr| address == proxy;
        assert_eq!(client(stranger, &["198.51.100.1"], trusts), stranger);
        assert_eq!(
            client(proxy, &["6.6.6.6", "198.51.100.1"], trusts),
            "198.51.100.1".parse::<IpAddr>().unwrap()
        );
        assert_eq!(client(proxy, &["nonsense"], trusts), proxy);
        assert_eq!(client(proxy, &[], trusts), proxy);
    }
}
