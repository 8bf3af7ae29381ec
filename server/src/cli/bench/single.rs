//! Signed single webhooks: until they are committed, beside the same handler that verifies and parses but stores
//! nothing.

use super::Scale;
use super::http;
use super::mail::Mail;
use super::sample::{Sample, rate};
use super::table::Row;
use super::testbed::Testbed;
use crate::clock;
use crate::intake::{Format, Key, Refusal, Sender, Signature, TooMany, parse};
use anyhow::ensure;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path as InPath, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use axum::{Json, Router};
use domain::SourceName;
use domain::authority::Role;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use store::Receipt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const BAR: u32 = 70;
/// Senders that each wait for their answer before they send again.
pub const CLIENTS: usize = 128;

/// The row, and how many events a second were committed.
pub async fn measure(scale: &Scale, folder: &Path) -> anyhow::Result<(Row, f64)> {
    let testbed = Testbed::open(folder, "single").await?;
    let bare = Bare::open(&testbed).await?;
    let mut mail = Mail::new(1, scale.singles * (scale.rounds + 1) + 10_000);
    let (mut ours, mut theirs, mut answers) = (Sample::default(), Sample::default(), Sample::default());
    for round in 0..=scale.rounds {
        let requests = mail.singles(&testbed, scale.singles)?;
        let before = testbed.store.as_of().await?;
        let stored = http::send_all(testbed.address, requests.clone(), CLIENTS, None, 202).await?;
        let kept = testbed.store.as_of().await?.0 - before.0;
        // The simulator repeats and misspeaks a little.
        ensure!(
            kept as usize * 10 >= stored.sent * 8,
            "of {} events only {kept} are in the journal",
            stored.sent
        );
        let checked = http::send_all(bare.address, requests, CLIENTS, None, 202).await?;
        if round > 0 {
            ours.push(stored.rate());
            theirs.push(checked.rate());
            answers.extend(stored.answers);
        }
    }
    bare.serving.abort();
    testbed.close().await?;
    let detail = format!(
        "{} committed, {} only verified and parsed, {CLIENTS} senders; answers {}",
        rate(ours.median()),
        rate(theirs.median()),
        answers.formatted(),
    );
    let row = Row::share("signed single webhook, committed", ours.median(), theirs.median(), BAR, detail);
    Ok((row, ours.median()))
}

/// The handler without the store.
struct Bare {
    address: SocketAddr,
    serving: JoinHandle<std::io::Result<()>>,
}

/// Each source's name, role and keys.
type Sources = Arc<[(SourceName, Role, [Key; 1])]>;

impl Bare {
    async fn open(testbed: &Testbed) -> anyhow::Result<Self> {
        let source = |role: Role| {
            anyhow::Ok((
                SourceName::try_from(role.as_str().to_owned())?,
                role,
                [Key::parse(testbed.secret(role))?],
            ))
        };
        let sources: Sources = Arc::new([source(Role::Tms)?, source(Role::Erp)?]);
        let router = Router::new()
            .route("/intake/{source}", post(check))
            .layer(DefaultBodyLimit::max(4 * 1024 * 1024))
            .with_state(sources);
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        Ok(Self { address, serving: tokio::spawn(axum::serve(listener, router).into_future()) })
    }
}

async fn check(
    State(sources): State<Sources>,
    InPath(name): InPath<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<(StatusCode, Json<Receipt>), Refusal> {
    let received_at = clock::now();
    let signature = Signature::of(&headers)?;
    signature.check_age(received_at, store::SourceConfig::TOLERANCE)?;
    let known = sources.iter().find(|(known, ..)| known.as_str() == name);
    let (source, role, keys) = known.ok_or(Refusal::BadSignature)?;
    signature.check(&body, keys)?;
    let format = Format::of(&headers, &body)?;
    let sender = Sender { source, role: *role, received_at };
    let parsed =
        parse(&body, format, sender, 1000).map_err(|TooMany| Refusal::TooManyEvents { limit: 1000 })?;
    let receipt = Receipt {
        delivery: signature.id,
        accepted: parsed.events.len() as u32,
        duplicates: 0,
        quarantined: parsed.quarantined.len() as u32,
        seq: None,
        reasons: Vec::new(),
    };
    Ok((StatusCode::ACCEPTED, Json(receipt)))
}
