//! What whoever has a share link may see: the customer's view of one shipment, without what is said between the customer and the
//! service desk. The type has no field for it (law 4, for a third audience).

use super::{CustomerEntry, CustomerHold, CustomerOrder, CustomerShipment, CustomerStop};
use crate::fact::Mode;
use crate::id::{Seq, ShipmentId};
use crate::reference::Reference;
use crate::shipment::LastPosition;
use crate::status::{Flags, Status};
use crate::time::{Moment, Window};
use serde::{Deserialize, Serialize};

/// A shipment as a share link shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedShipment {
    pub id: ShipmentId,
    pub number: String,
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    pub mode: Option<Mode>,
    pub carrier: Option<String>,
    pub orders: Vec<CustomerOrder>,
    pub references: Vec<Reference>,
    pub stops: Vec<CustomerStop>,
    pub promised: Option<Window>,
    pub eta: Option<Moment>,
    pub position: Option<LastPosition>,
    pub hold: Option<CustomerHold>,
    pub occurred_at: Option<Moment>,
    pub timeline: Vec<CustomerEntry>,
    pub notes: Vec<String>,
}

impl From<CustomerShipment> for SharedShipment {
    fn from(shipment: CustomerShipment) -> Self {
        Self {
            id: shipment.id,
            number: shipment.number,
            seq: shipment.seq,
            status: shipment.status,
            flags: shipment.flags,
            mode: shipment.mode,
            carrier: shipment.carrier,
            orders: shipment.orders,
            references: shipment.references,
            stops: shipment.stops,
            promised: shipment.promised,
            eta: shipment.eta,
            position: shipment.position,
            hold: shipment.hold,
            occurred_at: shipment.occurred_at,
            timeline: shipment.timeline,
            notes: shipment.notes,
        }
    }
}
