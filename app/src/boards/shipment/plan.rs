//! The stops one by one: what was planned, what is estimated and what has happened at each.

use super::glance::kind;
use crate::components::when::{dash, moment, window};
use crate::plain::IntoPlain;
use chrono::{DateTime, Utc};
use domain::fact::StopKind;
use domain::journey::{Progress, changes, lateness, progress};
use domain::redaction::{CustomerShipment, CustomerStop};
use domain::shipment::{Eta, Stop};
use domain::time::{dwell, format_span};
use domain::view::ShipmentView;
use leptos::prelude::*;

/// All stops. The house reads more about each.
pub fn stops(shipment: &CustomerShipment, inside: Option<&ShipmentView>, now: DateTime<Utc>) -> AnyView {
    if shipment.stops.is_empty() {
        return view! { <p class="empty-note">"The transport is not planned yet: its stops appear here once it is."</p> }
            .plain();
    }
    let progress = progress(shipment);
    let stops = shipment.stops.iter().zip(progress).map(|(stop, progress)| {
        let known = inside.and_then(|inside| inside.state.stops.iter().find(|one| one.stop == stop.stop));
        card(stop, progress, known.map(remarks).unwrap_or_default(), now)
    });
    let former = shipment.former.iter().map(|stop| {
        let remarks =
            vec!["The plan calls here no more: what happened is kept, and nothing is expected.".to_owned()];
        card(stop, Progress::CalledOff, remarks, now)
    });
    view! { <ol class="stops">{stops.collect_view()} {former.collect_view()}</ol> }.plain()
}

fn card(
    stop: &CustomerStop,
    progress: Progress,
    remarks: Vec<String>,
    now: DateTime<Utc>,
) -> impl IntoView + use<> {
    let place = stop.location.as_ref().map_or_else(
        || format!("Stop {}", stop.stop),
        |location| format!("{}, {}, {}", location.name, location.city, location.country),
    );
    let caption = format!("{} at {place}: planned, estimated and actual times", kind(stop.kind));
    let remarks = remarks.into_iter().map(|remark| view! { <p class="remark">{remark}</p> }).collect_view();
    view! {
        <li class="stop" data-progress=progress.as_str()>
            <h3>{kind(stop.kind)} " " <span class="progress-word">{progress.label()}</span></h3>
            <p class="place">{place}</p>
            <table class="times">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">
                            <span class="unseen">"Milestone"</span>
                        </th>
                        <th scope="col">"Planned"</th>
                        <th scope="col">"Estimated"</th>
                        <th scope="col">"Actual"</th>
                    </tr>
                </thead>
                <tbody>{arrival(stop)} {milestones(stop)}</tbody>
            </table>
            {estimates(&stop.etas, now)}
            {remarks}
        </li>
    }
}

fn arrival(stop: &CustomerStop) -> impl IntoView + use<> {
    // What was agreed later stands in place of the plan, which stays readable.
    let moved = stop.planned.filter(|planned| stop.expected.is_some_and(|expected| expected != *planned));
    let moved = moved.map(|planned| view! { <s>{window(Some(planned))}</s> " now " });
    let late = stop.arrived_at.zip(stop.expected).map(|(at, agreed)| {
        let late = lateness(at, agreed, "planned");
        let verdict = if late.is_some() { "off" } else { "on" };
        view! {
            <span class="late" data-verdict=verdict>
                {late.unwrap_or_else(|| "on time".to_owned())}
            </span>
        }
    });
    view! {
        <tr>
            <th scope="row">"Arrival"</th>
            <td data-label="Planned">
                <span>{moved} {window(stop.expected)}</span>
            </td>
            <td data-label="Estimated">{moment(stop.etas.last().map(|eta| eta.eta))}</td>
            <td data-label="Actual">
                <span>{moment(stop.arrived_at)} " " {late}</span>
            </td>
        </tr>
    }
}

/// What else has happened here, in the order in which it is expected to.
fn milestones(stop: &CustomerStop) -> impl IntoView + use<> {
    let loaded = if stop.kind == Some(StopKind::CrossDock) { "Loaded again" } else { "Loaded" };
    let delivered = match (stop.kind, &stop.left_with) {
        (Some(StopKind::CrossDock), _) => "Unloaded".to_owned(),
        (Some(StopKind::Pickup), _) => "Back".to_owned(),
        _ if stop.is_return => "Back".to_owned(),
        (_, Some(with)) => format!("Left with {with}"),
        (_, None) => "Delivered".to_owned(),
    };
    let collection = stop.collection.as_ref();
    let to_collect =
        collection.map_or(String::new(), |point| format!("Ready for collection at {}", point.place));
    let signed = stop.signed_by.as_ref().map_or("Signed".to_owned(), |by| format!("Signed by {by}"));
    let rows = [
        ("Ready for pickup".to_owned(), stop.ready_at),
        (loaded.to_owned(), stop.loaded_at),
        ("Out for delivery".to_owned(), stop.sent_out_at),
        ("Attempted, nobody was there".to_owned(), stop.attempted.as_ref().map(|attempted| attempted.at)),
        (to_collect, collection.map(|point| point.since)),
        ("Not accepted".to_owned(), stop.refused_at),
        (delivered, stop.delivered_at),
        (signed, stop.signed_at),
        ("Departure".to_owned(), stop.departed_at),
    ];
    let rows = rows.into_iter().filter_map(|(label, at)| Some((label, at?)));
    rows.map(|(label, at)| {
        view! {
            <tr>
                <th scope="row">{label}</th>
                <td data-label="Planned" class="nothing">
                    {dash()}
                </td>
                <td data-label="Estimated" class="nothing">
                    {dash()}
                </td>
                <td data-label="Actual">{moment(Some(at))}</td>
            </tr>
        }
    })
    .collect_view()
}

/// How the expected time changed: the last values as a sentence, all of them behind it.
fn estimates(etas: &[Eta], now: DateTime<Utc>) -> Option<AnyView> {
    let said = changes(etas, now)?;
    let lines = etas.iter().rev().map(|eta| {
        let reason = eta.reason.map(|reason| format!(", {}", reason.label()));
        view! { <li>{moment(Some(eta.eta))} {reason} ", said " {moment(Some(eta.stated_at))}</li> }
    });
    Some(
        view! {
            <details class="eta-history">
                <summary>{format!("Expected {said}")}</summary>
                <ol>{lines.collect_view()}</ol>
            </details>
        }
        .plain(),
    )
}

/// What only the house reads of a stop.
fn remarks(stop: &Stop) -> Vec<String> {
    let because = |reason: &Option<String>| reason.as_ref().map_or(String::new(), |why| format!(": {why}"));
    let mut remarks = Vec::new();
    if let Some(appointment) = stop.appointment.as_ref().filter(|appointment| appointment.moved > 0) {
        let times = match appointment.moved {
            1 => "once".to_owned(),
            times => format!("{times} times"),
        };
        remarks.push(format!("Appointment moved {times}{}", because(&appointment.reason)));
    }
    if stop.missed_at.is_some() {
        remarks.push("Appointment missed".to_owned());
    }
    if let Some(refused) = &stop.refused {
        remarks.push(format!("Refused: {}", refused.reason));
    }
    if let Some(discrepancy) = stop.discrepancy() {
        let kind = discrepancy.kind.label();
        remarks.push(format!("Proof of delivery disputed, {kind}{}", because(&discrepancy.note)));
    }
    if let (Some(arrived), Some(departed)) = (stop.arrived_at, stop.departed_at) {
        remarks.push(format!("Stood for {}", format_span(dwell(arrived, departed))));
    }
    if !stop.orders.is_empty() {
        remarks.push(format!("Orders {}", stop.orders.join(", ")));
    }
    remarks
}
