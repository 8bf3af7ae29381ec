//! Rules on a payload whose values are each well formed: what no shipment in the world can be. Pure; says the path of
//! the value that breaks a rule.

use super::lenient::Mended;
use domain::Fact;
use domain::fact::{OrderTerms, Plan, StopKind};
use std::collections::HashSet;

/// Why a fact can't be: `at` is the path under `data`, and what it says follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub at: String,
    pub fault: String,
}

type Checked = Result<(), Flaw>;

fn flaw(at: impl Into<String>, fault: impl Into<String>) -> Checked {
    Err(Flaw { at: at.into(), fault: fault.into() })
}

/// Checks the rules that belong to a fact about `subject`, takes out what makes no sense, and says what is odd.
pub fn check(fact: &mut Fact, subject: &str, mended: &mut Vec<Mended>) -> Checked {
    match fact {
        Fact::OrderReleased(terms) | Fact::OrderChanged(terms) => order(terms, mended),
        Fact::ShipmentPlanned(plan) => planned(plan),
        Fact::LocationRegistered(place) if place.code != subject => {
            let done = format!("`subject` is \"{subject}\", and counts");
            let value = format!("\"{}\"", place.code);
            mended.push(Mended { path: "data.code".into(), value, done });
            Ok(())
        }
        _ => Ok(()),
    }
}

fn order(terms: &mut OrderTerms, mended: &mut Vec<Mended>) -> Checked {
    if terms.lines.is_empty() {
        let done = "taken, and nothing that is delivered can be compared with it".to_owned();
        mended.push(Mended { path: "data.lines".into(), value: "a list of none".into(), done });
    }
    each_once("lines", "line", terms.lines.iter().map(|line| line.line.as_str()))?;
    for (index, line) in terms.lines.iter_mut().enumerate() {
        if let Some(price) = line.price.take_if(|price| price.minor < 0) {
            let done = "left out: a price is not negative".to_owned();
            mended.push(Mended {
                path: format!("data.lines[{index}].price"),
                value: price.to_string(),
                done,
            });
        }
    }
    Ok(())
}

fn planned(plan: &Plan) -> Checked {
    for (kind, word) in [(StopKind::Pickup, "pickup"), (StopKind::Delivery, "delivery")] {
        // One leg of several may begin or end at a cross-dock.
        if !plan.stops.iter().any(|stop| stop.kind == kind || stop.kind == StopKind::CrossDock) {
            return flaw(
                "stops",
                format!(
                    "has no {word}: a shipment has at least one pickup and one delivery, or a cross-dock in the place of one"
                ),
            );
        }
    }
    each_once("stops", "stop", plan.stops.iter().map(|stop| stop.stop.as_str()))
}

/// The numbers of the entries of a list differ.
fn each_once<'n>(list: &str, name: &str, numbers: impl Iterator<Item = &'n str>) -> Checked {
    let mut seen = HashSet::new();
    for (index, number) in numbers.enumerate() {
        if !seen.insert(number) {
            let fault = format!("is \"{number}\", which is there twice: number each {name} by itself");
            return flaw(format!("{list}[{index}].{name}"), fault);
        }
    }
    Ok(())
}
