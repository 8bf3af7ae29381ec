//! Moments on the clock of the place that they are about. Sources state offsets of their own, UTC often; who waits at a
//! dock reads the dock's clock. What the viewer's own clock says stands beside it, by redraw.js.

use chrono::Offset;
use chrono_tz::Tz;
use domain::redaction::{CustomerShipment, CustomerStop};
use domain::time::{Moment, Window};

/// Moves what is about a stop to that stop's clock, and the promise to the last delivery's.
pub fn set(shipment: &mut CustomerShipment) {
    let zones: Vec<(String, Option<Tz>)> =
        shipment.stops.iter().map(|stop| (stop.stop.clone(), zone(stop))).collect();
    for (stop, (_, zone)) in shipment.stops.iter_mut().zip(&zones) {
        if let Some(zone) = zone {
            set_stop(stop, *zone);
        }
    }
    for entry in &mut shipment.timeline {
        let zone =
            zones.iter().find(|(stop, _)| entry.stop.as_ref() == Some(stop)).and_then(|(_, zone)| *zone);
        if let Some(zone) = zone {
            entry.occurred_at = there(entry.occurred_at, zone);
            if let Some(instead) = &mut entry.replaced_by {
                instead.occurred_at = there(instead.occurred_at, zone);
            }
        }
    }
    if let Some((_, Some(last))) = zones.last() {
        set_window(&mut shipment.promised, *last);
        set_moment(&mut shipment.eta, *last);
        for order in &mut shipment.orders {
            set_window(&mut order.promised, *last);
        }
    }
}

/// The zone of a stop's place, where the ERP gave one that exists.
pub fn zone(stop: &CustomerStop) -> Option<Tz> {
    stop.location.as_ref().and_then(|location| location.zone.parse().ok())
}

/// The moment on the clock of `zone`.
pub fn there(at: Moment, zone: Tz) -> Moment {
    let there = at.with_timezone(&zone);
    there.with_timezone(&there.offset().fix())
}

fn set_stop(stop: &mut CustomerStop, zone: Tz) {
    let CustomerStop { planned, expected, etas, .. } = stop;
    set_window(planned, zone);
    set_window(expected, zone);
    for eta in etas {
        eta.eta = there(eta.eta, zone);
        eta.stated_at = there(eta.stated_at, zone);
    }
    for at in [
        &mut stop.ready_at,
        &mut stop.arrived_at,
        &mut stop.loaded_at,
        &mut stop.sent_out_at,
        &mut stop.delivered_at,
        &mut stop.refused_at,
        &mut stop.departed_at,
        &mut stop.signed_at,
    ] {
        set_moment(at, zone);
    }
}

fn set_moment(at: &mut Option<Moment>, zone: Tz) {
    *at = at.map(|at| there(at, zone));
}

fn set_window(window: &mut Option<Window>, zone: Tz) {
    *window = window.map(|Window { from, to }| Window { from: there(from, zone), to: there(to, zone) });
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::Europe::Berlin;

    #[test]
    fn a_moment_stands_on_the_clock_of_its_place_in_summer_and_in_winter() {
        let told = |text: &str| there(text.parse().expect("a moment"), Berlin).to_rfc3339();
        assert_eq!(told("2026-07-01T22:30:00Z"), "2026-07-02T00:30:00+02:00");
        assert_eq!(told("2026-12-01T22:30:00Z"), "2026-12-01T23:30:00+01:00");
    }
}
