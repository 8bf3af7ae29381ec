//! Master data in a batch: of all statements about a customer, item or location the latest holds, by when it was made.

use super::views::noun_name;
use crate::StoreError;
use crate::batch_rows::{Cell, write_rows};
use crate::subjects::id_of;
use chrono::DateTime;
use domain::authority::Role;
use domain::fact::{Fact, Noun};
use domain::feed::Catalogue;
use domain::party::Tier;
use domain::time::Moment;
use domain::{CustomerId, Event, EventId};
use sqlx::{Row, SqliteConnection, query};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What the batch needs and changes.
#[derive(Default)]
pub(crate) struct Masters(BTreeMap<(&'static str, Uuid), Option<Master>>);

struct Master {
    code: String,
    payload: String,
    occurred_at: Moment,
    role: Role,
    source: String,
    event: EventId,
    is_touched: bool,
}

/// What a statement changed.
#[derive(Default)]
pub(crate) struct Taken {
    /// Whether it is another tier than the customer had.
    pub tier_changed: bool,
    /// For which causes of mismatches nothing is missing any more.
    pub matched: Vec<String>,
}

/// Everything that master data knows.
pub(crate) async fn catalogue(connection: &mut SqliteConnection) -> Result<Catalogue, StoreError> {
    let rows = query("select noun, id, code, payload from master_data").fetch_all(connection).await?;
    let mut catalogue = Catalogue::default();
    for row in &rows {
        let noun: &str = row.try_get("noun")?;
        let fact = Fact::parse(&format!("{noun}.registered"), row.try_get("payload")?)
            .map_err(|error| StoreError::unreadable("master_data", error))?;
        catalogue.take(id_of(row, "id")?, row.try_get("code")?, &fact);
    }
    Ok(catalogue)
}

impl Masters {
    pub(crate) fn want(&mut self, noun: Noun, id: Uuid) {
        self.0.insert((noun_name(noun), id), None);
    }

    pub(crate) async fn load(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let wanted: Vec<_> = self.0.keys().map(|(noun, id)| (noun, id.simple().to_string())).collect();
        let rows = query(
            "select noun, id, code, payload, occurred_at, role, source, source_event_id
             from (select value from json_each($1)) as wanted
             cross join master_data on noun = wanted.value ->> 0 and id = unhex(wanted.value ->> 1)",
        )
        .bind(serde_json::to_string(&wanted)?)
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let noun: &str = row.try_get("noun")?;
            let id = id_of(row, "id")?;
            let role: &str = row.try_get("role")?;
            let occurred_at: &str = row.try_get("occurred_at")?;
            let master = Master {
                code: row.try_get("code")?,
                payload: row.try_get("payload")?,
                occurred_at: DateTime::parse_from_rfc3339(occurred_at)
                    .map_err(|error| StoreError::unreadable("master_data", error))?,
                role: role.parse().map_err(|error| StoreError::unreadable("master_data", error))?,
                source: row.try_get("source")?,
                event: EventId::from_stored(row.try_get("source_event_id")?),
                is_touched: false,
            };
            for ((known, known_id), place) in &mut self.0 {
                if *known == noun && *known_id == id {
                    *place = Some(master);
                    break;
                }
            }
        }
        Ok(())
    }

    /// Takes a statement in, unless a later one is known.
    pub(crate) fn take(
        &mut self,
        noun: Noun,
        id: Uuid,
        event: &Event,
        tiers: &mut HashMap<CustomerId, Tier>,
        catalogue: &mut Catalogue,
    ) -> Taken {
        let place = self.0.entry((noun_name(noun), id)).or_default();
        let is_older = place.as_ref().is_some_and(|known| {
            (event.occurred_at, event.role, event.source.as_str(), &event.id)
                < (known.occurred_at, known.role, known.source.as_str(), &known.event)
        });
        // A fact that was read from JSON can be written as JSON.
        let Ok(payload) = event.fact.data() else { return Taken::default() };
        if is_older {
            return Taken::default();
        }
        let matched = catalogue.take(id, &event.number, &event.fact);
        let mut tier_changed = false;
        if let Fact::CustomerRegistered(terms) = &event.fact {
            let before = tiers.insert(CustomerId(id), terms.tier).unwrap_or_default();
            tier_changed = before != terms.tier;
        }
        *place = Some(Master {
            code: event.number.clone(),
            payload,
            occurred_at: event.occurred_at,
            role: event.role,
            source: event.source.as_str().to_owned(),
            event: event.id.clone(),
            is_touched: true,
        });
        Taken { tier_changed, matched }
    }

    pub(crate) async fn write(&self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        let touched = self.0.iter().filter_map(|((noun, id), master)| {
            let master = master.as_ref().filter(|master| master.is_touched)?;
            Some([
                Cell::from(*noun),
                (*id).into(),
                master.code.as_str().into(),
                master.payload.as_str().into(),
                master.occurred_at.to_rfc3339().into(),
                master.role.as_str().into(),
                master.source.as_str().into(),
                master.event.as_str().into(),
            ])
        });
        write_rows(
            connection,
            "insert or replace into master_data
             (noun, id, code, payload, occurred_at, role, source, source_event_id)",
            "",
            touched.collect(),
        )
        .await
    }
}
