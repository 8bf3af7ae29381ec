//! What needs somebody first, above the list of shipments: a card a reason, with how many there are and the first of them.

use crate::api::{ApiError, Line};
use crate::components::badge::{flags, status};
use crate::components::when::moment;
use crate::context::Context;
use crate::lists::{MOST, Need};
use domain::Seq;
use domain::account::Viewer;
use leptos::prelude::*;

pub async fn draw(context: &Context, viewer: &Viewer) -> Result<(Seq, AnyView), ApiError> {
    let (as_of, needs) = context.needs(viewer).await?;
    let alerts = context.alerts(viewer).await?;
    let drawn = view! {
        <div class="alerts" role="status">{alerts.into_iter().map(alert).collect_view()}</div>
        <section class="needs" aria-label="What needs you first">
            {needs.into_iter().map(card).collect_view()}
        </section>
    };
    Ok((as_of, drawn.into_any()))
}

/// That a shipment is late, before anybody asks.
fn alert(line: Line) -> impl IntoView {
    let with = line.orders.first().map(|order| format!(" with your order {order}"));
    let promised = line.promised.map(|window| view! { ", promised until " {moment(Some(window.to))} });
    view! {
        <p class="alert">
            <a href=format!("/shipments/{}", line.id)>{line.number}</a>
            {with}
            " is late: expected "
            {moment(line.eta)}
            {promised}
            ". We are in touch with the carrier."
        </p>
    }
}

fn card(need: Need) -> impl IntoView {
    let Need { label, query, count, rows } = need;
    let said = if count < MOST { count.to_string() } else { format!("{}+", MOST - 1) };
    let id = label.to_ascii_lowercase().replace(['(', ')'], "").replace(' ', "-");
    let href = query.href();
    let (heading, need) = (id.clone(), id.clone());
    let content = if rows.is_empty() {
        view! { <p class="hint">"None right now."</p> }.into_any()
    } else {
        let rows = rows.into_iter().map(row).collect_view();
        view! { <ul>{rows}</ul> }.into_any()
    };
    view! {
        <article class="need" data-need=need data-empty=(count == 0).then_some("") aria-labelledby=heading>
            <h2 id=id>
                <a href=href>{label} " " <span class="need-count">{said}</span></a>
            </h2>
            {content}
        </article>
    }
}

fn row(line: Line) -> impl IntoView {
    let ends: Vec<String> = [line.origin, line.destination].into_iter().flatten().collect();
    view! {
        <li>
            <a href=format!("/shipments/{}", line.id)>{line.number}</a>
            <span class="need-route">{ends.join(" → ")}</span>
            <span class="need-time">{moment(line.eta)}</span>
            <span class="need-standing">{status(line.status)} {flags(line.flags)}</span>
        </li>
    }
}
