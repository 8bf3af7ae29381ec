//! How fast a source may send: a bucket of one second's worth of deliveries, kept as the moment at which it will be
//! full again. Never sleeps and never reads a clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The bucket of one source.
#[derive(Debug, Default)]
pub struct Bucket {
    /// Nanoseconds on the caller's steady clock.
    full_at: AtomicU64,
}

impl Bucket {
    /// Takes one delivery out at `now`, a time on a clock that never goes back. False when the source sends more than
    /// `per_second` on average and has used up a second's worth.
    pub fn take(&self, now: Duration, per_second: u32) -> bool {
        let second = 1_000_000_000;
        let now = u64::try_from(now.as_nanos()).unwrap_or(u64::MAX / 2);
        let one = second / u64::from(per_second.max(1));
        self.full_at
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |full_at| {
                let after = full_at.max(now) + one;
                (after <= now + second).then_some(after)
            })
            .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_may_send_a_seconds_worth_at_once_and_then_its_rate() {
        let bucket = Bucket::default();
        let at = Duration::from_millis;
        assert_eq!((0..25).filter(|_| bucket.take(at(5000), 10)).count(), 10);
        assert!(!bucket.take(at(5099), 10));
        assert!(bucket.take(at(5100), 10));
        assert!(!bucket.take(at(5100), 10));
        assert_eq!((0..25).filter(|_| bucket.take(at(9000), 10)).count(), 10);
    }
}
