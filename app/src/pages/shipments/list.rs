//! The rows: each is a signal of its own, so that a change touches the cells that differ and no other row.

use crate::api::{Drawing, Drawn, Line, ShipmentList};
use crate::components::badge;
use crate::components::drawn::Following;
use crate::components::pill::pill;
use crate::components::saved_views::saved_views;
use crate::components::when::{moment, window};
use crate::live::{Live, News};
use crate::plain::{IntoPlain, part, text};
use crate::query::{ShipmentsQuery, Sort};
use crate::session::Now;
use domain::live::{Rows, ViewKey};
use domain::{Seq, ShipmentId};
use leptos::prelude::*;

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
                let row = rows.iter().find(|(id, _)| *id == line.id);
                row.map(|(_, row)| row.clone())
            });
            match known {
                Some(row) => {
                    if row.with_untracked(|known| known.seq <= line.seq && *known != line) {
                        row.set(line);
                    }
                }
                None if query.takes(&line) => self.new.update(|new| {
                    new.retain(|waiting| waiting.id != line.id);
                    new.insert(0, line);
                }),
                None => self.new.update(|new| new.retain(|waiting| waiting.id != line.id)),
            }
        }
    }

    /// Whether a snapshot says how each row is now, those behind the pill included.
    fn is_covered_by(self, lines: &[Line]) -> bool {
        let has = |id: ShipmentId| lines.iter().any(|line| line.id == id);
        self.rows.with_untracked(|rows| rows.iter().all(|(id, _)| has(*id)))
            && self.new.with_untracked(|new| new.iter().all(|line| has(line.id)))
    }

    /// Puts the new rows on top.
    fn unfold(self) {
        let new = self.new.try_update(std::mem::take).unwrap_or_default();
        let new = new.into_iter().map(|line| (line.id, ArcRwSignal::new(line)));
        self.rows.update(|rows| {
            rows.splice(0..0, new);
        });
    }
}

/// A page of shipments, live. `again` reads the page anew.
#[component]
pub fn List(query: ShipmentsQuery, list: ShipmentList, again: Callback<()>) -> impl IntoView {
    let ShipmentList { as_of, rows, is_internal, next, needs, views } = list;
    let needs = needs.map(|Drawing { as_of, html, .. }| {
        Following::start(Drawn::Needs, Some(ViewKey::Shipments), as_of).show(html)
    });
    let saved = saved_views("/shipments", query.as_view(), views);
    let export = query.export_href();
    let rows = rows.into_iter().map(|line| (line.id, ArcRwSignal::new(line))).collect();
    let shown = Shown { rows: RwSignal::new(rows), new: RwSignal::new(Vec::new()) };
    follow(shown, query.clone(), as_of, again);

    let is_older = query.before.is_some();
    let older = next.map(|before| ShipmentsQuery { before: Some(before), ..query.clone() }.href());
    let newest = is_older.then(|| ShipmentsQuery { before: None, ..query.clone() }.href());
    let unfiltered = query.is_filtered().then(|| ShipmentsQuery::default().href());
    // How many there are in all is not counted: at a million it would cost more than the page.
    let has_more = is_older || older.is_some();
    let by_change = query.sort == Sort::Changed && !query.arriving_today;
    let count = text(move || match (shown.rows.with(Vec::len), has_more) {
        (1, false) => "1 shipment".to_owned(),
        (count, false) if by_change => format!("{count} shipments, the latest change first"),
        (count, _) if !by_change => format!("{count} shipments still to come, what is expected first on top"),
        (count, _) if is_older => format!("{count} shipments that changed earlier"),
        (count, _) => format!("The {count} shipments that changed last, older ones follow below"),
    });
    let is_empty = Memo::new(move |_| shown.rows.with(Vec::is_empty));
    let new = Memo::new(move |_| shown.new.with(Vec::len));
    let table = move || {
        if is_empty.get() {
            return view! { <Empty unfiltered=unfiltered.clone() /> }.plain();
        }
        view! {
            <table class="rows shipments">
                <caption class="unseen">"Shipments"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Shipment"</th>
                        <th scope="col">"Status"</th>
                        {is_internal.then(|| heading("customer", "Customer"))}
                        {heading("route", "From, to")}
                        {heading("expected", "Expected")}
                        {heading("promised", "Promised")}
                        {is_internal.then(|| view! {
                            {heading("carrier", "Carrier")}
                            <th scope="col">"Exceptions"</th>
                        })}
                        {heading("event", "Last event")}
                    </tr>
                </thead>
                <tbody>
                    <For each=move || shown.rows.get() key=|(id, _)| *id let:entry>
                        <ShipmentLine line=entry.1 />
                    </For>
                </tbody>
            </table>
        }
        .plain()
    };
    let (first, next) = if by_change { ("Newest", "Older") } else { ("First", "Later") };
    view! {
        {saved}
        {needs}
        <div class="list-head">
            <p class="count">{count}</p>
            {pill(new, move || shown.unfold())}
            <p class="list-tools" data-seen="">
                <a href=export rel="external" download="">
                    "Export CSV"
                </a>
            </p>
        </div>
        {part(table)}
        <nav class="pages" aria-label="Pages">
            {newest.map(|href| view! { <a href=href>{first}</a> })}
            {older.map(|href| view! { <a href=href rel="next">{next}</a> })}
        </nav>
    }
}

/// A column that people may leave out.
fn heading(column: &'static str, label: &'static str) -> impl IntoView {
    view! {
        <th scope="col" data-column=column>
            {label}
        </th>
    }
}

fn follow(shown: Shown, query: ShipmentsQuery, as_of: Seq, again: Callback<()>) {
    Live::watch(ViewKey::Shipments, as_of, move |_, news: News<Rows<Line>>| match news {
        News::Replayed(changed) | News::Change(changed) => shown.take_in(changed.rows, &query),
        News::Snapshot(latest) if shown.is_covered_by(&latest.rows) => shown.take_in(latest.rows, &query),
        News::Snapshot(_) => again.run(()),
        News::Current | News::Refused(_) => {}
    });
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
        .plain(),
        None => view! {
            <div class="empty">
                <p>"There are no shipments yet. The first one appears here as soon as it is known."</p>
            </div>
        }
        .plain(),
    }
}

#[component]
fn ShipmentLine(line: ArcRwSignal<Line>) -> impl IntoView {
    let line = RwSignal::from(line);
    let row = line.get_untracked();
    let now = Now::current();
    let is_overdue = Memo::new(move |_| line.with(|line| line.is_overdue(now.get())));
    let href = format!("/shipments/{}", row.id);
    let number = row.number.clone();
    view! {
        <tr data-shipment=row.number data-seq=text(move || line.with(|line| line.seq.to_string()))>
            <th scope="row">
                <a href=href>{number}</a>
                <span class="orders">{text(move || line.with(|line| line.orders.join(", ")))}</span>
            </th>
            {part(move || line.with(|line| cells(line, is_overdue.get())))}
        </tr>
    }
}

fn cells(line: &Line, is_overdue: bool) -> AnyView {
    let city = |city: &Option<String>| city.clone().unwrap_or_else(|| "?".to_owned());
    let route = format!("{} → {}", city(&line.origin), city(&line.destination));
    let delivered = line.delivered_at.map(|_| "Delivered ");
    let customer = line.customers.as_ref().map(|customers| {
        let customers = customers.join(", ");
        view! {
            <td data-label="Customer" data-column="customer">
                {customers}
            </td>
        }
    });
    let rest = line.open_exceptions.map(|open| {
        let carrier = line.carrier.clone();
        let exceptions = (open > 0).then(|| open.to_string());
        view! {
            <td data-label="Carrier" data-column="carrier">
                {carrier}
            </td>
            <td data-label="Exceptions" class="number">
                {exceptions}
            </td>
        }
    });
    view! {
        <td data-label="Status">{badge::status(line.status)} {badge::flags(line.flags)}</td>
        {customer}
        <td data-label="From, to" data-column="route">
            {route}
        </td>
        <td data-label="Expected" data-column="expected">
            {delivered} {moment(line.delivered_at.or(line.eta))}
            {is_overdue.then(|| view! { <span class="flag">"Time passed"</span> })}
        </td>
        <td data-label="Promised" data-column="promised">
            {window(line.promised)}
        </td>
        {rest}
        <td data-label="Last event" data-column="event">
            {moment(line.occurred_at)}
        </td>
    }
    .plain()
}
