//! Reads a body within its limits: its size, the time that it may take, and what it may hold in memory.

use super::memory::Share;
use super::refusal::Refusal;
use axum::body::Body;
use futures::StreamExt;
use std::time::Duration;

/// A body and its share of the memory, given back when it is dropped.
pub struct Held {
    pub bytes: Vec<u8>,
    pub share: Share,
}

/// Reads `body`, which says of itself that it is `stated` bytes long, and grows its `share` with it.
pub async fn read(
    body: Body,
    stated: Option<u64>,
    limit: usize,
    patience: Duration,
    mut share: Share,
) -> Result<Held, Refusal> {
    if stated.is_some_and(|stated| stated > limit as u64) {
        return Err(Refusal::BodyTooLarge { limit });
    }
    let reading = async {
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
            share.grow(chunk.len())?;
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
