//! Service levels: until when an exception is to be answered and resolved, in the hours in which its team works, and who hears of
//! it when that does not happen.

use crate::deadline::{Deadline, DeadlineKind};
use crate::exception::{Severity, ShipmentException};
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Who hears of a breach, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Nobody has answered in time.
    Desk,
    /// It was not resolved in time.
    TeamLead,
    /// Nor in half as much time again.
    Manager,
}

impl Level {
    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Desk => "the service desk",
            Self::TeamLead => "the team lead",
            Self::Manager => "the manager",
        }
    }

    /// What was due when it came to this.
    pub fn breached(self) -> &'static str {
        match self {
            Self::Desk => "nobody answered in time",
            Self::TeamLead => "it was not resolved in time",
            Self::Manager => "it is still not resolved",
        }
    }
}

/// That it came to a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub level: Level,
    pub at: DateTime<Utc>,
}

/// How long an answer and a resolution may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    pub response: TimeDelta,
    pub resolution: TimeDelta,
    /// Whether nights and weekends count as well.
    pub around_the_clock: bool,
}

/// By severity, which a customer's tier and an order's priority have raised already.
pub fn target(severity: Severity) -> Target {
    let (response, resolution, around_the_clock) = match severity {
        Severity::Critical => (TimeDelta::minutes(30), TimeDelta::hours(4), true),
        Severity::High => (TimeDelta::hours(1), TimeDelta::hours(8), false),
        Severity::Medium => (TimeDelta::hours(4), TimeDelta::hours(20), false),
        Severity::Low => (TimeDelta::hours(10), TimeDelta::hours(50), false),
    };
    Target { response, resolution, around_the_clock }
}

/// When a team works: on weekdays, from and until an hour of its own zone, holidays left out.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    pub zone: Tz,
    pub from: u32,
    pub until: u32,
    /// Months and days of every year.
    pub holidays: &'static [(u32, u32)],
}

/// The service desk's.
pub const DESK: Calendar = Calendar {
    zone: chrono_tz::Europe::Berlin,
    from: 8,
    until: 18,
    holidays: &[(1, 1), (5, 1), (10, 3), (12, 25), (12, 26)],
};

impl Calendar {
    /// The working hours of a day; none on one that is free.
    fn hours(&self, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let is_free = matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
            || self.holidays.contains(&(date.month(), date.day()));
        let at = |hour| {
            let time = NaiveTime::from_hms_opt(hour, 0, 0)?;
            Some(self.zone.from_local_datetime(&date.and_time(time)).earliest()?.to_utc())
        };
        (!is_free).then(|| Some((at(self.from)?, at(self.until)?))).flatten()
    }

    /// The moment after so much working time.
    pub fn after(&self, from: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
        let mut left = span;
        let mut date = from.with_timezone(&self.zone).date_naive();
        // A target of fifty hours spans a week; a calendar without a working day in a year has no end anyway.
        for _ in 0..366 {
            if let Some((opens, closes)) = self.hours(date) {
                let begins = from.max(opens);
                if begins < closes {
                    let open = closes - begins;
                    if left <= open {
                        return begins + left;
                    }
                    left -= open;
                }
            }
            let Some(next) = date.checked_add_days(Days::new(1)) else { break };
            date = next;
        }
        from + span
    }
}

/// Until when an exception that opens now is to be answered, and until when resolved.
pub fn due(severity: Severity, opened_at: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let Target { response, resolution, around_the_clock } = target(severity);
    if around_the_clock {
        (opened_at + response, opened_at + resolution)
    } else {
        (DESK.after(opened_at, response), DESK.after(opened_at, resolution))
    }
}

/// What is due of an open exception, each moment that has passed left out by the caller.
pub fn deadlines(exception: &ShipmentException) -> Vec<Deadline> {
    if !exception.is_open() {
        return Vec::new();
    }
    let wait = |deadline, due_at: DateTime<Utc>| Deadline {
        deadline,
        stop: exception.id.to_string(),
        due_at: due_at.fixed_offset(),
    };
    let last = exception.resolve_by + (exception.resolve_by - exception.opened_at) / 2;
    let response = (!exception.is_answered()).then(|| wait(DeadlineKind::Response, exception.respond_by));
    let resolution =
        [wait(DeadlineKind::Resolution, exception.resolve_by), wait(DeadlineKind::LastResort, last)];
    response.into_iter().chain(resolution).collect()
}

/// The level that a deadline which passed brings an exception to, if it is one of those.
pub fn level(kind: DeadlineKind) -> Option<Level> {
    match kind {
        DeadlineKind::Response => Some(Level::Desk),
        DeadlineKind::Resolution => Some(Level::TeamLead),
        DeadlineKind::LastResort => Some(Level::Manager),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn working_time_leaves_out_nights_weekends_and_holidays_and_keeps_to_the_clock_on_the_wall() {
        for (from, hours, until) in [
            // A Tuesday in summer: 08:00 in Berlin is 06:00 UTC.
            ("2026-06-02T06:00:00Z", 4, "2026-06-02T10:00:00Z"),
            ("2026-06-02T03:00:00Z", 4, "2026-06-02T10:00:00Z"),
            // Over night: two hours before 18:00, two after 08:00.
            ("2026-06-02T14:00:00Z", 4, "2026-06-03T08:00:00Z"),
            // From a Friday evening and from a Sunday.
            ("2026-06-05T15:00:00Z", 2, "2026-06-08T07:00:00Z"),
            ("2026-06-07T12:00:00Z", 2, "2026-06-08T08:00:00Z"),
            // Over the end of summer time, 25 October: 08:00 is 07:00 UTC then.
            ("2026-10-23T15:00:00Z", 2, "2026-10-26T08:00:00Z"),
            // Over Christmas, a Friday and a Saturday.
            ("2026-12-24T16:00:00Z", 2, "2026-12-28T08:00:00Z"),
            ("2026-06-01T06:00:00Z", 50, "2026-06-05T16:00:00Z"),
        ] {
            assert_eq!(DESK.after(at(from), TimeDelta::hours(hours)), at(until), "{hours} h from {from}");
        }
    }

    #[test]
    fn what_is_critical_is_due_in_the_night_as_well() {
        let saturday = at("2026-06-06T22:00:00Z");
        assert_eq!(due(Severity::Critical, saturday).0, at("2026-06-06T22:30:00Z"));
        assert_eq!(due(Severity::High, saturday).0, at("2026-06-08T07:00:00Z"));
    }
}
