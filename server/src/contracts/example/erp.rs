//! What the ERP says in the example.

use super::{CUSTOMER, Example, ORDER, at, customer, euros, kassel, said, window};
use domain::Fact;
use domain::authority::Role;
use domain::fact::{
    Cancellation, CustomerTerms, InvoicePayment, InvoiceStatement, Invoiced, ItemTerms, OrderLine,
    OrderTerms, Priority, Retraction, Returned,
};
use domain::measure::Quantity;
use domain::party::{Item, Tier};
use domain::reference::{Reference, ReferenceKind};
use domain::time::Moment;

const INVOICE: &str = "INV-90210";

fn terms(cartons: i64, priority: Priority) -> OrderTerms {
    OrderTerms {
        customer: customer(),
        promised: Some(window(6, 8, 16)),
        priority,
        lines: vec![OrderLine {
            conversions: Vec::new(),
            line: "10".into(),
            item: Item { code: "IT-330".into(), description: "Infusion pumps, carton of 4".into() },
            quantity: Quantity::whole(cartons, "CT"),
            price: Some(euros(185_000)),
        }],
        references: vec![Reference {
            kind: ReferenceKind::PurchaseOrder,
            value: "PO-88123".into(),
            issuer: Some(CUSTOMER.into()),
        }],
    }
}

pub(super) fn told() -> Vec<Example> {
    let erp = |at: Moment, meaning, fact| said(Role::Erp, at, ORDER, meaning, fact);
    vec![
        said(
            Role::Erp,
            at(1, 9, 0),
            CUSTOMER,
            "The customer's master data, whole.",
            Fact::CustomerRegistered(CustomerTerms { name: customer().name, tier: Tier::Strategic }),
        ),
        said(
            Role::Erp,
            at(1, 9, 1),
            "IT-330",
            "The item's master data, whole.",
            Fact::ItemRegistered(ItemTerms {
                description: "Infusion pumps, carton of 4".into(),
                unit: "CT".into(),
            }),
        ),
        said(
            Role::Erp,
            at(1, 9, 2),
            "KSF-2",
            "The location's master data, whole.",
            Fact::LocationRegistered(kassel()),
        ),
        erp(
            at(2, 8, 15),
            "An order was released for delivery; states the whole order.",
            Fact::OrderReleased(terms(20, Priority::Normal)),
        ),
        erp(
            at(2, 11, 40),
            "An order was changed; states the whole order anew.",
            Fact::OrderChanged(terms(24, Priority::High)),
        ),
        erp(
            at(2, 11, 50),
            "An order was called off.",
            Fact::OrderCancelled(Cancellation {
                reason: Some("ordered twice".into()),
                replaced_by: Vec::new(),
            }),
        ),
        erp(
            at(2, 11, 55),
            "The ERP takes back one of its own events about an order.",
            Fact::OrderEventRetracted(Retraction {
                event: "order.cancelled-021150".into(),
                reason: "the other order was the double".into(),
            }),
        ),
        erp(
            at(6, 17, 0),
            "An invoice was written for the order.",
            Fact::OrderInvoiced(Invoiced { invoice: INVOICE.into(), amount: euros(4_440_000) }),
        ),
        erp(
            at(9, 10, 20),
            "The customer disputes an invoice.",
            Fact::InvoiceDisputed(InvoiceStatement {
                invoice: INVOICE.into(),
                reason: Some("one carton short".into()),
            }),
        ),
        erp(
            at(10, 9, 30),
            "Goods of the order came back.",
            Fact::OrderReturned(Returned {
                number: None,
                line: "10".into(),
                quantity: Quantity::whole(1, "CT"),
                reason: Some("carton crushed".into()),
            }),
        ),
        erp(
            at(20, 14, 5),
            "An invoice was paid, in whole or in part.",
            Fact::InvoicePaid(InvoicePayment {
                invoice: INVOICE.into(),
                amount: euros(4_070_000),
                payment: None,
            }),
        ),
    ]
}
