//! The parts of a shipment's page for people of the house alone: exceptions, tenders, charges.

use crate::components::badge;
use crate::components::section::section;
use crate::components::when::{moment, utc};
use crate::plain::IntoPlain;
use domain::exception::{Closing, ShipmentException};
use domain::shipment::{Tender, TenderState};
use domain::view::ShipmentView;
use leptos::prelude::*;
use store::RefusedPart;

/// How many of the messages that wait in quarantine are named.
pub const PARTS: u32 = 5;
/// How many wait, and the last ones.
pub type Waiting = (u64, Vec<RefusedPart>);

/// What came about the shipment and was not understood: where people look for an event that is missing.
pub fn waiting((count, parts): Waiting) -> Option<AnyView> {
    let said = match count {
        0 => return None,
        1 => "1 message about this shipment waits in quarantine.".to_owned(),
        count => format!("{count} messages about this shipment wait in quarantine."),
    };
    let parts = parts.into_iter().map(|part| {
        view! {
            <li>
                <p dir="auto">{part.reason}</p>
                <p class="detail">
                    {format!("{} from {}, ", part.about, part.source)} {utc(Some(part.at))}
                </p>
            </li>
        }
    });
    let content = view! {
        <p>{said} " " <a href="/integrations#quarantine">"As it came"</a></p>
        <ul class="plain">{parts.collect_view()}</ul>
    };
    Some(section("Not understood", content))
}

/// Exceptions, tenders and charges.
pub fn inside(shipment: &ShipmentView) -> AnyView {
    let state = &shipment.state;
    let exceptions = if shipment.exceptions.is_empty() {
        view! { <p class="empty-note">"None so far."</p> }.plain()
    } else {
        let exceptions = shipment.exceptions.iter().cloned().map(exception).collect_view();
        view! { <ul class="exceptions">{exceptions}</ul> }.plain()
    };
    let tenders = (!state.tenders.is_empty()).then(|| {
        let tenders = state.tenders.iter().cloned().map(tender).collect_view();
        section("Tenders", view! { <ul class="plain">{tenders}</ul> })
    });
    let charges = (!state.charges.is_empty()).then(|| {
        let charges = state.charges.iter().cloned().map(charge).collect_view();
        let table = view! {
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
                <tbody>{charges}</tbody>
            </table>
        };
        section("Charges", table)
    });
    view! {
        {section("Exceptions", exceptions)}
        {tenders}
        {charges}
    }
    .plain()
}

fn exception(exception: ShipmentException) -> impl IntoView {
    let href = format!("/desk?selected={}", exception.id);
    let state = match (&exception.closing, &exception.assignee) {
        (Some(Closing::Cleared), _) => "closed: the condition cleared".to_owned(),
        (Some(Closing::Merged { by, named, .. }), _) => format!("merged by {by} into {named}"),
        (Some(Closing::Resolved { by, reason, .. }), _) => format!("resolved by {by}: {reason}"),
        (None, Some(assignee)) => format!("open, with {assignee}"),
        (Some(Closing::LateData), _) => "closed by late data".to_owned(),
        (None, None) => "open, nobody has it".to_owned(),
    };
    let is_open = exception.is_open();
    view! {
        <li data-open=is_open.then_some("true")>
            <p>{badge::severity(exception.severity)} " " <strong>{exception.rule.label()}</strong> ", " <bdi>{state}</bdi></p>
            <p dir="auto">{exception.detail}</p>
            <p class="origin">"Since " {utc(Some(exception.opened_at))} " " <a href=href>"At the desk"</a></p>
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
    let reason = tender.reason;
    view! {
        <li>
            {format!("{} to ", tender.tender)} <bdi>{carrier}</bdi> {format!(", {state}")}
            {reason.map(|reason| view! { ": " <bdi>{reason}</bdi> })} ", "
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
    let purpose = charge.description.map_or(kind.to_owned(), |description| format!("{kind}, {description}"));
    view! {
        <tr>
            <td>{charge.charge}</td>
            <td>{purpose}</td>
            <td class="number">{charge.amount.to_string()}</td>
        </tr>
    }
}
