//! The parts of a shipment's page for people of the house alone: exceptions, tenders, charges.

use crate::components::badge;
use crate::components::section::Section;
use crate::components::when::{dash, moment, utc};
use domain::exception::{Closing, ShipmentException};
use domain::shipment::{Tender, TenderState};
use domain::view::ShipmentView;
use leptos::prelude::*;

#[component]
pub fn Inside(shipment: RwSignal<ShipmentView>) -> impl IntoView {
    let exceptions = Memo::new(move |_| shipment.with(|shipment| shipment.exceptions.clone()));
    let tenders = Memo::new(move |_| shipment.with(|shipment| shipment.state.tenders.clone()));
    let charges = Memo::new(move |_| shipment.with(|shipment| shipment.state.charges.clone()));
    view! {
        <Section title="Exceptions">
            {move || {
                let exceptions = exceptions.get();
                if exceptions.is_empty() {
                    view! { <p class="empty-note">"None so far."</p> }.into_any()
                } else {
                    let exceptions = exceptions.into_iter().map(exception).collect_view();
                    view! { <ul class="exceptions">{exceptions}</ul> }.into_any()
                }
            }}
        </Section>
        <Show when=move || tenders.with(|tenders| !tenders.is_empty())>
            <Section title="Tenders">
                <ul class="plain">
                    {move || tenders.get().into_iter().map(tender).collect_view()}
                </ul>
            </Section>
        </Show>
        <Show when=move || charges.with(|charges| !charges.is_empty())>
            <Section title="Charges">
                <table class="lines">
                    <caption class="unseen">"Freight charges"</caption>
                    <thead>
                        <tr>
                            <th scope="col">"Charge"</th>
                            <th scope="col">"For"</th>
                            <th scope="col" class="number">
                                "Amount"
                            </th>
                        </tr>
                    </thead>
                    <tbody>
                        {move || charges.get().into_iter().map(charge).collect_view()}
                    </tbody>
                </table>
            </Section>
        </Show>
    }
}

fn exception(exception: ShipmentException) -> impl IntoView {
    let href = format!("/desk?selected={}", exception.id);
    let state = match (&exception.closing, &exception.assignee) {
        (Some(Closing::Cleared), _) => "closed: the condition cleared".to_owned(),
        (Some(Closing::Resolved { by, reason }), _) => format!("resolved by {by}: {reason}"),
        (None, Some(assignee)) => format!("open, with {assignee}"),
        (None, None) => "open, nobody has it".to_owned(),
    };
    let is_open = exception.is_open();
    let link = is_open.then(|| view! { <a href=href>"At the desk"</a> });
    view! {
        <li data-open=is_open.then_some("true")>
            <p>{badge::severity(exception.severity)} " " <strong>{exception.rule.label()}</strong> ", " {state}</p>
            <p>{exception.detail}</p>
            <p class="origin">"Since " {utc(Some(exception.opened_at))} " " {link}</p>
        </li>
    }
}

fn tender(tender: Tender) -> impl IntoView {
    let state = match tender.state {
        TenderState::Offered => "offered",
        TenderState::Accepted => "accepted",
        TenderState::Rejected => "rejected",
        TenderState::Expired => "expired",
    };
    let carrier = tender.carrier.map_or_else(|| "unknown carrier".to_owned(), |carrier| carrier.name);
    let reason = tender.reason.map(|reason| format!(": {reason}"));
    view! {
        <li>
            {format!("{} to {carrier}, {state}", tender.tender)} {reason} ", "
            {moment(Some(tender.at))}
        </li>
    }
}

fn charge(charge: domain::charge::Charge) -> impl IntoView {
    use domain::charge::ChargeKind;
    let kind = match charge.kind {
        ChargeKind::Linehaul => "Linehaul",
        ChargeKind::Fuel => "Fuel",
        ChargeKind::Accessorial => "Accessorial",
    };
    let description = charge.description.map_or_else(|| dash().into_any(), IntoAny::into_any);
    view! {
        <tr>
            <td>{charge.charge}</td>
            <td>{kind} " " {description}</td>
            <td class="number">{charge.amount.to_string()}</td>
        </tr>
    }
}
