//! The legs of an order's way: where one shipment brings goods to a hub and another takes them on, only the last one's
//! consignee is owed anything. A shipment knows nothing of others, so Syncline states it of each, as a fact.

use crate::consignment::{Consignment, Stage};
use crate::fact::{Fact, Leg, LineElsewhere, Onward, StopKind};
use crate::measure::Quantity;
use crate::order::Order;
use crate::place::Location;
use crate::shipment::{Stop, is_same_city, is_same_place};
use crate::time::Moment;
use crate::tracked::Tracked;

/// What is to be stated of an order's legs, and on which of the shipments that carry it; nothing where all is said.
pub fn decide<'c>(order: &Order, carriers: &'c [Tracked]) -> Vec<(&'c Tracked, Leg)> {
    let parts: Vec<Vec<Consignment>> = carriers.iter().map(Tracked::consignments).collect();
    let part_of =
        |parts: &[Consignment]| parts.iter().position(|part| part.number == Some(order.number.as_str()));
    let legs: Vec<Way> = carriers
        .iter()
        .zip(&parts)
        .filter_map(|(carrier, parts)| Way::of(order, carrier, &parts[part_of(parts)?]))
        .collect();
    let live = || legs.iter().filter(|leg| leg.is_live());
    let first = live().min_by_key(|leg| leg.place_in_row());
    let ends = live().filter(|leg| leg.onward(&legs).is_none()).min_by_key(|leg| leg.place_in_row());
    let issuer = order.entries().first().and_then(|entry| entry.recorded.event.issuer.clone());
    let is_it = |one: Option<&Way>, way: &Way| {
        one.is_none_or(|one| one.carrier.shipment.id == way.carrier.shipment.id)
    };
    let wanted = |way: &Way| Leg {
        order: order.number.clone(),
        issuer: issuer.clone(),
        is_first: is_it(first, way),
        counts_in_full: is_it(ends, way),
        is_shared: live().count() > 1,
        goes_on: way.onward(&legs),
        // Said of the one that counts for the order, and of those that bring it no more: nobody else asks.
        elsewhere: if is_it(ends, way) || !way.is_live() { way.elsewhere(order, &legs) } else { Vec::new() },
    };
    let stated = |way: &Way| {
        way.carrier.shipment.state.legs.iter().find(|leg| leg.order == order.number).cloned().unwrap_or(Leg {
            order: order.number.clone(),
            issuer: issuer.clone(),
            is_first: true,
            counts_in_full: true,
            is_shared: false,
            goes_on: None,
            elsewhere: Vec::new(),
        })
    };
    let differ = legs.iter().map(|way| (way, wanted(way))).filter(|(way, wanted)| stated(way) != *wanted);
    differ.map(|(way, wanted)| (way.carrier, wanted)).collect()
}

/// What one shipment does of the order's way by the plan in force.
struct Way<'c, 'p> {
    carrier: &'c Tracked,
    part: &'p Consignment<'c>,
    begin: Option<&'c Stop>,
    end: Option<&'c Stop>,
    /// Whether goods of the order are known to have come back.
    has_returns: bool,
}

impl<'c, 'p> Way<'c, 'p> {
    fn of(order: &Order, carrier: &'c Tracked, part: &'p Consignment<'c>) -> Option<Self> {
        let stops: Vec<&Stop> = part.stops().filter(|stop| !stop.is_return).collect();
        let is_delivery = |stop: &&&Stop| stop.kind == Some(StopKind::Delivery);
        let begin = stops.iter().find(|stop| !is_delivery(stop)).copied();
        // A truck that only brings goods to a cross-dock delivers nowhere.
        let end = stops.iter().rfind(is_delivery).or(stops.last()).copied();
        carrier.shipment.state.is_planned.then_some(Self {
            carrier,
            part,
            begin,
            end,
            has_returns: !order.state.returns.is_empty(),
        })
    }

    fn is_live(&self) -> bool {
        !self.part.stage().is_off()
    }

    /// In a row of legs the one that begins first comes first; of two at once, by their numbers.
    fn place_in_row(&self) -> (Option<Moment>, &'c str) {
        (self.begin.and_then(Stop::expected).map(|window| window.from), &self.carrier.shipment.number)
    }

    /// How the goods go on from its end. What was brought to a hub stays there when whoever was to take it on does not come.
    fn onward(&self, all: &[Self]) -> Option<Onward> {
        let end = self.end?;
        let stated = self.part.goes_on().filter(|onward| onward.stop == end.stop);
        if !self.is_live() {
            // An order that is cancelled while its goods are at the hub has not reached anybody by that.
            return stated.filter(|_| self.part.is_cancelled).cloned();
        }
        let mut takers: Vec<&Self> =
            all.iter().filter(|other| self.is_taken_on_by(other) && self.is_taker(other, end)).collect();
        if takers.is_empty() {
            // Whoever was to come carries the order still, as far as its plan says.
            let is_awaited = all.iter().any(|other| self.is_followed_by(other));
            let waits = stated.filter(|_| is_awaited && end.handed_over_at().is_some())?;
            return Some(Onward {
                with: Vec::new(),
                left_at: None,
                handed_over_at: None,
                is_confirmed: false,
                came_back: false,
                ..waits.clone()
            });
        }
        takers.sort_by_key(|other| other.place_in_row());
        let ends: Option<Vec<Moment>> = takers.iter().map(|taker| taker.reached_consignee_at()).collect();
        Some(Onward {
            with: takers.iter().map(|taker| taker.carrier.shipment.number.clone()).collect(),
            stop: end.stop.clone(),
            left_at: takers.iter().filter_map(|taker| taker.left_at()).min(),
            handed_over_at: ends.and_then(|ends| ends.into_iter().max()),
            is_confirmed: takers.iter().all(|taker| taker.is_confirmed()),
            came_back: takers.iter().all(|taker| taker.has_come_back()),
        })
    }

    /// Whether a shipment that leaves from here takes these goods: not where a consignee had signed for them before anybody planned
    /// it, or they are known to have come back. That is another matter.
    fn is_taker(&self, other: &Self, end: &Stop) -> bool {
        if self.part.goes_on().is_some() {
            return true;
        }
        let is_signed_for = end.kind == Some(StopKind::Delivery) && end.left_with().is_none();
        let signed_at = end.pod.as_ref().map(|pod| pod.signed_at).filter(|_| is_signed_for);
        !self.has_returns
            && signed_at.is_none_or(|signed_at| other.planned_at().is_some_and(|at| at <= signed_at))
    }

    /// When it was first planned.
    fn planned_at(&self) -> Option<Moment> {
        let happened = self.carrier.shipment.happened().iter().filter(|entry| entry.corrected.is_none());
        let mut plans =
            happened.filter(|entry| matches!(entry.recorded.event.fact, Fact::ShipmentPlanned(_)));
        plans.next().map(|entry| entry.recorded.event.occurred_at)
    }

    fn has_come_back(&self) -> bool {
        self.part.stage() == Stage::Returned || self.part.goes_on().is_some_and(|onward| onward.came_back)
    }

    /// How much of each line the other shipments handed over to its consignee.
    fn elsewhere(&self, order: &Order, all: &[Self]) -> Vec<LineElsewhere> {
        let lines = order.state.terms.as_ref().map_or(&[][..], |terms| &terms.lines);
        let others = || {
            let others = all.iter().filter(|other| other.carrier.shipment.id != self.carrier.shipment.id);
            others.filter(|other| other.onward(all).is_none())
        };
        let sums = lines.iter().map(|line| {
            let handed_over = others().filter_map(|other| other.part.handed_over(line));
            let milli = handed_over.fold(0_i64, |sum, one| sum.saturating_add(one.milli));
            LineElsewhere { line: line.line.clone(), quantity: Quantity { milli, ..line.quantity.clone() } }
        });
        sums.filter(|one| one.quantity.milli > 0).collect()
    }

    /// Whether another shipment takes the goods on, or has, whatever became of them.
    fn is_taken_on_by(&self, other: &Self) -> bool {
        let has_taken = other.left_at().is_some() && other.part.stage() != Stage::CalledOff;
        (other.is_live() || has_taken) && self.is_followed_by(other)
    }

    /// Whether another shipment begins where this one ends, not sooner, and does not bring the goods back.
    fn is_followed_by(&self, other: &Self) -> bool {
        let (Some(begin), Some(end)) = (self.begin, self.end) else { return false };
        let (Some(taken_at), Some(brought_to)) = (other.begin, other.end) else { return false };
        let are = |same: fn(&Location, &Location) -> bool, one: &Stop, two: &Stop| match (
            &one.location,
            &two.location,
        ) {
            (Some(one), Some(two)) => same(one, two),
            _ => false,
        };
        let from = |stop: &Stop| stop.expected().map(|window| window.from);
        let is_sooner = matches!((from(begin), from(taken_at)), (Some(own), Some(others)) if others < own);
        // Two docks of one city are one hub where the truck that leaves waits for the one that comes.
        let is_after = matches!((from(end), from(taken_at)), (Some(own), Some(others)) if others >= own);
        let is_one_hub = are(is_same_place, end, taken_at)
            || is_after && are(is_same_city, end, taken_at) && !are(is_same_city, end, brought_to);
        other.carrier.shipment.id != self.carrier.shipment.id
            && is_one_hub
            && !is_sooner
            && !are(is_same_place, begin, brought_to)
            && !are(is_same_place, end, brought_to)
    }

    /// When the goods left; a truck that left with other orders' goods has left these behind.
    fn left_at(&self) -> Option<Moment> {
        let stop = self.begin?;
        let has_these = stop.has_loaded(|number| self.part.is_named(number));
        stop.loaded_at.or(stop.departed_at).filter(|_| has_these)
    }

    fn reached_consignee_at(&self) -> Option<Moment> {
        match self.part.goes_on() {
            Some(onward) => onward.handed_over_at,
            None => self.part.handed_over_at(),
        }
    }

    fn is_confirmed(&self) -> bool {
        match self.part.goes_on() {
            Some(onward) => onward.is_confirmed,
            None => self.part.stage() == Stage::Proven,
        }
    }
}
