//! At the consignee: waiting, handing over, refusing, signing.

use super::{End, Tale};
use crate::simulator::plot::Plot;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::charge::{Document, DocumentKind};
use domain::fact::{
    AppointmentTerms, DelayReason, Discrepancy, DiscrepancyKind, PodStatement, Refusal, Retraction,
};
use domain::measure::Quantity;

const SIGNERS: &[&str] = &[
    "M. Keller",
    "A. Novák",
    "J. Okafor",
    "L. Moreau",
    "P. Jansen",
    "S. Rossi",
    "D. Whitfield",
    "R. Delgado",
    "K. Lindqvist",
    "T. Nowak",
    "H. Tran",
    "E. Castellanos",
];
const REFUSALS: &[&str] = &[
    "pallets damaged",
    "order already filled by another supplier",
    "no dock free before closing",
    "wrong goods",
];

impl Tale<'_> {
    /// Tells a delivery. Gives what came of it and when the truck was free again.
    pub(super) fn deliver(&mut self, index: usize, arrival: DateTime<Utc>) -> (End, DateTime<Utc>) {
        let voyage = self.voyage;
        let stop = &voyage.stops[index];
        let place = stop.place;
        let plot = if index + 1 == voyage.stops.len() { voyage.plot } else { Plot::Happy };
        if plot == Plot::Correction {
            self.misreport(index, arrival);
        } else {
            let at = self.at_stop(index, "X1");
            self.tms(arrival, place, Fact::StopArrived(at));
        }
        let orders =
            if stop.orders.is_empty() { (0..self.draft.orders.len()).collect() } else { stop.orders.clone() };
        let mut end = End { orders, delivered_at: None, pod_at: None, is_disputed: false, refused_at: None };
        let mut docked_at = arrival;
        if plot == Plot::LongDwell {
            docked_at = self.wait(index, arrival);
        }
        if plot == Plot::Refusal {
            let (refused_at, again_at) = self.refuse(index, arrival);
            let Some(again_at) = again_at else {
                end.refused_at = Some(refused_at);
                return (end, refused_at);
            };
            docked_at = again_at;
        }
        let delivered_at = docked_at + self.teller.chance.minutes(20..=75);
        let handled = self.handled(index, "D1");
        self.tms(delivered_at, place, Fact::StopDelivered(handled));
        let departed_at = delivered_at + self.teller.chance.minutes(5..=20);
        let at = self.at_stop(index, "CD");
        self.tms(departed_at, place, Fact::StopDeparted(at));
        end.delivered_at = Some(delivered_at);
        self.sign(index, plot, delivered_at, &mut end);
        (end, departed_at)
    }

    /// The driver presses the wrong button; the TMS takes it back and states it right.
    fn misreport(&mut self, index: usize, arrival: DateTime<Utc>) {
        let place = self.voyage.stops[index].place;
        let is_premature = self.teller.chance.happens(600);
        let (wrong_at, wrong, reason) = if is_premature {
            let handled = self.handled(index, "D1");
            let at = arrival - self.teller.chance.minutes(60..=110);
            (at, Fact::StopDelivered(handled), "driver confirmed the wrong stop")
        } else {
            let at_stop = self.at_stop(index, "X1");
            let at = arrival - self.teller.chance.minutes(70..=120);
            (at, Fact::StopArrived(at_stop), "geofence of the neighbouring yard")
        };
        let id = self.tms(wrong_at, place, wrong);
        let retraction = Retraction { event: id, reason: reason.to_owned() };
        let at = wrong_at + self.teller.chance.minutes(12..=45);
        self.tms(at, place, Fact::EventRetracted(retraction));
        let at_stop = self.at_stop(index, "X1");
        self.tms(arrival, place, Fact::StopArrived(at_stop));
    }

    /// The truck stands in the yard for hours; the carrier charges for it. Gives when it gets its dock.
    fn wait(&mut self, index: usize, arrival: DateTime<Utc>) -> DateTime<Utc> {
        let place = self.voyage.stops[index].place;
        let waited = self.teller.chance.minutes(190..=540);
        let note = "no dock free, truck waits in the yard";
        self.delay(arrival + TimeDelta::minutes(125), place, DelayReason::Dwell, Some(waited), note);
        let billable = (waited - TimeDelta::hours(2)).num_minutes() / 30 + 1;
        self.extras.push(("Detention behind two free hours", billable * 3250));
        arrival + waited
    }

    /// The consignee sends the truck away. Gives when, and when it stands at the dock again, if it does.
    fn refuse(&mut self, index: usize, arrival: DateTime<Utc>) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
        let stop = &self.voyage.stops[index];
        let place = stop.place;
        let refused_at = arrival + self.teller.chance.minutes(25..=80);
        let reason = (*self.teller.chance.pick(REFUSALS)).to_owned();
        self.tms(refused_at, place, Fact::StopRefused(Refusal { stop: stop.number.clone(), reason }));
        self.extras.push(("Redelivery or return", 18_500));
        if !self.teller.chance.happens(650) {
            return (refused_at, None);
        }
        let again = self.teller.chance.hours(16..=28);
        let at = refused_at + self.teller.chance.minutes(40..=240);
        let arrives_at = refused_at + again;
        let span = crate::simulator::pace::Span {
            from: arrives_at - TimeDelta::minutes(40),
            to: arrives_at + TimeDelta::minutes(80),
        };
        let window = self.teller.pace.window(span, place);
        let reason = Some("second delivery agreed with the consignee".to_owned());
        let terms = AppointmentTerms { stop: stop.number.clone(), window, reason };
        self.tms(at, place, Fact::AppointmentRescheduled(terms));
        self.late = arrives_at - stop.window.from;
        self.expect(at + TimeDelta::minutes(4), index, Some(DelayReason::Consignee));
        let at_stop = self.at_stop(index, "X1");
        self.tms(arrives_at, place, Fact::StopArrived(at_stop));
        (refused_at, Some(arrives_at))
    }

    /// The proof of delivery arrives: soon, late, wrong or not at all.
    fn sign(&mut self, index: usize, plot: Plot, delivered_at: DateTime<Utc>, end: &mut End) {
        let stop = &self.voyage.stops[index];
        let after = match plot {
            Plot::MissingPod => return,
            Plot::LatePod => self.teller.chance.hours(26..=72),
            _ => self.teller.chance.minutes(35..=420),
        };
        let pod_at = delivered_at + after;
        let document = format!("POD-{}-{}", self.voyage.shipment, stop.number);
        let discrepancy = (plot == Plot::PodDiscrepancy).then(|| self.discrepancy(index));
        end.is_disputed = discrepancy.is_some();
        let pod = PodStatement {
            left_with: None,
            stop: stop.number.clone(),
            signed_by: (*self.teller.chance.pick(SIGNERS)).to_owned(),
            signed_at: self.teller.pace.happened(delivered_at, stop.place),
            document: Some(document.clone()),
            discrepancy,
        };
        let id = self.tms(pod_at, stop.place, Fact::PodReceived(pod.clone()));
        let title = format!("Proof of delivery {}", self.voyage.shipment);
        let paper = Document { document, kind: DocumentKind::ProofOfDelivery, title };
        self.tms(pod_at + TimeDelta::minutes(1), stop.place, Fact::DocumentAttached(paper));
        end.pod_at = Some(pod_at);
        let is_cleared = pod.discrepancy.as_ref().is_some_and(|one| one.lines.is_empty());
        if is_cleared {
            let at = pod_at + self.teller.chance.hours(8..=30);
            let reason = "scanned again, complete and rightly signed".to_owned();
            self.tms(at, stop.place, Fact::EventRetracted(Retraction { event: id, reason }));
            let pod = PodStatement { discrepancy: None, ..pod };
            end.pod_at = Some(at + TimeDelta::minutes(3));
            end.is_disputed = false;
            self.tms(at + TimeDelta::minutes(3), stop.place, Fact::PodReceived(pod));
        }
    }

    fn discrepancy(&mut self, index: usize) -> Discrepancy {
        let kinds = [
            (DiscrepancyKind::Short, "pieces missing at unloading"),
            (DiscrepancyKind::Damaged, "cartons crushed, taken under reserve"),
            (DiscrepancyKind::Short, "one pallet less than on the bill of lading"),
            (DiscrepancyKind::WrongSigner, "signed by the gate, not by goods-in"),
            (DiscrepancyKind::MissingPage, "second page not scanned"),
        ];
        let (kind, note) = *self.teller.chance.pick(&kinds);
        let mut lines = Vec::new();
        if matches!(kind, DiscrepancyKind::Short | DiscrepancyKind::Damaged) {
            lines = self.lines_at(index);
            lines.truncate(1);
            for line in &mut lines {
                let pieces = line.quantity.milli / 1000;
                let good = pieces - self.teller.chance.number(1..=(pieces / 4).max(1));
                line.quantity = Quantity::whole(good.max(0), &line.quantity.unit);
            }
        }
        Discrepancy { kind, note: Some(note.to_owned()), lines }
    }
}
