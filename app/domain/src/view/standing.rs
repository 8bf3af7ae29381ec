//! Status and flags: the one place that turns what happened into the words that people read.

use crate::fact::StopKind;
use crate::shipment::{Delay, State, Stop};
use crate::status::{Flags, Status};
use crate::view::{OrderView, promise};

impl State {
    /// The stops that matter to somebody who may see `orders`; all of them where `None`.
    pub(crate) fn stops_for<'a>(&'a self, orders: Option<&'a [String]>) -> impl Iterator<Item = &'a Stop> {
        self.stops
            .iter()
            .filter(move |stop| orders.is_none_or(|orders| orders.iter().any(|order| stop.concerns(order))))
    }

    /// Where it is, in the customer's word, looking only at the stops of `orders` (all where `None`).
    pub fn status_for(&self, orders: Option<&[String]>) -> Status {
        let (deliveries, others): (Vec<&Stop>, Vec<&Stop>) =
            self.stops_for(orders).partition(|stop| stop.is_delivery());
        let any_delivered = deliveries.iter().any(|stop| is_delivered(stop));
        if self.cancelled.is_some() && !any_delivered {
            return Status::Cancelled;
        }
        let has_left = others.iter().any(|stop| {
            let crossed = stop.kind == Some(StopKind::CrossDock) && stop.has_begun();
            stop.loaded_at.is_some() || stop.departed_at.is_some() || crossed
        });
        let is_out = deliveries.iter().any(|stop| is_out(stop));
        let was_out = deliveries.iter().any(|stop| stop.sent_out_at.is_some() || stop.has_begun());
        let is_at = |stop: &Stop, kind| stop.kind == Some(kind) && stop.arrived_at.is_some();
        let is_ready = others.iter().any(|stop| stop.ready_at.is_some() || is_at(stop, StopKind::Pickup));
        // A truck at a stop that nobody has named yet says no more than that somebody planned it.
        let has_truck = self.carrier.is_some() || others.iter().any(|stop| stop.has_begun());
        if !deliveries.is_empty() && deliveries.iter().all(|stop| is_confirmed(stop)) {
            Status::Delivered
        } else if !deliveries.is_empty() && deliveries.iter().all(|stop| is_delivered(stop)) {
            Status::AwaitingConfirmation
        } else if is_out {
            Status::OutForDelivery
        } else if has_left || was_out || any_delivered || !self.is_planned && self.position.is_some() {
            Status::InTransit
        } else if is_ready {
            Status::ReadyForPickup
        } else if self.is_planned || has_truck {
            Status::Planned
        } else {
            Status::Ordered
        }
    }

    /// The delay that stands: until somebody states an expected time with it or after it.
    pub(crate) fn delay_for(&self, orders: Option<&[String]>) -> Option<&Delay> {
        let mut open = self.stops_for(orders).filter(|stop| stop.is_delivery() && !is_delivered(stop));
        self.delay.as_ref().filter(|delay| {
            !open.any(|stop| stop.eta().is_some_and(|eta| eta.stated_at >= delay.reported_at))
        })
    }

    /// The flags beside the status, as [`Self::status_for`]. `promises` are the orders that the reader may see, each
    /// with what was promised for it.
    pub(crate) fn flags_for(&self, orders: Option<&[String]>, promises: &[OrderView]) -> Flags {
        let status = self.status_for(orders);
        let is_disputed = self
            .stops_for(orders)
            .any(|stop| stop.discrepancy().is_some() || stop.is_delivery() && stop.refused.is_some());
        if status.is_final() {
            return Flags { action_needed: is_disputed && status != Status::Cancelled, ..Flags::default() };
        }
        let open: Vec<&Stop> =
            self.stops_for(orders).filter(|stop| stop.is_delivery() && !is_delivered(stop)).collect();
        let late = open.iter().any(|stop| {
            let here = promises.iter().filter(|order| stop.concerns(&order.number));
            let limit = promise(here).or(stop.expected()).map(|window| window.to);
            matches!((stop.eta(), limit), (Some(eta), Some(limit)) if eta.eta > limit)
        });
        let on_hold = self.hold.is_some();
        let delay_stands = self.delay_for(orders).is_some();
        Flags { delayed: late || delay_stands, action_needed: on_hold || is_disputed, on_hold }
    }
}

/// Whether a truck is on its last leg to the stop or there; one that was sent away is not.
fn is_out(stop: &Stop) -> bool {
    let last = stop.sent_out_at.max(stop.arrived_at);
    let sent_away = stop.refused.as_ref().map(|refused| refused.at);
    !is_delivered(stop) && last.is_some() && last > sent_away
}

fn is_delivered(stop: &Stop) -> bool {
    stop.handed_over_at().is_some()
}

fn is_confirmed(stop: &Stop) -> bool {
    stop.pod.is_some() && stop.discrepancy().is_none()
}
