//! The exception that is open beside the queue: its history, and everything that one can do with it.

use super::Actions;
use super::queue::{Queue, Row, standing};
use crate::api::Act;
use crate::components::badge;
use crate::components::section::pair;
use crate::components::when::{moment, utc};
use crate::query::DeskQuery;
use crate::session::Session;
use domain::ExceptionId;
use leptos::prelude::*;

#[component]
pub fn Case(id: ExceptionId, queue: Queue, query: Memo<DeskQuery>, actions: Actions) -> impl IntoView {
    let row = Memo::new_with_compare(
        move |_| queue.find(id),
        |before, after| before.flatten_some() != after.flatten_some(),
    );
    let close = move || query.with(|query| DeskQuery { selected: None, ..query.clone() }.href());
    view! {
        <section class="case-panel" aria-label="Selected exception">
            <a class="close" href=close>
                "Close"
            </a>
            {move || match row.get() {
                Some(row) => view! { <Open row actions /> }.into_any(),
                None => view! {
                    <p class="empty-note">"This exception is not in the queue: it is closed, or waits among the new ones."</p>
                }
                .into_any(),
            }}
        </section>
    }
}

/// Whether there is a row at all: its content is a signal of its own.
trait IsThere {
    fn flatten_some(&self) -> bool;
}

impl IsThere for Option<&Option<ArcRwSignal<Row>>> {
    fn flatten_some(&self) -> bool {
        self.is_some_and(Option::is_some)
    }
}

#[component]
fn Open(row: ArcRwSignal<Row>, actions: Actions) -> impl IntoView {
    let row = RwSignal::from(row);
    let exception = row.with_untracked(|row| row.exception.clone());
    let href = format!("/shipments/{}", exception.shipment);
    let history = Memo::new(move |_| row.with(|row| row.exception.actions.clone()));
    let is_open = Memo::new(move |_| row.with(|row| row.exception.is_open() && !row.gone));
    let history = move || {
        let actions = history.get();
        if actions.is_empty() {
            return view! { <p class="empty-note">"Nobody has done anything about it yet."</p> }.into_any();
        }
        let actions = actions
            .into_iter()
            .rev()
            .map(|action| {
                view! {
                    <li>
                        <p class="entry-time">{action.by} ", " {moment(Some(action.at))}</p>
                        <p>{action.text}</p>
                    </li>
                }
            })
            .collect_view();
        view! { <ol class="timeline">{actions}</ol> }.into_any()
    };
    view! {
        <h2>{exception.rule.label()} " " {move || badge::severity(row.with(|row| row.exception.severity))}</h2>
        <p>{move || row.with(|row| row.exception.detail.clone())}</p>
        <dl>
            {pair("Shipment", view! { <a href=href>{exception.number}</a> })}
            {pair("Customer", move || row.with(|row| {
                row.exception.customer.clone().unwrap_or_else(|| "not known yet".to_owned())
            }))}
            {pair("About", exception.cause)}
            {pair("Since", utc(Some(exception.opened_at)))}
            {pair("With", move || row.with(standing))}
        </dl>
        {move || {
            if is_open.get() {
                view! { <WhileOpen row actions /> }.into_any()
            } else {
                view! {
                    <Words
                        row
                        actions
                        label="Why reopen it"
                        button="Reopen"
                        act=|text| Act::Reopen { text }
                    />
                }
                .into_any()
            }
        }}
        <h3>"History"</h3>
        {history}
    }
}

#[component]
fn WhileOpen(row: RwSignal<Row>, actions: Actions) -> impl IntoView {
    let me = Session::current().viewer.map(|viewer| viewer.account);
    let is_mine =
        Memo::new(move |_| row.with(|row| row.exception.assignee.is_some() && row.exception.assignee == me));
    let is_taken = Memo::new(move |_| row.with(|row| row.exception.assignee.is_some()));
    let hours = RwSignal::new(1_u32);
    let send = move |act: Act| row.with_untracked(|row| actions.act(&row.exception, act));
    let is_busy = move || actions.send.pending().get();
    let snooze = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send(Act::Snooze { hours: hours.get_untracked() });
    };
    view! {
        <div class="buttons">
            <Show
                when=move || is_mine.get()
                fallback=move || view! {
                    <button type="button" disabled=is_busy on:click=move |_| send(Act::Take)>
                        {move || if is_taken.get() { "Take over" } else { "Take" }}
                    </button>
                }
            >
                <button type="button" disabled=is_busy on:click=move |_| send(Act::Release)>
                    "Release"
                </button>
            </Show>
        </div>
        <form class="form row" on:submit=snooze>
            <label>
                "Snooze for"
                <select on:change=move |event| hours.set(event_target_value(&event).parse().unwrap_or(1))>
                    <option value="1">"1 hour"</option>
                    <option value="4">"4 hours"</option>
                    <option value="24">"1 day"</option>
                    <option value="72">"3 days"</option>
                </select>
            </label>
            <button type="submit" class="quiet" disabled=is_busy>
                "Snooze"
            </button>
        </form>
        <Words row actions label="Note" button="Add note" act=|text| Act::Note { text } />
        <Words row actions label="How it was resolved" button="Resolve" act=|reason| Act::Resolve { reason } />
    }
}

/// A line of text and a button that does something with it.
#[component]
fn Words(
    row: RwSignal<Row>,
    actions: Actions,
    label: &'static str,
    button: &'static str,
    act: fn(String) -> Act,
) -> impl IntoView {
    let text = RwSignal::new(String::new());
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let words = text.get_untracked().trim().to_owned();
        if !words.is_empty() {
            row.with_untracked(|row| actions.act(&row.exception, act(words)));
            text.set(String::new());
        }
    };
    view! {
        <form class="form row" on:submit=submitted>
            <label>
                {label}
                <input
                    type="text"
                    required
                    maxlength="500"
                    prop:value=move || text.get()
                    on:input=move |event| text.set(event_target_value(&event))
                />
            </label>
            <button type="submit" class="quiet" disabled=move || actions.send.pending().get()>
                {button}
            </button>
        </form>
    }
}
