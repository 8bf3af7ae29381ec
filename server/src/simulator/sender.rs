//! Sends deliveries as a TMS or ERP does: signed after Standard Webhooks, again and again until they are answered.

use super::teller::System;
use super::{Feed, SimulatorError, Summary, Target};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use serde::Deserialize;
use standardwebhooks::Webhook;
use std::time::Duration;

const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);

/// How a body holds its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Single,
    Batch,
    Lines,
}

impl Form {
    fn content_type(self) -> &'static str {
        match self {
            Self::Single => "application/cloudevents+json",
            Self::Batch => "application/cloudevents-batch+json",
            Self::Lines => "application/x-ndjson",
        }
    }
}

/// One request.
pub(super) struct Delivery {
    pub system: System,
    pub form: Form,
    pub events: u64,
    pub body: Vec<u8>,
}

/// The answer to a delivery that was taken; what a server leaves out counts as 0.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Receipt {
    accepted: u64,
    duplicates: u64,
    quarantined: u64,
}

/// The answer to a delivery that was not taken.
#[derive(Deserialize)]
struct Refusal {
    code: String,
}

struct Line {
    name: String,
    url: Url,
    key: Webhook,
}

/// Two senders behind one HTTP client.
pub(super) struct Sender<C> {
    client: Client,
    tms: Line,
    erp: Line,
    clock: C,
    run: i64,
}

impl<C: Fn() -> DateTime<Utc>> Sender<C> {
    pub fn new(target: &Target, clock: C) -> Result<Self, SimulatorError> {
        let client = Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .build()
            .map_err(SimulatorError::Client)?;
        let run = clock().timestamp_millis();
        let (tms, erp) = (line(&target.base, &target.tms)?, line(&target.base, &target.erp)?);
        Ok(Self { client, tms, erp, clock, run })
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// Sends one delivery until the server has answered it, and counts the answer. `number` makes its id unique.
    /// Network errors, 429 and 5xx are tried again with growing pauses; other answers are logged, not repeated.
    pub async fn send(&self, number: u64, delivery: Delivery) -> Summary {
        let Delivery { system, form, events, body } = delivery;
        let line = match system {
            System::Tms => &self.tms,
            System::Erp => &self.erp,
        };
        let id = format!("msg_{:x}_{number}", self.run);
        let mut summary = Summary { events, deliveries: 1, ..Summary::default() };
        let mut pause = FIRST_PAUSE;
        loop {
            let asked = match self.post(line, &id, form, &body).await {
                Ok(answer) if answer.status().is_success() => {
                    self.count(answer, &mut summary).await;
                    return summary;
                }
                Ok(answer) if is_for_now(answer.status()) => {
                    let status = answer.status().as_u16();
                    tracing::debug!(
                        source = line.name,
                        delivery = id,
                        status,
                        "the server is busy: trying again"
                    );
                    retry_after(&answer)
                }
                Ok(answer) => {
                    let status = answer.status().as_u16();
                    let body = answer.bytes().await.unwrap_or_default();
                    let refusal = serde_json::from_slice::<Refusal>(&body);
                    let code = refusal.map_or_else(|_| "none".to_owned(), |refusal| refusal.code);
                    tracing::warn!(
                        source = line.name,
                        delivery = id,
                        status,
                        code,
                        "the server refused a delivery"
                    );
                    summary.refused = 1;
                    return summary;
                }
                Err(error) => {
                    let error = format!("{:#}", anyhow::Error::from(error));
                    if summary.retries == 0 {
                        tracing::warn!(
                            source = line.name,
                            error,
                            "no answer from the server: trying again until there is one"
                        );
                    } else {
                        tracing::debug!(source = line.name, error, "still no answer");
                    }
                    None
                }
            };
            summary.retries += 1;
            tokio::time::sleep(asked.unwrap_or(pause).min(LONGEST_PAUSE)).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn post(&self, line: &Line, id: &str, form: Form, body: &[u8]) -> reqwest::Result<Response> {
        // Signed anew each time: a receiver does not take a signature that is minutes old.
        let timestamp = self.now().timestamp();
        let signature =
            line.key.sign(id, timestamp, body).expect("bodies are made from strings, which are UTF-8");
        self.client
            .post(line.url.clone())
            .header(CONTENT_TYPE, form.content_type())
            .header(standardwebhooks::HEADER_WEBHOOK_ID, id)
            .header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, timestamp)
            .header(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signature)
            .body(body.to_vec())
            .send()
            .await
    }

    async fn count(&self, answer: Response, summary: &mut Summary) {
        match answer.bytes().await.map(|bytes| serde_json::from_slice::<Receipt>(&bytes)) {
            Ok(Ok(receipt)) => {
                summary.accepted = receipt.accepted;
                summary.duplicates = receipt.duplicates;
                summary.quarantined = receipt.quarantined;
            }
            Ok(Err(error)) => tracing::warn!(%error, "the server's answer is no receipt"),
            Err(error) => tracing::warn!(%error, "the server's answer broke off"),
        }
    }
}

fn line(base: &str, feed: &Feed) -> Result<Line, SimulatorError> {
    let bad_address =
        |why: &str| SimulatorError::BadAddress { address: base.to_owned(), why: why.to_owned() };
    if base.starts_with("https:") {
        return Err(bad_address(
            "this build speaks plain http only: put the simulator beside the server, or a proxy between",
        ));
    }
    let text = format!("{}/intake/{}", base.trim_end_matches('/'), feed.name);
    let url = Url::parse(&text).map_err(|error| bad_address(&error.to_string()))?;
    if url.scheme() != "http" {
        return Err(bad_address("it must begin with http://"));
    }
    let key = Webhook::new(&feed.secret).map_err(|error| SimulatorError::BadSecret {
        source_name: feed.name.clone(),
        why: error.to_string(),
    })?;
    Ok(Line { name: feed.name.clone(), url, key })
}

fn is_for_now(status: StatusCode) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error()
}

fn retry_after(answer: &Response) -> Option<Duration> {
    let seconds: u64 = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
    Some(Duration::from_secs(seconds) + Duration::from_millis(20))
}

/// How long to wait until `due`, as far as it lies ahead.
pub(super) fn until(due: DateTime<Utc>, now: DateTime<Utc>) -> Duration {
    (due - now).max(TimeDelta::zero()).to_std().unwrap_or_default()
}
