//! The options of the server. Each is also an environment variable, and secrets can come from a file.

use crate::outbox::MailOptions;
use anyhow::Context;
use clap::Args;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Options of `syncline serve` and `syncline demo`.
#[derive(Args, Clone, Debug)]
pub struct ServeOptions {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(long, env = "SYNCLINE_LISTEN", default_value = "127.0.0.1:3000")]
    pub listen: SocketAddr,

    /// Address and port of the Prometheus metrics; none are served without it
    #[arg(long, env = "SYNCLINE_METRICS_LISTEN")]
    pub metrics_listen: Option<SocketAddr>,

    /// Set when the server is reached by https: session cookies are then sent by https only
    #[arg(long, env = "SYNCLINE_SECURE_COOKIES")]
    pub secure_cookies: bool,

    /// Deliveries that may wait for the writer before the intake answers 503
    #[arg(long, env = "SYNCLINE_QUEUE", default_value_t = 4096)]
    pub queue: usize,

    /// Connections that read the database
    #[arg(long, env = "SYNCLINE_READERS", default_value_t = 8)]
    pub readers: u32,

    /// Shipments kept in memory
    #[arg(long, env = "SYNCLINE_CACHED_SHIPMENTS", default_value_t = 50_000)]
    pub cached_shipments: usize,

    /// Deliveries a second that one source may send before the intake answers 429
    #[arg(long, env = "SYNCLINE_RATE_LIMIT", default_value_t = 20_000)]
    pub rate_limit: u32,

    /// Largest delivery that is accepted, in bytes
    #[arg(long, env = "SYNCLINE_MAX_BODY", default_value_t = 4 * 1024 * 1024)]
    pub max_body: usize,

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
    Ok(database)
}

/// A secret given by itself or by a file that holds it.
pub fn secret(value: Option<String>, file: Option<PathBuf>, name: &str) -> anyhow::Result<Option<String>> {
    match (value, file) {
        (Some(_), Some(_)) => anyhow::bail!("{name} is given twice: by itself and by a file; keep one"),
        (Some(value), None) => Ok(Some(value)),
        (None, Some(file)) => {
            let text = std::fs::read_to_string(&file)
                .with_context(|| format!("{name} can't be read from {}", file.display()))?;
            Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned()))
        }
        (None, None) => Ok(None),
    }
}
