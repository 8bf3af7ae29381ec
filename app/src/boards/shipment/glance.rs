//! What is known in two seconds: where it is, what comes next and when, and how far it has come.

use crate::components::badge;
use crate::components::section::pair;
use crate::components::when::{ago, moment, window};
use crate::plain::IntoPlain;
use crate::session::Session;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Seq;
use domain::fact::{Mode, StopKind};
use domain::journey::{Progress, changes, lateness, name, open_delivery, progress, sentence};
use domain::redaction::{CustomerDelay, CustomerShipment, CustomerStop};
use domain::shipment::LastPosition;
use domain::status::Status;
use domain::time::format_span;
use leptos::prelude::*;

/// Stays in sight: which shipment it is, and of when that is which stands below.
pub fn head(
    shipment: &CustomerShipment,
    as_of: Seq,
    now: DateTime<Utc>,
    is_of_house: bool,
) -> impl IntoView + use<> {
    let as_of = as_of.to_string();
    // Who is not of the house reads no positions, and can point at the news to see one.
    let (tip, seen) = if is_of_house { (None, Some("As of position ")) } else { (Some(as_of.clone()), None) };
    let news = shipment.occurred_at.map(|at| {
        view! {
            <p class="as-of" title=tip.map(|as_of| format!("As of position {as_of}"))>
                "Last news " <time class="age" datetime=at.to_rfc3339()>{ago(at.to_utc(), now)}</time>
            </p>
        }
    });
    view! {
        <div class="page-head shipment-head">
            <h1>{format!("Shipment {}", shipment.number)}</h1>
            {news}
            <p class="as-of" hidden=seen.is_none()>
                {seen} <span data-as-of=as_of.clone()>{as_of.clone()}</span>
            </p>
        </div>
    }
}

/// Status, sentence, way and the figures that one asks for first.
pub fn glance(shipment: &CustomerShipment, now: DateTime<Utc>) -> impl IntoView + use<> {
    let said = sentence(shipment, now);
    let is_known = Session::current().viewer.is_some();
    let history = open_delivery(shipment).and_then(|stop| changes(&stop.etas, now));
    view! {
        <section class="summary" aria-label="Summary">
            <p class="summary-status" aria-live="polite">
                {badge::status(shipment.status)}
                {badge::flags(shipment.flags)}
            </p>
            <p class="summary-sentence" data-tell=shipment.number.clone()>
                {said}
            </p>
            {history.map(|history| view! { <p class="summary-history">{format!("Expected {history}")}</p> })}
            {(!shipment.notes.is_empty()).then(|| {
                let notes = shipment.notes.iter().map(|note| view! { <li dir="auto">{note.clone()}</li> }).collect_view();
                view! { <ul class="notes">{notes}</ul> }
            })}
            {way(shipment)}
            {figures(shipment)}
            <p class="buttons needs-script">
                <button type="button" class="quiet" data-notify=shipment.id.to_string() aria-pressed="false">
                    "Notify me"
                </button>
                <button type="button" class="quiet" data-print="">
                    "Print"
                </button>
                {is_known.then(|| view! { <a href="/notifications">"By mail or webhook"</a> })}
            </p>
            <p class="hint" role="status" data-notify-said="" hidden></p>
        </section>
    }
}

/// The stops as a line, each with the moment that matters most there.
fn way(shipment: &CustomerShipment) -> Option<AnyView> {
    if shipment.stops.is_empty() {
        return None;
    }
    let stops = shipment.stops.iter().zip(progress(shipment));
    let stops = stops.map(|(stop, progress)| step(stop, progress)).collect_view();
    Some(
        view! {
            <ol class="way" aria-label="Progress by stop">
                {stops}
            </ol>
        }
        .plain(),
    )
}

fn step(stop: &CustomerStop, progress: Progress) -> impl IntoView + use<> {
    let happened = stop.delivered_at.or(stop.departed_at).or(stop.loaded_at).or(stop.arrived_at);
    let eta = stop.etas.last().map(|eta| eta.eta);
    let at = match (happened, progress) {
        (Some(at), _) => moment(Some(at)).into_any(),
        (None, Progress::CalledOff | Progress::NotReported) => ().into_any(),
        (None, _) => match eta {
            Some(eta) => view! { "expected " {moment(Some(eta))} }.into_any(),
            None => window(stop.expected).into_any(),
        },
    };
    view! {
        <li data-progress=progress.as_str() aria-current=(progress == Progress::Current).then_some("step")>
            <span class="way-place">{capital(&name(stop))}</span>
            <span class="way-word">{kind(stop.kind)} ", " {progress.label()}</span>
            <span class="way-time">{at}</span>
        </li>
    }
}

/// A word at the beginning of a line.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// What happens at a stop, as people read it.
pub fn kind(kind: Option<StopKind>) -> &'static str {
    match kind {
        Some(StopKind::Pickup) => "Pickup",
        Some(StopKind::CrossDock) => "Cross-dock",
        Some(StopKind::Delivery) => "Delivery",
        None => "Stop",
    }
}

fn figures(shipment: &CustomerShipment) -> impl IntoView + use<> {
    let delivered_at = shipment.row().delivered_at;
    let due = delivered_at.or(shipment.eta);
    let due = due.filter(|_| shipment.status != Status::Cancelled);
    // Of several promises the one of the stop that is spoken of.
    let delivered = || shipment.stops.iter().rfind(|stop| stop.delivered_at == delivered_at);
    let spoken_of = open_delivery(shipment).or_else(|| delivered_at.and_then(|_| delivered()));
    let promised = spoken_of.and_then(|stop| stop.promised).or(shipment.promised);
    let late = due.zip(promised).and_then(|(at, promised)| lateness(at, promised, "promised"));
    let late = late.map(|late| view! { <span class="late">{late}</span> });
    let label = if delivered_at.is_some() { "Delivered" } else { "Expected" };
    let carrier = shipment.carrier.clone().unwrap_or_else(|| "not known yet".to_owned());
    let mode = shipment.mode.map_or("mode not known yet", Mode::label);
    // Once the goods are there, where the truck was last is of no more interest, and may be far from them.
    let has_arrived = matches!(shipment.status, Status::AwaitingConfirmation | Status::Delivered);
    let last = shipment.position.as_ref().filter(|_| !has_arrived);
    view! {
        <dl>
            {pair(label, view! { {moment(due)} " " {late} })} {pair("Promised", window(promised))}
            {shipment.delay.as_ref().map(delay)} {last.map(position)}
            {pair("Carrier", format!("{carrier}, {}", mode.to_lowercase()))}
        </dl>
    }
}

fn delay(delay: &CustomerDelay) -> impl IntoView + use<> {
    let minutes = delay.minutes.map(|minutes| format_span(TimeDelta::minutes(i64::from(minutes))));
    let by = minutes.map_or("Not known by how much".to_owned(), |minutes| format!("About {minutes}"));
    let reason = delay.reason.map_or(String::new(), |reason| format!(", {}", reason.label()));
    pair("Delay", view! { {format!("{by}{reason}, said ")} {moment(Some(delay.reported_at))} })
}

fn position(last: &LastPosition) -> impl IntoView + use<> {
    let place = last.near.clone().unwrap_or_else(|| {
        format!("{}, {}", degrees(last.position.latitude), degrees(last.position.longitude))
    });
    pair("Last position", view! { {place} ", " {moment(Some(last.at))} })
}

/// Three decimals: about a hundred metres.
fn degrees(value: f64) -> String {
    let thousandths = (value * 1000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.abs() / 1000, thousandths.abs() % 1000)
}
