//! Telling what came before from what is new: deliveries by the sender's id, events by source and id.

use super::prepared::{Prepared, PreparedEvent};
use crate::{Receipt, Rejected, StoreError};
use chrono::DateTime;
use domain::Seq;
use sqlx::{Row, SqliteConnection, query};
use std::collections::HashMap;

/// The source, and its own id of a delivery or event.
pub(crate) type Identity = (String, String);

/// An event as the journal keeps it, to tell a repeated one from another one with its id.
pub(crate) struct Content {
    kind: String,
    occurred_at: String,
    number: String,
    issuer: Option<String>,
    payload: String,
    pub seq: i64,
}

/// The answers to those deliveries that were answered before, by source and id, with their bodies' hashes.
pub(crate) async fn answered(
    connection: &mut SqliteConnection,
    deliveries: &[Prepared],
) -> Result<HashMap<Identity, (Vec<u8>, Receipt)>, StoreError> {
    let wanted: Vec<_> = deliveries.iter().map(|one| (one.source.as_str(), one.id.as_str())).collect();
    let rows = query(
        "select source, delivery, body_sha256, outcome from (select value from json_each($1)) as wanted
         cross join inbound on source = wanted.value ->> 0 and delivery = wanted.value ->> 1",
    )
    .bind(serde_json::to_string(&wanted)?)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let outcome: &str = row.try_get("outcome")?;
            let receipt =
                serde_json::from_str(outcome).map_err(|error| StoreError::unreadable("inbound", error))?;
            Ok(((row.try_get("source")?, row.try_get("delivery")?), (row.try_get("body_sha256")?, receipt)))
        })
        .collect()
}

/// The events that the journal has already.
pub(crate) async fn stored<'e>(
    connection: &mut SqliteConnection,
    events: impl Iterator<Item = &'e PreparedEvent>,
) -> Result<HashMap<Identity, Content>, StoreError> {
    let wanted: Vec<_> = events.map(|one| (one.event.source.as_str(), one.event.id.as_str())).collect();
    if wanted.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = query(
        "select source, source_event_id, kind, occurred_at, number, issuer, payload, seq
         from (select value from json_each($1)) as wanted
         cross join journal on source = wanted.value ->> 0 and source_event_id = wanted.value ->> 1",
    )
    .bind(serde_json::to_string(&wanted)?)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| {
            let content = Content {
                kind: row.try_get("kind")?,
                occurred_at: row.try_get("occurred_at")?,
                number: row.try_get("number")?,
                issuer: row.try_get("issuer")?,
                payload: row.try_get("payload")?,
                seq: row.try_get("seq")?,
            };
            Ok(((row.try_get("source")?, row.try_get("source_event_id")?), content))
        })
        .collect()
}

impl Content {
    pub(crate) fn of(prepared: PreparedEvent, seq: Seq) -> Self {
        Self {
            kind: prepared.event.fact.kind().to_owned(),
            occurred_at: prepared.occurred_at,
            number: prepared.event.number.clone(),
            issuer: prepared.event.issuer.clone(),
            payload: prepared.payload,
            seq: seq.0,
        }
    }

    /// Whether the event is this one, sent again; the same moment may be stated with another offset.
    pub(crate) fn is_of(&self, prepared: &PreparedEvent) -> bool {
        let event = &prepared.event;
        let same_moment = self.occurred_at == prepared.occurred_at
            || DateTime::parse_from_rfc3339(&self.occurred_at).is_ok_and(|at| at == event.occurred_at);
        same_moment
            && self.kind == event.fact.kind()
            && self.number == event.number
            && self.issuer == event.issuer
            && self.payload == prepared.payload
    }

    /// What is to be said of another event with the same id.
    pub(crate) fn reused(&self, position: u32, prepared: &PreparedEvent) -> Result<Rejected, StoreError> {
        let event = &prepared.event;
        Ok(Rejected {
            position,
            code: "id_reused".to_owned(),
            reason: format!(
                "the id `{}` belongs to another event: position {} of the journal holds `{}` of `{}` under it; \
             give each event an id of its own, and send a correction as `event.retracted`",
                event.id.id(),
                self.seq,
                self.kind,
                self.number,
            ),
            raw: serde_json::to_string(&**event)?,
            event_id: Some(event.id.id().to_owned()),
        })
    }
}
