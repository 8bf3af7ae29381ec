//! A world small enough for a test: it takes events in the order told, keeps what follows from each, and says it in
//! one line. May 2026, in the time of Berlin.

pub mod facts;
pub mod samples;

use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::event::{Event, EventId, Recorded};
use domain::exception::{Closing, ShipmentException};
use domain::fact::{Fact, Noun};
use domain::feed::{Catalogue, Settled, TrackedFeed};
use domain::fold::Applied;
use domain::gate::{decide, is_unknown_and_proven, is_unsettled};
use domain::id::{CustomerId, OrderId, Seq, ShipmentId, SourceName};
use domain::message::{Addressed, Message, of_order};
use domain::party::Tier;
use domain::rulebook::{Rulebook, Rulebooks};
use domain::status::{Flags, Status};
use domain::subscription::Subscribers;
use domain::time::{Moment, Window};
use domain::tracked::Surroundings;
use domain::{Order, Tracked};
use std::collections::BTreeMap;
use std::sync::Arc;

/// `"1 10:00"` is ten in the morning of 1 May 2026 in Berlin.
pub fn at(text: &str) -> Moment {
    let (day, clock) = text.split_once(' ').expect("a day and a time");
    moment(&format!("2026-05-{day:0>2}T{clock}:00+02:00"))
}

pub fn moment(text: &str) -> Moment {
    text.parse().expect("a moment")
}

pub fn window(from: &str, to: &str) -> Window {
    Window { from: at(from), to: at(to) }
}

/// An event of the shipment `SH-1`, or of the order 4711. Its id is its kind and time: `stop.delivered 2 10:00`.
pub fn event(role: Role, when: &str, fact: Fact) -> Event {
    let number = match fact.noun() {
        Noun::Shipment => "SH-1",
        Noun::Order => "4711",
        Noun::Customer | Noun::Item | Noun::Location => "ACME",
        Noun::Rulebook => Rulebook::NUMBER,
        Noun::Feed => "tms",
        Noun::Account => "carla",
    };
    Event {
        source: role.as_str().parse().expect("a source"),
        role,
        id: EventId::new(&format!("/{role}"), &format!("{} {when}", fact.kind())),
        occurred_at: at(when),
        number: number.to_owned(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}

pub fn tms(when: &str, fact: Fact) -> Event {
    event(Role::Tms, when, fact)
}

pub fn erp(when: &str, fact: Fact) -> Event {
    event(Role::Erp, when, fact)
}

pub fn syncline(when: &str, fact: Fact) -> Event {
    event(Role::Syncline, when, fact)
}

/// Something that the agent `kim` did.
pub fn desk(when: &str, fact: Fact) -> Event {
    event(Role::Desk, when, fact).by("kim")
}

/// What a story says of an event beside its fact.
pub trait Told {
    fn named(self, id: &str) -> Self;
    fn by(self, actor: &str) -> Self;
    fn about(self, number: &str) -> Self;
    fn sent_by(self, source: &str) -> Self;
}

impl Told for Event {
    fn named(self, id: &str) -> Self {
        Self { id: EventId::new(self.id.origin(), id), ..self }
    }

    fn by(self, actor: &str) -> Self {
        Self { actor: Some(actor.to_owned()), ..self }
    }

    fn about(self, number: &str) -> Self {
        Self { number: number.to_owned(), ..self }
    }

    fn sent_by(self, source: &str) -> Self {
        let source: SourceName = source.parse().expect("a source name");
        Self { source, ..self }
    }
}

/// The orders and tiers that the ERP has told of.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub orders: BTreeMap<OrderId, Arc<Order>>,
    pub tiers: BTreeMap<CustomerId, Tier>,
    pub rulebooks: Rulebooks,
}

impl Surroundings for Books {
    fn order(&self, id: OrderId) -> Option<Arc<Order>> {
        self.orders.get(&id).cloned()
    }

    fn tier(&self, customer: CustomerId) -> Tier {
        self.tiers.get(&customer).copied().unwrap_or_default()
    }

    fn rules(&self, at: Seq) -> &Arc<Rulebook> {
        self.rulebooks.at(at)
    }
}

/// Everything that follows from the events told so far.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub books: Books,
    pub shipments: BTreeMap<ShipmentId, Tracked>,
    pub feeds: BTreeMap<String, TrackedFeed>,
    pub catalogue: Catalogue,
    /// The parts of quarantine that were seen to.
    pub settled: Vec<Settled>,
    pub subscribers: Subscribers,
    /// Whether events are recorded as they happen.
    pub is_prompt: bool,
    /// What our clock shows; by itself it shows no earlier moment than an event's own.
    pub is_at: Option<DateTime<Utc>>,
    /// What others were told, in order.
    pub messages: Vec<Message>,
    /// The kinds of the events of the journal.
    pub journal: Vec<&'static str>,
    seq: i64,
}

impl World {
    pub fn of(events: impl IntoIterator<Item = Event>) -> Self {
        let mut world = Self::default();
        for event in events {
            world.tell(event);
        }
        world
    }

    /// Takes the event in as the next of the journal. Returns the exceptions that changed.
    pub fn tell(&mut self, event: Event) -> Vec<ShipmentException> {
        let seq = Seq(self.seq + 1);
        let happened_at = event.occurred_at.to_utc();
        let recorded_at = match self.is_at {
            Some(now) => now,
            None if self.is_prompt => happened_at,
            None => recorded_at(seq).max(happened_at),
        };
        let recorded = Recorded { seq, recorded_at, event: Arc::new(event) };
        let event = &*recorded.event;
        let mut changed = Vec::new();
        match event.fact.noun() {
            _ if event.is_about_feed() => {
                let feed =
                    self.feeds.entry(event.number.clone()).or_insert_with_key(|name| TrackedFeed::new(name));
                let book = self.books.rulebooks.current();
                let consequences = feed.apply(&recorded, book);
                say(&mut self.messages, &recorded, consequences.notices);
                changed
                    .extend(consequences.exceptions.into_iter().map(|index| feed.exceptions[index].clone()));
                self.settled.extend(consequences.settled);
            }
            Noun::Feed => {}
            Noun::Shipment => {
                let id = event.shipment();
                let tracked =
                    self.shipments.entry(id).or_insert_with(|| Tracked::new(id, event.number.clone()));
                let seen = self.subscribers.seen(tracked);
                let Some(consequences) = tracked.apply(&recorded, &self.books) else { return changed };
                let told = self.subscribers.of_shipment(&recorded, &seen, tracked, &consequences.notices);
                say(&mut self.messages, &recorded, consequences.notices);
                self.messages.extend(told);
                let indices = consequences.exceptions;
                changed.extend(indices.into_iter().map(|index| tracked.exceptions[index].clone()));
            }
            Noun::Order => {
                let id = event.order();
                let known = self.books.orders.remove(&id);
                let mut order =
                    known.map_or_else(|| Order::new(id, event.number.clone()), Arc::unwrap_or_clone);
                let before = order.state.let_go();
                let applied = order.apply(recorded.clone());
                say(&mut self.messages, &recorded, of_order(&before, &order, &recorded));
                self.books.orders.insert(id, Arc::new(order));
                if applied == Applied::Known {
                    return changed;
                }
                let on_it = |tracked: &&mut Tracked| tracked.order_ids().contains(&id);
                for tracked in self.shipments.values_mut().filter(on_it) {
                    let seen = self.subscribers.seen(tracked);
                    let consequences = tracked.surroundings_changed(&recorded, &self.books);
                    let told = self.subscribers.of_shipment(&recorded, &seen, tracked, &consequences.notices);
                    say(&mut self.messages, &recorded, consequences.notices);
                    self.messages.extend(told);
                    let indices = consequences.exceptions;
                    changed.extend(indices.into_iter().map(|index| tracked.exceptions[index].clone()));
                }
            }
            Noun::Rulebook => {
                if let Fact::RulebookChanged(book) = &event.fact {
                    self.books.rulebooks.take(seq, book);
                }
            }
            Noun::Account => {
                if let Fact::SubscriptionChanged(subscription) = &event.fact {
                    self.subscribers.take(&event.number, subscription);
                }
            }
            Noun::Customer | Noun::Item | Noun::Location => {
                if let Fact::CustomerRegistered(terms) = &event.fact {
                    self.books.tiers.insert(CustomerId::numbered(&event.number), terms.tier);
                }
                for cause in self.catalogue.take(event.subject(), &event.number, &event.fact) {
                    for feed in self.feeds.values_mut() {
                        feed.matched(&recorded, &cause, self.books.rulebooks.current());
                    }
                }
            }
        }
        if event.role.is_outside() {
            let name = event.source.to_string();
            let feed = self.feeds.entry(name).or_insert_with_key(|name| TrackedFeed::new(name));
            feed.hear(&recorded, self.books.rulebooks.current());
            for mismatch in self.catalogue.mismatches(event) {
                feed.mismatch(&recorded, &mismatch.cause, &mismatch.reason, self.books.rulebooks.current());
            }
        }
        self.seq = seq.0;
        self.journal.push(event.fact.kind());
        changed
    }

    /// Lets the invoice gate look at every order, as the server does after every event; what it decides is told.
    pub fn settle(&mut self, when: &str) {
        for order in self.books.orders.values().cloned().collect::<Vec<_>>() {
            let carry = |one: &&Tracked| one.order_ids().contains(&order.id);
            let shipments: Vec<Tracked> = self.shipments.values().filter(carry).cloned().collect();
            if let Some(fact) = decide(&order, &shipments, at(when).to_utc()) {
                // The server looks only where there is news, and at what several carry.
                let has_news = |one: &Tracked| {
                    is_unsettled(&order, one) || is_unknown_and_proven(order.id, Some(&order), one)
                };
                assert!(shipments.len() > 1 || shipments.iter().any(has_news), "never looked at: {fact:?}");
                let id = format!("gate {} {when} {}", order.number, self.seq);
                self.tell(event(Role::Syncline, when, fact).about(&order.number).named(&id));
            }
        }
    }

    /// Lets the legs of every order be looked at, as the server does whenever a shipment that carries it has news, until there is
    /// nothing more to state.
    pub fn link_legs(&mut self, when: &str) {
        for id in self.books.orders.keys().copied().collect::<Vec<_>>() {
            let mut rounds = 0..10;
            while let Some(order) = self.books.orders.get(&id).cloned() {
                let carry = |one: &&Tracked| one.order_ids().contains(&id);
                let shipments: Vec<Tracked> = self.shipments.values().filter(carry).cloned().collect();
                let legs = domain::legs::decide(&order, &shipments);
                if legs.is_empty() {
                    break;
                }
                assert!(rounds.next().is_some(), "the legs are stated again and again: {legs:?}");
                for (tracked, leg) in legs {
                    let number = tracked.shipment.number.clone();
                    let stated = event(Role::Syncline, when, Fact::LegStated(leg)).about(&number);
                    self.tell(stated.named(&format!("leg {number} {when} {}", self.seq)));
                }
            }
        }
    }

    /// What was told to whom: `erp invoice.release 4711`.
    pub fn told(&self) -> Vec<String> {
        let line = |one: &Message| format!("{} {} {}", one.to, one.notice.kind(), one.notice.subject());
        self.messages.iter().map(line).collect()
    }

    /// The one shipment of a story about `SH-1`.
    pub fn shipment(&self) -> &Tracked {
        &self.shipments[&ShipmentId::numbered("SH-1")]
    }

    /// All shipments and orders as bytes that hold nothing of when and in which order events came.
    pub fn canonical(&self) -> Vec<Vec<u8>> {
        let shipments = self.shipments.values().map(|tracked| tracked.shipment.canonical());
        let orders = self.books.orders.values().map(|order| order.canonical());
        shipments.chain(orders).map(|bytes| bytes.expect("json")).collect()
    }
}

fn say(messages: &mut Vec<Message>, recorded: &Recorded, notices: impl IntoIterator<Item = Addressed>) {
    for notice in notices {
        let message = Message::new(recorded.seq, messages, recorded.recorded_at, notice);
        messages.push(message);
    }
}

/// Our clock: one second an event, from Monday the 4th on, or as it happens where that is later.
pub fn recorded_at(seq: Seq) -> DateTime<Utc> {
    moment("2026-05-04T00:00:00Z").to_utc() + TimeDelta::seconds(seq.0)
}

/// `In transit`, or `In transit · On hold, Delayed`.
pub fn standing(status: Status, flags: Flags) -> String {
    let flags: Vec<&str> = flags.raised().map(|(_, label)| label).collect();
    if flags.is_empty() {
        status.label().to_owned()
    } else {
        format!("{} · {}", status.label(), flags.join(", "))
    }
}

/// Tells the story forwards and backwards: each way, the house reads `expect`.
#[track_caller]
pub fn check(events: impl IntoIterator<Item = Event>, expect: &str) {
    let mut events: Vec<Event> = events.into_iter().collect();
    for way in ["forwards", "backwards"] {
        let view = World::of(events.clone()).shipment().view();
        assert_eq!(standing(view.status, view.flags), expect, "told {way}");
        events.reverse();
    }
}

/// Tells the story; then these exceptions are there, in the order of their opening, each as
/// `missed_pickup, stop 1, #1, high, open`.
#[track_caller]
pub fn check_exceptions(events: impl IntoIterator<Item = Event>, expect: &[&str]) {
    assert_eq!(exceptions(World::of(events).shipment()), expect);
}

pub fn exceptions(tracked: &Tracked) -> Vec<String> {
    tracked.exceptions.iter().map(said).collect()
}

fn said(one: &ShipmentException) -> String {
    let end = match &one.closing {
        None => "open".to_owned(),
        Some(Closing::Cleared) => "cleared".to_owned(),
        Some(Closing::LateData) => "late data".to_owned(),
        Some(Closing::Merged { by, named, .. }) => format!("merged by {by} into {named}"),
        Some(Closing::Resolved { by, reason, .. }) => format!("resolved by {by}: {reason}"),
    };
    let (rule, severity) = (one.rule.as_str(), one.severity.as_str());
    format!("{rule}, {}, #{}, {severity}, {end}", one.cause, one.occurrence)
}
