//! Pages of rows by keyset: what is asked for, and where the next page begins.

use chrono::{DateTime, Utc};
use domain::Seq;
use domain::kpi::Punctuality;
use domain::rules::Rule;
use domain::status::Status;
use std::fmt;
use std::str::FromStr;

/// A flag that rows can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flag {
    Delayed,
    ActionNeeded,
    OnHold,
}

/// Which rows; what is `None` does not limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShipmentFilter {
    /// Words or their beginnings: numbers, references, customer names, cities. All must be found. Of a long word that is
    /// found whole its continuations are not looked for.
    pub query: Option<String>,
    pub status: Option<Status>,
    pub flag: Option<Flag>,
    pub punctuality: Option<Punctuality>,
    /// Is still to come and expected within this span: from the first moment on, before the second.
    pub expected: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Has an open exception of this rule. Customers see no exceptions, so for them nothing has.
    pub rule: Option<Rule>,
}

/// In which order a list is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The latest change first; with a query the latest shipment first.
    #[default]
    Changed,
    /// What is expected first; only what is still to come. A search keeps its own order.
    Expected,
}

/// Which page: rows by position, the latest change first; with a query the latest shipment first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    pub order: Order,
    /// [`Page::next`] of the page before; none for the first.
    pub before: Option<Cursor>,
    pub limit: u32,
}

/// Rows as of one position.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    pub as_of: Seq,
    pub rows: Vec<T>,
    /// Where the next page begins; none after the last. A page of a search may be short and still have a next one.
    pub next: Option<Cursor>,
}

/// The end of a page. Its text is opaque to everybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// A position, or the moment that something is expected at.
    pub(crate) seq: i64,
    pub(crate) key: i64,
}

/// Why a text is no cursor.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no place in a list: start again from its first page")]
pub struct BadCursor(String);

impl BadCursor {
    pub(crate) fn of(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.seq, self.key)
    }
}

impl FromStr for Cursor {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let parts = text.split_once('-').and_then(|(seq, key)| Some((seq.parse().ok()?, key.parse().ok()?)));
        match parts {
            Some((seq, key)) if seq >= 0 && key >= 0 => Ok(Self { seq, key }),
            _ => Err(BadCursor(text.to_owned())),
        }
    }
}
