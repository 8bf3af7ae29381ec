//! The options of the server. Each is also an environment variable, and secrets can come from a file.

use crate::outbox::MailOptions;
use crate::site::SiteOptions;
use anyhow::Context;
use chrono::{DateTime, Utc};
use clap::builder::BoolishValueParser;
use clap::{Args, ValueEnum};
use std::ffi::OsString;
use std::fmt::Display;
use std::io::IsTerminal as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Options of `syncline serve` and `syncline demo`.
#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "SYNCLINE_LISTEN", value_parser = address, default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Address and port of the Prometheus metrics; none are served without it
    #[arg(long, env = "SYNCLINE_METRICS_LISTEN", value_parser = address)]
    pub metrics_listen: Option<SocketAddr>,

    /// Set when the server is reached by https and --public-url does not say so: session cookies are then sent by https only
    #[arg(long, env = "SYNCLINE_SECURE_COOKIES", value_parser = BoolishValueParser::new())]
    pub secure_cookies: bool,

    /// Set for a copy, a rehearsal or a backfill: no message leaves, neither webhook nor mail; what is due waits
    #[arg(long, env = "SYNCLINE_NO_OUTBOUND", value_parser = BoolishValueParser::new())]
    pub no_outbound: bool,

    /// Deliveries that may wait for the writer before the intake answers 503
    #[arg(long, env = "SYNCLINE_QUEUE", value_parser = whole(1..=1_000_000_usize), default_value_t = 4096)]
    pub queue: usize,

    /// Connections that read the database
    #[arg(long, env = "SYNCLINE_READERS", value_parser = whole(1..=1_000_u32), default_value_t = 8)]
    pub readers: u32,

    /// Shipments kept in memory
    #[arg(long, env = "SYNCLINE_CACHED_SHIPMENTS", value_parser = whole(1..=100_000_000_usize), default_value_t = 50_000)]
    pub cached_shipments: usize,

    /// Deliveries a second that one source may send before the intake answers 429
    #[arg(long, env = "SYNCLINE_RATE_LIMIT", value_parser = whole(1..=10_000_000_u32), default_value_t = 20_000)]
    pub rate_limit: u32,

    /// Largest delivery that is accepted, in bytes
    #[arg(long, env = "SYNCLINE_MAX_BODY", value_parser = bytes, default_value_t = 4 * 1024 * 1024)]
    pub max_body: usize,

    /// How the log is written: text, or json, an object a line
    #[arg(long, env = "SYNCLINE_LOG_FORMAT", value_enum, default_value_t)]
    pub log_format: LogFormat,

    #[command(flatten)]
    pub site: SiteOptions,

    #[command(flatten)]
    pub mail: MailOptions,
}

impl ServeOptions {
    pub fn store_options(&self) -> store::Options {
        store::Options {
            readers: self.readers,
            queue: self.queue,
            cached_shipments: self.cached_shipments,
            ..store::Options::default()
        }
    }
}

/// How the log is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

/// Where the data lies.
#[derive(Args, Clone, Debug)]
pub struct DatabaseOption {
    /// The database file; it is created if there is none
    #[arg(long, env = "SYNCLINE_DATABASE", default_value = "syncline.db")]
    pub database: PathBuf,
}

/// The path of a database that is there: a mistyped one would otherwise become an empty database.
pub fn existing(database: &Path) -> anyhow::Result<&Path> {
    anyhow::ensure!(
        database.exists(),
        "there is no database {}: give its path by --database or SYNCLINE_DATABASE; `syncline serve` makes a new one",
        std::path::absolute(database).unwrap_or_else(|_| database.to_owned()).display()
    );
    store::must_be_a_database(database)?;
    anyhow::ensure!(
        std::fs::metadata(database)?.len() > 0,
        "the file {} is empty: it is a database once `syncline serve` has run on it",
        database.display()
    );
    Ok(database)
}

/// A password given as [`secret`] takes it, or typed where somebody sits at a terminal.
pub fn password(value: Option<String>, file: Option<PathBuf>) -> anyhow::Result<String> {
    if let Some(password) = secret(value, file, "the password")? {
        return Ok(password);
    }
    anyhow::ensure!(
        std::io::stdin().is_terminal(),
        "give a password: --password-file FILE, or SYNCLINE_PASSWORD; at a terminal it is asked for"
    );
    rpassword::prompt_password("password: ").context("the password can't be read from the terminal")
}

/// A secret given by itself or by a file that holds it.
pub fn secret(value: Option<String>, file: Option<PathBuf>, name: &str) -> anyhow::Result<Option<String>> {
    match (value, file) {
        (Some(_), Some(_)) => anyhow::bail!("{name} is given twice: by itself and by a file; keep one"),
        (Some(value), None) => {
            let stands_in = |argument: OsString| argument.to_string_lossy().contains(&value);
            if !value.is_empty() && std::env::args_os().any(stands_in) {
                eprintln!(
                    "{name} stands on the command line, where everybody on this machine can read it: use a file or the environment"
                );
            }
            Ok(Some(value))
        }
        (None, Some(file)) => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{name} can't be read from {}", file.display()))?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        (None, None) => Ok(None),
    }
}

/// Reads where to listen: an address and a port, `localhost` for this machine alone, or a port alone, which means the same.
fn address(text: &str) -> Result<SocketAddr, String> {
    let text = text.trim();
    let port = text.strip_prefix("localhost:").unwrap_or(text);
    let here = port.parse::<u16>().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    text.parse().or(here).map_err(|_| {
        "write an address and a port: 127.0.0.1:3000 for this machine alone, 0.0.0.0:3000 or [::]:3000 for all".to_owned()
    })
}

/// Reads a whole number within bounds, and says which where it is none.
pub fn whole<T>(
    bounds: RangeInclusive<T>,
) -> impl Fn(&str) -> Result<T, String> + Clone + Send + Sync + 'static
where
    T: Copy + Display + FromStr + PartialOrd + Send + Sync + 'static,
{
    move |text| {
        let number = text.trim().parse().ok().filter(|number| bounds.contains(number));
        number.ok_or_else(|| format!("write a whole number from {} to {}", bounds.start(), bounds.end()))
    }
}

/// Reads a moment, and says how one is written.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    text.trim()
        .parse()
        .map_err(|_| "write a moment with its offset from UTC: 2026-05-04T09:30:00+02:00".to_owned())
}

/// Reads a size: `4194304`, `4MiB`, `4MB`, `512KiB`.
fn bytes(text: &str) -> Result<usize, String> {
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len()));
    let unit: Option<usize> = match unit.trim().to_ascii_lowercase().as_str() {
        "" | "b" => Some(1),
        "k" | "kib" => Some(1 << 10),
        "m" | "mib" => Some(1 << 20),
        "g" | "gib" => Some(1 << 30),
        "kb" => Some(1000),
        "mb" => Some(1_000_000),
        "gb" => Some(1_000_000_000),
        _ => None,
    };
    let size = unit.and_then(|unit| digits.parse::<usize>().ok()?.checked_mul(unit));
    match size {
        Some(size) if (1024..=1 << 30).contains(&size) => Ok(size),
        Some(_) => Err("it lies between 1KiB and 1GiB".to_owned()),
        None => Err("write bytes, or a number and a unit: 4194304, 4MiB or 4MB".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_to_listen_is_read_as_people_write_it() {
        let read = |text| address(text).map(|address| address.to_string());
        assert_eq!(read("localhost:3138").as_deref(), Ok("127.0.0.1:3138"));
        assert_eq!(read("3111").as_deref(), Ok("127.0.0.1:3111"));
        assert_eq!(read("[::]:3000").as_deref(), Ok("[::]:3000"));
        assert!(read("example.com").expect_err("no port").contains("0.0.0.0:3000"));
    }

    #[test]
    fn a_size_may_have_a_unit() {
        assert_eq!(
            (bytes("4194304"), bytes("4MiB"), bytes("4 MB")),
            (Ok(4 << 20), Ok(4 << 20), Ok(4_000_000))
        );
        assert!(bytes("4 apples").is_err() && bytes("0").is_err() && bytes("").is_err());
    }
}
