//! Setting up where messages go, and sending anew.

use super::{Endpoint, EndpointOf, Quiet, Removal, Resend, queue_one, read_endpoint, read_message};
use crate::writer::Acted;
use crate::{Store, StoreError, micros};
use chrono::{DateTime, Utc};
use domain::CustomerId;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query, query_scalar};
use std::collections::BTreeSet;

impl Store {
    /// Adds an endpoint, or changes where and how it is reached; what is queued for it stays, and is tried anew.
    pub async fn put_endpoint(&self, endpoint: Endpoint) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "insert into endpoints (name, addressee, address, secret, allow_private, paused, confirmed,
                             former_secret, speaks_for)
                         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                         on conflict (name) do update set addressee = excluded.addressee,
                         address = excluded.address, secret = excluded.secret,
                         allow_private = excluded.allow_private, paused = excluded.paused,
                         confirmed = excluded.confirmed, former_secret = excluded.former_secret,
                         speaks_for = excluded.speaks_for, failures = 0, open_until = null, failing_since = null",
                    )
                    .bind(endpoint.name)
                    .bind(endpoint.addressee.to_string())
                    .bind(endpoint.address)
                    .bind(endpoint.secret)
                    .bind(endpoint.allow_private)
                    .bind(endpoint.paused)
                    .bind(endpoint.confirmed)
                    .bind(endpoint.former_secret)
                    .bind(endpoint.speaks_for)
                    .execute(connection)
                    .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Removes an endpoint, and what waits for it where that is to be discarded; what it was told stays on record.
    pub async fn remove_endpoint(&self, name: &str, discard: bool) -> Result<Removal, StoreError> {
        let before = self.waiting_for(name).await?;
        let endpoint = name.to_owned();
        let removed = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    // Something may have been queued since anybody looked.
                    let has_waiting: bool = query_scalar(
                        "select exists (select 1 from outbox indexed by outbox_waiting
                                        where endpoint = $1 and state = 'waiting')",
                    )
                    .bind(endpoint.clone())
                    .fetch_one(&mut *connection)
                    .await?;
                    if has_waiting && !discard {
                        return Ok(Acted::default());
                    }
                    query(
                        "update outbox set state = 'withdrawn', next_at = null, claimed = 0
                         where endpoint = $1 and state = 'waiting'",
                    )
                    .bind(endpoint.clone())
                    .execute(&mut *connection)
                    .await?;
                    let done = query("delete from endpoints where name = $1")
                        .bind(endpoint)
                        .execute(connection)
                        .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        if removed > 0 {
            return Ok(Removal::Removed(before));
        }
        Ok(match self.waiting_for(name).await? {
            0 => Removal::Unknown,
            waiting => Removal::Waits(waiting),
        })
    }

    async fn waiting_for(&self, endpoint: &str) -> Result<u64, StoreError> {
        let waiting: i64 = query_scalar(
            "select count(*) from outbox indexed by outbox_waiting where endpoint = $1 and state = 'waiting'",
        )
        .bind(endpoint.to_owned())
        .fetch_one(&self.readers)
        .await?;
        Ok(waiting.unsigned_abs())
    }

    /// Says that nothing leaves this server, for whoever looks at what waits.
    pub fn keep_quiet(&self, why: Quiet) {
        self.quiet.get_or_init(|| why);
    }

    /// Whether the house knows a customer: by its master data, or by an order of theirs.
    pub async fn knows_customer(&self, customer: CustomerId) -> Result<bool, StoreError> {
        let known = query_scalar(
            "select exists (select 1 from master_data where noun = 'customer' and id = $1)
                 or exists (select 1 from customer_shipments where customer = $1)",
        )
        .bind(customer.0.as_bytes().to_vec())
        .fetch_one(&self.readers)
        .await?;
        Ok(known)
    }

    /// Where somebody who signs in is told news by mail or webhook, or whom a letter's link is of.
    pub async fn endpoint(&self, of: EndpointOf<'_>) -> Result<Option<Endpoint>, StoreError> {
        let (by, word) = match of {
            EndpointOf::Person(addressee) => ("addressee = $1 order by name limit 1", addressee.to_string()),
            EndpointOf::Token(token) => ("secret = $1 and address like 'mailto:%'", token.to_owned()),
        };
        let row = query(AssertSqlSafe(format!("select * from endpoints where {by}")))
            .bind(word)
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_endpoint).transpose()
    }

    /// All endpoints, by name.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let rows = query("select * from endpoints order by name").fetch_all(&self.readers).await?;
        rows.iter().map(read_endpoint).collect()
    }

    /// Lets an endpoint that was given up, or paused by hand, go on.
    pub async fn set_paused(&self, name: &str, paused: Option<String>) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let changed = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let done = query(
                        "update endpoints set paused = $2, failures = 0, open_until = null, failing_since = null
                         where name = $1",
                    )
                    .bind(name)
                    .bind(paused)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(changed > 0)
    }

    /// How many messages [`Self::resend`] would send an endpoint once more since a moment.
    pub async fn count_since(&self, endpoint: &str, since: DateTime<Utc>) -> Result<u64, StoreError> {
        let count: i64 = query_scalar(AssertSqlSafe(format!("select count(*) {SINCE}")))
            .bind(endpoint.to_owned())
            .bind(micros(since))
            .fetch_one(&self.readers)
            .await?;
        Ok(u64::try_from(count).unwrap_or(0))
    }

    /// Sends messages once more. Returns how many.
    pub async fn resend(&self, what: Resend, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    let rows = match what {
                        Resend::One(id) => again(connection, Some(id), None, now).await?,
                        Resend::Dead { endpoint } => again(connection, None, Some(endpoint), now).await?,
                        Resend::Since { endpoint, since } => {
                            queue_since(connection, &endpoint, since, now).await?
                        }
                    };
                    Ok(Acted { rows, ended: Vec::new() })
                })
            })
            .await
    }
}

/// Queues what was given up, or a single message however it stands, in the order in which all about its subject was queued: what is
/// newer waits behind it, and what is on its way is left alone. Its attempts go on counting. Of what was given up nothing is said
/// anew that a newer message has put right since.
async fn again(
    connection: &mut SqliteConnection,
    id: Option<i64>,
    endpoint: Option<String>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    if id.is_none() {
        query(
            "update outbox set state = 'withdrawn' where endpoint = $1 and state = 'dead' and exists (
                 select 1 from messages as old join outbox as later join messages as newer on newer.id = later.message
                 where old.id = outbox.message and old.kind in ('invoice.release', 'invoice.hold', 'expected_delivery.revised')
                     and later.endpoint = outbox.endpoint and later.subject = outbox.subject and later.id > outbox.id
                     and later.state = 'delivered'
                     and substr(newer.kind, 1, 8) = substr(old.kind, 1, 8)
                     and newer.message ->> '$.data.shipment' is old.message ->> '$.data.shipment')",
        )
        .bind(endpoint.clone())
        .execute(&mut *connection)
        .await?;
    }
    let rows = query(
        "update outbox set state = 'waiting', queued_at = $3, done_at = null, next_at = null, claimed = 0
         where (id = $1 or $1 is null) and (endpoint = $2 or $2 is null)
         and (state = 'dead' or ($1 is not null and state = 'delivered'))
         and exists (
             select 1 from endpoints join messages using (addressee)
             where name = outbox.endpoint and messages.id = outbox.message
             and (addressee not like 'mail:%' and addressee not like 'webhook:%' or exists (
                 select 1 from accounts where not disabled and addressee in ('mail:' || account, 'webhook:' || account)
                 and lower(hex(coalesce(customer, x''))) = replace(coalesce(messages.message ->> 'audience', ''), '-', ''))))
         returning id, endpoint, subject",
    )
    .bind(id)
    .bind(endpoint)
    .bind(micros(now))
    .fetch_all(&mut *connection)
    .await?;
    let subjects = rows.iter().map(|row| Ok((row.try_get("endpoint")?, row.try_get("subject")?)));
    for (endpoint, subject) in subjects.collect::<Result<BTreeSet<(String, String)>, sqlx::Error>>()? {
        line_up(connection, &endpoint, &subject, now).await?;
    }
    Ok(rows.len() as u64)
}

/// Of all that waits about a subject only the oldest is due, unless one is on its way; letters hold all that is due together.
async fn line_up(
    connection: &mut SqliteConnection,
    endpoint: &str,
    subject: &str,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "update outbox set next_at = iif(
             (select addressee like 'mail:%' from endpoints where name = $1)
                 or id = (select min(id) from outbox indexed by outbox_waiting
                          where endpoint = $1 and subject = $2 and state = 'waiting'), $3, null)
         where endpoint = $1 and subject = $2 and state = 'waiting'
         and not exists (select 1 from outbox indexed by outbox_waiting
                         where endpoint = $1 and subject = $2 and state = 'waiting' and claimed)",
    )
    .bind(endpoint.to_owned())
    .bind(subject.to_owned())
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(())
}

/// The messages for an endpoint since a moment, those that wait aside.
const SINCE: &str = "from messages
     where addressee = (select addressee from endpoints where name = $1)
     and seq >= coalesce((select min(seq) from journal where recorded_at >= $2), 9223372036854775807)
     and id not in (select message from outbox where endpoint = $1 and state = 'waiting')";

async fn queue_since(
    connection: &mut SqliteConnection,
    endpoint: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let rows = query(AssertSqlSafe(format!("select message {SINCE} order by seq, place")))
        .bind(endpoint.to_owned())
        .bind(micros(since))
        .fetch_all(&mut *connection)
        .await?;
    for row in &rows {
        queue_one(connection, &read_message(row)?, Some(endpoint), now).await?;
    }
    Ok(rows.len() as u64)
}
