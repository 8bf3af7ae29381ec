//! From a shipment with everything that hangs on it to what it contributes. No clock: what is overdue is known from
//! the deadlines that passed, since those are events.

use super::definition::Measure;
use super::rollup::{Contribution, Day, Exclusion, Facets, Member, Part, Sums};
use super::{desk, freight_cost, on_time, order_to_cash, visits};
use crate::consignment::Consignment;
use crate::event::Event;
use crate::fact::StopKind;
use crate::fold::Entry;
use crate::order::Order;
use crate::rulebook::Limits;
use crate::shipment::{Shipment, State, Stop};
use crate::time::Moment;
use crate::tracked::Tracked;
use chrono::{DateTime, TimeDelta, Utc};

/// What the shipment contributes to every measure, as far as it is decided.
pub fn contributions(tracked: &Tracked) -> Vec<Contribution> {
    let mut tally = Tally::new(tracked);
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
    pub consignments: Vec<Counted<'a>>,
    /// What the rules file lets pass on the shipment.
    pub limits: Limits,
    /// When the last hand-over was made, once all are.
    pub finished: Option<Moment>,
    /// The shipment's carrier and lane.
    pub facets: Facets,
    contributions: Vec<Contribution>,
}

/// A consignment with its order, as far as the ERP has told.
pub(super) struct Counted<'a> {
    pub part: Consignment<'a>,
    pub order: Option<&'a Order>,
}

impl<'a> Tally<'a> {
    fn new(tracked: &'a Tracked) -> Self {
        let shipment = &tracked.shipment;
        let state = &shipment.state;
        let parts = tracked.consignments();
        let finished = last(parts.iter().filter(|part| !part.stage().is_off()).map(Consignment::ended_at));
        let carrier = state.carrier.as_ref().map(|carrier| member(&carrier.name, &carrier.code));
        let facets = Facets { carrier, lane: lane(state.stops.iter()), ..Facets::default() };
        let counted = |part: Consignment<'a>| {
            let order = tracked.orders.iter().find(|order| Some(order.number.as_str()) == part.number);
            Counted { order: order.map(|order| &**order), part }
        };
        let consignments = parts.into_iter().map(counted).collect();
        let limits = *tracked.limits();
        Self { shipment, state, consignments, limits, finished, facets, contributions: Vec::new() }
    }

    /// The facets of a consignment: its customer, and its own lane where the shipment serves several.
    pub fn facets_of(&self, consignment: &Counted) -> Facets {
        let terms = consignment.order.and_then(|order| order.state.terms.as_ref());
        let shares_all = self.state.stops.iter().all(|stop| stop.orders.is_empty());
        let own_lane = || lane(consignment.part.stops());
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
            Some(StopKind::Delivery) if !stop.is_return => to = stop.location.as_ref(),
            _ => {}
        }
    }
    let (from, to) = (from?, to?);
    Some(format!("{} {} → {} {}", from.city, from.country, to.city, to.country).into())
}
