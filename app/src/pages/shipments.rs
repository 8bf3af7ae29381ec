//! The list of shipments: search and filters in the address, rows that change in place, new ones behind a pill.

mod list;

use crate::api;
use crate::components::chips::{Chip, chips};
use crate::components::page::content;
use crate::plain::{IntoPlain, part};
use crate::query::{Flag, ShipmentsQuery, Sort, TODAY};
use domain::kpi::Punctuality;
use domain::rules::Rule;
use domain::status::Status;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};
use list::List;
use std::time::Duration;
use wasm_bindgen::JsCast;

/// As-you-type search waits for so long a pause in the typing.
const PAUSE: Duration = Duration::from_millis(250);

#[component]
pub fn Page() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(ShipmentsQuery::read));
    // Counts the times that the live view lost track and the list has to be read anew.
    let (reads, read_again) = signal(0_u32);
    let again = Callback::new(move |()| read_again.update(|reads| *reads += 1));
    let list = content(
        move || format!("{} {}", query.with(ShipmentsQuery::href), reads.get()),
        move || api::shipments(query.get_untracked()),
        move |list| view! { <List query=query.get_untracked() list again /> }.plain(),
    );
    view! {
        <Title text="Shipments" />
        <div class="page-head">
            <h1>"Shipments"</h1>
            <Search query />
        </div>
        <Filters query />
        {list}
    }
    .plain()
}

/// Works as a plain form before the script has loaded, and as one types afterwards.
#[component]
fn Search(query: Memo<ShipmentsQuery>) -> impl IntoView {
    let navigate = use_navigate();
    let input = NodeRef::<leptos::html::Input>::new();
    let go = move |q: String, replace: bool| {
        let q = Some(q.trim().to_owned()).filter(|q| !q.is_empty());
        let wanted = ShipmentsQuery { q, before: None, ..query.get_untracked() };
        if wanted.q != query.with_untracked(|query| query.q.clone()) {
            let options = NavigateOptions { replace, scroll: false, ..NavigateOptions::default() };
            navigate(&wanted.href(), options);
        }
    };
    let waiting = StoredValue::new(None::<TimeoutHandle>);
    let typed = {
        let go = go.clone();
        move |event: web_sys::Event| {
            if let Some(waiting) = waiting.get_value() {
                waiting.clear();
            }
            let (go, q) = (go.clone(), event_target_value(&event));
            waiting.set_value(set_timeout_with_handle(move || go(q, true), PAUSE).ok());
        }
    };
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = input.get_untracked() {
            go(input.value(), false);
        }
    };
    // The way back through the history changes the words, unless somebody is typing.
    Effect::new(move |_| {
        let q = query.with(|query| query.q.clone()).unwrap_or_default();
        if let Some(input) = input.get_untracked() {
            let is_typing = document()
                .active_element()
                .is_some_and(|active| active.is_same_node(Some(input.unchecked_ref::<web_sys::Node>())));
            if !is_typing {
                input.set_value(&q);
            }
        }
    });
    let hidden = move || {
        query.with(|query| {
            [
                ("status", query.status.map(Status::as_str)),
                ("flag", query.flag.map(Flag::as_str)),
                ("punctuality", query.punctuality.map(Punctuality::as_str)),
                ("rule", query.rule.map(Rule::as_str)),
                ("arriving", query.arriving_today.then_some(TODAY)),
                ("sort", (query.sort != Sort::default()).then_some(query.sort.as_str())),
            ]
            .into_iter()
            .filter_map(|(name, value)| Some(view! { <input type="hidden" name=name value=value? /> }))
            .collect_view()
        })
    };
    view! {
        <form class="search" role="search" method="get" action="/shipments" on:submit=submitted>
            <label for="search">"Search shipments"</label>
            <input
                id="search"
                name="q"
                type="search"
                placeholder="Number, reference, name, city"
                value=query.with_untracked(|query| query.q.clone())
                node_ref=input
                on:input=typed
            />
            {hidden}
            <button type="submit">"Search"</button>
        </form>
    }
}

#[component]
fn Filters(query: Memo<ShipmentsQuery>) -> impl IntoView {
    let by_status = move || {
        let now = query.get();
        Status::ALL
            .into_iter()
            .map(|status| {
                let is_on = now.status == Some(status);
                let with = ShipmentsQuery { status: (!is_on).then_some(status), before: None, ..now.clone() };
                Chip { label: status.label().into(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_flag = move || {
        let now = query.get();
        let flags = Flag::ALL.into_iter().map(|flag| {
            let is_on = now.flag == Some(flag);
            let with = ShipmentsQuery { flag: (!is_on).then_some(flag), before: None, ..now.clone() };
            Chip { label: flag.label().into(), href: with.href(), is_on }
        });
        let is_on = now.arriving_today;
        let with = ShipmentsQuery { arriving_today: !is_on, before: None, ..now.clone() };
        let arriving = Chip { label: "Arriving today (UTC)".into(), href: with.href(), is_on };
        flags.chain([arriving]).collect::<Vec<_>>()
    };
    let by_sort = move || {
        let now = query.get();
        Sort::ALL
            .into_iter()
            .map(|sort| {
                let with = ShipmentsQuery { sort, before: None, ..now.clone() };
                Chip { label: sort.label().into(), href: with.href(), is_on: now.sort == sort }
            })
            .collect::<Vec<_>>()
    };
    // Conditions that the figures of other pages lead here with.
    let others = move || {
        let now = query.get();
        let punctuality = now.punctuality.map(|one| {
            let without = ShipmentsQuery { punctuality: None, before: None, ..now.clone() };
            Chip { label: one.label().into(), href: without.href(), is_on: true }
        });
        let rule = now.rule.map(|one| {
            let without = ShipmentsQuery { rule: None, before: None, ..now.clone() };
            Chip { label: one.label().into(), href: without.href(), is_on: true }
        });
        punctuality.into_iter().chain(rule).collect::<Vec<_>>()
    };
    let has_others = move || query.with(|now| now.punctuality.is_some() || now.rule.is_some());
    let also = move || has_others().then(|| chips("Also", others)).plain();
    view! {
        <div class="filters">
            {chips("Status", by_status)}
            {chips("Flags", by_flag)}
            {chips("Order", by_sort)}
            {part(also)}
        </div>
    }
}
