//! Tells one life: a pure function of seed, number, start and pace that gives everything its sources say.

mod delivery;
mod pickup;
mod settlement;
mod tender;
mod transit;

use super::chance::Chance;
use super::draft::{Draft, OrderDraft, Voyage, draft};
use super::network::{Haulier, Place, Region};
use super::pace::Pace;
use super::plot::{Oddity, Plot, Post};
use super::post;
use super::teller::{Dispatch, Teller};
use chrono::{DateTime, Datelike, TimeDelta, Utc};
use domain::Fact;
use domain::fact::{
    AtStop, Cancellation, DelayReason, DelayStatement, EtaStatement, Handled, HandledLine, OrderTerms, Plan,
    PlannedStop, StopKind,
};
use domain::measure::Quantity;
use domain::reference::{Reference, ReferenceKind};

/// A life as it is sent, in the order in which its messages leave.
#[derive(Clone, Debug)]
pub struct Life {
    pub plot: Plot,
    pub post: Post,
    pub oddity: Option<Oddity>,
    pub dispatches: Vec<Dispatch>,
}

/// Tells the life of index `index`, whose numbers derive from `number`; its first order is released at `start` on the
/// story's clock.
pub(super) fn life(seed: u64, index: u64, number: u64, start: DateTime<Utc>, pace: Pace) -> Life {
    let mut chance = Chance::of(seed, index);
    let plot = Plot::drawn(&mut chance);
    let manner = Post::drawn(&mut chance);
    let oddity = Oddity::of_life(index);
    let draft = draft(&mut chance, plot, number, start.year(), start);
    let mut teller = Teller::new(chance, pace, number);
    let mut at = release(&mut teller, &draft, start);
    let mut ends = Vec::new();
    for voyage in &draft.voyages {
        let mut tale = Tale::new(teller, &draft, voyage, at);
        ends.extend(tale.tell(start));
        at = tale.planned_at + TimeDelta::minutes(4);
        teller = tale.teller;
    }
    settlement::settle(&mut teller, &draft, &ends);
    if let Some(oddity) = oddity {
        post::misspeak(&mut teller, oddity, &draft.voyages[0]);
    }
    let Teller { chance, dispatches, .. } = teller;
    Life { plot, post: manner, oddity, dispatches: post::carry(chance, &pace, manner, dispatches) }
}

/// The ERP releases the orders, and now and then thinks again. Gives the moment when all stand.
fn release(teller: &mut Teller, draft: &Draft, start: DateTime<Utc>) -> DateTime<Utc> {
    let mut at = start;
    for order in &draft.orders {
        at += teller.chance.minutes(1..=4);
        let changes = teller.chance.happens(70);
        let office = office(order.customer.region);
        let more =
            |_: usize, line: &super::draft::Line| line.count + if changes { 1 + line.count / 8 } else { 0 };
        let terms = terms(teller, order, order.lines(more));
        teller.erp(at, office, &order.number, &Fact::OrderReleased(terms.clone()));
        if changes {
            let at = at + teller.chance.minutes(20..=70);
            let lines = order.lines(|_, line| line.count);
            teller.erp(at, office, &order.number, &Fact::OrderChanged(OrderTerms { lines, ..terms }));
        }
    }
    at + TimeDelta::minutes(75)
}

/// An order's terms with the lines given.
fn terms(teller: &Teller, order: &OrderDraft, lines: Vec<domain::fact::OrderLine>) -> OrderTerms {
    let reference = |kind, value: String| Reference { kind, value, issuer: None };
    OrderTerms {
        customer: order.customer.customer(),
        promised: Some(teller.pace.window(order.promised, order.dock)),
        priority: order.priority,
        lines,
        references: vec![
            reference(ReferenceKind::PurchaseOrder, order.purchase_order.clone()),
            reference(ReferenceKind::DeliveryNote, order.number.replace("SO-", "DN-")),
        ],
    }
}

/// Where the ERP of a region stands.
pub(super) fn office(region: Region) -> &'static Place {
    Place::coded(match region {
        Region::Europe => "DEHAM",
        Region::NorthAmerica => "USJOT",
    })
}

/// How goods reached an end of their way.
pub(super) struct End {
    /// Indexes of the orders that end here.
    pub orders: Vec<usize>,
    pub delivered_at: Option<DateTime<Utc>>,
    pub pod_at: Option<DateTime<Utc>>,
    pub is_disputed: bool,
    pub refused_at: Option<DateTime<Utc>>,
}

/// One shipment while it is told.
struct Tale<'a> {
    teller: Teller,
    draft: &'a Draft,
    voyage: &'a Voyage,
    planned_at: DateTime<Utc>,
    /// How far the truck is behind its plan.
    late: TimeDelta,
    haulier: Option<&'static Haulier>,
    /// Pieces on the truck, one entry a cargo of the voyage.
    loaded: Vec<i64>,
    /// Charges beside linehaul and fuel: what for, and minor units.
    extras: Vec<(&'static str, i64)>,
    /// Linehaul and fuel as the carrier quoted them, in minor units.
    quoted: (i64, i64),
}

impl<'a> Tale<'a> {
    fn new(mut teller: Teller, draft: &'a Draft, voyage: &'a Voyage, at: DateTime<Utc>) -> Self {
        let planned_at = at + teller.chance.minutes(5..=80);
        let loaded = voyage.cargo.iter().map(|cargo| cargo.count).collect();
        Self {
            teller,
            draft,
            voyage,
            planned_at,
            late: TimeDelta::zero(),
            haulier: None,
            loaded,
            extras: Vec::new(),
            quoted: (0, 0),
        }
    }

    /// From plan to proof of delivery. Gives what became of each delivery; nothing for what is not delivered yet.
    fn tell(&mut self, start: DateTime<Utc>) -> Vec<End> {
        let plan = self.plan();
        let origin = self.voyage.first().place;
        self.tms(self.planned_at, origin, Fact::ShipmentPlanned(plan));
        if self.voyage.plot == Plot::Cancelled {
            self.cancel(start);
            return Vec::new();
        }
        self.tender();
        self.make_appointments();
        let mut ends = Vec::new();
        let mut free = self.planned_at;
        for index in 0..self.voyage.stops.len() {
            let stop = &self.voyage.stops[index];
            let arrival = if index == 0 {
                None
            } else {
                let Some(arrival) = self.drive(index, free) else { return ends };
                Some(arrival)
            };
            free = match stop.kind {
                StopKind::Pickup => self.pick_up(index, arrival),
                StopKind::CrossDock => self.change_vehicles(index, arrival.unwrap_or(free)),
                StopKind::Delivery => {
                    let (end, departed_at) = self.deliver(index, arrival.unwrap_or(free));
                    ends.push(end);
                    departed_at
                }
            };
        }
        self.charge(free);
        ends
    }

    fn plan(&mut self) -> Plan {
        let voyage = self.voyage;
        let pace = self.teller.pace;
        let numbers =
            |orders: &[usize]| orders.iter().map(|&order| self.draft.orders[order].number.clone()).collect();
        let stops = voyage.stops.iter().map(|stop| PlannedStop {
            stop: stop.number.clone(),
            kind: stop.kind,
            location: stop.place.location(),
            planned: pace.window(stop.window, stop.place),
            orders: numbers(&stop.orders),
        });
        let mut orders: Vec<_> = voyage.cargo.iter().map(|cargo| cargo.order).collect();
        orders.dedup();
        let digits: String = voyage.shipment.chars().filter(char::is_ascii_digit).skip(2).collect();
        let reference = |kind, value| Reference { kind, value, issuer: None };
        let mut references = vec![
            reference(ReferenceKind::Load, format!("LD-{digits}")),
            reference(ReferenceKind::BillOfLading, format!("BOL{digits}")),
        ];
        references.push(match voyage.mode {
            domain::fact::Mode::Ocean => reference(ReferenceKind::Container, format!("SYNU{digits:0>7}")),
            domain::fact::Mode::Parcel => reference(ReferenceKind::Tracking, format!("1Y{digits:0>10}")),
            _ => reference(ReferenceKind::Pro, format!("{digits:0>9}")),
        });
        Plan {
            order_issuer: None,
            mode: voyage.mode,
            orders: numbers(&orders),
            stops: stops.collect(),
            carrier: None,
            references,
        }
    }

    fn cancel(&mut self, start: DateTime<Utc>) {
        let reasons = ["customer withdrew the order", "ordered twice by mistake", "credit limit reached"];
        let reason = Some((*self.teller.chance.pick(&reasons)).to_owned());
        let at = start + self.teller.chance.hours(6..=15);
        for order in &self.draft.orders {
            let place = office(order.customer.region);
            let fact = Fact::OrderCancelled(Cancellation { reason: reason.clone(), replaced_by: Vec::new() });
            self.teller.erp(at, place, &order.number, &fact);
        }
        let at = at + self.teller.chance.minutes(5..=40);
        self.tms(
            at,
            self.voyage.first().place,
            Fact::ShipmentCancelled(Cancellation { reason, replaced_by: Vec::new() }),
        );
    }

    /// The TMS states a fact about the shipment. Gives the event's id.
    fn tms(&mut self, at: DateTime<Utc>, place: &Place, fact: Fact) -> String {
        self.teller.tms(at, place, &self.voyage.shipment, &fact)
    }

    fn delay(
        &mut self,
        at: DateTime<Utc>,
        place: &Place,
        reason: DelayReason,
        by: Option<TimeDelta>,
        note: &str,
    ) {
        let minutes = by.and_then(|by| u32::try_from(by.num_minutes()).ok()).map(|minutes| minutes / 5 * 5);
        self.tms(
            at,
            place,
            Fact::DelayReported(DelayStatement { reason, minutes, note: Some(note.to_owned()) }),
        );
    }

    /// States when the truck is expected at every delivery from stop `next` on, as things stand.
    fn expect(&mut self, at: DateTime<Utc>, next: usize, reason: Option<DelayReason>) {
        let voyage = self.voyage;
        for stop in voyage.stops[next..].iter().filter(|stop| stop.kind == StopKind::Delivery) {
            let eta = (stop.window.from + self.late + self.teller.chance.minutes(-10..=40))
                .max(at + TimeDelta::minutes(5));
            let eta = self.teller.pace.planned(eta, stop.place);
            self.tms(
                at,
                stop.place,
                Fact::EtaChanged(EtaStatement { stop: stop.number.clone(), eta, day: false, reason }),
            );
        }
    }

    fn at_stop(&self, index: usize, code: &'static str) -> AtStop {
        let stop = &self.voyage.stops[index];
        AtStop { stop: stop.number.clone(), raw_code: self.raw(code) }
    }

    /// What was handled at a stop. The lines are named where they are not simply all.
    fn handled(&self, index: usize, code: &'static str) -> Handled {
        let stop = &self.voyage.stops[index];
        let is_short =
            self.loaded.iter().zip(&self.voyage.cargo).any(|(loaded, cargo)| *loaded < cargo.count);
        let is_plain = stop.orders.is_empty() && !self.voyage.is_part && !is_short;
        let lines = if is_plain { Vec::new() } else { self.lines_at(index) };
        Handled { stop: stop.number.clone(), lines, left_with: None, raw_code: self.raw(code) }
    }

    fn lines_at(&self, index: usize) -> Vec<HandledLine> {
        let orders = &self.voyage.stops[index].orders;
        let cargo = self.voyage.cargo.iter().zip(&self.loaded);
        cargo
            .filter(|(cargo, _)| orders.is_empty() || orders.contains(&cargo.order))
            .map(|(cargo, &loaded)| {
                let order = &self.draft.orders[cargo.order];
                let line = &order.lines[cargo.line];
                let quantity = Quantity::whole(loaded, line.ware.unit);
                HandledLine { order: order.number.clone(), line: line.number.clone(), quantity }
            })
            .collect()
    }

    /// American carriers report with the status codes of X12 214.
    fn raw(&self, code: &'static str) -> Option<String> {
        (self.voyage.region() == Some(Region::NorthAmerica)).then(|| code.to_owned())
    }
}
