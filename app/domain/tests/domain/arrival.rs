//! Law 2: order and repetition do not matter. Any permutation and any duplication of one set of events gives
//! byte-identical shipments and orders, and the fast path gives what a refold gives.

use crate::support::facts::{ordered, planned_cross_dock, planned_two_drops, terms_for};
use crate::support::samples::one_of_each;
use crate::support::{Told, World, at, erp, event, tms};
use chrono::TimeDelta;
use domain::authority::Role;
use domain::event::{Event, Recorded};
use domain::fact::{Fact, Noun, Retraction};
use domain::fold::Applied;
use domain::id::Seq;
use domain::view::ShipmentView;
use domain::{Order, Shipment};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What may happen in a life, from whoever may state it; the stops 1 and 2 are planned, X and 3 now and then.
fn catalogue() -> Vec<(Role, Fact)> {
    let mut facts = one_of_each();
    facts.retain(|fact| matches!(fact.noun(), Noun::Shipment | Noun::Order));
    facts.extend([planned_two_drops(), planned_cross_dock(), ordered()]);
    facts.extend((0..6).map(|n| crate::support::facts::eta("2", &format!("2 1{n}:00"))));
    facts.extend((0..6).map(|n| crate::support::facts::delivered(["2", "3", "X"][n % 3])));
    facts.push(Fact::OrderChanged(terms_for("BOLT", None)));
    // No source tells of the rules file or of feeds: what Syncline and its people say once is never repeated or reordered.
    facts.retain(|fact| !matches!(fact.noun(), Noun::Rulebook | Noun::Feed | Noun::Account));
    facts
        .into_iter()
        .map(|fact| {
            let owner = [Role::Erp, Role::Tms, Role::Desk, Role::Syncline]
                .into_iter()
                .find(|role| fact.domain().is_some() && fact.check_authority(*role).is_ok());
            (owner.unwrap_or(Role::Tms), fact)
        })
        .collect()
}

/// Up to 30 events of two shipments and two orders; many at the same moment, a third of them retractions that name
/// any other, also each other.
fn lives() -> impl Strategy<Value = Vec<Event>> {
    let one = (prop::sample::select(catalogue()), 0..8_i64, 0..30_usize, 0..6_usize, 0..2_usize);
    prop::collection::vec(one, 1..30).prop_map(|drawn| {
        let told = drawn.into_iter().enumerate().map(|(n, ((role, fact), hours, names, kind, subject))| {
            let names = Retraction { event: format!("e-{names}"), reason: "by mistake".into() };
            let (role, fact) = match kind {
                0 => (Role::Tms, Fact::EventRetracted(names)),
                1 => (Role::Erp, Fact::OrderEventRetracted(names)),
                _ => (role, fact),
            };
            let number = match fact.noun() {
                Noun::Order => ["4711", "4712"][subject],
                _ => ["SH-1", "SH-2"][subject],
            };
            let mut event = event(role, "1 08:00", fact).named(&format!("e-{n}")).about(number);
            event.occurred_at += TimeDelta::hours(hours);
            event
        });
        told.collect()
    })
}

/// What a view says, less what is legitimately about arrival.
fn said(view: ShipmentView) -> ShipmentView {
    let unplaced = |mut entry: domain::view::TimelineEntry| {
        (entry.seq, entry.recorded_at) = (Seq(0), chrono::DateTime::default());
        entry
    };
    let timeline = view.timeline.into_iter().map(unplaced).collect();
    ShipmentView { seq: Seq(0), exceptions: Vec::new(), timeline, ..view }
}

fn views(world: &World) -> Vec<ShipmentView> {
    world.shipments.values().map(|tracked| said(tracked.view())).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_order_and_repetition_of_any_events_gives_the_same_bytes_and_views(
        (events, shuffled) in lives().prop_flat_map(|events| {
            let twice: Vec<Event> = events.iter().chain(&events).cloned().collect();
            (Just(events.clone()), Just(twice).prop_shuffle().prop_map(move |told| in_their_order(&events, told)))
        }),
    ) {
        let (first, second) = (World::of(events), World::of(shuffled));
        prop_assert_eq!(first.canonical(), second.canonical());
        prop_assert_eq!(views(&first), views(&second));
    }

    #[test]
    fn the_fast_path_gives_what_a_refold_gives(mut events in lives()) {
        events.retain(|event| event.fact.noun() == Noun::Shipment && event.number == "SH-1");
        let mut events: Vec<Recorded> = events.iter().enumerate().map(|(n, event)| recorded_as(n, event)).collect();
        events.sort_by(Recorded::fold_order);
        let (mut fast, mut slow) = (Shipment::new(id(), "SH-1".into()), Shipment::new(id(), "SH-1".into()));
        for event in &events {
            fast.apply(event.clone());
        }
        for event in events.iter().rev() {
            slow.apply(event.clone());
        }
        prop_assert_eq!(&fast.state, &slow.state);
        prop_assert_eq!(fast, slow);
    }
}

fn id() -> domain::ShipmentId {
    domain::ShipmentId::numbered("SH-1")
}

fn recorded(event: &Event) -> Recorded {
    recorded_as(1, event)
}

fn recorded_as(place: usize, event: &Event) -> Recorded {
    let seq = Seq(i64::try_from(place).expect("a position"));
    Recorded { seq, recorded_at: at("9 10:00").to_utc(), event: Arc::new(event.clone()) }
}

/// The events as `told`, but for those that one source states of one moment: they keep the order that they have in `events`.
fn in_their_order(events: &[Event], told: Vec<Event>) -> Vec<Event> {
    let place = |event: &Event| events.iter().position(|one| one == event).expect("one of the events");
    let group = |event: &Event| (event.source.clone(), event.occurred_at);
    let mut waiting: BTreeMap<_, Vec<&Event>> = BTreeMap::new();
    for event in &told {
        waiting.entry(group(event)).or_default().push(event);
    }
    for group in waiting.values_mut() {
        group.sort_by_key(|event| std::cmp::Reverse(place(event)));
    }
    told.iter()
        .map(|event| waiting.get_mut(&group(event)).and_then(Vec::pop).expect("as many").clone())
        .collect()
}

#[test]
fn an_event_in_order_takes_one_step_and_a_late_one_refolds() {
    let mut shipment = Shipment::new(id(), "SH-1".into());
    let mut tell = |event: &Event| shipment.apply(recorded(event));
    let (planned, loaded) =
        (tms("1 07:00", planned_two_drops()), tms("1 09:00", crate::support::facts::loaded("1")));
    assert_eq!(tell(&loaded), Applied::InOrder);
    assert_eq!(tell(&planned), Applied::Refolded);
    assert_eq!(tell(&loaded), Applied::Known);
    assert_eq!(tell(&tms("1 10:00", crate::support::facts::departed("1"))), Applied::InOrder);
    assert_eq!(tell(&tms("1 11:00", crate::support::facts::retracted("any"))), Applied::Refolded);
}

fn minutes(number: usize) -> i64 {
    i64::try_from(number).expect("a few minutes")
}

/// Four lives that interleave: every kind of fact, two drops, a cross-dock, corrections, orders that change.
fn four_lives() -> Vec<Event> {
    let mut events = Vec::new();
    for (n, number) in ["SH-1", "SH-2", "SH-3", "SH-4"].into_iter().enumerate() {
        for (m, (role, fact)) in catalogue().into_iter().enumerate().filter(|(m, _)| m % 4 == n || m % 7 == 0)
        {
            let number = if fact.noun() == Noun::Order { ["4711", "4712"][n % 2] } else { number };
            let mut event = event(role, "1 08:00", fact).named(&format!("{n}-{m}")).about(number);
            event.occurred_at += TimeDelta::minutes(minutes(m * 7919 % 600));
            events.push(event);
        }
        for taken_back in [3, 15, 24, 27] {
            let retraction = Retraction { event: format!("{n}-{taken_back}"), reason: "by mistake".into() };
            events.push(
                tms("1 17:00", Fact::EventRetracted(retraction.clone()))
                    .named(&format!("r{n}-{taken_back}"))
                    .about(number),
            );
            events.push(
                erp("1 17:00", Fact::OrderEventRetracted(retraction))
                    .named(&format!("o{n}-{taken_back}"))
                    .about("4711"),
            );
        }
    }
    events
}

#[test]
fn a_thousand_permutations_with_duplicates_give_byte_identical_shipments_and_orders() {
    let events: Vec<Recorded> =
        four_lives().iter().enumerate().map(|(place, event)| recorded_as(place, event)).collect();
    let expected = folded(&events, 0..events.len());
    assert_eq!(expected.len(), 6, "four shipments and two orders");
    let repeated: Vec<usize> = (0..events.len()).chain((0..events.len()).step_by(3)).collect();
    let shuffled = Just(repeated).prop_shuffle();
    let mut runner = TestRunner::deterministic();
    for n in 0..1000 {
        let permutation = shuffled.new_tree(&mut runner).expect("a permutation").current();
        assert!(folded(&events, permutation) == expected, "permutation {n} differs");
    }
}

/// The canonical bytes of every shipment and order, told in the order of `places`.
fn folded(events: &[Recorded], places: impl IntoIterator<Item = usize>) -> Vec<Vec<u8>> {
    let (mut shipments, mut orders) = (BTreeMap::new(), BTreeMap::new());
    for recorded in places.into_iter().map(|place| events[place].clone()) {
        let number = recorded.event.number.clone();
        if recorded.event.fact.noun() == Noun::Order {
            let id = recorded.event.order();
            orders.entry(id).or_insert_with(|| Order::new(id, number)).apply(recorded);
        } else {
            let id = recorded.event.shipment();
            shipments.entry(id).or_insert_with(|| Shipment::new(id, number)).apply(recorded);
        }
    }
    let shipments = shipments.values().map(Shipment::canonical);
    shipments.chain(orders.values().map(Order::canonical)).map(|bytes| bytes.expect("json")).collect()
}
