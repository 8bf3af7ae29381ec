//! Medians and percentiles of what was measured.

use std::time::Duration;

/// Values of one kind; spans of time in milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Sample {
    values: Vec<f64>,
}

impl Sample {
    pub fn add(&mut self, span: Duration) {
        self.push(span.as_secs_f64() * 1000.0);
    }

    pub fn push(&mut self, value: f64) {
        self.values.push(value);
    }

    pub fn extend(&mut self, other: Self) {
        self.values.extend(other.values);
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// The value below which the share `quantile` (0 to 1) of all values lies; 0 of nothing.
    pub fn at(&self, quantile: f64) -> f64 {
        let mut values = self.values.clone();
        values.sort_unstable_by(f64::total_cmp);
        let rank = (values.len() as f64 * quantile).ceil() as usize;
        values.get(rank.saturating_sub(1)).or(values.last()).copied().unwrap_or_default()
    }

    pub fn median(&self) -> f64 {
        self.at(0.5)
    }

    /// As people read it: `p50 1.20 ms, p99 3.40 ms`.
    pub fn formatted(&self) -> String {
        format!("p50 {:.2} ms, p99 {:.2} ms", self.at(0.5), self.at(0.99))
    }
}

/// A count a second, as people read it: `12,345/s`.
pub fn rate(value: f64) -> String {
    format!("{}/s", thousands(value.round() as u64))
}

/// `1234567` as `1,234,567`.
pub fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_measured() {
        let mut sample = Sample::default();
        (1..=200).rev().for_each(|value| sample.push(f64::from(value)));
        let found = [0.0, 0.5, 0.99, 1.0].map(|quantile| sample.at(quantile) as u64);
        assert_eq!(found, [1, 100, 198, 200]);
        assert_eq!(Sample::default().median() as u64, 0);
    }

    #[test]
    fn counts_are_grouped_by_thousands() {
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
