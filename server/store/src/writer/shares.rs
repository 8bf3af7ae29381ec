//! Share links in a batch: made once, ended once, and ended only by an event about the same shipment.

use crate::batch_rows::{Cell, write_rows};
use crate::subjects::id_of;
use crate::{StoreError, micros};
use domain::authority::Role;
use domain::event::Recorded;
use domain::fact::Fact;
use domain::{CustomerId, Seq, ShipmentId};
use sqlx::{Row, SqliteConnection, query};
use std::collections::BTreeMap;

/// What the batch needs and changes, by the token's hash.
#[derive(Default)]
pub(crate) struct Shares(BTreeMap<String, Option<Link>>);

struct Link {
    shipment: ShipmentId,
    customer: CustomerId,
    label: String,
    expires_at: i64,
    revoked: bool,
    seq: Seq,
    /// The account that made it, of a customer's people.
    maker: Option<String>,
    is_touched: bool,
}

impl Shares {
    pub(crate) fn want(&mut self, fact: &Fact) {
        let token_hash = match fact {
            Fact::TrackingShared(sharing) => &sharing.token_hash,
            Fact::TrackingRevoked(end) => &end.token_hash,
            _ => return,
        };
        self.0.insert(token_hash.clone(), None);
    }

    pub(crate) async fn load(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let wanted: Vec<&String> = self.0.keys().collect();
        let rows = query(
            "select token_hash, shipment, customer, label, expires_at, revoked, seq, maker
             from (select value from json_each($1)) as wanted cross join shares on token_hash = wanted.value",
        )
        .bind(serde_json::to_string(&wanted)?)
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let link = Link {
                shipment: ShipmentId(id_of(row, "shipment")?),
                customer: CustomerId(id_of(row, "customer")?),
                label: row.try_get("label")?,
                expires_at: row.try_get("expires_at")?,
                revoked: row.try_get("revoked")?,
                seq: Seq(row.try_get("seq")?),
                maker: row.try_get("maker")?,
                is_touched: false,
            };
            self.0.insert(row.try_get("token_hash")?, Some(link));
        }
        Ok(())
    }

    /// Takes an event about a shipment in, if it makes or ends a link.
    pub(crate) fn take(&mut self, shipment: ShipmentId, recorded: &Recorded) {
        match &recorded.event.fact {
            Fact::TrackingShared(sharing) => {
                self.0.entry(sharing.token_hash.clone()).or_default().get_or_insert_with(|| Link {
                    shipment,
                    customer: sharing.customer,
                    label: sharing.label.clone(),
                    expires_at: micros(sharing.expires_at.to_utc()),
                    revoked: false,
                    seq: recorded.seq,
                    maker: recorded.event.actor.clone().filter(|_| recorded.event.role == Role::Portal),
                    is_touched: true,
                });
            }
            Fact::TrackingRevoked(end) => {
                if let Some(Some(link)) = self.0.get_mut(&end.token_hash)
                    && link.shipment == shipment
                    && !link.revoked
                {
                    link.revoked = true;
                    link.seq = recorded.seq;
                    link.is_touched = true;
                }
            }
            _ => {}
        }
    }

    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let touched = self.0.iter().filter_map(|(token_hash, link)| {
            let link = link.as_ref().filter(|link| link.is_touched)?;
            Some([
                Cell::from(token_hash.as_str()),
                link.shipment.0.into(),
                link.customer.0.into(),
                link.label.as_str().into(),
                link.expires_at.into(),
                i64::from(link.revoked).into(),
                link.seq.0.into(),
                link.maker.as_deref().into(),
            ])
        });
        write_rows(
            connection,
            "insert or replace into shares
             (token_hash, shipment, customer, label, expires_at, revoked, seq, maker)",
            "",
            touched.collect(),
        )
        .await
    }
}
