//! The pages of Syncline. The server renders them, the browser takes them over.

use leptos::prelude::*;

/// The whole document.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <HydrationScripts options />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// The application's root.
#[component]
pub fn App() -> impl IntoView {
    view! { <h1>"Syncline"</h1> }
}
