//! What a shipment waits for, and since no clock is read here: what is told when it passes.

use crate::support::facts::{
    accepted, appointment, arrived, assigned, called_off, delivered, departed, loaded, offered,
    offered_until, ordered, passed, planned, planned_cross_dock, pod, rejected, retracted, seen_near,
};
use crate::support::{World, erp, moment, syncline, tms};
use domain::Fact;
use domain::deadline::{DeadlineKind, deadlines, demanded};
use domain::event::Event;
use domain::fact::AppointmentTerms;
use domain::rulebook::Rulebook;
use domain::time::Window;
use domain::tracked::Tracked;

fn due(events: &[Event]) -> Vec<String> {
    let world = World::of(events.to_vec());
    let waits = world.shipment().deadlines();
    // What people have to do about exceptions is told elsewhere.
    waits
        .iter()
        .filter(|one| domain::service_level::level(one.deadline).is_none())
        .map(|one| format!("{} {} {}", one.deadline.label(), one.stop, one.due_at.format("%-d %H:%M")))
        .collect()
}

#[test]
fn a_pickup_is_due_an_hour_after_its_window_until_the_truck_is_there() {
    let plan = tms("1 06:00", planned());
    assert_eq!(due(std::slice::from_ref(&plan)), ["Pickup 1 1 11:00"]);
    let agreed = tms("1 06:30", appointment("1", "1 12:00", "1 13:00"));
    // The first plan has been promised too.
    let both = ["Pickup 1 1 14:00", "What was promised 1 1 10:15"];
    assert_eq!(due(&[plan.clone(), agreed.clone()]), both);
    assert_eq!(due(&[agreed, plan.clone()]), both);
    for done in [tms("1 09:00", loaded("1")), tms("1 09:00", called_off())] {
        assert_eq!(due(&[plan.clone(), done]), [""; 0]);
    }
}

#[test]
fn a_truck_that_is_there_has_to_leave_and_costs_nothing_for_two_hours() {
    let plan = tms("1 06:00", planned());
    // Who comes before the window waits at his own cost, who comes behind it has the hour all the same.
    let waits = |arrival: &str| due(&[plan.clone(), tms(arrival, arrived("1"))]);
    assert_eq!(waits("1 07:00"), ["End of free time 1 1 10:00", "Departure 1 1 11:00"]);
    assert_eq!(waits("1 09:00"), ["End of free time 1 1 11:00", "Departure 1 1 11:00"]);
    assert_eq!(waits("1 12:00"), ["End of free time 1 1 14:00", "Departure 1 1 13:00"]);
    let there = tms("1 09:00", arrived("1"));
    let left = [plan.clone(), there.clone(), tms("1 09:30", departed("1"))];
    assert_eq!(due(&left), ["News tms 2 10:00"], "heard within the hour from 9 to 10");
    assert_eq!(
        due(&[plan, tms("2 09:00", arrived("2"))]),
        ["End of free time 2 2 11:00"],
        "nobody drives on, and the pickup has happened, told or not"
    );
}

#[test]
fn a_shipment_on_its_way_has_to_be_heard_of_within_a_day_until_it_is_delivered() {
    let story = [tms("1 06:00", planned()), tms("1 09:00", loaded("1")), tms("1 09:30", departed("1"))];
    let with = |event: Event| due(&[&story[..], &[event]].concat());
    assert_eq!(with(tms("1 13:59", seen_near("A7"))), ["News tms 2 14:00"]);
    assert_eq!(with(erp("1 13:59", ordered()))[0], "News tms 2 10:00", "only the TMS knows of the truck");
    assert_eq!(with(tms("2 09:00", delivered("2"))), ["Proof of delivery 2 3 09:00"]);
}

#[test]
fn an_answer_to_a_tender_is_due_when_the_offer_says_or_two_hours_after_it() {
    let story = [tms("1 06:00", planned()), tms("1 06:10", offered("T1", "Alfa"))];
    let with = |event: Event| due(&[&story[..], &[event]].concat())[0].clone();
    assert_eq!(due(&story)[0], "Answer to a tender T1 1 08:10");
    let both = due(&[&story[..], &[tms("1 06:20", offered_until("T2", "Beta", "1 07:00"))]].concat());
    assert_eq!(
        both[..2],
        ["Answer to a tender T1 1 08:10", "Answer to a tender T2 1 07:00"],
        "asked side by side"
    );
    let accepted_by_one = [tms("1 06:20", offered("T2", "Beta")), tms("1 06:30", accepted("T2"))];
    assert_eq!(due(&[&story[..], &accepted_by_one].concat()), ["Pickup 1 1 11:00"]);
    for answer in [accepted("T1"), rejected("T1"), assigned("Beta")] {
        assert_eq!(with(tms("1 06:20", answer)), "Pickup 1 1 11:00");
    }
}

#[test]
fn a_booked_dock_is_waited_for_until_the_truck_is_there() {
    let story = [tms("1 06:00", planned()), tms("1 07:00", appointment("2", "2 09:00", "2 10:00"))];
    assert_eq!(due(&story), ["Pickup 1 1 11:00", "Arrival 2 2 11:00"]);
    let there = due(&[&story[..], &[tms("2 09:30", arrived("2"))]].concat());
    assert!(there.iter().all(|one| !one.starts_with("Arrival")), "{there:?}");
}

#[test]
fn a_proof_is_due_a_day_after_its_delivery_until_it_arrives() {
    let plan = tms("1 06:00", planned());
    let delivery = tms("2 10:00", delivered("2"));
    assert_eq!(due(&[plan.clone(), delivery.clone()]), ["Proof of delivery 2 3 10:00"]);
    assert_eq!(due(std::slice::from_ref(&delivery)), ["Proof of delivery 2 3 10:00"], "planned or not");
    let second = tms("2 15:00", delivered("2"));
    assert_eq!(due(&[plan.clone(), delivery.clone(), second]), ["Proof of delivery 2 3 15:00"]);
    assert_eq!(due(&[plan.clone(), delivery.clone(), tms("2 12:00", pod("2", "2 10:00"))]), [""; 0]);
    let mistaken = tms("2 10:30", retracted("stop.delivered 2 10:00"));
    assert_eq!(due(&[plan.clone(), delivery.clone(), mistaken]), ["Pickup 1 1 11:00"]);
    assert_eq!(due(&[plan, delivery, tms("2 16:00", called_off())]), ["Proof of delivery 2 3 10:00"]);
    let unloaded =
        [tms("1 06:00", planned_cross_dock()), tms("1 09:00", loaded("1")), tms("1 15:00", delivered("X"))];
    assert_eq!(due(&unloaded), [""; 0], "a cross-dock signs nothing");
}

#[test]
fn a_deadline_that_passed_is_not_waited_for_again_until_it_moves() {
    let plan = tms("1 06:00", planned());
    let gone_by = syncline("1 11:00", passed(DeadlineKind::Pickup, "1", "1 11:00"));
    let story = [plan, gone_by, tms("1 12:00", appointment("1", "1 14:00", "1 15:00"))];
    assert_eq!(due(&story[..2]), [""; 0]);
    assert_eq!(due(&story), ["Pickup 1 1 16:00"]);
    let world = World::of(story[..2].to_vec());
    assert_eq!(
        demanded(&world.shipment().shipment, world.shipment().status(), &Rulebook::default().limits).len(),
        1,
        "it still has to be done"
    );
}

#[test]
fn a_shipment_that_is_restored_after_a_downtime_waits_for_the_same_and_fires_nothing() {
    let story = [
        tms("1 06:00", planned()),
        syncline("1 11:00", passed(DeadlineKind::Pickup, "1", "1 11:00")),
        tms("2 10:00", delivered("2")),
    ];
    for told in 1..=story.len() {
        let world = World::of(story[..told].to_vec());
        let before = world.shipment();
        let kept = (before.shipment.clone(), before.exceptions.clone());
        let restored = Tracked::restored(kept.0, kept.1, before.seq, before.tier(), &world.books);
        assert_eq!(&restored, before);
        assert_eq!(restored.deadlines(), before.deadlines());
    }
}

#[test]
fn a_moment_at_the_end_of_all_time_has_a_deadline_too() {
    let end = moment("+262142-12-31T23:59:59Z");
    let terms = AppointmentTerms { stop: "1".into(), window: Window { from: end, to: end }, reason: None };
    let world = World::of([tms("1 06:00", planned()), tms("1 07:00", Fact::AppointmentScheduled(terms))]);
    let waits = deadlines(&world.shipment().shipment, world.shipment().status(), &Rulebook::default().limits);
    assert_eq!(waits[0].due_at, end);
    assert!(!world.shipment().view().timeline.is_empty());
}
