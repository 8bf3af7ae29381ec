//! What one reads of a shipment in two seconds: how far it has come, what happens now and what comes next.

use crate::support::facts::{
    appointment, arrived, at_stop, called_off, delivered, departed, eta, held, loaded, ordered, planned,
    planned_cross_dock, pod, pod_short, ready, refused, sent_out,
};
use crate::support::{Told, World, at, erp, moment, tms};
use domain::CustomerId;
use domain::event::Event;
use domain::fact::{DelayReason, EtaStatement, Fact};
use domain::journey::{Progress, changes, progress, sentence};
use domain::redaction::whole;

/// Ordered and planned; then this happens. Both audiences read the sentence on 1 May at noon.
#[track_caller]
fn check(happens: impl IntoIterator<Item = (&'static str, Fact)>, expect: &str) {
    let start = [erp("1 06:00", ordered()), tms("1 07:00", planned())];
    let events = start.into_iter().chain(happens.into_iter().map(|(when, fact)| tms(when, fact)));
    let world = World::of(events);
    let seen = world.shipment().redacted(CustomerId::numbered("ACME")).expect("ACME's goods");
    for shipment in [seen, whole(&world.shipment().view())] {
        assert_eq!(sentence(&shipment, at("1 12:00").to_utc()), expect);
    }
}

fn late(expected: &str) -> Fact {
    let (eta, reason) = (at(expected), Some(DelayReason::Weather));
    Fact::EtaChanged(EtaStatement { stop: "2".into(), eta, day: false, reason })
}

#[test]
fn before_it_leaves_it_says_when_it_will() {
    check(
        [],
        "Pickup in Bremen, planned today 08:00 to 10:00 UTC+2, not reported yet. \
         Delivery in Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(
        [("1 07:30", ready("1"))],
        "Ready for pickup in Bremen, planned today 08:00 to 10:00 UTC+2, not reported yet. \
         Delivery in Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(
        [("1 07:30", appointment("1", "1 15:00", "1 16:00"))],
        "Pickup in Bremen, planned today 15:00 to 16:00 UTC+2. \
         Delivery in Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(
        [("1 09:00", arrived("1"))],
        "In Bremen since today 09:00 UTC+2, not loaded yet. Next: Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
}

#[test]
fn on_its_way_it_says_where_to_by_when_and_how_late() {
    let left = || [("1 09:00", loaded("1")), ("1 10:00", departed("1"))].into_iter();
    check(
        [("1 09:00", arrived("1")), ("1 09:30", loaded("1"))],
        "In Bremen since today 09:00 UTC+2, loaded. Next: Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(left(), "On the way to Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.");
    check(
        left().chain([("1 11:00", eta("2", "2 11:00"))]),
        "On the way to Hamburg, expected tomorrow 11:00 UTC+2.",
    );
    check(
        left().chain([("1 11:00", late("2 12:30"))]),
        "On the way to Hamburg, expected tomorrow 12:30 UTC+2, 30 min later than promised (weather).",
    );
    check(
        left().chain([("1 11:00", eta("2", "1 11:30"))]),
        "On the way to Hamburg, expected today 11:30 UTC+2, its arrival is not reported yet.",
    );
    check(
        left().chain([("1 11:00", held("Calais"))]),
        "Held by customs, Calais, since today 11:00 UTC+2. \
         On the way to Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
}

#[test]
fn at_the_door_it_says_whether_the_goods_were_taken() {
    let out = || [("1 09:00", loaded("1")), ("1 10:00", sent_out("2"))].into_iter();
    check(
        out().chain([("1 10:05", departed("1"))]),
        "Out for delivery to Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(
        out().chain([("1 10:05", departed("1")), ("1 11:00", arrived("2"))]),
        "In Hamburg since today 11:00 UTC+2, not unloaded yet.",
    );
    check(
        out().chain([("1 10:05", departed("1")), ("1 11:00", arrived("2")), ("1 11:30", refused("2"))]),
        "The delivery in Hamburg was not accepted today 11:30 UTC+2. \
         Next attempt planned tomorrow 08:00 to 12:00 UTC+2.",
    );
    check(
        out().chain([
            ("1 10:05", departed("1")),
            ("1 11:00", eta("2", "1 11:15")),
            ("1 11:30", refused("2")),
        ]),
        "The delivery in Hamburg was not accepted today 11:30 UTC+2. No new attempt is agreed yet.",
    );
    check(
        out().chain([("1 10:05", departed("1")), ("1 11:00", refused("2")), ("1 11:30", sent_out("2"))]),
        "Out for delivery to Hamburg, planned tomorrow 08:00 to 12:00 UTC+2.",
    );
}

#[test]
fn once_delivered_it_says_when_how_late_and_who_signed() {
    check(
        [("1 11:00", delivered("2"))],
        "Delivered in Hamburg today 11:00 UTC+2, 21 h 00 min earlier than promised. \
         The proof of delivery is not here yet.",
    );
    check(
        [("2 09:00", delivered("2")), ("2 09:10", pod("2", "2 09:05"))],
        "Delivered in Hamburg tomorrow 09:00 UTC+2. Signed by J. Meyer.",
    );
    check(
        [("2 13:00", delivered("2")), ("2 13:10", pod_short("2", "2 13:05"))],
        "Delivered in Hamburg tomorrow 13:00 UTC+2, 1 h 00 min later than promised. \
         A remark on the proof of delivery is being looked into.",
    );
    check([("1 08:00", called_off())], "Cancelled: nothing more is expected to move.");
}

#[test]
fn what_is_barely_known_says_no_more_than_that() {
    let of = |events: Vec<Event>| {
        let view = World::of(events).shipment().view();
        sentence(&whole(&view), at("1 12:00").to_utc())
    };
    assert_eq!(
        of(vec![tms("1 11:00", Fact::StopArrived(at_stop("9")))]),
        "At stop 9 since today 11:00 UTC+2."
    );
    assert_eq!(
        of(vec![tms("1 11:00", delivered("9"))]),
        "Delivered at stop 9 today 11:00 UTC+2. The proof of delivery is not here yet."
    );
    assert_eq!(
        of(vec![tms("1 11:00", held("Calais"))]),
        "Held by customs, Calais, since today 11:00 UTC+2. Ordered. The transport is not planned yet."
    );
}

#[test]
fn on_the_way_to_a_cross_dock_it_says_when_the_delivery_is_expected_too() {
    let happens = [("1 10:00", departed("1")), ("1 11:00", eta("2", "2 11:00"))];
    let told = happens.map(|(when, fact)| tms(when, fact));
    let world = World::of([tms("1 07:00", planned_cross_dock())].into_iter().chain(told));
    assert_eq!(
        sentence(&whole(&world.shipment().view()), at("1 12:00").to_utc()),
        "On the way to Hanover, planned today 14:00 to 18:00 UTC+2. \
         Delivery in Hamburg, expected tomorrow 11:00 UTC+2."
    );
}

#[test]
fn each_stop_is_done_here_next_or_to_come() {
    let of = |happens: Vec<(&str, Fact)>| {
        let told = happens.into_iter().map(|(when, fact)| tms(when, fact));
        let world = World::of([tms("1 07:00", planned_cross_dock())].into_iter().chain(told));
        let progress = progress(&whole(&world.shipment().view()));
        progress.into_iter().map(Progress::label).collect::<Vec<_>>().join(", ")
    };
    assert_eq!(of(vec![]), "next, to come, to come");
    assert_eq!(of(vec![("1 09:00", arrived("1"))]), "now here, next, to come");
    assert_eq!(of(vec![("1 09:00", departed("1"))]), "done, next, to come");
    assert_eq!(of(vec![("1 14:00", arrived("X"))]), "not reported, now here, next");
    assert_eq!(of(vec![("2 09:00", delivered("2"))]), "not reported, not reported, done");
    assert_eq!(
        of(vec![("1 09:00", departed("1")), ("1 10:00", called_off())]),
        "done, called off, called off"
    );
}

#[test]
fn an_expected_time_tells_what_it_was() {
    let said = |etas: Vec<Fact>| {
        let told = etas.into_iter().enumerate();
        let told = told.map(|(n, fact)| tms("1 10:00", fact).named(&format!("eta-{n}")));
        let world = World::of([tms("1 07:00", planned())].into_iter().chain(told));
        changes(&whole(&world.shipment().view()).stops[1].etas, at("1 12:00").to_utc())
    };
    assert_eq!(said(vec![]), None);
    assert_eq!(said(vec![eta("2", "2 14:00"), eta("2", "2 14:00")]), None, "the same again is no change");
    let seconds_later =
        EtaStatement { stop: "2".into(), eta: moment("2026-05-02T14:00:40+02:00"), day: false, reason: None };
    assert_eq!(said(vec![eta("2", "2 14:00"), Fact::EtaChanged(seconds_later)]), None);
    assert_eq!(
        said(vec![eta("2", "2 14:00"), late("2 16:30")]).as_deref(),
        Some("was 14:00, now tomorrow 16:30, weather")
    );
    assert_eq!(
        said(vec![eta("2", "1 09:00"), eta("2", "1 23:00"), eta("2", "2 01:00"), late("2 02:00")]).as_deref(),
        Some("was today 23:00, then 01:00, now tomorrow 02:00, weather"),
        "the last three"
    );
}
