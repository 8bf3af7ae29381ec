//! What other systems and people must learn: messages follow from events, in the order of the journal, and are kept with
//! them. Whether and where one is sent is another matter.

use crate::account::AccountRole;
use crate::authority::Role;
use crate::consignment::Consignment;
use crate::event::{Event, Recorded};
use crate::exception::ShipmentException;
use crate::fact::{DelayReason, Fact};
use crate::id::{CustomerId, ExceptionId, Seq, canonical};
use crate::order::Order;
use crate::party::Tier;
use crate::redaction::CustomerShipment;
use crate::rulebook::Limits;
use crate::rules::{Rule, is_late_by};
use crate::service_level::{Level, level};
use crate::shipment::{Eta, Shipment, Stop, TenderState};
use crate::subscription::{Channel, News, of_delay};
use crate::time::{Moment, Window};
use crate::tracked::Surroundings;
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use uuid::Uuid;

/// Who has to learn it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum Addressee {
    Erp,
    Tms,
    /// The people in the house who look after customers.
    AccountTeam,
    /// Whoever works at the service desk, leads it, or manages it all.
    Desk,
    TeamLead,
    Manager,
    Customer(CustomerId),
    /// Somebody who signs in, by the way that they chose for it.
    Person {
        by: Channel,
        account: String,
    },
}

impl Addressee {
    /// Whether all that is due goes to them in one letter.
    pub fn gets_letters(&self) -> bool {
        matches!(self, Self::Person { by: Channel::Mail, .. })
    }
}

impl fmt::Display for Addressee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Erp => f.write_str("erp"),
            Self::Tms => f.write_str("tms"),
            Self::AccountTeam => f.write_str("account-team"),
            Self::Desk => f.write_str("desk"),
            Self::TeamLead => f.write_str("team-lead"),
            Self::Manager => f.write_str("manager"),
            Self::Customer(id) => write!(f, "customer:{id}"),
            Self::Person { by, account } => write!(f, "{}:{account}", by.as_str()),
        }
    }
}

/// Everybody whom an operator may have messages sent to, as people write them. People choose for themselves.
pub const ADDRESSEES: &str =
    "erp, tms, account-team, desk, team-lead, manager, or customer: and the customer's code";

/// Why a text names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is nobody who gets messages: use {ADDRESSEES}")]
pub struct BadAddressee(String);

impl FromStr for Addressee {
    type Err = BadAddressee;

    fn from_str(text: &str) -> Result<Self, BadAddressee> {
        match text {
            "erp" => Ok(Self::Erp),
            "tms" => Ok(Self::Tms),
            "account-team" => Ok(Self::AccountTeam),
            "desk" => Ok(Self::Desk),
            "team-lead" => Ok(Self::TeamLead),
            "manager" => Ok(Self::Manager),
            _ => match text.split_once(':').filter(|(_, whom)| !whom.is_empty()) {
                Some(("customer", code)) => {
                    Ok(Self::Customer(code.parse().unwrap_or_else(|_| CustomerId::numbered(code))))
                }
                Some((word, account)) => {
                    let by = Channel::named(word).ok_or_else(|| BadAddressee(text.to_owned()))?;
                    Ok(Self::Person { by, account: account.to_owned() })
                }
                None => Err(BadAddressee(text.to_owned())),
            },
        }
    }
}

impl From<Addressee> for String {
    fn from(addressee: Addressee) -> Self {
        addressee.to_string()
    }
}

impl TryFrom<String> for Addressee {
    type Error = BadAddressee;

    fn try_from(text: String) -> Result<Self, BadAddressee> {
        text.parse()
    }
}

/// What is to be learned. The `type` is that of the CloudEvent that leaves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", content = "data")]
pub enum Notice {
    /// The delivery is confirmed: the ERP may invoice the order.
    #[serde(rename = "invoice.release")]
    InvoiceRelease {
        order: String,
        /// The part that it is about, by the number of its shipment; none is all of the order that has not been let go yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shipment: Option<String>,
        reason: String,
    },
    /// What was invoiced or might be is not, or no longer, confirmed: the ERP is to stop it.
    #[serde(rename = "invoice.hold")]
    InvoiceHold {
        order: String,
        /// As for a release.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        shipment: Option<String>,
        reason: String,
    },
    /// Nobody carries the order now: it has to be planned anew.
    #[serde(rename = "plan.due")]
    PlanDue {
        order: String,
        shipment: String,
        /// How many carriers said no or nothing.
        rejections: u32,
        reason: Option<String>,
        /// From the second refusal on: the planned delivery, later by the time that was lost so far.
        expected: Option<Moment>,
    },
    /// The goods are expected at another time than the ERP knows.
    #[serde(rename = "expected_delivery.revised")]
    ExpectedDeliveryRevised {
        order: String,
        shipment: String,
        promised: Option<Window>,
        expected: Moment,
        /// Whether that is later than promised.
        is_late: bool,
        reason: Option<DelayReason>,
    },
    /// The order was cancelled: the TMS is to call off what carries it.
    #[serde(rename = "shipment.cancel")]
    ShipmentCancel { shipment: String, order: String },
    /// A customer that counts for much waits longer than promised.
    #[serde(rename = "delay.alert")]
    DelayAlert { shipment: String, customer: String, order: String, promised: Window, expected: Moment },
    /// An exception was not answered or resolved in time.
    #[serde(rename = "exception.escalated")]
    ExceptionEscalated {
        shipment: String,
        exception: ExceptionId,
        rule: Rule,
        detail: String,
        customer: Option<String>,
        assignee: Option<String>,
        level: Level,
    },
    /// Somebody needs a second person's word.
    #[serde(rename = "approval.requested")]
    ApprovalRequested {
        shipment: String,
        exception: ExceptionId,
        what: String,
        by: Option<String>,
        reason: String,
    },
    /// A customer wrote in a case.
    #[serde(rename = "case.written")]
    CaseWritten { shipment: String, customer: Option<CustomerId>, text: String },
    /// The service desk answered a customer's case, or closed it.
    #[serde(rename = "case.answered")]
    CaseAnswered { shipment: String, text: String, is_closed: bool },
    /// News that somebody chose to be told.
    #[serde(rename = "notification")]
    Notification {
        news: News,
        shipment: String,
        /// A sentence.
        text: String,
        /// Where it can be looked at, on this server.
        path: String,
    },
}

impl Notice {
    pub const NOTIFICATION: &'static str = "notification";

    /// Whether a customer's people may be sent it. What may is written for them, from what their own pages show; all else is
    /// between the house and its systems, and never leaves to a customer, whoever asked for it.
    pub fn is_for_customers(&self) -> bool {
        match self {
            Self::CaseAnswered { .. } => true,
            Self::Notification { news, .. } => news.is_for(AccountRole::Customer),
            Self::InvoiceRelease { .. }
            | Self::InvoiceHold { .. }
            | Self::PlanDue { .. }
            | Self::ExpectedDeliveryRevised { .. }
            | Self::ShipmentCancel { .. }
            | Self::DelayAlert { .. }
            | Self::ExceptionEscalated { .. }
            | Self::ApprovalRequested { .. }
            | Self::CaseWritten { .. } => false,
        }
    }

    /// The CloudEvents type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvoiceRelease { .. } => "invoice.release",
            Self::InvoiceHold { .. } => "invoice.hold",
            Self::PlanDue { .. } => "plan.due",
            Self::ExpectedDeliveryRevised { .. } => "expected_delivery.revised",
            Self::ShipmentCancel { .. } => "shipment.cancel",
            Self::DelayAlert { .. } => "delay.alert",
            Self::ExceptionEscalated { .. } => "exception.escalated",
            Self::ApprovalRequested { .. } => "approval.requested",
            Self::CaseWritten { .. } => "case.written",
            Self::CaseAnswered { .. } => "case.answered",
            Self::Notification { .. } => Self::NOTIFICATION,
        }
    }

    /// As people read the kind.
    pub fn label(&self) -> &'static str {
        match self {
            Self::InvoiceRelease { .. } => "Release the invoice",
            Self::InvoiceHold { .. } => "Hold the invoice",
            Self::PlanDue { .. } => "A new plan is due",
            Self::ExpectedDeliveryRevised { .. } => "Expected delivery revised",
            Self::ShipmentCancel { .. } => "Cancel the shipment",
            Self::DelayAlert { .. } => "Delay of a strategic customer",
            Self::ExceptionEscalated { .. } => "Exception escalated",
            Self::ApprovalRequested { .. } => "Approval wanted",
            Self::CaseWritten { .. } => "A customer wrote",
            Self::CaseAnswered { .. } => "Your case was answered",
            Self::Notification { news, .. } => news.label(),
        }
    }

    /// The order or shipment that it is about: messages about one leave in their order.
    pub fn subject(&self) -> &str {
        match self {
            Self::InvoiceRelease { order, .. }
            | Self::InvoiceHold { order, .. }
            | Self::PlanDue { order, .. }
            | Self::ExpectedDeliveryRevised { order, .. } => order,
            Self::ShipmentCancel { shipment, .. }
            | Self::DelayAlert { shipment, .. }
            | Self::ExceptionEscalated { shipment, .. }
            | Self::ApprovalRequested { shipment, .. }
            | Self::CaseWritten { shipment, .. }
            | Self::CaseAnswered { shipment, .. }
            | Self::Notification { shipment, .. } => shipment,
        }
    }
}

/// A notice and who it is for.
pub type Addressed = (Addressee, Notice);

/// A message as it is kept, whether or not anybody gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// The same for every attempt and after every restart: receivers drop what they know by it.
    pub id: Uuid,
    /// The event that it follows from.
    pub seq: Seq,
    /// When that was recorded.
    pub at: DateTime<Utc>,
    pub to: Addressee,
    /// Whose news it is, where it is for somebody of a customer: an account that has become another's gets none of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audience: Option<CustomerId>,
    /// It leaves then at the earliest: somebody wants no news before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub notice: Notice,
}

impl Message {
    /// What follows from the event at `seq`, behind `before`. Its id is made from its cause: the event, whom it is for, what it is
    /// and what it is about. So it stays the same when another version says one thing more or less of the event.
    pub fn new(seq: Seq, before: &[Self], at: DateTime<Utc>, (to, notice): Addressed) -> Self {
        let is_alike = |one: &&Self| {
            one.to == to && one.notice.kind() == notice.kind() && one.notice.subject() == notice.subject()
        };
        let place = before.iter().rev().take_while(|one| one.seq == seq).filter(is_alike).count();
        let cause = format!("{seq}/{to}/{}/{}/{place}", notice.kind(), notice.subject());
        let id = canonical("message", "syncline", &cause);
        Self { id, seq, at, to, audience: None, not_before: None, notice }
    }

    /// Whether it is for somebody of a customer, who reads nothing that is the house's alone.
    pub fn is_to_customer(&self) -> bool {
        self.audience.is_some() || matches!(self.to, Addressee::Customer(_))
    }

    /// Whether whom it is for may have it.
    pub fn may_leave(&self) -> bool {
        !self.is_to_customer() || self.notice.is_for_customers()
    }

    /// The message as it leaves: a CloudEvent.
    pub fn cloud_event(&self) -> serde_json::Result<String> {
        #[derive(Serialize)]
        struct CloudEvent<'a> {
            specversion: &'static str,
            id: Uuid,
            source: &'static str,
            subject: &'a str,
            time: DateTime<Utc>,
            datacontenttype: &'static str,
            #[serde(flatten)]
            notice: &'a Notice,
        }
        serde_json::to_string(&CloudEvent {
            specversion: "1.0",
            id: self.id,
            source: "//syncline",
            subject: self.notice.subject(),
            time: self.at,
            datacontenttype: "application/json",
            notice: &self.notice,
        })
    }
}

/// What an event changed around a shipment.
pub(crate) struct Change<'a> {
    /// As it is now.
    pub shipment: &'a Shipment,
    pub orders_before: &'a [Arc<Order>],
    pub orders: &'a [Arc<Order>],
    /// What the rules file lets pass on it.
    pub limits: &'a Limits,
    /// The goods of each of its orders.
    pub parts: Vec<Consignment<'a>>,
    /// What was expected at the stop of the event before it.
    pub etas_before: &'a [Eta],
    /// What one of its customers reads of it now.
    pub seen_by: &'a dyn Fn(CustomerId) -> Option<CustomerShipment>,
    /// Exceptions that the event opened.
    pub opened: Vec<&'a ShipmentException>,
    /// Those that it changed.
    pub changed: Vec<&'a ShipmentException>,
    pub recorded: &'a Recorded,
    pub event: &'a Event,
}

/// What others must learn of a change. Of what happened long before it was told nobody outside learns: that is history.
pub(crate) fn notices(change: &Change, surroundings: &impl Surroundings) -> Vec<Addressed> {
    if change.recorded.is_history() {
        return Vec::new();
    }
    let mut notices = Vec::new();
    for exception in &change.opened {
        match exception.rule {
            Rule::TenderRejected => notices.extend(plan_due(change)),
            Rule::InvoiceWithoutProof => notices.extend(invoiced_early(change, exception)),
            _ => {}
        }
    }
    notices.extend(cancellations(change));
    notices.extend(of_people(change));
    revisions(change, surroundings, &mut notices);
    notices
}

/// That the ERP wrote an invoice by itself, for what is not proven. Where Syncline had let it go, its gate says so: every release
/// that no longer holds is followed by one hold.
fn invoiced_early(change: &Change, exception: &ShipmentException) -> Option<Addressed> {
    let order = change.orders.iter().find(|order| order.number == exception.cause)?;
    let was_let_go = order.state.may_leave(&change.shipment.number);
    let is_held = order.state.gate.as_ref().is_some_and(|gate| !gate.released) && order.state.was_let_go;
    (!was_let_go && !is_held && order.state.is_invoiced()).then(|| {
        let (order, reason) = (order.number.clone(), exception.detail.clone());
        (Addressee::Erp, Notice::InvoiceHold { order, shipment: None, reason })
    })
}

/// What others must learn of an order's own change: the difference between what they were told, `before` of
/// [`crate::order::OrderState::let_go`], and what holds now. A release that no longer holds is followed by a hold, and nothing is
/// released twice.
pub fn of_order(
    before: &BTreeMap<Option<String>, String>,
    order: &Order,
    recorded: &Recorded,
) -> Vec<Addressed> {
    let (Fact::InvoiceHeld(decision) | Fact::InvoiceReleased(decision)) = &recorded.event.fact else {
        return Vec::new();
    };
    if decision.is_history {
        return Vec::new();
    }
    let after = order.state.let_go();
    let number = || order.number.clone();
    let held = before.keys().filter(|part| !after.contains_key(*part)).map(|shipment| {
        let (shipment, reason) = (shipment.clone(), decision.reason.clone());
        (Addressee::Erp, Notice::InvoiceHold { order: number(), shipment, reason })
    });
    let newly = after.iter().filter(|(part, _)| !before.contains_key(*part));
    // The parts first, then all that is left.
    let (whole, parts): (Vec<_>, Vec<_>) = newly.partition(|(part, _)| part.is_none());
    let released = parts.into_iter().chain(whole).map(|(shipment, reason)| {
        let (shipment, reason) = (shipment.clone(), reason.clone());
        (Addressee::Erp, Notice::InvoiceRelease { order: number(), shipment, reason })
    });
    held.chain(released).collect()
}

/// That nobody saw to an exception in time, or that a second person is asked.
pub(crate) fn of_exceptions<'a>(
    number: &str,
    event: &Event,
    mut changed: impl Iterator<Item = &'a ShipmentException>,
) -> Option<Addressed> {
    let shipment = number.to_owned();
    match &event.fact {
        Fact::DeadlinePassed(deadline) => {
            let level = level(deadline.deadline)?;
            let breached = |one: &&ShipmentException| {
                one.id.to_string() == deadline.stop
                    && one.escalations.last().is_some_and(|last| last.level == level)
            };
            let exception = changed.find(breached)?;
            let to = match level {
                Level::Desk => Addressee::Desk,
                Level::TeamLead => Addressee::TeamLead,
                Level::Manager => Addressee::Manager,
            };
            let notice = Notice::ExceptionEscalated {
                shipment,
                exception: exception.id,
                rule: exception.rule,
                detail: exception.detail.clone(),
                customer: exception.customer.clone(),
                assignee: exception.assignee.clone(),
                level,
            };
            Some((to, notice))
        }
        Fact::ApprovalRequested(request) => {
            let notice = Notice::ApprovalRequested {
                shipment,
                exception: request.exception,
                what: request.what.to_string(),
                by: event.actor.clone(),
                reason: request.reason.clone(),
            };
            Some((Addressee::Manager, notice))
        }
        _ => None,
    }
}

/// What people did, or did not in time.
fn of_people(change: &Change) -> Vec<Addressed> {
    let shipment = change.shipment.number.clone();
    let case = |id| change.shipment.state.cases.iter().find(|case| case.case == id);
    match &change.event.fact {
        Fact::DeadlinePassed(_) | Fact::ApprovalRequested(_) => {
            let changed = change.changed.iter().copied();
            of_exceptions(&change.shipment.number, change.event, changed).into_iter().collect()
        }
        Fact::CaseOpened(opening) => {
            let notice = Notice::CaseWritten {
                shipment,
                customer: Some(opening.customer),
                text: opening.text.clone(),
            };
            vec![(Addressee::Desk, notice)]
        }
        Fact::CaseAnswered(answer) | Fact::CaseClosed(answer) => {
            let customer = case(answer.case).and_then(|case| case.customer);
            let is_closed = matches!(change.event.fact, Fact::CaseClosed(_));
            let text = answer.text.clone();
            match (change.event.role, customer) {
                (Role::Portal, customer) => {
                    vec![(Addressee::Desk, Notice::CaseWritten { shipment, customer, text })]
                }
                (_, Some(customer)) => {
                    let notice = Notice::CaseAnswered { shipment, text, is_closed };
                    vec![(Addressee::Customer(customer), notice)]
                }
                (_, None) => Vec::new(),
            }
        }
        _ => Vec::new(),
    }
}

/// What is still to be carried.
fn open_orders(orders: &[Arc<Order>]) -> impl Iterator<Item = &Order> {
    orders.iter().map(|order| &**order).filter(|order| order.state.cancelled.is_none())
}

fn plan_due(change: &Change) -> Vec<Addressed> {
    let state = &change.shipment.state;
    let said_no =
        |one: &&crate::shipment::Tender| matches!(one.state, TenderState::Rejected | TenderState::Expired);
    let rejections = state.tenders.iter().filter(said_no).count();
    let Some(last) = state.tenders.iter().filter(said_no).max_by_key(|tender| tender.at) else {
        return Vec::new();
    };
    let offers = change.shipment.happened().iter().filter(|entry| {
        entry.corrected.is_none() && matches!(entry.recorded.event.fact, Fact::TenderOffered(_))
    });
    let first = offers.map(|entry| entry.recorded.event.occurred_at).min();
    let lost = first.map_or(TimeDelta::zero(), |first| last.at - first);
    let notice = |order: &Order| {
        let deliveries = state.stops.iter().filter(|stop| stop.is_delivery() && stop.concerns(&order.number));
        let planned = deliveries.filter_map(Stop::expected).map(|window| window.to).max();
        Notice::PlanDue {
            order: order.number.clone(),
            shipment: change.shipment.number.clone(),
            rejections: u32::try_from(rejections).unwrap_or(u32::MAX),
            reason: last.reason.clone(),
            expected: planned.filter(|_| rejections > 1).and_then(|planned| planned.checked_add_signed(lost)),
        }
    };
    open_orders(change.orders).map(|order| (Addressee::Erp, notice(order))).collect()
}

/// Orders that were called off while something was to carry them. Of goods that have left the pickup the TMS is told nothing: an
/// exception asks a person where they go; nor where other orders took their place, which travel on.
fn cancellations(change: &Change) -> Vec<Addressed> {
    let state = &change.shipment.state;
    if !state.is_planned || state.cancelled.is_some() {
        return Vec::new();
    }
    // It was open before, or the plan brings it anew though it was cancelled.
    let is_plan = matches!(change.event.fact, Fact::ShipmentPlanned(_));
    let was_open = |order: &Order| {
        let before = change.orders_before.iter().find(|before| before.id == order.id);
        before.map_or(is_plan, |before| before.state.cancelled.is_none())
    };
    let is_to_come = |order: &Order| {
        let part = change.parts.iter().find(|part| part.number == Some(order.number.as_str()));
        part.is_some_and(|part| !part.has_left() && !part.is_begun())
    };
    let called_off = change.orders.iter().filter(|order| order.state.cancelled.is_some());
    called_off
        .filter(|order| was_open(order) && order.state.replaced_by().is_empty() && is_to_come(order))
        .map(|order| {
            let shipment = change.shipment.number.clone();
            (Addressee::Tms, Notice::ShipmentCancel { shipment, order: order.number.clone() })
        })
        .collect()
}

/// How far an expected time beyond the promise has to move before others are told again.
const MARGIN: TimeDelta = TimeDelta::minutes(15);

/// A new expected time that matters: it crosses the promise, or, beyond it, comes into another hour.
fn revisions(change: &Change, surroundings: &impl Surroundings, notices: &mut Vec<Addressed>) {
    let Fact::EtaChanged(statement) = &change.event.fact else { return };
    let Some(stop) = change.shipment.state.stop_named(&statement.stop) else { return };
    // A statement that came late changes nothing that is expected now, nor does one that says the same again.
    let said = (change.event.occurred_at, statement.eta);
    let is_latest = stop.eta().is_some_and(|eta| (eta.stated_at, eta.eta) == said);
    let is_same = change
        .etas_before
        .last()
        .is_some_and(|eta| (eta.eta, eta.reason) == (statement.eta, statement.reason));
    if !is_latest || is_same || !stop.is_delivery() || stop.handed_over_at().is_some() {
        return;
    }
    let before = change.etas_before.last().map(|eta| eta.eta);
    let hour = |moment: Moment| moment.to_utc().duration_trunc(TimeDelta::hours(1)).ok();
    let is_here = |order: &&Order| {
        let is_delivered = |part: &Consignment| part.deliveries().any(|own| own.stop == stop.stop);
        change.parts.iter().any(|part| part.number == Some(order.number.as_str()) && is_delivered(part))
    };
    let mut told_late: Vec<(CustomerId, bool)> = Vec::new();
    for order in open_orders(change.orders).filter(is_here) {
        let Some(terms) = &order.state.terms else { continue };
        let Some(promised) = terms.promised else { continue };
        let late = is_late_by(&stop.etas, promised, change.limits);
        let was_late = is_late_by(change.etas_before, promised, change.limits);
        let moved = before.is_none_or(|before| {
            // What wavers around the full hour has not moved.
            hour(before) != hour(statement.eta) && (before - statement.eta).abs() >= MARGIN
        });
        if late == was_late && !(late && moved) {
            continue;
        }
        let shipment = change.shipment.number.clone();
        let notice = Notice::ExpectedDeliveryRevised {
            order: order.number.clone(),
            shipment: shipment.clone(),
            promised: Some(promised),
            expected: statement.eta,
            is_late: late,
            reason: statement.reason,
        };
        notices.push((Addressee::Erp, notice));
        let customer = terms.customer.id();
        if late && !was_late && surroundings.tier(customer) == Tier::Strategic {
            let alert = Notice::DelayAlert {
                shipment,
                customer: terms.customer.name.clone(),
                order: order.number.clone(),
                promised,
                expected: statement.eta,
            };
            notices.push((Addressee::AccountTeam, alert));
        }
        if late != was_late {
            told_late.push((customer, late));
        }
    }
    // Once a customer, however many of their orders are on it, and only what their own page says as well.
    told_late.sort_unstable();
    told_late.dedup();
    for (customer, late) in told_late {
        let seen = (change.seen_by)(customer).filter(|seen| seen.flags.delayed == late);
        notices.extend(seen.map(|seen| (Addressee::Customer(customer), of_delay(&seen))));
    }
}
