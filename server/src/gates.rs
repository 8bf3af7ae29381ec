//! The invoice gate at work: when everything that carries an order has delivered and proven it, its invoice is let go; when
//! that no longer holds, it is held. Each decision is an event; its id derives from what it was decided on, so none comes twice.

use crate::own::{PassError, delivery};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::gate::decide;
use domain::{Event, EventId, OrderId, Seq, SourceName};
use std::time::Duration;
use store::{AppendError, Carried, Clock, Store};

/// How often orders with news are looked for.
const LOOK: Duration = Duration::from_millis(500);
/// Between the pages of a round: others read and write then.
const PAUSE: Duration = Duration::from_millis(50);
/// How many are looked at together, and decided in one delivery.
const AT_ONCE: u32 = 200;

/// How far the gate has looked: in rounds over all orders with news, by their ids, some at a time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    /// Up to which position the rounds before have looked.
    after: Seq,
    /// The last order that this round has looked at, and the position at which the round began.
    at: Option<(OrderId, Seq)>,
}

/// Looks at the orders that a shipment had news of, until the writer stops. A million that come at once are worked off in
/// pages, and everybody else's reading and writing goes between.
pub async fn watch(store: Store, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = Round::default();
    loop {
        if round.at.is_some() {
            tokio::time::sleep(PAUSE).await;
        } else {
            looks.tick().await;
        }
        match pass(&store, &mut round, clock()).await {
            Ok(_) | Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "invoices could not be looked at; trying again"),
        }
    }
}

/// Decides on the next orders of a round. Returns how many were decided.
pub async fn pass(store: &Store, round: &mut Round, now: DateTime<Utc>) -> Result<usize, PassError> {
    let from = round.at.map(|(order, _)| order);
    let (as_of, orders) = store.gate_news(round.after, from, AT_ONCE).await?;
    let began = round.at.map_or(as_of, |(_, began)| began);
    let carried = if orders.is_empty() { Vec::new() } else { store.carried(&orders).await? };
    let events: Vec<Event> = carried.iter().filter_map(|carried| decision(carried, now)).collect();
    let decided = events.len();
    if !events.is_empty() {
        store.append(delivery(events, now)).await?;
    }
    *round = match orders.last() {
        Some(last) if orders.len() == AT_ONCE as usize => Round { at: Some((*last, began)), ..*round },
        _ => Round { after: began, at: None },
    };
    Ok(decided)
}

fn decision(carried: &Carried, now: DateTime<Utc>) -> Option<Event> {
    let Carried { order, shipments } = carried;
    let fact = decide(order, shipments, now)?;
    let as_of = shipments.iter().map(|one| one.seq).max().unwrap_or_default().max(order.as_of);
    Some(Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new("//syncline/gate", &format!("{}/{as_of}", order.id)),
        occurred_at: now.fixed_offset(),
        number: order.number.clone(),
        // The order is found by number and issuer.
        issuer: order.entries().first().and_then(|entry| entry.recorded.event.issuer.clone()),
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    })
}
