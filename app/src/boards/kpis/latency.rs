//! How soon what happens is on the glass: the service level, where the time goes, and how it is spread.

use super::tile;
use crate::boards::table::{Column, Row, figures as number, table, words};
use crate::components::chart::{Axes, bars};
use crate::components::section::section;
use domain::kpi::LatencyFigure;
use domain::latency::{Leg, TARGET, TARGET_SHARE};
use leptos::prelude::*;
use store::LatencyReport;

const LEGS: &[Column] = &[
    words("Source"),
    words("Leg"),
    number("p50"),
    number("p95"),
    number("p99"),
    number("Measured"),
    words("Clocks"),
];
const STEPS: &[Column] = &[words("From"), number("p50"), number("p95"), number("p99"), number("Measured")];
const SPREAD: &[Column] = &[words("Took"), number("Events")];

/// `0.4 ms`, `12 ms`, `3.2 s`, `2 min`, `3 h 05 min`, `2 d 4 h`.
pub fn milliseconds(value: f64) -> String {
    let tenths = (value * 10.0).round() as u64;
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        100..10_000 => format!("{} ms", tenths / 10),
        10_000..1_200_000 => format!("{}.{} s", tenths / 10_000, tenths / 1000 % 10),
        _ => super::said::minutes(value / 60_000.0),
    }
}

pub fn latency(report: &LatencyReport) -> AnyView {
    if report.figures.is_empty() {
        return section(
            "Synchronization latency, the last hour",
            view! { <p class="empty-note">"Nothing was measured in the last hour."</p> },
        );
    }
    section(
        "Synchronization latency, the last hour",
        view! {
            {service_level(report)}
            {slowest(report)}
            {legs(&report.figures)}
            <div class="board">{trend(&report.steps)} {spread(&report.spread)}</div>
        },
    )
}

/// The target, and how much of the error budget is burnt.
fn service_level(report: &LatencyReport) -> AnyView {
    let target = milliseconds(TARGET.num_milliseconds() as f64);
    let lines = report.within.iter().filter(|(_, _, all)| *all > 0).map(|(source, within, all)| {
        let late = (all - within) as f64 / *all as f64;
        let burnt = late / (1.0 - TARGET_SHARE) * 100.0;
        let verdict = if burnt > 100.0 { "worse" } else { "better" };
        view! {
            <li data-verdict=verdict>
                {format!(
                    "{source}: {:.2} % within {target} ({within} of {all}); {burnt:.0} % of the error budget burnt",
                    *within as f64 * 100.0 / *all as f64,
                )}
            </li>
        }
    });
    let lines: Vec<_> = lines.collect();
    let share = TARGET_SHARE * 100.0;
    let note = if lines.is_empty() {
        "No browser reported what it painted, so nothing is known of the whole way."
    } else {
        ""
    };
    view! {
        <p>
            {format!(
                "Service level: {share:.0} % of what happens is on the glass within {target}; the error budget is the other {:.0} %. ",
                100.0 - share,
            )}
            {note}
        </p>
        <ul class="budget">{lines.collect_view()}</ul>
    }
    .into_any()
}

/// Where most of the time goes, by the 95th percentile.
fn slowest(report: &LatencyReport) -> Option<AnyView> {
    let legs = report.figures.iter().filter(|figure| figure.leg != Leg::Total && figure.count > 0);
    let slowest = legs.max_by(|one, other| one.p95.total_cmp(&other.p95))?;
    let text = format!(
        "Slowest leg: {} of {}, p95 {}",
        slowest.leg.label(),
        slowest.source,
        milliseconds(slowest.p95)
    );
    Some(view! { <p class="slowest">{text}</p> }.into_any())
}

fn legs(figures: &[LatencyFigure]) -> AnyView {
    let row = |figure: &LatencyFigure| {
        let skewed = (figure.skewed > 0)
            .then(|| view! { <span class="flag">{format!("{} skewed", figure.skewed)}</span> });
        Row {
            key: format!("latency-{}-{}", figure.source, figure.leg.as_str()),
            cells: vec![
                figure.source.clone().into_any(),
                figure.leg.label().into_any(),
                milliseconds(figure.p50).into_any(),
                milliseconds(figure.p95).into_any(),
                milliseconds(figure.p99).into_any(),
                figure.count.into_any(),
                skewed.into_any(),
            ],
        }
    };
    let mut lines = vec!["source,leg,p50_ms,p95_ms,p99_ms,measured,skewed".to_owned()];
    lines.extend(figures.iter().map(|one| {
        let LatencyFigure { source, leg, p50, p95, p99, count, skewed, .. } = one;
        format!("{source},{},{p50:.3},{p95:.3},{p99:.3},{count},{skewed}", leg.as_str())
    }));
    view! {
        {table("Latency by source and leg", LEGS, figures.iter().map(row).collect())}
        {tile::csv("latency", &lines)}
    }
    .into_any()
}

/// The whole way in steps of some minutes.
fn trend(steps: &[LatencyFigure]) -> Option<AnyView> {
    if steps.is_empty() {
        return None;
    }
    let row = |step: &LatencyFigure| Row {
        key: format!("latency-{}", step.since.timestamp()),
        cells: vec![
            step.since.format("%H:%M UTC").to_string().into_any(),
            milliseconds(step.p50).into_any(),
            milliseconds(step.p95).into_any(),
            milliseconds(step.p99).into_any(),
            step.count.into_any(),
        ],
    };
    let mut lines = vec!["since,p50_ms,p95_ms,p99_ms,measured".to_owned()];
    lines.extend(steps.iter().map(|step| {
        let LatencyFigure { since, p50, p95, p99, count, .. } = step;
        format!("{},{p50:.3},{p95:.3},{p99:.3},{count}", since.to_rfc3339())
    }));
    let time = |step: Option<&LatencyFigure>| {
        step.map(|step| step.since.format("%H:%M UTC").to_string()).unwrap_or_default()
    };
    let axes = Axes {
        top: milliseconds(steps.iter().map(|step| step.p95).fold(0.0, f64::max)),
        ends: [time(steps.first()), time(steps.last())],
    };
    Some(
        view! {
            <figure>
                <figcaption>
                    {Leg::Total.label()}
                    ", p95 every five minutes"
                </figcaption>
                {bars(steps.iter().map(|step| step.p95), axes)}
                {table("The whole way over time", STEPS, steps.iter().map(row).collect())}
                {tile::csv("latency_over_time", &lines)}
            </figure>
        }
        .into_any(),
    )
}

/// How many took how long.
fn spread(spread: &[(Option<u64>, u64)]) -> AnyView {
    let row = |(bound, count): &(Option<u64>, u64)| {
        let took = match bound {
            Some(bound) => format!("up to {}", milliseconds(*bound as f64)),
            None => "longer".to_owned(),
        };
        Row {
            key: format!("spread-{}", took.replace(' ', "-")),
            cells: vec![took.into_any(), (*count).into_any()],
        }
    };
    let mut lines = vec!["up_to_ms,events".to_owned()];
    lines.extend(spread.iter().map(|(bound, count)| {
        format!("{},{count}", bound.map(|bound| bound.to_string()).unwrap_or_default())
    }));
    let bound = |end: Option<&(Option<u64>, u64)>| match end {
        Some((Some(bound), _)) => format!("≤ {}", milliseconds(*bound as f64)),
        Some((None, _)) => "longer".to_owned(),
        None => String::new(),
    };
    let axes = Axes {
        top: format!("{} events", spread.iter().map(|(_, count)| *count).max().unwrap_or_default()),
        ends: [bound(spread.first()), bound(spread.last())],
    };
    view! {
        <figure>
            <figcaption>{Leg::Total.label()} ", distribution"</figcaption>
            {bars(spread.iter().map(|(_, count)| *count as f64), axes)}
            {table("Distribution of the whole way", SPREAD, spread.iter().map(row).collect())}
            {tile::csv("latency_distribution", &lines)}
        </figure>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_said_in_the_unit_that_reads_best() {
        for (value, said) in [
            (0.44, "0.4 ms"),
            (9.96, "10 ms"),
            (12.4, "12 ms"),
            (3200.0, "3.2 s"),
            (150_000.0, "3 min"),
            (3_600_000.0, "1 h 00 min"),
            (187_200_000.0, "2 d 4 h"),
        ] {
            assert_eq!(milliseconds(value), said);
        }
    }
}
