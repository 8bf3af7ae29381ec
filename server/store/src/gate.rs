//! What the invoice gate has to look at.

use crate::load::{self, orders_by_id, orders_ever_on};
use crate::subjects::id_of;
use crate::writer::views::Around;
use crate::{Store, StoreError, journal};
use domain::{Order, OrderId, Seq, ShipmentId, Tracked};
use sqlx::{Row, query};
use std::collections::HashMap;
use std::sync::Arc;

impl Store {
    /// The orders of which a shipment has had news for the invoice gate after a position, and the position that this holds
    /// at. Orders that wait for more than one shipment stay among them.
    pub async fn gate_news(&self, after: Seq) -> Result<(Seq, Vec<OrderId>), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows = query(
            "select distinct order_id from shipment_orders indexed by shipment_orders_unsettled
             cross join shipments on shipments.key = shipment
             where unsettled and shipments.seq > $1",
        )
        .bind(after.0)
        .fetch_all(&mut *read)
        .await?;
        let orders = rows.iter().map(|row| Ok(OrderId(id_of(row, "order_id")?)));
        Ok((as_of, orders.collect::<Result<_, StoreError>>()?))
    }

    /// An order with everything that carries it; nothing where the ERP has not told of it.
    pub async fn carried(&self, id: OrderId) -> Result<Option<(Arc<Order>, Vec<Tracked>)>, StoreError> {
        let mut read = self.read().await?;
        let rows = query(
            "select shipments.key, shipments.id from shipment_orders
             join shipments on shipments.key = shipment where order_id = $1 order by shipments.key",
        )
        .bind(id.0.as_bytes().to_vec())
        .fetch_all(&mut *read)
        .await?;
        let mut wanted = Vec::with_capacity(rows.len());
        for row in &rows {
            wanted.push((row.try_get("key")?, ShipmentId(id_of(row, "id")?)));
        }
        let kept = load::shipments(&mut read, &wanted).await?;
        let mut orders: Vec<OrderId> = kept.iter().flat_map(|kept| orders_ever_on(&kept.shipment)).collect();
        orders.push(id);
        orders.sort_unstable();
        orders.dedup();
        let orders = orders_by_id(&mut read, &orders).await?;
        let Some(order) = orders.get(&id).and_then(|known| known.order.clone()) else { return Ok(None) };
        // As for reading a shipment: tiers decide on exceptions that open, and none does here.
        let around = Around { orders: &orders, tiers: &HashMap::new() };
        let shipments =
            kept.into_iter().map(|kept| Tracked::restored(kept.shipment, kept.exceptions, kept.seq, &around));
        Ok(Some((order, shipments.collect())))
    }
}
