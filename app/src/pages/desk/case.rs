//! The exception that is open beside the queue: its history, and everything that one can do with it.

use super::Actions;
use super::queue::{Queue, Row, standing};
use crate::api::Act;
use crate::components::badge;
use crate::components::section::pair;
use crate::components::when::{moment, utc};
use crate::plain::{IntoPlain, part, text};
use crate::query::DeskQuery;
use crate::session::Session;
use domain::ExceptionId;
use leptos::prelude::*;

#[component]
pub fn Case(id: ExceptionId, queue: Queue, query: Memo<DeskQuery>, actions: Actions) -> impl IntoView {
    // Whether there is a row, and which; its content is a signal of its own.
    let row = Memo::new_with_compare(
        move |_| queue.find(id),
        |before, after| before.map(Option::is_some) != after.map(Option::is_some),
    );
    let close = text(move || query.with(|query| DeskQuery { selected: None, ..query.clone() }.href()));
    view! {
        <section class="case-panel" aria-label="Selected exception">
            <a class="close" href=close data-noscroll="">
                "Close"
            </a>
            {part(move || match row.get() {
                Some(row) => view! { <Open row actions /> }.plain(),
                None => view! {
                    <p class="empty-note">"This exception is not in the queue: it is closed, or waits among the new ones."</p>
                }
                .plain(),
            })}
        </section>
    }
}

#[component]
fn Open(row: ArcRwSignal<Row>, actions: Actions) -> impl IntoView {
    let row = RwSignal::from(row);
    let is_open = Memo::new(move |_| row.with(|row| row.exception.is_open() && !row.gone));
    let forms = move || {
        if is_open.get() {
            view! { <WhileOpen row actions /> }.plain()
        } else {
            let act = |text| Act::Reopen { text };
            view! { <Words row actions label="Why reopen it" button="Reopen" act /> }.plain()
        }
    };
    view! {
        {part(move || row.with(head))}
        {part(forms)}
        <h3>"History"</h3>
        {part(move || row.with(history))}
    }
}

fn head(row: &Row) -> AnyView {
    let exception = row.exception.clone();
    let href = format!("/shipments/{}", exception.shipment);
    let customer = exception.customer.unwrap_or_else(|| "not known yet".to_owned());
    view! {
        <h2>{exception.rule.label()} " " {badge::severity(exception.severity)}</h2>
        <p>{exception.detail}</p>
        <dl>
            {pair("Shipment", view! { <a href=href>{exception.number}</a> })}
            {pair("Customer", customer)}
            {pair("About", exception.cause)}
            {pair("Since", utc(Some(exception.opened_at)))}
            {pair("With", standing(row))}
        </dl>
    }
    .plain()
}

fn history(row: &Row) -> AnyView {
    if row.exception.actions.is_empty() {
        return view! { <p class="empty-note">"Nobody has done anything about it yet."</p> }.plain();
    }
    let actions = row.exception.actions.iter().rev().cloned();
    let actions = actions
        .map(|action| {
            view! {
                <li>
                    <p class="entry-time">{action.by} ", " {moment(Some(action.at))}</p>
                    <p>{action.text}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline">{actions}</ol> }.plain()
}

#[component]
fn WhileOpen(row: RwSignal<Row>, actions: Actions) -> impl IntoView {
    let me = Session::current().viewer.map(|viewer| viewer.account);
    // The button's word, and what it does: one button, so that the focus stays on it.
    let turn = Memo::new(move |_| {
        row.with(|row| match &row.exception.assignee {
            None => ("Take", Act::Take),
            assignee if *assignee == me => ("Release", Act::Release),
            Some(_) => ("Take over", Act::Take),
        })
    });
    let hours = RwSignal::new(1_u32);
    let send = move |act: Act| row.with_untracked(|row| actions.act(&row.exception, act));
    let is_busy = actions.is_busy;
    let snooze = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send(Act::Snooze { hours: hours.get_untracked() });
    };
    view! {
        <div class="buttons">
            <button type="button" disabled=is_busy on:click=move |_| send(turn.get_untracked().1)>
                {text(move || turn.get().0.to_owned())}
            </button>
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
            <button type="submit" class="quiet" disabled=actions.is_busy>
                {button}
            </button>
        </form>
    }
}
