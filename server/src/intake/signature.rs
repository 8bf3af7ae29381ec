//! Standard Webhooks signatures, checked over the bytes as they came and against a given `now`. Never parses a body.
//!
//! The crate `standardwebhooks` signs, and is the oracle of the tests. It does not verify here, since it reads the
//! clock itself, refuses bodies that are no UTF-8 (which are authentic all the same and belong into quarantine) and
//! copies each body.

use super::refusal::Refusal;
use axum::http::HeaderMap;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::digest::CtOutput;
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::fmt;
use std::time::Duration;

type HmacSha256 = Hmac<Sha256>;

/// How far ahead of `now` a timestamp may be, in seconds: clocks differ.
const AHEAD: i64 = 300;
/// The names that the headers have, and those that Svix gives them.
const ID: [&str; 2] = ["webhook-id", "svix-id"];
const TIMESTAMP: [&str; 2] = ["webhook-timestamp", "svix-timestamp"];
const SIGNATURE: [&str; 2] = ["webhook-signature", "svix-signature"];
/// Signatures that are looked at in one header; a rotation needs two.
const SIGNATURES: usize = 16;
/// Longest `webhook-id`, in bytes.
const LONGEST_ID: usize = 255;

/// A source's secret, ready for use.
#[derive(Clone)]
pub struct Key(HmacSha256);

/// Why a text is no secret. Does not repeat the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no secret: it is `whsec_` followed by 16 to 64 bytes in base64")]
pub struct BadSecret;

impl Key {
    /// Reads `whsec_` + base64; the prefix may be left out.
    pub fn parse(secret: &str) -> Result<Self, BadSecret> {
        let bytes =
            STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| BadSecret)?;
        if !(16..=64).contains(&bytes.len()) {
            return Err(BadSecret);
        }
        Self::of(&bytes)
    }

    /// The key of these bytes.
    pub fn of(bytes: &[u8]) -> Result<Self, BadSecret> {
        HmacSha256::new_from_slice(bytes).map(Self).map_err(|_| BadSecret)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

/// What the three headers of a delivery say.
#[derive(Clone, Debug)]
pub struct Signature {
    /// `webhook-id`
    pub id: String,
    timestamp: i64,
    signatures: Vec<[u8; 32]>,
}

impl Signature {
    /// Reads the headers. Signatures of other versions than `v1` are read over.
    pub fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let id = text(headers, ID)?;
        if id.len() > LONGEST_ID {
            return Err(Refusal::BadHeader { header: "webhook-id", fault: "is longer than 255 bytes" });
        }
        let timestamp = text(headers, TIMESTAMP)?.trim().parse().map_err(|_| Refusal::BadHeader {
            header: "webhook-timestamp",
            fault: "is no number of seconds since 1970",
        })?;
        text(headers, SIGNATURE)?;
        let signatures = SIGNATURE
            .iter()
            .flat_map(|name| headers.get_all(*name))
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(' '))
            .filter_map(|signature| STANDARD.decode(signature.strip_prefix("v1,")?).ok()?.try_into().ok())
            .take(SIGNATURES)
            .collect();
        Ok(Self { id: id.to_owned(), timestamp, signatures })
    }

    /// Whether it was signed at most `tolerance` before `now`.
    pub fn check_age(&self, now: DateTime<Utc>, tolerance: Duration) -> Result<(), Refusal> {
        let seconds = now.timestamp().saturating_sub(self.timestamp);
        let allowed = i64::try_from(tolerance.as_secs()).unwrap_or(i64::MAX);
        if seconds > allowed {
            Err(Refusal::Stale { seconds, allowed })
        } else if seconds < -AHEAD {
            Err(Refusal::Ahead { seconds: seconds.saturating_abs() })
        } else {
            Ok(())
        }
    }

    /// Whether any signature is that of any key. Takes the same time wherever a signature differs.
    pub fn check(&self, body: &[u8], keys: &[Key]) -> Result<(), Refusal> {
        let opening = format!("{}.{}.", self.id, self.timestamp);
        let fits = |key: &Key| {
            let expected = key.0.clone().chain_update(&opening).chain_update(body).finalize();
            self.signatures.iter().any(|signature| CtOutput::new((*signature).into()) == expected)
        };
        if keys.iter().any(fits) { Ok(()) } else { Err(Refusal::BadSignature) }
    }
}

/// The header of the first of these names that is there.
fn text<'a>(headers: &'a HeaderMap, names: [&'static str; 2]) -> Result<&'a str, Refusal> {
    let found = names.into_iter().find_map(|name| headers.get(name).map(|value| (name, value)));
    let (header, value) = found.ok_or(Refusal::Unsigned { header: names[0] })?;
    match value.to_str() {
        Ok(text) if text.trim().is_empty() => Err(Refusal::Unsigned { header }),
        Ok(text) => Ok(text),
        Err(_) => Err(Refusal::BadHeader { header, fault: "holds other characters than visible ASCII" }),
    }
}
