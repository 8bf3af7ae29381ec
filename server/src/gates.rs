//! The invoice gate at work: when everything that carries an order has delivered and proven it, its invoice is let go; when
//! that no longer holds, it is held. And where several shipments carry an order, each is told what it does of its way. Each
//! decision is an event; its id derives from what it was decided on, so none comes twice, and it is appended only if that still
//! holds.

use crate::own::{PassError, delivery};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::gate::decide;
use domain::{Event, EventId, Fact, OrderId, Seq, SourceName};
use std::collections::HashMap;
use std::time::Duration;
use store::{AppendError, Carried, Clock, Delivery, Expected, NewsPlace, Store};

/// How often orders with news are looked for.
const LOOK: Duration = Duration::from_millis(500);
/// Between the pages of a round: others read and write then.
const PAUSE: Duration = Duration::from_millis(50);
/// How many are looked at together, and decided in one delivery.
const AT_ONCE: u32 = 200;
/// Of how many shipments the news is read together.
const SHIPMENTS_AT_ONCE: u32 = 500;

/// How far orders have been looked at: first all that wait or are carried by several shipments, by their ids; then those of each
/// shipment that has news.
#[derive(Clone, Copy, Debug)]
pub enum Round {
    /// Up to which order, and the position at which the round began.
    All(Option<(OrderId, Seq)>),
    News(NewsPlace),
}

impl Default for Round {
    fn default() -> Self {
        Self::All(None)
    }
}

/// Looks at the orders that a shipment had news of, until the writer stops. A million that come at once are worked off in
/// pages, and everybody else's reading and writing goes between.
pub async fn watch(store: Store, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut round = Round::default();
    let mut is_more = false;
    loop {
        if std::mem::take(&mut is_more) {
            tokio::time::sleep(PAUSE).await;
        } else {
            looks.tick().await;
        }
        match pass(&store, &mut round, clock()).await {
            Ok((_, more)) => is_more = more,
            Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "invoices could not be looked at; trying again"),
        }
    }
}

/// Looks at the next orders of a round. Returns how many things were stated, and whether there is more to look at.
pub async fn pass(store: &Store, round: &mut Round, now: DateTime<Utc>) -> Result<(usize, bool), PassError> {
    let (next, orders, is_more) = match *round {
        Round::All(at) => {
            let (as_of, orders) = store.orders_to_look_at(at.map(|(order, _)| order), AT_ONCE).await?;
            let began = at.map_or(as_of, |(_, began)| began);
            let is_more = orders.len() == AT_ONCE as usize;
            let last = orders.last().filter(|_| is_more);
            let done = Round::News(NewsPlace::after(began));
            (last.map_or(done, |last| Round::All(Some((*last, began)))), orders, is_more)
        }
        Round::News(after) => {
            let (last, orders) = store.orders_with_news(after, SHIPMENTS_AT_ONCE).await?;
            (last.map_or(*round, Round::News), orders, last.is_some())
        }
    };
    let has_erp = store.sources().await?.iter().any(|source| source.role == Role::Erp);
    let mut events: Vec<Event> = Vec::new();
    let mut read: HashMap<OrderId, Seq> = HashMap::new();
    for some in orders.chunks(AT_ONCE as usize) {
        // Where no ERP speaks nobody misses an order.
        let is_known = |carried: &Carried| has_erp || carried.order.state.terms.is_some();
        for carried in store.carried(some).await?.into_iter().filter(is_known) {
            read.insert(carried.order.id, carried.as_of());
            let legs = legs(&carried, now);
            // Whether an invoice may leave is decided once it is said where the order's way ends.
            let decision = if legs.is_empty() { decision(&carried, now) } else { None };
            events.extend(legs.into_iter().chain(decision));
        }
    }
    let stated = events.len();
    if !events.is_empty() {
        let delivery = Delivery { expected: Some(Expected::Unchanged(read)), ..delivery(events, now) };
        store.append(delivery).await?;
    }
    *round = next;
    Ok((stated, is_more))
}

/// What is to be said of the legs of an order's way.
fn legs(carried: &Carried, now: DateTime<Utc>) -> Vec<Event> {
    let as_of = carried.as_of();
    let stated =
        domain::legs::decide(&carried.order, &carried.shipments).into_iter().map(|(tracked, leg)| {
            let shipment = &tracked.shipment;
            let first = shipment.entries().first();
            Event {
                number: shipment.number.clone(),
                issuer: first.and_then(|entry| entry.recorded.event.issuer.clone()),
                ..own(
                    "legs",
                    &format!("{}/{}/{as_of}", shipment.id, carried.order.id),
                    now,
                    Fact::LegStated(leg),
                )
            }
        });
    stated.collect()
}

fn decision(carried: &Carried, now: DateTime<Utc>) -> Option<Event> {
    let order = &carried.order;
    let fact = decide(order, &carried.shipments, now)?;
    Some(Event {
        number: order.number.clone(),
        // The order is found by number and issuer; one that nobody has told of by what its shipment says.
        issuer: match order.entries().first() {
            Some(entry) => entry.recorded.event.issuer.clone(),
            None => carried.shipments.iter().find_map(|one| one.shipment.state.order_issuer.clone()),
        },
        ..own("gate", &format!("{}/{}", order.id, carried.as_of()), now, fact)
    })
}

fn own(who: &str, cause: &str, now: DateTime<Utc>, fact: Fact) -> Event {
    Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new(&format!("//syncline/{who}"), cause),
        occurred_at: now.fixed_offset(),
        number: String::new(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}
