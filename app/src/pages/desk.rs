//! The exception desk: what is wrong, the most urgent first; who has it; and what one does about it.

mod actions;
mod case;
mod keys;
mod queue;

use crate::api::{self, DeskPage};
use crate::components::chips::{Chip, chips};
use crate::components::page::content;
use crate::components::saved_views::saved_views;
use crate::plain::{IntoPlain, mark, part, text};
use crate::query::{DeskQuery, Group, Holder};
use actions::Actions;
use case::Case;
use domain::ExceptionId;
use domain::exception::Severity;
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
    // Whether more fits than the page holds. What was read in whole is cut by every condition here and at once; what was
    // not is read anew.
    let is_cut = RwSignal::new(false);
    let read = Memo::new(move |before: Option<&DeskQuery>| {
        let wanted = query.with(DeskQuery::conditions);
        let holds_it =
            |read: &&DeskQuery| **read == wanted || (!is_cut.get_untracked() && wanted.narrows(read));
        before.filter(holds_it).cloned().unwrap_or(wanted)
    });
    let load = move || api::desk(read.get_untracked(), query.with_untracked(selected));
    let show = move |found: DeskPage| {
        is_cut.set(found.desk.exceptions.len() >= EXCEPTIONS);
        view! { <Board found query read /> }.plain()
    };
    let key = move || read.with(DeskQuery::href);
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

#[component]
fn Board(
    found: DeskPage,
    query: Memo<DeskQuery>,
    /// The conditions that it was found for.
    read: Memo<DeskQuery>,
) -> impl IntoView {
    let (views, teams) = (found.views.clone(), StoredValue::new(found.teams.clone()));
    let queue = read.with_untracked(|read| Queue::start(found, read));
    let actions = Actions::new(queue);
    let saved = move || saved_views("/desk", query.with(DeskQuery::as_view), views.clone());
    let selected = Memo::new(move |_| query.with(selected));
    // To open an exception changes nothing about the rows: hundreds of them would be drawn anew for their links alone.
    let filters = Memo::new(move |_| query.with(|query| DeskQuery { selected: None, ..query.clone() }));
    keys::listen(selected, actions);
    let count = move || {
        let (open, shown) = (queue.open.get(), filters.with(|filters| queue.count(filters)));
        match filters.with(|filters| (filters.closed, filters.is_filtered())) {
            (true, _) => format!("{shown} closed lately, {open} open"),
            (false, _) if queue.is_cut() => format!("the {shown} most urgent, {open} open"),
            (false, false) => format!("{open} open"),
            (false, true) => format!("{shown} of {open} open"),
        }
    };
    let unknown = move || {
        let unknown = filters.with(|filters| filters.unknown.join(" or "));
        let said = (!unknown.is_empty()).then(|| format!("There is no {unknown}: it leaves nothing out."));
        said.map(|said| view! { <p class="correction">{said}</p> }).plain()
    };
    view! {
        <div class="page-head">
            <h1>"Desk"</h1>
            {part(move || filters.with(search))}
            {keys::help()}
            <p class="as-of" data-open=text(move || queue.open.get().to_string())>
                {text(count)}
            </p>
        </div>
        <noscript inner_html="<p class=\"hint\">You can read the desk without JavaScript; to act on an exception, switch it on.</p>"></noscript>
        <Filters query queue teams />
        {part(unknown)}
        {part(saved)}
        {actions.refusals()}
        {actions.bulk()}
        <div class="desk" data-selected=mark("true", move || selected.get().is_some())>
            {move || selected.get().map(|id| view! { <Case id queue query actions /> })}
            <Rows queue query filters actions />
        </div>
        {actions.toast()}
    }
}

/// A plain form: the queue is read anew with the words.
fn search(query: &DeskQuery) -> AnyView {
    let stays = |(name, _): &(&str, Option<&str>)| !["q", "selected"].contains(name);
    let hidden = query.fields().into_iter().filter(stays);
    let hidden = hidden
        .filter_map(|(name, value)| Some(view! { <input type="hidden" name=name value=value?.to_owned() /> }))
        .collect_view();
    view! {
        <form class="search desk-search" role="search" method="get" action="/desk">
            <label for="desk-search">"Search the queue"</label>
            <input
                id="desk-search"
                name="q"
                type="search"
                placeholder="Shipment, customer, cause"
                value=query.q.clone()
            />
            {hidden}
        </form>
    }
    .plain()
}

#[component]
fn Filters(query: Memo<DeskQuery>, queue: Queue, teams: StoredValue<Vec<String>>) -> impl IntoView {
    let by_severity = move || {
        let now = query.get();
        Severity::ALL
            .into_iter()
            .rev()
            .map(|severity| {
                let is_on = now.severity == Some(severity);
                let with = DeskQuery { severity: (!is_on).then_some(severity), ..now.clone() };
                Chip { label: severity.label().into(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_rule = move || {
        let now = query.get();
        // Only those that something is open for: there are many rules, and most hold.
        let open = queue.rules();
        Rule::ALL
            .into_iter()
            .filter(|rule| now.rule == Some(*rule) || open.contains(rule))
            .map(|rule| {
                let is_on = now.rule == Some(rule);
                let with = DeskQuery { rule: (!is_on).then_some(rule), ..now.clone() };
                Chip { label: rule.label().into(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_holder = move || {
        let now = query.get();
        let holders = Holder::ALL.into_iter().map(|holder| {
            let is_on = now.with == Some(holder);
            let with = DeskQuery { with: (!is_on).then_some(holder), ..now.clone() };
            Chip { label: holder.label().into(), href: with.href(), is_on }
        });
        let sleep = [("Awake", false), ("Snoozed", true)].map(|(label, wanted)| {
            let is_on = now.asleep == Some(wanted);
            let with = DeskQuery { asleep: (!is_on).then_some(wanted), closed: false, ..now.clone() };
            Chip { label: label.into(), href: with.href(), is_on }
        });
        let with = DeskQuery { closed: !now.closed, asleep: None, ..now.clone() };
        let closed = Chip { label: "Closed lately".into(), href: with.href(), is_on: now.closed };
        holders.chain(sleep).chain([closed]).collect::<Vec<_>>()
    };
    let by_team = move || {
        let now = query.get();
        // With a single team there is nothing to choose.
        let teams = teams.get_value().into_iter();
        teams
            .map(|team| {
                let is_on = now.team.as_ref() == Some(&team);
                let with = DeskQuery { team: (!is_on).then(|| team.clone()), ..now.clone() };
                Chip { label: team.into(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    let by_group = move || {
        let now = query.get();
        Group::ALL
            .into_iter()
            .map(|group| {
                let is_on = now.group == Some(group);
                let with = DeskQuery { group: (!is_on).then_some(group), ..now.clone() };
                Chip { label: group.label().into(), href: with.href(), is_on }
            })
            .collect::<Vec<_>>()
    };
    view! {
        <div class="filters">
            {chips("Severity", by_severity)}
            {chips("Show", by_holder)}
            {chips("Group by", by_group)}
            {chips("Rule", by_rule)}
            {(teams.with_value(Vec::len) > 1).then(|| chips("Team", by_team))}
        </div>
    }
}
