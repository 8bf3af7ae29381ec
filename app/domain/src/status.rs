//! The eight words that a customer reads, and the flags beside them.

use serde::{Deserialize, Serialize};

/// Where a shipment is in its life, in a customer's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ordered,
    Planned,
    ReadyForPickup,
    InTransit,
    OutForDelivery,
    /// Delivered, but the proof of delivery is missing or disputed.
    AwaitingConfirmation,
    Delivered,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 8] = [
        Self::Ordered,
        Self::Planned,
        Self::ReadyForPickup,
        Self::InTransit,
        Self::OutForDelivery,
        Self::AwaitingConfirmation,
        Self::Delivered,
        Self::Cancelled,
    ];

    /// As stored, and as in URLs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ordered => "ordered",
            Self::Planned => "planned",
            Self::ReadyForPickup => "ready_for_pickup",
            Self::InTransit => "in_transit",
            Self::OutForDelivery => "out_for_delivery",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status that a word of [`Self::as_str`] names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Ordered => "Ordered",
            Self::Planned => "Planned",
            Self::ReadyForPickup => "Ready for pickup",
            Self::InTransit => "In transit",
            Self::OutForDelivery => "Out for delivery",
            Self::AwaitingConfirmation => "Delivered, awaiting confirmation",
            Self::Delivered => "Delivered",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether nothing more is expected to move.
    pub fn is_final(self) -> bool {
        matches!(self, Self::AwaitingConfirmation | Self::Delivered | Self::Cancelled)
    }
}

/// What stands beside the status.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Flags {
    /// Expected later than promised, or, without a promise, than planned.
    pub delayed: bool,
    /// Somebody has to do something: goods refused, papers disputed, customs waiting.
    pub action_needed: bool,
    /// Customs holds the goods.
    pub on_hold: bool,
}

impl Flags {
    /// The flags that are up: the name, and as people read it.
    pub fn raised(self) -> impl Iterator<Item = (&'static str, &'static str)> {
        [
            (self.action_needed, "action_needed", "Action needed"),
            (self.on_hold, "on_hold", "On hold"),
            (self.delayed, "delayed", "Delayed"),
        ]
        .into_iter()
        .filter_map(|(up, name, label)| up.then_some((name, label)))
    }
}
