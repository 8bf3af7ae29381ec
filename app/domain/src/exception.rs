//! Exceptions: what has gone wrong with a shipment, and what people did about it.

use crate::consignment::Consignment;
use crate::deadline::Deadline;
use crate::event::Event;
use crate::fact::{ApprovalDecision, Fact, Responsible, RootCause};
use crate::id::{ApprovalId, ExceptionId, Seq, ShipmentId};
use crate::rules::Rule;
use crate::service_level::{Escalation, level};
use crate::time::{Moment, format_moment};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// How urgent an exception is; the greater, the more so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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
    Resolved { by: String, reason: String, responsible: Option<Responsible>, root_cause: Option<RootCause> },
    /// An agent found that it is the same as another.
    Merged { by: String, into: ExceptionId, named: String },
}

/// Something that an agent wrote or did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    pub at: Moment,
    pub by: String,
    pub text: String,
    #[serde(default, skip_serializing_if = "Answer::is_yes")]
    pub answer: Answer,
}

/// Whether the exception was answered by something that somebody did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    #[default]
    Yes,
    /// It gave the exception to somebody, which answers it until it is put back.
    WhileTaken,
    No,
}

impl Answer {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde calls it")]
    fn is_yes(&self) -> bool {
        *self == Self::Yes
    }
}

/// A second person's word that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    pub approval: ApprovalId,
    /// Who can't give it.
    pub asked_by: Option<String>,
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
    /// The numbers of the orders whose goods it concerns; none are all of the shipment's.
    #[serde(default)]
    pub orders: Vec<String>,
    /// Whether it happened long before it was told: nobody is chased for it.
    #[serde(default)]
    pub is_history: bool,
    /// The name of the customer that waits, if an order says so.
    pub customer: Option<String>,
    /// When the earliest promise ends that is still to be kept: until then there is time left.
    pub due_at: Option<Moment>,
    /// When it went wrong, by the clock of whoever told.
    pub wrong_since: Moment,
    pub opened_at: DateTime<Utc>,
    pub opened_seq: Seq,
    /// The team that takes it.
    pub team: String,
    /// When somebody is to have answered it, and when it is to be resolved.
    pub respond_by: DateTime<Utc>,
    pub resolve_by: DateTime<Utc>,
    /// Who has heard that it was not.
    pub escalations: Vec<Escalation>,
    /// What a second person is to decide, while nobody has.
    pub awaits_approval: Option<Awaited>,
    pub assignee: Option<String>,
    pub snoozed_until: Option<Moment>,
    /// Whether it wakes as soon as the TMS tells anything.
    pub wakes_on_news: bool,
    pub actions: Vec<Action>,
    pub closed_at: Option<DateTime<Utc>>,
    pub closing: Option<Closing>,
    /// Counts what rules and people decided, not newer figures in `detail`; an action on an older version is stale.
    pub version: u32,
}

/// What stands first is less.
pub type Urgency = (Reverse<Severity>, DateTime<Utc>, Seq, ExceptionId);

impl ShipmentException {
    /// The order of the desk: the most severe first, then the least time left, then the oldest.
    pub fn urgency(&self) -> Urgency {
        (Reverse(self.severity), self.act_by(), self.opened_seq, self.id)
    }

    /// Whether it is about an order's goods.
    pub fn concerns(&self, part: &Consignment) -> bool {
        self.orders.is_empty() || self.orders.iter().any(|order| part.is_named(order))
    }

    /// What somebody first did about it: taking it counts until it is put back.
    pub fn first_answer(&self) -> Option<&Action> {
        self.actions.iter().find(|action| action.answer != Answer::No)
    }

    /// Whether somebody has taken it or said anything about it.
    pub fn is_answered(&self) -> bool {
        self.first_answer().is_some()
    }

    /// Until when somebody has to do something: answer it, then resolve it.
    pub fn act_by(&self) -> DateTime<Utc> {
        if self.is_answered() { self.resolve_by } else { self.respond_by }
    }

    /// Takes in that a moment passed by which something was due, if it was of this exception.
    fn escalate(&mut self, deadline: &Deadline) -> bool {
        let Some(level) = level(deadline.deadline) else { return false };
        let is_due = self.is_open() && deadline.stop == self.id.to_string();
        if !is_due || self.escalations.iter().any(|one| one.level >= level) {
            return false;
        }
        self.escalations.push(Escalation { level, at: deadline.due_at.to_utc() });
        true
    }

    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// Wakes it, now that its carrier has told something; says whether it slept for that.
    pub fn wake_on_news(&mut self) -> bool {
        let slept = std::mem::take(&mut self.wakes_on_news);
        if slept {
            self.snoozed_until = None;
        }
        slept
    }

    /// Nobody has it any more: whoever had it answered nothing by that.
    fn untake(&mut self) -> Answer {
        for action in self.actions.iter_mut().filter(|action| action.answer == Answer::WhileTaken) {
            action.answer = Answer::No;
        }
        Answer::No
    }

    /// Whether a word is on what this waits for, and not of whoever asked.
    fn decides(&self, decision: &ApprovalDecision, event: &Event) -> bool {
        let is_meant =
            |awaited: &Awaited| awaited.approval == decision.approval && awaited.asked_by != event.actor;
        decision.exception == self.id && self.awaits_approval.as_ref().is_some_and(is_meant)
    }

    /// Takes in what a person did, if it is about this exception. Says whether it was.
    pub fn act(&mut self, event: &Event, recorded_at: DateTime<Utc>) -> bool {
        let by = event.actor.clone().unwrap_or_else(|| event.source.to_string());
        let mut answer = Answer::Yes;
        let text = match &event.fact {
            Fact::DeadlinePassed(deadline) => return self.escalate(deadline),
            Fact::ApprovalRequested(request) if request.exception == self.id => {
                self.awaits_approval =
                    Some(Awaited { approval: request.approval, asked_by: event.actor.clone() });
                format!("asked for approval {}: {}", request.what, request.reason)
            }
            Fact::ApprovalGranted(decision) if self.decides(decision, event) => {
                self.awaits_approval = None;
                format!("approved it: {}", decision.reason)
            }
            Fact::ApprovalRefused(decision) if self.decides(decision, event) => {
                self.awaits_approval = None;
                format!("did not approve it: {}", decision.reason)
            }
            Fact::ExceptionAssigned(act) if act.exception == self.id => {
                self.assignee.clone_from(&act.assignee);
                answer = if act.assignee.is_some() { Answer::WhileTaken } else { self.untake() };
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
                self.wakes_on_news = sleeps && act.until_news;
                if self.wakes_on_news {
                    "snoozed it until the carrier tells something".to_owned()
                } else if sleeps {
                    format!("snoozed it until {}", format_moment(act.until))
                } else {
                    "woke it".to_owned()
                }
            }
            Fact::ExceptionNoted(act) if act.exception == self.id => act.text.clone(),
            Fact::ExceptionResolved(act) if act.exception == self.id => {
                if self.is_open() {
                    self.closed_at = Some(recorded_at);
                    self.closing = Some(Closing::Resolved {
                        by: by.clone(),
                        reason: act.reason.clone(),
                        responsible: act.responsible,
                        root_cause: act.root_cause,
                    });
                }
                let whose = act.responsible.map(Responsible::label);
                let from = act.root_cause.map(RootCause::label);
                let codes: Vec<&str> = whose.into_iter().chain(from).collect();
                let codes = if codes.is_empty() { String::new() } else { format!(" ({})", codes.join(", ")) };
                format!("resolved it: {}{codes}", act.reason)
            }
            Fact::ExceptionMerged(link) if link.exception == self.id => {
                if self.is_open() {
                    self.closed_at = Some(recorded_at);
                    let (into, named) = (link.other, link.named.clone());
                    self.closing = Some(Closing::Merged { by: by.clone(), into, named });
                }
                format!("merged it into {}", link.named)
            }
            Fact::ExceptionLinked(link) if link.exception == self.id => {
                format!("linked it to {}", link.named)
            }
            Fact::ExceptionReopened(act) if act.exception == self.id => {
                self.closed_at = None;
                self.closing = None;
                format!("reopened it: {}", act.text)
            }
            _ => return false,
        };
        self.actions.push(Action { at: event.occurred_at, by, text, answer });
        self.version += 1;
        true
    }
}
