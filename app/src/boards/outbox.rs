//! The way out: where messages go, what waits, and what became of every attempt.

use super::table::{Column, Row, figures, table, words};
use crate::components::section::section;
use crate::components::when::{moment, utc};
use chrono::{DateTime, Utc};
use leptos::prelude::*;
use store::{Attempt, EndpointSummary, Outbox, PeopleSummary, Quiet, SentMessage};

/// How many messages are shown.
pub const MESSAGES: u32 = 40;

const ENDPOINTS: &[Column] = &[
    words("Endpoint"),
    words("For"),
    words("To"),
    words("State"),
    figures("Waiting"),
    figures("Delivered"),
    figures("Given up"),
    words("Do"),
];

pub fn draw(outbox: Outbox, now: DateTime<Utc>) -> AnyView {
    let endpoints = if outbox.endpoints.is_empty() {
        view! {
            <p class="empty-note">
                "Nobody gets messages yet. Tell where they go with " <code>"syncline endpoint add --help"</code> "."
            </p>
        }
        .into_any()
    } else {
        let is_quiet = outbox.quiet.is_some();
        let rows = outbox.endpoints.into_iter().map(|one| endpoint(one, is_quiet, now));
        table("Where messages go and what came of them", ENDPOINTS, rows.collect())
    };
    let messages = if outbox.messages.is_empty() {
        view! { <p class="empty-note">"Nothing was sent yet."</p> }.into_any()
    } else {
        let messages = outbox.messages.into_iter().map(message).collect_view();
        view! { <ul class="quarantine">{messages}</ul> }.into_any()
    };
    let quiet = outbox.quiet.map(|quiet| {
        let why = match quiet {
            Quiet::Asked => view! { "Nothing leaves this server: it was started with " <code>"--no-outbound"</code> ". What is due waits." }.into_any(),
            Quiet::Copy => view! {
                "Nothing leaves this server: its database is a copy, or was restored, and the same messages may leave where it was made. If it takes that one's place, say so with "
                <code>"syncline endpoint release"</code> " and start the server again."
            }
            .into_any(),
        };
        view! { <p class="notice" role="status">{why}</p> }
    });
    let PeopleSummary { addresses, waiting, delivered, dead } = outbox.people;
    let people = (addresses > 0).then(|| {
        let text = format!(
            "And {addresses} addresses of people who chose to be told news: {waiting} waiting, {delivered} delivered, {dead} given up."
        );
        view! { <p class="hint">{text}</p> }
    });
    view! {
        {section("Endpoints", view! { {quiet} {endpoints} {people} })}
        {section("Messages that leave", view! {
            <p class="hint">"Those that were given up first, then the latest. Each is sent at least once, with one id, in order for each order or shipment."</p>
            {messages}
        })}
    }
    .into_any()
}

fn endpoint(one: EndpointSummary, is_quiet: bool, now: DateTime<Utc>) -> Row {
    let EndpointSummary { endpoint, waiting, oldest, delivered, dead, last_error } = one;
    let name = endpoint.name.clone();
    let rests = endpoint.open_until.filter(|until| *until > now);
    let state = match (&endpoint.paused, rests) {
        (Some(why), _) => view! { <span class="off">{format!("paused: {why}")}</span> }.into_any(),
        (None, Some(until)) => {
            view! { <span class="off">"rests until " {utc(Some(until))} ", since too much failed"</span> }
                .into_any()
        }
        (None, None) if is_quiet => view! { <span class="off">"waits: nothing leaves"</span> }.into_any(),
        (None, None) => "goes".into_any(),
    };
    let is_stopped = endpoint.paused.is_some() || rests.is_some();
    let buttons = view! {
        <form class="buttons" method="post" action="/outbox">
            <input type="hidden" name="endpoint" value=name.clone() />
            <button class="quiet" name="act" value=if is_stopped { "resume" } else { "pause" }>
                {if is_stopped { "Resume" } else { "Pause" }}
            </button>
            {(dead > 0).then(|| view! { <button class="quiet" name="act" value="resend_dead">"Resend given up"</button> })}
            <details>
                <summary>"Resend since a day (UTC)"</summary>
                <div class="buttons">
                    <input type="date" name="since" aria-label=format!("Resend to {name} since the beginning of this day, UTC") />
                    <button class="quiet" name="act" value="resend_since">
                        "Resend"
                    </button>
                </div>
            </details>
        </form>
    };
    Row {
        key: format!("endpoint-{}", endpoint.name),
        cells: vec![
            endpoint.name.clone().into_any(),
            endpoint.spoken_for().into_any(),
            view! { <code>{endpoint.address}</code> }.into_any(),
            view! {
                {state}
                {last_error.map(|error| view! { <p class="detail">{format!("Last error: {error}")}</p> })}
            }
            .into_any(),
            view! {
                {waiting}
                {oldest.map(|at| view! { <p class="detail">"since " {utc(Some(at))}</p> })}
            }
            .into_any(),
            delivered.into_any(),
            dead.into_any(),
            buttons.into_any(),
        ],
    }
}

fn message(one: SentMessage) -> impl IntoView {
    let SentMessage { id, endpoint, message, state, queued_at, next_at, attempts } = one;
    let notice = &message.notice;
    let head = format!("{}: {}", notice.label(), notice.subject());
    let standing = match state.as_str() {
        "delivered" => "delivered".to_owned(),
        "dead" => "given up".to_owned(),
        _ if attempts.is_empty() => "waits".to_owned(),
        _ => "tried again".to_owned(),
    };
    let next = next_at.filter(|_| !attempts.is_empty());
    let body = message.cloud_event().unwrap_or_default();
    let again = (state != "waiting").then(|| {
        view! {
            <form method="post" action="/outbox">
                <input type="hidden" name="message" value=id.to_string() />
                <button class="quiet" name="act" value="resend" aria-label=format!("Send {head} to {endpoint} again")>
                    "Send again"
                </button>
            </form>
        }
    });
    view! {
        <li id=format!("outbox-{id}") data-state=state>
            <p>
                {head} " "
                <span class="detail">{format!("to {endpoint}, {standing}")} {next.map(|at| view! { " " {moment(Some(at.fixed_offset()))} })}</span>
            </p>
            <p class="origin">
                <code>{message.id.to_string()}</code> {format!(", from event #{}, queued ", message.seq)} {utc(Some(queued_at))}
            </p>
            <details>
                <summary>{tries(attempts.len())}</summary>
                <ol class="plain">{attempts.into_iter().map(attempt).collect_view()}</ol>
                <pre tabindex="0">{body}</pre>
            </details>
            {again}
        </li>
    }
}

fn tries(count: usize) -> String {
    match count {
        0 => "No attempt yet; what is sent".to_owned(),
        1 => "1 attempt, and what is sent".to_owned(),
        count => format!("{count} attempts, and what is sent"),
    }
}

fn attempt(one: Attempt) -> impl IntoView {
    let Attempt { attempt, at, millis, status, answer } = one;
    let status = status.map_or("no answer".to_owned(), |status| status.to_string());
    view! {
        <li>
            {format!("{attempt}: {status} after {millis} ms, ")} {utc(Some(at))} {(!answer.is_empty()).then(|| format!(": {answer}"))}
        </li>
    }
}
