//! Texts: numbers, names, notes and codes.

use super::super::codes;
use super::super::json::Json;
use super::super::limits::Text;
use super::super::rejection::{Code, shown};
use super::value::exact;
use super::{Outcome, Reader, told};
use std::borrow::Cow;
use unicode_normalization::{UnicodeNormalization, is_nfc};

impl Reader<'_, '_> {
    pub(super) fn text(&mut self, value: &mut Json<'_>, is: Text, most: usize) -> Outcome {
        let numeral = match &*value {
            Json::Whole(number) => Some(*number),
            Json::Decimal(number) => exact(*number),
            _ => None,
        };
        match numeral {
            _ if matches!(value, Json::Text(_)) => {}
            _ if is == Text::Zone => {
                self.zone(value);
                return Ok(());
            }
            Some(number) if matches!(is, Text::Number | Text::Name | Text::Signer) => {
                let text = number.to_string();
                self.mend(text.clone(), "a number, read as a text");
                *value = Json::text(text);
            }
            _ => return Err(self.other(value, "write a text")),
        }
        let Json::Text(text) = &*value else { return Ok(()) };
        let clean = match is {
            Text::Number => number(text),
            _ => name(text),
        };
        if let Some(Cleaned { text: clean, done }) = clean {
            self.changed = true;
            if let Some(done) = done {
                self.tell(told(value), done);
            }
            *value = Json::text(clean);
        }
        match is {
            Text::Number => self.number(value)?,
            Text::Zone => self.zone(value),
            Text::Country => self.country(value),
            Text::Currency => self.currency(value)?,
            Text::Unit => self.unit(value)?,
            Text::Signer => self.signer(value)?,
            Text::Name | Text::Note => {}
        }
        let Json::Text(text) = &*value else { return Ok(()) };
        // Bytes are counted at once, and are never fewer.
        if text.len() > most {
            let length = text.chars().count();
            // Those that are none were said to be kept as they are.
            let is_code = matches!(is, Text::Unit | Text::Country);
            let most = if is_code { Text::Number.longest() } else { most };
            if length > most {
                let says = format!("is {length} characters long, {most} are taken: \"{}\"", shown(text, 40));
                return Err(self.fault(Code::MalformedData, false, says));
            }
        }
        Ok(())
    }

    fn number(&mut self, value: &Json<'_>) -> Outcome {
        let text = value.as_text().unwrap_or_default();
        if text.is_empty() {
            return Err(self.fault(Code::ImplausibleData, false, "is empty: send your own number of it"));
        }
        match unfit(text) {
            Some(fault) => {
                let says = format!("is {}: {fault}", told(value));
                Err(self.fault(Code::MalformedData, false, says))
            }
            None => Ok(()),
        }
    }

    /// A proof lets an invoice go: nobody is no signer.
    fn signer(&mut self, value: &Json<'_>) -> Outcome {
        if value.as_text().is_some_and(|text| text.chars().any(char::is_alphanumeric)) {
            return Ok(());
        }
        let says = format!(
            "is {}: send the name of whoever signed; where nobody has, there is no proof yet",
            told(value)
        );
        Err(self.fault(Code::ImplausibleData, false, says))
    }

    fn zone(&mut self, value: &mut Json<'_>) {
        let text = value.as_text().unwrap_or_default();
        let zone = match codes::zone(text) {
            Some(zone) if zone.name() == text => return,
            Some(zone) => {
                self.mend(told(value), format!("read as {zone}"));
                zone.name().to_owned()
            }
            None => {
                let zone = self.zone_of_offset();
                let done = format!(
                    "no time zone: read as {zone}, by the offset of the moments that came with it; use an IANA name, for example Europe/Berlin"
                );
                self.mend(told(value), done);
                zone
            }
        };
        *value = Json::text(zone);
    }

    /// A country that nobody knows is read as it is written: it is shown, and nothing more.
    fn country(&mut self, value: &mut Json<'_>) {
        let is_country = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        let text = value.as_text().unwrap_or_default();
        let upper = text.to_ascii_uppercase();
        if is_country(text) {
            return;
        }
        if is_country(&upper) {
            self.mend(told(value), format!("read as {upper}"));
            *value = Json::text(upper);
        } else {
            self.tell(told(value), "no code of ISO 3166-1, such as DE: kept as it is");
        }
    }

    fn currency(&mut self, value: &mut Json<'_>) -> Outcome {
        let text = value.as_text().unwrap_or_default();
        if codes::is_currency(text) {
            return Ok(());
        }
        let upper = text.to_ascii_uppercase();
        if !codes::is_currency(&upper) {
            let says =
                format!("is {}: use the three capital letters of ISO 4217, for example EUR", told(value));
            return Err(self.fault(Code::ImplausibleData, false, says));
        }
        self.mend(told(value), format!("read as {upper}"));
        *value = Json::text(upper);
        Ok(())
    }

    /// A unit that nobody knows counts as itself: sums and comparisons are by the unit, whatever it is.
    fn unit(&mut self, value: &mut Json<'_>) -> Outcome {
        let text = value.as_text().unwrap_or_default();
        if text.is_empty() {
            let says = "is empty: use a code of UN/ECE Recommendation 20, for example EA or KGM";
            return Err(self.fault(Code::ImplausibleData, false, says));
        }
        if codes::is_unit(text) {
            return Ok(());
        }
        let upper = text.to_ascii_uppercase();
        if codes::is_unit(&upper) {
            self.mend(told(value), format!("read as {upper}"));
            *value = Json::text(upper);
        } else {
            self.tell(told(value), "no code of UN/ECE Recommendation 20, such as EA or KGM: kept as it is");
        }
        Ok(())
    }
}

/// A text without what does not belong into it, and what is to be said of that.
pub(in crate::intake) struct Cleaned {
    pub text: String,
    pub done: Option<&'static str>,
}

/// What a number is read as: without blanks around it, its letters composed, nothing invisible in it. None where it is so already.
pub(in crate::intake) fn number(text: &str) -> Option<Cleaned> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return None;
    }
    let seen: String = text.chars().filter(|one| !is_invisible(*one)).collect();
    let done = (seen.len() != text.len()).then_some("read without the characters in it that nobody sees");
    let trimmed = seen.trim();
    let composed: Cow<'_, str> =
        if is_nfc(trimmed) { Cow::Borrowed(trimmed) } else { Cow::Owned(trimmed.nfc().collect()) };
    (composed != text).then(|| Cleaned { text: composed.into_owned(), done })
}

/// Why a text can't be a number.
pub(in crate::intake) fn unfit(text: &str) -> Option<&'static str> {
    if text.contains('<') {
        Some("a number does not contain `<`")
    } else if text.chars().any(char::is_control) {
        Some("a number contains no control characters")
    } else {
        None
    }
}

/// What a name or a note is read as. Marks that join letters or turn their direction belong into some languages.
fn name(text: &str) -> Option<Cleaned> {
    let is_bad = |one: char| one.is_control() && !matches!(one, '\n' | '\r' | '\t');
    let trimmed = text.trim();
    if !trimmed.chars().any(is_bad) {
        return (trimmed.len() != text.len()).then(|| Cleaned { text: trimmed.to_owned(), done: None });
    }
    let text = trimmed.chars().map(|one| if is_bad(one) { ' ' } else { one }).collect();
    Some(Cleaned { text, done: Some("control characters in it were read as blanks") })
}

/// Characters of no width, and marks of direction.
fn is_invisible(one: char) -> bool {
    matches!(one, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}
