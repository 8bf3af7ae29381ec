//! On time against both promises, by order and by stop; in full; and what waits to be broken.

use super::{check, told};
use crate::support::facts::{
    appointment, arrived, called_off, delivered, departed, loaded, ordered, passed, plan, planned,
    planned_two_drops, pod, pod_short, refused, retracted, stop, terms, terms_for,
};
use crate::support::{Told, World, at, erp, moment, syncline, tms, window};
use domain::Fact;
use domain::deadline::DeadlineKind::{self, Promise};
use domain::event::Event;
use domain::fact::{Cancellation, Handled, HandledLine, Leg, LineElsewhere, OrderTerms, StopKind};
use domain::kpi::Measure::{
    OnTimeDelivery, OnTimeDeliveryOriginal, OnTimeInFull, OnTimePickup, OnTimePickupOriginal,
};
use domain::kpi::{Punctuality, open_promises, verdict};
use domain::measure::Quantity;
use domain::time::Window;

/// Order 4711, promised by the 2nd at noon, planned to Hamburg.
fn start() -> Vec<Event> {
    vec![erp("1 05:00", ordered()), tms("1 06:00", planned())]
}

fn then(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    start().into_iter().chain(more).collect()
}

fn lines(stop: &str, pieces: &[(&str, i64)]) -> Handled {
    let line = |(order, count): &(&str, i64)| HandledLine {
        order: (*order).to_owned(),
        line: "10".to_owned(),
        quantity: Quantity::whole(*count, "PF"),
    };
    Handled {
        stop: stop.to_owned(),
        lines: pieces.iter().map(line).collect(),
        left_with: None,
        raw_code: None,
    }
}

#[test]
fn an_order_is_on_time_until_fifteen_minutes_after_its_window_and_early_is_on_time() {
    let cases: [(Vec<Event>, &[&str]); 10] = [
        (vec![], &[]),
        (vec![tms("1 23:00", delivered("2"))], &["05-01 1/1"]),
        (vec![tms("2 12:15", delivered("2"))], &["05-02 1/1"]),
        (vec![tms("2 12:16", delivered("2"))], &["05-02 0/1"]),
        // A proof alone tells that it was handed over, and when.
        (vec![tms("4 09:00", pod("2", "2 11:00"))], &["05-02 1/1"]),
        // Overdue: missed on the day of the promise, and it stays there when the goods arrive at last.
        (vec![syncline("2 12:15", passed(Promise, "2", "2 12:15"))], &["05-02 0/1"]),
        (
            vec![syncline("2 12:15", passed(Promise, "2", "2 12:15")), tms("5 09:00", delivered("2"))],
            &["05-02 0/1"],
        ),
        (vec![tms("2 11:00", refused("2"))], &[]),
        (
            vec![tms("2 11:00", refused("2")), syncline("2 12:15", passed(Promise, "2", "2 12:15"))],
            &["05-02 0/1"],
        ),
        // Another deadline that passed later proves the same.
        (vec![syncline("3 08:00", passed(DeadlineKind::Pickup, "1", "3 08:00"))], &["05-02 0/1"]),
    ];
    for (story, expect) in cases {
        check(OnTimeDelivery, &then(story), expect);
    }
}

#[test]
fn a_late_correction_restates_what_was_counted() {
    let kept = then([tms("2 11:00", delivered("2"))]);
    check(OnTimeDelivery, &kept, &["05-02 1/1"]);
    let taken_back = [kept, vec![tms("2 11:30", retracted("stop.delivered 2 11:00"))]].concat();
    check(OnTimeDelivery, &taken_back, &[]);
    let late = [taken_back, vec![tms("2 18:00", delivered("2"))]].concat();
    check(OnTimeDelivery, &late, &["05-02 0/1"]);
}

#[test]
fn what_was_never_promised_or_was_called_off_is_left_out() {
    let unpromised =
        vec![erp("1 05:00", Fact::OrderReleased(terms_for("ACME", None))), tms("1 06:00", planned())];
    check(OnTimeDelivery, &unpromised, &[]);
    let delivered_so = [unpromised, vec![tms("9 09:00", delivered("2"))]].concat();
    check(OnTimeDelivery, &delivered_so, &["05-09 left out: no_promise"]);
    let unordered = vec![tms("1 06:00", planned()), tms("2 09:00", delivered("2"))];
    check(OnTimeDelivery, &unordered, &["05-02 left out: no_promise"]);
    let unplanned = vec![tms("2 09:00", delivered("2"))];
    check(OnTimeDelivery, &unplanned, &["05-02 left out: no_promise"]);
    check(OnTimeDelivery, &then([tms("1 07:00", called_off())]), &["05-01 left out: cancelled"]);
    let order_gone =
        then([erp("1 08:00", Fact::OrderCancelled(Cancellation { reason: None, replaced_by: Vec::new() }))]);
    check(OnTimeDelivery, &order_gone, &["05-01 left out: cancelled"]);
    // Whoever calls off what was delivered comes too late.
    let too_late = then([tms("2 09:00", delivered("2")), tms("2 15:00", called_off())]);
    check(OnTimeDelivery, &too_late, &["05-02 1/1"]);
}

#[test]
fn a_promise_that_was_moved_is_kept_or_broken_twice() {
    let moved = erp("1 12:00", Fact::OrderChanged(terms_for("ACME", Some(window("3 08:00", "3 12:00")))));
    let story = then([moved, tms("3 10:00", delivered("2"))]);
    check(OnTimeDelivery, &story, &["05-03 1/1"]);
    check(OnTimeDeliveryOriginal, &story, &["05-02 0/1"]);
    // The first statement was a mistake: then the second is the original one.
    let corrected = Fact::OrderEventRetracted(domain::fact::Retraction {
        event: "order.released 1 05:00".to_owned(),
        reason: "wrong week".to_owned(),
    });
    let story = [story, vec![erp("1 13:00", corrected)]].concat();
    check(OnTimeDeliveryOriginal, &story, &["05-03 1/1"]);
}

/// The bug that this replaces: the last delivery of a shared load was held against the earliest promise on it.
#[test]
fn on_a_shared_load_each_order_has_its_own_promise_and_its_own_stop() {
    let other = terms_for("BRAVO", Some(window("3 08:00", "3 12:00")));
    let shared = [
        erp("1 05:00", ordered()),
        erp("1 05:30", Fact::OrderReleased(other)).about("4712"),
        tms("1 06:00", planned_two_drops()),
        tms("2 10:00", delivered("2")),
    ];
    check(OnTimeDelivery, &shared, &["05-02 1/1"]);
    let both = [shared.to_vec(), vec![tms("3 11:00", delivered("3"))]].concat();
    check(OnTimeDelivery, &both, &["05-02 1/1", "05-03 1/1"]);
    let late = [shared.to_vec(), vec![tms("3 18:00", delivered("3"))]].concat();
    check(OnTimeDelivery, &late, &["05-02 1/1", "05-03 0/1"]);
    let said = |story: Vec<Event>| {
        let world = World::of(story);
        let view = world.shipment().view();
        verdict(&view.state, &view.orders, &view.limits)
    };
    assert_eq!(said(both), Some(Punctuality::Kept));
    assert_eq!(said(late), Some(Punctuality::Broken));
    assert_eq!(said(shared.to_vec()), None);
}

#[test]
fn an_order_that_is_dropped_at_two_stops_is_on_time_when_the_last_part_is() {
    let two = Fact::ShipmentPlanned(plan(
        &["4711"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]),
            stop("3", StopKind::Delivery, "Kiel", window("2 08:00", "2 18:00"), &[]),
        ],
    ));
    let story = vec![erp("1 05:00", ordered()), tms("1 06:00", two), tms("2 10:00", delivered("2"))];
    check(OnTimeDelivery, &story, &[]);
    check(OnTimeDelivery, &[story, vec![tms("2 13:00", delivered("3"))]].concat(), &["05-02 0/1"]);
}

#[test]
fn on_days_when_the_clocks_change_instants_count_and_days_are_utc() {
    // Promised until ten past the first 02:30 of a night that has two; or until ten before the hour that is skipped.
    for (promised, handed_over, expect) in [
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:40:00+02:00", "10-25 1/1"),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:40:00+01:00", "10-25 0/1"),
        ("2026-03-29T01:50:00+01:00", "2026-03-29T03:04:00+02:00", "03-29 1/1"),
        ("2026-03-29T01:50:00+01:00", "2026-03-29T03:06:00+02:00", "03-29 0/1"),
        // Half past one at night in Berlin is still yesterday in UTC.
        ("2026-10-25T02:30:00+02:00", "2026-10-25T01:30:00+02:00", "10-24 1/1"),
    ] {
        let to = moment(promised);
        let terms = OrderTerms { promised: Some(Window { from: at("1 05:00").min(to), to }), ..terms() };
        let story = [
            Event {
                occurred_at: moment("2026-03-01T05:00:00Z"),
                ..erp("1 05:00", Fact::OrderReleased(terms))
            },
            Event { occurred_at: moment("2026-03-01T06:00:00Z"), ..tms("1 06:00", planned()) },
            Event { occurred_at: moment(handed_over), ..tms("2 10:00", delivered("2")) },
        ];
        check(OnTimeDelivery, &story, &[expect]);
    }
}

#[test]
fn a_pickup_is_on_time_against_the_first_plan_and_against_what_is_agreed_now() {
    use domain::deadline::DeadlineKind::Pickup;
    let agreed = || tms("1 07:00", appointment("1", "1 14:00", "1 15:00"));
    let replanned = || {
        let stops = vec![
            stop("1", StopKind::Pickup, "Bremen", window("3 08:00", "3 10:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("4 08:00", "4 12:00"), &[]),
        ];
        tms("1 07:30", Fact::ShipmentPlanned(plan(&["4711"], stops)))
    };
    let cases: [(Vec<Event>, &[&str], &[&str]); 9] = [
        (vec![tms("1 10:15", arrived("1"))], &["05-01 1/1"], &["05-01 1/1"]),
        (vec![tms("1 10:16", arrived("1"))], &["05-01 0/1"], &["05-01 0/1"]),
        // No arrival was reported: it was there when it loaded, or when it left.
        (vec![tms("1 09:50", loaded("1"))], &["05-01 1/1"], &["05-01 1/1"]),
        (vec![tms("1 09:55", departed("1"))], &["05-01 1/1"], &["05-01 1/1"]),
        (vec![agreed(), tms("1 14:30", arrived("1"))], &["05-01 1/1"], &["05-01 0/1"]),
        (vec![replanned(), tms("3 09:00", arrived("1"))], &["05-03 1/1"], &["05-01 0/1"]),
        // Nobody came: known once that moment has passed.
        (vec![syncline("1 11:00", passed(Pickup, "1", "1 11:00"))], &["05-01 0/1"], &["05-01 0/1"]),
        (vec![agreed(), syncline("1 10:15", passed(Promise, "1", "1 10:15"))], &[], &["05-01 0/1"]),
        (
            vec![tms("2 09:00", delivered("2"))],
            &["05-02 left out: not_reported"],
            &["05-02 left out: not_reported"],
        ),
    ];
    for (story, current, original) in cases {
        check(OnTimePickup, &then(story.clone()), current);
        check(OnTimePickupOriginal, &then(story), original);
    }
    check(OnTimePickup, &then([tms("1 07:00", called_off())]), &["05-01 left out: cancelled"]);
}

#[test]
fn in_full_means_every_line_that_was_ordered_whatever_brings_it_and_nothing_short_or_damaged() {
    let drop = |count| tms("2 10:00", Fact::StopDelivered(lines("2", &[("4711", count)])));
    let load = |count| tms("1 09:00", Fact::StopLoaded(lines("1", &[("4711", count)])));
    let shared = |others| {
        let quantity = Quantity::whole(others, "PF");
        let leg = Leg {
            order: "4711".into(),
            issuer: None,
            is_first: true,
            counts_in_full: true,
            is_shared: true,
            goes_on: None,
            elsewhere: vec![LineElsewhere { line: "10".into(), quantity }],
        };
        syncline("1 08:00", Fact::LegStated(leg))
    };
    let cases: [(Vec<Event>, &[&str]); 15] = [
        (vec![tms("2 10:00", delivered("2"))], &["05-02 1/1"]),
        (vec![drop(4)], &["05-02 1/1"]),
        // Three of the four ordered.
        (vec![drop(3)], &[]),
        (vec![drop(3), tms("2 10:05", pod("2", "2 10:05"))], &["05-02 0/1"]),
        // Two of four were never shipped, though what was has arrived.
        (vec![load(2), drop(2)], &["05-02 0/1"]),
        // Two of four travel on this shipment, and arrive; so do the others on another, or one of them.
        (vec![shared(2), load(2), drop(2)], &["05-02 1/1"]),
        (vec![shared(1), load(2), drop(2)], &["05-02 0/1"]),
        // One of two: the other is still to come, until somebody has signed.
        (vec![load(2), drop(1)], &[]),
        (vec![load(2), drop(1), tms("2 10:05", pod("2", "2 10:05"))], &["05-02 0/1"]),
        // Only somebody else's goods were handed over.
        (
            vec![
                tms("2 10:00", Fact::StopDelivered(lines("2", &[("4799", 4)]))),
                tms("2 10:05", pod("2", "2 10:05")),
            ],
            &["05-02 0/1"],
        ),
        // In full, but late; and overdue.
        (vec![tms("2 12:30", delivered("2"))], &["05-02 0/1"]),
        (vec![syncline("2 12:15", passed(Promise, "2", "2 12:15"))], &["05-02 0/1"]),
        // The proof tells of something short; then it is taken back.
        (vec![drop(4), tms("2 14:00", pod_short("2", "2 10:00"))], &["05-02 0/1"]),
        (
            vec![
                drop(4),
                tms("2 14:00", pod_short("2", "2 10:00")),
                tms("3 14:00", retracted("pod.received 2 14:00")),
            ],
            &["05-02 1/1"],
        ),
        (vec![], &[]),
    ];
    for (story, expect) in cases {
        check(OnTimeInFull, &then(story), expect);
    }
}

fn waits(story: Vec<Event>) -> Vec<String> {
    let world = World::of(story);
    let tracked = world.shipment();
    let due = open_promises(tracked);
    due.iter().map(|one| format!("{} {}", one.stop, one.due_at.format("%-d %H:%M"))).collect()
}

#[test]
fn what_is_promised_and_not_done_waits_to_be_broken_and_is_broken_once() {
    assert_eq!(waits(start()), ["2 2 12:15"]);
    assert_eq!(waits(vec![tms("1 06:00", planned())]), [""; 0], "nothing was promised yet");
    let moved = || erp("1 12:00", Fact::OrderChanged(terms_for("ACME", Some(window("3 08:00", "3 12:00")))));
    assert_eq!(waits(then([moved()])), ["2 2 12:15", "2 3 12:15"]);
    let broken = syncline("2 12:15", passed(Promise, "2", "2 12:15"));
    assert_eq!(waits(then([moved(), broken.clone()])), ["2 3 12:15"]);
    assert_eq!(waits(then([broken])), [""; 0]);
    let agreed = tms("1 07:00", appointment("1", "1 14:00", "1 15:00"));
    assert_eq!(waits(then([agreed.clone()])), ["2 2 12:15", "1 1 10:15"]);
    assert_eq!(waits(then([agreed, tms("1 09:00", arrived("1"))])), ["2 2 12:15"]);
    for done in [
        tms("2 10:00", delivered("2")),
        tms("1 07:00", called_off()),
        erp("1 08:00", Fact::OrderCancelled(Cancellation { reason: None, replaced_by: Vec::new() })),
    ] {
        assert_eq!(waits(then([done])), [""; 0]);
    }
}

#[test]
fn figures_are_kept_by_carrier_lane_and_customer() {
    let other = terms_for("BRAVO", Some(window("3 08:00", "3 12:00")));
    let world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:30", Fact::OrderReleased(other)).about("4712"),
        tms("1 06:00", planned_two_drops()),
        tms("1 06:10", crate::support::facts::assigned("Alfa")),
        tms("2 10:00", delivered("2")),
        tms("3 10:00", delivered("3")),
    ]);
    assert_eq!(told(&world, OnTimeDelivery).len(), 2);
    let facets: Vec<String> = domain::kpi::contributions(world.shipment())
        .into_iter()
        .filter(|one| one.measure == OnTimeDelivery)
        .map(|one| {
            let facets = one.facets;
            [facets.carrier, facets.lane, facets.customer]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join(", ")
        })
        .collect();
    assert_eq!(
        facets,
        [
            "Alfa (ALFA), Bremen DE → Hamburg DE, ACME Ltd (ACME)",
            "Alfa (ALFA), Bremen DE → Kiel DE, BRAVO Ltd (BRAVO)"
        ]
    );
}
