//! How much a browser downloads before the page answers by itself.

use super::table::Row;
use crate::assets;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH};

const BAR: f64 = 350.0;
const WHAT: &str = "wasm, brotli";

/// Asks the server's own assets, packed as a browser would get them.
pub fn measure() -> anyhow::Result<Row> {
    let names = ["syncline.wasm", "syncline_bg.wasm"];
    for name in names {
        let path = format!("/{}/{name}", assets::package_dir());
        let request = Request::builder().uri(path).header(ACCEPT_ENCODING, "br").body(Body::empty())?;
        let Some(answer) = assets::respond(&request) else { continue };
        let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let length: f64 = header(CONTENT_LENGTH).and_then(|length| length.parse().ok()).unwrap_or_default();
        if header(CONTENT_ENCODING) != Some("br") {
            return Ok(missing(&format!("{name} is not packed with brotli in this build")));
        }
        return Ok(Row::limit(WHAT, length / 1024.0, BAR, "KiB", name.to_owned()));
    }
    Ok(missing("this build holds no wasm: run make build"))
}

fn missing(why: &str) -> Row {
    Row {
        what: WHAT.to_owned(),
        bar: format!("≤ {BAR} KiB"),
        measured: "not measured".to_owned(),
        reached: None,
        detail: why.to_owned(),
    }
}
