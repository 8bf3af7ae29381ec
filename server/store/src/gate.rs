//! What the invoice gate, and whoever states the legs of an order's way, have to look at: orders of which something has news.

use crate::batch_rows::hex_array;
use crate::load::{self, Kept, orders_by_id, orders_ever_on};
use crate::subjects::id_of;
use crate::writer::views::Around;
use crate::writer::views::tiers_of;
use crate::{Store, StoreError, journal, rulebook};
use domain::{Order, OrderId, Seq, ShipmentId, Tracked};
use sqlx::{Row, query};
use std::collections::{BTreeMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// An order with everything that carries it.
pub struct Carried {
    pub order: Arc<Order>,
    pub shipments: Vec<Tracked>,
}

impl Carried {
    /// The position of the last event that changed any of it.
    pub fn as_of(&self) -> Seq {
        self.shipments.iter().map(|one| one.seq).max().unwrap_or_default().max(self.order.as_of)
    }
}

/// A shipment's place among those that have news: its last position, and its key among those that share it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewsPlace {
    seq: i64,
    key: i64,
}

impl NewsPlace {
    /// Behind everything that changed up to a position.
    pub fn after(seq: Seq) -> Self {
        Self { seq: seq.0, key: i64::MAX }
    }
}

impl Store {
    /// Orders behind `from` that wait for a decision, or that several shipments carry, by id, `limit` at most; and the position
    /// that this holds at.
    pub async fn orders_to_look_at(
        &self,
        from: Option<OrderId>,
        limit: u32,
    ) -> Result<(Seq, Vec<OrderId>), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        // Where no ERP speaks nobody misses an order: what none has told of waits for nothing.
        let rows = query(
            "select order_id from shipment_orders where order_id > $1
             group by order_id having count(*) > 1 or max(unsettled)
                 and (exists (select 1 from sources where role = 'erp')
                      or exists (select 1 from subjects where subjects.id = order_id))
             order by order_id limit $2",
        )
        .bind(from.map_or(Vec::new(), |id| id.0.as_bytes().to_vec()))
        .bind(limit)
        .fetch_all(&mut *read)
        .await?;
        let orders = rows.iter().map(|row| Ok(OrderId(id_of(row, "order_id")?)));
        Ok((as_of, orders.collect::<Result<_, StoreError>>()?))
    }

    /// The same of the orders on the next shipments with news behind a place, `limit` at most, and the place of the last; none
    /// where there is no news.
    pub async fn orders_with_news(
        &self,
        after: NewsPlace,
        limit: u32,
    ) -> Result<(Option<NewsPlace>, Vec<OrderId>), StoreError> {
        let rows = query(
            "select news.seq, news.key, order_id, unsettled or exists (
                 select 1 from shipment_orders as others
                 where others.order_id = mine.order_id and others.shipment <> mine.shipment) as is_wanted
             from (select seq, key from shipments indexed by shipments_seq
                   where seq >= $1 and (seq, key) > ($1, $2) order by seq, key limit $3) as news
             left join shipment_orders as mine indexed by shipment_orders_by_shipment on mine.shipment = news.key
             order by news.seq, news.key",
        )
        .bind(after.seq)
        .bind(after.key)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        let (mut last, mut orders) = (None, Vec::new());
        for row in &rows {
            last = Some(NewsPlace { seq: row.try_get("seq")?, key: row.try_get("key")? });
            if row.try_get::<Option<bool>, _>("is_wanted")? == Some(true)
                && row.try_get::<Option<Vec<u8>>, _>("order_id")?.is_some()
            {
                orders.push(OrderId(id_of(row, "order_id")?));
            }
        }
        orders.sort_unstable();
        orders.dedup();
        Ok((last, orders))
    }

    /// Orders with everything that carries each; of those that the ERP has not told of nothing but their number is known.
    pub async fn carried(&self, wanted: &[OrderId]) -> Result<Vec<Carried>, StoreError> {
        let mut read = self.read().await?;
        let rows = query(
            "select order_id, shipments.key, shipments.id from (select value from json_each($1)) as wanted
             cross join shipment_orders on order_id = unhex(wanted.value)
             cross join shipments on shipments.key = shipment_orders.shipment",
        )
        .bind(hex_array(wanted.iter().map(|id| &id.0)))
        .fetch_all(&mut *read)
        .await?;
        let mut keys_of_order: BTreeMap<OrderId, Vec<i64>> = BTreeMap::new();
        let mut ids: BTreeMap<i64, ShipmentId> = BTreeMap::new();
        let mut keys: BTreeMap<ShipmentId, i64> = BTreeMap::new();
        for row in &rows {
            let key = row.try_get("key")?;
            keys_of_order.entry(OrderId(id_of(row, "order_id")?)).or_default().push(key);
            let id = ShipmentId(id_of(row, "id")?);
            ids.insert(key, id);
            keys.insert(id, key);
        }
        let kept = load::shipments(&mut read, &ids.into_iter().collect::<Vec<_>>(), load::ALL).await?;
        // An order on a shipment that can't be read is nothing to decide on: it is left out with it.
        let unreadable: HashSet<i64> = kept
            .iter()
            .filter(|(_, kept)| kept.is_err())
            .filter_map(|(id, _)| keys.get(id).copied())
            .collect();
        keys_of_order.retain(|_, keys| keys.iter().all(|key| !unreadable.contains(key)));
        let kept: Vec<Kept> = kept.into_iter().filter_map(|(_, kept)| kept.ok()).collect();
        let mut orders: Vec<OrderId> = kept.iter().flat_map(|kept| orders_ever_on(&kept.shipment)).collect();
        orders.extend(wanted);
        orders.sort_unstable();
        orders.dedup();
        let orders = orders_by_id(&mut read, &orders).await?;
        let rulebooks = rulebook::load(&mut read, load::ALL).await?;
        let customers = orders
            .values()
            .filter_map(|known| Some(known.order.as_ref()?.state.terms.as_ref()?.customer.id()));
        let tiers = tiers_of(&mut read, customers).await?;
        let around = Around { orders: &orders, tiers: &tiers, rulebooks: &rulebooks };
        let shipments: BTreeMap<i64, Tracked> = kept
            .into_iter()
            .filter_map(|kept| {
                let key = kept.key;
                Some((key, load::caught(AssertUnwindSafe(|| Ok(kept.tracked(&around)))).ok()?))
            })
            .collect();
        keys_of_order.retain(|_, keys| keys.iter().all(|key| shipments.contains_key(key)));
        let carried = keys_of_order.into_iter().filter_map(|(id, keys)| {
            let shipments: Vec<Tracked> = keys.iter().filter_map(|key| shipments.get(key).cloned()).collect();
            let named = || {
                let number = shipments.iter().find_map(|one| one.number_of(id))?;
                Some(Arc::new(Order::new(id, number)))
            };
            let order = orders.get(&id)?.order.clone().or_else(named)?;
            Some(Carried { order, shipments })
        });
        Ok(carried.collect())
    }
}
