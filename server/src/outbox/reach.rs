//! Which addresses may be reached: an endpoint's address comes from people, and must not lead into the network that the server
//! itself stands in, unless its operator has said so.

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Why an address is not asked.
#[derive(Debug, thiserror::Error)]
#[error(
    "{host} lies in a private network ({address}): `syncline endpoint add --allow-private` lets it be reached"
)]
pub struct Refused {
    pub host: String,
    pub address: IpAddr,
}

/// Whether an address is of this machine, of a private network or of nobody: all that is not on the public internet, after
/// the special-purpose registries of IANA (RFC 6890 and its successors).
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

fn is_private_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address.is_documentation()
        || a == 0
        || a >= 240
        // Shared by carriers; protocol assignments; benchmarks.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        // Once the way from IPv4 to IPv6: nobody's now.
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    // An IPv4 address in IPv6's clothes is what it is underneath.
    let [.., high, low] = segments;
    let inside = Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    let is_mapped = address.to_ipv4_mapped().is_some();
    let is_translated = segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0];
    let is_6to4 = segments[0] == 0x2002;
    // Translation within a network; discarded; Teredo and other protocol assignments; documentation; segment routing; what was
    // an IPv4 address once.
    let is_special = segments[..3] == [0x64, 0xff9b, 1]
        || segments[..4] == [0x100, 0, 0, 0]
        || (segments[0] == 0x2001 && segments[1] < 0x200)
        || (segments[0] == 0x3fff && segments[1] < 0x1000)
        || segments[0] == 0x5f00
        || segments[..6] == [0; 6];
    address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || ((is_mapped || is_translated) && is_private_v4(inside))
        || is_6to4
        || is_special
        || (segments[0] == 0x2001 && segments[1] == 0xdb8)
        || (segments[0] & 0xffc0) == 0xfec0
}

/// Resolves names to public addresses alone; what is asked is what was looked at, so a name can't change its mind between.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let host = name.as_str().to_owned();
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let (private, public): (Vec<_>, Vec<_>) =
                found.into_iter().partition(|address| is_private(address.ip()));
            match (public.is_empty(), private.first()) {
                (true, Some(address)) => Err(Refused { host, address: address.ip() }.into()),
                _ => Ok(Box::new(public.into_iter()) as Addrs),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::is_private;

    #[test]
    fn nothing_but_the_public_internet_is_public() {
        for public in
            ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
        {
            assert!(!is_private(public.parse().expect("an address")), "{public}");
        }
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "240.0.0.1",
            "192.0.0.8",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "fec0::1",
            "64:ff9b:1::a00:1",
            "100::1",
            "2001::1",
            "2001:20::1",
            "3fff::1",
            "5f00::1",
            "::7f00:1",
            "192.88.99.1",
        ] {
            assert!(is_private(private.parse().expect("an address")), "{private}");
        }
    }
}
