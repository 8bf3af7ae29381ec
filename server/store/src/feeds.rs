//! What is asked of feeds: which fell silent, what they hide, and what of them waits in quarantine.

use crate::{Store, StoreError, from_micros};
use chrono::{DateTime, Utc};
use domain::SourceName;
use domain::authority::Role;
use domain::feed::Feed;
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, query, query_scalar};

/// A source that says nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Silent {
    pub source: String,
    pub heard_at: DateTime<Utc>,
    /// How many shipments on their way only it tells of, and some of their numbers.
    pub hides: u32,
    pub shipments: Vec<String>,
}

/// A part of a delivery that waits in quarantine, and nobody has been told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedPart {
    pub id: i64,
    pub source: String,
    pub code: String,
    pub cause: String,
    pub about: String,
    pub reason: String,
    pub at: DateTime<Utc>,
}

impl RefusedPart {
    /// The kind of event that its sender stated: `stop.delivered`.
    pub fn kind(&self) -> &str {
        kind(&self.cause)
    }
}

impl GrantedPart {
    /// As [`RefusedPart::kind`].
    pub fn kind(&self) -> &str {
        kind(&self.cause)
    }
}

fn kind(cause: &str) -> &str {
    let stated = cause.split_once(' ').map_or("", |(_, kind)| kind);
    stated.strip_prefix("syncline.").and_then(|kind| kind.strip_suffix(".v1")).unwrap_or(stated)
}

/// A part that a second person let in, as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantedPart {
    pub id: i64,
    pub source: SourceName,
    /// What the source was when it came.
    pub role: Role,
    /// What it has in common with others, and what it is about.
    pub cause: String,
    pub about: String,
    pub raw: String,
    pub received_at: DateTime<Utc>,
}

/// How many hidden shipments are named.
const NAMED: i64 = 20;

impl Store {
    /// The sources that said nothing since a moment and of which nobody has said so; disabled ones left out.
    pub async fn silent_since(&self, moment: DateTime<Utc>) -> Result<Vec<Silent>, StoreError> {
        let mut read = self.read().await?;
        let rows = query(
            "select source, recorded_at from source_ages
             where recorded_at < $1
             and not exists (select 1 from feeds where feeds.source = source_ages.source and silent)
             and exists (select 1 from sources where name = source_ages.source and not disabled)
             order by source",
        )
        .bind(crate::micros(moment))
        .fetch_all(&mut *read)
        .await?;
        let mut silent = Vec::with_capacity(rows.len());
        for row in &rows {
            let source: String = row.try_get("source")?;
            let hides: i64 = query_scalar(
                "select count(*) from deadlines
                 where deadline ->> 'deadline' = 'news' and deadline ->> 'stop' = $1",
            )
            .bind(source.clone())
            .fetch_one(&mut *read)
            .await?;
            let shipments = query_scalar(
                "select number from deadlines join shipments on shipments.key = deadlines.shipment
                 where deadline ->> 'deadline' = 'news' and deadline ->> 'stop' = $1 order by due_at limit $2",
            )
            .bind(source.clone())
            .bind(NAMED)
            .fetch_all(&mut *read)
            .await?;
            silent.push(Silent {
                source,
                heard_at: from_micros("source_ages", row.try_get("recorded_at")?)?,
                hides: u32::try_from(hides).unwrap_or(u32::MAX),
                shipments,
            });
        }
        Ok(silent)
    }

    /// The id of the last event of Syncline's own whose id begins with `origin` and a number.
    pub async fn last_of_own(&self, origin: &str) -> Result<Option<String>, StoreError> {
        Ok(query_scalar(
            "select max(source_event_id) from journal
             where source = 'syncline' and source_event_id > $1 || ' ' and source_event_id < $1 || '!'",
        )
        .bind(origin.to_owned())
        .fetch_one(&self.readers)
        .await?)
    }

    /// The parts in quarantine behind one, the first ones first.
    pub async fn refused_parts(&self, after: i64, limit: u32) -> Result<Vec<RefusedPart>, StoreError> {
        let rows = query(
            "select id, source, code, cause, about, reason, at from quarantine
             where id > $1 and state = 'open' order by id limit $2",
        )
        .bind(after)
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(refused).collect()
    }

    /// Every feed that something was ever wrong with.
    pub async fn feeds(&self) -> Result<Vec<Feed>, StoreError> {
        let feeds: Vec<String> =
            query_scalar("select feed from feeds order by source").fetch_all(&self.readers).await?;
        let read = |feed: &String| {
            serde_json::from_str(feed).map_err(|error| StoreError::unreadable("feeds", error))
        };
        feeds.iter().map(read).collect()
    }

    /// The parts in quarantine that are about one of the numbers: how many, and the last ones.
    pub async fn parts_about(
        &self,
        numbers: &[String],
        limit: u32,
    ) -> Result<(u64, Vec<RefusedPart>), StoreError> {
        let numbers = serde_json::to_string(numbers)?;
        let about = "from quarantine where state = 'open' and about in (select value from json_each($1))";
        let count: i64 = query_scalar(AssertSqlSafe(format!("select count(*) {about}")))
            .bind(numbers.clone())
            .fetch_one(&self.readers)
            .await?;
        if count == 0 {
            return Ok((0, Vec::new()));
        }
        let last =
            format!("select id, source, code, cause, about, reason, at {about} order by id desc limit $2");
        let rows = query(AssertSqlSafe(last)).bind(numbers).bind(limit).fetch_all(&self.readers).await?;
        Ok((count.unsigned_abs(), rows.iter().map(refused).collect::<Result<_, _>>()?))
    }

    /// A part in quarantine that is still to be taken in.
    pub async fn waiting_part(&self, id: i64) -> Result<Option<GrantedPart>, StoreError> {
        let row = query(
            "select quarantine.id, quarantine.source, role, cause, about, raw, received_at
             from quarantine join inbound on inbound.id = quarantine.inbound
             where quarantine.id = $1 and state <> 'accepted'",
        )
        .bind(id)
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            let (source, role): (String, String) = (row.try_get("source")?, row.try_get("role")?);
            Ok(GrantedPart {
                role: role.parse().map_err(|error| StoreError::unreadable("inbound", error))?,
                id: row.try_get("id")?,
                source: source.parse().map_err(|error| StoreError::unreadable("quarantine", error))?,
                cause: row.try_get("cause")?,
                about: row.try_get("about")?,
                raw: row.try_get("raw")?,
                received_at: from_micros("inbound", row.try_get("received_at")?)?,
            })
        })
        .transpose()
    }

    /// The parts of a cause that wait, the last first.
    pub async fn parts_of(
        &self,
        source: &str,
        cause: &str,
        limit: u32,
    ) -> Result<Vec<RefusedPart>, StoreError> {
        let rows = query(
            "select id, source, code, cause, about, reason, at from quarantine
             where state = 'open' and source = $1 and cause = $2 order by id desc limit $3",
        )
        .bind(source.to_owned())
        .bind(cause.to_owned())
        .bind(limit)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(refused).collect()
    }
}

fn refused(row: &SqliteRow) -> Result<RefusedPart, StoreError> {
    Ok(RefusedPart {
        id: row.try_get("id")?,
        source: row.try_get("source")?,
        code: row.try_get("code")?,
        cause: row.try_get("cause")?,
        about: row.try_get("about")?,
        reason: row.try_get("reason")?,
        at: from_micros("quarantine", row.try_get("at")?)?,
    })
}
