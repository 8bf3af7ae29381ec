//! How much was delivered of what was ordered, from what loading, unloading and signatures say.

use crate::support::facts::{delivered, ordered, planned, pod};
use crate::support::{World, at, erp, tms};
use domain::CustomerId;
use domain::event::Event;
use domain::fact::{Discrepancy, DiscrepancyKind, Fact, Handled, HandledLine, PodStatement};
use domain::measure::Quantity;

fn line(pallets: i64) -> Vec<HandledLine> {
    vec![HandledLine { order: "4711".into(), line: "10".into(), quantity: Quantity::whole(pallets, "PF") }]
}

fn handled(stop: &str, lines: Vec<HandledLine>) -> Handled {
    Handled { stop: stop.into(), lines, left_with: None, raw_code: None }
}

fn signed(kind: DiscrepancyKind, lines: Vec<HandledLine>) -> Fact {
    Fact::PodReceived(PodStatement {
        left_with: None,
        stop: "2".into(),
        signed_by: "J. Meyer".into(),
        signed_at: at("2 10:00"),
        document: None,
        discrepancy: Some(Discrepancy { kind, note: None, lines }),
    })
}

/// Four pallets were ordered; then this happens. The customer and the house read so many delivered.
#[track_caller]
fn check(happens: impl IntoIterator<Item = Fact>, expect: Option<&str>) {
    let events = [erp("1 06:00", ordered()), tms("1 07:00", planned())].into_iter();
    let told = happens.into_iter().enumerate().map(|(n, fact)| tms(&format!("2 10:{n:02}"), fact));
    let world = World::of(events.chain(told).collect::<Vec<Event>>());
    let tracked = world.shipment();
    let seen = tracked.redacted(CustomerId::numbered("ACME")).expect("ACME's goods");
    let whole = domain::redaction::whole(&tracked.view());
    for shipment in [seen, whole] {
        let delivered = shipment.orders[0].lines[0].delivered.as_ref().map(Quantity::to_string);
        assert_eq!(delivered.as_deref(), expect);
    }
}

#[test]
fn nothing_is_delivered_until_something_was_handed_over() {
    check([], None);
    check([Fact::StopLoaded(handled("1", line(4)))], None);
}

#[test]
fn a_delivery_that_names_no_lines_is_one_of_everything_aboard() {
    check([delivered("2")], Some("4 PF"));
    check([pod("2", "2 10:00")], Some("4 PF"));
    check([Fact::StopLoaded(handled("1", line(3))), delivered("2")], Some("3 PF"));
}

#[test]
fn what_the_driver_counted_is_what_was_delivered() {
    check([Fact::StopDelivered(handled("2", line(3)))], Some("3 PF"));
    check([Fact::StopDelivered(handled("2", line(5)))], Some("5 PF"));
    let other = HandledLine { line: "20".into(), ..line(4).remove(0) };
    check([Fact::StopDelivered(handled("2", vec![other]))], Some("0 PF"));
}

#[test]
fn what_was_signed_for_counts_more_than_what_the_driver_counted() {
    let delivery = || Fact::StopDelivered(handled("2", line(4)));
    check([delivery(), signed(DiscrepancyKind::Short, line(2))], Some("2 PF"));
    check([delivery(), signed(DiscrepancyKind::WrongSigner, Vec::new())], Some("4 PF"));
}

#[test]
fn figures_without_end_are_no_reason_to_fall_over() {
    let most = HandledLine { quantity: Quantity { milli: i64::MAX, unit: "PF".into() }, ..line(1).remove(0) };
    let expect = Quantity { milli: i64::MAX, unit: "PF".into() }.to_string();
    check([Fact::StopDelivered(handled("2", vec![most.clone(), most]))], Some(&expect));
}
