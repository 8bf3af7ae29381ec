//! What boards and the desk are made of: tiles, charts, maps, timelines, and what lies over a page.

use crate::boards::kpis;
use crate::boards::shipment::{Correction, Entry, list, reference};
use crate::components::badge::severity;
use crate::components::chart::{Axes, bars};
use crate::components::section::pair;
use crate::map::{self, MapStop, Trip};
use chrono::{DateTime, TimeDelta, Utc};
use domain::exception::Severity;
use domain::fact::StopKind;
use domain::kpi::{Day, Days, Exclusion, Figure, Measure, Part, Sums};
use domain::place::Position;
use domain::shipment::LastPosition;
use domain::view::Replacement;
use leptos::prelude::*;
use store::{MeasureFigures, Restated};

/// A measure that moved and was restated, and one that nothing counted for.
pub fn tiles(now: DateTime<Utc>) -> impl IntoView {
    let window = Days::until(Day::of(now), 7);
    let kept = [18, 17, 20, 16, 19, 19, 20];
    let mut figures = MeasureFigures::default();
    for (day, kept) in (window.first.0..).map(Day).zip(kept) {
        let sums = Sums { numerator: kept, denominator: 20 };
        figures.window.add(Part::Counted, sums);
        figures.days.entry(day).or_default().add(Part::Counted, sums);
    }
    figures.window.add(Part::Excluded(Exclusion::NoPromise), Sums { numerator: 0, denominator: 3 });
    figures.compared.add(Part::Counted, Sums { numerator: 120, denominator: 140 });
    let mut before = Figure::default();
    before.add(Part::Counted, Sums { numerator: 131, denominator: 140 });
    figures.restated = Some(Restated { before, days: 1, last_on: window.last });
    view! {
        <div class="tiles">
            {kpis::tile(Measure::OnTimeDelivery, &figures, window)}
            {kpis::tile(Measure::Detention, &MeasureFigures::default(), window)}
        </div>
    }
}

pub fn charts() -> impl IntoView {
    let heights = [3.0, 5.0, 4.0, 8.0, 6.0, 12.0, 7.0, 5.0];
    let axes = Axes { top: "12 ms".to_owned(), ends: ["14:00".to_owned(), "14:35".to_owned()] };
    view! {
        <figure>
            <figcaption>"Bars with their axes"</figcaption>
            {bars(heights.into_iter(), axes)}
        </figure>
    }
}

pub fn maps(now: DateTime<Utc>) -> impl IntoView {
    let at = |latitude, longitude| Position { latitude, longitude };
    let stop = |at, kind, label: &str, is_visited| MapStop {
        at,
        kind: Some(kind),
        label: label.to_owned(),
        is_visited,
    };
    let (lyon, basel, bremen) = (at(45.76, 4.84), at(47.56, 7.59), at(53.08, 8.8));
    let seen = at(49.01, 8.4);
    let trip = Trip {
        stops: vec![
            stop(lyon, StopKind::Pickup, "Lyon", true),
            stop(basel, StopKind::CrossDock, "Basel", true),
            stop(bremen, StopKind::Delivery, "Bremen", false),
        ],
        way: vec![lyon, basel, seen],
        last: Some(LastPosition {
            at: now.fixed_offset(),
            position: seen,
            near: Some("near Karlsruhe".to_owned()),
        }),
        is_over: false,
    };
    view! { <div class="map-frame" inner_html=map::svg(&trip)></div> }
}

pub fn timeline(now: DateTime<Utc>) -> impl IntoView {
    let entry = |hours: i64, text: &str| Entry {
        occurred_at: (now - TimeDelta::hours(hours)).fixed_offset(),
        text: text.to_owned(),
        corrected: None,
        origin: None,
        is_position: false,
    };
    let place = |hours, text| Entry { is_position: true, ..entry(hours, text) };
    let corrected = Correction {
        why: Some("the driver named another depot".to_owned()),
        instead: Some(Replacement {
            occurred_at: (now - TimeDelta::hours(6)).fixed_offset(),
            text: "Arrived at Basel".to_owned(),
        }),
    };
    list(vec![
        place(1, "Seen near Karlsruhe"),
        place(2, "Seen near Freiburg"),
        place(3, "Seen near Mulhouse"),
        Entry { origin: Some("tms-north · stop.departed · code AF".into_any()), ..entry(5, "Left Basel") },
        entry(6, "Arrived at Basel"),
        Entry { corrected: Some(corrected), ..entry(7, "Arrived at Mulhouse") },
    ])
}

pub fn references() -> impl IntoView {
    view! {
        <dl class="references">{reference("Order", "4711-88")} {reference("Bill of lading", "BOL-2026-003121")}</dl>
    }
}

/// What lies over a page or beside its list.
pub fn over() -> impl IntoView {
    view! {
        <h3>"Detail beside a list"</h3>
        <section class="case-panel" aria-label="A detail">
            <a class="close" href="#main">"Close"</a>
            <h2>"ETA beyond promise " {severity(Severity::High)}</h2>
            <dl>{pair("Shipment", "SH-26-5699616")} {pair("With", "anna")}</dl>
            <p class="advice">"Ask the carrier for a firm time, then tell the customer."</p>
        </section>
        <h3>"What was done, and the way back"</h3>
        <div class="toast" data-sample="">
            <p>"3 exceptions taken"</p>
            <button type="button" class="quiet">"Undo " <kbd>"u"</kbd></button>
            <button type="button" class="quiet" aria-label="Close this sample">"×"</button>
        </div>
        <h3>"With all that are chosen"</h3>
        <div class="bulk" role="group" aria-label="With all that are chosen, as a sample">
            <p>"3 chosen"</p>
            <button type="button" class="quiet">"Take"</button>
            <button type="button" class="quiet">"Release"</button>
        </div>
    }
}
