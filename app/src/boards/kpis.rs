//! The manager's figures: each leads to the list that it counts.

use super::table::{Column, Row, figures as number, table, words};
use crate::components::section::section;
use crate::context::Context;
use crate::query::{DeskQuery, ShipmentsQuery};
use domain::Seq;
use domain::exception::Severity;
use domain::kpi::{KpiBoard, LatencyFigure, Punctuality};
use domain::rules::Rule;
use domain::status::Status;
use leptos::prelude::*;
use store::StoreError;

pub async fn draw(context: &Context) -> Result<(Seq, AnyView), StoreError> {
    let (as_of, board) = context.store.kpis((context.clock)()).await?;
    Ok((as_of, figures(&board)))
}

fn figures(board: &KpiBoard) -> AnyView {
    let exceptions = view! {
        {counts(by_rule(board))}
        {counts(by_severity(board))}
    };
    view! {
        <div class="board">
            {section("Shipments by status", counts(by_status(board)))}
            {section("Open exceptions", exceptions)}
            {section("Promises", counts(promises(board)))}
            {section("Journal", counts(journal(board)))}
        </div>
        {section("Latency, the last hour", latency(&board.latency))}
    }
    .into_any()
}

/// A figure and the list that it counts.
#[derive(Clone, Debug, PartialEq)]
struct Count {
    label: &'static str,
    figure: u64,
    href: String,
}

fn by_status(board: &KpiBoard) -> Vec<Count> {
    let count = |(status, count): &(Status, u64)| Count {
        label: status.label(),
        figure: *count,
        href: ShipmentsQuery { status: Some(*status), ..ShipmentsQuery::default() }.href(),
    };
    board.by_status.iter().map(count).collect()
}

fn by_rule(board: &KpiBoard) -> Vec<Count> {
    let count = |(rule, count): &(Rule, u64)| Count {
        label: rule.label(),
        figure: *count,
        href: DeskQuery { rule: Some(*rule), ..DeskQuery::default() }.href(),
    };
    board.open_by_rule.iter().map(count).collect()
}

fn by_severity(board: &KpiBoard) -> Vec<Count> {
    let count = |(severity, count): &(Severity, u64)| Count {
        label: severity.label(),
        figure: *count,
        href: DeskQuery { severity: Some(*severity), ..DeskQuery::default() }.href(),
    };
    board.open_by_severity.iter().rev().map(count).collect()
}

fn promises(board: &KpiBoard) -> Vec<Count> {
    let count = |punctuality: Punctuality, count: u64| Count {
        label: punctuality.label(),
        figure: count,
        href: ShipmentsQuery { punctuality: Some(punctuality), ..ShipmentsQuery::default() }.href(),
    };
    vec![
        count(Punctuality::Kept, board.promise_kept),
        count(Punctuality::Broken, board.promise_broken),
        count(Punctuality::NoPromise, board.without_promise),
    ]
}

fn journal(board: &KpiBoard) -> Vec<Count> {
    let count = |label, count| Count { label, figure: count, href: "/integrations".to_owned() };
    vec![count("Events", board.events), count("In quarantine", board.quarantined)]
}

/// Figures with bars in proportion to the largest.
fn counts(rows: Vec<Count>) -> AnyView {
    let largest = rows.iter().map(|row| row.figure).max().unwrap_or(0).max(1);
    let rows = rows
        .into_iter()
        .map(|row| {
            let width = row.figure.saturating_mul(1000) / largest;
            view! {
                <li>
                    <a href=row.href>
                        <span class="count-label">{row.label}</span>
                        <span class="count-figure" data-count=row.label>
                            {row.figure.to_string()}
                        </span>
                        <svg class="bar" viewBox="0 0 1000 4" preserveAspectRatio="none" aria-hidden="true">
                            <rect width=width.to_string() height="4" />
                        </svg>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="counts">{rows}</ul> }.into_any()
}

/// `0.4 ms`, `12 ms`, `3.2 s`, `2 min`. What took longer than an hour is measured as an hour.
fn milliseconds(value: f64) -> String {
    let tenths = (value * 10.0).round() as u64;
    match tenths {
        0..100 => format!("{}.{} ms", tenths / 10, tenths % 10),
        100..10_000 => format!("{} ms", tenths / 10),
        10_000..1_200_000 => format!("{}.{} s", tenths / 10_000, tenths / 1000 % 10),
        1_200_000..36_000_000 => format!("{} min", tenths / 600_000),
        _ => "an hour or more".to_owned(),
    }
}

const LATENCY: &[Column] = &[
    words("Source"),
    words("Leg"),
    number("p50"),
    number("p95"),
    number("p99"),
    number("Measured"),
    words("Clocks"),
];

fn latency(figures: &[LatencyFigure]) -> AnyView {
    if figures.is_empty() {
        return view! { <p class="empty-note">"Nothing was measured in the last hour."</p> }.into_any();
    }
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
    table("Latency by source and leg", LATENCY, figures.iter().map(row).collect())
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
            (150_000.0, "2 min"),
            (3_600_000.0, "an hour or more"),
        ] {
            assert_eq!(milliseconds(value), said);
        }
    }
}
