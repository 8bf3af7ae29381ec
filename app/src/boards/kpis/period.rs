//! Which days the figures are of, which they are compared with, and how the board is shown, as it stands in the address:
//! `/kpis?days=28&compare=year`, `/kpis?from=2026-11-01&to=2026-11-07`, `&paused`, `&wall`.

use chrono::{DateTime, NaiveDate, Utc};
use domain::kpi::{Day, Days};
use leptos::prelude::*;

/// How many days a window up to today may have.
const LENGTHS: [i64; 5] = [1, 7, 28, 30, 90];
/// How many days a window between two dates may have: two years.
const LONGEST: i64 = 731;

/// What a window is compared with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// The days right before it.
    Before,
    /// The same weekdays a year ago.
    Year,
}

/// The days themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// So many, up to today.
    UpToToday(i64),
    Between(Days),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    pub span: Span,
    pub comparison: Comparison,
    /// Whether the board stands still until somebody looks again.
    pub is_paused: bool,
    /// Whether it hangs on a wall: the figures that matter, large, and nothing else.
    pub is_wall: bool,
    /// Whether the address asks for days that can't be shown, so that these are others.
    pub is_other: bool,
}

/// The value of a name in a query; the last one counts.
pub fn value<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let pairs = query.trim_start_matches('?').split('&');
    let mut pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.rfind(|(key, _)| *key == name).map(|(_, value)| value)
}

impl Period {
    /// Words that name nothing known are as if they were not there.
    pub fn read(query: &str) -> Self {
        let day = |name| value(query, name)?.parse::<NaiveDate>().ok().map(of_date);
        let between = day("from").zip(day("to")).map(|(first, last)| Days { first, last });
        let between = between.filter(|days| (1..=LONGEST).contains(&days.count()));
        let asked = value(query, "days");
        let days_read: Option<i64> =
            asked.and_then(|days| days.parse().ok()).filter(|days| LENGTHS.contains(days));
        let days = days_read.unwrap_or(28);
        let comparison =
            if value(query, "compare") == Some("year") { Comparison::Year } else { Comparison::Before };
        Self {
            span: between.map_or(Span::UpToToday(days), Span::Between),
            comparison,
            is_paused: value(query, "paused").is_some(),
            is_wall: value(query, "wall").is_some(),
            is_other: between.is_none() && ["from", "to"].iter().any(|name| value(query, name).is_some())
                || asked.is_some() && days_read.is_none(),
        }
    }

    /// The address's query that says the same, for links that add to it.
    pub fn query(self) -> String {
        let compare = match self.comparison {
            Comparison::Before => "before",
            Comparison::Year => "year",
        };
        let span = match self.span {
            Span::UpToToday(days) => format!("days={days}"),
            Span::Between(days) => format!("from={}&to={}", date(days.first), date(days.last)),
        };
        let paused = if self.is_paused { "&paused" } else { "" };
        let wall = if self.is_wall { "&wall" } else { "" };
        format!("{span}&compare={compare}{paused}{wall}")
    }

    fn href(self) -> String {
        format!("/kpis?{}", self.query())
    }

    /// The window, and the days that it is compared with.
    pub fn windows(self, today: Day) -> (Days, Days) {
        let window = match self.span {
            Span::UpToToday(days) => Days::until(today, days),
            Span::Between(days) => days,
        };
        let back = match self.comparison {
            Comparison::Before => window.count(),
            Comparison::Year => 364,
        };
        (window, window.earlier(back))
    }

    /// Links to the other windows, comparisons and ways to show them.
    pub fn choices(self, now: DateTime<Utc>) -> AnyView {
        let link = |label: String, period: Self| {
            let period = Self { is_other: false, ..period };
            let current = (period == self).then_some("page");
            view! {
                <li>
                    <a href=period.href() aria-current=current>
                        {label}
                    </a>
                </li>
            }
        };
        let lengths = LENGTHS.map(|days| {
            let label = if days == 1 { "Today".to_owned() } else { format!("{days} days") };
            link(label, Self { span: Span::UpToToday(days), ..self })
        });
        let before = Self { comparison: Comparison::Before, ..self };
        let year = Self { comparison: Comparison::Year, ..self };
        let (window, compared) = self.windows(Day::of(now));
        let (is_paused, is_wall) = (self.is_paused, self.is_wall);
        let said = if is_paused { "Go on live" } else { "Pause" };
        view! {
            <nav class="period" aria-label="Window and comparison">
                <ul class="choices">{lengths.collect_view()}</ul>
                <ul class="choices">
                    {link("against the days before".to_owned(), before)}
                    {link("against a year ago".to_owned(), year)}
                </ul>
                <form class="between" method="get" action="/kpis">
                    <label>"From" <input type="date" name="from" value=date(window.first) required /></label>
                    <label>"to" <input type="date" name="to" value=date(window.last) required /></label>
                    <button class="quiet">"Show"</button>
                </form>
                <ul class="choices">
                    <li>
                        <a href=Self { is_paused: !is_paused, ..self }.href()>{said}</a>
                    </li>
                    <li>
                        <a href=Self { is_wall: !is_wall, ..self }.href()>
                            {if is_wall { "Leave the wallboard" } else { "Wallboard" }}
                        </a>
                    </li>
                </ul>
                {self.is_other.then(|| view! {
                    <p class="correction">
                        "The days that the address asks for can't all be shown: the first comes before the last, two years at most, and a number of days is one of those above. Shown are those below."
                    </p>
                })}
                <p class="period-days">
                    {format!(
                        "{} compared with {}. Days are those of UTC, where it is {} now.",
                        format_days(window),
                        format_days(compared),
                        now.format("%H:%M"),
                    )}
                    <span data-clock=""></span>
                    {is_paused.then_some(" Paused: nothing here changes until you go on.")}
                </p>
            </nav>
        }
        .into_any()
    }
}

/// A day's date as addresses have it.
pub fn date(day: Day) -> String {
    day.date().map(|date| date.to_string()).unwrap_or_default()
}

fn of_date(date: NaiveDate) -> Day {
    Day((date - NaiveDate::default()).num_days())
}

/// `2 Nov to 9 Nov 2026`.
pub fn format_days(days: Days) -> String {
    let said = |day: Day, form| day.date().map_or(String::new(), |date| date.format(form).to_string());
    if days.first == days.last {
        return said(days.first, "%-d %b %Y");
    }
    format!("{} to {}", said(days.first, "%-d %b"), said(days.last, "%-d %b %Y"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_which_days_and_anything_else_is_the_usual_window() {
        let usual = Period {
            span: Span::UpToToday(28),
            comparison: Comparison::Before,
            is_paused: false,
            is_wall: false,
            is_other: false,
        };
        assert_eq!(Period::read(""), usual);
        // What can't be shown is said to be something else.
        for query in ["?days=100000&compare=never", "from=2026-11-07&to=2026-11-01", "from=x&to=2026-11-01"] {
            assert_eq!(Period::read(query), Period { is_other: true, ..usual }, "{query}");
        }
        let quarter = Period { span: Span::UpToToday(90), comparison: Comparison::Year, ..usual };
        assert_eq!(Period::read("days=90&compare=year"), quarter);
        let week = Days { first: Day(20_393), last: Day(20_399) };
        let between = Period { span: Span::Between(week), is_paused: true, is_wall: true, ..usual };
        assert_eq!(between.query(), "from=2025-11-01&to=2025-11-07&compare=before&paused&wall");
        for period in [usual, quarter, between] {
            assert_eq!(Period::read(&period.query()), period);
        }
        let (window, compared) = usual.windows(Day(100));
        assert_eq!((window.first, window.last, compared.last), (Day(73), Day(100), Day(72)));
        assert_eq!(between.windows(Day(0)).1, Days { first: Day(20_386), last: Day(20_392) });
    }
}
