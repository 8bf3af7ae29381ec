//! Puts the parts together and runs them until told to stop.

use crate::auth::{Attempts, Sessions};
use crate::background::Background;
use crate::config::ServeOptions;
use crate::hold::Hold;
use crate::intake::Intake;
use crate::listen::Patience;
use crate::live::Hub;
use crate::outbox::{self, Outbox, Post};
use crate::site::Site;
use crate::state::AppState;
use crate::{assets, auth, deadlines, feeds, gates, listen, metrics, router};
use anyhow::Context;
use app::presence::Presence;
use app::writes::Writes;
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use store::{Clock, Commit, Quiet, Store};
use tokio::net::TcpListener;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;

/// Commits that may wait for the hub; the writer waits when it is full, the hub never waits for a socket.
pub const COMMITS: usize = 64;
/// How long open requests may take after the server was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// A server that listens, but does not answer yet.
pub struct Server {
    listener: TcpListener,
    state: AppState,
    intake: Intake,
    patience: Patience,
    /// None where nothing may leave.
    outbox: Option<Arc<Outbox>>,
    hold: Option<Hold>,
}

impl Server {
    /// Opens the database and the port.
    pub async fn open(options: &ServeOptions, database: &Path, clock: Clock) -> anyhow::Result<Self> {
        if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("the folder {} can't be made", folder.display()))?;
        }
        let listener = TcpListener::bind(options.listen).await.with_context(|| {
            format!(
                "can't listen on {}: is another server running? --listen takes another address",
                options.listen
            )
        })?;
        // What is locked has to be there.
        store::create_private(database)?;
        let hold = Hold::take(database).await?;
        if let Some(reached) = hold.reached() {
            store::mark_older(database, reached).await?;
        }
        let (commits, committed) = mpsc::channel(COMMITS);
        let store = Store::open(database, options.store_options(), clock.clone(), commits)
            .await
            .with_context(|| format!("the database {} can't be opened", database.display()))?;
        let server = Self::around(store, committed, listener, options, clock).await?;
        note_position(&server.state.store, &hold).await;
        Ok(Self { hold: Some(hold), ..server })
    }

    /// The server around a store that is open already and whose commits come out of `committed`.
    pub async fn around(
        store: Store,
        committed: mpsc::Receiver<Arc<Commit>>,
        listener: TcpListener,
        options: &ServeOptions,
        clock: Clock,
    ) -> anyhow::Result<Self> {
        let site = Arc::new(Site::new(options)?);
        let hub = Hub::start(store.clone(), clock.clone(), committed);
        let intake = Intake::new(store.clone(), clock.clone(), options).await?;
        if options.no_outbound {
            store.keep_quiet(Quiet::Asked);
        }
        let quiet = store.quiet();
        let mail = if quiet.is_some() { options.mail.without_server() } else { options.mail.clone() };
        let post = Arc::new(Post::new(&mail)?);
        let outbox = if let Some(quiet) = quiet {
            match quiet {
                Quiet::Asked => {
                    tracing::warn!("no message leaves this server (--no-outbound): what is due waits");
                }
                Quiet::Copy => tracing::warn!(
                    "no message leaves this server: its database is a copy, and where it was made the same ones may leave; \
                     if this one takes its place, say so with `syncline endpoint release` and start again"
                ),
            }
            None
        } else {
            Some(Arc::new(Outbox::new(store.clone(), clock.clone(), post.clone())?))
        };
        let leptos = LeptosOptions::builder()
            .output_name("syncline")
            .site_pkg_dir(assets::package_dir())
            .site_addr(options.listen)
            .build();
        let state = AppState {
            store,
            clock,
            hub,
            attempts: Attempts::default(),
            sessions: Sessions::new(options.site.idle_hours, options.site.customer_idle_hours),
            presence: Presence::default(),
            writes: Writes::default(),
            post,
            leptos,
            site,
            has_gallery: false,
        };
        let patience = Patience::from(&options.site);
        Ok(Self { listener, state, intake, patience, outbox, hold: None })
    }

    /// Shows at `/components` what pages are made of.
    #[must_use]
    pub fn with_gallery(mut self) -> Self {
        self.state.has_gallery = true;
        self
    }

    /// Where it listens; with port 0 asked for, the port that was found.
    pub fn address(&self) -> anyhow::Result<SocketAddr> {
        self.listener.local_addr().context("the listening address can't be read")
    }

    pub fn store(&self) -> &Store {
        &self.state.store
    }

    /// Answers until `shutdown` is done, then lets open requests finish and closes the database.
    pub async fn run(self, shutdown: impl Future<Output = ()> + Send + 'static) -> anyhow::Result<()> {
        let Self { listener, state, intake, patience, outbox, hold } = self;
        // Sources may have been added since the database was opened.
        intake.reload().await.context("the sources can't be read")?;
        let mut background = Background::default();
        background.spawn("deadlines", deadlines::watch(state.store.clone(), state.clock.clone()));
        background.spawn("invoice gates", gates::watch(state.store.clone(), state.clock.clone()));
        background.spawn("feeds", feeds::watch(state.store.clone(), state.clock.clone()));
        background
            .spawn("gauges", metrics::watch(state.store.clone(), state.hub.clone(), state.clock.clone()));
        background.spawn("endpoints", outbox::watch::watch(state.store.clone(), state.clock.clone()));
        if let Some(outbox) = outbox {
            background.spawn("outbox", outbox.run());
        }
        background.spawn("sessions", auth::forget_expired(state.store.clone(), state.clock.clone()));
        let hub = state.hub.clone();
        let running = hub.clone();
        let (stopping, stopped) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async move {
            shutdown.await;
            tracing::info!("asked to stop: open requests are let finish");
            hub.stop();
            // The other end waits for this or for the server's own end.
            let _ = stopping.send(());
        };
        let store = state.store.clone();
        let site = state.site.clone();
        let serving = listen::serve(listener, router::router(state, intake), site, patience, shutdown);
        let late = async move {
            if stopped.await.is_ok() {
                tokio::time::sleep(GRACE).await;
            } else {
                std::future::pending::<()>().await;
            }
        };
        let outcome = tokio::select! {
            () = serving => Ok(()),
            () = late => {
                tracing::warn!("some requests did not end in time; stopping without them");
                Ok(())
            }
            // Without them it would go on refusing every delivery, or show nobody what changes: better to start again.
            () = running.ended() => Err(anyhow::anyhow!("the writer or the hub has failed: start the server again")),
            // Each of them runs as long as the server: one that ends has failed, and what it watches would be watched by nobody.
            why = background.ended() => Err(why),
        };
        background.stop().await;
        if let Some(hold) = &hold {
            note_position(&store, hold).await;
        }
        store.close().await;
        drop(hold);
        outcome
    }
}

/// Notes how far the journal has come in this place, unless it is a copy's: an older file that is put here is told by it.
async fn note_position(store: &Store, hold: &Hold) {
    if store.quiet() == Some(Quiet::Copy) {
        return;
    }
    let noted = match store.as_of().await {
        Ok(seq) => hold.note(seq).map_err(anyhow::Error::from),
        Err(error) => Err(error.into()),
    };
    if let Err(error) = noted {
        tracing::warn!(%error, "how far the journal has come could not be noted: an older file put here would not be told from it");
    }
}

/// Done when the process is asked to stop: Ctrl-C, SIGTERM, or SIGHUP, which a terminal that closes sends.
pub async fn asked_to_stop() {
    let interrupt = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "Ctrl-C can't be heard");
            std::future::pending::<()>().await;
        }
    };
    #[cfg(unix)]
    let (terminate, hangup) = (hear(SignalKind::terminate()), hear(SignalKind::hangup()));
    #[cfg(not(unix))]
    let (terminate, hangup) = (std::future::pending::<()>(), std::future::pending::<()>());
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
        () = hangup => {}
    }
}

#[cfg(unix)]
async fn hear(kind: SignalKind) {
    match signal(kind) {
        Ok(mut signal) => {
            signal.recv().await;
        }
        Err(error) => {
            tracing::error!(%error, ?kind, "a signal can't be heard");
            std::future::pending::<()>().await;
        }
    }
}
