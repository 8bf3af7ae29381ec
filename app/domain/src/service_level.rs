//! Service levels: until when an exception is to be answered and resolved, in the hours in which its team works, and who hears of
//! it when that does not happen.

use crate::deadline::{Deadline, DeadlineKind};
use crate::exception::{Severity, ShipmentException};
use crate::party::Tier;
use crate::rulebook::Rulebook;
use crate::rules::Rule;
use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

/// Who hears of a breach, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
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

/// How long an answer and a resolution may take, by severity, which a customer's tier and an order's priority have raised
/// already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceLevel {
    pub severity: Severity,
    /// For shipments of this tier alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    pub response_minutes: u32,
    pub resolution_minutes: u32,
    /// Whether nights, weekends and holidays count as well.
    #[serde(default)]
    pub around_the_clock: bool,
}

/// No target is longer than so many minutes: four weeks.
const LONGEST: u32 = 40_320;

impl ServiceLevel {
    pub(crate) fn fault(&self) -> Option<String> {
        let (response, resolution) = (self.response_minutes, self.resolution_minutes);
        (response == 0 || resolution < response || resolution > LONGEST).then(|| {
            format!(
                "{response} minutes to answer and {resolution} to resolve: state 1 to {LONGEST}, and not less to resolve \
                 than to answer"
            )
        })
    }
}

/// People who work on exceptions, and when: on some days of the week, from and until an hour of their own zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Its name.
    pub team: String,
    /// The rules whose exceptions it takes; none are all that nobody else takes.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// IANA time zone, for example `Europe/Berlin`.
    pub zone: String,
    pub from_hour: u32,
    pub until_hour: u32,
    /// `Mon` to `Sun`.
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub days: Vec<Weekday>,
    /// Days that are free: `12-25` is one of every year, `2026-04-03` one of that year.
    #[serde(default)]
    pub holidays: Vec<String>,
}

impl Team {
    pub(crate) fn fault(&self) -> Option<String> {
        let name = self.team.chars().count();
        let unknown = self.holidays.iter().find(|day| {
            let date = if day.len() == 5 { format!("2000-{day}") } else { (*day).clone() };
            date.parse::<NaiveDate>().is_err()
        });
        if !(1..=40).contains(&name) {
            Some("a team's name has 1 to 40 characters".to_owned())
        } else if self.zone.parse::<Tz>().is_err() {
            Some(format!("`{}` is no IANA time zone: state one like `Europe/Berlin`", self.zone))
        } else if self.from_hour >= self.until_hour || self.until_hour > 24 {
            let (from, until) = (self.from_hour, self.until_hour);
            Some(format!("from {from} until {until} is no working day: state hours of 0 to 24"))
        } else if self.days.is_empty() {
            Some("it works on no day: state `days`".to_owned())
        } else {
            unknown.map(|day| format!("`{day}` is no holiday: state `12-25` or `2026-12-25`"))
        }
    }

    /// The working hours of a day; none on one that is free.
    fn hours(&self, zone: Tz, date: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
        let (of_year, of_all) = (date.to_string(), date.format("%m-%d").to_string());
        let is_free = !self.days.contains(&date.weekday())
            || self.holidays.iter().any(|day| *day == of_year || *day == of_all);
        let at = |hour| {
            let time = match hour {
                24 => date.checked_add_days(Days::new(1))?.and_time(NaiveTime::MIN),
                hour => date.and_time(NaiveTime::from_hms_opt(hour, 0, 0)?),
            };
            // Where the clocks skip that hour the day begins, or ends, when they go on.
            let quarters = (0..=8).map(|quarter| time + TimeDelta::minutes(15 * quarter));
            quarters
                .into_iter()
                .find_map(|time| zone.from_local_datetime(&time).earliest())
                .map(|at| at.to_utc())
        };
        (!is_free).then(|| Some((at(self.from_hour)?, at(self.until_hour)?))).flatten()
    }

    /// The moment after so much working time.
    fn after(&self, from: DateTime<Utc>, span: TimeDelta) -> DateTime<Utc> {
        let zone: Tz = self.zone.parse().unwrap_or(Tz::UTC);
        let mut left = span;
        let mut date = from.with_timezone(&zone).date_naive();
        // A target of fifty hours spans a week; a calendar without a working day in a year has no end anyway.
        for _ in 0..366 {
            if let Some((opens, closes)) = self.hours(zone, date) {
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

pub(crate) fn usual_levels() -> Vec<ServiceLevel> {
    let level = |severity, response_minutes, resolution_minutes, around_the_clock| ServiceLevel {
        severity,
        tier: None,
        response_minutes,
        resolution_minutes,
        around_the_clock,
    };
    vec![
        level(Severity::Critical, 30, 240, true),
        level(Severity::High, 60, 480, false),
        level(Severity::Medium, 240, 1_200, false),
        level(Severity::Low, 600, 3_000, false),
    ]
}

pub(crate) fn usual_teams() -> Vec<Team> {
    vec![Team {
        team: "Service desk".to_owned(),
        rules: Vec::new(),
        zone: "Europe/Berlin".to_owned(),
        from_hour: 8,
        until_hour: 18,
        days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        holidays: ["01-01", "05-01", "10-03", "12-25", "12-26"].map(str::to_owned).to_vec(),
    }]
}

/// Until when an exception that opens now is to be answered, and until when resolved, and by whom.
pub(crate) fn due(
    book: &Rulebook,
    rule: Rule,
    severity: Severity,
    tier: Tier,
    opened_at: DateTime<Utc>,
) -> Due {
    let fits =
        |level: &&ServiceLevel| level.severity == severity && level.tier.is_none_or(|wanted| wanted == tier);
    let level = book.service_levels.iter().rev().find(fits);
    let team = book.team(rule);
    let after = |minutes: fn(&ServiceLevel) -> u32| {
        let Some(level) = level else { return opened_at };
        let span = TimeDelta::minutes(i64::from(minutes(level)));
        match team.filter(|_| !level.around_the_clock) {
            Some(team) => team.after(opened_at, span),
            None => opened_at + span,
        }
    };
    Due {
        team: team.map(|team| team.team.clone()).unwrap_or_default(),
        respond_by: after(|level| level.response_minutes),
        resolve_by: after(|level| level.resolution_minutes),
    }
}

/// What is due of an exception, and of whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub team: String,
    pub respond_by: DateTime<Utc>,
    pub resolve_by: DateTime<Utc>,
}

/// What is due of an open exception, each moment that has passed left out by the caller.
pub fn deadlines(exception: &ShipmentException) -> Vec<Deadline> {
    // Nobody is chased for what was over long before it was told.
    if !exception.is_open() || exception.is_history {
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
            assert_eq!(
                usual_teams()[0].after(at(from), TimeDelta::hours(hours)),
                at(until),
                "{hours} h from {from}"
            );
        }
    }

    #[test]
    fn a_day_that_begins_or_ends_in_the_hour_that_the_clocks_skip_is_a_working_day() {
        let team = |zone: &str, from_hour, until_hour| Team {
            zone: zone.to_owned(),
            from_hour,
            until_hour,
            days: vec![Weekday::Fri, Weekday::Sun],
            holidays: Vec::new(),
            ..usual_teams()[0].clone()
        };
        // In Cairo the clocks go from 00:00 to 01:00 on Friday, 24 April 2026; in Berlin from 02:00 to 03:00 on Sunday, 29 March.
        let cairo = team("Africa/Cairo", 0, 24).after(at("2026-04-23T20:00:00Z"), TimeDelta::hours(2));
        assert_eq!(cairo, at("2026-04-24T00:00:00Z"), "from 22:00 UTC on");
        let begins = team("Europe/Berlin", 2, 6).after(at("2026-03-28T23:00:00Z"), TimeDelta::hours(1));
        assert_eq!(begins, at("2026-03-29T02:00:00Z"));
        let ends = team("Europe/Berlin", 0, 2).after(at("2026-03-28T23:00:00Z"), TimeDelta::hours(2));
        assert_eq!(ends, at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn what_is_critical_is_due_in_the_night_as_well() {
        let saturday = at("2026-06-06T22:00:00Z");
        let book = Rulebook::default();
        let by = |severity| due(&book, Rule::TenderRejected, severity, Tier::Standard, saturday).respond_by;
        assert_eq!(by(Severity::Critical), at("2026-06-06T22:30:00Z"));
        assert_eq!(by(Severity::High), at("2026-06-08T07:00:00Z"));
    }
}
