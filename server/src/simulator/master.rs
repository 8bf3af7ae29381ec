//! The ERP's master data: customers, items and locations, stated once at the beginning.

use super::chance::Chance;
use super::network::{CUSTOMERS, ITEMS, PLACES, Region};
use super::pace::Pace;
use super::tale::office;
use super::teller::{Dispatch, Teller};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::fact::{CustomerTerms, ItemTerms};

/// All master data, dated and due shortly before `before`.
pub fn master_data(seed: u64, before: DateTime<Utc>) -> Vec<Dispatch> {
    let pace = Pace { pivot: before, speed: 1, sparse: true };
    let mut teller = Teller::new(Chance::of(seed, u64::MAX), pace, 0);
    let place = office(Region::Europe);
    let customers = CUSTOMERS.iter().map(|one| {
        let terms = CustomerTerms { name: one.name.to_owned(), tier: one.tier };
        (one.code, Fact::CustomerRegistered(terms))
    });
    let items = ITEMS.iter().map(|one| {
        let terms = ItemTerms { description: one.description.to_owned(), unit: one.unit.to_owned() };
        (one.code, Fact::ItemRegistered(terms))
    });
    let places = PLACES.iter().map(|one| (one.code, Fact::LocationRegistered(one.location())));
    let facts: Vec<_> = customers.chain(items).chain(places).collect();
    for ((code, fact), seconds) in facts.into_iter().rev().zip(2..) {
        teller.erp(before - TimeDelta::seconds(seconds), place, code, &fact);
    }
    teller.dispatches.reverse();
    teller.dispatches
}
