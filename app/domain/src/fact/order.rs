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
    /// Other units in which the goods may be counted: `{"quantity": 4 EA, "equals": 1 CT}`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversions: Vec<Conversion>,
}

impl OrderLine {
    /// A quantity in the unit of the line, by way of other units where need be; none where nothing says how.
    pub fn converted(&self, quantity: &Quantity) -> Option<i64> {
        convert(quantity, &self.quantity.unit, &self.conversions)
    }

    /// The sum of some quantities in the unit of the line: those of one unit are added before they are converted, so that each is
    /// rounded once. What nothing converts counts as nothing.
    pub fn sum<'q>(&self, quantities: impl Iterator<Item = &'q Quantity>) -> i64 {
        let mut by_unit: Vec<Quantity> = Vec::new();
        for one in quantities {
            match by_unit.iter_mut().find(|known| known.unit == one.unit) {
                Some(known) => known.milli = known.milli.saturating_add(one.milli),
                None => by_unit.push(one.clone()),
            }
        }
        by_unit.iter().filter_map(|one| self.converted(one)).fold(0, i64::saturating_add)
    }
}

/// One quantity of goods in two units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conversion {
    pub quantity: Quantity,
    pub equals: Quantity,
}

/// So many of a unit.
type Counted<'a> = (&'a str, i64);

/// What units of UN/ECE Recommendation 20 are by definition, whatever the goods are.
const FIXED: [(Counted, Counted); 14] = [
    (("TNE", 1), ("KGM", 1_000)),
    (("KGM", 1), ("GRM", 1_000)),
    (("LBR", 100_000_000), ("KGM", 45_359_237)),
    (("KMT", 1), ("MTR", 1_000)),
    (("MTR", 1), ("CMT", 100)),
    (("MTR", 1), ("MMT", 1_000)),
    (("MTQ", 1), ("LTR", 1_000)),
    (("HLT", 1), ("LTR", 100)),
    (("LTR", 1), ("MLT", 1_000)),
    (("EA", 1), ("C62", 1)),
    (("EA", 1), ("H87", 1)),
    (("DZN", 1), ("EA", 12)),
    (("PR", 1), ("EA", 2)),
    (("MTK", 1), ("CMK", 10_000)),
];

/// A quantity in thousandths of `unit`, rounded to the nearest once, by the fewest steps that `conversions` allow; none where
/// they lead nowhere.
fn convert(quantity: &Quantity, unit: &str, conversions: &[Conversion]) -> Option<i64> {
    if quantity.unit == unit {
        return Some(quantity.milli);
    }
    // Of each unit that was reached: how many of it there are, as a fraction.
    let mut reached: Vec<(&str, i128, i128)> = vec![(&quantity.unit, i128::from(quantity.milli), 1)];
    let mut next = 0;
    while let Some(&(from_unit, many, of)) = reached.get(next) {
        if from_unit == unit {
            return i64::try_from(many.checked_add(many.signum() * of / 2)? / of).ok();
        }
        next += 1;
        let said = conversions.iter().map(|one| {
            ((one.quantity.unit.as_str(), one.quantity.milli), (one.equals.unit.as_str(), one.equals.milli))
        });
        let both_ways = said.chain(FIXED).flat_map(|(one, other)| [(one, other), (other, one)]);
        for ((from, from_count), (to, to_count)) in both_ways.filter(|(one, other)| one.1 > 0 && other.1 > 0)
        {
            if from == from_unit && reached.iter().all(|(known, ..)| *known != to) {
                let many = many.checked_mul(to_count.into())?;
                reached.push((to, many, of.checked_mul(from_count.into())?));
            }
        }
    }
    None
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
    /// Of an order: the numbers of the orders that take its place where it was merged with others or split. Its goods travel on
    /// as theirs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub replaced_by: Vec<String>,
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
    /// The ERP's number of the payment: two payments of one moment and amount are two only where their numbers differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<String>,
}

/// Why Syncline holds an order's invoice or lets it go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InvoiceDecision {
    /// The part of the order that it is about, by the number of its shipment; none is all of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipment: Option<String>,
    pub reason: String,
    /// Held though all that carries the order is delivered and proven: a person has to decide.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_stuck: bool,
    /// It is about what happened long before it was told: nobody outside has to learn of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_history: bool,
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
    /// The ERP's number of the return: two returns of one moment and quantity are two only where their numbers differ.
    #[serde(default, skip_serializing_if = "Option::is_none", rename = "return")]
    pub number: Option<String>,
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
