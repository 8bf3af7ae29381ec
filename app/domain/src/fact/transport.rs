//! Payloads of the TMS's facts. A stop is named by the TMS's own number of it, unique on its shipment.

use crate::measure::Quantity;
use crate::party::Carrier;
use crate::place::{Location, Position};
use crate::reference::Reference;
use crate::time::{Moment, Window};
use serde::{Deserialize, Serialize};

/// How the goods travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Full truckload.
    Truckload,
    /// Less than truckload.
    LessThanTruckload,
    Parcel,
    Rail,
    Ocean,
    Air,
    /// One that has no word here.
    Other,
}

impl Mode {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Truckload => "Full truckload",
            Self::LessThanTruckload => "Less than truckload",
            Self::Parcel => "Parcel",
            Self::Rail => "Rail",
            Self::Ocean => "Ocean",
            Self::Air => "Air",
            Self::Other => "Other",
        }
    }
}

/// What happens at a stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StopKind {
    Pickup,
    CrossDock,
    Delivery,
}

/// A stop as planned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PlannedStop {
    pub stop: String,
    pub kind: StopKind,
    pub location: Location,
    pub planned: Window,
    /// The order numbers loaded or unloaded here; none means all orders of the shipment.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
}

/// A shipment as the TMS planned it, whole. A later plan replaces an earlier one; what has happened stays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Plan {
    pub mode: Mode,
    /// ERP order numbers that travel on it, whole or in part.
    pub orders: Vec<String>,
    /// The system that gave the order numbers, where that is not the usual ERP: its source's `issuer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_issuer: Option<String>,
    /// In the order of the route: at least one pickup and one delivery.
    pub stops: Vec<PlannedStop>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<Carrier>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// The TMS offered the shipment to a carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenderOffer {
    /// The TMS's number of the tender, unique on its shipment.
    pub tender: String,
    pub carrier: Carrier,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Moment>,
}

/// What became of a tender.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TenderAnswer {
    pub tender: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Who drives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CarrierAssignment {
    pub carrier: Carrier,
    /// Number plate or trailer number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle: Option<String>,
}

/// When a dock is booked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AppointmentTerms {
    pub stop: String,
    pub window: Window,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Something happened at a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AtStop {
    pub stop: String,
    /// The code that the source's own system uses, for example `X3`; agents see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_code: Option<String>,
}

/// How much of an order line was loaded or unloaded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HandledLine {
    pub order: String,
    pub line: String,
    pub quantity: Quantity,
}

/// Goods were loaded or unloaded at a stop; no lines means all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Handled {
    pub stop: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<HandledLine>,
    /// With whom the goods were left, where that is not their consignee: `neighbour, no. 12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_with: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_code: Option<String>,
}

/// Nobody was there to take the goods. That is no refusal: the carrier comes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Attempt {
    pub stop: String,
    /// In the driver's words, `nobody at home` for example.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the carrier comes again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Window>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_code: Option<String>,
}

/// The goods wait to be collected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CollectionPoint {
    /// The stop at which they should have been delivered.
    pub stop: String,
    /// Where they wait, as people find it: `Post shop, Main Street 3`.
    pub place: String,
    /// Until when they wait there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_code: Option<String>,
}

/// The goods' way ended without a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Ending {
    /// The order numbers whose goods it is about; none means all that was not delivered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// The consignee did not take the goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Refusal {
    pub stop: String,
    pub reason: String,
}

/// Where the truck is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PositionReport {
    pub position: Position,
    /// A place that a person recognises, for example `A7 near Kassel`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub near: Option<String>,
}

/// When the truck is expected at a stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct EtaStatement {
    pub stop: String,
    pub eta: Moment,
    /// Only the day is known: `eta` is the end of that day at the stop.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub day: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DelayReason>,
}

/// Why something is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DelayReason {
    Weather,
    Traffic,
    Breakdown,
    Dwell,
    Customs,
    Shortage,
    Carrier,
    Consignee,
    Other,
}

impl DelayReason {
    /// Whether a customer may read it. On a shared load a wait, missing goods or a consignee's wish may be another's.
    pub fn is_for_customers(self, is_shared: bool) -> bool {
        !(is_shared && matches!(self, Self::Dwell | Self::Shortage | Self::Consignee))
    }

    /// As people read it, behind "Delayed:".
    pub fn label(self) -> &'static str {
        match self {
            Self::Weather => "weather",
            Self::Traffic => "traffic",
            Self::Breakdown => "vehicle breakdown",
            Self::Dwell => "long wait at a stop",
            Self::Customs => "customs",
            Self::Shortage => "goods not available",
            Self::Carrier => "carrier",
            Self::Consignee => "at the consignee's wish",
            Self::Other => "other reason",
        }
    }
}

/// A delay, before anybody knows the new time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DelayStatement {
    pub reason: DelayReason,
    /// Minutes, if the source dares a figure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Customs holds the goods or lets them go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomsStatement {
    /// The office, for example `Calais`.
    pub office: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What a proof of delivery says against the delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Discrepancy {
    pub kind: DiscrepancyKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The lines that differ, with the quantity that was signed for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<HandledLine>,
}

/// What kind of discrepancy a proof of delivery shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DiscrepancyKind {
    Short,
    Over,
    Damaged,
    WrongSigner,
    MissingPage,
    /// One that has no word here.
    Other,
}

impl DiscrepancyKind {
    /// Whether the consignee has less than it should.
    pub fn takes_goods_away(self) -> bool {
        matches!(self, Self::Short | Self::Damaged)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Short => "short",
            Self::Over => "over",
            Self::Damaged => "damaged",
            Self::WrongSigner => "signed by the wrong person",
            Self::MissingPage => "a page is missing",
            Self::Other => "not as it should be",
        }
    }
}

/// The consignee's signature arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PodStatement {
    pub stop: String,
    pub signed_by: String,
    pub signed_at: Moment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub document: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub discrepancy: Option<Discrepancy>,
    /// Who signed in the consignee's place, a neighbour for example: that proves nothing yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_with: Option<String>,
}

/// A source takes back one of its own events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Retraction {
    /// The `id` of the event, as the source gave it, from the same CloudEvents `source`.
    pub event: String,
    pub reason: String,
}

/// What a shipment does of the way of an order that other shipments carry too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Leg {
    /// The ERP's order number.
    pub order: String,
    /// Who gave it, where that is not the usual ERP.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whether the order as a whole is counted with this shipment: each order once.
    pub is_first: bool,
    /// Whether its being on time in full is counted with this shipment: the first of those that bring it to its consignee.
    #[serde(default = "always")]
    pub counts_in_full: bool,
    /// Whether others carry it still: what this one brings is a part of it or of its way.
    pub is_shared: bool,
    /// How its goods go on from here; none where they are delivered here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goes_on: Option<Onward>,
    /// How much of each line other shipments have handed over to its consignee.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<LineElsewhere>,
}

fn always() -> bool {
    true
}

/// How much of a line other shipments have handed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineElsewhere {
    pub line: String,
    pub quantity: Quantity,
}

/// How goods go on with other shipments, and how far they have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Onward {
    /// The numbers of the shipments that take them on; none where they wait at the hub for one.
    pub with: Vec<String>,
    /// The stop of this shipment at which they do.
    pub stop: String,
    /// When they left from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_at: Option<Moment>,
    /// When the last of those shipments handed them to their consignee, once all have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handed_over_at: Option<Moment>,
    /// Whether that is proven, and nothing is held against it.
    #[serde(default)]
    pub is_confirmed: bool,
    /// Whether they are back with their sender instead.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub came_back: bool,
}
