//! The rules, one story each: when an exception opens, when it does not, when it closes and when it comes again.

use crate::support::facts::{
    accepted, appointment, arrived, assigned, called_off, delivered, eta, held, missed, offered, ordered,
    passed, planned, planned_cross_dock, pod, rejected, released, retracted, terms,
};
use crate::support::{Told, World, at, check_exceptions, desk, erp, exceptions, syncline, tms};
use domain::Fact;
use domain::deadline::DeadlineKind::{Pickup, Pod};
use domain::event::Event;
use domain::fact::{
    CustomerTerms, ExceptionAssignment, ExceptionNote, ExceptionResolution, ExceptionSnooze, OrderTerms,
    Priority,
};
use domain::id::ExceptionId;
use domain::party::Tier;
use domain::rules::{Condition, Decision, Rule, evaluate};

/// Planned, with the events of a rule behind it.
fn story(more: impl IntoIterator<Item = Event>) -> Vec<Event> {
    [tms("1 06:00", planned())].into_iter().chain(more).collect()
}

#[test]
fn tender_rejected() {
    let rejection = || vec![tms("1 06:10", offered("T1", "Alfa")), tms("1 06:20", rejected("T1"))];
    let with = |more: Vec<Event>| story(rejection().into_iter().chain(more));
    check_exceptions(with(vec![]), &["tender_rejected, T1, #1, medium, open"]);
    check_exceptions(story([tms("1 06:10", offered("T1", "Alfa"))]), &[]);
    check_exceptions(story([tms("1 06:10", offered("T1", "Alfa")), tms("1 06:20", accepted("T1"))]), &[]);
    // Somebody else was asked already when the rejection came late.
    let late = [tms("1 06:30", offered("T2", "Beta")), tms("1 06:20", rejected("T1"))];
    check_exceptions(story(late), &[]);
    let cleared = &["tender_rejected, T1, #1, medium, cleared"];
    check_exceptions(with(vec![tms("1 06:30", offered("T2", "Beta"))]), cleared);
    check_exceptions(with(vec![tms("1 06:30", assigned("Beta"))]), cleared);
    check_exceptions(with(vec![tms("1 08:30", arrived("1"))]), cleared);
    check_exceptions(with(vec![tms("1 06:30", called_off())]), cleared);
    check_exceptions(with(vec![tms("1 06:30", retracted("tender.rejected 1 06:20"))]), cleared);
    let again = vec![tms("1 06:30", offered("T1", "Alfa")), tms("1 06:40", rejected("T1"))];
    check_exceptions(
        with(again),
        &["tender_rejected, T1, #1, medium, cleared", "tender_rejected, T1, #2, medium, open"],
    );
    let others = vec![tms("1 06:30", offered("T2", "Beta")), tms("1 06:40", rejected("T2"))];
    check_exceptions(
        with(others),
        &["tender_rejected, T1, #1, medium, cleared", "tender_rejected, T2, #1, medium, open"],
    );
}

#[test]
fn missed_pickup() {
    let due = |when: &str| syncline(when, passed(Pickup, "1", when));
    check_exceptions(story([due("1 11:00")]), &["missed_pickup, stop 1, #1, high, open"]);
    check_exceptions(story([tms("1 10:30", missed("1"))]), &["missed_pickup, stop 1, #1, high, open"]);
    // Another deadline than the one that holds, or a truck that was there.
    check_exceptions(story([due("1 09:00")]), &[]);
    check_exceptions(story([tms("1 09:00", arrived("1")), due("1 11:00")]), &[]);
    check_exceptions(story([tms("1 10:30", missed("2"))]), &["appointment_missed, stop 2, #1, high, open"]);
    check_exceptions(story([tms("2 10:00", delivered("2")), due("1 11:00")]), &[]);
    let cleared = &["missed_pickup, stop 1, #1, high, cleared"];
    check_exceptions(story([due("1 11:00"), tms("1 11:20", arrived("1"))]), cleared);
    check_exceptions(story([due("1 11:00"), tms("2 10:00", delivered("2"))]), cleared);
    let moved = || [due("1 11:00"), tms("1 11:10", appointment("1", "1 13:00", "1 14:00"))];
    check_exceptions(story(moved()), cleared);
    let again = moved().into_iter().chain([due("1 15:00")]);
    check_exceptions(
        story(again),
        &["missed_pickup, stop 1, #1, high, cleared", "missed_pickup, stop 1, #2, high, open"],
    );
    let said = [tms("1 10:30", missed("1")), tms("1 11:00", appointment("1", "1 13:00", "1 14:00"))];
    check_exceptions(story(said), cleared);
}

#[test]
fn eta_beyond_promise() {
    let promised = || erp("1 05:00", ordered());
    let late = || tms("1 12:00", eta("2", "2 14:00"));
    check_exceptions(story([promised(), late()]), &["eta_beyond_promise, stop 2, #1, medium, open"]);
    check_exceptions(story([late(), promised()]), &["eta_beyond_promise, stop 2, #1, medium, open"]);
    check_exceptions(story([promised(), tms("1 12:00", eta("2", "2 12:00"))]), &[]);
    // A slip of minutes bothers nobody, the sixteenth does.
    check_exceptions(story([promised(), tms("1 12:00", eta("2", "2 12:15"))]), &[]);
    let slipped = tms("1 12:00", eta("2", "2 12:16"));
    check_exceptions(story([promised(), slipped]), &["eta_beyond_promise, stop 2, #1, medium, open"]);
    check_exceptions(story([late()]), &[]);
    check_exceptions(story([promised(), tms("2 11:00", delivered("2")), late()]), &[]);
    let cleared = &["eta_beyond_promise, stop 2, #1, medium, cleared"];
    check_exceptions(story([promised(), late(), tms("1 13:00", eta("2", "2 11:00"))]), cleared);
    // Within the tolerance again: whether it stays there is not known yet.
    let open = &["eta_beyond_promise, stop 2, #1, medium, open"];
    let near = || [promised(), late(), tms("1 13:00", eta("2", "2 12:10"))];
    check_exceptions(story(near()), open);
    check_exceptions(story(near().into_iter().chain([tms("1 13:30", eta("2", "2 12:05"))])), cleared);
    // A time that wavers around the limit is one delay.
    let wavers = (0..8).map(|n| tms(&format!("1 13:0{n}"), eta("2", ["2 12:16", "2 12:14"][n % 2])));
    check_exceptions(story([promised()].into_iter().chain(wavers)), open);
    check_exceptions(story([promised(), late(), tms("2 14:00", delivered("2"))]), cleared);
    check_exceptions(story([promised(), late(), tms("2 14:30", pod("2", "2 14:00"))]), cleared);
    let unpromised = Fact::OrderChanged(OrderTerms { promised: None, ..terms() });
    check_exceptions(story([promised(), late(), erp("1 13:00", unpromised)]), cleared);
    let again =
        [promised(), late(), tms("1 13:00", eta("2", "2 11:00")), tms("1 14:00", eta("2", "2 15:00"))];
    check_exceptions(
        story(again),
        &["eta_beyond_promise, stop 2, #1, medium, cleared", "eta_beyond_promise, stop 2, #2, medium, open"],
    );
}

#[test]
fn customs_hold() {
    let hold = || tms("1 12:00", held("Calais"));
    check_exceptions(story([hold()]), &["customs_hold, hold by Calais, #1, high, open"]);
    check_exceptions(story([tms("1 15:00", released("Calais")), hold()]), &[]);
    let cleared = &["customs_hold, hold by Calais, #1, high, cleared"];
    check_exceptions(story([hold(), tms("1 15:00", released("Calais"))]), cleared);
    check_exceptions(story([hold(), tms("2 10:00", delivered("2"))]), cleared);
    check_exceptions(story([hold(), tms("1 12:30", retracted("customs.held 1 12:00"))]), cleared);
    check_exceptions(
        story([hold(), tms("1 15:00", released("Calais")), tms("1 16:00", held("Calais"))]),
        &["customs_hold, hold by Calais, #1, high, cleared", "customs_hold, hold by Calais, #2, high, open"],
    );
}

#[test]
fn pod_overdue() {
    let delivery = || tms("2 10:00", delivered("2"));
    let due = |when: &str| syncline(when, passed(Pod, "2", when));
    check_exceptions(story([delivery(), due("3 10:00")]), &["pod_overdue, stop 2, #1, low, open"]);
    check_exceptions(story([delivery()]), &[]);
    check_exceptions(story([delivery(), tms("2 10:05", pod("2", "2 10:00")), due("3 10:00")]), &[]);
    check_exceptions(story([due("3 10:00")]), &[]);
    let cleared = &["pod_overdue, stop 2, #1, low, cleared"];
    check_exceptions(story([delivery(), due("3 10:00"), tms("3 11:00", pod("2", "2 10:00"))]), cleared);
    let again = [delivery(), due("3 10:00"), tms("3 11:00", delivered("2")), due("4 11:00")];
    check_exceptions(
        story(again),
        &["pod_overdue, stop 2, #1, low, cleared", "pod_overdue, stop 2, #2, low, open"],
    );
    let at_cross_dock = [
        tms("1 06:00", planned_cross_dock()),
        tms("1 15:00", delivered("X")),
        syncline("2 15:00", passed(Pod, "X", "2 15:00")),
    ];
    check_exceptions(at_cross_dock, &[]);
}

#[test]
fn a_strategic_customer_and_a_critical_order_each_raise_the_severity_once() {
    let tier =
        |tier| erp("1 04:00", Fact::CustomerRegistered(CustomerTerms { name: "Acme Ltd".into(), tier }));
    let order = |priority| erp("1 05:00", Fact::OrderReleased(OrderTerms { priority, ..terms() }));
    let table = [
        (Tier::Standard, Priority::Normal, "medium", "high"),
        (Tier::Preferred, Priority::High, "medium", "high"),
        (Tier::Strategic, Priority::Normal, "high", "critical"),
        (Tier::Standard, Priority::Critical, "high", "critical"),
        (Tier::Strategic, Priority::Critical, "critical", "critical"),
    ];
    for (customer, priority, late, hold) in table {
        let events = [
            tier(customer),
            order(priority),
            tms("1 12:00", eta("2", "2 14:00")),
            tms("1 12:00", held("Calais")),
        ];
        check_exceptions(
            story(events),
            &[
                &format!("eta_beyond_promise, stop 2, #1, {late}, open"),
                &format!("customs_hold, hold by Calais, #1, {hold}, open"),
            ],
        );
    }
}

fn resolved(exception: ExceptionId) -> Fact {
    Fact::ExceptionResolved(ExceptionResolution {
        exception,
        reason: "called them".into(),
        responsible: None,
        root_cause: None,
    })
}

#[test]
fn resolved_by_hand_it_does_not_reopen_while_the_condition_lasts() {
    let mut world = World::of(story([tms("1 12:00", held("Calais"))]));
    let exception = world.shipment().exceptions[0].id;
    world.tell(desk("1 13:00", resolved(exception)));
    world.tell(tms("1 13:30", arrived("1")));
    world.tell(erp("1 13:40", ordered()));
    let by_hand = "customs_hold, hold by Calais, #1, high, resolved by kim: called them";
    assert_eq!(exceptions(world.shipment()), [by_hand]);
    world.tell(tms("1 14:00", released("Calais")));
    assert_eq!(exceptions(world.shipment()), [by_hand]);
    world.tell(tms("1 15:00", held("Calais")));
    assert_eq!(exceptions(world.shipment()), [by_hand, "customs_hold, hold by Calais, #2, high, open"]);
}

#[test]
fn reopened_by_hand_it_is_the_one_that_waits_when_the_condition_comes_again() {
    let mut world = World::of(story([tms("1 12:00", held("Calais")), tms("1 14:00", released("Calais"))]));
    let exception = world.shipment().exceptions[0].id;
    let reopened = Fact::ExceptionReopened(ExceptionNote { exception, text: "papers still missing".into() });
    world.tell(desk("1 14:30", reopened));
    world.tell(tms("1 15:00", held("Calais")));
    assert_eq!(exceptions(world.shipment()), ["customs_hold, hold by Calais, #1, high, open"]);
}

#[test]
fn an_open_exception_says_the_newest_figure_and_the_customer_once_known() {
    let mut world = World::of(story([tms("1 12:00", held("Calais")), tms("1 12:10", eta("2", "2 14:00"))]));
    assert_eq!(world.shipment().exceptions[0].customer, None);
    let changed = world.tell(erp("1 05:00", ordered()));
    assert_eq!(changed.len(), 2, "one opened, one learnt its customer");
    assert!(changed.iter().all(|one| one.customer.as_deref() == Some("ACME Ltd") && one.version == 1));
    let changed = world.tell(tms("1 13:00", eta("2", "2 15:00")));
    let details: Vec<&str> = changed.iter().map(|one| one.detail.as_str()).collect();
    assert_eq!(details, ["Expected at Hamburg 2 May 15:00 UTC+2, 3 h 00 min after the promise"]);
    assert_eq!(changed[0].version, 1, "an agent's action on it is not stale");
}

#[test]
fn what_people_do_is_kept_with_who_did_it_and_counts_the_version() {
    let mut world = World::of(story([tms("1 12:00", held("Calais"))]));
    let exception = world.shipment().exceptions[0].id;
    let assign = |to: Option<&str>| {
        Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: to.map(str::to_owned) })
    };
    world.tell(desk("1 13:00", assign(Some("kim"))));
    world.tell(desk("1 13:05", assign(Some("lee"))));
    world.tell(desk("1 13:10", assign(None)).by("lee"));
    let known = world.shipment().exceptions[0].clone();
    let said: Vec<String> =
        known.actions.iter().map(|action| format!("{} {}", action.by, action.text)).collect();
    assert_eq!(said, ["kim took it", "kim assigned it to lee", "lee put it back into the queue"]);
    assert!(!known.is_answered(), "what is put back waits for an answer again");
    assert_eq!(known.act_by(), known.respond_by);
    assert_eq!((known.version, known.assignee), (4, None));
    let other =
        Fact::ExceptionNoted(ExceptionNote { exception: ExceptionId::numbered("other"), text: "?".into() });
    assert!(world.tell(desk("1 13:20", other)).is_empty());
}

#[test]
fn a_snooze_ends_by_itself_or_when_somebody_wakes_it() {
    let mut world = World::of(story([tms("1 12:00", held("Calais"))]));
    let exception = world.shipment().exceptions[0].id;
    let snooze = |until: &str| {
        Fact::ExceptionSnoozed(ExceptionSnooze { exception, until: at(until), until_news: false })
    };
    world.tell(desk("1 13:00", snooze("1 17:00")));
    let known = world.shipment().exceptions[0].clone();
    assert_eq!(known.snoozed_until, Some(at("1 17:00")));
    assert_eq!(known.actions[0].text, "snoozed it until 1 May 17:00 UTC+2");
    world.tell(desk("1 14:00", snooze("1 14:00")));
    let known = world.shipment().exceptions[0].clone();
    assert_eq!((known.snoozed_until, known.actions[1].text.as_str()), (None, "woke it"));
}

#[test]
fn exceptions_have_the_same_ids_whenever_the_journal_is_told_again() {
    let journal = || {
        story([
            tms("1 12:00", held("Calais")),
            tms("1 14:00", released("Calais")),
            tms("1 15:00", held("Calais")),
        ])
    };
    let ids = |world: &World| world.shipment().exceptions.iter().map(|one| one.id).collect::<Vec<_>>();
    let first = World::of(journal());
    assert_eq!(ids(&first), ids(&World::of(journal())));
    assert_ne!(ids(&first)[0], ids(&first)[1]);
}

#[test]
fn only_edges_count() {
    let condition = |rule, cause: &str| Condition {
        rule,
        cause: cause.to_owned(),
        detail: "now".to_owned(),
        orders: Vec::new(),
    };
    let (one, other) = (condition(Rule::MissedPickup, "stop 1"), condition(Rule::MissedPickup, "stop 2"));
    let reworded = [Condition { detail: "later".to_owned(), ..one.clone() }];
    let close = Decision::Close { rule: one.rule, cause: one.cause.clone() };
    let (first, second) = ([one.clone()], [other.clone()]);
    assert_eq!(evaluate(&[], &[]), []);
    assert_eq!(evaluate(&[], &first), [Decision::Open(one)]);
    assert_eq!(evaluate(&first, &reworded), []);
    let ended = evaluate(&first, &[]);
    assert_eq!(ended, std::slice::from_ref(&close));
    assert_eq!(evaluate(&first, &second), [close, Decision::Open(other)]);
}
