//! How a body is packed. A signature counts over what was sent or over what is in it: senders sign before or after they compress.

use super::refusal::Refusal;
use super::signature::{Key, Signature};
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use std::io::Read;

/// What `content-encoding` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Gzip,
    Other(String),
}

impl Encoding {
    pub fn of(headers: &HeaderMap) -> Self {
        let Some(stated) = headers.get(header::CONTENT_ENCODING) else { return Self::Plain };
        let stated = stated.to_str().unwrap_or("?").trim();
        match stated.to_ascii_lowercase().as_str() {
            "" | "identity" => Self::Plain,
            "gzip" | "x-gzip" => Self::Gzip,
            _ => Self::Other(stated.chars().take(80).collect()),
        }
    }
}

/// Checks the signature, and gives what a packed body holds, of which at most `limit` bytes are read.
pub fn open(
    signature: &Signature,
    body: &[u8],
    keys: &[Key],
    encoding: Encoding,
    limit: usize,
) -> Result<Option<Vec<u8>>, Refusal> {
    match encoding {
        Encoding::Plain => signature.check(body, keys).map(|()| None),
        Encoding::Other(found) => {
            signature.check(body, keys)?;
            Err(Refusal::UnsupportedEncoding { found })
        }
        Encoding::Gzip => {
            let is_signed = signature.check(body, keys).is_ok();
            match unpack(body, limit) {
                Ok(plain) if is_signed || signature.check(&plain, keys).is_ok() => Ok(Some(plain)),
                Err(refusal) if is_signed => Err(refusal),
                _ => Err(Refusal::BadSignature),
            }
        }
    }
}

fn unpack(packed: &[u8], limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut plain = Vec::new();
    // One byte more tells that there is more.
    let read = MultiGzDecoder::new(packed).take(limit as u64 + 1).read_to_end(&mut plain);
    match read {
        Ok(length) if length > limit => Err(Refusal::BodyTooLarge { limit }),
        Ok(_) => Ok(plain),
        Err(error) => {
            tracing::debug!(%error, "a delivery is no gzip");
            Err(Refusal::NoGzip)
        }
    }
}
