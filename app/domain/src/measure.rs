//! Money in minor units and quantities with their unit; never a bare number.

use serde::{Deserialize, Serialize};
use std::fmt;

/// An amount in the minor unit of its currency: `{"minor": 65940, "currency": "USD"}` is 659.40 US dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Money {
    /// Minor units (cents; for JPY, yen). Credits are negative.
    pub minor: i64,
    pub currency: Currency,
}

/// An ISO 4217 alphabetic code.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Currency([u8; 3]);

/// Why a text is no currency.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no currency: use the three capital letters of ISO 4217, for example EUR")]
pub struct BadCurrency(String);

impl Currency {
    /// Digits behind the decimal point, after ISO 4217 (the exceptions to two that freight meets).
    pub fn exponent(self) -> usize {
        match &self.0 {
            b"JPY" | b"KRW" | b"CLP" | b"VND" | b"ISK" | b"PYG" | b"UGX" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            _ => 2,
        }
    }
}

impl Currency {
    /// Hundredth parts of the currency in its own minor unit: 5,000 are 50.00 EUR, 50 JPY, 50.000 KWD.
    pub fn from_hundredths(self, hundredths: u32) -> i64 {
        let hundredths = i64::from(hundredths);
        match self.exponent() {
            0 => hundredths / 100,
            3 => hundredths * 10,
            _ => hundredths,
        }
    }
}

impl TryFrom<String> for Currency {
    type Error = BadCurrency;

    fn try_from(text: String) -> Result<Self, BadCurrency> {
        match <[u8; 3]>::try_from(text.as_bytes()) {
            Ok(code) if code.iter().all(u8::is_ascii_uppercase) => Ok(Self(code)),
            _ => Err(BadCurrency(text)),
        }
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.to_string()
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{}", char::from(*b)))
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exponent = self.currency.exponent();
        let scale = 10_u64.pow(exponent as u32);
        let sign = if self.minor < 0 { "-" } else { "" };
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        match exponent {
            0 => write!(f, "{sign}{whole} {}", self.currency),
            _ => write!(f, "{sign}{whole}.{part:0exponent$} {}", self.currency),
        }
    }
}

/// A quantity in thousandths of its unit, so that sums are exact: `{"milli": 12500, "unit": "KGM"}` is 12.5 kg.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Quantity {
    pub milli: i64,
    /// UN/ECE Recommendation 20 code, for example `EA`, `CT`, `PF` (pallet), `KGM`.
    pub unit: String,
}

impl Quantity {
    /// `count` whole pieces of `unit`.
    pub fn whole(count: i64, unit: &str) -> Self {
        Self { milli: count.saturating_mul(1000), unit: unit.to_owned() }
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.milli < 0 { "-" } else { "" };
        let (whole, part) = (self.milli.unsigned_abs() / 1000, self.milli.unsigned_abs() % 1000);
        if part == 0 {
            write!(f, "{sign}{whole} {}", self.unit)
        } else {
            let part = format!("{part:03}");
            write!(f, "{sign}{whole}.{} {}", part.trim_end_matches('0'), self.unit)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn money(minor: i64, code: &str) -> String {
        Money { minor, currency: Currency::try_from(code.to_owned()).expect("a currency") }.to_string()
    }

    #[test]
    fn money_is_written_with_the_digits_of_its_currency() {
        assert_eq!(money(65_940, "USD"), "659.40 USD");
        assert_eq!(money(-5, "EUR"), "-0.05 EUR");
        assert_eq!(money(1200, "JPY"), "1200 JPY");
        assert_eq!(money(1, "KWD"), "0.001 KWD");
    }

    #[test]
    fn a_currency_is_three_capital_letters() {
        assert!(serde_json::from_str::<Currency>("\"EUR\"").is_ok());
        for bad in ["\"eur\"", "\"EURO\"", "\"\"", "\"E€\""] {
            let error = serde_json::from_str::<Currency>(bad).expect_err(bad);
            assert!(error.to_string().contains("ISO 4217"), "{error}");
        }
    }

    #[test]
    fn a_quantity_drops_the_zeros_that_say_nothing() {
        assert_eq!(Quantity { milli: 12_500, unit: "KGM".into() }.to_string(), "12.5 KGM");
        assert_eq!(Quantity::whole(-3, "EA").to_string(), "-3 EA");
    }
}
