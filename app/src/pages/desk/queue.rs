//! The queue: a row stays where it is whatever happens to it, new exceptions wait behind the pill.

use super::Actions;
use crate::api::{Act, DeskPage};
use crate::components::badge;
use crate::components::pill::pill;
use crate::components::when::{Age, moment};
use crate::live::{Live, News};
use crate::plain::{IntoPlain, mark, part, text};
use crate::query::{DeskQuery, Group};
use crate::session::{Now, Session};
use chrono::TimeDelta;
use domain::ExceptionId;
use domain::exception::{Closing, ShipmentException, Urgency};
use domain::live::{Desk, EXCEPTIONS, ViewKey};
use domain::rules::Rule;
use domain::time::{Moment, format_span};
use leptos::prelude::*;

/// A row of the queue.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub exception: ShipmentException,
    /// It was closed while the page was cut off, nobody here knows how.
    pub gone: bool,
}

type Entry = (ExceptionId, ArcRwSignal<Row>);

/// A list as it was read.
struct List {
    /// Whether it is of those that were closed lately.
    closed: bool,
    /// Whether every open exception is in it.
    is_whole: bool,
    /// The last of a list that does not hold all that fit: what is less urgent was never in it.
    end: Option<Urgency>,
    /// The rules of all that was open.
    rules: Vec<Rule>,
    /// The account that looks.
    me: String,
}

/// What the desk knows.
#[derive(Clone, Copy)]
pub struct Queue {
    rows: RwSignal<Vec<Entry>>,
    /// Exceptions without a row: the one that the address named, and what has left the rows since.
    aside: RwSignal<Vec<Entry>>,
    /// Exceptions that belong into the list, came since and have no row yet.
    new: RwSignal<Vec<ShipmentException>>,
    /// How many are open in all.
    pub open: RwSignal<u64>,
    /// What holds as long as the list does.
    list: StoredValue<List>,
    now: Now,
}

fn row(exception: ShipmentException) -> Entry {
    (exception.id, ArcRwSignal::new(Row { exception, gone: false }))
}

impl Queue {
    /// Shows what was found for the conditions `read` and goes on from its position.
    pub fn start(found: DeskPage, read: &DeskQuery) -> Self {
        let DeskPage { as_of, desk, rules, selected, .. } = found;
        let me = Session::current().viewer.map(|viewer| viewer.account).unwrap_or_default();
        let end = desk.exceptions.last().filter(|_| desk.exceptions.len() >= EXCEPTIONS && !read.closed);
        let end = end.map(ShipmentException::urgency);
        let is_whole = end.is_none() && !read.is_filtered() && !read.closed;
        let queue = Self {
            rows: RwSignal::new(desk.exceptions.into_iter().map(row).collect()),
            aside: RwSignal::new(selected.into_iter().map(row).collect()),
            new: RwSignal::new(Vec::new()),
            open: RwSignal::new(desk.open),
            list: StoredValue::new(List { closed: read.closed, is_whole, end, rules, me }),
            now: Now::current(),
        };
        Live::watch(ViewKey::Desk, as_of, move |_, update: News<Desk>| match update {
            News::Current | News::Refused(_) => {}
            News::Change(desk) | News::Replayed(desk) => {
                queue.open.set(desk.open);
                queue.take_in(desk.exceptions);
            }
            News::Snapshot(desk) => {
                queue.open.set(desk.open);
                queue.retain(&desk.exceptions);
                queue.take_in(desk.exceptions);
            }
        });
        queue
    }

    pub fn find(self, id: ExceptionId) -> Option<ArcRwSignal<Row>> {
        let among = |entries: RwSignal<Vec<Entry>>| {
            entries.with(|entries| entries.iter().find(|(known, _)| *known == id).map(|(_, row)| row.clone()))
        };
        among(self.rows).or_else(|| among(self.aside))
    }

    /// Whether the list is of those that were closed lately.
    fn is_closed(self) -> bool {
        self.list.with_value(|list| list.closed)
    }

    /// Whether every open exception is in the list.
    pub fn is_whole(self) -> bool {
        self.list.with_value(|list| list.is_whole)
    }

    /// Whether more fit than the list holds.
    pub fn is_cut(self) -> bool {
        self.list.with_value(|list| list.end.is_some())
    }

    /// Whether it belongs into the list.
    fn wants(self, exception: &ShipmentException) -> bool {
        self.list.with_value(|list| {
            let is_beyond = || list.end.is_some_and(|end| exception.urgency() > end);
            exception.is_open() != list.closed && !is_beyond()
        })
    }

    /// The rules of all that was open, and of what is in the list now.
    pub fn rules(self) -> Vec<Rule> {
        self.rows.with(|rows| {
            let in_rows = rows.iter().map(|(_, row)| row.with_untracked(|row| row.exception.rule));
            let mut rules: Vec<Rule> =
                self.list.with_value(|list| list.rules.clone()).into_iter().chain(in_rows).collect();
            rules.sort_unstable();
            rules.dedup();
            rules
        })
    }

    /// Whether an exception fits the conditions.
    fn fits(self, query: &DeskQuery, exception: &ShipmentException) -> bool {
        self.list.with_value(|list| query.takes(exception, &list.me, self.now.get_untracked()))
    }

    /// How many in the list fit the conditions, those that wait behind the pill among them.
    pub fn count(self, query: &DeskQuery) -> usize {
        let fits = |exception: &ShipmentException| self.wants(exception) && self.fits(query, exception);
        let is_counted = |row: &Row| fits(&row.exception) && !row.gone;
        let rows = self.rows.with(|rows| rows.iter().filter(|(_, row)| row.with(is_counted)).count());
        rows + self.new.with(|new| new.iter().filter(|one| fits(one)).count())
    }

    /// What is open on the same shipment, then what is open of the same rule: the first few, and how many of the rule; none
    /// where the list is of closed ones.
    pub fn alike(self, to: &ShipmentException, few: usize) -> (Vec<ShipmentException>, usize) {
        let is_alike =
            |one: &ShipmentException| one.id != to.id && (one.shipment == to.shipment || one.rule == to.rule);
        let place = |one: &ShipmentException| {
            (one.shipment != to.shipment, one.customer != to.customer, one.urgency())
        };
        // Neither the rule nor the shipment ever changes; only those that fit are watched.
        let mut alike: Vec<ArcRwSignal<Row>> = self.rows.with(|rows| {
            let fits = |row: &&ArcRwSignal<Row>| row.with_untracked(|row| is_alike(&row.exception));
            rows.iter().map(|(_, row)| row).filter(fits).cloned().collect()
        });
        let new = self.new.with(|new| new.iter().filter(|one| is_alike(one)).cloned().collect::<Vec<_>>());
        alike.extend(new.into_iter().map(|one| row(one).1));
        alike.retain(|row| row.with(|row| row.exception.is_open() && !row.gone));
        alike.sort_by_cached_key(|row| row.with_untracked(|row| place(&row.exception)));
        let of_rule =
            alike.iter().filter(|row| row.with_untracked(|row| row.exception.rule == to.rule)).count();
        let first = alike.iter().take(few).map(|row| row.with_untracked(|row| row.exception.clone()));
        (first.collect(), of_rule)
    }

    /// Changes what is known; what belongs into the list and has no row waits behind the pill.
    pub fn take_in(self, exceptions: Vec<ShipmentException>) {
        // The answer to an action may come after its page has gone.
        if self.rows.is_disposed() {
            return;
        }
        for exception in exceptions {
            let id = exception.id;
            if let Some(row) = untrack(|| self.find(id)) {
                let is_news = row.with_untracked(|known| {
                    known.exception.version <= exception.version
                        && (known.gone || known.exception != exception)
                });
                if is_news {
                    row.set(Row { exception: exception.clone(), gone: false });
                }
            }
            if self.rows.with_untracked(|rows| rows.iter().any(|(known, _)| *known == id)) {
                continue;
            }
            self.new.update(|new| {
                let is_older = |known: &ShipmentException| known.version > exception.version;
                if new.iter().any(|known| known.id == id && is_older(known)) {
                    return;
                }
                new.retain(|known| known.id != id);
                if self.wants(&exception) {
                    new.push(exception);
                }
            });
        }
    }

    /// Marks what is open here but not among the first of all that is open, though it would be.
    fn retain(self, open: &[ShipmentException]) {
        let end = open.last().filter(|_| open.len() >= EXCEPTIONS).map(ShipmentException::urgency);
        let is_missed = |one: &ShipmentException| {
            let is_within = end.is_none_or(|end| one.urgency() <= end);
            one.is_open() && is_within && open.iter().all(|open| open.id != one.id)
        };
        self.new.update(|new| new.retain(|one| !is_missed(one)));
        let known = [self.rows.get_untracked(), self.aside.get_untracked()].concat();
        for (_, row) in known {
            if row.with_untracked(|row| is_missed(&row.exception) && !row.gone) {
                row.update(|row| row.gone = true);
            }
        }
    }

    /// Gives the new ones their place, and takes away what no longer belongs into the list.
    fn unfold(self) {
        let new = self.new.try_update(std::mem::take).unwrap_or_default();
        let stays = |(_, row): &Entry| row.with_untracked(|row| self.wants(&row.exception) && !row.gone);
        let (mut rows, left): (Vec<_>, Vec<_>) = self.rows.get_untracked().into_iter().partition(stays);
        let mut aside = self.aside.get_untracked();
        aside.extend(left);
        for exception in new {
            let urgency = exception.urgency();
            let at = if self.is_closed() {
                0
            } else {
                rows.partition_point(|(_, row)| row.with_untracked(|row| row.exception.urgency() < urgency))
            };
            // One that somebody looks at keeps what was being done with it.
            let known = aside.iter().position(|(id, _)| *id == exception.id).map(|known| aside.remove(known));
            rows.insert(at, known.unwrap_or_else(|| row(exception)));
        }
        self.aside.set(aside);
        self.rows.set(rows);
    }
}

const NONE_OPEN: &str = "Nothing is wrong right now. New exceptions appear here by themselves.";
const NONE_CLOSED: &str = "Nothing has been closed yet.";

/// The rows that the filters let through.
#[component]
pub fn Rows(
    queue: Queue,
    query: Memo<DeskQuery>,
    /// The query without what is selected.
    filters: Memo<DeskQuery>,
    actions: Actions,
) -> impl IntoView {
    let shown = Memo::new_with_compare(
        move |_| {
            let filters = filters.get();
            let fits =
                |row: &ArcRwSignal<Row>| row.with_untracked(|row| queue.fits(&filters, &row.exception));
            let rows: Vec<Entry> =
                queue.rows.with(|rows| rows.iter().filter(|(_, row)| fits(row)).cloned().collect());
            grouped(rows, filters.group)
        },
        |_, _| true,
    );
    Effect::new(move |_| {
        actions.show(shown.with(|items| items.iter().filter_map(Item::id).collect()));
    });
    let new = Memo::new(move |_| {
        filters
            .with(|filters| queue.new.with(|new| new.iter().filter(|one| queue.fits(filters, one)).count()))
    });
    let empty = move || {
        if filters.with(DeskQuery::is_filtered) {
            view! {
                <div class="empty">
                    <p>"No exception here matches these conditions."</p>
                    <p>
                        <a href="/desk">"Show all open exceptions"</a>
                    </p>
                </div>
            }
            .plain()
        } else {
            view! {
                <div class="empty">
                    <p>{if queue.is_closed() { NONE_CLOSED } else { NONE_OPEN }}</p>
                </div>
            }
            .plain()
        }
    };
    let is_empty = Memo::new(move |_| shown.with(Vec::is_empty));
    let rows = move || {
        if is_empty.get() {
            return empty();
        }
        view! {
            <table class="rows exceptions-table">
                    <caption class="unseen">
                        {if queue.is_closed() {
                            "Closed exceptions, the last first"
                        } else {
                            "Open exceptions, the most severe first, then the least time left"
                        }}
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">
                                <span class="unseen">"Choose"</span>
                            </th>
                            <th scope="col">"Severity"</th>
                            <th scope="col">"Exception"</th>
                            <th scope="col">"Shipment"</th>
                            <th scope="col">"Time left"</th>
                            <th scope="col">"With"</th>
                            <th scope="col">"Action"</th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || shown.get() key=Item::key let:item>
                            {match item {
                                Item::Head(name, count) => heading(&name, count),
                                Item::Entry((_, row)) => view! { <Line row query filters actions /> }.plain(),
                            }}
                        </For>
                    </tbody>
                </table>
        }
        .plain()
    };
    view! {
        <section class="queue" aria-label="Exceptions">
            {pill(new, move || queue.unfold())}
            {part(rows)}
        </section>
    }
}

/// A line of the queue.
#[derive(Clone)]
enum Item {
    /// A group's name, and how many are in it.
    Head(String, usize),
    Entry(Entry),
}

impl Item {
    fn id(&self) -> Option<ExceptionId> {
        match self {
            Self::Head(..) => None,
            Self::Entry((id, _)) => Some(*id),
        }
    }

    fn key(&self) -> String {
        match self {
            Self::Head(name, count) => format!("{count} {name}"),
            Self::Entry((id, _)) => id.to_string(),
        }
    }
}

/// The rows under the headings of their groups; the group of the most urgent row comes first.
fn grouped(rows: Vec<Entry>, group: Option<Group>) -> Vec<Item> {
    let Some(group) = group else { return rows.into_iter().map(Item::Entry).collect() };
    let mut groups: Vec<(String, Vec<Entry>)> = Vec::new();
    for entry in rows {
        let name = entry.1.with_untracked(|row| group.of(&row.exception));
        match groups.iter_mut().find(|(known, _)| *known == name) {
            Some((_, entries)) => entries.push(entry),
            None => groups.push((name, vec![entry])),
        }
    }
    let items = groups.into_iter().flat_map(|(name, entries)| {
        let head = Item::Head(name, entries.len());
        [head].into_iter().chain(entries.into_iter().map(Item::Entry))
    });
    items.collect()
}

fn heading(name: &str, count: usize) -> AnyView {
    let said = format!("{name}, {count}");
    view! {
        <tr class="group">
            <th scope="rowgroup" colspan="7">
                {said}
            </th>
        </tr>
    }
    .plain()
}

/// What is left of the time to answer, then to resolve it: `2 h 10 min to answer`, `3 h 05 min over`, to the minute.
#[component]
fn TimeLeft(row: RwSignal<Row>) -> impl IntoView {
    let now = Now::current();
    let left = Memo::new(move |_| {
        let due = row.with(|row| {
            row.exception.is_open().then(|| (row.exception.act_by(), row.exception.is_answered()))
        });
        let (act_by, is_answered) = due?;
        Some(((act_by - now.get()).num_minutes(), is_answered))
    });
    let said = text(move || match left.get() {
        None => "–".to_owned(),
        Some((minutes, _)) if minutes < 0 => format!("{} over", format_span(TimeDelta::minutes(-minutes))),
        Some((minutes, false)) => format!("{} to answer", format_span(TimeDelta::minutes(minutes))),
        Some((minutes, true)) => format!("{} to resolve", format_span(TimeDelta::minutes(minutes))),
    });
    view! {
        <span class="time-left" data-over=mark("true", move || left.get().is_some_and(|(left, _)| left < 0))>
            {said}
        </span>
    }
}

/// How an exception stands: closed and how, or with whom.
pub fn standing(row: &Row) -> String {
    match (&row.exception.closing, &row.exception.assignee) {
        (Some(Closing::Cleared), _) if row.exception.rule == Rule::CustomerWaits => {
            "Closed: the customer waits no more".to_owned()
        }
        (Some(Closing::Cleared), _) => "Closed: the condition cleared".to_owned(),
        (Some(Closing::LateData), _) => "Closed by late data: nothing had been wrong".to_owned(),
        (Some(Closing::Merged { by, named, .. }), _) => format!("Merged by {by} into {named}"),
        (Some(Closing::Resolved { by, reason, .. }), _) => format!("Resolved by {by}: {reason}"),
        (None, _) if row.gone => "Closed while this page was cut off".to_owned(),
        (None, Some(assignee)) => assignee.clone(),
        (None, None) => "Nobody".to_owned(),
    }
}

/// Until when an exception sleeps. Turns once, when the time has come; not every second.
pub fn asleep_until(row: RwSignal<Row>) -> Memo<Option<Moment>> {
    let now = Now::current();
    Memo::new(move |_| {
        let until = row.with(|row| row.exception.snoozed_until.filter(|_| row.exception.is_open()));
        until.filter(|until| *until > now.get())
    })
}

/// What one click on a row does, with the words on its button.
fn next_act(row: &Row, me: Option<&String>) -> Option<(&'static str, Act)> {
    if !row.exception.is_open() || row.gone {
        return None;
    }
    match &row.exception.assignee {
        None => Some(("Take", Act::Take)),
        Some(assignee) if Some(assignee) == me => Some(("Release", Act::Release)),
        Some(_) => None,
    }
}

#[component]
fn Line(
    row: ArcRwSignal<Row>,
    query: Memo<DeskQuery>,
    filters: Memo<DeskQuery>,
    actions: Actions,
) -> impl IntoView {
    let row = RwSignal::from(row);
    let me = Session::current().viewer.map(|viewer| viewer.account);
    let (id, opened_at) = row.with_untracked(|row| (row.exception.id, row.exception.opened_at));
    let name = id.to_string();
    let is_selected = {
        let name = name.clone();
        move || query.with(|query| query.selected.as_ref() == Some(&name))
    };
    let is_closed = move || row.with(|row| row.gone || !row.exception.is_open());
    let asleep_until = asleep_until(row);
    let rest = move || {
        let asleep = asleep_until.get();
        row.with(|row| later_cells(row, asleep, next_act(row, me.as_ref()), actions))
    };
    let said =
        row.with_untracked(|row| format!("Choose {}, {}", row.exception.number, row.exception.rule.label()));
    let is_chosen = move || actions.chosen.with(|chosen| chosen.contains(&id));
    view! {
        <tr
            data-exception=name
            data-closed=mark("true", is_closed)
            aria-current=mark("true", is_selected)
        >
            <td class="choose">
                <input
                    type="checkbox"
                    aria-label=said
                    prop:checked=is_chosen
                    on:click=move |event| actions.choose(id, event.shift_key())
                />
            </td>
            {part(move || filters.with(|filters| row.with(|row| first_cells(row, filters))))}
            <td data-label="Time left">
                <TimeLeft row />
                <span class="detail">"since " <Age at=Signal::stored(opened_at) /></span>
            </td>
            {part(rest)}
        </tr>
    }
}

/// Where what an exception is about has its page.
pub fn home_of(exception: &ShipmentException) -> String {
    if exception.rule.is_of_feed() {
        "/integrations".to_owned()
    } else {
        format!("/shipments/{}", exception.shipment)
    }
}

fn first_cells(row: &Row, filters: &DeskQuery) -> AnyView {
    let exception = &row.exception;
    let href = DeskQuery { selected: Some(exception.id.to_string()), ..filters.clone() }.href();
    let shipment = home_of(exception);
    view! {
        <td data-label="Severity">{badge::severity(exception.severity)}</td>
        <td data-label="Exception">
            <a class="exception-link" href=href data-noscroll="">
                {exception.rule.label()}
            </a>
            <span class="detail" dir="auto">{exception.detail.clone()}</span>
        </td>
        <td data-label="Shipment">
            <a href=shipment>{exception.number.clone()}</a>
            <span class="detail">{exception.customer.clone()}</span>
        </td>
    }
    .plain()
}

fn later_cells(
    row: &Row,
    asleep_until: Option<Moment>,
    next: Option<(&'static str, Act)>,
    actions: Actions,
) -> AnyView {
    let exception = row.exception.clone();
    let name = format!("{} of {}", exception.rule.label(), exception.number);
    let button = next.map(|(word, act)| {
        view! {
            <button
                type="button"
                aria-label=format!("{word}: {name}")
                aria-disabled=mark("true", move || actions.is_busy.get())
                on:click=move |_| actions.act(vec![exception.clone()], act.clone(), None)
            >
                {word}
            </button>
        }
    });
    view! {
        <td data-label="With">
            <span class="standing" dir="auto">{standing(row)}</span>
            {asleep_until.map(|until| view! { <span class="detail">"Snoozed until " {moment(Some(until))}</span> })}
        </td>
        <td data-label="Action">{button}</td>
    }
    .plain()
}
