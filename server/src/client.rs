//! Which client a request comes from. Behind a proxy all peers are one address: what a proxy says of its client is believed
//! only where the proxy is one that the operator trusts, and then only what the nearest one that is trusted has seen itself.

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

/// The address of the client of a request. Every request carries one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The proxies in front of the server, which are believed when they name a client.
#[derive(Clone, Debug, Default)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    pub fn trusts(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The client behind `peer`. Of what proxies name it is the right-most address that is no trusted proxy's: whatever
    /// stands further left was sent by somebody whom nobody trusts.
    pub fn client_address(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let peer = peer.to_canonical();
        if !self.trusts(peer) {
            return peer;
        }
        let by = |hops: Option<Vec<Option<IpAddr>>>| hops.map(|hops| self.nearest(peer, &hops));
        match (by(hops_of(headers, "x-forwarded-for", plain)), by(hops_of(headers, "forwarded", forwarded))) {
            (Some(client), None) | (None, Some(client)) => client,
            // A proxy writes one of them and lets the other through as the client sent it; which, nobody here knows.
            (Some(client), Some(other)) if client == other => client,
            _ => peer,
        }
    }

    /// A hop that can't be read hides what is behind it.
    fn nearest(&self, peer: IpAddr, hops: &[Option<IpAddr>]) -> IpAddr {
        let mut nearest = peer;
        for hop in hops.iter().rev() {
            let Some(hop) = hop else { break };
            nearest = *hop;
            if !self.trusts(nearest) {
                break;
            }
        }
        nearest
    }
}

/// What counts as one client: an address, and of IPv6 the network, since one household has as many addresses in it as it
/// likes.
pub fn counted(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64).into(),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Reads an option's network: `10.0.0.0/8`, or one address.
pub fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let one = || text.parse::<IpAddr>().ok().map(|address| IpNet::from(address.to_canonical()));
    text.parse()
        .ok()
        .or_else(one)
        .ok_or_else(|| "write an address or a network: 10.0.0.5 or 10.0.0.0/8".to_owned())
}

/// Puts the [`ClientAddress`] into the request.
pub async fn locate(
    State(proxies): State<Arc<TrustedProxies>>,
    mut request: Request,
    next: Next,
) -> Response {
    // Requests that came by no connection, in tests, are all from one place.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
    let peer = peer.unwrap_or(Ipv4Addr::UNSPECIFIED.into());
    let client = ClientAddress(proxies.client_address(peer, request.headers()));
    request.extensions_mut().insert(client);
    next.run(request).await
}

/// The browser or program that a client says it is, cut to what a log line holds.
pub fn user_agent(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes()));
    agent.unwrap_or_default().chars().take(200).collect()
}

/// The addresses of all headers of that name, in order; none where there is no such header.
fn hops_of(headers: &HeaderMap, name: &str, read: fn(&str) -> Option<IpAddr>) -> Option<Vec<Option<IpAddr>>> {
    let values = headers.get_all(name);
    let hops: Vec<_> = values
        .iter()
        .flat_map(|value| value.to_str().unwrap_or_default().split(',').map(read).collect::<Vec<_>>())
        .collect();
    (!hops.is_empty()).then_some(hops)
}

/// An address, some proxies add its port: `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1`, `[2001:db8::1]:4711`.
fn plain(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|rest| rest.split_once(']')).map_or(text, |(bare, _)| bare);
    let address = bare.parse().ok().or_else(|| bare.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address: IpAddr| address.to_canonical())
}

/// One element of `Forwarded` (RFC 7239): `for="[2001:db8::1]:4711";proto=https`.
fn forwarded(element: &str) -> Option<IpAddr> {
    let pair = element.split(';').find_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("for").then_some(value)
    })?;
    plain(pair.trim().trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    const PROXIES: &str = "10.0.0.0/8";

    #[track_caller]
    fn check(peer: &str, headers: &[(&'static str, &'static str)], client: &str) {
        let trusted = TrustedProxies::new(vec![network(PROXIES).expect("a network")]);
        let mut sent = HeaderMap::new();
        for (name, value) in headers {
            sent.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let found = trusted.client_address(peer.parse().expect("an address"), &sent);
        assert_eq!(found.to_string(), client, "{peer} {headers:?}");
    }

    #[test]
    fn only_a_trusted_proxy_names_the_client_and_only_the_one_it_saw() {
        check("192.0.2.9", &[("x-forwarded-for", "198.51.100.1")], "192.0.2.9");
        check("10.0.0.1", &[], "10.0.0.1");
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1")], "198.51.100.1");
        check("::ffff:10.0.0.1", &[("x-forwarded-for", "::ffff:198.51.100.1")], "198.51.100.1");
        check("10.0.0.1", &[("x-forwarded-for", "203.0.113.7, 198.51.100.1, 10.2.0.1")], "198.51.100.1");
        check(
            "10.0.0.1",
            &[("x-forwarded-for", "203.0.113.7"), ("x-forwarded-for", "198.51.100.1:4711")],
            "198.51.100.1",
        );
        check("10.0.0.1", &[("x-forwarded-for", "10.3.0.1, 10.2.0.1")], "10.3.0.1");
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, nonsense, 10.2.0.1")], "10.2.0.1");
        check("10.0.0.1", &[("x-forwarded-for", "198.51.100.1, ")], "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_as_well_and_a_forged_one_beside_it_names_nobody() {
        check(
            "10.0.0.1",
            &[("forwarded", "for=203.0.113.7, For=\"[2001:db8::1]:4711\";proto=https")],
            "2001:db8::1",
        );
        check("10.0.0.1", &[("forwarded", "for=_hidden")], "10.0.0.1");
        check(
            "10.0.0.1",
            &[("forwarded", "for=198.51.100.1"), ("x-forwarded-for", "198.51.100.1")],
            "198.51.100.1",
        );
        check(
            "10.0.0.1",
            &[("forwarded", "for=203.0.113.7"), ("x-forwarded-for", "198.51.100.1")],
            "10.0.0.1",
        );
    }

    #[test]
    fn a_household_is_one_client_whatever_its_addresses() {
        let counted = |text: &str| counted(text.parse().expect("an address")).to_string();
        assert_eq!(counted("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(counted("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(counted("192.0.2.1"), "192.0.2.1");
    }

    #[test]
    fn a_proxy_is_given_as_a_network_or_an_address() {
        assert!(network("10.0.0.0/8").is_ok() && network("fd00::/8").is_ok());
        assert_eq!(network("127.0.0.1").map(|one| one.to_string()), Ok("127.0.0.1/32".to_owned()));
        assert!(network("proxy.example").expect_err("a name").contains("10.0.0.0/8"));
    }
}
