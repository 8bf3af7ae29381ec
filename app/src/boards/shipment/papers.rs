//! Numbers to copy, documents, and what was said about the shipment.

use crate::api::TEXT;
use crate::boards::work::answer;
use crate::components::section::section;
use crate::components::when::moment;
use domain::fact::CaseKind;
use domain::journey::name;
use domain::redaction::{CustomerCase, CustomerShipment, CustomerStop};
use leptos::prelude::*;

/// Every number by which somebody knows it, each to be copied.
pub fn references(shipment: &CustomerShipment) -> Option<AnyView> {
    let references = shipment.references.iter().map(|one| reference(one.kind.label(), &one.value));
    (!shipment.references.is_empty())
        .then(|| section("References", view! { <dl class="references">{references.collect_view()}</dl> }))
}

/// A number and a button that copies it.
pub fn reference(label: &'static str, value: &str) -> impl IntoView + use<> {
    view! {
        <div class="pair">
            <dt>{label}</dt>
            <dd class="copied">
                <code>{value.to_owned()}</code>
                {copy(value, &format!("{label} {value}"))}
            </dd>
        </div>
    }
}

/// A button that copies; `name` says what, to those who don't see it.
fn copy(value: &str, name: &str) -> impl IntoView + use<> {
    view! {
        <button
            type="button"
            class="quiet copy needs-script"
            data-copy=value.to_owned()
            aria-label=format!("Copy {name}")
        >
            "Copy"
        </button>
    }
}

/// Signatures and the papers that exist.
pub fn documents(shipment: &CustomerShipment) -> Option<AnyView> {
    let signed = shipment.stops.iter().filter(|stop| stop.signed_by.is_some()).map(proof).collect_view();
    let papers = shipment.documents.iter().map(|one| {
        let kind = format!("{}: ", one.kind.label());
        view! {
            <li class="copied">
                <span>{kind} <bdi>{one.title.clone()}</bdi> " " <span class="detail">{one.document.clone()}</span></span>
                {copy(&one.document, &format!("document {}", one.document))}
            </li>
        }
    });
    let is_signed = shipment.stops.iter().any(|stop| stop.signed_by.is_some());
    (is_signed || !shipment.documents.is_empty())
        .then(|| section("Documents", view! { <ul class="plain">{signed} {papers.collect_view()}</ul> }))
}

/// A proof of delivery.
fn proof(stop: &CustomerStop) -> impl IntoView + use<> {
    let text = format!("Proof of delivery, {}: signed by ", name(stop));
    let signer = stop.signed_by.clone().unwrap_or_else(|| "somebody".to_owned());
    let remark = stop
        .is_disputed
        .then(|| view! { <span class="off">"with a remark that is being looked into"</span> });
    view! { <li>{text} <bdi>{signer}</bdi> ", " {moment(stop.signed_at)} " " {remark}</li> }
}

/// What customers and service desk wrote to each other; who may, writes on or opens a case.
pub fn cases(shipment: &CustomerShipment, is_customer: bool) -> Option<AnyView> {
    let id = shipment.id;
    let said = shipment.cases.iter().map(|one| {
        view! {
            <article class="case" id=format!("case-{}", one.case)>
                <h3>{if one.closed { "Closed case" } else { "Open case" }}</h3>
                {messages(one)}
                {answer(id, one, if is_customer { "Write on" } else { "Answer" })}
            </article>
        }
    });
    let opening = is_customer.then(|| {
        view! {
            <details class="more">
                <summary>"Open a case"</summary>
                <form class="form" method="post" action="/cases/open">
                    <input type="hidden" name="shipment" value=id.to_string() />
                    <label>
                        "What is it about?"
                        <select name="kind">
                            {CaseKind::ALL
                                .map(|kind| view! { <option value=kind.as_str()>{kind.label()}</option> })
                                .collect_view()}
                        </select>
                    </label>
                    <label>
                        "What do you want to tell us?"
                        <textarea name="text" rows="3" dir="auto" required maxlength=TEXT.to_string()></textarea>
                    </label>
                    <button>"Send"</button>
                </form>
            </details>
        }
    });
    let is_shown = is_customer || !shipment.cases.is_empty();
    is_shown.then(|| section("Cases", view! { {said.collect_view()} {opening} }))
}

/// A conversation, the first words first.
pub fn messages(case: &CustomerCase) -> impl IntoView + use<> {
    let messages = case.messages.iter().map(|message| {
        let by = message.by.clone().unwrap_or_else(|| "Customer".to_owned());
        view! {
            <li>
                <p class="entry-time">{by} ", " {moment(Some(message.at))}</p>
                <p dir="auto">{message.text.clone()}</p>
            </li>
        }
    });
    view! { <ol class="timeline" aria-live="polite">{messages.collect_view()}</ol> }
}
