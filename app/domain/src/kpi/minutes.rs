//! Durations in minutes, sorted into buckets that can be added up: exact below 8, then eight to an octave, so a
//! percentile is off by a sixteenth at most.

use std::collections::BTreeMap;

/// A span of durations; see [`Bucket::of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bucket(pub u8);

impl Bucket {
    /// The bucket of a duration of `minutes`; what lasts longer than 4,000 years lasts as long.
    pub fn of(minutes: i64) -> Self {
        let minutes = minutes.clamp(0, i64::from(i32::MAX)) as u32;
        let Some(octave) = minutes.checked_ilog2().filter(|octave| *octave >= 3) else {
            return Self(minutes as u8);
        };
        let eighth = (minutes >> (octave - 3)) & 7;
        Self(((octave - 2) * 8 + eighth) as u8)
    }

    /// The shortest duration in it, in minutes.
    pub fn from(self) -> u64 {
        let (octave, eighth) = (u64::from(self.0 / 8), u64::from(self.0 % 8));
        if octave == 0 { eighth } else { (8 + eighth) << (octave - 1) }
    }

    /// The shortest duration beyond it, in minutes.
    pub fn to(self) -> u64 {
        let octave = u64::from(self.0 / 8);
        self.from() + (1 << octave.saturating_sub(1))
    }
}

/// The duration that `share` of all did not exceed, as if the durations of a bucket lay evenly in it.
pub(super) fn quantile(counts: &BTreeMap<Bucket, i64>, share: f64) -> Option<f64> {
    let all: i64 = counts.values().sum();
    if all <= 0 {
        return None;
    }
    let rank = share.clamp(0.0, 1.0) * all as f64;
    let mut below = 0.0;
    let mut last = None;
    for (bucket, &count) in counts.iter().filter(|(_, count)| **count > 0) {
        let count = count as f64;
        // Whole minutes: a bucket one minute wide is that minute.
        let (from, width) = (bucket.from() as f64, (bucket.to() - bucket.from() - 1) as f64);
        if below + count >= rank {
            return Some(from + width * ((rank - below) / count));
        }
        below += count;
        last = Some(from + width);
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_duration_lies_in_its_bucket_and_buckets_follow_each_other() {
        for minutes in (0..5_000).chain([43_200, 525_600, i64::from(i32::MAX)]) {
            let bucket = Bucket::of(minutes);
            assert!((bucket.from()..bucket.to()).contains(&(minutes as u64)), "{minutes} in {bucket:?}");
        }
        for number in 0..230 {
            assert_eq!(Bucket(number).to(), Bucket(number + 1).from());
        }
        assert_eq!(Bucket::of(-5), Bucket(0));
        assert_eq!(Bucket::of(i64::MAX), Bucket::of(i64::from(i32::MAX)));
    }

    #[test]
    fn a_percentile_is_read_from_the_bucket_that_holds_it() {
        // 1, 2, 3, 4 minutes and one of 100 to 103, a bucket of eight: 96 to 103.
        let counts: BTreeMap<Bucket, i64> =
            [1, 2, 3, 4, 100].into_iter().map(|minutes| (Bucket::of(minutes), 1)).collect();
        assert_eq!(quantile(&counts, 0.5), Some(3.0));
        assert_eq!(quantile(&counts, 0.8), Some(4.0));
        assert_eq!(quantile(&counts, 1.0), Some(103.0));
        assert_eq!(quantile(&BTreeMap::new(), 0.5), None);
    }
}
