//! What people chose to be told, as the journal tells of it.

use crate::{Store, StoreError};
use domain::Seq;
use domain::subscription::{Subscribers, Subscription};
use sqlx::{Row, SqliteConnection, query};

/// What everybody chose last, up to a position.
pub(crate) async fn load(connection: &mut SqliteConnection, until: Seq) -> Result<Subscribers, StoreError> {
    let rows = query(
        "select number, payload from journal indexed by journal_subscriptions
         where kind = 'subscription.changed' and seq <= $1 order by seq",
    )
    .bind(until.0)
    .fetch_all(connection)
    .await?;
    let mut subscribers = Subscribers::default();
    for row in &rows {
        subscribers.take(row.try_get("number")?, &read(row.try_get("payload")?)?);
    }
    Ok(subscribers)
}

fn read(payload: &str) -> Result<Subscription, StoreError> {
    serde_json::from_str(payload).map_err(|error| StoreError::unreadable("journal", error))
}

impl Store {
    /// What an account chose to be told; none where it never chose.
    pub async fn subscription(&self, account: &str) -> Result<Option<Subscription>, StoreError> {
        let row = query(
            "select payload from journal where entity = (select key from subjects where id = $1)
             and kind = 'subscription.changed' order by seq desc limit 1",
        )
        .bind(Subscription::subject(account).as_bytes().to_vec())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| read(row.try_get("payload")?)).transpose()
    }
}
