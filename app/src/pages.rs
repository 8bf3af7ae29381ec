//! One module a page. A page has one resource, its content takes the data and goes on from its position.

pub mod admin;
pub mod desk;
pub mod home;
pub mod integrations;
pub mod kpis;
pub mod notifications;
pub mod shipment;
pub mod shipments;
pub mod sign_in;
pub mod track;
