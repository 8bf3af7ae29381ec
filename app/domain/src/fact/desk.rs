//! Payloads of what people do: agents at the desk, customers in the portal. They are events like any other.

use crate::charge::ChargeKind;
use crate::id::{ApprovalId, CaseId, ExceptionId};
use crate::measure::Money;
use crate::time::Moment;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An agent takes an exception, or hands it to somebody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionAssignment {
    pub exception: ExceptionId,
    /// The name of the account; none puts it back into the queue.
    pub assignee: Option<String>,
}

/// An agent puts an exception aside until a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionSnooze {
    pub exception: ExceptionId,
    pub until: Moment,
    /// Whether it wakes earlier, as soon as the TMS tells anything of the shipment.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_news: bool,
}

/// An internal note on an exception, or why it was reopened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionNote {
    pub exception: ExceptionId,
    pub text: String,
}

/// An agent closes an exception by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionResolution {
    pub exception: ExceptionId,
    pub reason: String,
    /// Whose it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible: Option<Responsible>,
    /// What it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root_cause: Option<RootCause>,
}

/// Whose an exception was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Responsible {
    Carrier,
    Shipper,
    Consignee,
    Authority,
    Nobody,
}

impl Responsible {
    pub const ALL: [Self; 5] = [Self::Carrier, Self::Shipper, Self::Consignee, Self::Authority, Self::Nobody];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Carrier => "carrier",
            Self::Shipper => "shipper",
            Self::Consignee => "consignee",
            Self::Authority => "authority",
            Self::Nobody => "nobody",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Carrier => "Carrier",
            Self::Shipper => "We, the shipper",
            Self::Consignee => "Consignee",
            Self::Authority => "Customs or authorities",
            Self::Nobody => "Nobody",
        }
    }
}

/// What an exception came from; the groups of the reason codes of ANSI X12's AT7 segment (data element 1651), as far as a desk
/// tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RootCause {
    Capacity,
    Equipment,
    Weather,
    Traffic,
    Paperwork,
    Site,
    Goods,
    Data,
    Other,
}

impl RootCause {
    pub const ALL: [Self; 9] = [
        Self::Capacity,
        Self::Equipment,
        Self::Weather,
        Self::Traffic,
        Self::Paperwork,
        Self::Site,
        Self::Goods,
        Self::Data,
        Self::Other,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Capacity => "capacity",
            Self::Equipment => "equipment",
            Self::Weather => "weather",
            Self::Traffic => "traffic",
            Self::Paperwork => "paperwork",
            Self::Site => "site",
            Self::Goods => "goods",
            Self::Data => "data",
            Self::Other => "other",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Capacity => "No capacity or driver",
            Self::Equipment => "Breakdown or equipment",
            Self::Weather => "Weather",
            Self::Traffic => "Traffic or route",
            Self::Paperwork => "Papers",
            Self::Site => "Site or dock",
            Self::Goods => "Goods short or damaged",
            Self::Data => "Data was wrong or late",
            Self::Other => "Something else",
        }
    }
}

/// An exception has to do with another one, or is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExceptionLink {
    pub exception: ExceptionId,
    pub other: ExceptionId,
    /// The number of the other's shipment, and its rule, as people read them.
    pub named: String,
}

/// What a customer wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CaseKind {
    Problem,
    Question,
    DocumentRequest,
}

impl CaseKind {
    pub const ALL: [Self; 3] = [Self::Problem, Self::Question, Self::DocumentRequest];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Problem => "problem",
            Self::Question => "question",
            Self::DocumentRequest => "document_request",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Problem => "Problem",
            Self::Question => "Question",
            Self::DocumentRequest => "Document wanted",
        }
    }
}

/// A customer opens a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseOpening {
    pub case: CaseId,
    pub customer: crate::id::CustomerId,
    pub kind: CaseKind,
    pub text: String,
}

/// Somebody answers a case, or closes it with a last word. Customers read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaseAnswer {
    pub case: CaseId,
    pub text: String,
}

/// What needs a second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "what")]
pub enum Approvable {
    /// Let an order's invoice go though its delivery is not confirmed.
    ReleaseInvoice { order: String },
    /// Pay what a carrier charges of a kind, up to an amount.
    AcceptCharge { charge: ChargeKind, up_to: Money },
    /// Take in a part that waits in quarantine, though its source does not own what it states. `named` says what:
    /// `stop.delivered of SH-2026-000123`.
    AcceptPart { part: i64, named: String },
}

/// As people read it behind "approval": `to let the invoice of 4711 go`.
impl fmt::Display for Approvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReleaseInvoice { order } => write!(f, "to let the invoice of {order} go"),
            Self::AcceptCharge { charge, up_to } => write!(f, "to accept {} up to {up_to}", charge.label()),
            Self::AcceptPart { named, .. } => write!(f, "to take in {named}"),
        }
    }
}

/// Somebody asks for a second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalRequest {
    pub approval: ApprovalId,
    /// The exception that it would settle.
    pub exception: ExceptionId,
    #[serde(flatten)]
    pub what: Approvable,
    pub reason: String,
}

/// A second person gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalDecision {
    pub approval: ApprovalId,
    /// The exception that it would settle.
    pub exception: ExceptionId,
    pub reason: String,
}

/// A person makes a link that shows the shipment without signing in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sharing {
    /// Lower-case hexadecimal SHA-256 of the link's token; the token itself is kept nowhere.
    pub token_hash: String,
    /// Whose redaction the link shows.
    pub customer: crate::id::CustomerId,
    pub label: String,
    pub expires_at: Moment,
}

/// A share link ends before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SharingEnd {
    pub token_hash: String,
}
