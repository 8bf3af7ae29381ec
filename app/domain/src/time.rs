//! Time as data: moments keep the offset that the source stated, windows know when they are met.

use chrono::{DateTime, FixedOffset, TimeDelta};
use serde::{Deserialize, Serialize};

/// A moment on a source's clock, with its UTC offset as stated. Equality and order are those of the instant.
pub type Moment = DateTime<FixedOffset>;

/// A span that somebody planned or promised, both ends included: `{"from": …, "to": …}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "RawWindow")]
pub struct Window {
    pub from: Moment,
    /// Not before `from`.
    pub to: Moment,
}

/// A span that somebody planned or promised, both ends included: `{"from": …, "to": …}`.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Window"))]
struct RawWindow {
    from: Moment,
    /// Not before `from`.
    to: Moment,
}

impl TryFrom<RawWindow> for Window {
    type Error = String;

    fn try_from(RawWindow { from, to }: RawWindow) -> Result<Self, String> {
        if from <= to {
            Ok(Self { from, to })
        } else {
            Err(format!(
                "the window ends at {} before it begins at {}: swap `from` and `to`",
                to.to_rfc3339(),
                from.to_rfc3339()
            ))
        }
    }
}

impl Window {
    /// Where a moment falls: minutes early are negative, late positive, within the window 0.
    pub fn minutes_off(&self, at: Moment) -> i64 {
        if at < self.from {
            (at - self.from).num_minutes()
        } else if at > self.to {
            (at - self.to).num_minutes()
        } else {
            0
        }
    }
}

/// Time that a truck stood at a stop: departure minus arrival as instants, whatever the clocks on the wall did.
pub fn dwell(arrived_at: Moment, departed_at: Moment) -> TimeDelta {
    departed_at - arrived_at
}

/// A moment on the clock that its source stated, `24 Nov 01:54 UTC+1`.
pub fn format_moment(moment: Moment) -> String {
    format!("{} {}", moment.format("%-d %b %H:%M"), format_offset(moment))
}

/// `UTC`, `UTC+2` or `UTC+5:30`.
pub fn format_offset(moment: Moment) -> String {
    let minutes = moment.offset().local_minus_utc() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => "UTC".to_owned(),
        (hours, 0) => format!("UTC{sign}{hours}"),
        (hours, minutes) => format!("UTC{sign}{hours}:{minutes:02}"),
    }
}

/// A span as people say it: `45 min`, `3 h 05 min`, `2 d 4 h`.
pub fn format_span(span: TimeDelta) -> String {
    let minutes = span.num_minutes().abs();
    let sign = if span < TimeDelta::zero() { "-" } else { "" };
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, m) => format!("{sign}{m} min"),
        (0, h, m) => format!("{sign}{h} h {m:02} min"),
        (d, h, _) => format!("{sign}{d} d {h} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeZone;
    use chrono_tz::Europe::Berlin;

    fn at(text: &str) -> Moment {
        DateTime::parse_from_rfc3339(text).expect("a moment")
    }

    #[test]
    fn the_offset_that_a_source_stated_survives_a_round_trip() {
        let json = "\"2026-03-29T01:30:00+01:00\"";
        let moment: Moment = serde_json::from_str(json).expect("a moment");
        assert_eq!(serde_json::to_string(&moment).expect("json"), json);
    }

    #[test]
    fn dwell_over_the_night_when_clocks_go_forward_is_an_hour_shorter_than_the_wall_says() {
        let arrived = Berlin.with_ymd_and_hms(2026, 3, 29, 1, 0, 0).unwrap().fixed_offset();
        let departed = Berlin.with_ymd_and_hms(2026, 3, 29, 4, 0, 0).unwrap().fixed_offset();
        assert_eq!(dwell(arrived, departed), TimeDelta::hours(2));
    }

    #[test]
    fn dwell_over_the_night_when_clocks_go_back_is_an_hour_longer_than_the_wall_says() {
        let arrived = Berlin.with_ymd_and_hms(2026, 10, 25, 1, 0, 0).unwrap().fixed_offset();
        let departed = Berlin.with_ymd_and_hms(2026, 10, 25, 4, 0, 0).unwrap().fixed_offset();
        assert_eq!(dwell(arrived, departed), TimeDelta::hours(4));
    }

    #[test]
    fn a_window_says_how_early_or_late_a_moment_is() {
        let window = Window { from: at("2026-05-01T08:00:00+02:00"), to: at("2026-05-01T10:00:00+02:00") };
        assert_eq!(window.minutes_off(at("2026-05-01T05:45:00Z")), -15);
        assert_eq!(window.minutes_off(at("2026-05-01T08:00:00Z")), 0);
        assert_eq!(window.minutes_off(at("2026-05-01T08:30:00Z")), 30);
    }

    #[test]
    fn an_offset_is_named_as_it_was_stated() {
        assert_eq!(format_offset(at("2026-05-01T10:00:00Z")), "UTC");
        assert_eq!(format_offset(at("2026-05-01T10:00:00-04:00")), "UTC-4");
        assert_eq!(format_moment(at("2026-05-01T10:00:00+05:30")), "1 May 10:00 UTC+5:30");
    }

    #[test]
    fn spans_are_said_as_people_say_them() {
        assert_eq!(format_span(TimeDelta::minutes(45)), "45 min");
        assert_eq!(format_span(TimeDelta::minutes(185)), "3 h 05 min");
        assert_eq!(format_span(TimeDelta::minutes(-3120)), "-2 d 4 h");
    }
}
