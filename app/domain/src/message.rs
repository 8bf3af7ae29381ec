//! What other systems and people must learn: messages follow from events, in the order of the journal, and are kept with
//! them. Whether and where one is sent is another matter.

use crate::authority::Role;
use crate::event::Event;
use crate::exception::ShipmentException;
use crate::fact::{DelayReason, Fact};
use crate::id::{CustomerId, ExceptionId, Seq, canonical};
use crate::order::Order;
use crate::party::Tier;
use crate::rulebook::Limits;
use crate::rules::{Rule, is_late};
use crate::service_level::{Level, level};
use crate::shipment::{Shipment, Stop, TenderState};
use crate::subscription::{Channel, News};
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

/// Why a text names nobody.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is nobody who gets messages: use erp, tms, account-team, desk, team-lead, manager, customer: and the customer's code, \
     or mail: or webhook: and an account"
)]
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
    pub const DELAY_ALERT: &'static str = "delay.alert";

    /// The CloudEvents type.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::InvoiceRelease { .. } => "invoice.release",
            Self::InvoiceHold { .. } => "invoice.hold",
            Self::PlanDue { .. } => "plan.due",
            Self::ExpectedDeliveryRevised { .. } => "expected_delivery.revised",
            Self::ShipmentCancel { .. } => "shipment.cancel",
            Self::DelayAlert { .. } => Self::DELAY_ALERT,
            Self::ExceptionEscalated { .. } => "exception.escalated",
            Self::ApprovalRequested { .. } => "approval.requested",
            Self::CaseWritten { .. } => "case.written",
            Self::CaseAnswered { .. } => "case.answered",
            Self::Notification { .. } => "notification",
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
    /// It leaves then at the earliest: somebody wants no news before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<DateTime<Utc>>,
    #[serde(flatten)]
    pub notice: Notice,
}

impl Message {
    /// The `place`th that follows from the event at `seq`.
    pub fn new(seq: Seq, place: usize, at: DateTime<Utc>, (to, notice): Addressed) -> Self {
        let id = canonical("message", "syncline", &format!("{seq}/{place}"));
        Self { id, seq, at, to, not_before: None, notice }
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
    /// Exceptions that the event opened.
    pub opened: Vec<&'a ShipmentException>,
    /// Those that it changed.
    pub changed: Vec<&'a ShipmentException>,
    pub event: &'a Event,
}

/// What others must learn of a change.
pub(crate) fn notices(change: &Change, surroundings: &impl Surroundings) -> Vec<Addressed> {
    let mut notices = Vec::new();
    for exception in &change.opened {
        match exception.rule {
            Rule::TenderRejected => notices.extend(plan_due(change)),
            Rule::InvoiceWithoutProof => {
                let order = exception.cause.clone();
                let known = change.orders.iter().find(|one| one.number == order);
                let is_part = known.is_some_and(|one| !one.state.was_let_go && one.state.invoices.is_empty());
                let shipment = is_part.then(|| change.shipment.number.clone());
                let notice = Notice::InvoiceHold { order, shipment, reason: exception.detail.clone() };
                notices.push((Addressee::Erp, notice));
            }
            _ => {}
        }
    }
    notices.extend(cancellations(change));
    notices.extend(of_people(change));
    revisions(change, surroundings, &mut notices);
    notices
}

/// What others must learn of an order's own change: what may be invoiced that might not `before`, of [`crate::order::OrderState::let_go`].
pub fn of_order(before: &BTreeMap<Option<String>, String>, order: &Order) -> Vec<Addressed> {
    let newly = order.state.let_go().into_iter().filter(|(part, _)| !before.contains_key(part));
    // The parts first, then all that is left.
    let (whole, parts): (Vec<_>, Vec<_>) = newly.partition(|(part, _)| part.is_none());
    let notice = |(shipment, reason)| {
        (Addressee::Erp, Notice::InvoiceRelease { order: order.number.clone(), shipment, reason })
    };
    parts.into_iter().chain(whole).map(notice).collect()
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
    let offers = change.shipment.entries().iter().filter(|entry| {
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

/// Orders that were called off while something was to carry them.
fn cancellations(change: &Change) -> Vec<Addressed> {
    let state = &change.shipment.state;
    if !state.is_planned || state.is_called_off() {
        return Vec::new();
    }
    let was_open = |order: &Order| {
        let before = change.orders_before.iter().find(|before| before.id == order.id);
        before.is_some_and(|before| before.state.cancelled.is_none())
    };
    let is_under_way = |order: &Order| {
        state
            .stops
            .iter()
            .any(|stop| stop.is_delivery() && stop.concerns(&order.number) && stop.handed_over_at().is_none())
    };
    let called_off = change.orders.iter().filter(|order| order.state.cancelled.is_some());
    called_off
        .filter(|order| was_open(order) && is_under_way(order))
        .map(|order| {
            let shipment = change.shipment.number.clone();
            (Addressee::Tms, Notice::ShipmentCancel { shipment, order: order.number.clone() })
        })
        .collect()
}

/// A new expected time that matters: it crosses the promise, or, beyond it, comes into another hour.
fn revisions(change: &Change, surroundings: &impl Surroundings, notices: &mut Vec<Addressed>) {
    let Fact::EtaChanged(statement) = &change.event.fact else { return };
    let Some(stop) = change.shipment.state.stops.iter().find(|stop| stop.stop == statement.stop) else {
        return;
    };
    // A statement that came late changes nothing that is expected now.
    let is_latest =
        stop.eta().is_some_and(|eta| eta.stated_at == change.event.occurred_at && eta.eta == statement.eta);
    if !is_latest || !stop.is_delivery() || stop.handed_over_at().is_some() {
        return;
    }
    let before = stop.etas.iter().rev().nth(1).map(|eta| eta.eta);
    let hour = |moment: Moment| moment.to_utc().duration_trunc(TimeDelta::hours(1)).ok();
    for order in open_orders(change.orders).filter(|order| stop.concerns(&order.number)) {
        let Some(terms) = &order.state.terms else { continue };
        let Some(promised) = terms.promised else { continue };
        let late = is_late(statement.eta, promised, change.limits);
        let was_late = before.is_some_and(|before| is_late(before, promised, change.limits));
        let moved = before.is_none_or(|before| hour(before) != hour(statement.eta));
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
            notices.push((Addressee::AccountTeam, alert.clone()));
            notices.push((Addressee::Customer(customer), alert));
        }
    }
}
