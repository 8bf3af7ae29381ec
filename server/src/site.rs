//! How people reach the server: its address, what stands in front of it, and what one client may take of it.

use crate::client::{TrustedProxies, network};
use crate::config::{ServeOptions, whole};
use crate::outbox::PUBLIC_URL;
use crate::places::Places;
use anyhow::{Context, ensure};
use axum::http::uri::Uri;
use axum::http::{HeaderMap, header};
use clap::Args;
use ipnet::IpNet;
use std::sync::Arc;
use std::time::Duration;

/// Files that are open beside connections: the database, its readers, the log, what is sent.
const OTHER_FILES: usize = 64;

/// Who may come in, and how many.
#[derive(Args, Clone, Debug)]
pub struct SiteOptions {
    /// A proxy in front of the server, as an address or a network (10.0.0.0/8); may be given several times. Only what it says of a client's address (X-Forwarded-For, Forwarded) is believed
    #[arg(long, env = "SYNCLINE_TRUSTED_PROXY", value_parser = network, value_delimiter = ',')]
    pub trusted_proxy: Vec<IpNet>,

    /// Live sockets in all
    #[arg(long, env = "SYNCLINE_SOCKETS", value_parser = whole(1..=1_000_000_u32), default_value_t = 10_000)]
    pub sockets: u32,

    /// Live sockets of one client address
    #[arg(long, env = "SYNCLINE_SOCKETS_OF_A_CLIENT", value_parser = whole(1..=1_000_000_u32), default_value_t = 500)]
    pub sockets_of_a_client: u32,

    /// Hours after which a session that nobody uses ends, for people of the house
    #[arg(long, env = "SYNCLINE_IDLE_HOURS", value_parser = whole(1..=8_760_u32), default_value_t = 8)]
    pub idle_hours: u32,

    /// Hours after which a session that nobody uses ends, for customers
    #[arg(long, env = "SYNCLINE_CUSTOMER_IDLE_HOURS", value_parser = whole(1..=8_760_u32), default_value_t = 168)]
    pub customer_idle_hours: u32,

    /// Seconds in which the head of a request must be there
    #[arg(long, hide = true, value_parser = seconds, default_value = "10")]
    pub head_timeout: Duration,

    /// Seconds for which a connection may stay without any request, or take nothing of an answer; more than the 60 for which
    /// proxies keep theirs, so that none sends a request into a connection that ends
    #[arg(long, hide = true, value_parser = seconds, default_value = "65")]
    pub idle_timeout: Duration,

    /// Seconds in which a form or the call of a server function must be there
    #[arg(long, hide = true, value_parser = seconds, default_value = "30")]
    pub body_timeout: Duration,

    /// Seconds for which a socket may look at nothing
    #[arg(long, hide = true, value_parser = seconds, default_value = "30")]
    pub viewless_timeout: Duration,
}

/// Reads an option's seconds: `10`, `0.5`.
fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds.filter(|time| !time.is_zero()).ok_or_else(|| "write seconds: 10 or 0.5".to_owned())
}

/// What requests are checked by.
#[derive(Debug)]
pub struct Site {
    /// Whether people come by https alone.
    pub is_https: bool,
    /// The origin of our own pages, where the operator has said it.
    origin: Option<String>,
    pub proxies: Arc<TrustedProxies>,
    pub sockets: Places,
    pub connections: Places,
    pub body_timeout: Duration,
    pub viewless_timeout: Duration,
}

impl Site {
    pub fn new(options: &ServeOptions) -> anyhow::Result<Self> {
        let SiteOptions { trusted_proxy, sockets, sockets_of_a_client, .. } = &options.site;
        let url = &options.mail.public_url;
        let origin = origin_of(url)?;
        let is_https = options.secure_cookies || origin.starts_with("https://");
        // The soft limit is 1,024 under systemd and in a login shell; all that is allowed is ours to use.
        let files =
            rlimit::increase_nofile_limit(u64::MAX).context("the limit of open files can't be read")?;
        let files = usize::try_from(files).unwrap_or(usize::MAX);
        let connections = files.saturating_sub(OTHER_FILES).max(1);
        let most = (connections / 4 * 3).max(1);
        let in_all = usize::try_from(*sockets).unwrap_or(usize::MAX).min(most);
        let of_a_client = usize::try_from(*sockets_of_a_client).unwrap_or(usize::MAX);
        tracing::info!(
            files,
            sockets = in_all,
            of_a_client,
            "open files that the system allows, and live sockets"
        );
        if in_all < *sockets as usize {
            tracing::warn!(
                "the system allows {files} open files, so {in_all} live sockets: raise its limit (LimitNOFILE, ulimit -n) for {sockets}"
            );
        }
        Ok(Self {
            is_https,
            origin: (url != PUBLIC_URL).then_some(origin),
            proxies: Arc::new(TrustedProxies::new(trusted_proxy.clone())),
            sockets: Places::new(in_all, of_a_client),
            // A proxy's connections are everybody's. Nobody else needs half of all.
            connections: Places::new(connections, (connections / 2).max(1)),
            body_timeout: options.site.body_timeout,
            viewless_timeout: options.site.viewless_timeout,
        })
    }

    /// A cookie's name here. By https it is bound to this host alone, so that none of its neighbours can set it.
    pub fn cookie(&self, name: &str) -> String {
        if self.is_https { format!("__Host-{name}") } else { name.to_owned() }
    }

    /// Refuses what another site's page sends with our visitor's cookie. A request without an `Origin` comes from no
    /// page, or from our own; browsers always send it with a websocket's upgrade.
    pub fn is_own(&self, headers: &HeaderMap) -> bool {
        let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let Some(origin) = text(header::ORIGIN) else {
            return headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
        };
        if let Some(own) = &self.origin {
            return own.eq_ignore_ascii_case(origin);
        }
        let authority = origin.split_once("://").map_or(origin, |(_, authority)| authority);
        text(header::HOST).is_some_and(|host| host.eq_ignore_ascii_case(authority))
    }
}

/// The origin of a URL as browsers write it. The server's paths begin at its host: it can't be reached behind a path.
fn origin_of(url: &str) -> anyhow::Result<String> {
    let read = url.parse::<Uri>().ok();
    let parts =
        read.as_ref().and_then(|uri| Some((uri.scheme_str()?, uri.authority()?, uri.path_and_query())));
    let Some((scheme @ ("http" | "https"), authority, path)) = parts else {
        anyhow::bail!("--public-url `{url}` is no address: use https://host");
    };
    ensure!(
        path.is_none_or(|path| path.as_str() == "/"),
        "--public-url `{url}` has a path, but Syncline needs a host of its own: use {scheme}://{authority}"
    );
    ensure!(!authority.as_str().contains('@'), "--public-url `{url}` names a user: use {scheme}://host");
    // What is no port is no part of a host either.
    let port = authority.as_str().rsplit_once(':').map(|(_, port)| port).filter(|port| !port.ends_with(']'));
    ensure!(
        port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
            && !authority.host().is_empty(),
        "--public-url `{url}` is no address: a port lies between 1 and 65535"
    );
    let (host, usual) = (authority.as_str(), if scheme == "https" { ":443" } else { ":80" });
    Ok(format!("{scheme}://{}", host.strip_suffix(usual).unwrap_or(host)).to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use clap::Parser;

    #[derive(Parser)]
    struct Options {
        #[command(flatten)]
        options: ServeOptions,
    }

    fn site(options: &[&str]) -> anyhow::Result<Site> {
        let words = ["syncline"].iter().chain(options);
        Site::new(&Options::parse_from(words).options)
    }

    fn is_own(site: &Site, pairs: &[(&'static str, &'static str)]) -> bool {
        let headers = pairs
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), HeaderValue::from_static(value)))
            .collect();
        site.is_own(&headers)
    }

    #[test]
    fn another_sites_page_is_refused() {
        let site = site(&[]).expect("a site");
        assert!(is_own(&site, &[("host", "syncline.test"), ("origin", "https://syncline.test")]));
        assert!(!is_own(&site, &[("host", "syncline.test"), ("origin", "https://evil.test")]));
        assert!(!is_own(&site, &[("host", "syncline.test"), ("sec-fetch-site", "cross-site")]));
        assert!(!is_own(&site, &[("host", "syncline.test"), ("sec-fetch-site", "same-site")]));
        assert!(!is_own(&site, &[("origin", "null"), ("host", "syncline.test")]));
        assert!(is_own(&site, &[("host", "syncline.test")]));
    }

    #[test]
    fn a_host_that_was_rebound_is_not_ours_where_ours_is_known() {
        let site = site(&["--public-url", "https://Track.example:443/"]).expect("a site");
        assert!(is_own(&site, &[("host", "127.0.0.1:3000"), ("origin", "https://track.example")]));
        for origin in ["https://evil.test", "http://track.example", "https://track.example:8443"] {
            assert!(!is_own(&site, &[("host", "evil.test"), ("origin", origin)]), "{origin}");
        }
    }

    #[test]
    fn by_https_cookies_are_bound_to_the_host_by_themselves() {
        let cookie = |options: &[&str]| site(options).expect("a site").cookie("one");
        assert_eq!(cookie(&["--public-url", "https://track.example"]), "__Host-one");
        assert_eq!(cookie(&["--secure-cookies"]), "__Host-one");
        assert_eq!(cookie(&["--public-url", "http://track.example"]), "one");
    }

    #[test]
    fn a_server_behind_a_path_is_refused_with_the_way_out() {
        for (url, says) in [
            ("https://host.example/syncline/", "use https://host.example"),
            ("https://host.example?x", "use https://host.example"),
            ("host.example", "use https://host"),
            ("ftp://host.example", "use https://host"),
            ("https://me@host.example", "names a user"),
        ] {
            let error = site(&["--public-url", url]).err().map(|error| error.to_string());
            assert!(error.as_ref().is_some_and(|error| error.contains(says)), "{url}: {error:?}");
        }
    }
}
