//! What the simulated ERP and TMS hear from the server, and do about it: the ERP invoices what it is let invoice, the TMS looks
//! for another carrier and calls off what nobody wants any more. So the demo shows the loop close.

use super::teller::Dispatch;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::Notify;

/// How long a system waits for word before it goes on as it would have; an invoice waits for good.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

/// What was heard: the message's type, and the order or shipment.
type Cue = (String, String);

/// Everything that was heard so far.
#[derive(Default)]
pub struct Cues {
    heard: Mutex<HashSet<Cue>>,
    news: Notify,
}

/// A message, as far as the systems care.
#[derive(Deserialize)]
struct Heard {
    #[serde(rename = "type")]
    kind: String,
    subject: String,
    data: Value,
}

impl Cues {
    fn heard(&self) -> MutexGuard<'_, HashSet<Cue>> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self, Heard { kind, subject, data }: Heard) {
        // A plan is due for an order; the TMS knows it by its shipment.
        let about = data["shipment"].as_str().map_or(subject, str::to_owned);
        self.heard().insert((kind, about));
        self.news.notify_one();
    }

    pub(super) async fn news(&self) {
        self.news.notified().await;
    }

    /// Whether a message may be sent now, or waits for a word of the server.
    pub(super) fn let_go(&self, held: &Held, now: DateTime<Utc>) -> bool {
        let has_word = self.heard().contains(&held.cue);
        has_word || held.since.is_some_and(|since| now - since > PATIENCE)
    }
}

/// A message that waits for a word.
#[derive(Debug)]
pub(super) struct Held {
    pub dispatch: Dispatch,
    cue: Cue,
    /// When it began to wait, if not for good.
    since: Option<DateTime<Utc>>,
}

impl Held {
    /// The message with what it waits for; gives it back where it waits for nothing.
    pub fn of(dispatch: Dispatch, now: DateTime<Utc>) -> Result<Self, Dispatch> {
        let (kind, since) = match dispatch.kind {
            "order.invoiced" => ("invoice.release", None),
            "shipment.cancelled" => ("shipment.cancel", Some(now)),
            "tender.offered" if dispatch.follows_refusal => ("plan.due", Some(now)),
            _ => return Err(dispatch),
        };
        let cue = (kind.to_owned(), dispatch.subject.clone());
        Ok(Self { dispatch, cue, since })
    }

    /// The message as it is said now: it happens when it is said.
    pub fn say(self, now: DateTime<Utc>) -> Dispatch {
        let mut dispatch = self.dispatch;
        if let Ok(mut event) = serde_json::from_str::<Value>(&dispatch.json) {
            event["time"] = json!(now.fixed_offset());
            dispatch.json = event.to_string();
        }
        dispatch
    }
}

/// The secrets of the two systems' endpoints.
#[derive(Clone)]
pub struct Secrets {
    pub erp: String,
    pub tms: String,
}

#[derive(Clone)]
struct Systems {
    cues: Arc<Cues>,
    secrets: Secrets,
}

/// Listens at `/erp` and `/tms` until it is dropped.
pub async fn listen(listener: TcpListener, secrets: Secrets, cues: Arc<Cues>) -> std::io::Result<()> {
    let router = Router::new().route("/{system}", post(taken)).with_state(Systems { cues, secrets });
    axum::serve(listener, router).await
}

async fn taken(
    State(systems): State<Systems>,
    Path(system): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    let secret = match system.as_str() {
        "erp" => &systems.secrets.erp,
        "tms" => &systems.secrets.tms,
        _ => return (StatusCode::NOT_FOUND, Json(json!({ "error": "there is no such system" }))),
    };
    let is_genuine = Webhook::new(secret).is_ok_and(|key| key.verify(&body, &headers).is_ok());
    if !is_genuine {
        return (StatusCode::UNAUTHORIZED, Json(json!({ "error": "the signature is wrong" })));
    }
    match serde_json::from_slice::<Heard>(&body) {
        Ok(heard) => {
            systems.cues.hear(heard);
            (StatusCode::OK, Json(json!({ "taken": true })))
        }
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({ "error": error.to_string() }))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulator::teller::System;

    fn dispatch(kind: &'static str, follows_refusal: bool) -> Dispatch {
        Dispatch {
            due: DateTime::UNIX_EPOCH,
            system: System::Erp,
            kind,
            subject: "SO-1".to_owned(),
            follows_refusal,
            json: r#"{"id":"a","time":"1970-01-01T00:00:00Z"}"#.to_owned(),
            oddity: None,
            at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn an_invoice_waits_for_the_word_and_happens_when_it_comes() {
        let (cues, now) = (Cues::default(), DateTime::UNIX_EPOCH);
        let held = Held::of(dispatch("order.invoiced", false), now).expect("it waits");
        let later = now + TimeDelta::days(3);
        assert!(!cues.let_go(&held, later));
        let word = |kind: &str| Heard {
            kind: kind.into(),
            subject: "SO-1".into(),
            data: json!({ "order": "SO-1" }),
        };
        cues.hear(word("invoice.hold"));
        assert!(!cues.let_go(&held, later));
        cues.hear(word("invoice.release"));
        assert!(cues.let_go(&held, later));
        assert!(held.say(later).json.contains("1970-01-04T00:00:00Z"));
    }

    #[test]
    fn another_carrier_is_asked_on_word_or_after_a_while_and_a_first_one_at_once() {
        let (cues, now) = (Cues::default(), DateTime::UNIX_EPOCH);
        assert!(Held::of(dispatch("tender.offered", false), now).is_err());
        let held = Held::of(dispatch("tender.offered", true), now).expect("it waits");
        assert!(!cues.let_go(&held, now));
        assert!(cues.let_go(&held, now + PATIENCE + TimeDelta::seconds(1)));
        let data = json!({ "order": "SO-9", "shipment": "SO-1" });
        cues.hear(Heard { kind: "plan.due".into(), subject: "SO-9".into(), data });
        assert!(cues.let_go(&held, now));
    }
}
