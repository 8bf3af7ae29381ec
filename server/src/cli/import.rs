//! `syncline import FILE`: takes a file of events in through the intake's own reading and the store's own writing.
//! What a killed run had taken is not taken twice: a chunk's delivery id is made from its bytes.

mod chunk;
mod input;
mod progress;

use crate::clock;
use crate::config::{DatabaseOption, existing};
use crate::hold::Hold;
use crate::intake::{Format, Parsed, Sender, TooMany, parse};
use crate::serve::asked_to_stop;
use anyhow::{Context, anyhow, bail};
use chunk::{Chunk, Chunks};
use clap::Args;
use domain::SourceName;
use futures::StreamExt;
pub use progress::Progress;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use store::{AppendError, Clock, Delivery, Options, Receipt, SourceConfig, Store, StoreError};
use tokio::sync::mpsc;

/// Chunks on their way at once: one is read while others are written.
const AHEAD: usize = 4;
/// A file that begins with so many lines, or more, of which none is an event is none of events.
const HOPELESS: usize = 10;
/// How often a chunk that could not be written is tried again.
const PATIENCE: u32 = 20;

/// Take in a file of events
#[derive(Args, Clone, Debug)]
pub struct Import {
    /// The file, one CloudEvent a line (NDJSON), packed by gzip or not; - reads standard input
    pub file: PathBuf,
    /// The source that states these events
    #[arg(long)]
    pub source: SourceName,
    #[command(flatten)]
    pub database: DatabaseOption,
}

/// What became of the events of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    /// Lines of chunks that an earlier run had taken.
    pub skipped: u64,
    /// Values that were not taken as they came.
    pub warnings: u64,
}

/// Carries out the command.
pub async fn run(args: Import) -> anyhow::Result<()> {
    let (input, size): (Box<dyn Read + Send>, Option<u64>) = if args.file.as_os_str() == "-" {
        (Box::new(std::io::stdin()), None)
    } else {
        let file =
            File::open(&args.file).with_context(|| format!("{} can't be read", args.file.display()))?;
        // Of a packed file nobody knows how long it is.
        let is_packed = args.file.extension().is_some_and(|extension| extension == "gz");
        let size = file.metadata().ok().map(|data| data.len()).filter(|_| !is_packed);
        (Box::new(file), size)
    };
    let path = existing(&args.database.database)?;
    let _hold = Hold::take(path).await?;
    let (commits, mut committed) = mpsc::channel(16);
    let drain = tokio::spawn(async move { while committed.recv().await.is_some() {} });
    let store = Store::open(path, Options::default(), clock::system(), commits)
        .await
        .with_context(|| format!("the database {} can't be opened", path.display()))?;
    let progress = Progress::new(size);
    let outcome = import(&store, &args.source, input, clock::system(), &progress, asked_to_stop()).await;
    store.close().await;
    drain.await.context("the store did not close")?;
    let (tally, is_whole) = outcome?;
    progress.end(&tally);
    if is_whole && tally == Tally::default() {
        bail!("{} holds no line: nothing was taken", args.file.display());
    }
    if !is_whole {
        bail!("stopped before the end: run the same command again to go on");
    }
    if tally.quarantined > 0 && tally.accepted + tally.duplicates + tally.skipped == 0 {
        bail!(
            "nothing of this file was understood: what it holds, and why not, is on the page /integrations"
        );
    }
    if tally.quarantined > 0 {
        println!("what waits in quarantine, and why, is on the page /integrations");
    }
    Ok(())
}

/// Takes in what `input` holds until it ends or `stop` is done. Says whether it came to the end.
pub async fn import(
    store: &Store,
    source: &SourceName,
    input: Box<dyn Read + Send>,
    clock: Clock,
    progress: &Progress,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<(Tally, bool)> {
    let known = store.sources().await?;
    let Some(configured) = known.iter().find(|known| known.name == *source) else {
        bail!(
            "there is no source `{source}`: add it with `syncline source add {source} --role tms` (or erp)"
        );
    };
    let (chunks, incoming) = mpsc::channel(1);
    // A thread of its own, since nothing can end a read of standard input that waits for more.
    std::thread::spawn(move || {
        let input = match input::lines(input) {
            Ok(input) => input,
            Err(error) => {
                // Nobody waits for it any more.
                let _ = chunks.blocking_send(Err(error));
                return;
            }
        };
        for chunk in Chunks::of(input) {
            let is_last = chunk.is_err();
            if chunks.blocking_send(chunk).is_err() || is_last {
                break;
            }
        }
    });
    let is_whole = AtomicBool::new(true);
    let stop = async {
        stop.await;
        is_whole.store(false, Ordering::Relaxed);
    };
    let incoming = futures::stream::unfold(incoming, async |mut incoming| {
        let chunk = incoming.recv().await?;
        Some((chunk, incoming))
    });
    let incoming = incoming.take_until(stop);
    futures::pin_mut!(incoming);
    // The first by itself: if nothing of it is an event, nothing at all is taken.
    let first = incoming.next().await.map(|chunk| take(store, configured, chunk, &clock));
    let rest = incoming.map(|chunk| take(store, configured, chunk, &clock)).buffered(AHEAD);
    let taking = futures::stream::iter(first).then(|first| first).chain(rest);
    futures::pin_mut!(taking);
    let (mut tally, mut bytes) = (Tally::default(), 0);
    while let Some(taken) = taking.next().await {
        let taken = taken?;
        bytes += taken.bytes;
        tally.accepted += taken.tally.accepted;
        tally.duplicates += taken.tally.duplicates;
        tally.quarantined += taken.tally.quarantined;
        tally.skipped += taken.tally.skipped;
        tally.warnings += taken.tally.warnings;
        progress.show(bytes, &tally);
    }
    Ok((tally, is_whole.load(Ordering::Relaxed)))
}

struct Taken {
    bytes: u64,
    tally: Tally,
}

async fn take(
    store: &Store,
    configured: &SourceConfig,
    chunk: std::io::Result<Chunk>,
    clock: &Clock,
) -> anyhow::Result<Taken> {
    let (source, role) = (&configured.name, configured.role);
    let chunk = chunk.map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => anyhow!("the file breaks off within its gzip: what was whole before is taken; send it whole, and run this again"),
        _ => anyhow!("the file can't be read: {error}"),
    })?;
    let id = chunk.id();
    let bytes = chunk.bytes.len() as u64;
    if store.delivery(source, &id).await?.is_some_and(|stored| stored.body == chunk.bytes) {
        return Ok(Taken { bytes, tally: Tally { skipped: chunk.lines, ..Tally::default() } });
    }
    let received_at = clock();
    let (name, first_line) = (source.clone(), chunk.first_line);
    let parsing = tokio::task::spawn_blocking(move || {
        let sender = Sender { source: &name, role, received_at };
        parse(&chunk.bytes, Format::Lines, sender, usize::MAX).map(|parsed| (parsed, chunk.bytes))
    });
    let (Parsed { events, quarantined, warnings }, body) =
        match parsing.await.context("a chunk could not be read")? {
            Ok((mut parsed, body)) => {
                parsed.number_by(configured.issuer.as_deref());
                (parsed, body)
            }
            Err(TooMany) => bail!("line {first_line} and those after it are too many events"),
        };
    if let (1, [], [first, ..]) = (first_line, &events[..], &quarantined[..])
        && quarantined.len() >= HOPELESS
    {
        bail!(
            "nothing was taken: none of the first {} lines is an event that {source} may send; of line {} it is said: {}",
            quarantined.len(),
            first.position + 1,
            first.reason
        );
    }
    let delivery = Delivery {
        source: source.clone(),
        role,
        id,
        received_at,
        headers: vec![("import-first-line".into(), first_line.to_string())],
        body,
        content_type: Format::Lines.content_type().into(),
        events,
        quarantined,
        expected: None,
    };
    let Receipt { accepted, duplicates, quarantined, .. } = append(store, delivery).await?;
    store.doubt(warnings.iter().map(|warning| warning.doubt(source, received_at)));
    let tally = Tally {
        accepted: accepted.into(),
        duplicates: duplicates.into(),
        quarantined: quarantined.into(),
        skipped: 0,
        warnings: warnings.len() as u64,
    };
    Ok(Taken { bytes, tally })
}

/// Hands a delivery over; waits while the store has too much to write.
async fn append(store: &Store, delivery: Delivery) -> anyhow::Result<Receipt> {
    let mut failures = 0;
    loop {
        match store.append(delivery.clone()).await {
            // Each failure names one more event that the fold can't take, and that goes to quarantine the next time.
            Err(AppendError::Store(StoreError::Batch(_))) if failures < PATIENCE => failures += 1,
            Err(AppendError::Full) => tokio::time::sleep(Duration::from_millis(50)).await,
            outcome => return outcome.context("a chunk could not be kept"),
        }
    }
}
