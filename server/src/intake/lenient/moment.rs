//! Moments, windows and days; the zone of a place.

use super::super::codes;
use super::super::json::Json;
use super::super::rejection::Code;
use super::{Outcome, Reader, told};
use chrono::{
    DateTime, Datelike, Days, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone,
};
use chrono_tz::Tz;
use domain::time::Moment;
use std::borrow::Cow;

pub(super) const EXAMPLE: &str = "for example 2026-05-04T09:30:00+02:00";

/// What a date stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// It is no moment here.
    Nothing,
    Start,
    End,
}

impl Reader<'_, '_> {
    /// Takes note of the zone and the offset that the parts of an object share.
    pub(super) fn look_around(&mut self, object: &Json<'_>) {
        let zone = object.get("location").and_then(|place| place.get("zone")).and_then(Json::as_text);
        if let Some(zone) = zone.and_then(codes::zone) {
            self.zone = Some(zone);
        }
        let from = object.get("planned").and_then(|window| window.get("from")).and_then(Json::as_text);
        if let Some(moment) = from.and_then(|from| DateTime::parse_from_rfc3339(from).ok()) {
            self.offset = *moment.offset();
        }
    }

    /// A zone that goes by the offset of the moments nearby.
    pub(super) fn zone_of_offset(&self) -> String {
        // `Etc/GMT-2` is two hours ahead of UTC.
        match (self.offset.local_minus_utc() / 3600, self.offset.local_minus_utc() % 3600) {
            (hours @ -12..=14, 0) if hours != 0 => {
                format!("Etc/GMT{}{}", if hours > 0 { '-' } else { '+' }, hours.abs())
            }
            _ => "Etc/UTC".to_owned(),
        }
    }

    pub(super) fn window(&mut self, value: &mut Json<'_>) -> Outcome {
        let way_out = "write {\"from\": …, \"to\": …} with two moments, or a day such as 2026-05-04";
        if let Some(date) = value.as_text() {
            if day(date).is_none() {
                return Err(self.other(value, way_out));
            }
            let end = |name| (Cow::Borrowed(name), Json::text(date));
            *value = Json::Object(vec![end("from"), end("to")]);
        }
        let Json::Object(fields) = value else { return Err(self.other(value, way_out)) };
        let mut ends = [None, None];
        for (name, value) in fields.iter_mut() {
            let (name, place, end) = match name.as_ref() {
                "from" => ("from", 0, Day::Start),
                "to" => ("to", 1, Day::End),
                _ => continue,
            };
            self.path.push(super::Step::Name(Cow::Borrowed(name)));
            self.moment(value, end)?;
            self.day = false;
            ends[place] = value.as_text().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            self.path.pop();
        }
        match ends {
            [Some(from), Some(to)] if from > to => {
                let says = format!(
                    "ends at {} before it begins at {}: swap `from` and `to`",
                    to.to_rfc3339(),
                    from.to_rfc3339()
                );
                Err(self.fault(Code::MalformedData, true, says))
            }
            [Some(_), Some(_)] => Ok(()),
            [None, _] => Err(self.fault(Code::MalformedData, true, format!("has no `from`: {way_out}"))),
            [_, None] => Err(self.fault(Code::MalformedData, true, format!("has no `to`: {way_out}"))),
        }
    }

    pub(super) fn moment(&mut self, value: &mut Json<'_>, end: Day) -> Outcome {
        let way_out = format!("write a moment with its offset from UTC, {EXAMPLE}");
        let Some(text) = value.as_text() else { return Err(self.other(value, &way_out)) };
        if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
            return self.in_reach(moment.year());
        }
        let is_eta = matches!(self.path.last(), Some(super::Step::Name(name)) if name == "eta");
        let end = if is_eta { Day::End } else { end };
        if let (Some(date), true) = (day(text), end != Day::Nothing) {
            self.in_reach(date.year())?;
            let moment = self.end_of(date, end);
            let done = if end == Day::Start { "start" } else { "end" };
            self.mend(told(value), format!("a day, read as its {done}, {}", moment.to_rfc3339()));
            *value = Json::text(moment.to_rfc3339());
            self.day = true;
            return Ok(());
        }
        let is_local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").is_ok();
        let says = if is_local {
            format!("is {}, without its offset from UTC: add it, {EXAMPLE}", told(value))
        } else {
            format!("is {}: {way_out}", told(value))
        };
        Err(self.fault(Code::MalformedData, true, says))
    }

    fn in_reach(&self, year: i32) -> Outcome {
        if (2000..2100).contains(&year) {
            return Ok(());
        }
        let says = format!("is in the year {year}, which is out of reach: check the format");
        Err(self.fault(Code::ImplausibleData, false, says))
    }

    /// The first or the last second of a day where it is.
    fn end_of(&self, date: NaiveDate, end: Day) -> Moment {
        let (date, less) = match end {
            Day::End => (date.checked_add_days(Days::new(1)).unwrap_or(date), TimeDelta::seconds(1)),
            Day::Start | Day::Nothing => (date, TimeDelta::zero()),
        };
        let midnight = date.and_time(NaiveTime::MIN);
        let in_zone = |zone: Tz| zone.from_local_datetime(&midnight).earliest();
        match self.zone.and_then(in_zone) {
            // An hour is skipped or said twice at the change of clocks, so the second is taken off the instant.
            Some(moment) => (moment - less).fixed_offset(),
            None => at(self.offset, midnight) - less,
        }
    }
}

fn at(offset: FixedOffset, local: NaiveDateTime) -> Moment {
    offset.from_local_datetime(&local).earliest().unwrap_or_else(|| local.and_utc().fixed_offset())
}

/// The date that a text is.
fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}
