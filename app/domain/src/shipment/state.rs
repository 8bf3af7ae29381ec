//! What is true of a shipment, as far as its events say.

use crate::authority::Role;
use crate::charge::{Charge, ChargeKind, Document};
use crate::consignment::same_number;
use crate::deadline::Deadline;
use crate::fact::{
    Approvable, CaseKind, DelayReason, Discrepancy, HandledLine, Leg, Mode, PodStatement, StopKind,
};
use crate::id::{ApprovalId, CaseId, CustomerId, OrderId};
use crate::measure::Money;
use crate::party::Carrier;
use crate::place::{Location, Position};
use crate::reference::Reference;
use crate::time::{Moment, Window};
use chrono::{TimeDelta, Timelike};
use serde::{Deserialize, Serialize};

/// Everything that follows from a shipment's events.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    pub is_planned: bool,
    /// When the plan in force was stated.
    pub planned_at: Option<Moment>,
    pub mode: Option<Mode>,
    /// ERP order numbers.
    pub orders: Vec<String>,
    pub references: Vec<Reference>,
    pub carrier: Option<Carrier>,
    /// When the TMS last named a carrier without a tender.
    pub assigned_at: Option<Moment>,
    pub vehicle: Option<String>,
    pub tenders: Vec<Tender>,
    /// Who gave the order numbers, where that is not the usual ERP.
    pub order_issuer: Option<String>,
    /// The source whose plan was received first: the number is that source's.
    pub planned_by: Option<String>,
    /// That the number was used for something else: nothing of that counts here.
    pub clash: Option<NumberClash>,
    /// Orders that the plan in force names no more, though goods of theirs were loaded or handed over; they stand among `orders` too.
    pub past_orders: Vec<String>,
    /// Those of them whose goods are on the truck as far as anybody has told.
    pub dropped_orders: Vec<String>,
    /// In route order, as the plan in force has them.
    pub stops: Vec<Stop>,
    /// Stops that the plan in force names no more: what happened there is history, and nothing is owed there.
    pub former: Vec<Stop>,
    pub position: Option<LastPosition>,
    /// A report too far from the last one to be believed before another agrees with it.
    pub doubted: Option<LastPosition>,
    pub delay: Option<Delay>,
    /// One for each office that holds the goods.
    pub holds: Vec<Hold>,
    /// Goods that are back with their sender.
    pub returned: Vec<Ended>,
    /// Goods that nobody waits for any more.
    pub written_off: Vec<Ended>,
    /// Statements that can't be true, each source and kind once.
    pub implausible: Vec<Implausible>,
    pub documents: Vec<Document>,
    pub charges: Vec<Charge>,
    /// Of orders that other shipments carry too: what this one does of their way.
    pub legs: Vec<Leg>,
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
    /// Visits at which nobody was there to take the goods.
    pub attempts: Vec<Attempted>,
    /// Where the goods wait to be collected instead.
    pub collection: Option<Collection>,
    /// When the last visit ended; none while the truck is here.
    pub departed_at: Option<Moment>,
    /// Each loading here, in the order of time: what they name adds up.
    pub loads: Vec<Handling>,
    /// Each hand-over here, likewise.
    pub hand_overs: Vec<Handling>,
    pub pod: Option<PodStatement>,
    /// When the proof that stands was reported.
    pub proof_came_at: Option<Moment>,
    /// Whether the plan sends the goods back here, to where they came from.
    pub is_return: bool,
    /// Whether all that the plan delivers here goes on with another shipment.
    pub is_hub: bool,
}

/// A number that two things go by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NumberClash {
    /// Other sources plan something of their own under it.
    Sources(Vec<String>),
    /// It was given anew, long after what it named had ended.
    UsedAgain(Moment),
}

impl NumberClash {
    /// Whether what a source says is about the other thing.
    fn is_about(&self, source: &str) -> bool {
        match self {
            Self::Sources(sources) => sources.iter().any(|one| one == source),
            Self::UsedAgain(_) => true,
        }
    }
}

/// A loading or a hand-over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handling {
    pub at: Moment,
    /// None is all that is there.
    pub lines: Vec<HandledLine>,
    /// With whom the goods were left, where that is not their consignee.
    pub left_with: Option<String>,
}

/// A visit at which nobody was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempted {
    pub at: Moment,
    pub reason: Option<String>,
    /// When the carrier comes again.
    pub next: Option<Window>,
}

/// Goods that wait to be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    pub since: Moment,
    pub place: String,
    pub until: Option<Moment>,
}

/// The end of a way without a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Moment,
    /// None is all that was not delivered.
    pub orders: Vec<String>,
    pub reason: Option<String>,
}

impl Ended {
    fn is_of(&self, order: Option<&str>) -> bool {
        self.orders.is_empty() || order.is_some_and(|order| self.orders.iter().any(|own| own == order))
    }
}

/// What a source stated and can't be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Implausible {
    pub source: String,
    pub what: Doubt,
    pub count: u32,
    pub at: Moment,
}

/// Why a statement can't be true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// A position at 0, 0, which receivers without a fix report.
    NullIsland,
    /// A position further from the last one than anything moves in that time.
    Leap,
    /// A signature after the event that reports it.
    SignedLater,
    /// A signature before the goods left their sender.
    SignedBefore,
}

impl Doubt {
    /// As people read it, behind the source.
    pub fn label(self) -> &'static str {
        match self {
            Self::NullIsland => "positions at 0, 0",
            Self::Leap => "positions that nothing can reach in that time",
            Self::SignedLater => "signatures after the event that reports them",
            Self::SignedBefore => "signatures before the goods had left",
        }
    }
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
    /// Whether the source knows the day only; `eta` is its end then.
    pub is_day: bool,
    pub stated_at: Moment,
    pub reason: Option<DelayReason>,
}

impl Eta {
    /// The earliest moment that the statement leaves open: of a day, its beginning.
    pub fn earliest(&self) -> Moment {
        let since_midnight = TimeDelta::seconds(i64::from(self.eta.num_seconds_from_midnight()));
        if self.is_day { self.eta.checked_sub_signed(since_midnight).unwrap_or(self.eta) } else { self.eta }
    }
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
    /// How often the number was offered anew, to another carrier.
    pub offered_again: u32,
}

impl Tender {
    /// What an exception about it is about: a number that is offered again is another matter.
    pub fn cause(&self) -> String {
        match self.offered_again {
            0 => self.tender.clone(),
            again => format!("{}, offer {}", self.tender, again.saturating_add(1)),
        }
    }
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

    /// Whether what a source states under its number is about something else that goes by the same number.
    pub(super) fn is_of_another(&self, source: &str) -> bool {
        self.clash.as_ref().is_some_and(|clash| clash.is_about(source))
    }

    /// The id of an order of which it knows the number.
    pub fn order_id(&self, number: &str) -> OrderId {
        OrderId::of(self.order_issuer.as_deref().unwrap_or(OrderId::DEFAULT_ISSUER), number)
    }

    /// Where the stop of a number is; leading zeros and blanks say nothing, where no other stop goes by just that.
    pub(super) fn place_of(&self, number: &str) -> Option<usize> {
        let exact = self.stops.iter().position(|stop| stop.stop == number);
        exact.or_else(|| self.stops.iter().position(|stop| same_number(&stop.stop, number)))
    }

    /// The stop of a number.
    pub fn stop_named(&self, number: &str) -> Option<&Stop> {
        self.place_of(number).map(|place| &self.stops[place])
    }

    /// Whether somebody told of a stop that no plan has ever named. Nothing of the orders is known to be handled there.
    pub fn is_unplanned(&self, stop: &Stop) -> bool {
        self.is_planned && stop.kind.is_none()
    }

    /// The hold that has lasted longest.
    pub fn hold(&self) -> Option<&Hold> {
        self.holds.iter().min_by_key(|hold| hold.since)
    }

    /// The stops in route order behind the last one that was reached: a stop before one that was reached has happened, whether
    /// or not anybody told of it.
    pub fn ahead(&self) -> &[Stop] {
        // Whoever is out for delivery at a stop has left all before it.
        let reached = self.last_reached();
        let from = reached.map_or(0, |place| if self.stops[place].has_begun() { place + 1 } else { place });
        &self.stops[from..]
    }

    fn last_reached(&self) -> Option<usize> {
        let is_reached =
            |stop: &Stop| stop.has_begun() || stop.sent_out_at.is_some() || stop.refused.is_some();
        self.stops.iter().rposition(is_reached)
    }

    /// The stop at which the truck is, or was last: it has left all before it, told or not.
    pub fn current(&self) -> Option<&Stop> {
        self.last_reached().map(|place| &self.stops[place]).filter(|stop| stop.has_begun())
    }

    /// Every stop, those of former plans behind the others.
    pub fn all_stops(&self) -> impl Iterator<Item = &Stop> {
        self.stops.iter().chain(&self.former)
    }

    /// Whether somebody said that an order's goods are back with their sender; of all goods where `order` is none.
    pub fn is_said_returned(&self, order: Option<&str>) -> bool {
        self.returned.iter().any(|ended| ended.is_of(order))
    }

    /// Whether somebody said that an order's goods are lost.
    pub fn is_written_off(&self, order: Option<&str>) -> bool {
        self.written_off.iter().any(|ended| ended.is_of(order))
    }

    /// Whether it was called off before anything was handed over or is under way: nothing more happens on it.
    pub fn is_called_off(&self) -> bool {
        self.cancelled.is_some()
            && !self.all_stops().any(|stop| stop.is_delivery() && stop.handed_over_at().is_some())
            && !self.is_under_way()
    }

    /// Whether goods are on a truck, or were when it was called off, and nobody said where they ended.
    pub fn is_under_way(&self) -> bool {
        let has_left = self.all_stops().any(Stop::has_sent_goods);
        has_left && !self.is_said_returned(None) && !self.is_written_off(None) && !self.has_come_back()
    }

    /// Whether goods were handed over where they came from.
    pub fn has_come_back(&self) -> bool {
        self.stops.iter().any(|stop| stop.came_back_at().is_some())
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

    /// Whether goods left from here: a pickup at which they were loaded or that the truck left, a cross-dock that it reached.
    pub fn has_sent_goods(&self) -> bool {
        match self.role() {
            Some(StopKind::CrossDock) => self.has_begun(),
            Some(StopKind::Delivery) => false,
            Some(StopKind::Pickup) | None => self.loaded_at.is_some() || self.departed_at.is_some(),
        }
    }

    /// Whether an order's goods are among what was loaded here: a loading that names no lines takes all.
    pub fn has_loaded(&self, is_named: impl Fn(&str) -> bool) -> bool {
        let takes_all = self.loads.is_empty() || self.loads.iter().any(|load| load.lines.is_empty());
        takes_all || self.loads.iter().flat_map(|load| &load.lines).any(|line| is_named(&line.order))
    }

    /// When goods were handed over again where they came from.
    pub fn came_back_at(&self) -> Option<Moment> {
        let is_home = self.is_return || self.kind == Some(StopKind::Pickup);
        // What was loaded here afterwards is gone again.
        self.handed_over_at().filter(|at| is_home && self.loaded_at.is_none_or(|loaded_at| loaded_at <= *at))
    }

    /// When the goods were handed over: as reported, else as signed for.
    pub fn handed_over_at(&self) -> Option<Moment> {
        self.delivered_at.or(self.pod.as_ref().map(|pod| pod.signed_at))
    }

    /// What is done here: a delivery from which all goes on with another shipment is a cross-dock.
    pub fn role(&self) -> Option<StopKind> {
        if self.is_hub { Some(StopKind::CrossDock) } else { self.kind }
    }

    /// Whether goods reach their consignee here. What nobody planned is taken for a delivery once goods were brought.
    pub fn is_delivery(&self) -> bool {
        match self.role() {
            Some(kind) => kind == StopKind::Delivery && !self.is_return,
            None => {
                self.handed_over_at().is_some()
                    || self.sent_out_at.is_some()
                    || self.refused.is_some()
                    || !self.attempts.is_empty()
                    || self.collection.is_some()
            }
        }
    }

    /// When anything was last told of it.
    pub fn heard_at(&self) -> Option<Moment> {
        let told = [self.ready_at, self.arrived_at, self.loaded_at, self.departed_at, self.sent_out_at];
        let tried = [
            self.missed_at,
            self.refused.as_ref().map(|refused| refused.at),
            self.attempts.last().map(|attempt| attempt.at),
            self.collection.as_ref().map(|collection| collection.since),
            self.eta().map(|eta| eta.stated_at),
        ];
        let done = [self.delivered_at, self.proof_came_at];
        told.into_iter().chain(tried).chain(done).flatten().max()
    }

    /// With whom the goods were left, where that is not their consignee and no proof says that it has them.
    pub fn left_with(&self) -> Option<&str> {
        let signed = self.pod.as_ref().map(|pod| pod.left_with.as_deref());
        signed.unwrap_or_else(|| self.hand_overs.last().and_then(|last| last.left_with.as_deref()))
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
