//! What stands beside an exception at the desk: why it matters, what is to be done, what the customer sees of it, and
//! everything that was told, down to the messages.

use super::reasons::reasons;
use super::shipment::{for_house, list};
use super::work::work;
use crate::api::ApiError;
use crate::components::badge::{flags, severity, status};
use crate::components::section::pair;
use crate::components::when::{utc, window};
use crate::context::Context;
use crate::plain::IntoPlain;
use chrono::{DateTime, Utc};
use domain::account::Viewer;
use domain::exception::{Severity, ShipmentException};
use domain::fact::Priority;
use domain::journey::sentence;
use domain::measure::Money;
use domain::party::Tier;
use domain::time::format_span;
use domain::view::ShipmentView;
use domain::{ExceptionId, Seq, Tracked};
use leptos::prelude::*;
use std::collections::BTreeMap;

pub async fn draw(context: &Context, viewer: &Viewer, id: ExceptionId) -> Result<(Seq, AnyView), ApiError> {
    let exception = context.store.exception(id).await?.ok_or(ApiError::NotFound)?;
    if exception.rule.is_of_feed() {
        return of_feed(context, viewer, exception).await;
    }
    let (as_of, tracked) = context.store.tracked(exception.shipment).await?.ok_or(ApiError::NotFound)?;
    let mut tiers = Vec::new();
    for customer in tracked.customers() {
        tiers.push(context.store.tier(customer).await?);
    }
    let tier = tiers.into_iter().max().unwrap_or_default();
    let base = context.rulebook().await?.severity_on(exception.rule, &tracked.shipment.state, tier);
    let now = (context.clock)();
    let shipment = tracked.view();
    let accounts = context.store.accounts().await?;
    let drawn = view! {
        {next_step(&exception)}
        {work(&exception, &shipment, &tracked, viewer, &accounts)}
        <h3>"Why it matters"</h3>
        {stakes(&exception, &shipment, base, tier, now)}
        <h3>"What the customer sees"</h3>
        {seen(&tracked, now)}
        <details class="told">
            <summary>"Everything that was told of the shipment"</summary>
            {list(for_house(&shipment))}
        </details>
        <p class="as-of">"As of position " <span data-as-of=as_of.to_string()>{as_of.to_string()}</span></p>
    };
    Ok((as_of, drawn.plain()))
}

/// How many parts that wait are shown.
const PARTS: u32 = 20;

/// As for a shipment's, for an exception of a whole feed.
async fn of_feed(
    context: &Context,
    viewer: &Viewer,
    exception: ShipmentException,
) -> Result<(Seq, AnyView), ApiError> {
    let as_of = context.store.as_of().await?;
    let parts = context.store.parts_of(&exception.number, &exception.cause, PARTS).await?;
    let accounts = context.store.accounts().await?;
    let meaning = exception.rule.meaning();
    let waiting: Vec<_> = parts
        .iter()
        .map(|part| {
            view! {
                <li>
                    <p>{part.reason.clone()}</p>
                    <p class="detail">{part.about.clone()} " " {utc(Some(part.at))}</p>
                </li>
            }
        })
        .collect();
    let drawn = view! {
        {next_step(&exception)}
        {super::work::of_feed(&exception, &parts, viewer, &accounts)}
        <h3>"Why it matters"</h3>
        <dl>
            {pair("Source", exception.number.clone())}
            {pair("Team", exception.team.clone())}
            {pair("Answer by", utc(Some(exception.respond_by)))}
            {pair("Resolve by", utc(Some(exception.resolve_by)))}
            {pair("Fires when", meaning.opens)}
            {pair("Ends when", meaning.closes)}
        </dl>
        {escalated(&exception)}
        {(!waiting.is_empty()).then(|| view! {
            <h3>"What waits in quarantine for it"</h3>
            <ul class="plain">{waiting}</ul>
            <p><a href="/integrations#quarantine">"All of it, as it came"</a></p>
        })}
        <p class="as-of">"As of position " <span data-as-of=as_of.to_string()>{as_of.to_string()}</span></p>
    };
    Ok((as_of, drawn.plain()))
}

/// What to do while it is open.
fn next_step(exception: &ShipmentException) -> Option<AnyView> {
    exception.is_open().then(|| {
        view! {
            <h3>"What to do next"</h3>
            <p class="advice">{exception.rule.meaning().advice}</p>
            {reasons(exception.rule)}
        }
        .plain()
    })
}

fn stakes(
    exception: &ShipmentException,
    shipment: &ShipmentView,
    base: Severity,
    tier: Tier,
    now: DateTime<Utc>,
) -> AnyView {
    let customers: Vec<_> = shipment.customers().into_iter().map(|one| one.name.clone()).collect();
    let customers = if customers.is_empty() { "not known yet".to_owned() } else { customers.join(", ") };
    let left = exception.due_at.map(|due_at| {
        let left = due_at.to_utc() - now;
        if left.num_minutes() < 0 {
            format!(" ({} over)", format_span(-left))
        } else {
            format!(" ({} left)", format_span(left))
        }
    });
    let is_critical = shipment.orders.iter().any(|order| order.priority == Priority::Critical);
    let why: Vec<String> = [
        Some(format!("{} by its rule", base.label())),
        (tier == Tier::Strategic).then(|| "raised for a strategic customer".to_owned()),
        is_critical.then(|| "raised for a critical order".to_owned()),
    ]
    .into_iter()
    .flatten()
    .collect();
    let tier = tier.label();
    let worth = worth(shipment);
    view! {
        <dl>
            {pair("Customer", format!("{customers}, {tier}"))}
            {pair("Promised", view! { {window(shipment.promised)} {left} })}
            {pair("Team", exception.team.clone())}
            {pair("Answer by", utc(Some(exception.respond_by)))}
            {pair("Resolve by", utc(Some(exception.resolve_by)))}
            {(!exception.escalations.is_empty()).then(|| pair("Escalated", escalated(exception)))}
            {pair("Goods worth", if worth.is_empty() { "not stated".to_owned() } else { worth.join(", ") })}
            {pair("Severity", view! { {severity(exception.severity)} " " {why.join(", ")} })}
            {pair("Fires when", exception.rule.meaning().opens)}
            {pair("Ends when", exception.rule.meaning().closes)}
        </dl>
    }
    .plain()
}

/// Who has heard of it, and when.
fn escalated(exception: &ShipmentException) -> AnyView {
    let said = exception.escalations.iter().map(|one| {
        let what = format!("{}: told {} ", one.level.breached(), one.level.label());
        view! { <p>{what} {utc(Some(one.at))}</p> }
    });
    said.collect_view().plain()
}

/// What the goods of the orders on it are worth, by currency, as far as the ERP stated prices.
fn worth(shipment: &ShipmentView) -> Vec<String> {
    let mut sums = BTreeMap::new();
    for line in shipment.orders.iter().flat_map(|order| &order.lines) {
        let Some(price) = line.price else { continue };
        let minor = i128::from(price.minor) * i128::from(line.quantity.milli) / 1000;
        let sum: &mut i64 = sums.entry(price.currency).or_default();
        *sum = sum.saturating_add(i64::try_from(minor).unwrap_or(i64::MAX));
    }
    sums.into_iter().map(|(currency, minor)| Money { minor, currency }.to_string()).collect()
}

/// The redaction of each customer, in one sentence, and the way to all of it.
fn seen(tracked: &Tracked, now: DateTime<Utc>) -> AnyView {
    let view = tracked.view();
    let customers = view.customers().into_iter().filter_map(|customer| {
        let own = tracked.redacted(customer.id())?;
        let href = format!("/shipments/{}?as={}", own.id, customer.id());
        Some(view! {
            <li>
                <p>{status(own.status)} {flags(own.flags)}</p>
                <p>{sentence(&own, now)}</p>
                <p>
                    <a href=href>{format!("View as {}", customer.name)}</a>
                </p>
            </li>
        })
    });
    let customers = customers.collect::<Vec<_>>();
    if customers.is_empty() {
        return view! { <p class="empty-note">"No customer sees it yet: nobody ordered it, as far as the ERP has told."</p> }
            .plain();
    }
    view! { <ul class="seen">{customers}</ul> }.plain()
}
