//! Who looks, and what they may open.

use crate::id::CustomerId;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What an account may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountRole {
    Customer,
    Agent,
    Manager,
    Admin,
}

impl AccountRole {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Manager => "manager",
            Self::Admin => "admin",
        }
    }

    /// Whether it may give a second person's word.
    pub fn may_approve(self) -> bool {
        matches!(self, Self::Manager | Self::Admin)
    }

    /// Whether a page or live view of `area` is for this role.
    pub fn may_open(self, area: Area) -> bool {
        match area {
            Area::Shipments | Area::Notifications => true,
            Area::Desk | Area::Integrations => self != Self::Customer,
            Area::Kpis => matches!(self, Self::Manager | Self::Admin),
            Area::Admin => self == Self::Admin,
        }
    }
}

impl fmt::Display for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no account role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role: use customer, agent, manager or admin")]
pub struct BadAccountRole(String);

impl FromStr for AccountRole {
    type Err = BadAccountRole;

    fn from_str(text: &str) -> Result<Self, BadAccountRole> {
        [Self::Customer, Self::Agent, Self::Manager, Self::Admin]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| BadAccountRole(text.to_owned()))
    }
}

/// A part of the product that is open to some roles only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Area {
    Shipments,
    Desk,
    Kpis,
    Integrations,
    Admin,
    /// What somebody wants to be told.
    Notifications,
}

/// A signed-in account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// The name to sign in with; unique.
    pub account: String,
    /// As others see it.
    pub name: String,
    pub role: AccountRole,
    /// Whose shipments it sees; set for customers, and only for them.
    pub customer: Option<CustomerId>,
}

/// Whose eyes a view is made for. Everything that leaves is made once per audience.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Audience {
    /// Agents, managers and admins see everything.
    Internal,
    Customer(CustomerId),
}

impl Audience {
    /// People without an account: a customer that owns no shipment.
    pub fn nobody() -> Self {
        Self::Customer(CustomerId::of("syncline", "nobody"))
    }
}

impl Viewer {
    /// Whose redaction this account reads; none for a customer's account without a customer, which sees nothing.
    pub fn audience(&self) -> Option<Audience> {
        match self.role {
            AccountRole::Customer => self.customer.map(Audience::Customer),
            AccountRole::Agent | AccountRole::Manager | AccountRole::Admin => Some(Audience::Internal),
        }
    }
}
