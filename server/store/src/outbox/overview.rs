//! What an operator sees of messages that leave.

use super::{
    Attempt, EndpointSummary, Outbox, PeopleSummary, SentMessage, moment, read_endpoint, read_message,
};
use crate::{Store, StoreError, from_micros};
use domain::message::{Addressee, Message};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, query};

/// Which endpoints are those of people.
const OF_PEOPLE: &str = "addressee like 'mail:%' or addressee like 'webhook:%'";

fn count(row: &SqliteRow, name: &str) -> Result<u64, StoreError> {
    Ok(row.try_get::<i64, _>(name)?.unsigned_abs())
}

impl Store {
    /// How every endpoint stands, less those of people. What was delivered is counted where that is asked for: it is all that ever
    /// was.
    pub async fn endpoint_summaries(&self, with_delivered: bool) -> Result<Vec<EndpointSummary>, StoreError> {
        let rows = query(AssertSqlSafe(format!(
            "select endpoints.*,
                 (select count(*) from outbox indexed by outbox_waiting
                  where endpoint = name and state = 'waiting') as waiting,
                 (select min(queued_at) from outbox indexed by outbox_waiting
                  where endpoint = name and state = 'waiting') as oldest,
                 iif(failures = 0, null, (
                     select ltrim(coalesce(status, '') || ' ' || answer) from attempts where outbox in (
                         select * from (select id from outbox indexed by outbox_due_of
                                        where endpoint = name and next_at is not null and attempts > 0)
                         union all select * from (select id from outbox
                                                  where endpoint = name and state = 'dead' order by id desc limit 8))
                     -- Of what is being sent just now nothing is known yet.
                     and not exists (select 1 from outbox where id = attempts.outbox and claimed
                                     and outbox.attempts = attempts.attempt)
                     order by at desc limit 1)) as last_error,
                 iif($1, (select count(*) from outbox where endpoint = name and state = 'delivered'), 0) as delivered,
                 (select count(*) from outbox where endpoint = name and state = 'dead') as dead
             from endpoints where not ({OF_PEOPLE}) order by name",
        )))
        .bind(with_delivered)
        .fetch_all(&self.readers)
        .await?;
        let summaries = rows.iter().map(|row| {
            Ok(EndpointSummary {
                endpoint: read_endpoint(row)?,
                waiting: count(row, "waiting")?,
                oldest: moment(row, "oldest")?,
                delivered: count(row, "delivered")?,
                dead: count(row, "dead")?,
                last_error: row.try_get("last_error")?,
            })
        });
        summaries.collect()
    }

    /// What an operator sees: the endpoints, and `limit` messages, those that were given up first.
    pub async fn outbox(&self, limit: u32) -> Result<Outbox, StoreError> {
        let endpoints = self.endpoint_summaries(true).await?;
        let mut read = self.read().await?;
        let row = query(AssertSqlSafe(format!(
            "select (select count(*) from endpoints where {OF_PEOPLE}) as addresses,
                 coalesce(sum(state = 'waiting'), 0) as waiting, coalesce(sum(state = 'delivered'), 0) as delivered,
                 coalesce(sum(state = 'dead'), 0) as dead from outbox where endpoint in (select name from endpoints where {OF_PEOPLE})"
        )))
        .fetch_one(&mut *read)
        .await?;
        let people = PeopleSummary {
            addresses: count(&row, "addresses")?,
            waiting: count(&row, "waiting")?,
            delivered: count(&row, "delivered")?,
            dead: count(&row, "dead")?,
        };
        let rows = query(
            "select outbox.*, messages.message as message_json from outbox
             join messages on messages.id = outbox.message
             where outbox.id in (
                 select id from (select id from outbox indexed by outbox_dead where state = 'dead' order by id desc limit $1)
                 union select id from (select id from outbox order by id desc limit $1))
             order by outbox.state = 'dead' desc, outbox.id desc limit $1",
        )
        .bind(limit)
        .fetch_all(&mut *read)
        .await?;
        let mut messages = Vec::with_capacity(rows.len());
        for row in &rows {
            let id: i64 = row.try_get("id")?;
            let attempts = query("select * from attempts where outbox = $1 order by attempt desc limit 20")
                .bind(id)
                .fetch_all(&mut *read)
                .await?;
            messages.push(SentMessage {
                id,
                endpoint: row.try_get("endpoint")?,
                message: serde_json::from_str(row.try_get("message_json")?)
                    .map_err(|error| StoreError::unreadable("messages", error))?,
                state: row.try_get("state")?,
                queued_at: from_micros("outbox", row.try_get("queued_at")?)?,
                next_at: moment(row, "next_at")?,
                attempts: attempts.iter().map(read_attempt).collect::<Result<_, _>>()?,
            });
        }
        Ok(Outbox { quiet: self.quiet.get().copied(), endpoints, people, messages })
    }

    /// The latest messages of a kind for an addressee, the last first.
    pub async fn messages_for(
        &self,
        to: &Addressee,
        kind: &'static str,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let rows = query(
            "select message from messages where addressee = $1 and kind = $2 order by seq desc limit $3",
        )
        .bind(to.to_string())
        .bind(kind)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_message).collect()
    }

    /// The messages about an order or a shipment, the latest first, at most a hundred.
    pub async fn messages_about(&self, subjects: &[String]) -> Result<Vec<Message>, StoreError> {
        let rows = query(
            "select message from messages where subject in (select value from json_each($1))
             order by seq desc, place desc limit 100",
        )
        .bind(serde_json::to_string(subjects)?)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_message).collect()
    }
}

fn read_attempt(row: &SqliteRow) -> Result<Attempt, StoreError> {
    Ok(Attempt {
        attempt: row.try_get("attempt")?,
        at: from_micros("attempts", row.try_get("at")?)?,
        millis: row.try_get("millis")?,
        status: row.try_get("status")?,
        answer: row.try_get("answer")?,
    })
}
