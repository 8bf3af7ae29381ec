//! What freight costs beside what it was said to cost before the goods were picked up.

use super::contributions::{Tally, standing};
use super::definition::Measure;
use super::rollup::{Exclusion, Part};
use crate::charge::{Charge, ChargeKind};
use crate::fact::Fact;
use crate::measure::{Currency, Money};
use crate::shipment::Shipment;
use crate::time::Moment;
use std::collections::BTreeMap;

/// Each kind of charge apart, each currency apart, once the shipment is delivered.
pub(super) fn variances(tally: &mut Tally) {
    let Some(finished) = tally.finished else { return };
    let quoted = quoted(tally.shipment, tally.finished);
    for (kind, measure) in [
        (ChargeKind::Linehaul, Measure::LinehaulVariance),
        (ChargeKind::Fuel, Measure::FuelVariance),
        (ChargeKind::Accessorial, Measure::AccessorialVariance),
    ] {
        let stated = sums(tally.state.charges.iter(), kind);
        if quoted.is_empty() {
            if !stated.is_empty() {
                tally.exclude(measure, finished, tally.facets.clone(), Exclusion::NotQuoted);
            }
            continue;
        }
        let quoted = sums(quoted.values().copied(), kind);
        let mut currencies: Vec<Currency> = stated.keys().chain(quoted.keys()).copied().collect();
        currencies.sort_unstable();
        currencies.dedup();
        for currency in currencies {
            let of = |sums: &BTreeMap<Currency, i64>| sums.get(&currency).copied().unwrap_or(0);
            let above = of(&stated).saturating_sub(of(&quoted));
            let sums = (above, of(&quoted));
            tally.count(measure, finished, tally.facets.clone(), Part::Of(currency), sums);
        }
    }
}

/// Each charge as it was last stated before the first goods left.
fn quoted(shipment: &Shipment, finished: Option<Moment>) -> BTreeMap<&str, &Charge> {
    let left = shipment.state.stops.iter().filter(|stop| !stop.is_delivery());
    let picked_up_at = left.filter_map(|stop| stop.loaded_at.or(stop.departed_at)).min().or(finished);
    standing(shipment.happened())
        .filter(|event| picked_up_at.is_some_and(|picked_up_at| event.occurred_at < picked_up_at))
        .filter_map(|event| match &event.fact {
            Fact::ChargeStated(charge) => Some((charge.charge.as_str(), charge)),
            _ => None,
        })
        .collect()
}

fn sums<'a>(charges: impl Iterator<Item = &'a Charge>, kind: ChargeKind) -> BTreeMap<Currency, i64> {
    let mut sums: BTreeMap<Currency, i64> = BTreeMap::new();
    for charge in charges.filter(|charge| charge.kind == kind) {
        let sum = sums.entry(charge.amount.currency).or_default();
        *sum = sum.saturating_add(charge.amount.minor);
    }
    sums
}

/// What is charged of a kind in a currency, beside what was quoted of it before the goods were picked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Charged {
    pub kind: ChargeKind,
    pub quoted: Money,
    pub charged: Money,
}

/// Everything that is charged, where anything was quoted.
pub fn charged(shipment: &Shipment) -> Vec<Charged> {
    // Hardly any event finds a charge on its shipment.
    if shipment.state.charges.is_empty() {
        return Vec::new();
    }
    let quoted = quoted(shipment, None);
    if quoted.is_empty() {
        return Vec::new();
    }
    let kinds = [ChargeKind::Linehaul, ChargeKind::Fuel, ChargeKind::Accessorial];
    let of_kind = |kind| {
        let before = sums(quoted.values().copied(), kind);
        let stated = sums(shipment.state.charges.iter(), kind);
        stated.into_iter().map(move |(currency, minor)| Charged {
            kind,
            quoted: Money { minor: before.get(&currency).copied().unwrap_or(0), currency },
            charged: Money { minor, currency },
        })
    };
    kinds.into_iter().flat_map(of_kind).collect()
}
