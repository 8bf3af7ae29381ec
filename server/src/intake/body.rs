//! Reads a body within its limits: its size, the time that it may take, and what it may hold in memory.

use super::memory::Share;
use super::refusal::Refusal;
use axum::body::{Body, BodyDataStream};
use futures::StreamExt;
use std::time::Duration;

/// A body and its share of the memory, given back when it is dropped.
pub struct Held {
    pub bytes: Vec<u8>,
    pub share: Share,
}

/// Of a body that is not taken, so much is read and dropped, and for so long: a sender that still sends would not see the answer.
const DRAINED: u64 = 16 * 1024 * 1024;
const DRAINING: Duration = Duration::from_secs(5);

/// Reads `body`, which says of itself that it is `stated` bytes long, and grows its `share` with it.
pub async fn read(
    body: Body,
    stated: Option<u64>,
    limit: usize,
    patience: Duration,
    mut share: Share,
) -> Result<Held, Refusal> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    let outcome = if stated.is_some_and(|stated| stated > limit as u64) {
        Err(Refusal::BodyTooLarge { limit })
    } else {
        let reading = collect(&mut chunks, &mut bytes, limit, &mut share);
        tokio::time::timeout(patience, reading)
            .await
            .unwrap_or(Err(Refusal::TooSlow { seconds: patience.as_secs() }))
    };
    match outcome {
        Ok(()) => Ok(Held { bytes, share }),
        Err(refusal) => {
            drop((bytes, share));
            let is_at_an_end = matches!(refusal, Refusal::TooSlow { .. } | Refusal::Incomplete);
            if !is_at_an_end && stated.is_none_or(|stated| stated <= DRAINED) {
                drain(chunks).await;
            }
            Err(refusal)
        }
    }
}

async fn collect(
    chunks: &mut BodyDataStream,
    bytes: &mut Vec<u8>,
    limit: usize,
    share: &mut Share,
) -> Result<(), Refusal> {
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            tracing::debug!(%error, "a delivery broke off");
            Refusal::Incomplete
        })?;
        if bytes.len() + chunk.len() > limit {
            return Err(Refusal::BodyTooLarge { limit });
        }
        share.grow(chunk.len())?;
        if bytes.is_empty() {
            // A small body comes in one piece and is not copied.
            *bytes = chunk.into();
        } else {
            bytes.extend_from_slice(&chunk);
        }
    }
    Ok(())
}

/// Reads what is still to come of a body, within bounds, and drops it.
pub async fn drain(mut chunks: BodyDataStream) {
    let dropping = async {
        let mut dropped = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            dropped += chunk.len() as u64;
            if dropped > DRAINED {
                break;
            }
        }
    };
    // Who is slower than that sees the connection end instead.
    let _ = tokio::time::timeout(DRAINING, dropping).await;
}
