//! Status and flags: each of the eight words, from the events that make it.

use crate::support::facts::{
    accepted, appointment, arrived, assigned, called_off, delay, delivered, departed, eta, held, loaded,
    offered, ordered, passed, plan, planned, planned_cross_dock, planned_two_drops, pod, pod_short, ready,
    refused, rejected, released, seen_near, sent_out, stop, terms_for,
};
use crate::support::{Told, World, at, check, erp, standing, syncline, tms, window};
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::fact::{Cancellation, StopKind};
use domain::{CustomerId, Fact};

/// Planned, picked up and gone.
fn gone() -> Vec<Event> {
    vec![tms("1 07:00", planned()), tms("1 09:00", loaded("1")), tms("1 09:30", departed("1"))]
}

#[track_caller]
fn then(begin: Vec<Event>, more: impl IntoIterator<Item = Event>, expect: &str) {
    check(begin.into_iter().chain(more), expect);
}

#[test]
fn each_of_the_eight_words_has_its_events() {
    check([tms("1 07:00", offered("T1", "Alfa"))], "Ordered");
    check([tms("1 07:00", planned())], "Planned");
    check([tms("1 07:00", offered("T1", "Alfa")), tms("1 07:30", accepted("T1"))], "Planned");
    check([tms("1 07:00", planned()), tms("1 07:30", ready("1"))], "Ready for pickup");
    check([tms("1 07:00", planned()), tms("1 08:30", arrived("1"))], "Ready for pickup");
    check([tms("1 07:00", planned()), tms("1 09:00", loaded("1"))], "In transit");
    then(gone(), [], "In transit");
    then(gone(), [tms("2 07:00", sent_out("2"))], "Out for delivery");
    then(gone(), [tms("2 09:00", arrived("2"))], "Out for delivery");
    then(gone(), [tms("2 10:00", delivered("2"))], "Delivered, awaiting confirmation");
    then(gone(), [tms("2 10:00", delivered("2")), tms("2 10:05", pod("2", "2 10:00"))], "Delivered");
    check([tms("1 07:00", planned()), tms("1 07:30", called_off())], "Cancelled");
}

#[test]
fn a_proof_of_delivery_alone_is_a_delivery() {
    then(gone(), [tms("2 10:05", pod("2", "2 10:00"))], "Delivered");
    let view = World::of(gone().into_iter().chain([tms("2 10:05", pod("2", "2 10:00"))])).shipment().view();
    assert_eq!(view.row().tracked.delivered_at, Some(at("2 10:00")));
    assert_eq!(view.row().tracked.eta, None, "nothing is expected any more");
}

#[test]
fn an_overdue_proof_shows_awaiting_confirmation_and_never_delivered() {
    let overdue =
        [tms("2 10:00", delivered("2")), syncline("3 10:00", passed(DeadlineKind::Pod, "2", "3 10:00"))];
    then(gone(), overdue, "Delivered, awaiting confirmation");
}

#[test]
fn a_disputed_proof_needs_action_and_confirms_nothing() {
    let disputed = [tms("2 10:00", delivered("2")), tms("2 10:05", pod_short("2", "2 10:00"))];
    then(gone(), disputed.clone(), "Delivered, awaiting confirmation · Action needed");
    let settled = disputed.into_iter().chain([tms("2 12:00", pod("2", "2 10:00"))]);
    then(gone(), settled, "Delivered");
}

#[test]
fn a_refusal_needs_action_until_the_next_attempt_succeeds() {
    let refused =
        vec![tms("2 09:00", arrived("2")), tms("2 09:30", refused("2")), tms("2 09:40", departed("2"))];
    then(gone(), refused.clone(), "In transit · Action needed");
    let again = refused.iter().cloned().chain([tms("3 08:00", sent_out("2"))]);
    then(gone(), again, "Out for delivery · Action needed");
    let taken = refused.into_iter().chain([tms("3 10:00", delivered("2"))]);
    then(gone(), taken, "Delivered, awaiting confirmation");
}

#[test]
fn goods_refused_after_their_delivery_need_action() {
    let story = [tms("2 10:00", delivered("2")), tms("2 11:00", refused("2"))];
    then(gone(), story, "Delivered, awaiting confirmation · Action needed");
}

#[test]
fn a_customs_hold_needs_action_until_it_ends() {
    then(gone(), [tms("1 12:00", held("Calais"))], "In transit · Action needed, On hold");
    then(gone(), [tms("1 12:00", held("Calais")), tms("1 15:00", released("Calais"))], "In transit");
    let arrived_all_the_same = [tms("1 12:00", held("Calais")), tms("2 10:00", delivered("2"))];
    then(gone(), arrived_all_the_same, "Delivered, awaiting confirmation");
}

#[test]
fn delayed_means_later_than_promised_or_else_than_agreed_or_planned() {
    let promised = || erp("1 06:00", ordered());
    then(gone(), [tms("1 12:00", eta("2", "2 12:00"))], "In transit");
    then(gone(), [tms("1 12:00", eta("2", "2 12:16"))], "In transit · Delayed");
    then(gone(), [promised(), tms("1 12:00", eta("2", "2 12:16"))], "In transit · Delayed");
    let agreed = tms("1 11:00", appointment("2", "2 13:00", "2 15:00"));
    then(gone(), [agreed.clone(), tms("1 12:00", eta("2", "2 14:00"))], "In transit");
    then(gone(), [promised(), agreed, tms("1 12:00", eta("2", "2 14:00"))], "In transit · Delayed");
    let caught_up = [tms("1 12:00", eta("2", "2 18:00")), tms("1 13:00", eta("2", "2 11:00"))];
    then(gone(), caught_up, "In transit");
}

#[test]
fn a_reported_delay_stands_until_an_expected_time_is_stated() {
    then(gone(), [tms("1 12:00", delay())], "In transit · Delayed");
    then(gone(), [tms("1 11:00", eta("2", "2 11:00")), tms("1 12:00", delay())], "In transit · Delayed");
    then(gone(), [tms("1 12:00", delay()), tms("1 12:00", eta("2", "2 11:30"))], "In transit");
    then(
        gone(),
        [tms("1 12:00", delay()), tms("2 10:00", delivered("2"))],
        "Delivered, awaiting confirmation",
    );
}

#[test]
fn each_stop_is_late_against_its_own_promise() {
    let orders = [
        erp("1 06:00", Fact::OrderReleased(terms_for("ACME", Some(window("2 08:00", "2 12:00"))))),
        erp("1 06:00", Fact::OrderReleased(terms_for("ACME", Some(window("4 08:00", "4 12:00")))))
            .about("4712")
            .named("o-2"),
    ];
    let begin = || {
        [tms("1 07:00", planned_two_drops()), tms("1 09:00", loaded("1"))].into_iter().chain(orders.clone())
    };
    check(begin().chain([tms("1 12:00", eta("3", "4 10:00"))]), "In transit");
    check(begin().chain([tms("1 12:00", eta("2", "2 13:00"))]), "In transit · Delayed");
    let cancelled =
        erp("1 13:00", Fact::OrderCancelled(Cancellation { reason: None, replaced_by: Vec::new() }));
    let free = begin().chain([tms("1 12:00", eta("2", "2 11:00")), cancelled]);
    check(free, "In transit");
}

#[test]
fn a_cancellation_never_undoes_a_delivery() {
    then(
        gone(),
        [tms("2 10:00", delivered("2")), tms("2 11:00", called_off())],
        "Delivered, awaiting confirmation",
    );
    then(
        gone(),
        [tms("1 12:00", called_off()), tms("2 10:00", delivered("2"))],
        "Delivered, awaiting confirmation",
    );
    then(gone(), [tms("1 12:00", called_off()), tms("1 13:00", planned())], "In transit");
}

#[test]
fn several_drops_are_delivered_once_all_are() {
    let begin = || vec![tms("1 07:00", planned_two_drops()), tms("1 09:00", loaded("1"))];
    then(begin(), [tms("2 09:00", sent_out("2"))], "Out for delivery");
    let one = || [tms("2 09:00", sent_out("2")), tms("2 10:00", delivered("2"))].into_iter();
    then(begin(), one(), "In transit");
    then(begin(), one().chain([tms("3 08:00", sent_out("3"))]), "Out for delivery");
    let both = || one().chain([tms("3 10:00", delivered("3"))]);
    then(begin(), both(), "Delivered, awaiting confirmation");
    then(begin(), both().chain([tms("3 11:00", pod("3", "3 10:00"))]), "Delivered, awaiting confirmation");
    let papers = [tms("3 11:00", pod("3", "3 10:00")), tms("3 11:30", pod("2", "2 10:00"))];
    then(begin(), both().chain(papers), "Delivered");
}

#[test]
fn goods_at_a_cross_dock_are_in_transit_and_not_delivered() {
    let begin = || vec![tms("1 07:00", planned_cross_dock()), tms("1 09:00", loaded("1"))];
    then(begin(), [tms("1 15:00", arrived("X"))], "In transit");
    then(begin(), [tms("1 15:30", delivered("X"))], "In transit");
    let onwards =
        [tms("1 15:30", delivered("X")), tms("1 16:00", loaded("X")), tms("2 10:00", delivered("2"))];
    then(begin(), onwards, "Delivered, awaiting confirmation");
    check([tms("1 07:00", planned_cross_dock()), tms("1 15:30", arrived("X"))], "In transit");
}

#[test]
fn a_shared_load_shows_each_customer_the_status_of_its_own_goods() {
    let orders = [
        erp("1 06:00", Fact::OrderReleased(terms_for("ACME", Some(window("2 08:00", "2 12:00"))))),
        erp("1 06:00", Fact::OrderReleased(terms_for("BOLT", Some(window("3 08:00", "3 12:00")))))
            .about("4712")
            .named("o-2"),
    ];
    let story = [tms("1 07:00", planned_two_drops()), tms("1 09:00", loaded("1"))].into_iter().chain(orders);
    let mut world = World::of(story);
    let mut reads = |event: Event| {
        world.tell(event);
        let seen = ["ACME", "BOLT"].map(|code| {
            let own = world.shipment().redacted(CustomerId::numbered(code)).expect("its own goods");
            standing(own.status, own.flags)
        });
        seen.join(" | ")
    };
    assert_eq!(reads(tms("2 09:00", sent_out("2"))), "Out for delivery | In transit");
    assert_eq!(reads(tms("2 09:10", eta("3", "3 14:00"))), "Out for delivery | In transit · Delayed");
    assert_eq!(
        reads(tms("2 10:00", delivered("2"))),
        "Delivered, awaiting confirmation | In transit · Delayed"
    );
    assert_eq!(reads(tms("2 10:30", pod("2", "2 10:00"))), "Delivered | In transit · Delayed");
    assert_eq!(reads(tms("3 09:00", refused("3"))), "Delivered | In transit · Action needed, Delayed");
    assert_eq!(reads(tms("3 14:00", delivered("3"))), "Delivered | Delivered, awaiting confirmation");
}

#[test]
fn what_nobody_planned_yet_claims_no_more_than_is_known() {
    check([tms("1 12:00", seen_near("Kassel"))], "In transit");
    check([tms("1 12:00", arrived("7"))], "Planned");
    check([tms("1 12:00", departed("7"))], "In transit");
    check([tms("1 12:00", sent_out("7"))], "Out for delivery");
    check([tms("1 12:00", delivered("7"))], "Delivered, awaiting confirmation");
    check([tms("1 12:00", assigned("Alfa"))], "Planned");
}

#[test]
fn a_later_plan_replaces_stops_where_nothing_happened_and_keeps_the_others() {
    let other = Fact::ShipmentPlanned(plan(
        &["4711"],
        vec![stop("5", StopKind::Delivery, "Kiel", window("3 08:00", "3 12:00"), &[])],
    ));
    let world = World::of(gone().into_iter().chain([tms("1 11:00", other)]));
    let stops: Vec<&str> =
        world.shipment().shipment.state.stops.iter().map(|stop| stop.stop.as_str()).collect();
    assert_eq!(stops, ["5"]);
    let former: Vec<&str> =
        world.shipment().shipment.state.former.iter().map(|stop| stop.stop.as_str()).collect();
    assert_eq!(former, ["1", "2"], "what happened, and where the goods should have gone");
    assert_eq!(world.shipment().view().row().tracked.destination.as_deref(), Some("Kiel"));
}

#[test]
fn a_carrier_that_rejects_its_tender_is_the_carrier_no_more() {
    let story = [
        tms("1 07:00", planned()),
        tms("1 07:10", offered("T1", "Alfa")),
        tms("1 07:20", accepted("T1")),
        tms("1 07:50", rejected("T1")),
    ];
    assert_eq!(World::of(story[..3].to_vec()).shipment().view().row().carrier.as_deref(), Some("Alfa"));
    assert_eq!(World::of(story).shipment().view().row().carrier, None);
}
