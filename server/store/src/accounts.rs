//! Accounts and their sessions. Not views of the journal, but written by the same writer.

use crate::writer::Acted;
use crate::{Store, StoreError, micros};
use chrono::{DateTime, Utc};
use domain::CustomerId;
use domain::account::{AccountRole, Viewer};
use sqlx::sqlite::SqliteRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query, query_scalar};
use uuid::Uuid;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The name to sign in with; unique.
    pub account: String,
    /// As others see it.
    pub name: String,
    pub role: AccountRole,
    /// Whose shipments it sees; for customers.
    pub customer: Option<CustomerId>,
    pub customer_name: Option<String>,
    pub disabled: bool,
}

impl Store {
    /// Adds an account or replaces it. A replaced account's sessions end.
    pub async fn put_account(&self, account: Account, password_hash: String) -> Result<(), StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    let ended = end_sessions(connection, &account.account).await?;
                    let customer = account.customer.map(|customer| customer.0.as_bytes().to_vec());
                    let is_same: Option<i64> =
                        query_scalar("select role = $2 and customer is $3 from accounts where account = $1")
                            .bind(account.account.clone())
                            .bind(account.role.as_str())
                            .bind(customer.clone())
                            .fetch_optional(&mut *connection)
                            .await?;
                    // What somebody else was told is nothing for whoever comes after them.
                    if is_same != Some(1) {
                        forget_addresses(connection, &account.account).await?;
                    }
                    query(
                        "insert or replace into accounts
                         (account, name, role, customer, customer_name, disabled, password_hash)
                         values ($1, $2, $3, $4, $5, $6, $7)",
                    )
                    .bind(account.account)
                    .bind(account.name)
                    .bind(account.role.as_str())
                    .bind(customer)
                    .bind(account.customer_name)
                    .bind(account.disabled)
                    .bind(password_hash)
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: 1, ended })
                })
            })
            .await?;
        Ok(())
    }

    /// The account and the hash of its password, disabled or not.
    pub async fn password_hash(&self, account: &str) -> Result<Option<(Account, String)>, StoreError> {
        let row = query(
            "select account, name, role, customer, customer_name, disabled, password_hash
             from accounts where account = $1",
        )
        .bind(account.to_owned())
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| Ok((read_account(&row)?, row.try_get("password_hash")?))).transpose()
    }

    /// All accounts by name, customers named as master data names them now.
    pub async fn accounts(&self) -> Result<Vec<Account>, StoreError> {
        let rows = query(
            "select account, name, accounts.role as role, customer,
                    coalesce(payload ->> 'name', customer_name) as customer_name, disabled
             from accounts left join master_data on noun = 'customer' and id = customer order by account",
        )
        .fetch_all(&self.readers)
        .await?;
        rows.iter().map(read_account).collect()
    }

    /// Removes an account and ends its sessions. Says whether there was one.
    pub async fn remove_account(&self, account: &str) -> Result<bool, StoreError> {
        let account = account.to_owned();
        let removed = self
            .writer
            .act(move |connection| {
                Box::pin(async move {
                    let ended = end_sessions(connection, &account).await?;
                    query("delete from saved_views where account = $1")
                        .bind(account.clone())
                        .execute(&mut *connection)
                        .await?;
                    forget_addresses(connection, &account).await?;
                    let done = query("delete from accounts where account = $1")
                        .bind(account)
                        .execute(connection)
                        .await?;
                    Ok(Acted { rows: done.rows_affected(), ended })
                })
            })
            .await?;
        Ok(removed > 0)
    }

    /// Keeps a session until it expires; `token_hash` is all that is known of its token.
    pub async fn open_session(
        &self,
        token_hash: &str,
        account: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (token_hash, account) = (token_hash.to_owned(), account.to_owned());
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("insert or replace into sessions (token_hash, account, expires_at) values ($1, $2, $3)")
                        .bind(token_hash)
                        .bind(account)
                        .bind(micros(expires_at))
                        .execute(connection)
                        .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Keeps a session that expires unless it is used, and has ended at `ends_at` in any case. The one that the browser had
    /// before, if any, ends.
    pub async fn begin_session(
        &self,
        token_hash: &str,
        account: &str,
        expires_at: DateTime<Utc>,
        ends_at: DateTime<Utc>,
        instead_of: Option<&str>,
    ) -> Result<(), StoreError> {
        let (token_hash, account) = (token_hash.to_owned(), account.to_owned());
        let instead_of = instead_of.map(str::to_owned);
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    let ended: Vec<String> =
                        query_scalar("delete from sessions where token_hash = $1 returning token_hash")
                            .bind(instead_of)
                            .fetch_all(&mut *connection)
                            .await?;
                    query(
                        "insert into sessions (token_hash, account, expires_at, ends_at)
                         values ($1, $2, min($3, $4), $4)",
                    )
                    .bind(token_hash)
                    .bind(account)
                    .bind(micros(expires_at))
                    .bind(micros(ends_at))
                    .execute(connection)
                    .await?;
                    Ok(Acted { rows: 1, ended })
                })
            })
            .await?;
        Ok(())
    }

    /// Has a session that is used expire later, though never after its end.
    pub async fn prolong_session(
        &self,
        token_hash: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let token_hash = token_hash.to_owned();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query(
                        "update sessions set expires_at = max(expires_at, min($2, ends_at))
                         where token_hash = $1 and ends_at is not null",
                    )
                    .bind(token_hash)
                    .bind(micros(expires_at))
                    .execute(connection)
                    .await?;
                    Ok(Acted::default())
                })
            })
            .await?;
        Ok(())
    }

    /// Who the session belongs to, while it has not expired and the account is neither removed nor disabled.
    pub async fn session(&self, token_hash: &str, now: DateTime<Utc>) -> Result<Option<Viewer>, StoreError> {
        let row = query(
            "select account, name, role, customer, customer_name, disabled
             from sessions join accounts using (account)
             where token_hash = $1 and expires_at > $2 and not disabled",
        )
        .bind(token_hash.to_owned())
        .bind(micros(now))
        .fetch_optional(&self.readers)
        .await?;
        row.map(|row| {
            let account = read_account(&row)?;
            Ok(Viewer {
                account: account.account,
                name: account.name,
                role: account.role,
                customer: account.customer,
            })
        })
        .transpose()
    }

    /// Ends a session.
    pub async fn close_session(&self, token_hash: &str) -> Result<(), StoreError> {
        let token_hash = token_hash.to_owned();
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    let ended =
                        query_scalar("delete from sessions where token_hash = $1 returning token_hash")
                            .bind(token_hash)
                            .fetch_all(connection)
                            .await?;
                    Ok(Acted { rows: ended.len() as u64, ended })
                })
            })
            .await?;
        Ok(())
    }

    /// Forgets the sessions that expired before `now`, and the addresses that were asked more than a day before.
    pub async fn purge_sessions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        self.writer
            .act(move |connection| {
                Box::pin(async move {
                    query("delete from questions where expires_at <= $1")
                        .bind(micros(now))
                        .execute(&mut *connection)
                        .await?;
                    let ended: Vec<String> =
                        query_scalar("delete from sessions where expires_at <= $1 returning token_hash")
                            .bind(micros(now))
                            .fetch_all(connection)
                            .await?;
                    Ok(Acted { rows: ended.len() as u64, ended })
                })
            })
            .await
    }
}

async fn end_sessions(connection: &mut SqliteConnection, account: &str) -> Result<Vec<String>, StoreError> {
    Ok(query_scalar("delete from sessions where account = $1 returning token_hash")
        .bind(account.to_owned())
        .fetch_all(connection)
        .await?)
}

/// Removes where an account is told news, and what waits for it there.
async fn forget_addresses(connection: &mut SqliteConnection, account: &str) -> Result<(), StoreError> {
    let whose = "(select name from endpoints where addressee in ('mail:' || $1, 'webhook:' || $1))";
    for sql in [
        format!("delete from outbox where state = 'waiting' and endpoint in {whose}"),
        format!("delete from endpoints where name in {whose}"),
    ] {
        query(AssertSqlSafe(sql)).bind(account.to_owned()).execute(&mut *connection).await?;
    }
    Ok(())
}

fn read_account(row: &SqliteRow) -> Result<Account, StoreError> {
    let role: String = row.try_get("role")?;
    let customer: Option<Vec<u8>> = row.try_get("customer")?;
    let customer = customer
        .map(|bytes| Uuid::from_slice(&bytes))
        .transpose()
        .map_err(|error| StoreError::unreadable("accounts", error))?;
    Ok(Account {
        account: row.try_get("account")?,
        name: row.try_get("name")?,
        role: role.parse().map_err(|error| StoreError::unreadable("accounts", error))?,
        customer: customer.map(CustomerId),
        customer_name: row.try_get("customer_name")?,
        disabled: row.try_get("disabled")?,
    })
}
