//! Status and flags: the one place that turns what happened into the words that people read.

use crate::fact::StopKind;
use crate::shipment::{State, Stop};
use crate::status::{Flags, Status};
use crate::time::Window;

impl State {
    /// The stops that matter to somebody who may see `orders`; all of them where `None`.
    pub(crate) fn stops_for<'a>(&'a self, orders: Option<&'a [String]>) -> impl Iterator<Item = &'a Stop> {
        self.stops
            .iter()
            .filter(move |stop| orders.is_none_or(|orders| orders.iter().any(|order| stop.concerns(order))))
    }

    /// Where it is, in the customer's word, looking only at the stops of `orders` (all where `None`).
    pub fn status_for(&self, orders: Option<&[String]>) -> Status {
        if self.cancelled.is_some() {
            return Status::Cancelled;
        }
        let (deliveries, others): (Vec<&Stop>, Vec<&Stop>) =
            self.stops_for(orders).partition(|stop| is_delivery(stop));
        let any_delivered = deliveries.iter().any(|stop| is_delivered(stop));
        let has_left = others.iter().any(|stop| {
            let crossed = stop.kind == Some(StopKind::CrossDock) && stop.has_begun();
            stop.loaded_at.is_some() || stop.departed_at.is_some() || crossed
        });
        let is_out = deliveries.iter().any(|stop| stop.sent_out_at.is_some() || stop.arrived_at.is_some());
        let is_ready = others.iter().any(|stop| stop.ready_at.is_some() || stop.arrived_at.is_some());
        if !deliveries.is_empty() && deliveries.iter().all(|stop| is_confirmed(stop)) {
            Status::Delivered
        } else if !deliveries.is_empty() && deliveries.iter().all(|stop| is_delivered(stop)) {
            Status::AwaitingConfirmation
        } else if is_out && !any_delivered {
            Status::OutForDelivery
        } else if has_left || is_out || any_delivered || !self.is_planned && self.position.is_some() {
            Status::InTransit
        } else if is_ready {
            Status::ReadyForPickup
        } else if self.is_planned || self.carrier.is_some() {
            Status::Planned
        } else {
            Status::Ordered
        }
    }

    /// The flags beside the status. `promised` is the window that the reader was promised, where one is known.
    pub fn flags_for(&self, orders: Option<&[String]>, promised: Option<Window>) -> Flags {
        let status = self.status_for(orders);
        if status.is_final() {
            let disputed = self.stops_for(orders).any(|stop| stop.discrepancy().is_some());
            return Flags { action_needed: disputed && status != Status::Cancelled, ..Flags::default() };
        }
        let open: Vec<&Stop> =
            self.stops_for(orders).filter(|stop| is_delivery(stop) && !is_delivered(stop)).collect();
        let late = open.iter().any(|stop| {
            let limit = promised.or(stop.expected()).map(|window| window.to);
            matches!((stop.eta(), limit), (Some(eta), Some(limit)) if eta.eta > limit)
        });
        // A delay stands until somebody states an expected time after it.
        let delay_stands = self.delay.as_ref().is_some_and(|delay| {
            !open.iter().any(|stop| stop.eta().is_some_and(|eta| eta.stated_at > delay.reported_at))
        });
        let on_hold = self.hold.is_some();
        let action_needed = on_hold
            || open.iter().any(|stop| stop.refused.is_some())
            || self.stops_for(orders).any(|stop| stop.discrepancy().is_some());
        Flags { delayed: late || delay_stands, action_needed, on_hold }
    }
}

/// What nobody planned is taken for a delivery once goods were handed over there.
fn is_delivery(stop: &Stop) -> bool {
    stop.kind.map_or_else(|| is_delivered(stop), |kind| kind == StopKind::Delivery)
}

fn is_delivered(stop: &Stop) -> bool {
    stop.delivered_at.is_some() || stop.pod.is_some()
}

fn is_confirmed(stop: &Stop) -> bool {
    stop.pod.is_some() && stop.discrepancy().is_none()
}
