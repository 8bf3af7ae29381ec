//! Messages that leave: which there are, where each goes, and what became of every attempt. What is queued is written with the
//! event that caused it; rebuilding the views queues nothing.

use crate::batch_rows::{Cell, write_rows};
use crate::writer::Acted;
use crate::{Store, StoreError, from_micros, micros};
use chrono::{DateTime, TimeDelta, Utc};
use domain::message::{Addressee, Message};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query, query_scalar};

/// How much of an answer is kept, in bytes.
pub const ANSWER: usize = 2_000;
/// After so many failures in a row nothing is tried for a while.
const FAILURES: i64 = 5;
/// How long at first, and at most; each further failure doubles it.
const REST: TimeDelta = TimeDelta::seconds(30);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(10);

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    pub addressee: Addressee,
    /// `https://…`, `http://…` or `mailto:…`.
    pub address: String,
    /// `whsec_` and base64, for webhooks.
    pub secret: Option<String>,
    /// Whether it may lie in a private network.
    pub allow_private: bool,
    /// Why nothing is sent to it now.
    pub paused: Option<String>,
    /// Nothing is tried before, since too much failed in a row.
    pub open_until: Option<DateTime<Utc>>,
}

/// A message on its way to an endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct Outgoing {
    pub id: i64,
    pub message: Message,
    /// So many were made before.
    pub attempts: u32,
    pub queued_at: DateTime<Utc>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    pub outbox: i64,
    pub attempt: u32,
    pub at: DateTime<Utc>,
    pub millis: i64,
    /// HTTP or SMTP; none where there was no answer.
    pub status: Option<u16>,
    /// The answer's beginning, or why there was none.
    pub answer: String,
    pub then: Then,
}

/// What follows from an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    Delivered,
    /// It is tried again then.
    Again(DateTime<Utc>),
    /// It is given up.
    Dead,
    /// It is given up, and so is the endpoint, until somebody sets it going again.
    Gone,
}

/// An endpoint with what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSummary {
    pub endpoint: Endpoint,
    pub waiting: u64,
    pub delivered: u64,
    pub dead: u64,
}

/// A message as it stands with one endpoint.
#[derive(Clone, Debug, PartialEq)]
pub struct SentMessage {
    pub id: i64,
    pub endpoint: String,
    pub message: Message,
    /// waiting, delivered or dead.
    pub state: String,
    pub queued_at: DateTime<Utc>,
    pub next_at: Option<DateTime<Utc>>,
    pub attempts: Vec<Attempt>,
}

/// One attempt to deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub attempt: u32,
    pub at: DateTime<Utc>,
    pub millis: i64,
    pub status: Option<u16>,
    pub answer: String,
}

/// What an operator sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    pub endpoints: Vec<EndpointSummary>,
    /// The latest, those that were given up first.
    pub messages: Vec<SentMessage>,
}

/// What is to be sent once more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resend {
    One(i64),
    /// All that was given up.
    Dead {
        endpoint: String,
    },
    /// Every message for its addressee since a moment, also those that never went there.
    Since {
        endpoint: String,
        since: DateTime<Utc>,
    },
}

/// Keeps messages; they are a view.
pub(crate) async fn write_messages(
    connection: &mut SqliteConnection,
    messages: &[Message],
) -> Result<(), StoreError> {
    let mut rows: Vec<[Cell; 7]> = Vec::with_capacity(messages.len());
    let mut place = 0_i64;
    for (index, message) in messages.iter().enumerate() {
        let follows = index.checked_sub(1).and_then(|before| messages.get(before));
        place = if follows.is_some_and(|before| before.seq == message.seq) { place + 1 } else { 0 };
        rows.push([
            message.seq.0.into(),
            place.into(),
            message.id.into(),
            message.to.to_string().into(),
            message.notice.kind().into(),
            message.notice.subject().into(),
            serde_json::to_string(message)?.into(),
        ]);
    }
    let head = "insert into messages (seq, place, id, addressee, kind, subject, message)";
    write_rows(connection, head, "", rows).await
}

/// Queues messages for every endpoint of their addressee, in the transaction of their cause.
pub(crate) async fn queue(
    connection: &mut SqliteConnection,
    messages: &[Message],
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if messages.is_empty() {
        return Ok(());
    }
    let any = query("select 1 from endpoints limit 1").fetch_optional(&mut *connection).await?;
    if any.is_none() {
        return Ok(());
    }
    for message in messages {
        queue_one(connection, message, None, now).await?;
    }
    Ok(())
}

/// Behind what waits there about the same subject.
async fn queue_one(
    connection: &mut SqliteConnection,
    message: &Message,
    endpoint: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    query(
        "insert into outbox (message, endpoint, subject, state, queued_at, next_at)
         select $1, name, $2, 'waiting', $3,
             iif(exists (select 1 from outbox where outbox.endpoint = name and outbox.subject = $2
                         and state = 'waiting'), null, $3)
         from endpoints where addressee = $4 and ($5 is null or name = $5)",
    )
    .bind(message.id.as_bytes().to_vec())
    .bind(message.notice.subject().to_owned())
    .bind(micros(now))
    .bind(message.to.to_string())
    .bind(endpoint.map(str::to_owned))
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets the next message about a subject go, now that the one before it is settled.
async fn advance(connection: &mut SqliteConnection, settled: i64, now: i64) -> Result<(), StoreError> {
    query(
        "update outbox set next_at = $2 where id = (
             select next.id from outbox as settled
             join outbox as next on next.endpoint = settled.endpoint and next.subject = settled.subject
                 and next.state = 'waiting'
             where settled.id = $1 order by next.id limit 1) and next_at is null",
    )
    .bind(settled)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// Adds an endpoint, or changes where and how it is reached; what is queued for it stays.
    pub async fn put_endpoint(&self, endpoint: Endpoint) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "insert into endpoints (name, addressee, address, secret, allow_private, paused)
                         values ($1, $2, $3, $4, $5, $6)
                         on conflict (name) do update set addressee = excluded.addressee,
                         address = excluded.address, secret = excluded.secret,
                         allow_private = excluded.allow_private, paused = excluded.paused,
                         failures = 0, open_until = null",
                    )
                    .bind(endpoint.name)
                    .bind(endpoint.addressee.to_string())
                    .bind(endpoint.address)
                    .bind(endpoint.secret)
                    .bind(endpoint.allow_private)
                    .bind(endpoint.paused)
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

    /// All endpoints, by name.
    pub async fn endpoints(&self) -> Result<Vec<Endpoint>, StoreError> {
        let rows = query("select * from endpoints order by name").fetch_all(&self.readers).await?;
        rows.iter().map(read_endpoint).collect()
    }

    /// The endpoints for which something is due, less those that rest or are paused.
    pub async fn due_endpoints(&self, now: DateTime<Utc>) -> Result<Vec<Endpoint>, StoreError> {
        let rows = query(
            "select * from endpoints where name in (
                 select distinct endpoint from outbox indexed by outbox_due where next_at <= $1)
             and paused is null and coalesce(open_until, 0) <= $1 order by name",
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

    /// What an operator sees: the endpoints, and `limit` messages, those that were given up first.
    pub async fn outbox(&self, limit: u32) -> Result<Outbox, StoreError> {
        let mut read = self.read().await?;
        let rows = query(
            "select endpoints.*,
                 (select count(*) from outbox where endpoint = name and state = 'waiting') as waiting,
                 (select count(*) from outbox where endpoint = name and state = 'delivered') as delivered,
                 (select count(*) from outbox where endpoint = name and state = 'dead') as dead
             from endpoints order by name",
        )
        .fetch_all(&mut *read)
        .await?;
        let count = |row: &SqliteRow, name: &str| -> Result<u64, StoreError> {
            Ok(row.try_get::<i64, _>(name)?.unsigned_abs())
        };
        let mut endpoints = Vec::with_capacity(rows.len());
        for row in &rows {
            endpoints.push(EndpointSummary {
                endpoint: read_endpoint(row)?,
                waiting: count(row, "waiting")?,
                delivered: count(row, "delivered")?,
                dead: count(row, "dead")?,
            });
        }
        let rows = query(
            "select outbox.*, messages.message as message_json from outbox
             join messages on messages.id = outbox.message
             where outbox.id in (
                 select id from (select id from outbox where state = 'dead' order by id desc limit $1)
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
        Ok(Outbox { endpoints, messages })
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
    query("update outbox set state = $2, attempts = $3, next_at = $4, done_at = $5 where id = $1")
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

/// Queues what was given up, or a single message however it stands, behind what waits. Its attempts go on counting.
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
         and endpoint in (select name from endpoints)",
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

fn read_message(row: &SqliteRow) -> Result<Message, StoreError> {
    serde_json::from_str(row.try_get("message")?).map_err(|error| StoreError::unreadable("messages", error))
}

fn moment(row: &SqliteRow, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
    row.try_get::<Option<i64>, _>(column)?.map(|at| from_micros("outbox", at)).transpose()
}

fn read_endpoint(row: &SqliteRow) -> Result<Endpoint, StoreError> {
    let addressee: &str = row.try_get("addressee")?;
    Ok(Endpoint {
        name: row.try_get("name")?,
        addressee: addressee.parse().map_err(|error| StoreError::unreadable("endpoints", error))?,
        address: row.try_get("address")?,
        secret: row.try_get("secret")?,
        allow_private: row.try_get("allow_private")?,
        paused: row.try_get("paused")?,
        open_until: moment(row, "open_until")?,
    })
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
