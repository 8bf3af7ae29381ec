//! The words that a customer reads of where a shipment is, and the flags beside them.

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
    /// Nobody was there to take the goods; the carrier comes again.
    DeliveryAttempted,
    /// The goods wait where their consignee collects them.
    ReadyForCollection,
    /// Called off while the goods were on a truck, and nobody said where they ended.
    CancelledUnderWay,
    /// Delivered, but the proof of delivery is missing or disputed.
    AwaitingConfirmation,
    Delivered,
    /// The goods are back with their sender.
    Returned,
    Cancelled,
}

impl Status {
    pub const ALL: [Self; 12] = [
        Self::Ordered,
        Self::Planned,
        Self::ReadyForPickup,
        Self::InTransit,
        Self::OutForDelivery,
        Self::DeliveryAttempted,
        Self::ReadyForCollection,
        Self::CancelledUnderWay,
        Self::AwaitingConfirmation,
        Self::Delivered,
        Self::Returned,
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
            Self::DeliveryAttempted => "delivery_attempted",
            Self::ReadyForCollection => "ready_for_collection",
            Self::CancelledUnderWay => "cancelled_under_way",
            Self::AwaitingConfirmation => "awaiting_confirmation",
            Self::Delivered => "delivered",
            Self::Returned => "returned",
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
            Self::DeliveryAttempted => "Delivery attempted",
            Self::ReadyForCollection => "Ready for collection",
            Self::CancelledUnderWay => "Cancelled, goods under way",
            Self::AwaitingConfirmation => "Delivered, awaiting confirmation",
            Self::Delivered => "Delivered",
            Self::Returned => "Returned",
            Self::Cancelled => "Cancelled",
        }
    }

    /// Whether nothing more is expected to move.
    pub fn is_final(self) -> bool {
        matches!(self, Self::AwaitingConfirmation | Self::Delivered | Self::Returned | Self::Cancelled)
    }

    /// Whether the goods reached their consignee.
    pub fn is_handed_over(self) -> bool {
        matches!(self, Self::AwaitingConfirmation | Self::Delivered)
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
