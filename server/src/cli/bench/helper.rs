//! The bench's second process: one process may not hold both ends of ten thousand sockets. It is this same program,
//! started again, told what to do by a line of JSON, and gone when its parent is.

use super::sockets::{self, Socket};
use super::testbed::Testbed;
use crate::clock;
use anyhow::{Context, bail};
use clap::ValueEnum;
use domain::Seq;
use domain::account::AccountRole;
use domain::live::ViewKey;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;

/// What a helper is asked for must not take longer.
const PATIENCE: Duration = Duration::from_mins(2);

/// What a helper is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Role {
    /// Holds sockets, and tells when all of them got a change.
    Sockets,
    /// Runs a server, and tells how much memory it takes.
    Server,
}

/// What a helper with sockets is to do.
#[derive(Debug, Serialize, Deserialize)]
pub struct Audience {
    pub address: SocketAddr,
    pub cookie: String,
    /// None where the other side expects no subscription.
    pub views: Vec<ViewKey>,
    pub sockets: usize,
}

/// All sockets have reached a position. The first report, with an empty frame, says that all are open.
#[derive(Debug, Serialize, Deserialize)]
pub struct Delivered {
    /// The position that no socket is behind any more.
    pub position: Seq,
    /// When the last of them got it, nanoseconds since 1970.
    pub last: i64,
    pub frame: String,
}

/// A server under test, as its process tells of it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Address {
    pub address: SocketAddr,
    pub cookie: String,
}

/// A helper at work. It ends when this is dropped.
pub struct Helper {
    child: Child,
    orders: ChildStdin,
    reports: mpsc::Receiver<String>,
}

impl Helper {
    /// Starts this program in a role.
    pub fn start(role: Role, folder: &Path) -> anyhow::Result<Self> {
        let role = role.to_possible_value().context("a role has a name")?;
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bench", "--role", role.get_name(), "--folder"])
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bench can't start its second process")?;
        let orders = child.stdin.take().context("the second process can't be told anything")?;
        let output = child.stdout.take().context("the second process can't be heard")?;
        let (heard, reports) = mpsc::channel(64);
        std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            // A receiver that is gone has heard enough.
            lines.take_while(|line| heard.blocking_send(line.clone()).is_ok()).for_each(drop);
        });
        Ok(Self { child, orders, reports })
    }

    pub fn tell(&mut self, order: &impl Serialize) -> anyhow::Result<()> {
        let mut line = serde_json::to_string(order)?;
        line.push('\n');
        self.orders.write_all(line.as_bytes()).context("the second process has gone")
    }

    pub async fn hear<T: DeserializeOwned>(&mut self) -> anyhow::Result<T> {
        let line = tokio::time::timeout(PATIENCE, self.reports.recv())
            .await
            .context("the second process says nothing")?
            .context("the second process has gone: see its error above")?;
        serde_json::from_str(&line).with_context(|| format!("the second process said `{line}`"))
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing more to do about it then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn report(what: &impl Serialize) -> anyhow::Result<()> {
    println!("{}", serde_json::to_string(what)?);
    Ok(())
}

/// Lines from the parent. The process ends with the last of them.
fn orders() -> mpsc::Receiver<String> {
    let (given, orders) = mpsc::channel(4);
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if given.blocking_send(line).is_err() {
                return;
            }
        }
        std::process::exit(0);
    });
    orders
}

/// Does what the parent asks for, until it is gone.
pub async fn run(role: Role, folder: PathBuf) -> anyhow::Result<()> {
    let mut orders = orders();
    match role {
        Role::Sockets => {
            let order =
                orders.recv().await.context("the bench starts this by itself; there is nothing to do")?;
            hold(serde_json::from_str(&order)?).await
        }
        Role::Server => serve(&folder, orders).await,
    }
}

async fn hold(audience: Audience) -> anyhow::Result<()> {
    let Audience { address, cookie, views, sockets: count } = audience;
    let sockets = sockets::open(address, &cookie, &views, count).await?;
    let reached = Arc::new(Mutex::new(Reached(BTreeMap::from([(Seq::default(), count)]))));
    let (failed, mut failure) = mpsc::channel(1);
    for mut socket in sockets {
        let (reached, failed) = (reached.clone(), failed.clone());
        tokio::spawn(async move {
            let error = follow(&mut socket, &reached).await;
            // Only the first failure is told.
            let _ = failed.try_send(error);
        });
    }
    report(&Delivered { position: Seq::default(), last: 0, frame: String::new() })?;
    match failure.recv().await {
        Some(error) => Err(error),
        None => bail!("there are no sockets"),
    }
}

/// Reads one socket until it fails, and tells when it was the last one to leave a position behind.
async fn follow(socket: &mut Socket, reached: &Mutex<Reached>) -> anyhow::Error {
    let mut at = Seq::default();
    loop {
        let frame = match sockets::text(socket).await {
            Ok(frame) if sockets::kind(&frame) == Some("change") => frame,
            Ok(_) => continue,
            Err(error) => return error,
        };
        let Some(position) = sockets::position(&frame) else { continue };
        let all = reached.lock().unwrap_or_else(PoisonError::into_inner).advance(at, position);
        at = position;
        if let Some(position) = all {
            let last = clock::now().timestamp_nanos_opt().unwrap_or_default();
            if let Err(error) = report(&Delivered { position, last, frame: frame.to_string() }) {
                return error;
            }
        }
    }
}

/// How many sockets are at each position. Sockets are counted, not frames: one change may bring about another, which
/// some sockets get as a frame of its own and others together with the first.
struct Reached(BTreeMap<Seq, usize>);

impl Reached {
    /// One socket moves on. Returns the position that all have reached now, if that is news.
    fn advance(&mut self, from: Seq, to: Seq) -> Option<Seq> {
        *self.0.entry(to).or_default() += 1;
        let left_behind = self.0.get_mut(&from)?;
        *left_behind -= 1;
        if *left_behind > 0 {
            return None;
        }
        let was_last = self.0.keys().next() == Some(&from);
        self.0.remove(&from);
        self.0.keys().next().copied().filter(|_| was_last)
    }
}

async fn serve(folder: &Path, mut orders: mpsc::Receiver<String>) -> anyhow::Result<()> {
    let testbed = Testbed::open(folder, "idle").await?;
    let cookie = testbed.sign_in(AccountRole::Agent, None).await?;
    report(&Address { address: testbed.address, cookie })?;
    while orders.recv().await.is_some() {
        report(&resident()?)?;
    }
    testbed.close().await
}

/// Bytes of memory that this process takes.
fn resident() -> anyhow::Result<u64> {
    let text =
        super::machine::field("/proc/self/status", "VmRSS").context("this system does not tell VmRSS")?;
    let kilobytes: u64 = text.trim_end_matches(" kB").trim().parse()?;
    Ok(kilobytes * 1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_sockets_have_reached_a_position_only_when_the_slowest_has() {
        let mut reached = Reached(BTreeMap::from([(Seq(0), 3)]));
        assert_eq!(reached.advance(Seq(0), Seq(7)), None);
        // One socket gets a second change while two still wait for the first.
        assert_eq!(reached.advance(Seq(7), Seq(8)), None);
        assert_eq!(reached.advance(Seq(0), Seq(7)), None);
        // The slowest gets both changes in one frame.
        assert_eq!(reached.advance(Seq(0), Seq(8)), Some(Seq(7)));
        assert_eq!(reached.advance(Seq(7), Seq(8)), Some(Seq(8)));
    }
}
