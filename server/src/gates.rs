//! The invoice gate at work: when everything that carries an order has delivered and proven it, its invoice is let go; when
//! that no longer holds, it is held. Each decision is an event; its id derives from what it was decided on, so none comes twice.

use crate::deadlines::PassError;
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::gate::decide;
use domain::{Event, EventId, Order, OrderId, Seq, SourceName, Tracked};
use std::time::Duration;
use store::{AppendError, Clock, Delivery, Store};

/// Looks twice a second at the orders that a shipment had news of, until the writer stops.
pub async fn watch(store: Store, clock: Clock) {
    let mut ticks = tokio::time::interval(Duration::from_millis(500));
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut after = Seq(0);
    loop {
        ticks.tick().await;
        match pass(&store, after, clock()).await {
            Ok((as_of, _)) => after = as_of,
            Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "invoices could not be looked at; trying again"),
        }
    }
}

/// Decides on every order with news after a position. Returns the position that was looked at, and how many were decided.
pub async fn pass(store: &Store, after: Seq, now: DateTime<Utc>) -> Result<(Seq, usize), PassError> {
    let (as_of, orders) = store.gate_news(after).await?;
    let mut decided = 0;
    for id in orders {
        let Some((order, shipments)) = store.carried(id).await? else { continue };
        if let Some(event) = decision(id, &order, &shipments, now) {
            store.append(delivery(event, now)).await?;
            decided += 1;
        }
    }
    Ok((as_of, decided))
}

fn decision(id: OrderId, order: &Order, shipments: &[Tracked], now: DateTime<Utc>) -> Option<Event> {
    let fact = decide(order, shipments)?;
    let as_of = shipments.iter().map(|one| one.seq).max().unwrap_or_default().max(order.as_of);
    Some(Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new("//syncline/gate", &format!("{id}/{as_of}")),
        occurred_at: now.fixed_offset(),
        number: order.number.clone(),
        issuer: None,
        actor: None,
        correlation: None,
        fact,
    })
}

fn delivery(event: Event, now: DateTime<Utc>) -> Delivery {
    Delivery {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: event.id.as_str().to_owned(),
        received_at: now,
        headers: Vec::new(),
        body: Vec::new(),
        content_type: "none".to_owned(),
        events: vec![event],
        quarantined: Vec::new(),
        expected: None,
    }
}
