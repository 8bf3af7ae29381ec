//! Finding a carrier and booking docks.

use super::Tale;
use crate::simulator::network::{CARRIERS, Haulier};
use crate::simulator::plot::Plot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::fact::{AppointmentTerms, CarrierAssignment, StopKind, TenderAnswer, TenderOffer};

const REFUSALS: &[&str] = &[
    "no capacity on this lane",
    "equipment not available",
    "rate not acceptable",
    "driver hours exhausted",
    "pickup window too short",
];

impl Tale<'_> {
    /// Offers the shipment until a carrier takes it, and assigns that one.
    pub(super) fn tender(&mut self) {
        let origin = self.voyage.first().place;
        let willing: Vec<_> = CARRIERS
            .iter()
            .filter(|one| one.region == self.voyage.region() && one.modes.contains(&self.voyage.mode))
            .collect();
        let start = self.teller.chance.index(willing.len());
        let refusals = match self.voyage.plot {
            Plot::TenderRejected if self.teller.chance.happens(300) => 2,
            Plot::TenderRejected | Plot::TenderExpired => 1,
            _ => 0,
        };
        let mut at = self.planned_at;
        for round in 0..=refusals {
            let haulier = willing[(start + round) % willing.len()];
            let tender = format!("T{}", round + 1);
            at += if round == 0 {
                self.teller.chance.minutes(2..=20)
            } else {
                self.teller.chance.minutes(30..=260)
            };
            let lapses = at + TimeDelta::hours(4);
            let offer = TenderOffer {
                tender: tender.clone(),
                carrier: haulier.carrier(),
                expires_at: Some(self.teller.pace.planned(lapses, origin)),
            };
            self.tms(at, origin, Fact::TenderOffered(offer));
            if round == refusals {
                at += self.teller.chance.minutes(8..=110);
                self.tms(at, origin, Fact::TenderAccepted(TenderAnswer { tender, reason: None }));
                self.assign(haulier, at);
            } else if self.voyage.plot == Plot::TenderExpired {
                at = lapses + TimeDelta::minutes(1);
                let reason = Some("no answer within four hours".to_owned());
                self.tms(at, origin, Fact::TenderExpired(TenderAnswer { tender, reason }));
            } else {
                at += self.teller.chance.minutes(6..=90);
                let reason = Some((*self.teller.chance.pick(REFUSALS)).to_owned());
                self.tms(at, origin, Fact::TenderRejected(TenderAnswer { tender, reason }));
            }
        }
        self.planned_at = at;
    }

    fn assign(&mut self, haulier: &'static Haulier, accepted_at: DateTime<Utc>) {
        let number = self.teller.chance.number(1000..=9899);
        let vehicle = format!("{}-{number}", haulier.carrier().code);
        let assignment = CarrierAssignment { carrier: haulier.carrier(), vehicle: Some(vehicle) };
        let at = accepted_at + self.teller.chance.minutes(3..=30);
        self.tms(at, self.voyage.first().place, Fact::CarrierAssigned(assignment));
        self.haulier = Some(haulier);
        self.quote(at);
    }

    /// Books a dock for every pickup and delivery; now and then a consignee wants another time.
    pub(super) fn make_appointments(&mut self) {
        let voyage = self.voyage;
        let mut at = self.planned_at + TimeDelta::minutes(30);
        for stop in voyage.stops.iter().filter(|stop| stop.kind != StopKind::CrossDock) {
            at += self.teller.chance.minutes(2..=25);
            let moves = stop.kind == StopKind::Delivery && self.teller.chance.happens(60);
            let first = if moves { stop.window.moved(TimeDelta::hours(-1)) } else { stop.window };
            let terms = |tale: &Self, window, reason: Option<&str>| AppointmentTerms {
                stop: stop.number.clone(),
                window: tale.teller.pace.window(window, stop.place),
                reason: reason.map(str::to_owned),
            };
            let terms_first = terms(self, first, None);
            self.tms(at, stop.place, Fact::AppointmentScheduled(terms_first));
            if moves {
                at += self.teller.chance.minutes(40..=180);
                let terms = terms(self, stop.window, Some("dock taken, consignee offers an hour later"));
                self.tms(at, stop.place, Fact::AppointmentRescheduled(terms));
            }
        }
        self.planned_at = at;
    }
}
