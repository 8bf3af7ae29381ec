//! Promises kept and broken, by order and by stop: each order against its own window, at its own stops, so that an
//! early promise for one consignee never judges what another one gets later.

use super::Punctuality;
use super::contributions::{Tally, standing};
use super::definition::Measure;
use super::rollup::{Exclusion, Part};
use crate::consignment::{Consignment, Stage, status_here};
use crate::deadline::{Deadline, DeadlineKind};
use crate::fact::{Fact, StopKind};
use crate::rulebook::Limits;
use crate::shipment::{Shipment, State, Stop};
use crate::time::{Moment, Window};
use crate::tracked::Tracked;
use crate::view::OrderView;
use chrono::TimeDelta;

/// How a promise turned out, and by which moment that was decided.
struct Outcome {
    kept: bool,
    decided_at: Moment,
}

/// Decided by what comes first: the thing itself, or the last moment at which it would have been on time. What is not
/// done is missed once a deadline at or after that moment has passed; until then nobody knows.
fn outcome(done_at: Option<Moment>, promised: Window, state: &State, limits: &Limits) -> Option<Outcome> {
    let limit = limit(promised, limits);
    match done_at {
        Some(decided_at) if decided_at <= limit => Some(Outcome { kept: true, decided_at }),
        None if state.passed.iter().all(|passed| passed.due_at < limit) => None,
        _ => Some(Outcome { kept: false, decided_at: limit }),
    }
}

/// As [`outcome`], of a consignment: what came back to its sender has broken its promise.
fn delivered(part: &Consignment, promised: Window, state: &State, limits: &Limits) -> Option<Outcome> {
    if part.stage() == Stage::Returned {
        return Some(Outcome { kept: false, decided_at: limit(promised, limits) });
    }
    let handed_over_at = part.handed_over_at();
    let early = TimeDelta::minutes(i64::from(limits.early_minutes));
    let too_early = |at: &Moment| !early.is_zero() && promised.from - *at > early;
    match handed_over_at.filter(too_early) {
        Some(decided_at) => Some(Outcome { kept: false, decided_at }),
        None => outcome(handed_over_at, promised, state, limits),
    }
}

/// The last moment that is on time: the same tolerance as for flags, notices and exceptions.
fn limit(promised: Window, limits: &Limits) -> Moment {
    let tolerance = TimeDelta::minutes(i64::from(limits.eta_tolerance_minutes));
    promised.to.checked_add_signed(tolerance).unwrap_or(promised.to)
}

/// How a shipment, or a customer's part of one, did against what is promised now: broken as soon as one of `orders`
/// is, kept when all were handed over and one of them was promised; none while nobody knows.
pub fn verdict(state: &State, orders: &[OrderView], limits: &Limits) -> Option<Punctuality> {
    if orders.is_empty() {
        let all = crate::consignment::consignments(state, &[]);
        return all
            .first()
            .filter(|_| state.orders.is_empty())?
            .handed_over_at()
            .map(|_| Punctuality::NoPromise);
    }
    let mut verdict = Punctuality::NoPromise;
    let (mut is_known, mut is_judged) = (true, false);
    for order in orders {
        let part = order.consignment(state);
        // Whether its promise was kept its last leg says.
        if part.is_mere_leg() {
            continue;
        }
        is_judged = true;
        let is_called_off =
            matches!(part.stage(), Stage::CalledOff | Stage::CalledOffOnBoard | Stage::WrittenOff);
        is_known &= part.handed_over_at().is_some() || part.stage() == Stage::Returned;
        let promised = order.promised.filter(|_| !order.cancelled && !is_called_off);
        match promised.map(|promised| delivered(&part, promised, state, limits)) {
            Some(Some(Outcome { kept: false, .. })) => return Some(Punctuality::Broken),
            Some(_) => verdict = Punctuality::Kept,
            None => {}
        }
    }
    (is_known && is_judged).then_some(verdict)
}

/// On-time delivery against both promises, and on time in full.
pub(super) fn deliveries(tally: &mut Tally) {
    use Measure::{OnTimeDelivery, OnTimeDeliveryOriginal, OnTimeInFull};
    let state = tally.state;
    let limits = tally.limits;
    for consignment in std::mem::take(&mut tally.consignments) {
        let facets = tally.facets_of(&consignment);
        let part = &consignment.part;
        // Whether an order was on time is decided where its consignee is.
        if part.is_mere_leg() {
            tally.consignments.push(consignment);
            continue;
        }
        let is_off = matches!(part.stage(), Stage::CalledOff | Stage::CalledOffOnBoard | Stage::WrittenOff);
        let off_at = state.cancelled.as_ref().map(|cancelled| cancelled.at);
        let off_at = off_at.or(state.written_off.last().map(|ended| ended.at)).filter(|_| is_off);
        let cancelled_at = off_at.or_else(|| consignment.order.and_then(|order| order.state.cancelled));
        let terms = consignment.order.map(|order| &order.state);
        let current = terms.and_then(|order| order.terms.as_ref()?.promised);
        let original = terms.and_then(|order| order.promised_first);
        for (measure, promised) in
            [(OnTimeDelivery, current), (OnTimeDeliveryOriginal, original), (OnTimeInFull, current)]
        {
            let facets = facets.clone();
            match (cancelled_at, promised) {
                (Some(at), _) => tally.exclude(measure, at, facets, Exclusion::Cancelled),
                // An order that several shipments bring is in full, or not, once.
                (None, Some(_)) if measure == OnTimeInFull && !part.counts_in_full() => {}
                (None, Some(promised)) => {
                    let Some(Outcome { kept, decided_at }) = delivered(part, promised, state, &limits) else {
                        continue;
                    };
                    let good = kept && (measure != OnTimeInFull || part.is_in_full());
                    tally.count(measure, decided_at, facets, Part::Counted, (i64::from(good), 1));
                }
                (None, None) => {
                    if let Some(at) = part.handed_over_at() {
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
    // All that it was to carry was cancelled by those who had ordered it.
    let is_off = |part: &Consignment| part.is_cancelled && part.stage() == Stage::CalledOff;
    let cancelled = tally.consignments.iter().filter_map(|one| one.order?.state.cancelled);
    let all_off = !tally.consignments.is_empty() && tally.consignments.iter().all(|one| is_off(&one.part));
    let called_off_at = cancelled.max().filter(|_| all_off);
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
                _ if reached_at.is_none() && called_off_at.is_some() => {
                    if let Some(at) = called_off_at {
                        tally.exclude(measure, at, facets, Exclusion::Cancelled);
                    }
                }
                (_, _, Some(finished)) if reached_at.is_none() => {
                    tally.exclude(measure, finished, facets, Exclusion::NotReported);
                }
                (Some(promised), _, _) => {
                    if let Some(Outcome { kept, decided_at }) =
                        outcome(reached_at, promised, state, &tally.limits)
                    {
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
pub fn open_promises(tracked: &Tracked) -> Vec<Deadline> {
    let state = &tracked.shipment.state;
    let limits = tracked.limits();
    let mut due: Vec<Deadline> = Vec::new();
    let mut demand = |stop: &Stop, promised: Option<Window>| {
        let Some(promised) = promised else { return };
        let due_at = limit(promised, limits);
        let deadline = Deadline { deadline: DeadlineKind::Promise, stop: stop.stop.clone(), due_at };
        // A later deadline that passed proves that this moment did.
        let is_past = state.passed.iter().any(|passed| passed.due_at >= deadline.due_at);
        if !is_past && !due.contains(&deadline) {
            due.push(deadline);
        }
    };
    let parts = tracked.consignments();
    let is_open = |part: &&Consignment| {
        !part.stage().is_off() && !part.is_mere_leg() && part.handed_over_at().is_none()
    };
    for part in parts.iter().filter(is_open) {
        let order = tracked.orders.iter().find(|order| Some(order.number.as_str()) == part.number);
        let Some(order) = order.filter(|order| order.state.cancelled.is_none()) else { continue };
        let open = part.deliveries().find(|stop| part.done_at(stop).is_none());
        if let Some(stop) = open.or_else(|| part.deliveries().last()) {
            demand(stop, order.state.promised_first);
            demand(stop, order.state.terms.as_ref().and_then(|terms| terms.promised));
        }
    }
    // The current window of a pickup has a deadline of its own kind.
    if !status_here(&parts).is_final() && !state.is_called_off() {
        let ahead =
            state.ahead().iter().filter(|stop| stop.kind == Some(StopKind::Pickup) && !stop.has_begun());
        for stop in ahead {
            demand(
                stop,
                first_window(&tracked.shipment, stop).filter(|first| Some(*first) != stop.expected()),
            );
        }
    }
    due
}

/// The window of the first plan that names the stop.
fn first_window(shipment: &Shipment, stop: &Stop) -> Option<Window> {
    standing(shipment.happened()).find_map(|event| match &event.fact {
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
