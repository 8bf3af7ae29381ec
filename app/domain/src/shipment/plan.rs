//! What a plan changes: it replaces the one before it, whole. What has happened stays with the place where it happened,
//! whatever number the new plan gives it; what the plan names no more is history.

use super::state::{Ended, NumberClash, State, Stop};
use crate::consignment::same_number;
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
        let is_known = self.planned_by.as_ref().is_none_or(|by| *by == source) || event.issuer.is_some();
        if !is_known {
            match &mut self.clash {
                Some(NumberClash::Sources(sources)) => sources.push(source),
                clash => *clash = Some(NumberClash::Sources(vec![source])),
            }
            return true;
        }
        let begins_at = plan.stops.iter().map(|stop| stop.planned.from).min();
        let ended_at = self.ended_at().or_else(|| self.forgotten_at(plan));
        let is_again = matches!((begins_at, ended_at), (Some(begins_at), Some(ended_at)) if begins_at - ended_at > RESTING);
        if is_again {
            self.clash = Some(NumberClash::UsedAgain(event.occurred_at));
        }
        is_again
    }

    /// When anything was last heard or expected of it, where the plan is for other orders: what nobody has closed has ended all the
    /// same once it was forgotten for long.
    fn forgotten_at(&self, plan: &Plan) -> Option<Moment> {
        let is_of_others = !self.orders.is_empty()
            && !plan.orders.is_empty()
            && !plan.orders.iter().any(|order| self.orders.iter().any(|own| same_number(own, order)));
        let expected = self.stops.iter().filter_map(Stop::expected).map(|window| window.to).max();
        self.heard_at.max(expected).filter(|_| is_of_others)
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
        let orders = self.orders.clone();
        self.keep_past_orders(plan);
        self.references.clone_from(&plan.references);
        self.order_issuer.clone_from(&plan.order_issuer);
        if plan.carrier.is_some() {
            self.carrier.clone_from(&plan.carrier);
        }
        let mut before = std::mem::take(&mut self.stops);
        before.append(&mut self.former);
        let taken = continued(&mut before, plan, &orders);
        self.stops = plan.stops.iter().zip(taken).map(|(planned, stop)| place(stop, planned)).collect();
        // What nobody has reached is forgotten, but for where the goods should have gone: who brings them home is known by it.
        before
            .retain(|stop| stop.has_begun() || has_been_tried(stop) || stop.kind == Some(StopKind::Delivery));
        // Whoever joins the shipment later was not served there.
        for stop in before.iter_mut().filter(|stop| stop.orders.is_empty()) {
            stop.orders.clone_from(&orders);
        }
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

    /// Orders of which goods were handed over stay the shipment's though a later plan names only what is still to come; so do
    /// those whose goods are on the truck, until somebody says where they go.
    fn keep_past_orders(&mut self, plan: &Plan) {
        let was_handed_over = |order: &String| {
            let handed_over = |stop: &&Stop| stop.is_delivery() && stop.handed_over_at().is_some();
            self.all_stops().filter(handed_over).any(|stop| stop.concerns(order))
        };
        let gone = || self.orders.iter().filter(|order| !plan.orders.contains(order));
        let is_dropped = |order: &&String| !was_handed_over(order) && self.is_loaded(order);
        let dropped: Vec<String> = gone().filter(is_dropped).cloned().collect();
        let past: Vec<String> =
            gone().filter(|order| was_handed_over(order) || dropped.contains(order)).cloned().collect();
        self.dropped_orders = dropped;
        self.orders.clone_from(&plan.orders);
        self.orders.extend(past.iter().cloned());
        self.past_orders = past;
    }

    /// Whether an order's goods were loaded and are not known to have left the truck since: at a cross-dock another may have taken them.
    fn is_loaded(&self, order: &str) -> bool {
        let takes =
            |stop: &Stop| stop.has_sent_goods() && stop.has_loaded(|number| same_number(number, order));
        let is_ended = |ended: &Ended| ended.orders.is_empty() || ended.orders.iter().any(|one| one == order);
        let concerned = || self.all_stops().filter(|stop| stop.concerns(order));
        concerned().any(|stop| stop.kind == Some(StopKind::Pickup) && takes(stop))
            && !concerned().any(|stop| stop.kind == Some(StopKind::CrossDock) && stop.has_begun())
            && !self.returned.iter().chain(&self.written_off).any(is_ended)
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

/// Whether a stop is the one that a planned stop continues.
type Fits<'f> = &'f dyn Fn(&Stop, &PlannedStop) -> bool;

/// Takes out, for each stop of the plan, the one that it continues: of its number and place; else of its place under another
/// number; else, of its number, one of which no place is known yet, or one whose place is only written otherwise now. A stop is
/// never made another place: what happened, was agreed or is expected there stays there.
fn continued(before: &mut Vec<Stop>, plan: &Plan, orders: &[String]) -> Vec<Option<Stop>> {
    let mut taken: Vec<Option<Stop>> = plan.stops.iter().map(|_| None).collect();
    let has_happened = |stop: &Stop| stop.has_begun() || has_been_tried(stop);
    let is_here = |stop: &Stop, planned: &PlannedStop| {
        stop.location.as_ref().is_some_and(|there| is_same_place(&planned.location, there))
    };
    let is_kind = |stop: &Stop, planned: &PlannedStop| stop.kind.is_none_or(|kind| kind == planned.kind);
    let is_number = |stop: &Stop, planned: &PlannedStop| same_number(&stop.stop, &planned.stop);
    let is_near = |stop: &Stop, planned: &PlannedStop| {
        let is_same_city = |there: &Location| is_same_city(&planned.location, there);
        stop.location
            .as_ref()
            .is_none_or(|there| is_same_city(there) || is_same_code(&planned.location, there))
    };
    let steps: [Fits; 5] = [
        &|stop, planned| is_number(stop, planned) && is_here(stop, planned) && has_happened(stop),
        &|stop, planned| is_here(stop, planned) && is_kind(stop, planned) && has_happened(stop),
        &|stop, planned| is_number(stop, planned) && is_here(stop, planned) && is_kind(stop, planned),
        &|stop, planned| is_here(stop, planned) && is_kind(stop, planned),
        &|stop, planned| is_number(stop, planned) && is_near(stop, planned),
    ];
    for is_it in steps {
        for (place, planned) in taken.iter_mut().zip(&plan.stops).filter(|(place, _)| place.is_none()) {
            let wanted = if planned.orders.is_empty() { &plan.orders } else { &planned.orders };
            let fits = |stop: &Stop| is_it(stop, planned) && serves(stop, wanted, orders);
            // Of several at one place the one of its number.
            let found = before.iter().position(|stop| fits(stop) && is_number(stop, planned));
            let found = found.or_else(|| before.iter().position(fits));
            *place = found.map(|found| before.remove(found));
        }
    }
    taken
}

/// Whether a stop for the orders `wanted` can be one at which goods were handed over, of `orders` where it names none: what was
/// delivered to one customer does not deliver what a later plan brings to the same door.
fn serves(stop: &Stop, wanted: &[String], orders: &[String]) -> bool {
    let served = if stop.orders.is_empty() { orders } else { &stop.orders };
    let is_served = |order: &String| served.iter().any(|one| same_number(one, order));
    stop.handed_over_at().is_none() || served.is_empty() || wanted.iter().all(is_served)
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

/// Whether two names mean one place: two of code, name and city agree.
pub(crate) fn is_same_place(one: &Location, other: &Location) -> bool {
    let is_same_name = is_same_name(&one.name, &other.name);
    let is_same_city = is_same_city(one, other);
    is_same_code(one, other) && (is_same_city || is_same_name) || is_same_name && is_same_city
}

fn is_same_code(one: &Location, other: &Location) -> bool {
    !one.code.trim().is_empty()
        && one.code.trim().eq_ignore_ascii_case(other.code.trim())
        && is_same_name(&one.country, &other.country)
}

pub(crate) fn is_same_city(one: &Location, other: &Location) -> bool {
    is_same_name(&one.city, &other.city) && is_same_name(&one.country, &other.country)
}

/// Whether two names read the same, however their letters are written: Köln is Koeln.
fn is_same_name(one: &str, other: &str) -> bool {
    one == other || plain(one) == plain(other)
}

/// A name in small letters of the alphabet, as people write it who have no others on their keyboard.
fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.trim().chars().flat_map(char::to_lowercase) {
        match letter {
            'ä' | 'æ' => plain.push_str("ae"),
            'ö' | 'ø' | 'œ' => plain.push_str("oe"),
            'ü' => plain.push_str("ue"),
            'ß' => plain.push_str("ss"),
            'å' => plain.push_str("aa"),
            'á' | 'à' | 'â' | 'ã' | 'ą' => plain.push('a'),
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => plain.push('e'),
            'í' | 'ì' | 'î' | 'ï' | 'ı' => plain.push('i'),
            'ó' | 'ò' | 'ô' | 'õ' | 'ő' => plain.push('o'),
            'ú' | 'ù' | 'û' | 'ů' | 'ű' => plain.push('u'),
            'ç' | 'ć' | 'č' => plain.push('c'),
            'ñ' | 'ń' | 'ň' => plain.push('n'),
            'ł' => plain.push('l'),
            'ś' | 'š' | 'ş' => plain.push('s'),
            'ź' | 'ż' | 'ž' => plain.push('z'),
            'ř' => plain.push('r'),
            'ý' => plain.push('y'),
            other => plain.push(other),
        }
    }
    plain
}
