//! Moments by which something is due. They are kept with the shipment; when one passes, that is an event.

use crate::fact::StopKind;
use crate::rulebook::Limits;
use crate::shipment::{Shipment, State, Stop, TenderState};
use crate::status::Status;
use crate::time::Moment;
use chrono::{DurationRound, TimeDelta};
use serde::{Deserialize, Serialize};

/// What is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeadlineKind {
    /// The truck's arrival at a pickup.
    Pickup,
    /// The proof of delivery.
    Pod,
    /// The carrier's answer to a tender; `stop` is the tender's number.
    TenderAnswer,
    /// The truck's departure from a pickup or a cross-dock.
    Departure,
    /// The truck's arrival where a dock is booked, at a delivery or a cross-dock.
    Arrival,
    /// The end of the time that a truck may stand at a stop for free.
    Dwell,
    /// Anything at all about a shipment on its way; `stop` is the name of the source that it was heard from last.
    News,
    /// As [`Self::News`], where the whole source is silent: that is not the shipment's matter.
    Hidden,
    /// Master data that a source names; `stop` says which.
    MasterData,
    /// Somebody's first answer to an exception; `stop` is the exception's id, and so for the next two.
    Response,
    /// An exception's end.
    Resolution,
    /// An exception's end, once it was due for half as long again.
    LastResort,
    /// A moment that a source stated ahead of its receipt: from then on it counts.
    StatedAhead,
    /// What the customer was promised, first or last; or the truck at a pickup, as it was planned first.
    Promise,
}

impl DeadlineKind {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pickup => "Pickup",
            Self::Pod => "Proof of delivery",
            Self::TenderAnswer => "Answer to a tender",
            Self::Departure => "Departure",
            Self::Arrival => "Arrival",
            Self::Dwell => "End of free time",
            Self::News => "News",
            Self::Hidden => "News, while its source is silent",
            Self::MasterData => "Master data",
            Self::Response => "First answer to an exception",
            Self::Resolution => "Resolution of an exception",
            Self::LastResort => "Resolution of an exception, at the latest",
            Self::StatedAhead => "What was stated ahead of its time",
            Self::Promise => "What was promised",
        }
    }
}

/// Something is due at a stop by a moment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Deadline {
    pub deadline: DeadlineKind,
    pub stop: String,
    pub due_at: Moment,
}

/// What the shipment waits for now, deadlines that passed already left out.
pub fn deadlines(shipment: &Shipment, status: Status, limits: &Limits) -> Vec<Deadline> {
    let mut due = demanded(shipment, status, limits);
    due.extend(shipment.stated_ahead().map(|entry| Deadline {
        deadline: DeadlineKind::StatedAhead,
        stop: String::new(),
        due_at: entry.recorded.event.occurred_at,
    }));
    due.retain(|deadline| !shipment.state.passed.contains(deadline));
    due.dedup();
    due
}

/// What the shipment waits for, whether or not the moment passed already.
pub fn demanded(shipment: &Shipment, status: Status, limits: &Limits) -> Vec<Deadline> {
    let state = &shipment.state;
    if state.is_called_off() {
        return Vec::new();
    }
    // Once everything was delivered, nobody waits for a truck, though the TMS may never have told of its arrival.
    let is_over = status.is_final();
    let mut due = Vec::new();
    let mut wait = |deadline, stop: &str, due_at| {
        due.push(Deadline { deadline, stop: stop.to_owned(), due_at });
    };
    for (tender, due_at) in unanswered(state, limits) {
        wait(DeadlineKind::TenderAnswer, tender, due_at);
    }
    let (ahead, current) = (state.ahead(), state.current());
    for stop in &state.stops {
        // A stop before one that was reached has happened, told or not.
        let is_ahead = ahead.iter().any(|one| one.stop == stop.stop);
        let is_here = current.is_some_and(|current| current.stop == stop.stop);
        if !is_over && status != Status::CancelledUnderWay && (is_ahead || is_here) {
            at_stop(stop, limits, &mut wait);
        }
        if let (Some(delivered_at), None, true) = (stop.delivered_at, &stop.pod, stop.is_delivery()) {
            wait(DeadlineKind::Pod, &stop.stop, after(delivered_at, limits.pod_minutes));
        }
    }
    if let Some((source, due_at)) = news(state, limits).filter(|_| !is_over) {
        wait(DeadlineKind::News, source, due_at);
    }
    due
}

/// Every open offer, unless somebody is named or has accepted since, or something has moved: then no answer matters.
fn unanswered<'a>(state: &'a State, limits: &Limits) -> Vec<(&'a str, Moment)> {
    if state.stops.iter().any(Stop::has_begun) {
        return Vec::new();
    }
    let accepted = state.tenders.iter().filter(|tender| tender.state == TenderState::Accepted);
    let settled_at = accepted.map(|tender| tender.at).chain(state.assigned_at).max();
    let open = state.tenders.iter().filter(|tender| {
        tender.state == TenderState::Offered && settled_at.is_none_or(|settled_at| settled_at <= tender.at)
    });
    let due = open.map(|tender| {
        let unless_stated = || after(tender.at, limits.tender_answer_minutes);
        (tender.tender.as_str(), tender.expires_at.unwrap_or_else(unless_stated))
    });
    // Whoever asked the next carrier when the time was up waits for that one.
    let is_overtaken = |due_at| state.tenders.iter().any(|other| other.at >= due_at);
    due.filter(|(_, due_at)| !is_overtaken(*due_at)).collect()
}

/// What is due of the truck at a stop.
fn at_stop(stop: &Stop, limits: &Limits, wait: &mut impl FnMut(DeadlineKind, &str, Moment)) {
    let agreed = stop.expected();
    if !stop.has_begun() {
        let kind = if stop.kind == Some(StopKind::Pickup) {
            Some((DeadlineKind::Pickup, limits.pickup_grace_minutes))
        } else {
            stop.appointment.as_ref().map(|_| (DeadlineKind::Arrival, limits.arrival_grace_minutes))
        };
        if let (Some((kind, grace)), Some(window)) = (kind, agreed) {
            wait(kind, &stop.stop, after(window.to, grace));
        }
    } else if !stop.is_done()
        && let Some(arrived_at) = stop.arrived_at
    {
        // Who comes early waits at his own cost.
        let from = agreed.map_or(arrived_at, |window| window.from.max(arrived_at));
        wait(DeadlineKind::Dwell, &stop.stop, after(from, limits.dwell_minutes));
        let leaves = matches!(stop.kind, Some(StopKind::Pickup | StopKind::CrossDock));
        if let Some(window) = agreed.filter(|_| leaves) {
            wait(
                DeadlineKind::Departure,
                &stop.stop,
                after(window.to.max(arrived_at), limits.departure_grace_minutes),
            );
        }
    }
}

/// When something has to be heard of a shipment that is on its way.
fn news<'a>(state: &'a State, limits: &Limits) -> Option<(&'a str, Moment)> {
    let is_on_its_way = state.stops.iter().any(|stop| stop.departed_at.is_some());
    let heard_at = state.heard_at.filter(|_| is_on_its_way)?;
    let hour = heard_at.duration_trunc(TimeDelta::hours(1)).unwrap_or(heard_at);
    let source = state.heard_from.as_deref()?;
    let mut due_at = after(hour, limits.news_minutes + 60);
    // A time that went by while nothing came from the source at all is followed by another.
    let is_hidden = |due_at| {
        let is_it = |one: &Deadline| one.deadline == DeadlineKind::Hidden && one.due_at == due_at;
        state.passed.iter().any(|one| is_it(one) && one.stop == source)
    };
    for _ in 0..state.passed.len() {
        if is_hidden(due_at) {
            due_at = after(due_at, limits.news_minutes);
        }
    }
    Some((source, due_at))
}

/// A source may state a moment at the end of all time; its deadline is that moment.
fn after(moment: Moment, minutes: u32) -> Moment {
    moment.checked_add_signed(TimeDelta::minutes(i64::from(minutes))).unwrap_or(moment)
}
