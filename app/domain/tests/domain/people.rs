//! What people do about exceptions beyond the everyday, and what happens when they do not.

use crate::support::facts::{delivered, held, loaded, ordered, passed, planned, released, seen_near};
use crate::support::{Told, World, at, desk, erp, event, exceptions, syncline, tms};
use domain::Fact;
use domain::authority::Role;
use domain::charge::{Charge, ChargeKind};
use domain::deadline::{Deadline, DeadlineKind};
use domain::exception::{Closing, ShipmentException};
use domain::fact::{
    Approvable, ApprovalDecision, ApprovalRequest, CaseAnswer, CaseKind, CaseOpening, ExceptionLink,
    ExceptionSnooze,
};
use domain::id::{ApprovalId, CaseId, CustomerId, ExceptionId};
use domain::measure::{Currency, Money};

fn held_up() -> (World, ExceptionId) {
    let world =
        World::of([erp("1 05:00", ordered()), tms("1 06:00", planned()), tms("1 12:00", held("Calais"))]);
    let exception = world.shipment().exceptions[0].id;
    (world, exception)
}

fn first(world: &World) -> &ShipmentException {
    &world.shipment().exceptions[0]
}

/// The moment by which the first exception was due for something goes by.
fn goes_by(world: &mut World, kind: DeadlineKind) {
    let due: Deadline = world
        .shipment()
        .deadlines()
        .into_iter()
        .find(|one| one.deadline == kind)
        .unwrap_or_else(|| panic!("{kind:?} is not waited for"));
    world.tell(syncline("3 10:00", Fact::DeadlinePassed(due)).named(&format!("{kind:?}")));
}

#[test]
fn what_nobody_answers_goes_up_the_ladder_with_a_message_each() {
    let (mut world, _) = held_up();
    assert_eq!(first(&world).act_by(), first(&world).respond_by);
    for (kind, told) in [
        (DeadlineKind::Response, "desk exception.escalated SH-1"),
        (DeadlineKind::Resolution, "team-lead exception.escalated SH-1"),
        (DeadlineKind::LastResort, "manager exception.escalated SH-1"),
    ] {
        goes_by(&mut world, kind);
        assert_eq!(world.told().last().map(String::as_str), Some(told));
    }
    assert_eq!(first(&world).escalations.len(), 3);
    assert_eq!(world.told().len(), 3);
    assert!(first(&world).actions.is_empty(), "nobody has done anything yet");
}

#[test]
fn an_answer_stops_the_first_step_and_an_end_stops_them_all() {
    let (mut world, exception) = held_up();
    let note = domain::fact::ExceptionNote { exception, text: "calling Calais".into() };
    world.tell(desk("1 12:30", Fact::ExceptionNoted(note)));
    assert_eq!(first(&world).act_by(), first(&world).resolve_by);
    let waits =
        |world: &World| world.shipment().deadlines().iter().map(|one| one.deadline).collect::<Vec<_>>();
    assert!(!waits(&world).contains(&DeadlineKind::Response));
    assert!(waits(&world).contains(&DeadlineKind::Resolution));
    world.tell(tms("1 13:00", released("Calais")));
    assert!(!waits(&world).contains(&DeadlineKind::Resolution));
}

#[test]
fn a_snooze_until_the_carrier_tells_something_ends_with_the_next_event_of_the_tms() {
    let (mut world, exception) = held_up();
    let snooze = ExceptionSnooze { exception, until: at("9 12:00"), until_news: true };
    world.tell(desk("1 12:30", Fact::ExceptionSnoozed(snooze)));
    assert_eq!(first(&world).snoozed_until, Some(at("9 12:00")));
    world.tell(erp("1 12:40", ordered()).named("again"));
    assert!(first(&world).snoozed_until.is_some(), "the ERP is no carrier");
    world.tell(tms("1 13:00", seen_near("A7")));
    assert_eq!((first(&world).snoozed_until, first(&world).wakes_on_news), (None, false));
}

#[test]
fn one_that_is_the_same_as_another_is_merged_and_stays_closed() {
    let (mut world, exception) = held_up();
    let link = ExceptionLink {
        exception,
        other: ExceptionId::numbered("E-2"),
        named: "Customs hold of SH-2".into(),
    };
    world.tell(desk("1 13:00", Fact::ExceptionLinked(link.clone())));
    assert!(first(&world).is_open());
    world.tell(desk("1 13:01", Fact::ExceptionMerged(link)));
    assert_eq!(
        exceptions(world.shipment()),
        ["customs_hold, hold by Calais, #1, high, merged by kim into Customs hold of SH-2"]
    );
    world.tell(tms("1 13:10", seen_near("A7")));
    assert!(matches!(first(&world).closing, Some(Closing::Merged { .. })));
}

#[test]
fn who_asks_for_approval_can_not_give_it_and_a_manager_can() {
    let mut world = World::of([erp("1 05:00", ordered()), tms("1 06:00", planned())]);
    world.tell(tms("1 09:00", loaded("1")));
    world.tell(tms("2 10:00", delivered("2")));
    world.tell(syncline("3 10:00", passed(DeadlineKind::Pod, "2", "3 10:00")));
    let exception = first(&world).id;
    let approval = ApprovalId::numbered("A-1");
    let what = Approvable::ReleaseInvoice { order: "4711".into() };
    let request = ApprovalRequest { approval, exception, what, reason: "confirmed by telephone".into() };
    world.tell(desk("3 11:00", Fact::ApprovalRequested(request)));
    assert_eq!(world.told(), ["manager approval.requested SH-1"]);
    assert_eq!(first(&world).awaits_approval.as_ref().map(|one| one.approval), Some(approval));
    let word = || Fact::ApprovalGranted(ApprovalDecision { approval, exception, reason: "fine".into() });
    world.tell(desk("3 11:05", word()));
    world.settle("3 11:06");
    assert_eq!(world.told().len(), 1, "kim asked: kim's own word counts for nothing");
    assert_eq!(first(&world).awaits_approval.as_ref().map(|one| one.approval), Some(approval));
    world.tell(desk("3 12:00", word()).by("mona"));
    world.settle("3 12:01");
    assert_eq!(world.told().last().map(String::as_str), Some("erp invoice.release 4711"));
    assert_eq!(first(&world).awaits_approval, None);
    let Some(domain::message::Notice::InvoiceRelease { reason, .. }) =
        world.messages.last().map(|one| one.notice.clone())
    else {
        panic!("no release")
    };
    assert_eq!(reason, "mona released it without all papers of SH-1");
}

#[test]
fn a_charge_over_the_quote_is_accepted_up_to_what_was_asked_for() {
    let charge = |minor| {
        Fact::ChargeStated(Charge {
            charge: "1".into(),
            kind: ChargeKind::Fuel,
            amount: Money { minor, currency: Currency::try_from("EUR".to_owned()).expect("a currency") },
            description: None,
        })
    };
    let mut world =
        World::of([erp("1 05:00", ordered()), tms("1 06:00", planned()), tms("1 07:00", charge(40_000))]);
    world.tell(tms("1 09:00", loaded("1")));
    world.tell(tms("2 09:00", charge(44_000)));
    assert_eq!(exceptions(world.shipment()), [""; 0], "within a tenth and fifty");
    world.tell(tms("2 10:00", charge(52_000)));
    assert_eq!(exceptions(world.shipment()), ["charge_over_tolerance, fuel in EUR, #1, medium, open"]);
    let exception = first(&world).id;
    let approval = ApprovalId::numbered("A-1");
    let up_to = Money { minor: 52_000, currency: Currency::try_from("EUR".to_owned()).expect("a currency") };
    let what = Approvable::AcceptCharge { charge: ChargeKind::Fuel, up_to };
    world.tell(desk(
        "2 11:00",
        Fact::ApprovalRequested(ApprovalRequest { approval, exception, what, reason: "border".into() }),
    ));
    let decision = ApprovalDecision { approval, exception, reason: "agreed".into() };
    world.tell(desk("2 12:00", Fact::ApprovalGranted(decision)).by("mona"));
    assert_eq!(exceptions(world.shipment()), ["charge_over_tolerance, fuel in EUR, #1, medium, cleared"]);
    world.tell(tms("2 13:00", charge(60_000)));
    assert_eq!(exceptions(world.shipment())[1], "charge_over_tolerance, fuel in EUR, #2, medium, open");
}

#[test]
fn a_customer_waits_until_somebody_answers_and_both_hear_of_it() {
    let (mut world, _) = held_up();
    let (case, customer) = (CaseId::numbered("C-1"), CustomerId::numbered("ACME"));
    let opening =
        CaseOpening { case, customer, kind: CaseKind::Question, text: "When will it be here?".into() };
    world.tell(event(Role::Portal, "1 13:00", Fact::CaseOpened(opening)).by("carla"));
    let waits = format!("customer_waits, case {case}, #1, medium");
    assert_eq!(exceptions(world.shipment())[1], format!("{waits}, open"));
    world.tell(desk("1 13:30", Fact::CaseAnswered(CaseAnswer { case, text: "Tomorrow at ten.".into() })));
    assert_eq!(exceptions(world.shipment())[1], format!("{waits}, cleared"));
    assert_eq!(
        world.told(),
        ["desk case.written SH-1".to_owned(), format!("customer:{customer} case.answered SH-1")]
    );
    let seen = world.shipment().redacted(customer).expect("theirs");
    let said: Vec<_> =
        seen.cases[0].messages.iter().map(|one| (one.by.as_deref(), one.text.as_str())).collect();
    assert_eq!(said, [(Some("carla"), "When will it be here?"), (Some("Service desk"), "Tomorrow at ten.")]);
}
