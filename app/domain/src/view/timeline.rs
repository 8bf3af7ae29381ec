//! The timeline: every accepted event as a sentence, for agents and, where it concerns them, for customers.

use crate::deadline::DeadlineKind;
use crate::event::Event;
use crate::fact::{DelayReason, Fact, StopKind};
use crate::fold::Entry;
use crate::id::Seq;
use crate::service_level;
use crate::shipment::{Shipment, Stop};
use crate::time::{Moment, format_moment, format_span};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// One event of the shipment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    pub seq: Seq,
    /// The source's clock.
    pub occurred_at: Moment,
    /// Ours.
    pub recorded_at: DateTime<Utc>,
    pub source: String,
    /// The kind of fact, `stop.arrived` for example.
    pub kind: String,
    /// The code that the source's own system uses.
    pub raw_code: Option<String>,
    pub actor: Option<String>,
    pub stop: Option<String>,
    /// The orders that it names; none are all of the shipment's.
    pub orders: Vec<String>,
    /// For agents.
    pub text: String,
    /// For customers, without the reason; none where it does not concern them.
    pub for_customers: Option<String>,
    /// Why something is late, where that is what it says.
    pub reason: Option<DelayReason>,
    /// Why the source took it back, if it did.
    pub corrected: Option<String>,
    /// What stands in its place, where it was taken back.
    pub replaced_by: Option<Replacement>,
}

/// What a source said in place of what it took back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replacement {
    pub occurred_at: Moment,
    pub text: String,
}

/// All entries, latest first.
pub(super) fn timeline(shipment: &Shipment) -> Vec<TimelineEntry> {
    let happened = shipment.happened().len();
    let entries = shipment.entries().iter().enumerate().rev();
    entries
        .map(|(place, entry)| {
            let told = timeline_entry(shipment, entry);
            // What was stated ahead of its time has not happened: customers read it when it has.
            if place < happened { told } else { stated_ahead(told) }
        })
        .collect()
}

fn stated_ahead(entry: TimelineEntry) -> TimelineEntry {
    let text = format!("Stated ahead of its time, counts from then on: {}", entry.text);
    TimelineEntry { text, for_customers: None, ..entry }
}

fn timeline_entry(shipment: &Shipment, entry: &Entry) -> TimelineEntry {
    let event = &*entry.recorded.event;
    let (stop, raw_code) = stop_and_code(&event.fact);
    let (text, for_customers) = sentences(shipment, event, stop);
    let reason = match &event.fact {
        Fact::EtaChanged(statement) => statement.reason,
        Fact::DelayReported(delay) => Some(delay.reason),
        _ => None,
    };
    TimelineEntry {
        seq: entry.recorded.seq,
        occurred_at: event.occurred_at,
        recorded_at: entry.recorded.recorded_at,
        source: event.source.to_string(),
        kind: event.fact.kind().to_owned(),
        raw_code: raw_code.cloned(),
        actor: event.actor.clone(),
        stop: stop.cloned(),
        orders: orders_named(&event.fact),
        text,
        for_customers,
        reason,
        corrected: entry.corrected.as_ref().map(|corrected| corrected.reason.clone()),
        replaced_by: replacement(shipment, entry),
    }
}

/// What the source says of the same thing and has not taken back: the nearest in time.
fn replacement(shipment: &Shipment, entry: &Entry) -> Option<Replacement> {
    entry.corrected.as_ref()?;
    let taken_back = &*entry.recorded.event;
    let (stop, _) = stop_and_code(&taken_back.fact);
    let is_it = |other: &&Entry| {
        let event = &*other.recorded.event;
        other.corrected.is_none()
            && event.source == taken_back.source
            && event.fact.kind() == taken_back.fact.kind()
            && stop_and_code(&event.fact).0 == stop
    };
    let apart = |other: &&Entry| (other.recorded.event.occurred_at - taken_back.occurred_at).abs();
    let instead = shipment.entries().iter().filter(is_it).min_by_key(apart)?;
    let event = &*instead.recorded.event;
    // Customers read it too, and only of what they may see themselves: it is said in their words.
    let text = sentences(shipment, event, stop).1?;
    Some(Replacement { occurred_at: event.occurred_at, text })
}

/// The orders whose goods a fact names, where it names some.
fn orders_named(fact: &Fact) -> Vec<String> {
    let mut named: Vec<String> = match fact {
        Fact::StopLoaded(handled) | Fact::StopDelivered(handled) => {
            handled.lines.iter().map(|line| line.order.clone()).collect()
        }
        Fact::ShipmentReturned(ending) | Fact::ShipmentWrittenOff(ending) => ending.orders.clone(),
        _ => Vec::new(),
    };
    named.sort_unstable();
    named.dedup();
    named
}

fn stop_and_code(fact: &Fact) -> (Option<&String>, Option<&String>) {
    match fact {
        Fact::AppointmentMissed(at)
        | Fact::PickupReadied(at)
        | Fact::StopArrived(at)
        | Fact::StopDeparted(at)
        | Fact::ShipmentSentOutForDelivery(at) => (Some(&at.stop), at.raw_code.as_ref()),
        Fact::DeliveryAttempted(attempt) => (Some(&attempt.stop), attempt.raw_code.as_ref()),
        Fact::CollectionReadied(point) => (Some(&point.stop), point.raw_code.as_ref()),
        Fact::StopLoaded(handled) | Fact::StopDelivered(handled) => {
            (Some(&handled.stop), handled.raw_code.as_ref())
        }
        Fact::AppointmentScheduled(terms) | Fact::AppointmentRescheduled(terms) => (Some(&terms.stop), None),
        Fact::StopRefused(refusal) => (Some(&refusal.stop), None),
        Fact::EtaChanged(eta) => (Some(&eta.stop), None),
        Fact::PodReceived(pod) => (Some(&pod.stop), None),
        Fact::DeadlinePassed(deadline) if service_level::level(deadline.deadline).is_none() => {
            (Some(&deadline.stop), None)
        }
        _ => (None, None),
    }
}

/// The stop's place, with the preposition before it, and without.
fn place(stop: Option<&Stop>, number: Option<&String>) -> (String, String) {
    let (preposition, place) = match (stop.and_then(|stop| stop.location.as_ref()), number) {
        (Some(location), _) => ("in", format!("{}, {}", location.city, location.country)),
        (None, Some(number)) => ("at", format!("stop {number}")),
        (None, None) => ("at", "an unknown stop".to_owned()),
    };
    (format!("{preposition} {place}"), place)
}

fn because(reason: Option<&String>) -> String {
    reason.map_or(String::new(), |reason| format!(": {reason}"))
}

/// The agent's sentence, and the customer's where it concerns them.
fn sentences(shipment: &Shipment, event: &Event, stop: Option<&String>) -> (String, Option<String>) {
    let known = stop.and_then(|number| shipment.state.all_stops().find(|stop| stop.stop == *number));
    let is_cross_dock = known.is_some_and(|stop| stop.role() == Some(StopKind::CrossDock));
    let (at, name) = place(known, stop);
    let both = |text: String| (text.clone(), Some(text));
    match &event.fact {
        Fact::ShipmentPlanned(plan) => (
            format!("Planned with {} stops for {}", plan.stops.len(), plan.orders.join(", ")),
            Some("Transport planned".to_owned()),
        ),
        Fact::ShipmentCancelled(cancelled) => (
            format!("Cancelled{}", because(cancelled.reason.as_ref())),
            Some("Shipment cancelled".to_owned()),
        ),
        Fact::TenderOffered(offer) => {
            (format!("Tender {} offered to {}", offer.tender, offer.carrier.name), None)
        }
        Fact::TenderAccepted(answer) => (format!("Tender {} accepted", answer.tender), None),
        Fact::TenderRejected(answer) => {
            (format!("Tender {} rejected{}", answer.tender, because(answer.reason.as_ref())), None)
        }
        Fact::TenderExpired(answer) => (format!("Tender {} expired unanswered", answer.tender), None),
        Fact::CarrierAssigned(assignment) => (
            format!(
                "Carrier {}{}",
                assignment.carrier.name,
                assignment.vehicle.as_ref().map_or(String::new(), |vehicle| format!(", vehicle {vehicle}"))
            ),
            Some(format!("Carrier {}", assignment.carrier.name)),
        ),
        Fact::AppointmentScheduled(terms) => both(format!(
            "Appointment {at}: {} to {}",
            format_moment(terms.window.from),
            format_moment(terms.window.to)
        )),
        Fact::AppointmentRescheduled(terms) => {
            let text = format!("Appointment {at} moved to {}", format_moment(terms.window.from));
            (format!("{text}{}", because(terms.reason.as_ref())), Some(text))
        }
        Fact::AppointmentMissed(_) => (format!("Appointment {at} missed"), None),
        Fact::PickupReadied(_) => both(format!("Ready for pickup {at}")),
        Fact::StopArrived(_) => both(format!("Arrived {at}")),
        Fact::StopLoaded(_) if is_cross_dock => both(format!("Loaded again {at}")),
        Fact::StopLoaded(_) => both(format!("Picked up {at}")),
        Fact::StopDeparted(_) => both(format!("Departed from {name}")),
        Fact::ShipmentSentOutForDelivery(_) => both(format!("Out for delivery to {name}")),
        Fact::StopDelivered(_) if is_cross_dock => both(format!("Unloaded {at}")),
        Fact::StopDelivered(handled) if handled.left_with.is_some() => {
            both(format!("Left {at} with {}", handled.left_with.as_deref().unwrap_or_default()))
        }
        Fact::StopDelivered(_)
            if known.is_some_and(|stop| stop.is_return || stop.kind == Some(StopKind::Pickup)) =>
        {
            both(format!("Back {at}"))
        }
        Fact::StopDelivered(_) => both(format!("Delivered {at}")),
        Fact::StopRefused(refusal) => {
            (format!("Refused {at}: {}", refusal.reason), Some(format!("Delivery {at} was not accepted")))
        }
        Fact::DeliveryAttempted(attempt) => {
            let next = attempt
                .next
                .map_or(String::new(), |next| format!("; next attempt {}", format_moment(next.from)));
            let text = format!("Delivery attempted {at}, nobody was there{next}");
            (format!("{text}{}", because(attempt.reason.as_ref())), Some(text))
        }
        Fact::CollectionReadied(point) => {
            let until =
                point.until.map_or(String::new(), |until| format!(", until {}", format_moment(until)));
            both(format!("Ready for collection at {}{until}", point.place))
        }
        Fact::ShipmentReturned(ending) => (
            format!("Back with the sender{}", because(ending.reason.as_ref())),
            Some("The goods are back with their sender".to_owned()),
        ),
        Fact::ShipmentWrittenOff(ending) => (
            format!("Written off{}", because(ending.reason.as_ref())),
            Some("The goods are lost: they will not come".to_owned()),
        ),
        Fact::PositionReported(report) => (
            match &report.near {
                Some(near) => format!("Position {near}"),
                None => format!("Position {:.3}, {:.3}", report.position.latitude, report.position.longitude),
            },
            None,
        ),
        Fact::EtaChanged(statement) => {
            let text = format!("Expected {at} on {}", format_moment(statement.eta));
            let reason = statement.reason.map_or(String::new(), |reason| format!(" ({})", reason.label()));
            (format!("{text}{reason}"), Some(text))
        }
        Fact::DelayReported(delay) => {
            let text = match delay.minutes {
                Some(minutes) => {
                    format!("Delayed by about {}", format_span(TimeDelta::minutes(i64::from(minutes))))
                }
                None => "Delayed".to_owned(),
            };
            let note = because(delay.note.as_ref());
            (format!("{text} ({}){note}", delay.reason.label()), Some(text))
        }
        Fact::CustomsHeld(hold) => (
            format!("Held by customs, {}{}", hold.office, because(hold.reason.as_ref())),
            Some(format!("Held by customs, {}", hold.office)),
        ),
        Fact::CustomsReleased(hold) => both(format!("Released by customs, {}", hold.office)),
        Fact::PodReceived(pod) => {
            let text = format!("Proof of delivery from {name}, signed by {}", pod.signed_by);
            match &pod.discrepancy {
                Some(discrepancy) => (
                    format!(
                        "{text}, with a discrepancy: {}{}",
                        discrepancy.kind.label(),
                        because(discrepancy.note.as_ref())
                    ),
                    Some(format!("{text}, with a remark that is being looked into")),
                ),
                None => both(text),
            }
        }
        Fact::DocumentAttached(document) => {
            let text = format!("Document {} ({})", document.title, document.document);
            let seen = document.kind.is_for_customers().then(|| format!("Document {}", document.title));
            (text, seen)
        }
        Fact::ChargeStated(charge) => {
            (format!("Charge {}: {} {}", charge.charge, charge.kind.label(), charge.amount), None)
        }
        Fact::LegStated(leg) => match &leg.goes_on {
            Some(onward) => {
                let with = onward.with.join(" and ");
                let (at, _) = place(
                    shipment.state.stops.iter().find(|one| one.stop == onward.stop),
                    Some(&onward.stop),
                );
                let how = match (onward.left_at, onward.handed_over_at) {
                    (_, Some(_)) => format!("has reached its consignee with {with}"),
                    (Some(_), None) => format!("has left {at} with {with}"),
                    (None, None) => format!("goes on {at} with {with}"),
                };
                (format!("Order {} {how}", leg.order), None)
            }
            None if leg.is_shared => (format!("Order {} is carried by other shipments too", leg.order), None),
            None => (format!("Order {} is carried by this shipment alone", leg.order), None),
        },
        Fact::EventRetracted(retraction) => {
            (format!("Event {} taken back: {}", retraction.event, retraction.reason), None)
        }
        Fact::DeadlinePassed(deadline) if service_level::level(deadline.deadline).is_some() => {
            (format!("{} was due by {}", deadline.deadline.label(), format_moment(deadline.due_at)), None)
        }
        Fact::DeadlinePassed(deadline)
            if matches!(
                deadline.deadline,
                DeadlineKind::News | DeadlineKind::Hidden | DeadlineKind::StatedAhead
            ) =>
        {
            (format!("{} was due by {}", deadline.deadline.label(), format_moment(deadline.due_at)), None)
        }
        Fact::DeadlinePassed(deadline) => (
            format!("{} {at} was due by {}", deadline.deadline.label(), format_moment(deadline.due_at)),
            None,
        ),
        Fact::ExceptionAssigned(act) => (
            act.assignee.as_ref().map_or("Exception put back into the queue".to_owned(), |assignee| {
                format!("Exception assigned to {assignee}")
            }),
            None,
        ),
        Fact::ExceptionSnoozed(act) => {
            (format!("Exception snoozed until {}", format_moment(act.until)), None)
        }
        Fact::ExceptionNoted(act) => (format!("Note: {}", act.text), None),
        Fact::ExceptionResolved(act) => (format!("Exception resolved: {}", act.reason), None),
        Fact::ExceptionReopened(act) => (format!("Exception reopened: {}", act.text), None),
        Fact::ExceptionMerged(link) => (format!("Exception merged into {}", link.named), None),
        Fact::ExceptionLinked(link) => (format!("Exception linked to {}", link.named), None),
        // Cases are shown as conversations, beside the timeline.
        Fact::CaseOpened(_) => ("Case opened".to_owned(), None),
        Fact::CaseAnswered(_) => ("Case answered".to_owned(), None),
        Fact::CaseClosed(_) => ("Case closed".to_owned(), None),
        Fact::ApprovalRequested(request) => {
            (format!("Asked for approval {}: {}", request.what, request.reason), None)
        }
        Fact::ApprovalGranted(decision) => (format!("Approved: {}", decision.reason), None),
        Fact::ApprovalRefused(decision) => (format!("Not approved: {}", decision.reason), None),
        Fact::TrackingShared(sharing) => (format!("Tracking link made: {}", sharing.label), None),
        Fact::TrackingRevoked(_) => ("Tracking link revoked".to_owned(), None),
        // About other subjects: never among a shipment's events.
        Fact::OrderReleased(_)
        | Fact::OrderChanged(_)
        | Fact::OrderCancelled(_)
        | Fact::OrderInvoiced(_)
        | Fact::InvoiceDisputed(_)
        | Fact::InvoicePaid(_)
        | Fact::OrderReturned(_)
        | Fact::InvoiceHeld(_)
        | Fact::InvoiceReleased(_)
        | Fact::CustomerRegistered(_)
        | Fact::ItemRegistered(_)
        | Fact::LocationRegistered(_)
        | Fact::RulebookChanged(_)
        | Fact::SubscriptionChanged(_)
        | Fact::FeedFellSilent(_)
        | Fact::FeedPartsRefused(_)
        | Fact::FeedPartAccepted(_)
        | Fact::EndpointFailed(_)
        | Fact::EndpointRecovered(_)
        | Fact::OrderEventRetracted(_) => (event.fact.kind().to_owned(), None),
    }
}
