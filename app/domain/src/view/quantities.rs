//! How much of what was ordered reached its consignee, as far as loading, unloading and signatures state it.

use crate::fact::{HandledLine, OrderLine, StopKind};
use crate::measure::Quantity;
use crate::shipment::{State, Stop};

/// How much of an order's line was handed over; none while nothing of the order was. A hand-over that names no lines was
/// one of everything aboard, and a proof of delivery that names the line says better than the driver how much it was.
/// What is stated in another unit than the order's is not counted.
pub fn delivered(state: &State, order: &str, line: &OrderLine) -> Option<Quantity> {
    let is_it = |one: &&HandledLine| {
        one.order == order && one.line == line.line && one.quantity.unit == line.quantity.unit
    };
    let sum = |lines: &[HandledLine]| added(lines.iter().filter(is_it).map(|one| one.quantity.milli));
    let here = |stop: &&Stop| stop.concerns(order);
    let loaded: Vec<&Stop> = state
        .stops
        .iter()
        .filter(|stop| stop.kind == Some(StopKind::Pickup) && !stop.handled.is_empty())
        .filter(here)
        .collect();
    let aboard = if loaded.is_empty() {
        line.quantity.milli
    } else {
        added(loaded.iter().map(|stop| sum(&stop.handled)))
    };
    let mut handed_over = None;
    for stop in
        state.stops.iter().filter(here).filter(|stop| stop.is_delivery() && stop.handed_over_at().is_some())
    {
        let before: i64 = handed_over.unwrap_or_default();
        let signed = stop.discrepancy().and_then(|discrepancy| discrepancy.lines.iter().find(is_it));
        let now = match signed {
            Some(signed) => signed.quantity.milli,
            None if stop.handled.is_empty() => aboard.saturating_sub(before).max(0),
            None => sum(&stop.handled),
        };
        handed_over = Some(before.saturating_add(now));
    }
    handed_over.map(|milli| Quantity { milli, unit: line.quantity.unit.clone() })
}

/// Figures come from outside: they may be as large as they like.
fn added(figures: impl Iterator<Item = i64>) -> i64 {
    figures.fold(0, i64::saturating_add)
}
