//! On the way: positions, expected times that change, weather, customs, cross-docks.

use super::Tale;
use crate::simulator::lane;
use crate::simulator::network::{Place, customs_area};
use crate::simulator::plot::Plot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::fact::{CustomsStatement, DelayReason, Mode, PositionReport, StopKind};

const WEATHER: &[&str] = &[
    "heavy snow, road closed",
    "storm, high vehicles may not cross the bridge",
    "black ice, convoy speed",
    "flooding, diversion over country roads",
];
const SLIPS: &[(DelayReason, &str)] = &[
    (DelayReason::Traffic, "accident ahead, motorway closed"),
    (DelayReason::Traffic, "roadworks, long queue"),
    (DelayReason::Breakdown, "tyre changed at the roadside"),
    (DelayReason::Breakdown, "reefer unit failed, waiting for service"),
    (DelayReason::Carrier, "driver out of hours, relief driver on the way"),
];
const HOLDS: &[&str] = &[
    "documents incomplete",
    "selected for inspection",
    "tariff code in question",
    "declared value in question",
];

/// Longer than any life.
const FOREVER: TimeDelta = TimeDelta::days(300);

/// The truck stands still at a part of its way for a time.
struct Pause {
    part: f64,
    span: TimeDelta,
}

impl Tale<'_> {
    /// Drives to stop `to`. Gives the arrival; none where the way ends underway, since customs keeps the goods.
    pub(super) fn drive(&mut self, to: usize, departed_at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let voyage = self.voyage;
        let (from, stop) = (voyage.stops[to - 1].place, &voyage.stops[to]);
        let fastest = departed_at + lane::travel(voyage.mode, from, stop.place) * 9 / 10;
        let due = stop.window.from + self.late + self.teller.chance.minutes(-12..=45);
        let moving = due.max(fastest) - departed_at;
        let mut pauses = Vec::new();
        if self.is_leg_of_incident(to) {
            let incident = match voyage.plot {
                Plot::EtaSlip => Some(self.slip(to, departed_at, moving)),
                Plot::Weather => Some(self.weather(to, departed_at, moving)),
                Plot::CustomsHold => self.customs(to, departed_at, moving),
                _ => None,
            };
            let Some(pause) = incident else {
                let forever = Pause { part: self.border(), span: FOREVER };
                self.report_positions(from, stop.place, departed_at, moving, &[forever]);
                return None;
            };
            pauses.push(pause);
        }
        let stood: TimeDelta = pauses.iter().map(|pause| pause.span).sum();
        let arrival = departed_at + moving + stood;
        self.report_positions(from, stop.place, departed_at, moving, &pauses);
        if moving > TimeDelta::hours(5) {
            self.expect(departed_at + stood + moving * 3 / 4, to, None);
        }
        if stop.kind == StopKind::Delivery {
            let out = self.at_stop(to, "OD");
            let before = (moving * 3 / 10).min(TimeDelta::minutes(150));
            self.tms(arrival - before, stop.place, Fact::ShipmentSentOutForDelivery(out));
        }
        Some(arrival)
    }

    pub(super) fn change_vehicles(&mut self, index: usize, arrived_at: DateTime<Utc>) -> DateTime<Utc> {
        let place = self.voyage.stops[index].place;
        let at = self.at_stop(index, "X4");
        self.tms(arrived_at, place, Fact::StopArrived(at));
        let stay = match self.voyage.mode {
            Mode::Ocean | Mode::Air => self.teller.chance.hours(9..=13),
            _ => self.teller.chance.minutes(50..=100),
        };
        let at = self.at_stop(index, "P1");
        self.tms(arrived_at + stay, place, Fact::StopDeparted(at));
        arrived_at + stay
    }

    /// Whether the incident of the plot, if it has one underway, happens on the leg to stop `to`.
    fn is_leg_of_incident(&self, to: usize) -> bool {
        let stops = &self.voyage.stops;
        let crossing =
            |to: &usize| customs_area(stops[*to].place.country) != customs_area(stops[*to - 1].place.country);
        let length = |to: usize| lane::km(stops[to - 1].place.position, stops[to].place.position);
        let legs = 1..stops.len();
        let leg = match self.voyage.plot {
            // Behind the sea, customs looks at the goods on the last leg.
            Plot::CustomsHold if self.voyage.region().is_none() => stops.len() - 1,
            Plot::CustomsHold => legs.clone().find(crossing).unwrap_or(stops.len() - 1),
            Plot::EtaSlip | Plot::Weather => {
                legs.max_by(|a, b| length(*a).total_cmp(&length(*b))).unwrap_or(stops.len() - 1)
            }
            _ => return false,
        };
        leg == to
    }

    fn border(&self) -> f64 {
        if self.voyage.region().is_none() { 0.04 } else { 0.45 }
    }

    fn slip(&mut self, to: usize, departed_at: DateTime<Utc>, moving: TimeDelta) -> Pause {
        let (reason, note) = *self.teller.chance.pick(SLIPS);
        let part = self.teller.chance.number(25..=60);
        let at = departed_at + moving * part as i32 / 100;
        let span = self.teller.chance.hours(3..=11);
        let place = self.voyage.stops[to].place;
        self.delay(at + TimeDelta::minutes(12), place, reason, None, note);
        self.late += span / 2;
        self.expect(at + TimeDelta::minutes(25), to, Some(reason));
        // The first guess was too hopeful: the expected time slips again.
        self.late += span / 2;
        self.delay(at + span / 3, place, reason, Some(span), note);
        self.expect(at + span / 3 + TimeDelta::minutes(6), to, Some(reason));
        Pause { part: part as f64 / 100.0, span }
    }

    fn weather(&mut self, to: usize, departed_at: DateTime<Utc>, moving: TimeDelta) -> Pause {
        let note = *self.teller.chance.pick(WEATHER);
        let part = self.teller.chance.number(20..=70);
        let at = departed_at + moving * part as i32 / 100;
        let span = self.teller.chance.hours(5..=20);
        let place = self.voyage.stops[to].place;
        self.delay(at + TimeDelta::minutes(10), place, DelayReason::Weather, Some(span), note);
        self.late += span;
        self.expect(at + TimeDelta::minutes(35), to, Some(DelayReason::Weather));
        Pause { part: part as f64 / 100.0, span }
    }

    /// Customs holds the goods. None where it has not let them go yet, and will not as far as this story goes.
    fn customs(&mut self, to: usize, departed_at: DateTime<Utc>, moving: TimeDelta) -> Option<Pause> {
        let part = self.border();
        let (from, place) = (self.voyage.stops[to - 1].place, self.voyage.stops[to].place);
        let office = office(from, place, self.voyage.region().is_none());
        let reason = *self.teller.chance.pick(HOLDS);
        let at = departed_at + moving * (part * 100.0) as i32 / 100;
        let statement =
            |reason: &str| CustomsStatement { office: office.to_owned(), reason: Some(reason.to_owned()) };
        self.tms(at, place, Fact::CustomsHeld(statement(reason)));
        let span = self.teller.chance.hours(5..=44);
        let is_released = self.teller.chance.happens(780);
        let guess = if is_released { span * 4 / 5 } else { TimeDelta::hours(30) };
        self.late += guess;
        self.expect(at + TimeDelta::minutes(50), to, Some(DelayReason::Customs));
        if !is_released {
            return None;
        }
        self.late += span - guess;
        self.tms(at + span, place, Fact::CustomsReleased(statement("cleared")));
        self.expect(at + span + TimeDelta::minutes(15), to, Some(DelayReason::Customs));
        Some(Pause { part, span })
    }

    /// The truck's box says where it is every so often; while it stands, once.
    fn report_positions(
        &mut self,
        from: &'static Place,
        to: &'static Place,
        departed_at: DateTime<Utc>,
        moving: TimeDelta,
        pauses: &[Pause],
    ) {
        let all = moving.num_seconds().max(1) as f64;
        for pause in pauses.iter().filter(|pause| pause.part < 1.0) {
            let at = departed_at + TimeDelta::seconds((all * pause.part) as i64);
            self.report(from, to, at + TimeDelta::minutes(4), pause.part);
        }
        let mut driven = self.step(departed_at) / 2;
        while driven < moving - TimeDelta::minutes(10) {
            let part = driven.num_seconds() as f64 / all;
            let stood: TimeDelta =
                pauses.iter().filter(|pause| pause.part < part).map(|pause| pause.span).sum();
            if stood >= FOREVER {
                break;
            }
            let at = departed_at + driven + stood;
            self.report(from, to, at, part);
            driven += self.step(at);
        }
    }

    fn report(&mut self, from: &'static Place, to: &'static Place, at: DateTime<Utc>, part: f64) {
        let position = lane::on_the_way(from, to, part);
        let near = Some(lane::near(position, to));
        let clock = if part < 0.5 { from } else { to };
        self.tms(at, clock, Fact::PositionReported(PositionReport { position, near }));
    }

    /// How long until the next position: seldom in history, often where somebody watches.
    fn step(&self, at: DateTime<Utc>) -> TimeDelta {
        let pace = self.teller.pace;
        let (seldom, often) = match self.voyage.mode {
            Mode::Ocean => (24 * 60, 360),
            Mode::Rail | Mode::Air => (7 * 60, 90),
            _ => (7 * 60, 40),
        };
        let (seldom, often) = (TimeDelta::minutes(seldom), TimeDelta::minutes(often));
        if pace.sparse {
            return seldom;
        }
        if at > pace.pivot {
            return often;
        }
        // The last report of history; those of the trucks underway must not all wait as long as in history.
        let phase = i32::try_from(at.timestamp().rem_euclid(89)).unwrap_or_default();
        seldom.min(pace.pivot - at + often * phase / 89 + TimeDelta::seconds(1))
    }
}

fn office(from: &'static Place, to: &'static Place, by_sea: bool) -> &'static str {
    match (customs_area(from.country), customs_area(to.country)) {
        _ if by_sea => from.city,
        (_, "GB") => "Dover",
        ("GB", _) => "Calais",
        (_, "CH") | ("CH", _) => "Weil am Rhein",
        ("MX", _) => "Laredo",
        (_, "MX") => "Nuevo Laredo",
        ("CA", _) => "Detroit",
        (_, "CA") => "Windsor",
        _ => "Rotterdam",
    }
}
