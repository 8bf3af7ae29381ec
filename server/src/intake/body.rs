//! Reads a body within its limits: its size, the time that it may take, and what all open deliveries together may
//! hold in memory.

use super::refusal::Refusal;
use axum::body::Body;
use futures::StreamExt;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A body and its share of the memory, given back when it is dropped.
pub struct Held {
    pub bytes: Vec<u8>,
    pub share: OwnedSemaphorePermit,
}

/// Reads `body`, which says of itself that it is `stated` bytes long. `memory` counts the bytes that are free.
pub async fn read(
    body: Body,
    stated: Option<u64>,
    limit: usize,
    patience: Duration,
    memory: &Arc<Semaphore>,
) -> Result<Held, Refusal> {
    if stated.is_some_and(|stated| stated > limit as u64) {
        return Err(Refusal::BodyTooLarge { limit });
    }
    let reading = async {
        let mut share = take(memory, 0)?;
        let mut bytes = Vec::new();
        let mut chunks = body.into_data_stream();
        while let Some(chunk) = chunks.next().await {
            let chunk = chunk.map_err(|error| {
                tracing::debug!(%error, "a delivery broke off");
                Refusal::Incomplete
            })?;
            if bytes.len() + chunk.len() > limit {
                return Err(Refusal::BodyTooLarge { limit });
            }
            share.merge(take(memory, chunk.len())?);
            if bytes.is_empty() {
                // A small body comes in one piece and is not copied.
                bytes = chunk.into();
            } else {
                bytes.extend_from_slice(&chunk);
            }
        }
        Ok(Held { bytes, share })
    };
    tokio::time::timeout(patience, reading)
        .await
        .unwrap_or(Err(Refusal::TooSlow { seconds: patience.as_secs() }))
}

fn take(memory: &Arc<Semaphore>, bytes: usize) -> Result<OwnedSemaphorePermit, Refusal> {
    let bytes = u32::try_from(bytes).map_err(|_| Refusal::Busy)?;
    Arc::clone(memory).try_acquire_many_owned(bytes).map_err(|_| Refusal::Busy)
}
