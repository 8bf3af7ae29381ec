//! Which days the figures are of, and which they are compared with, as it stands in the address:
//! `/kpis?days=28&compare=year`.

use domain::kpi::{Day, Days};
use leptos::prelude::*;

/// How many days a window may have.
const LENGTHS: [i64; 3] = [7, 28, 90];

/// What a window is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The days right before it.
    Before,
    /// The same weekdays a year ago.
    Year,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub days: i64,
    pub comparison: Comparison,
}

impl Period {
    /// Words that name nothing known are as if they were not there.
    pub fn read(query: &str) -> Self {
        let value = |name: &str| {
            let pairs = query.trim_start_matches('?').split('&').filter_map(|pair| pair.split_once('='));
            let mut pairs = pairs.filter(|(key, _)| *key == name);
            pairs.next_back().map(|(_, value)| value)
        };
        let days = value("days").and_then(|days| days.parse().ok()).filter(|days| LENGTHS.contains(days));
        let comparison = if value("compare") == Some("year") { Comparison::Year } else { Comparison::Before };
        Self { days: days.unwrap_or(28), comparison }
    }

    fn href(self) -> String {
        let compare = match self.comparison {
            Comparison::Before => "before",
            Comparison::Year => "year",
        };
        format!("/kpis?days={}&compare={compare}", self.days)
    }

    /// The days up to today, and those that they are compared with.
    pub fn windows(self, today: Day) -> (Days, Days) {
        let window = Days::until(today, self.days);
        let back = match self.comparison {
            Comparison::Before => self.days,
            Comparison::Year => 364,
        };
        (window, window.earlier(back))
    }

    /// Links to the other windows and comparisons.
    pub fn choices(self, today: Day) -> AnyView {
        let link = |label: String, period: Self| {
            let current = (period == self).then_some("page");
            view! {
                <li>
                    <a href=period.href() aria-current=current>
                        {label}
                    </a>
                </li>
            }
        };
        let lengths = LENGTHS.map(|days| link(format!("{days} days"), Self { days, ..self })).collect_view();
        let before = Self { comparison: Comparison::Before, ..self };
        let year = Self { comparison: Comparison::Year, ..self };
        let (window, compared) = self.windows(today);
        view! {
            <nav class="period" aria-label="Window and comparison">
                <ul class="choices">{lengths}</ul>
                <ul class="choices">
                    {link("against the days before".to_owned(), before)}
                    {link("against a year ago".to_owned(), year)}
                </ul>
                <p class="period-days">
                    {format!("{} compared with {}, days in UTC", span(window), span(compared))}
                </p>
            </nav>
        }
        .into_any()
    }
}

/// `2 Nov to 9 Nov 2026`.
fn span(days: Days) -> String {
    let said = |day: Day, form| day.date().map_or(String::new(), |date| date.format(form).to_string());
    format!("{} to {}", said(days.first, "%-d %b"), said(days.last, "%-d %b %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_days_and_anything_else_is_the_usual_window() {
        let usual = Period { days: 28, comparison: Comparison::Before };
        assert_eq!(Period::read(""), usual);
        assert_eq!(Period::read("?days=100000&compare=never"), usual);
        let quarter = Period { days: 90, comparison: Comparison::Year };
        assert_eq!(Period::read("days=90&compare=year"), quarter);
        let (_, query) = quarter
            .href()
            .split_once('?')
            .map(|(path, query)| (path.to_owned(), query.to_owned()))
            .expect("a query");
        assert_eq!(Period::read(&query), quarter);
        let (window, compared) = usual.windows(Day(100));
        assert_eq!((window.first, window.last, compared.last), (Day(73), Day(100), Day(72)));
    }
}
