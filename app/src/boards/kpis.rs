//! The manager's figures: each leads to the list that it counts.

mod behind;
mod latency;
mod period;
mod said;
mod scorecard;
mod tile;

use self::period::Period;
use self::scorecard::{CARRIERS, CUSTOMERS, LANES, PLACES, scorecard};
pub use self::tile::tile;
use self::tile::{csv, frame};
use super::table::{Column, Row, figures as number, table, words};
use crate::api::ApiError;
use crate::components::section::section;
use crate::components::when::ago;
use crate::context::Context;
use crate::query::{DeskQuery, ShipmentsQuery};
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::exception::Severity;
use domain::kpi::{Day, Days, Dimension, KpiBoard, Measure, Punctuality};
use domain::latency::Leg;
use domain::rules::Rule;
use domain::status::Status;
use leptos::prelude::*;
use store::{Figures, LatencyReport, MeasureFigures, Opened, SourceSummary, StoreError};

/// The board, or what is behind one of its figures.
pub async fn draw(context: &Context, query: &str) -> Result<(Seq, AnyView), ApiError> {
    let now = (context.clock)();
    let today = Day::of(now);
    if let Some(query) = behind::Query::read(query, today) {
        return behind::draw(context, &query).await;
    }
    Ok(board(context, Period::read(query), now).await?)
}

async fn board(context: &Context, period: Period, now: DateTime<Utc>) -> Result<(Seq, AnyView), StoreError> {
    let (store, today) = (&context.store, Day::of(now));
    let (window, compared) = period.windows(today);
    // The earliest reading: what comes between it and the others is drawn with the next.
    let (as_of, board) = store.kpis(now).await?;
    let figures = store.figures(window, compared).await?;
    if period.is_wall {
        let latency = store.latency(now).await?;
        return Ok((as_of, wall(period, &board, &figures, &latency, now)));
    }
    let carriers = store.scorecard(Dimension::Carrier, window).await?;
    let lanes = store.scorecard(Dimension::Lane, window).await?;
    let customers = store.scorecard(Dimension::Customer, window).await?;
    let places = store.scorecard(Dimension::Location, window).await?;
    let latency = store.latency(now).await?;
    let sources = store.source_summaries().await?;
    let view = view! {
        {period.choices(now)}
        {tiles("Service", SERVICE, &figures, window)}
        {tiles("At the stops", STOPS, &figures, window)}
        {tiles("Freight cost against the quote", COST, &figures, window)}
        {tiles("Order to cash", CASH, &figures, window)}
        {desk(&figures, window, &sources, now)}
        {latency::latency(&latency)}
        {freshness(&sources, now)}
        {scorecard(&CARRIERS, &carriers, window)}
        {scorecard(&LANES, &lanes, window)}
        {scorecard(&CUSTOMERS, &customers, window)}
        {scorecard(&PLACES, &places, window)}
        {counted(&board)}
    };
    Ok((as_of, view.into_any()))
}

/// The figures that matter most, for a screen that people walk past.
const WALL: &[Measure] = &[
    Measure::OnTimeDelivery,
    Measure::OnTimeInFull,
    Measure::OnTimePickup,
    Measure::ExceptionRate,
    Measure::FirstResponse,
    Measure::Dwell,
];

fn wall(
    period: Period,
    board: &KpiBoard,
    figures: &Figures,
    latency: &LatencyReport,
    now: DateTime<Utc>,
) -> AnyView {
    let empty = MeasureFigures::default();
    let shown = WALL.iter().map(|measure| {
        let figures = figures.measures.get(measure).unwrap_or(&empty);
        let moved = said::change(*measure, &figures.window, &figures.compared);
        let (moved, verdict) = moved.map_or((None, None), |(said, better)| (Some(said), better));
        let verdict = verdict.map(|better| if better { "better" } else { "worse" });
        view! {
            <li>
                <p class="wall-name">{measure.definition().label}</p>
                <p class="wall-value">
                    {said::value(*measure, &figures.window).unwrap_or_else(|| "–".to_owned())}
                </p>
                <p class="tile-change" data-verdict=verdict>
                    {moved}
                </p>
            </li>
        }
    });
    let open: u64 = board.open_by_rule.iter().map(|(_, count)| count).sum();
    let whole = latency.figures.iter().filter(|one| one.leg == Leg::Total).map(|one| one.p95);
    let glass = whole.reduce(f64::max).map_or("–".to_owned(), latency::milliseconds);
    let now_figures =
        [("Open exceptions", open.to_string()), ("To the glass, p95", glass)].map(|(name, value)| {
            view! {
                <li>
                    <p class="wall-name">{name}</p>
                    <p class="wall-value">{value}</p>
                    <p class="tile-change">"now"</p>
                </li>
            }
        });
    view! {
        <div class="wall">
            {period.choices(now)}
            <ul class="wall-figures">
                {shown.collect_view()}
                {now_figures.collect_view()}
            </ul>
        </div>
    }
    .into_any()
}

const SERVICE: &[Measure] = &[
    Measure::OnTimeDelivery,
    Measure::OnTimeDeliveryOriginal,
    Measure::OnTimeInFull,
    Measure::OnTimePickup,
    Measure::OnTimePickupOriginal,
    Measure::MilestoneCompleteness,
];
const STOPS: &[Measure] = &[Measure::Dwell, Measure::Detention];
const COST: &[Measure] = &[Measure::LinehaulVariance, Measure::FuelVariance, Measure::AccessorialVariance];
const CASH: &[Measure] = &[
    Measure::OrderToCash,
    Measure::ReleaseToPlan,
    Measure::PlanToPickup,
    Measure::PickupToDelivery,
    Measure::DeliveryToPod,
    Measure::PodToInvoice,
    Measure::InvoiceToPayment,
];
const DESK: &[Measure] =
    &[Measure::ExceptionRate, Measure::FirstResponse, Measure::Resolution, Measure::ManualTouches];

fn tiles(title: &'static str, measures: &[Measure], figures: &Figures, window: Days) -> AnyView {
    section(title, view! { <div class="tiles">{drawn(measures, figures, window)}</div> })
}

fn drawn(measures: &[Measure], figures: &Figures, window: Days) -> Vec<AnyView> {
    let empty = MeasureFigures::default();
    let tile = |measure: &Measure| tile(*measure, figures.measures.get(measure).unwrap_or(&empty), window);
    measures.iter().map(tile).collect()
}

/// The desk's work; the age of what is open is as of now, whatever the window.
fn desk(figures: &Figures, window: Days, sources: &[SourceSummary], now: DateTime<Utc>) -> AnyView {
    let mut all = drawn(DESK, figures, window);
    all.push(age(&figures.open, now));
    all.push(quarantine(sources));
    section("Exceptions and the desk", view! { <div class="tiles">{all}</div> })
}

fn age(open: &[Opened], now: DateTime<Utc>) -> AnyView {
    let count: i64 = open.iter().map(|one| one.count).sum();
    let minutes: i64 =
        open.iter().filter_map(|one| Some((now - one.mean()?).num_minutes().saturating_mul(one.count))).sum();
    let value = match minutes.checked_div(count) {
        Some(mean) => said::minutes(mean as f64),
        None => "Nothing is open".to_owned(),
    };
    let rows = open.iter().filter_map(|one| {
        let date = one.day.date()?;
        let cells = vec![date.to_string().into_any(), one.count.into_any()];
        Some(Row { key: format!("open-{date}"), cells })
    });
    let lines: Vec<String> = ["opened,count".to_owned()]
        .into_iter()
        .chain(open.iter().filter_map(|one| Some(format!("{},{}", one.day.date()?, one.count))))
        .collect();
    frame(
        Measure::OpenExceptions,
        view! {
            <p class="tile-value">{value}</p>
            <p class="tile-parts">{format!("mean of {count} open now, whatever the window")}</p>
            <p><a href="/desk">"Open exceptions"</a></p>
        }
        .into_any(),
        view! {
            {csv("open_exceptions", &lines)}
            {table("Open exceptions by the day of their opening", OPENED, rows.collect())}
        }
        .into_any(),
        None,
    )
}

const FRESH: &[Column] = &[
    words("Source"),
    words("Last heard"),
    words("Its latest event"),
    number("Deliveries"),
    number("Events"),
    number("Understood"),
];

/// How fresh what each source told is, and how much of it was understood.
fn freshness(sources: &[SourceSummary], now: DateTime<Utc>) -> AnyView {
    let age = |at: Option<DateTime<Utc>>| match at {
        Some(at) => view! { <time class="age" datetime=at.to_rfc3339()>{ago(at, now)}</time> }.into_any(),
        None => "never".into_any(),
    };
    let understood = |source: &SourceSummary| {
        let all = source.accepted + source.quarantined;
        (all > 0).then(|| format!("{:.2} %", source.accepted as f64 * 100.0 / all as f64))
    };
    let rows = sources.iter().map(|source| Row {
        key: format!("fresh-{}", source.name),
        cells: vec![
            source.name.to_string().into_any(),
            age(source.last_received_at),
            age(source.last_occurred_at),
            source.deliveries.into_any(),
            (source.accepted + source.quarantined).into_any(),
            understood(source).unwrap_or_else(|| "–".to_owned()).into_any(),
        ],
    });
    let lines: Vec<String> = ["source,last_heard,latest_event,deliveries,accepted,quarantined".to_owned()]
        .into_iter()
        .chain(sources.iter().map(|one| {
            let time = |at: Option<DateTime<Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
            let (heard, event) = (time(one.last_received_at), time(one.last_occurred_at));
            format!("{},{heard},{event},{},{},{}", one.name, one.deliveries, one.accepted, one.quarantined)
        }))
        .collect();
    section(
        "Freshness and coverage by source",
        view! {
            {table("Freshness and coverage by source", FRESH, rows.collect())}
            {csv("freshness", &lines)}
        },
    )
}

const OPENED: &[Column] = &[words("Opened on"), number("Open")];
const QUARANTINED: &[Column] = &[words("Source"), number("Quarantined"), number("Of"), number("Duplicates")];

fn quarantine(sources: &[SourceSummary]) -> AnyView {
    let held: u64 = sources.iter().map(|source| source.quarantined).sum();
    let all: u64 = sources.iter().map(|source| source.quarantined + source.accepted).sum();
    let value = if all == 0 {
        "Nothing counted".to_owned()
    } else {
        format!("{:.2} %", held as f64 * 100.0 / all as f64)
    };
    let rows = sources.iter().map(|source| Row {
        key: format!("quarantine-{}", source.name),
        cells: vec![
            source.name.to_string().into_any(),
            source.quarantined.into_any(),
            (source.quarantined + source.accepted).into_any(),
            source.duplicates.into_any(),
        ],
    });
    frame(
        Measure::QuarantineRate,
        view! {
            <p class="tile-value">{value}</p>
            <p class="tile-parts">{format!("{held} of {all}, since the sources were set up")}</p>
            <p><a href="/integrations">"Quarantine"</a></p>
        }
        .into_any(),
        table("Quarantine by source", QUARANTINED, rows.collect()),
        None,
    )
}

/// What is there now, whatever the window.
fn counted(board: &KpiBoard) -> AnyView {
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
