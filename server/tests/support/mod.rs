//! What the tests of the running server share: servers and clocks, freight to tell them about, live clients.

#![allow(dead_code, reason = "every test file is a crate of its own and uses its own part")]

pub mod freight;
pub mod live;
pub mod process;
pub mod receiver;
pub mod server;

use std::time::Duration;

/// Nothing that a test waits for takes this long, unless it never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits for something that must come.
pub async fn soon<T>(what: &str, something: impl Future<Output = T>) -> T {
    let came = tokio::time::timeout(PATIENCE, something).await;
    came.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// Waits until a condition holds, looking again and again.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    soon(what, async {
        let mut looks = tokio::time::interval(Duration::from_millis(10));
        loop {
            looks.tick().await;
            if holds().await {
                return;
            }
        }
    })
    .await;
}
