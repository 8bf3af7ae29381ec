//! Prometheus metrics, on a listener of their own so that they are never on the public port.

use crate::live::Hub;
use anyhow::Context;
use chrono::{DateTime, Utc};
use metrics::gauge;
use metrics_exporter_prometheus::PrometheusBuilder;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use store::{Clock, Store, StoreError};

/// How often gauges are read.
const LOOK: Duration = Duration::from_secs(5);

/// Starts serving `/metrics` at `listen`.
pub fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    PrometheusBuilder::new()
        .with_http_listener(listen)
        .install()
        .with_context(|| format!("metrics can't be served at {listen}: is the port taken?"))?;
    tracing::info!(%listen, "serving /metrics");
    Ok(())
}

/// Keeps the gauges true until the writer stops.
pub async fn watch(store: Store, hub: Hub, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut known = BTreeSet::new();
    loop {
        looks.tick().await;
        match look(&store, &mut known, clock()).await {
            Ok(()) => gauge!("syncline_sockets").set(hub.sockets() as f64),
            Err(StoreError::Stopped) => return,
            Err(error) => tracing::error!(%error, "gauges could not be read; trying again"),
        }
    }
}

/// Reads all gauges but those of sockets. Endpoints that were known and have gone are at nought.
async fn look(store: &Store, known: &mut BTreeSet<String>, now: DateTime<Utc>) -> Result<(), StoreError> {
    let seconds = |since: DateTime<Utc>| (now - since).num_milliseconds().max(0) as f64 / 1000.0;
    let flag = |is_so: bool| if is_so { 1.0 } else { 0.0 };
    let mut gone = std::mem::take(known);
    for one in store.endpoint_summaries(false).await? {
        let name = one.endpoint.name;
        gone.remove(&name);
        known.insert(name.clone());
        let rests = one.endpoint.open_until.is_some_and(|until| until > now);
        set(
            &name,
            [
                one.waiting as f64,
                one.dead as f64,
                one.oldest.map_or(0.0, seconds),
                flag(one.endpoint.paused.is_some()),
                flag(rests),
            ],
        );
    }
    for name in gone {
        set(&name, [0.0; 5]);
    }
    gauge!("syncline_outbox_quiet").set(flag(store.quiet().is_some()));
    let measures = store.measures().await?;
    gauge!("syncline_journal_position").set(measures.as_of.0 as f64);
    gauge!("syncline_database_bytes").set(measures.database_bytes as f64);
    gauge!("syncline_wal_bytes").set(measures.log_bytes as f64);
    gauge!("syncline_open_exceptions").set(measures.open_exceptions as f64);
    for (source, heard) in measures.heard {
        gauge!("syncline_feed_age_seconds", "source" => source).set(seconds(heard));
    }
    Ok(())
}

fn set(endpoint: &str, values: [f64; 5]) {
    let [waiting, given_up, oldest, paused, rests] = values;
    let endpoint = || endpoint.to_owned();
    gauge!("syncline_outbox_waiting", "endpoint" => endpoint()).set(waiting);
    gauge!("syncline_outbox_given_up", "endpoint" => endpoint()).set(given_up);
    gauge!("syncline_outbox_oldest_waiting_seconds", "endpoint" => endpoint()).set(oldest);
    gauge!("syncline_endpoint_paused", "endpoint" => endpoint()).set(paused);
    gauge!("syncline_endpoint_rests", "endpoint" => endpoint()).set(rests);
}
