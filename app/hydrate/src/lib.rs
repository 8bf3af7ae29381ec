//! The wasm entry point: takes over the page that the server rendered. Nothing else lives here.

/// Hydrates the document; called once by the page's script.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_body(app::App);
}
