//! The parts of a shipment's page that everybody sees.

use super::facts::{CaseCard, EntryCard, Facts, OrderCard};
use super::stop::stop_card;
use crate::components::badge;
use crate::components::section::{pair, section};
use crate::components::when::{moment, window};
use crate::plain::IntoPlain;
use chrono::TimeDelta;
use domain::Seq;
use domain::fact::Mode;
use domain::time::spoken;
use leptos::prelude::*;

/// `extra` is what else this audience sees; it stands behind the stops.
pub fn story(facts: &Facts, as_of: Seq, map: String, extra: Option<AnyView>) -> AnyView {
    view! {
        <div class="page-head">
            <h1>{format!("Shipment {}", facts.number)}</h1>
            <p class="as-of">"As of position " <span data-as-of=as_of.to_string()>{as_of.to_string()}</span></p>
        </div>
        {summary(facts)}
        <div class="columns">
            <div class="column">
                <div class="map-frame" inner_html=map></div>
                {stops(facts)}
                {extra}
            </div>
            <div class="column">{rest(facts)}</div>
        </div>
    }
    .plain()
}

fn mode_label(mode: Mode) -> &'static str {
    match mode {
        Mode::Truckload => "Full truckload",
        Mode::LessThanTruckload => "Less than truckload",
        Mode::Parcel => "Parcel",
        Mode::Rail => "Rail",
        Mode::Ocean => "Ocean",
        Mode::Air => "Air",
    }
}

fn summary(facts: &Facts) -> AnyView {
    let due = match facts.delivered_at {
        Some(at) => pair("Delivered", moment(Some(at))),
        None => pair("Expected", moment(facts.eta)),
    };
    let carrier = facts.carrier.clone().unwrap_or_else(|| "not known yet".to_owned());
    let last = facts.position.as_ref().map(|last| {
        let place = last.near.clone().unwrap_or_else(|| {
            format!("{}, {}", degrees(last.position.latitude), degrees(last.position.longitude))
        });
        pair("Last position", view! { {place} ", " {moment(Some(last.at))} })
    });
    let delay = facts.delay.as_ref().map(|delay| {
        let minutes = delay
            .minutes
            .map(|minutes| format!(", about {}", spoken(TimeDelta::minutes(i64::from(minutes)))));
        let said = view! { {delay.reason.label()} {minutes} ", said " {moment(Some(delay.reported_at))} };
        pair("Delay", said)
    });
    view! {
        <section class="summary" aria-label="Summary">
            <p class="summary-status" aria-live="polite">
                {badge::status(facts.status)}
                {badge::flags(facts.flags)}
            </p>
            <dl>
                {due} {pair("Promised", window(facts.promised))} {pair("Carrier", carrier)}
                {pair("Mode", facts.mode.map_or("not known yet", mode_label))} {last} {delay}
                {pair("Last change", format!("position {}", facts.seq))}
            </dl>
        </section>
    }
    .plain()
}

/// Three decimals: about a hundred metres.
fn degrees(value: f64) -> String {
    let thousandths = (value * 1000.0).round() as i64;
    let sign = if thousandths < 0 { "-" } else { "" };
    format!("{sign}{}.{:03}", thousandths.abs() / 1000, thousandths.abs() % 1000)
}

fn stops(facts: &Facts) -> AnyView {
    let stops = if facts.stops.is_empty() {
        view! { <p class="empty-note">"The transport is not planned yet."</p> }.plain()
    } else {
        let stops = facts.stops.iter().cloned().map(stop_card).collect_view();
        view! { <ol class="stops">{stops}</ol> }.plain()
    };
    section("Stops", stops)
}

fn rest(facts: &Facts) -> AnyView {
    let timeline = facts.timeline.iter().cloned().map(entry).collect_view();
    let orders = facts.orders.iter().cloned().map(order).collect_view();
    let references = facts.references.iter().cloned();
    let references = references.map(|one| pair(one.kind.label(), one.value)).collect_view();
    let documents = (!facts.documents.is_empty()).then(|| {
        let documents = facts.documents.iter().cloned();
        let documents = documents
            .map(|one| {
                let text = format!("{}, {}", one.title, one.document);
                view! { <li>{text}</li> }
            })
            .collect_view();
        section("Documents", view! { <ul class="plain">{documents}</ul> })
    });
    let cases = (!facts.cases.is_empty())
        .then(|| section("Cases", facts.cases.iter().cloned().map(case).collect_view()));
    view! {
        {section("Timeline", view! { <ol class="timeline">{timeline}</ol> })}
        {section("Orders", orders)}
        {section("References", view! { <dl>{references}</dl> })}
        {documents}
        {cases}
    }
    .plain()
}

fn entry(entry: EntryCard) -> impl IntoView {
    let EntryCard { occurred_at, text, corrected, origin, recorded_at, .. } = entry;
    let origin = origin.map(|origin| {
        view! { <p class="origin">{origin} ", recorded " {moment(recorded_at)}</p> }
    });
    let is_corrected = corrected.is_some().then_some("true");
    view! {
        <li data-corrected=is_corrected>
            <p class="entry-time">{moment(Some(occurred_at))}</p>
            <p class="entry-text">{text}</p>
            {corrected.map(|said| view! { <p class="correction">{said}</p> })}
            {origin}
        </li>
    }
}

fn order(order: OrderCard) -> impl IntoView {
    let caption = format!("Lines of order {}", order.number);
    let lines = order
        .lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td>{line.line}</td>
                    <td>{line.item}</td>
                    <td>{line.description}</td>
                    <td class="number">{line.quantity}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let lines = if lines.is_empty() {
        view! { <p class="empty-note">"The ERP has not sent its lines yet."</p> }.plain()
    } else {
        view! {
            <table class="lines">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"Item"</th>
                        <th scope="col">"Description"</th>
                        <th scope="col" class="number">
                            "Quantity"
                        </th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        }
        .plain()
    };
    view! {
        <article class="order">
            <h3>{order.number} {order.remark.map(|remark| format!(", {remark}"))}</h3>
            <p>"Promised " {window(order.promised)}</p>
            {lines}
        </article>
    }
}

fn case(case: CaseCard) -> impl IntoView {
    let messages = case
        .messages
        .into_iter()
        .map(|message| {
            let by = message.by.unwrap_or_else(|| "Customer".to_owned());
            view! {
                <li>
                    <p class="entry-time">{by} ", " {moment(Some(message.at))}</p>
                    <p>{message.text}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <article class="case">
            <h3>{if case.closed { "Closed case" } else { "Open case" }}</h3>
            <ol class="timeline">{messages}</ol>
        </article>
    }
}
