//! `syncline demo`: the server, a database of its own and the simulator, which sends real signed HTTP to it.

use crate::auth::{hash_password, new_token};
use crate::cli::source::draw_secret;
use crate::config::{LogFormat, ServeOptions, moment, whole};
use crate::hold::Hold;
use crate::serve::{Server, asked_to_stop};
use crate::simulator::receivers::{Cues, Secrets, listen};
use crate::simulator::{self, Feed, Resume, Settings, Target};
use crate::{clock, metrics};
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use clap::Args;
use domain::CustomerId;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::message::Addressee;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{Account, Endpoint, SourceConfig, Store};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The password of every demo account. The demo listens on the loopback address unless told otherwise.
const PASSWORD: &str = "syncline-demo";

/// Run the server with a database of its own and a simulated freight network
#[derive(Args, Debug)]
pub struct Demo {
    #[command(flatten)]
    options: ServeOptions,

    /// Where the demo's data lies; a folder of your user's data without it
    #[arg(long, env = "SYNCLINE_DEMO_DATABASE")]
    database: Option<PathBuf>,

    /// Listen where others can reach it, though the passwords of its accounts are public
    #[arg(long)]
    open_to_others: bool,

    /// Begin anew: forget what earlier demos left
    #[arg(long)]
    fresh: bool,

    /// The same seed gives the same network and the same lives
    #[arg(long, env = "SYNCLINE_SEED", value_parser = whole(0..=u64::MAX), default_value_t = 26)]
    seed: u64,

    /// How much faster than life the simulated trucks move
    #[arg(long, env = "SYNCLINE_SPEED", default_value_t = 60, value_parser = whole(1..=86_400_u32))]
    speed: u32,

    /// Shipments of history that a new demo begins with
    #[arg(long, value_parser = whole(0..=10_000_000_u32), default_value_t = 600)]
    history: u32,

    /// Move the trucks as slowly as in life, so that hardly anything changes while you look
    #[arg(long, conflicts_with = "speed")]
    still: bool,

    /// Stop the clock at this moment (RFC 3339), so that pictures of pages can be compared; sources are then silent
    #[arg(long, hide = true, value_parser = moment)]
    at: Option<DateTime<Utc>>,
}

impl Demo {
    pub fn log_format(&self) -> LogFormat {
        self.options.log_format
    }

    pub async fn run(self) -> anyhow::Result<()> {
        if let Some(at) = self.at {
            clock::stop(at);
        }
        anyhow::ensure!(
            self.open_to_others || self.options.listen.ip().is_loopback(),
            "{} can be reached by others, and everybody knows the password of the demo's accounts: listen on 127.0.0.1, or \
             add --open-to-others",
            self.options.listen
        );
        let database = self.database.clone().map_or_else(default_database, Ok)?;
        if database.exists() {
            // Not under a server that uses it.
            let _hold = Hold::take(&database).await?;
            anyhow::ensure!(
                store::is_demo(&database).await?,
                "{} was not made by a demo, so none will touch it: name another file with --database",
                database.display()
            );
            if self.fresh {
                forget(&database)?;
            }
        }
        let is_new = !database.exists();
        if let Some(listen) = self.options.metrics_listen {
            metrics::serve(listen)?;
        }
        if is_new {
            store::make_demo(&database).await?;
        }
        let server = Server::open(&self.options, &database, clock::system()).await?.with_gallery();
        let address = server.address()?;
        let (tms, erp) = sources(server.store()).await?;
        let accounts = accounts(server.store()).await?;
        announce(&database, is_new, &accounts, address);

        let settings = self.settings(server.store(), &database).await?;
        let target = Target { base: format!("http://{address}"), tms, erp };
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (cues, receivers) = receivers(server.store()).await?;
        let simulating = tokio::spawn({
            let stopped = stopped.clone();
            async move { simulator::run(settings, target, Some(&cues), clock::now, until(stopped)).await }
        });
        let watching = tokio::spawn(async move {
            match simulating.await {
                Ok(Ok(summary)) => tracing::info!(?summary, "the simulator has ended"),
                Ok(Err(error)) => tracing::error!(%error, "the simulator has failed"),
                Err(error) => tracing::error!(%error, "the simulator was cut off"),
            }
        });
        let served = server
            .run(async move {
                asked_to_stop().await;
                println!("stopping");
                stop.send_replace(true);
            })
            .await;
        receivers.abort();
        watching.await.context("the simulator can't be waited for")?;
        served
    }
}

async fn until(mut stopped: tokio::sync::watch::Receiver<bool>) {
    // An error means that the sender is gone, and with it the server.
    let _ = stopped.wait_for(|stopped| *stopped).await;
}

/// What the simulator must know to take up its story where an earlier demo left it; kept beside the database.
#[derive(Serialize, Deserialize)]
struct Story {
    seed: u64,
    speed: u32,
    history: u32,
    first: u64,
    began: DateTime<Utc>,
}

impl Demo {
    async fn settings(&self, store: &Store, database: &Path) -> anyhow::Result<Settings> {
        let file = database.with_extension("story.json");
        let now = clock::now();
        let heard =
            store.freshness().await?.1.sources.into_iter().filter_map(|source| source.recorded_at).max();
        let kept = match std::fs::read(&file) {
            Ok(text) => Some(
                serde_json::from_slice::<Story>(&text)
                    .with_context(|| format!("{} is garbled: --fresh begins anew", file.display()))?,
            ),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => return Err(error).with_context(|| format!("{} can't be read", file.display())),
        };
        let resume = kept.as_ref().zip(heard).map(|(story, until)| Resume { began: story.began, until });
        let story = if let Some(story) = kept.filter(|_| resume.is_some()) {
            story
        } else {
            let speed = if self.still { 1 } else { self.speed };
            let first = simulator::first_number(now);
            let story = Story { seed: self.seed, speed, history: self.history, first, began: now };
            std::fs::write(&file, serde_json::to_vec_pretty(&story)?)
                .with_context(|| format!("{} can't be written", file.display()))?;
            story
        };
        let Story { seed, speed, history, first, .. } = story;
        Ok(Settings { seed, speed, history, rate: None, count: None, first, resume })
    }
}

fn default_database() -> anyhow::Result<PathBuf> {
    let data = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share")))
        .context("there is no home folder for the demo's data: name a file with --database")?;
    Ok(data.join("syncline/demo.db"))
}

/// Removes the database and what SQLite keeps beside it.
fn forget(database: &Path) -> anyhow::Result<()> {
    let beside = ["-wal", "-shm"].map(|suffix| {
        let mut file = database.as_os_str().to_owned();
        file.push(suffix);
        PathBuf::from(file)
    });
    // The database last: a forgetting that broke off is done again.
    let story = database.with_extension("story.json");
    for file in [story].into_iter().chain(beside).chain([database.to_owned()]) {
        match std::fs::remove_file(&file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("{} can't be removed", file.display()));
            }
            _ => {}
        }
    }
    Ok(())
}

/// The demo's two sources; their secrets are drawn once per database.
async fn sources(store: &Store) -> anyhow::Result<(Feed, Feed)> {
    let known = store.sources().await?;
    let mut feeds = Vec::new();
    for (name, role) in [("tms", Role::Tms), ("erp", Role::Erp)] {
        let known = known.iter().find(|source| source.name.as_str() == name);
        let secret = if let Some(secret) = known.and_then(|source| source.secrets.first()) {
            secret.clone()
        } else {
            let secret = format!("whsec_{}", STANDARD.encode(new_token()));
            let name = name.parse()?;
            let secrets = vec![secret.clone()];
            store.put_source(SourceConfig::new(name, role, secrets)).await?;
            secret
        };
        feeds.push(Feed { name: name.to_owned(), secret });
    }
    let erp = feeds.pop().context("no ERP")?;
    let tms = feeds.pop().context("no TMS")?;
    Ok((tms, erp))
}

/// Lets the simulated ERP and TMS hear what the server has to say: an endpoint each, on a port of this machine.
async fn receivers(store: &Store) -> anyhow::Result<(Arc<Cues>, JoinHandle<std::io::Result<()>>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("the simulated systems can't listen")?;
    let address = listener.local_addr()?;
    let known = store.endpoints().await?;
    let mut secrets = Vec::new();
    for (name, addressee) in [("erp", Addressee::Erp), ("tms", Addressee::Tms)] {
        let kept = known.iter().find(|one| one.name == name).and_then(|one| one.secret.clone());
        let secret = kept.unwrap_or_else(draw_secret);
        let endpoint = Endpoint {
            secret: Some(secret.clone()),
            allow_private: true,
            ..Endpoint::new(name, addressee, format!("http://{address}/{name}"))
        };
        store.put_endpoint(endpoint).await?;
        secrets.push(secret);
    }
    let tms = secrets.pop().context("no TMS")?;
    let erp = secrets.pop().context("no ERP")?;
    let cues = Arc::new(Cues::default());
    let listening = tokio::spawn(listen(listener, Secrets { erp, tms }, cues.clone()));
    Ok((cues, listening))
}

/// Two customers, two agents, a manager and an admin, all with the same password.
async fn accounts(store: &Store) -> anyhow::Result<Vec<Account>> {
    let mut accounts = store.accounts().await?;
    if accounts.is_empty() {
        let customers = simulator::customers();
        let mut made: Vec<Account> = customers
            .iter()
            .take(2)
            .zip(["carla", "casper"])
            .map(|(customer, account)| Account {
                account: account.to_owned(),
                name: format!("{} at {}", capital(account), customer.name),
                role: AccountRole::Customer,
                customer: Some(CustomerId::numbered(customer.code)),
                customer_name: Some(customer.name.to_string()),
                disabled: false,
            })
            .collect();
        let house = [
            ("anna", AccountRole::Agent),
            ("amir", AccountRole::Agent),
            ("mona", AccountRole::Manager),
            ("ada", AccountRole::Admin),
        ];
        made.extend(house.map(|(account, role)| Account {
            account: account.to_owned(),
            name: capital(account),
            role,
            customer: None,
            customer_name: None,
            disabled: false,
        }));
        let hash = tokio::task::spawn_blocking(|| hash_password(PASSWORD)).await??;
        for account in &made {
            store.put_account(account.clone(), hash.clone()).await?;
        }
        accounts = made;
    }
    Ok(accounts)
}

fn capital(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn announce(database: &Path, is_new: bool, accounts: &[Account], address: std::net::SocketAddr) {
    println!("\n  Syncline demo on http://{address}\n");
    println!("  sign in as one of these, password {PASSWORD}");
    for account in accounts {
        println!("    {:<8} {:<9} {}", account.account, account.role.as_str(), account.name);
    }
    let age = if is_new { "new" } else { "going on; --fresh begins anew" };
    println!("\n  data: {} ({age})", database.display());
    println!("  Ctrl-C stops it\n");
}
