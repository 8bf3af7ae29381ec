//! What the tables show of a shipment, and writing it: whole batches a statement, only what differs.

use super::batch::{Batch, linked_orders};
use super::views::{Entry, Views};
use crate::StoreError;
use crate::batch_rows::{Cell, key_array, write_rows};
use crate::behind::{self, ContributionRow};
use crate::figures;
use crate::outbox;
use crate::restated;
use crate::search::{INTERNAL, audience, customer_words, internal_words};
use domain::deadline::Deadline;
use domain::exception::{Severity, ShipmentException};
use domain::gate::{is_unknown_and_proven, is_unsettled};
use domain::kpi::{Contribution, Day, Punctuality, Rollup, contributions, differences};
use domain::redaction::redact;
use domain::rules::Rule;
use domain::status::{Flags, Status};
use domain::view::TrackedRow;
use domain::{CustomerId, OrderId, Seq, Tracked};
use sqlx::{SqliteConnection, query};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Everything that differences are told by.
#[derive(Clone, PartialEq)]
pub(crate) struct Shown {
    status: Status,
    punctuality: Option<Punctuality>,
    /// Rule and severity of the open exceptions.
    open: Vec<(Rule, Severity)>,
    customers: Vec<CustomerId>,
    /// For the house, then for each of the customers.
    words: Vec<String>,
    deadlines: Vec<Deadline>,
    contributions: Vec<Contribution>,
    /// The orders on it, and whether it has news for the invoice gate of each.
    orders: Vec<(OrderId, bool)>,
}

/// Rows of the two lists.
struct Rows {
    shipment: [Cell; 12],
    customers: Vec<[Cell; 8]>,
}

/// A shipment that can't be shown, since no event of today's makes one.
#[cfg(test)]
pub(crate) const UNSHOWABLE: &str = "S-UNSHOWABLE";

/// Places for customers beside a shipment's key.
const PLACES: i64 = 1 << 16;

impl Shown {
    pub(crate) fn of(key: i64, tracked: &Tracked) -> Result<Self, StoreError> {
        Ok(show(key, tracked)?.0)
    }
}

fn show(key: i64, tracked: &Tracked) -> Result<(Shown, Rows), StoreError> {
    let view = tracked.outline();
    let row = view.row();
    let mut open: Vec<(Rule, Severity)> = tracked
        .exceptions
        .iter()
        .filter(|exception| exception.is_open())
        .map(|exception| (exception.rule, exception.severity))
        .collect();
    open.sort_unstable();
    let open_rules = open.iter().fold(0, |bits, (rule, _)| bits | rule_bit(*rule));
    let punctual = row.tracked.punctuality;
    let unsettled = |id: OrderId| {
        let order = tracked.orders.iter().find(|order| order.id == id);
        // Of an order that no ERP has told of only a decision of the gate is known, if anything.
        match order {
            Some(order) if order.state.terms.is_some() => is_unsettled(order, tracked),
            order => is_unknown_and_proven(id, order.map(|order| &**order), tracked),
        }
    };
    let mut orders: Vec<(OrderId, bool)> =
        linked_orders(tracked).into_iter().map(|id| (id, unsettled(id))).collect();
    orders.sort_unstable();
    orders.dedup();
    let mut customers: Vec<CustomerId> = tracked.customers().collect();
    customers.sort_unstable();
    customers.dedup();
    customers.truncate(usize::try_from(PLACES - 1).unwrap_or(usize::MAX));

    let mut words = vec![internal_words(&view)];
    let mut customer_rows = Vec::with_capacity(customers.len());
    for (place, &customer) in (1..).zip(&customers) {
        let Some(seen) = redact(&view, customer) else {
            return Err(StoreError::unreadable(
                "shipments",
                format!("{} hides from its own customer", view.id),
            ));
        };
        let name = view.customers().into_iter().find(|one| one.id() == customer).map_or("", |one| &one.name);
        words.push(customer_words(&seen, name));
        let row = seen.row();
        customer_rows.push([
            (key * PLACES + place).into(),
            customer.0.into(),
            row.seq.0.into(),
            row.status.as_str().into(),
            flag_bits(row.flags).into(),
            row.punctuality.map(Punctuality::as_str).into(),
            expected(&row).into(),
            serde_json::to_string(&row)?.into(),
        ]);
    }
    let shipment = [
        key.into(),
        view.id.0.into(),
        view.number.clone().into(),
        issuer(tracked).into(),
        view.seq.0.into(),
        view.status.as_str().into(),
        flag_bits(view.flags).into(),
        punctual.map(Punctuality::as_str).into(),
        open_rules.into(),
        expected(&row.tracked).into(),
        serde_json::to_string(&row)?.into(),
        tracked.tier().as_str().into(),
    ];
    let shown = Shown {
        status: view.status,
        punctuality: punctual,
        open,
        customers,
        words,
        deadlines: tracked.deadlines(),
        contributions: contributions(tracked),
        orders,
    };
    Ok((shown, Rows { shipment, customers: customer_rows }))
}

/// The issuer of the shipment's number, where it is not the usual one.
fn issuer(tracked: &Tracked) -> Option<String> {
    let first = tracked.shipment.entries().first()?;
    let issuer = first.recorded.event.issuer.as_deref()?;
    (issuer != domain::ShipmentId::DEFAULT_ISSUER).then(|| issuer.to_owned())
}

/// As in `shipments.expected`. What is said of times before 1970 is as good as overdue.
fn expected(row: &TrackedRow) -> Option<i64> {
    row.awaited().map(|eta| eta.timestamp_millis().max(0))
}

/// As in `shipments.flags`.
pub(crate) fn flag_bits(flags: Flags) -> i64 {
    i64::from(flags.delayed) | i64::from(flags.action_needed) << 1 | i64::from(flags.on_hold) << 2
}

/// As in `shipments.open_rules`.
pub(crate) fn rule_bit(rule: Rule) -> i64 {
    1 << rule as i64
}

/// Rows that wait to be written, by table.
#[derive(Default)]
pub(crate) struct Pending {
    shipments: Vec<[Cell; 12]>,
    customers: Vec<[Cell; 8]>,
    gone_customers: Vec<i64>,
    search: Vec<[Cell; 3]>,
    gone_search: Vec<i64>,
    links: Vec<[Cell; 3]>,
    gone_links: Vec<(OrderId, i64)>,
    exceptions: Vec<[Cell; 10]>,
    gone_deadlines: Vec<i64>,
    deadlines: Vec<[Cell; 4]>,
    figures: Rollup,
    contributions: Vec<ContributionRow>,
}

impl Pending {
    fn add(&mut self, views: &mut Views, entry: &mut Entry) -> Result<(), StoreError> {
        let key = entry.key;
        #[cfg(test)]
        assert_ne!(entry.tracked.shipment.number, UNSHOWABLE, "a fault in the views");
        let (shown, rows) = show(key, &entry.tracked)?;
        let before = entry.shown.as_ref();
        count(views, before, -1);
        count(views, Some(&shown), 1);

        let contributed = before.map_or(&[][..], |before| &before.contributions);
        self.figures.exchange(contributed, &shown.contributions);
        for (contribution, sums) in differences(contributed, &shown.contributions) {
            self.contributions.push(behind::row(key, contribution, sums)?);
        }

        self.shipments.push(rows.shipment);
        self.customers.extend(rows.customers);
        let customers_before = before.map_or(&[][..], |before| &before.customers);
        let same_customers = customers_before == shown.customers;
        if !same_customers {
            self.gone_customers.extend(places(key, 1, customers_before.len()));
        }
        let words_before = before.map_or(&[][..], |before| &before.words);
        if !same_customers || words_before != shown.words {
            self.gone_search.extend(places(key, 0, words_before.len()));
            let audiences =
                [INTERNAL.to_owned()].into_iter().chain(shown.customers.iter().copied().map(audience));
            for ((place, audience), words) in (0..).zip(audiences).zip(&shown.words) {
                self.search.push([(key * PLACES + place).into(), audience.into(), words.as_str().into()]);
            }
        }
        let orders_before = before.map_or(&[][..], |before| &before.orders);
        let is_gone = |id: &OrderId| shown.orders.iter().all(|(order, _)| order != id);
        self.gone_links.extend(orders_before.iter().map(|(id, _)| *id).filter(is_gone).map(|id| (id, key)));
        let news = shown.orders.iter().filter(|order| !orders_before.contains(order));
        self.links
            .extend(news.map(|(id, unsettled)| [id.0.into(), key.into(), i64::from(*unsettled).into()]));
        for (&position, changed_seq) in &entry.changed {
            if let Some(exception) = entry.tracked.exceptions.get(position) {
                self.exceptions.push(exception_row(key, position, exception, changed_seq.0)?);
            }
        }
        let deadlines_before = before.map_or(&[][..], |before| &before.deadlines);
        if !are_written_alike(deadlines_before, &shown.deadlines) {
            if !deadlines_before.is_empty() {
                self.gone_deadlines.push(key);
            }
            for (position, deadline) in (0..).zip(&shown.deadlines) {
                let json = serde_json::to_string(deadline)?;
                self.deadlines.push([
                    key.into(),
                    position.into(),
                    deadline.due_at.timestamp_millis().into(),
                    json.into(),
                ]);
            }
        }
        entry.shown = Some(shown);
        Ok(())
    }

    async fn write(
        self,
        connection: &mut SqliteConnection,
        recorded_on: Option<Day>,
    ) -> Result<(), StoreError> {
        write_rows(
            connection,
            "insert into shipments
             (key, id, number, issuer, seq, status, flags, punctuality, open_rules, expected, row, tier)",
            "on conflict (key) do update set number = excluded.number, issuer = excluded.issuer,
             seq = excluded.seq, status = excluded.status, flags = excluded.flags,
             punctuality = excluded.punctuality, open_rules = excluded.open_rules,
             expected = excluded.expected, row = excluded.row, tier = excluded.tier",
            self.shipments,
        )
        .await?;
        if !self.gone_customers.is_empty() {
            query("delete from customer_shipments where key in (select value from json_each($1))")
                .bind(key_array(self.gone_customers))
                .execute(&mut *connection)
                .await?;
        }
        write_rows(
            connection,
            "insert into customer_shipments (key, customer, seq, status, flags, punctuality, expected, row)",
            "on conflict (key) do update set customer = excluded.customer, seq = excluded.seq,
             status = excluded.status, flags = excluded.flags, punctuality = excluded.punctuality,
             expected = excluded.expected, row = excluded.row",
            self.customers,
        )
        .await?;
        if !self.gone_search.is_empty() {
            query("delete from search where rowid in (select value from json_each($1))")
                .bind(key_array(self.gone_search))
                .execute(&mut *connection)
                .await?;
        }
        write_rows(connection, "insert into search (rowid, audience, words)", "", self.search).await?;
        if !self.gone_links.is_empty() {
            let pairs: Vec<_> =
                self.gone_links.iter().map(|(id, key)| (id.0.simple().to_string(), key)).collect();
            query(
                "delete from shipment_orders where (order_id, shipment) in
                 (select unhex(value ->> 0), value ->> 1 from json_each($1))",
            )
            .bind(serde_json::to_string(&pairs)?)
            .execute(&mut *connection)
            .await?;
        }
        write_rows(
            connection,
            "insert into shipment_orders (order_id, shipment, unsettled)",
            "on conflict (order_id, shipment) do update set unsettled = excluded.unsettled",
            self.links,
        )
        .await?;
        write_rows(
            connection,
            "insert into exceptions
             (shipment, position, id, rule, severity, due, opened_seq, changed_seq, open, exception)",
            "on conflict (shipment, position) do update set severity = excluded.severity, due = excluded.due,
             changed_seq = excluded.changed_seq, open = excluded.open, exception = excluded.exception",
            self.exceptions,
        )
        .await?;
        if !self.gone_deadlines.is_empty() {
            query("delete from deadlines where shipment in (select value from json_each($1))")
                .bind(key_array(self.gone_deadlines))
                .execute(&mut *connection)
                .await?;
        }
        write_rows(
            connection,
            "insert into deadlines (shipment, position, due_at, deadline)",
            "",
            self.deadlines,
        )
        .await?;
        behind::write(connection, self.contributions).await?;
        if let Some(recorded_on) = recorded_on {
            restated::write(connection, &self.figures, recorded_on).await?;
        }
        figures::write(connection, &self.figures).await
    }
}

/// Whether deadlines read the same: two that fall on one moment may stand on the clocks of two places.
pub(super) fn are_written_alike(some: &[Deadline], others: &[Deadline]) -> bool {
    let is_alike =
        |(one, other): (&Deadline, &Deadline)| one == other && one.due_at.offset() == other.due_at.offset();
    some.len() == others.len() && some.iter().zip(others).all(is_alike)
}

fn places(key: i64, first: i64, count: usize) -> impl Iterator<Item = i64> {
    (first..).take(count).map(move |place| key * PLACES + place)
}

fn count(views: &mut Views, shown: Option<&Shown>, times: i64) {
    let Some(shown) = shown else { return };
    views.rollups.add(("status", shown.status.as_str()), times);
    if let Some(punctuality) = shown.punctuality {
        views.rollups.add(("punctuality", punctuality.as_str()), times);
    }
    for (rule, severity) in &shown.open {
        views.rollups.add(("open_rule", rule.as_str()), times);
        views.rollups.add(("open_severity", severity.as_str()), times);
    }
}

pub(super) fn exception_row(
    shipment: i64,
    position: usize,
    exception: &ShipmentException,
    changed_seq: i64,
) -> Result<[Cell; 10], StoreError> {
    Ok([
        shipment.into(),
        i64::try_from(position).unwrap_or(i64::MAX).into(),
        exception.id.0.into(),
        exception.rule.as_str().into(),
        (exception.severity as i64).into(),
        exception.act_by().timestamp_millis().into(),
        exception.opened_seq.0.into(),
        changed_seq.into(),
        i64::from(exception.is_open()).into(),
        serde_json::to_string(exception)?.into(),
    ])
}

/// Makes the rows of all shipments that a batch changed. Needs no database, so it runs beside one. If a shipment can't
/// be shown, says the position of the event that changed it last.
pub(crate) fn gather(views: &mut Views, batch: &mut Batch) -> Result<Pending, Seq> {
    let mut pending = Pending::default();
    let mut touched: Vec<&mut Entry> =
        batch.shipments.values_mut().filter(|entry| entry.is_touched).collect();
    touched.sort_unstable_by_key(|entry| entry.key);
    for entry in touched {
        let seq = entry.tracked.seq;
        // As in the fold, nothing that a failure left half done is read again.
        match catch_unwind(AssertUnwindSafe(|| pending.add(views, entry))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(%error, "a shipment can't be shown");
                return Err(seq);
            }
            Err(_) => return Err(seq),
        }
    }
    Ok(pending)
}

/// Writes everything that a batch changed in the views.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    views: &mut Views,
    batch: &mut Batch,
    pending: Pending,
) -> Result<(), StoreError> {
    let subjects = std::mem::take(&mut batch.new_subjects)
        .into_iter()
        .map(|(key, id)| [key.into(), id.into()])
        .collect();
    write_rows(connection, "insert into subjects (key, id)", "", subjects).await?;
    pending.write(connection, batch.recorded_on).await?;
    outbox::write_messages(connection, &batch.messages).await?;
    write_orders(connection, batch).await?;
    batch.masters.write(connection).await?;
    batch.shares.write(connection).await?;
    write_rows(
        connection,
        "insert into withdrawals (customer, seq)",
        "on conflict (customer) do update set seq = excluded.seq",
        batch.withdrawals.iter().map(|(customer, seq)| [customer.0.into(), seq.0.into()]).collect(),
    )
    .await?;
    write_ages(connection, views, batch).await?;
    views.feeds.write(connection, &mut views.rollups, &views.rulebooks).await?;
    let rollups = views.rollups.take_changed();
    write_rows(
        connection,
        "insert into rollups (name, key, value)",
        "on conflict (name, key) do update set value = excluded.value",
        rollups.into_iter().map(|((name, key), value)| [name.into(), key.into(), value.into()]).collect(),
    )
    .await
}

async fn write_orders(connection: &mut SqliteConnection, batch: &Batch) -> Result<(), StoreError> {
    let mut rows: Vec<[Cell; 5]> = Vec::new();
    for known in batch.orders.values().filter(|known| known.is_touched) {
        if let (Some(key), Some(order)) = (known.key, &known.order) {
            rows.push([
                key.into(),
                order.id.0.into(),
                order.number.as_str().into(),
                order.as_of.0.into(),
                serde_json::to_string(&order.state)?.into(),
            ]);
        }
    }
    write_rows(
        connection,
        "insert into orders (key, id, number, seq, state)",
        "on conflict (key) do update set seq = excluded.seq, state = excluded.state",
        rows,
    )
    .await
}

async fn write_ages(
    connection: &mut SqliteConnection,
    views: &Views,
    batch: &Batch,
) -> Result<(), StoreError> {
    let mut rows: Vec<[Cell; 5]> = Vec::new();
    for (source, seq) in &batch.spoke {
        if let Some(age) = views.ages.get(source) {
            rows.push([
                source.as_str().into(),
                age.role.as_str().into(),
                age.occurred_at.map(crate::micros).into(),
                age.recorded_at.map(crate::micros).into(),
                seq.0.into(),
            ]);
        }
    }
    write_rows(
        connection,
        "insert into source_ages (source, role, occurred_at, recorded_at, seq)",
        "on conflict (source) do update set role = excluded.role, occurred_at = excluded.occurred_at,
         recorded_at = excluded.recorded_at, seq = excluded.seq",
        rows,
    )
    .await
}
