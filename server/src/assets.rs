//! Serves the files of the site that the binary holds: the bundle, the stylesheet, public files, packed ahead of time.
//! It never touches the disk in a release build (a debug build reads `target/site` through the same path), and it never
//! lets a browser keep a file of the bundle for long unless the file's address names its content.

use std::fmt::Write as _;
use std::sync::LazyLock;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header::{
    ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    IF_NONE_MATCH, VARY,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

/// The site as `make wasm` assembles it: `pkg/` and, at the root, the public files.
#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../target/site"]
#[allow_missing = true]
struct Site;

/// The packed forms that lie beside a file, best first, each as content coding and file extension.
const PACKED: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];
const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const ASK_EACH_TIME: HeaderValue = HeaderValue::from_static("no-cache");

/// Where the bundle's addresses start, without slashes at the ends: `pkg/` and a digest of the whole bundle. Give it to
/// `LeptosOptions::site_pkg_dir` and to the stylesheet's link. Script and wasm fit only each other, so they share one digest.
static PACKAGE_DIR: LazyLock<String> = LazyLock::new(|| {
    let mut paths: Vec<_> =
        Site::iter().filter(|path| path.starts_with("pkg/") && !is_packed(path)).collect();
    paths.sort_unstable();
    let mut digest = Sha256::new();
    for (path, file) in paths.iter().filter_map(|path| Some((path, Site::get(path)?))) {
        digest.update(path.as_bytes());
        digest.update(file.metadata.sha256_hash());
    }
    format!("pkg/{}", hex(&digest.finalize()))
});

/// See [`PACKAGE_DIR`]; the same for as long as the process lives.
pub fn package_dir() -> &'static str {
    &PACKAGE_DIR
}

/// Answers a request for a file of the site; `None` when there is no such file, so that a page may answer instead.
pub fn respond(request: &Request) -> Option<Response> {
    let address = request.uri().path().trim_start_matches('/');
    let (path, lifetime) = locate(address);
    if is_packed(&path) {
        return None;
    }
    let plain = Site::get(&path)?;
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Some((StatusCode::METHOD_NOT_ALLOWED, [(ALLOW, "GET, HEAD")]).into_response());
    }
    let headers = request.headers();
    let (file, coding) = choose(&path, headers).unwrap_or_else(|| (plain.clone(), None));

    let mut response = Response::new(Body::empty());
    let answer = response.headers_mut();
    let tag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let unchanged = holds(headers, &tag);
    answer.insert(ETAG, HeaderValue::try_from(tag).ok()?);
    answer.insert(CACHE_CONTROL, lifetime);
    answer.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if unchanged {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Some(response);
    }
    answer.insert(CONTENT_TYPE, HeaderValue::try_from(plain.metadata.mimetype()).ok()?);
    answer.insert(CONTENT_LENGTH, HeaderValue::from(file.data.len()));
    if let Some(coding) = coding {
        answer.insert(CONTENT_ENCODING, HeaderValue::from_static(coding));
    }
    if request.method() == Method::GET {
        *response.body_mut() = Body::from(bytes(file));
    }
    Some(response)
}

/// The file that an address means, and how long a browser may keep it. An address with another bundle's digest (a page that
/// was open while the server was replaced) gets the present file, but may not keep it.
fn locate(address: &str) -> (String, HeaderValue) {
    if let Some(file) = address.strip_prefix(package_dir()).and_then(|rest| rest.strip_prefix('/')) {
        // A debug build's files change under a running server.
        let lifetime = if cfg!(debug_assertions) { ASK_EACH_TIME } else { FOR_GOOD };
        return (format!("pkg/{file}"), lifetime);
    }
    let is_digest = |part: &str| part.len() == DIGEST_DIGITS && part.bytes().all(|b| b.is_ascii_hexdigit());
    let other_bundle = address.strip_prefix("pkg/").and_then(|rest| rest.split_once('/'));
    match other_bundle.filter(|(digest, _)| is_digest(digest)) {
        Some((_, file)) => (format!("pkg/{file}"), ASK_EACH_TIME),
        None => (address.to_owned(), ASK_EACH_TIME),
    }
}

/// The best packed form that the browser takes and the site has.
fn choose(path: &str, headers: &HeaderMap) -> Option<(EmbeddedFile, Option<&'static str>)> {
    PACKED.iter().filter(|(coding, _)| accepts(headers, coding)).find_map(|(coding, extension)| {
        Site::get(&format!("{path}.{extension}")).map(|file| (file, Some(*coding)))
    })
}

/// Whether `Accept-Encoding` names the coding and does not give it the weight 0.
fn accepts(headers: &HeaderMap, coding: &str) -> bool {
    list(headers, ACCEPT_ENCODING.as_str()).any(|entry| {
        let (name, weight) = entry.split_once(';').unwrap_or((entry, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0_f32));
        name.trim().eq_ignore_ascii_case(coding) && !refused
    })
}

/// Whether `If-None-Match` says that the browser has this very content.
fn holds(headers: &HeaderMap, tag: &str) -> bool {
    list(headers, IF_NONE_MATCH.as_str()).any(|known| known == "*" || known.trim_start_matches("W/") == tag)
}

/// The entries of a header that is a comma-separated list, over all its lines.
fn list<'a>(headers: &'a HeaderMap, name: &str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(name)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(str::trim)
}

fn is_packed(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, last)| PACKED.iter().any(|(_, extension)| last == *extension))
}

fn bytes(file: EmbeddedFile) -> Bytes {
    match file.data {
        std::borrow::Cow::Borrowed(held) => Bytes::from_static(held),
        std::borrow::Cow::Owned(read) => Bytes::from(read),
    }
}

/// Enough of a SHA-256 to tell two builds apart.
const DIGEST_DIGITS: usize = 16;

fn hex(digest: &[u8]) -> String {
    digest.iter().take(DIGEST_DIGITS / 2).fold(String::with_capacity(DIGEST_DIGITS), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &'static str, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(axum::http::HeaderName::from_static(name), HeaderValue::from_static(value))])
    }

    #[test]
    fn a_coding_is_taken_when_named_and_not_refused() {
        for (value, br, gzip) in [
            ("gzip, deflate, br, zstd", true, true),
            ("gzip;q=0.5, br;q=0", false, true),
            ("BR ; q=0.1", true, false),
            ("identity", false, false),
        ] {
            let sent = headers("accept-encoding", value);
            assert_eq!((accepts(&sent, "br"), accepts(&sent, "gzip")), (br, gzip), "{value}");
        }
    }

    #[test]
    fn a_known_tag_is_recognised_among_several_and_when_weak() {
        assert!(holds(&headers("if-none-match", "\"a\", W/\"b\""), "\"b\""));
        assert!(holds(&headers("if-none-match", "*"), "\"b\""));
        assert!(!holds(&headers("if-none-match", "\"a\""), "\"b\""));
    }

    #[test]
    fn an_address_with_another_bundles_digest_means_the_present_file_and_is_not_kept() {
        assert_eq!(locate("pkg/0123456789abcdef/syncline.js"), ("pkg/syncline.js".to_owned(), ASK_EACH_TIME));
        assert_eq!(locate("pkg/snippets/a.js"), ("pkg/snippets/a.js".to_owned(), ASK_EACH_TIME));
        assert_eq!(locate(&format!("{}/syncline.js", package_dir())).0, "pkg/syncline.js");
    }

    #[test]
    fn what_is_not_of_the_site_is_left_to_the_pages() {
        for path in ["/", "/shipments", "/pkg/none.js", "/../Cargo.toml", "/pkg/syncline.js.br"] {
            let request = Request::builder().uri(path).body(Body::empty()).expect("a valid request");
            assert!(respond(&request).is_none(), "{path}");
        }
    }
}
