//! What is true of a shipment, as far as its events say.

use crate::authority::Role;
use crate::charge::{Charge, ChargeKind, Document};
use crate::deadline::Deadline;
use crate::fact::{
    Approvable, CaseKind, DelayReason, Discrepancy, HandledLine, Mode, PodStatement, StopKind,
};
use crate::id::{ApprovalId, CaseId, CustomerId};
use crate::measure::Money;
use crate::party::Carrier;
use crate::place::{Location, Position};
use crate::reference::Reference;
use crate::time::{Moment, Window};
use serde::{Deserialize, Serialize};

/// Everything that follows from a shipment's events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub is_planned: bool,
    pub mode: Option<Mode>,
    /// ERP order numbers.
    pub orders: Vec<String>,
    pub references: Vec<Reference>,
    pub carrier: Option<Carrier>,
    /// When the TMS last named a carrier without a tender.
    pub assigned_at: Option<Moment>,
    pub vehicle: Option<String>,
    pub tenders: Vec<Tender>,
    /// In route order.
    pub stops: Vec<Stop>,
    pub position: Option<LastPosition>,
    pub delay: Option<Delay>,
    pub hold: Option<Hold>,
    pub documents: Vec<Document>,
    pub charges: Vec<Charge>,
    pub cancelled: Option<Cancelled>,
    pub passed: Vec<Deadline>,
    /// When the TMS last said anything, on its own clock.
    pub heard_at: Option<Moment>,
    /// Which of its sources that was.
    pub heard_from: Option<String>,
    pub cases: Vec<Case>,
    /// What somebody asked a second person to allow.
    pub approvals: Vec<Approval>,
}

/// A stop: what was planned, agreed, expected and done there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Stop {
    pub stop: String,
    pub kind: Option<StopKind>,
    pub location: Option<Location>,
    pub planned: Option<Window>,
    /// Order numbers handled here; empty means all of the shipment's.
    pub orders: Vec<String>,
    pub appointment: Option<Appointment>,
    /// Every expected time stated for this stop, the current one last.
    pub etas: Vec<Eta>,
    /// When the TMS reported that the truck missed the window that is agreed now.
    pub missed_at: Option<Moment>,
    pub ready_at: Option<Moment>,
    /// When the last visit began: its first arrival.
    pub arrived_at: Option<Moment>,
    pub loaded_at: Option<Moment>,
    pub sent_out_at: Option<Moment>,
    /// The last time that the goods were handed over here.
    pub delivered_at: Option<Moment>,
    pub refused: Option<Refused>,
    /// When the last visit ended; none while the truck is here.
    pub departed_at: Option<Moment>,
    pub handled: Vec<HandledLine>,
    pub pod: Option<PodStatement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    pub at: Moment,
    pub reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    pub window: Window,
    /// How often it was moved.
    pub moved: u32,
    pub reason: Option<String>,
}

/// One expected time, and when it was stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Eta {
    pub eta: Moment,
    pub stated_at: Moment,
    pub reason: Option<DelayReason>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tender {
    pub tender: String,
    pub carrier: Option<Carrier>,
    pub state: TenderState,
    pub at: Moment,
    /// Until when the carrier may answer, where the offer says so.
    pub expires_at: Option<Moment>,
    pub reason: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TenderState {
    Offered,
    Accepted,
    Rejected,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LastPosition {
    pub at: Moment,
    pub position: Position,
    pub near: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delay {
    pub reported_at: Moment,
    pub reason: DelayReason,
    pub minutes: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    pub since: Moment,
    pub office: String,
    pub reason: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub at: Moment,
    pub reason: Option<String>,
}

/// A customer's case and what was said in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub case: CaseId,
    pub customer: Option<CustomerId>,
    pub kind: Option<CaseKind>,
    pub messages: Vec<CaseMessage>,
    pub closed_at: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseMessage {
    pub at: Moment,
    /// The account that wrote it; customers do not see the desk's.
    pub by: Option<String>,
    /// Which side wrote it.
    pub role: Role,
    pub text: String,
}

/// Something that needs a second person's word, and what that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub approval: ApprovalId,
    pub what: Approvable,
    pub reason: String,
    pub asked_at: Moment,
    pub asked_by: Option<String>,
    pub decided: Option<Decided>,
}

/// A second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    pub at: Moment,
    pub by: Option<String>,
    pub is_granted: bool,
    pub reason: String,
}

impl Approval {
    fn is_granted(&self) -> bool {
        self.decided.as_ref().is_some_and(|decided| decided.is_granted)
    }

    /// Whether an order's invoice may leave by it.
    pub fn releases(&self, order: &str) -> bool {
        self.is_granted() && matches!(&self.what, Approvable::ReleaseInvoice { order: own } if own == order)
    }

    /// Whether a charge is accepted by it, as high as it is.
    pub fn accepts(&self, kind: ChargeKind, charged: Money) -> bool {
        let covers = |up_to: &Money| up_to.currency == charged.currency && charged.minor <= up_to.minor;
        self.is_granted()
            && matches!(&self.what, Approvable::AcceptCharge { charge, up_to } if *charge == kind && covers(up_to))
    }
}

impl State {
    /// Whether a second person let an order's invoice go.
    pub fn is_let_go(&self, order: &str) -> bool {
        self.approvals.iter().any(|approval| approval.releases(order))
    }

    /// Whether an order travels on it; none does on what was called off.
    pub fn carries(&self, order: &str) -> bool {
        !self.is_called_off() && self.orders.iter().any(|own| own == order)
    }

    /// Whether it was called off before anything was handed over. A cancellation never undoes a delivery.
    pub fn is_called_off(&self) -> bool {
        self.cancelled.is_some()
            && !self.stops.iter().any(|stop| stop.is_delivery() && stop.handed_over_at().is_some())
    }
}

impl Stop {
    /// When the truck is expected by agreement: the appointment, else the plan.
    pub fn expected(&self) -> Option<Window> {
        self.appointment.as_ref().map(|appointment| appointment.window).or(self.planned)
    }

    /// Whether the truck was here or the goods have moved on.
    pub fn has_begun(&self) -> bool {
        self.arrived_at.is_some() || self.loaded_at.is_some() || self.is_done()
    }

    /// Whether nothing more is expected to happen here.
    pub fn is_done(&self) -> bool {
        self.departed_at.is_some() || self.handed_over_at().is_some()
    }

    /// When the goods were handed over: as reported, else as signed for.
    pub fn handed_over_at(&self) -> Option<Moment> {
        self.delivered_at.or(self.pod.as_ref().map(|pod| pod.signed_at))
    }

    /// Whether goods reach their consignee here. What nobody planned is taken for a delivery once goods were brought.
    pub fn is_delivery(&self) -> bool {
        match self.kind {
            Some(kind) => kind == StopKind::Delivery,
            None => self.handed_over_at().is_some() || self.sent_out_at.is_some() || self.refused.is_some(),
        }
    }

    /// The current expected time.
    pub fn eta(&self) -> Option<&Eta> {
        self.etas.last()
    }

    /// What the proof of delivery holds against the delivery.
    pub fn discrepancy(&self) -> Option<&Discrepancy> {
        self.pod.as_ref().and_then(|pod| pod.discrepancy.as_ref())
    }

    /// Where it is, as people read it.
    pub fn place(&self) -> String {
        match &self.location {
            Some(location) => location.city.clone(),
            None => format!("stop {}", self.stop),
        }
    }

    /// Whether an order is handled here.
    pub fn concerns(&self, order: &str) -> bool {
        self.orders.is_empty() || self.orders.iter().any(|own| own == order)
    }
}
