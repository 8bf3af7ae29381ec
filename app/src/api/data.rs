//! What travels between pages and server functions, beyond the domain's own types.

use chrono::{DateTime, Utc};
use domain::exception::ShipmentException;
use domain::fact::{Approvable, Responsible, RootCause};
use domain::id::CaseId;
use domain::kpi::Punctuality;
use domain::live::Desk;
use domain::rules::Rule;
use domain::status::{Flags, Status};
use domain::time::{Moment, Window};
use domain::view::{ShipmentRow, TrackedRow};
use domain::{CustomerId, ExceptionId, Seq, ShipmentId};
use serde::{Deserialize, Serialize};

/// A view's content and the journal position that it holds at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Positioned<T> {
    pub as_of: Seq,
    pub content: T,
}

/// A page of shipments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShipmentList {
    pub as_of: Seq,
    pub rows: Vec<Line>,
    /// Whether the rows say what only people of the house see.
    pub is_internal: bool,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
    /// What needs somebody first, above the list as it is without any condition.
    pub needs: Option<Drawing>,
    /// The views that the account has saved.
    pub views: Vec<SavedView>,
}

/// How many characters the name of a view may have.
pub const VIEW_NAME: usize = 40;

/// A list that somebody comes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedView {
    pub name: String,
    /// The address's query, without the question mark.
    pub query: String,
    /// Whether everybody at the desk has it, and under its name an address of its own.
    pub is_shared: bool,
    pub may_forget: bool,
}

/// A row of either audience, as it stands on the wire: [`ShipmentRow`] or [`TrackedRow`]. The latter has no fields for the
/// last three, so they are none for customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub id: ShipmentId,
    pub number: String,
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    pub origin: Option<String>,
    pub destination: Option<String>,
    pub eta: Option<Moment>,
    pub promised: Option<Window>,
    pub delivered_at: Option<Moment>,
    pub punctuality: Option<Punctuality>,
    pub orders: Vec<String>,
    pub occurred_at: Option<Moment>,
    pub customers: Option<Vec<String>>,
    pub carrier: Option<String>,
    pub open_exceptions: Option<u32>,
}

impl Line {
    /// Whether it should have arrived by now, as far as anybody has told.
    pub fn is_overdue(&self, now: DateTime<Utc>) -> bool {
        self.delivered_at.is_none() && !self.status.is_final() && self.eta.is_some_and(|eta| eta < now)
    }
}

impl From<TrackedRow> for Line {
    fn from(row: TrackedRow) -> Self {
        Self {
            id: row.id,
            number: row.number,
            seq: row.seq,
            status: row.status,
            flags: row.flags,
            origin: row.origin,
            destination: row.destination,
            eta: row.eta,
            promised: row.promised,
            delivered_at: row.delivered_at,
            punctuality: row.punctuality,
            orders: row.orders,
            occurred_at: row.occurred_at,
            customers: None,
            carrier: None,
            open_exceptions: None,
        }
    }
}

impl From<ShipmentRow> for Line {
    fn from(row: ShipmentRow) -> Self {
        Self {
            customers: Some(row.customers),
            carrier: row.carrier,
            open_exceptions: Some(row.open_exceptions),
            ..Self::from(row.tracked)
        }
    }
}

/// One shipment with its share links.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentPage {
    pub drawing: Drawing,
    pub shares: Vec<ShareLine>,
    /// Whose redaction a link may show, where the viewer has to say so: people of the house.
    pub customers: Vec<ShareFor>,
    /// Whether there is anybody to share it with.
    pub may_share: bool,
}

/// A share link as a list shows it; the link itself is shown once, when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareLine {
    pub token_hash: String,
    pub label: String,
    pub expires_at: Moment,
}

/// A new share link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shared {
    /// The path of the link, `/track/…`.
    pub path: String,
    pub shares: Vec<ShareLine>,
}

/// What the desk begins with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DeskPage {
    pub as_of: Seq,
    /// The first of what fits: what is open, or what was closed lately.
    pub desk: Desk,
    /// The rules of all that is open.
    pub rules: Vec<Rule>,
    /// The teams of the rules file.
    pub teams: Vec<String>,
    /// The one that the address names, where it is not among them.
    pub selected: Vec<ShipmentException>,
    /// The queues that the account has saved.
    pub views: Vec<SavedView>,
}

/// How many characters a person may write at once.
pub const TEXT: usize = 500;

/// The exception that somebody wants to do something with, as they saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    pub exception: ExceptionId,
    pub shipment: ShipmentId,
    pub version: u32,
}

impl Target {
    pub fn of(exception: &ShipmentException) -> Self {
        Self { exception: exception.id, shipment: exception.shipment, version: exception.version }
    }
}

/// What an agent does with an exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    Take,
    Release,
    Snooze {
        hours: u32,
    },
    /// Lets it sleep until a moment that was chosen before: what takes back another snooze, or its end.
    SnoozeUntil {
        until: Moment,
    },
    /// Ends a snooze.
    Wake,
    Note {
        text: String,
    },
    Resolve {
        reason: String,
    },
    Reopen {
        text: String,
    },
    /// Hands it to a colleague.
    Assign {
        to: String,
    },
    /// Lets it sleep until the carrier tells something, for two weeks at most.
    SnoozeUntilNews,
    /// Closes it as the same as another.
    Merge {
        other: ExceptionId,
    },
    /// Notes that it has to do with another.
    Link {
        other: ExceptionId,
    },
    /// Resolves it, with whose it was and what it came from.
    ResolveAs {
        reason: String,
        responsible: Option<Responsible>,
        root_cause: Option<RootCause>,
    },
    /// Asks a second person to allow something.
    Ask {
        what: Approvable,
        reason: String,
    },
    /// Gives the word that somebody asked for.
    Decide {
        is_granted: bool,
        reason: String,
    },
}

/// What somebody says in a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseWords {
    pub case: CaseId,
    pub text: String,
    /// Whether it is the last word.
    pub closes: bool,
    /// How many messages of the case stood before the eyes of whoever says it, as far as the form told.
    pub heard: Option<usize>,
}

/// A page that people read but do not work in; the server draws it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Board {
    Kpis,
    Integrations,
    Admin,
    Notifications,
}

/// What the server draws as HTML.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Drawn {
    /// A board, for the query of its address.
    Board { board: Board, query: String },
    /// What needs the account first, above its list of shipments.
    Needs,
    /// What stands beside an exception at the desk.
    Case(ExceptionId),
    /// A shipment, as the account may see it.
    Shipment(ShipmentId),
    /// A shipment as one of its customers sees it, for people of the house.
    SeenBy { shipment: ShipmentId, customer: CustomerId },
    /// A shipment, as the customer sees it whose share link has this token.
    Track(String),
}

/// What was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drawing {
    pub as_of: Seq,
    /// The page's title.
    pub title: String,
    pub html: String,
}

/// Whose share link it is to be, where a shipment has several customers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareFor {
    pub customer: CustomerId,
    pub name: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_reads_either_audiences_row_off_the_wire() {
        let row = TrackedRow {
            id: ShipmentId::numbered("S-1"),
            number: "S-1".to_owned(),
            seq: Seq(7),
            status: Status::InTransit,
            flags: Flags { delayed: true, ..Flags::default() },
            origin: Some("Lyon".to_owned()),
            destination: None,
            eta: None,
            promised: None,
            delivered_at: None,
            punctuality: None,
            orders: vec!["4711".to_owned()],
            occurred_at: None,
        };
        let tracked = serde_json::to_string(&row).expect("a row as JSON");
        assert_eq!(crate::wire::read::<Line>(&tracked).expect("a line"), Line::from(row.clone()));
        let row = ShipmentRow {
            tracked: row,
            customers: vec!["Nordwind".to_owned()],
            carrier: Some("Rapid".to_owned()),
            open_exceptions: 2,
        };
        let internal = serde_json::to_string(&row).expect("a row as JSON");
        assert_eq!(crate::wire::read::<Line>(&internal).expect("a line"), Line::from(row));
    }
}
