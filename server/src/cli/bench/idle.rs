//! What a socket costs that only listens: the memory of the server's process, which runs by itself, before and after.

use super::helper::{Address, Helper, Role};
use super::sample::thousands;
use super::table::Row;
use super::{Scale, sockets};
use anyhow::Context;
use domain::live::ViewKey;
use std::path::Path;
use std::time::Duration;

const BAR: f64 = 20.0;
/// Sockets that are open before the first reading: the server's own tables and the allocator have warmed up by then.
const FIRST: usize = 50;
/// Between two readings; memory has settled when they agree.
const PAUSE: Duration = Duration::from_millis(500);
const READINGS: usize = 20;

pub async fn measure(scale: &Scale, folder: &Path) -> anyhow::Result<Row> {
    let mut server = Helper::start(Role::Server, folder)?;
    let Address { address, cookie } = server.hear().await?;
    let views = [ViewKey::Shipments, ViewKey::Freshness];
    let first = sockets::open(address, &cookie, &views, FIRST.min(scale.sockets / 2)).await?;
    let before = settled(&mut server).await?;
    let more = sockets::open(address, &cookie, &views, scale.sockets - first.len()).await?;
    let after = settled(&mut server).await?;
    let each = (after as f64 - before as f64) / more.len() as f64 / 1024.0;
    let mebibytes = |bytes: u64| format!("{:.1} MiB", bytes as f64 / 1024.0 / 1024.0);
    let detail = format!(
        "{} with {} sockets, {} with {}, each with two views",
        mebibytes(before),
        first.len(),
        mebibytes(after),
        thousands(scale.sockets as u64),
    );
    Ok(Row::limit("memory per idle socket", each, BAR, "KiB", detail))
}

/// Resident bytes, once two readings agree within a hundredth.
async fn settled(server: &mut Helper) -> anyhow::Result<u64> {
    let mut last: u64 = 0;
    for _ in 0..READINGS {
        server.tell(&"memory")?;
        let now: u64 = server.hear().await.context("the server did not tell its memory")?;
        if now.abs_diff(last) * 100 < now {
            return Ok(now);
        }
        last = now;
        tokio::time::sleep(PAUSE).await;
    }
    Ok(last)
}
