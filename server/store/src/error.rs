//! What can go wrong in the store.

use domain::exception::ShipmentException;
use std::path::PathBuf;

/// The store could not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database refused: {}", in_words(.0))]
    Database(#[from] sqlx::Error),
    #[error("the database's schema could not be brought up to date: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// A stored value that this version cannot read.
    #[error("{table} holds a value that cannot be read: {reason}")]
    Unreadable { table: &'static str, reason: String },
    #[error("a value could not be written as JSON: {0}")]
    Json(#[from] serde_json::Error),
    #[error("the file {} is {what}", path.display())]
    File { path: PathBuf, what: String },
    /// The last commit failed; it is tried again every second.
    #[error("nothing can be written at the moment: {reason}")]
    Unwritable { reason: String },
    /// The writer has been closed, or has ended.
    #[error("the store is closed: start the server again")]
    Stopped,
    /// The fold failed on an event; sent again, that event goes to quarantine.
    #[error("the event `{event}` could not be applied: send the delivery again")]
    Unfoldable { event: String },
    /// A batch failed; the reason is that of the whole batch and is logged where it happened.
    #[error("the batch could not be written: {0}")]
    Batch(String),
}

/// What SQLite says, without what the libraries around it call it.
pub(crate) fn in_words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(error) => error.message().to_owned(),
        error => error.to_string(),
    }
}

impl StoreError {
    pub(crate) fn unreadable(table: &'static str, reason: impl ToString) -> Self {
        Self::Unreadable { table, reason: reason.to_string() }
    }
}

/// Why a delivery was not taken. Nothing of it is kept.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    #[error("too many deliveries wait: send it again in a moment")]
    Full,
    #[error("the store is closed: send it again once the server is back")]
    Stopped,
    /// The delivery's id was used before, for another body.
    #[error("the delivery id `{delivery}` was used before for another body: give each delivery its own id")]
    Repeated { delivery: String },
    /// The exception is not the version that was acted on.
    #[error("the exception has changed meanwhile: it is at version {} now", current.version)]
    Stale { current: Box<ShipmentException> },
    /// The rules file does not follow the one in force.
    #[error("version {current} of the rules file is in force, so the next is {}, not {stated}: look at what changed, then \
             state that", current + 1)]
    OldRules { stated: u32, current: u32 },
    /// Something was done to what does not exist.
    #[error("there is no {what}")]
    Unknown { what: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}
