//! Customers, carriers and items, as sources name them.

use crate::id::CustomerId;
use serde::{Deserialize, Serialize};

/// Who ordered.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Customer {
    /// The ERP's code of the customer.
    pub code: String,
    pub name: String,
}

impl Customer {
    pub fn id(&self) -> CustomerId {
        CustomerId::numbered(&self.code)
    }
}

/// How much a customer's waiting costs: decides the severity of exceptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tier {
    #[default]
    Standard,
    Preferred,
    Strategic,
}

impl Tier {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Preferred => "Preferred",
            Self::Strategic => "Strategic",
        }
    }

    /// As in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Preferred => "preferred",
            Self::Strategic => "strategic",
        }
    }
}

impl std::str::FromStr for Tier {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        let all = [Self::Standard, Self::Preferred, Self::Strategic];
        all.into_iter().find(|tier| tier.as_str() == name).ok_or_else(|| format!("`{name}` is no tier"))
    }
}

/// Who drives.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Carrier {
    /// Standard Carrier Alpha Code (two to four letters) or the TMS's own code.
    pub code: String,
    pub name: String,
}

/// What is carried.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Item {
    /// The ERP's code of the item.
    pub code: String,
    pub description: String,
}
