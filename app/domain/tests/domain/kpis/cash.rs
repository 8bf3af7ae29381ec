//! Freight cost against what was quoted, and the way from an order to its money.

use super::check;
use crate::support::facts::{delivered, departed, loaded, ordered, planned, pod, retracted};
use crate::support::samples::euros;
use crate::support::{Told as _, erp, tms};
use domain::Fact;
use domain::charge::{Charge, ChargeKind};
use domain::event::Event;
use domain::fact::{InvoicePayment, InvoiceStatement, Invoiced, Retraction};
use domain::kpi::Measure::{
    AccessorialVariance, DeliveryToPod, FuelVariance, InvoiceToPayment, LinehaulVariance, OrderToCash,
    PickupToDelivery, PlanToPickup, PodToInvoice, ReleaseToPlan,
};
use domain::measure::{Currency, Money};

fn charge(number: &str, kind: ChargeKind, amount: Money) -> Fact {
    Fact::ChargeStated(Charge { charge: number.to_owned(), kind, amount, description: None })
}

fn dollars(minor: i64) -> Money {
    Money { minor, currency: Currency::try_from("USD".to_owned()).expect("a currency") }
}

#[test]
fn variance_is_what_is_stated_now_above_what_was_stated_before_pickup() {
    use ChargeKind::{Accessorial, Fuel, Linehaul};
    let story = vec![
        tms("1 06:00", planned()),
        tms("1 06:10", charge("C1", Linehaul, euros(90_000))),
        // Stated again before pickup: that is the quote.
        tms("1 06:20", charge("C1", Linehaul, euros(100_000))),
        tms("1 06:30", charge("C2", Fuel, euros(18_000))),
        tms("1 09:00", loaded("1")),
        tms("2 10:00", delivered("2")),
        tms("3 08:00", charge("C1", Linehaul, euros(104_500))),
        tms("3 08:10", charge("C2", Fuel, euros(17_000))),
        tms("3 08:20", charge("C3", Accessorial, euros(6_500))),
        tms("3 08:30", charge("C4", Accessorial, euros(3_500))),
    ];
    check(LinehaulVariance, &story[..5], &[]);
    check(LinehaulVariance, &story[..6], &["05-02 0/100000 EUR"]);
    check(LinehaulVariance, &story, &["05-02 4500/100000 EUR"]);
    check(FuelVariance, &story, &["05-02 -1000/18000 EUR"]);
    check(AccessorialVariance, &story, &["05-02 10000/0 EUR"]);
    // The carrier takes a charge back, and states another in dollars.
    let corrected = [
        story.clone(),
        vec![
            tms("4 08:00", retracted("charge.stated 3 08:20")),
            tms("4 09:00", charge("C5", Linehaul, dollars(2_000))),
        ],
    ]
    .concat();
    check(AccessorialVariance, &corrected, &["05-02 3500/0 EUR"]);
    check(LinehaulVariance, &corrected, &["05-02 4500/100000 EUR", "05-02 2000/0 USD"]);
    // Nothing was stated before the goods left.
    let unquoted: Vec<Event> = story[..1].iter().chain(&story[4..7]).cloned().collect();
    check(LinehaulVariance, &unquoted, &["05-02 left out: not_quoted"]);
    check(FuelVariance, &unquoted, &[]);
}

fn invoiced(minor: i64) -> Fact {
    Fact::OrderInvoiced(Invoiced { invoice: "I-1".to_owned(), amount: euros(minor) })
}

fn paid(minor: i64) -> Fact {
    Fact::InvoicePaid(InvoicePayment { invoice: "I-1".to_owned(), amount: euros(minor), payment: None })
}

fn disputed() -> Fact {
    Fact::InvoiceDisputed(InvoiceStatement { invoice: "I-1".to_owned(), reason: None })
}

#[test]
fn order_to_cash_runs_from_release_to_the_last_payment_leg_by_leg() {
    let story = vec![
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        tms("1 09:00", loaded("1")),
        tms("2 10:00", delivered("2")),
        tms("2 12:30", pod("2", "2 10:00")),
        erp("3 12:30", invoiced(50_000)),
        erp("9 12:30", paid(50_000)),
    ];
    for (measure, expect) in [
        (ReleaseToPlan, "05-01 60/1"),
        (PlanToPickup, "05-01 180/1"),
        (PickupToDelivery, "05-02 1500/1"),
        (DeliveryToPod, "05-02 150/1"),
        (PodToInvoice, "05-03 1440/1"),
        (InvoiceToPayment, "05-09 8640/1"),
        // Eight days, seven hours and a half.
        (OrderToCash, "05-09 11970/1"),
    ] {
        check(measure, &story, &[expect]);
    }
    // Still open: the legs behind it are known.
    check(OrderToCash, &story[..6], &[]);
    check(PodToInvoice, &story[..6], &["05-03 1440/1"]);
}

#[test]
fn an_invoice_is_settled_when_it_is_paid_in_full_and_a_part_payment_settles_nothing_not_even_a_dispute() {
    let until =
        || vec![erp("1 05:00", ordered()), tms("1 06:00", planned()), erp("3 12:00", invoiced(50_000))];
    let with = |more: Vec<Event>| [until(), more].concat();
    check(InvoiceToPayment, &with(vec![erp("5 12:00", paid(20_000))]), &[]);
    let rest = vec![erp("5 12:00", paid(20_000)), erp("6 12:00", paid(30_000))];
    check(InvoiceToPayment, &with(rest.clone()), &["05-06 4320/1"]);
    let bounced = Fact::OrderEventRetracted(Retraction {
        event: "invoice.paid 6 12:00".to_owned(),
        reason: "bounced".to_owned(),
    });
    check(InvoiceToPayment, &with([rest, vec![erp("7 09:00", bounced)]].concat()), &[]);
    let argued = vec![erp("4 12:00", disputed()), erp("6 12:00", paid(46_000))];
    check(InvoiceToPayment, &with(argued.clone()), &[]);
    check(InvoiceToPayment, &with([argued, vec![erp("7 12:00", paid(4_000))]].concat()), &["05-07 5760/1"]);
    // Told again under another id, with no number of its own, it is the same payment.
    let twice = vec![erp("6 12:00", paid(25_000)), erp("6 12:00", paid(25_000)).named("again")];
    check(InvoiceToPayment, &with(twice), &[]);
}

#[test]
fn a_leg_that_ends_before_it_begins_is_left_out() {
    let story = vec![
        erp("1 05:00", ordered()),
        tms("1 06:00", planned()),
        // No loading was told of: it left, so it was loaded.
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
        erp("2 11:00", invoiced(50_000)),
        tms("2 12:30", pod("2", "2 10:00")),
    ];
    check(PodToInvoice, &story, &["05-02 left out: out_of_order"]);
    check(PlanToPickup, &story, &["05-01 210/1"]);
}
