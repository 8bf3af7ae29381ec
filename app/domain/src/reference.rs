//! The numbers by which people know a shipment.

use serde::{Deserialize, Serialize};

/// What kind of number a reference is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    Order,
    PurchaseOrder,
    Load,
    BillOfLading,
    Pro,
    Tracking,
    Container,
    DeliveryNote,
    Invoice,
    /// One that has no word here.
    Other,
}

impl ReferenceKind {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Order => "Order",
            Self::PurchaseOrder => "PO",
            Self::Load => "Load",
            Self::BillOfLading => "BOL",
            Self::Pro => "PRO",
            Self::Tracking => "Tracking",
            Self::Container => "Container",
            Self::DeliveryNote => "Delivery note",
            Self::Invoice => "Invoice",
            Self::Other => "Reference",
        }
    }

    /// Whether a customer may see it: a load groups other customers' shipments, an invoice may be another party's,
    /// and of what has no word here nobody knows.
    pub fn is_for_customers(self) -> bool {
        !matches!(self, Self::Load | Self::Invoice | Self::Other)
    }
}

/// A number, its kind and who gave it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reference {
    pub kind: ReferenceKind,
    pub value: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
}
