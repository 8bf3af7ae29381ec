//! Delivering: what is due, and what became of every attempt.

use super::{
    Change, FAILURES, LONGEST_REST, Outcome, Outgoing, REST, Then, advance, read_endpoint, read_message,
};
use crate::outbox::Endpoint;
use crate::writer::Acted;
use crate::{Store, StoreError, from_micros, micros};
use chrono::{DateTime, Utc};
use sqlx::{Row, SqliteConnection, query, query_scalar};

impl Store {
    /// The endpoints for which something is due, less those that rest or are paused.
    pub async fn due_endpoints(&self, now: DateTime<Utc>) -> Result<Vec<Endpoint>, StoreError> {
        let rows = query(
            "select * from endpoints where paused is null and confirmed and exists (
                 select 1 from outbox indexed by outbox_due_of
                 where endpoint = name and next_at is not null and next_at <= $1)
             and not exists (select 1 from accounts where disabled and 'mail:' || account = addressee
                             or disabled and 'webhook:' || account = addressee) and coalesce(open_until, 0) <= $1 order by name",
        )
        .bind(micros(now))
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_endpoint).collect()
    }

    /// What is due for an endpoint, the longest due first: one message a subject at most. What is no message any more, since the
    /// views were folded anew and none follows, is withdrawn: it must not keep what waits behind it.
    pub async fn due_messages(
        &self,
        endpoint: &str,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Outgoing>, StoreError> {
        loop {
            let rows = query(DUE)
                .bind(micros(now))
                .bind(endpoint.to_owned())
                .bind(limit)
                .fetch_all(&self.readers)
                .await?;
            let (mut due, mut gone) = (Vec::new(), Vec::new());
            for row in &rows {
                let id = row.try_get("id")?;
                if row.try_get::<Option<&str>, _>("message")?.is_none() {
                    gone.push(id);
                    continue;
                }
                due.push(Outgoing {
                    id,
                    message: read_message(row)?,
                    attempts: row.try_get("attempts")?,
                    queued_at: from_micros("outbox", row.try_get("queued_at")?)?,
                });
            }
            if gone.is_empty() {
                return Ok(due);
            }
            tracing::warn!(
                endpoint,
                count = gone.len(),
                "messages that nothing follows any more are withdrawn"
            );
            self.withdraw(gone, now).await?;
        }
    }

    async fn withdraw(&self, ids: Vec<i64>, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    for id in ids {
                        query("update outbox set state = 'withdrawn', next_at = null, done_at = $2 where id = $1")
                            .bind(id)
                            .bind(micros(now))
                            .execute(&mut *connection)
                            .await?;
                        advance(connection, id, micros(now)).await?;
                    }
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Keeps that attempts are about to be made: nothing may leave before. Each counts, whatever becomes of it, and none of the
    /// messages is due again before the moment beside it, unless the process that made the attempts has ended. Returns those that
    /// are to be sent: what was withdrawn meanwhile is not.
    pub async fn claim(
        &self,
        due: &[(i64, DateTime<Utc>)],
        now: DateTime<Utc>,
    ) -> Result<Vec<i64>, StoreError> {
        let ids: Vec<i64> = due.iter().map(|(id, _)| *id).collect();
        let claims: Vec<(i64, i64)> = due.iter().map(|(id, again_at)| (*id, micros(*again_at))).collect();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    for (id, again_at) in claims {
                        query(
                            "update outbox set claimed = 1, attempts = attempts + 1, next_at = $2
                             where id = $1 and state = 'waiting'",
                        )
                        .bind(id)
                        .bind(again_at)
                        .execute(&mut *connection)
                        .await?;
                        query(
                            "insert or replace into attempts (outbox, attempt, at, millis, status, answer)
                             select id, attempts, $2, 0, null, 'no answer is known: the server ended, or could not keep it'
                             from outbox where id = $1 and claimed",
                        )
                        .bind(id)
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                    }
                    Ok(Acted::default())
                })
            })
            .await?;
        let claimed = query_scalar(
            "select id from outbox where id in (select value from json_each($1)) and claimed and state = 'waiting'",
        )
        .bind(serde_json::to_string(&ids)?)
        .fetch_all(&self.readers)
        .await?;
        Ok(claimed)
    }

    /// Makes due what a process that has ended was sending: nobody knows whether it came. What ends the process again and
    /// again when it is sent waits longer each time.
    pub async fn release_claims(&self, now: DateTime<Utc>) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("update outbox set claimed = 0, next_at = $1 + iif(attempts > 8, min(1 << min(attempts - 8, 14), 10800), 0) * 1000000
                         where claimed and state = 'waiting'")
                        .bind(micros(now))
                        .execute(connection)
                        .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Keeps what became of attempts at an endpoint, and lets follow what follows. Returns what that changed about the endpoint.
    pub async fn record_attempts(
        &self,
        endpoint: &str,
        outcomes: Vec<Outcome>,
    ) -> Result<Vec<Change>, StoreError> {
        let gave_up = outcomes.iter().filter(|one| one.then == Then::Dead).count();
        let is_gone = outcomes.iter().any(|one| one.then == Then::Gone);
        let at = outcomes.iter().map(|one| one.at).max();
        let name = endpoint.to_owned();
        let before = self.known_endpoint(endpoint).await?;
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    for outcome in outcomes {
                        record(connection, &name, outcome).await?;
                    }
                    Ok(Acted::default())
                })
            })
            .await?;
        let after = self.known_endpoint(endpoint).await?;
        let rests = |one: &Option<Endpoint>| one.as_ref().and_then(|one| one.open_until);
        let mut changes = Vec::new();
        match (rests(&before), rests(&after)) {
            (None, Some(until)) => changes.push(Change::Rests(until)),
            (Some(_), None) => changes.push(Change::Recovered),
            _ => {}
        }
        if is_gone && before.is_some_and(|one| one.paused.is_none()) && at.is_some() {
            changes.push(Change::Gone);
        }
        if gave_up > 0 {
            changes.push(Change::GaveUp(u32::try_from(gave_up).unwrap_or(u32::MAX)));
        }
        Ok(changes)
    }

    async fn known_endpoint(&self, name: &str) -> Result<Option<Endpoint>, StoreError> {
        let row = query("select * from endpoints where name = $1")
            .bind(name.to_owned())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_endpoint).transpose()
    }
}

/// One that is due is found by the endpoint and the moment, whatever was ever sent there.
pub(crate) const DUE: &str = "select outbox.id, attempts, queued_at, messages.message
     from outbox indexed by outbox_due_of left join messages on messages.id = outbox.message
         and messages.addressee = (select addressee from endpoints where name = $2)
     where endpoint = $2 and next_at is not null and next_at <= $1 order by next_at, outbox.id limit $3";

async fn record(
    connection: &mut SqliteConnection,
    endpoint: &str,
    outcome: Outcome,
) -> Result<(), StoreError> {
    let Outcome { outbox, attempt, at, millis, status, answer, then } = outcome;
    let (state, next_at, is_failure) = match then {
        Then::Delivered => ("delivered", None, false),
        Then::Again(next) => ("waiting", Some(micros(next)), true),
        // It waits until somebody resumes the endpoint.
        Then::Gone => ("waiting", Some(micros(at)), true),
        Then::Dead => ("dead", None, true),
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
        "update outbox set state = $2, attempts = $3, next_at = $4, done_at = $5, claimed = 0
         where id = $1 and state = 'waiting'",
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
        query(
            "update endpoints set failures = 0, open_until = null, failing_since = null
             where name = $1 and failures > 0",
        )
        .bind(endpoint.to_owned())
        .execute(connection)
        .await?;
        return Ok(());
    }
    let failures: Option<i64> = query_scalar(
        "update endpoints set failures = failures + 1, failing_since = coalesce(failing_since, $2)
             where name = $1 returning failures",
    )
    .bind(endpoint.to_owned())
    .bind(micros(at))
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
