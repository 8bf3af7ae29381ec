//! The manager's board: every figure leads to the list that it counts.

use super::shipment::{Followed, position, refusal};
use crate::api::{self, Positioned};
use crate::components::page::content;
use crate::components::section::section;
use crate::plain::{IntoPlain, part};
use crate::query::{DeskQuery, ShipmentsQuery};
use domain::Seq;
use domain::exception::Severity;
use domain::kpi::{KpiBoard, LatencyFigure, Punctuality};
use domain::live::ViewKey;
use domain::rules::Rule;
use domain::status::Status;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Page() -> impl IntoView {
    let show =
        |found: Positioned<KpiBoard>| view! { <Board as_of=found.as_of board=found.content /> }.plain();
    view! {
        <Title text="KPIs" />
        {content(String::new, api::kpis, show)}
    }
    .plain()
}

#[component]
fn Board(as_of: Seq, board: KpiBoard) -> impl IntoView {
    let Followed { content: board, as_of, refused } = Followed::start(ViewKey::Kpis, as_of, board);
    view! {
        <div class="page-head">
            <h1>"KPIs"</h1>
            {position(as_of)}
        </div>
        {refusal(refused)}
        {part(move || board.with(figures))}
    }
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
    .plain()
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
    view! { <ul class="counts">{rows}</ul> }.plain()
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

fn latency(figures: &[LatencyFigure]) -> AnyView {
    if figures.is_empty() {
        return view! { <p class="empty-note">"Nothing was measured in the last hour."</p> }.plain();
    }
    let rows = figures
        .iter()
        .map(|figure| {
            let skewed = (figure.skewed > 0).then(|| {
                view! { <span class="flag">{format!("{} skewed", figure.skewed)}</span> }
            });
            view! {
                <tr>
                    <th scope="row">{figure.source.clone()}</th>
                    <td data-label="Leg">{figure.leg.label()}</td>
                    <td data-label="p50" class="number">
                        {milliseconds(figure.p50)}
                    </td>
                    <td data-label="p95" class="number">
                        {milliseconds(figure.p95)}
                    </td>
                    <td data-label="p99" class="number">
                        {milliseconds(figure.p99)}
                    </td>
                    <td data-label="Measured" class="number">
                        {figure.count.to_string()}
                    </td>
                    <td data-label="Clocks">{skewed}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">"Latency by source and leg"</caption>
            <thead>
                <tr>
                    <th scope="col">"Source"</th>
                    <th scope="col">"Leg"</th>
                    <th scope="col" class="number">
                        "p50"
                    </th>
                    <th scope="col" class="number">
                        "p95"
                    </th>
                    <th scope="col" class="number">
                        "p99"
                    </th>
                    <th scope="col" class="number">
                        "Measured"
                    </th>
                    <th scope="col">"Clocks"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .plain()
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
