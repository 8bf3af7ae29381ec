//! Which customers, items and locations master data knows, and what of them is named that it does not.

use crate::event::Event;
use crate::fact::{Fact, ItemTerms, OrderTerms, Plan};
use crate::id::{CustomerId, ItemId, LocationId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What master data knows. A kind of which nothing was ever registered is not kept by anybody, and nothing of it is missed.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    customers: HashSet<Uuid>,
    locations: HashSet<Uuid>,
    /// The unit of each item.
    items: HashMap<Uuid, String>,
}

/// Something that does not match: what it is, by which it is known again, and a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    pub cause: String,
    pub reason: String,
}

impl Catalogue {
    /// Takes in what a fact of master data states about the thing of an id. Says for which causes nothing is missing any more.
    pub fn take(&mut self, id: Uuid, code: &str, fact: &Fact) -> Vec<String> {
        match fact {
            Fact::CustomerRegistered(_) => {
                if self.customers.insert(id) {
                    vec![customer(code)]
                } else {
                    Vec::new()
                }
            }
            Fact::LocationRegistered(_) => {
                if self.locations.insert(id) {
                    vec![location(code)]
                } else {
                    Vec::new()
                }
            }
            Fact::ItemRegistered(ItemTerms { unit: stated, .. }) => {
                match self.items.insert(id, stated.clone()) {
                    None => vec![item(code)],
                    Some(before) if before != *stated => vec![unit(code)],
                    Some(_) => Vec::new(),
                }
            }
            _ => Vec::new(),
        }
    }

    /// What an event names that does not match.
    pub fn mismatches(&self, event: &Event) -> Vec<Mismatch> {
        match &event.fact {
            Fact::OrderReleased(terms) | Fact::OrderChanged(terms) => self.in_order(terms),
            Fact::ShipmentPlanned(plan) => self.in_plan(plan),
            _ => Vec::new(),
        }
    }

    fn in_order(&self, terms: &OrderTerms) -> Vec<Mismatch> {
        let mut found = Vec::new();
        let code = &terms.customer.code;
        if !self.customers.is_empty() && !self.customers.contains(&CustomerId::numbered(code).0) {
            let reason = format!("Customer {code} ({}) is in no master data", terms.customer.name);
            found.push(Mismatch { cause: customer(code), reason });
        }
        for line in terms.lines.iter().filter(|_| !self.items.is_empty()) {
            let (code, ordered) = (&line.item.code, &line.quantity.unit);
            match self.items.get(&ItemId::numbered(code).0) {
                None => {
                    let reason = format!("Item {code} ({}) is in no master data", line.item.description);
                    found.push(Mismatch { cause: item(code), reason });
                }
                Some(known) if known != ordered => {
                    let reason =
                        format!("Item {code} is ordered in {ordered}, and master data counts it in {known}");
                    found.push(Mismatch { cause: unit(code), reason });
                }
                Some(_) => {}
            }
        }
        found
    }

    fn in_plan(&self, plan: &Plan) -> Vec<Mismatch> {
        let places = plan.stops.iter().map(|stop| &stop.location).filter(|_| !self.locations.is_empty());
        places
            .filter(|place| {
                !place.code.is_empty() && !self.locations.contains(&LocationId::numbered(&place.code).0)
            })
            .map(|place| Mismatch {
                cause: location(&place.code),
                reason: format!("Location {} ({}) is in no master data", place.code, place.name),
            })
            .collect()
    }
}

fn customer(code: &str) -> String {
    format!("customer {code}")
}

fn item(code: &str) -> String {
    format!("item {code}")
}

fn unit(code: &str) -> String {
    format!("unit of item {code}")
}

fn location(code: &str) -> String {
    format!("location {code}")
}
