//! What happened, latest first. What a source took back stays, struck through, with what it said instead.

use super::clock::{there, zone};
use crate::components::when::{moment, utc};
use crate::plain::IntoPlain;
use domain::redaction::{CustomerShipment, whole};
use domain::time::Moment;
use domain::view::{Replacement, ShipmentView, TimelineEntry};
use leptos::prelude::*;

/// An entry as the page shows it, to either audience.
pub struct Entry {
    pub occurred_at: Moment,
    pub text: String,
    pub corrected: Option<Correction>,
    /// Where it comes from, for people of the house.
    pub origin: Option<AnyView>,
    /// Many of them in a row say little more than one.
    pub is_position: bool,
}

/// What became of an entry that was taken back.
pub struct Correction {
    pub why: Option<String>,
    pub instead: Option<Replacement>,
}

pub fn for_customers(shipment: &CustomerShipment) -> Vec<Entry> {
    let entries = shipment.timeline.iter().map(|entry| Entry {
        occurred_at: entry.occurred_at,
        text: entry.text.clone(),
        corrected: entry.corrected.then(|| Correction { why: None, instead: entry.replaced_by.clone() }),
        origin: None,
        is_position: false,
    });
    entries.collect()
}

pub fn for_house(shipment: &ShipmentView) -> Vec<Entry> {
    let stops = whole(shipment).stops;
    let entries = shipment.timeline.iter().map(|entry| {
        let place = stops.iter().find(|stop| entry.stop.as_ref() == Some(&stop.stop)).and_then(zone);
        let local = |at: Moment| place.map_or(at, |zone| there(at, zone));
        let corrected = entry.corrected.as_ref().map(|why| Correction {
            why: Some(why.clone()),
            instead: entry
                .replaced_by
                .clone()
                .map(|instead| Replacement { occurred_at: local(instead.occurred_at), ..instead }),
        });
        Entry {
            occurred_at: local(entry.occurred_at),
            text: entry.text.clone(),
            corrected,
            origin: Some(origin(entry)),
            is_position: entry.kind == "position.reported" && entry.corrected.is_none(),
        }
    });
    entries.collect()
}

fn origin(entry: &TimelineEntry) -> AnyView {
    let code = entry.raw_code.as_ref().map(|code| format!("code {code}"));
    let actor = entry.actor.as_ref().map(|actor| format!("by {actor}"));
    let parts = [Some(entry.source.clone()), Some(entry.kind.clone()), code, actor];
    let parts = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let message = format!("/messages/{}", entry.seq);
    let said = format!("#{}", entry.seq);
    view! {
        {parts}
        " · "
        <a href=message rel="external" target="_blank">
            {said}
            <span class="unseen">", the message as it came, in a new tab"</span>
        </a>
        ", recorded "
        {utc(Some(entry.recorded_at))}
    }
    .plain()
}

/// The entries as a list.
pub fn list(entries: Vec<Entry>) -> AnyView {
    if entries.is_empty() {
        return view! { <p class="empty-note">"Nothing has been reported yet."</p> }.plain();
    }
    let mut lines = Vec::new();
    let mut entries = entries.into_iter().peekable();
    while let Some(entry) = entries.next() {
        let mut earlier = Vec::new();
        while entry.is_position && entries.peek().is_some_and(|next| next.is_position) {
            earlier.extend(entries.next());
        }
        lines.push(line(entry, earlier));
    }
    view! { <ol class="timeline">{lines}</ol> }.plain()
}

/// An entry, and `earlier` ones that stand behind it.
fn line(entry: Entry, earlier: Vec<Entry>) -> AnyView {
    let is_corrected = entry.corrected.is_some();
    let text = if is_corrected { view! { <s>{entry.text}</s> }.plain() } else { entry.text.plain() };
    view! {
        <li data-corrected=is_corrected.then_some("true")>
            <p class="entry-time">{moment(Some(entry.occurred_at))}</p>
            <p class="entry-text" dir="auto">{text}</p>
            {entry.corrected.map(correction)}
            {entry.origin.map(|origin| view! { <p class="origin">{origin}</p> })}
            {(!earlier.is_empty()).then(|| behind(earlier))}
        </li>
    }
    .plain()
}

fn behind(earlier: Vec<Entry>) -> impl IntoView {
    let count = match earlier.len() {
        1 => "1 earlier position".to_owned(),
        count => format!("{count} earlier positions"),
    };
    let lines = earlier.into_iter().map(|entry| line(entry, Vec::new())).collect_view();
    view! {
        <details class="earlier">
            <summary>{count}</summary>
            <ol>{lines}</ol>
        </details>
    }
}

fn correction(correction: Correction) -> impl IntoView {
    let why = correction.why.map_or("Corrected".to_owned(), |why| format!("Taken back: {why}"));
    let instead = correction.instead.map(|instead| {
        view! { ". Instead: " {instead.text} ", " {moment(Some(instead.occurred_at))} }
    });
    view! { <p class="correction">{why} {instead}</p> }
}
