//! Rules: each looks at a shipment and its orders and says which conditions hold. An exception opens when a condition
//! becomes true and closes when it stops being true; it re-arms by itself, since only edges count.

mod customs_hold;
mod eta_beyond_promise;
mod missed_pickup;
mod pod_overdue;
mod tender_rejected;

use crate::event::Recorded;
use crate::exception::{Closing, Severity, ShipmentException};
use crate::fact::Priority;
use crate::id::{ExceptionId, canonical};
use crate::order::Order;
use crate::party::Tier;
use crate::shipment::{Shipment, Stop};
use crate::time::Window;
use serde::{Deserialize, Serialize};

/// What can go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    TenderRejected,
    MissedPickup,
    EtaBeyondPromise,
    CustomsHold,
    PodOverdue,
}

impl Rule {
    pub const ALL: [Self; 5] = [
        Self::TenderRejected,
        Self::MissedPickup,
        Self::EtaBeyondPromise,
        Self::CustomsHold,
        Self::PodOverdue,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TenderRejected => "tender_rejected",
            Self::MissedPickup => "missed_pickup",
            Self::EtaBeyondPromise => "eta_beyond_promise",
            Self::CustomsHold => "customs_hold",
            Self::PodOverdue => "pod_overdue",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::TenderRejected => "Tender rejected",
            Self::MissedPickup => "Missed pickup",
            Self::EtaBeyondPromise => "ETA beyond promise",
            Self::CustomsHold => "Customs hold",
            Self::PodOverdue => "POD overdue",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::PodOverdue => Severity::Low,
            Self::TenderRejected | Self::EtaBeyondPromise => Severity::Medium,
            Self::MissedPickup | Self::CustomsHold => Severity::High,
        }
    }

    fn conditions(self, situation: &Situation) -> Vec<Condition> {
        match self {
            Self::TenderRejected => tender_rejected::conditions(situation),
            Self::MissedPickup => missed_pickup::conditions(situation),
            Self::EtaBeyondPromise => eta_beyond_promise::conditions(situation),
            Self::CustomsHold => customs_hold::conditions(situation),
            Self::PodOverdue => pod_overdue::conditions(situation),
        }
    }
}

/// Everything that a rule may look at.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    pub shipment: &'a Shipment,
    /// The orders on it, as far as they are known.
    pub orders: &'a [&'a Order],
    /// The highest tier among its customers.
    pub tier: Tier,
}

impl Situation<'_> {
    /// The narrowest promise among the orders handled at a stop: the earliest end.
    pub fn promise_at(&self, stop: &Stop) -> Option<Window> {
        self.orders
            .iter()
            .filter(|order| stop.concerns(&order.number) && order.state.cancelled.is_none())
            .filter_map(|order| order.state.terms.as_ref()?.promised)
            .min_by_key(|promised| promised.to)
    }

    /// The rule's own severity, raised once for a strategic customer and once for a critical order.
    fn severity(&self, rule: Rule) -> Severity {
        let critical = self.orders.iter().any(|order| {
            order.state.terms.as_ref().is_some_and(|terms| terms.priority == Priority::Critical)
        });
        let raises = usize::from(self.tier == Tier::Strategic) + usize::from(critical);
        (0..raises).fold(rule.severity(), |severity, _| severity.raised())
    }

    fn customer(&self) -> Option<String> {
        self.orders
            .iter()
            .find_map(|order| order.state.terms.as_ref())
            .map(|terms| terms.customer.name.clone())
    }

    /// Everything that is wrong now.
    pub fn conditions(&self) -> Vec<Condition> {
        if self.shipment.state.is_called_off() {
            return Vec::new();
        }
        Rule::ALL.into_iter().flat_map(|rule| rule.conditions(self)).collect()
    }
}

/// Something is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub rule: Rule,
    /// Which stop, tender or hold; two conditions of one rule differ in it.
    pub cause: String,
    /// One sentence with the figures, for agents.
    pub detail: String,
}

impl Condition {
    fn is_same(&self, other: &Self) -> bool {
        self.rule == other.rule && self.cause == other.cause
    }

    fn is_behind(&self, exception: &ShipmentException) -> bool {
        self.rule == exception.rule && self.cause == exception.cause
    }
}

/// What is to be done about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    Open(Condition),
    Close { rule: Rule, cause: String },
}

/// Compares what was wrong before an event with what is wrong after it. Looks at nothing else.
pub fn evaluate(before: &[Condition], after: &[Condition]) -> Vec<Decision> {
    let closed = before
        .iter()
        .filter(|condition| !after.iter().any(|other| other.is_same(condition)))
        .map(|condition| Decision::Close { rule: condition.rule, cause: condition.cause.clone() });
    let opened = after
        .iter()
        .filter(|condition| !before.iter().any(|other| other.is_same(condition)))
        .cloned()
        .map(Decision::Open);
    closed.chain(opened).collect()
}

/// Keeps what open exceptions say in step with the conditions that still hold: a later ETA, an order that came after
/// its shipment. That is news, not a decision, so `version` stays. Says which of them changed, by index.
pub fn restate(
    conditions: &[Condition],
    situation: &Situation,
    exceptions: &mut [ShipmentException],
) -> Vec<usize> {
    let mut changed = Vec::new();
    for (index, exception) in exceptions.iter_mut().enumerate().filter(|(_, one)| one.is_open()) {
        let Some(condition) = conditions.iter().find(|condition| condition.is_behind(exception)) else {
            continue;
        };
        let severity = situation.severity(exception.rule);
        let customer = situation.customer();
        if (&exception.detail, exception.severity, &exception.customer)
            != (&condition.detail, severity, &customer)
        {
            exception.detail.clone_from(&condition.detail);
            exception.severity = severity;
            exception.customer = customer;
            changed.push(index);
        }
    }
    changed
}

/// Carries the decisions on an event out on the shipment's exceptions. Says which of them changed, by index.
pub fn carry_out(
    decisions: Vec<Decision>,
    situation: &Situation,
    recorded: &Recorded,
    exceptions: &mut Vec<ShipmentException>,
) -> Vec<usize> {
    let mut changed = Vec::new();
    for decision in decisions {
        match decision {
            // One that was reopened by hand waits already.
            Decision::Open(condition)
                if exceptions.iter().any(|one| one.is_open() && condition.is_behind(one)) => {}
            Decision::Open(condition) => {
                exceptions.push(open(condition, situation, recorded, exceptions));
                changed.push(exceptions.len() - 1);
            }
            Decision::Close { rule, cause } => {
                let of_cause =
                    |one: &ShipmentException| one.rule == rule && one.cause == cause && one.is_open();
                for (index, exception) in exceptions.iter_mut().enumerate().filter(|(_, one)| of_cause(one)) {
                    exception.closed_at = Some(recorded.recorded_at);
                    exception.closing = Some(Closing::Cleared);
                    exception.version += 1;
                    changed.push(index);
                }
            }
        }
    }
    changed
}

fn open(
    condition: Condition,
    situation: &Situation,
    recorded: &Recorded,
    exceptions: &[ShipmentException],
) -> ShipmentException {
    let Condition { rule, cause, detail } = condition;
    let earlier = exceptions.iter().filter(|one| one.rule == rule && one.cause == cause).count();
    let occurrence = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
    let shipment = situation.shipment.id;
    let key = format!("{shipment}/{}/{cause}/{occurrence}", rule.as_str());
    ShipmentException {
        id: ExceptionId(canonical("exception", ExceptionId::DEFAULT_ISSUER, &key)),
        shipment,
        number: situation.shipment.number.clone(),
        rule,
        cause,
        occurrence,
        severity: situation.severity(rule),
        detail,
        customer: situation.customer(),
        opened_at: recorded.recorded_at,
        opened_seq: recorded.seq,
        assignee: None,
        snoozed_until: None,
        actions: Vec::new(),
        closed_at: None,
        closing: None,
        version: 1,
    }
}

fn place(stop: &Stop) -> String {
    match &stop.location {
        Some(location) => location.city.clone(),
        None => format!("stop {}", stop.stop),
    }
}
