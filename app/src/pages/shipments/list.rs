//! The rows: each is a signal of its own, so that a change touches the cells that differ and no other row.

use crate::api::{AudienceRows, ShipmentList};
use crate::components::badge;
use crate::components::when::{moment, window};
use crate::live::{Live, News};
use crate::query::ShipmentsQuery;
use domain::live::{Rows, ViewKey};
use domain::view::{ShipmentRow, TrackedRow};
use domain::{Seq, ShipmentId};
use leptos::prelude::*;

/// A row of either audience.
#[derive(Clone, Debug, PartialEq)]
struct Line {
    row: TrackedRow,
    /// What only people of the house see.
    inside: Option<Inside>,
}

#[derive(Clone, Debug, PartialEq)]
struct Inside {
    customers: String,
    carrier: Option<String>,
    open_exceptions: u32,
}

impl From<ShipmentRow> for Line {
    fn from(row: ShipmentRow) -> Self {
        let ShipmentRow { tracked, customers, carrier, open_exceptions } = row;
        Self {
            row: tracked,
            inside: Some(Inside { customers: customers.join(", "), carrier, open_exceptions }),
        }
    }
}

impl From<TrackedRow> for Line {
    fn from(row: TrackedRow) -> Self {
        Self { row, inside: None }
    }
}

impl Line {
    fn belongs(&self, query: &ShipmentsQuery) -> bool {
        let names = self.inside.as_ref().map_or(String::new(), |inside| {
            format!("{} {}", inside.customers, inside.carrier.as_deref().unwrap_or_default())
        });
        let cities =
            [&self.row.origin, &self.row.destination].map(|city| city.as_deref().unwrap_or_default());
        query.takes(&self.row, &format!("{names} {}", cities.join(" ")))
    }
}

/// What the list shows, and what has come since.
#[derive(Clone, Copy)]
struct Shown {
    rows: RwSignal<Vec<(ShipmentId, ArcRwSignal<Line>)>>,
    /// Rows that belong into the list but are not in it, the latest first.
    new: RwSignal<Vec<Line>>,
}

impl Shown {
    /// Changes the rows that are there; keeps those that belong here for the pill.
    fn take_in(self, lines: Vec<Line>, query: &ShipmentsQuery) {
        for line in lines {
            let known = self.rows.with_untracked(|rows| {
                let row = rows.iter().find(|(id, _)| *id == line.row.id);
                row.map(|(_, row)| row.clone())
            });
            match known {
                Some(row) => {
                    if row.with_untracked(|known| known.row.seq <= line.row.seq && *known != line) {
                        row.set(line);
                    }
                }
                None if line.belongs(query) => self.new.update(|new| {
                    new.retain(|waiting| waiting.row.id != line.row.id);
                    new.insert(0, line);
                }),
                None => self.new.update(|new| new.retain(|waiting| waiting.row.id != line.row.id)),
            }
        }
    }

    /// Whether a snapshot says how each row is now.
    fn is_covered_by(self, lines: &[Line]) -> bool {
        self.rows
            .with_untracked(|rows| rows.iter().all(|(id, _)| lines.iter().any(|line| line.row.id == *id)))
    }

    /// Puts the new rows on top.
    fn unfold(self) {
        let new = self.new.try_update(std::mem::take).unwrap_or_default();
        let new = new.into_iter().map(|line| (line.row.id, ArcRwSignal::new(line)));
        self.rows.update(|rows| {
            rows.splice(0..0, new);
        });
    }
}

/// A page of shipments, live. `again` reads the page anew.
#[component]
pub fn List(query: ShipmentsQuery, list: ShipmentList, again: Callback<()>) -> impl IntoView {
    let ShipmentList { as_of, rows, next } = list;
    let (lines, is_internal): (Vec<Line>, bool) = match rows {
        AudienceRows::Internal(rows) => (rows.into_iter().map(Line::from).collect(), true),
        AudienceRows::Customer(rows) => (rows.into_iter().map(Line::from).collect(), false),
    };
    let rows = lines.into_iter().map(|line| (line.row.id, ArcRwSignal::new(line))).collect();
    let shown = Shown { rows: RwSignal::new(rows), new: RwSignal::new(Vec::new()) };
    if is_internal {
        follow::<ShipmentRow>(shown, query.clone(), as_of, again);
    } else {
        follow::<TrackedRow>(shown, query.clone(), as_of, again);
    }

    let is_older = query.before.is_some();
    let older = next.map(|before| ShipmentsQuery { before: Some(before), ..query.clone() }.href());
    let newest = is_older.then(|| ShipmentsQuery { before: None, ..query.clone() }.href());
    let unfiltered = query.is_filtered().then(|| ShipmentsQuery::default().href());
    let count = move || match shown.rows.with(Vec::len) {
        1 => "1 shipment".to_owned(),
        count => format!("{count} shipments"),
    };
    let extent = match (is_older, older.is_some()) {
        (false, false) => "",
        (false, true) => ", the latest changes first",
        (true, _) => ", further back",
    };
    let is_empty = Memo::new(move |_| shown.rows.with(Vec::is_empty));
    view! {
        <div class="list-head">
            <p class="count">{count} {extent}</p>
            <Pill shown />
        </div>
        <Show
            when=move || !is_empty.get()
            fallback=move || view! { <Empty unfiltered=unfiltered.clone() /> }
        >
            <table class="rows shipments">
                <caption class="unseen">"Shipments, the latest change first"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Shipment"</th>
                        <th scope="col">"Status"</th>
                        {is_internal.then(|| view! { <th scope="col">"Customer"</th> })}
                        <th scope="col">"From, to"</th>
                        <th scope="col">"Expected"</th>
                        <th scope="col">"Promised"</th>
                        {is_internal.then(|| view! {
                            <th scope="col">"Carrier"</th>
                            <th scope="col">"Exceptions"</th>
                        })}
                        <th scope="col">"Last news"</th>
                    </tr>
                </thead>
                <tbody>
                    <For each=move || shown.rows.get() key=|(id, _)| *id let:entry>
                        <ShipmentLine line=entry.1 is_internal />
                    </For>
                </tbody>
            </table>
        </Show>
        <nav class="pages" aria-label="Pages">
            {newest.map(|href| view! { <a href=href>"Newest"</a> })}
            {older.map(|href| view! { <a href=href rel="next">"Older"</a> })}
        </nav>
    }
}

fn follow<T>(shown: Shown, query: ShipmentsQuery, as_of: Seq, again: Callback<()>)
where
    T: serde::de::DeserializeOwned + Into<Line> + 'static,
{
    Live::watch(ViewKey::Shipments, as_of, move |_, update: News<Rows<T>>| {
        let lines = |rows: Rows<T>| rows.rows.into_iter().map(Into::into).collect::<Vec<Line>>();
        match update {
            News::Replayed(rows) | News::Change(rows) => shown.take_in(lines(rows), &query),
            News::Snapshot(rows) => {
                let lines = lines(rows);
                if shown.is_covered_by(&lines) {
                    shown.take_in(lines, &query);
                } else {
                    again.run(());
                }
            }
            News::Current | News::Refused(_) => {}
        }
    });
}

/// New rows wait here until somebody wants them: nothing moves under the cursor.
#[component]
fn Pill(shown: Shown) -> impl IntoView {
    let count = Memo::new(move |_| shown.new.with(Vec::len));
    view! {
        <div class="pill-place" role="status" aria-live="polite">
            <Show when=move || { count.get() > 0 }>
                <button type="button" class="pill" on:click=move |_| shown.unfold()>
                    {move || count.get()}
                    " new"
                </button>
            </Show>
        </div>
    }
}

#[component]
fn Empty(unfiltered: Option<String>) -> impl IntoView {
    match unfiltered {
        Some(href) => view! {
            <div class="empty">
                <p>"No shipment matches these conditions."</p>
                <p>
                    <a href=href>"Show all shipments"</a>
                </p>
            </div>
        }
        .into_any(),
        None => view! {
            <div class="empty">
                <p>"There are no shipments yet. The first one appears here as soon as it is known."</p>
            </div>
        }
        .into_any(),
    }
}

#[component]
fn ShipmentLine(line: ArcRwSignal<Line>, is_internal: bool) -> impl IntoView {
    let line = RwSignal::from(line);
    let number = line.with_untracked(|line| line.row.number.clone());
    let name = number.clone();
    let href = line.with_untracked(|line| format!("/shipments/{}", line.row.id));
    let route = move || {
        line.with(|line| {
            let city = |city: &Option<String>| city.clone().unwrap_or_else(|| "?".to_owned());
            format!("{} → {}", city(&line.row.origin), city(&line.row.destination))
        })
    };
    let expected = move || {
        line.with(|line| match line.row.delivered_at {
            Some(at) => view! { "Delivered " {moment(Some(at))} }.into_any(),
            None => moment(line.row.eta).into_any(),
        })
    };
    let customers = move || {
        line.with(|line| line.inside.as_ref().map_or(String::new(), |inside| inside.customers.clone()))
    };
    let carrier = move || line.with(|line| line.inside.as_ref().and_then(|inside| inside.carrier.clone()));
    let exceptions = move || {
        line.with(|line| line.inside.as_ref().map(|inside| inside.open_exceptions).filter(|open| *open > 0))
    };
    view! {
        <tr data-shipment=name data-seq=move || line.with(|line| line.row.seq.0)>
            <th scope="row">
                <a href=href>{number}</a>
                <span class="orders">{move || line.with(|line| line.row.orders.join(", "))}</span>
            </th>
            <td data-label="Status">
                {move || badge::status(line.with(|line| line.row.status))}
                {move || badge::flags(line.with(|line| line.row.flags))}
            </td>
            {is_internal.then(|| view! { <td data-label="Customer">{customers}</td> })}
            <td data-label="From, to">{route}</td>
            <td data-label="Expected">{expected}</td>
            <td data-label="Promised">{move || window(line.with(|line| line.row.promised))}</td>
            {is_internal.then(|| view! {
                <td data-label="Carrier">{carrier}</td>
                <td data-label="Exceptions" class="number">{exceptions}</td>
            })}
            <td data-label="Last news">{move || moment(line.with(|line| line.row.occurred_at))}</td>
        </tr>
    }
}
