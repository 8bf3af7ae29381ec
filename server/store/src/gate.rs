//! What the invoice gate has to look at.

use crate::batch_rows::hex_array;
use crate::load::{self, orders_by_id, orders_ever_on};
use crate::subjects::id_of;
use crate::writer::views::Around;
use crate::writer::views::tiers_of;
use crate::{Store, StoreError, journal, rulebook};
use domain::{Order, OrderId, Seq, ShipmentId, Tracked};
use sqlx::{Row, query};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An order with everything that carries it.
pub struct Carried {
    pub order: Arc<Order>,
    pub shipments: Vec<Tracked>,
}

impl Store {
    /// Orders behind `from` of which a shipment has had news for the invoice gate after a position, by id, `limit` at most;
    /// and the position that this holds at. Orders that wait for more than one shipment stay among them.
    pub async fn gate_news(
        &self,
        after: Seq,
        from: Option<OrderId>,
        limit: u32,
    ) -> Result<(Seq, Vec<OrderId>), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows = query(
            "select distinct order_id from shipment_orders indexed by shipment_orders_unsettled
             cross join shipments on shipments.key = shipment
             where unsettled and unsettled = 1 and order_id > $1 and shipments.seq > $2 order by order_id limit $3",
        )
        .bind(from.map_or(Vec::new(), |id| id.0.as_bytes().to_vec()))
        .bind(after.0)
        .bind(limit)
        .fetch_all(&mut *read)
        .await?;
        let orders = rows.iter().map(|row| Ok(OrderId(id_of(row, "order_id")?)));
        Ok((as_of, orders.collect::<Result<_, StoreError>>()?))
    }

    /// Orders with everything that carries each; those that the ERP has not told of are left out.
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
        for row in &rows {
            let key = row.try_get("key")?;
            keys_of_order.entry(OrderId(id_of(row, "order_id")?)).or_default().push(key);
            ids.insert(key, ShipmentId(id_of(row, "id")?));
        }
        let kept = load::shipments(&mut read, &ids.into_iter().collect::<Vec<_>>(), load::ALL).await?;
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
            .map(|kept| (kept.key, Tracked::restored(kept.shipment, kept.exceptions, kept.seq, &around)))
            .collect();
        let carried = keys_of_order.into_iter().filter_map(|(id, keys)| {
            let order = orders.get(&id)?.order.clone()?;
            let shipments = keys.iter().filter_map(|key| shipments.get(key).cloned()).collect();
            Some(Carried { order, shipments })
        });
        Ok(carried.collect())
    }
}
