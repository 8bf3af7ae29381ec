//! Shipments and orders as they were kept: folded from the journal when somebody needs them.

use crate::StoreError;
use crate::batch_rows::key_array;
use crate::desk::read_exception;
use crate::journal::events_of;
use crate::subjects::keys_of;
use crate::writer::views::Known;
use domain::exception::ShipmentException;
use domain::fact::Fact;
use domain::party::Tier;
use domain::tracked::Surroundings;
use domain::{Order, OrderId, Seq, Shipment, ShipmentId, Tracked};
use sqlx::{Row, SqliteConnection, query};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use uuid::Uuid;

/// As far as the journal goes.
pub(crate) const ALL: Seq = Seq(i64::MAX);

/// A shipment with what hangs on it, before its orders are looked up.
pub(crate) struct Kept {
    pub key: i64,
    pub shipment: Shipment,
    pub exceptions: Vec<ShipmentException>,
    pub seq: Seq,
    /// By which its limits were chosen then.
    pub tier: Tier,
}

impl Kept {
    /// With what hangs on it.
    pub(crate) fn tracked(self, surroundings: &impl Surroundings) -> Tracked {
        Tracked::restored(self.shipment, self.exceptions, self.seq, self.tier, surroundings)
    }
}

/// What becomes of one subject, where a fault in it must not become its neighbours': a failure of the fold is an error like any other.
pub(crate) fn caught<T>(
    work: AssertUnwindSafe<impl FnOnce() -> Result<T, StoreError>>,
) -> Result<T, StoreError> {
    catch_unwind(work)
        .unwrap_or_else(|_| Err(StoreError::unreadable("journal", "the fold failed on what it holds")))
}

/// Shipments by their keys, folded up to a position; each for itself, so that one which can't be read keeps no other from it.
pub(crate) async fn shipments(
    connection: &mut SqliteConnection,
    wanted: &[(i64, ShipmentId)],
    until: Seq,
) -> Result<Vec<(ShipmentId, Result<Kept, StoreError>)>, StoreError> {
    let keys = key_array(wanted.iter().map(|(key, _)| *key));
    let rows = query(
        "select key, number, seq, tier from (select value from json_each($1)) as wanted cross join shipments on shipments.key = wanted.value",
    )
    .bind(keys.clone())
    .fetch_all(&mut *connection)
    .await?;
    let mut heads: HashMap<i64, (String, Seq, Tier)> = HashMap::new();
    for row in &rows {
        let tier: &str = row.try_get("tier")?;
        let tier = tier.parse().map_err(|error| StoreError::unreadable("shipments", error))?;
        heads.insert(row.try_get("key")?, (row.try_get("number")?, Seq(row.try_get("seq")?), tier));
    }
    let rows = query(
        "select shipment, exception
         from (select value from json_each($1)) as wanted cross join exceptions on exceptions.shipment = wanted.value
         order by shipment, position",
    )
    .bind(keys)
    .fetch_all(&mut *connection)
    .await?;
    let mut exceptions: HashMap<i64, Result<Vec<ShipmentException>, StoreError>> = HashMap::new();
    for row in &rows {
        let of_shipment = exceptions.entry(row.try_get("shipment")?).or_insert_with(|| Ok(Vec::new()));
        match (&mut *of_shipment, read_exception(row)) {
            (Ok(known), Ok(exception)) => known.push(exception),
            (Ok(_), Err(error)) => *of_shipment = Err(error),
            (Err(_), _) => {}
        }
    }
    let mut events = events_of(connection, wanted.iter().map(|(key, _)| *key), until).await?;
    let mut kept = Vec::with_capacity(wanted.len());
    for (key, id) in wanted {
        // A key without a row is that of something else than a shipment.
        let Some((number, seq, tier)) = heads.remove(key) else { continue };
        let events = events.remove(key).unwrap_or_default();
        let exceptions = exceptions.remove(key).unwrap_or_else(|| Ok(Vec::new()));
        let folding = AssertUnwindSafe(|| {
            let mut shipment = Shipment::new(*id, number);
            for recorded in events {
                shipment.apply(recorded);
            }
            Ok::<_, StoreError>(Kept { key: *key, shipment, exceptions: exceptions?, seq, tier })
        });
        kept.push((*id, caught(folding)));
    }
    Ok(kept)
}

/// Orders by their keys, folded up to a position; none for an id without a key.
pub(crate) async fn orders(
    connection: &mut SqliteConnection,
    wanted: &[OrderId],
    keys: &HashMap<Uuid, i64>,
    until: Seq,
) -> Result<HashMap<OrderId, Known>, StoreError> {
    let known_keys: Vec<i64> = wanted.iter().filter_map(|id| keys.get(&id.0).copied()).collect();
    let mut events =
        if known_keys.is_empty() { HashMap::new() } else { events_of(connection, known_keys, until).await? };
    let mut orders = HashMap::with_capacity(wanted.len());
    for id in wanted {
        let key = keys.get(&id.0).copied();
        let mut order: Option<Order> = None;
        for recorded in key.and_then(|key| events.remove(&key)).unwrap_or_default() {
            order.get_or_insert_with(|| Order::new(*id, recorded.event.number.clone())).apply(recorded);
        }
        orders.insert(*id, Known { key, order: order.map(Arc::new), is_touched: false });
    }
    Ok(orders)
}

/// One shipment's orders, keys included.
pub(crate) async fn orders_by_id(
    connection: &mut SqliteConnection,
    wanted: &[OrderId],
) -> Result<HashMap<OrderId, Known>, StoreError> {
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let keys = keys_of(connection, wanted.iter().map(|id| &id.0)).await?;
    let mut known = orders(connection, wanted, &keys, ALL).await?;
    loop {
        let more = missing_successors(&known);
        if more.is_empty() {
            return Ok(known);
        }
        let keys = keys_of(connection, more.iter().map(|id| &id.0)).await?;
        known.extend(orders(connection, &more, &keys, ALL).await?);
    }
}

/// The orders that a fact puts on a shipment, or in the place of another order.
pub(crate) fn orders_in(fact: &Fact) -> impl Iterator<Item = OrderId> {
    let (numbers, issuer) = match fact {
        Fact::ShipmentPlanned(plan) => (plan.orders.as_slice(), plan.order_issuer.as_deref()),
        Fact::LegStated(leg) => (std::slice::from_ref(&leg.order), leg.issuer.as_deref()),
        _ => (&[][..], None),
    };
    let issuer = issuer.unwrap_or(OrderId::DEFAULT_ISSUER);
    numbers.iter().map(move |number| OrderId::of(issuer, number))
}

/// The orders that took the place of some that are known, and are not known yet.
pub(crate) fn missing_successors(orders: &HashMap<OrderId, Known>) -> Vec<OrderId> {
    let known = orders.values().filter_map(|known| known.order.as_ref());
    let successors = known.flat_map(|order| {
        let issuer = order.entries().first().and_then(|entry| entry.recorded.event.issuer.clone());
        let issuer = issuer.unwrap_or_else(|| OrderId::DEFAULT_ISSUER.to_owned());
        order.state.replaced_by().iter().map(move |number| OrderId::of(&issuer, number))
    });
    let mut missing: Vec<OrderId> = successors.filter(|id| !orders.contains_key(id)).collect();
    missing.sort_unstable();
    missing.dedup();
    missing
}

/// All orders that ever were on a shipment: a correction may bring any of them back.
pub(crate) fn orders_ever_on(shipment: &Shipment) -> impl Iterator<Item = OrderId> {
    shipment.entries().iter().flat_map(|entry| orders_in(&entry.recorded.event.fact))
}
