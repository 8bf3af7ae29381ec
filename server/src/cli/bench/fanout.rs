//! One change to many sockets: the server with its hub, beside a bare tokio-tungstenite server that writes the very
//! same bytes to as many sockets. Who reads them runs in processes of their own.

use super::helper::{Audience, Delivered, Helper, Role as HelperRole};
use super::sample::{Sample, thousands};
use super::table::Row;
use super::testbed::Testbed;
use super::{Scale, freight, sockets};
use crate::clock;
use anyhow::{Context, ensure};
use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::live::ViewKey;
use domain::{Seq, ShipmentId};
use futures::SinkExt;
use std::net::SocketAddr;
use std::path::Path;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

const BAR: u32 = 80;

pub async fn measure(scale: &Scale, folder: &Path) -> anyhow::Result<Row> {
    let testbed = Testbed::open(folder, "fanout").await?;
    let now = clock::now();
    let order = freight::delivery("order".to_owned(), Role::Erp, vec![freight::order(0, now)?], now)?;
    testbed.store.append(order).await?;
    let plan = freight::delivery("plan".to_owned(), Role::Tms, freight::shipment(0, now)?, now)?;
    testbed.store.append(plan).await?;

    let view = ViewKey::Shipment { id: ShipmentId::numbered(&freight::shipment_number(0)) };
    let cookie = testbed.sign_in(AccountRole::Customer, Some(freight::customer_id(0))).await?;
    let mut ours = audience(folder, testbed.address, cookie, vec![view], scale.sockets)?;
    let mut bare = Bare::open().await?;
    let mut theirs = audience(folder, bare.address, "none=".to_owned(), Vec::new(), scale.sockets)?;
    bare.accept(scale.sockets).await?;
    for helper in [&mut ours, &mut theirs] {
        helper.hear::<Delivered>().await.context("not all sockets could be opened")?;
    }

    let (mut spans, mut bare_spans, mut bytes) = (Sample::default(), Sample::default(), 0);
    for change in 0..=scale.changes {
        testbed.commits.take();
        let now = clock::now();
        let minutes = i64::try_from(change)?;
        let eta = freight::eta(0, change as u64 + 1, now, now + TimeDelta::minutes(minutes))?;
        let delivery = freight::delivery(format!("eta-{change}"), Role::Tms, vec![eta], now)?;
        let (_, position) =
            testbed.store.append(delivery).await?.seq.context("the change was not accepted")?;
        let delivered = reached(&mut ours, position).await?;
        // The change's own: what it brings about by itself, a deadline that passes, may be a commit behind it.
        let committed = testbed
            .commits
            .take()
            .range(position..)
            .next()
            .map(|(_, at)| *at)
            .context("no commit was noted")?;
        let span = delivered.last - committed.timestamp_nanos_opt().unwrap_or_default();

        bytes = delivered.frame.len();
        let begun = clock::now();
        bare.send(Utf8Bytes::from(delivered.frame.clone())).await?;
        let echoed = reached(&mut theirs, delivered.position).await?;
        ensure!(echoed.frame == delivered.frame, "the bare server sent other bytes");
        // The first change meets cold caches on both sides.
        if change > 0 {
            spans.push(span as f64 / 1e6);
            bare_spans.push((echoed.last - begun.timestamp_nanos_opt().unwrap_or_default()) as f64 / 1e6);
        }
    }
    drop((ours, theirs));
    testbed.close().await?;
    let sockets = thousands(scale.sockets as u64);
    let detail = format!(
        "{bytes} bytes to all in {:.1} ms, bare tokio-tungstenite {:.1} ms (medians of {} changes)",
        spans.median(),
        bare_spans.median(),
        spans.len(),
    );
    let what = format!("one change to {sockets} sockets");
    Ok(Row::share(what, 1.0 / spans.median(), 1.0 / bare_spans.median(), BAR, detail))
}

/// Waits until all sockets are at a position, or beyond it.
async fn reached(helper: &mut Helper, position: Seq) -> anyhow::Result<Delivered> {
    loop {
        let delivered: Delivered = helper.hear().await?;
        if delivered.position >= position {
            return Ok(delivered);
        }
    }
}

fn audience(
    folder: &Path,
    address: SocketAddr,
    cookie: String,
    views: Vec<ViewKey>,
    sockets: usize,
) -> anyhow::Result<Helper> {
    let mut helper = Helper::start(HelperRole::Sockets, folder)?;
    helper.tell(&Audience { address, cookie, views, sockets })?;
    Ok(helper)
}

/// The least that can write to many websockets: a task a core, each with its share of the sockets.
struct Bare {
    address: SocketAddr,
    listener: TcpListener,
    shares: Vec<mpsc::Sender<Utf8Bytes>>,
}

impl Bare {
    async fn open() -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        Ok(Self { address: listener.local_addr()?, listener, shares: Vec::new() })
    }

    async fn accept(&mut self, count: usize) -> anyhow::Result<()> {
        let cores = std::thread::available_parallelism()?.get();
        let mut shares: Vec<Vec<sockets::Socket>> = (0..cores).map(|_| Vec::new()).collect();
        let (opened, mut open) = mpsc::channel(64);
        for place in 0..count {
            let (stream, _) = self.listener.accept().await?;
            tokio::spawn(greet(stream, opened.clone()));
            if let Ok(socket) = open.try_recv() {
                let socket: sockets::Socket = socket;
                shares[place % cores].push(socket);
            }
        }
        drop(opened);
        while let Some(socket) = open.recv().await {
            let smallest = shares.iter_mut().min_by_key(|share| share.len());
            smallest.context("there is no core")?.push(socket);
        }
        ensure!(shares.iter().map(Vec::len).sum::<usize>() == count, "not all sockets were opened");
        for share in shares {
            let (frames, waiting) = mpsc::channel(1);
            tokio::spawn(write(share, waiting));
            self.shares.push(frames);
        }
        Ok(())
    }

    async fn send(&self, frame: Utf8Bytes) -> anyhow::Result<()> {
        for share in &self.shares {
            share.send(frame.clone()).await.context("the bare server has ended")?;
        }
        Ok(())
    }
}

async fn greet(stream: TcpStream, opened: mpsc::Sender<sockets::Socket>) {
    let greeting = async {
        stream.set_nodelay(true)?;
        anyhow::Ok(tokio_tungstenite::accept_async_with_config(stream, Some(sockets::config())).await?)
    };
    match greeting.await {
        // The receiver counts what it got; it is gone only when the bench is.
        Ok(socket) => drop(opened.send(socket).await),
        Err(error) => tracing::error!(%error, "a bare socket could not be opened"),
    }
}

async fn write(mut share: Vec<sockets::Socket>, mut frames: mpsc::Receiver<Utf8Bytes>) {
    while let Some(frame) = frames.recv().await {
        for socket in &mut share {
            if let Err(error) = socket.send(Message::Text(frame.clone())).await {
                tracing::error!(%error, "a bare socket broke");
            }
        }
    }
}
