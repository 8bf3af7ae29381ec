//! Asking whoever owns an address whether it is theirs, before anything else goes there: how often, and until when the question
//! may be answered.

use super::{Endpoint, moment, read_endpoint};
use crate::writer::Acted;
use crate::{Store, StoreError, micros};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Row, query};

/// How often strangers may be asked.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The pause between two questions for one endpoint.
    pub pause: TimeDelta,
    /// Within a day, at one address.
    pub by_address: u32,
    /// Within a day, for one endpoint, whatever its address.
    pub by_endpoint: u32,
    /// Within an hour, in all.
    pub in_all: u32,
}

/// A question that was put to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    pub asked_at: DateTime<Utc>,
    /// It can't be answered any more then.
    pub expires_at: DateTime<Utc>,
    /// Why it did not get there.
    pub failure: Option<String>,
}

/// How long a question is remembered, and how long it may be answered.
const DAY: TimeDelta = TimeDelta::days(1);

impl Store {
    /// Takes down that an endpoint's address is about to be asked, by a token of which only the hash is kept. Says whether it may
    /// be, by the limits.
    pub async fn ask(
        &self,
        endpoint: &Endpoint,
        token_hash: &str,
        now: DateTime<Utc>,
        limits: Limits,
    ) -> Result<bool, StoreError> {
        let (name, address, token_hash) =
            (endpoint.name.clone(), endpoint.address.clone(), token_hash.to_owned());
        let asked = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    query("delete from questions where asked_at <= $1")
                        .bind(micros(now - DAY))
                        .execute(&mut *connection)
                        .await?;
                    let done = query(
                        "insert into questions (token_hash, endpoint, address, asked_at, expires_at)
                         select $1, $2, $3, $4, $5
                         where not exists (select 1 from questions where endpoint = $2 and asked_at > $6)
                         and (select count(*) from questions where address = $3 and failure is null) < $7
                         and (select count(*) from questions where endpoint = $2) < $8
                         and (select count(*) from questions where asked_at > $9) < $10",
                    )
                    .bind(token_hash)
                    .bind(name)
                    .bind(address)
                    .bind(micros(now))
                    .bind(micros(now + DAY))
                    .bind(micros(now - limits.pause))
                    .bind(limits.by_address)
                    .bind(limits.by_endpoint)
                    .bind(micros(now - TimeDelta::hours(1)))
                    .bind(limits.in_all)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(asked > 0)
    }

    /// Takes down why a question did not get there: nobody has been bothered by it.
    pub async fn was_not_asked(&self, token_hash: &str, failure: String) -> Result<(), StoreError> {
        let token_hash = token_hash.to_owned();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("update questions set failure = $2 where token_hash = $1")
                        .bind(token_hash)
                        .bind(failure)
                        .execute(connection)
                        .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// The last question that was put to an endpoint's address.
    pub async fn last_question(&self, endpoint: &Endpoint) -> Result<Option<Question>, StoreError> {
        let row = query(
            "select asked_at, expires_at, failure from questions where endpoint = $1 and address = $2
             order by asked_at desc limit 1",
        )
        .bind(endpoint.name.clone())
        .bind(endpoint.address.clone())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            Ok(Question {
                asked_at: moment(&row, "asked_at")?.unwrap_or_default(),
                expires_at: moment(&row, "expires_at")?.unwrap_or_default(),
                failure: row.try_get("failure")?,
            })
        })
        .transpose()
    }

    /// The endpoint whose address a question asks, while it may be answered: its address is still the same.
    pub async fn asked(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Endpoint>, StoreError> {
        let row = query(
            "select endpoints.* from endpoints
             join questions on questions.endpoint = endpoints.name and questions.address = endpoints.address
             where token_hash = $1 and expires_at > $2",
        )
        .bind(token_hash.to_owned())
        .bind(micros(now))
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read_endpoint).transpose()
    }

    /// Takes down that whoever owns an address has said yes to a question. Says whether it could still be answered.
    pub async fn confirm(&self, token_hash: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let token_hash = token_hash.to_owned();
        let confirmed = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let done = query(
                        "update endpoints set confirmed = 1 where exists (
                             select 1 from questions where token_hash = $1 and expires_at > $2
                             and questions.endpoint = endpoints.name and questions.address = endpoints.address)",
                    )
                    .bind(token_hash)
                    .bind(micros(now))
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(confirmed > 0)
    }
}
