//! The rules and the file that they go by: what each means, what is let pass and for whom, who works on it and when.

use super::table::{Column, Row, figures, table, words};
use crate::components::badge;
use crate::components::section::section;
use crate::components::when::moment;
use crate::context::Context;
use domain::rulebook::{LimitRow, Rulebook};
use domain::rules::Rule;
use domain::service_level::{ServiceLevel, Team};
use domain::time::format_span;
use leptos::prelude::*;
use store::{RulebookChange, StoreError};

const RULES: &[Column] =
    &[words("Rule"), words("Severity"), words("Team"), words("Fires when"), words("Ends when")];
const LIMITS: &[Column] = &[words("Limit"), figures("Value"), words("For some instead")];
const LEVELS: &[Column] =
    &[words("Severity"), words("Customers"), figures("To answer"), figures("To resolve"), words("Counted")];
const TEAMS: &[Column] = &[words("Team"), words("Takes"), words("Works"), words("Free days")];
const CHANGES: &[Column] = &[figures("Version"), words("Why"), words("By"), words("Since")];

pub async fn draw(context: &Context) -> Result<AnyView, StoreError> {
    let changes = context.store.rulebooks().await?;
    let book = changes.last().map(|change| change.book.clone()).unwrap_or_default();
    let stands = match changes.last() {
        Some(RulebookChange { by, recorded_at, .. }) => view! {
            <p class="as-of">
                {format!("Version {}, put in force by {} ", book.version, by.as_deref().unwrap_or("somebody"))}
                {moment(Some(recorded_at.fixed_offset()))} {format!(": {}", book.reason)}
            </p>
        }
        .into_any(),
        None => view! { <p class="as-of">"Version 1, as Syncline comes. Nobody has changed it."</p> }.into_any(),
    };
    let drawn = view! {
        {section("Rules", view! {
            {stands}
            <p class="hint">
                "Another version holds for each shipment from its next event on, and at the latest when something is due on it. "
                <a href="/contracts/rulebook.changed/schema.json" rel="external">"What may stand in the file"</a>
            </p>
            {table("Rules", RULES, rules(&book))}
        })}
        {section("What is let pass", table("Limits", LIMITS, limits(&book)))}
        {section("Service levels", table("Service levels", LEVELS, levels(&book)))}
        {section("Teams", table("Teams", TEAMS, teams(&book)))}
        {(!changes.is_empty())
            .then(|| section("Versions of the rules", table("Versions of the rules", CHANGES, versions(&changes))))}
    };
    Ok(drawn.into_any())
}

fn rules(book: &Rulebook) -> Vec<Row> {
    let row = |rule: Rule| {
        let meaning = rule.meaning();
        let special = book.special.iter().filter_map(|special| {
            let severity = special.severities.get(&rule)?;
            Some(view! {
                <span class="detail">{format!("{}: {}", special.when.formatted(), severity.label())}</span>
            })
        });
        let severity = view! { {badge::severity(book.severity(rule))} {special.collect_view()} };
        let team = book.team(rule).map(|team| team.team.clone());
        Row {
            key: format!("rule-{}", rule.as_str()),
            cells: vec![
                rule.label().into_any(),
                severity.into_any(),
                team.into_any(),
                meaning.opens.into_any(),
                meaning.closes.into_any(),
            ],
        }
    };
    Rule::ALL.into_iter().map(row).collect()
}

fn limits(book: &Rulebook) -> Vec<Row> {
    let row = |limit: LimitRow| {
        let instead = book.special.iter().flat_map(|special| {
            let own = special.limits.rows().into_iter().filter(|own| own.name == limit.name);
            own.map(|own| format!("{}: {}", special.when.formatted(), own.formatted())).collect::<Vec<_>>()
        });
        let instead = instead.map(|text| view! { <span class="detail">{text}</span> }).collect_view();
        Row {
            key: format!("limit-{}", limit.name),
            cells: vec![limit.label.into_any(), limit.formatted().into_any(), instead.into_any()],
        }
    };
    book.limits.rows().into_iter().map(row).collect()
}

fn levels(book: &Rulebook) -> Vec<Row> {
    let row = |(place, level): (usize, &ServiceLevel)| {
        let span = |minutes: u32| format_span(chrono::TimeDelta::minutes(i64::from(minutes)));
        let counted = if level.around_the_clock { "around the clock" } else { "in the team's hours" };
        Row {
            key: format!("level-{place}"),
            cells: vec![
                badge::severity(level.severity).into_any(),
                level.tier.map_or("All", |tier| tier.label()).into_any(),
                span(level.response_minutes).into_any(),
                span(level.resolution_minutes).into_any(),
                counted.into_any(),
            ],
        }
    };
    book.service_levels.iter().enumerate().map(row).collect()
}

fn teams(book: &Rulebook) -> Vec<Row> {
    let row = |(place, team): (usize, &Team)| {
        let takes: Vec<&str> = team.rules.iter().map(|rule| rule.label()).collect();
        let takes = if takes.is_empty() { "All that no other takes".to_owned() } else { takes.join(", ") };
        let days: Vec<String> = team.days.iter().map(ToString::to_string).collect();
        let works =
            format!("{}, {}:00 to {}:00, {}", days.join(" "), team.from_hour, team.until_hour, team.zone);
        Row {
            key: format!("team-{place}"),
            cells: vec![
                team.team.clone().into_any(),
                takes.into_any(),
                works.into_any(),
                team.holidays.join(", ").into_any(),
            ],
        }
    };
    book.teams.iter().enumerate().map(row).collect()
}

fn versions(changes: &[RulebookChange]) -> Vec<Row> {
    let row = |change: &RulebookChange| Row {
        key: format!("version-{}", change.book.version),
        cells: vec![
            change.book.version.into_any(),
            change.book.reason.clone().into_any(),
            change.by.clone().into_any(),
            moment(Some(change.recorded_at.fixed_offset())).into_any(),
        ],
    };
    changes.iter().rev().map(row).collect()
}
