//! The flags beside the status: delay, trouble, customs.

use crate::consignment::{Consignment, status};
use crate::fact::StopKind;
use crate::rulebook::Limits;
use crate::rules::is_late_by;
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

    /// The delay that stands: until somebody states an expected time with it or after it.
    pub(crate) fn delay_for(&self, orders: Option<&[String]>) -> Option<&Delay> {
        let mut open = self.stops_for(orders).filter(|stop| is_open(stop));
        self.delay.as_ref().filter(|delay| {
            !open.any(|stop| stop.eta().is_some_and(|eta| eta.stated_at >= delay.reported_at))
        })
    }
}

/// The flags beside the status of some consignments, whose reader may see `orders`. Late is what the rules let nobody pass.
pub(crate) fn flags(
    state: &State,
    consignments: &[Consignment],
    numbers: Option<&[String]>,
    orders: &[OrderView],
    limits: &Limits,
) -> Flags {
    let status = status(consignments);
    let is_disputed = consignments.iter().any(|part| {
        part.hand_over_stops().any(|stop| part.discrepancy_at(stop).is_some() || stop.refused.is_some())
    });
    if status.is_final() {
        return Flags { action_needed: is_disputed && status.is_handed_over(), ..Flags::default() };
    }
    let late = state.stops_for(numbers).filter(|stop| is_open(stop)).any(|stop| {
        let here = orders.iter().filter(|order| order.is_promised_at(state, stop));
        let limit = promise(here).or(stop.expected());
        limit.is_some_and(|limit| is_late_by(&stop.etas, limit, limits))
    });
    let on_hold = !state.holds.is_empty();
    let delay_stands = state.delay_for(numbers).is_some();
    let is_astray = status == Status::CancelledUnderWay;
    Flags { delayed: late || delay_stands, action_needed: on_hold || is_disputed || is_astray, on_hold }
}

fn is_open(stop: &Stop) -> bool {
    stop.kind.is_none_or(|kind| kind == StopKind::Delivery)
        && stop.is_delivery()
        && stop.handed_over_at().is_none()
}
