//! The parts of a shipment's page that everybody sees. Each part follows its own piece of the facts, so that a change
//! touches only the parts that it is about.

use super::facts::{CaseCard, EntryCard, Facts, OrderCard};
use crate::components::badge;
use crate::components::section::{Section, pair};
use crate::components::stop::stop_card;
use crate::components::when::{dash, moment, window};
use domain::Seq;
use domain::fact::Mode;
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Story(
    facts: Memo<Facts>,
    as_of: RwSignal<Seq>,
    /// What else this audience sees; stands behind the stops.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let number = move || facts.with(|facts| facts.number.clone());
    view! {
        <Title text=move || format!("Shipment {}", number()) />
        <div class="page-head">
            <h1>"Shipment " {number}</h1>
            <p class="as-of">
                "As of position " <span data-as-of=move || as_of.get().0>{move || as_of.get().0}</span>
                ", last change at " {move || facts.with(|facts| facts.seq.0)}
            </p>
        </div>
        <Summary facts />
        <div class="columns">
            <div class="column">
                <Stops facts />
                {children.map(|children| children())}
            </div>
            <div class="column">
                <Timeline facts />
                <Orders facts />
                <References facts />
                <Documents facts />
                <Cases facts />
            </div>
        </div>
    }
}

fn mode_label(mode: Mode) -> &'static str {
    match mode {
        Mode::Truckload => "Full truckload",
        Mode::LessThanTruckload => "Less than truckload",
        Mode::Parcel => "Parcel",
        Mode::Rail => "Rail",
        Mode::Ocean => "Ocean",
        Mode::Air => "Air",
    }
}

#[component]
fn Summary(facts: Memo<Facts>) -> impl IntoView {
    let status = Memo::new(move |_| facts.with(|facts| (facts.status, facts.flags)));
    let times = Memo::new(move |_| facts.with(|facts| (facts.delivered_at, facts.eta, facts.promised)));
    let carrier = Memo::new(move |_| facts.with(|facts| (facts.carrier.clone(), facts.mode)));
    let position = Memo::new(move |_| facts.with(|facts| facts.position.clone()));
    let delay = Memo::new(move |_| facts.with(|facts| facts.delay.clone()));
    let where_now = move || {
        position.get().map_or_else(
            || dash().into_any(),
            |last| {
                let (latitude, longitude) = (last.position.latitude, last.position.longitude);
                let place = last.near.unwrap_or_else(|| format!("{latitude:.3}, {longitude:.3}"));
                view! { {place} ", " {moment(Some(last.at))} }.into_any()
            },
        )
    };
    view! {
        <section class="summary" aria-label="Summary">
            <p class="summary-status" aria-live="polite">
                {move || badge::status(status.get().0)}
                {move || badge::flags(status.get().1)}
            </p>
            <dl>
                {move || match times.get().0 {
                    Some(at) => pair("Delivered", moment(Some(at))),
                    None => pair("Expected", moment(times.get().1)),
                }}
                {pair("Promised", move || window(times.get().2))}
                {pair("Carrier", move || carrier.get().0.unwrap_or_else(|| "not known yet".to_owned()))}
                {pair("Mode", move || carrier.get().1.map_or("not known yet", mode_label))}
                {pair("Last position", where_now)}
                {move || delay.get().map(|delay| {
                    let minutes = delay.minutes.map(|minutes| format!(", about {minutes} min"));
                    pair("Delay", view! { {delay.reason.label()} {minutes} ", said " {moment(Some(delay.reported_at))} })
                })}
            </dl>
        </section>
    }
}

#[component]
fn Stops(facts: Memo<Facts>) -> impl IntoView {
    let stops = Memo::new(move |_| facts.with(|facts| facts.stops.clone()));
    view! {
        <Section title="Stops">
            {move || {
                let stops = stops.get();
                if stops.is_empty() {
                    view! { <p class="empty-note">"The transport is not planned yet."</p> }.into_any()
                } else {
                    view! { <ol class="stops">{stops.into_iter().map(stop_card).collect_view()}</ol> }
                        .into_any()
                }
            }}
        </Section>
    }
}

#[component]
fn Timeline(facts: Memo<Facts>) -> impl IntoView {
    let entries = Memo::new(move |_| facts.with(|facts| facts.timeline.clone()));
    view! {
        <Section title="Timeline">
            <ol class="timeline">
                <For each=move || entries.get() key=|entry| entry.key.clone() let:entry>
                    <Entry entry />
                </For>
            </ol>
        </Section>
    }
}

#[component]
fn Entry(entry: EntryCard) -> impl IntoView {
    let EntryCard { occurred_at, text, corrected, origin, recorded_at, .. } = entry;
    let origin = origin.map(|origin| {
        view! { <p class="origin">{origin} ", recorded " {moment(recorded_at)}</p> }
    });
    let is_corrected = corrected.is_some();
    let text = if is_corrected { view! { <s>{text}</s> }.into_any() } else { text.into_any() };
    view! {
        <li data-corrected=is_corrected.then_some("true")>
            <p class="entry-time">{moment(Some(occurred_at))}</p>
            <p class="entry-text">{text}</p>
            {corrected.map(|said| view! { <p class="correction">{said}</p> })}
            {origin}
        </li>
    }
}

#[component]
fn Orders(facts: Memo<Facts>) -> impl IntoView {
    let orders = Memo::new(move |_| facts.with(|facts| facts.orders.clone()));
    view! {
        <Section title="Orders">
            {move || orders.get().into_iter().map(order).collect_view()}
        </Section>
    }
}

fn order(order: OrderCard) -> impl IntoView {
    let caption = format!("Lines of order {}", order.number);
    let lines = order
        .lines
        .into_iter()
        .map(|line| {
            view! {
                <tr>
                    <td>{line.line}</td>
                    <td>{line.item}</td>
                    <td>{line.description}</td>
                    <td class="number">{line.quantity}</td>
                </tr>
            }
        })
        .collect::<Vec<_>>();
    let lines = if lines.is_empty() {
        view! { <p class="empty-note">"The ERP has not sent its lines yet."</p> }.into_any()
    } else {
        view! {
            <table class="lines">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"Item"</th>
                        <th scope="col">"Description"</th>
                        <th scope="col" class="number">
                            "Quantity"
                        </th>
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        }
        .into_any()
    };
    view! {
        <article class="order">
            <h3>{order.number} {order.remark.map(|remark| format!(", {remark}"))}</h3>
            <p>"Promised " {window(order.promised)}</p>
            {lines}
        </article>
    }
}

#[component]
fn References(facts: Memo<Facts>) -> impl IntoView {
    let references = Memo::new(move |_| facts.with(|facts| facts.references.clone()));
    view! {
        <Section title="References">
            <dl>
                {move || {
                    let all = references.get().into_iter();
                    all.map(|one| pair(one.kind.label(), one.value)).collect_view()
                }}
            </dl>
        </Section>
    }
}

#[component]
fn Documents(facts: Memo<Facts>) -> impl IntoView {
    let documents = Memo::new(move |_| facts.with(|facts| facts.documents.clone()));
    view! {
        <Show when=move || documents.with(|all| !all.is_empty())>
            <Section title="Documents">
                <ul class="plain">
                    {move || {
                        let all = documents.get().into_iter();
                        all.map(|one| view! { <li>{one.title} ", " {one.document}</li> }).collect_view()
                    }}
                </ul>
            </Section>
        </Show>
    }
}

#[component]
fn Cases(facts: Memo<Facts>) -> impl IntoView {
    let cases = Memo::new(move |_| facts.with(|facts| facts.cases.clone()));
    view! {
        <Show when=move || cases.with(|all| !all.is_empty())>
            <Section title="Cases">{move || cases.get().into_iter().map(case).collect_view()}</Section>
        </Show>
    }
}

fn case(case: CaseCard) -> impl IntoView {
    let messages = case
        .messages
        .into_iter()
        .map(|message| {
            let by = message.by.unwrap_or_else(|| "Customer".to_owned());
            view! {
                <li>
                    <p class="entry-time">{by} ", " {moment(Some(message.at))}</p>
                    <p>{message.text}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <article class="case">
            <h3>{if case.closed { "Closed case" } else { "Open case" }}</h3>
            <ol class="timeline">{messages}</ol>
        </article>
    }
}
