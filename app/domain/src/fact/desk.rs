//! Payloads of what people do: agents at the desk, customers in the portal. They are events like any other.

use crate::id::{CaseId, ExceptionId};
use crate::time::Moment;
use serde::{Deserialize, Serialize};

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
