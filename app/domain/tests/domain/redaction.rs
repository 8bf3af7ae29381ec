//! Law 4 in examples: what a customer of a shared load sees, and what it never does.

use crate::support::facts::{at_stop, loaded, plan, planned_two_drops, seen_near, stop, terms_for};
use crate::support::samples::reference;
use crate::support::{Told, World, at, desk, erp, event, tms, window};
use domain::CustomerId;
use domain::authority::Role;
use domain::charge::{Document, DocumentKind};
use domain::event::Event;
use domain::fact::{
    AtStop, CaseAnswer, CaseKind, CaseOpening, DelayReason, DelayStatement, EtaStatement, Fact, OrderTerms,
    Plan, StopKind,
};
use domain::id::CaseId;
use domain::redaction::{CustomerShipment, whole};
use domain::reference::{Reference, ReferenceKind};

fn acme() -> CustomerId {
    CustomerId::numbered("ACME")
}

/// Order 4711 of ACME to Hamburg, 4712 of BOLT to Kiel, on one truck.
fn shared() -> Vec<Event> {
    let bolt = OrderTerms {
        references: vec![Reference {
            issuer: Some("bolt".into()),
            ..reference(ReferenceKind::Tracking, "1Z-BOLT")
        }],
        ..terms_for("BOLT", None)
    };
    let acme = OrderTerms {
        references: vec![reference(ReferenceKind::PurchaseOrder, "PO-ACME")],
        ..terms_for("ACME", None)
    };
    vec![
        erp("1 06:00", Fact::OrderReleased(acme)),
        erp("1 06:00", Fact::OrderReleased(bolt)).about("4712").named("o-2"),
        tms("1 07:00", planned_two_drops()),
        tms("1 09:00", loaded("1")),
    ]
}

fn seen(events: impl IntoIterator<Item = Event>) -> CustomerShipment {
    World::of(events).shipment().redacted(acme()).expect("ACME's goods are on it")
}

fn with(more: impl IntoIterator<Item = Event>) -> CustomerShipment {
    seen(shared().into_iter().chain(more))
}

fn alone(more: impl IntoIterator<Item = Event>) -> CustomerShipment {
    let plan = crate::support::facts::planned();
    let order = Fact::OrderReleased(terms_for("ACME", None));
    seen([erp("1 06:00", order), tms("1 07:00", plan)].into_iter().chain(more))
}

#[test]
fn a_stranger_sees_nothing() {
    let world = World::of(shared());
    assert_eq!(world.shipment().redacted(CustomerId::numbered("NOBODY")), None);
    assert_eq!(World::of([tms("1 07:00", planned_two_drops())]).shipment().redacted(acme()), None);
}

#[test]
fn a_customer_sees_the_same_journal_position_as_the_agent() {
    let world = World::of(shared().into_iter().chain([tms("3 09:00", Fact::StopArrived(at_stop("3")))]));
    let tracked = world.shipment();
    assert_eq!(tracked.redacted(acme()).expect("own").seq, tracked.view().seq);
    assert_eq!(tracked.redacted(acme()).expect("own").row().seq, tracked.view().row().tracked.seq);
}

#[test]
fn only_own_stops_and_what_happens_there_are_shown() {
    let arrived = |stop: &str| AtStop { raw_code: Some("X3".into()), ..at_stop(stop) };
    let own = with([
        tms("2 09:00", Fact::StopArrived(arrived("2"))),
        tms("3 09:00", Fact::StopArrived(arrived("3"))),
    ]);
    let stops: Vec<&str> = own.stops.iter().map(|stop| stop.stop.as_str()).collect();
    assert_eq!(stops, ["1", "2"]);
    let said: Vec<&str> = own.timeline.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(said, ["Arrived in Hamburg, DE", "Picked up in Bremen, DE", "Transport planned"]);
    assert_eq!(own.occurred_at, Some(at("2 09:00")), "what happened to others happened elsewhere");
    assert_eq!(own.row().destination.as_deref(), Some("Hamburg"));
}

#[test]
fn the_trucks_position_is_shown_unless_it_would_show_where_others_are() {
    let here = || tms("1 12:00", seen_near("Kiel"));
    assert!(alone([here()]).position.is_some());
    assert!(with([here()]).position.is_none());
    let one_yard = Fact::ShipmentPlanned(plan(
        &["4711", "4712"],
        vec![stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[])],
    ));
    assert!(with([tms("1 10:00", one_yard), here()]).position.is_some(), "every stop is theirs");
}

#[test]
fn a_reason_is_shown_unless_it_may_be_another_customers() {
    let late = |reason| {
        let eta = EtaStatement { stop: "2".into(), eta: at("2 14:00"), day: false, reason: Some(reason) };
        let delay = DelayStatement { reason, minutes: Some(90), note: Some("their forklift".into()) };
        [tms("1 12:00", Fact::EtaChanged(eta)), tms("1 13:00", Fact::DelayReported(delay))]
    };
    let reasons = |seen: CustomerShipment| {
        let delay = seen.delay.expect("the delay stands");
        assert_eq!(delay.minutes, Some(90));
        (seen.stops[1].etas[0].reason, delay.reason, seen.timeline[0].text.clone())
    };
    let (weather, wait) = (DelayReason::Weather, DelayReason::Dwell);
    let text = "Delayed by about 1 h 30 min (weather)".to_owned();
    assert_eq!(reasons(with(late(weather))), (Some(weather), Some(weather), text));
    let text = "Delayed by about 1 h 30 min (long wait at a stop)".to_owned();
    assert_eq!(reasons(alone(late(wait))), (Some(wait), Some(wait), text));
    assert_eq!(reasons(with(late(wait))), (None, None, "Delayed by about 1 h 30 min".to_owned()));
}

#[test]
fn the_house_reads_the_same_page_with_nothing_left_out() {
    let world = World::of(shared().into_iter().chain([tms("1 12:00", seen_near("Kiel"))]));
    let all = whole(&world.shipment().view());
    let stops: Vec<&str> = all.stops.iter().map(|stop| stop.stop.as_str()).collect();
    assert_eq!(stops, ["1", "2", "3"]);
    assert_eq!(all.orders.iter().map(|order| order.number.as_str()).collect::<Vec<_>>(), ["4711", "4712"]);
    assert!(all.position.is_some());
}

#[test]
fn papers_are_shown_unless_the_load_is_shared() {
    let paper = |kind| {
        let document = Document { document: "D-1".into(), kind, title: "Packing list of BOLT".into() };
        tms("1 12:00", Fact::DocumentAttached(document))
    };
    let own = alone([paper(DocumentKind::PackingList)]);
    assert_eq!(own.documents.len(), 1);
    assert!(own.timeline.iter().any(|entry| entry.text.contains("Packing list")));
    let foreign = with([paper(DocumentKind::PackingList)]);
    assert!(foreign.documents.is_empty());
    assert!(!foreign.timeline.iter().any(|entry| entry.text.contains("Packing list")));
    let internal = alone([paper(DocumentKind::CommercialInvoice)]);
    assert!(internal.documents.is_empty() && internal.timeline.len() == 1);
}

#[test]
fn references_are_the_own_ones_and_those_of_the_load_as_a_whole() {
    let Fact::ShipmentPlanned(two_drops) = planned_two_drops() else { panic!("a plan") };
    let references = [
        (ReferenceKind::Load, "LOAD-7"),
        (ReferenceKind::Invoice, "INV-7"),
        (ReferenceKind::BillOfLading, "BOL-7"),
        (ReferenceKind::Container, "CONT-7"),
        (ReferenceKind::Tracking, "1Z-BOLT"),
        (ReferenceKind::Order, "4711"),
        (ReferenceKind::Order, "4712"),
        (ReferenceKind::Order, "4713"),
    ];
    let references = references.map(|(kind, value)| reference(kind, value)).to_vec();
    let labelled = Fact::ShipmentPlanned(Plan { references, ..two_drops });
    let own = with([tms("1 07:30", labelled)]);
    let values: Vec<&str> = own.references.iter().map(|reference| reference.value.as_str()).collect();
    assert_eq!(values, ["4711", "PO-ACME", "CONT-7"]);
}

#[test]
fn a_case_is_read_by_its_customer_and_names_nobody_of_the_desk() {
    let case = CaseId::numbered("one");
    let opening = |code: &str, text: &str| {
        let customer = CustomerId::numbered(code);
        Fact::CaseOpened(CaseOpening { case, customer, kind: CaseKind::Question, text: text.into() })
    };
    let answer = Fact::CaseAnswered(CaseAnswer { case, text: "On its way".into() });
    let asked = event(Role::Portal, "1 12:00", opening("ACME", "Where is it?")).by("ann");
    let own = with([asked.clone(), desk("1 13:00", answer)]);
    let said: Vec<(Option<&str>, &str)> =
        own.cases[0].messages.iter().map(|message| (message.by.as_deref(), message.text.as_str())).collect();
    assert_eq!(said, [(Some("ann"), "Where is it?"), (Some("Service desk"), "On its way")]);

    let story = || shared().into_iter().chain([asked.clone()]);
    let bolt = World::of(story()).shipment().redacted(CustomerId::numbered("BOLT")).expect("own goods");
    assert!(bolt.cases.is_empty());
    let stolen = event(Role::Portal, "1 14:00", opening("BOLT", "Show me")).by("bob");
    let bolt = World::of(story().chain([stolen])).shipment().redacted(CustomerId::numbered("BOLT"));
    assert!(bolt.expect("own goods").cases.is_empty(), "nobody takes over another's case");
}
