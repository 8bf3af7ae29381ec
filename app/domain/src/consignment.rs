//! What one order sends on one shipment, between its stops: it is what is promised, delivered, proven, released, counted and
//! complained of. Status, gate, figures, promises, messages and exceptions ask it, and answer none of this for themselves.

mod quantities;

pub(crate) use quantities::is_less;
pub use quantities::{Misfit, same_number};

use crate::fact::{Discrepancy, HandledLine, Leg, Onward, OrderLine, Returned, StopKind};
use crate::order::{Order, OrderedUntil};
use crate::shipment::{Handling, State, Stop};
use crate::status::Status;
use crate::time::Moment;
use serde::{Deserialize, Serialize};

/// How far a consignment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    ToCome,
    OnBoard,
    /// The consignee sent the truck away.
    Refused,
    /// With its consignee, or with whoever was there, and not proven.
    HandedOver,
    /// Proven, with a remark on the proof.
    Disputed,
    Proven,
    /// Called off while it was on board, and nobody said where it ended.
    CalledOffOnBoard,
    CalledOff,
    Returned,
    WrittenOff,
    /// Another shipment took it on: what became of it is told of that one.
    HandedOn,
}

impl Stage {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ToCome => "to come",
            Self::OnBoard => "on board",
            Self::Refused => "refused",
            Self::HandedOver => "handed over, not proven",
            Self::Disputed => "disputed",
            Self::Proven => "proven",
            Self::CalledOffOnBoard => "called off, on board",
            Self::CalledOff => "called off",
            Self::Returned => "returned",
            Self::WrittenOff => "written off",
            Self::HandedOn => "handed on",
        }
    }

    /// Whether the shipment brings it no more: whoever waits for it waits for another.
    pub fn is_off(self) -> bool {
        matches!(self, Self::CalledOffOnBoard | Self::CalledOff | Self::Returned | Self::WrittenOff)
    }
}

/// An order, as far as a consignment has to know it.
#[derive(Clone, Copy, Debug)]
pub struct Ordered<'a> {
    pub number: &'a str,
    pub lines: &'a [OrderLine],
    /// The orders that take its place, once it was cancelled for them.
    pub replaced_by: &'a [String],
    /// How much was ordered of each line before, and until when.
    pub ordered_until: &'a [OrderedUntil],
    /// What came back of it.
    pub returns: &'a [Returned],
    /// Whether it was cancelled, and no other took its place.
    pub is_cancelled: bool,
    /// Whether the ERP has all of it back.
    pub is_back: bool,
}

impl<'a> Ordered<'a> {
    pub fn of(order: &'a Order) -> Self {
        let lines = order.state.terms.as_ref().map_or(&[][..], |terms| &terms.lines);
        let replaced_by = order.state.replaced_by();
        let is_cancelled = order.state.cancelled.is_some() && replaced_by.is_empty();
        let (ordered_until, returns) = (&order.state.ordered_until[..], &order.state.returns[..]);
        let is_back = lines.iter().any(|line| line.quantity.milli > 0)
            && lines.iter().all(|line| !is_less(order.state.returned(line), line.quantity.milli));
        Self { number: &order.number, lines, replaced_by, ordered_until, returns, is_cancelled, is_back }
    }
}

/// An order under which goods were planned, before others took its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Former {
    pub number: String,
    pub lines: Vec<OrderLine>,
    /// The lines of the other orders that took its place: of those named before this one, and of those behind it.
    pub ahead: Vec<OrderLine>,
    pub behind: Vec<OrderLine>,
}

/// One order's goods on one shipment.
#[derive(Clone, Debug)]
pub struct Consignment<'a> {
    state: &'a State,
    /// None where the shipment names no orders: all of it is one.
    pub number: Option<&'a str>,
    /// The orders under which its goods were planned, where the ERP has merged or split them since.
    pub formers: Vec<Former>,
    pub lines: &'a [OrderLine],
    /// As in [`Ordered`].
    pub ordered_until: &'a [OrderedUntil],
    pub returns: &'a [Returned],
    pub is_cancelled: bool,
    pub is_back: bool,
}

/// What a shipment consists of, by its orders, each once; one that took the place of others stands for them.
pub fn consignments<'a>(state: &'a State, known: &[Ordered<'a>]) -> Vec<Consignment<'a>> {
    if state.orders.is_empty() {
        return vec![Consignment::of_all(state)];
    }
    let mut all: Vec<Consignment<'a>> = Vec::with_capacity(state.orders.len());
    for number in &state.orders {
        follow(state, number, &[], known, &mut all);
    }
    all
}

/// Adds the consignment of an order, or those of the orders that took its place.
fn follow<'a>(
    state: &'a State,
    number: &'a str,
    before: &[Former],
    known: &[Ordered<'a>],
    all: &mut Vec<Consignment<'a>>,
) {
    let order = known.iter().find(|order| order.number == number);
    let successors = order.map_or(&[][..], |order| order.replaced_by);
    let is_circle = before.iter().any(|former| former.number == number);
    if successors.is_empty() || is_circle {
        if let Some(same) = all.iter_mut().find(|one| one.number == Some(number)) {
            same.formers.extend_from_slice(before);
        } else {
            let unknown = Ordered {
                number,
                lines: &[],
                replaced_by: &[],
                ordered_until: &[],
                returns: &[],
                is_cancelled: false,
                is_back: false,
            };
            all.push(Consignment::of(state, order.unwrap_or(&unknown), before.to_vec()));
        }
        return;
    }
    let lines_of = |numbers: &[String]| -> Vec<OrderLine> {
        let orders = numbers.iter().filter_map(|number| known.iter().find(|order| order.number == number));
        orders.flat_map(|order| order.lines.iter().cloned()).collect()
    };
    for (place, successor) in successors.iter().enumerate() {
        let former = Former {
            number: number.to_owned(),
            lines: order.map_or(Vec::new(), |order| order.lines.to_vec()),
            ahead: lines_of(&successors[..place]),
            behind: lines_of(&successors[place + 1..]),
        };
        follow(state, successor, &[before, &[former]].concat(), known, all);
    }
}

impl<'a> Consignment<'a> {
    /// An order's goods on a shipment that is known to carry it.
    pub(crate) fn of(state: &'a State, order: &Ordered<'a>, formers: Vec<Former>) -> Self {
        let Ordered { number, lines, ordered_until, returns, is_cancelled, is_back, .. } = *order;
        Self { state, number: Some(number), formers, lines, ordered_until, returns, is_cancelled, is_back }
    }

    /// All goods of a shipment that names no orders.
    pub(crate) fn of_all(state: &'a State) -> Self {
        Self {
            state,
            number: None,
            formers: Vec::new(),
            lines: &[],
            ordered_until: &[],
            returns: &[],
            is_cancelled: false,
            is_back: false,
        }
    }

    /// Its own number and those under which it was planned.
    fn numbers(&self) -> impl Iterator<Item = &str> {
        self.number.into_iter().chain(self.formers.iter().map(|former| former.number.as_str()))
    }

    /// Whether a number names it, the one of the ERP or one under which it was planned.
    pub fn is_named(&self, number: &str) -> bool {
        self.number.is_none_or(|own| same_number(own, number))
            || self.formers.iter().any(|former| same_number(&former.number, number))
    }

    /// Whether it is handled at a stop.
    pub fn concerns(&self, stop: &Stop) -> bool {
        let Some(number) = self.number else { return true };
        stop.concerns(number) || self.formers.iter().any(|former| stop.concerns(&former.number))
    }

    /// Whether anything of it is known to be done at a stop.
    fn handles(&self, stop: &Stop) -> bool {
        self.concerns(stop) && !self.state.is_unplanned(stop)
    }

    /// Its stops by the plan in force.
    pub fn stops(&self) -> impl Iterator<Item = &'a Stop> {
        let is_past =
            self.number.is_some_and(|number| self.state.past_orders.iter().any(|past| past == number));
        self.state.stops.iter().filter(move |stop| !is_past && self.handles(stop))
    }

    /// Its stops, those of former plans included.
    fn all_stops(&self) -> impl Iterator<Item = &'a Stop> {
        self.stops().chain(self.state.former.iter().filter(|stop| self.handles(stop)))
    }

    /// How it goes on with other shipments, where this one brings it to a hub.
    pub fn goes_on(&self) -> Option<&'a Onward> {
        let former = || {
            self.state.legs.iter().find(|leg| self.formers.iter().any(|former| former.number == leg.order))
        };
        self.leg().or_else(former)?.goes_on.as_ref()
    }

    /// Whether all of it goes on from a hub: nobody on the way is a consignee.
    pub fn is_mere_leg(&self) -> bool {
        self.goes_on().is_some() && self.hand_over_stops().next().is_none()
    }

    /// Whether the order as a whole is counted with this shipment: of several that carry it, with one.
    pub fn counts_its_order(&self) -> bool {
        self.leg().is_none_or(|leg| leg.is_first)
    }

    /// Whether its order's being on time in full is counted with this shipment.
    pub fn counts_in_full(&self) -> bool {
        self.leg().is_none_or(|leg| leg.counts_in_full)
    }

    /// Whether other shipments carry its order too.
    pub(super) fn is_shared(&self) -> bool {
        self.leg().is_some_and(|leg| leg.is_shared)
    }

    fn leg(&self) -> Option<&'a Leg> {
        self.state.legs.iter().find(|leg| Some(leg.order.as_str()) == self.number)
    }

    /// When another shipment took it on, or could: it was brought to the hub, or nobody told and it has left from there.
    fn handed_on_at(&self) -> Option<Moment> {
        let onward = self.goes_on()?;
        let brought_at =
            self.stops().filter(|stop| stop.stop == onward.stop).find_map(|stop| self.done_at(stop));
        brought_at.or(onward.left_at).or(onward.handed_over_at)
    }

    /// Whether nothing more is expected of this shipment: it handed the goods over or on, or brings them no more.
    fn is_over_here(&self) -> bool {
        self.stage() == Stage::HandedOn || self.status().is_final()
    }

    /// Where it has to be handed over to its consignee.
    pub fn deliveries(&self) -> impl Iterator<Item = &'a Stop> {
        let hub = self.goes_on().map(|onward| onward.stop.as_str());
        self.stops().filter(move |stop| stop.is_delivery() && Some(stop.stop.as_str()) != hub)
    }

    /// Where it has to be handed over, and where it was though the plan names the stop no more.
    pub fn hand_over_stops(&self) -> impl Iterator<Item = &'a Stop> {
        let former = self.state.former.iter().filter(|stop| self.handles(stop));
        let made = former.filter(|stop| stop.is_delivery() && self.done_at(stop).is_some());
        self.deliveries().chain(made)
    }

    pub fn pickups(&self) -> impl Iterator<Item = &'a Stop> {
        self.all_stops().filter(|stop| stop.kind == Some(StopKind::Pickup))
    }

    /// When its goods were handed over at a stop: not by hand-overs there that name goods of the shipment's other orders alone.
    pub fn done_at(&self, stop: &Stop) -> Option<Moment> {
        if stop.hand_overs.is_empty() || self.state.orders.len() < 2 {
            return stop.handed_over_at();
        }
        self.hand_overs_at(stop).map(|handling| handling.at).max()
    }

    /// The hand-overs at a stop, but for those that name goods of the shipment's other orders alone.
    pub fn hand_overs_at<'s>(&self, stop: &'s Stop) -> impl DoubleEndedIterator<Item = &'s Handling> {
        let is_anothers = |line: &HandledLine| {
            !self.is_named(&line.order)
                && self.state.orders.iter().any(|order| same_number(order, &line.order))
        };
        let is_own =
            move |handling: &&Handling| handling.lines.is_empty() || !handling.lines.iter().all(is_anothers);
        stop.hand_overs.iter().filter(is_own)
    }

    /// With whom its goods were left at a stop, where that is not their consignee and no proof says that it has them.
    pub fn left_with<'s>(&self, stop: &'s Stop) -> Option<&'s str> {
        let signed = stop.pod.as_ref().map(|pod| pod.left_with.as_deref());
        signed.unwrap_or_else(|| self.hand_overs_at(stop).next_back()?.left_with.as_deref())
    }

    /// When it was handed over whole: at its last stop, once it was at all of them and nothing named is still to come.
    pub fn handed_over_at(&self) -> Option<Moment> {
        let made = || self.hand_over_stops().filter_map(|stop| self.done_at(stop)).max();
        let open = self.deliveries().any(|stop| self.done_at(stop).is_none());
        let was_elsewhere = self.deliveries().count() < self.hand_over_stops().count();
        if open && !(was_elsewhere && self.is_all_there()) || self.is_partly_handed_over() {
            return None;
        }
        made()
    }

    /// When it was handed over whole, or on to another shipment.
    pub fn ended_at(&self) -> Option<Moment> {
        self.handed_over_at().or(self.handed_on_at())
    }

    /// Whether anything of it was handed over.
    pub fn is_begun(&self) -> bool {
        self.hand_over_stops().any(|stop| self.done_at(stop).is_some())
    }

    /// Whether every hand-over of it was signed for.
    pub fn is_proven(&self) -> bool {
        self.handed_over_at().is_some()
            && self
                .hand_over_stops()
                .filter(|stop| self.done_at(stop).is_some())
                .all(|stop| stop.pod.is_some() && self.left_with(stop).is_none())
    }

    /// Whether its goods were on a truck.
    pub(crate) fn has_left(&self) -> bool {
        self.all_stops().any(Stop::has_sent_goods)
    }

    /// Whether a plan names it no more though its goods are on the truck.
    pub(crate) fn is_dropped(&self) -> bool {
        self.number.is_some_and(|number| self.state.dropped_orders.iter().any(|dropped| dropped == number))
    }

    /// What the proof of a stop holds against its delivery; a remark that names lines is about the orders that it names.
    pub fn discrepancy_at<'s>(&self, stop: &'s Stop) -> Option<&'s Discrepancy> {
        let is_about = |found: &&Discrepancy| {
            found.lines.is_empty() || found.lines.iter().any(|line| self.is_named(&line.order))
        };
        stop.discrepancy().filter(is_about)
    }

    /// Whether its goods are back with their sender.
    fn is_returned(&self) -> bool {
        let numbers = || self.numbers();
        let was_sent_away = || self.deliveries().any(|stop| stop.refused.is_some());
        self.state.is_said_returned(None)
            || self.is_back && was_sent_away()
            || numbers().any(|number| self.state.is_said_returned(Some(number)))
            || self.stops().any(|stop| stop.came_back_at().is_some())
    }

    fn is_written_off(&self) -> bool {
        let numbers = || self.numbers();
        self.state.is_written_off(None) || numbers().any(|number| self.state.is_written_off(Some(number)))
    }

    pub fn stage(&self) -> Stage {
        // What was called off and has not reached its consignee is somebody's matter, at the hub, too.
        let is_wanted =
            !self.is_cancelled || self.goes_on().is_some_and(|onward| onward.handed_over_at.is_some());
        if self.is_mere_leg() && self.handed_on_at().is_some() && is_wanted {
            return Stage::HandedOn;
        }
        let is_called_off = self.state.cancelled.is_some() || self.is_cancelled;
        let is_ended = self.is_returned() || self.is_written_off() || is_called_off;
        if self.handed_over_at().is_some() || self.is_begun() && is_ended {
            let handed_over = || self.hand_over_stops().filter(|stop| self.done_at(stop).is_some());
            let is_confirmed = |stop: &Stop| {
                stop.pod.is_some() && self.left_with(stop).is_none() && self.discrepancy_at(stop).is_none()
            };
            return if handed_over().all(is_confirmed) {
                Stage::Proven
            } else if handed_over().any(|stop| self.discrepancy_at(stop).is_some()) {
                Stage::Disputed
            } else {
                Stage::HandedOver
            };
        }
        if self.is_returned() {
            Stage::Returned
        } else if self.is_written_off() {
            Stage::WrittenOff
        } else if (self.state.cancelled.is_some() || self.is_dropped()) && self.is_delivered_elsewhere() {
            // Another truck took the goods on from where this one stood.
            Stage::CalledOff
        } else if self.is_dropped() {
            Stage::CalledOffOnBoard
        } else if is_called_off {
            if self.has_left() { Stage::CalledOffOnBoard } else { Stage::CalledOff }
        } else if self.deliveries().any(is_refused) {
            Stage::Refused
        } else if self.has_left() || self.is_begun() {
            Stage::OnBoard
        } else {
            Stage::ToCome
        }
    }

    /// Where it is, in the customer's word.
    pub fn status(&self) -> Status {
        match self.stage() {
            Stage::Proven => Status::Delivered,
            Stage::HandedOver | Stage::Disputed => Status::AwaitingConfirmation,
            Stage::Returned => Status::Returned,
            Stage::CalledOff | Stage::WrittenOff => Status::Cancelled,
            Stage::CalledOffOnBoard => Status::CancelledUnderWay,
            Stage::HandedOn => match self.goes_on().filter(|onward| onward.handed_over_at.is_some()) {
                Some(onward) if onward.is_confirmed => Status::Delivered,
                Some(_) => Status::AwaitingConfirmation,
                None if self.goes_on().is_some_and(|onward| onward.came_back) => Status::Returned,
                None => Status::InTransit,
            },
            Stage::ToCome | Stage::OnBoard | Stage::Refused => self.way(),
        }
    }

    /// As [`Self::status`], while it is still to be handed over.
    fn way(&self) -> Status {
        let state = self.state;
        let deliveries = || self.deliveries().filter(|stop| self.done_at(stop).is_none());
        let others = || self.all_stops().filter(|stop| !stop.is_delivery());
        let was_out = self.deliveries().any(|stop| {
            stop.sent_out_at.is_some()
                || stop.has_begun()
                || !stop.attempts.is_empty()
                || stop.refused.is_some()
        });
        let is_ready = others().any(|stop| {
            stop.ready_at.is_some() || stop.kind == Some(StopKind::Pickup) && stop.arrived_at.is_some()
        });
        // A truck at a stop that nobody has named yet says no more than that somebody planned it.
        let has_truck = state.carrier.is_some() || others().any(Stop::has_begun);
        if deliveries().any(|stop| last_word(stop) == Some(Word::ReadyForCollection)) {
            Status::ReadyForCollection
        } else if deliveries().any(|stop| last_word(stop) == Some(Word::Out)) {
            Status::OutForDelivery
        } else if deliveries().any(|stop| last_word(stop) == Some(Word::Attempted)) {
            Status::DeliveryAttempted
        } else if self.has_left()
            || was_out
            || self.is_begun()
            || !state.is_planned && state.position.is_some()
        {
            Status::InTransit
        } else if is_ready {
            Status::ReadyForPickup
        } else if state.is_planned || has_truck {
            Status::Planned
        } else {
            Status::Ordered
        }
    }
}

/// What was last said of a delivery that is still to come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Word {
    Out,
    Attempted,
    Refused,
    ReadyForCollection,
}

fn last_word(stop: &Stop) -> Option<Word> {
    let said = [
        (stop.sent_out_at.max(stop.arrived_at), Word::Out),
        (stop.attempts.last().map(|last| last.at), Word::Attempted),
        (stop.refused.as_ref().map(|refused| refused.at), Word::Refused),
        (stop.collection.as_ref().map(|collection| collection.since), Word::ReadyForCollection),
    ];
    said.into_iter().filter_map(|(at, word)| Some((at?, word))).max().map(|(_, word)| word)
}

fn is_refused(stop: &Stop) -> bool {
    stop.handed_over_at().is_none() && last_word(stop) == Some(Word::Refused)
}

/// As [`status`], for whoever waits for this shipment's truck: what went on with another is over here.
pub fn status_here(consignments: &[Consignment]) -> Status {
    let is_over = !consignments.is_empty() && consignments.iter().all(Consignment::is_over_here);
    let has_handed_on = consignments.iter().any(|one| one.stage() == Stage::HandedOn);
    if is_over && has_handed_on { Status::Delivered } else { status(consignments) }
}

/// The status of several consignments together: how far the last ones are that are still to come, else how they ended.
pub fn status(consignments: &[Consignment]) -> Status {
    let all: Vec<Status> = consignments.iter().map(Consignment::status).collect();
    let some_are_there = consignments.iter().any(Consignment::is_begun);
    let to_come =
        all.iter().copied().filter(|one| !one.is_final() && *one != Status::CancelledUnderWay).max();
    if let Some(to_come) = to_come {
        return if some_are_there { to_come.max(Status::InTransit) } else { to_come };
    }
    // What is astray is found before anybody calls the rest delivered.
    if all.contains(&Status::CancelledUnderWay) {
        return Status::CancelledUnderWay;
    }
    let handed_over = all.iter().copied().filter(|one| one.is_handed_over()).min();
    handed_over.or(all.into_iter().min()).unwrap_or(Status::Ordered)
}
