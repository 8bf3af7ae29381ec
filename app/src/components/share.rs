//! Share links of a shipment: makes one and shows it once, lists them, ends them.

use crate::api::{self, ApiError, ShareFor, ShareLine, Shared};
use crate::components::when::moment;
use crate::plain::{IntoPlain, part};
use domain::ShipmentId;
use leptos::prelude::*;

#[component]
pub fn Share(
    id: ShipmentId,
    shares: Vec<ShareLine>,
    /// Where an agent has to say whose redaction the link shows; empty for customers, who share their own.
    customers: Vec<ShareFor>,
) -> impl IntoView {
    let shares = RwSignal::new(shares);
    let made = RwSignal::new(None::<String>);
    let refusal = RwSignal::new(None::<String>);
    let customer = RwSignal::new(customers.first().map(|first| first.customer));
    let label = RwSignal::new(String::new());
    let days = RwSignal::new(14_u32);
    let is_busy = RwSignal::new(false);
    let make = move || {
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let made_for = customer.get_untracked();
            let share = api::share(id, made_for, label.get_untracked(), days.get_untracked()).await;
            match share.and_then(|share| share.read()) {
                Ok(Shared { path, shares: all }) => {
                    let origin = window().location().origin().unwrap_or_default();
                    made.set(Some(format!("{origin}{path}")));
                    shares.set(all);
                    label.set(String::new());
                    refusal.set(None);
                }
                Err(error) => refusal.set(Some(error.to_string())),
            }
            is_busy.set(false);
        });
    };
    let end = move |hash: String| {
        leptos::task::spawn_local(async move {
            match api::revoke(id, hash).await.and_then(|left| left.read()) {
                Ok(left) => shares.set(left),
                Err(ApiError::NotFound) => refusal.set(Some("this link has ended already".to_owned())),
                Err(error) => refusal.set(Some(error.to_string())),
            }
        });
    };
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        make();
    };
    let whose = (customers.len() > 1).then(|| {
        let options = customers
            .iter()
            .map(|one| view! { <option value=one.customer.to_string()>{one.name.clone()}</option> })
            .collect_view();
        view! {
            <label>
                "As seen by"
                <select on:change=move |event| customer.set(event_target_value(&event).parse().ok())>
                    {options}
                </select>
            </label>
        }
    });
    let line = move |share: ShareLine| {
        let name = format!("End the link for {}", share.label);
        let hash = share.token_hash;
        view! {
            <li>
                <span>
                    {share.label} <span class="detail">"Open until " {moment(Some(share.expires_at))}</span>
                </span>
                <button
                    type="button"
                    class="quiet"
                    aria-label=name
                    on:click=move |_| {
                        end(hash.clone());
                    }
                >
                    "End"
                </button>
            </li>
        }
    };
    let list = move || {
        let all = shares.get();
        if all.is_empty() {
            return view! { <li class="empty-note">"No link is open."</li> }.plain();
        }
        all.into_iter().map(line).collect_view().plain()
    };
    view! {
        <p class="hint">
            "Who has a link sees what the customer sees of this shipment, live and without signing in, until it expires or you end it."
        </p>
        <form class="form row" on:submit=submitted>
            <label>
                "For whom"
                <input
                    type="text"
                    required
                    maxlength="80"
                    placeholder="Receiving dock, Lyon"
                    prop:value=move || label.get()
                    on:input=move |event| label.set(event_target_value(&event))
                />
            </label>
            <label>
                "Valid for"
                <select on:change=move |event| days.set(event_target_value(&event).parse().unwrap_or(14))>
                    <option value="1">"1 day"</option>
                    <option value="7">"7 days"</option>
                    <option value="14" selected>
                        "14 days"
                    </option>
                    <option value="60">"60 days"</option>
                </select>
            </label>
            {whose}
            <button type="submit" disabled=is_busy>
                "Make a link"
            </button>
        </form>
        <noscript inner_html="<p class=\"hint\">To make or end a link, switch JavaScript on.</p>"></noscript>
        <div role="status" aria-live="polite">
            {move || made.get().map(|link| view! {
                <div class="made-link">
                    <label>
                        "Copy the link now, it is not shown again"
                        <input type="text" readonly value=link.clone() />
                    </label>
                    <button type="button" class="quiet copy" data-copy=link>
                        "Copy"
                    </button>
                </div>
            })}
        </div>
        {move || refusal.get().map(|sentence| view! {
            <p class="refusal" role="alert">
                {sentence}
            </p>
        })}
        <ul class="shares">
            {part(list)}
        </ul>
    }
}
