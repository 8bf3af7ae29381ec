//! The wasm entry point: takes over the page that the server rendered. Nothing else lives here.
// It instantiates the pages; see `app`.
#![recursion_limit = "256"]

/// Hydrates the document; called once by the page's script.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
    // What looks at the page from outside (the browser's tests, a monitor) can tell when it has come alive.
    if let Some(root) = leptos::prelude::document().document_element() {
        let _ = root.set_attribute("data-hydrated", "");
    }
}
