//! What agents, managers and admins see of a shipment: everything. What customers see is made from this, by
//! [`crate::redaction`] alone.

mod standing;
mod timeline;

pub(crate) use standing::flags;
pub use timeline::{Replacement, TimelineEntry};

use crate::consignment::{Consignment, Former, Ordered, Stage, consignments, same_number, status};
use crate::exception::ShipmentException;
use crate::fact::{OrderLine, Priority, StopKind};
use crate::fold::Entry;
use crate::id::{Seq, ShipmentId};
use crate::kpi::{Punctuality, verdict};
use crate::measure::Quantity;
use crate::order::{Order, OrderedUntil};
use crate::party::Customer;
use crate::reference::{Reference, ReferenceKind};
use crate::rulebook::Limits;
use crate::shipment::{Shipment, State, Stop};
use crate::status::{Flags, Status};
use crate::time::{Moment, Window};
use serde::{Deserialize, Serialize};

/// A shipment with all that is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShipmentView {
    pub id: ShipmentId,
    pub number: String,
    /// The journal position of the last event that changed anything here; agent and customer see the same.
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    /// The earliest promise among its orders.
    pub promised: Option<Window>,
    /// As far as the ERP has told.
    pub orders: Vec<OrderView>,
    /// Order numbers and the shipment's own references.
    pub references: Vec<Reference>,
    pub state: State,
    /// What the rules file lets pass on it.
    pub limits: Limits,
    /// When the last thing happened.
    pub occurred_at: Option<Moment>,
    /// Latest first.
    pub timeline: Vec<TimelineEntry>,
    /// Open ones first, then the latest.
    pub exceptions: Vec<ShipmentException>,
}

/// An order on the shipment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OrderView {
    pub number: String,
    /// None until the ERP's order arrives.
    pub customer: Option<Customer>,
    pub promised: Option<Window>,
    pub priority: Priority,
    pub lines: Vec<OrderLine>,
    pub references: Vec<Reference>,
    pub cancelled: bool,
    /// How far its goods are on this shipment.
    pub stage: Stage,
    /// The orders under which its goods were planned, where it took their place.
    pub formers: Vec<Former>,
    pub invoice: InvoiceState,
    /// Why Syncline holds the invoice, where it does.
    pub held_because: Option<String>,
    /// What of it came back, line by line.
    pub returned: Vec<(String, Quantity)>,
    /// How much was ordered before, and until when. Pages have no need of it.
    #[serde(skip)]
    pub ordered_until: Vec<OrderedUntil>,
    /// Whether the ERP has all of it back.
    pub is_back: bool,
}

impl OrderView {
    /// Its goods on the shipment.
    pub fn consignment<'a>(&'a self, state: &'a State) -> Consignment<'a> {
        let ordered = Ordered {
            number: &self.number,
            lines: &self.lines,
            replaced_by: &[],
            ordered_until: &self.ordered_until,
            returns: &[],
            // Of one that others took the place of, those stand here.
            is_cancelled: self.cancelled,
            is_back: self.is_back,
        };
        Consignment::of(state, &ordered, self.formers.clone())
    }

    /// Whether its goods are handled at a stop.
    pub fn is_handled_at(&self, stop: &Stop) -> bool {
        stop.concerns(&self.number) || self.formers.iter().any(|former| stop.concerns(&former.number))
    }

    /// Whether its promise is to be kept at a stop: to a hub nobody was promised anything.
    pub fn is_promised_at(&self, state: &State, stop: &Stop) -> bool {
        let hub = self.consignment(state).goes_on().is_some_and(|onward| onward.stop == stop.stop);
        !stop.is_hub && !hub && self.is_handled_at(stop)
    }

    /// How much of a line its consignee has: what was handed over, less what came back of that.
    pub fn delivered(&self, state: &State, line: &OrderLine) -> Option<Quantity> {
        let handed_over = self.consignment(state).handed_over(line)?;
        let returned = self.returned.iter().filter(|(number, _)| same_number(number, &line.line));
        let returned = line.sum(returned.map(|(_, quantity)| quantity));
        // What was given back at the dock was never counted as handed over.
        let missing = line.quantity.milli.saturating_sub(handed_over.milli).max(0);
        let back = returned.saturating_sub(missing).max(0);
        Some(Quantity { milli: handed_over.milli.saturating_sub(back), ..handed_over })
    }
}

/// How far an order is with its invoice, as everybody may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvoiceState {
    /// It waits until the delivery is confirmed.
    AwaitingConfirmation,
    /// It may be written.
    Released,
    Written,
    /// Nothing of it is open any more.
    Paid,
}

impl InvoiceState {
    /// As people read it behind "Invoice".
    pub fn label(self) -> &'static str {
        match self {
            Self::AwaitingConfirmation => "awaiting confirmation",
            Self::Released => "may be written",
            Self::Written => "written",
            Self::Paid => "paid",
        }
    }
}

/// A shipment in a list, as agents see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShipmentRow {
    #[serde(flatten)]
    pub tracked: TrackedRow,
    /// Names of the customers on it.
    pub customers: Vec<String>,
    pub carrier: Option<String>,
    pub open_exceptions: u32,
}

/// A shipment in a list, as its customer sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrackedRow {
    pub id: ShipmentId,
    pub number: String,
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    /// City of the first pickup.
    pub origin: Option<String>,
    /// City of the last delivery.
    pub destination: Option<String>,
    /// The next delivery's expected time.
    pub eta: Option<Moment>,
    pub promised: Option<Window>,
    /// When the last delivery was made, once all are.
    pub delivered_at: Option<Moment>,
    /// How it did against what was promised, order by order.
    pub punctuality: Option<Punctuality>,
    /// Order numbers.
    pub orders: Vec<String>,
    /// When the last thing happened.
    pub occurred_at: Option<Moment>,
}

impl TrackedRow {
    /// When it is expected, while it is still to come.
    pub fn awaited(&self) -> Option<Moment> {
        self.eta.filter(|_| self.delivered_at.is_none() && !self.status.is_final())
    }
}

/// Makes the whole view. `orders` are those of the shipment, as far as they are known, in any order; `seq` is the
/// journal position of the last event about any of the three.
pub fn view(
    shipment: &Shipment,
    orders: &[&Order],
    exceptions: &[ShipmentException],
    seq: Seq,
    limits: &Limits,
) -> ShipmentView {
    ShipmentView {
        timeline: timeline::timeline(shipment),
        ..outline(shipment, orders, exceptions, seq, limits)
    }
}

/// As [`view`], without the timeline.
pub fn outline(
    shipment: &Shipment,
    known: &[&Order],
    exceptions: &[ShipmentException],
    seq: Seq,
    limits: &Limits,
) -> ShipmentView {
    let state = shipment.state.clone();
    let ordered: Vec<Ordered> = known.iter().map(|order| Ordered::of(order)).collect();
    let parts = consignments(&state, &ordered);
    let orders: Vec<OrderView> =
        parts.iter().filter_map(|part| order_view(part, &shipment.number, known)).collect();
    let promised = promise_to_come(&state, &orders);
    let (status, flags) = (status(&parts), flags(&state, &parts, None, &orders, limits));
    let mut exceptions = exceptions.to_vec();
    exceptions.sort_by_key(|exception| (!exception.is_open(), std::cmp::Reverse(exception.opened_seq)));
    ShipmentView {
        id: shipment.id,
        number: shipment.number.clone(),
        seq,
        status,
        flags,
        promised,
        references: references(&state, &orders),
        orders,
        occurred_at: last_news(shipment),
        timeline: Vec::new(),
        exceptions,
        limits: *limits,
        state,
    }
}

impl ShipmentView {
    /// The customers on it, each once.
    pub fn customers(&self) -> Vec<&Customer> {
        let mut customers: Vec<&Customer> = Vec::new();
        for customer in self.orders.iter().filter_map(|order| order.customer.as_ref()) {
            if !customers.iter().any(|known| known.code == customer.code) {
                customers.push(customer);
            }
        }
        customers
    }

    /// The agent's row of it.
    pub fn row(&self) -> ShipmentRow {
        let stops = &self.state.stops;
        ShipmentRow {
            tracked: TrackedRow {
                id: self.id,
                number: self.number.clone(),
                seq: self.seq,
                status: self.status,
                flags: self.flags,
                origin: origin(stops),
                destination: destination(stops),
                eta: next_eta(stops),
                promised: self.promised,
                delivered_at: delivered_at(stops),
                punctuality: verdict(&self.state, &self.orders, &self.limits),
                orders: self.orders.iter().map(|order| order.number.clone()).collect(),
                occurred_at: self.occurred_at,
            },
            customers: self.customers().into_iter().map(|customer| customer.name.clone()).collect(),
            carrier: self.state.carrier.as_ref().map(|carrier| carrier.name.clone()),
            open_exceptions: self.exceptions.iter().filter(|one| one.is_open()).count() as u32,
        }
    }
}

/// When the last thing happened that a source told of; what people do about the shipment is no news of it.
fn last_news(shipment: &Shipment) -> Option<Moment> {
    let moment = |entry: &Entry| entry.recorded.event.occurred_at;
    let told = shipment.happened().iter().rfind(|entry| entry.recorded.event.role.is_outside());
    told.or(shipment.happened().last()).map(moment)
}

fn order_view(part: &Consignment, shipment: &str, known: &[&Order]) -> Option<OrderView> {
    let number = part.number?;
    let order = known.iter().find(|order| order.number == number);
    let terms = order.and_then(|order| order.state.terms.as_ref());
    let returned = order.map(|order| &order.state.returns[..]).unwrap_or_default();
    Some(OrderView {
        number: number.to_owned(),
        customer: terms.map(|terms| terms.customer.clone()),
        promised: terms.and_then(|terms| terms.promised),
        priority: terms.map(|terms| terms.priority).unwrap_or_default(),
        lines: terms.map(|terms| terms.lines.clone()).unwrap_or_default(),
        references: terms.map(|terms| terms.references.clone()).unwrap_or_default(),
        cancelled: order.is_some_and(|order| order.state.cancelled.is_some()),
        stage: part.stage(),
        formers: part.formers.clone(),
        invoice: order
            .map_or(InvoiceState::AwaitingConfirmation, |order| order.state.invoice_state(shipment)),
        held_because: order.and_then(|order| order.state.held_because(shipment)).map(str::to_owned),
        returned: returned.iter().map(|one| (one.line.clone(), one.quantity.clone())).collect(),
        ordered_until: part.ordered_until.to_vec(),
        is_back: part.is_back,
    })
}

/// The promise that matters now: the earliest of what is still to come, else the latest of what was delivered.
pub(crate) fn promise_to_come(state: &State, orders: &[OrderView]) -> Option<Window> {
    let is_open =
        |order: &&OrderView| !order.cancelled && order.consignment(state).handed_over_at().is_none();
    // Of what goes on from a hub the last leg's page says when it was promised.
    let orders = orders.iter().filter(|order| !order.consignment(state).is_mere_leg());
    promise(orders.clone().filter(is_open)).or_else(|| {
        let kept = orders.filter(|order| !order.cancelled).filter_map(|order| order.promised);
        kept.max_by_key(|promised| promised.to)
    })
}

fn references(state: &State, orders: &[OrderView]) -> Vec<Reference> {
    let numbers = orders.iter().map(|order| Reference {
        kind: ReferenceKind::Order,
        value: order.number.clone(),
        issuer: None,
    });
    let of_orders = orders.iter().flat_map(|order| order.references.iter().cloned());
    let mut all: Vec<Reference> = numbers.chain(of_orders).chain(state.references.iter().cloned()).collect();
    all.sort();
    all.dedup();
    all
}

/// The earliest end among the promises of some orders; a cancelled order is promised no more.
pub(crate) fn promise<'a>(orders: impl IntoIterator<Item = &'a OrderView>) -> Option<Window> {
    orders
        .into_iter()
        .filter(|order| !order.cancelled)
        .filter_map(|order| order.promised)
        .min_by_key(|promised| promised.to)
}

fn deliveries(stops: &[Stop]) -> impl DoubleEndedIterator<Item = &Stop> {
    stops.iter().filter(|stop| stop.kind == Some(StopKind::Delivery) && !stop.is_return)
}

fn city(stop: &Stop) -> Option<String> {
    stop.location.as_ref().map(|location| location.city.clone())
}

pub(crate) fn origin(stops: &[Stop]) -> Option<String> {
    stops.iter().find(|stop| stop.kind == Some(StopKind::Pickup)).and_then(city)
}

pub(crate) fn destination(stops: &[Stop]) -> Option<String> {
    deliveries(stops).next_back().and_then(city)
}

/// The expected time of the next delivery: as stated, else the end of its window.
pub(crate) fn next_eta(stops: &[Stop]) -> Option<Moment> {
    let stop = deliveries(stops).find(|stop| !stop.is_hub && stop.handed_over_at().is_none())?;
    stop.eta().map(|eta| eta.eta).or(stop.expected().map(|window| window.to))
}

/// When the last delivery was made, once all are.
pub(crate) fn delivered_at(stops: &[Stop]) -> Option<Moment> {
    let all = deliveries(stops)
        .filter(|stop| !stop.is_hub)
        .map(Stop::handed_over_at)
        .collect::<Option<Vec<_>>>()?;
    all.into_iter().max()
}
