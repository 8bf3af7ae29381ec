//! The way in: who owns which facts, when each source was last heard, what became of its deliveries.

use crate::api::{self, DeliveryLine, Integrations, QuarantineLine, SourceLine};
use crate::components::page::content;
use crate::components::section::section;
use crate::components::when::{Age, utc};
use crate::live::{Live, News};
use crate::plain::{IntoPlain, part, text};
use domain::Seq;
use domain::authority::OWNERS;
use domain::live::ViewKey;
use leptos::prelude::*;
use leptos_meta::Title;
use serde::de::IgnoredAny;
use std::time::Duration;

/// The page is read anew at most this often while deliveries come in.
const PAUSE: Duration = Duration::from_secs(2);

#[component]
pub fn Page() -> impl IntoView {
    view! {
        <Title text="Integrations" />
        <div class="page-head">
            <h1>"Integrations"</h1>
        </div>
        {content(String::new, api::integrations, |known| view! { <Known known /> }.plain())}
        <Owners />
    }
    .plain()
}

#[component]
fn Known(known: Integrations) -> impl IntoView {
    let as_of = known.as_of;
    let known = RwSignal::new(known);
    let failed = RwSignal::new(None::<String>);
    follow(as_of, known, failed);
    let deliveries =
        move || known.with(|known| known.deliveries.iter().cloned().map(delivery).collect_view()).plain();
    let sources =
        move || known.with(|known| known.sources.iter().cloned().map(source).collect_view()).plain();
    let strangers = move || match known.with(|known| known.strangers) {
        0 => None,
        1 => Some("1 delivery went to a source that does not exist.".to_owned()),
        count => Some(format!("{count} deliveries went to sources that do not exist.")),
    };
    view! {
        {move || failed.get().map(|sentence| view! {
            <p class="refusal" role="alert">
                {format!("The figures below may be out of date: {sentence}.")}
            </p>
        })}
        {section("Sources", view! {
            <table class="rows">
                <caption class="unseen">"Sources and what came of their deliveries"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Source"</th>
                        <th scope="col">"Role"</th>
                        <th scope="col">"Last heard"</th>
                        <th scope="col" class="number">
                            "Deliveries"
                        </th>
                        <th scope="col" class="number">
                            "Accepted"
                        </th>
                        <th scope="col" class="number">
                            "Duplicates"
                        </th>
                        <th scope="col" class="number">
                            "Quarantined"
                        </th>
                        <th scope="col" class="number">
                            "Refused"
                        </th>
                    </tr>
                </thead>
                <tbody>{part(sources)}</tbody>
            </table>
            {part(move || strangers().map(|sentence| view! { <p class="hint">{sentence}</p> }).plain())}
        })}
        {section("Quarantine", view! {
            <p class="hint">{text(move || known.with(|known| quarantine_count(known.quarantined)))}</p>
            <ul class="quarantine">
                <For
                    each=move || known.with(|known| known.quarantine.clone())
                    key=|line| (line.source.clone(), line.delivery.clone(), line.position)
                    let:line
                >
                    {quarantine(line)}
                </For>
            </ul>
        })}
        {section("Last deliveries", view! {
            <table class="rows">
                <caption class="unseen">"The last deliveries, latest first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Received"</th>
                        <th scope="col">"Source"</th>
                        <th scope="col">"Delivery"</th>
                        <th scope="col">"Form"</th>
                        <th scope="col">"Outcome"</th>
                    </tr>
                </thead>
                <tbody>
                    {part(deliveries)}
                </tbody>
            </table>
        })}
    }
}

/// Reads the page anew when a source was heard.
fn follow(as_of: Seq, known: RwSignal<Integrations>, failed: RwSignal<Option<String>>) {
    let is_waiting = StoredValue::new(false);
    let read = move || {
        leptos::task::spawn_local(async move {
            let read = api::integrations().await.and_then(|known| known.read());
            // The page may be gone by now.
            let _ = is_waiting.try_set_value(false);
            match read {
                Ok(now) => {
                    let _ = failed.try_set(None);
                    let _ = known.try_set(now);
                }
                Err(error) => {
                    let _ = failed.try_set(Some(error.to_string()));
                }
            }
        });
    };
    Live::watch(ViewKey::Freshness, as_of, move |_, update: News<IgnoredAny>| {
        let is_news = !matches!(update, News::Current | News::Refused(_));
        if is_news && !is_waiting.get_value() {
            is_waiting.set_value(true);
            set_timeout(read, PAUSE);
        }
    });
}

fn source(line: SourceLine) -> impl IntoView {
    view! {
        <tr>
            <th scope="row">
                {line.name} {line.disabled.then(|| view! { <span class="flag">"disabled"</span> })}
            </th>
            <td data-label="Role">{line.role.label()}</td>
            <td data-label="Last heard">
                {match line.last_at {
                    Some(at) => view! { <Age at=Signal::stored(at) /> }.plain(),
                    None => "never".plain(),
                }}
            </td>
            <td data-label="Deliveries" class="number">
                {line.deliveries}
            </td>
            <td data-label="Accepted" class="number">
                {line.accepted}
            </td>
            <td data-label="Duplicates" class="number">
                {line.duplicates}
            </td>
            <td data-label="Quarantined" class="number">
                {line.quarantined}
            </td>
            <td data-label="Refused" class="number">
                {line.refused}
            </td>
        </tr>
    }
}

fn quarantine_count(count: u64) -> String {
    match count {
        0 => "Nothing waits: every event that came was understood.".to_owned(),
        1 => "1 event was not understood and is kept as it came.".to_owned(),
        count => format!("{count} events were not understood and are kept as they came, the latest first."),
    }
}

fn quarantine(line: QuarantineLine) -> impl IntoView {
    view! {
        <li>
            <p>
                <code>{line.code}</code>
                ": "
                {line.reason}
            </p>
            <p class="origin">
                {format!("{}, delivery {}, event {}, ", line.source, line.delivery, line.position + 1)}
                {utc(Some(line.received_at))}
            </p>
            <details>
                <summary>"As it came"</summary>
                <pre tabindex="0">{line.raw}</pre>
            </details>
        </li>
    }
}

fn delivery(line: DeliveryLine) -> impl IntoView {
    let outcome = format!(
        "{} accepted, {} duplicates, {} quarantined",
        line.accepted, line.duplicates, line.quarantined
    );
    let needs_eyes = (line.quarantined > 0).then_some("true");
    view! {
        <tr data-quarantined=needs_eyes>
            <td data-label="Received">{utc(Some(line.received_at))}</td>
            <td data-label="Source">{line.source}</td>
            <td data-label="Delivery">
                <code>{line.id}</code>
            </td>
            <td data-label="Form">{line.content_type}</td>
            <td data-label="Outcome">{outcome}</td>
        </tr>
    }
}

#[component]
fn Owners() -> impl IntoView {
    let rows = OWNERS
        .iter()
        .map(|row| {
            let owners = row.owners.iter().map(|owner| owner.label()).collect::<Vec<_>>().join(", ");
            view! {
                <tr>
                    <th scope="row">{row.label}</th>
                    <td data-label="Owner">{owners}</td>
                    <td data-label="Facts">{row.facts}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        {section("Who owns what", view! {
            <p class="hint">
                "A source that states what it does not own changes nothing: the claim goes to quarantine."
            </p>
            <table class="rows">
                <caption class="unseen">"Each kind of fact and its owner"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Domain"</th>
                        <th scope="col">"Owner"</th>
                        <th scope="col">"Facts"</th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        })}
    }
}
