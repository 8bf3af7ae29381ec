//! Fills a database with shipments through the store's own append, in bulk.

use super::freight;
use super::sample::{rate, thousands};
use crate::clock;
use anyhow::Context;
use domain::authority::Role;
use futures::stream::{StreamExt, TryStreamExt};
use std::ops::Range;
use std::time::{Duration, Instant};
use store::{Delivery, Store};
use tokio::sync::mpsc;

/// Shipments a delivery is about.
const SHIPMENTS: u64 = 500;
/// Deliveries that are ready or on their way at the same time.
const AHEAD: usize = 8;

/// What was filled.
pub struct Filled {
    pub shipments: u64,
    pub events: u64,
    pub seconds: f64,
}

impl Filled {
    pub fn formatted(&self) -> String {
        let (shipments, events) = (thousands(self.shipments), thousands(self.events));
        format!("{shipments} shipments of {events} events at {}", rate(self.events as f64 / self.seconds))
    }
}

/// Stores the shipments of `range`, or as many of them as fit into `most`.
pub async fn fill(store: &Store, range: Range<u64>, most: Duration) -> anyhow::Result<Filled> {
    let begun = Instant::now();
    let (made, ready) = mpsc::channel(AHEAD);
    let first = range.start;
    let making = tokio::task::spawn_blocking(move || make(range, made));
    let ready = futures::stream::unfold(ready, |mut ready| async { Some((ready.recv().await?, ready)) });
    let in_time = |_: &_| std::future::ready(begun.elapsed() < most);
    let (shipments, events) = ready
        .take_while(in_time)
        .map(|(until, delivery)| async move {
            let receipt = store.append(delivery).await.context("a delivery could not be stored")?;
            anyhow::Ok((until, u64::from(receipt.accepted)))
        })
        .buffered(AHEAD)
        .try_fold((first, 0), |(_, events), (until, accepted)| async move { Ok((until, events + accepted)) })
        .await?;
    making.await??;
    Ok(Filled { shipments: shipments - first, events, seconds: begun.elapsed().as_secs_f64() })
}

/// Makes deliveries, each with the index behind its last shipment: what the ERP says, then what the TMS says.
fn make(range: Range<u64>, made: mpsc::Sender<(u64, Delivery)>) -> anyhow::Result<()> {
    let now = clock::now();
    let mut start = range.start;
    while start < range.end {
        let end = (start + SHIPMENTS).min(range.end);
        let orders = (start..end).map(|index| freight::order(index, now)).collect::<anyhow::Result<_>>()?;
        let mut events = Vec::new();
        for index in start..end {
            events.extend(freight::shipment(index, now)?);
        }
        let orders = freight::delivery(format!("orders-{start}"), Role::Erp, orders, now)?;
        let shipments = freight::delivery(format!("shipments-{start}"), Role::Tms, events, now)?;
        if made.blocking_send((start, orders)).is_err() || made.blocking_send((end, shipments)).is_err() {
            break;
        }
        start = end;
    }
    Ok(())
}
