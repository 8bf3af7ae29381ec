//! The command palette: any shipment, page or setting from the keyboard. The server draws it once, outside the hydrated
//! tree, and draws what is found; `palette.js` opens, filters and chooses. It costs the bundle nothing.

use crate::api::{ApiError, Line};
use crate::components::badge::{flags, status};
use crate::components::frame::PLACES;
use crate::context::Context;
use crate::display::{self, DENSITIES, SCHEMES};
use crate::query::ShipmentsQuery;
use domain::account::Viewer;
use leptos::prelude::*;

/// How many shipments are found at most: the list itself is one key further.
const FOUND: u32 = 8;

/// The dialog for somebody who has signed in.
pub fn dialog(viewer: &Viewer) -> impl IntoView + use<> {
    let places = PLACES
        .into_iter()
        .filter(|(area, ..)| viewer.role.may_open(*area))
        .map(|(_, href, label)| {
            view! {
                <a role="option" id=format!("palette{}", href.replace('/', "-")) href=href tabindex="-1">
                    <span class="palette-kind">"Go to"</span>
                    <span>{label}</span>
                </a>
            }
        })
        .collect_view();
    let choices =
        [("Colours", &SCHEMES[..]), ("Rows", &DENSITIES[..])].into_iter().flat_map(|(group, all)| {
            all.iter().map(move |(name, label)| {
                view! {
                    <button
                        role="option"
                        id=format!("palette-{name}")
                        form=display::FORM
                        name="choice"
                        value=*name
                        tabindex="-1"
                    >
                        <span class="palette-kind">{group}</span>
                        <span>{*label}</span>
                    </button>
                }
            })
        });
    view! {
        <dialog id="palette" class="palette" aria-label="Find a shipment, or go somewhere" closedby="any">
            <form class="palette-search" method="get" action="/shipments" role="search">
                <input
                    name="q"
                    type="search"
                    role="combobox"
                    aria-expanded="true"
                    aria-controls="palette-list"
                    aria-autocomplete="list"
                    aria-label="A reference, a name, a page or a setting"
                    placeholder="A reference, a name, a page or a setting"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="200"
                />
            </form>
            <div id="palette-list" role="listbox" aria-label="What fits" class="palette-list">
                <div role="group" aria-label="Shipments" data-found="" class="palette-group"></div>
                <div role="group" aria-label="Pages and settings" class="palette-group" data-commands="">
                    {places}
                    <a role="option" id="palette-notifications" href="/notifications" tabindex="-1">
                        <span class="palette-kind">"Account"</span>
                        <span>"Notifications"</span>
                    </a>
                    {choices.collect_view()}
                    <button role="option" id="palette-sign-out" form="sign-out" tabindex="-1">
                        <span class="palette-kind">"Account"</span>
                        <span>"Sign out"</span>
                    </button>
                </div>
            </div>
            <p class="palette-said" role="status"></p>
            <p class="palette-keys" aria-hidden="true">
                <span><kbd>"↑"</kbd> <kbd>"↓"</kbd> " choose"</span>
                <span><kbd>"Enter"</kbd> " open"</span>
                <span><kbd>"Esc"</kbd> " close"</span>
            </p>
        </dialog>
    }
}

/// The shipments that the words find, as options of the dialog. Each sees only what is theirs.
pub async fn found(context: &Context, viewer: &Viewer, words: &str) -> Result<String, ApiError> {
    let query = ShipmentsQuery { q: Some(words.to_owned()), ..ShipmentsQuery::default() };
    let rows = context.shipments(viewer, &query, FOUND + 1).await?.rows;
    let more = (rows.len() > FOUND as usize).then(|| {
        view! {
            <a role="option" id="palette-all" href=query.href() tabindex="-1">
                <span class="palette-kind">"Shipments"</span>
                <span>"Show all that fit"</span>
            </a>
        }
    });
    let options = rows.into_iter().take(FOUND as usize).map(option).collect_view();
    Ok(view! {
        {options}
        {more}
    }
    .to_html())
}

fn option(line: Line) -> impl IntoView {
    let ends: Vec<String> = [line.origin, line.destination].into_iter().flatten().collect();
    view! {
        <a
            role="option"
            id=format!("palette-{}", line.id)
            href=format!("/shipments/{}", line.id)
            tabindex="-1"
        >
            <span class="palette-kind">{line.number}</span>
            <span>{ends.join(" → ")}</span>
            <span class="palette-status">{status(line.status)} {flags(line.flags)}</span>
        </a>
    }
}
