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
}

/// As people read it behind "approval": `to let the invoice of 4711 go`.
impl fmt::Display for Approvable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ReleaseInvoice { order } => write!(f, "to let the invoice of {order} go"),
            Self::AcceptCharge { charge, up_to } => write!(f, "to accept {} up to {up_to}", charge.label()),
        }
    }
}

/// Somebody asks for a second person's word.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalRequest {
    pub approval: ApprovalId,
    #[serde(flatten)]
    pub what: Approvable,
    pub reason: String,
}

/// A second person gives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ApprovalDecision {
    pub approval: ApprovalId,
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
