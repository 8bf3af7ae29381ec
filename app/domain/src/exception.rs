//! Exceptions: what has gone wrong with a shipment, and what people did about it.

use crate::event::Event;
use crate::fact::Fact;
use crate::id::{ExceptionId, Seq, ShipmentId};
use crate::rules::Rule;
use crate::time::{Moment, told};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How urgent an exception is; the greater, the more so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Low,
    Medium,
    High,
    Critical,
}

impl Severity {
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|severity| severity.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Low => "Low",
            Self::Medium => "Medium",
            Self::High => "High",
            Self::Critical => "Critical",
        }
    }

    pub(crate) fn raised(self) -> Self {
        match self {
            Self::Low => Self::Medium,
            Self::Medium => Self::High,
            Self::High | Self::Critical => Self::Critical,
        }
    }
}

/// How an exception ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "how")]
pub enum Closing {
    /// The condition is no longer true.
    Cleared,
    /// What came late shows that nothing was wrong when it opened.
    LateData,
    /// An agent closed it.
    Resolved { by: String, reason: String },
}

/// Something that an agent wrote or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub at: Moment,
    pub by: String,
    pub text: String,
}

/// An exception of a shipment, from the moment that its rule fired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShipmentException {
    pub id: ExceptionId,
    pub shipment: ShipmentId,
    /// The shipment's number.
    pub number: String,
    pub rule: Rule,
    /// Which stop, tender or hold it is about.
    pub cause: String,
    /// 1 when the rule fired for this cause for the first time.
    pub occurrence: u32,
    pub severity: Severity,
    /// One sentence with the figures, for agents.
    pub detail: String,
    /// The name of the customer that waits, if an order says so.
    pub customer: Option<String>,
    /// When the earliest promise ends that is still to be kept: until then there is time left.
    pub due_at: Option<Moment>,
    /// When it went wrong, by the clock of whoever told.
    pub wrong_since: Moment,
    pub opened_at: DateTime<Utc>,
    pub opened_seq: Seq,
    pub assignee: Option<String>,
    pub snoozed_until: Option<Moment>,
    pub actions: Vec<Action>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closing: Option<Closing>,
    /// Counts what rules and people decided, not newer figures in `detail`; an action on an older version is stale.
    pub version: u32,
}

impl ShipmentException {
    /// The order of the desk: the most severe first, then the least time left, then the oldest.
    pub fn urgency(&self) -> (Reverse<Severity>, DateTime<Utc>, Seq, ExceptionId) {
        let due_at = self.due_at.map_or(DateTime::<Utc>::MAX_UTC, |due_at| due_at.to_utc());
        (Reverse(self.severity), due_at, self.opened_seq, self.id)
    }

    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// Takes in what a person did, if it is about this exception. Says whether it was.
    pub fn act(&mut self, event: &Event, recorded_at: DateTime<Utc>) -> bool {
        let by = event.actor.clone().unwrap_or_else(|| event.source.to_string());
        let text = match &event.fact {
            Fact::ExceptionAssigned(act) if act.exception == self.id => {
                self.assignee.clone_from(&act.assignee);
                match &act.assignee {
                    Some(assignee) if *assignee == by => "took it".to_owned(),
                    Some(assignee) => format!("assigned it to {assignee}"),
                    None => "put it back into the queue".to_owned(),
                }
            }
            Fact::ExceptionSnoozed(act) if act.exception == self.id => {
                // A snooze that ends as it begins wakes it.
                let sleeps = act.until > event.occurred_at;
                self.snoozed_until = sleeps.then_some(act.until);
                if sleeps { format!("snoozed it until {}", told(act.until)) } else { "woke it".to_owned() }
            }
            Fact::ExceptionNoted(act) if act.exception == self.id => act.text.clone(),
            Fact::ExceptionResolved(act) if act.exception == self.id => {
                if self.is_open() {
                    self.closed_at = Some(recorded_at);
                    self.closing = Some(Closing::Resolved { by: by.clone(), reason: act.reason.clone() });
                }
                format!("resolved it: {}", act.reason)
            }
            Fact::ExceptionReopened(act) if act.exception == self.id => {
                self.closed_at = None;
                self.closing = None;
                format!("reopened it: {}", act.text)
            }
            _ => return false,
        };
        self.actions.push(Action { at: event.occurred_at, by, text });
        self.version += 1;
        true
    }
}
