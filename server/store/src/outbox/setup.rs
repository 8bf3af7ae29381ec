//! Setting up where messages go, and sending anew.

use super::{Endpoint, EndpointOf, Resend, queue_one, read_endpoint, read_message};
use crate::writer::Acted;
use crate::{Store, StoreError, micros};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, SqliteConnection, query};

impl Store {
    /// Adds an endpoint, or changes where and how it is reached; what is queued for it stays.
    pub async fn put_endpoint(&self, endpoint: Endpoint) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "insert into endpoints (name, addressee, address, secret, allow_private, paused, confirmed)
                         values ($1, $2, $3, $4, $5, $6, $7)
                         on conflict (name) do update set addressee = excluded.addressee,
                         address = excluded.address, secret = excluded.secret,
                         allow_private = excluded.allow_private, paused = excluded.paused,
                         confirmed = excluded.confirmed, failures = 0, open_until = null",
                    )
                    .bind(endpoint.name)
                    .bind(endpoint.addressee.to_string())
                    .bind(endpoint.address)
                    .bind(endpoint.secret)
                    .bind(endpoint.allow_private)
                    .bind(endpoint.paused)
                    .bind(endpoint.confirmed)
                    .execute(connection)
                    .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Removes an endpoint and what waits for it; what it was told stays on record.
    pub async fn remove_endpoint(&self, name: &str) -> Result<bool, StoreError> {
        let name = name.to_owned();
        let removed = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    query("delete from outbox where endpoint = $1 and state = 'waiting'")
                        .bind(name.clone())
                        .execute(&mut *connection)
                        .await?;
                    let done =
                        query("delete from endpoints where name = $1").bind(name).execute(connection).await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(removed > 0)
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
                        "update endpoints set paused = $2, failures = 0, open_until = null where name = $1",
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

    /// Queues messages anew. Says how many.
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

/// Queues what was given up, or a single message however it stands, behind what waits. Its attempts go on counting. What went
/// to an account that has become another customer's, or to an endpoint that speaks for somebody else now, goes nowhere again.
async fn again(
    connection: &mut SqliteConnection,
    id: Option<i64>,
    endpoint: Option<String>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let done = query(
        "update outbox set state = 'waiting', queued_at = $3, done_at = null, next_at = $3
         where (id = $1 or $1 is null) and (endpoint = $2 or $2 is null)
         and (state = 'dead' or ($1 is not null and state = 'delivered'))
         and exists (
             select 1 from endpoints join messages using (addressee)
             where name = outbox.endpoint and messages.id = outbox.message
             and (addressee not like 'mail:%' and addressee not like 'webhook:%' or exists (
                 select 1 from accounts where not disabled and addressee in ('mail:' || account, 'webhook:' || account)
                 and lower(hex(coalesce(customer, x''))) = replace(coalesce(messages.message ->> 'audience', ''), '-', ''))))",
    )
    .bind(id)
    .bind(endpoint)
    .bind(micros(now))
    .execute(connection)
    .await?;
    Ok(done.rows_affected())
}

async fn queue_since(
    connection: &mut SqliteConnection,
    endpoint: &str,
    since: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, StoreError> {
    let rows = query(
        "select message from messages
         where addressee = (select addressee from endpoints where name = $1)
         and seq >= coalesce((select min(seq) from journal where recorded_at >= $2), 9223372036854775807)
         and id not in (select message from outbox where endpoint = $1 and state = 'waiting')
         order by seq, place",
    )
    .bind(endpoint.to_owned())
    .bind(micros(since))
    .fetch_all(&mut *connection)
    .await?;
    for row in &rows {
        queue_one(connection, &read_message(row)?, Some(endpoint), now).await?;
    }
    Ok(rows.len() as u64)
}
