//! The order as the ERP's events make it.

use crate::consignment::same_number;
use crate::event::Event;
use crate::fact::{Fact, InvoiceDecision, InvoicePayment, OrderLine, OrderTerms, Returned};
use crate::fold::{FoldState, Folded};
use crate::id::OrderId;
use crate::measure::{Money, Quantity};
use crate::time::{Moment, Window};
use crate::view::InvoiceState;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is said of a figure that came again.
const ONCE: &str = "came again: it is counted once; if they are two, each needs a number of its own";

/// An order: its accepted events and what follows from them. Its number is the ERP's.
pub type Order = Folded<OrderState>;

/// Everything that follows from an order's events.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct OrderState {
    pub released_at: Option<Moment>,
    /// The source whose statement was received first: the number is that source's.
    pub stated_by: Option<String>,
    /// Other sources that state orders of their own under the number: nothing of that counts here.
    pub also_stated_by: Vec<String>,
    /// The terms as last stated.
    pub terms: Option<OrderTerms>,
    /// How much was ordered before, each time that it changed: whoever takes all of an order takes what it was then.
    pub ordered_until: Vec<OrderedUntil>,
    /// What was promised first.
    pub promised_first: Option<Window>,
    pub cancelled: Option<Moment>,
    /// The orders that took its place when it was cancelled.
    replaced_by: Vec<String>,
    pub invoices: Vec<Invoice>,
    pub returns: Vec<Returned>,
    /// Payments and returns that were told twice, it seems, as people read them.
    pub doubles: Vec<String>,
    /// When each return was, as `returns`.
    returned_at: Vec<Moment>,
    /// Whether Syncline holds the invoice, and why; none before it decided.
    pub gate: Option<Gate>,
    /// Whether the invoice was ever let go.
    pub was_let_go: bool,
    /// Parts that are invoiced by themselves, by the number of their shipment, and whether Syncline holds each.
    pub parts: BTreeMap<String, Gate>,
}

/// How much was ordered of each line until a moment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OrderedUntil {
    pub until: Moment,
    /// By the number of the line.
    pub lines: Vec<(String, Quantity)>,
}

/// An invoice and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Invoice {
    pub invoice: String,
    pub invoiced_at: Option<Moment>,
    pub amount: Option<Money>,
    pub disputed: Option<Moment>,
    /// What was paid so far, in the currency of the invoice; of a payment in another one nothing counts.
    pub paid: Option<Money>,
    /// When the payment came with which nothing was open any more.
    pub settled_at: Option<Moment>,
    payments: Vec<(Moment, InvoicePayment)>,
}

impl Invoice {
    /// Whether a payment of a moment was told before: same moment and amount, and no number tells the two apart.
    fn has(&self, at: Moment, payment: &InvoicePayment) -> bool {
        self.payments.iter().any(|(when, known)| {
            let (one, other) = (known.payment.as_ref(), payment.payment.as_ref());
            let are_two = one.is_some() && other.is_some() && one != other;
            let is_same_number = one.is_some() && one == other;
            is_same_number || *when == at && known.amount == payment.amount && !are_two
        })
    }

    /// Adds the payments up. A part payment settles nothing, not even a dispute; a credit is settled as it is written.
    fn settle(&mut self) {
        let currency = self.amount.map(|amount| amount.currency);
        let currency = currency.or(self.payments.first().map(|(_, first)| first.amount.currency));
        self.payments.sort_by_key(|(at, _)| *at);
        self.settled_at = self.invoiced_at.filter(|_| self.amount.is_some_and(|amount| amount.minor <= 0));
        self.paid = None;
        for (at, payment) in self.payments.iter().filter(|(_, one)| Some(one.amount.currency) == currency) {
            let before = self.paid.map_or(0, |paid| paid.minor);
            let paid = Money { minor: before.saturating_add(payment.amount.minor), ..payment.amount };
            self.paid = Some(paid);
            // A payment may be taken back.
            let is_paid = self.amount.is_some_and(|amount| paid.minor >= amount.minor);
            self.settled_at = if is_paid { self.settled_at.or(Some(*at)) } else { None };
        }
        self.disputed.take_if(|_| self.settled_at.is_some());
    }
}

/// Syncline's last decision on the invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Gate {
    pub at: Moment,
    pub released: bool,
    pub reason: String,
    /// Held though all that carries it is delivered and proven: nothing that is planned will let it go.
    pub is_stuck: bool,
}

impl FoldState for OrderState {
    type Id = OrderId;

    fn claim(&mut self, event: &Event) {
        if self.stated_by.is_none() && states_terms(event) {
            self.stated_by = Some(event.source.to_string());
        }
    }

    fn apply(&mut self, event: &Event) {
        let at = event.occurred_at;
        if event.role.is_outside() && event.issuer.is_none() && self.is_of_another(event) {
            return;
        }
        match &event.fact {
            Fact::OrderReleased(terms) => {
                self.cancelled = None;
                self.replaced_by.clear();
                self.state(at, terms);
            }
            // A change of what was cancelled does not call it back.
            Fact::OrderChanged(terms) => self.state(at, terms),
            Fact::OrderCancelled(cancellation) => {
                self.cancelled = Some(at);
                self.replaced_by.clone_from(&cancellation.replaced_by);
            }
            Fact::OrderInvoiced(invoiced) => {
                let invoice = self.invoice(&invoiced.invoice);
                invoice.invoiced_at = Some(at);
                invoice.amount = Some(invoiced.amount);
                invoice.settle();
            }
            Fact::InvoiceDisputed(statement) => self.invoice(&statement.invoice).disputed = Some(at),
            Fact::InvoicePaid(payment) => {
                let invoice = self.invoice(&payment.invoice);
                let is_too_much = invoice.settled_at.is_some() && payment.amount.minor > 0;
                let is_known = invoice.has(at, payment);
                if !is_known {
                    invoice.payments.push((at, payment.clone()));
                    invoice.settle();
                }
                let said = || format!("payment of {} on invoice {}", payment.amount, payment.invoice);
                if is_known {
                    self.doubles.push(format!("{} {ONCE}", said()));
                } else if is_too_much {
                    self.doubles.push(format!("{}, which was paid already", said()));
                }
            }
            Fact::OrderReturned(returned) => self.take_back(at, returned),
            Fact::InvoiceHeld(decision) => self.decide(at, false, decision),
            Fact::InvoiceReleased(decision) => self.decide(at, true, decision),
            _ => {}
        }
    }
}

fn states_terms(event: &Event) -> bool {
    matches!(event.fact, Fact::OrderReleased(_) | Fact::OrderChanged(_))
}

impl OrderState {
    /// Whether a source states an order of its own under a number that is another's. Sources that share their numbers have one
    /// issuer, and their events say so.
    fn is_of_another(&mut self, event: &Event) -> bool {
        let source = event.source.to_string();
        let is_anothers = self.stated_by.as_ref().is_some_and(|stated_by| *stated_by != source);
        // Nobody calls off what another has ordered.
        let is_statement = states_terms(event) || matches!(event.fact, Fact::OrderCancelled(_));
        if is_statement && is_anothers {
            if !self.also_stated_by.contains(&source) {
                self.also_stated_by.push(source);
            }
            return true;
        }
        self.also_stated_by.contains(&source)
    }

    fn state(&mut self, at: Moment, terms: &OrderTerms) {
        self.released_at.get_or_insert(at);
        self.promised_first = self.promised_first.or(terms.promised);
        let quantities = |lines: &[OrderLine]| -> Vec<(String, Quantity)> {
            lines.iter().map(|line| (line.line.clone(), line.quantity.clone())).collect()
        };
        if let Some(before) = &self.terms
            && quantities(&before.lines) != quantities(&terms.lines)
        {
            self.ordered_until.push(OrderedUntil { until: at, lines: quantities(&before.lines) });
        }
        self.terms = Some(terms.clone());
    }

    fn take_back(&mut self, at: Moment, returned: &Returned) {
        let is_known = self.returns.iter().zip(&self.returned_at).any(|(known, when)| {
            let (one, other) = (known.number.as_ref(), returned.number.as_ref());
            let are_two = one.is_some() && other.is_some() && one != other;
            let is_same = known.line == returned.line && known.quantity == returned.quantity && *when == at;
            one.is_some() && one == other || is_same && !are_two
        });
        if is_known {
            self.doubles.push(format!("return of {}, line {} {ONCE}", returned.quantity, returned.line));
        } else {
            self.returns.push(returned.clone());
            self.returned_at.push(at);
        }
    }

    /// How much of a line came back, in thousandths of its unit.
    pub fn returned(&self, line: &OrderLine) -> i64 {
        let of_line = self.returns.iter().filter(|one| same_number(&one.line, &line.line));
        line.sum(of_line.map(|one| &one.quantity))
    }

    /// The orders that took its place when it was cancelled.
    pub fn replaced_by(&self) -> &[String] {
        if self.cancelled.is_some() { &self.replaced_by } else { &[] }
    }

    /// Whether an invoice was written.
    pub fn is_invoiced(&self) -> bool {
        self.invoices.iter().any(|invoice| invoice.invoiced_at.is_some())
    }

    /// When the last invoice was settled, once all are: each by itself, or together, since what is credited is not paid.
    pub fn settled_at(&self) -> Option<Moment> {
        let each = self.invoices.iter().map(|invoice| invoice.settled_at).collect::<Option<Vec<_>>>();
        each.and_then(|moments| moments.into_iter().max()).or_else(|| self.balanced_at())
    }

    /// When nothing was open any more of all invoices and credits together, where they have one currency.
    fn balanced_at(&self) -> Option<Moment> {
        let amounts: Vec<Money> =
            self.invoices.iter().map(|invoice| invoice.amount).collect::<Option<_>>()?;
        let currency = amounts.first()?.currency;
        let has_credit = amounts.iter().any(|amount| amount.minor < 0);
        let paid = || self.invoices.iter().filter_map(|invoice| invoice.paid);
        if !has_credit || amounts.iter().copied().chain(paid()).any(|money| money.currency != currency) {
            return None;
        }
        let sum =
            |all: &mut dyn Iterator<Item = Money>| all.fold(0_i64, |sum, one| sum.saturating_add(one.minor));
        if sum(&mut paid()) < sum(&mut amounts.into_iter()) {
            return None;
        }
        let payments = self.invoices.iter().flat_map(|invoice| &invoice.payments).map(|(at, _)| *at);
        self.invoices.iter().filter_map(|invoice| invoice.invoiced_at).chain(payments).max()
    }

    /// Whether the invoices cover what its lines are worth; none where nobody says what that is.
    pub fn is_invoiced_whole(&self) -> Option<bool> {
        let lines = &self.terms.as_ref()?.lines;
        let first = lines.first()?.price?;
        let mut worth: i128 = 0;
        for line in lines {
            let price = line.price.filter(|price| price.currency == first.currency)?;
            worth += i128::from(price.minor) * i128::from(line.quantity.milli) / 1000;
        }
        let own = self.invoices.iter().filter_map(|invoice| invoice.amount);
        let invoiced: i128 = own
            .filter(|amount| amount.currency == first.currency)
            .map(|amount| i128::from(amount.minor))
            .sum();
        Some(invoiced >= worth)
    }

    /// How far it is with its invoice, as everybody may know.
    pub fn invoice_state(&self, shipment: &str) -> InvoiceState {
        let written = || self.invoices.iter().filter(|invoice| invoice.invoiced_at.is_some());
        let is_settled =
            || written().all(|invoice| invoice.settled_at.is_some()) || self.balanced_at().is_some();
        if self.is_invoiced() && is_settled() {
            InvoiceState::Paid
        } else if self.is_invoiced() {
            InvoiceState::Written
        } else if self.may_leave(shipment) {
            InvoiceState::Released
        } else {
            InvoiceState::AwaitingConfirmation
        }
    }

    /// Why Syncline holds what a shipment carries of it, where it does.
    pub fn held_because(&self, shipment: &str) -> Option<&str> {
        let gates = [self.parts.get(shipment), self.gate.as_ref()];
        let held = gates.into_iter().flatten().find(|gate| !gate.released);
        held.filter(|_| !self.may_leave(shipment)).map(|gate| gate.reason.as_str())
    }

    fn decide(&mut self, at: Moment, released: bool, decision: &InvoiceDecision) {
        let gate = Gate { at, released, reason: decision.reason.clone(), is_stuck: decision.is_stuck };
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
                settled_at: None,
                payments: Vec::new(),
            });
            self.invoices.len() - 1
        });
        &mut self.invoices[place]
    }
}
