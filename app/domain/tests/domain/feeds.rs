//! Feeds as a whole: one cause is one exception, however many shipments it touches.

use crate::support::facts::{departed, ordered, passed, planned, seen_near, terms_for};
use crate::support::{Told, World, at, desk, erp, event, syncline, tms};
use domain::Fact;
use domain::authority::Role;
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::exception::ShipmentException;
use domain::fact::{
    Approvable, ApprovalDecision, ApprovalRequest, CustomerTerms, ExceptionResolution, FeedSilence,
    ItemTerms, PartAccepted, RefusedFor, RefusedParts,
};
use domain::feed::Settled;
use domain::id::{ApprovalId, ExceptionId, ShipmentId};
use domain::party::Tier;
use domain::rulebook::Rulebook;
use domain::rules::Rule;

fn line(one: &ShipmentException) -> String {
    let state = if one.is_open() { "open" } else { "closed" };
    format!("{}, {}, #{}, {state}", one.rule.as_str(), one.cause, one.occurrence)
}

fn lines(world: &World, source: &str) -> Vec<String> {
    world.feeds[source].exceptions.iter().map(line).collect()
}

/// As Syncline tells of the feed of a source.
fn about(source: &str, when: &str, fact: Fact) -> Event {
    syncline(when, fact).about(source).named(&format!("{when} {source}"))
}

/// What is about an exception of a feed, or a moment that it waited for.
fn of_feed(event: Event) -> Event {
    Event { issuer: Some(ShipmentId::FEED.to_owned()), ..event }
}

fn silent(when: &str, hides: u32) -> Event {
    let silence = FeedSilence {
        heard_at: at("1 10:00"),
        hides,
        shipments: (1..=hides.min(2)).map(|place| format!("SH-{place}")).collect(),
    };
    about("tms", when, Fact::FeedFellSilent(silence))
}

fn refused(when: &str, cause: &str, last: i64) -> Event {
    let parts = RefusedParts {
        refused_for: RefusedFor::UnknownCode,
        cause: cause.to_owned(),
        count: 2,
        about: vec![format!("SH-{last}")],
        reason: "`type` is unknown".to_owned(),
        last,
    };
    about("tms", when, Fact::FeedPartsRefused(parts)).named(&format!("{cause} {last}"))
}

#[test]
fn an_outage_is_one_exception_that_names_what_it_hides_and_ends_with_the_first_thing_heard() {
    let mut world = World::of([tms("1 06:00", planned()), silent("1 11:00", 3)]);
    assert_eq!(lines(&world, "tms"), ["feed_silent, silence, #1, open"]);
    let detail = &world.feeds["tms"].exceptions[0].detail;
    assert!(detail.contains("3 shipments") && detail.contains("SH-1, SH-2 and others"), "{detail}");
    world.tell(erp("1 11:30", ordered()));
    assert!(world.feeds["tms"].exceptions[0].is_open(), "another source says nothing of this one");
    world.tell(tms("1 11:40", seen_near("Kassel")));
    assert_eq!(lines(&world, "tms"), ["feed_silent, silence, #1, closed"]);
    world.tell(silent("1 15:00", 0));
    assert_eq!(lines(&world, "tms")[1], "feed_silent, silence, #2, open");
}

#[test]
fn a_shipment_is_not_silent_while_its_whole_source_is_and_is_asked_for_again_a_time_later() {
    let due = |world: &World| {
        let due = world.shipment().deadlines().into_iter().find(|one| one.deadline == DeadlineKind::News);
        due.map(|one| (one.stop, one.due_at.format("%-d %H:%M").to_string()))
    };
    let mut world = World::of([tms("1 06:00", planned()), tms("1 10:00", departed("1"))]);
    assert_eq!(due(&world), Some(("tms".into(), "2 11:00".into())));
    world.tell(syncline("2 11:00", passed(DeadlineKind::Hidden, "tms", "2 11:00")));
    assert_eq!(world.shipment().exceptions, []);
    assert_eq!(due(&world), Some(("tms".into(), "3 11:00".into())));
    world.tell(syncline("3 11:00", passed(DeadlineKind::News, "tms", "3 11:00")));
    assert_eq!(world.shipment().exceptions[0].rule, Rule::SilentShipment);
    assert_eq!(due(&world), None);
}

#[test]
fn what_is_refused_for_one_cause_is_one_exception_until_somebody_resolves_it() {
    let mut world =
        World::of([refused("1 10:00", "unknown_kind a", 1), refused("1 10:05", "unknown_kind b", 2)]);
    world.tell(refused("1 10:10", "unknown_kind a", 3));
    assert_eq!(
        lines(&world, "tms"),
        ["unknown_code, unknown_kind a, #1, open", "unknown_code, unknown_kind b, #1, open"]
    );
    let exception = &world.feeds["tms"].exceptions[0];
    assert_eq!(exception.detail, "`type` is unknown, 4 times; about SH-1, SH-3");
    assert_eq!((exception.number.as_str(), exception.shipment), ("tms", ShipmentId::of_feed("tms")));
    let resolved = Fact::ExceptionResolved(ExceptionResolution {
        exception: exception.id,
        reason: "told the sender".to_owned(),
        responsible: None,
        root_cause: None,
    });
    world.tell(of_feed(desk("1 11:00", resolved).about("tms")));
    assert_eq!(world.settled, [Settled::Cause { cause: "unknown_kind a".to_owned(), last: 3 }]);
    world.tell(refused("1 12:00", "unknown_kind a", 4));
    assert_eq!(
        lines(&world, "tms"),
        [
            "unknown_code, unknown_kind a, #1, closed",
            "unknown_code, unknown_kind b, #1, open",
            "unknown_code, unknown_kind a, #2, open"
        ]
    );
}

#[test]
fn garbage_of_a_thousand_kinds_is_not_a_thousand_exceptions() {
    let garbage = (0..1_000).map(|place| refused("1 10:00", &format!("unknown_kind {place}"), place));
    let lines = lines(&World::of(garbage), "tms");
    assert_eq!(lines.len(), 51);
    assert_eq!(lines[50], "unknown_code, many more causes, #1, open");
}

#[test]
fn what_no_master_data_knows_is_told_once_it_had_its_time_and_ends_when_it_comes() {
    let customer = |when: &str, code: &str| {
        let terms = CustomerTerms { name: code.to_owned(), tier: Tier::Standard };
        erp(when, Fact::CustomerRegistered(terms)).about(code)
    };
    let order =
        |when: &str, number: &str| erp(when, Fact::OrderReleased(terms_for("NEW", None))).about(number);
    let overdue = |when: &str, cause: &str| {
        let gone_by = about("erp", when, passed(DeadlineKind::MasterData, cause, when));
        of_feed(gone_by.named(&format!("{cause} {when}")))
    };
    let due = |world: &World| {
        let due = world.feeds["erp"].deadlines(&Rulebook::default());
        due.into_iter().map(|one| one.stop).collect::<Vec<_>>()
    };
    let none = World::of([order("1 08:00", "4711")]);
    assert_eq!(due(&none), [""; 0], "nobody keeps customers here, so none is missed");

    let mut world =
        World::of([customer("1 07:00", "OLD"), order("1 08:00", "4711"), order("1 08:30", "4712")]);
    assert_eq!(lines(&world, "erp"), [""; 0], "it may be on its way");
    assert_eq!(due(&world), ["customer NEW"]);
    world.tell(overdue("1 09:00", "customer NEW"));
    assert_eq!(lines(&world, "erp"), ["master_data_mismatch, customer NEW, #1, open"]);
    let detail = &world.feeds["erp"].exceptions[0].detail;
    assert!(detail.contains("Customer NEW") && detail.ends_with("2 times; about 4711, 4712"), "{detail}");
    world.tell(customer("1 10:00", "NEW"));
    assert_eq!(lines(&world, "erp"), ["master_data_mismatch, customer NEW, #1, closed"]);

    let line = terms_for("NEW", None).lines.remove(0);
    let (code, unit) = (line.item.code, line.quantity.unit);
    let item = |when: &str, unit: &str| {
        let terms = ItemTerms { description: "Pumps".to_owned(), unit: unit.to_owned() };
        erp(when, Fact::ItemRegistered(terms)).about(&code)
    };
    world.tell(item("1 10:40", "KGM"));
    world.tell(order("1 11:00", "4713"));
    world.tell(overdue("1 12:00", &format!("unit of item {code}")));
    assert!(world.feeds["erp"].exceptions[1].detail.contains("counts it in KGM"));
    world.tell(item("1 13:00", &unit));
    assert!(!world.feeds["erp"].exceptions[1].is_open());
}

#[test]
fn a_claim_is_taken_in_by_a_second_persons_word_and_by_nobody_elses() {
    let claim = RefusedParts {
        refused_for: RefusedFor::Claim,
        cause: "authority_conflict syncline.stop.delivered.v1".to_owned(),
        count: 1,
        about: vec!["SH-1".to_owned()],
        reason: "the ERP does not own it".to_owned(),
        last: 12,
    };
    let mut world = World::of([about("erp", "1 10:00", Fact::FeedPartsRefused(claim))]);
    assert_eq!(world.feeds["erp"].exceptions[0].rule, Rule::AuthorityConflict);
    let exception: ExceptionId = world.feeds["erp"].exceptions[0].id;
    let approval = ApprovalId::numbered("claim 12");
    let asked = ApprovalRequest {
        approval,
        exception,
        what: Approvable::AcceptPart { part: 12, named: "stop.delivered of SH-1".to_owned() },
        reason: "the TMS is down for good".to_owned(),
    };
    world.tell(of_feed(desk("1 10:10", Fact::ApprovalRequested(asked)).about("erp")));
    assert_eq!(world.told(), ["manager approval.requested erp"]);
    let granted = |when: &str, by: &str| {
        let reason = "seen the paper".to_owned();
        let fact = Fact::ApprovalGranted(ApprovalDecision { approval, exception, reason });
        of_feed(desk(when, fact).about("erp").by(by))
    };
    world.tell(granted("1 10:20", "kim"));
    assert_eq!(world.feeds["erp"].feed.granted, [0_i64; 0]);
    world.tell(granted("1 10:30", "mona"));
    assert_eq!(world.feeds["erp"].feed.granted, [12]);
    let accepted = PartAccepted { part: 12, named: "stop.delivered of SH-1".to_owned() };
    world.tell(event(Role::Syncline, "1 10:31", Fact::FeedPartAccepted(accepted)).about("erp"));
    assert_eq!((world.feeds["erp"].feed.granted.len(), &world.settled[..]), (0, &[Settled::Part(12)][..]));
}

#[test]
fn what_nobody_answers_about_a_feed_goes_up_the_ladder() {
    let mut world = World::of([silent("1 11:00", 1)]);
    let due = world.feeds["tms"].deadlines(&Rulebook::default());
    let response = due.into_iter().find(|one| one.deadline == DeadlineKind::Response).expect("a deadline");
    world.tell(of_feed(syncline("1 12:00", Fact::DeadlinePassed(response)).about("tms")));
    assert_eq!(world.told(), ["desk exception.escalated tms"]);
}
