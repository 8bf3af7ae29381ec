//! Money: freight charges from the TMS, invoices and payments from the ERP.

use super::{End, Tale, office};
use crate::simulator::draft::{Draft, OrderDraft};
use crate::simulator::network::Region;
use crate::simulator::teller::Teller;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::charge::{Charge, ChargeKind};
use domain::fact::{InvoicePayment, InvoiceStatement, Invoiced, Mode, Retraction, Returned};
use domain::measure::{Money, Quantity};

impl Tale<'_> {
    /// The carrier states what the way will cost; what it costs in the end is stated under the same numbers.
    pub(super) fn quote(&mut self, at: DateTime<Utc>) {
        let voyage = self.voyage;
        // Cents a kilometre.
        let rate = match voyage.mode {
            Mode::Truckload => 142,
            Mode::LessThanTruckload => 64,
            Mode::Parcel | Mode::Other => 31,
            Mode::Rail => 96,
            Mode::Ocean => 38,
            Mode::Air => 185,
        };
        let linehaul = 9_500 + voyage.kilometres() as i64 * rate * self.teller.chance.number(90..=115) / 100;
        let fuel = linehaul * self.teller.chance.number(14..=24) / 100;
        self.quoted = (linehaul, fuel);
        let charges =
            vec![(ChargeKind::Linehaul, linehaul, None), (ChargeKind::Fuel, fuel, Some("Fuel surcharge"))];
        self.state(at, charges);
    }

    /// The carrier states what the way cost: often what was quoted, now and then more.
    pub(super) fn charge(&mut self, free: DateTime<Utc>) {
        let (mut linehaul, mut fuel) = self.quoted;
        if self.teller.chance.happens(350) {
            linehaul = linehaul * self.teller.chance.number(98..=109) / 100;
        }
        if self.teller.chance.happens(500) {
            fuel = fuel * self.teller.chance.number(94..=112) / 100;
        }
        let mut charges =
            vec![(ChargeKind::Linehaul, linehaul, None), (ChargeKind::Fuel, fuel, Some("Fuel surcharge"))];
        let extras = std::mem::take(&mut self.extras);
        charges.extend(extras.into_iter().map(|(what, minor)| (ChargeKind::Accessorial, minor, Some(what))));
        let at = free + self.teller.chance.minutes(40..=300);
        self.state(at, charges);
    }

    fn state(&mut self, mut at: DateTime<Utc>, charges: Vec<(ChargeKind, i64, Option<&'static str>)>) {
        let place = self.voyage.last().place;
        let currency = self.voyage.region().unwrap_or(Region::Europe).currency();
        for ((kind, minor, description), number) in charges.into_iter().zip(1..) {
            at += TimeDelta::minutes(2);
            let charge = Charge {
                charge: format!("CH{number}"),
                kind,
                amount: Money { minor, currency },
                description: description.map(str::to_owned),
            };
            self.tms(at, place, Fact::ChargeStated(charge));
        }
    }
}

/// The ERP invoices what was delivered and is paid for it, some days later.
pub(in crate::simulator) fn settle(teller: &mut Teller, draft: &Draft, ends: &[End]) {
    for (index, order) in draft.orders.iter().enumerate() {
        let own: Vec<_> = ends.iter().filter(|end| end.orders.contains(&index)).collect();
        if own.len() < draft.voyages.len() {
            continue;
        }
        if let Some(refused_at) = own.iter().find_map(|end| end.refused_at) {
            take_back(teller, order, refused_at);
        } else if let Some(delivered_at) = own.iter().filter_map(|end| end.delivered_at).max() {
            let proofs: Option<Vec<_>> = own.iter().map(|end| end.pod_at).collect();
            let proven_at = proofs.and_then(|proofs| proofs.into_iter().max());
            // Some clerks invoice without a proof.
            let due = proven_at
                .or_else(|| teller.chance.happens(500).then_some(delivered_at + TimeDelta::hours(30)));
            if let Some(due) = due {
                invoice(teller, order, due, own.iter().any(|end| end.is_disputed));
            }
        }
    }
}

fn invoice(teller: &mut Teller, order: &OrderDraft, due: DateTime<Utc>, is_disputed: bool) {
    let place = office(order.customer.region);
    let number = order.number.replace("SO-", "INV-");
    let minor = order.lines.iter().map(|line| line.count * line.ware.price).sum();
    let amount = Money { minor, currency: order.customer.region.currency() };
    let at = due + teller.chance.hours(2..=16);
    teller.erp(at, place, &order.number, &Fact::OrderInvoiced(Invoiced { invoice: number.clone(), amount }));
    let mut paid = amount;
    if is_disputed {
        let reason = Some("quantity signed for differs from quantity invoiced".to_owned());
        let statement = InvoiceStatement { invoice: number.clone(), reason };
        let at = at + teller.chance.hours(10..=40);
        teller.erp(at, place, &order.number, &Fact::InvoiceDisputed(statement));
        paid.minor = minor * 92 / 100;
    }
    let at = at + teller.chance.hours(60..=190);
    if teller.chance.happens(25) {
        let wrong = Money { minor: paid.minor * 10, ..paid };
        let fact =
            Fact::InvoicePaid(InvoicePayment { invoice: number.clone(), amount: wrong, payment: None });
        let id = teller.erp(at - TimeDelta::hours(3), place, &order.number, &fact);
        let reason = "amount keyed with a digit too many".to_owned();
        let fact = Fact::OrderEventRetracted(Retraction { event: id, reason });
        teller.erp(at - TimeDelta::hours(2), place, &order.number, &fact);
    }
    teller.erp(
        at,
        place,
        &order.number,
        &Fact::InvoicePaid(InvoicePayment { invoice: number, amount: paid, payment: None }),
    );
}

fn take_back(teller: &mut Teller, order: &OrderDraft, refused_at: DateTime<Utc>) {
    let place = office(order.customer.region);
    let mut at = refused_at + teller.chance.hours(20..=60);
    for line in &order.lines {
        at += TimeDelta::minutes(3);
        let returned = Returned {
            number: None,
            line: line.number.clone(),
            quantity: Quantity::whole(line.count, line.ware.unit),
            reason: Some("refused by the consignee".to_owned()),
        };
        teller.erp(at, place, &order.number, &Fact::OrderReturned(returned));
    }
}
