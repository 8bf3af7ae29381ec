//! Reads the sequences of this folder; README.md says how they are written.

use chrono::DateTime;
use domain::authority::Role;
use domain::fact::{Fact, Mode, OrderLine, OrderTerms, Plan, PlannedStop, Priority, StopKind};
use domain::measure::Quantity;
use domain::party::{Customer, Item};
use domain::place::Location;
use domain::time::{Moment, Window};
use domain::{Event, EventId};
use std::collections::HashMap;
use std::path::Path;

/// Something that is told, or what has to be true then.
#[derive(Clone, Debug)]
pub enum Step {
    Event(Box<Event>),
    /// `house` or a customer's code, a shipment, and what is read of it.
    Reads {
        audience: String,
        shipment: String,
        status: String,
        sentence: Option<String>,
    },
    IsOpen {
        shipment: String,
        exception: String,
    },
    NothingElseIsOpen,
    /// All that was told so far, `erp invoice.release 4711`.
    Told(String),
}

/// A sequence with the name of its file.
#[derive(Clone, Debug)]
pub struct Sequence {
    pub name: String,
    pub steps: Vec<Step>,
}

impl Sequence {
    pub fn events(&self) -> Vec<Event> {
        let events = self.steps.iter().filter_map(|step| match step {
            Step::Event(event) => Some((**event).clone()),
            _ => None,
        });
        events.collect()
    }
}

/// All of them, by name.
pub fn sequences(folder: &Path) -> Vec<Sequence> {
    let files = std::fs::read_dir(folder).expect("the corpus").map(|file| file.expect("a file").path());
    let mut files: Vec<_> = files.filter(|path| path.extension().is_some_and(|ext| ext == "txt")).collect();
    files.sort();
    let read = |path: &Path| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let text = std::fs::read_to_string(path).expect("a sequence");
        let mut ids = HashMap::new();
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
        let steps = lines.map(|line| step(line, &mut ids).unwrap_or_else(|| panic!("{name}: `{line}`")));
        Sequence { steps: steps.collect(), name: name.clone() }
    };
    files.iter().map(|path| read(path)).collect()
}

fn step(line: &str, ids: &mut HashMap<String, usize>) -> Option<Step> {
    if line == "!!" {
        return Some(Step::NothingElseIsOpen);
    }
    if let Some(told) = line.strip_prefix("> ") {
        return Some(Step::Told(told.trim().to_owned()));
    }
    if let Some(open) = line.strip_prefix("! ") {
        let (shipment, exception) = open.trim().split_once(' ')?;
        return Some(Step::IsOpen { shipment: shipment.to_owned(), exception: exception.trim().to_owned() });
    }
    if let Some(reads) = line.strip_prefix("= ") {
        let (audience, rest) = reads.trim().split_once(' ')?;
        let (shipment, rest) = rest.trim().split_once(' ')?;
        let (status, sentence) = match rest.split_once(" | ") {
            Some((status, sentence)) => (status, Some(sentence.trim().to_owned())),
            None => (rest, None),
        };
        return Some(Step::Reads {
            audience: audience.to_owned(),
            shipment: shipment.to_owned(),
            status: status.trim().to_owned(),
            sentence,
        });
    }
    let mut words = line.splitn(3, ' ');
    let when = format!("{} {}", words.next()?, words.next()?);
    let (source, rest) = words.next()?.trim().split_once(' ')?;
    let (number, rest) = rest.trim().split_once(' ')?;
    let (kind, data) = rest.trim().split_once(' ')?;
    let (kind, fact) = match kind {
        "order" => ("order.released", Fact::OrderReleased(order(data)?)),
        "plan" | "replan" => ("shipment.planned", Fact::ShipmentPlanned(plan(data)?)),
        kind => (kind, Fact::parse(kind, data.trim()).unwrap_or_else(|error| panic!("{line}: {error}"))),
    };
    let role = if source.starts_with("erp") { Role::Erp } else { Role::Tms };
    let mut id = format!("{kind} {when}");
    let used = ids.entry(format!("{source} {id}")).or_insert(0);
    if *used > 0 {
        id = format!("{id} {used}");
    }
    *used += 1;
    Some(Step::Event(Box::new(Event {
        source: source.parse().ok()?,
        role,
        id: EventId::new(&format!("/{source}"), &id),
        occurred_at: moment(&when)?,
        number: number.to_owned(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    })))
}

fn moment(text: &str) -> Option<Moment> {
    let (day, clock) = text.trim().split_once(' ')?;
    DateTime::parse_from_rfc3339(&format!("2026-05-{day:0>2}T{clock}:00+02:00")).ok()
}

fn window(text: &str) -> Option<Window> {
    let (from, to) = text.split_once('-')?;
    Some(Window { from: moment(from)?, to: moment(to)? })
}

/// `ACME  3 08:00-3 12:00  10 CT`
fn order(text: &str) -> Option<OrderTerms> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [customer, from, between, to, quantity, unit] = words[..] else { return None };
    Some(OrderTerms {
        customer: Customer { code: customer.to_owned(), name: format!("{customer} Ltd") },
        promised: Some(window(&format!("{from} {between} {to}"))?),
        priority: Priority::Normal,
        lines: vec![OrderLine {
            line: "10".to_owned(),
            item: Item { code: "ITEM".to_owned(), description: "Pumps".to_owned() },
            quantity: Quantity::whole(quantity.parse().ok()?, unit),
            price: None,
            conversions: Vec::new(),
        }],
        references: Vec::new(),
    })
}

/// `4711 4712  pickup Bremen 1 08:00-1 10:00, delivery:7 Hamburg 3 08:00-3 12:00 [4711]`
fn plan(text: &str) -> Option<Plan> {
    let begin = ["pickup", "crossdock", "delivery"].iter().filter_map(|word| text.find(word)).min()?;
    let orders = text[..begin].split_whitespace().map(str::to_owned).collect();
    let stops: Option<Vec<PlannedStop>> =
        text[begin..].split(',').enumerate().map(|(place, text)| stop(place, text.trim())).collect();
    Some(Plan {
        order_issuer: None,
        mode: Mode::Truckload,
        orders,
        stops: stops?,
        carrier: None,
        references: Vec::new(),
    })
}

fn stop(place: usize, text: &str) -> Option<PlannedStop> {
    let (text, orders) = match text.split_once('[') {
        Some((text, orders)) => (text.trim(), orders.trim_end_matches(']')),
        None => (text, ""),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let [kind, city, from, between, to] = words[..] else { return None };
    let (kind, number) = match kind.split_once(':') {
        Some((kind, number)) => (kind, number.to_owned()),
        None => (kind, (place + 1).to_string()),
    };
    let kind = match kind {
        "pickup" => StopKind::Pickup,
        "crossdock" => StopKind::CrossDock,
        "delivery" => StopKind::Delivery,
        _ => return None,
    };
    Some(PlannedStop {
        stop: number,
        kind,
        location: Location {
            code: format!("L-{city}"),
            name: format!("Yard {city}"),
            city: city.to_owned(),
            country: "DE".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            position: None,
        },
        planned: window(&format!("{from} {between} {to}"))?,
        orders: orders.split_whitespace().map(str::to_owned).collect(),
    })
}
