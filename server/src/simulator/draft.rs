//! Draws a life up before it is told: who ordered what, which way it goes and when each stop is planned.

use super::chance::Chance;
use super::lane;
use super::network::{CUSTOMERS, ITEMS, PLACES, Place, Region, Shopper, Site, Ware, customs_area};
use super::pace::Span;
use super::plot::Plot;
use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use domain::fact::{Mode, OrderLine, Priority, StopKind};
use domain::measure::{Money, Quantity};

/// A line of an order.
pub(super) struct Line {
    pub number: String,
    pub ware: &'static Ware,
    pub count: i64,
}

/// An order.
pub(super) struct OrderDraft {
    pub number: String,
    pub customer: &'static Shopper,
    pub lines: Vec<Line>,
    pub promised: Span,
    /// Where it goes.
    pub dock: &'static Place,
    pub priority: Priority,
    pub purchase_order: String,
}

/// A stop of the plan.
pub(super) struct StopDraft {
    pub number: String,
    pub kind: StopKind,
    pub place: &'static Place,
    pub window: Span,
    /// Indexes of the orders handled here; none means all.
    pub orders: Vec<usize>,
}

/// Some pieces of an order's line on a shipment.
#[derive(Clone, Copy)]
pub(super) struct Cargo {
    pub order: usize,
    pub line: usize,
    pub count: i64,
}

/// One shipment of the life.
pub(super) struct Voyage {
    pub shipment: String,
    pub plot: Plot,
    pub mode: Mode,
    pub stops: Vec<StopDraft>,
    pub cargo: Vec<Cargo>,
    /// Whether it carries only a part of its order.
    pub is_part: bool,
}

/// A life as drawn up: its orders and the shipments that carry them.
pub(super) struct Draft {
    pub orders: Vec<OrderDraft>,
    pub voyages: Vec<Voyage>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Single,
    SeveralOrders,
    TwoDeliveries,
    TwoPickups,
    Split,
}

const SHAPES: &[(Shape, u32)] = &[
    (Shape::Single, 680),
    (Shape::SeveralOrders, 130),
    (Shape::TwoDeliveries, 100),
    (Shape::TwoPickups, 40),
    (Shape::Split, 50),
];

impl OrderDraft {
    /// The lines as the ERP states them; `count` says how much of each.
    pub fn lines(&self, count: impl Fn(usize, &Line) -> i64) -> Vec<OrderLine> {
        let line = |(index, line): (usize, &Line)| OrderLine {
            conversions: Vec::new(),
            line: line.number.clone(),
            item: line.ware.item(),
            quantity: Quantity::whole(count(index, line), line.ware.unit),
            price: Some(Money { minor: line.ware.price, currency: self.customer.region.currency() }),
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

impl Voyage {
    pub fn first(&self) -> &StopDraft {
        &self.stops[0]
    }

    pub fn last(&self) -> &StopDraft {
        &self.stops[self.stops.len() - 1]
    }

    /// The way along the stops, in kilometres.
    pub fn kilometres(&self) -> f64 {
        self.stops.windows(2).map(|leg| lane::km(leg[0].place.position, leg[1].place.position) * 1.2).sum()
    }

    /// The carriers' region; none where the way leads across the sea.
    pub fn region(&self) -> Option<Region> {
        let (from, to) = (self.first().place.region(), self.last().place.region());
        (from == to).then_some(from)
    }
}

/// Draws up the life `life`, whose first order is released at `start`.
pub(super) fn draft(chance: &mut Chance, plot: Plot, life: u64, year: i32, start: DateTime<Utc>) -> Draft {
    let customer = chance.weighted(CUSTOMERS, |customer| customer.weight);
    let code = *chance.pick(customer.docks);
    let dock = Place::coded(code);
    let route = route(chance, plot, dock);
    let mut shape = chance.weighted(SHAPES, |(_, weight)| *weight).0;
    if matches!(shape, Shape::TwoDeliveries | Shape::TwoPickups) && route.mode != Mode::Truckload {
        shape = Shape::Single;
    }
    let mut docks = vec![(customer, dock)];
    match shape {
        Shape::SeveralOrders => docks.extend((0..chance.number(1..=2)).map(|_| (customer, dock))),
        Shape::TwoDeliveries => docks.push(second_dock(chance, customer, dock)),
        Shape::TwoPickups => docks.push((customer, dock)),
        Shape::Single | Shape::Split => {}
    }
    let ready = start + chance.hours(20..=52);
    let split = shape == Shape::Split;
    let stops = stops(chance, &route, shape, &docks, ready);
    let promised = |dock: &Place, chance: &mut Chance| {
        let delivery =
            stops.iter().rev().find(|stop| stop.place.code == dock.code).unwrap_or(&stops[stops.len() - 1]);
        let slack = chance.hours(if split { 26..=30 } else { 2..=7 });
        Span { from: delivery.window.from - TimeDelta::hours(2), to: delivery.window.to + slack }
    };
    let orders: Vec<_> = docks
        .iter()
        .zip(0_u64..)
        .map(|(&(customer, dock), index)| OrderDraft {
            number: format!("SO-{:07}", 4_000_000 + life * 4 + index),
            customer,
            lines: lines(chance, customer),
            promised: promised(dock, chance),
            dock,
            priority: match chance.number(0..=99) {
                0..=3 => Priority::Critical,
                4..=15 => Priority::High,
                _ => Priority::Normal,
            },
            purchase_order: format!("PO{}", 70_000_000 + life * 7 + index * 3 + 11),
        })
        .collect();
    let whole: Vec<_> = orders
        .iter()
        .enumerate()
        .flat_map(|(order, terms)| {
            terms.lines.iter().enumerate().map(move |(line, one)| Cargo { order, line, count: one.count })
        })
        .collect();
    let shipment = |part: u64| format!("SH-{:02}-{:06}", year.rem_euclid(100), life * 2 + part);
    let voyage = |part, plot, stops, cargo| Voyage {
        shipment: shipment(part),
        plot,
        mode: route.mode,
        stops,
        cargo,
        is_part: split,
    };
    if !split {
        return Draft { orders, voyages: vec![voyage(0, plot, stops, whole)] };
    }
    let first: Vec<_> = whole.iter().map(|cargo| Cargo { count: (cargo.count + 1) / 2, ..*cargo }).collect();
    let rest = whole
        .iter()
        .zip(&first)
        .map(|(all, taken)| Cargo { count: all.count - taken.count, ..*all })
        .filter(|cargo| cargo.count > 0)
        .collect();
    let later = self::stops(chance, &route, Shape::Single, &docks, ready + TimeDelta::hours(22));
    let voyages = vec![voyage(0, plot, stops, first), voyage(1, Plot::Happy, later, rest)];
    Draft { orders, voyages }
}

struct Route {
    mode: Mode,
    origin: &'static Place,
    /// Where the goods change vehicles.
    via: Option<&'static Place>,
}

fn route(chance: &mut Chance, plot: Plot, dock: &'static Place) -> Route {
    let crosses = plot == Plot::CustomsHold || chance.happens(80);
    let is_abroad = |place: &Place| customs_area(place.country) != customs_area(dock.country);
    let reachable: Vec<_> = reachable(dock).collect();
    let mut origins: Vec<_> = reachable.iter().copied().filter(|place| is_abroad(place) == crosses).collect();
    // What can't come over land from abroad comes over the sea, as some of the rest does.
    if crosses && (origins.is_empty() || chance.happens(280)) {
        return over_the_sea(chance, dock);
    }
    // A country with a single warehouse gets its goods from its neighbours.
    if origins.is_empty() {
        origins = reachable;
    }
    let origin = *chance.pick(&origins);
    let distance = lane::km(origin.position, dock.position);
    let mode = match chance.number(0..=99) {
        0..=20 => Mode::LessThanTruckload,
        21..=27 => Mode::Parcel,
        28..=35 if distance > 700.0 => Mode::Rail,
        _ => Mode::Truckload,
    };
    let hubs = PLACES
        .iter()
        .filter(|place| place.region() == dock.region() && matches!(place.site, Site::Hub | Site::Warehouse));
    let via = matches!(mode, Mode::LessThanTruckload | Mode::Parcel)
        .then(|| lane::least_detour(origin, dock, hubs))
        .flatten();
    Route { mode, origin, via }
}

/// Warehouses from which goods come to a dock over land.
pub(super) fn reachable(dock: &'static Place) -> impl Iterator<Item = &'static Place> {
    PLACES.iter().filter(|place| {
        place.site == Site::Warehouse
            && place.region() == dock.region()
            && (130.0..=2100.0).contains(&lane::km(place.position, dock.position))
    })
}

fn over_the_sea(chance: &mut Chance, dock: &'static Place) -> Route {
    let (mode, site) =
        if chance.happens(600) { (Mode::Ocean, Site::Port) } else { (Mode::Air, Site::Airport) };
    let gates = |abroad: bool| {
        PLACES.iter().filter(move |place| place.site == site && (place.region() != dock.region()) == abroad)
    };
    let out: Vec<_> = gates(true).collect();
    let origin = *chance.pick(&out);
    Route { mode, origin, via: lane::least_detour(origin, dock, gates(false)) }
}

fn second_dock(
    chance: &mut Chance,
    customer: &'static Shopper,
    dock: &'static Place,
) -> (&'static Shopper, &'static Place) {
    let own: Vec<_> = customer.docks.iter().copied().filter(|code| *code != dock.code).collect();
    if !own.is_empty() && chance.happens(500) {
        let code = *chance.pick(&own);
        return (customer, Place::coded(code));
    }
    let others: Vec<_> = CUSTOMERS
        .iter()
        .filter(|other| other.code != customer.code && other.region == customer.region)
        .flat_map(|other| other.docks.iter().map(move |code| (other, Place::coded(code))))
        .filter(|(_, place)| place.code != dock.code && lane::km(place.position, dock.position) < 900.0)
        .collect();
    if others.is_empty() { (customer, dock) } else { *chance.pick(&others) }
}

fn lines(chance: &mut Chance, customer: &Shopper) -> Vec<Line> {
    let mut wares: Vec<_> = ITEMS.iter().filter(|ware| customer.wares.holds(ware)).collect();
    let count = *chance.weighted(&[1_usize, 2, 3, 4], |lines| [45, 30, 17, 8][*lines - 1]);
    (1..=count.min(wares.len()))
        .map(|line| {
            let ware = wares.swap_remove(chance.index(wares.len()));
            let count = chance.number((ware.most / 6).max(2)..=ware.most);
            Line { number: (line * 10).to_string(), ware, count }
        })
        .collect()
}

fn stops(
    chance: &mut Chance,
    route: &Route,
    shape: Shape,
    docks: &[(&'static Shopper, &'static Place)],
    ready: DateTime<Utc>,
) -> Vec<StopDraft> {
    let mut legs = vec![(StopKind::Pickup, route.origin, vec![])];
    if shape == Shape::TwoPickups {
        let warehouses = PLACES.iter().filter(|place| place.site == Site::Warehouse);
        if let Some(second) = lane::least_detour(route.origin, docks[0].1, warehouses) {
            legs[0].2 = vec![0];
            legs.push((StopKind::Pickup, second, vec![1]));
        }
    }
    legs.extend(route.via.map(|via| (StopKind::CrossDock, via, vec![])));
    if shape == Shape::TwoDeliveries && docks[0].1.code != docks[1].1.code {
        let mut ends = [(0, docks[0].1), (1, docks[1].1)];
        ends.sort_by(|a, b| {
            let away = |place: &Place| lane::km(route.origin.position, place.position);
            away(a.1).total_cmp(&away(b.1))
        });
        legs.extend(ends.map(|(order, place)| (StopKind::Delivery, place, vec![order])));
    } else {
        legs.push((StopKind::Delivery, docks[0].1, vec![]));
    }
    let mut stops: Vec<StopDraft> = Vec::with_capacity(legs.len());
    let mut free = ready;
    for ((kind, place, orders), number) in legs.into_iter().zip(1..) {
        if let Some(before) = stops.last() {
            free += lane::travel(route.mode, before.place, place);
        }
        let from = match kind {
            StopKind::CrossDock => free,
            StopKind::Pickup => opening(free, place, 7, 15),
            StopKind::Delivery => opening(free, place, 6, 16),
        };
        let open = chance.hours(2..=3);
        stops.push(StopDraft {
            number: number.to_string(),
            kind,
            place,
            window: Span { from, to: from + open },
            orders,
        });
        let stay = if kind == StopKind::CrossDock && matches!(route.mode, Mode::Ocean | Mode::Air) {
            14 * 60
        } else {
            110
        };
        free = from + TimeDelta::minutes(stay);
    }
    stops
}

/// The next full quarter of an hour, from `earliest` on, at which a dock is open between two hours of its own day.
fn opening(earliest: DateTime<Utc>, place: &Place, opens: u32, closes: u32) -> DateTime<Utc> {
    let local = earliest.with_timezone(&place.zone);
    if (opens..=closes).contains(&local.hour()) {
        let beyond = earliest.timestamp().rem_euclid(900);
        return earliest + TimeDelta::seconds((900 - beyond) % 900);
    }
    let days = u64::from(local.hour() > closes);
    let date = local.date_naive() + chrono::Days::new(days);
    let time = NaiveTime::from_hms_opt(opens, 0, 0).unwrap_or_default();
    // Clocks change at night, while docks are closed; should a zone do otherwise, the truck waits half a day.
    place
        .zone
        .from_local_datetime(&date.and_time(time))
        .earliest()
        .map_or_else(|| earliest + TimeDelta::hours(12), |local| local.with_timezone(&Utc))
}
