//! Saved views: the lists that somebody comes back to. A person's own settings, not views of the journal, but written by the
//! same writer.

use crate::writer::Acted;
use crate::{Store, StoreError};
use sqlx::{Row, query};

/// How many views of a page one account may keep: more can't be told apart at a glance.
pub const SAVED_VIEWS: u32 = 20;

/// An address's query under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub name: String,
    /// Without the question mark.
    pub query: String,
}

impl Store {
    /// The views of a page that an account has saved, by name.
    pub async fn saved_views(&self, account: &str, page: &str) -> Result<Vec<SavedView>, StoreError> {
        let rows =
            query("select name, query from saved_views where account = $1 and page = $2 order by name")
                .bind(account.to_owned())
                .bind(page.to_owned())
                .fetch_all(&self.readers)
                .await?;
        rows.iter()
            .map(|row| Ok(SavedView { name: row.try_get("name")?, query: row.try_get("query")? }))
            .collect()
    }

    /// Saves a view, in place of one of the same name. Says whether there was room for it.
    pub async fn save_view(&self, account: &str, page: &str, view: SavedView) -> Result<bool, StoreError> {
        let (account, page) = (account.to_owned(), page.to_owned());
        let saved = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let done = query(
                        "insert into saved_views (account, page, name, query)
                         select $1, $2, $3, $4
                         where (select count(*) from saved_views
                                where account = $1 and page = $2 and name <> $3) < $5
                         on conflict (account, page, name) do update set query = excluded.query",
                    )
                    .bind(account)
                    .bind(page)
                    .bind(view.name)
                    .bind(view.query)
                    .bind(SAVED_VIEWS)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(saved > 0)
    }

    /// Forgets a view, if there is one of that name.
    pub async fn forget_view(&self, account: &str, page: &str, name: &str) -> Result<(), StoreError> {
        let (account, page, name) = (account.to_owned(), page.to_owned(), name.to_owned());
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("delete from saved_views where account = $1 and page = $2 and name = $3")
                        .bind(account)
                        .bind(page)
                        .bind(name)
                        .execute(connection)
                        .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }
}
