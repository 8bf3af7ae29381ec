//! The network that the simulator plays: places that exist, and companies that do not.

mod carriers;
mod customers;
mod items;
mod places;

pub(super) use carriers::{CARRIERS, Haulier};
pub(super) use customers::CUSTOMERS;
pub use customers::Shopper;
pub(super) use items::{ITEMS, Ware};
pub(super) use places::{PLACES, Place, Site};

use domain::measure::Currency;

/// The two halves of the network; ships and planes connect them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    Europe,
    NorthAmerica,
}

impl Region {
    pub(super) fn currency(self) -> Currency {
        let code = match self {
            Self::Europe => "EUR",
            Self::NorthAmerica => "USD",
        };
        Currency::try_from(code.to_owned()).expect("both codes are three capital letters")
    }
}

/// The area without customs inside that a country belongs to.
pub(super) fn customs_area(country: &'static str) -> &'static str {
    match country {
        "GB" | "CH" | "US" | "CA" | "MX" => country,
        _ => "EU",
    }
}
