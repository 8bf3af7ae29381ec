//! What can happen in a shipment's life, and how often.

use super::chance::Chance;

/// The turn that a life takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Plot {
    Happy,
    TenderRejected,
    TenderExpired,
    MissedPickup,
    EtaSlip,
    CustomsHold,
    Weather,
    LongDwell,
    Shortage,
    Refusal,
    LatePod,
    MissingPod,
    PodDiscrepancy,
    Correction,
    Cancelled,
}

impl Plot {
    /// Every plot, and of how many lives in a thousand it is the turn.
    pub const ALL: &'static [(Self, u32)] = &[
        (Self::Happy, 450),
        (Self::TenderRejected, 65),
        (Self::TenderExpired, 35),
        (Self::MissedPickup, 50),
        (Self::EtaSlip, 90),
        (Self::CustomsHold, 50),
        (Self::Weather, 40),
        (Self::LongDwell, 40),
        (Self::Shortage, 30),
        (Self::Refusal, 30),
        (Self::LatePod, 35),
        (Self::MissingPod, 25),
        (Self::PodDiscrepancy, 30),
        (Self::Correction, 20),
        (Self::Cancelled, 10),
    ];

    pub(super) fn drawn(chance: &mut Chance) -> Self {
        chance.weighted(Self::ALL, |(_, weight)| *weight).0
    }
}

/// How the messages of a life reach the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Post {
    Prompt,
    /// A message comes behind one that happened after it.
    OutOfOrder,
    /// Messages come again, with the same ids.
    Duplicate,
    /// The telematics were offline for hours and send all at once.
    LateBatch,
}

impl Post {
    pub const ALL: &'static [(Self, u32)] =
        &[(Self::Prompt, 800), (Self::OutOfOrder, 80), (Self::Duplicate, 80), (Self::LateBatch, 40)];

    pub(super) fn drawn(chance: &mut Chance) -> Self {
        chance.weighted(Self::ALL, |(_, weight)| *weight).0
    }
}

/// What a source says though it should not; the receiver quarantines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Oddity {
    /// The ERP claims a delivery, which the TMS owns.
    AuthorityConflict,
    /// A kind of event that the contract does not know.
    UnknownKind,
    /// A reason code that the contract does not know.
    UnknownCode,
}

impl Oddity {
    /// One life in 150 has one, by turns.
    pub(super) fn of_life(index: u64) -> Option<Self> {
        match index % 450 {
            70 => Some(Self::AuthorityConflict),
            220 => Some(Self::UnknownKind),
            370 => Some(Self::UnknownCode),
            _ => None,
        }
    }
}
