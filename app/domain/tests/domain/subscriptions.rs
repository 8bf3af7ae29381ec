//! What people are told of what happens: only what they chose, only what is theirs, only what is news.

use crate::support::facts::{
    delay, delivered, departed, eta, held, loaded, ordered, planned, planned_two_drops, pod, retracted,
    sent_out, terms_for,
};
use crate::support::{Told, World, erp, event, exceptions, moment, tms};
use domain::Fact;
use domain::authority::Role;
use domain::fact::{CaseAnswer, CaseKind, CaseOpening, CustomerTerms, ExceptionAssignment, ExceptionNote};
use domain::id::{CaseId, CustomerId};
use domain::message::{Addressee, Message, Notice};
use domain::party::Tier;
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

/// A load of two customers to whom everything happens: what leaves to one of them holds nothing of the other and nothing of the
/// house. `carla` and the endpoint of ACME listen, and `otto` of BOLT.
#[test]
fn what_leaves_to_a_customer_of_a_shared_load_holds_nothing_of_others_and_nothing_of_the_house() {
    let mut world = World::default();
    world.is_prompt = true;
    world.subscribers.take("carla", &all_of(Some("ACME")));
    world.subscribers.take("otto", &all_of(Some("BOLT")));
    world.subscribers.take("anna", &all_of(None));
    let promised = || Some(crate::support::window("2 08:00", "2 12:00"));
    let case = CaseId::numbered("case-1");
    let opening = CaseOpening {
        case,
        customer: CustomerId::numbered("ACME"),
        kind: CaseKind::ALL[0],
        text: "Where is it?".to_owned(),
    };
    let by = |who: &str, event: domain::Event| domain::Event { actor: Some(who.to_owned()), ..event };
    for event in [
        erp(
            "1 04:00",
            Fact::CustomerRegistered(CustomerTerms { name: "ACME Ltd".into(), tier: Tier::Strategic }),
        ),
        erp("1 05:00", Fact::OrderReleased(terms_for("ACME", promised()))),
        erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", promised()))).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
        tms("1 09:00", loaded("1")),
        tms("1 09:30", departed("1")),
        tms("1 12:00", delay()),
        tms("1 12:10", eta("2", "2 15:00")),
        tms("1 12:20", eta("3", "2 22:00")),
        tms("1 13:00", held("Hamburg port")),
        by("carla", event(Role::Portal, "1 14:00", Fact::CaseOpened(opening))),
        by(
            "anna",
            event(Role::Desk, "1 14:10", Fact::CaseAnswered(CaseAnswer { case, text: "It comes.".into() })),
        ),
        tms("1 15:00", eta("2", "2 11:00")),
        tms("2 08:00", sent_out("2")),
        tms("2 10:00", delivered("2")),
        tms("2 10:30", pod("2", "2 10:20")),
        tms("2 11:00", delivered("3")),
    ] {
        world.tell(event);
    }
    let to_acme = |one: &&Message| {
        one.audience == Some(CustomerId::numbered("ACME"))
            || one.to == Addressee::Customer(CustomerId::numbered("ACME"))
    };
    let sent: Vec<&Message> = world.messages.iter().filter(to_acme).collect();
    assert!(
        sent.iter().filter(|one| one.to == Addressee::Customer(CustomerId::numbered("ACME"))).count() >= 3
    );
    assert!(sent.len() > 8, "{sent:?}");
    for message in sent {
        assert!(message.may_leave(), "{message:?}");
        let event = message.cloud_event().expect("an event");
        for word in
            ["4712", "BOLT", "Kiel", "otto", "anna", "trategic", "tier", "rule", "exception", "severity"]
        {
            assert!(!event.contains(word), "`{word}` in {event}");
        }
    }
    assert!(
        world.messages.iter().all(Message::may_leave),
        "something was made for a customer that is not theirs"
    );
}
