//! The customer's redaction: one pure function from what the agent sees to what the customer may see. Its output has
//! no field for tenders, charges, prices, raw codes, internal notes, exceptions or other customers' goods (law 4).

mod shared;

pub use shared::SharedShipment;

use crate::authority::Role;
use crate::charge::Document;
use crate::consignment::{Consignment, same_number, status};
use crate::exception::ShipmentException;
use crate::fact::Onward;
use crate::fact::{DelayReason, Mode, StopKind};
use crate::id::{CaseId, CustomerId, Seq, ShipmentId, SourceName};
use crate::kpi::{Punctuality, verdict};
use crate::measure::Quantity;
use crate::place::Location;
use crate::reference::{Reference, ReferenceKind};
use crate::shipment::{
    Attempted, CaseMessage, Collection, Delay, Eta, Handling, Hold, LastPosition, State, Stop,
};
use crate::status::{Flags, Status};
use crate::time::{Moment, Window};
use crate::view::{
    InvoiceState, OrderView, Replacement, ShipmentView, TimelineEntry, TrackedRow, flags, next_eta, promise,
    promise_to_come,
};
use serde::{Deserialize, Serialize};

/// A shipment as one of its customers sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerShipment {
    pub id: ShipmentId,
    pub number: String,
    /// The same journal position that the agent sees.
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    pub mode: Option<Mode>,
    pub carrier: Option<String>,
    pub orders: Vec<CustomerOrder>,
    pub references: Vec<Reference>,
    pub stops: Vec<CustomerStop>,
    /// Stops of earlier plans at which something happened.
    pub former: Vec<CustomerStop>,
    pub promised: Option<Window>,
    pub eta: Option<Moment>,
    /// How their own orders did against what was promised.
    pub punctuality: Option<Punctuality>,
    /// None where the route has stops of others: it would show where those are.
    pub position: Option<LastPosition>,
    /// The delay that stands, until there is a new expected time.
    pub delay: Option<CustomerDelay>,
    /// Customs holds the goods.
    pub hold: Option<CustomerHold>,
    pub documents: Vec<Document>,
    /// When the last thing happened of which they may know.
    pub occurred_at: Option<Moment>,
    /// Latest first.
    pub timeline: Vec<CustomerEntry>,
    pub cases: Vec<CustomerCase>,
    /// What is being seen to and concerns them, each sentence once.
    pub notes: Vec<String>,
}

/// One of the customer's own orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerOrder {
    pub number: String,
    pub promised: Option<Window>,
    pub lines: Vec<CustomerLine>,
    pub invoice: InvoiceState,
    /// How it goes on with other shipments, where this one brings it to a hub.
    pub goes_on: Option<Onward>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerLine {
    pub line: String,
    pub item: String,
    pub description: String,
    pub quantity: Quantity,
    /// How much of it was handed over, once something was.
    pub delivered: Option<Quantity>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomerStop {
    pub stop: String,
    pub kind: Option<StopKind>,
    pub location: Option<Location>,
    pub planned: Option<Window>,
    /// As agreed: the appointment, else the plan.
    pub expected: Option<Window>,
    /// The earliest promise for what is handed over here.
    pub promised: Option<Window>,
    /// Whether goods come back here to where they came from.
    pub is_return: bool,
    /// When nobody was there, the last time, and when the carrier comes again.
    pub attempted: Option<Attempted>,
    /// Where the goods wait to be collected.
    pub collection: Option<Collection>,
    /// With whom they were left, where that is not their consignee.
    pub left_with: Option<String>,
    pub etas: Vec<Eta>,
    pub ready_at: Option<Moment>,
    pub arrived_at: Option<Moment>,
    pub loaded_at: Option<Moment>,
    pub sent_out_at: Option<Moment>,
    pub delivered_at: Option<Moment>,
    /// When the goods were not accepted; why is between consignee and service desk.
    pub refused_at: Option<Moment>,
    pub departed_at: Option<Moment>,
    pub signed_by: Option<String>,
    pub signed_at: Option<Moment>,
    /// Whether the proof of delivery carries a remark; which one is looked into first.
    pub is_disputed: bool,
}

/// A delay as a customer may read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerDelay {
    pub reported_at: Moment,
    /// None where it may be about another customer's goods.
    pub reason: Option<DelayReason>,
    pub minutes: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerHold {
    pub since: Moment,
    pub office: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerEntry {
    pub occurred_at: Moment,
    /// The stop that it is about: one of theirs.
    pub stop: Option<String>,
    pub text: String,
    /// Whether the source took it back.
    pub corrected: bool,
    /// What it said instead.
    pub replaced_by: Option<Replacement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerCase {
    pub case: CaseId,
    /// `by` names only the customer's own people; everybody else is the service desk.
    pub messages: Vec<CaseMessage>,
    pub closed: bool,
}

/// What `customer` may see of the shipment; nothing where none of its orders is on it.
pub fn redact(shipment: &ShipmentView, customer: CustomerId) -> Option<CustomerShipment> {
    let own: Vec<OrderView> = shipment
        .orders
        .iter()
        .filter(|order| order.customer.as_ref().is_some_and(|owner| owner.id() == customer))
        .cloned()
        .collect();
    if own.is_empty() {
        return None;
    }
    let numbers: Vec<String> = own
        .iter()
        .flat_map(|order| order.formers.iter().map(|former| &former.number).chain([&order.number]))
        .cloned()
        .collect();
    let others: Vec<&OrderView> =
        shipment.orders.iter().filter(|order| !own.iter().any(|one| one.number == order.number)).collect();
    let state = &shipment.state;
    // Where several stops of a shared load do not say whose goods they handle, nobody knows: then they are shown to nobody.
    let is_unsaid = |stop: &Stop| stop.orders.is_empty() && stop.kind == Some(StopKind::Delivery);
    let are_unsaid = !others.is_empty() && state.stops.iter().filter(|stop| is_unsaid(stop)).count() > 1;
    let is_whose = |stop: &&Stop| !(are_unsaid && is_unsaid(stop));
    let stops: Vec<Stop> = state.stops_for(Some(&numbers)).filter(is_whose).cloned().collect();
    let former: Vec<Stop> = state
        .former
        .iter()
        .filter(|stop| is_shown_former(stop))
        .filter(is_whose)
        .filter(|stop| own.iter().any(|order| order.is_handled_at(stop)))
        .cloned()
        .collect();
    let parts: Vec<Consignment> = own.iter().map(|order| order.consignment(state)).collect();
    let disputed: Vec<String> = state
        .all_stops()
        .filter(|stop| parts.iter().any(|part| part.discrepancy_at(stop).is_some()))
        .map(|stop| stop.stop.clone())
        .collect();
    let is_disputed = |stop: &Stop| stop.discrepancy().is_some() && disputed.contains(&stop.stop);
    // What was handed over here of others is told to them alone.
    let narrowed = |stop: Stop| {
        let is_own = |handling: &&Handling| {
            parts.iter().any(|part| part.hand_overs_at(&stop).any(|own| own == *handling))
        };
        let hand_overs: Vec<Handling> = stop.hand_overs.iter().filter(is_own).cloned().collect();
        if hand_overs.len() == stop.hand_overs.len() {
            return stop;
        }
        let delivered_at = hand_overs.last().map(|handling| handling.at);
        let pod = stop.pod.filter(|_| delivered_at.is_some());
        Stop { delivered_at, hand_overs, pod, ..stop }
    };
    let stops: Vec<Stop> = stops.into_iter().map(narrowed).collect();
    let former: Vec<Stop> = former.into_iter().map(narrowed).collect();
    let status = status(&parts);
    let flags = flags(state, &parts, Some(&numbers), &own, &shipment.limits);
    let promised = promise_to_come(state, &own);
    let promises = |stop: &Stop| promise(own.iter().filter(|order| order.is_promised_at(state, stop)));
    let is_shared = !others.is_empty();
    let position =
        shipment.state.position.clone().filter(|_| !is_shared || stops.len() == shipment.state.stops.len());
    let timeline: Vec<CustomerEntry> = shipment
        .timeline
        .iter()
        .filter_map(|entry| customer_entry(entry, &stops, &numbers, is_shared))
        .collect();
    let notes = notes(shipment, &own, is_shared);
    let told_of_all = [
        state.planned_at,
        state.delay.as_ref().map(|delay| delay.reported_at),
        state.holds.iter().map(|hold| hold.since).max(),
    ];
    let told = stops.iter().chain(&former).map(Stop::heard_at).chain(told_of_all);
    let latest = told.flatten().max();
    Some(CustomerShipment {
        id: shipment.id,
        number: shipment.number.clone(),
        seq: shipment.seq,
        status,
        flags,
        mode: shipment.state.mode,
        carrier: shipment.state.carrier.as_ref().map(|carrier| carrier.name.clone()),
        references: references(shipment, &own, &others),
        eta: next_eta(&stops),
        punctuality: verdict(&shipment.state, &own, &shipment.limits),
        occurred_at: latest.max(position.as_ref().map(|position| position.at)),
        timeline,
        stops: stops
            .into_iter()
            .map(|stop| customer_stop(promises(&stop), is_disputed(&stop), stop, is_shared))
            .collect(),
        former: former
            .into_iter()
            .map(|stop| customer_stop(None, is_disputed(&stop), stop, is_shared))
            .collect(),
        promised,
        // Where the truck is says nothing any more of goods that are delivered.
        position: position.filter(|_| !status.is_final()),
        delay: shipment.state.delay_for(Some(&numbers)).map(|delay| customer_delay(delay, is_shared)),
        hold: shipment.state.hold().map(customer_hold),
        // Papers of a shared load may name the other customers.
        documents: shipment
            .state
            .documents
            .iter()
            .filter(|document| !is_shared && document.kind.is_for_customers())
            .cloned()
            .collect(),
        cases: shipment
            .state
            .cases
            .iter()
            .filter(|case| case.customer == Some(customer))
            .map(|case| CustomerCase {
                case: case.case,
                messages: case.messages.iter().cloned().map(customer_message).collect(),
                closed: case.closed_at.is_some(),
            })
            .collect(),
        orders: own.into_iter().map(|order| customer_order(order, &shipment.state)).collect(),
        notes,
    })
}

/// The whole shipment in the shape in which customers see their part: for the house, which then reads the same page.
pub fn whole(shipment: &ShipmentView) -> CustomerShipment {
    let state = &shipment.state;
    let promises =
        |stop: &Stop| promise(shipment.orders.iter().filter(|order| order.is_promised_at(state, stop)));
    let cases = state.cases.iter().map(|case| CustomerCase {
        case: case.case,
        messages: case.messages.clone(),
        closed: case.closed_at.is_some(),
    });
    CustomerShipment {
        id: shipment.id,
        number: shipment.number.clone(),
        seq: shipment.seq,
        status: shipment.status,
        flags: shipment.flags,
        mode: state.mode,
        carrier: state.carrier.as_ref().map(|carrier| carrier.name.clone()),
        orders: shipment.orders.iter().cloned().map(|order| customer_order(order, state)).collect(),
        references: shipment.references.clone(),
        stops: state
            .stops
            .iter()
            .map(|stop| customer_stop(promises(stop), stop.discrepancy().is_some(), stop.clone(), false))
            .collect(),
        former: state
            .former
            .iter()
            .filter(|stop| is_shown_former(stop))
            .map(|stop| customer_stop(None, stop.discrepancy().is_some(), stop.clone(), false))
            .collect(),
        promised: shipment.promised,
        eta: next_eta(&state.stops),
        punctuality: verdict(state, &shipment.orders, &shipment.limits),
        position: state.position.clone().filter(|_| !shipment.status.is_final()),
        delay: state.delay_for(None).map(|delay| customer_delay(delay, false)),
        hold: state.hold().map(customer_hold),
        documents: state.documents.clone(),
        occurred_at: heard_at(shipment),
        timeline: shipment
            .timeline
            .iter()
            .filter_map(|entry| customer_entry(entry, &state.stops, &[], false))
            .collect(),
        cases: cases.collect(),
        notes: notes(shipment, &shipment.orders, false),
    }
}

impl CustomerShipment {
    /// The customer's row of it.
    pub fn row(&self) -> TrackedRow {
        let city = |stop: &CustomerStop| stop.location.as_ref().map(|location| location.city.clone());
        let of =
            |kind: StopKind| self.stops.iter().filter(move |stop| stop.kind == Some(kind) && !stop.is_return);
        let delivered: Option<Vec<Moment>> = of(StopKind::Delivery).map(|stop| stop.delivered_at).collect();
        TrackedRow {
            id: self.id,
            number: self.number.clone(),
            seq: self.seq,
            status: self.status,
            flags: self.flags,
            origin: of(StopKind::Pickup).next().and_then(city),
            // What goes on from a hub ends there, as far as this shipment is concerned.
            destination: of(StopKind::Delivery).next_back().or(self.stops.last()).and_then(city),
            eta: self.eta,
            promised: self.promised,
            delivered_at: delivered.and_then(|all| all.into_iter().max()),
            punctuality: self.punctuality,
            orders: self.orders.iter().map(|order| order.number.clone()).collect(),
            occurred_at: self.occurred_at,
        }
    }
}

/// What a customer may read of what is open. On a shared load only what is known to concern their own orders is theirs.
fn notes(shipment: &ShipmentView, own: &[OrderView], is_shared: bool) -> Vec<String> {
    let is_invoiced =
        own.iter().any(|order| matches!(order.invoice, InvoiceState::Written | InvoiceState::Paid));
    let is_theirs = |one: &&ShipmentException| {
        let names_own = own.iter().any(|order| one.orders.contains(&order.number));
        if is_shared { names_own && one.orders.len() == 1 } else { names_own || one.orders.is_empty() }
    };
    let mut notes: Vec<String> = Vec::new();
    for exception in shipment.exceptions.iter().filter(|one| one.is_open()).filter(is_theirs) {
        if let Some(note) = exception.rule.for_customers(is_invoiced)
            && notes.iter().all(|known| known != note)
        {
            notes.push(note.to_owned());
        }
    }
    notes
}

/// When a source outside told something last: what the house itself does is no news of the shipment.
fn heard_at(shipment: &ShipmentView) -> Option<Moment> {
    let ours = [SourceName::desk(), SourceName::portal(), SourceName::syncline()];
    let outside =
        shipment.timeline.iter().filter(|entry| ours.iter().all(|own| own.as_str() != entry.source));
    outside.map(|entry| entry.occurred_at).max()
}

/// References of the shipment itself, less those that may point at other customers, and those of the own orders.
fn references(shipment: &ShipmentView, own: &[OrderView], others: &[&OrderView]) -> Vec<Reference> {
    let is_own = |reference: &Reference| own.iter().any(|order| order.number == reference.value);
    let of_others = |reference: &Reference| {
        let named = |other: &Reference| other.kind == reference.kind && other.value == reference.value;
        others.iter().any(|order| order.references.iter().any(named))
    };
    // On a shared load any number may be anybody's, unless it numbers the load as a whole or an own order.
    let may_be_seen = |reference: &Reference| {
        others.is_empty()
            || match reference.kind {
                ReferenceKind::Order => is_own(reference),
                ReferenceKind::Tracking | ReferenceKind::Container => !of_others(reference),
                _ => false,
            }
    };
    let mut references: Vec<Reference> = shipment
        .references
        .iter()
        .filter(|reference| reference.kind.is_for_customers() && may_be_seen(reference))
        .chain(
            own.iter()
                .flat_map(|order| &order.references)
                .filter(|reference| reference.kind.is_for_customers()),
        )
        .cloned()
        .collect();
    references.sort();
    references.dedup();
    references
}

fn customer_message(message: CaseMessage) -> CaseMessage {
    match message.role {
        Role::Portal => message,
        _ => CaseMessage { by: Some("Service desk".to_owned()), ..message },
    }
}

fn customer_entry(
    entry: &TimelineEntry,
    stops: &[Stop],
    own: &[String],
    is_shared: bool,
) -> Option<CustomerEntry> {
    // Papers of a shared load may name the other customers.
    let is_paper = entry.kind == "document.attached";
    let is_own = |order: &String| own.iter().any(|own| same_number(own, order));
    let is_seen =
        entry.stop.as_ref().is_none_or(|stop| stops.iter().any(|seen| same_number(&seen.stop, stop)))
            && (!is_shared || entry.orders.is_empty() || entry.orders.iter().any(is_own))
            && !(is_shared && is_paper);
    let text = entry.for_customers.clone().filter(|_| is_seen)?;
    let reason = entry.reason.filter(|reason| reason.is_for_customers(is_shared));
    Some(CustomerEntry {
        occurred_at: entry.occurred_at,
        stop: entry.stop.clone(),
        text: reason.map_or_else(|| text.clone(), |reason| format!("{text} ({})", reason.label())),
        corrected: entry.corrected.is_some(),
        replaced_by: entry.replaced_by.clone(),
    })
}

fn customer_delay(delay: &Delay, is_shared: bool) -> CustomerDelay {
    CustomerDelay {
        reported_at: delay.reported_at,
        reason: Some(delay.reason).filter(|reason| reason.is_for_customers(is_shared)),
        minutes: delay.minutes,
    }
}

fn customer_hold(hold: &Hold) -> CustomerHold {
    CustomerHold { since: hold.since, office: hold.office.clone() }
}

fn customer_eta(eta: Eta, is_shared: bool) -> Eta {
    Eta { reason: eta.reason.filter(|reason| reason.is_for_customers(is_shared)), ..eta }
}

fn customer_stop(promised: Option<Window>, is_disputed: bool, stop: Stop, is_shared: bool) -> CustomerStop {
    CustomerStop {
        planned: stop.planned,
        is_disputed,
        expected: stop.expected(),
        promised,
        is_return: stop.is_return,
        delivered_at: stop.handed_over_at(),
        left_with: stop.left_with().map(str::to_owned),
        attempted: stop.attempts.last().cloned().map(|attempted| Attempted { reason: None, ..attempted }),
        kind: stop.role(),
        stop: stop.stop,
        location: stop.location,
        etas: stop.etas.into_iter().map(|eta| customer_eta(eta, is_shared)).collect(),
        ready_at: stop.ready_at,
        sent_out_at: stop.sent_out_at,
        refused_at: stop.refused.map(|refused| refused.at),
        collection: stop.collection,
        arrived_at: stop.arrived_at,
        loaded_at: stop.loaded_at,
        departed_at: stop.departed_at,
        signed_at: stop.pod.as_ref().map(|pod| pod.signed_at),
        signed_by: stop.pod.map(|pod| pod.signed_by),
    }
}

/// Whether anything happened at a stop of an earlier plan that people may want to see.
fn is_shown_former(stop: &Stop) -> bool {
    stop.has_begun() || stop.refused.is_some() || !stop.attempts.is_empty()
}

fn customer_order(order: OrderView, state: &State) -> CustomerOrder {
    let lines = order.lines.iter().map(|line| CustomerLine {
        delivered: order.delivered(state, line),
        line: line.line.clone(),
        item: line.item.code.clone(),
        description: line.item.description.clone(),
        quantity: line.quantity.clone(),
    });
    CustomerOrder {
        promised: order.promised,
        invoice: order.invoice,
        goes_on: order.consignment(state).goes_on().cloned(),
        lines: lines.collect(),
        number: order.number,
    }
}
