//! Promises kept and broken, by order and by stop: each order against its own window, at its own stops, so that an
//! early promise for one consignee never judges what another one gets later.

use super::Punctuality;
use super::contributions::{Consignment, Tally, consignments, standing};
use super::definition::Measure;
use super::rollup::{Exclusion, Part};
use crate::deadline::{Deadline, DeadlineKind};
use crate::fact::{DiscrepancyKind, Fact, HandledLine, OrderTerms, StopKind};
use crate::order::Order;
use crate::shipment::{Shipment, State, Stop};
use crate::time::{Moment, Window};
use crate::view::OrderView;
use chrono::TimeDelta;
use std::sync::Arc;

/// How long after the end of its window something still counts as on time.
pub const TOLERANCE: TimeDelta = TimeDelta::minutes(15);

/// How a promise turned out, and by which moment that was decided.
struct Outcome {
    kept: bool,
    decided_at: Moment,
}

/// Decided by what comes first: the thing itself, or the last moment at which it would have been on time. What is not
/// done is missed once a deadline at or after that moment has passed; until then nobody knows.
fn outcome(done_at: Option<Moment>, promised: Window, state: &State) -> Option<Outcome> {
    let limit = limit(promised);
    match done_at {
        Some(decided_at) if decided_at <= limit => Some(Outcome { kept: true, decided_at }),
        None if state.passed.iter().all(|passed| passed.due_at < limit) => None,
        _ => Some(Outcome { kept: false, decided_at: limit }),
    }
}

/// The last moment that is on time.
fn limit(promised: Window) -> Moment {
    promised.to.checked_add_signed(TOLERANCE).unwrap_or(promised.to)
}

/// How a shipment, or a customer's part of one, did against what is promised now: broken as soon as one of `orders`
/// is, kept when all were handed over and one of them was promised; none while nobody knows.
pub fn verdict(state: &State, orders: &[OrderView]) -> Option<Punctuality> {
    let handed_over_at = |number| Consignment { number, order: None }.handed_over_at(state);
    if orders.is_empty() {
        return handed_over_at(None).map(|_| Punctuality::NoPromise);
    }
    let mut verdict = Punctuality::NoPromise;
    let mut is_known = true;
    for order in orders {
        let handed_over_at = handed_over_at(Some(&order.number));
        is_known &= handed_over_at.is_some();
        let promised = order.promised.filter(|_| !order.cancelled && !state.is_called_off());
        match promised.map(|promised| outcome(handed_over_at, promised, state)) {
            Some(Some(Outcome { kept: false, .. })) => return Some(Punctuality::Broken),
            Some(_) => verdict = Punctuality::Kept,
            None => {}
        }
    }
    is_known.then_some(verdict)
}

/// On-time delivery against both promises, and on time in full.
pub(super) fn deliveries(tally: &mut Tally) {
    use Measure::{OnTimeDelivery, OnTimeDeliveryOriginal, OnTimeInFull};
    let state = tally.state;
    for consignment in std::mem::take(&mut tally.consignments) {
        let facets = tally.facets_of(&consignment);
        let called_off_at = state.cancelled.as_ref().map(|cancelled| cancelled.at);
        let cancelled_at = called_off_at
            .filter(|_| state.is_called_off())
            .or_else(|| consignment.order.and_then(|order| order.state.cancelled));
        let handed_over_at = consignment.handed_over_at(state);
        let promises = consignment.order.map(promises).unwrap_or_default();
        let current = promises.current;
        for (measure, promised) in
            [(OnTimeDelivery, current), (OnTimeDeliveryOriginal, promises.original), (OnTimeInFull, current)]
        {
            let facets = facets.clone();
            match (cancelled_at, promised) {
                (Some(at), _) => tally.exclude(measure, at, facets, Exclusion::Cancelled),
                (None, Some(promised)) => {
                    let Some(Outcome { kept, decided_at }) = outcome(handed_over_at, promised, state) else {
                        continue;
                    };
                    let good = kept && (measure != OnTimeInFull || is_in_full(&consignment, state));
                    tally.count(measure, decided_at, facets, Part::Counted, (i64::from(good), 1));
                }
                (None, None) => {
                    if let Some(at) = handed_over_at {
                        tally.exclude(measure, at, facets, Exclusion::NoPromise);
                    }
                }
            }
        }
        tally.consignments.push(consignment);
    }
}

/// On-time pickup against both plans.
pub(super) fn pickups(tally: &mut Tally) {
    use Measure::{OnTimePickup, OnTimePickupOriginal};
    let state = tally.state;
    for stop in state.stops.iter().filter(|stop| stop.kind == Some(StopKind::Pickup)) {
        let facets = tally.facets_at(stop);
        let reached_at = reached_at(stop);
        let windows =
            [(OnTimePickup, stop.expected()), (OnTimePickupOriginal, first_window(tally.shipment, stop))];
        for (measure, promised) in windows {
            let facets = facets.clone();
            match (promised, &state.cancelled, tally.finished) {
                (_, Some(cancelled), _) if state.is_called_off() => {
                    tally.exclude(measure, cancelled.at, facets, Exclusion::Cancelled);
                }
                (_, _, Some(finished)) if reached_at.is_none() => {
                    tally.exclude(measure, finished, facets, Exclusion::NotReported);
                }
                (Some(promised), _, _) => {
                    if let Some(Outcome { kept, decided_at }) = outcome(reached_at, promised, state) {
                        tally.count(measure, decided_at, facets, Part::Counted, (i64::from(kept), 1));
                    }
                }
                (None, _, _) => {}
            }
        }
    }
}

/// Moments at which an open promise is broken, those that passed already left out. Each becomes an event, so that what
/// is overdue counts as missed without a look at a clock.
pub fn open_promises(shipment: &Shipment, orders: &[Arc<Order>]) -> Vec<Deadline> {
    let state = &shipment.state;
    if state.is_called_off() {
        return Vec::new();
    }
    let mut due: Vec<Deadline> = Vec::new();
    let mut demand = |stop: &Stop, promised: Option<Window>| {
        let Some(promised) = promised else { return };
        let deadline =
            Deadline { deadline: DeadlineKind::Promise, stop: stop.stop.clone(), due_at: limit(promised) };
        // A later deadline that passed proves that this moment did.
        let is_past = state.passed.iter().any(|passed| passed.due_at >= deadline.due_at);
        if !is_past && !due.contains(&deadline) {
            due.push(deadline);
        }
    };
    for consignment in consignments(state, orders) {
        let Some(order) = consignment.order.filter(|order| order.state.cancelled.is_none()) else { continue };
        let open = consignment.deliveries(state).find(|stop| stop.handed_over_at().is_none());
        if let Some(stop) = open {
            let Promises { original, current } = promises(order);
            demand(stop, original);
            demand(stop, current);
        }
    }
    // The current window of a pickup has a deadline of its own kind.
    if !state.status_for(None).is_final() {
        for stop in state.stops.iter().filter(|stop| stop.kind == Some(StopKind::Pickup)) {
            let first = first_window(shipment, stop).filter(|first| Some(*first) != stop.expected());
            demand(stop, first.filter(|_| !stop.has_begun()));
        }
    }
    due
}

/// What the ERP promised for an order: first, and last.
#[derive(Default)]
struct Promises {
    original: Option<Window>,
    current: Option<Window>,
}

fn promises(order: &Order) -> Promises {
    let stated = standing(order.entries()).find_map(|event| match &event.fact {
        Fact::OrderReleased(terms) | Fact::OrderChanged(terms) => terms.promised,
        _ => None,
    });
    Promises { original: stated, current: order.state.terms.as_ref().and_then(|terms| terms.promised) }
}

/// The window of the first plan that names the stop.
fn first_window(shipment: &Shipment, stop: &Stop) -> Option<Window> {
    standing(shipment.entries()).find_map(|event| match &event.fact {
        Fact::ShipmentPlanned(plan) => {
            plan.stops.iter().find(|planned| planned.stop == stop.stop).map(|planned| planned.planned)
        }
        _ => None,
    })
}

/// When the truck came, as far as anything tells.
fn reached_at(stop: &Stop) -> Option<Moment> {
    stop.arrived_at.or(stop.loaded_at).or(stop.departed_at)
}

/// Whether all of a consignment that was handed over reached its consignee, and whole.
fn is_in_full(consignment: &Consignment, state: &State) -> bool {
    let lacks = |stop: &Stop| {
        stop.discrepancy().is_some_and(|discrepancy| {
            let takes_away = matches!(discrepancy.kind, DiscrepancyKind::Short | DiscrepancyKind::Damaged);
            let names_it = |line: &HandledLine| consignment.number.is_none_or(|number| line.order == number);
            takes_away && (discrepancy.lines.is_empty() || discrepancy.lines.iter().any(names_it))
        })
    };
    if consignment.deliveries(state).any(lacks) {
        return false;
    }
    // A hand-over that names no lines was one of everything.
    if consignment.deliveries(state).any(|stop| stop.handled.is_empty()) {
        return true;
    }
    let delivered: Vec<&HandledLine> = consignment.deliveries(state).flat_map(|stop| &stop.handled).collect();
    let loaded: Vec<&HandledLine> = consignment.pickups(state).flat_map(|stop| &stop.handled).collect();
    let terms = consignment.order.and_then(|order| order.state.terms.as_ref());
    let number = consignment.number.unwrap_or_default();
    let due = if loaded.is_empty() { ordered(number, terms) } else { own(number, loaded.into_iter()) };
    due.iter().all(|line| {
        let is_same = |other: &&HandledLine| {
            (&other.order, &other.line, &other.quantity.unit)
                == (&line.order, &line.line, &line.quantity.unit)
        };
        let arrived: i64 = delivered.iter().copied().filter(is_same).map(|line| line.quantity.milli).sum();
        let wanted: i64 = due.iter().filter(is_same).map(|line| line.quantity.milli).sum();
        arrived >= wanted
    })
}

fn own<'a>(number: &str, lines: impl Iterator<Item = &'a HandledLine>) -> Vec<HandledLine> {
    lines.filter(|line| line.order == number).cloned().collect()
}

fn ordered(number: &str, terms: Option<&OrderTerms>) -> Vec<HandledLine> {
    let lines = terms.map_or(&[][..], |terms| &terms.lines);
    let line = |line: &crate::fact::OrderLine| HandledLine {
        order: number.to_owned(),
        line: line.line.clone(),
        quantity: line.quantity.clone(),
    };
    lines.iter().map(line).collect()
}
