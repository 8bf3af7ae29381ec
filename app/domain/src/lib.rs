//! Freight without IO: the canonical events, the fold that turns them into shipments and orders, the rules that
//! decide on them, the redaction for customers and the types that travel to the browser. Nothing here reads a
//! clock, a file or a socket: `now` is always a parameter.

pub mod account;
pub mod authority;
pub mod charge;
pub mod consignment;
pub mod deadline;
pub mod event;
pub mod exception;
pub mod fact;
pub mod feed;
pub mod fold;
pub mod gate;
pub mod id;
pub mod journey;
pub mod kpi;
pub mod latency;
pub mod legs;
pub mod live;
pub mod measure;
pub mod message;
pub mod order;
pub mod party;
pub mod place;
pub mod redaction;
pub mod reference;
pub mod rulebook;
pub mod rules;
pub mod service_level;
pub mod shipment;
pub mod status;
pub mod subscription;
pub mod time;
pub mod tracked;
pub mod unreadable;
pub mod view;

pub use event::{Event, EventId};
pub use fact::Fact;
pub use id::{CustomerId, ExceptionId, OrderId, Seq, ShipmentId, SourceName};
pub use order::Order;
pub use shipment::Shipment;
pub use tracked::Tracked;
