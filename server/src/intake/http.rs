//! The intake's paths: deliveries, the hand-shake before the first one, and what to do instead where somebody asks for another
//! thing.

use super::{Intake, Refusal, Taken};
use crate::answer::Answer;
use crate::client::ClientAddress;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, post};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Instant;

const ALLOWED: HeaderValue = HeaderValue::from_static("POST, OPTIONS");

/// The paths under `/intake`.
pub fn router(intake: Intake) -> Router {
    let door = || post(receive).options(shake_hands).fallback(not_by_this_method);
    Router::new()
        .route("/intake/{source}", door())
        // Some senders add it, whatever they are told.
        .route("/intake/{source}/", door())
        .route("/intake", any(no_path))
        .route("/intake/", any(no_path))
        .route("/intake/{source}/{*rest}", any(no_path))
        .with_state(intake)
}

async fn receive(
    State(intake): State<Intake>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let address = client_of(request.extensions());
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let source = intake.source(&name).await;
    let outcome = intake.take(source.clone(), request).await;
    let label = source.as_ref().map_or("unknown", |source| source.name.as_str());
    metrics::histogram!("syncline_intake_seconds", "source" => label.to_owned()).record(started.elapsed());
    let counted = |outcome: &'static str| {
        metrics::counter!("syncline_intake_deliveries_total", "source" => label.to_owned(), "outcome" => outcome)
            .increment(1);
    };
    match outcome {
        Ok(taken) if taken.dry_run => {
            counted("dry_run");
            axum::Json(taken).into_response()
        }
        Ok(taken) => {
            counted("taken");
            intake.note(label, &taken);
            (StatusCode::ACCEPTED, axum::Json(taken)).into_response()
        }
        Err(refusal) => {
            counted(refusal.code());
            intake.count(source.as_deref(), &refusal, address).await;
            refusal.into_response()
        }
    }
}

/// Whether a sender only wants to know what would be answered: `?dry_run`, however it is written.
pub(super) fn is_dry_run(uri: &Uri) -> Result<bool, Refusal> {
    let is_meant = |name: &str| {
        let letters = name.chars().filter(char::is_ascii_alphabetic);
        letters.map(|letter| letter.to_ascii_lowercase()).eq("dryrun".chars())
    };
    for pair in uri.query().unwrap_or_default().split('&') {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        if !is_meant(name) {
            continue;
        }
        return match value.to_ascii_lowercase().as_str() {
            "" | "1" | "true" | "yes" | "on" => Ok(true),
            "0" | "false" | "no" | "off" => Ok(false),
            _ => Err(Refusal::BadDryRun { found: value.chars().take(40).collect() }),
        };
    }
    Ok(false)
}

/// Where a request comes from. Those that came by no connection, in tests, are all from one place.
pub(super) fn client_of(extensions: &Extensions) -> IpAddr {
    extensions.get::<ClientAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |ClientAddress(address)| *address)
}

/// The events of a delivery, by what became of them.
pub(super) fn count_events(label: &str, Taken { receipt, .. }: &Taken) {
    let events = [
        ("accepted", receipt.accepted),
        ("duplicate", receipt.duplicates),
        ("quarantined", receipt.quarantined),
    ];
    for (outcome, count) in events.into_iter().filter(|(_, count)| *count > 0) {
        metrics::counter!("syncline_intake_events_total", "source" => label.to_owned(), "outcome" => outcome)
            .increment(count.into());
    }
}

/// CloudEvents' hand-shake (HTTP webhooks 1.0, section 4): a sender asks whether it may deliver. It may; whether it is somebody,
/// its signature says. A source that does not exist is answered the same.
async fn shake_hands(State(intake): State<Intake>, headers: HeaderMap) -> Response {
    let mut answer = StatusCode::OK.into_response();
    answer.headers_mut().insert(header::ALLOW, ALLOWED);
    if let Some(origin) = headers.get("webhook-request-origin") {
        let per_minute = u64::from(intake.rate()) * 60;
        answer.headers_mut().insert(HeaderName::from_static("webhook-allowed-origin"), origin.clone());
        answer.headers_mut().insert(HeaderName::from_static("webhook-allowed-rate"), per_minute.into());
    }
    answer
}

async fn not_by_this_method(method: Method) -> Response {
    let message = format!("deliveries come by POST, not by {method}: see /contracts");
    let answer = Answer::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message);
    ([(header::ALLOW, ALLOWED)], answer).into_response()
}

pub(crate) async fn no_path() -> Response {
    let message =
        "there is nothing here: deliver to /intake/ and the name of your source, for example /intake/my-tms";
    Answer::new(StatusCode::NOT_FOUND, "not_found", message).into_response()
}
