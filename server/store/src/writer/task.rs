//! The writer's loop: what waits becomes one transaction, and everybody is answered once it is on disk.

use super::checkpoint::{LogLength, checkpoint, finish};
use super::health::{Pulse, is_of_the_surroundings, probe};
use super::prepared::Prepared;
use super::queue::{Act, Answer, Request};
use super::tallies::Tallies;
use super::transaction::{Memory, Unfoldable};
use crate::error::in_words;
use crate::{AppendError, Clock, Commit, Options, Receipt, StoreError, connect_options};
use domain::Seq;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval};

/// How long counts may wait to be written.
const TALLY_PERIOD: Duration = Duration::from_secs(1);

/// A delivery and who waits for the answer.
type Waiting = (Prepared, Answer<Result<Receipt, AppendError>>);

/// The owner of the only connection that writes.
pub(crate) struct Writer {
    path: PathBuf,
    /// Which file it was when it was opened.
    file: Option<FileId>,
    /// None after the database refused: whether a transaction is still open on a connection is then unknown, so it is
    /// thrown away and opened anew.
    connection: Option<SqliteConnection>,
    /// None after a failure: it is read anew, so that it is never ahead of the disk.
    memory: Option<Memory>,
    unfoldable: Unfoldable,
    options: Options,
    clock: Clock,
    commits: mpsc::Sender<Arc<Commit>>,
    tallies: Arc<Tallies>,
    length: LogLength,
    pulse: Arc<Pulse>,
}

impl Writer {
    pub(crate) async fn open(
        path: &Path,
        options: Options,
        clock: Clock,
        commits: mpsc::Sender<Arc<Commit>>,
        tallies: Arc<Tallies>,
        length: LogLength,
        pulse: Arc<Pulse>,
    ) -> Result<Self, StoreError> {
        let mut connection = connect(path).await?;
        let memory = Some(Memory::load(&mut connection, options.cached_shipments).await?);
        Ok(Self {
            path: path.to_owned(),
            file: FileId::of(path),
            connection: Some(connection),
            memory,
            unfoldable: Unfoldable::default(),
            options,
            clock,
            commits,
            tallies,
            length,
            pulse,
        })
    }

    /// Works until it is told to close or nobody can ask any more.
    pub(crate) async fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        let mut ticks = interval(TALLY_PERIOD);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next = None;
        let closing = loop {
            let request = if let Some(request) = next.take() {
                request
            } else {
                tokio::select! {
                    request = requests.recv() => match request {
                        Some(request) => request,
                        None => break None,
                    },
                    _ = ticks.tick() => {
                        self.pulse.begin((self.clock)());
                        self.recover().await;
                        self.write_tallies_or_warn().await;
                        self.pulse.end();
                        continue;
                    }
                }
            };
            self.pulse.begin((self.clock)());
            match request {
                Request::Append(delivery, answer) => {
                    let mut events = delivery.events.len();
                    let mut waiting = vec![(*delivery, answer)];
                    while events < self.options.batch_events && next.is_none() {
                        match requests.try_recv() {
                            Ok(Request::Append(delivery, answer)) => {
                                events += delivery.events.len().max(1);
                                waiting.push((*delivery, answer));
                            }
                            Ok(other) => next = Some(other),
                            Err(_) => break,
                        }
                    }
                    self.append(waiting).await;
                }
                Request::Act(act, answer) => self.act(act, answer).await,
                Request::Flush(answer) => {
                    // Whoever asked may have gone; the counts are written all the same.
                    let _ = answer.send(self.write_tallies().await);
                }
                Request::Close(answer) => {
                    requests.close();
                    break Some(answer);
                }
            }
            self.pulse.end();
        };
        // What was queued behind the closing is told that the store has stopped, by dropping it.
        drop(requests);
        self.write_tallies_or_warn().await;
        if let Some(connection) = self.connection
            && let Err(error) = finish(connection).await
        {
            tracing::warn!(%error, "the write-ahead log stays; it is read when the database is opened again");
        }
        if let Some(answer) = closing {
            // Whoever asked may have gone.
            let _ = answer.send(());
        }
    }

    async fn append(&mut self, waiting: Vec<Waiting>) {
        let (deliveries, answers): (Vec<_>, Vec<_>) = waiting.into_iter().unzip();
        match self.write(deliveries).await {
            Ok((outcomes, commit)) => {
                for (answer, outcome) in answers.into_iter().zip(outcomes) {
                    // Whoever asked may have gone; the delivery is kept all the same.
                    let _ = answer.send(outcome);
                }
                if let Some(commit) = commit {
                    self.tell(commit).await;
                }
                self.help_checkpointing().await;
            }
            Err(error) => {
                self.memory = None;
                self.failed(&error).await;
                tracing::error!(%error, deliveries = answers.len(), "a batch was rolled back");
                for answer in answers {
                    let _ = answer.send(Err(StoreError::Batch(error.to_string()).into()));
                }
            }
        }
    }

    async fn write(
        &mut self,
        deliveries: Vec<Prepared>,
    ) -> Result<(Vec<Result<Receipt, AppendError>>, Option<Commit>), StoreError> {
        self.pulse.check()?;
        self.in_place()?;
        let connection = connected(&mut self.connection, &self.path).await?;
        let memory = loaded(&mut self.memory, connection, &self.options).await?;
        let mut transaction = connection.begin_with("begin immediate").await?;
        let written =
            memory.write(&mut transaction, deliveries, &mut self.unfoldable, (self.clock)()).await?;
        transaction.commit().await?;
        let commit = memory.committed(written.batch, (self.clock)(), written.first);
        Ok((written.outcomes, commit))
    }

    async fn act(&mut self, act: Act, answer: Answer<Result<u64, StoreError>>) {
        let outcome = self.acted(act).await;
        if let Ok((_, ended)) = &outcome
            && !ended.is_empty()
        {
            let commit = self.nothing_but(ended.clone()).await;
            match commit {
                Ok(commit) => self.tell(commit).await,
                Err(error) => tracing::error!(%error, "ended sessions could not be told to the hub"),
            }
        }
        // Whoever asked may have gone.
        let _ = answer.send(outcome.map(|(rows, _)| rows));
    }

    async fn acted(&mut self, act: Act) -> Result<(u64, Vec<String>), StoreError> {
        let acted = async {
            self.pulse.check()?;
            self.in_place()?;
            let connection = connected(&mut self.connection, &self.path).await?;
            let mut transaction = connection.begin_with("begin immediate").await?;
            let acted = act(&mut transaction).await?;
            transaction.commit().await?;
            Ok::<_, StoreError>((acted.rows, acted.ended))
        }
        .await;
        if let Err(error) = &acted {
            self.failed(error).await;
        }
        acted
    }

    /// Takes note that something could not be written. A connection on which the database refused is never used again.
    async fn failed(&mut self, error: &StoreError) {
        if let StoreError::File { .. } = error {
            if self.pulse.fail(error.to_string(), (self.clock)()) {
                tracing::error!(%error, "nothing can be written; deliveries are refused until it can");
            }
            return;
        }
        let StoreError::Database(cause) = error else { return };
        self.memory = None;
        if let Some(connection) = self.connection.take()
            && let Err(error) = connection.close().await
        {
            tracing::debug!(%error, "the connection that failed did not close");
        }
        if is_of_the_surroundings(cause) && self.pulse.fail(in_words(cause), (self.clock)()) {
            tracing::error!(error = %cause, "nothing can be written; deliveries are refused until it can");
        }
    }

    /// Whether the file that is written still lies where it is looked for: what is written to another is lost when this ends.
    fn in_place(&self) -> Result<(), StoreError> {
        if FileId::of(&self.path) == self.file {
            return Ok(());
        }
        let what = "not the one that this server has opened: it was moved, removed or replaced while it was in use; put it back, \
                    or stop the server"
            .to_owned();
        Err(StoreError::File { path: self.path.clone(), what })
    }

    /// While nothing could be written: tries whether it can be again.
    async fn recover(&mut self) {
        if let Err(error) = self.in_place() {
            return self.failed(&error).await;
        }
        if self.pulse.check().is_ok() {
            return;
        }
        let probed = async {
            let connection = connected(&mut self.connection, &self.path).await?;
            probe(connection).await
        }
        .await;
        match probed {
            Ok(()) => {
                self.pulse.recover();
                tracing::info!("the database can be written again");
            }
            Err(error) => self.failed(&error).await,
        }
    }

    /// A commit that only ends sessions.
    async fn nothing_but(&mut self, ended_sessions: Vec<String>) -> Result<Commit, StoreError> {
        let connection = connected(&mut self.connection, &self.path).await?;
        let memory = loaded(&mut self.memory, connection, &self.options).await?;
        let as_of = memory.last_seq();
        Ok(Commit {
            first: Seq(as_of.0 + 1),
            as_of,
            committed_at: (self.clock)(),
            shipments: Vec::new(),
            exceptions: Vec::new(),
            withdrawn_from: Vec::new(),
            open_exceptions: memory.open_exceptions(),
            sources: Vec::new(),
            passages: Vec::new(),
            ended_sessions,
        })
    }

    async fn tell(&self, commit: Commit) {
        if self.commits.send(Arc::new(commit)).await.is_err() {
            tracing::debug!("nobody listens to commits");
        }
    }

    async fn write_tallies(&mut self) -> Result<(), StoreError> {
        let Some(waiting) = self.tallies.take() else { return Ok(()) };
        let written = async {
            self.pulse.check()?;
            let connection = connected(&mut self.connection, &self.path).await?;
            let mut transaction = connection.begin_with("begin immediate").await?;
            waiting.write(&mut transaction).await?;
            Ok::<_, StoreError>(transaction.commit().await?)
        }
        .await;
        if let Err(error) = &written {
            self.failed(error).await;
            self.tallies.put_back(waiting)?;
        }
        written
    }

    async fn write_tallies_or_warn(&mut self) {
        if self.pulse.check().is_ok()
            && let Err(error) = self.write_tallies().await
        {
            tracing::warn!(%error, "counts could not be written; they wait for the next time");
        }
    }

    /// Between two transactions nothing is added to the log, so it can be moved as a whole.
    async fn help_checkpointing(&mut self) {
        if !self.length.is_overgrown() {
            return;
        }
        self.length.set(0);
        if let Some(connection) = &mut self.connection
            && let Err(error) = checkpoint(connection).await
        {
            tracing::warn!(%error, "the write-ahead log could not be moved into the database");
        }
    }
}

/// Which file a path leads to; none where it leads to none.
#[derive(Clone, Copy, PartialEq, Eq)]
struct FileId(u64, u64);

impl FileId {
    fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok()?;
        #[cfg(unix)]
        let id = (std::os::unix::fs::MetadataExt::dev(&data), std::os::unix::fs::MetadataExt::ino(&data));
        // Elsewhere a file that is in use can be neither moved nor removed.
        #[cfg(not(unix))]
        let id = (0, u64::from(data.is_file()));
        Some(Self(id.0, id.1))
    }
}

async fn connect(path: &Path) -> Result<SqliteConnection, StoreError> {
    let options = connect_options(path).pragma("wal_autocheckpoint", "0").pragma("cache_size", "-131072");
    Ok(options.connect().await?)
}

async fn connected<'c>(
    connection: &'c mut Option<SqliteConnection>,
    path: &Path,
) -> Result<&'c mut SqliteConnection, StoreError> {
    Ok(match connection {
        Some(connection) => connection,
        None => connection.insert(connect(path).await?),
    })
}

async fn loaded<'m>(
    memory: &'m mut Option<Memory>,
    connection: &mut SqliteConnection,
    options: &Options,
) -> Result<&'m mut Memory, StoreError> {
    Ok(match memory {
        Some(memory) => memory,
        None => memory.insert(Memory::load(connection, options.cached_shipments).await?),
    })
}
