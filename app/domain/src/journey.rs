//! A shipment's way at a glance, for either audience: how far it has come, and in one sentence what happens now and what
//! comes next. Made from [`CustomerShipment`], the shape that both can read; `now` only names days (law 6).

use crate::fact::{DelayReason, Onward, StopKind};
use crate::redaction::{CustomerShipment, CustomerStop};
use crate::shipment::Eta;
use crate::status::Status;
use crate::time::{Moment, Window, format_offset, format_span};
use chrono::{DateTime, TimeDelta, Utc};

/// How far a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Done,
    /// Nobody reported it, but a later stop was reached.
    NotReported,
    /// The truck is here.
    Current,
    /// Where it is expected next.
    Next,
    Ahead,
    /// It will not be called at any more.
    CalledOff,
}

impl Progress {
    /// As the stylesheet knows it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotReported => "not_reported",
            Self::Current => "current",
            Self::Next => "next",
            Self::Ahead => "ahead",
            Self::CalledOff => "called_off",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::NotReported => "not reported",
            Self::Current => "now here",
            Self::Next => "next",
            Self::Ahead => "to come",
            Self::CalledOff => "called off",
        }
    }
}

/// How far each stop is, in the order of the route.
pub fn progress(shipment: &CustomerShipment) -> Vec<Progress> {
    let stops = &shipment.stops;
    let reached = stops.iter().rposition(has_begun).map_or(0, |last| last + 1);
    // Whoever has reached a stop has left those before it, told or not.
    let current = reached.checked_sub(1).filter(|last| !is_done(&stops[*last]));
    let mut is_next = !shipment.status.is_final();
    stops
        .iter()
        .enumerate()
        .map(|(place, stop)| {
            if is_done(stop) {
                Progress::Done
            } else if Some(place) == current && !shipment.status.is_final() {
                Progress::Current
            } else if place < reached {
                Progress::NotReported
            } else if matches!(
                shipment.status,
                Status::Cancelled | Status::CancelledUnderWay | Status::Returned
            ) {
                Progress::CalledOff
            } else if std::mem::take(&mut is_next) {
                Progress::Next
            } else {
                Progress::Ahead
            }
        })
        .collect()
}

/// The next delivery.
pub fn open_delivery(shipment: &CustomerShipment) -> Option<&CustomerStop> {
    shipment.stops.iter().find(|stop| is_delivery(stop) && stop.delivered_at.is_none())
}

fn is_delivery(stop: &CustomerStop) -> bool {
    stop.kind == Some(StopKind::Delivery) && !stop.is_return
}

fn is_done(stop: &CustomerStop) -> bool {
    stop.departed_at.is_some() || stop.delivered_at.is_some()
}

fn has_begun(stop: &CustomerStop) -> bool {
    stop.arrived_at.is_some() || stop.loaded_at.is_some() || is_done(stop)
}

/// What happens now and what comes next. Moments are said on the clock that they carry.
pub fn sentence(shipment: &CustomerShipment, now: DateTime<Utc>) -> String {
    let progress = progress(shipment);
    let at = |wanted: Progress| {
        let place = progress.iter().position(|one| *one == wanted);
        place.map(|place| &shipment.stops[place])
    };
    let (current, next) = (at(Progress::Current), at(Progress::Next));
    let mut said = Vec::new();
    if let Some(hold) = shipment.hold.as_ref().filter(|_| !shipment.status.is_final()) {
        said.push(format!("Held by customs, {}, since {}.", hold.office, when(hold.since, now)));
    }
    match shipment.status {
        Status::Cancelled => said.push("Cancelled: nothing more is expected to move.".to_owned()),
        Status::CancelledUnderWay => {
            said.push(
                "Cancelled while the goods were under way: we are finding out where they go.".to_owned(),
            );
        }
        Status::Returned => said.push(returned(shipment, now)),
        Status::ReadyForCollection => said.extend(to_collect(shipment, now)),
        Status::DeliveryAttempted => said.extend(attempted(shipment, now)),
        Status::Delivered | Status::AwaitingConfirmation => said.extend(delivered(shipment, now)),
        Status::InTransit if next.is_none() && current.is_none() && handed_on(shipment).is_some() => {
            said.extend(handed_on(shipment).map(|(stop, onward)| {
                let when = stop.delivered_at.map_or(String::new(), |at| format!(" {}", when(at, now)));
                match &onward.with[..] {
                    [] => format!(
                        "Brought to the hub {}{when}; who takes it on is not known yet.",
                        inside(stop)
                    ),
                    with => {
                        format!("Handed on {}{when}; it goes on with {}.", inside(stop), with.join(" and "))
                    }
                }
            }));
        }
        Status::Ordered if shipment.stops.is_empty() => {
            said.push("Ordered. The transport is not planned yet.".to_owned());
            said.extend(shipment.promised.map(|window| format!("Promised {}.", span(window, now))));
        }
        _ => {
            let refused = shipment.stops.iter().filter(|stop| !is_done(stop));
            // Not while the next attempt is under way.
            let refused = refused
                .filter_map(|stop| Some((stop, stop.refused_at?)))
                .rfind(|(stop, at)| stop.sent_out_at.max(stop.arrived_at) <= Some(*at));
            let next = next.filter(|next| refused.is_none_or(|(stop, _)| stop.stop != next.stop));
            if let Some((stop, at)) = refused {
                said.push(format!("The delivery {} was not accepted {}.", inside(stop), when(at, now)));
                let again = stop.etas.last().map(|eta| eta.eta).or(stop.expected.map(|window| window.to));
                let again = again.filter(|again| *again > at).and_then(|_| expectation(stop, now));
                said.push(again.map_or_else(
                    || "No new attempt is agreed yet.".to_owned(),
                    |expected| format!("Next attempt {expected}."),
                ));
            } else if let Some(stop) = current {
                said.push(here(stop, now));
            }
            said.extend(next.map(|stop| onwards(shipment, stop, current.is_some(), now)));
            // Who waits for the goods asks for the delivery, whatever comes before it.
            let delivery = open_delivery(shipment).filter(|_| next.is_some_and(|stop| !is_delivery(stop)));
            let expected = delivery.and_then(|stop| Some((stop, expectation(stop, now)?)));
            said.extend(expected.map(|(stop, expected)| format!("Delivery {}, {expected}.", inside(stop))));
        }
    }
    if said.is_empty() {
        said.push(so_far(shipment, now));
    }
    said.join(" ")
}

/// What is known where nothing tells what comes next.
fn so_far(shipment: &CustomerShipment, now: DateTime<Utc>) -> String {
    let status = shipment.status.label();
    let delivered = shipment.stops.iter().filter(|stop| is_delivery(stop));
    let last = delivered.filter_map(|stop| Some((stop, stop.delivered_at?))).max_by_key(|(_, at)| *at);
    match last {
        Some((stop, at)) if !shipment.status.is_final() => {
            format!("A part was delivered {} {}; the rest is still to come.", inside(stop), when(at, now))
        }
        _ => format!("{status}. Nothing more is known yet."),
    }
}

/// That the truck is at a stop, and what it waits for.
fn here(stop: &CustomerStop, now: DateTime<Utc>) -> String {
    let since =
        stop.arrived_at.or(stop.loaded_at).map_or(String::new(), |at| format!(" since {}", when(at, now)));
    let then = match (stop.kind, stop.loaded_at) {
        (Some(StopKind::Delivery), _) => ", not unloaded yet",
        (Some(StopKind::Pickup), None) => ", not loaded yet",
        (_, Some(_)) => ", loaded",
        _ => "",
    };
    let place = inside(stop);
    let mut letters = place.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    format!("{}{}{since}{then}.", first.map(String::from).unwrap_or_default(), letters.as_str())
}

/// The way to the next stop, and when it is expected there; the truck may still be at another.
fn onwards(
    shipment: &CustomerShipment,
    stop: &CustomerStop,
    is_elsewhere: bool,
    now: DateTime<Utc>,
) -> String {
    let name = name(stop);
    let way = match shipment.status {
        _ if stop.is_return => format!("On the way back to {name}"),
        Status::OutForDelivery => format!("Out for delivery to {name}"),
        Status::InTransit if !is_elsewhere => format!("On the way to {name}"),
        Status::ReadyForPickup if stop.ready_at.is_some() => format!("Ready for pickup {}", inside(stop)),
        _ if stop.kind == Some(StopKind::Pickup) => format!("Pickup {}", inside(stop)),
        _ => format!("Next: {name}"),
    };
    match expectation(stop, now) {
        Some(expectation) => format!("{way}, {expectation}."),
        None => format!("{way}."),
    }
}

fn expectation(stop: &CustomerStop, now: DateTime<Utc>) -> Option<String> {
    let Some(eta) = stop.etas.last() else {
        return stop.expected.map(|window| {
            let open = if window.to < now { ", not reported yet" } else { "" };
            format!("planned {}{open}", span(window, now))
        });
    };
    let said = |eta: &Eta| if eta.is_day { day(eta.earliest(), now) } else { when(eta.eta, now) };
    if eta.eta < now {
        return Some(format!("expected {}, its arrival is not reported yet", said(eta)));
    }
    let limit = stop.promised.filter(|_| is_delivery(stop));
    let (limit, by) = match (limit, stop.expected) {
        (Some(promised), _) => (Some(promised), "promised"),
        (None, agreed) => (agreed, "planned"),
    };
    let late = limit
        .and_then(|limit| lateness(eta.earliest(), limit, by))
        .filter(|_| !eta.is_day || limit.is_some_and(|limit| eta.earliest() > limit.to))
        .map_or(String::new(), |late| format!(", {late}"));
    let reason = eta.reason.map_or(String::new(), |reason| format!(" ({})", reason.label()));
    Some(format!("expected {}{late}{reason}", said(eta)))
}

/// How far a moment misses a window; none where it does not.
pub fn lateness(at: Moment, window: Window, by: &str) -> Option<String> {
    match window.minutes_off(at) {
        0 => None,
        late if late > 0 => Some(format!("{} later than {by}", format_span(TimeDelta::minutes(late)))),
        early => Some(format!("{} earlier than {by}", format_span(TimeDelta::minutes(-early)))),
    }
}

/// That the goods are back.
fn returned(shipment: &CustomerShipment, now: DateTime<Utc>) -> String {
    let home = shipment.stops.iter().filter(|stop| stop.is_return || stop.kind == Some(StopKind::Pickup));
    let back = home.filter_map(|stop| Some((stop, stop.delivered_at?))).max_by_key(|(_, at)| *at);
    match back {
        Some((stop, at)) => {
            format!(
                "The goods were not delivered: they are back with their sender {} since {}.",
                inside(stop),
                when(at, now)
            )
        }
        None => "The goods were not delivered: they are back with their sender.".to_owned(),
    }
}

/// Where the goods wait, and until when.
fn to_collect(shipment: &CustomerShipment, now: DateTime<Utc>) -> Option<String> {
    let point = shipment.stops.iter().rev().find_map(|stop| stop.collection.as_ref())?;
    let until = point.until.map_or(String::new(), |until| format!(", until {}", when(until, now)));
    Some(format!("Ready for collection at {} since {}{until}.", point.place, when(point.since, now)))
}

/// That nobody was there, and when the carrier comes again.
fn attempted(shipment: &CustomerShipment, now: DateTime<Utc>) -> Vec<String> {
    let open = shipment.stops.iter().filter(|stop| stop.delivered_at.is_none());
    let Some((stop, attempt)) =
        open.filter_map(|stop| Some((stop, stop.attempted.as_ref()?))).max_by_key(|(_, attempt)| attempt.at)
    else {
        return Vec::new();
    };
    let tried =
        format!("Delivery {} was attempted {}, and nobody was there.", inside(stop), when(attempt.at, now));
    let later = stop.etas.last().filter(|eta| eta.eta > attempt.at);
    let next = attempt.next.map(|next| format!("Next attempt {}.", span(next, now)));
    let next = next.or_else(|| {
        let expected = later.and_then(|_| expectation(stop, now));
        expected.map(|expected| format!("Next attempt {expected}."))
    });
    vec![tried, next.unwrap_or_else(|| "The carrier comes again; no time is agreed yet.".to_owned())]
}

/// The stop at which goods were handed on to other shipments, and how they go on.
fn handed_on(shipment: &CustomerShipment) -> Option<(&CustomerStop, &Onward)> {
    shipment.orders.iter().filter_map(|order| order.goes_on.as_ref()).find_map(|onward| {
        let stop = shipment.stops.iter().find(|stop| stop.stop == onward.stop)?;
        let is_known =
            stop.delivered_at.is_some() || onward.left_at.is_some() || onward.handed_over_at.is_some();
        is_known.then_some((stop, onward))
    })
}

/// That what was handed on has reached its consignee.
fn delivered_onward(shipment: &CustomerShipment, now: DateTime<Utc>) -> Vec<String> {
    let Some((stop, onward)) = handed_on(shipment) else { return Vec::new() };
    let Some(at) = onward.handed_over_at else { return Vec::new() };
    let with = onward.with.join(" and ");
    let mut said = vec![format!("Handed on {} and delivered with {with} {}.", inside(stop), when(at, now))];
    if !onward.is_confirmed {
        said.push("The proof of delivery is not here yet.".to_owned());
    }
    said
}

fn delivered(shipment: &CustomerShipment, now: DateTime<Utc>) -> Vec<String> {
    let deliveries = || {
        let all = shipment.stops.iter().chain(&shipment.former);
        all.filter(|stop| {
            stop.delivered_at.is_some()
                && !stop.is_return
                && !matches!(stop.kind, Some(StopKind::Pickup | StopKind::CrossDock))
        })
    };
    let Some((stop, at)) =
        deliveries().filter_map(|stop| Some((stop, stop.delivered_at?))).max_by_key(|(_, at)| *at)
    else {
        return delivered_onward(shipment, now);
    };
    let late = stop.promised.and_then(|promised| lateness(at, promised, "promised"));
    let late = late.map_or(String::new(), |late| format!(", {late}"));
    let mut said = match &stop.left_with {
        Some(with) => vec![format!("Left {} with {with} {}{late}.", inside(stop), when(at, now))],
        None => vec![format!("Delivered {} {}{late}.", inside(stop), when(at, now))],
    };
    if deliveries().any(|stop| stop.is_disputed) {
        said.push("A remark on the proof of delivery is being looked into.".to_owned());
    } else if let Some(open) = deliveries().find(|stop| stop.signed_by.is_none()) {
        said.push(match deliveries().count() {
            1 => "The proof of delivery is not here yet.".to_owned(),
            _ => format!("The proof of delivery from {} is not here yet.", name(open)),
        });
    } else if let Some(by) = &stop.signed_by {
        said.push(format!("Signed by {by}."));
    }
    said
}

/// A stop's place, short.
pub fn name(stop: &CustomerStop) -> String {
    stop.location.as_ref().map_or_else(|| format!("stop {}", stop.stop), |location| location.city.clone())
}

fn inside(stop: &CustomerStop) -> String {
    match &stop.location {
        Some(location) => format!("in {}", location.city),
        None => format!("at stop {}", stop.stop),
    }
}

/// How the expected time of a stop has changed, `was 14:00, now 16:30, weather`: its last three values. None while there
/// was one only.
pub fn changes(etas: &[Eta], now: DateTime<Utc>) -> Option<String> {
    let mut told: Vec<&Eta> = Vec::new();
    for eta in etas {
        match told.last_mut() {
            // People read minutes: what differs by seconds is the same.
            Some(last) if minute(last.eta) == minute(eta.eta) => *last = eta,
            _ => told.push(eta),
        }
    }
    let (latest, earlier) = told.split_last().filter(|(_, earlier)| !earlier.is_empty())?;
    let mut said: Vec<String> = Vec::new();
    for eta in &earlier[earlier.len().saturating_sub(2)..] {
        let is_same_day = eta.eta.date_naive() == latest.eta.date_naive();
        let at = if is_same_day { clock(eta.eta) } else { day_and_clock(eta.eta, now) };
        said.push(format!("{} {at}", if said.is_empty() { "was" } else { "then" }));
    }
    said.push(format!("now {}", day_and_clock(latest.eta, now)));
    said.extend(latest.reason.map(DelayReason::label).map(str::to_owned));
    Some(said.join(", "))
}

fn minute(at: Moment) -> i64 {
    at.timestamp().div_euclid(60)
}

/// `today 16:30 UTC+1`.
fn when(at: Moment, now: DateTime<Utc>) -> String {
    format!("{} {}", day_and_clock(at, now), format_offset(at))
}

/// `today 14:00 to 16:00 UTC+1`.
fn span(Window { from, to }: Window, now: DateTime<Utc>) -> String {
    let is_same_day = from.date_naive() == to.with_timezone(from.offset()).date_naive();
    if is_same_day {
        format!(
            "{} to {} {}",
            day_and_clock(from, now),
            clock(to.with_timezone(from.offset())),
            format_offset(from)
        )
    } else {
        format!("{} to {}", day_and_clock(from, now), when(to.with_timezone(from.offset()), now))
    }
}

fn day_and_clock(at: Moment, now: DateTime<Utc>) -> String {
    format!("{} {}", day(at, now), clock(at))
}

/// `today`, `tomorrow`, `2 May`.
fn day(at: Moment, now: DateTime<Utc>) -> String {
    let today = now.with_timezone(at.offset()).date_naive();
    match (at.date_naive() - today).num_days() {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days.abs() < 180 => at.format("%-d %b").to_string(),
        _ => at.format("%-d %b %Y").to_string(),
    }
}

fn clock(at: Moment) -> String {
    at.format("%H:%M").to_string()
}
