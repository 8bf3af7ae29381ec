//! How a body is packed. A signature counts over what was sent or over what is in it: senders sign before or after they compress.

use super::refusal::Refusal;
use super::signature::{Key, Signature};
use axum::http::{HeaderMap, header};
use flate2::read::MultiGzDecoder;
use std::io::{ErrorKind, Read};

/// How every gzip begins.
const GZIP: &[u8] = &[0x1f, 0x8b];

/// What `content-encoding` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Encoding {
    Plain,
    Gzip,
    Other(String),
}

impl Encoding {
    /// As the header says; a body that is gzip without saying so is gzip.
    pub fn of(headers: &HeaderMap, body: &[u8]) -> Self {
        let stated = headers.get_all(header::CONTENT_ENCODING).iter().map(|one| one.to_str().unwrap_or("?"));
        let stated = stated.flat_map(|one| one.split(',')).map(str::trim);
        let mut packed = stated.filter(|one| !one.is_empty() && !one.eq_ignore_ascii_case("identity"));
        match (packed.next(), packed.next()) {
            (None, _) if body.starts_with(GZIP) => Self::Gzip,
            (None, _) => Self::Plain,
            (Some(one), None) if ["gzip", "x-gzip"].iter().any(|known| one.eq_ignore_ascii_case(known)) => {
                Self::Gzip
            }
            (Some(one), None) => Self::Other(one.chars().take(80).collect()),
            (Some(one), Some(other)) => Self::Other(format!("{one}, {other}").chars().take(80).collect()),
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
        // What is in it can't be looked into, so that a signature of that says nothing: what to do is said all the same.
        Encoding::Other(found) => Err(Refusal::UnsupportedEncoding { found }),
        Encoding::Gzip => {
            let is_signed = signature.check(body, keys).is_ok();
            match unpack(body, limit) {
                Ok(plain) if is_signed || signature.check(&plain, keys).is_ok() => Ok(Some(plain)),
                // What broke off on its way is signed by nobody.
                Err(refusal) if is_signed || refusal == Refusal::Incomplete => Err(refusal),
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
        Err(error) if error.kind() == ErrorKind::UnexpectedEof && packed.starts_with(GZIP) => {
            Err(Refusal::Incomplete)
        }
        Err(error) => {
            tracing::debug!(%error, "a delivery is no gzip");
            Err(Refusal::NoGzip)
        }
    }
}
