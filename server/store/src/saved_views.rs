//! Saved views: the lists that somebody comes back to. A person's own settings, not views of the journal, but written by the
//! same writer.

use crate::writer::Acted;
use crate::{Store, StoreError};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, query};

/// How many views of a page one account may keep: more can't be told apart at a glance.
pub const SAVED_VIEWS: u32 = 20;

/// An address's query under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedView {
    pub name: String,
    /// Without the question mark.
    pub query: String,
    /// Who shared it with everybody who may open the page; none where it is somebody's own.
    pub shared_by: Option<String>,
}

/// The account under which shared views are kept; nobody signs in without a name.
const EVERYBODY: &str = "";

impl Store {
    /// The views of a page that an account has saved, then those that somebody shared, by name.
    pub async fn saved_views(&self, account: &str, page: &str) -> Result<Vec<SavedView>, StoreError> {
        let rows = query(
            "select name, query, saved_by from saved_views where account in ($1, $3) and page = $2
             order by account = $3, name",
        )
        .bind(account.to_owned())
        .bind(page.to_owned())
        .bind(EVERYBODY)
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_view).collect()
    }

    /// A shared view of a page by its name.
    pub async fn shared_view(&self, page: &str, name: &str) -> Result<Option<SavedView>, StoreError> {
        let row = query(
            "select name, query, saved_by from saved_views where account = $1 and page = $2 and name = $3",
        )
        .bind(EVERYBODY)
        .bind(page.to_owned())
        .bind(name.to_owned())
        .fetch_optional(&self.readers)
        .await?;
        row.as_ref().map(read_view).transpose()
    }

    /// Saves a view, in place of one of the same name of the same person. Says whether there was room for it: a shared name that
    /// is another's is taken.
    pub async fn save_view(&self, account: &str, page: &str, view: SavedView) -> Result<bool, StoreError> {
        let account = if view.shared_by.is_some() { EVERYBODY } else { account }.to_owned();
        let page = page.to_owned();
        let saved = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let done = query(
                        "insert into saved_views (account, page, name, query, saved_by)
                         select $1, $2, $3, $4, $6
                         where (select count(*) from saved_views
                                where account = $1 and page = $2 and name <> $3) < $5
                         on conflict (account, page, name) do update set query = excluded.query
                         where saved_by is excluded.saved_by",
                    )
                    .bind(account)
                    .bind(page)
                    .bind(view.name)
                    .bind(view.query)
                    .bind(SAVED_VIEWS)
                    .bind(view.shared_by)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(saved > 0)
    }

    /// Forgets a view of that name: one's own, or, where `is_shared`, a shared one, which only its owner forgets unless
    /// `of_others`. Says whether there was one.
    pub async fn forget_view(
        &self,
        account: &str,
        page: &str,
        name: &str,
        is_shared: bool,
        of_others: bool,
    ) -> Result<bool, StoreError> {
        let kept_under = if is_shared { EVERYBODY } else { account }.to_owned();
        let by = (is_shared && !of_others).then(|| account.to_owned());
        let (page, name) = (page.to_owned(), name.to_owned());
        let forgotten = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let done = query(
                        "delete from saved_views where account = $1 and page = $2 and name = $3
                         and ($4 is null or saved_by = $4)",
                    )
                    .bind(kept_under)
                    .bind(page)
                    .bind(name)
                    .bind(by)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: done.rows_affected(), ended: Vec::new() })
                })
            })
            .await?;
        Ok(forgotten > 0)
    }
}

fn read_view(row: &SqliteRow) -> Result<SavedView, StoreError> {
    Ok(SavedView {
        name: row.try_get("name")?,
        query: row.try_get("query")?,
        shared_by: row.try_get("saved_by")?,
    })
}
