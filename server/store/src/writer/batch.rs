//! One batch of events: everything they need is looked up first, in few statements; then each is applied in journal
//! order, in memory alone.

use super::masters::Masters;
use super::projections::Shown;
use super::shares::Shares;
use super::views::{Around, Entry, Known, Views, ages_are_told};
use crate::StoreError;
use crate::batch_rows::hex_array;
use crate::load::{self, orders_ever_on, orders_in};
use crate::subjects::{id_of, keys_of};
use domain::event::Recorded;
use domain::exception::ShipmentException;
use domain::fact::{Fact, Noun};
use domain::kpi::Day;
use domain::live::SourceAge;
use domain::message::{Addressed, Message, of_order};
use domain::tracked::Consequences;
use domain::{CustomerId, Event, ExceptionId, Order, OrderId, Seq, ShipmentId, Tracked};
use sqlx::{Row, SqliteConnection, query};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use uuid::Uuid;

/// What a batch works on.
#[derive(Default)]
pub(crate) struct Batch {
    pub shipments: HashMap<ShipmentId, Entry>,
    /// Every order that an event of the batch may need, the unknown ones included.
    pub orders: HashMap<OrderId, Known>,
    keys: HashMap<Uuid, i64>,
    /// Subjects of which nothing can be folded: what is said of them waits in quarantine.
    pub unreadable: HashSet<Uuid>,
    pub new_subjects: Vec<(i64, Uuid)>,
    /// For the orders that the batch tells of: the shipments they travel on.
    carriers: HashMap<OrderId, BTreeSet<ShipmentId>>,
    pub masters: Masters,
    pub shares: Shares,
    /// Customers who lost a shipment, and the last position at which they did.
    pub withdrawals: BTreeMap<CustomerId, Seq>,
    /// Outside sources that said something, and their last position.
    pub spoke: BTreeMap<String, Seq>,
    /// What others must learn, in the order of the journal.
    pub messages: Vec<Message>,
    /// The day on which all of it was recorded; none of an empty batch.
    pub recorded_on: Option<Day>,
}

impl Batch {
    /// Looks up what the events need, as it was at the position before the first of them. What is in memory is taken from there and put back by [`Self::put_back`].
    pub(crate) async fn load<'e>(
        connection: &mut SqliteConnection,
        views: &mut Views,
        events: impl Iterator<Item = (Uuid, &'e Event)>,
        until: Seq,
    ) -> Result<Self, StoreError> {
        let mut batch = Self::default();
        let mut subjects: HashSet<Uuid> = HashSet::new();
        let mut shipments: HashSet<ShipmentId> = HashSet::new();
        let mut orders: HashSet<OrderId> = HashSet::new();
        let mut told: HashSet<OrderId> = HashSet::new();
        let mut customers: HashSet<CustomerId> = HashSet::new();
        for (subject, event) in events {
            match event.fact.noun() {
                _ if event.is_about_feed() => {
                    subjects.insert(subject);
                }
                Noun::Shipment => {
                    shipments.insert(ShipmentId(subject));
                    orders.extend(orders_in(&event.fact));
                    if matches!(event.fact, Fact::LegStated(_)) {
                        told.extend(orders_in(&event.fact));
                    }
                    batch.shares.want(&event.fact);
                }
                Noun::Order => {
                    orders.insert(OrderId(subject));
                    told.insert(OrderId(subject));
                    if let Fact::OrderCancelled(cancellation) = &event.fact {
                        let issuer = event.issuer.as_deref().unwrap_or(OrderId::DEFAULT_ISSUER);
                        orders.extend(
                            cancellation.replaced_by.iter().map(|number| OrderId::of(issuer, number)),
                        );
                    }
                }
                Noun::Rulebook | Noun::Feed | Noun::Account => {
                    subjects.insert(subject);
                }
                noun @ (Noun::Customer | Noun::Item | Noun::Location) => {
                    batch.masters.want(noun, subject);
                    subjects.insert(subject);
                    if let Fact::CustomerRegistered(terms) = &event.fact {
                        let id = CustomerId(subject);
                        let known = views.tiers.get(&id).copied().unwrap_or_default();
                        // Master data that is sent anew every night concerns no shipment.
                        if known != terms.tier {
                            customers.insert(id);
                        }
                    }
                }
            }
        }
        batch.recall_shipments(views, &mut shipments);
        batch.recall_orders(views, &mut orders);
        subjects.extend(shipments.iter().map(|id| id.0));
        subjects.extend(orders.iter().map(|id| id.0));
        if !subjects.is_empty() {
            batch.keys.extend(keys_of(connection, &subjects).await?);
        }
        let mut cold: HashMap<ShipmentId, i64> =
            shipments.iter().filter_map(|id| Some((*id, *batch.keys.get(&id.0)?))).collect();
        batch.find_carriers(connection, views, &told, &mut cold).await?;
        batch.find_troubled(connection, views, &customers, &mut cold).await?;
        batch.load_shipments(connection, views, cold, orders, until).await?;
        batch.masters.load(connection).await?;
        batch.shares.load(connection).await?;
        Ok(batch)
    }

    /// Takes shipments that are in memory, and leaves those that are not.
    fn recall_shipments(&mut self, views: &mut Views, wanted: &mut HashSet<ShipmentId>) {
        wanted.retain(|id| match views.shipments.pop(id) {
            Some(entry) => {
                self.keys.insert(id.0, entry.key);
                self.shipments.insert(*id, entry);
                false
            }
            None => !self.shipments.contains_key(id),
        });
    }

    /// Takes orders that are in memory, and leaves those that are not.
    fn recall_orders(&mut self, views: &mut Views, wanted: &mut HashSet<OrderId>) {
        wanted.retain(|id| match views.orders.get(id) {
            Some(known) => {
                self.keys.extend(known.key.map(|key| (id.0, key)));
                self.orders.insert(*id, known.clone());
                false
            }
            None => !self.orders.contains_key(id),
        });
    }

    /// Finds the shipments on which the told orders travel.
    async fn find_carriers(
        &mut self,
        connection: &mut SqliteConnection,
        views: &mut Views,
        told: &HashSet<OrderId>,
        cold: &mut HashMap<ShipmentId, i64>,
    ) -> Result<(), StoreError> {
        self.carriers.extend(told.iter().map(|id| (*id, BTreeSet::new())));
        if told.is_empty() {
            return Ok(());
        }
        let rows = query(
            "select order_id, shipments.id, shipments.key from (select value from json_each($1)) as wanted
             cross join shipment_orders on shipment_orders.order_id = unhex(wanted.value)
             cross join shipments on shipments.key = shipment_orders.shipment",
        )
        .bind(hex_array(told.iter().map(|id| &id.0)))
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let (order, shipment) = (OrderId(id_of(row, "order_id")?), ShipmentId(id_of(row, "id")?));
            self.carriers.entry(order).or_default().insert(shipment);
            let mut wanted = HashSet::from([shipment]);
            self.recall_shipments(views, &mut wanted);
            if !wanted.is_empty() {
                cold.insert(shipment, row.try_get("key")?);
            }
        }
        Ok(())
    }

    /// Finds the shipments of the told customers on which something is wrong: their severity may change.
    async fn find_troubled(
        &mut self,
        connection: &mut SqliteConnection,
        views: &mut Views,
        customers: &HashSet<CustomerId>,
        cold: &mut HashMap<ShipmentId, i64>,
    ) -> Result<(), StoreError> {
        if customers.is_empty() {
            return Ok(());
        }
        let rows = query(
            "select shipments.id, shipments.key from (select value from json_each($1)) as wanted
             cross join customer_shipments on customer_shipments.customer = unhex(wanted.value)
             cross join shipments on shipments.key = customer_shipments.key / 65536
             where shipments.open_rules",
        )
        .bind(hex_array(customers.iter().map(|id| &id.0)))
        .fetch_all(connection)
        .await?;
        for row in &rows {
            let mut wanted = HashSet::from([ShipmentId(id_of(row, "id")?)]);
            self.recall_shipments(views, &mut wanted);
            for shipment in wanted {
                cold.insert(shipment, row.try_get("key")?);
            }
        }
        Ok(())
    }

    /// Folds the shipments that are not in memory, and whatever orders they all may need.
    async fn load_shipments(
        &mut self,
        connection: &mut SqliteConnection,
        views: &mut Views,
        cold: HashMap<ShipmentId, i64>,
        mut orders: HashSet<OrderId>,
        until: Seq,
    ) -> Result<(), StoreError> {
        let cold: Vec<(i64, ShipmentId)> = cold.into_iter().map(|(id, key)| (key, id)).collect();
        self.keys.extend(cold.iter().map(|(key, id)| (id.0, *key)));
        let kept =
            if cold.is_empty() { Vec::new() } else { load::shipments(connection, &cold, until).await? };
        let mut more: HashSet<OrderId> = kept
            .iter()
            .filter_map(|(_, kept)| kept.as_ref().ok())
            .flat_map(|kept| orders_ever_on(&kept.shipment))
            .collect();
        for entry in self.shipments.values() {
            more.extend(orders_ever_on(&entry.tracked.shipment));
        }
        more.retain(|id| !orders.contains(id) && !self.orders.contains_key(id));
        self.recall_orders(views, &mut more);
        if !more.is_empty() {
            self.keys.extend(keys_of(connection, more.iter().map(|id| &id.0)).await?);
            orders.extend(more);
        }
        let wanted: Vec<OrderId> = orders.into_iter().collect();
        self.orders.extend(load::orders(connection, &wanted, &self.keys, until).await?);
        // The orders that took the place of those travel in their stead.
        loop {
            let more = load::missing_successors(&self.orders);
            if more.is_empty() {
                break;
            }
            let mut cold: HashSet<OrderId> = more.into_iter().collect();
            self.recall_orders(views, &mut cold);
            self.keys.extend(keys_of(connection, cold.iter().map(|id| &id.0)).await?);
            let cold: Vec<OrderId> = cold.into_iter().collect();
            self.orders.extend(load::orders(connection, &cold, &self.keys, until).await?);
        }

        let around = Around { orders: &self.orders, tiers: &views.tiers, rulebooks: &views.rulebooks };
        for (id, kept) in kept {
            let restored = kept.and_then(|kept| {
                load::caught(AssertUnwindSafe(|| {
                    let key = kept.key;
                    let tracked = kept.tracked(&around);
                    let shown = Some(Shown::of(key, &tracked)?);
                    let tracked = Arc::new(tracked);
                    Ok(Entry { key, shown, tracked, is_touched: false, changed: BTreeMap::new() })
                }))
            });
            match restored {
                Ok(entry) => {
                    self.shipments.insert(id, entry);
                }
                Err(error) => {
                    tracing::error!(shipment = %id, %error, "a shipment can't be folded: it stays as it is");
                    self.unreadable.insert(id.0);
                }
            }
        }
        Ok(())
    }

    /// The positions of the last events about an order, and about each shipment that is known to carry it.
    pub(crate) fn changes_of(&self, order: OrderId) -> impl Iterator<Item = Seq> {
        let own = self.orders.get(&order).and_then(|known| known.order.as_ref()).map(|order| order.as_of);
        let carriers = self.carriers.get(&order).into_iter().flatten();
        own.into_iter().chain(carriers.filter_map(|id| Some(self.shipments.get(id)?.tracked.seq)))
    }

    /// An exception of a shipment, as it is at this point of the batch.
    pub(crate) fn exception(&self, shipment: ShipmentId, id: ExceptionId) -> Option<&ShipmentException> {
        self.shipments.get(&shipment)?.tracked.exceptions.iter().find(|exception| exception.id == id)
    }

    /// The key of a subject; a new one if this is its first event.
    pub(crate) fn key_of(&mut self, views: &mut Views, subject: Uuid) -> i64 {
        *self.keys.entry(subject).or_insert_with(|| {
            views.last_key += 1;
            self.new_subjects.push((views.last_key, subject));
            views.last_key
        })
    }

    /// Takes the key that the journal has for a subject.
    pub(crate) fn keep_key(&mut self, views: &mut Views, subject: Uuid, key: i64) {
        if key > views.last_key {
            views.last_key = key;
            self.new_subjects.push((key, subject));
        }
        self.keys.insert(subject, key);
    }

    /// Applies one event; `key` is that of its subject.
    pub(crate) fn apply(&mut self, views: &mut Views, subject: Uuid, key: i64, recorded: &Recorded) {
        let event = &recorded.event;
        self.recorded_on = Some(Day::of(recorded.recorded_at));
        #[cfg(test)]
        assert_ne!(event.number, tests::UNFOLDABLE, "a fault in the fold");
        match event.fact.noun() {
            _ if event.is_about_feed() => {
                let notices = views.feeds.apply(recorded, views.rulebooks.at(recorded.seq));
                self.say_of_feed(views, &event.number, recorded, notices);
            }
            // Those are all about feeds.
            Noun::Feed => {}
            Noun::Shipment => self.apply_to_shipment(views, ShipmentId(subject), key, recorded),
            Noun::Order => self.apply_to_order(views, OrderId(subject), key, recorded),
            Noun::Rulebook => {
                if let Fact::RulebookChanged(book) = &event.fact {
                    views.rulebooks.take(recorded.seq, book);
                }
            }
            Noun::Account => {
                if let Fact::SubscriptionChanged(subscription) = &event.fact {
                    views.subscribers.take(&event.number, subscription);
                }
            }
            noun @ (Noun::Customer | Noun::Item | Noun::Location) => {
                let taken = self.masters.take(noun, subject, event, &mut views.tiers, &mut views.catalogue);
                if taken.tier_changed {
                    self.apply_tier(views, CustomerId(subject), recorded);
                }
                for cause in taken.matched {
                    let book = views.rulebooks.at(recorded.seq);
                    let notices = views.feeds.matched(recorded, &cause, book);
                    say(&mut self.messages, recorded, notices);
                }
            }
        }
        views.rollups.add(("events", ""), 1);
        if ages_are_told(event.role) {
            let notices = views.feeds.hear(recorded, &views.catalogue, views.rulebooks.at(recorded.seq));
            let source = event.source.as_str();
            self.say_of_feed(views, source, recorded, notices);
            let occurred_at = event.occurred_at.to_utc();
            let age = views.ages.entry(source.to_owned()).or_insert_with(|| SourceAge {
                source: source.to_owned(),
                role: event.role,
                occurred_at: None,
                recorded_at: None,
            });
            age.role = event.role;
            age.occurred_at = age.occurred_at.max(Some(occurred_at));
            age.recorded_at = Some(recorded.recorded_at);
            self.spoke.insert(source.to_owned(), recorded.seq);
        }
    }

    fn apply_to_shipment(&mut self, views: &Views, id: ShipmentId, key: i64, recorded: &Recorded) {
        let entry = self.shipments.entry(id).or_insert_with(|| Entry {
            key,
            tracked: Arc::new(Tracked::new(id, recorded.event.number.clone())),
            shown: None,
            is_touched: false,
            changed: BTreeMap::new(),
        });
        let around = Around { orders: &self.orders, tiers: &views.tiers, rulebooks: &views.rulebooks };
        let mut said = Said { messages: &mut self.messages, withdrawals: &mut self.withdrawals };
        if !said.change(entry, views, recorded, |tracked| tracked.apply(recorded, &around)) {
            return;
        }
        // What a plan names no more was on it: whoever looks at that order has to learn that it is not.
        for order in linked_orders(&entry.tracked) {
            if let Some(carriers) = self.carriers.get_mut(&order) {
                carriers.insert(id);
            }
        }
        self.shares.take(id, recorded);
    }

    fn apply_to_order(&mut self, views: &Views, id: OrderId, key: i64, recorded: &Recorded) {
        let known = self.orders.entry(id).or_default();
        known.key = Some(key);
        known.is_touched = true;
        let order =
            known.order.get_or_insert_with(|| Arc::new(Order::new(id, recorded.event.number.clone())));
        let before = order.state.let_go();
        Arc::make_mut(order).apply(recorded.clone());
        say(&mut self.messages, recorded, of_order(&before, order, recorded));
        let around = Around { orders: &self.orders, tiers: &views.tiers, rulebooks: &views.rulebooks };
        let mut said = Said { messages: &mut self.messages, withdrawals: &mut self.withdrawals };
        let mut travel_on: Vec<(OrderId, ShipmentId)> = Vec::new();
        for shipment in self.carriers.get(&id).into_iter().flatten() {
            let Some(entry) = self.shipments.get_mut(shipment) else { continue };
            if !entry.tracked.order_ids().contains(&id) {
                continue;
            }
            said.change(entry, views, recorded, |tracked| {
                Some(tracked.surroundings_changed(recorded, &around))
            });
            travel_on.extend(linked_orders(&entry.tracked).into_iter().map(|order| (order, *shipment)));
        }
        for (order, shipment) in travel_on {
            if let Some(carriers) = self.carriers.get_mut(&order) {
                carriers.insert(shipment);
            }
        }
    }

    /// Lets a customer's new tier decide on the severity of what is open.
    fn apply_tier(&mut self, views: &Views, customer: CustomerId, recorded: &Recorded) {
        let around = Around { orders: &self.orders, tiers: &views.tiers, rulebooks: &views.rulebooks };
        let mut entries: Vec<&mut Entry> = self.shipments.values_mut().collect();
        // What is said has an order.
        entries.sort_unstable_by_key(|entry| entry.key);
        let mut said = Said { messages: &mut self.messages, withdrawals: &mut self.withdrawals };
        for entry in entries {
            let is_troubled = entry.tracked.exceptions.iter().any(ShipmentException::is_open);
            if is_troubled && entry.tracked.customers().any(|one| one == customer) {
                said.change(entry, views, recorded, |tracked| {
                    Some(tracked.surroundings_changed(recorded, &around))
                });
            }
        }
    }

    /// Adds what others, and those who listen, must learn of an event that changed a feed.
    fn say_of_feed(&mut self, views: &Views, source: &str, recorded: &Recorded, notices: Vec<Addressed>) {
        let people =
            views.subscribers.of_feed(recorded, &views.feeds.changed_at(source, recorded.seq), &notices);
        say(&mut self.messages, recorded, notices);
        self.messages.extend(people);
    }

    /// Gives everything back to memory after the commit. Returns the shipments and exceptions that changed.
    pub(crate) fn put_back(self, views: &mut Views) -> (Vec<Arc<Tracked>>, Vec<ShipmentException>) {
        let mut entries: Vec<Entry> = self.shipments.into_values().collect();
        entries.sort_unstable_by_key(|entry| entry.key);
        let (mut shipments, mut exceptions) = (Vec::new(), Vec::new());
        for mut entry in entries {
            if std::mem::take(&mut entry.is_touched) {
                shipments.push(entry.tracked.clone());
            }
            let changed = std::mem::take(&mut entry.changed);
            exceptions.extend(
                changed.into_keys().filter_map(|position| entry.tracked.exceptions.get(position).cloned()),
            );
            views.shipments.put(entry.tracked.shipment.id, entry);
        }
        for (id, mut known) in self.orders {
            known.is_touched = false;
            views.orders.put(id, known);
        }
        exceptions.extend(views.feeds.take_changed());
        (shipments, exceptions)
    }
}

/// The orders that a shipment is found by: those on it, those that took their place, and those that it ever was to carry.
pub(crate) fn linked_orders(tracked: &Tracked) -> Vec<OrderId> {
    let mut orders = tracked.order_ids();
    orders.extend(orders_ever_on(&tracked.shipment));
    orders.sort_unstable();
    orders.dedup();
    orders
}

/// Adds what others must learn of an event to what they must learn of others.
fn say(messages: &mut Vec<Message>, recorded: &Recorded, notices: impl IntoIterator<Item = Addressed>) {
    for notice in notices {
        let message = Message::new(recorded.seq, messages, recorded.recorded_at, notice);
        messages.push(message);
    }
}

/// What a change of a shipment says, beside changing it.
struct Said<'b> {
    messages: &'b mut Vec<Message>,
    withdrawals: &'b mut BTreeMap<CustomerId, Seq>,
}

impl Said<'_> {
    /// Changes a shipment by an event, and notes what others, and those who listen, must learn of it. Says whether anything
    /// changed.
    fn change(
        &mut self,
        entry: &mut Entry,
        views: &Views,
        recorded: &Recorded,
        change: impl FnOnce(&mut Tracked) -> Option<Consequences>,
    ) -> bool {
        let seen = views.subscribers.seen(&entry.tracked);
        let Some(consequences) = change(Arc::make_mut(&mut entry.tracked)) else { return false };
        let notices = entry.note(consequences, recorded.seq, self.withdrawals);
        let people = views.subscribers.of_shipment(recorded, &seen, &entry.tracked, &notices);
        say(self.messages, recorded, notices);
        self.messages.extend(people);
        true
    }
}

#[cfg(test)]
mod tests {
    use crate::writer::projections::UNSHOWABLE;
    use crate::{Delivery, Options, Store};
    use chrono::DateTime;
    use domain::authority::Role;
    use domain::fact::{AtStop, Fact};
    use domain::{Event, EventId};
    use std::sync::Arc;
    use tokio::sync::mpsc;

    /// A shipment on which the fold fails, since no event of today's makes it fail.
    pub(super) const UNFOLDABLE: &str = "S-UNFOLDABLE";

    fn delivery(id: &str, numbers: &[&str]) -> Delivery {
        let source: domain::SourceName = "tms".parse().expect("a name");
        let arrived = |number: &&str| Event {
            source: source.clone(),
            role: Role::Tms,
            id: EventId::new("urn:tms", &format!("{id}-{number}")),
            occurred_at: DateTime::UNIX_EPOCH.fixed_offset(),
            number: (*number).to_owned(),
            issuer: None,
            actor: None,
            correlation: None,
            sequence: None,
            fact: Fact::StopArrived(AtStop { stop: "1".to_owned(), raw_code: None }),
        };
        Delivery {
            events: numbers.iter().map(arrived).collect(),
            source: source.clone(),
            role: Role::Tms,
            id: id.to_owned(),
            received_at: DateTime::UNIX_EPOCH,
            headers: Vec::new(),
            body: numbers.join(" ").into_bytes(),
            content_type: "text/plain".to_owned(),
            quarantined: Vec::new(),
            expected: None,
        }
    }

    #[tokio::test]
    async fn an_event_on_which_the_fold_or_a_view_fails_stops_neither_the_writer_nor_its_neighbours_for_good()
    {
        for number in [UNFOLDABLE, UNSHOWABLE] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("test.db");
            let (commits, mut nobody) = mpsc::channel(1);
            tokio::spawn(async move { while nobody.recv().await.is_some() {} });
            let clock = Arc::new(|| DateTime::UNIX_EPOCH);
            let store = Store::open(&path, Options::default(), clock, commits).await.expect("a store");
            store.append(delivery("before", &["S-1", "S-2"])).await.expect("taken");
            let sent = delivery("fault", &["S-1", number, "S-2"]);
            let error = store.append(sent.clone()).await.expect_err("nothing of it is taken at first");
            assert!(error.to_string().contains("send the delivery again"), "{error}");
            let receipt = store.append(sent.clone()).await.expect("the sender's second try");
            assert_eq!((receipt.accepted, receipt.quarantined), (2, 1));
            assert_eq!(store.append(sent).await.expect("and its third"), receipt);
            assert_eq!(store.as_of().await.expect("a position").0, 4);
            let quarantine = store.integrations().await.expect("a look").quarantine;
            let faults: Vec<_> =
                quarantine.iter().map(|one| (one.rejected.code.as_str(), one.rejected.position)).collect();
            assert_eq!(faults, [("unfoldable", 1)]);
            store.close().await;
            assert_eq!(crate::verify(&path).await.expect("verified").differences, []);
        }
    }
}
