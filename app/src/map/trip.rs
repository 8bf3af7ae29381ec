//! What a map shows of a shipment, for the house and for a customer.

use domain::Tracked;
use domain::fact::StopKind;
use domain::place::{Location, Position};
use domain::redaction::CustomerShipment;
use domain::shipment::{LastPosition, track};
use domain::time::Moment;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Trip {
    /// Those of which it is known where they are, in route order.
    pub stops: Vec<MapStop>,
    /// Where it has been, in the order of time.
    pub way: Vec<Position>,
    /// Where it was seen last; none once nothing more is expected to move.
    pub last: Option<LastPosition>,
    /// Whether nothing more is expected to move.
    pub is_over: bool,
}

/// A stop as a map shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct MapStop {
    pub at: Position,
    pub kind: Option<StopKind>,
    pub label: String,
    pub is_visited: bool,
}

/// A stop of either audience's view.
struct Call<'a> {
    kind: Option<StopKind>,
    location: Option<&'a Location>,
    visited_at: Option<Moment>,
}

impl Trip {
    /// What the house sees.
    pub fn of(tracked: &Tracked) -> Self {
        let state = &tracked.shipment.state;
        let calls = state.stops.iter().map(|stop| Call {
            kind: stop.kind,
            location: stop.location.as_ref(),
            visited_at: stop.arrived_at.or(stop.loaded_at).or(stop.delivered_at).or(stop.departed_at),
        });
        let is_over = tracked.outline().status.is_final();
        Self::made(calls, track(&tracked.shipment), state.position.as_ref(), is_over)
    }

    /// What a customer sees: the stops of their redaction, and reported positions only where it has the last one.
    pub fn redacted(shipment: &CustomerShipment, tracked: &Tracked) -> Self {
        let calls = shipment.stops.iter().map(|stop| Call {
            kind: stop.kind,
            location: stop.location.as_ref(),
            visited_at: stop.arrived_at.or(stop.loaded_at).or(stop.delivered_at).or(stop.departed_at),
        });
        let last = shipment.position.as_ref();
        let way = if last.is_some() { track(&tracked.shipment) } else { Vec::new() };
        Self::made(calls, way, last, shipment.status.is_final())
    }

    fn made<'a>(
        calls: impl Iterator<Item = Call<'a>>,
        mut way: Vec<(Moment, Position)>,
        last: Option<&LastPosition>,
        is_over: bool,
    ) -> Self {
        let mut stops = Vec::new();
        for Call { kind, location, visited_at } in calls {
            let Some((location, at)) = location.and_then(|place| Some((place, place.position?))) else {
                continue;
            };
            way.extend(visited_at.map(|moment| (moment, at)));
            stops.push(MapStop { at, kind, label: location.city.clone(), is_visited: visited_at.is_some() });
        }
        way.sort_by_key(|(moment, _)| *moment);
        Self {
            stops,
            way: way.into_iter().map(|(_, at)| at).collect(),
            last: last.filter(|_| !is_over).cloned(),
            is_over,
        }
    }

    /// The way that is still expected: from where it is to the stops where it has not been.
    pub fn ahead(&self) -> Vec<Position> {
        if self.is_over {
            return Vec::new();
        }
        let to_come = self.stops.iter().filter(|stop| !stop.is_visited).map(|stop| stop.at);
        self.way.last().copied().into_iter().chain(to_come).collect()
    }
}
