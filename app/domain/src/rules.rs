//! Rules: each looks at a shipment and its orders and says which conditions hold. An exception opens when a condition
//! becomes true and closes when it stops being true; it re-arms by itself, since only edges count.

mod appointment_missed;
mod appointment_rescheduled;
mod cancelled_under_way;
mod charge_over_tolerance;
mod customer_waits;
mod customs_hold;
mod delays;
mod delivery_discrepancy;
mod double_statement;
mod dwell_over_limit;
mod eta_beyond_promise;
mod implausible_report;
mod invoice_without_proof;
mod late_departure;
mod meaning;
mod missed_pickup;
mod number_clash;
mod pod_discrepancy;
mod pod_overdue;
mod proven_not_released;
mod quantity_mismatch;
mod return_opened;
mod silent_shipment;
mod tender_rejected;
mod tender_unanswered;

pub use meaning::Meaning;

use crate::consignment::{Consignment, Ordered, consignments, status_here};
use crate::deadline::{Deadline, DeadlineKind, demanded};
use crate::event::Recorded;
use crate::exception::{Closing, Severity, ShipmentException};
use crate::fact::{Discrepancy, Priority};
use crate::id::{ExceptionId, ShipmentId, canonical};
use crate::order::Order;
use crate::party::Tier;
use crate::rulebook::{Limits, Rulebook, Traits};
use crate::service_level::{Due, due};
use crate::shipment::{Eta, Shipment, Stop};
use crate::status::Status;
use crate::time::{Moment, Window};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// What can go wrong with a shipment, then, from [`Self::FeedSilent`] on, with a feed. A stored bit is the place of a
/// rule of shipments: new ones stand behind the last of those.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    TenderRejected,
    MissedPickup,
    EtaBeyondPromise,
    CustomsHold,
    PodOverdue,
    TenderUnanswered,
    LateDeparture,
    AppointmentMissed,
    AppointmentRescheduled,
    DelayReported,
    WeatherOrRoute,
    InventoryShortage,
    DwellOverLimit,
    DeliveryDiscrepancy,
    PodDiscrepancy,
    ReturnOpened,
    SilentShipment,
    ChargeOverTolerance,
    InvoiceWithoutProof,
    CustomerWaits,
    QuantityMismatch,
    ProvenNotReleased,
    CancelledUnderWay,
    ImplausibleReport,
    DoubleStatement,
    NumberClash,
    FeedSilent,
    AuthorityConflict,
    UnknownCode,
    UnreadableData,
    MasterDataMismatch,
    EndpointDown,
}

impl Rule {
    pub const ALL: [Self; 32] = [
        Self::TenderRejected,
        Self::MissedPickup,
        Self::EtaBeyondPromise,
        Self::CustomsHold,
        Self::PodOverdue,
        Self::TenderUnanswered,
        Self::LateDeparture,
        Self::AppointmentMissed,
        Self::AppointmentRescheduled,
        Self::DelayReported,
        Self::WeatherOrRoute,
        Self::InventoryShortage,
        Self::DwellOverLimit,
        Self::DeliveryDiscrepancy,
        Self::PodDiscrepancy,
        Self::ReturnOpened,
        Self::SilentShipment,
        Self::ChargeOverTolerance,
        Self::InvoiceWithoutProof,
        Self::CustomerWaits,
        Self::QuantityMismatch,
        Self::ProvenNotReleased,
        Self::CancelledUnderWay,
        Self::ImplausibleReport,
        Self::DoubleStatement,
        Self::NumberClash,
        Self::FeedSilent,
        Self::AuthorityConflict,
        Self::UnknownCode,
        Self::UnreadableData,
        Self::MasterDataMismatch,
        Self::EndpointDown,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::TenderRejected => "tender_rejected",
            Self::MissedPickup => "missed_pickup",
            Self::EtaBeyondPromise => "eta_beyond_promise",
            Self::CustomsHold => "customs_hold",
            Self::PodOverdue => "pod_overdue",
            Self::TenderUnanswered => "tender_unanswered",
            Self::LateDeparture => "late_departure",
            Self::AppointmentMissed => "appointment_missed",
            Self::AppointmentRescheduled => "appointment_rescheduled",
            Self::DelayReported => "delay_reported",
            Self::WeatherOrRoute => "weather_or_route",
            Self::InventoryShortage => "inventory_shortage",
            Self::DwellOverLimit => "dwell_over_limit",
            Self::DeliveryDiscrepancy => "delivery_discrepancy",
            Self::PodDiscrepancy => "pod_discrepancy",
            Self::ReturnOpened => "return_opened",
            Self::SilentShipment => "silent_shipment",
            Self::ChargeOverTolerance => "charge_over_tolerance",
            Self::InvoiceWithoutProof => "invoice_without_proof",
            Self::CustomerWaits => "customer_waits",
            Self::QuantityMismatch => "quantity_mismatch",
            Self::ProvenNotReleased => "proven_not_released",
            Self::CancelledUnderWay => "cancelled_under_way",
            Self::ImplausibleReport => "implausible_report",
            Self::DoubleStatement => "double_statement",
            Self::NumberClash => "number_clash",
            Self::FeedSilent => "feed_silent",
            Self::AuthorityConflict => "authority_conflict",
            Self::UnknownCode => "unknown_code",
            Self::UnreadableData => "unreadable_data",
            Self::MasterDataMismatch => "master_data_mismatch",
            Self::EndpointDown => "endpoint_down",
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
            Self::TenderUnanswered => "Tender unanswered",
            Self::LateDeparture => "Late departure",
            Self::AppointmentMissed => "Appointment missed",
            Self::AppointmentRescheduled => "Appointment rescheduled",
            Self::DelayReported => "Delay reported",
            Self::WeatherOrRoute => "Weather or route",
            Self::InventoryShortage => "Inventory shortage",
            Self::DwellOverLimit => "Dwell over limit",
            Self::DeliveryDiscrepancy => "Delivery discrepancy",
            Self::PodDiscrepancy => "POD discrepancy",
            Self::ReturnOpened => "Return opened",
            Self::SilentShipment => "Silent shipment",
            Self::ChargeOverTolerance => "Charge over tolerance",
            Self::InvoiceWithoutProof => "Invoice without proof",
            Self::CustomerWaits => "Customer waits",
            Self::QuantityMismatch => "Quantities do not add up",
            Self::ProvenNotReleased => "Proven, not released",
            Self::CancelledUnderWay => "Cancelled, goods under way",
            Self::ImplausibleReport => "Implausible report",
            Self::DoubleStatement => "Told twice, it seems",
            Self::NumberClash => "Number used twice",
            Self::FeedSilent => "Feed silent",
            Self::AuthorityConflict => "Authority conflict",
            Self::UnknownCode => "Unknown code",
            Self::UnreadableData => "Unreadable data",
            Self::MasterDataMismatch => "Master data mismatch",
            Self::EndpointDown => "Messages do not get through",
        }
    }

    /// What it is where the rules file says nothing else.
    pub fn severity(self) -> Severity {
        match self {
            Self::PodOverdue
            | Self::AppointmentRescheduled
            | Self::ImplausibleReport
            | Self::DoubleStatement
            | Self::MasterDataMismatch => Severity::Low,
            Self::TenderRejected
            | Self::EtaBeyondPromise
            | Self::TenderUnanswered
            | Self::LateDeparture
            | Self::DelayReported
            | Self::WeatherOrRoute
            | Self::DwellOverLimit
            | Self::PodDiscrepancy
            | Self::ReturnOpened
            | Self::SilentShipment
            | Self::ChargeOverTolerance
            | Self::AuthorityConflict
            | Self::UnknownCode
            | Self::UnreadableData
            | Self::QuantityMismatch
            | Self::ProvenNotReleased
            | Self::CustomerWaits => Severity::Medium,
            Self::MissedPickup
            | Self::CustomsHold
            | Self::AppointmentMissed
            | Self::InventoryShortage
            | Self::DeliveryDiscrepancy
            | Self::FeedSilent
            | Self::EndpointDown
            | Self::CancelledUnderWay
            | Self::NumberClash
            | Self::InvoiceWithoutProof => Severity::High,
        }
    }

    fn conditions(self, situation: &Situation) -> Vec<Condition> {
        match self {
            Self::DelayReported | Self::WeatherOrRoute | Self::InventoryShortage => {
                delays::conditions(self, situation)
            }
            Self::TenderRejected => tender_rejected::conditions(situation),
            Self::MissedPickup => missed_pickup::conditions(situation),
            Self::EtaBeyondPromise => eta_beyond_promise::conditions(situation),
            Self::CustomsHold => customs_hold::conditions(situation),
            Self::PodOverdue => pod_overdue::conditions(situation),
            Self::TenderUnanswered => tender_unanswered::conditions(situation),
            Self::LateDeparture => late_departure::conditions(situation),
            Self::AppointmentMissed => appointment_missed::conditions(situation),
            Self::AppointmentRescheduled => appointment_rescheduled::conditions(situation),
            Self::DwellOverLimit => dwell_over_limit::conditions(situation),
            Self::DeliveryDiscrepancy => delivery_discrepancy::conditions(situation),
            Self::PodDiscrepancy => pod_discrepancy::conditions(situation),
            Self::ReturnOpened => return_opened::conditions(situation),
            Self::SilentShipment => silent_shipment::conditions(situation),
            Self::ChargeOverTolerance => charge_over_tolerance::conditions(situation),
            Self::InvoiceWithoutProof => invoice_without_proof::conditions(situation),
            Self::CustomerWaits => customer_waits::conditions(situation),
            Self::QuantityMismatch => quantity_mismatch::conditions(situation),
            Self::ProvenNotReleased => proven_not_released::conditions(situation),
            Self::CancelledUnderWay => cancelled_under_way::conditions(situation),
            Self::ImplausibleReport => implausible_report::conditions(situation),
            Self::DoubleStatement => double_statement::conditions(situation),
            Self::NumberClash => number_clash::conditions(situation),
            // These are about a whole feed: see `crate::feed`.
            Self::FeedSilent
            | Self::AuthorityConflict
            | Self::UnknownCode
            | Self::UnreadableData
            | Self::MasterDataMismatch
            | Self::EndpointDown => Vec::new(),
        }
    }

    /// Whether it is about a source's feed as a whole, or the way out to an endpoint, and about no shipment.
    pub fn is_of_feed(self) -> bool {
        self >= Self::FeedSilent
    }
}

/// Everything that a rule may look at.
#[derive(Clone, Debug)]
pub struct Situation<'a> {
    shipment: &'a Shipment,
    /// The orders on it, as far as they are known.
    orders: &'a [&'a Order],
    /// The highest tier among its customers.
    tier: Tier,
    book: &'a Rulebook,
    /// What is let pass on it.
    limits: Limits,
    /// What it still waits for though its moment has passed.
    overdue: Vec<Deadline>,
    /// The goods of each of its orders.
    parts: Vec<Consignment<'a>>,
    status: Status,
}

impl<'a> Situation<'a> {
    pub fn new(shipment: &'a Shipment, orders: &'a [&'a Order], tier: Tier, book: &'a Rulebook) -> Self {
        let passed = &shipment.state.passed;
        let limits = book.limits_for(&Traits::of(&shipment.state, tier));
        let ordered: Vec<Ordered> = orders.iter().map(|order| Ordered::of(order)).collect();
        let parts = consignments(&shipment.state, &ordered);
        let status = status_here(&parts);
        // Hardly a shipment has missed anything.
        let mut overdue = if passed.is_empty() { Vec::new() } else { demanded(shipment, status, &limits) };
        overdue.retain(|deadline| passed.contains(deadline));
        Self { shipment, orders, tier, book, limits, overdue, parts, status }
    }

    /// Whether nothing more is expected to move.
    fn is_over(&self) -> bool {
        self.status.is_final()
    }

    /// Its stops in route order that nobody has reached, nor any behind them: a stop before one that was reached has happened.
    fn stops_ahead(&self) -> impl Iterator<Item = &'a Stop> {
        let stops = self.shipment.state.ahead();
        stops.iter().filter(|_| !self.is_over())
    }

    /// The orders whose goods are handled at a stop; none where those are all of them.
    fn orders_at(&self, stop: &Stop) -> Vec<String> {
        let here = self.parts.iter().filter(|part| part.concerns(stop)).filter_map(|part| part.number);
        let here: Vec<String> = here.map(str::to_owned).collect();
        if here.len() == self.parts.len() { Vec::new() } else { here }
    }

    /// The orders that a remark on a proof is about: those whose lines it names, else all that are handled there.
    fn orders_disputed(&self, stop: &Stop, found: &Discrepancy) -> Vec<String> {
        let is_named = |part: &&Consignment| found.lines.iter().any(|line| part.is_named(&line.order));
        let named: Vec<String> =
            self.parts.iter().filter(is_named).filter_map(|part| part.number).map(str::to_owned).collect();
        if named.is_empty() { self.orders_at(stop) } else { named }
    }

    fn overdue(&self, kind: DeadlineKind) -> impl Iterator<Item = &Deadline> {
        self.overdue.iter().filter(move |deadline| deadline.deadline == kind)
    }

    fn overdue_stops(&self, kind: DeadlineKind) -> impl Iterator<Item = (&Deadline, &Stop)> {
        let stops = &self.shipment.state.stops;
        self.overdue(kind)
            .filter_map(|deadline| Some((deadline, stops.iter().find(|stop| stop.stop == deadline.stop)?)))
    }

    /// The narrowest promise among the orders handled at a stop: the earliest end.
    pub fn promise_at(&self, stop: &Stop) -> Option<Window> {
        // To a hub nobody was promised anything.
        let is_promised = |part: &&Consignment| part.deliveries().any(|own| own.stop == stop.stop);
        let here = self.parts.iter().filter(is_promised);
        here.filter_map(|part| self.orders.iter().find(|order| Some(order.number.as_str()) == part.number))
            .filter(|order| order.state.cancelled.is_none())
            .filter_map(|order| order.state.terms.as_ref()?.promised)
            .min_by_key(|promised| promised.to)
    }

    /// Everything that is wrong now.
    pub fn conditions(&self) -> Vec<Condition> {
        // Of what was called off, nothing can be late; people may still ask.
        if self.shipment.state.is_called_off() {
            return customer_waits::conditions(self);
        }
        // Nor of what was called off under way: somebody has to find the goods.
        if self.status == Status::CancelledUnderWay {
            let rules = [Rule::CustomsHold, Rule::CustomerWaits, Rule::CancelledUnderWay, Rule::ReturnOpened];
            return rules.into_iter().flat_map(|rule| rule.conditions(self)).collect();
        }
        Rule::ALL.into_iter().flat_map(|rule| rule.conditions(self)).collect()
    }
}

/// What exceptions are about: a shipment with its orders, or a feed.
pub(crate) trait About {
    fn id(&self) -> ShipmentId;
    fn number(&self) -> &str;
    /// The name of the customer that waits.
    fn customer(&self) -> Option<String>;
    /// When the earliest promise ends that is still to be kept.
    fn due_at(&self) -> Option<Moment>;
    fn severity(&self, rule: Rule) -> Severity;
    /// The highest tier among its customers.
    fn tier(&self) -> Tier;
    fn book(&self) -> &Rulebook;
}

impl About for Situation<'_> {
    fn id(&self) -> ShipmentId {
        self.shipment.id
    }

    fn number(&self) -> &str {
        &self.shipment.number
    }

    fn customer(&self) -> Option<String> {
        self.orders
            .iter()
            .find_map(|order| order.state.terms.as_ref())
            .map(|terms| terms.customer.name.clone())
    }

    fn due_at(&self) -> Option<Moment> {
        let stops = &self.shipment.state.stops;
        let open = stops.iter().filter(|stop| stop.is_delivery() && stop.handed_over_at().is_none());
        open.filter_map(|stop| self.promise_at(stop)).map(|promised| promised.to).min()
    }

    /// The severity that the rules file gives it, raised once for a strategic customer and once for a critical order.
    fn severity(&self, rule: Rule) -> Severity {
        let critical = self.orders.iter().any(|order| {
            order.state.terms.as_ref().is_some_and(|terms| terms.priority == Priority::Critical)
        });
        let raises = usize::from(self.tier == Tier::Strategic) + usize::from(critical);
        let own = self.book.severity_on(rule, &self.shipment.state, self.tier);
        (0..raises).fold(own, |severity, _| severity.raised())
    }

    fn tier(&self) -> Tier {
        self.tier
    }

    fn book(&self) -> &Rulebook {
        self.book
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
    /// The orders whose goods it concerns; none are all of them.
    pub orders: Vec<String>,
}

impl Condition {
    /// Something that concerns the whole shipment.
    fn new(rule: Rule, cause: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { rule, cause: cause.into(), detail: detail.into(), orders: Vec::new() }
    }

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
pub(crate) fn restate(
    conditions: &[Condition],
    situation: &impl About,
    exceptions: &mut [ShipmentException],
) -> Vec<usize> {
    let mut changed = Vec::new();
    for (index, exception) in exceptions.iter_mut().enumerate().filter(|(_, one)| one.is_open()) {
        let Some(condition) = conditions.iter().find(|condition| condition.is_behind(exception)) else {
            continue;
        };
        let severity = situation.severity(exception.rule);
        let (customer, due_at) = (situation.customer(), situation.due_at());
        if (&exception.detail, exception.severity, &exception.customer, exception.due_at, &exception.orders)
            != (&condition.detail, severity, &customer, due_at, &condition.orders)
        {
            exception.orders.clone_from(&condition.orders);
            exception.due_at = due_at;
            exception.detail.clone_from(&condition.detail);
            exception.severity = severity;
            exception.customer = customer;
            changed.push(index);
        }
    }
    changed
}

/// Carries the decisions on an event out on the shipment's exceptions. Says which of them changed, by index.
pub(crate) fn carry_out(
    decisions: Vec<Decision>,
    situation: &impl About,
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
                    // What happened before it went wrong, and was only told later, shows that it never did.
                    let is_late = recorded.event.occurred_at <= exception.wrong_since;
                    exception.closing = Some(if is_late { Closing::LateData } else { Closing::Cleared });
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
    situation: &impl About,
    recorded: &Recorded,
    exceptions: &[ShipmentException],
) -> ShipmentException {
    let Condition { rule, cause, detail, orders } = condition;
    let earlier = exceptions.iter().filter(|one| one.rule == rule && one.cause == cause).count();
    let occurrence = u32::try_from(earlier).unwrap_or(u32::MAX).saturating_add(1);
    let shipment = situation.id();
    let severity = situation.severity(rule);
    let Due { team, respond_by, resolve_by } =
        due(situation.book(), rule, severity, situation.tier(), recorded.recorded_at);
    let key = format!("{shipment}/{}/{cause}/{occurrence}", rule.as_str());
    ShipmentException {
        id: ExceptionId(canonical("exception", ExceptionId::DEFAULT_ISSUER, &key)),
        shipment,
        number: situation.number().to_owned(),
        rule,
        cause,
        occurrence,
        severity,
        detail,
        orders,
        is_history: recorded.is_history(),
        customer: situation.customer(),
        due_at: situation.due_at(),
        wrong_since: recorded.event.occurred_at,
        opened_at: recorded.recorded_at,
        opened_seq: recorded.seq,
        team,
        respond_by,
        resolve_by,
        escalations: Vec::new(),
        awaits_approval: None,
        assignee: None,
        snoozed_until: None,
        wakes_on_news: false,
        actions: Vec::new(),
        closed_at: None,
        closing: None,
        version: 1,
    }
}

fn place(stop: &Stop) -> String {
    stop.place()
}

/// Whether something is expected later than promised, by more than a slip of minutes.
pub fn is_late(expected: Moment, promised: Window, limits: &Limits) -> bool {
    expected - promised.to > TimeDelta::minutes(i64::from(limits.eta_tolerance_minutes))
}

/// How long an expected time has to stay within the tolerance until nobody calls it late any more.
const SETTLED: TimeDelta = TimeDelta::minutes(30);

/// Whether what is expected, statement by statement, is late now. It is once a statement lies beyond the tolerance, and stays so
/// until one is back within the promise, or they have stayed within the tolerance for a while: a time that wavers around the
/// limit is one delay.
pub fn is_late_by(etas: &[Eta], promised: Window, limits: &Limits) -> bool {
    let mut late = false;
    let mut within_since: Option<Moment> = None;
    for eta in etas {
        if is_late(eta.earliest(), promised, limits) {
            late = true;
            within_since = None;
        } else if eta.earliest() <= promised.to {
            late = false;
        } else {
            let since = *within_since.get_or_insert(eta.stated_at);
            late &= eta.stated_at - since < SETTLED;
        }
    }
    late
}
