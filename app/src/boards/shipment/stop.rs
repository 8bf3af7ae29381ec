//! A stop as a card: where, when it was agreed and expected, what has happened there.

use crate::components::section::pair;
use crate::components::when::{moment, window};
use domain::fact::StopKind;
use domain::place::Location;
use domain::redaction::CustomerStop;
use domain::shipment::{Eta, Stop};
use domain::time::{Moment, Window, dwell, spoken};
use leptos::prelude::*;

/// What a card shows; of either audience.
#[derive(Clone, Debug, PartialEq)]
pub struct StopCard {
    pub stop: String,
    kind: Option<StopKind>,
    location: Option<Location>,
    expected: Option<Window>,
    etas: Vec<Eta>,
    /// What has happened, as label and moment.
    done: Vec<(&'static str, Moment)>,
    signed_by: Option<String>,
    /// Sentences for people of the house.
    remarks: Vec<String>,
    progress: Progress,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Ahead,
    Begun,
    Done,
}

/// What has happened, in the order in which it is expected to.
fn done<const N: usize>(marks: [(&'static str, Option<Moment>); N]) -> Vec<(&'static str, Moment)> {
    marks.into_iter().filter_map(|(label, at)| Some((label, at?))).collect()
}

impl From<&CustomerStop> for StopCard {
    fn from(stop: &CustomerStop) -> Self {
        let is_done = stop.departed_at.is_some() || stop.delivered_at.is_some();
        let has_begun = stop.arrived_at.is_some() || stop.loaded_at.is_some();
        Self {
            stop: stop.stop.clone(),
            kind: stop.kind,
            location: stop.location.clone(),
            expected: stop.expected,
            etas: stop.etas.clone(),
            done: done([
                ("Arrived", stop.arrived_at),
                ("Picked up", stop.loaded_at),
                ("Delivered", stop.delivered_at),
                ("Departed", stop.departed_at),
            ]),
            signed_by: stop.signed_by.clone(),
            remarks: Vec::new(),
            progress: match (is_done, has_begun) {
                (true, _) => Progress::Done,
                (false, true) => Progress::Begun,
                (false, false) => Progress::Ahead,
            },
        }
    }
}

impl From<&Stop> for StopCard {
    fn from(stop: &Stop) -> Self {
        let because =
            |reason: &Option<String>| reason.as_ref().map_or(String::new(), |why| format!(": {why}"));
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
            remarks.push(format!("Proof of delivery disputed{}", because(&discrepancy.note)));
        }
        if let (Some(arrived), Some(departed)) = (stop.arrived_at, stop.departed_at) {
            remarks.push(format!("Stood for {}", spoken(dwell(arrived, departed))));
        }
        if !stop.orders.is_empty() {
            remarks.push(format!("Orders {}", stop.orders.join(", ")));
        }
        Self {
            stop: stop.stop.clone(),
            kind: stop.kind,
            location: stop.location.clone(),
            expected: stop.expected(),
            etas: stop.etas.clone(),
            done: done([
                ("Ready", stop.ready_at),
                ("Arrived", stop.arrived_at),
                ("Loaded", stop.loaded_at),
                ("Out for delivery", stop.sent_out_at),
                ("Delivered", stop.delivered_at),
                ("Departed", stop.departed_at),
            ]),
            signed_by: stop.pod.as_ref().map(|pod| pod.signed_by.clone()),
            remarks,
            progress: match (stop.is_done(), stop.has_begun()) {
                (true, _) => Progress::Done,
                (false, true) => Progress::Begun,
                (false, false) => Progress::Ahead,
            },
        }
    }
}

/// The card.
pub fn stop_card(card: StopCard) -> impl IntoView {
    let kind = match card.kind {
        Some(StopKind::Pickup) => "Pickup",
        Some(StopKind::CrossDock) => "Cross-dock",
        Some(StopKind::Delivery) => "Delivery",
        None => "Stop",
    };
    let (progress, said) = match card.progress {
        Progress::Ahead => ("ahead", "to come"),
        Progress::Begun => ("begun", "now"),
        Progress::Done => ("done", "done"),
    };
    let place = card.location.map_or_else(
        || format!("Stop {}", card.stop),
        |location| format!("{}, {}, {}", location.name, location.city, location.country),
    );
    let done = card.done.into_iter().map(|(label, at)| pair(label, moment(Some(at)))).collect_view();
    let remarks =
        card.remarks.into_iter().map(|remark| view! { <p class="remark">{remark}</p> }).collect_view();
    view! {
        <li class="stop" data-progress=progress>
            <h3>{kind} " " <span class="progress-word">{said}</span></h3>
            <p class="place">{place}</p>
            <dl>
                {pair("Agreed", window(card.expected))}
                {(!card.etas.is_empty()).then(|| pair("Expected", etas(card.etas)))}
                {done}
                {card.signed_by.map(|name| pair("Signed by", name))}
            </dl>
            {remarks}
        </li>
    }
}

/// The current expected time and, where there was an earlier one, what it was and why it changed.
fn etas(mut etas: Vec<Eta>) -> impl IntoView {
    let now = etas.pop();
    let reason = now.as_ref().and_then(|eta| eta.reason).map(|reason| format!(", {}", reason.label()));
    let earlier = etas
        .into_iter()
        .rev()
        .map(|eta| {
            let reason = eta.reason.map(|reason| format!(", {}", reason.label()));
            view! { <li>{moment(Some(eta.eta))} {reason} " (said " {moment(Some(eta.stated_at))} ")"</li> }
        })
        .collect::<Vec<_>>();
    let was = (!earlier.is_empty()).then(|| {
        let count = earlier.len();
        view! {
            <details class="eta-history">
                <summary>
                    {if count == 1 { "1 earlier estimate".to_owned() } else { format!("{count} earlier estimates") }}
                </summary>
                <ol>{earlier}</ol>
            </details>
        }
    });
    view! {
        {moment(now.map(|eta| eta.eta))}
        {reason}
        {was}
    }
}
