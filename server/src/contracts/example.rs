//! One example a kind, from one shipment's life: an order for Kassel, a tender that is turned down, customs in
//! between, a carton short at the end. Built from the types of the contract, so that they can't drift from it.

mod erp;
mod people;
mod tms;

use chrono::DateTime;
use domain::authority::{OWNERS, Role};
use domain::fact::HandledLine;
use domain::measure::{Currency, Money, Quantity};
use domain::party::{Carrier, Customer};
use domain::place::{Location, Position};
use domain::time::{Moment, Window};
use domain::{Event, EventId, Fact, SourceName};
use std::sync::LazyLock;

/// An example and what its kind means.
pub struct Example {
    /// One sentence.
    pub meaning: &'static str,
    pub event: Event,
}

impl Example {
    /// Who owns the kind.
    pub fn owners(&self) -> &'static [Role] {
        let domain = self.event.fact.domain();
        OWNERS.iter().find(|row| Some(row.domain) == domain).map_or(&[Role::Erp, Role::Tms], |row| row.owners)
    }

    /// Whether a source may send it.
    pub fn is_outside(&self) -> bool {
        self.owners().iter().any(|role| role.is_outside())
    }
}

/// All examples in the order of the contract.
pub static EXAMPLES: LazyLock<Vec<Example>> = LazyLock::new(|| {
    let mut examples: Vec<Example> =
        [erp::told(), tms::told(), people::told()].into_iter().flatten().collect();
    examples.sort_by_key(|example| {
        let kind = example.event.fact.kind();
        Fact::KINDS.iter().position(|known| *known == kind)
    });
    examples
});

/// The example of a kind.
pub fn example(kind: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.event.fact.kind() == kind)
}

pub(super) const ORDER: &str = "SO-4711";
pub(super) const SHIPMENT: &str = "SH-26-000815";
pub(super) const CUSTOMER: &str = "C-1042";

/// A moment of March 2026 in Basel and Kassel, before clocks go forward.
fn at(day: u32, hour: u32, minute: u32) -> Moment {
    let text = format!("2026-03-{day:02}T{hour:02}:{minute:02}:00+01:00");
    DateTime::parse_from_rfc3339(&text).unwrap_or_else(|_| DateTime::UNIX_EPOCH.fixed_offset())
}

fn window(day: u32, from: u32, to: u32) -> Window {
    Window { from: at(day, from, 0), to: at(day, to, 0) }
}

fn euros(minor: i64) -> Money {
    let currency = Currency::try_from("EUR".to_owned());
    Money { minor, currency: currency.unwrap_or_else(|_| unreachable!("EUR is a currency")) }
}

fn customer() -> Customer {
    Customer { code: CUSTOMER.into(), name: "Fulda Medizintechnik GmbH".into() }
}

fn carrier(code: &str, name: &str) -> Carrier {
    Carrier { code: code.into(), name: name.into() }
}

fn basel() -> Location {
    Location {
        code: "BSL-1".into(),
        name: "Plant Basel".into(),
        city: "Basel".into(),
        country: "CH".into(),
        zone: "Europe/Zurich".into(),
        position: Some(Position { latitude: 47.5596, longitude: 7.5886 }),
    }
}

fn kassel() -> Location {
    Location {
        code: "KSF-2".into(),
        name: "Fulda Medizintechnik, goods in".into(),
        city: "Kassel".into(),
        country: "DE".into(),
        zone: "Europe/Berlin".into(),
        position: Some(Position { latitude: 51.3127, longitude: 9.4797 }),
    }
}

fn cartons(count: i64) -> HandledLine {
    HandledLine { order: ORDER.into(), line: "10".into(), quantity: Quantity::whole(count, "CT") }
}

/// The example of a fact: who says it, when it happened, and about which number.
fn said(role: Role, at: Moment, number: &str, meaning: &'static str, fact: Fact) -> Example {
    let (origin, source) = match role {
        Role::Erp => ("https://erp.example.com/sales", "erp"),
        Role::Tms => ("https://tms.example.com/dispatch", "tms"),
        Role::Portal => ("syncline:portal", "portal"),
        Role::Desk => ("syncline:desk", "desk"),
        Role::Syncline => ("syncline:syncline", "syncline"),
    };
    let id = format!("{}-{}", fact.kind(), at.format("%d%H%M"));
    let event = Event {
        source: source.parse().unwrap_or_else(|_| SourceName::syncline()),
        role,
        id: EventId::new(origin, &id),
        occurred_at: at,
        number: number.into(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    };
    Example { meaning, event }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_one_example_stated_by_one_of_its_owners() {
        let kinds: Vec<_> = EXAMPLES.iter().map(|example| example.event.fact.kind()).collect();
        assert_eq!(kinds, Fact::KINDS);
        for example in EXAMPLES.iter() {
            let Event { role, fact, .. } = &example.event;
            assert!(
                fact.check_authority(*role).is_ok() && example.owners().contains(role),
                "{}",
                fact.kind()
            );
        }
    }
}
