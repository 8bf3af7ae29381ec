//! What is let pass before a rule fires: each a number with its unit, the range that makes sense, and what it means.

use crate::time::format_span;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// A limit as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitRow {
    /// As in the file.
    pub name: &'static str,
    pub label: &'static str,
    pub value: u32,
}

impl LimitRow {
    /// The value with its unit: `2 h 00 min`, `10 %`, `50.00`.
    pub fn formatted(&self) -> String {
        if self.name.ends_with("_minutes") {
            format_span(TimeDelta::minutes(i64::from(self.value)))
        } else if self.name.ends_with("_percent") {
            format!("{} %", self.value)
        } else if self.name.ends_with("_shipment") || self.name.ends_with("_invoice") {
            if self.value == 1 { "yes" } else { "no" }.to_owned()
        } else {
            format!("{}.{:02}", self.value / 100, self.value % 100)
        }
    }
}

macro_rules! limits {
    ($($(#[doc = $doc:literal])* $name:ident: $usual:literal in $least:literal..=$most:literal, $label:literal;)*) => {
        /// Every limit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        // A file from before there was a limit goes by what is usual.
        #[serde(deny_unknown_fields, default)]
        pub struct Limits {
            $($(#[doc = $doc])* pub $name: u32,)*
        }

        /// Some limits; the others stay as they are.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(deny_unknown_fields)]
        pub struct SomeLimits {
            $($(#[doc = $doc])* #[serde(default, skip_serializing_if = "Option::is_none")] pub $name: Option<u32>,)*
        }

        impl Default for Limits {
            fn default() -> Self {
                Self::USUAL
            }
        }

        impl Limits {
            pub(super) const USUAL: Self = Self { $($name: $usual,)* };

            pub(super) fn with(self, some: &SomeLimits) -> Self {
                Self { $($name: some.$name.unwrap_or(self.$name),)* }
            }

            pub fn rows(&self) -> Vec<LimitRow> {
                self.into_some().rows()
            }

            pub(super) fn into_some(self) -> SomeLimits {
                SomeLimits { $($name: Some(self.$name),)* }
            }
        }

        impl SomeLimits {
            /// Those that are stated.
            pub fn rows(&self) -> Vec<LimitRow> {
                let rows = [$(self.$name.map(|value| LimitRow { name: stringify!($name), label: $label, value }),)*];
                rows.into_iter().flatten().collect()
            }

            /// What is out of range, a sentence each.
            pub(super) fn faults(&self) -> Vec<String> {
                let mut faults = Vec::new();
                $(if let Some(value) = self.$name && !($least..=$most).contains(&value) {
                    faults.push(format!(
                        "`{}` is {value}: state {} to {}",
                        stringify!($name), $least, $most
                    ));
                })*
                faults
            }
        }
    };
}

limits! {
    /// How long after the end of its window a pickup counts as missed.
    pickup_grace_minutes: 60 in 0..=10_080, "Grace after a pickup's window";
    /// How long after the end of its window a departure counts as late.
    departure_grace_minutes: 60 in 0..=10_080, "Grace after a departure's window";
    /// How long after the end of its window an arrival at a booked dock counts as missed.
    arrival_grace_minutes: 60 in 0..=10_080, "Grace after a booked dock's window";
    /// How long a truck may stand at a stop for free.
    dwell_minutes: 120 in 1..=43_200, "Free time of a truck at a stop";
    /// How long a carrier may take to answer a tender that does not say.
    tender_answer_minutes: 120 in 1..=43_200, "Time to answer a tender that states no expiry";
    /// How long after a delivery its proof is due.
    pod_minutes: 1_440 in 1..=129_600, "Time to prove a delivery";
    /// How long a shipment on its way may say nothing, from the end of the hour in which it was last heard: a deadline that
    /// moved with every position would cost a write each.
    news_minutes: 1_440 in 60..=129_600, "Silence of a shipment on its way";
    /// How long nothing may come from a source at all.
    feed_silent_minutes: 60 in 1..=43_200, "Silence of a whole feed";
    /// How long master data may be missing that a source names.
    master_data_minutes: 60 in 1..=129_600, "Time until master data has to be there";
    /// How far after the end of its promise a delivery may be expected before anybody is bothered: estimates move by
    /// minutes with every report.
    eta_tolerance_minutes: 15 in 0..=10_080, "Expected after the promise";
    /// How long before its promise begins a delivery still is on time; 0 lets any pass that comes early.
    early_minutes: 0 in 0..=129_600, "Early, before the promise (none: any is on time)";
    /// How much more than quoted is let pass, in percent of the quote.
    charge_percent: 10 in 0..=100, "Charge above its quote, as a part of it";
    /// How much more than quoted is let pass in any case, in the hundredth part of the currency.
    charge_minor: 5_000 in 0..=100_000_000, "Charge above its quote, in any case";
    /// 1: a charge over tolerance keeps the invoices of the orders on its shipment back; 0: it is the carrier's matter alone.
    charge_holds_invoice: 1 in 0..=1, "A charge over tolerance holds the invoice";
    /// 1: what a shipment carries of an order is invoiced as soon as it is proven there; 0: the order at once, when all of it is.
    release_by_shipment: 0 in 0..=1, "Invoices leave shipment by shipment";
}
