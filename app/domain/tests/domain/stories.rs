//! One life each, told as it happens: what stands in the journal, what is wrong, what the customer reads, what others are told,
//! and what it does to the figures.

use crate::kpis::told as figure;
use crate::support::facts::passed;
use crate::support::facts::{
    accepted, appointment, assigned, called_off, delay, delivered, departed, eta, held, loaded, offered,
    ordered, planned, pod, pod_short, rejected, released, retracted, returned, terms_for,
};
use crate::support::{Told, World, at, desk, erp, exceptions, standing, syncline, tms, window};
use domain::Fact;
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::fact::{AppointmentTerms, Cancellation, CustomerTerms, Returned};
use domain::id::{CustomerId, ShipmentId};
use domain::kpi::Measure;
use domain::measure::Quantity;
use domain::message::Notice;
use domain::party::Tier;
use domain::redaction::CustomerShipment;
use domain::rulebook::{Limits, Rulebook};

/// What ACME sees.
fn portal(world: &World) -> CustomerShipment {
    world.shipment().redacted(CustomerId::numbered("ACME")).expect("theirs")
}

fn reads(world: &World) -> (String, Vec<String>, &'static str) {
    let seen = portal(world);
    (standing(seen.status, seen.flags), seen.notes, seen.orders[0].invoice.label())
}

fn under_way(more: impl IntoIterator<Item = Event>) -> World {
    World::of(
        [
            erp("1 05:00", ordered()),
            tms("1 06:00", planned()),
            tms("1 09:00", loaded("1")),
            tms("1 09:30", departed("1")),
        ]
        .into_iter()
        .chain(more),
    )
}

#[test]
fn a_tender_is_rejected_twice_and_the_erp_learns_of_the_time_that_was_lost() {
    let mut world = World::of([erp("1 05:00", ordered()), tms("1 06:00", planned())]);
    world.tell(tms("1 06:10", offered("T1", "Alfa")));
    world.tell(tms("1 06:40", rejected("T1")));
    assert_eq!(exceptions(world.shipment()), ["tender_rejected, T1, #1, medium, open"]);
    assert_eq!(world.told(), ["erp plan.due 4711"]);
    world.tell(tms("1 07:00", offered("T2", "Beta")));
    world.tell(tms("1 08:10", rejected("T2")));
    let Notice::PlanDue { rejections, expected, .. } = &world.messages[1].notice else {
        panic!("no plan is due")
    };
    // Asked first at 06:10, refused last at 08:10: two hours after the planned noon.
    assert_eq!((*rejections, *expected), (2, Some(at("2 14:00"))));
    // How freight is bought is not the customer's to worry about.
    assert_eq!(reads(&world), ("Planned".into(), vec![], "awaiting confirmation"));
    world.tell(tms("1 08:20", assigned("Gamma")));
    assert_eq!(exceptions(world.shipment())[1], "tender_rejected, T2, #1, medium, cleared");
}

#[test]
fn a_proof_that_comes_late_keeps_the_invoice_back_and_lets_it_go() {
    let mut world = under_way([tms("2 10:00", delivered("2"))]);
    world.settle("2 10:01");
    assert_eq!(world.told(), [""; 0], "no proof, no word");
    world.tell(syncline("3 10:00", passed(DeadlineKind::Pod, "2", "3 10:00")));
    assert_eq!(exceptions(world.shipment()), ["pod_overdue, stop 2, #1, low, open"]);
    let note = "The proof of delivery is not complete yet. Nothing is invoiced before.".to_owned();
    let waiting = "Delivered, awaiting confirmation".to_owned();
    assert_eq!(reads(&world), (waiting, vec![note], "awaiting confirmation"));
    world.tell(tms("3 12:00", pod("2", "2 10:00")));
    world.settle("3 12:01");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(exceptions(world.shipment()), ["pod_overdue, stop 2, #1, low, cleared"]);
    assert_eq!(reads(&world), ("Delivered".into(), vec![], "may be written"));
    assert_eq!(world.journal.last(), Some(&"invoice.released"));
    // Delivered on the 2nd at 10:00, proven on the 3rd at 12:00.
    assert_eq!(figure(&world, Measure::DeliveryToPod), ["05-03 1560/1"]);
}

#[test]
fn a_shortage_on_the_proof_keeps_the_invoice_back_until_a_clean_one_replaces_it() {
    let mut world = under_way([tms("2 10:00", delivered("2")), tms("2 11:00", pod_short("2", "2 10:00"))]);
    world.settle("2 11:01");
    assert_eq!(exceptions(world.shipment()), ["delivery_discrepancy, stop 2, short, #1, high, open"]);
    assert_eq!(world.told(), [""; 0]);
    let (status, notes, invoice) = reads(&world);
    assert_eq!(
        (status.as_str(), invoice),
        ("Delivered, awaiting confirmation · Action needed", "awaiting confirmation")
    );
    assert_eq!(notes, ["The delivery was not accepted as it was. We are looking into it with the carrier."]);
    world.tell(tms("2 16:00", pod("2", "2 10:00")));
    world.settle("2 16:01");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(figure(&world, Measure::ExceptionRate), ["05-02 1/1"]);
}

#[test]
fn customs_hold_the_goods_and_let_them_go() {
    let mut world = under_way([tms("1 12:00", held("Calais"))]);
    assert_eq!(exceptions(world.shipment()), ["customs_hold, hold by Calais, #1, high, open"]);
    let note = "Customs holds the goods. We are seeing to the papers.".to_owned();
    assert_eq!(reads(&world).1, [note]);
    world.tell(tms("1 15:00", released("Calais")));
    assert_eq!(exceptions(world.shipment()), ["customs_hold, hold by Calais, #1, high, cleared"]);
    assert_eq!(reads(&world), ("In transit".into(), vec![], "awaiting confirmation"));
    assert_eq!(world.told(), [""; 0]);
}

#[test]
fn weather_delays_a_strategic_customer_who_hears_of_it_and_so_does_the_account_team() {
    let strategic = CustomerTerms { name: "ACME Ltd".into(), tier: Tier::Strategic };
    let mut world = World::of([erp("1 04:00", Fact::CustomerRegistered(strategic))]);
    for event in [
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        tms("1 09:00", loaded("1")),
        tms("1 09:30", departed("1")),
    ] {
        world.tell(event);
    }
    world.tell(tms("1 12:00", delay()));
    assert_eq!(exceptions(world.shipment()), ["weather_or_route, weather, #1, high, open"]);
    world.tell(tms("1 12:10", eta("2", "2 15:00")));
    let customer = CustomerId::numbered("ACME");
    assert_eq!(
        world.told(),
        [
            "erp expected_delivery.revised 4711".to_owned(),
            "account-team delay.alert SH-1".to_owned(),
            format!("customer:{customer} notification SH-1"),
        ]
    );
    assert_eq!(exceptions(world.shipment())[1], "eta_beyond_promise, stop 2, #1, high, open");
    let (status, notes, _) = reads(&world);
    assert_eq!(status, "In transit · Delayed");
    assert_eq!(notes, ["It is later than promised. We are in touch with the carrier."]);
    world.tell(tms("2 14:40", delivered("2")));
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 0/1"]);
}

#[test]
fn an_appointment_is_booked_anew_and_the_customer_reads_the_new_time() {
    let mut world = under_way([tms("1 10:00", appointment("2", "2 09:00", "2 10:00"))]);
    let anew = AppointmentTerms {
        stop: "2".into(),
        window: window("2 11:00", "2 12:00"),
        reason: Some("dock full".into()),
    };
    world.tell(tms("1 14:00", Fact::AppointmentRescheduled(anew)));
    assert_eq!(exceptions(world.shipment()), ["appointment_rescheduled, stop 2, #1, low, open"]);
    assert_eq!(reads(&world).1, ["The time of delivery was agreed anew."]);
    assert_eq!(portal(&world).stops[1].expected, Some(window("2 11:00", "2 12:00")));
    assert_eq!(world.told(), [""; 0]);
    world.tell(tms("2 11:10", delivered("2")));
    assert_eq!(exceptions(world.shipment()), ["appointment_rescheduled, stop 2, #1, low, cleared"]);
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 1/1"]);
}

#[test]
fn goods_come_back_after_the_invoice_was_let_go() {
    let mut world = under_way([tms("2 10:00", delivered("2")), tms("2 11:00", pod("2", "2 10:00"))]);
    world.settle("2 11:01");
    let returned = Returned {
        number: None,
        line: "10".into(),
        quantity: Quantity::whole(2, "PF"),
        reason: Some("wrong colour".into()),
    };
    world.tell(erp("4 10:00", Fact::OrderReturned(returned)));
    world.settle("4 10:01");
    assert_eq!(exceptions(world.shipment()), ["return_opened, order 4711, line 10, #1, medium, open"]);
    assert_eq!(world.told(), ["erp invoice.release 4711"], "what was delivered was delivered");
    assert_eq!(reads(&world).1, ["Goods came back. We will come back to you about credit or replacement."]);
    assert_eq!(figure(&world, Measure::ExceptionRate), ["05-02 1/1"]);
}

#[test]
fn the_tms_speaks_before_the_order_is_known_and_nothing_is_lost() {
    let mut world = World::of([
        tms("1 06:00", planned()),
        tms("2 10:00", delivered("2")),
        tms("2 11:00", pod("2", "2 10:00")),
    ]);
    world.settle("2 11:01");
    assert_eq!(world.told(), [""; 0], "nobody knows whose invoice it would be");
    assert!(world.shipment().redacted(CustomerId::numbered("ACME")).is_none());
    world.tell(erp("1 05:00", Fact::OrderReleased(terms_for("ACME", Some(window("2 08:00", "2 12:00"))))));
    world.settle("2 12:00");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(reads(&world), ("Delivered".into(), vec![], "may be written"));
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 1/1"]);
}

fn cancelled_order(when: &str) -> Event {
    let reason = Some("bought elsewhere".into());
    erp(when, Fact::OrderCancelled(Cancellation { reason, replaced_by: Vec::new() }))
}

#[test]
fn an_order_is_cancelled_before_the_pickup_and_the_tms_is_told_to_call_it_off() {
    let mut world = World::of([erp("1 05:00", ordered()), tms("1 06:00", planned())]);
    world.tell(cancelled_order("1 07:00"));
    assert_eq!(world.told(), ["tms shipment.cancel SH-1"]);
    world.tell(tms("1 07:30", called_off()));
    assert_eq!(portal(&world).status.label(), "Cancelled");
    world.settle("1 12:00");
    assert_eq!(world.told().len(), 1, "nothing is invoiced, and nothing is said twice");
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-01 left out: cancelled"]);
    assert_eq!(exceptions(world.shipment()), [""; 0]);
}

#[test]
fn an_order_is_cancelled_in_transit_and_a_person_is_asked_where_the_goods_go() {
    let mut world = under_way([]);
    world.tell(cancelled_order("1 11:00"));
    assert_eq!(world.told(), [""; 0], "a truck on the road is not called off by a message");
    assert_eq!(exceptions(world.shipment()), ["cancelled_under_way, order 4711, #1, high, open"]);
    world.tell(tms("1 11:30", called_off()));
    assert_eq!(portal(&world).status.label(), "Cancelled, goods under way");
    world.tell(tms("2 09:00", returned()));
    assert_eq!(portal(&world).status.label(), "Returned");
    assert_eq!(exceptions(world.shipment()), ["cancelled_under_way, order 4711, #1, high, cleared"]);
    world.settle("2 12:00");
    assert_eq!(world.told(), [""; 0], "nothing is invoiced");
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-01 left out: cancelled"]);
}

#[test]
fn an_invoice_before_its_proof_is_held_and_a_proof_taken_back_holds_it_again() {
    let mut world = under_way([tms("1 06:10", offered("T1", "Alfa")), tms("1 06:20", accepted("T1"))]);
    world.tell(tms("2 10:00", delivered("2")));
    world.tell(tms("2 11:00", pod("2", "2 10:00")));
    world.settle("2 11:01");
    world.tell(tms("2 15:00", retracted("pod.received 2 11:00")));
    world.settle("2 15:01");
    assert_eq!(world.told(), ["erp invoice.release 4711", "erp invoice.hold 4711"]);
    assert_eq!(world.journal.last(), Some(&"invoice.held"));
    assert_eq!(exceptions(world.shipment()), ["invoice_without_proof, 4711, #1, high, open"]);
    assert_eq!(reads(&world).2, "awaiting confirmation");
    world.tell(tms("2 17:00", pod("2", "2 10:00")));
    world.settle("2 17:01");
    assert_eq!(world.told().last().map(String::as_str), Some("erp invoice.release 4711"));
    assert_eq!(exceptions(world.shipment()), ["invoice_without_proof, 4711, #1, high, cleared"]);
}

/// An order on two shipments, while the rules let each be invoiced by itself, or not.
fn on_two(by_shipment: u32) -> World {
    let usual = Rulebook::default();
    let limits = Limits { release_by_shipment: by_shipment, ..usual.limits };
    let book = Rulebook { version: 2, reason: "agreed with ACME".into(), limits, ..usual };
    World::of([
        desk("1 04:00", Fact::RulebookChanged(book)),
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        tms("1 06:01", planned()).about("SH-2").named("second"),
        tms("1 09:30", departed("1")),
        tms("1 09:31", departed("1")).about("SH-2").named("second left"),
        tms("2 10:00", delivered("2")),
        tms("2 10:30", pod("2", "2 10:20")),
    ])
}

#[test]
fn an_order_on_two_shipments_is_invoiced_shipment_by_shipment_where_the_rules_say_so() {
    let mut world = on_two(0);
    world.settle("2 10:31");
    assert_eq!(world.told(), [""; 0], "the other shipment is still to come");

    let mut world = on_two(1);
    world.settle("2 10:31");
    let Notice::InvoiceRelease { shipment, reason, .. } = &world.messages[0].notice else {
        panic!("no word")
    };
    assert_eq!(
        (shipment.as_deref(), reason.as_str()),
        (Some("SH-1"), "SH-1 is delivered, signed by J. Meyer")
    );
    assert_eq!(reads(&world).2, "may be written");
    let other = &world.shipments[&ShipmentId::numbered("SH-2")];
    let seen = other.redacted(CustomerId::numbered("ACME")).expect("theirs");
    assert_eq!(seen.orders[0].invoice.label(), "awaiting confirmation");
    // Looked at again, nothing more is said.
    world.settle("2 10:32");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);

    // The proof is taken back: that part is held, and told again when there is another one.
    world.tell(tms("2 11:00", retracted("pod.received 2 10:30")));
    world.settle("2 11:01");
    assert_eq!(exceptions(world.shipment()), ["invoice_without_proof, 4711, #1, high, open"]);
    let Notice::InvoiceHold { shipment, .. } = &world.messages[1].notice else { panic!("nothing is held") };
    assert_eq!(shipment.as_deref(), Some("SH-1"));
    assert_eq!(reads(&world).2, "awaiting confirmation");
    world.tell(tms("2 12:00", pod("2", "2 11:50")));
    world.settle("2 12:01");
    world.tell(tms("3 10:00", delivered("2")).about("SH-2").named("second came"));
    world.tell(tms("3 10:30", pod("2", "3 10:20")).about("SH-2").named("second proven"));
    world.settle("3 10:31");
    let parts: Vec<Option<&str>> = world
        .messages
        .iter()
        .filter_map(|one| match &one.notice {
            Notice::InvoiceRelease { shipment, .. } => Some(shipment.as_deref()),
            _ => None,
        })
        .collect();
    assert_eq!(parts, [Some("SH-1"), Some("SH-1"), None], "the last part goes with all that is left");
}
