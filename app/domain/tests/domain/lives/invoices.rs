//! A release that no longer holds is followed by a hold, none is released twice, and one customer's remark never holds another's.

use super::{open, start};
use crate::kpis::told as figure;
use crate::support::facts::{delivered, ordered, plan, planned_two_drops, pod, pod_short, stop, terms_for};
use crate::support::samples::euros;
use crate::support::{Told, World, erp, tms, window};
use domain::Fact;
use domain::charge::{Charge, ChargeKind};
use domain::event::Event;
use domain::fact::{Handled, HandledLine, InvoicePayment, InvoiceStatement, Invoiced, StopKind};
use domain::kpi::Measure;
use domain::measure::Quantity;

fn two_drops() -> Vec<Event> {
    vec![
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
    ]
}

#[test]
fn a_remark_that_comes_after_the_release_is_followed_by_a_hold_and_a_clean_proof_by_one_release() {
    let mut world = start([tms("2 10:00", delivered("2")), tms("2 10:10", pod("2", "2 10:05"))]);
    world.settle("2 11:00");
    world.tell(tms("2 12:00", pod_short("2", "2 10:05")));
    world.settle("2 12:01");
    world.settle("2 12:02");
    world.tell(tms("2 15:00", pod("2", "2 10:05")));
    world.settle("2 15:01");
    world.settle("2 15:02");
    assert_eq!(
        world.told(),
        ["erp invoice.release 4711", "erp invoice.hold 4711", "erp invoice.release 4711"]
    );
}

#[test]
fn one_customers_remark_never_holds_anothers_order() {
    let mut world = World::of(two_drops());
    world.tell(tms("2 10:00", delivered("2")));
    world.tell(tms("2 10:10", pod("2", "2 10:05")));
    world.settle("2 11:00");
    world.tell(tms("3 10:00", delivered("3")));
    world.tell(tms("3 10:10", pod_short("3", "3 10:05")));
    world.settle("3 11:00");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    world.tell(tms("3 12:00", pod("3", "3 10:05")));
    world.settle("3 13:00");
    assert_eq!(world.told(), ["erp invoice.release 4711", "erp invoice.release 4712"], "each once");
}

#[test]
fn a_part_that_nobody_has_shipped_is_not_admitted_by_a_charge_that_was_once_too_high() {
    let six = |stop: &str| Handled {
        stop: stop.into(),
        lines: vec![HandledLine {
            order: "4711".into(),
            line: "10".into(),
            quantity: Quantity::whole(3, "PF"),
        }],
        left_with: None,
        raw_code: None,
    };
    let linehaul = |when: &str, id: &str, minor| {
        let charge = Charge {
            charge: "C-1".into(),
            kind: ChargeKind::Linehaul,
            amount: euros(minor),
            description: None,
        };
        tms(when, Fact::ChargeStated(charge)).named(id)
    };
    let mut world = start([
        linehaul("1 06:30", "quote", 100_000),
        tms("1 09:00", Fact::StopLoaded(six("1"))),
        tms("2 10:00", Fact::StopDelivered(six("2"))),
        tms("2 10:10", pod("2", "2 10:05")),
        linehaul("2 11:00", "too high", 200_000),
        linehaul("2 12:00", "corrected", 100_000),
    ]);
    world.settle("2 13:00");
    assert_eq!((world.told(), open(&world)), (vec![], vec!["proven_not_released, 4711".to_owned()]));
}

fn invoiced(when: &str, minor: i64) -> Event {
    let amount = euros(minor);
    erp(when, Fact::OrderInvoiced(Invoiced { invoice: "I-1".into(), amount }))
}

fn paid(when: &str, minor: i64) -> Event {
    let (amount, payment) = (euros(minor), Some(when.to_owned()));
    erp(when, Fact::InvoicePaid(InvoicePayment { invoice: "I-1".into(), amount, payment }))
}

#[test]
fn an_order_that_is_paid_once_it_is_delivered_is_settled_for_the_gate() {
    let mut world = start([
        tms("2 10:00", delivered("2")),
        invoiced("2 10:01", 100_000),
        paid("2 10:02", 100_000),
        tms("2 10:10", pod("2", "2 10:05")),
    ]);
    let before = world.told().len();
    world.settle("2 11:00");
    assert_eq!(world.told().len(), before);
    assert_eq!(world.shipment().view().orders[0].invoice.label(), "paid");
}

#[test]
fn a_part_that_was_paid_in_advance_lets_the_rest_be_invoiced_once_it_is_proven() {
    let advance = [invoiced("1 08:00", 30_000), paid("1 09:00", 30_000)];
    let mut world = start(
        advance.into_iter().chain([tms("2 10:00", delivered("2")), tms("2 10:10", pod("2", "2 10:05"))]),
    );
    world.settle("2 11:00");
    assert_eq!(world.told().last().map(String::as_str), Some("erp invoice.release 4711"));
    assert_eq!(figure(&world, Measure::OrderToCash), ["05-02 1740/1"], "not before it was there");
}

#[test]
fn a_payment_that_is_taken_back_leaves_the_invoice_open_and_one_too_many_is_seen() {
    let back = start([invoiced("3 08:00", 50_000), paid("3 09:00", 50_000), paid("4 09:00", -50_000)]);
    assert_eq!(back.shipment().view().orders[0].invoice.label(), "written");
    let twice = start([invoiced("3 08:00", 50_000), paid("3 09:00", 50_000), paid("4 09:00", 50_000)]);
    assert!(open(&twice).contains(&"double_statement, order 4711".to_owned()), "{:?}", open(&twice));
    let credit = Fact::OrderInvoiced(Invoiced { invoice: "C-1".into(), amount: euros(-10_000) });
    let credited = start([invoiced("3 08:00", 50_000), erp("3 10:00", credit), paid("4 09:00", 40_000)]);
    assert_eq!(credited.shipment().view().orders[0].invoice.label(), "paid");
}

#[test]
fn a_remark_that_names_one_customers_line_is_nothing_to_the_other_at_the_same_door() {
    let door = stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]);
    let pickup = stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]);
    let Fact::PodReceived(mut proof) = pod_short("2", "2 10:05") else { unreachable!("it is a proof") };
    if let Some(found) = &mut proof.discrepancy {
        found.lines =
            vec![HandledLine { order: "4711".into(), line: "10".into(), quantity: Quantity::whole(3, "PF") }];
    }
    let world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
        tms("1 06:00", Fact::ShipmentPlanned(plan(&["4711", "4712"], vec![pickup, door]))),
        tms("2 10:00", delivered("2")),
        tms("2 10:10", Fact::PodReceived(proof)),
    ]);
    let seen =
        |customer: &str| world.shipment().redacted(domain::CustomerId::numbered(customer)).expect("theirs");
    assert_eq!((seen("CARL").status.label(), seen("CARL").flags.action_needed), ("Delivered", false));
    assert!(seen("CARL").stops.iter().all(|stop| !stop.is_disputed));
    assert_eq!(seen("ACME").status.label(), "Delivered, awaiting confirmation");
}

#[test]
fn a_cent_ends_no_dispute_and_brings_no_order_to_cash() {
    let world = start([
        erp("3 08:00", Fact::OrderInvoiced(Invoiced { invoice: "I-1".into(), amount: euros(100_000) })),
        erp("3 09:00", Fact::InvoiceDisputed(InvoiceStatement { invoice: "I-1".into(), reason: None })),
        erp(
            "3 10:00",
            Fact::InvoicePaid(InvoicePayment { invoice: "I-1".into(), amount: euros(1), payment: None }),
        ),
    ]);
    let order = world.books.orders.values().next().expect("an order");
    assert!(order.state.invoices[0].disputed.is_some());
    assert_eq!(figure(&world, Measure::OrderToCash), [""; 0]);
}

#[test]
fn history_that_is_imported_tells_the_erp_nothing() {
    let long_ago =
        |event: Event| Event { occurred_at: event.occurred_at - chrono::TimeDelta::days(365), ..event };
    let events = [
        erp("1 05:00", ordered()),
        erp("3 08:00", Fact::OrderInvoiced(Invoiced { invoice: "I-1".into(), amount: euros(100_000) })),
        tms(
            "1 06:00",
            Fact::ShipmentPlanned(plan(
                &["4711"],
                vec![
                    stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
                    stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]),
                ],
            )),
        ),
        tms("2 10:00", delivered("2")),
        tms("2 10:10", pod("2", "2 10:05")),
    ];
    let mut world = World::of(events.map(long_ago));
    world.settle("4 10:00");
    assert_eq!(world.told(), [""; 0]);
}
