//! `syncline source …`: who may deliver, and with which secrets. A running server takes changes up within a second.

use crate::clock;
use crate::config;
use crate::hold::Hold;
use crate::intake::Key;
use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::{Args, Subcommand};
use domain::authority::Role;
use domain::{OrderId, ShipmentId, SourceName};
use std::path::{Path, PathBuf};
use std::time::Duration;
use store::{Options, SourceConfig, Store};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Options of `syncline source`.
#[derive(Args, Debug)]
pub struct Source {
    #[command(subcommand)]
    action: Action,
    /// The server's database file
    #[arg(long, env = "SYNCLINE_DATABASE", default_value = "syncline.db", global = true)]
    database: PathBuf,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Add a source and print its secret, this once
    Add {
        /// Lower-case letters, digits and hyphens
        name: SourceName,
        /// What the source is: erp or tms
        #[arg(long)]
        role: Role,
        #[command(flatten)]
        secret: Secret,
        /// How old a delivery's timestamp may be, such as 300s, 2h or 1d: more for senders that repeat with their first one
        #[arg(long, value_parser = tolerance, default_value = "300s")]
        tolerance: Duration,
        /// Who gives the numbers of its shipments and orders, where it is not the usual TMS or ERP; sources with one issuer share
        /// their numbers
        #[arg(long)]
        issuer: Option<String>,
    },
    /// Change what is allowed to a source
    Set {
        name: SourceName,
        /// How old a delivery's timestamp may be, such as 300s, 2h or 1d
        #[arg(long, value_parser = tolerance, required_unless_present = "issuer")]
        tolerance: Option<Duration>,
        /// Who gives the numbers of its shipments and orders from now on; sources with one issuer share their numbers
        #[arg(long)]
        issuer: Option<String>,
    },
    /// List the sources
    List,
    /// Give a source a new secret beside the old one; with --drop-old, keep only the newest
    Rotate {
        name: SourceName,
        /// End the old secrets, once the sender uses the new one
        #[arg(long, conflicts_with_all = ["secret", "secret_file"])]
        drop_old: bool,
        #[command(flatten)]
        secret: Secret,
    },
    /// Refuse a source's deliveries
    Disable { name: SourceName },
    /// Take a source's deliveries again
    Enable { name: SourceName },
}

/// Reads a tolerance: `300s`, `15m`, `2h`, `1d`; from a minute to thirty days.
fn tolerance(text: &str) -> Result<Duration, String> {
    let text = text.trim();
    let (digits, unit) = text.split_at(text.find(|one: char| !one.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit.trim() {
        "" | "s" => Some(1),
        "m" | "min" => Some(60),
        "h" => Some(3600),
        "d" => Some(86_400),
        _ => None,
    };
    let tolerance = seconds.and_then(|seconds| digits.parse::<u64>().ok()?.checked_mul(seconds));
    match tolerance {
        Some(seconds @ 60..=2_592_000) => Ok(Duration::from_secs(seconds)),
        Some(_) => Err("it lies between 60s and 30d".to_owned()),
        None => Err("write a number and a unit: 300s, 15m, 2h or 1d".to_owned()),
    }
}

/// A tolerance as it is read.
fn spoken(tolerance: Duration) -> String {
    match tolerance.as_secs() {
        seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
        seconds if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        seconds => format!("{seconds}s"),
    }
}

#[derive(Args, Clone)]
struct Secret {
    /// The secret, `whsec_` and base64; one is drawn without it
    #[arg(long, env = "SYNCLINE_SOURCE_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// A file that holds the secret
    #[arg(long, env = "SYNCLINE_SOURCE_SECRET_FILE")]
    secret_file: Option<PathBuf>,
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// The secret that was given, or a new one; and whether it is new.
    fn resolve(self) -> anyhow::Result<(String, bool)> {
        match config::secret(self.secret, self.secret_file, "the secret")? {
            Some(secret) => {
                Key::parse(&secret)?;
                Ok((secret, false))
            }
            None => Ok((draw_secret(), true)),
        }
    }
}

/// A new secret of 256 bits.
pub fn draw_secret() -> String {
    format!("whsec_{}", STANDARD.encode(rand::random::<[u8; 32]>()))
}

/// A database opened to change a few rows of its setup; nobody is told of commits.
pub struct Opened {
    pub store: Store,
    drain: JoinHandle<()>,
    /// None while a server runs.
    hold: Option<Hold>,
}

impl Opened {
    pub async fn close(self) -> anyhow::Result<()> {
        self.store.close().await;
        self.drain.await.context("the store did not close")?;
        drop(self.hold);
        Ok(())
    }
}

/// Opens the database of a server. Where the server runs, schema and views are left to it.
pub async fn open(database: &Path) -> anyhow::Result<Opened> {
    let path = config::existing(database)?;
    let hold = Hold::take_if_free(path)?;
    let (commits, mut committed) = mpsc::channel(1);
    let drain = tokio::spawn(async move { while committed.recv().await.is_some() {} });
    let (options, clock) = (Options::default(), clock::system());
    let opening = if hold.is_some() {
        Store::open(path, options, clock, commits).await
    } else {
        Store::open_beside(path, options, clock, commits).await
    };
    let store = opening.with_context(|| format!("the database {} can't be opened", path.display()))?;
    Ok(Opened { store, drain, hold })
}

/// Carries out the command.
pub async fn run(args: Source) -> anyhow::Result<()> {
    let opened = open(&args.database).await?;
    let outcome = act(&opened.store, args.action).await;
    opened.close().await?;
    outcome
}

async fn act(store: &Store, action: Action) -> anyhow::Result<()> {
    match action {
        Action::Add { name, role, secret, tolerance, issuer } => {
            if !role.is_outside() {
                bail!("`{role}` is no role of a source: use erp or tms");
            }
            let own = [SourceName::syncline(), SourceName::desk(), SourceName::portal()];
            if own.contains(&name) {
                bail!("`{name}` is what Syncline calls its own part: give the source another name");
            }
            if store.sources().await?.iter().any(|known| known.name == name) {
                bail!(
                    "there is a source `{name}` already: use `syncline source rotate {name}` for a new secret"
                );
            }
            let (secret, is_new) = secret.resolve()?;
            store
                .put_source(SourceConfig {
                    tolerance,
                    issuer,
                    ..SourceConfig::new(name.clone(), role, vec![secret.clone()])
                })
                .await?;
            println!("added {name} ({role}); it delivers to /intake/{name}");
            show(&secret, is_new);
        }
        Action::Set { name, tolerance, issuer } => {
            let mut source = find(store, &name).await?;
            source.tolerance = tolerance.unwrap_or(source.tolerance);
            source.issuer = issuer.or(source.issuer);
            println!(
                "deliveries of {name} may be {} old, and its numbers are those of {}; a running server knows it within a second",
                spoken(source.tolerance),
                issuer_of(&source)
            );
            store.put_source(source).await?;
        }
        Action::List => {
            println!(
                "{:<40} {:<5} {:<8} {:<9} {:<16} state",
                "name", "role", "secrets", "tolerance", "numbers of"
            );
            for source in store.sources().await? {
                let state = if source.disabled { "disabled" } else { "active" };
                println!(
                    "{:<40} {:<5} {:<8} {:<9} {:<16} {state}",
                    source.name.as_str(),
                    source.role.as_str(),
                    source.secrets.len(),
                    spoken(source.tolerance),
                    issuer_of(&source),
                );
            }
        }
        Action::Rotate { name, drop_old: true, .. } => {
            let mut source = find(store, &name).await?;
            let old = source.secrets.len().saturating_sub(1);
            source.secrets.drain(..old);
            store.put_source(source).await?;
            println!("{name} has one secret now; {old} old ended, for a running server within a second");
        }
        Action::Rotate { name, drop_old: false, secret } => {
            let mut source = find(store, &name).await?;
            let (secret, is_new) = secret.resolve()?;
            source.secrets.retain(|known| *known != secret);
            source.secrets.push(secret.clone());
            store.put_source(source).await?;
            println!(
                "{name} has a new secret; the old one stays valid until `syncline source rotate {name} --drop-old`"
            );
            show(&secret, is_new);
        }
        Action::Disable { name } => {
            let source = find(store, &name).await?;
            store.put_source(SourceConfig { disabled: true, ..source }).await?;
            println!("{name} is disabled: a running server refuses its deliveries within a second");
        }
        Action::Enable { name } => {
            let source = find(store, &name).await?;
            store.put_source(SourceConfig { disabled: false, ..source }).await?;
            println!("{name} may deliver again, to a running server within a second");
        }
    }
    Ok(())
}

/// Whose numbers a source states.
fn issuer_of(source: &SourceConfig) -> &str {
    let usual = if source.role == Role::Erp { OrderId::DEFAULT_ISSUER } else { ShipmentId::DEFAULT_ISSUER };
    source.issuer.as_deref().unwrap_or(usual)
}

fn show(secret: &str, is_new: bool) {
    if is_new {
        println!("its secret, shown this once: {secret}");
    }
}

async fn find(store: &Store, name: &SourceName) -> anyhow::Result<SourceConfig> {
    let known = store.sources().await?;
    known.into_iter().find(|source| source.name == *name).with_context(|| {
        format!(
            "there is no source `{name}`: see `syncline source list`, or add it with `syncline source add`"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tolerance_is_written_with_its_unit() {
        let seconds = |text| tolerance(text).map(|tolerance| tolerance.as_secs());
        assert_eq!((seconds("300"), seconds("300s"), seconds("2h")), (Ok(300), Ok(300), Ok(7200)));
        assert_eq!(tolerance("1d").map(spoken), Ok("1d".to_owned()));
        assert!(seconds("5s").is_err() && seconds("31d").is_err() && seconds("a while").is_err());
    }
}
