//! The exception desk: what is wrong, the most urgent first; who has it; and what one does about it.

mod case;
mod queue;

use crate::api::{self, Act, ApiError, Target};
use crate::components::chips::{Chip, Chips};
use crate::components::problem::Problem;
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
    let desk = Resource::new(|| (), |()| api::desk());
    view! {
        <Title text="Desk" />
        <Transition fallback=|| view! { <p class="loading">"Loading"</p> }>
            {move || Suspend::new(async move {
                match desk.await {
                    Ok(found) => {
                        view! { <Board as_of=found.as_of desk=found.content query /> }.into_any()
                    }
                    Err(error) => view! { <Problem error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// Lets a person act on an exception, from a row or from the open case.
#[derive(Clone, Copy)]
struct Actions {
    send: Action<(Target, Act), ()>,
    /// The exception that somebody else was faster with, and what they did.
    refusal: RwSignal<Option<(ExceptionId, String)>>,
}

impl Actions {
    fn new(queue: Queue) -> Self {
        let refusal = RwSignal::new(None);
        let send = Action::new_local(move |(target, act): &(Target, Act)| {
            let (target, act) = (target.clone(), act.clone());
            async move {
                let exception = target.exception;
                match api::act(target, act).await {
                    Ok(now) => {
                        refusal.set(None);
                        queue.take_in(vec![now]);
                    }
                    Err(ApiError::Stale { message, current }) => {
                        refusal.set(Some((exception, message)));
                        queue.take_in(vec![*current]);
                    }
                    Err(error) => refusal.set(Some((exception, error.to_string()))),
                }
            }
        });
        Self { send, refusal }
    }

    fn act(self, exception: &ShipmentException, act: Act) {
        self.send.dispatch((Target::of(exception), act));
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
    let open = move || match queue.open.get() {
        1 => "1 open".to_owned(),
        open => format!("{open} open"),
    };
    view! {
        <div class="page-head">
            <h1>"Desk"</h1>
            <p class="as-of" data-open=move || queue.open.get()>
                {open}
            </p>
        </div>
        <noscript inner_html="<p class=\"hint\">You can read the desk without JavaScript; to act on an exception, switch it on.</p>"></noscript>
        <Filters query />
        {refused}
        <div class="desk" data-selected=move || selected.get().is_some().then_some("true")>
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
            <Chips label="Severity" chips=Signal::derive(by_severity) />
            <Chips label="Rule" chips=Signal::derive(by_rule) />
        </div>
    }
}
