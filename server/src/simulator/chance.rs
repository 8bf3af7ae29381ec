//! Dice that fall the same way for the same seed and life. Reads no entropy of the machine.

use chrono::TimeDelta;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::ops::RangeInclusive;

/// The dice of one life: every life has its own stream of one seed, so lives can be told in any order.
pub(super) struct Chance(ChaCha8Rng);

impl Chance {
    pub fn of(seed: u64, life: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        rng.set_stream(life);
        Self(rng)
    }

    pub fn number(&mut self, range: RangeInclusive<i64>) -> i64 {
        self.0.random_range(range)
    }

    /// A place in a list of `length`, which must not be empty.
    pub fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length)
    }

    pub fn minutes(&mut self, range: RangeInclusive<i64>) -> TimeDelta {
        TimeDelta::seconds(self.number(range.start() * 60..=range.end() * 60))
    }

    pub fn hours(&mut self, range: RangeInclusive<i64>) -> TimeDelta {
        self.minutes(range.start() * 60..=range.end() * 60)
    }

    /// Whether something that happens so many times in a thousand happens now.
    pub fn happens(&mut self, per_mille: u32) -> bool {
        self.0.random_ratio(per_mille.min(1000), 1000)
    }

    /// One of `choices`, each as likely as the others; there must be one.
    pub fn pick<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.index(choices.len())]
    }

    /// One of `choices`, each as likely as its weight says; the weights must not all be 0.
    pub fn weighted<'a, T>(&mut self, choices: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let mut left = self.0.random_range(0..choices.iter().map(&weight).sum::<u32>());
        for choice in choices {
            match left.checked_sub(weight(choice)) {
                Some(rest) => left = rest,
                None => return choice,
            }
        }
        &choices[choices.len() - 1]
    }
}
