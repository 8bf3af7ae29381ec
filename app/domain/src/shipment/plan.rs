//! What a plan changes: it replaces the one before it, whole. What has happened stays with the place where it happened,
//! whatever number the new plan gives it; what the plan names no more is history.

use super::state::{NumberClash, State, Stop};
use crate::event::{Event, HISTORY};
use crate::fact::{Leg, Plan, PlannedStop, StopKind};
use crate::place::Location;
use crate::time::Moment;
use chrono::TimeDelta;

/// How long after its end a number has to rest before it names something else: what is planned sooner is the same freight.
const RESTING: TimeDelta = TimeDelta::days(60);

impl State {
    /// Whether a plan gives the number to something else: a source plans what another has planned, and no issuer says that they
    /// share their numbers; or what the number named was over long before the new one begins. Then nothing of it counts here: a
    /// wrong guess would move money, and show one customer another's freight.
    pub(super) fn clashes(&mut self, event: &Event, plan: &Plan) -> bool {
        let source = event.source.to_string();
        let is_known =
            self.planned_by.get_or_insert_with(|| source.clone()) == &source || event.issuer.is_some();
        if !is_known {
            match &mut self.clash {
                Some(NumberClash::Sources(sources)) => sources.push(source),
                clash => *clash = Some(NumberClash::Sources(vec![source])),
            }
            return true;
        }
        let begins_at = plan.stops.iter().map(|stop| stop.planned.from).min();
        let ended_at = self.ended_at();
        let is_again = matches!((begins_at, ended_at), (Some(begins_at), Some(ended_at)) if begins_at - ended_at > RESTING);
        if is_again {
            self.clash = Some(NumberClash::UsedAgain(event.occurred_at));
        }
        is_again
    }

    /// When everything on it was handed over or called off.
    fn ended_at(&self) -> Option<Moment> {
        let cancelled_at = self.cancelled.as_ref().map(|cancelled| cancelled.at);
        let deliveries: Vec<&Stop> = self.stops.iter().filter(|stop| stop.is_delivery()).collect();
        let handed_over: Option<Vec<Moment>> = deliveries.iter().map(|stop| stop.handed_over_at()).collect();
        handed_over.and_then(|moments| moments.into_iter().max()).or(cancelled_at)
    }

    pub(super) fn plan(&mut self, plan: &Plan) {
        self.is_planned = true;
        self.cancelled = None;
        self.mode = Some(plan.mode);
        self.keep_past_orders(plan);
        self.references.clone_from(&plan.references);
        self.order_issuer.clone_from(&plan.order_issuer);
        if plan.carrier.is_some() {
            self.carrier.clone_from(&plan.carrier);
        }
        let mut before = std::mem::take(&mut self.stops);
        before.append(&mut self.former);
        let taken: Vec<Option<Stop>> =
            plan.stops.iter().map(|planned| take_same(&mut before, planned, plan)).collect();
        self.stops = plan.stops.iter().zip(taken).map(|(planned, stop)| place(stop, planned)).collect();
        // What nobody has reached is forgotten, but for where the goods should have gone: who brings them home is known by it.
        before
            .retain(|stop| stop.has_begun() || has_been_tried(stop) || stop.kind == Some(StopKind::Delivery));
        self.former = before;
        self.mark_returns();
        self.mark_hubs();
    }

    /// Marks the deliveries from which all goes on with another shipment: nobody there is a consignee.
    pub(super) fn mark_hubs(&mut self) {
        let from =
            |leg: &Leg, stop: &Stop| leg.goes_on.as_ref().is_some_and(|onward| onward.stop == stop.stop);
        let goes_on = |stop: &Stop, order: &str| {
            match self.legs.iter().find(|leg| leg.order == order) {
                Some(leg) => from(leg, stop),
                // The order that took its place is not named by the plan.
                None => self.legs.iter().any(|leg| !self.orders.contains(&leg.order) && from(leg, stop)),
            }
        };
        let is_hub = |stop: &Stop| {
            let is_here = |order: &&String| stop.concerns(order) && !self.past_orders.contains(order);
            let mut here = self.orders.iter().filter(is_here).peekable();
            here.peek().is_some() && here.all(|order| goes_on(stop, order))
        };
        let marks: Vec<bool> = self.stops.iter().map(is_hub).collect();
        for (stop, mark) in self.stops.iter_mut().zip(marks) {
            stop.is_hub = mark;
        }
    }

    /// Orders of which goods were handed over stay the shipment's though a later plan names only what is still to come.
    fn keep_past_orders(&mut self, plan: &Plan) {
        let was_handed_over = |order: &String| {
            let handed_over = |stop: &&Stop| stop.is_delivery() && stop.handed_over_at().is_some();
            self.all_stops().filter(handed_over).any(|stop| stop.concerns(order))
        };
        let mut past: Vec<String> =
            self.orders.iter().filter(|order| was_handed_over(order)).cloned().collect();
        past.retain(|order| !plan.orders.contains(order));
        self.orders.clone_from(&plan.orders);
        self.orders.extend(past.iter().cloned());
        self.past_orders = past;
    }

    /// Marks the deliveries that bring goods back to where they came from.
    fn mark_returns(&mut self) {
        let marks: Vec<bool> = self.stops.iter().map(|stop| self.is_way_home(stop)).collect();
        for (stop, mark) in self.stops.iter_mut().zip(marks) {
            stop.is_return = mark;
        }
    }

    fn is_way_home(&self, stop: &Stop) -> bool {
        let Some(here) = stop.location.as_ref().filter(|_| stop.kind == Some(StopKind::Delivery)) else {
            return false;
        };
        let shares = |other: &Stop| {
            other.orders.is_empty()
                || stop.orders.is_empty()
                || other.orders.iter().any(|one| stop.orders.contains(one))
        };
        let of = |kind| {
            self.all_stops().filter(move |other| other.kind == Some(kind)).filter(|other| shares(other))
        };
        let is_elsewhere =
            |other: &&Stop| other.location.as_ref().is_some_and(|there| !is_same_city(here, there));
        let was_meant_for_elsewhere = self
            .former
            .iter()
            .filter(|other| shares(other))
            .any(|other| other.kind == Some(StopKind::Delivery) && is_elsewhere(&other));
        let still_goes_elsewhere = self
            .stops
            .iter()
            .filter(|other| shares(other))
            .any(|other| other.kind == Some(StopKind::Delivery) && is_elsewhere(&other));
        let came_from_here = of(StopKind::Pickup).any(|other| {
            other.location.as_ref().is_some_and(|there| {
                is_same_place(here, there) || was_meant_for_elsewhere && is_same_city(here, there)
            })
        });
        came_from_here && !still_goes_elsewhere
    }
}

/// Takes out the stop that `planned` continues: one of its number at its place, or, where the plan gives its number to
/// another place, one of its place at which something happened. A stop that something happened at is never made another place.
fn take_same(before: &mut Vec<Stop>, planned: &PlannedStop, plan: &Plan) -> Option<Stop> {
    let is_here =
        |stop: &Stop| stop.location.as_ref().is_none_or(|there| is_same_place(&planned.location, there));
    let has_happened = |stop: &Stop| stop.has_begun() || has_been_tried(stop);
    let is_it = |stop: &Stop| stop.stop == planned.stop && (is_here(stop) || !has_happened(stop));
    // Another planned stop that keeps both number and place has the better claim.
    let is_claimed = |stop: &Stop| {
        plan.stops.iter().any(|other| {
            other.stop == stop.stop
                && other.stop != planned.stop
                && stop.location.as_ref().is_some_and(|there| is_same_place(&other.location, there))
        })
    };
    let is_renumbered = |stop: &Stop| {
        has_happened(stop)
            && stop.kind == Some(planned.kind)
            && stop.location.is_some()
            && is_here(stop)
            && !is_claimed(stop)
    };
    let by_number = before.iter().position(is_it);
    let by_place = || before.iter().position(is_renumbered);
    // A stop that waits under this number gives way to one of this place that was begun under another.
    let found = match by_number {
        Some(found) if has_happened(&before[found]) => Some(found),
        waiting => by_place().or(waiting),
    };
    found.map(|found| before.remove(found))
}

fn has_been_tried(stop: &Stop) -> bool {
    stop.refused.is_some() || !stop.attempts.is_empty() || stop.collection.is_some()
}

/// A stop as the plan has it, with what was known of it.
fn place(stop: Option<Stop>, planned: &PlannedStop) -> Stop {
    let mut stop = stop.unwrap_or_default();
    planned.stop.clone_into(&mut stop.stop);
    stop.kind = Some(planned.kind);
    stop.location = Some(planned.location.clone());
    if stop.planned.replace(planned.planned) != Some(planned.planned) {
        stop.missed_at = None;
    }
    // What was told of the number long before anybody planned it is no visit of this stop.
    let is_stale = stop.arrived_at.is_some_and(|at| planned.planned.from - at > HISTORY);
    if is_stale && stop.loaded_at.is_none() && !stop.is_done() {
        stop.arrived_at = None;
    }
    stop.orders.clone_from(&planned.orders);
    stop
}

/// Whether two names mean one place: by their code, or by name and city.
pub(crate) fn is_same_place(one: &Location, other: &Location) -> bool {
    let same = |a: &str, b: &str| a.trim().eq_ignore_ascii_case(b.trim());
    (!one.code.trim().is_empty() && same(&one.code, &other.code) && is_same_city(one, other))
        || (same(&one.name, &other.name) && is_same_city(one, other))
}

pub(crate) fn is_same_city(one: &Location, other: &Location) -> bool {
    let same = |a: &str, b: &str| a.trim().to_lowercase() == b.trim().to_lowercase();
    same(&one.city, &other.city) && same(&one.country, &other.country)
}
