//! `/live`: one frame made once per audience, pushed to as many sockets as look at it. DESIGN section 5, *Live*.

mod answer;
mod client;
mod hub;
mod pace;
mod passages;
mod socket;
mod topics;

pub use hub::Hub;
pub use socket::{Access, upgrade};
