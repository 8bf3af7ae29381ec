//! Words, numbers and flags.

use super::super::json::Json;
use super::super::rejection::Code;
use super::{Outcome, Reader, told};

impl Reader<'_, '_> {
    pub(super) fn word(&mut self, value: &mut Json<'_>, words: &[String]) -> Outcome {
        if value.as_text().is_some_and(|text| words.iter().any(|word| word == text)) {
            return Ok(());
        }
        let meant = value.as_text().map(|text| text.trim().to_ascii_lowercase().replace(['-', ' '], "_"));
        let meant = meant.and_then(|meant| words.iter().find(|word| **word == meant));
        let Some(word) = meant.or_else(|| catch_all(words)) else {
            return Err(self.other(value, &format!("write one of {}", words.join(", "))));
        };
        let known = if meant.is_some() { String::new() } else { format!("; known are {}", words.join(", ")) };
        self.mend(told(value), format!("read as {word}{known}"));
        *value = Json::text(word.as_str());
        Ok(())
    }

    pub(super) fn whole(&mut self, value: &mut Json<'_>, least: i64, most: i64) -> Outcome {
        let number = match &*value {
            Json::Whole(number) => Some(*number),
            Json::Decimal(number) => exact(*number),
            Json::Text(text) => {
                let text = text.trim();
                text.parse().ok().or_else(|| exact(text.parse().ok()?))
            }
            _ => None,
        };
        let Some(number) = number else { return Err(self.other(value, "write a whole number")) };
        match &*value {
            Json::Whole(_) => {}
            Json::Decimal(_) => self.changed = true,
            _ => self.mend(told(value), format!("read as {number}")),
        }
        *value = Json::Whole(number);
        if (least..=most).contains(&number) {
            return Ok(());
        }
        let says = format!("is {number}: it lies between {least} and {most}");
        Err(self.fault(Code::ImplausibleData, true, says))
    }

    pub(super) fn decimal(&mut self, value: &mut Json<'_>, least: f64, most: f64) -> Outcome {
        let number = match &*value {
            Json::Whole(number) => Some(*number as f64),
            Json::Decimal(number) => Some(*number),
            Json::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
            _ => None,
        };
        let Some(number) = number else { return Err(self.other(value, "write a number")) };
        if matches!(value, Json::Text(_)) {
            self.mend(told(value), format!("read as {number}"));
            *value = Json::Decimal(number);
        }
        if (least..=most).contains(&number) {
            return Ok(());
        }
        let says = format!("is {number}: it lies between {least} and {most}");
        Err(self.fault(Code::ImplausibleData, true, says))
    }

    pub(super) fn flag(&mut self, value: &mut Json<'_>) -> Outcome {
        let flag = match value.as_text().map(str::trim) {
            _ if matches!(value, Json::Flag(_)) => return Ok(()),
            Some("true") => true,
            Some("false") => false,
            _ => return Err(self.other(value, "write true or false")),
        };
        self.mend(told(value), format!("read as {flag}"));
        *value = Json::Flag(flag);
        Ok(())
    }
}

/// The word for what has none of its own: of charges, what is neither the haul nor its fuel.
pub(super) fn catch_all(words: &[String]) -> Option<&String> {
    words.iter().find(|word| matches!(word.as_str(), "other" | "accessorial"))
}

/// The whole number that a decimal one is, where it is one.
pub(super) fn exact(number: f64) -> Option<i64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64)
}
