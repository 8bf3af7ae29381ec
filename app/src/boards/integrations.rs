//! The way in: who owns which facts, when each source was last heard, what became of its deliveries.

use super::outbox;
use super::table::{Column, Row, figures, table, words};
use crate::components::section::section;
use crate::components::when::{ago, utc};
use crate::context::Context;
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::authority::OWNERS;
use leptos::prelude::*;
use store::{DeliverySummary, Doubt, Quarantined, Refusal, SourceSummary, StoreError};

/// How much of a quarantined event is shown, in characters.
const RAW: usize = 4000;

const SOURCES: &[Column] = &[
    words("Source"),
    words("Role"),
    words("Last heard"),
    figures("Deliveries"),
    figures("Accepted"),
    figures("Duplicates"),
    figures("Quarantined"),
    figures("Refused"),
];
const REFUSALS: &[Column] = &[words("Source"), words("Why"), figures("Deliveries"), words("Last")];
const DOUBTS: &[Column] = &[
    words("Source"),
    words("Where"),
    words("Last value"),
    words("What was done"),
    figures("Times"),
    words("Last"),
];
const DELIVERIES: &[Column] =
    &[words("Received"), words("Source"), words("Delivery"), words("Form"), words("Outcome")];
const FACTS: &[Column] = &[words("Domain"), words("Owner"), words("Facts")];

pub async fn draw(context: &Context) -> Result<(Seq, AnyView), StoreError> {
    let known = context.store.integrations().await?;
    let now = (context.clock)();
    let leaving = context.store.outbox(outbox::MESSAGES).await?;
    let doubts: Vec<_> = known.doubts.into_iter().map(|one| doubt(one, now)).collect();
    let refusals: Vec<_> = known.refusals.into_iter().map(|one| refusal(one, now)).collect();
    let sources = known.sources.into_iter().map(|one| source(one, now)).collect();
    let drawn = view! {
        {section("Sources", view! {
            {table("Sources and what came of their deliveries", SOURCES, sources)}
            {(!refusals.is_empty()).then(|| view! {
                <p class="hint">"What was refused is not kept: its sender has to send it again."</p>
                {table("Deliveries that were refused, by source and reason", REFUSALS, refusals)}
            })}
        })}
        {(!doubts.is_empty()).then(|| section("Not taken as it came", view! {
            <p class="hint">"Each cost itself and nothing else: the rest of its event holds."</p>
            {table("Values that were not taken as they came, by source and place", DOUBTS, doubts)}
        }))}
        {section("Quarantine", view! {
            <p class="hint">{quarantine_count(known.quarantined)}</p>
            <ul class="quarantine">{known.quarantine.into_iter().map(quarantine).collect_view()}</ul>
        })}
        {outbox::draw(leaving, now)}
        {section("Last deliveries", table(
            "The last deliveries, latest first",
            DELIVERIES,
            known.deliveries.into_iter().map(delivery).collect(),
        ))}
        {section("Who owns what", view! {
            <p class="hint">
                "A source that states what it does not own changes nothing: the claim goes to quarantine."
            </p>
            {table("Each kind of fact and its owner", FACTS, owners())}
        })}
    };
    Ok((known.as_of, drawn.into_any()))
}

fn source(source: SourceSummary, now: DateTime<Utc>) -> Row {
    let heard = source.last_received_at.map(|at| {
        view! {
            <time class="age" datetime=at.to_rfc3339()>
                {ago(at, now)}
            </time>
        }
    });
    let name = source.name.to_string();
    Row {
        key: format!("source-{name}"),
        cells: vec![
            view! { {name} {source.disabled.then(|| view! { <span class="flag">"disabled"</span> })} }
                .into_any(),
            source.role.label().into_any(),
            heard.map_or_else(|| "never".into_any(), IntoAny::into_any),
            source.deliveries.into_any(),
            source.accepted.into_any(),
            source.duplicates.into_any(),
            source.quarantined.into_any(),
            source.refused.into_any(),
        ],
    }
}

fn refusal(refusal: Refusal, now: DateTime<Utc>) -> Row {
    let source =
        refusal.source.map_or_else(|| "no source of that name".to_owned(), |source| source.to_string());
    let last =
        view! { <time class="age" datetime=refusal.last_at.to_rfc3339()>{ago(refusal.last_at, now)}</time> };
    Row {
        key: format!("refused-{source}-{}", refusal.code),
        cells: vec![
            source.into_any(),
            view! { <code>{refusal.code}</code> }.into_any(),
            refusal.count.into_any(),
            last.into_any(),
        ],
    }
}

fn doubt(doubt: Doubt, now: DateTime<Utc>) -> Row {
    let last =
        view! { <time class="age" datetime=doubt.last_at.to_rfc3339()>{ago(doubt.last_at, now)}</time> };
    Row {
        key: format!("doubt-{}-{}", doubt.source, doubt.path),
        cells: vec![
            doubt.source.to_string().into_any(),
            view! { <code>{doubt.path}</code> }.into_any(),
            view! { <code>{doubt.value}</code> }.into_any(),
            doubt.done.into_any(),
            doubt.count.into_any(),
            last.into_any(),
        ],
    }
}

fn quarantine_count(count: u64) -> String {
    match count {
        0 => "Nothing waits: every event that came was understood.".to_owned(),
        1 => "1 event was not understood and is kept as it came.".to_owned(),
        count => format!("{count} events were not understood and are kept as they came, the latest first."),
    }
}

fn quarantine(one: Quarantined) -> impl IntoView {
    let raw: String = one.rejected.raw.chars().take(RAW).collect();
    let origin = format!("{}, delivery {}, event {}, ", one.source, one.delivery, one.rejected.position + 1);
    view! {
        <li id=format!("quarantine-{}", one.id)>
            <p>
                <code>{one.rejected.code}</code>
                ": "
                {one.rejected.reason}
            </p>
            <p class="origin">{origin} {utc(Some(one.at))}</p>
            <details>
                <summary>"As it came"</summary>
                <pre tabindex="0">{raw}</pre>
            </details>
        </li>
    }
}

fn delivery(delivery: DeliverySummary) -> Row {
    let outcome = &delivery.outcome;
    let said = format!(
        "{} accepted, {} duplicates, {} quarantined",
        outcome.accepted, outcome.duplicates, outcome.quarantined
    );
    let needs_eyes = (outcome.quarantined > 0).then_some("true");
    Row {
        key: format!("delivery-{}-{}", delivery.source, delivery.id),
        cells: vec![
            utc(Some(delivery.received_at)).into_any(),
            delivery.source.to_string().into_any(),
            view! { <code>{delivery.id}</code> }.into_any(),
            delivery.content_type.into_any(),
            view! { <span data-quarantined=needs_eyes>{said}</span> }.into_any(),
        ],
    }
}

fn owners() -> Vec<Row> {
    let row = |row: &domain::authority::Ownership| {
        let owners = row.owners.iter().map(|owner| owner.label()).collect::<Vec<_>>().join(", ");
        Row {
            key: format!("owners-{}", row.label.to_ascii_lowercase().replace(' ', "-")),
            cells: vec![row.label.into_any(), owners.into_any(), row.facts.into_any()],
        }
    };
    OWNERS.iter().map(row).collect()
}
