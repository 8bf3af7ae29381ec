//! At the pickup: goods made ready, trucks that come or do not, loading.

use super::{Tale, office, terms};
use crate::simulator::plot::Plot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::charge::{Document, DocumentKind};
use domain::fact::{AppointmentTerms, DelayReason, OrderTerms, StopKind};

impl Tale<'_> {
    /// Tells a pickup; `arrival` is set where the truck comes from an earlier stop. Gives the departure.
    pub(super) fn pick_up(&mut self, index: usize, arrival: Option<DateTime<Utc>>) -> DateTime<Utc> {
        let stop = &self.voyage.stops[index];
        let place = stop.place;
        let is_first = index == 0;
        let mut ready = stop.window.from - self.teller.chance.minutes(60..=170);
        if is_first && self.voyage.plot == Plot::Shortage {
            ready = self.find_shortage(ready);
        }
        let at = self.at_stop(index, "XB");
        self.tms(ready, place, Fact::PickupReadied(at));
        if is_first && self.voyage.plot == Plot::MissedPickup {
            self.miss(index);
        }
        let due = stop.window.from + self.late + self.teller.chance.minutes(-15..=70);
        let arrived_at = arrival.unwrap_or(due).max(ready + TimeDelta::minutes(10));
        let at = self.at_stop(index, "X3");
        self.tms(arrived_at, place, Fact::StopArrived(at));
        let loaded_at = arrived_at + self.teller.chance.minutes(25..=80);
        let handled = self.handled(index, "CP");
        self.tms(loaded_at, place, Fact::StopLoaded(handled));
        if is_first {
            let document = Document {
                document: format!("BOL-{}", self.voyage.shipment),
                kind: DocumentKind::BillOfLading,
                title: format!("Bill of lading {}", self.voyage.shipment),
            };
            self.tms(loaded_at + TimeDelta::minutes(2), place, Fact::DocumentAttached(document));
        }
        let departed_at = loaded_at + self.teller.chance.minutes(5..=20);
        let at = self.at_stop(index, "AF");
        self.tms(departed_at, place, Fact::StopDeparted(at));
        if self.voyage.stops[index + 1..].iter().all(|stop| stop.kind != StopKind::Pickup) {
            self.expect(departed_at + TimeDelta::minutes(3), index + 1, None);
        }
        departed_at
    }

    /// No truck came: the TMS says so, and books another day.
    fn miss(&mut self, index: usize) {
        let stop = &self.voyage.stops[index];
        let place = stop.place;
        let at = stop.window.to + self.teller.chance.minutes(35..=95);
        let missed = self.at_stop(index, "SD");
        self.tms(at, place, Fact::AppointmentMissed(missed));
        let notes =
            ["driver called in sick", "truck broke down before the pickup", "carrier booked the wrong day"];
        let note = *self.teller.chance.pick(&notes);
        let behind = self.teller.chance.hours(6..=25);
        self.delay(at + TimeDelta::minutes(9), place, DelayReason::Carrier, Some(behind), note);
        self.late += behind;
        let at = at + self.teller.chance.minutes(25..=150);
        let window = self.teller.pace.window(stop.window.moved(self.late), place);
        let terms = AppointmentTerms { stop: stop.number.clone(), window, reason: Some(note.to_owned()) };
        self.tms(at, place, Fact::AppointmentRescheduled(terms));
        self.expect(at + TimeDelta::minutes(4), index + 1, Some(DelayReason::Carrier));
    }

    /// Not everything that was ordered is there: less is loaded, and the ERP may lower the order. Gives when the rest
    /// stands ready.
    fn find_shortage(&mut self, ready: DateTime<Utc>) -> DateTime<Utc> {
        let place = self.voyage.first().place;
        let missing = self.teller.chance.number(10..=40);
        for loaded in self.loaded.iter_mut().step_by(2) {
            *loaded -= (*loaded * missing / 100).max(1);
        }
        let behind = self.teller.chance.minutes(50..=160);
        self.delay(
            ready,
            place,
            DelayReason::Shortage,
            Some(behind),
            "stock count was wrong, rest is on back order",
        );
        let order = &self.draft.orders[self.voyage.cargo[0].order];
        if self.teller.chance.happens(500) {
            let counts = &self.loaded;
            let index =
                |line| self.voyage.cargo.iter().position(|cargo| cargo.order == 0 && cargo.line == line);
            let lines = order.lines(|line, terms| index(line).map_or(terms.count, |cargo| counts[cargo]));
            let terms = terms(&self.teller, order, Vec::new());
            let fact = Fact::OrderChanged(OrderTerms { lines, ..terms });
            let at = ready + self.teller.chance.minutes(15..=45);
            self.teller.erp(at, office(order.customer.region), &order.number, &fact);
        }
        ready + behind
    }
}
