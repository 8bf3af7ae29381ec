//! The sentences of the timeline.

use crate::support::facts::{
    appointment, arrived, delivered, eta, loaded, passed, planned, planned_cross_dock, pod_short, refused,
};
use crate::support::samples::one_of_each;
use crate::support::{Told, World, at, event, syncline, tms};
use domain::authority::Role;
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::fact::{Fact, Noun};

/// The agent's sentence about the last event of a story, and the customer's.
fn said(story: impl IntoIterator<Item = Event>) -> (String, Option<String>) {
    let view = World::of(story).shipment().view();
    let latest = &view.timeline[0];
    (latest.text.clone(), latest.for_customers.clone())
}

#[test]
fn a_stop_is_named_by_its_place_or_else_by_its_number() {
    let plan = || tms("1 06:00", planned());
    let table = [
        (arrived("1"), "Arrived in Bremen, DE"),
        (arrived("9"), "Arrived at stop 9"),
        (delivered("2"), "Delivered in Hamburg, DE"),
        (delivered("9"), "Delivered at stop 9"),
        (eta("2", "2 14:00"), "Expected in Hamburg, DE on 2 May 14:00 UTC+2"),
        (
            appointment("1", "1 08:00", "1 09:00"),
            "Appointment in Bremen, DE: 1 May 08:00 UTC+2 to 1 May 09:00 UTC+2",
        ),
    ];
    for (fact, sentence) in table {
        assert_eq!(said([plan(), tms("2 10:00", fact)]), (sentence.to_owned(), Some(sentence.to_owned())));
    }
}

#[test]
fn customers_read_what_happened_and_agents_why() {
    let plan = || tms("1 06:00", planned());
    assert_eq!(
        said([plan(), tms("2 10:00", refused("2"))]),
        (
            "Refused in Hamburg, DE: nobody there".to_owned(),
            Some("Delivery in Hamburg, DE was not accepted".to_owned())
        )
    );
    let (agent, customer) = said([plan(), tms("2 10:00", pod_short("2", "2 09:00"))]);
    assert_eq!(agent, "Proof of delivery from Hamburg, DE, signed by J. Meyer, with a discrepancy: short");
    assert!(customer.is_some_and(|text| text.ends_with("with a remark that is being looked into")));
    let due = syncline("3 10:00", passed(DeadlineKind::Pod, "2", "3 10:00"));
    let (agent, customer) = said([plan(), due]);
    assert_eq!(agent, "Proof of delivery in Hamburg, DE was due by 3 May 10:00 UTC+2");
    assert_eq!(customer, None);
}

#[test]
fn goods_at_a_cross_dock_are_unloaded_and_loaded_again_not_delivered() {
    let plan = || tms("1 06:00", planned_cross_dock());
    assert_eq!(said([plan(), tms("1 15:00", delivered("X"))]).0, "Unloaded in Hanover, DE");
    assert_eq!(said([plan(), tms("1 16:00", loaded("X"))]).0, "Loaded again in Hanover, DE");
}

#[test]
fn a_moment_is_said_on_the_clock_that_its_source_stated() {
    let Fact::EtaChanged(mut statement) = eta("2", "2 14:00") else { panic!("an ETA") };
    statement.eta = at("2 14:00").to_utc().fixed_offset();
    let story = [tms("1 06:00", planned()), tms("1 12:00", Fact::EtaChanged(statement))];
    assert_eq!(said(story).0, "Expected in Hamburg, DE on 2 May 12:00 UTC");
}

#[test]
fn every_kind_has_a_sentence_for_people() {
    for fact in one_of_each().into_iter().filter(|fact| fact.noun() == Noun::Shipment) {
        let kind = fact.kind();
        let (text, _) = said([event(Role::Tms, "1 10:00", fact).named("e-1")]);
        assert_ne!(text, kind, "{kind} has no sentence");
        assert!(text.starts_with(char::is_uppercase), "{text}");
    }
}
