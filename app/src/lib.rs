//! The pages of Syncline. The server renders them whole, the browser takes them over and keeps them live.
// A page is one type; the tree of a whole page nests deeper than the default of 128.
#![recursion_limit = "256"]

pub mod api;
#[cfg(feature = "ssr")]
mod boards;
mod components;
#[cfg(feature = "ssr")]
pub mod context;
pub mod display;
#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod gallery;
#[cfg(feature = "ssr")]
pub mod lists;
mod live;
#[cfg(feature = "ssr")]
pub mod map;
mod pages;
pub use pages::home::of as home_of;
#[cfg(feature = "ssr")]
pub mod palette;
mod plain;
#[cfg(feature = "ssr")]
pub mod presence;
pub mod query;
mod session;
mod wire;
#[cfg(feature = "ssr")]
pub mod writes;

use components::frame::Header;
use components::problem::Missing;
use display::{Display, choices};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::{SsrMode, path};
use pages::{admin, desk, home, integrations, kpis, notifications, shipment, shipments, sign_in, track};
use plain::IntoPlain;
use session::Session;

/// The whole document. `palette` stands beside the application, for those who have signed in.
pub fn shell(options: LeptosOptions, display: Display, palette: Option<AnyView>) -> impl IntoView {
    let palette = beside(&options, palette);
    view! {
        <!DOCTYPE html>
        <html lang="en" data-scheme=display.scheme data-density=display.density data-hides=display.hides()>
            <head>
                {head(&options, display)}
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
                {choices(display)}
                {palette}
            </body>
        </html>
    }
}

/// What the head of every document begins with.
fn head(options: &LeptosOptions, display: Display) -> impl IntoView + use<> {
    let stylesheet = file(options, &format!("{}.css", options.output_name));
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content=display.scheme.unwrap_or("light dark") />
        <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
        <link
            rel="preload"
            r#as="font"
            type="font/woff2"
            crossorigin=""
            href=file(options, "inter-latin.woff2")
        />
        <link rel="stylesheet" href=stylesheet />
    }
}

/// The command palette's dialog and its script, and those that tell what changed since somebody last looked and keep
/// what they had begun.
fn beside(options: &LeptosOptions, palette: Option<AnyView>) -> impl IntoView + use<> {
    let [palette_script, seen_script, kept_script] =
        ["palette.js", "seen.js", "kept.js"].map(|name| file(options, name));
    palette.map(|dialog| {
        view! {
            {dialog}
            <script type="module" src=palette_script></script>
            <script type="module" src=seen_script></script>
            <script type="module" src=kept_script></script>
        }
    })
}

/// The address of a file of the bundle.
fn file(options: &LeptosOptions, name: &str) -> String {
    format!("/{}/{name}", options.site_pkg_dir)
}

/// The title of a document. `leptos_meta` writes into the page what this returns as it is, so that this is the one place where a
/// title's text is made safe; in the browser it becomes a text, which nothing reads as markup.
fn title(text: String) -> String {
    let whole = format!("{text} · Syncline");
    #[cfg(feature = "ssr")]
    let whole = map::escaped(&whole);
    whole
}

/// The application's root.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    Session::provide();
    let missing = || {
        view! {
            <Missing
                headline="No such page"
                sentence="There is nothing under this address: it may be mistyped, or the page has moved."
            />
        }
        .plain()
    };
    view! {
        <Title formatter=title />
        <Router>
            <Header />
            <main id="main" tabindex="-1">
                <FlatRoutes fallback=missing>
                    <Route path=path!("/") view=home::Page ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=sign_in::Page ssr=SsrMode::Async />
                    <Route path=path!("/shipments") view=shipments::Page ssr=SsrMode::Async />
                    <Route path=path!("/shipments/:id") view=shipment::Page ssr=SsrMode::Async />
                    <Route path=path!("/track/:token") view=track::Page ssr=SsrMode::Async />
                    <Route path=path!("/desk") view=desk::Page ssr=SsrMode::Async />
                    <Route path=path!("/kpis") view=kpis::Page ssr=SsrMode::Async />
                    <Route path=path!("/integrations") view=integrations::Page ssr=SsrMode::Async />
                    <Route path=path!("/admin") view=admin::Page ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=notifications::Page ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
        </Router>
    }
}
