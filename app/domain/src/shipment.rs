//! The shipment as its events make it: what the customer tracks.

mod apply;
mod plan;
mod positions;
mod state;

pub(crate) use plan::{is_same_city, is_same_place};
pub use positions::track;
pub use state::{
    Appointment, Approval, Attempted, Cancelled, Case, CaseMessage, Collection, Decided, Delay, Doubt, Ended,
    Eta, Handling, Hold, Implausible, LastPosition, NumberClash, Refused, State, Stop, Tender, TenderState,
};

/// A shipment: its accepted events and what follows from them. Its number is the TMS's.
pub type Shipment = crate::fold::Folded<State>;
