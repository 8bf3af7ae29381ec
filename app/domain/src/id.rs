//! Identities. Canonical ids are UUIDv5 of (noun, issuer, number), so they do not depend on what arrived first.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;
use uuid::Uuid;

/// The namespace of every canonical id; drawn at random once, and never to change.
pub const NAMESPACE: Uuid = Uuid::from_u128(0x6f1c_7a0e_5c5b_5d0f_9b0e_3a7d_51a9_c0de);

/// UUIDv5 of the three parts, separated by a byte that no number contains.
pub fn canonical(noun: &str, issuer: &str, number: &str) -> Uuid {
    Uuid::new_v5(&NAMESPACE, format!("{noun}\u{1f}{issuer}\u{1f}{number}").as_bytes())
}

macro_rules! canonical_id {
    ($(#[$doc:meta])* $name:ident, $noun:literal, $default_issuer:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The issuer of such numbers where the sender names none.
            pub const DEFAULT_ISSUER: &'static str = $default_issuer;

            /// The id of `number` as `issuer` gave it.
            pub fn of(issuer: &str, number: &str) -> Self {
                Self(canonical($noun, issuer, number))
            }

            /// The id of `number` as the usual issuer of such numbers gave it.
            pub fn numbered(number: &str) -> Self {
                Self::of(Self::DEFAULT_ISSUER, number)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

canonical_id!(
    /// A shipment: what the customer tracks. Its number is the TMS's.
    ShipmentId, "shipment", "tms"
);
canonical_id!(
    /// A sales order. Its number is the ERP's.
    OrderId, "order", "erp"
);
canonical_id!(
    /// A customer. Its code is the ERP's.
    CustomerId, "customer", "erp"
);
canonical_id!(
    /// An item of the catalogue. Its code is the ERP's.
    ItemId, "item", "erp"
);
canonical_id!(
    /// A place where trucks stop. Its code is the ERP's.
    LocationId, "location", "erp"
);
canonical_id!(
    /// An exception: derived from (shipment, rule, cause, occurrence), see [`crate::rules`].
    ExceptionId, "exception", "syncline"
);
canonical_id!(
    /// A customer's case about a shipment.
    CaseId, "case", "syncline"
);

canonical_id!(
    /// A second person's word that somebody asked for.
    ApprovalId, "approval", "syncline"
);

impl ShipmentId {
    /// The issuer of what exceptions hang on that are no shipment's: a source's feed as a whole, whose number is the source's
    /// name. So people act on those exceptions as on any other.
    pub const FEED: &'static str = "feed";

    /// What the exceptions of a source's feed hang on.
    pub fn of_feed(source: &str) -> Self {
        Self::of(Self::FEED, source)
    }
}

/// A position in the journal: 1 for its first event, without gaps, never reused. 0 is "before everything".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Seq(pub i64);

impl fmt::Display for Seq {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of a configured source, as in `/intake/{source}`: lower-case letters, digits and `-`, at most 40.
/// `desk`, `portal` and `syncline` are the system's own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "String", into = "String")]
pub struct SourceName(String);

/// Why a text is no source name.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no source name: use 1 to 40 lower-case letters, digits and hyphens")]
pub struct BadSourceName(String);

impl SourceName {
    /// What agents and managers do.
    pub fn desk() -> Self {
        Self("desk".into())
    }

    /// What customers do.
    pub fn portal() -> Self {
        Self("portal".into())
    }

    /// What Syncline itself states: deadlines that passed, invoices that it held or released.
    pub fn syncline() -> Self {
        Self("syncline".into())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for SourceName {
    type Error = BadSourceName;

    fn try_from(text: String) -> Result<Self, BadSourceName> {
        let good = (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if good { Ok(Self(text)) } else { Err(BadSourceName(text)) }
    }
}

impl FromStr for SourceName {
    type Err = BadSourceName;

    fn from_str(text: &str) -> Result<Self, BadSourceName> {
        Self::try_from(text.to_owned())
    }
}

impl From<SourceName> for String {
    fn from(name: SourceName) -> Self {
        name.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
