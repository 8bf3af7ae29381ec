//! Freight as it really goes: what each audience reads at each point, and that another order of arrival changes none of it.

#[path = "../corpus/mod.rs"]
mod reader;

use crate::support::{World, standing};
use domain::event::Event;
use domain::id::{CustomerId, ShipmentId};
use domain::redaction::CustomerShipment;
use reader::{Sequence, Step, sequences};
use std::path::Path;

fn corpus() -> Vec<Sequence> {
    sequences(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"))
}

/// Tells an event, and lets Syncline look at what follows from it, as the server does.
fn tell(world: &mut World, event: Event) {
    let when = event.occurred_at.format("%-d %H:%M").to_string();
    world.tell(event);
    world.link_legs(&when);
    world.settle(&when);
}

fn seen(world: &World, shipment: &str, customer: &str) -> CustomerShipment {
    let tracked = &world.shipments[&ShipmentId::numbered(shipment)];
    tracked.redacted(CustomerId::numbered(customer)).expect("theirs")
}

fn is_open(world: &World) -> Vec<String> {
    let all = world.shipments.values().flat_map(|one| &one.exceptions).filter(|one| one.is_open());
    let mut all: Vec<String> =
        all.map(|one| format!("{} {}, {}", one.number, one.rule.as_str(), one.cause)).collect();
    all.sort();
    all
}

#[test]
fn each_audience_reads_the_words_that_people_who_do_this_job_would_say() {
    let mut wrong = Vec::new();
    for sequence in corpus() {
        let mut world = World::default();
        world.is_prompt = true;
        let mut now = None;
        let mut named: Vec<String> = Vec::new();
        for step in &sequence.steps {
            let mut say = |what: String| wrong.push(format!("{}: {what}", sequence.name));
            match step {
                Step::Event(event) => {
                    now = now.max(Some(event.occurred_at.to_utc()));
                    named.clear();
                    tell(&mut world, (**event).clone());
                }
                Step::Reads { audience, shipment, status, sentence } => {
                    let now = now.expect("something was told");
                    let read = if audience == "house" {
                        let view = world.shipments[&ShipmentId::numbered(shipment)].view();
                        (standing(view.status, view.flags), None)
                    } else {
                        let seen = seen(&world, shipment, audience);
                        let said = domain::journey::sentence(&seen, now);
                        (standing(seen.status, seen.flags), sentence.as_ref().map(|_| said))
                    };
                    if (&read.0, &read.1) != (status, sentence) {
                        say(format!("{audience} reads of {shipment} {read:?}, not {status:?} {sentence:?}"));
                    }
                }
                Step::IsOpen { shipment, exception } => {
                    let wanted = format!("{shipment} {exception}");
                    if !is_open(&world).contains(&wanted) {
                        say(format!("{wanted} is not open, but {:?}", is_open(&world)));
                    }
                    named.push(wanted);
                }
                Step::NothingElseIsOpen => {
                    let more: Vec<String> =
                        is_open(&world).into_iter().filter(|one| !named.contains(one)).collect();
                    if !more.is_empty() {
                        say(format!("{more:?} is open after {now:?}"));
                    }
                }
                Step::Told(told) => {
                    let read =
                        if world.told().is_empty() { "nothing".into() } else { world.told().join(", ") };
                    if &read != told {
                        say(format!("{read} was told, not {told}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What is told in another order, each source's own order within one moment kept.
fn reordered(events: &[Event], turn: u64) -> Vec<Event> {
    let mut keyed: Vec<(u64, usize)> = (0..events.len())
        .map(|place| {
            // A multiplicative hash: any fixed order does, as long as it is another one at each turn.
            let key =
                (place as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(13).wrapping_mul(turn);
            (key, place)
        })
        .collect();
    keyed.sort_unstable();
    let mut order: Vec<usize> = keyed.into_iter().map(|(_, place)| place).collect();
    for at in 0..order.len() {
        for next in at + 1..order.len() {
            let (one, other) = (&events[order[at]], &events[order[next]]);
            let is_tied = one.source == other.source && one.occurred_at == other.occurred_at;
            if is_tied && order[next] < order[at] {
                order.swap(at, next);
            }
        }
    }
    order.into_iter().map(|place| events[place].clone()).collect()
}

#[test]
fn told_in_any_other_order_the_corpus_gives_the_same_bytes() {
    for sequence in corpus() {
        let events = sequence.events();
        let told = World::of(events.clone()).canonical();
        for turn in (3..200).step_by(8) {
            let again = World::of(reordered(&events, turn)).canonical();
            assert_eq!(again, told, "{}, turn {turn}", sequence.name);
        }
    }
}
