//! Payloads of the ERP's facts: orders, settlement, master data.

use crate::measure::{Money, Quantity};
use crate::party::{Customer, Item, Tier};
use crate::reference::Reference;
use crate::time::Window;
use serde::{Deserialize, Serialize};

/// How much an order matters to the shipper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    #[default]
    Normal,
    High,
    Critical,
}

/// One line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderLine {
    /// The ERP's number of the line, for example `10`.
    pub line: String,
    pub item: Item,
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Money>,
}

/// An order as the ERP states it, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderTerms {
    pub customer: Customer,
    /// When the customer was promised the goods.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promised: Option<Window>,
    #[serde(default)]
    pub priority: Priority,
    pub lines: Vec<OrderLine>,
    /// Purchase order, delivery note and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

/// Why something was called off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cancellation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An invoice was written for the order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Invoiced {
    /// The ERP's number of the invoice.
    pub invoice: String,
    pub amount: Money,
}

/// Something was said about an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceStatement {
    pub invoice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// An invoice was paid, in whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoicePayment {
    pub invoice: String,
    pub amount: Money,
}

/// Why Syncline holds an order's invoice or lets it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceDecision {
    /// The part of the order that it is about, by the number of its shipment; none is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<String>,
    pub reason: String,
}

/// Goods came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Returned {
    /// The line of the order.
    pub line: String,
    pub quantity: Quantity,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A customer's master data. The event's subject is the customer's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomerTerms {
    pub name: String,
    #[serde(default)]
    pub tier: Tier,
}

/// An item's master data. The event's subject is the item's code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemTerms {
    pub description: String,
    /// The unit in which it is ordered, UN/ECE Recommendation 20.
    pub unit: String,
}
