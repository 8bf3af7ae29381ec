//! The security log: who came in, who was refused, and what people did that others may have to explain later. One line each, with
//! the target `security`, and never a secret. `--log-format json` makes each a JSON object.

use crate::client::{ClientAddress, user_agent};
use axum::http::HeaderMap;
use std::net::IpAddr;

/// What all these lines are found by, in a filter (`SYNCLINE_LOG=security=info`) and in the log.
pub const TARGET: &str = "security";

/// Who did something, from where, with what.
#[derive(Clone, Debug)]
pub struct Who {
    /// Empty for strangers. What somebody typed stands here too, cut short.
    account: String,
    address: IpAddr,
    user_agent: String,
}

impl Who {
    pub fn new(account: &str, ClientAddress(address): ClientAddress, headers: &HeaderMap) -> Self {
        let account = account.chars().take(100).collect();
        Self { account, address, user_agent: user_agent(headers) }
    }

    /// Something that was done.
    pub fn did(&self, event: &'static str, what: &str) {
        let Self { account, address, user_agent } = self;
        tracing::info!(target: TARGET, event, account, %address, user_agent, what);
    }

    /// Something that was not done, and why.
    pub fn was_refused(&self, event: &'static str, why: &str) {
        let Self { account, address, user_agent } = self;
        tracing::warn!(target: TARGET, event, account, %address, user_agent, why);
    }
}
