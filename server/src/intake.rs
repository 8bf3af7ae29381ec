//! `POST /intake/{source}`: authenticates a delivery, reads what it holds and hands it to the store. Answers 202 only
//! after the commit is on disk. Never drops what is authentic: what is not understood goes to quarantine.

mod body;
mod codes;
mod encoding;
mod envelope;
mod format;
mod http;
mod json;
mod lenient;
pub mod limits;
mod log;
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
pub(crate) use http::no_path;
pub use http::router;
pub use json::Json;
pub(crate) use parse::number_by;
pub use parse::{Parsed, Sender, TooMany, Warning, claim, parse};
pub use refusal::Refusal;
pub use rejection::{Code, shown};
pub use signature::{BadSecret, Key, Signature};

use crate::config::ServeOptions;
use crate::security;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use body::Held;
use chrono::{DateTime, Utc};
use domain::SourceName;
use encoding::Encoding;
use log::Log;
use memory::{Holder, Memory};
use serde::Serialize;
use sources::{Source, Sources};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{AppendError, Clock, Delivery, Reason, Receipt, Store, StoreError};

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
    /// Whether nothing of it was kept, since its sender only wanted to know.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
}

impl Taken {
    /// What would be answered to a delivery of which nothing is known yet.
    fn rehearsed(delivery: String, parsed: Parsed) -> Self {
        let Parsed { events, quarantined, mut warnings } = parsed;
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        warnings.truncate(Receipt::REASONS);
        let receipt = Receipt {
            delivery,
            accepted: count(events.len()),
            duplicates: 0,
            quarantined: count(quarantined.len()),
            seq: None,
            reasons: quarantined.iter().take(Receipt::REASONS).map(Reason::from).collect(),
        };
        Self { receipt, warnings, dry_run: true }
    }
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
    log: Log,
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
        let (log, started) = (Log::default(), Instant::now());
        Ok(Self(Arc::new(Inner { store, clock, sources, limits, memory, log, no_keys, started })))
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
        let address = http::client_of(&head.extensions);
        let holder = Holder::at(address);
        let opened = Signature::of(&head.headers)
            .and_then(|signature| Ok((signature, http::is_dry_run(&head.uri)?, memory.share(&holder)?)));
        let (signature, is_rehearsal, share) = match opened {
            Ok(opened) => opened,
            Err(refusal) => {
                body::drain(body.into_data_stream()).await;
                return Err(refusal);
            }
        };
        let stated =
            head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let held = body::read(body, stated, limits.body, limits.patience, share).await?;
        let taking = self.clone().take_in(source, head.headers, signature, held, received_at, is_rehearsal);
        tokio::spawn(taking).await.unwrap_or_else(|error| {
            tracing::error!(%error, "a delivery could not be taken in");
            Err(Refusal::Unavailable)
        })
    }

    async fn take_in(
        self,
        source: Option<Arc<Source>>,
        headers: HeaderMap,
        signature: Signature,
        Held { bytes, share }: Held,
        received_at: DateTime<Utc>,
        is_rehearsal: bool,
    ) -> Result<Taken, Refusal> {
        let Inner { store, limits, memory, .. } = &*self.0;
        let keys = source.as_ref().map_or(&self.0.no_keys, |source| &source.keys).clone();
        let (encoding, limit) = (Encoding::of(&headers, &bytes), limits.body);
        let packed = encoding.clone();
        let opening = move |bytes: &[u8]| {
            let unpacked = encoding::open(&signature, bytes, &keys, packed, limit)?;
            Ok((signature, unpacked))
        };
        // What a packed body holds may be a thousand times as long.
        let is_long = encoding != Encoding::Plain || bytes.len() > LARGE;
        let ((signature, unpacked), bytes) = beside(bytes, is_long, opening).await?;
        let Some(source) = source else { return Err(Refusal::BadSignature) };
        // Only now, so that what is authentic and late is known as its source's trouble.
        signature.check_age(received_at, source.tolerance)?;
        if source.disabled {
            return Err(Refusal::SourceDisabled);
        }
        if !source.bucket.take(self.0.started.elapsed(), limits.rate) {
            return Err(Refusal::RateLimited { limit: limits.rate });
        }
        let mut share = share.passed_to(&Holder::Source(source.name.clone()), memory)?;
        share.grow(unpacked.as_ref().map_or(0, Vec::len))?;
        let bytes = unpacked.unwrap_or(bytes);
        let format = Format::of(&headers, &bytes)?;
        let most = limits.events;
        let (name, role) = (source.name.clone(), source.role);
        let is_long = bytes.len() > LARGE;
        let (mut parsed, body) = beside(bytes, is_long, move |bytes| {
            let sender = Sender { source: &name, role, received_at };
            parse(bytes, format, sender, most).map_err(|TooMany| Refusal::TooManyEvents { limit: most })
        })
        .await?;
        correlate(&mut parsed, &headers);
        parsed.number_by(source.issuer.as_deref());
        if is_rehearsal {
            return Ok(Taken::rehearsed(signature.id, parsed));
        }
        let delivery = Delivery {
            source: source.name.clone(),
            role,
            id: signature.id,
            received_at,
            headers: kept(&headers),
            body,
            content_type: text(&headers, header::CONTENT_TYPE.as_str()).unwrap_or_default(),
            events: parsed.events,
            quarantined: parsed.quarantined,
            expected: None,
        };
        let mut warnings = parsed.warnings;
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
        if !warnings.is_empty() {
            metrics::counter!("syncline_intake_warnings_total", "source" => source.name.to_string())
                .increment(warnings.len() as u64);
            store.doubt(warnings.iter().map(|warning| warning.doubt(&source.name, received_at)));
        }
        warnings.truncate(Receipt::REASONS);
        Ok(Taken { receipt, warnings, dry_run: false })
    }

    /// The source of that name.
    async fn source(&self, name: &str) -> Option<Arc<Source>> {
        self.0.sources.find(name, &self.0.store).await
    }

    /// Deliveries a second that a source may send.
    fn rate(&self) -> u32 {
        self.0.limits.rate
    }

    /// Has it known that a delivery was refused: in the log, and where people look after sources.
    async fn count(&self, source: Option<&Source>, refusal: &Refusal, address: IpAddr) {
        let name = source.map(|source| &source.name);
        let label = name.map_or("unknown", SourceName::as_str);
        if let Some(count) = self.0.log.count(label, refusal.code(), self.0.started.elapsed()) {
            let code = refusal.code();
            if refusal.status() == StatusCode::UNAUTHORIZED {
                // The address is that of the last one.
                tracing::warn!(target: security::TARGET, event = "signature_refused", source = label, code, count, %address);
            }
            tracing::warn!(source = label, code, count, reason = %refusal, "deliveries were refused");
        }
        // What is the server's own trouble is no fault of the source.
        if refusal.status() == StatusCode::SERVICE_UNAVAILABLE {
            return;
        }
        let now = (self.0.clock)();
        if let Err(error) = self.0.store.count_refused(name, refusal.code(), now).await {
            tracing::error!(%error, "a refused delivery could not be counted");
        }
    }

    /// Has it known what became of a delivery that was taken.
    fn note(&self, label: &str, taken: &Taken) {
        http::count_events(label, taken);
        if let Some(Warning { path, value, done, .. }) = taken.warnings.first()
            && let Some(deliveries) = self.0.log.count(label, "warnings", self.0.started.elapsed())
        {
            tracing::info!(
                source = label,
                deliveries,
                path,
                value,
                done,
                "values were not taken as they came"
            );
        }
        let Receipt { quarantined, reasons, .. } = &taken.receipt;
        let Some(first) = reasons.first() else { return };
        if let Some(deliveries) = self.0.log.count(label, "quarantined", self.0.started.elapsed()) {
            tracing::warn!(
                source = label,
                deliveries_since_last_said = deliveries,
                events_of_this_one = quarantined,
                code = first.code,
                reason = first.reason,
                "parts of a delivery wait in quarantine"
            );
        }
    }
}

/// Does `work` on the bytes: at once, or where it does not hold up others if it is long.
async fn beside<T: Send + 'static>(
    bytes: Vec<u8>,
    is_long: bool,
    work: impl FnOnce(&[u8]) -> Result<T, Refusal> + Send + 'static,
) -> Result<(T, Vec<u8>), Refusal> {
    if !is_long {
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
