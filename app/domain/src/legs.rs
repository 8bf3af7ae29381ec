//! The legs of an order's way: where one shipment brings goods to a hub and another takes them on, only the last one's
//! consignee is owed anything. A shipment knows nothing of others, so Syncline states it of each, as a fact.

use crate::consignment::{Consignment, Stage};
use crate::fact::{Leg, Onward, StopKind};
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
    let first = legs.iter().filter(|leg| leg.is_live()).min_by_key(|leg| leg.place_in_row());
    let issuer = order.entries().first().and_then(|entry| entry.recorded.event.issuer.clone());
    let wanted = |way: &Way| Leg {
        order: order.number.clone(),
        issuer: issuer.clone(),
        is_first: first.is_none_or(|first| first.carrier.shipment.id == way.carrier.shipment.id),
        is_shared: legs.iter().filter(|leg| leg.is_live()).count() > 1,
        goes_on: way.onward(&legs),
    };
    let stated = |way: &Way| {
        way.carrier.shipment.state.legs.iter().find(|leg| leg.order == order.number).cloned().unwrap_or(Leg {
            order: order.number.clone(),
            issuer: issuer.clone(),
            is_first: true,
            is_shared: false,
            goes_on: None,
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

    /// How the goods go on from its end.
    fn onward(&self, all: &[Self]) -> Option<Onward> {
        let end = self.end.filter(|_| self.is_live() && !self.has_reached_consignee())?;
        let mut takers: Vec<&Self> = all.iter().filter(|other| self.is_taken_on_by(other)).collect();
        takers.sort_by_key(|other| other.place_in_row());
        let ends: Option<Vec<Moment>> = takers.iter().map(|taker| taker.reached_consignee_at()).collect();
        (!takers.is_empty()).then(|| Onward {
            with: takers.iter().map(|taker| taker.carrier.shipment.number.clone()).collect(),
            stop: end.stop.clone(),
            left_at: takers.iter().filter_map(|taker| taker.left_at()).min(),
            handed_over_at: ends.and_then(|ends| ends.into_iter().max()),
            is_confirmed: takers.iter().all(|taker| taker.is_confirmed()),
        })
    }

    /// Whether a consignee has signed for the goods before anybody knew that they go on, or they are known to have come back: what
    /// leaves from there is another matter.
    fn has_reached_consignee(&self) -> bool {
        let is_signed = |stop: &Stop| {
            stop.kind == Some(StopKind::Delivery) && stop.pod.is_some() && stop.left_with().is_none()
        };
        self.part.goes_on().is_none() && (self.end.is_some_and(is_signed) || self.has_returns)
    }

    /// Whether another shipment takes the goods on where this one brings them: it begins there, not sooner, and does not bring
    /// them back.
    fn is_taken_on_by(&self, other: &Self) -> bool {
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
            && other.is_live()
            && is_one_hub
            && !is_sooner
            && !are(is_same_place, begin, brought_to)
            && !are(is_same_place, end, brought_to)
    }

    /// When the goods left; a truck that left with other orders' goods has left these behind.
    fn left_at(&self) -> Option<Moment> {
        let stop = self.begin?;
        let mut lines = stop.loads.iter().flat_map(|load| &load.lines).peekable();
        let takes_all = lines.peek().is_none() || stop.loads.iter().any(|load| load.lines.is_empty());
        let has_these = takes_all || lines.any(|line| self.part.is_named(&line.order));
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
