//! Freight charges and documents.

use crate::measure::Money;
use serde::{Deserialize, Serialize};

/// What a charge is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    Linehaul,
    Fuel,
    Accessorial,
}

impl ChargeKind {
    /// As people read it, behind "Charge 7:".
    pub fn label(self) -> &'static str {
        match self {
            Self::Linehaul => "linehaul",
            Self::Fuel => "fuel",
            Self::Accessorial => "accessorial",
        }
    }
}

/// A freight charge as the carrier or the TMS stated it. The latest statement of a number counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Charge {
    /// The TMS's number of the charge, unique on its shipment.
    pub charge: String,
    pub kind: ChargeKind,
    pub amount: Money,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// What kind of paper a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    BillOfLading,
    ProofOfDelivery,
    CommercialInvoice,
    PackingList,
    CustomsDeclaration,
    Photo,
    Other,
}

impl DocumentKind {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::BillOfLading => "Bill of lading",
            Self::ProofOfDelivery => "Proof of delivery",
            Self::CommercialInvoice => "Commercial invoice",
            Self::PackingList => "Packing list",
            Self::CustomsDeclaration => "Customs declaration",
            Self::Photo => "Photo",
            Self::Other => "Document",
        }
    }

    /// Whether a customer may see that it exists.
    pub fn is_for_customers(self) -> bool {
        !matches!(self, Self::CommercialInvoice | Self::Other)
    }
}

/// A paper that exists somewhere else; Syncline keeps its name and number, not its bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Document {
    /// The number of the document, unique on its shipment.
    pub document: String,
    pub kind: DocumentKind,
    pub title: String,
}
