//! Syncline's server: intake, live delivery, pages and the command line around the store.

// Pages are typed as deep as their markup is nested.
#![recursion_limit = "512"]

pub mod answer;
pub mod assets;
pub mod auth;
mod background;
pub mod cli;
pub mod client;
pub mod clock;
pub mod config;
pub mod contracts;
pub mod deadlines;
pub mod demo;
pub mod display;
mod endpoints;
mod export;
pub mod feeds;
mod form;
pub mod gates;
pub mod hold;
pub mod intake;
pub mod listen;
pub mod live;
mod messages;
pub mod metrics;
pub mod outbox;
pub mod own;
pub mod pages;
pub mod places;
pub mod router;
pub mod security;
pub mod serve;
pub mod simulator;
pub mod site;
pub mod state;
mod subscriptions;
mod views;
mod work;
