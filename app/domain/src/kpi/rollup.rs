//! Contributions and their sums. A shipment contributes to measures; rollups are sums of contributions, kept by
//! difference: minus what a shipment contributed before, plus what it contributes now. So a late correction restates
//! every figure that it touches, and rollups are always what a full recount would give.

use super::definition::{Dimension, Measure};
use super::minutes::{Bucket, quantile};
use crate::measure::{Currency, Money};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A day in UTC, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i64);

impl Day {
    pub fn of(moment: DateTime<Utc>) -> Self {
        Self(moment.timestamp().div_euclid(86_400))
    }

    /// The calendar's date; none beyond the calendar's end.
    pub fn date(self) -> Option<NaiveDate> {
        NaiveDate::default().checked_add_signed(TimeDelta::try_days(self.0)?)
    }
}

/// Days in a row, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Days {
    pub first: Day,
    pub last: Day,
}

impl Days {
    /// The `count` days up to `last`.
    pub fn until(last: Day, count: i64) -> Self {
        Self { first: Day(last.0 - count.max(1) + 1), last }
    }

    pub fn count(self) -> i64 {
        self.last.0 - self.first.0 + 1
    }

    /// As many days, `back` days earlier.
    #[must_use]
    pub fn earlier(self, back: i64) -> Self {
        Self { first: Day(self.first.0 - back), last: Day(self.last.0 - back) }
    }

    pub fn contain(self, day: Day) -> bool {
        (self.first..=self.last).contains(&day)
    }
}

/// Why something that the measure is about is in neither its numerator nor its denominator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exclusion {
    Cancelled,
    /// An exception went away before anybody answered it.
    ClearedUnanswered,
    /// What came late showed that nothing had been wrong.
    LateData,
    /// No cost was stated before the goods were picked up.
    NotQuoted,
    NoPromise,
    NotPlanned,
    /// What would have to be known was never stated.
    NotReported,
    /// The end was stated to be before the beginning.
    OutOfOrder,
}

impl Exclusion {
    pub const ALL: [Self; 8] = [
        Self::Cancelled,
        Self::ClearedUnanswered,
        Self::LateData,
        Self::NotQuoted,
        Self::NoPromise,
        Self::NotPlanned,
        Self::NotReported,
        Self::OutOfOrder,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::ClearedUnanswered => "cleared_unanswered",
            Self::LateData => "late_data",
            Self::NotQuoted => "not_quoted",
            Self::NoPromise => "no_promise",
            Self::NotPlanned => "not_planned",
            Self::NotReported => "not_reported",
            Self::OutOfOrder => "out_of_order",
        }
    }

    /// As people read it behind a number.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::ClearedUnanswered => "cleared before anybody answered",
            Self::LateData => "closed by late data: nothing had been wrong",
            Self::NotQuoted => "no cost stated before pickup",
            Self::NoPromise => "without a promise",
            Self::NotPlanned => "never planned",
            Self::NotReported => "not reported",
            Self::OutOfOrder => "end stated before the beginning",
        }
    }
}

/// What kind of addend a sum takes; sums of different parts never mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Counted,
    /// Numerator 0; the denominator counts what was left out.
    Excluded(Exclusion),
    /// A duration, by its length: the numerator is in minutes.
    Lasted(Bucket),
    /// Money: both are minor units.
    Of(Currency),
}

/// As stored: empty, `-no_promise`, `~12`, `EUR`.
impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Counted => Ok(()),
            Self::Excluded(exclusion) => write!(f, "-{}", exclusion.as_str()),
            Self::Lasted(bucket) => write!(f, "~{}", bucket.0),
            Self::Of(currency) => write!(f, "{currency}"),
        }
    }
}

/// Why a text is no part of a measure.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no part of a measure")]
pub struct BadPart(String);

impl FromStr for Part {
    type Err = BadPart;

    fn from_str(text: &str) -> Result<Self, BadPart> {
        let bad = || BadPart(text.to_owned());
        if let Some(word) = text.strip_prefix('-') {
            let exclusion = Exclusion::ALL.into_iter().find(|one| one.as_str() == word);
            exclusion.map(Self::Excluded).ok_or_else(bad)
        } else if let Some(number) = text.strip_prefix('~') {
            number.parse().map(|number| Self::Lasted(Bucket(number))).map_err(|_| bad())
        } else if text.is_empty() {
            Ok(Self::Counted)
        } else {
            Currency::try_from(text.to_owned()).map(Self::Of).map_err(|_| bad())
        }
    }
}

/// A numerator over a denominator: kept of promised, minutes of visits, money above of money quoted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub numerator: i64,
    pub denominator: i64,
}

impl Sums {
    pub fn is_zero(self) -> bool {
        self == Self::default()
    }

    #[must_use]
    fn plus(self, other: Self) -> Self {
        Self {
            numerator: self.numerator.saturating_add(other.numerator),
            denominator: self.denominator.saturating_add(other.denominator),
        }
    }

    #[must_use]
    pub fn negated(self) -> Self {
        Self { numerator: -self.numerator, denominator: -self.denominator }
    }
}

/// A member of a dimension as people read it and as it is told apart: `Alfa Freight (ALFA)`.
pub type Member = Arc<str>;

/// Where a contribution belongs, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    pub carrier: Option<Member>,
    pub lane: Option<Member>,
    pub location: Option<Member>,
    pub customer: Option<Member>,
}

impl Facets {
    fn of(&self, dimension: Dimension) -> Option<Member> {
        match dimension {
            Dimension::All => Some(Member::from("")),
            Dimension::Carrier => self.carrier.clone(),
            Dimension::Lane => self.lane.clone(),
            Dimension::Location => self.location.clone(),
            Dimension::Customer => self.customer.clone(),
        }
    }
}

/// What one fact adds to one measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contribution {
    pub measure: Measure,
    /// The day of the fact that decided it.
    pub day: Day,
    pub facets: Facets,
    pub part: Part,
    pub sums: Sums,
}

/// What has to be added to come from what something contributed before to what it contributes now. What stays the same,
/// which is nearly all of it, is left out.
pub fn differences<'a>(
    before: &'a [Contribution],
    after: &'a [Contribution],
) -> Vec<(&'a Contribution, Sums)> {
    let mut stays = vec![false; after.len()];
    let mut found = Vec::new();
    for gone in before {
        match (0..after.len()).find(|&place| !stays[place] && after[place] == *gone) {
            Some(place) => stays[place] = true,
            None => found.push((gone, gone.sums.negated())),
        }
    }
    found.extend(after.iter().zip(stays).filter(|(_, stays)| !stays).map(|(new, _)| (new, new.sums)));
    found
}

/// A sum that is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    pub measure: Measure,
    pub dimension: Dimension,
    pub day: Day,
    /// Empty for [`Dimension::All`].
    pub member: Member,
    pub part: Part,
}

/// Sums by cell; those that are zero are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rollup {
    sums: BTreeMap<Cell, Sums>,
}

impl Rollup {
    /// Takes out what something contributed before and adds what it contributes now.
    pub fn exchange(&mut self, before: &[Contribution], after: &[Contribution]) {
        for (contribution, sums) in differences(before, after) {
            self.add(contribution, sums);
        }
    }

    fn add(&mut self, contribution: &Contribution, sums: Sums) {
        let Contribution { measure, day, facets, part, .. } = contribution;
        for &dimension in measure.dimensions() {
            let Some(member) = facets.of(dimension) else { continue };
            // Percentiles are told of all; the members of a dimension have a mean each.
            let part = match part {
                Part::Lasted(_) if dimension != Dimension::All => Part::Counted,
                part => *part,
            };
            let cell = Cell { measure: *measure, dimension, day: *day, member, part };
            match self.sums.entry(cell) {
                std::collections::btree_map::Entry::Vacant(place) => {
                    place.insert(sums);
                }
                std::collections::btree_map::Entry::Occupied(mut place) => {
                    *place.get_mut() = place.get().plus(sums);
                    if place.get().is_zero() {
                        place.remove();
                    }
                }
            }
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&Cell, Sums)> {
        self.sums.iter().map(|(cell, sums)| (cell, *sums))
    }

    pub fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }
}

/// A measure over some days, for all or for one member of a dimension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figure {
    /// Money apart.
    pub sums: Sums,
    pub money: BTreeMap<Currency, Sums>,
    pub excluded: BTreeMap<Exclusion, i64>,
    lasted: BTreeMap<Bucket, i64>,
}

impl Figure {
    pub fn add(&mut self, part: Part, sums: Sums) {
        match part {
            Part::Counted => self.sums = self.sums.plus(sums),
            Part::Excluded(exclusion) => *self.excluded.entry(exclusion).or_default() += sums.denominator,
            Part::Lasted(bucket) => {
                self.sums = self.sums.plus(sums);
                *self.lasted.entry(bucket).or_default() += sums.denominator;
            }
            Part::Of(currency) => {
                let sum = self.money.entry(currency).or_default();
                *sum = sum.plus(sums);
            }
        }
    }

    /// Whether nothing was counted, whatever was left out.
    pub fn counts_nothing(&self) -> bool {
        self.sums.is_zero() && self.money.values().all(|sums| sums.is_zero())
    }

    /// Numerator over denominator; none where nothing was counted.
    pub fn value(&self) -> Option<f64> {
        (self.sums.denominator != 0).then(|| self.sums.numerator as f64 / self.sums.denominator as f64)
    }

    /// The duration in minutes that `share` of all did not exceed, to an eighth of its octave.
    pub fn quantile(&self, share: f64) -> Option<f64> {
        quantile(&self.lasted, share)
    }

    pub fn left_out(&self) -> i64 {
        self.excluded.values().sum()
    }

    /// The sums of each currency as money: what was above the quotes, and what was quoted.
    pub fn amounts(&self) -> impl Iterator<Item = (Money, Money)> {
        self.money.iter().map(|(&currency, sums)| {
            (Money { minor: sums.numerator, currency }, Money { minor: sums.denominator, currency })
        })
    }
}
