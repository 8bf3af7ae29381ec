//! What people are told of what happens: only what they chose, only what is theirs, only what is news.

use crate::support::facts::{
    delivered, departed, eta, held, loaded, ordered, planned, pod, retracted, sent_out, terms_for,
};
use crate::support::{Told, World, erp, event, exceptions, moment, tms};
use domain::Fact;
use domain::authority::Role;
use domain::fact::{ExceptionAssignment, ExceptionNote};
use domain::id::CustomerId;
use domain::message::Notice;
use domain::subscription::{Channel, Choice, News, Pace, Subscription};

/// Wants all that there is at once, by mail.
fn all_of(customer: Option<&str>) -> Subscription {
    let choice = |news| Choice { news, by: Channel::Mail, pace: Pace::AtOnce };
    let choices = News::ALL.into_iter().map(choice).collect();
    Subscription { customer: customer.map(CustomerId::numbered), choices, ..Subscription::default() }
}

/// ACME's carla and anna of the desk listen.
fn listening() -> World {
    let mut world = World::default();
    world.is_prompt = true;
    world.subscribers.take("carla", &all_of(Some("ACME")));
    world.subscribers.take("otto", &all_of(Some("OTHER")));
    world.subscribers.take("anna", &all_of(None));
    world
}

/// What somebody was told.
fn heard(world: &World, account: &str) -> Vec<String> {
    let to = format!("mail:{account}");
    let mine = world.messages.iter().filter(|one| one.to.to_string() == to);
    mine.map(|one| match &one.notice {
        Notice::Notification { text, .. } => text.clone(),
        other => other.kind().to_owned(),
    })
    .collect()
}

#[test]
fn a_customer_hears_the_life_of_a_shipment_and_a_late_departure_is_no_news_after_the_delivery() {
    let mut world = listening();
    for event in [
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        tms("1 09:00", loaded("1")),
        tms("1 09:30", departed("1")),
        tms("2 08:00", sent_out("2")),
        tms("2 10:00", delivered("2")),
        // Says what was known already, and comes late.
        tms("1 09:31", departed("1")),
        tms("2 10:30", pod("2", "2 10:20")),
    ] {
        world.tell(event);
    }
    assert_eq!(
        heard(&world, "carla"),
        [
            "SH-1 is on its way to Hamburg, expected 2 May 12:00 UTC+2.",
            "SH-1 is out for delivery to Hamburg, expected 2 May 12:00 UTC+2.",
            "SH-1 to Hamburg was delivered on 2 May 10:00 UTC+2.",
            "The delivery of SH-1 to Hamburg is confirmed, signed by J. Meyer.",
        ]
    );
    assert_eq!(heard(&world, "otto"), Vec::<String>::new());
}

#[test]
fn a_delivery_that_is_taken_back_is_told_to_those_who_heard_of_it() {
    let mut world = listening();
    for event in [
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
        tms("2 11:00", retracted("stop.delivered 2 10:00")),
    ] {
        world.tell(event);
    }
    assert_eq!(
        heard(&world, "carla").last().map(String::as_str),
        Some("SH-1 to Hamburg is not delivered after all: it is in transit.")
    );
}

#[test]
fn a_delay_is_told_once_and_so_is_its_end_and_customs_asks_for_somebody() {
    let mut world = listening();
    let promised = crate::support::window("2 08:00", "2 12:00");
    for event in [
        erp("1 05:00", Fact::OrderReleased(terms_for("ACME", Some(promised)))),
        tms("1 06:00", planned()),
        tms("1 09:30", departed("1")),
        tms("1 12:00", eta("2", "2 14:00")),
        tms("1 12:10", eta("2", "2 14:20")),
        tms("1 13:00", held("Hamburg port")),
        tms("1 15:00", eta("2", "2 11:00")),
    ] {
        world.tell(event);
    }
    let of = |word: &str| heard(&world, "carla").iter().filter(|text| text.contains(word)).count();
    assert_eq!((of(" is late"), of(" is on time again"), of("customs holds it (Hamburg port)")), (1, 1, 1));
}

#[test]
fn colleagues_are_told_what_is_given_to_them_or_names_them_and_nobody_what_they_did_themselves() {
    let mut world = listening();
    for event in [erp("1 05:00", ordered()), tms("1 06:00", planned()), tms("1 13:00", held("Hamburg port"))]
    {
        world.tell(event);
    }
    assert!(!exceptions(world.shipment()).is_empty());
    let exception = world.shipment().exceptions[0].id;
    let before = heard(&world, "anna").len();
    let by = |who: &str, when: &str, fact: Fact| {
        let mut event = event(Role::Desk, when, fact).named(&format!("{who} {when}"));
        event.actor = Some(who.to_owned());
        event
    };
    let give =
        |to: &str| Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: Some(to.into()) });
    let note = |text: &str| Fact::ExceptionNoted(ExceptionNote { exception, text: text.into() });
    world.tell(by("amir", "1 13:10", give("anna")));
    world.tell(by("anna", "1 13:11", give("anna")));
    world.tell(by("amir", "1 13:12", note("ask @anna.")));
    world.tell(by("anna", "1 13:13", note("@anna is me")));
    world.tell(by("amir", "1 13:14", note("anna, without a sign")));
    let heard = heard(&world, "anna");
    let texts: Vec<&str> =
        heard[before..].iter().map(|text| text.split(':').next().unwrap_or_default()).collect();
    assert_eq!(texts, ["amir gave you", "amir wrote"], "{heard:?}");
}

#[test]
fn history_that_is_imported_is_no_news() {
    let mut world = listening();
    world.tell(erp("1 05:00", ordered()));
    world.tell(tms("1 06:00", planned()));
    world.is_prompt = false;
    let long_ago = moment("2026-04-20T09:30:00+02:00");
    world.tell(domain::Event { occurred_at: long_ago, ..tms("1 09:30", departed("1")) });
    assert_eq!(heard(&world, "carla"), Vec::<String>::new());
}
