//! The exception that is open beside the queue: its history, and everything that one can do with it.

use super::Actions;
use super::keys;
use super::queue::{Queue, Row, asleep_until, home_of, standing};
use crate::api::{self, Act, Drawing, Drawn, TEXT};
use crate::components::badge;
use crate::components::drafts::draft;
use crate::components::drawn::Following;
use crate::components::page::content;
use crate::components::section::pair;
use crate::components::when::{moment, utc};
use crate::plain::{IntoPlain, mark, part, text};
use crate::query::DeskQuery;
use crate::session::Session;
use domain::ExceptionId;
use domain::exception::{Closing, ShipmentException};
use domain::live::ViewKey;
use domain::rules::Rule;
use domain::time::Moment;
use leptos::prelude::*;
use std::time::Duration;

#[component]
pub fn Case(id: ExceptionId, queue: Queue, query: Memo<DeskQuery>, actions: Actions) -> impl IntoView {
    // Whether it is known, and where; its content is a signal of its own.
    let row = Memo::new_with_compare(
        move |_| queue.find(id),
        |before, after| before.map(Option::is_some) != after.map(Option::is_some),
    );
    let close = text(move || query.with(|query| DeskQuery { selected: None, ..query.clone() }.href()));
    view! {
        <section class="case-panel" aria-label="Selected exception">
            <a class="close" href=close data-noscroll="" on:click=move |_| keys::leave(id)>
                "Close"
            </a>
            {looking(id)}
            {part(move || match row.get() {
                Some(row) => view! { <Open row queue query actions /> }.plain(),
                None => view! {
                    <p class="empty-note">
                        "This page knows no such exception; it may have come since. "
                        <a href="" rel="external">
                            "Look again"
                        </a>
                    </p>
                }
                .plain(),
            })}
        </section>
    }
}

/// How often a page says what it looks at.
const ROUND: Duration = Duration::from_secs(4);

/// Who else looks at the exception.
fn looking(id: ExceptionId) -> AnyView {
    let others = RwSignal::new(Vec::<String>::new());
    Effect::new(move |_| {
        let look = move || {
            leptos::task::spawn_local(async move {
                // Where the server can't be reached the page says so elsewhere; who looked a moment ago may have left.
                let now = api::look(id).await.and_then(|others| others.read()).unwrap_or_default();
                let _ = others.try_set(now);
            });
        };
        look();
        if let Ok(round) = set_interval_with_handle(look, ROUND) {
            on_cleanup(move || round.clear());
        }
    });
    let said = text(move || {
        let others = others.get();
        match others.len() {
            0 => String::new(),
            1 => format!("{} looks at this too", others[0]),
            _ => format!("{} look at this too", others.join(", ")),
        }
    });
    view! {
        <p class="looking" role="status">
            {said}
        </p>
    }
    .plain()
}

/// Who did what, where a row has changed between open and closed by somebody else than `me`.
fn turned(row: &Row, me: Option<&String>) -> Option<String> {
    let by = row.exception.actions.last().map(|action| &action.by);
    match &row.exception.closing {
        None if row.gone => Some(standing(row)),
        Some(Closing::Cleared | Closing::LateData) => Some(standing(row)),
        _ if by == me => None,
        Some(Closing::Resolved { .. } | Closing::Merged { .. }) => Some(standing(row)),
        None => by.map(|by| format!("{by} reopened it")),
    }
}

#[component]
fn Open(row: ArcRwSignal<Row>, queue: Queue, query: Memo<DeskQuery>, actions: Actions) -> impl IntoView {
    let row = RwSignal::from(row);
    let me = Session::current().viewer.map(|viewer| viewer.account);
    let is_open = Memo::new(move |_| row.with(|row| row.exception.is_open() && !row.gone));
    let asleep_until = asleep_until(row);
    // What somebody is writing outlives whatever happens to the exception meanwhile.
    let id = row.with_untracked(|row| row.exception.id);
    let (note, ending) = (draft(format!("{id} note")), draft(format!("{id} ending")));
    let meanwhile = RwSignal::new(None::<String>);
    Effect::new(move |before: Option<bool>| {
        let now = is_open.get();
        if before.is_some_and(|before| before != now) {
            let written = [note.get_untracked(), ending.get_untracked()].join(" ").trim().to_owned();
            // What this page itself has sent is no interruption; what another tab of the same person did is.
            let is_interrupted = !written.is_empty() && !actions.is_busy.get_untracked();
            let what = row.with_untracked(|row| turned(row, me.as_ref()).unwrap_or_else(|| standing(row)));
            if is_interrupted {
                note.set(written);
                ending.set(String::new());
                keys::go_on_writing();
            }
            meanwhile.set(is_interrupted.then_some(what));
        }
        now
    });
    Effect::new(move |before: Option<(bool, bool)>| {
        let now = (is_open.get(), asleep_until.get().is_some());
        if before.is_some_and(|before| before != now) {
            keys::rescue(id);
        }
        now
    });
    let while_open = move || is_open.get().then(|| view! { <WhileOpen row asleep_until actions /> }).plain();
    let end = move || {
        if is_open.get() {
            let act = |reason| Act::Resolve { reason };
            let field = Field {
                class: "ending",
                label: "How it was resolved",
                button: "Resolve",
                act,
                is_followed: true,
            };
            words(row, query, actions, field, ending)
        } else {
            let act = |text| Act::Reopen { text };
            let field =
                Field { class: "ending", label: "Why reopen it", button: "Reopen", act, is_followed: false };
            // Another node than the field above: who writes there must not go on writing here.
            view! { <div>{words(row, query, actions, field, ending)}</div> }.plain()
        }
    };
    let said = move || {
        let said = meanwhile
            .get()
            .map(|what| format!("{what}. You were writing meanwhile: your words are in the note."));
        said.map(|said| view! { <p class="meanwhile" role="alert">{said}</p> }).plain()
    };
    let act = |text| Act::Note { text };
    let to_note = Field { class: "note", label: "Note", button: "Add note", act, is_followed: false };
    view! {
        {part(move || row.with(|row| head(row, asleep_until.get())))}
        {part(while_open)}
        {part(said)}
        {words(row, query, actions, to_note, note)}
        {part(end)}
        {around(row.with_untracked(|row| (row.exception.id, view_of(&row.exception))))}
        <h3>"History"</h3>
        {part(move || row.with(history))}
        {others(row, queue, query)}
    }
}

/// How many exceptions like this one are named.
const ALIKE: usize = 5;

/// What is open of the same kind, the nearest first; as the queue knows it, so that it is never older than the rows.
fn others(row: RwSignal<Row>, queue: Queue, query: Memo<DeskQuery>) -> AnyView {
    let exception = row.with_untracked(|row| row.exception.clone());
    let rule = exception.rule;
    let alike = Memo::new(move |_| queue.alike(&exception, ALIKE));
    let open = move |one: &ShipmentException| {
        query.with(|query| DeskQuery { selected: Some(one.id.to_string()), ..query.clone() }.href())
    };
    let shown = move || {
        let (alike, count) = alike.get();
        if alike.is_empty() {
            return view! { <p class="empty-note">"None is open."</p> }.plain();
        }
        let all = DeskQuery {
            rule: Some(rule),
            selected: query.with(|query| query.selected.clone()),
            ..DeskQuery::default()
        };
        let said = if queue.is_whole() {
            format!("All {} of this rule", count + 1)
        } else {
            "All of this rule".to_owned()
        };
        let all = (count > 1 || !queue.is_whole()).then(|| view! { <p><a href=all.href()>{said}</a></p> });
        let rows = alike.into_iter().map(|one| {
            view! {
                <li>
                    {badge::severity(one.severity)} " " <a href=open(&one) data-noscroll="">{one.rule.label()}</a>
                    {format!(", {}: {}", one.number, one.detail)}
                </li>
            }
        });
        view! {
            <ul class="plain">{rows.collect_view()}</ul>
            {all}
        }
        .plain()
    };
    // Beside the closed ones the queue does not know what is open.
    let is_known = query.with_untracked(|query| !query.closed);
    let section = is_known.then(|| {
        view! {
            <h3>{if queue.is_whole() { "Others like it" } else { "Others like it in this list" }}</h3>
            {part(shown)}
        }
    });
    section.plain()
}

/// What moves whenever anything around an exception does.
fn view_of(exception: &ShipmentException) -> ViewKey {
    if exception.rule.is_of_feed() { ViewKey::Desk } else { ViewKey::Shipment { id: exception.shipment } }
}

/// What the server knows around it, kept up with what moves.
fn around((id, view): (ExceptionId, ViewKey)) -> AnyView {
    content(
        String::new,
        move || api::draw(Drawn::Case(id)),
        move |Drawing { as_of, html, .. }| {
            let following = Following::start(Drawn::Case(id), Some(view.clone()), as_of);
            following.show(html)
        },
    )
}

fn head(row: &Row, asleep_until: Option<Moment>) -> AnyView {
    let exception = row.exception.clone();
    let href = home_of(&exception);
    let noun = if exception.rule.is_of_feed() { "Source" } else { "Shipment" };
    let customer = exception.customer.unwrap_or_else(|| "not known yet".to_owned());
    view! {
        <h2 tabindex="-1">{exception.rule.label()} " " {badge::severity(exception.severity)}</h2>
        <p dir="auto">{exception.detail}</p>
        <dl>
            {pair(noun, view! { <a href=href>{exception.number}</a> })}
            {(!exception.rule.is_of_feed()).then(|| pair("Customer", customer))}
            {pair("Since", utc(Some(exception.opened_at)))}
            {pair("With", standing(row))}
            {asleep_until.map(|until| pair("Snoozed until", moment(Some(until))))}
        </dl>
    }
    .plain()
}

fn history(row: &Row) -> AnyView {
    if row.exception.actions.is_empty() {
        let said = match (row.exception.rule, row.exception.is_open()) {
            (Rule::CustomerWaits, _) => "What was said stands with the customer's case.",
            (_, true) => "Nobody has done anything about it yet.",
            (_, false) => "It ended before anybody did anything about it.",
        };
        return view! { <p class="empty-note">{said}</p> }.plain();
    }
    let actions = row.exception.actions.iter().rev().cloned();
    let actions = actions
        .map(|action| {
            view! {
                <li>
                    <p class="entry-time">{action.by} ", " {moment(Some(action.at))}</p>
                    <p dir="auto">{action.text}</p>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="timeline" aria-label="History">{actions}</ol> }.plain()
}

#[component]
fn WhileOpen(row: RwSignal<Row>, asleep_until: Memo<Option<Moment>>, actions: Actions) -> impl IntoView {
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
    let send = move |act: Act| row.with_untracked(|row| actions.act(vec![row.exception.clone()], act, None));
    let busy = move || mark("true", move || actions.is_busy.get());
    let snooze = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send(Act::Snooze { hours: hours.get_untracked() });
    };
    let wake = move || {
        let button = asleep_until.get().map(|_| {
            view! {
                <button type="button" class="quiet" aria-disabled=busy() on:click=move |_| send(Act::Wake)>
                    "Wake"
                </button>
            }
        });
        button.plain()
    };
    view! {
        <div class="buttons">
            <button
                type="button"
                class="turn"
                aria-disabled=busy()
                on:click=move |_| send(turn.get_untracked().1)
            >
                {text(move || turn.get().0.to_owned())}
            </button>
            {part(wake)}
        </div>
        <form class="form row snooze" on:submit=snooze>
            <label>
                "Snooze for"
                <select on:change=move |event| hours.set(event_target_value(&event).parse().unwrap_or(1))>
                    <option value="1">"1 hour"</option>
                    <option value="4">"4 hours"</option>
                    <option value="24">"1 day"</option>
                    <option value="72">"3 days"</option>
                </select>
            </label>
            <button type="submit" class="quiet" aria-disabled=busy()>
                "Snooze"
            </button>
        </form>
    }
}

/// What a line of text is for.
struct Field {
    class: &'static str,
    label: &'static str,
    button: &'static str,
    act: fn(String) -> Act,
    /// Whether the next exception may open once it is done.
    is_followed: bool,
}

/// A line of text and a button that does something with it. Text that is too long is refused, not cut. What ends the
/// exception goes on to the next one, by Enter too, unless somebody wants to stay.
fn words(
    row: RwSignal<Row>,
    query: Memo<DeskQuery>,
    actions: Actions,
    field: Field,
    draft: RwSignal<String>,
) -> AnyView {
    let Field { class, label, button, act, is_followed } = field;
    let excess = Memo::new(move |_| {
        let length = draft.with(|draft| draft.trim().chars().count());
        (length > TEXT).then_some(length)
    });
    let send = move |goes_on: bool| {
        let words = draft.with_untracked(|draft| draft.trim().to_owned());
        if words.is_empty() || excess.get_untracked().is_some() {
            return;
        }
        let exception = row.with_untracked(|row| row.exception.clone());
        let id = exception.id;
        let then = move || {
            // Somebody may have gone elsewhere meanwhile.
            let is_open = query.try_with_untracked(|query| query.selected == Some(id.to_string()));
            if goes_on && is_open == Some(true) {
                keys::go_on(id);
            }
        };
        actions.act_then(exception, act(words), draft, Box::new(then));
    };
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        send(is_followed);
    };
    let busy = move || mark("true", move || actions.is_busy.get());
    let and_next = is_followed.then(|| {
        view! {
            <button type="submit" class="quiet" aria-disabled=busy()>
                {format!("{button} and next")}
            </button>
        }
    });
    // Enter presses a form's first button that submits.
    let kind = if is_followed { "button" } else { "submit" };
    let pressed = move |_| {
        if is_followed {
            send(false);
        }
    };
    let refused = move || {
        let said =
            excess.get().map(|length| format!("{length} characters are too many: write at most {TEXT}."));
        said.map(|said| view! { <p class="meanwhile" role="alert">{said}</p> }).plain()
    };
    view! {
        <form class=format!("form row {class}") on:submit=submitted>
            <label>
                {label}
                <input
                    type="text"
                    dir="auto"
                    list=is_followed.then_some("reasons")
                    required
                    aria-invalid=mark("true", move || excess.get().is_some())
                    prop:value=move || draft.get()
                    on:input=move |event| draft.set(event_target_value(&event))
                />
            </label>
            {and_next}
            <button type=kind class="quiet" aria-disabled=busy() on:click=pressed>
                {button}
            </button>
            {part(refused)}
        </form>
    }
    .plain()
}
