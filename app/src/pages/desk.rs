//! The exception desk: what is wrong, the most urgent first; who has it; and what one does about it.

mod case;
mod keys;
mod queue;

use crate::api::{self, Act, DeskPage, Target};
use crate::components::chips::{Chip, chips};
use crate::components::page::content;
use crate::plain::{IntoPlain, mark, part, text};
use crate::query::DeskQuery;
use case::Case;
use domain::ExceptionId;
use domain::exception::{Severity, ShipmentException};
use domain::live::EXCEPTIONS;
use domain::rules::Rule;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use queue::{Queue, Rows};

#[component]
pub fn Page() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(DeskQuery::read));
    // What is open and what is closed are two lists; everything else that the address says only cuts them.
    let key = move || query.with(|query| query.closed.to_string());
    let load = move || query.with_untracked(|query| api::desk(query.closed, selected(query)));
    let show = move |found: DeskPage| view! { <Board found query /> }.plain();
    view! {
        <Title text="Desk" />
        {content(key, load, show)}
    }
    .plain()
}

/// The exception that the address names.
fn selected(query: &DeskQuery) -> Option<ExceptionId> {
    query.selected.as_ref()?.parse().ok()
}

/// Lets a person act on an exception, from a row or from the open case.
#[derive(Clone, Copy)]
struct Actions {
    queue: Queue,
    /// Whether an action is on its way. Buttons say so and stay focusable: a disabled one would lose the focus.
    is_busy: RwSignal<bool>,
    /// The exception that an action was refused for, and why.
    refusal: RwSignal<Option<(ExceptionId, String)>>,
}

impl Actions {
    fn new(queue: Queue) -> Self {
        Self { queue, is_busy: RwSignal::new(false), refusal: RwSignal::new(None) }
    }

    /// Empties `draft` once what it says is in the journal; until then nobody loses what they wrote.
    fn act(self, exception: &ShipmentException, act: Act, draft: Option<RwSignal<String>>) {
        let Self { queue, is_busy, refusal } = self;
        if is_busy.get_untracked() {
            return;
        }
        let target = Target::of(exception);
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let id = target.exception;
            match api::act(target, act).await.and_then(|now| now.read()) {
                Ok(now) => {
                    refusal.set(None);
                    if let Some(draft) = draft {
                        draft.try_set(String::new());
                    }
                    queue.take_in(vec![now]);
                }
                // How it is by now comes with the live view.
                Err(error) => refusal.set(Some((id, error.to_string()))),
            }
            is_busy.set(false);
        });
    }
}

#[component]
fn Board(found: DeskPage, query: Memo<DeskQuery>) -> impl IntoView {
    let queue = Queue::start(found, query.with_untracked(|query| query.closed));
    let actions = Actions::new(queue);
    let selected = Memo::new(move |_| query.with(selected));
    keys::listen(selected);
    let refused = move || {
        actions.refusal.get().map(|(id, message)| {
            let what = queue.find(id).map(|row| {
                row.with_untracked(|row| {
                    format!("{}, {}: ", row.exception.number, row.exception.rule.label())
                })
            });
            view! {
                <div class="refusal" role="alert">
                    <p>{what} {message}</p>
                    <button type="button" class="quiet" on:click=move |_| actions.refusal.set(None)>
                        "Close this message"
                    </button>
                </div>
            }
        })
    };
    let count = move || {
        let (open, shown) = (queue.open.get(), query.with(|query| queue.count(query)));
        match query.with(|query| (query.closed, query.is_filtered())) {
            (true, _) => format!("{shown} closed lately, {open} open"),
            (false, false) => format!("{open} open"),
            (false, true) if open > EXCEPTIONS as u64 => {
                format!("{shown} of the {EXCEPTIONS} most urgent, {open} open")
            }
            (false, true) => format!("{shown} of {open} open"),
        }
    };
    let unknown = move || {
        let unknown = query.with(|query| query.unknown.join(" or "));
        let said = (!unknown.is_empty()).then(|| format!("There is no {unknown}: it leaves nothing out."));
        said.map(|said| view! { <p class="correction">{said}</p> }).plain()
    };
    view! {
        <div class="page-head">
            <h1>"Desk"</h1>
            {keys::help()}
            <p class="as-of" data-open=text(move || queue.open.get().to_string())>
                {text(count)}
            </p>
        </div>
        <noscript inner_html="<p class=\"hint\">You can read the desk without JavaScript; to act on an exception, switch it on.</p>"></noscript>
        <Filters query />
        {part(unknown)}
        {refused}
        <div class="desk" data-selected=mark("true", move || selected.get().is_some())>
            {move || selected.get().map(|id| view! { <Case id queue query actions /> })}
            <Rows queue query actions />
        </div>
    }
}

#[component]
fn Filters(query: Memo<DeskQuery>) -> impl IntoView {
    let by_severity = move || {
        let now = query.get();
        Severity::ALL
            .into_iter()
            .rev()
            .map(|severity| {
                let is_on = now.severity == Some(severity);
                let with = DeskQuery { severity: (!is_on).then_some(severity), ..now.clone() };
                Chip { label: severity.label(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_rule = move || {
        let now = query.get();
        Rule::ALL
            .into_iter()
            .map(|rule| {
                let is_on = now.rule == Some(rule);
                let with = DeskQuery { rule: (!is_on).then_some(rule), ..now.clone() };
                Chip { label: rule.label(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_end = move || {
        let now = query.get();
        let with = DeskQuery { closed: !now.closed, ..now.clone() };
        vec![Chip { label: "Closed lately", href: with.href(), is_on: now.closed }]
    };
    view! {
        <div class="filters">
            {chips("Severity", by_severity)}
            {chips("Rule", by_rule)}
            {chips("Show", by_end)}
        </div>
    }
}
