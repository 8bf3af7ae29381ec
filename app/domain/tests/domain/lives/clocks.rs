//! Equal times, wrong times, the same word again.

use super::{acme, open, sentence, start, status};
use crate::support::facts::{
    accepted, appointment, arrived, at_stop, delivered, departed, eta, held, location, offered, passed,
    planned, pod, released,
};
use crate::support::{Told, World, at, erp, exceptions, moment, syncline, tms};
use domain::CustomerId;
use domain::Fact;
use domain::deadline::DeadlineKind;
use domain::event::{Event, Sequence};
use domain::fact::{EtaStatement, PositionReport};
use domain::place::Position;

#[test]
fn an_arrival_and_a_departure_of_one_minute_are_a_visit_whatever_their_ids() {
    for (first, second) in [("e-9", "e-10"), ("e-10", "e-9")] {
        let world =
            start([tms("1 10:00", arrived("1")).named(first), tms("1 10:00", departed("1")).named(second)]);
        assert_eq!((status(&world), open(&world)), ("In transit", vec![]));
    }
}

#[test]
fn an_arrival_a_minute_after_the_departure_is_the_one_that_was_missing() {
    let world = start([tms("1 10:30", departed("1")), tms("1 10:31", arrived("1"))]);
    assert_eq!(status(&world), "In transit");
    let echo =
        start([tms("1 09:00", arrived("1")), tms("1 10:30", departed("1")), tms("1 10:31", arrived("1"))]);
    assert_eq!(status(&echo), "In transit");
    let stop = &echo.shipment().shipment.state.stops[0];
    assert_eq!((stop.arrived_at, stop.departed_at), (Some(at("1 09:00")), Some(at("1 10:30"))));
}

#[test]
fn another_arrival_at_the_pickup_of_what_was_delivered_changes_nothing() {
    let world = start([
        tms("1 09:00", arrived("1")),
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
        tms("2 15:00", arrived("1")),
    ]);
    assert_eq!(world.shipment().shipment.state.stops[0].departed_at, Some(at("1 09:30")));
}

#[test]
fn a_tender_accepted_in_the_second_of_its_offer_is_accepted() {
    let world = start([
        tms("1 06:10", accepted("T1")).named("3f-accepted"),
        tms("1 06:10", offered("T1", "Rhenus")).named("9a-offered"),
    ]);
    assert_eq!(world.shipment().view().row().carrier.as_deref(), Some("Rhenus"));
    assert_eq!(open(&world), [""; 0]);
}

#[test]
fn of_two_words_of_one_moment_the_sources_own_sequence_decides_then_the_order_of_receipt() {
    let said = |id: &str, expected: &str, sequence: Option<&str>| Event {
        sequence: sequence.map(Sequence::new),
        ..tms("1 12:00", eta("2", expected)).named(id)
    };
    let last = |events: [Event; 2]| acme(&start(events)).eta;
    assert_eq!(last([said("z", "2 11:00", None), said("a", "2 11:30", None)]), Some(at("2 11:30")));
    assert_eq!(
        last([said("a", "2 11:30", Some("10")), said("z", "2 11:00", Some("9"))]),
        Some(at("2 11:30"))
    );
}

#[test]
fn a_change_never_loses_against_the_release_of_the_same_second() {
    let changed = Fact::OrderChanged(crate::support::facts::terms_for("ACME", None));
    let world = World::of([
        erp("1 05:00", changed).named("aa1"),
        erp("1 05:00", crate::support::facts::ordered()).named("zz1"),
    ]);
    let order = world.books.orders.values().next().expect("an order");
    assert_eq!(order.state.terms.as_ref().and_then(|terms| terms.promised), None);
}

fn seen(when: &str, latitude: f64, longitude: f64) -> Event {
    tms(
        when,
        Fact::PositionReported(PositionReport { position: Position { latitude, longitude }, near: None }),
    )
}

#[test]
fn what_is_stated_ahead_of_its_receipt_moves_nothing_until_its_moment_has_come() {
    // The journal is written at midnight of the 4th; the carrier's clock is twenty hours ahead.
    let mut world = start([tms("1 09:00", departed("1"))]);
    world.is_at = Some(moment("2026-05-04T00:00:00Z").to_utc());
    world.tell(tms("4 22:00", delivered("2")));
    assert_eq!(status(&world), "In transit");
    assert!(acme(&world).timeline.iter().all(|entry| !entry.text.contains("Delivered")));
    assert_eq!(open(&world), ["implausible_report, moments of tms ahead of their receipt"]);
    let waits = world.shipment().deadlines();
    assert!(waits.iter().any(|one| one.deadline == DeadlineKind::StatedAhead && one.due_at == at("4 22:00")));
    world.is_at = Some(moment("2026-05-04T20:00:00Z").to_utc());
    world.tell(syncline("4 22:00", passed(DeadlineKind::StatedAhead, "", "4 22:00")));
    assert_eq!(status(&world), "Delivered, awaiting confirmation");
    assert_eq!(open(&world), [""; 0]);
}

#[test]
fn a_position_from_tomorrow_pins_no_map() {
    let mut world = start([tms("1 09:00", departed("1"))]);
    world.is_at = Some(moment("2026-05-04T00:00:00Z").to_utc());
    world.tell(seen("4 22:00", 10.0, 10.0));
    world.tell(seen("4 01:59", 51.0, 9.0));
    let last = acme(&world).position.expect("a position");
    assert_eq!((last.position.latitude, last.at), (51.0, at("4 01:59")));
    assert_eq!(world.shipment().shipment.state.heard_at, Some(at("4 01:59")));
}

#[test]
fn null_island_and_a_leap_are_kept_and_not_shown() {
    let world = start([
        tms("1 09:00", departed("1")),
        seen("1 10:00", 52.0, 9.0),
        seen("1 10:02", 44.0, 9.0),
        seen("1 10:04", 52.1, 9.0),
        seen("1 10:06", 0.0, 0.0),
    ]);
    assert_eq!(acme(&world).position.map(|last| last.position.latitude), Some(52.1));
    let track = domain::shipment::track(&world.shipment().shipment);
    assert_eq!(track.iter().map(|(_, at)| at.latitude).collect::<Vec<_>>(), [52.0, 52.1]);
    assert_eq!(open(&world).len(), 2, "{:?}", open(&world));
}

#[test]
fn two_reports_that_agree_are_believed_however_far_they_are_from_the_one_before() {
    let world = start([seen("1 10:00", 44.0, 9.0), seen("1 10:02", 52.0, 9.0), seen("1 10:04", 52.1, 9.0)]);
    assert_eq!(acme(&world).position.map(|last| last.position.latitude), Some(52.1));
}

#[test]
fn a_signature_after_the_event_that_reports_it_is_implausible_and_counts_from_its_report() {
    let world = start([tms("2 10:00", delivered("2")), tms("2 10:30", pod("2", "3 10:00"))]);
    let state = &world.shipment().shipment.state;
    assert_eq!(state.stops[1].pod.as_ref().map(|pod| pod.signed_at), Some(at("2 10:30")));
    assert_eq!(state.implausible.len(), 1);
}

#[test]
fn the_same_appointment_again_was_not_moved_and_a_known_miss_stays_known() {
    let booked = || appointment("2", "2 09:00", "2 10:00");
    let missed = tms("2 10:30", Fact::AppointmentMissed(at_stop("2")));
    let world = start([tms("1 07:00", booked()), missed, tms("2 11:00", booked())]);
    assert_eq!(open(&world), ["appointment_missed, stop 2"]);
}

#[test]
fn an_expected_time_that_wavers_around_the_limit_is_one_delay_and_told_once() {
    let wavers = (0..8).map(|n| tms(&format!("1 12:0{n}"), eta("2", ["2 12:16", "2 12:14"][n % 2])));
    let world = start(wavers);
    assert_eq!(exceptions(world.shipment()), ["eta_beyond_promise, stop 2, #1, medium, open"]);
    let customer = format!("customer:{} notification SH-1", CustomerId::numbered("ACME"));
    assert_eq!(world.told(), ["erp expected_delivery.revised 4711", customer.as_str()]);
}

#[test]
fn the_same_expected_time_again_tells_nobody() {
    let world = start((0..5).map(|n| tms(&format!("1 12:0{n}"), eta("2", "2 14:00"))));
    let customer = format!("customer:{} notification SH-1", CustomerId::numbered("ACME"));
    assert_eq!(world.told(), ["erp expected_delivery.revised 4711", customer.as_str()]);
}

#[test]
fn what_one_customs_office_holds_another_does_not_release() {
    let both = || vec![tms("1 10:00", held("Calais")), tms("1 11:00", held("Veterinary office"))];
    let vet = tms("1 12:00", released("Veterinary office"));
    let world = start(both().into_iter().chain([vet.clone()]));
    assert_eq!(open(&world), ["customs_hold, hold by Calais"]);
    assert!(acme(&world).flags.on_hold);
    let free = start(both().into_iter().chain([vet, tms("1 13:00", released("calais "))]));
    assert_eq!((open(&free), acme(&free).flags.on_hold), (vec![], false));
}

#[test]
fn a_stop_before_one_that_was_reached_has_happened_and_is_late_for_nobody() {
    let sent_out = tms("2 07:00", crate::support::facts::sent_out("2"));
    let due = syncline("1 11:00", passed(DeadlineKind::Pickup, "1", "1 11:00"));
    assert_eq!(open(&start([sent_out, due])), [""; 0]);
}

#[test]
fn a_plan_that_comes_late_finds_its_stops() {
    let events = [
        erp("1 05:00", crate::support::facts::ordered()),
        tms("1 09:00", arrived("1")),
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
        tms("2 11:00", planned()),
    ];
    let world = World::of(events);
    assert_eq!(status(&world), "Delivered, awaiting confirmation");
    let stops = &world.shipment().shipment.state.stops;
    assert_eq!(stops[1].location.as_ref(), Some(&location("Hamburg")));
}

#[test]
fn a_day_is_no_moment_and_late_for_nobody_before_it_is_over() {
    let day = |day: &str| EtaStatement {
        stop: "2".into(),
        eta: at(&format!("{day} 23:59")),
        day: true,
        reason: None,
    };
    let world = start([tms("1 09:30", departed("1")), tms("1 12:00", Fact::EtaChanged(day("2")))]);
    assert_eq!((open(&world), acme(&world).flags.delayed), (vec![], false));
    let now = moment("2026-05-01T12:00:00Z").to_utc();
    let said = domain::journey::sentence(&acme(&world), now);
    assert_eq!(said, "On the way to Hamburg, expected tomorrow.");
    let late = start([tms("1 09:30", departed("1")), tms("1 12:00", Fact::EtaChanged(day("3")))]);
    assert_eq!(open(&late), ["eta_beyond_promise, stop 2"]);
}

#[test]
fn a_truck_that_has_reached_the_next_stop_has_left_the_one_before_though_nobody_told() {
    let mut world = start([tms("1 08:10", arrived("1")), tms("2 09:00", arrived("2"))]);
    world.tell(syncline("2 09:30", passed(DeadlineKind::Dwell, "1", "1 10:10")));
    world.tell(syncline("2 09:31", passed(DeadlineKind::Departure, "1", "1 11:00")));
    assert_eq!(open(&world), Vec::<String>::new());
    assert!(sentence(&world).starts_with("In Hamburg since"), "{}", sentence(&world));
}

#[test]
fn an_arrival_that_was_told_weeks_before_is_no_visit_of_today() {
    let long_ago = Event { occurred_at: moment("2026-03-20T08:00:00+01:00"), ..tms("1 05:30", arrived("1")) };
    let world = start([tms("1 08:10", arrived("1")), long_ago.clone().named("late")]);
    assert_eq!(world.shipment().shipment.state.stops[0].arrived_at, Some(at("1 08:10")));
    // Nor without a plan.
    let world = World::of([tms("1 08:10", arrived("1")), long_ago.named("late")]);
    assert_eq!(world.shipment().shipment.state.stops[0].arrived_at, Some(at("1 08:10")));
}

#[test]
fn a_time_that_was_missed_and_given_anew_in_one_minute_is_not_missed() {
    let missed = crate::support::facts::missed("2");
    let window = crate::support::window("2 15:00", "2 16:00");
    let again = domain::fact::AppointmentTerms { stop: "2".into(), window, reason: None };
    let world = start([
        tms("1 08:00", appointment("2", "2 09:00", "2 10:00")),
        tms("2 10:30", missed),
        tms("2 10:30", Fact::AppointmentRescheduled(again)).named("anew"),
    ]);
    assert!(!open(&world).iter().any(|one| one.starts_with("appointment_missed")), "{:?}", open(&world));
}

#[test]
fn the_same_hold_said_again_has_lasted_since_it_was_said_first_and_its_office_may_be_written_otherwise() {
    let world = start([tms("1 10:00", held("Calais  Port")), tms("1 12:00", held("calais port"))]);
    assert_eq!(world.shipment().shipment.state.holds.len(), 1);
    assert_eq!(world.shipment().shipment.state.hold().map(|hold| hold.since), Some(at("1 10:00")));
    let freed = start([tms("1 10:00", held("Calais  Port")), tms("1 12:00", released(" Calais Port"))]);
    assert!(freed.shipment().shipment.state.holds.is_empty());
}

#[test]
fn a_signature_from_before_the_goods_left_dates_no_delivery() {
    let early = start([tms("1 09:30", departed("1")), tms("2 10:00", pod("2", "1 05:00"))]);
    let stop = &early.shipment().shipment.state.stops[1];
    assert_eq!(stop.handed_over_at(), Some(at("2 10:00")));
    assert!(open(&early).iter().any(|one| one.starts_with("implausible_report, signatures before")));
}
