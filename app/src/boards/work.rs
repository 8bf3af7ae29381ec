//! What an agent does about an exception beyond the everyday: plain forms, which work without scripts and cost the browser's
//! bundle nothing. `POST /desk/work` takes them.

use crate::components::when::moment;
use crate::plain::IntoPlain;
use domain::account::Viewer;
use domain::exception::ShipmentException;
use domain::fact::{Approvable, Responsible, RootCause};
use domain::kpi::{Charged, charged};
use domain::redaction::CustomerCase;
use domain::rules::Rule;
use domain::shipment::Approval;
use domain::view::{InvoiceState, ShipmentView};
use domain::{ShipmentId, Tracked};
use leptos::prelude::*;
use store::{Account, RefusedPart};

/// Everything that can be done by form.
pub fn work(
    exception: &ShipmentException,
    shipment: &ShipmentView,
    tracked: &Tracked,
    viewer: &Viewer,
    accounts: &[Account],
) -> AnyView {
    let approvals = approvals(exception, shipment, tracked, viewer);
    let cases = (exception.rule == Rule::CustomerWaits).then(|| conversation(exception, shipment));
    let others: Vec<_> =
        shipment.exceptions.iter().filter(|one| one.is_open() && one.id != exception.id).collect();
    view! {
        {approvals}
        {cases}
        {exception.is_open().then(|| more(exception, &others, viewer, accounts))}
    }
    .plain()
}

/// What can be done about every exception that is open; `others` are those that it may be the same as.
fn more(
    exception: &ShipmentException,
    others: &[&ShipmentException],
    viewer: &Viewer,
    accounts: &[Account],
) -> AnyView {
    let colleagues = accounts.iter().filter(|one| {
        !one.disabled && one.role.may_open(domain::account::Area::Desk) && one.account != viewer.account
    });
    let colleagues: Vec<_> = colleagues
        .map(|one| view! { <option value=one.account.clone()>{one.name.clone()}</option> })
        .collect();
    let others: Vec<_> = others
        .iter()
        .map(|one| {
            let text = format!("{}: {}", one.rule.label(), one.detail);
            view! { <option value=one.id.to_string()>{text}</option> }
        })
        .collect();
    view! {
        <h3>"More to do"</h3>
        <details class="more">
            <summary>"Hand over"</summary>
            {form(exception, view! {
                <label>"To" <select name="to">{colleagues}</select></label>
                {button("assign", "Hand over")}
            })}
        </details>
        {(!exception.rule.is_of_feed()).then(|| view! {
            <details class="more">
                <summary>"Snooze until the carrier tells something"</summary>
                {form(exception, view! {
                    <p class="hint">"It wakes with the next event of the TMS, and after two weeks in any case."</p>
                    {button("snooze_until_news", "Let it sleep")}
                })}
            </details>
        })}
        <details class="more">
            <summary>"Resolve with whose it was and why"</summary>
            {form(exception, view! {
                {line("What was done")}
                <label>
                    "Responsible"
                    <select name="responsible">
                        <option value="">"not said"</option>
                        {Responsible::ALL.map(|one| view! { <option value=one.as_str()>{one.label()}</option> }).collect_view()}
                    </select>
                </label>
                <label>
                    "Root cause"
                    <select name="root_cause">
                        <option value="">"not said"</option>
                        {RootCause::ALL.map(|one| view! { <option value=one.as_str()>{one.label()}</option> }).collect_view()}
                    </select>
                </label>
                {button("resolve", "Resolve so")}
            })}
        </details>
        <details class="more">
            <summary>"Merge or link"</summary>
            {form(exception, view! {
                <label>
                    "The other exception's address, or one of these"
                    <input type="text" name="other" required list="others" autocomplete="off" />
                </label>
                <datalist id="others">{others}</datalist>
                {button("link", "Link")}
                {button("merge", "Merge into it")}
            })}
        </details>
    }
    .plain()
}

fn form(exception: &ShipmentException, fields: impl IntoView + 'static) -> AnyView {
    view! {
        <form class="form" method="post" action="/desk/work">
            <input type="hidden" name="exception" value=exception.id.to_string() />
            <input type="hidden" name="shipment" value=exception.shipment.to_string() />
            <input type="hidden" name="version" value=exception.version.to_string() />
            {fields}
        </form>
    }
    .plain()
}

fn button(act: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <button class="quiet" name="act" value=act>
            {label}
        </button>
    }
}

fn line(label: &'static str) -> impl IntoView {
    view! {
        <label>
            {label}
            <input type="text" name="text" required maxlength=crate::api::TEXT.to_string() />
        </label>
    }
}

/// What a second person was asked for and said, and what they may be asked for now.
fn approvals(
    exception: &ShipmentException,
    shipment: &ShipmentView,
    tracked: &Tracked,
    viewer: &Viewer,
) -> Option<AnyView> {
    let asked: Vec<_> = shipment.state.approvals.iter().map(|one| approval(exception, one, viewer)).collect();
    let wanted = if exception.is_open() && exception.awaits_approval.is_none() {
        wanted(exception, shipment, tracked)
    } else {
        Vec::new()
    };
    let is_empty = asked.is_empty() && wanted.is_empty();
    (!is_empty).then(|| {
        view! {
            <h3>"Approval by a second person"</h3>
            <ul class="plain approvals">{asked}</ul>
            {wanted}
        }
        .plain()
    })
}

fn approval(exception: &ShipmentException, one: &Approval, viewer: &Viewer) -> AnyView {
    let by = one.asked_by.clone().unwrap_or_else(|| "Somebody".to_owned());
    let asked = format!("{by} asked {}: {}", one.what, one.reason);
    let decided = one.decided.as_ref().map(|decided| {
        let by = decided.by.clone().unwrap_or_else(|| "Somebody".to_owned());
        let word = if decided.is_granted { "approved" } else { "did not approve" };
        view! { <p>{format!("{by} {word} it: {} ", decided.reason)} {moment(Some(decided.at))}</p> }
    });
    let awaited = exception.awaits_approval.as_ref();
    let is_open = one.decided.is_none() && awaited.is_some_and(|awaited| awaited.approval == one.approval);
    let to_decide = is_open.then(|| to_decide(exception, viewer));
    view! {
        <li>
            <p>{asked} " " {moment(Some(one.asked_at))}</p>
            {decided}
            {to_decide}
        </li>
    }
    .plain()
}

/// For who may decide on what an exception waits for, the way to; for others, who may.
fn to_decide(exception: &ShipmentException, viewer: &Viewer) -> Option<AnyView> {
    let awaited = exception.awaits_approval.as_ref()?;
    Some(if awaited.asked_by.as_ref() == Some(&viewer.account) {
        view! { <p class="hint">"You asked: a manager other than you decides."</p> }.plain()
    } else if viewer.role.may_approve() {
        // Enter decides nothing: there are two ways, and one lets money go.
        let fields = view! {
            <label>
                "Why"
                <textarea name="text" rows="2" dir="auto" required maxlength=crate::api::TEXT.to_string()></textarea>
            </label>
            {button("grant", "Approve")}
            {button("refuse", "Do not approve")}
        };
        form(exception, fields)
    } else {
        view! { <p class="hint">"A manager decides."</p> }.plain()
    })
}

/// Everything that can be done by form about an exception of a whole feed: `parts` wait in quarantine for its cause.
pub fn of_feed(
    exception: &ShipmentException,
    parts: &[RefusedPart],
    viewer: &Viewer,
    accounts: &[Account],
) -> AnyView {
    let may_ask = exception.is_open()
        && exception.rule == Rule::AuthorityConflict
        && exception.awaits_approval.is_none();
    let asking = parts.iter().filter(|_| may_ask).map(|part| {
        let what =
            Approvable::AcceptPart { part: part.id, named: format!("{} of {}", part.kind(), part.about) };
        let fields = view! {
            <input type="hidden" name="part" value=part.id.to_string() />
            {line("Why")}
            {button("ask_part", "Ask")}
        };
        asking(exception, &what, fields)
    });
    let asking: Vec<_> = asking.collect();
    let is_about_approval = !asking.is_empty() || exception.awaits_approval.is_some();
    view! {
        {is_about_approval.then(|| view! { <h3>"Approval by a second person"</h3> })}
        {to_decide(exception, viewer)}
        {asking}
        {exception.is_open().then(|| more(exception, &[], viewer, accounts))}
    }
    .plain()
}

/// What this exception gives reason to ask for.
fn wanted(exception: &ShipmentException, shipment: &ShipmentView, tracked: &Tracked) -> Vec<AnyView> {
    let is_about_proof = matches!(
        exception.rule,
        Rule::PodOverdue
            | Rule::PodDiscrepancy
            | Rule::DeliveryDiscrepancy
            | Rule::InvoiceWithoutProof
            | Rule::ProvenNotReleased
    );
    let is_waiting = |order: &&domain::view::OrderView| {
        let is_let_go = shipment.state.is_let_go(&order.number);
        order.invoice != InvoiceState::Released && !order.cancelled && !is_let_go
    };
    let orders = shipment.orders.iter().filter(|_| is_about_proof).filter(is_waiting);
    let releases = orders.map(|order| {
        let what = Approvable::ReleaseInvoice { order: order.number.clone() };
        let fields = view! {
            <input type="hidden" name="order" value=order.number.clone() />
            {line("Why")}
            {button("ask_release", "Ask")}
        };
        asking(exception, &what, fields)
    });
    let is_about_cost = exception.rule == Rule::ChargeOverTolerance;
    let charges = charged(&tracked.shipment).into_iter().filter(|one| {
        let Charged { kind, charged, .. } = *one;
        is_about_cost && exception.cause == format!("{} in {}", kind.label(), charged.currency)
    });
    let charges = charges.map(|Charged { kind, charged, .. }| {
        let what = Approvable::AcceptCharge { charge: kind, up_to: charged };
        let fields = view! {
            <input type="hidden" name="charge" value=kind.label() />
            <input type="hidden" name="minor" value=charged.minor.to_string() />
            <input type="hidden" name="currency" value=charged.currency.to_string() />
            {line("Why")}
            {button("ask_charge", "Ask")}
        };
        asking(exception, &what, fields)
    });
    releases.chain(charges).collect()
}

fn asking(exception: &ShipmentException, what: &Approvable, fields: impl IntoView + 'static) -> AnyView {
    view! {
        <details class="more">
            <summary>{format!("Ask {what}")}</summary>
            {form(exception, fields)}
        </details>
    }
    .plain()
}

/// The case that the exception is about, to be answered.
fn conversation(exception: &ShipmentException, shipment: &ShipmentView) -> AnyView {
    let whole = domain::redaction::whole(shipment);
    let cases = whole.cases.iter().filter(|case| exception.cause == format!("case {}", case.case));
    let shown = cases.map(|case| {
        view! {
            {super::shipment::messages(case)}
            {answer(shipment.id, case, "Answer")}
        }
    });
    view! {
        <h3>"What the customer wrote"</h3>
        {shown.collect_view()}
    }
    .plain()
}

/// Words in a case that is open. `POST /cases/say` takes them, with how many were read before.
pub fn answer(shipment: ShipmentId, case: &CustomerCase, label: &'static str) -> Option<AnyView> {
    (!case.closed).then(|| {
        view! {
            <form class="form" method="post" action="/cases/say">
                <input type="hidden" name="shipment" value=shipment.to_string() />
                <input type="hidden" name="case" value=case.case.to_string() />
                <input type="hidden" name="heard" value=case.messages.len().to_string() />
                <label>
                    {label}
                    <textarea
                        name="text"
                        rows="2"
                        dir="auto"
                        data-answer=""
                        required
                        maxlength=crate::api::TEXT.to_string()
                    ></textarea>
                </label>
                <p class="buttons">
                    <button name="act" value="say">"Send"</button>
                    <button class="quiet" name="act" value="close">"Send and close"</button>
                </p>
            </form>
        }
        .plain()
    })
}
