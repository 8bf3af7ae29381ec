//! The exception desk: what is open, and what changed since.

use crate::{Store, StoreError, journal};
use domain::Seq;
use domain::exception::{Severity, ShipmentException};
use domain::live::{Desk, EXCEPTIONS};
use domain::rules::Rule;
use futures::{StreamExt, TryStreamExt};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query, query_scalar};

/// What the desk's rows are cut by before they are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeskFilter {
    pub rule: Option<Rule>,
    pub severity: Option<Severity>,
    /// Those that were closed, the last first, in place of the open ones.
    pub closed: bool,
}

/// How many exceptions are read at most to find those that a page wants.
const LOOKED_AT: usize = 20_000;

impl Store {
    /// The first exceptions that fit, at most [`EXCEPTIONS`]: the open ones in the order of [`ShipmentException::urgency`],
    /// closed ones as they were closed, the last first. `takes` decides on what no index knows.
    pub async fn desk_page(
        &self,
        filter: DeskFilter,
        takes: impl Fn(&ShipmentException) -> bool,
    ) -> Result<(Seq, Desk), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let open = open_exceptions(&mut read).await?;
        let state = if filter.closed { "not open" } else { "open" };
        let rule = filter.rule.map_or(String::new(), |rule| format!(" and rule = '{}'", rule.as_str()));
        let severity =
            filter.severity.map_or(String::new(), |severity| format!(" and severity = {}", severity as i64));
        let order = if filter.closed { "changed_seq desc" } else { "severity desc, due, opened_seq, id" };
        let sql = format!("select exception from exceptions where {state}{rule}{severity} order by {order}");
        let mut exceptions = Vec::new();
        let mut rows = query(AssertSqlSafe(sql)).fetch(&mut *read).take(LOOKED_AT);
        while let Some(row) = rows.try_next().await? {
            let exception = read_exception(&row)?;
            if takes(&exception) {
                exceptions.push(exception);
            }
            if exceptions.len() == EXCEPTIONS {
                break;
            }
        }
        Ok((as_of, Desk { exceptions, open }))
    }

    /// The open exceptions in the order of [`ShipmentException::urgency`].
    pub async fn desk(&self) -> Result<(Seq, Desk), StoreError> {
        self.desk_page(DeskFilter::default(), |_| true).await
    }

    /// The exceptions that changed after a position, the closed ones included; `limit` + 1 of them mean that there are
    /// more.
    pub async fn exceptions_since(&self, after: Seq, limit: usize) -> Result<(Seq, Desk), StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let rows =
            query("select exception from exceptions where changed_seq > $1 order by changed_seq limit $2")
                .bind(after.0)
                .bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1))
                .fetch_all(&mut *read)
                .await?;
        let exceptions = rows.iter().map(read_exception).collect::<Result<_, _>>()?;
        let mut desk = Desk { exceptions, open: open_exceptions(&mut read).await? };
        desk.sort();
        Ok((as_of, desk))
    }

    /// The rules with an open exception.
    pub async fn open_rules(&self) -> Result<Vec<Rule>, StoreError> {
        let names: Vec<String> =
            query_scalar("select key from rollups where name = 'open_rule' and value > 0")
                .fetch_all(&self.readers)
                .await?;
        Ok(Rule::ALL.into_iter().filter(|rule| names.iter().any(|name| name == rule.as_str())).collect())
    }

    /// One exception, open or closed.
    pub async fn exception(&self, id: domain::ExceptionId) -> Result<Option<ShipmentException>, StoreError> {
        let row = query("select exception from exceptions where id = $1")
            .bind(id.0.as_bytes().to_vec())
            .fetch_optional(&self.readers)
            .await?;
        row.as_ref().map(read_exception).transpose()
    }
}

async fn open_exceptions(connection: &mut SqliteConnection) -> Result<u64, StoreError> {
    let open: i64 = query_scalar("select coalesce(sum(value), 0) from rollups where name = 'open_rule'")
        .fetch_one(connection)
        .await?;
    Ok(open.unsigned_abs())
}

pub(crate) fn read_exception(row: &SqliteRow) -> Result<ShipmentException, StoreError> {
    let json: &str = row.try_get("exception")?;
    serde_json::from_str(json).map_err(|error| StoreError::unreadable("exceptions", error))
}
