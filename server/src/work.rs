//! `POST /desk/work`, `/cases/open` and `/cases/say`: what people do by plain forms that the server drew, with or without
//! scripts. Each is an act like any other: checked, refused where somebody was faster, and an event in the journal.

use crate::auth::Identity;
use crate::display::{came_from, not_done};
use crate::form::Form;
use crate::pages::context;
use crate::state::AppState;
use app::api::{Act, ApiError, CaseWords, Target};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::post;
use axum::{Extension, Router};
use domain::account::Area;
use domain::charge::ChargeKind;
use domain::fact::{Approvable, CaseKind, Responsible, RootCause};
use domain::id::CaseId;
use domain::measure::{Currency, Money};
use domain::{ExceptionId, ShipmentId};
use serde::Deserialize;

/// A form about an exception: the button that was pressed, and whatever stands beside it.
#[derive(Deserialize)]
struct Work {
    act: String,
    exception: ExceptionId,
    shipment: ShipmentId,
    version: u32,
    #[serde(default)]
    text: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    other: String,
    #[serde(default)]
    responsible: String,
    #[serde(default)]
    root_cause: String,
    #[serde(default)]
    order: String,
    #[serde(default)]
    part: i64,
    #[serde(default)]
    charge: String,
    #[serde(default)]
    minor: i64,
    #[serde(default)]
    currency: String,
}

#[derive(Deserialize)]
struct Opening {
    shipment: ShipmentId,
    kind: String,
    text: String,
}

#[derive(Deserialize)]
struct Saying {
    act: String,
    shipment: ShipmentId,
    case: CaseId,
    text: String,
    heard: Option<usize>,
}

pub fn router() -> Router<AppState> {
    Router::new()
        .route("/desk/work", post(work))
        .route("/cases/open", post(open))
        .route("/cases/say", post(say))
}

async fn work(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(work): Form<Work>,
) -> Response {
    let target = Target { exception: work.exception, shipment: work.shipment, version: work.version };
    let context = context(&state, identity, None);
    let done = async {
        let viewer = context.viewer.clone().ok_or(ApiError::SignIn)?;
        if !viewer.role.may_open(Area::Desk) {
            return Err(ApiError::Forbidden);
        }
        context.act(&viewer, &target, meant(work)?).await.map(drop)
    };
    answered(done.await.map(|()| String::new()), &state, &headers)
}

/// What the form means.
fn meant(work: Work) -> Result<Act, ApiError> {
    let unknown = |what: &str, word: &str| ApiError::Invalid { message: format!("`{word}` is no {what}") };
    Ok(match work.act.as_str() {
        "assign" => Act::Assign { to: work.to },
        "snooze_until_news" => Act::SnoozeUntilNews,
        "merge" | "link" => {
            // An id, or an address that ends with one.
            let id = work.other.trim().rsplit(['=', '/']).next().unwrap_or_default();
            let other = id.parse().map_err(|_| unknown("exception's number or address", &work.other))?;
            if work.act == "merge" { Act::Merge { other } } else { Act::Link { other } }
        }
        "resolve" => {
            let named = |word: &str, known: bool, what| match (word, known) {
                ("", _) | (_, true) => Ok(()),
                (word, false) => Err(unknown(what, word)),
            };
            let responsible = Responsible::named(&work.responsible);
            let root_cause = RootCause::named(&work.root_cause);
            named(&work.responsible, responsible.is_some(), "responsible party")?;
            named(&work.root_cause, root_cause.is_some(), "root cause")?;
            Act::ResolveAs { reason: work.text, responsible, root_cause }
        }
        "ask_release" => {
            Act::Ask { what: Approvable::ReleaseInvoice { order: work.order }, reason: work.text }
        }
        "ask_part" => {
            // What it is called, the server knows itself.
            Act::Ask {
                what: Approvable::AcceptPart { part: work.part, named: String::new() },
                reason: work.text,
            }
        }
        "ask_charge" => {
            let kinds = [ChargeKind::Linehaul, ChargeKind::Fuel, ChargeKind::Accessorial];
            let charge = kinds.into_iter().find(|kind| kind.label() == work.charge);
            let charge = charge.ok_or_else(|| unknown("kind of charge", &work.charge))?;
            let currency = Currency::try_from(work.currency.clone());
            let currency = currency.map_err(|_| unknown("currency", &work.currency))?;
            let up_to = Money { minor: work.minor, currency };
            Act::Ask { what: Approvable::AcceptCharge { charge, up_to }, reason: work.text }
        }
        "grant" => Act::Decide { is_granted: true, reason: work.text },
        "refuse" => Act::Decide { is_granted: false, reason: work.text },
        other => return Err(unknown("act", other)),
    })
}

async fn open(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Opening { shipment, kind, text }): Form<Opening>,
) -> Response {
    let context = context(&state, identity, None);
    let done = async {
        let viewer = context.viewer.clone().ok_or(ApiError::SignIn)?;
        let kind = CaseKind::named(&kind)
            .ok_or_else(|| ApiError::Invalid { message: format!("`{kind}` is no kind of case") })?;
        context.open_case(&viewer, shipment, kind, &text).await
    };
    answered(done.await.map(|()| "#cases".to_owned()), &state, &headers)
}

async fn say(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    headers: HeaderMap,
    Form(Saying { act, shipment, case, text, heard }): Form<Saying>,
) -> Response {
    let context = context(&state, identity, None);
    let done = async {
        let viewer = context.viewer.clone().ok_or(ApiError::SignIn)?;
        let place = if viewer.role.may_open(Area::Desk) { String::new() } else { format!("#case-{case}") };
        let words = CaseWords { case, text, closes: act == "close", heard };
        context.say(&viewer, shipment, words).await.map(|()| place)
    };
    answered(done.await, &state, &headers)
}

/// Back to a place of the page, or why not.
fn answered(done: Result<String, ApiError>, state: &AppState, headers: &HeaderMap) -> Response {
    match done {
        Ok(place) => Redirect::to(&format!("{}{place}", came_from(headers))).into_response(),
        Err(error) => not_done(state, headers, error.status(), &error.to_string()),
    }
}
