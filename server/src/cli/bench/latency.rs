//! From the commit to the frame on the wire, while singles come in at half of the peak rate.

use super::Scale;
use super::http;
use super::mail::Mail;
use super::sample::{Sample, rate};
use super::single::CLIENTS;
use super::sockets::{self, position};
use super::table::Row;
use super::testbed::Testbed;
use crate::clock;
use anyhow::Context;
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::account::AccountRole;
use domain::live::ViewKey;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::thread::JoinHandle;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

const BAR: f64 = 25.0;
/// Agents who look at the list that every change is in.
const WATCHERS: usize = 20;
/// How long the last frame may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// More events than this are not sent, whatever the peak.
const MOST: usize = 200_000;

pub async fn measure(scale: &Scale, folder: &Path, peak: f64) -> anyhow::Result<Row> {
    let testbed = Testbed::open(folder, "latency").await?;
    let pace = peak / 2.0;
    let events = ((pace * scale.load.as_secs_f64()) as usize).clamp(CLIENTS, MOST);
    let mut mail = Mail::new(3, events * 2 + 10_000);
    let warm_up = mail.singles(&testbed, events / 5)?;
    http::send_all(testbed.address, warm_up, CLIENTS, Some(pace), 202).await?;
    testbed.commits.take();

    let cookie = testbed.sign_in(AccountRole::Agent, None).await?;
    let watchers = Watchers::start(testbed.address, cookie).await?;
    let requests = mail.singles(&testbed, events)?;
    let sent = http::send_all(testbed.address, requests, CLIENTS, Some(pace), 202).await?;
    let last = testbed.store.as_of().await?;
    let seen = watchers.until(last).await?;
    let commits = testbed.commits.take();
    let spans = spans(&commits, &seen);
    testbed.close().await?;
    let detail = format!(
        "{}, {} commits to {WATCHERS} sockets at {}; answers {}",
        spans.formatted(),
        commits.len(),
        rate(sent.rate()),
        sent.answers.formatted(),
    );
    Ok(Row::limit("commit to frame on the wire, p99", spans.at(0.99), BAR, "ms", detail))
}

/// Which position a watcher had when.
type Seen = Vec<(Seq, DateTime<Utc>)>;

/// Milliseconds from each commit to the first frame, at each watcher, that holds it.
fn spans(commits: &BTreeMap<Seq, DateTime<Utc>>, seen: &[Seen]) -> Sample {
    let mut sample = Sample::default();
    for frames in seen {
        let mut waiting = commits.iter().peekable();
        for (position, at) in frames {
            while let Some((_, committed)) = waiting.next_if(|(seq, _)| *seq <= position) {
                sample.push((*at - *committed).num_nanoseconds().unwrap_or_default() as f64 / 1e6);
            }
        }
    }
    sample
}

/// Sockets that are read on a thread of their own.
struct Watchers {
    thread: JoinHandle<anyhow::Result<Vec<Seen>>>,
    until: watch::Sender<Option<Seq>>,
}

impl Watchers {
    async fn start(address: SocketAddr, cookie: String) -> anyhow::Result<Self> {
        let (until, end) = watch::channel(None);
        let (ready, is_ready) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(async {
                let sockets = sockets::open(address, &cookie, &[ViewKey::Shipments], WATCHERS).await?;
                // Who waits for it may have given up.
                let _ = ready.send(());
                futures::future::try_join_all(sockets.into_iter().map(|socket| read(socket, end.clone())))
                    .await
            })
        });
        is_ready.await.context("the sockets could not be opened")?;
        Ok(Self { thread, until })
    }

    /// Reads on until every socket has a position, and gives what each had when.
    async fn until(self, last: Seq) -> anyhow::Result<Vec<Seen>> {
        self.until.send_replace(Some(last));
        let thread = self.thread;
        let joined = tokio::task::spawn_blocking(move || thread.join()).await?;
        joined.map_err(|_| anyhow::anyhow!("the sockets' thread has failed"))?
    }
}

async fn read(mut socket: sockets::Socket, mut end: watch::Receiver<Option<Seq>>) -> anyhow::Result<Seen> {
    let mut seen = Seen::new();
    let mut ending = None;
    loop {
        let has = |last: Seq| seen.last().is_some_and(|(position, _)| *position >= last);
        if ending.is_some_and(has) {
            return Ok(seen);
        }
        tokio::select! {
            frame = sockets::text(&mut socket) => {
                let at = clock::now();
                if let Some(position) = position(&frame?) {
                    seen.push((position, at));
                }
            }
            changed = end.changed(), if ending.is_none() => {
                changed.context("the bench ended early")?;
                ending = *end.borrow_and_update();
            }
            () = tokio::time::sleep(PATIENCE), if ending.is_some() => anyhow::bail!("the last frame did not come"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn a_commit_is_on_the_wire_with_the_first_frame_that_holds_it() {
        let at = |ms| DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms);
        let commits = BTreeMap::from([(Seq(2), at(0)), (Seq(5), at(10)), (Seq(6), at(20))]);
        let sample = spans(&commits, &[vec![(Seq(5), at(30)), (Seq(6), at(24))]]);
        let found = [0.1, 0.5, 1.0].map(|quantile| sample.at(quantile).round() as u64);
        assert_eq!(found, [4, 20, 30]);
    }
}
