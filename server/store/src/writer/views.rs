//! What the writer remembers of the views between transactions: recent shipments and orders, and the few small things
//! that every event may need. It is never ahead of the disk: a failed transaction throws it away.

use crate::{StoreError, integrations, rulebook, subjects, subscription};
use domain::authority::Role;
use domain::exception::Severity;
use domain::fact::{CustomerTerms, Noun};
use domain::feed::Catalogue;
use domain::kpi::Punctuality;
use domain::live::SourceAge;
use domain::message::Addressed;
use domain::order::Order;
use domain::party::Tier;
use domain::rulebook::{Rulebook, Rulebooks};
use domain::rules::Rule;
use domain::status::Status;
use domain::subscription::Subscribers;
use domain::tracked::{Consequences, Surroundings};
use domain::{CustomerId, OrderId, Seq, ShipmentId, Tracked};
use lru::LruCache;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZeroUsize;
use std::sync::Arc;

use super::feeds::Feeds;
use super::masters;
use super::projections::Shown;
use crate::batch_rows::hex_array;
use crate::subjects::id_of;

/// Everything remembered.
pub(crate) struct Views {
    pub shipments: LruCache<ShipmentId, Entry>,
    pub orders: LruCache<OrderId, Known>,
    /// Of every customer with master data.
    pub tiers: HashMap<CustomerId, Tier>,
    pub rulebooks: Rulebooks,
    pub subscribers: Subscribers,
    pub catalogue: Catalogue,
    pub feeds: Feeds,
    pub rollups: Rollups,
    /// By the source's name.
    pub ages: BTreeMap<String, SourceAge>,
    pub last_key: i64,
}

/// A shipment and what its views show.
pub(crate) struct Entry {
    pub key: i64,
    pub tracked: Arc<Tracked>,
    /// As it stands in the tables; none for a shipment that is in none yet.
    pub shown: Option<Shown>,
    /// Whether the tables have to be told.
    pub is_touched: bool,
    /// Positions of the exceptions that changed, and the event that changed each last.
    pub changed: BTreeMap<usize, Seq>,
}

impl Entry {
    /// Notes what the event at `seq` did to the shipment, for the tables. Returns what others must learn.
    pub(crate) fn note(
        &mut self,
        consequences: Consequences,
        seq: Seq,
        withdrawals: &mut BTreeMap<CustomerId, Seq>,
    ) -> Vec<Addressed> {
        self.is_touched = true;
        self.changed.extend(consequences.exceptions.into_iter().map(|position| (position, seq)));
        withdrawals.extend(consequences.withdrawn_from.into_iter().map(|customer| (customer, seq)));
        consequences.notices
    }
}

/// An order, or that there is none.
#[derive(Clone, Default)]
pub(crate) struct Known {
    pub key: Option<i64>,
    pub order: Option<Arc<Order>>,
    pub is_touched: bool,
}

impl Views {
    /// As the tables have it; `until` is the position up to which they are folded.
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        cached: usize,
        until: Seq,
    ) -> Result<Self, StoreError> {
        let cached = NonZeroUsize::new(cached).unwrap_or(NonZeroUsize::MIN);
        let rulebooks = rulebook::load(connection, until).await?;
        Ok(Self {
            feeds: Feeds::load(connection, &rulebooks).await?,
            catalogue: masters::catalogue(connection).await?,
            rulebooks,
            subscribers: subscription::load(connection, until).await?,
            shipments: LruCache::new(cached),
            orders: LruCache::new(cached),
            tiers: tiers(connection).await?,
            rollups: Rollups::load(connection).await?,
            ages: integrations::ages(connection)
                .await?
                .into_iter()
                .map(|age| (age.source.clone(), age))
                .collect(),
            last_key: subjects::last_key(connection).await?,
        })
    }
}

async fn tiers(connection: &mut SqliteConnection) -> Result<HashMap<CustomerId, Tier>, StoreError> {
    let rows = query("select id, payload from master_data where noun = $1")
        .bind(noun_name(Noun::Customer))
        .fetch_all(connection)
        .await?;
    rows.iter().map(read_tier).collect()
}

/// The tiers of some customers; those without master data are left out.
pub(crate) async fn tiers_of(
    connection: &mut SqliteConnection,
    customers: impl Iterator<Item = CustomerId>,
) -> Result<HashMap<CustomerId, Tier>, StoreError> {
    let customers: HashSet<CustomerId> = customers.collect();
    let rows = query(
        "select id, payload from (select value from json_each($2)) as wanted
         cross join master_data on noun = $1 and id = unhex(wanted.value)",
    )
    .bind(noun_name(Noun::Customer))
    .bind(hex_array(customers.iter().map(|id| &id.0)))
    .fetch_all(connection)
    .await?;
    rows.iter().map(read_tier).collect()
}

fn read_tier(row: &SqliteRow) -> Result<(CustomerId, Tier), StoreError> {
    let payload: &str = row.try_get("payload")?;
    let terms: CustomerTerms =
        serde_json::from_str(payload).map_err(|error| StoreError::unreadable("master_data", error))?;
    Ok((CustomerId(id_of(row, "id")?), terms.tier))
}

/// As in `master_data.noun`.
pub(crate) fn noun_name(noun: Noun) -> &'static str {
    match noun {
        Noun::Order => "order",
        Noun::Shipment => "shipment",
        Noun::Customer => "customer",
        Noun::Item => "item",
        Noun::Location => "location",
        Noun::Rulebook => "rulebook",
        Noun::Feed => "feed",
        Noun::Account => "account",
    }
}

/// What the fold may ask about the world beside a shipment.
pub(crate) struct Around<'a> {
    pub orders: &'a HashMap<OrderId, Known>,
    pub tiers: &'a HashMap<CustomerId, Tier>,
    pub rulebooks: &'a Rulebooks,
}

impl Surroundings for Around<'_> {
    fn order(&self, id: OrderId) -> Option<Arc<Order>> {
        let known = self.orders.get(&id);
        debug_assert!(known.is_some(), "order {id} was not looked up");
        known?.order.clone()
    }

    fn tier(&self, customer: CustomerId) -> Tier {
        self.tiers.get(&customer).copied().unwrap_or_default()
    }

    fn rules(&self, at: Seq) -> &Arc<Rulebook> {
        self.rulebooks.at(at)
    }
}

/// A count's name and key, as in `rollups`.
pub(crate) type Counted = (&'static str, &'static str);

/// The manager's counts.
pub(crate) struct Rollups {
    counts: BTreeMap<Counted, i64>,
    changed: BTreeMap<Counted, i64>,
}

impl Rollups {
    fn all() -> impl Iterator<Item = Counted> {
        Status::ALL
            .into_iter()
            .map(|one| ("status", one.as_str()))
            .chain(Rule::ALL.into_iter().map(|one| ("open_rule", one.as_str())))
            .chain(Severity::ALL.into_iter().map(|one| ("open_severity", one.as_str())))
            .chain(Punctuality::ALL.into_iter().map(|one| ("punctuality", one.as_str())))
            .chain([("events", "")])
    }

    /// Reads the counts. Those that are not there yet are written as 0, so that which rows there are does not depend
    /// on what ever was counted.
    async fn load(connection: &mut SqliteConnection) -> Result<Self, StoreError> {
        let rows = query("select name, key, value from rollups").fetch_all(&mut *connection).await?;
        let mut counts = BTreeMap::new();
        for (name, key) in Self::all() {
            let mut stored = None;
            for row in &rows {
                if row.try_get::<&str, _>("name")? == name && row.try_get::<&str, _>("key")? == key {
                    stored = Some(row.try_get("value")?);
                }
            }
            if stored.is_none() {
                query("insert into rollups (name, key, value) values ($1, $2, 0)")
                    .bind(name)
                    .bind(key)
                    .execute(&mut *connection)
                    .await?;
            }
            counts.insert((name, key), stored.unwrap_or(0));
        }
        Ok(Self { counts, changed: BTreeMap::new() })
    }

    pub(crate) fn add(&mut self, counted: Counted, difference: i64) {
        if difference != 0 {
            let count = self.counts.entry(counted).or_insert(0);
            *count += difference;
            self.changed.insert(counted, *count);
        }
    }

    /// Those that changed since the last call, as they are now.
    pub(crate) fn take_changed(&mut self) -> BTreeMap<Counted, i64> {
        std::mem::take(&mut self.changed)
    }

    pub(crate) fn open_exceptions(&self) -> u64 {
        let open = self.counts.iter().filter(|((name, _), _)| *name == "open_rule");
        u64::try_from(open.map(|(_, count)| count).sum::<i64>()).unwrap_or(0)
    }
}

/// Whether a source's age is worth telling: it is one from outside.
pub(crate) fn ages_are_told(role: Role) -> bool {
    role.is_outside()
}
