//! The exception desk: what is wrong, the most urgent first; who has it; and what one does about it.

mod case;
mod queue;

use crate::api::{self, Act, Positioned, Target};
use crate::components::chips::{Chip, chips};
use crate::components::page::content;
use crate::plain::{IntoPlain, mark, text};
use crate::query::DeskQuery;
use case::Case;
use domain::exception::{Severity, ShipmentException};
use domain::live::Desk;
use domain::rules::Rule;
use domain::{ExceptionId, Seq};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;
use queue::{Queue, Rows};

#[component]
pub fn Page() -> impl IntoView {
    let params = use_query_map();
    let query = Memo::new(move |_| params.with(DeskQuery::read));
    let show =
        move |found: Positioned<Desk>| view! { <Board as_of=found.as_of desk=found.content query /> }.plain();
    view! {
        <Title text="Desk" />
        {content(String::new, api::desk, show)}
    }
    .plain()
}

/// Lets a person act on an exception, from a row or from the open case.
#[derive(Clone, Copy)]
struct Actions {
    queue: Queue,
    /// Whether an action is on its way.
    is_busy: RwSignal<bool>,
    /// The exception that an action was refused for, and why.
    refusal: RwSignal<Option<(ExceptionId, String)>>,
}

impl Actions {
    fn new(queue: Queue) -> Self {
        Self { queue, is_busy: RwSignal::new(false), refusal: RwSignal::new(None) }
    }

    fn act(self, exception: &ShipmentException, act: Act) {
        let Self { queue, is_busy, refusal } = self;
        let target = Target::of(exception);
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let id = target.exception;
            match api::act(target, act).await.and_then(|now| now.read()) {
                Ok(now) => {
                    refusal.set(None);
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
fn Board(as_of: Seq, desk: Desk, query: Memo<DeskQuery>) -> impl IntoView {
    let queue = Queue::start(as_of, desk);
    let actions = Actions::new(queue);
    let selected =
        Memo::new(move |_| query.with(|query| query.selected.as_ref()?.parse::<ExceptionId>().ok()));
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
    let open = text(move || format!("{} open", queue.open.get()));
    view! {
        <div class="page-head">
            <h1>"Desk"</h1>
            <p class="as-of" data-open=text(move || queue.open.get().to_string())>
                {open}
            </p>
        </div>
        <noscript inner_html="<p class=\"hint\">You can read the desk without JavaScript; to act on an exception, switch it on.</p>"></noscript>
        <Filters query />
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
    view! {
        <div class="filters">
            {chips("Severity", by_severity)}
            {chips("Rule", by_rule)}
        </div>
    }
}
