//! Follows the site that the binary embeds, so that a new bundle means a new binary; a release without a site is an error,
//! never a binary that lacks its assets.

use std::path::Path;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    // A debug build reads the site from disk when it is asked, so nothing of it is compiled in.
    if std::env::var("PROFILE").as_deref() != Ok("release") {
        return;
    }
    // Asked now, not when this file was compiled: a target directory may serve several checkouts.
    let manifest_dir = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    let site = Path::new(&manifest_dir).join("../target/site");
    println!("cargo::rerun-if-changed={}", site.display());
    if !site.join("pkg/syncline_bg.wasm").exists() {
        println!("cargo::error=the site to embed is missing: run `make wasm`, or `make build` for both");
    }
}
