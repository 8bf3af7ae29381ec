//! The shipment as its events make it: what the customer tracks.

mod apply;
mod state;

pub use state::{
    Appointment, Approval, Cancelled, Case, CaseMessage, Decided, Delay, Eta, Hold, LastPosition, Refused,
    State, Stop, Tender, TenderState,
};

/// A shipment: its accepted events and what follows from them. Its number is the TMS's.
pub type Shipment = crate::fold::Folded<State>;
