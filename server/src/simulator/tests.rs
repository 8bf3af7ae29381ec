//! What a simulator promises: the same lives for a seed, lives that a receiver understands, nothing from the future.

mod http;
mod map;

use super::network::Place;
use super::script::LONGEST;
use super::*;
use chrono::TimeZone;
use domain::Fact;
use domain::authority::Role;
use domain::time::Moment;
use serde_json::Value;
use serde_json::value::RawValue;
use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

const LIVES: usize = 600;

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 23, 20, 0, 0).single().expect("a moment")
}

fn settings() -> Settings {
    Settings { seed: 42, speed: 60, history: 600, rate: None, count: None, first: 4001, resume: None }
}

fn told() -> &'static [Life] {
    static TOLD: OnceLock<Vec<Life>> = OnceLock::new();
    TOLD.get_or_init(|| lives(settings(), now()).take(LIVES).collect())
}

#[derive(serde::Deserialize)]
struct Read<'a> {
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    time: Moment,
    #[serde(borrow)]
    data: &'a RawValue,
}

fn read(dispatch: &Dispatch) -> Read<'_> {
    serde_json::from_str(&dispatch.json).expect("a CloudEvent")
}

fn role(system: System) -> Role {
    match system {
        System::Tms => Role::Tms,
        System::Erp => Role::Erp,
    }
}

#[test]
fn the_same_seed_tells_the_same_bytes_and_another_seed_tells_others() {
    let bodies = |seed| stream(seed, now(), 3000).map(|batch| batch.body).collect::<Vec<_>>();
    assert_eq!(bodies(7), bodies(7));
    assert_ne!(bodies(7), bodies(8));
}

#[test]
fn every_event_states_a_fact_of_its_source_except_where_it_is_meant_not_to() {
    for dispatch in told().iter().flat_map(|life| &life.dispatches).chain(&master_data(42, now())) {
        let event = read(dispatch);
        assert_eq!(event.kind, format!("syncline.{}.v1", dispatch.kind));
        assert_eq!(event.source.contains("tms"), dispatch.system == System::Tms);
        assert!(!event.subject.is_empty());
        let fact = Fact::parse(dispatch.kind, event.data.get());
        let verdict = fact.map_err(|error| error.to_string()).and_then(|fact| {
            fact.check_authority(role(dispatch.system)).map_err(|conflict| conflict.to_string())
        });
        assert_eq!(verdict.is_err(), dispatch.oddity.is_some(), "{verdict:?}: {}", dispatch.json);
    }
}

#[test]
fn no_event_is_dated_after_it_is_sent_and_none_is_sent_before_its_life_begins() {
    for life in told() {
        for dispatch in &life.dispatches {
            assert!(read(dispatch).time <= dispatch.due, "{}", dispatch.json);
        }
        let (first, last) = (&life.dispatches[0], &life.dispatches[life.dispatches.len() - 1]);
        assert!(first.due <= now());
        assert!(last.at - first.at < LONGEST, "{:?} takes {}", life.plot, last.at - first.at);
    }
}

#[test]
fn lives_at_high_speed_stay_in_the_order_of_their_story() {
    let script = driven(settings(), 5000, now());
    for life in (0..200).map(|index| script.life(index)) {
        let mut told: Vec<_> = life.dispatches.iter().map(|one| (one.at, read(one).time)).collect();
        told.sort_unstable();
        assert!(told.windows(2).all(|pair| pair[0].1 <= pair[1].1));
    }
}

#[test]
fn an_id_names_one_event_and_only_duplicates_come_twice() {
    let mut known = HashMap::new();
    let mut again = 0;
    let lives = told();
    for (life, dispatch) in lives.iter().flat_map(|life| life.dispatches.iter().map(move |one| (life, one))) {
        if let Some(earlier) = known.insert(read(dispatch).id, &dispatch.json) {
            assert_eq!(earlier, &dispatch.json);
            assert_eq!(life.post, Post::Duplicate);
            again += 1;
        }
    }
    assert!(again > 20, "only {again} duplicates");
}

#[test]
fn six_hundred_lives_take_every_turn_and_come_by_every_post() {
    let lives = told();
    for (plot, _) in Plot::ALL {
        assert!(lives.iter().any(|life| life.plot == *plot), "no {plot:?}");
    }
    for (post, _) in Post::ALL {
        assert!(lives.iter().any(|life| life.post == *post), "no {post:?}");
    }
    let odd: Vec<_> = lives.iter().flat_map(|life| &life.dispatches).filter_map(|one| one.oddity).collect();
    for oddity in [Oddity::AuthorityConflict, Oddity::UnknownKind, Oddity::UnknownCode] {
        assert!(odd.contains(&oddity), "no {oddity:?}");
    }
    assert!(odd.len() <= 6, "{} oddities are not rare", odd.len());
}

/// The kinds that lives of a plot must, and must not, hold among their messages.
fn check(plot: Plot, must: &[&str], must_not: &[&str]) {
    for life in told().iter().filter(|life| life.plot == plot) {
        let kinds: HashSet<_> =
            life.dispatches.iter().filter(|one| one.oddity.is_none()).map(|one| one.kind).collect();
        assert!(must.iter().all(|kind| kinds.contains(kind)), "{plot:?} lacks one of {must:?}: {kinds:?}");
        assert!(!must_not.iter().any(|kind| kinds.contains(kind)), "{plot:?} holds one of {must_not:?}");
    }
}

#[test]
fn every_plot_shows_in_what_is_said() {
    check(
        Plot::Happy,
        &["order.released", "pod.received", "charge.stated", "invoice.paid"],
        &["delay.reported"],
    );
    check(Plot::TenderRejected, &["tender.rejected", "tender.accepted", "stop.delivered"], &[]);
    check(Plot::TenderExpired, &["tender.expired", "tender.accepted"], &["tender.rejected"]);
    check(Plot::MissedPickup, &["appointment.missed", "appointment.rescheduled", "stop.delivered"], &[]);
    check(Plot::EtaSlip, &["delay.reported", "eta.changed", "stop.delivered"], &[]);
    check(Plot::CustomsHold, &["customs.held"], &[]);
    check(Plot::Weather, &["delay.reported"], &[]);
    check(Plot::LongDwell, &["delay.reported", "stop.delivered"], &[]);
    check(Plot::Refusal, &["stop.refused"], &[]);
    check(Plot::PodDiscrepancy, &["pod.received", "stop.delivered"], &[]);
    check(Plot::Correction, &["event.retracted", "stop.delivered"], &[]);
    check(Plot::Cancelled, &["shipment.cancelled", "order.cancelled"], &["stop.loaded"]);
    let says = |plot: Plot, kind: &str| {
        told()
            .iter()
            .filter(|life| life.plot == plot)
            .flat_map(|life| &life.dispatches)
            .any(|one| one.kind == kind)
    };
    assert!(says(Plot::CustomsHold, "customs.released"), "customs lets nothing go");
    assert!(says(Plot::Refusal, "order.returned"), "nothing that was refused comes back");
}

#[test]
fn the_two_biggest_customers_have_sixty_shipments_each() {
    let mut shipments: HashMap<String, usize> = HashMap::new();
    for life in told() {
        let released = life.dispatches.iter().find(|one| one.kind == "order.released").expect("an order");
        let event: Value = serde_json::from_str(&released.json).expect("json");
        let code = event["data"]["customer"]["code"].as_str().expect("a code");
        *shipments.entry(code.to_owned()).or_default() += 1;
    }
    for customer in &customers()[..2] {
        assert!(shipments[customer.code] >= 60, "{} has {}", customer.name, shipments[customer.code]);
    }
    assert_eq!(shipments.len(), customers().len());
}

#[test]
fn the_network_names_only_places_that_it_has_and_two_carriers_for_every_way() {
    let codes: HashSet<_> = network::PLACES.iter().map(|place| place.code).collect();
    assert_eq!(codes.len(), network::PLACES.len());
    assert!(codes.len() >= 60 && network::CARRIERS.len() == 20 && customers().len() == 30);
    for dock in customers().iter().flat_map(|customer| customer.docks) {
        let dock = network::PLACES.iter().find(|place| place.code == *dock).expect("a place of the network");
        assert!(draft::reachable(dock).next().is_some(), "{} can't be reached over land", dock.code);
    }
    for region in [Some(Region::Europe), Some(Region::NorthAmerica), None] {
        use domain::fact::Mode::{Air, LessThanTruckload, Ocean, Parcel, Rail, Truckload};
        let modes: &[_] =
            if region.is_some() { &[Truckload, LessThanTruckload, Parcel, Rail] } else { &[Ocean, Air] };
        for mode in modes {
            let carriers =
                network::CARRIERS.iter().filter(|one| one.region == region && one.modes.contains(mode));
            assert!(carriers.count() >= 2, "{region:?} {mode:?}");
        }
    }
}

#[test]
fn customs_holds_only_what_crosses_a_border() {
    let country = |stop: &Value| Place::coded(stop["location"]["code"].as_str().expect("a code")).country;
    let held = told().iter().filter(|life| life.plot == Plot::CustomsHold);
    for dispatch in held.flat_map(|life| &life.dispatches).filter(|one| one.kind == "shipment.planned") {
        let event: Value = serde_json::from_str(&dispatch.json).expect("json");
        let stops = event["data"]["stops"].as_array().expect("stops");
        let areas: HashSet<_> = stops.iter().map(|stop| network::customs_area(country(stop))).collect();
        assert!(areas.len() > 1, "{}", dispatch.json);
    }
}

#[test]
fn history_ends_now_and_live_events_follow_at_a_lively_rate() {
    let mut queue = Queue::new(script(settings(), now()), None);
    let mut told = 0;
    while queue.next_due() <= now() {
        told += usize::from(queue.pop().is_some());
    }
    assert!((11_000..24_000).contains(&told), "{told} events of history");
    let mut soon = 0;
    while queue.next_due() <= now() + TimeDelta::minutes(10) {
        soon += usize::from(queue.pop().is_some());
    }
    assert!((900..4200).contains(&soon), "{soon} events in the first ten minutes");
}

#[test]
fn a_run_taken_up_again_says_what_it_would_have_said_and_nothing_twice() {
    let until = now() + TimeDelta::hours(1);
    let later = until + TimeDelta::hours(9);
    let horizon = later + TimeDelta::minutes(20);
    let say = |queue: &mut Queue| {
        let mut said = Vec::new();
        while queue.next_due() <= horizon {
            said.extend(queue.pop());
        }
        said
    };
    let whole = say(&mut Queue::new(script(settings(), now()), None));
    let rest =
        say(&mut Queue::new(script(settings(), now()), Some(Earlier { sent: until, until, now: later })));
    let known: HashSet<_> =
        whole.iter().filter(|one| one.due > until).map(|one| (one.due, &one.json)).collect();
    assert!(
        rest.iter().all(|one| known.contains(&(one.due, &one.json))),
        "something new is said about the past"
    );
    let after = |said: &[Dispatch]| said.iter().filter(|one| one.due > later).count();
    assert_eq!(after(&rest), after(&whole), "the network goes on as if it had never stopped");
    let caught_up = rest.len() - after(&rest);
    assert!(caught_up > 1000 && caught_up < known.len() / 2, "{caught_up} of {}", known.len());
}

#[test]
fn a_run_that_was_cut_short_tells_its_whole_history_when_it_is_taken_up_again() {
    let tell = |earlier| {
        let mut queue = Queue::new(script(settings(), now()), earlier);
        std::iter::from_fn(|| if queue.next_due() <= now() { queue.pop() } else { None }).count()
    };
    let later = now() + TimeDelta::hours(2);
    let cut_short = Earlier { sent: DateTime::UNIX_EPOCH, until: now(), now: later };
    assert_eq!(tell(Some(cut_short)), tell(None));
}

#[test]
fn a_driven_network_makes_as_many_events_as_it_is_asked_for() {
    let rate = 2000;
    let mut queue = Queue::new(driven(settings(), rate, now()), None);
    let mut made = 0;
    let (from, to) = (now(), now() + TimeDelta::seconds(10));
    while queue.next_due() <= to {
        let due = queue.next_due();
        made += usize::from(queue.pop().is_some() && due > from);
    }
    let wanted = rate as usize * 10;
    assert!((wanted * 8 / 10..wanted * 12 / 10).contains(&made), "{made} for {wanted}");
}

#[test]
fn a_stream_holds_as_many_events_as_it_is_asked_for_in_lines() {
    let batches: Vec<_> = stream(1, now(), 2500).collect();
    assert_eq!(batches.iter().map(|batch| batch.events).sum::<usize>(), 2500);
    for batch in batches {
        assert!(batch.events <= BATCH);
        let lines = batch.body.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        assert_eq!(lines, batch.events);
    }
}

#[test]
fn an_https_address_and_a_bad_secret_are_refused_with_a_way_out() {
    let feed = |name: &str, secret: &str| Feed { name: name.into(), secret: secret.into() };
    let check = |base: &str, secret: &str| {
        let target = Target { base: base.into(), tms: feed("tms", secret), erp: feed("erp", secret) };
        Sender::new(&target, now).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert!(check("https://example.org", "whsec_YWJj").contains("plain http"));
    assert!(check("example.org:3000", "whsec_YWJj").contains("http://"));
    assert!(check("http://127.0.0.1:3000", "whsec_???").contains("source `tms`"));
    assert_eq!(check("http://127.0.0.1:3000/", "whsec_YWJj"), "");
}
