//! A shipment with everything that hangs on it: its orders, its exceptions and what it waits for. One event in, the
//! whole consequence out; the store only keeps what this says.

use crate::account::Audience;
use crate::authority::Role;
use crate::consignment::{Consignment, Ordered, consignments, status, status_here};
use crate::deadline::{Deadline, deadlines};
use crate::event::Recorded;
use crate::exception::ShipmentException;
use crate::fact::Fact;
use crate::fold::Applied;
use crate::id::{CustomerId, OrderId, Seq, ShipmentId};
use crate::kpi::{Punctuality, open_promises, verdict};
use crate::message::{Addressed, Change, notices};
use crate::order::Order;
use crate::party::Tier;
use crate::redaction::{CustomerShipment, redact};
use crate::rulebook::{Limits, Rulebook, Traits};
use crate::rules::{Condition, Rule, Situation, carry_out, evaluate, restate};
use crate::service_level;
use crate::shipment::{Eta, Shipment};
use crate::status::Status;
use crate::view::{ShipmentView, outline, view};
use std::sync::Arc;

/// What the consequences of an event depend on beside the shipment itself.
pub trait Surroundings {
    /// The order of that id, if the ERP has told of it.
    fn order(&self, id: OrderId) -> Option<Arc<Order>>;
    /// The customer's tier; standard where no master data says otherwise.
    fn tier(&self, customer: CustomerId) -> Tier;
    /// The rules file that held at a position of the journal.
    fn rules(&self, at: Seq) -> &Arc<Rulebook>;
}

/// What an event did beside changing the shipment itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consequences {
    /// The indices of the exceptions that changed, each once.
    pub exceptions: Vec<usize>,
    /// The customers whose shipment it was before the event and is no longer.
    pub withdrawn_from: Vec<CustomerId>,
    /// What others must learn.
    pub notices: Vec<Addressed>,
}

/// A shipment and everything that hangs on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked {
    pub shipment: Shipment,
    /// The orders on it that are known.
    pub orders: Vec<Arc<Order>>,
    /// All that there ever were, in the order of their opening.
    pub exceptions: Vec<ShipmentException>,
    /// The journal position of the last event that changed any of the three.
    pub seq: Seq,
    /// The highest tier among its customers, as it was at `seq`.
    tier: Tier,
    /// The rules file that held at `seq`.
    book: Arc<Rulebook>,
    /// What it lets pass on this shipment.
    limits: Limits,
    /// What is wrong now.
    conditions: Vec<Condition>,
}

impl Tracked {
    /// A shipment of which nothing is known but its number.
    pub fn new(id: ShipmentId, number: String) -> Self {
        Self::bare(Shipment::new(id, number), Vec::new(), Seq(0))
    }

    fn bare(shipment: Shipment, exceptions: Vec<ShipmentException>, seq: Seq) -> Self {
        let book = Arc::<Rulebook>::default();
        let limits = book.limits;
        let tier = Tier::default();
        Self { shipment, orders: Vec::new(), exceptions, seq, tier, book, limits, conditions: Vec::new() }
    }

    /// A shipment as the store kept it. No rule fires: what is wrong now was wrong when it was kept, by the tier of then.
    pub fn restored(
        shipment: Shipment,
        exceptions: Vec<ShipmentException>,
        seq: Seq,
        tier: Tier,
        surroundings: &impl Surroundings,
    ) -> Self {
        let mut tracked = Self::bare(shipment, exceptions, seq);
        tracked.orders = tracked.known_orders(surroundings);
        tracked.tier = tier;
        tracked.go_by(surroundings.rules(seq));
        tracked.conditions = tracked.conditions_now();
        tracked
    }

    /// Takes in an event about the shipment. Returns nothing where the event was known.
    pub fn apply(&mut self, recorded: &Recorded, surroundings: &impl Surroundings) -> Option<Consequences> {
        // What was expected before: whoever was told that is told the difference only.
        let etas_before = self.etas_at(recorded);
        if self.shipment.apply(recorded.clone()) == Applied::Known {
            return None;
        }
        let acted = self
            .exceptions
            .iter_mut()
            .enumerate()
            .filter_map(|(index, exception)| {
                let woke = recorded.event.role == Role::Tms && exception.wake_on_news();
                (exception.act(&recorded.event, recorded.recorded_at) || woke).then_some(index)
            })
            .collect();
        Some(self.consequences(acted, &etas_before, recorded, surroundings))
    }

    fn etas_at(&self, recorded: &Recorded) -> Vec<Eta> {
        let Fact::EtaChanged(statement) = &recorded.event.fact else { return Vec::new() };
        let stop = self.shipment.state.stop_named(&statement.stop);
        stop.map(|stop| stop.etas.clone()).unwrap_or_default()
    }

    /// Takes in that one of its orders, or its customer's master data, changed by `recorded`.
    pub fn surroundings_changed(
        &mut self,
        recorded: &Recorded,
        surroundings: &impl Surroundings,
    ) -> Consequences {
        self.consequences(Vec::new(), &[], recorded, surroundings)
    }

    fn consequences(
        &mut self,
        mut changed: Vec<usize>,
        etas_before: &[Eta],
        recorded: &Recorded,
        surroundings: &impl Surroundings,
    ) -> Consequences {
        self.seq = self.seq.max(recorded.seq);
        let orders = self.known_orders(surroundings);
        let orders_before = std::mem::replace(&mut self.orders, orders);
        self.tier = self.customers().map(|customer| surroundings.tier(customer)).max().unwrap_or_default();
        self.go_by(surroundings.rules(recorded.seq));
        let after = self.conditions_now();
        let decisions = evaluate(&self.conditions, &after);
        if !decisions.is_empty() || !after.is_empty() {
            let mut exceptions = std::mem::take(&mut self.exceptions);
            let orders = self.order_refs();
            let situation = self.situation(&orders);
            changed.extend(carry_out(decisions, &situation, recorded, &mut exceptions));
            changed.extend(restate(&after, &situation, &mut exceptions));
            self.exceptions = exceptions;
        }
        self.conditions = after;
        changed.sort_unstable();
        changed.dedup();
        let opened = changed.iter().filter_map(|index| self.exceptions.get(*index));
        let seen_by = |customer| self.redacted(customer);
        let change = Change {
            seen_by: &seen_by,
            shipment: &self.shipment,
            orders_before: &orders_before,
            orders: &self.orders,
            limits: &self.limits,
            parts: self.consignments(),
            etas_before,
            recorded,
            opened: opened.filter(|one| one.opened_seq == recorded.seq && one.is_open()).collect(),
            changed: changed.iter().filter_map(|index| self.exceptions.get(*index)).collect(),
            event: &recorded.event,
        };
        let notices = notices(&change, surroundings);
        Consequences { exceptions: changed, withdrawn_from: self.withdrawn_from(&orders_before), notices }
    }

    /// Whose shipment it is no longer, now that its orders are not `before` any more.
    fn withdrawn_from(&self, before: &[Arc<Order>]) -> Vec<CustomerId> {
        // Nearly every event leaves the orders as they are, and ids of customers cost a hash each.
        if before.len() == self.orders.len()
            && before.iter().zip(&self.orders).all(|(a, b)| Arc::ptr_eq(a, b))
        {
            return Vec::new();
        }
        customers(before).filter(|former| self.customers().all(|one| one != *former)).collect()
    }

    fn known_orders(&self, surroundings: &impl Surroundings) -> Vec<Arc<Order>> {
        let mut wanted: Vec<OrderId> =
            self.shipment.state.orders.iter().map(|number| self.shipment.state.order_id(number)).collect();
        let mut known: Vec<Arc<Order>> = Vec::with_capacity(wanted.len());
        let mut next = 0;
        // The orders that took another's place stand behind it.
        while let Some(id) = wanted.get(next).copied() {
            next += 1;
            let Some(order) = surroundings.order(id) else { continue };
            for successor in order.state.replaced_by() {
                let successor = self.shipment.state.order_id(successor);
                if !wanted.contains(&successor) {
                    wanted.push(successor);
                }
            }
            known.push(order);
        }
        known
    }

    /// The ids of the orders on it, known or not, those that took the place of others included.
    pub fn order_ids(&self) -> Vec<OrderId> {
        let mut ids: Vec<OrderId> =
            self.shipment.state.orders.iter().map(|number| self.shipment.state.order_id(number)).collect();
        let successors = self.orders.iter().flat_map(|order| order.state.replaced_by());
        ids.extend(successors.map(|number| self.shipment.state.order_id(number)));
        ids.dedup();
        ids
    }

    /// The number of an order on it, known or not.
    pub fn number_of(&self, id: OrderId) -> Option<String> {
        let parts = self.consignments();
        let mut numbers = parts.iter().filter_map(|part| part.number);
        numbers.find(|number| self.shipment.state.order_id(number) == id).map(str::to_owned)
    }

    /// The goods of each of its orders.
    pub fn consignments(&self) -> Vec<Consignment<'_>> {
        let ordered: Vec<Ordered> = self.orders.iter().map(|order| Ordered::of(order)).collect();
        consignments(&self.shipment.state, &ordered)
    }

    /// Where it is, in the house's word.
    pub fn status(&self) -> Status {
        status(&self.consignments())
    }

    /// Takes over what the rules file says of a shipment like this.
    fn go_by(&mut self, book: &Arc<Rulebook>) {
        if !Arc::ptr_eq(&self.book, book) {
            self.book = book.clone();
        }
        self.limits = book.limits_for(&Traits::of(&self.shipment.state, self.tier));
    }

    /// The highest tier among its customers when it last changed.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Whether an exception keeps the invoices of the orders back that it concerns.
    pub(crate) fn is_holding(&self, exception: &ShipmentException) -> bool {
        match exception.rule {
            Rule::DeliveryDiscrepancy | Rule::PodDiscrepancy => true,
            Rule::ChargeOverTolerance => self.limits.charge_holds_invoice == 1,
            _ => false,
        }
    }

    /// Whether the rules let an order's part on it be invoiced before the rest is delivered.
    pub(crate) fn releases_by_shipment(&self) -> bool {
        self.limits.release_by_shipment == 1
    }

    /// What the rules file lets pass on it.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    fn conditions_now(&self) -> Vec<Condition> {
        self.situation(&self.order_refs()).conditions()
    }

    fn situation<'a>(&'a self, orders: &'a [&'a Order]) -> Situation<'a> {
        Situation::new(&self.shipment, orders, self.tier, &self.book)
    }

    /// Whose shipment it is, as far as its orders tell; a customer may come twice.
    pub fn customers(&self) -> impl Iterator<Item = CustomerId> {
        customers(&self.orders)
    }

    /// What it waits for.
    pub fn deadlines(&self) -> Vec<Deadline> {
        let mut due = deadlines(&self.shipment, status_here(&self.consignments()), &self.limits);
        due.extend(open_promises(self));
        let passed = &self.shipment.state.passed;
        let levels = self.exceptions.iter().flat_map(service_level::deadlines);
        due.extend(levels.filter(|deadline| !passed.contains(deadline)));
        due
    }

    /// How its delivery did against the promise, once delivered.
    pub fn punctuality(&self) -> Option<Punctuality> {
        verdict(&self.shipment.state, &self.outline().orders, &self.limits)
    }

    /// What the house sees.
    pub fn view(&self) -> ShipmentView {
        view(&self.shipment, &self.order_refs(), &self.exceptions, self.seq, &self.limits)
    }

    /// The same without the timeline, which lists do not need.
    pub fn outline(&self) -> ShipmentView {
        outline(&self.shipment, &self.order_refs(), &self.exceptions, self.seq, &self.limits)
    }

    /// What a customer sees; nothing of a shipment that is not theirs.
    pub fn redacted(&self, customer: CustomerId) -> Option<CustomerShipment> {
        redact(&self.view(), customer)
    }

    /// Everybody who may see it: the house and each of its customers, once.
    pub fn audiences(&self) -> Vec<Audience> {
        let mut audiences: Vec<Audience> =
            self.customers().map(Audience::Customer).chain([Audience::Internal]).collect();
        audiences.sort_unstable();
        audiences.dedup();
        audiences
    }

    fn order_refs(&self) -> Vec<&Order> {
        self.orders.iter().map(|order| &**order).collect()
    }
}

fn customers(orders: &[Arc<Order>]) -> impl Iterator<Item = CustomerId> {
    // What another order took the place of is nobody's any more.
    let on_it = orders.iter().filter(|order| order.state.replaced_by().is_empty());
    on_it.filter_map(|order| Some(order.state.terms.as_ref()?.customer.id()))
}
