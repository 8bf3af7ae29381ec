//! `/components`: every component in all its states, for whoever changes one. The demo alone shows it, as a document of
//! its own, without the application: what stands here reads the same before any script.

mod boards;

use crate::api::ApiError;
use crate::boards::table::{Column, Row, figures, table, words};
use crate::components::badge::{flags, severity, status};
use crate::components::chips::{Chip, chips};
use crate::components::fresh::said;
use crate::components::problem::{loading, nothing_here, trouble};
use crate::components::section::{pair, section};
use crate::components::when::{ago, dash, moment, utc, window};
use crate::display::Display;
use crate::document::document;
use crate::live::Connection;
use crate::session::Session;
use chrono::{DateTime, TimeDelta, Utc};
use domain::exception::Severity;
use domain::status::{Flags, Status};
use domain::time::Window;
use leptos::prelude::*;

const COLOURS: &[(&str, &[&str])] = &[
    ("Surfaces", &["ground", "surface", "raised", "line", "field-line"]),
    ("Words", &["ink", "ink-soft", "accent", "accent-ink", "focus"]),
    ("Meanings", &["good", "busy", "calm", "warn", "bad"]),
    ("Their grounds", &["good-ground", "busy-ground", "calm-ground", "warn-ground", "bad-ground"]),
    ("Maps", &["sea", "land", "land-line", "border-line"]),
];
const GAPS: [&str; 6] = ["gap-1", "gap-2", "gap-3", "gap-4", "gap-6", "gap-8"];
const ROWS: &[Column] = &[words("Role"), words("Opens"), figures("Figures")];

/// The whole document; `palette` as in [`crate::shell`].
pub fn page(
    options: &LeptosOptions,
    display: Display,
    palette: Option<AnyView>,
    now: DateTime<Utc>,
) -> String {
    // Moments are written as seen from the page's clock, and components that change need somebody who owns them.
    let owner = Owner::new();
    owner.with(|| {
        provide_context(Session { now, viewer: None });
        let content = view! {
            <div class="page-head">
                <h1>"Components"</h1>
                <p class="hint">"Change colours and rows at the foot of the page."</p>
            </div>
            {section("Colours", colours())}
            {section("Letters and space", letters())}
            {section("Status, flags and severity", words_with_a_colour())}
            {section("Times", times(now))}
            {section("Buttons and fields", fields())}
            {section("Tabs and filters", filters())}
            {section("How fresh a page is", freshness())}
            {section("Table", rows())}
            {section("Tiles", boards::tiles(now))}
            {section("Charts", boards::charts())}
            {section("Map", boards::maps(now))}
            {section("Timeline", boards::timeline(now))}
            {section("References", boards::references())}
            {section("Over a page", boards::over())}
            {section("Nothing, not yet, not now", states())}
            {section("Command palette", view! {
                <p>
                    <a class="palette-open" href="/shipments" data-opens="palette">
                        "Find " <kbd>"Ctrl K"</kbd>
                    </a>
                </p>
            })}
        };
        document("Components", options, display, palette, content.into_any()).to_html()
    })
}

fn colours() -> impl IntoView {
    COLOURS
        .iter()
        .map(|(group, names)| {
            let swatches = names
                .iter()
                .map(|name| {
                    view! {
                        <li>
                            <span class="swatch" style=format!("--swatch: var(--{name})")></span>
                            <code>{*name}</code>
                        </li>
                    }
                })
                .collect_view();
            view! {
                <h3>{*group}</h3>
                <ul class="swatches">{swatches}</ul>
            }
        })
        .collect_view()
}

fn letters() -> impl IntoView {
    let gaps = GAPS.map(|gap| {
        view! {
            <li>
                <span class="gap" style=format!("--swatch: var(--{gap})")></span>
                <code>{gap}</code>
            </li>
        }
    });
    view! {
        <p class="letters-1">"Heading of a page"</p>
        <p class="letters-2">"Heading of a section"</p>
        <p class="letters-3">"Heading within a section"</p>
        <p>"Running text, with a " <a href="#main">"link"</a> " and a figure: " <span class="number">"1,234.50"</span></p>
        <p class="hint">"What matters less: a hint, a position, an origin."</p>
        <p><code>"SH-26-5699616"</code> " and a key: " <kbd>"Enter"</kbd></p>
        <ul class="gaps">{gaps.collect_view()}</ul>
    }
}

fn words_with_a_colour() -> impl IntoView {
    let all = Flags { delayed: true, action_needed: true, on_hold: true };
    view! {
        <p class="samples">{Status::ALL.map(status).collect_view()}</p>
        <p class="samples">{flags(all)}</p>
        <p class="samples">{Severity::ALL.map(severity).collect_view()}</p>
    }
}

fn times(now: DateTime<Utc>) -> impl IntoView {
    let hours = |hours| now + TimeDelta::hours(hours);
    let (from, to) = (hours(2).fixed_offset(), hours(4).fixed_offset());
    view! {
        <dl>
            {pair("A moment", utc(Some(now)))}
            {pair("A window", window(Some(Window { from, to })))}
            {pair("Another year's", utc(Some(now - TimeDelta::days(400))))}
            {pair("Not known", moment(None))}
            {pair("Nothing", dash())}
            {pair("An age", view! { <time class="age" datetime=hours(-3).to_rfc3339()>{ago(hours(-3), now)}</time> })}
        </dl>
    }
}

fn fields() -> impl IntoView {
    view! {
        <p class="samples">
            <button type="button">"What one came for"</button>
            <button type="button" class="quiet">"Something else"</button>
            <button type="button" disabled>"Not now"</button>
            <button type="button" class="pill">"3 new"</button>
        </p>
        <div class="form">
            <label>"A field" <input type="text" placeholder="What it takes" /></label>
            <label>
                "A choice"
                <select>
                    {Severity::ALL.map(|severity| view! { <option>{severity.label()}</option> }).collect_view()}
                </select>
            </label>
            <p class="refusal" role="alert">"Anna was faster: she took it at 14:05."</p>
        </div>
    }
}

fn filters() -> impl IntoView {
    let chip = |label: &'static str, is_on| Chip { label: label.into(), href: "#main".to_owned(), is_on };
    chips("Severity", move || vec![chip("Critical", true), chip("High", false), chip("Medium", false)])
}

fn freshness() -> impl IntoView {
    let states = [
        Connection::Idle,
        Connection::Connecting,
        Connection::Live,
        Connection::Reconnecting,
        Connection::Offline,
        Connection::Ended,
    ];
    let states = states.map(|state| {
        let (name, words) = said(state);
        // A state that is only shown must not make this page look out of date.
        view! {
            <li>
                <p class="connection" data-connection=name data-sample="">
                    {words}
                </p>
            </li>
        }
    });
    view! { <ul class="plain">{states.collect_view()}</ul> }
}

fn rows() -> impl IntoView {
    let row = |role: &'static str, opens: &'static str, count: u32| Row {
        key: format!("row-{role}"),
        cells: vec![role.into_any(), view! { <a href=opens>{opens}</a> }.into_any(), count.into_any()],
    };
    table(
        "A table",
        ROWS,
        vec![row("Customer", "/shipments", 8), row("Agent", "/desk", 5), row("Manager", "/kpis", 24)],
    )
}

fn states() -> impl IntoView {
    view! {
        <h3>"Nothing there yet"</h3>
        <div class="empty">
            <p>"There are no shipments yet. The first one appears here as soon as it is known."</p>
        </div>
        <h3>"Nothing fits"</h3>
        <div class="empty">
            <p>"No shipment matches these conditions."</p>
            <p><a href="/shipments">"Show all shipments"</a></p>
        </div>
        <h3>"On its way"</h3>
        {loading()}
        <h3>"Failed"</h3>
        {trouble(&ApiError::Busy)}
        <h3>"No such page"</h3>
        {nothing_here("No such page", "There is nothing under this address: it may be mistyped, or the page has moved.")}
    }
}
