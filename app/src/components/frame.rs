//! What surrounds every page: the product's name, the way to the other pages, who is signed in, and how fresh it all is.

use crate::components::fresh::{ConnectionState, SourceAges};
use crate::plain::{IntoPlain, mark, part};
use crate::session::Session;
use domain::account::Area;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The pages that one goes to, in the order of the navigation.
pub const PLACES: [(Area, &str, &str); 5] = [
    (Area::Kpis, "/kpis", "KPIs"),
    (Area::Desk, "/desk", "Desk"),
    (Area::Shipments, "/shipments", "Shipments"),
    (Area::Integrations, "/integrations", "Integrations"),
    (Area::Admin, "/admin", "Admin"),
];

/// The header and, in it, the navigation by role.
#[component]
pub fn Header() -> impl IntoView {
    let session = Session::current();
    let path = use_location().pathname;
    let places = PLACES
        .into_iter()
        .filter(|(area, ..)| session.may_open(*area))
        .map(|(_, href, label)| {
            let is_here = mark("page", move || path.with(|path| path.starts_with(href)));
            view! {
                <li>
                    <a href=href aria-current=is_here>
                        {label}
                    </a>
                </li>
            }
        })
        .collect_view();
    let is_guest = session.viewer.is_none();
    let shows_freshness = Memo::new(move |_| !is_guest || path.with(|path| path.starts_with("/track/")));
    let fresh = move || {
        let row = shows_freshness.get().then(|| {
            view! {
                <div class="header-row fresh">
                    <ConnectionState />
                    <SourceAges />
                </div>
            }
        });
        row.plain()
    };
    view! {
        <a class="skip" href="#main" rel="external">
            "Skip to content"
        </a>
        <header class="header">
            <div class="header-row">
                <a class="brand" href="/">
                    "Syncline"
                </a>
                {(!is_guest).then(|| view! {
                    <nav class="places" aria-label="Main">
                        <ul>{places}</ul>
                    </nav>
                })}
                {session.viewer.map(|viewer| view! {
                    <a class="palette-open" href="/shipments" data-opens="palette">
                        "Find " <kbd>"Ctrl K"</kbd>
                    </a>
                    <form
                        id="sign-out"
                        class="account"
                        method="post"
                        action="/sign-out"
                        data-account=viewer.account
                    >
                        <a class="account-name" href="/notifications" title="What you are told, and how">
                            {viewer.name} " " <span class="role">{viewer.role.as_str()}</span>
                        </a>
                        <button type="submit" class="quiet">
                            "Sign out"
                        </button>
                    </form>
                })}
            </div>
            {part(fresh)}
        </header>
    }
}
