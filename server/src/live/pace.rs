//! How fast one socket may ask: as a page does, in bursts when it opens and seldom afterwards.

use std::time::Duration;
use tokio::time::Instant;

/// What may be asked for at once.
const BURST: f64 = 128.0;
/// And in each second afterwards.
const A_SECOND: f64 = 16.0;

/// A bucket of what may still be asked for; below nothing it says how long to wait.
#[derive(Debug)]
pub struct Pace {
    left: f64,
    at: Instant,
}

impl Pace {
    pub fn new(now: Instant) -> Self {
        Self { left: BURST, at: now }
    }

    /// Takes so much. How long to wait before it is given.
    pub fn wait(&mut self, asked: usize, now: Instant) -> Duration {
        let gained = now.saturating_duration_since(self.at).as_secs_f64() * A_SECOND;
        self.left = (self.left + gained).min(BURST) - asked as f64;
        self.at = now;
        Duration::from_secs_f64((-self.left / A_SECOND).max(0.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_never_waits_and_a_flood_does() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.wait(65, start), Duration::ZERO);
        let page = (1..600).map(|ping| pace.wait(3, start + Duration::from_secs(ping)));
        assert_eq!(page.max(), Some(Duration::ZERO), "three things a second");
        let later = start + Duration::from_mins(10);
        let flood: Duration = (0..1_000).map(|_| pace.wait(1, later)).max().unwrap_or_default();
        assert!(flood > Duration::from_secs(50), "{flood:?}");
    }
}
