//! What a source said by mistake and took back.

use crate::support::facts::{
    arrived, delivered, departed, loaded, ordered, planned, pod, retracted, sent_out, terms_for,
};
use crate::support::{Told, World, at, check, erp, tms};
use domain::event::Event;
use domain::fact::Retraction;
use domain::{CustomerId, Fact};

fn under_way() -> Vec<Event> {
    vec![tms("1 07:00", planned()), tms("1 09:00", loaded("1")), tms("1 10:00", departed("1"))]
}

fn with(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    under_way().into_iter().chain(more).collect()
}

#[test]
fn what_was_taken_back_names_what_stands_in_its_place_to_house_and_customer() {
    let story = [
        erp("1 06:00", ordered()),
        tms("1 07:00", planned()),
        tms("2 10:00", delivered("2")).named("d-1"),
        tms("2 10:20", retracted("d-1")),
        tms("2 09:40", delivered("2")).named("d-2"),
        tms("2 08:00", arrived("2")),
    ];
    let expect = Some((at("2 09:40"), "Delivered in Hamburg, DE"));
    for order in [story.to_vec(), story.into_iter().rev().collect()] {
        let world = World::of(order);
        let view = world.shipment().view();
        let taken_back = view.timeline.iter().find(|entry| entry.corrected.is_some()).expect("it stays");
        let said =
            taken_back.replaced_by.as_ref().map(|instead| (instead.occurred_at, instead.text.as_str()));
        assert_eq!(said, expect);
        let seen = world.shipment().redacted(CustomerId::numbered("ACME")).expect("ACME's goods");
        let taken_back = seen.timeline.iter().find(|entry| entry.corrected).expect("it stays");
        let said =
            taken_back.replaced_by.as_ref().map(|instead| (instead.occurred_at, instead.text.as_str()));
        assert_eq!(said, expect);
        let standing = view.timeline.iter().filter(|entry| entry.corrected.is_none());
        assert!(standing.into_iter().all(|entry| entry.replaced_by.is_none()));
    }
}

#[test]
fn a_late_departure_never_undoes_a_delivery() {
    let delivery = tms("2 10:00", delivered("2"));
    let story = [
        tms("1 07:00", planned()),
        tms("1 09:00", loaded("1")),
        delivery,
        tms("1 10:00", departed("1")),
        tms("2 10:30", departed("2")),
    ];
    check(story, "Delivered, awaiting confirmation");
}

#[test]
fn a_late_shipped_never_undoes_delivered() {
    let story = [
        tms("1 07:00", planned()),
        tms("2 10:00", delivered("2")),
        tms("2 10:05", pod("2", "2 10:00")),
        tms("1 09:00", loaded("1")),
        tms("1 10:00", departed("1")),
        tms("2 07:00", sent_out("2")),
    ];
    check(story, "Delivered");
}

#[test]
fn delivered_twice_shows_the_second() {
    let story = with([tms("2 10:00", delivered("2")), tms("2 11:00", delivered("2"))]);
    for order in [story.clone(), story.into_iter().rev().collect()] {
        let world = World::of(order);
        assert_eq!(world.shipment().shipment.state.stops[1].delivered_at, Some(at("2 11:00")));
    }
}

#[test]
fn a_retracted_delivery_is_no_delivery_but_stays_in_the_timeline_marked_corrected() {
    let story = with([tms("2 10:00", delivered("2")).named("d-1"), tms("2 10:20", retracted("d-1"))]);
    check(story.clone(), "In transit");
    let view = World::of(story).shipment().view();
    let entry = view.timeline.iter().find(|entry| entry.kind == "stop.delivered").expect("it stays");
    assert_eq!(entry.corrected.as_deref(), Some("entered by mistake"));
    assert_eq!(view.timeline.iter().filter(|entry| entry.corrected.is_some()).count(), 1);
}

#[test]
fn a_retraction_that_arrives_before_its_event_still_corrects_it() {
    let story = with([tms("2 10:20", retracted("d-1")), tms("2 10:00", delivered("2")).named("d-1")]);
    check(story, "In transit");
    // Even where the source's clock says that it came first.
    let story = with([tms("2 09:00", retracted("d-1")), tms("2 10:00", delivered("2")).named("d-1")]);
    check(story, "In transit");
}

#[test]
fn a_retraction_that_is_itself_taken_back_corrects_nothing() {
    let story = with([
        tms("2 10:00", delivered("2")).named("d-1"),
        tms("2 10:20", retracted("d-1")).named("r-1"),
        tms("2 10:30", retracted("r-1")).named("r-2"),
    ]);
    check(story.clone(), "Delivered, awaiting confirmation");
    let view = World::of(story).shipment().view();
    let corrected: Vec<&str> =
        view.timeline.iter().filter(|one| one.corrected.is_some()).map(|one| one.kind.as_str()).collect();
    assert_eq!(corrected, ["event.retracted"]);
}

#[test]
fn retractions_that_name_each_other_or_themselves_end_with_the_last_word() {
    let story = with([
        tms("2 10:00", delivered("2")).named("d-1"),
        tms("2 10:10", retracted("r-1")).named("r-1"),
        tms("2 10:20", retracted("r-3")).named("r-2"),
        tms("2 10:30", retracted("r-2")).named("r-3"),
    ]);
    check(story, "Delivered, awaiting confirmation");
}

#[test]
fn nobody_retracts_another_sources_event() {
    let delivery = || tms("2 10:00", delivered("2")).named("d-1");
    let others = [
        tms("2 10:20", retracted("d-1")).sent_by("tms-2"),
        erp("2 10:20", retracted("d-1")),
        Event { id: domain::EventId::new("/another-system", "r-1"), ..tms("2 10:20", retracted("d-1")) },
    ];
    for other in others {
        check(with([delivery(), other]), "Delivered, awaiting confirmation");
    }
    check(with([delivery(), tms("2 10:20", retracted("d-1"))]), "In transit");
}

#[test]
fn a_corrected_arrival_gives_way_to_the_right_one() {
    let story = with([
        tms("2 08:00", arrived("2")).named("a-1"),
        tms("2 09:00", arrived("2")),
        tms("2 09:05", retracted("a-1")),
        tms("2 09:30", departed("2")),
    ]);
    let world = World::of(story);
    let stop = &world.shipment().shipment.state.stops[1];
    assert_eq!((stop.arrived_at, stop.departed_at), (Some(at("2 09:00")), Some(at("2 09:30"))));
}

#[test]
fn a_retracted_change_of_an_order_gives_way_to_the_terms_before_it() {
    let changed = erp("1 06:00", Fact::OrderChanged(terms_for("ACME", None))).named("c-1");
    let back = Retraction { event: "c-1".into(), reason: "wrong order".into() };
    let back = erp("1 06:30", Fact::OrderEventRetracted(back));
    for story in [
        vec![erp("1 05:00", ordered()), changed.clone(), back.clone()],
        vec![back, changed, erp("1 05:00", ordered())],
    ] {
        let world = World::of(story);
        let order = world.books.orders.values().next().expect("the order");
        let terms = order.state.terms.as_ref().expect("its terms");
        assert!(terms.promised.is_some(), "the terms before the change");
    }
}

#[test]
fn what_is_known_already_changes_nothing() {
    let mut world = World::of(under_way());
    let before = world.clone();
    for event in under_way() {
        assert!(world.tell(event).is_empty());
    }
    assert_eq!(world.canonical(), before.canonical());
    assert_eq!(world.shipment(), before.shipment());
}
