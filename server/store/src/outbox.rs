//! Messages that leave: which there are, where each goes, and what became of every attempt. What is queued is written with the
//! event that caused it; rebuilding the views queues nothing.

mod deliver;
mod overview;
mod question;
mod setup;

pub use question::{Limits, Question};

use crate::batch_rows::{Cell, write_rows};
use crate::{StoreError, from_micros, micros};
use chrono::{DateTime, TimeDelta, Utc};
use domain::message::{Addressee, Message};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query};

/// How much of an answer is kept, in bytes.
pub const ANSWER: usize = 2_000;
/// After so many failures in a row nothing is tried for a while.
const FAILURES: i64 = 5;
/// How long at first, and at most; each further failure doubles it.
const REST: TimeDelta = TimeDelta::seconds(30);
const LONGEST_REST: TimeDelta = TimeDelta::minutes(10);
/// How long everything has to fail until that is somebody's matter.
const DOWN: TimeDelta = TimeDelta::minutes(3);

/// Where messages go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Lower-case letters, digits and hyphens.
    pub name: String,
    pub addressee: Addressee,
    /// `https://…`, `http://…` or `mailto:…`.
    pub address: String,
    /// `whsec_` and base64, for webhooks; for mail what stands at the end of the link that ends it.
    pub secret: Option<String>,
    /// Whether it may lie in a private network.
    pub allow_private: bool,
    /// Why nothing is sent to it now.
    pub paused: Option<String>,
    /// Nothing is tried before, since too much failed in a row.
    pub open_until: Option<DateTime<Utc>>,
    /// Since when nothing got through.
    pub failing_since: Option<DateTime<Utc>>,
    /// The secret before the present one, while both sign.
    pub former_secret: Option<String>,
    /// What it speaks for, as whoever set it up wrote it.
    pub speaks_for: Option<String>,
    /// Whether whoever owns the address has said so. Until then only the question leaves.
    pub confirmed: bool,
}

impl Endpoint {
    /// One that is asked and sent to without delay, unsigned, in public.
    pub fn new(name: impl Into<String>, addressee: Addressee, address: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            addressee,
            address: address.into(),
            secret: None,
            allow_private: false,
            paused: None,
            open_until: None,
            failing_since: None,
            former_secret: None,
            speaks_for: None,
            confirmed: true,
        }
    }

    /// What it speaks for, as people wrote it.
    pub fn spoken_for(&self) -> String {
        self.speaks_for.clone().unwrap_or_else(|| self.addressee.to_string())
    }
}

/// What came of removing an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// There is none.
    Unknown,
    /// So many messages wait for it: it stays.
    Waits(u64),
    /// It is gone, and so are as many messages that waited.
    Removed(u64),
}

/// Why nothing leaves a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quiet {
    /// It was started so.
    Asked,
    /// Its database is a copy of another: both would say the same.
    Copy,
}

/// How a person's endpoint is found.
#[derive(Clone, Copy, Debug)]
pub enum EndpointOf<'a> {
    Person(&'a Addressee),
    /// What stands at the end of the link that ends its letters.
    Token(&'a str),
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

/// What attempts changed about an endpoint, for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Too much failed in a row: nothing is tried before.
    Rests(DateTime<Utc>),
    /// It takes messages again.
    Recovered,
    /// It answered that it is gone, and is paused.
    Gone,
    /// So many messages were given up.
    GaveUp(u32),
}

/// An endpoint with what waits for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndpointSummary {
    pub endpoint: Endpoint,
    pub waiting: u64,
    /// When the one that waits the longest was queued.
    pub oldest: Option<DateTime<Utc>>,
    pub delivered: u64,
    pub dead: u64,
    /// What the last attempt that failed was answered, where none has succeeded since.
    pub last_error: Option<String>,
}

impl EndpointSummary {
    /// Why nothing gets through, as people read it; none while something does. A short rest is no matter.
    pub fn is_down(&self, now: DateTime<Utc>) -> Option<String> {
        let said = self.last_error.as_ref().map_or(String::new(), |error| format!(", last: {error}"));
        if let Some(why) = &self.endpoint.paused {
            return Some(format!("it is paused: {why}"));
        }
        let since = self.endpoint.failing_since.filter(|since| now - *since > DOWN)?;
        Some(format!("nothing got through since {} UTC{said}", since.format("%-d %b %H:%M")))
    }
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

/// Addresses of people who chose to be told news, together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeopleSummary {
    pub addresses: u64,
    pub waiting: u64,
    pub delivered: u64,
    pub dead: u64,
}

/// What an operator sees.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    /// Why nothing leaves at all.
    pub quiet: Option<Quiet>,
    /// Without those of people.
    pub endpoints: Vec<EndpointSummary>,
    pub people: PeopleSummary,
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

/// A customer gets what is written for customers, and a person what is theirs to see now: an account that has become another customer's, or was disabled, gets nothing of what
/// was chosen before.
///
/// Behind what waits there about the same subject. What somebody wants later waits in a row of its own, and what goes by mail
/// to a person in none: all that is due goes into one letter.
async fn queue_one(
    connection: &mut SqliteConnection,
    message: &Message,
    endpoint: Option<&str>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if !message.may_leave() {
        return Ok(());
    }
    let mut row = message.notice.subject().to_owned();
    if let Some(later) = message.not_before {
        row = format!("{row} from {later}");
    }
    query(
        "insert into outbox (message, endpoint, subject, state, queued_at, next_at)
         select $1, name, $2, 'waiting', $3,
             iif(not $6 and exists (select 1 from outbox indexed by outbox_waiting where outbox.endpoint = name
                                    and outbox.subject = $2 and state = 'waiting'), null, $7)
         from endpoints where addressee = $4 and ($5 is null or name = $5)
             and ($8 is null or exists (
                 select 1 from accounts where account = $8 and customer is $9 and not disabled))",
    )
    .bind(message.id.as_bytes().to_vec())
    .bind(row)
    .bind(micros(now))
    .bind(message.to.to_string())
    .bind(endpoint.map(str::to_owned))
    .bind(message.to.gets_letters())
    .bind(micros(message.not_before.map_or(now, |later| later.max(now))))
    .bind(match &message.to {
        Addressee::Person { account, .. } => Some(account.clone()),
        _ => None,
    })
    .bind(message.audience.map(|customer| customer.0.as_bytes().to_vec()))
    .execute(connection)
    .await?;
    Ok(())
}

/// Lets the next message about a subject go, now that the one before it is settled: in the order in which they were queued.
async fn advance(connection: &mut SqliteConnection, settled: i64, now: i64) -> Result<(), StoreError> {
    query(
        "update outbox set next_at = $2 where id = (
             select next.id from outbox as settled
             join outbox as next indexed by outbox_waiting on next.endpoint = settled.endpoint
                 and next.subject = settled.subject and next.state = 'waiting'
             where settled.id = $1 order by next.id limit 1) and next_at is null",
    )
    .bind(settled)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
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
        failing_since: moment(row, "failing_since")?,
        former_secret: row.try_get("former_secret")?,
        speaks_for: row.try_get("speaks_for")?,
        confirmed: row.try_get("confirmed")?,
    })
}
