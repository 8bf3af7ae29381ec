//! Delivering: what is due, and what became of every attempt.

use super::{FAILURES, LONGEST_REST, Outcome, Outgoing, REST, Then, advance, read_endpoint, read_message};
use crate::outbox::Endpoint;
use crate::writer::Acted;
use crate::{Store, StoreError, from_micros, micros};
use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, query, query_scalar};

impl Store {
    /// The endpoints for which something is due, less those that rest or are paused.
    pub async fn due_endpoints(&self, now: DateTime<Utc>) -> Result<Vec<Endpoint>, StoreError> {
        let rows = query(
            "select * from endpoints where name in (
                 select distinct endpoint from outbox indexed by outbox_due where next_at <= $1)
             and paused is null and confirmed
             and not exists (select 1 from accounts where disabled and 'mail:' || account = addressee
                             or disabled and 'webhook:' || account = addressee) and coalesce(open_until, 0) <= $1 order by name",
        )
        .bind(micros(now))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_endpoint).collect()
    }

    /// What is due for an endpoint, the longest due first: one message a subject at most.
    pub async fn due_messages(
        &self,
        endpoint: &str,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Outgoing>, StoreError> {
        let rows = query(
            "select outbox.id, attempts, queued_at, messages.message
             from outbox join messages on messages.id = outbox.message
             where next_at <= $1 and endpoint = $2 order by next_at, outbox.id limit $3",
        )
        .bind(micros(now))
        .bind(endpoint.to_owned())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter()
            .map(|row| {
                Ok(Outgoing {
                    id: row.try_get("id")?,
                    message: read_message(row)?,
                    attempts: row.try_get("attempts")?,
                    queued_at: from_micros("outbox", row.try_get("queued_at")?)?,
                })
            })
            .collect()
    }

    /// Keeps that attempts are about to be made: nothing may leave before. Whatever becomes of them, none of the messages is due
    /// again before `again_at`, unless the process that made the attempts has ended.
    pub async fn claim(&self, due: &[Outgoing], again_at: DateTime<Utc>) -> Result<(), StoreError> {
        let ids: Vec<i64> = due.iter().map(|one| one.id).collect();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "update outbox set claimed = 1, next_at = $2
                         where id in (select value from json_each($1)) and state = 'waiting'",
                    )
                    .bind(serde_json::to_string(&ids)?)
                    .bind(micros(again_at))
                    .execute(connection)
                    .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Makes due what a process that has ended was sending: nobody knows whether it came.
    pub async fn release_claims(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("update outbox set claimed = 0, next_at = $1 where claimed and state = 'waiting'")
                        .bind(micros(now))
                        .execute(connection)
                        .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Keeps what became of attempts at an endpoint, and lets follow what follows.
    pub async fn record_attempts(&self, endpoint: &str, outcomes: Vec<Outcome>) -> Result<(), StoreError> {
        let endpoint = endpoint.to_owned();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    for outcome in outcomes {
                        record(connection, &endpoint, outcome).await?;
                    }
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }
}

async fn record(
    connection: &mut SqliteConnection,
    endpoint: &str,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let Outcome { outbox, attempt, at, millis, status, answer, then } = outcome;
    let (state, next_at, is_failure) = match then {
        Then::Delivered => ("delivered", None, false),
        Then::Again(next) => ("waiting", Some(micros(next)), true),
        Then::Dead | Then::Gone => ("dead", None, true),
    };
    let done_at = next_at.is_none().then(|| micros(at));
    query(
        "insert or replace into attempts (outbox, attempt, at, millis, status, answer)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(outbox)
    .bind(attempt)
    .bind(micros(at))
    .bind(millis)
    .bind(status)
    .bind(answer)
    .execute(&mut *connection)
    .await?;
    query(
        "update outbox set state = $2, attempts = $3, next_at = $4, done_at = $5, claimed = 0 where id = $1",
    )
    .bind(outbox)
    .bind(state)
    .bind(attempt)
    .bind(next_at)
    .bind(done_at)
    .execute(&mut *connection)
    .await?;
    if next_at.is_none() {
        advance(connection, outbox, micros(at)).await?;
    }
    if !is_failure {
        query("update endpoints set failures = 0, open_until = null where name = $1 and failures > 0")
            .bind(endpoint.to_owned())
            .execute(connection)
            .await?;
        return Ok(());
    }
    let failures: Option<i64> =
        query_scalar("update endpoints set failures = failures + 1 where name = $1 returning failures")
            .bind(endpoint.to_owned())
            .fetch_optional(&mut *connection)
            .await?;
    let over = failures.unwrap_or_default() - FAILURES;
    if over >= 0 {
        let rest = (REST * 2_i32.pow(u32::try_from(over.min(10)).unwrap_or(10))).min(LONGEST_REST);
        query("update endpoints set open_until = $2 where name = $1")
            .bind(endpoint.to_owned())
            .bind(micros(at + rest))
            .execute(&mut *connection)
            .await?;
    }
    if then == Then::Gone {
        query("update endpoints set paused = 'it answered 410 Gone' where name = $1")
            .bind(endpoint.to_owned())
            .execute(connection)
            .await?;
    }
    Ok(())
}
