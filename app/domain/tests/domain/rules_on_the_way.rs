//! The rules for what happens on the way and at the door, one story each.

use crate::support::facts::{
    accepted, appointment, arrived, assigned, delayed_by, delivered, departed, eta, loaded, missed, offered,
    ordered, passed, planned, planned_cross_dock, pod, pod_disputed, refused, rejected, retracted, seen_near,
};
use crate::support::{World, check_exceptions, erp, exceptions, syncline, tms};
use domain::Fact;
use domain::deadline::DeadlineKind::{Arrival, Departure, Dwell, News, TenderAnswer};
use domain::event::Event;
use domain::fact::{DelayReason, DiscrepancyKind, Returned};
use domain::measure::Quantity;
use domain::rules::Rule;

fn story(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [tms("1 06:00", planned())].into_iter().chain(more).collect()
}

/// Loaded and on the road since 9:30.
fn on_the_road(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    story([tms("1 09:00", loaded("1")), tms("1 09:30", departed("1"))].into_iter().chain(more))
}

#[test]
fn tender_unanswered() {
    let asked = |more: Vec<Event>| story([tms("1 06:10", offered("T1", "Alfa"))].into_iter().chain(more));
    let due = || syncline("1 08:10", passed(TenderAnswer, "T1", "1 08:10"));
    check_exceptions(asked(vec![due()]), &["tender_unanswered, T1, #1, medium, open"]);
    check_exceptions(asked(vec![tms("1 07:00", accepted("T1")), due()]), &[]);
    // Another moment than the one that holds.
    check_exceptions(asked(vec![syncline("1 07:00", passed(TenderAnswer, "T1", "1 07:00"))]), &[]);
    let cleared = "tender_unanswered, T1, #1, medium, cleared";
    for answer in [accepted("T1"), assigned("Beta"), loaded("1"), offered("T2", "Beta")] {
        check_exceptions(asked(vec![due(), tms("1 08:30", answer)]), &[cleared]);
    }
    let refused = asked(vec![due(), tms("1 08:30", rejected("T1"))]);
    check_exceptions(refused, &[cleared, "tender_rejected, T1, #1, medium, open"]);
    // An answer that was given in time but told late.
    let late = "tender_unanswered, T1, #1, medium, late data";
    check_exceptions(asked(vec![due(), tms("1 07:00", accepted("T1"))]), &[late]);
}

#[test]
fn late_departure() {
    let there = |more: Vec<Event>| story([tms("1 09:00", arrived("1"))].into_iter().chain(more));
    let due = || syncline("1 11:00", passed(Departure, "1", "1 11:00"));
    check_exceptions(there(vec![due()]), &["late_departure, stop 1, #1, medium, open"]);
    check_exceptions(there(vec![tms("1 10:30", departed("1")), due()]), &[]);
    let cleared = &["late_departure, stop 1, #1, medium, cleared"];
    check_exceptions(there(vec![due(), tms("1 11:30", departed("1"))]), cleared);
    check_exceptions(there(vec![due(), tms("2 09:00", delivered("2"))]), cleared);
    check_exceptions(there(vec![due(), tms("1 12:00", retracted("stop.arrived 1 09:00"))]), cleared);
}

#[test]
fn appointment_missed() {
    let booked = |more: Vec<Event>| {
        on_the_road([tms("1 10:00", appointment("2", "2 09:00", "2 10:00"))].into_iter().chain(more))
    };
    let due = || syncline("2 11:00", passed(Arrival, "2", "2 11:00"));
    check_exceptions(booked(vec![due()]), &["appointment_missed, stop 2, #1, high, open"]);
    check_exceptions(
        booked(vec![tms("2 10:30", missed("2"))]),
        &["appointment_missed, stop 2, #1, high, open"],
    );
    check_exceptions(booked(vec![tms("2 09:30", arrived("2")), due()]), &[]);
    let cleared = "appointment_missed, stop 2, #1, high, cleared";
    check_exceptions(booked(vec![due(), tms("2 11:30", arrived("2"))]), &[cleared]);
    check_exceptions(booked(vec![due(), tms("2 11:30", delivered("2"))]), &[cleared]);
    check_exceptions(
        booked(vec![due(), tms("2 11:10", appointment("2", "2 13:00", "2 14:00"))]),
        &[cleared, "appointment_rescheduled, stop 2, #1, low, open"],
    );
    // A pickup has a rule of its own.
    check_exceptions(story([tms("1 10:30", missed("1"))]), &["missed_pickup, stop 1, #1, high, open"]);
}

#[test]
fn appointment_rescheduled() {
    let booked = || tms("1 10:00", appointment("2", "2 09:00", "2 10:00"));
    let moved = || tms("1 12:00", appointment("2", "2 15:00", "2 16:00"));
    check_exceptions(on_the_road([booked()]), &[]);
    check_exceptions(on_the_road([booked(), moved()]), &["appointment_rescheduled, stop 2, #1, low, open"]);
    let cleared = &["appointment_rescheduled, stop 2, #1, low, cleared"];
    check_exceptions(on_the_road([booked(), moved(), tms("2 15:00", arrived("2"))]), cleared);
    let again = tms("1 14:00", appointment("2", "2 17:00", "2 18:00"));
    check_exceptions(
        on_the_road([booked(), moved(), again]),
        &["appointment_rescheduled, stop 2, #1, low, open"],
    );
}

#[test]
fn a_delay_waits_for_a_new_time_and_its_reason_decides_whose_matter_it_is() {
    let table = [
        (DelayReason::Weather, "weather_or_route, weather, #1, medium"),
        (DelayReason::Traffic, "weather_or_route, traffic, #1, medium"),
        (DelayReason::Shortage, "inventory_shortage, goods not available, #1, high"),
        (DelayReason::Breakdown, "delay_reported, vehicle breakdown, #1, medium"),
        (DelayReason::Other, "delay_reported, other reason, #1, medium"),
    ];
    for (reason, opened) in table {
        let told =
            |more: Vec<Event>| on_the_road([tms("1 12:00", delayed_by(reason))].into_iter().chain(more));
        let (open, cleared) = (format!("{opened}, open"), format!("{opened}, cleared"));
        check_exceptions(told(vec![]), &[&open]);
        check_exceptions(told(vec![tms("1 11:00", eta("2", "2 10:00"))]), &[&open]);
        check_exceptions(told(vec![tms("1 13:00", seen_near("A7"))]), &[&open]);
        for answer in [eta("2", "2 11:00"), arrived("2"), delivered("2")] {
            check_exceptions(told(vec![tms("2 08:00", answer)]), &[&cleared]);
        }
        // The answer came first: nobody is bothered.
        let late = on_the_road([tms("1 12:30", eta("2", "2 11:00")), tms("1 12:00", delayed_by(reason))]);
        check_exceptions(late, &[]);
    }
}

#[test]
fn dwell_over_limit() {
    let there = |more: Vec<Event>| {
        [tms("1 06:00", planned_cross_dock()), tms("1 14:30", arrived("X"))]
            .into_iter()
            .chain(more)
            .collect::<Vec<_>>()
    };
    let due = || syncline("1 16:30", passed(Dwell, "X", "1 16:30"));
    check_exceptions(there(vec![due()]), &["dwell_over_limit, stop X, #1, medium, open"]);
    check_exceptions(there(vec![tms("1 16:00", departed("X")), due()]), &[]);
    check_exceptions(
        there(vec![due(), tms("1 17:00", departed("X"))]),
        &["dwell_over_limit, stop X, #1, medium, cleared"],
    );
    let mut world = World::of(there(vec![due()]));
    let detail = world.shipment().exceptions[0].detail.clone();
    assert_eq!(
        detail,
        "The truck stands at Hanover for more than 2 h 00 min: detention runs since 1 May 16:30 UTC+2"
    );
    // It comes back and stands again.
    let again = [
        tms("1 17:00", departed("X")),
        tms("1 18:00", arrived("X")),
        syncline("1 20:00", passed(Dwell, "X", "1 20:00")),
    ];
    for event in again {
        world.tell(event);
    }
    assert_eq!(
        exceptions(world.shipment())[..2],
        ["dwell_over_limit, stop X, #1, medium, cleared", "dwell_over_limit, stop X, #2, medium, open"]
    );
}

#[test]
fn delivery_discrepancy() {
    let at_the_door = |more: Vec<Event>| on_the_road(more);
    let refusal = || tms("2 10:00", refused("2"));
    check_exceptions(
        at_the_door(vec![refusal()]),
        &["delivery_discrepancy, stop 2, refused, #1, high, open"],
    );
    check_exceptions(
        at_the_door(vec![refusal(), tms("2 14:00", delivered("2"))]),
        &["delivery_discrepancy, stop 2, refused, #1, high, cleared"],
    );
    for (kind, word) in [
        (DiscrepancyKind::Short, "short"),
        (DiscrepancyKind::Over, "over"),
        (DiscrepancyKind::Damaged, "damaged"),
    ] {
        let signed = || tms("2 10:10", pod_disputed("2", "2 10:00", kind));
        let opened = format!("delivery_discrepancy, stop 2, {word}, #1, high");
        check_exceptions(at_the_door(vec![signed()]), &[&format!("{opened}, open")]);
        let clean = tms("2 15:00", pod("2", "2 14:00"));
        check_exceptions(at_the_door(vec![signed(), clean]), &[&format!("{opened}, cleared")]);
    }
}

#[test]
fn pod_discrepancy() {
    for (kind, word) in [
        (DiscrepancyKind::WrongSigner, "signed by the wrong person"),
        (DiscrepancyKind::MissingPage, "a page is missing"),
    ] {
        let signed = || tms("2 10:10", pod_disputed("2", "2 10:00", kind));
        let opened = format!("pod_discrepancy, stop 2, {word}, #1, medium");
        check_exceptions(on_the_road([signed()]), &[&format!("{opened}, open")]);
        check_exceptions(
            on_the_road([signed(), tms("2 15:00", pod("2", "2 14:00"))]),
            &[&format!("{opened}, cleared")],
        );
        let mistaken = tms("2 11:00", retracted("pod.received 2 10:10"));
        check_exceptions(on_the_road([signed(), mistaken]), &[&format!("{opened}, cleared")]);
    }
}

#[test]
fn return_opened() {
    let came_back = |when: &str| {
        let reason = Some("wrong colour".to_owned());
        erp(
            when,
            Fact::OrderReturned(Returned {
                number: None,
                line: "10".into(),
                quantity: Quantity::whole(2, "PF"),
                reason,
            }),
        )
    };
    let events =
        on_the_road([erp("1 05:00", ordered()), tms("2 10:00", delivered("2")), came_back("4 10:00")]);
    check_exceptions(events.clone(), &["return_opened, order 4711, line 10, #1, medium, open"]);
    let world = World::of(events);
    assert_eq!(world.shipment().exceptions[0].detail, "2 PF of order 4711, line 10, came back: wrong colour");
}

#[test]
fn silent_shipment() {
    let due = || syncline("2 10:00", passed(News, "tms", "2 10:00"));
    check_exceptions(on_the_road([due()]), &["silent_shipment, no news, #1, medium, open"]);
    check_exceptions(on_the_road([tms("1 20:00", seen_near("A7")), due()]), &[]);
    // What was said in time but told late shows that nothing was wrong.
    let cleared = &["silent_shipment, no news, #1, medium, cleared"];
    let late = &["silent_shipment, no news, #1, medium, late data"];
    check_exceptions(on_the_road([due(), tms("1 20:00", seen_near("A7"))]), late);
    check_exceptions(on_the_road([due(), tms("2 10:30", delivered("2"))]), cleared);
    check_exceptions(story([tms("1 09:00", loaded("1")), due()]), &[]);
}

#[test]
fn every_rule_says_what_it_means_and_what_is_to_be_done() {
    for rule in Rule::ALL {
        let meaning = rule.meaning();
        for sentence in [meaning.opens, meaning.closes, meaning.advice] {
            assert!(sentence.ends_with('.') && sentence.len() > 15, "{}: {sentence}", rule.as_str());
        }
        assert_eq!(Rule::named(rule.as_str()), Some(rule));
    }
}
