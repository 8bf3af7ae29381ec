//! The domain, told as stories: events in, what people read out; and its laws. One binary, so that it links once.

mod arithmetic;
mod arrival;
mod authority;
mod contract;
mod corpus;
mod corrections;
mod deadlines;
mod desk;
mod feeds;
mod journey;
mod kpis;
mod lives;
mod people;
mod quantities;
mod redaction;
mod redaction_law;
mod rulebook;
mod rules;
mod rules_on_the_way;
mod status;
mod stories;
mod subscriptions;
mod support;
mod timeline;
