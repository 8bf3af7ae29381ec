//! A tile: one measure with its trend, what it was made from, its definition and its data.

use super::{behind, said};
use crate::boards::table::{Column, Row, figures as number, table, words};
use domain::kpi::{Better, Days, Figure, Measure, Unit};
use leptos::prelude::*;
use store::MeasureFigures;

const DATA: &[Column] = &[words("Day"), number("Value"), number("Made from")];

pub fn tile(measure: Measure, figures: &MeasureFigures, window: Days) -> AnyView {
    let value = said::value(measure, &figures.window);
    let moved = said::change(measure, &figures.window, &figures.compared).map(|(said, is_better)| {
        let verdict = match is_better {
            Some(true) => "better",
            Some(false) => "worse",
            None => "same",
        };
        let word = (verdict != "same").then(|| format!(" ({verdict})"));
        view! {
            <p class="tile-change" data-verdict=verdict>
                {said}
                {word}
            </p>
        }
    });
    let is_empty = value.is_none() && figures.window.left_out() == 0;
    let parts =
        (!is_empty).then(|| view! { <p class="tile-parts">{said::parts(measure, &figures.window)}</p> });
    let shown = match value {
        Some(value) => view! { <p class="tile-value">{value}</p> }.into_any(),
        None => view! { <p class="tile-value tile-none">"Nothing counted"</p> }.into_any(),
    };
    frame(
        measure,
        view! {
            {shown}
            {moved}
            {sparkline(measure, figures, window)}
            {parts}
            {figures.restated.as_ref().and_then(|restated| said::restated(measure, restated)).map(|said| {
                view! { <p class="tile-restated">{said}</p> }
            })}
        }
        .into_any(),
        data(measure, figures),
        Some((behind::href(measure, window, None), "Shipments behind it")),
    )
}

/// The frame of every tile: its name, `shown`, and what stands behind it.
pub fn frame(
    measure: Measure,
    shown: AnyView,
    data: AnyView,
    behind: Option<(String, &'static str)>,
) -> AnyView {
    let definition = measure.definition();
    let better = match definition.better {
        Better::Higher => "Higher is better.",
        Better::Lower => "Lower is better.",
    };
    let tolerance = definition.tolerance.map(|tolerance| {
        view! { <p>{format!("Tolerance: {tolerance}.")}</p> }
    });
    let listed = behind.map(|(href, label)| {
        view! {
            <a href=href>
                {label} <span class="unseen">{format!(": {}", definition.label)}</span>
            </a>
        }
    });
    let title = format!("kpi-{}", definition.id);
    let labelled_by = title.clone();
    view! {
        <article class="tile" aria-labelledby=labelled_by data-kpi=definition.id>
            <h3 id=title>{definition.label}</h3>
            {shown}
            {listed}
            <details>
                <summary>"Definition and data"<span class="unseen">{format!(": {}", definition.label)}</span></summary>
                <p>{format!("{}. {better}", definition.formula)}</p>
                {tolerance}
                <p>{format!("Left out: {}.", definition.exclusions)}</p>
                {data}
            </details>
        </article>
    }
    .into_any()
}

/// A point a day, left to right; days without a figure are skipped. The table below says the same.
fn sparkline(measure: Measure, figures: &MeasureFigures, window: Days) -> Option<AnyView> {
    let points: Vec<(f64, f64)> = figures
        .days
        .iter()
        .filter_map(|(day, figure)| Some(((day.0 - window.first.0) as f64, worth(measure, figure)?)))
        .collect();
    if points.len() < 2 {
        return None;
    }
    let lowest = points.iter().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let highest = points.iter().map(|point| point.1).fold(f64::NEG_INFINITY, f64::max);
    let height = (highest - lowest).max(f64::MIN_POSITIVE);
    let width = (window.count() - 1).max(1) as f64;
    let line: Vec<String> = points
        .iter()
        .map(|(day, value)| {
            format!("{:.1},{:.1}", day / width * 236.0 + 2.0, 38.0 - (value - lowest) / height * 34.0)
        })
        .collect();
    let line = line.join(" ");
    Some(
        view! {
            <svg class="spark" viewBox="0 0 240 40" preserveAspectRatio="none" aria-hidden="true">
                <polyline points=line vector-effect="non-scaling-stroke" />
            </svg>
        }
        .into_any(),
    )
}

/// What a point of the trend is high by.
fn worth(measure: Measure, figure: &Figure) -> Option<f64> {
    match measure.definition().unit {
        // Currencies don't share an axis: the first has the line.
        Unit::Money => figure.money.values().next().map(|sums| sums.numerator as f64),
        _ => figure.value(),
    }
}

fn data(measure: Measure, figures: &MeasureFigures) -> AnyView {
    if figures.days.is_empty() {
        return ().into_any();
    }
    let definition = measure.definition();
    let mut lines = vec!["day,part,numerator,denominator,left_out".to_owned()];
    let mut rows = Vec::with_capacity(figures.days.len());
    for (day, figure) in figures.days.iter().rev() {
        let Some(date) = day.date() else { continue };
        let left_out = figure.left_out();
        if definition.unit == Unit::Money {
            for (currency, sums) in &figure.money {
                lines.push(format!("{date},{currency},{},{},{left_out}", sums.numerator, sums.denominator));
            }
        } else {
            lines.push(format!("{date},,{},{},{left_out}", figure.sums.numerator, figure.sums.denominator));
        }
        rows.push(Row {
            key: format!("{}-{date}", definition.id),
            cells: vec![
                view! { <a href=behind::href(measure, Days { first: *day, last: *day }, None)>{date.to_string()}</a> }
                    .into_any(),
                said::value(measure, figure).unwrap_or_else(|| "–".to_owned()).into_any(),
                format!("{} / {}", figure.sums.numerator, figure.sums.denominator).into_any(),
            ],
        });
    }
    view! {
        {csv(definition.id, &lines)}
        <div class="tile-data" tabindex="0" role="region" aria-label=format!("{} by day", definition.label)>
            {table(definition.label, DATA, rows)}
        </div>
    }
    .into_any()
}

/// A link that saves lines as a file, without a way to the server.
pub fn csv(name: &str, lines: &[String]) -> AnyView {
    let escaped: String = lines
        .join("\r\n")
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b',' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect();
    let href = format!("data:text/csv;charset=utf-8,{escaped}");
    view! {
        <p>
            <a href=href download=format!("{name}.csv") rel="external">
                "Save as CSV"
                <span class="unseen">{format!(": {name}")}</span>
            </a>
        </p>
    }
    .into_any()
}

/// A cell of CSV: quoted where it has to be.
pub fn cell(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
