//! From a shipment with everything that hangs on it to what it contributes. No clock: what is overdue is known from
//! the deadlines that passed, since those are events.

use super::definition::Measure;
use super::rollup::{Contribution, Day, Exclusion, Facets, Member, Part, Sums};
use super::{desk, freight_cost, on_time, order_to_cash, visits};
use crate::event::Event;
use crate::fact::StopKind;
use crate::fold::Entry;
use crate::order::Order;
use crate::shipment::{Shipment, State, Stop};
use crate::time::Moment;
use crate::tracked::Tracked;
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// What the shipment contributes to every measure, as far as it is decided.
pub fn contributions(tracked: &Tracked) -> Vec<Contribution> {
    let mut tally = Tally::new(&tracked.shipment, &tracked.orders);
    on_time::deliveries(&mut tally);
    on_time::pickups(&mut tally);
    visits::milestones(&mut tally);
    visits::dwells(&mut tally);
    freight_cost::variances(&mut tally);
    order_to_cash::legs(&mut tally);
    desk::exceptions(&mut tally, &tracked.exceptions);
    desk::touches(&mut tally);
    tally.contributions
}

/// A shipment that is being looked at, and what was found so far.
pub(super) struct Tally<'a> {
    pub shipment: &'a Shipment,
    pub state: &'a State,
    pub consignments: Vec<Consignment<'a>>,
    /// When the last hand-over was made, once all are.
    pub finished: Option<Moment>,
    /// The shipment's carrier and lane.
    pub facets: Facets,
    contributions: Vec<Contribution>,
}

/// One order on one shipment: what a promise is kept for.
pub(super) struct Consignment<'a> {
    /// None where the shipment names no orders: all of it is one.
    pub number: Option<&'a str>,
    /// As far as the ERP has told.
    pub order: Option<&'a Order>,
}

impl Consignment<'_> {
    /// Where it is handed over.
    pub fn deliveries<'a>(&self, state: &'a State) -> impl Iterator<Item = &'a Stop> {
        self.stops(state).filter(|stop| stop.is_delivery())
    }

    pub fn pickups<'a>(&self, state: &'a State) -> impl Iterator<Item = &'a Stop> {
        self.stops(state).filter(|stop| stop.kind == Some(StopKind::Pickup))
    }

    fn stops<'a>(&self, state: &'a State) -> impl Iterator<Item = &'a Stop> {
        state.stops.iter().filter(|stop| self.number.is_none_or(|number| stop.concerns(number)))
    }

    /// When it was handed over at its last stop, once it was at all of them.
    pub fn handed_over_at(&self, state: &State) -> Option<Moment> {
        last(self.deliveries(state).map(Stop::handed_over_at))
    }
}

/// What a shipment or a part of it consists of, each with its own facts, by order number.
pub(crate) fn consignments<'a>(state: &'a State, orders: &'a [Arc<Order>]) -> Vec<Consignment<'a>> {
    if state.orders.is_empty() {
        return vec![Consignment { number: None, order: None }];
    }
    let consignment = |number: &'a String| Consignment {
        number: Some(number),
        order: orders.iter().find(|order| order.number == *number).map(|order| &**order),
    };
    state.orders.iter().map(consignment).collect()
}

impl<'a> Tally<'a> {
    fn new(shipment: &'a Shipment, orders: &'a [Arc<Order>]) -> Self {
        let state = &shipment.state;
        let deliveries = state.stops.iter().filter(|stop| stop.is_delivery());
        let finished = last(deliveries.map(Stop::handed_over_at)).filter(|_| !state.is_called_off());
        let carrier = state.carrier.as_ref().map(|carrier| member(&carrier.name, &carrier.code));
        let facets = Facets { carrier, lane: lane(state.stops.iter()), ..Facets::default() };
        let consignments = consignments(state, orders);
        Self { shipment, state, consignments, finished, facets, contributions: Vec::new() }
    }

    /// The facets of a consignment: its customer, and its own lane where the shipment serves several.
    pub fn facets_of(&self, consignment: &Consignment) -> Facets {
        let terms = consignment.order.and_then(|order| order.state.terms.as_ref());
        let shares_all = self.state.stops.iter().all(|stop| stop.orders.is_empty());
        let own_lane = || lane(consignment.stops(self.state));
        Facets {
            lane: if shares_all { self.facets.lane.clone() } else { own_lane() },
            customer: terms.map(|terms| member(&terms.customer.name, &terms.customer.code)),
            ..self.facets.clone()
        }
    }

    /// The facets of what happened at a stop.
    pub fn facets_at(&self, stop: &Stop) -> Facets {
        let location = stop
            .location
            .as_ref()
            .map(|location| member(&format!("{}, {}", location.name, location.city), &location.code));
        Facets { location, ..self.facets.clone() }
    }

    pub fn count(
        &mut self,
        measure: Measure,
        at: impl Into<DateTime<Utc>>,
        facets: Facets,
        part: Part,
        (numerator, denominator): (i64, i64),
    ) {
        let sums = Sums { numerator, denominator };
        self.contributions.push(Contribution { measure, day: Day::of(at.into()), facets, part, sums });
    }

    pub fn exclude(
        &mut self,
        measure: Measure,
        at: impl Into<DateTime<Utc>>,
        facets: Facets,
        why: Exclusion,
    ) {
        self.count(measure, at, facets, Part::Excluded(why), (0, 1));
    }

    /// Counts a span that ended at `to`; one that ended before it began is left out.
    pub fn lasted(&mut self, measure: Measure, facets: Facets, from: DateTime<Utc>, to: DateTime<Utc>) {
        let span = to - from;
        if span < TimeDelta::zero() {
            self.exclude(measure, to, facets, Exclusion::OutOfOrder);
        } else {
            let minutes = span.num_minutes();
            self.count(measure, to, facets, Part::Lasted(super::Bucket::of(minutes)), (minutes, 1));
        }
    }
}

/// The events that stand, in the order in which they happened.
pub(super) fn standing(entries: &[Entry]) -> impl DoubleEndedIterator<Item = &Event> {
    entries.iter().filter(|entry| entry.corrected.is_none()).map(|entry| &*entry.recorded.event)
}

/// The latest of all; none where one is missing, or all are.
pub(super) fn last(moments: impl Iterator<Item = Option<Moment>>) -> Option<Moment> {
    moments.collect::<Option<Vec<_>>>()?.into_iter().max()
}

fn member(name: &str, code: &str) -> Member {
    format!("{name} ({code})").into()
}

/// From the first pickup to the last delivery: `Bremen DE → Hamburg DE`.
fn lane<'a>(stops: impl Iterator<Item = &'a Stop>) -> Option<Member> {
    let (mut from, mut to) = (None, None);
    for stop in stops {
        match stop.kind {
            Some(StopKind::Pickup) if from.is_none() => from = stop.location.as_ref(),
            Some(StopKind::Delivery) => to = stop.location.as_ref(),
            _ => {}
        }
    }
    let (from, to) = (from?, to?);
    Some(format!("{} {} → {} {}", from.city, from.country, to.city, to.country).into())
}
