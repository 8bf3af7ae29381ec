//! Reading shipments: one as a whole, folded from the journal, and the lists by keyset pages.

use crate::load::{self, orders_by_id, orders_ever_on};
use crate::page::{Cursor, Flag, Order, Page, PageRequest, ShipmentFilter};
use crate::search::{INTERNAL, Term, audience, expression, terms};
use crate::subjects::keys_of;
use crate::writer::projections::rule_bit;
use crate::writer::views::{Around, noun_name};
use crate::{Store, StoreError, journal, rulebook};
use domain::fact::{CustomerTerms, Noun};
use domain::party::Tier;
use domain::rules::Rule;
use domain::view::{ShipmentRow, ShipmentView, TrackedRow};
use domain::{CustomerId, OrderId, Seq, ShipmentId, Tracked};
use serde::de::DeserializeOwned;
use sqlx::sqlite::{SqliteArguments, SqliteRow};
use sqlx::{Arguments, AssertSqlSafe, Row, SqliteConnection, query, query_scalar, query_with};
use std::collections::HashMap;

/// How many matches of a search are looked at for one page, where other filters may drop most of them.
const CANDIDATES: i64 = 5_000;
/// How many rows a page may have.
const LONGEST_PAGE: u32 = 1_000;

impl Store {
    /// A shipment with its orders and exceptions, and the journal's position that it was read at.
    pub async fn shipment(&self, id: ShipmentId) -> Result<Option<(Seq, ShipmentView)>, StoreError> {
        Ok(self.tracked(id).await?.map(|(as_of, tracked)| (as_of, tracked.view())))
    }

    /// The same before it is made a view of.
    pub async fn tracked(&self, id: ShipmentId) -> Result<Option<(Seq, Tracked)>, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let keys = keys_of(&mut read, [&id.0]).await?;
        let Some(&key) = keys.get(&id.0) else { return Ok(None) };
        let Some((_, kept)) = load::shipments(&mut read, &[(key, id)], load::ALL).await?.pop() else {
            return Ok(None);
        };
        let kept = kept?;
        let mut wanted: Vec<OrderId> = orders_ever_on(&kept.shipment).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let orders = orders_by_id(&mut read, &wanted).await?;
        // Tiers decide on exceptions that open; reading opens none. What is late, and what is let pass, the rules file says.
        let rulebooks = rulebook::load(&mut read, load::ALL).await?;
        let around = Around { orders: &orders, tiers: &HashMap::new(), rulebooks: &rulebooks };
        Ok(Some((as_of, kept.tracked(&around))))
    }

    /// Who gave the shipment its number, where it is not the usual issuer.
    pub async fn issuer_of(&self, id: ShipmentId) -> Result<Option<String>, StoreError> {
        let issuer =
            query_scalar("select issuer from subjects join shipments using (key) where subjects.id = $1")
                .bind(id.0.as_bytes().to_vec())
                .fetch_optional(&self.readers)
                .await?;
        Ok(issuer.flatten())
    }

    /// How much a customer's waiting costs, as far as master data says.
    pub async fn tier(&self, customer: CustomerId) -> Result<Tier, StoreError> {
        let payload: Option<String> =
            query_scalar("select payload from master_data where noun = $1 and id = $2")
                .bind(noun_name(Noun::Customer))
                .bind(customer.0.as_bytes().to_vec())
                .fetch_optional(&self.readers)
                .await?;
        let Some(payload) = payload else { return Ok(Tier::default()) };
        let terms: CustomerTerms =
            serde_json::from_str(&payload).map_err(|error| StoreError::unreadable("master_data", error))?;
        Ok(terms.tier)
    }

    /// A page of all shipments.
    pub async fn shipment_rows(
        &self,
        filter: &ShipmentFilter,
        page: &PageRequest,
    ) -> Result<Page<ShipmentRow>, StoreError> {
        self.page(None, filter, page).await
    }

    /// A page of one customer's shipments, as it may see them.
    pub async fn tracked_rows(
        &self,
        customer: CustomerId,
        filter: &ShipmentFilter,
        page: &PageRequest,
    ) -> Result<Page<TrackedRow>, StoreError> {
        self.page(Some(customer), filter, page).await
    }

    /// The rows that changed after a position, the latest change first. None where they are more than `limit`, or the
    /// position is not reached yet.
    pub async fn shipment_rows_since(
        &self,
        after: Seq,
        limit: usize,
    ) -> Result<Option<(Seq, Vec<ShipmentRow>)>, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows = query("select row from shipments where seq > $1 order by seq desc limit $2")
            .bind(after.0)
            .bind(one_more(limit))
            .fetch_all(&mut *read)
            .await?;
        changes(after, as_of, &rows, limit)
    }

    /// As [`Self::shipment_rows_since`], of one customer's shipments. None as well where a shipment has become somebody
    /// else's since: no row could tell.
    pub async fn tracked_rows_since(
        &self,
        customer: CustomerId,
        after: Seq,
        limit: usize,
    ) -> Result<Option<(Seq, Vec<TrackedRow>)>, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let withdrawn = query("select 1 from withdrawals where customer = $1 and seq > $2")
            .bind(customer.0.as_bytes().to_vec())
            .bind(after.0)
            .fetch_optional(&mut *read)
            .await?;
        if withdrawn.is_some() {
            return Ok(None);
        }
        let rows = query(
            "select row from customer_shipments where customer = $1 and seq > $2 order by seq desc limit $3",
        )
        .bind(customer.0.as_bytes().to_vec())
        .bind(after.0)
        .bind(one_more(limit))
        .fetch_all(&mut *read)
        .await?;
        changes(after, as_of, &rows, limit)
    }

    /// How many shipments fit, counted up to `most`: at a million a full count would cost more than the page. `customer`
    /// counts its own alone.
    pub async fn count_shipments(
        &self,
        customer: Option<CustomerId>,
        filter: &ShipmentFilter,
        most: u32,
    ) -> Result<u32, StoreError> {
        if filter.rule.is_some_and(|rule| customer.is_some() || rule.is_of_feed()) {
            return Ok(0);
        }
        let Listing { table, index, conditions, mut arguments, .. } = Listing::new(customer, filter);
        let filters = all(&conditions);
        let sql = format!(
            "select count(*) from (select 1 from {table} indexed by {index} where {filters} limit ?)"
        );
        arguments.push(Argument::Int(i64::from(most)));
        let count: i64 =
            query_with(AssertSqlSafe(sql), bound(arguments)?).fetch_one(&self.readers).await?.try_get(0)?;
        Ok(u32::try_from(count).unwrap_or(most))
    }

    async fn page<T: DeserializeOwned>(
        &self,
        customer: Option<CustomerId>,
        filter: &ShipmentFilter,
        page: &PageRequest,
    ) -> Result<Page<T>, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let nothing = Page { as_of, rows: Vec::new(), next: None };
        // Exceptions are the house's matter, and no shipment has one of a whole feed.
        if filter.rule.is_some_and(|rule| customer.is_some() || rule.is_of_feed()) {
            return Ok(nothing);
        }
        let limit = i64::from(page.limit.clamp(1, LONGEST_PAGE));
        let words = filter.query.as_deref().map(str::trim).filter(|words| !words.is_empty());
        let mut listing = Listing::new(customer, filter);
        let Some(words) = words else {
            return if page.order == Order::Expected || filter.expected.is_some() {
                listing.by_expected(&mut read, as_of, page.before, limit).await
            } else {
                listing.by_change(&mut read, as_of, page.before, limit).await
            };
        };
        let audience = customer.map_or_else(|| INTERNAL.to_owned(), audience);
        let mut terms = terms(words);
        if terms.is_empty() {
            return Ok(nothing);
        }
        for term in terms.iter_mut().filter(|term| term.is_long()) {
            term.is_whole = is_whole_word(&mut read, &audience, term).await?;
        }
        listing.by_words(&mut read, as_of, expression(&audience, &terms), page.before, limit).await
    }
}

/// A list being read: its table, the index that fits its filters best, and the filters.
struct Listing {
    customer: Option<CustomerId>,
    /// From and until when something is expected, in milliseconds.
    expected: Option<(i64, i64)>,
    table: &'static str,
    /// The shipment's or row's key, from a match's.
    key_of_match: &'static str,
    index: String,
    conditions: Vec<String>,
    arguments: Vec<Argument>,
    is_filtered: bool,
}

enum Argument {
    Text(String),
    Blob(Vec<u8>),
    Int(i64),
}

impl Listing {
    fn new(customer: Option<CustomerId>, filter: &ShipmentFilter) -> Self {
        let mut conditions = Vec::new();
        let mut arguments = Vec::new();
        if let Some(customer) = customer {
            conditions.push("customer = ?".to_owned());
            arguments.push(Argument::Blob(customer.0.as_bytes().to_vec()));
        }
        if let Some(status) = filter.status {
            conditions.push("status = ?".to_owned());
            arguments.push(Argument::Text(status.as_str().to_owned()));
        }
        if let Some(punctuality) = filter.punctuality {
            conditions.push("punctuality = ?".to_owned());
            arguments.push(Argument::Text(punctuality.as_str().to_owned()));
        }
        conditions.extend(filter.flag.map(|flag| flag_condition(flag).to_owned()));
        conditions.extend(filter.rule.map(rule_condition));
        let expected =
            filter.expected.map(|(from, until)| (from.timestamp_millis(), until.timestamp_millis()));
        if let Some((from, until)) = expected {
            conditions.push("expected >= ? and expected < ?".to_owned());
            arguments.extend([from, until].map(Argument::Int));
        }
        Self {
            customer,
            expected,
            table: if customer.is_some() { "customer_shipments" } else { "shipments" },
            key_of_match: if customer.is_some() { "place" } else { "place / 65536" },
            index: index(customer.is_some(), filter),
            is_filtered: conditions.len() > usize::from(customer.is_some()),
            conditions,
            arguments,
        }
    }

    /// The latest change first.
    async fn by_change<T: DeserializeOwned>(
        &mut self,
        connection: &mut SqliteConnection,
        as_of: Seq,
        before: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<T>, StoreError> {
        if let Some(before) = before {
            self.conditions.push("(seq, key) < (?, ?)".to_owned());
            self.arguments.push(Argument::Int(before.seq));
            self.arguments.push(Argument::Int(before.key));
        }
        let filters = all(&self.conditions);
        let sql = format!(
            "select seq, key, row from {} indexed by {} where {filters} order by seq desc, key desc limit ?",
            self.table, self.index,
        );
        self.arguments.push(Argument::Int(limit + 1));
        let rows = query_with(AssertSqlSafe(sql), bound(std::mem::take(&mut self.arguments))?)
            .fetch_all(connection)
            .await?;
        let taken = rows.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = match rows.get(taken.saturating_sub(1)) {
            Some(last) if rows.len() > taken => {
                Some(Cursor { seq: last.try_get("seq")?, key: last.try_get("key")? })
            }
            _ => None,
        };
        let rows = rows[..taken].iter().map(|row| parsed(row.try_get("row")?)).collect::<Result<_, _>>()?;
        Ok(Page { as_of, rows, next })
    }

    /// What is expected first. Of what comes in that order, filters look at a bounded number for one page.
    async fn by_expected<T: DeserializeOwned>(
        &mut self,
        connection: &mut SqliteConnection,
        as_of: Seq,
        before: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<T>, StoreError> {
        let candidates = if self.is_filtered { CANDIDATES } else { limit + 1 };
        let (from, until) = self.expected.unwrap_or((0, i64::MAX));
        let Cursor { seq: expected, key } = before.unwrap_or(Cursor { seq: from - 1, key: i64::MAX });
        let (customers, index) = if self.customer.is_some() {
            ("customer = ? and", "customer_shipments_expected")
        } else {
            ("", "shipments_expected")
        };
        let sql = format!(
            "with found as materialized (
                 select expected as moment, key as place from {table} indexed by {index}
                 where {customers} expected < ? and (expected, key) > (?, ?)
                 order by expected, key limit ?)
             select moment, place, iif({filters}, row, null) as row
             from found cross join {table} on key = place order by moment, place",
            table = self.table,
            filters = all(&self.conditions),
        );
        let customer = self.customer.map(|customer| Argument::Blob(customer.0.as_bytes().to_vec()));
        let bounds = [until, expected, key, candidates].map(Argument::Int);
        let arguments =
            customer.into_iter().chain(bounds).chain(std::mem::take(&mut self.arguments)).collect();
        let found = query_with(AssertSqlSafe(sql), bound(arguments)?).fetch_all(connection).await?;
        let mut rows = Vec::new();
        let mut last = None;
        for row in &found {
            let Some(text) = row.try_get::<Option<&str>, _>("row")? else { continue };
            if i64::try_from(rows.len()) == Ok(limit) {
                return Ok(Page { as_of, rows, next: last });
            }
            rows.push(parsed(text)?);
            last = Some(Cursor { seq: row.try_get("moment")?, key: row.try_get("place")? });
        }
        // The filters may have dropped what came: go on behind the last candidate.
        let behind = found.last().filter(|_| i64::try_from(found.len()) == Ok(candidates));
        let next = behind
            .map(|row| {
                Ok::<_, StoreError>(Cursor { seq: row.try_get("moment")?, key: row.try_get("place")? })
            })
            .transpose()?;
        Ok(Page { as_of, rows, next })
    }

    /// The latest shipment first: the order of the search's own index, so that no search has to be sorted as a whole.
    async fn by_words<T: DeserializeOwned>(
        &mut self,
        connection: &mut SqliteConnection,
        as_of: Seq,
        expression: String,
        before: Option<Cursor>,
        limit: i64,
    ) -> Result<Page<T>, StoreError> {
        let candidates = if self.is_filtered { CANDIDATES } else { limit + 1 };
        let before = before.map_or(i64::MAX, |before| before.key);
        let filters = all(&self.conditions);
        let found = "select rowid as place from search where search match ? and rowid < ? \
                     order by rowid desc limit ?";
        let sql = format!(
            "with found as materialized ({found})
             select place, row from found cross join {} on key = {} where {filters}
             order by place desc limit ?",
            self.table, self.key_of_match,
        );
        let mut arguments =
            vec![Argument::Text(expression.clone()), Argument::Int(before), Argument::Int(candidates)];
        arguments.append(&mut self.arguments);
        arguments.push(Argument::Int(limit + 1));
        let found_rows = query_with(AssertSqlSafe(sql), bound(arguments)?).fetch_all(&mut *connection).await;
        let Some(rows) = unless_unknown_letters(found_rows)? else {
            return Ok(Page { as_of, rows: Vec::new(), next: None });
        };
        let taken = rows.len().min(usize::try_from(limit).unwrap_or(usize::MAX));
        let next = if rows.len() > taken {
            rows.get(taken - 1).map(|last| last.try_get("place")).transpose()?
        } else if self.is_filtered {
            // The filters may have dropped what the search found: go on behind the last candidate.
            let sql = format!("select min(place) from (select place from ({found}) limit -1 offset ?)");
            let arguments = vec![
                Argument::Text(expression),
                Argument::Int(before),
                Argument::Int(candidates),
                Argument::Int(candidates - 1),
            ];
            query_with(AssertSqlSafe(sql), bound(arguments)?).fetch_one(connection).await?.try_get(0)?
        } else {
            None
        };
        let rows = rows[..taken].iter().map(|row| parsed(row.try_get("row")?)).collect::<Result<_, _>>()?;
        Ok(Page { as_of, rows, next: next.map(|key| Cursor { seq: 0, key }) })
    }
}

/// Whether the audience may read a shipment with this very word. If so, only those are meant.
async fn is_whole_word(
    connection: &mut SqliteConnection,
    audience: &str,
    term: &Term,
) -> Result<bool, StoreError> {
    let whole = Term { is_whole: true, ..term.clone() };
    let found = query("select 1 from search where search match $1 limit 1")
        .bind(expression(audience, &[whole]))
        .fetch_optional(connection)
        .await;
    Ok(unless_unknown_letters(found)?.flatten().is_some())
}

/// What a search found; none where a word has letters that are newer than SQLite's tables, which it takes for several
/// words.
fn unless_unknown_letters<T>(found: Result<T, sqlx::Error>) -> Result<Option<T>, StoreError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(sqlx::Error::Database(error)) if error.message().contains("phrase queries are not supported") => {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

fn all(conditions: &[String]) -> String {
    if conditions.is_empty() { "true".to_owned() } else { conditions.join(" and ") }
}

/// The index of the filter that lets the fewest rows through.
fn index(is_customers: bool, filter: &ShipmentFilter) -> String {
    if let Some(rule) = filter.rule {
        return format!("shipments_{}", rule.as_str());
    }
    if filter.expected.is_some() {
        return if is_customers { "customer_shipments_expected" } else { "shipments_expected" }.to_owned();
    }
    let index = match (filter.flag, filter.punctuality, filter.status, is_customers) {
        (Some(Flag::Delayed), .., false) => "shipments_delayed",
        (Some(Flag::ActionNeeded), .., false) => "shipments_action_needed",
        (Some(Flag::OnHold), .., false) => "shipments_on_hold",
        (None, Some(_), _, false) => "shipments_punctuality",
        (None, None, Some(_), false) => "shipments_status",
        (None, None, None, false) => "shipments_seq",
        (Some(Flag::Delayed), .., true) => "customer_shipments_delayed",
        (Some(Flag::ActionNeeded), .., true) => "customer_shipments_action_needed",
        (Some(Flag::OnHold), .., true) => "customer_shipments_on_hold",
        (None, Some(_), _, true) => "customer_shipments_punctuality",
        (None, None, Some(_), true) => "customer_shipments_status",
        (None, None, None, true) => "customer_shipments_seq",
    };
    index.to_owned()
}

/// As the partial indexes say it.
fn flag_condition(flag: Flag) -> &'static str {
    match flag {
        Flag::Delayed => "flags & 1",
        Flag::ActionNeeded => "flags & 2",
        Flag::OnHold => "flags & 4",
    }
}

/// As the partial indexes say it.
fn rule_condition(rule: Rule) -> String {
    format!("open_rules & {}", rule_bit(rule))
}

fn bound(arguments: Vec<Argument>) -> Result<SqliteArguments, StoreError> {
    let mut all = SqliteArguments::default();
    for argument in arguments {
        match argument {
            Argument::Text(value) => all.add(value),
            Argument::Blob(value) => all.add(value),
            Argument::Int(value) => all.add(value),
        }
        .map_err(|error| StoreError::Database(sqlx::Error::Encode(error)))?;
    }
    Ok(all)
}

/// Rows as changes, if they tell everything that changed.
fn changes<T: DeserializeOwned>(
    after: Seq,
    as_of: Seq,
    rows: &[SqliteRow],
    limit: usize,
) -> Result<Option<(Seq, Vec<T>)>, StoreError> {
    if after > as_of || rows.len() > limit {
        return Ok(None);
    }
    let rows = rows.iter().map(|row| parsed(row.try_get("row")?)).collect::<Result<_, StoreError>>()?;
    Ok(Some((as_of, rows)))
}

fn one_more(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

fn parsed<T: DeserializeOwned>(json: &str) -> Result<T, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::unreadable("shipments", error))
}
