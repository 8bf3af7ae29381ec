//! An intake to knock at: store, router and a clock that stands still.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use chrono::{DateTime, Utc};
use domain::SourceName;
use domain::authority::Role;
use hmac::{Hmac, Mac};
use server::cli::source::draw_secret;
use server::intake::{Intake, Limits, router};
use std::path::PathBuf;
use std::sync::Arc;
use store::{Clock, Commit, Options, SourceConfig, Store};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tower::ServiceExt;

/// When all of it happens: after the examples of the contract.
pub fn now() -> DateTime<Utc> {
    "2026-03-25T12:00:00Z".parse().expect("a moment")
}

pub fn clock() -> Clock {
    Arc::new(now)
}

pub struct Door {
    pub store: Store,
    pub intake: Intake,
    pub path: PathBuf,
    router: Router,
    secrets: [(SourceName, String); 2],
    _folder: TempDir,
}

/// A delivery on its way.
pub struct Sending {
    pub source: &'static str,
    pub id: String,
    pub content_type: &'static str,
    pub body: Bytes,
}

impl Sending {
    pub fn one(source: &'static str, id: &str, body: impl Into<Bytes>) -> Self {
        Self { source, id: id.into(), content_type: "application/cloudevents+json", body: body.into() }
    }

    pub fn batch(source: &'static str, id: &str, events: &[String]) -> Self {
        let body = format!("[{}]", events.join(",")).into();
        Self { source, id: id.into(), content_type: "application/cloudevents-batch+json", body }
    }
}

impl Door {
    pub async fn open() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let (door, mut committed) = Self::unheard(limits, Options::default()).await;
        tokio::spawn(async move { while committed.recv().await.is_some() {} });
        door
    }

    /// A door whose commits are for the test to hear: the writer stops after the second one that nobody has heard.
    pub async fn unheard(limits: Limits, options: Options) -> (Self, mpsc::Receiver<Arc<Commit>>) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("intake.db");
        let (commits, committed) = mpsc::channel(1);
        let store = Store::open(&path, options, clock(), commits).await.expect("a store");
        let secrets = [("tms", Role::Tms), ("erp", Role::Erp)].map(|(name, role)| {
            let name: SourceName = name.parse().expect("a name");
            SourceConfig::new(name, role, vec![draw_secret()])
        });
        for source in &secrets {
            store.put_source(source.clone()).await.expect("a source");
        }
        let intake = Intake::with_limits(store.clone(), clock(), limits).await.expect("an intake");
        let secrets = secrets.map(|source| (source.name, source.secrets[0].clone()));
        let door = Self { router: router(intake.clone()), store, intake, path, secrets, _folder: folder };
        (door, committed)
    }

    pub fn secret(&self, source: &str) -> &str {
        let found = self.secrets.iter().find(|(name, _)| name.as_str() == source);
        found.map_or("", |(_, secret)| secret)
    }

    /// Signs and sends.
    pub async fn deliver(&self, sending: &Sending) -> (StatusCode, serde_json::Value) {
        let (status, _, answer) = self.ask(self.signed(sending)).await;
        (status, answer)
    }

    /// Signs, and only asks what would be answered.
    pub async fn rehearse(&self, sending: &Sending) -> (StatusCode, serde_json::Value) {
        let mut request = self.signed(sending);
        *request.uri_mut() = dry(sending);
        let (status, _, answer) = self.ask(request).await;
        (status, answer)
    }

    /// The same without a signature.
    pub async fn rehearse_unsigned(&self, sending: &Sending) -> StatusCode {
        let mut request = request(sending, now().timestamp(), None);
        *request.uri_mut() = dry(sending);
        self.ask(request).await.0
    }

    pub fn signed(&self, sending: &Sending) -> Request<Body> {
        let signature = sign(self.secret(sending.source), &sending.id, now().timestamp(), &sending.body);
        request(sending, now().timestamp(), Some(&signature))
    }

    /// Sends with this signature.
    pub async fn knock(
        &self,
        sending: &Sending,
        timestamp: i64,
        signature: Option<&str>,
    ) -> (StatusCode, serde_json::Value) {
        let (status, _, answer) = self.ask(request(sending, timestamp, signature)).await;
        (status, answer)
    }

    pub async fn ask(&self, request: Request<Body>) -> (StatusCode, HeaderMap, serde_json::Value) {
        let response = self.router.clone().oneshot(request).await.expect("infallible");
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
        (head.status, head.headers, serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

fn dry(sending: &Sending) -> axum::http::Uri {
    format!("/intake/{}?dry_run", sending.source).parse().expect("an address")
}

pub fn request(sending: &Sending, timestamp: i64, signature: Option<&str>) -> Request<Body> {
    let mut request = Request::post(format!("/intake/{}", sending.source))
        .header("content-type", sending.content_type)
        .header("webhook-id", &sending.id)
        .header("webhook-timestamp", timestamp);
    if let Some(signature) = signature {
        request = request.header("webhook-signature", signature);
    }
    request.body(Body::from(sending.body.clone())).expect("a request")
}

/// Signs any bytes; the crate `standardwebhooks` signs only text.
pub fn sign(secret: &str, id: &str, timestamp: i64, body: &[u8]) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let key = STANDARD.decode(secret.trim_start_matches("whsec_")).expect("a secret");
    let mut mac: Hmac<sha2::Sha256> = Mac::new_from_slice(&key).expect("a key");
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// A milestone of the TMS.
pub fn arrived(id: &str, shipment: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","id":"{id}","source":"https://tms.example.com","type":"syncline.stop.arrived.v1","subject":"{shipment}","time":"2026-03-24T09:30:00+01:00","data":{{"stop":"1"}}}}"#
    )
}
