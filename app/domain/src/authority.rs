//! Each fact has one owner: which source may state what. Claims of others change nothing.

use crate::fact::Fact;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What a source is. The order is the rank in the fold: of two facts of the same moment the later role's is applied
/// last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Erp,
    Tms,
    Portal,
    Desk,
    Syncline,
}

/// An area of facts with one owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Domain {
    OrderAndTerms,
    Transportation,
    Settlement,
    CustomerInteraction,
    WaitingAndSilence,
    RulesAndServiceLevels,
}

/// A row of the owners' table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ownership {
    pub domain: Domain,
    pub owners: &'static [Role],
    pub label: &'static str,
    pub facts: &'static str,
}

/// The owners' table (DESIGN section 3), as the integrations page shows it.
pub const OWNERS: &[Ownership] = &[
    Ownership {
        domain: Domain::OrderAndTerms,
        owners: &[Role::Erp],
        label: "Order and commercial terms",
        facts: "customer, item and location master data; order released, changed, cancelled; promised window; priority",
    },
    Ownership {
        domain: Domain::Transportation,
        owners: &[Role::Tms],
        label: "Transportation",
        facts: "planned, tendered, carrier assigned, appointments, milestones, positions, ETA, delay, customs hold, POD, freight charges",
    },
    Ownership {
        domain: Domain::Settlement,
        owners: &[Role::Erp],
        label: "Settlement",
        facts: "invoiced, disputed, paid, returned",
    },
    Ownership {
        domain: Domain::CustomerInteraction,
        owners: &[Role::Portal, Role::Desk],
        label: "Customer interaction",
        facts: "cases, notes, assignment, snooze, resolution, approvals, share links, subscriptions",
    },
    Ownership {
        domain: Domain::WaitingAndSilence,
        owners: &[Role::Syncline],
        label: "Waiting and silence",
        facts: "deadlines passed, feed silent, parts of a feed refused, invoice held or released",
    },
    Ownership {
        domain: Domain::RulesAndServiceLevels,
        owners: &[Role::Desk],
        label: "Rules and service levels",
        facts: "the rules file",
    },
];

impl Role {
    /// Whether a source of this role sends deliveries from outside.
    pub fn is_outside(self) -> bool {
        matches!(self, Self::Erp | Self::Tms)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Erp => "erp",
            Self::Tms => "tms",
            Self::Portal => "portal",
            Self::Desk => "desk",
            Self::Syncline => "syncline",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Erp => "ERP",
            Self::Tms => "TMS",
            Self::Portal => "customer portal",
            Self::Desk => "service desk",
            Self::Syncline => "Syncline",
        }
    }
}

impl Role {
    /// As a sentence names it.
    fn named(self) -> String {
        if self == Self::Syncline { self.label().to_owned() } else { format!("the {}", self.label()) }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no role.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no role of a source: use erp or tms")]
pub struct BadRole(String);

impl FromStr for Role {
    type Err = BadRole;

    fn from_str(text: &str) -> Result<Self, BadRole> {
        [Self::Erp, Self::Tms, Self::Portal, Self::Desk, Self::Syncline]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| BadRole(text.to_owned()))
    }
}

/// A source states what it does not own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{} does not own `{kind}`: {} does, so the claim changes nothing until an agent has looked at it", role.named(), owner.named())]
pub struct AuthorityConflict {
    pub role: Role,
    pub owner: Role,
    pub kind: &'static str,
}

impl Fact {
    /// The area that this fact belongs to; none for retractions, which belong to whoever stated the event.
    pub fn domain(&self) -> Option<Domain> {
        Some(match self {
            Self::OrderReleased(_)
            | Self::OrderChanged(_)
            | Self::OrderCancelled(_)
            | Self::CustomerRegistered(_)
            | Self::ItemRegistered(_)
            | Self::LocationRegistered(_) => Domain::OrderAndTerms,
            Self::ShipmentPlanned(_)
            | Self::ShipmentCancelled(_)
            | Self::TenderOffered(_)
            | Self::TenderAccepted(_)
            | Self::TenderRejected(_)
            | Self::TenderExpired(_)
            | Self::CarrierAssigned(_)
            | Self::AppointmentScheduled(_)
            | Self::AppointmentRescheduled(_)
            | Self::AppointmentMissed(_)
            | Self::PickupReadied(_)
            | Self::StopArrived(_)
            | Self::StopLoaded(_)
            | Self::StopDeparted(_)
            | Self::ShipmentSentOutForDelivery(_)
            | Self::StopDelivered(_)
            | Self::StopRefused(_)
            | Self::DeliveryAttempted(_)
            | Self::CollectionReadied(_)
            | Self::ShipmentReturned(_)
            | Self::ShipmentWrittenOff(_)
            | Self::PositionReported(_)
            | Self::EtaChanged(_)
            | Self::DelayReported(_)
            | Self::CustomsHeld(_)
            | Self::CustomsReleased(_)
            | Self::PodReceived(_)
            | Self::DocumentAttached(_)
            | Self::ChargeStated(_) => Domain::Transportation,
            Self::OrderInvoiced(_)
            | Self::InvoiceDisputed(_)
            | Self::InvoicePaid(_)
            | Self::OrderReturned(_) => Domain::Settlement,
            Self::ExceptionAssigned(_)
            | Self::ExceptionSnoozed(_)
            | Self::ExceptionNoted(_)
            | Self::ExceptionResolved(_)
            | Self::ExceptionReopened(_)
            | Self::ExceptionMerged(_)
            | Self::ExceptionLinked(_)
            | Self::CaseOpened(_)
            | Self::CaseAnswered(_)
            | Self::CaseClosed(_)
            | Self::ApprovalRequested(_)
            | Self::ApprovalGranted(_)
            | Self::ApprovalRefused(_)
            | Self::TrackingShared(_)
            | Self::TrackingRevoked(_)
            | Self::SubscriptionChanged(_) => Domain::CustomerInteraction,
            Self::DeadlinePassed(_)
            | Self::FeedFellSilent(_)
            | Self::FeedPartsRefused(_)
            | Self::FeedPartAccepted(_)
            | Self::InvoiceHeld(_)
            | Self::InvoiceReleased(_)
            | Self::LegStated(_)
            | Self::EndpointFailed(_)
            | Self::EndpointRecovered(_) => Domain::WaitingAndSilence,
            Self::RulebookChanged(_) => Domain::RulesAndServiceLevels,
            Self::EventRetracted(_) | Self::OrderEventRetracted(_) => return None,
        })
    }

    /// Whether a source of `role` may state this fact.
    pub fn check_authority(&self, role: Role) -> Result<(), AuthorityConflict> {
        let Some(domain) = self.domain() else { return Ok(()) };
        let owners = OWNERS.iter().find(|row| row.domain == domain).map_or(&[][..], |row| row.owners);
        match owners.first() {
            Some(&owner) if !owners.contains(&role) => {
                Err(AuthorityConflict { role, owner, kind: self.kind() })
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::Handled;

    #[test]
    fn an_erp_that_says_delivered_is_told_that_the_tms_owns_it() {
        let delivered =
            Fact::StopDelivered(Handled { stop: "2".into(), lines: vec![], left_with: None, raw_code: None });
        let conflict = delivered.check_authority(Role::Erp).expect_err("a conflict");
        assert_eq!(conflict.owner, Role::Tms);
        assert!(conflict.to_string().starts_with("the ERP does not own `stop.delivered`: the TMS does"));
        assert!(delivered.check_authority(Role::Tms).is_ok());
    }

    #[test]
    fn every_domain_has_exactly_one_row_in_the_owners_table() {
        for row in OWNERS {
            assert_eq!(OWNERS.iter().filter(|other| other.domain == row.domain).count(), 1);
        }
    }
}
