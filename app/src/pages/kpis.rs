//! The manager's board: every figure leads to the list that it counts.

use super::shipment::{Followed, refusal};
use crate::api;
use crate::components::problem::Problem;
use crate::components::section::Section;
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
    let board = Resource::new(|| (), |()| api::kpis());
    view! {
        <Title text="KPIs" />
        <Transition fallback=|| view! { <p class="loading">"Loading"</p> }>
            {move || Suspend::new(async move {
                match board.await {
                    Ok(found) => view! { <Board as_of=found.as_of board=found.content /> }.into_any(),
                    Err(error) => view! { <Problem error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Board(as_of: Seq, board: KpiBoard) -> impl IntoView {
    let Followed { content: board, as_of, refused } = Followed::start(ViewKey::Kpis, as_of, board);
    let latency = Memo::new(move |_| board.with(|board| board.latency.clone()));
    view! {
        <div class="page-head">
            <h1>"KPIs"</h1>
            <p class="as-of">
                "As of position " <span data-as-of=move || as_of.get().0>{move || as_of.get().0}</span>
            </p>
        </div>
        {refusal(refused)}
        <div class="board">
            <Section title="Shipments by status">
                <Counts rows=Signal::derive(move || board.with(by_status)) />
            </Section>
            <Section title="Open exceptions">
                <Counts rows=Signal::derive(move || board.with(by_rule)) />
                <Counts rows=Signal::derive(move || board.with(by_severity)) />
            </Section>
            <Section title="Promises">
                <Counts rows=Signal::derive(move || board.with(promises)) />
            </Section>
            <Section title="Journal">
                <Counts rows=Signal::derive(move || board.with(journal)) />
            </Section>
        </div>
        <Section title="Latency, the last hour">
            <Latency latency />
        </Section>
    }
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
#[component]
fn Counts(rows: Signal<Vec<Count>>) -> impl IntoView {
    let rows = Memo::new(move |_| rows.get());
    view! {
        <ul class="counts">
            {move || {
                let rows = rows.get();
                let largest = rows.iter().map(|row| row.figure).max().unwrap_or(0).max(1);
                rows.into_iter()
                    .map(|row| {
                        let width = row.figure as f64 * 100.0 / largest as f64;
                        view! {
                            <li>
                                <a href=row.href>
                                    <span class="count-label">{row.label}</span>
                                    <span class="count-figure" data-count=row.label>
                                        {row.figure}
                                    </span>
                                    <svg
                                        class="bar"
                                        viewBox="0 0 100 4"
                                        preserveAspectRatio="none"
                                        aria-hidden="true"
                                    >
                                        <rect width=format!("{width:.1}") height="4" />
                                    </svg>
                                </a>
                            </li>
                        }
                    })
                    .collect_view()
            }}
        </ul>
    }
}

/// `0.4 ms`, `12 ms`, `3.2 s`, `2 min`.
fn milliseconds(value: f64) -> String {
    match value {
        _ if value < 10.0 => format!("{value:.1} ms"),
        _ if value < 1000.0 => format!("{value:.0} ms"),
        _ if value < 120_000.0 => format!("{:.1} s", value / 1000.0),
        _ => format!("{:.0} min", value / 60_000.0),
    }
}

#[component]
fn Latency(latency: Memo<Vec<LatencyFigure>>) -> impl IntoView {
    let row = |figure: LatencyFigure| {
        let skewed = (figure.skewed > 0)
            .then(|| view! { <span class="flag">{format!("{} skewed", figure.skewed)}</span> });
        view! {
            <tr>
                <th scope="row">{figure.source}</th>
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
                    {figure.count}
                </td>
                <td data-label="Clocks">{skewed}</td>
            </tr>
        }
    };
    view! {
        <Show
            when=move || latency.with(|figures| !figures.is_empty())
            fallback=|| view! { <p class="empty-note">"Nothing was measured in the last hour."</p> }
        >
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
                <tbody>{move || latency.get().into_iter().map(row).collect_view()}</tbody>
            </table>
        </Show>
    }
}
