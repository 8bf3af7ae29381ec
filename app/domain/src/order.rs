//! The order as the ERP's events make it.

use crate::event::Event;
use crate::fact::{Fact, InvoiceDecision, OrderTerms, Returned};
use crate::fold::{FoldState, Folded};
use crate::id::OrderId;
use crate::measure::Money;
use crate::time::Moment;
use serde::Serialize;
use std::collections::BTreeMap;

/// An order: its accepted events and what follows from them. Its number is the ERP's.
pub type Order = Folded<OrderState>;

/// Everything that follows from an order's events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OrderState {
    pub released_at: Option<Moment>,
    /// The terms as last stated.
    pub terms: Option<OrderTerms>,
    pub cancelled: Option<Moment>,
    pub invoices: Vec<Invoice>,
    pub returns: Vec<Returned>,
    /// Whether Syncline holds the invoice, and why; none before it decided.
    pub gate: Option<Gate>,
    /// Whether the invoice was ever let go.
    pub was_let_go: bool,
    /// Parts that are invoiced by themselves, by the number of their shipment, and whether Syncline holds each.
    pub parts: BTreeMap<String, Gate>,
}

/// An invoice and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Invoice {
    pub invoice: String,
    pub invoiced_at: Option<Moment>,
    pub amount: Option<Money>,
    pub disputed: Option<Moment>,
    /// Minor units paid so far, in the currency of the payments.
    pub paid: Option<Money>,
}

/// Syncline's last decision on the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    pub at: Moment,
    pub released: bool,
    pub reason: String,
}

impl FoldState for OrderState {
    type Id = OrderId;

    fn apply(&mut self, event: &Event) {
        let at = event.occurred_at;
        match &event.fact {
            Fact::OrderReleased(terms) | Fact::OrderChanged(terms) => {
                self.released_at.get_or_insert(at);
                self.terms = Some(terms.clone());
                self.cancelled = None;
            }
            Fact::OrderCancelled(_) => self.cancelled = Some(at),
            Fact::OrderInvoiced(invoiced) => {
                let invoice = self.invoice(&invoiced.invoice);
                invoice.invoiced_at = Some(at);
                invoice.amount = Some(invoiced.amount);
            }
            Fact::InvoiceDisputed(statement) => self.invoice(&statement.invoice).disputed = Some(at),
            Fact::InvoicePaid(payment) => {
                let invoice = self.invoice(&payment.invoice);
                invoice.disputed = None;
                invoice.paid = Some(match invoice.paid {
                    Some(paid) if paid.currency == payment.amount.currency => {
                        Money { minor: paid.minor.saturating_add(payment.amount.minor), ..paid }
                    }
                    _ => payment.amount,
                });
            }
            Fact::OrderReturned(returned) => self.returns.push(returned.clone()),
            Fact::InvoiceHeld(decision) => self.decide(at, false, decision),
            Fact::InvoiceReleased(decision) => self.decide(at, true, decision),
            _ => {}
        }
    }
}

impl OrderState {
    fn decide(&mut self, at: Moment, released: bool, decision: &InvoiceDecision) {
        let gate = Gate { at, released, reason: decision.reason.clone() };
        if let Some(shipment) = &decision.shipment {
            self.parts.insert(shipment.clone(), gate);
        } else {
            self.gate = Some(gate);
            self.was_let_go |= released;
        }
    }

    /// Whether the invoice may leave, for what a shipment carries at least.
    pub fn may_leave(&self, shipment: &str) -> bool {
        self.gate.as_ref().is_some_and(|gate| gate.released)
            || self.parts.get(shipment).is_some_and(|gate| gate.released)
    }

    /// What may be invoiced: by the number of its shipment, or all of it.
    pub fn let_go(&self) -> BTreeMap<Option<String>, String> {
        let parts = self.parts.iter().map(|(shipment, gate)| (Some(shipment.clone()), gate));
        let all = parts.chain(self.gate.iter().map(|gate| (None, gate)));
        all.filter(|(_, gate)| gate.released).map(|(part, gate)| (part, gate.reason.clone())).collect()
    }

    /// Whether it ever might.
    pub fn might_leave(&self, shipment: &str) -> bool {
        self.was_let_go || self.parts.contains_key(shipment)
    }

    fn invoice(&mut self, number: &str) -> &mut Invoice {
        let place = self.invoices.iter().position(|invoice| invoice.invoice == number).unwrap_or_else(|| {
            self.invoices.push(Invoice {
                invoice: number.to_owned(),
                invoiced_at: None,
                amount: None,
                disputed: None,
                paid: None,
            });
            self.invoices.len() - 1
        });
        &mut self.invoices[place]
    }
}
