//! A whole server on a free port of the loopback, with a database of its own. It is the server that `syncline serve`
//! runs; only its commits are noted on their way to the hub.

use crate::auth::{COOKIE, new_token, token_hash};
use crate::clock;
use crate::config::ServeOptions;
use crate::serve::{COMMITS, Server};
use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Parser;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::{CustomerId, Seq, SourceName};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Account, Commit, SourceConfig, Store};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// When each commit was on disk, by its last position.
#[derive(Clone, Debug, Default)]
pub struct Commits {
    times: Arc<Mutex<BTreeMap<Seq, DateTime<Utc>>>>,
}

impl Commits {
    fn note(&self, commit: &Commit) {
        if !commit.shipments.is_empty() {
            self.times
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .insert(commit.as_of, commit.committed_at);
        }
    }

    /// The commits since the last call that changed shipments.
    pub fn take(&self) -> BTreeMap<Seq, DateTime<Utc>> {
        std::mem::take(&mut *self.times.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The server under test.
pub struct Testbed {
    pub address: SocketAddr,
    pub store: Store,
    pub commits: Commits,
    secrets: [String; 2],
    stop: oneshot::Sender<()>,
    serving: JoinHandle<anyhow::Result<()>>,
}

/// The server's options as they are without a command line, but for the port and the limit on one source.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    serve: ServeOptions,
}

/// The options that every server under test runs with.
pub fn options() -> anyhow::Result<ServeOptions> {
    // Its five thousand sockets all come from this machine.
    let sockets = ["--sockets", "20000", "--sockets-of-a-client", "20000"];
    let words = ["bench", "--listen", "127.0.0.1:0", "--rate-limit", "1000000"].into_iter().chain(sockets);
    Ok(Options::try_parse_from(words)?.serve)
}

impl Testbed {
    /// Starts a server on a new database `name` in `folder`.
    pub async fn open(folder: &Path, name: &str) -> anyhow::Result<Self> {
        let options = options()?;
        let clock = clock::system();
        let (written, committed) = mpsc::channel(COMMITS);
        let database = folder.join(format!("{name}.db"));
        let store = Store::open(&database, options.store_options(), clock.clone(), written).await?;
        let secret = || format!("whsec_{}", STANDARD.encode(new_token()));
        let secrets = [secret(), secret()];
        for (role, secret) in [Role::Tms, Role::Erp].into_iter().zip(&secrets) {
            let name = SourceName::try_from(role.as_str().to_owned())?;
            store.put_source(SourceConfig::new(name, role, vec![secret.clone()])).await?;
        }
        let commits = Commits::default();
        let (noted, hub) = mpsc::channel(COMMITS);
        tokio::spawn(note(committed, noted, commits.clone()));
        let listener = TcpListener::bind(options.listen).await?;
        let server = Server::around(store.clone(), hub, listener, &options, clock).await?;
        let address = server.address()?;
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server.run(async {
            // The other end is dropped when the bench ends early; that stops the server as well.
            let _ = stopped.await;
        }));
        Ok(Self { address, store, commits, secrets, stop, serving })
    }

    /// The secret of the source of that role, which is also its name.
    pub fn secret(&self, role: Role) -> &str {
        &self.secrets[usize::from(role != Role::Tms)]
    }

    /// Makes an account and signs it in. Gives the cookie.
    pub async fn sign_in(&self, role: AccountRole, customer: Option<CustomerId>) -> anyhow::Result<String> {
        let token = new_token();
        let account = format!("{}-{}", role.as_str(), &token_hash(&token)[..8]);
        let made = Account {
            account: account.clone(),
            name: account.clone(),
            role,
            customer,
            customer_name: None,
            disabled: false,
        };
        // No password has this hash: the session below is the only way in.
        self.store.put_account(made, "none".to_owned()).await?;
        self.store.open_session(&token_hash(&token), &account, clock::now() + TimeDelta::days(1)).await?;
        Ok(format!("{COOKIE}={token}"))
    }

    pub async fn close(self) -> anyhow::Result<()> {
        // An error means that the server has ended by itself; why is what waiting for it tells.
        let _ = self.stop.send(());
        self.serving.await.context("the server was cut off")?
    }
}

async fn note(
    mut committed: mpsc::Receiver<Arc<Commit>>,
    noted: mpsc::Sender<Arc<Commit>>,
    commits: Commits,
) {
    while let Some(commit) = committed.recv().await {
        commits.note(&commit);
        if noted.send(commit).await.is_err() {
            break;
        }
    }
}
