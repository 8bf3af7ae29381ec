//! `POST /intake/{source}`: authenticates a delivery, reads what it holds and hands it to the store. Answers 202 only
//! after the commit is on disk. Never drops what is authentic: what is not understood goes to quarantine.

mod body;
mod codes;
mod envelope;
mod format;
mod json;
mod lenient;
pub mod limits;
mod memory;
mod pace;
mod parse;
mod quality;
mod refusal;
mod rejection;
mod shape;
mod signature;
mod sources;

pub use format::Format;
pub use parse::{Parsed, Sender, TooMany, Warning, claim, parse};
pub use refusal::Refusal;
pub use rejection::{Code, shown};
pub use signature::{BadSecret, Key, Seal};

use crate::config::ServeOptions;
use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{ConnectInfo, Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use body::Held;
use chrono::{DateTime, Utc};
use domain::SourceName;
use memory::{Holder, Memory};
use serde::Serialize;
use sources::{Source, Sources};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{AppendError, Clock, Delivery, Receipt, Store, StoreError};

/// Bodies larger than this are checked and read beside the tasks that answer others.
const LARGE: usize = 64 * 1024;
/// Longest header value that is kept, in characters.
const KEPT: usize = 1024;

/// What a delivery may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one body.
    pub body: usize,
    /// How long the sender may take to send it.
    pub patience: Duration,
    /// Bytes that all open deliveries together may hold.
    pub memory: usize,
    /// Events in one delivery.
    pub events: usize,
    /// Deliveries a second of one source.
    pub rate: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 * 1024 * 1024,
            patience: Duration::from_secs(15),
            memory: 256 * 1024 * 1024,
            events: 10_000,
            rate: 20_000,
        }
    }
}

/// The answer to a delivery that was taken: the store's, and what of it was not taken as it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Taken {
    #[serde(flatten)]
    pub receipt: Receipt,
    /// The first [`Receipt::REASONS`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// What the intake knows between deliveries. Cheap to clone.
#[derive(Clone)]
pub struct Intake(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    sources: Sources,
    limits: Limits,
    memory: Memory,
    /// Stands in for the keys of a source that does not exist, so that it is refused as a wrong signature is.
    no_keys: Vec<Key>,
    started: Instant,
}

impl Intake {
    pub async fn new(store: Store, clock: Clock, options: &ServeOptions) -> Result<Self, StoreError> {
        let limits = Limits { body: options.max_body, rate: options.rate_limit, ..Limits::default() };
        Self::with_limits(store, clock, limits).await
    }

    pub async fn with_limits(store: Store, clock: Clock, limits: Limits) -> Result<Self, StoreError> {
        let sources = Sources::read(&store).await?;
        let memory = Memory::new(limits.memory);
        let no_keys = Key::of(&rand::random::<[u8; 32]>()).into_iter().collect();
        Ok(Self(Arc::new(Inner { store, clock, sources, limits, memory, no_keys, started: Instant::now() })))
    }

    /// Reads the sources anew at once instead of within a second.
    pub async fn reload(&self) -> Result<(), StoreError> {
        self.0.sources.reload(&self.0.store).await
    }

    /// Reads the delivery. From then on it goes its way whether or not its sender waits: what is in the writer's queue
    /// stays there, and holds its share of the memory for as long.
    async fn take(&self, source: Option<Arc<Source>>, request: Request) -> Result<Taken, Refusal> {
        let Inner { clock, limits, memory, .. } = &*self.0;
        let received_at = clock();
        let (head, body) = request.into_parts();
        let seal = Seal::of(&head.headers)?;
        seal.check_age(received_at)?;
        let stated =
            head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        // Requests that came by no connection, in tests, are all from one place.
        let address = head.extensions.get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(peer)| peer.ip());
        let share = memory.share(&Holder::at(address.unwrap_or(Ipv4Addr::UNSPECIFIED.into())))?;
        let held = body::read(body, stated, limits.body, limits.patience, share).await?;
        let taking = self.clone().take_in(source, head.headers, seal, held, received_at);
        tokio::spawn(taking).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a delivery could not be taken in");
            Err(Refusal::Unavailable)
        })
    }

    async fn take_in(
        self,
        source: Option<Arc<Source>>,
        headers: HeaderMap,
        seal: Seal,
        Held { bytes, share }: Held,
        received_at: DateTime<Utc>,
    ) -> Result<Taken, Refusal> {
        let Inner { store, limits, memory, .. } = &*self.0;
        let keys = source.as_ref().map_or(&self.0.no_keys, |source| &source.keys).clone();
        let (seal, bytes) = beside(bytes, move |bytes| seal.check(bytes, &keys).map(|()| seal)).await?;
        let Some(source) = source else { return Err(Refusal::BadSignature) };
        if source.disabled {
            return Err(Refusal::SourceDisabled);
        }
        if !source.bucket.take(self.0.started.elapsed(), limits.rate) {
            return Err(Refusal::RateLimited { limit: limits.rate });
        }
        let _share = share.passed_to(&Holder::Source(source.name.clone()), memory)?;
        let format = Format::of(&headers, &bytes)?;
        let most = limits.events;
        let (name, role) = (source.name.clone(), source.role);
        let (mut parsed, body) = beside(bytes, move |bytes| {
            let sender = Sender { source: &name, role, received_at };
            parse(bytes, format, sender, most).map_err(|TooMany| Refusal::TooManyEvents { limit: most })
        })
        .await?;
        correlate(&mut parsed, &headers);
        let mut warnings = parsed.warnings;
        let warned = warnings.len();
        warnings.truncate(Receipt::REASONS);
        let delivery = Delivery {
            source: source.name.clone(),
            role,
            id: seal.id,
            received_at,
            headers: kept(&headers),
            body,
            content_type: text(&headers, header::CONTENT_TYPE.as_str()).unwrap_or_default(),
            events: parsed.events,
            quarantined: parsed.quarantined,
            expected: None,
        };
        if warned > 0 {
            metrics::counter!("syncline_intake_warnings_total", "source" => source.name.to_string())
                .increment(warned as u64);
        }
        let receipt = store.append(delivery).await.map_err(|error| match error {
            AppendError::Full => Refusal::Busy,
            AppendError::Repeated { .. } => Refusal::DeliveryIdReused,
            AppendError::Stopped
            | AppendError::Stale { .. }
            | AppendError::OldRules { .. }
            | AppendError::Unknown { .. } => Refusal::Unavailable,
            AppendError::Store(error) => {
                tracing::error!(source = %source.name, %error, "a delivery could not be kept");
                Refusal::Unavailable
            }
        })?;
        Ok(Taken { receipt, warnings })
    }

    async fn count(&self, name: &str, source: Option<&Source>, refusal: &Refusal) {
        if refusal.status() != StatusCode::UNAUTHORIZED {
            return;
        }
        let named = || SourceName::try_from(name.to_owned()).or_else(|_| "unknown".parse());
        let Ok(name) = source.map_or_else(named, |source| Ok(source.name.clone())) else { return };
        let now = (self.0.clock)();
        if let Err(error) = self.0.store.count_refused(&name, refusal.code(), now).await {
            tracing::error!(%error, "a refused delivery could not be counted");
        }
    }
}

/// The intake's one route.
pub fn router(intake: Intake) -> Router {
    Router::new().route("/intake/{source}", post(receive)).with_state(intake)
}

async fn receive(
    State(intake): State<Intake>,
    name: Result<Path<String>, PathRejection>,
    request: Request,
) -> Response {
    let started = Instant::now();
    let name = name.map(|Path(name)| name).unwrap_or_default();
    let source = intake.0.sources.find(&name, &intake.0.store).await;
    let outcome = intake.take(source.clone(), request).await;
    let label = source.as_ref().map_or("unknown", |source| source.name.as_str()).to_owned();
    metrics::histogram!("syncline_intake_seconds", "source" => label.clone()).record(started.elapsed());
    let counted = |outcome: &'static str| {
        metrics::counter!("syncline_intake_deliveries_total", "source" => label.clone(), "outcome" => outcome)
            .increment(1);
    };
    match outcome {
        Ok(taken) => {
            counted("taken");
            let receipt = &taken.receipt;
            let events = [
                ("accepted", receipt.accepted),
                ("duplicate", receipt.duplicates),
                ("quarantined", receipt.quarantined),
            ];
            for (outcome, count) in events.into_iter().filter(|(_, count)| *count > 0) {
                metrics::counter!("syncline_intake_events_total", "source" => label.clone(), "outcome" => outcome)
                    .increment(count.into());
            }
            (StatusCode::ACCEPTED, axum::Json(taken)).into_response()
        }
        Err(refusal) => {
            counted(refusal.code());
            intake.count(&name, source.as_deref(), &refusal).await;
            refusal.into_response()
        }
    }
}

/// Does `work` on the bytes: at once if they are few, else where it does not hold up others.
async fn beside<T: Send + 'static>(
    bytes: Vec<u8>,
    work: impl FnOnce(&[u8]) -> Result<T, Refusal> + Send + 'static,
) -> Result<(T, Vec<u8>), Refusal> {
    if bytes.len() <= LARGE {
        return work(&bytes).map(|done| (done, bytes));
    }
    let done = tokio::task::spawn_blocking(move || work(&bytes).map(|done| (done, bytes))).await;
    done.unwrap_or_else(|error| {
        tracing::error!(%error, "a delivery could not be read");
        Err(Refusal::Unavailable)
    })
}

/// Events without a trace context of their own get that of the request.
fn correlate(parsed: &mut Parsed, headers: &HeaderMap) {
    let Some(traceparent) = text(headers, "traceparent").filter(|text| envelope::is_traceparent(text)) else {
        return;
    };
    for event in parsed.events.iter_mut().filter(|event| event.correlation.is_none()) {
        event.correlation = Some(traceparent.clone());
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).map(|value| shown(&String::from_utf8_lossy(value.as_bytes()), KEPT))
}

/// The headers that are kept with a delivery: all but those that hold a secret or prove one.
fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    let is_secret = |name: &str| {
        ["authorization", "cookie", "signature", "secret", "token", "api-key"]
            .iter()
            .any(|word| name.contains(word))
    };
    headers
        .iter()
        .filter(|(name, _)| !is_secret(name.as_str()))
        .map(|(name, value)| {
            (name.as_str().to_owned(), shown(&String::from_utf8_lossy(value.as_bytes()), KEPT))
        })
        .collect()
}
