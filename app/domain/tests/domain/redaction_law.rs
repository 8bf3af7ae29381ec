//! Law 4 as a law: whatever a shared load looks like, nothing of others and nothing of the house reaches a customer.

use crate::support::facts::{carrier, location};
use crate::support::samples::{euros, reference};
use crate::support::{Told, World, at, erp, event, tms, window};
use domain::authority::Role;
use domain::charge::{Charge, ChargeKind, Document, DocumentKind};
use domain::event::Event;
use domain::fact::{
    AppointmentTerms, AtStop, Cancellation, CaseAnswer, CaseKind, CaseOpening, CustomsStatement, DelayReason,
    DelayStatement, Discrepancy, DiscrepancyKind, EtaStatement, ExceptionNote, Fact, Handled, HandledLine,
    Mode, OrderLine, OrderTerms, Plan, PlannedStop, PodStatement, PositionReport, Priority, Refusal,
    Retraction, StopKind, TenderAnswer, TenderOffer,
};
use domain::id::{CaseId, CustomerId};
use domain::measure::Quantity;
use domain::party::{Customer, Item};
use domain::place::{Location, Position};
use domain::reference::ReferenceKind;
use proptest::prelude::*;

const CUSTOMERS: [&str; 3] = ["ANNA", "BERT", "CARL"];
/// What the house keeps to itself carries this word, or this figure.
const SECRET: &str = "SECRET";
const FIGURE: i64 = 987_654_321;

fn kept(text: &str) -> String {
    format!("{SECRET} {text}")
}

/// What is `owner`'s carries its name: numbers, references, items, names.
fn order(owner: &str) -> Event {
    let terms = OrderTerms {
        customer: Customer { code: owner.into(), name: format!("{owner} Ltd") },
        promised: Some(window("2 08:00", "2 12:00")),
        priority: Priority::Normal,
        lines: vec![OrderLine {
            conversions: Vec::new(),
            line: "10".into(),
            item: Item { code: format!("{owner}-item"), description: format!("{owner}'s pumps") },
            quantity: Quantity::whole(4, "PF"),
            price: Some(euros(FIGURE)),
        }],
        references: vec![
            reference(ReferenceKind::PurchaseOrder, &format!("{owner}-po")),
            reference(ReferenceKind::Tracking, &format!("{owner}-tracking")),
        ],
    };
    erp("1 05:00", Fact::OrderReleased(terms)).about(&format!("{owner}-order")).named(owner)
}

/// The names of the customers whose goods are handled at a stop are its place.
fn planned_stop(number: usize, kind: StopKind, owners: &[&str]) -> PlannedStop {
    let city = owners.join("-and-");
    PlannedStop {
        stop: number.to_string(),
        kind,
        location: Location { name: format!("Yard {city}"), ..location(&city) },
        planned: window("1 08:00", "2 12:00"),
        orders: owners.iter().map(|owner| format!("{owner}-order")).collect(),
    }
}

/// Whatever may be said about a stop where `owners` have goods.
fn about_stop(stop: &str, owners: &[&str]) -> Vec<Fact> {
    let (stop, city) = (stop.to_owned(), owners.join("-and-"));
    let at_stop = || AtStop { stop: stop.clone(), raw_code: Some(kept("X3")) };
    let lines = || {
        let line = |owner: &&str| HandledLine {
            order: format!("{owner}-order"),
            line: "10".into(),
            quantity: Quantity::whole(4, "PF"),
        };
        owners.iter().map(line).collect::<Vec<_>>()
    };
    let handled =
        || Handled { stop: stop.clone(), lines: lines(), left_with: None, raw_code: Some(kept("D1")) };
    let appointment = || AppointmentTerms {
        stop: stop.clone(),
        window: window("2 08:00", "2 09:00"),
        reason: Some(kept("dock")),
    };
    let discrepancy = Discrepancy { kind: DiscrepancyKind::Short, note: Some(kept("box")), lines: lines() };
    let position = Position { latitude: 53.5, longitude: 9.9 };
    vec![
        Fact::AppointmentScheduled(appointment()),
        Fact::AppointmentRescheduled(appointment()),
        Fact::AppointmentMissed(at_stop()),
        Fact::PickupReadied(at_stop()),
        Fact::StopArrived(at_stop()),
        Fact::StopLoaded(handled()),
        Fact::StopDeparted(at_stop()),
        Fact::ShipmentSentOutForDelivery(at_stop()),
        Fact::StopDelivered(handled()),
        Fact::StopRefused(Refusal { stop: stop.clone(), reason: format!("{SECRET} no") }),
        Fact::EtaChanged(EtaStatement {
            stop: stop.clone(),
            eta: at("2 18:00"),
            day: false,
            reason: Some(DelayReason::Dwell),
        }),
        Fact::PodReceived(PodStatement {
            left_with: None,
            stop: stop.clone(),
            signed_by: format!("Mr {city}"),
            signed_at: at("2 10:00"),
            document: Some(kept("POD-1")),
            discrepancy: Some(discrepancy),
        }),
        Fact::PositionReported(PositionReport { position, near: Some(format!("near {city}")) }),
        Fact::DocumentAttached(Document {
            document: format!("{city}-paper"),
            kind: DocumentKind::PackingList,
            title: format!("Packing list {city}"),
        }),
    ]
}

/// Whatever may be said about the whole load.
fn about_load() -> Vec<Fact> {
    let answer = || TenderAnswer { tender: format!("{SECRET}-T"), reason: Some(kept("too cheap")) };
    let case = CaseId::numbered("case of BERT");
    let customs = || CustomsStatement { office: "Calais".into(), reason: Some(kept("papers")) };
    let exception = domain::ExceptionId::numbered("any");
    vec![
        Fact::TenderOffered(TenderOffer {
            tender: format!("{SECRET}-T"),
            carrier: carrier("Alfa"),
            expires_at: None,
        }),
        Fact::TenderAccepted(answer()),
        Fact::TenderRejected(answer()),
        Fact::TenderExpired(answer()),
        Fact::DelayReported(DelayStatement {
            reason: DelayReason::Weather,
            minutes: None,
            note: Some(kept("snow")),
        }),
        Fact::CustomsHeld(customs()),
        Fact::CustomsReleased(customs()),
        Fact::ChargeStated(Charge {
            charge: format!("{SECRET}-C"),
            kind: ChargeKind::Fuel,
            amount: euros(FIGURE),
            description: Some(kept("fuel")),
        }),
        Fact::EventRetracted(Retraction { event: "e-3".into(), reason: format!("{SECRET} mistake") }),
        Fact::ShipmentCancelled(Cancellation { reason: Some(kept("unpaid")), replaced_by: Vec::new() }),
        Fact::ExceptionNoted(ExceptionNote { exception, text: format!("{SECRET} note") }),
        Fact::CaseOpened(CaseOpening {
            case,
            customer: CustomerId::numbered("BERT"),
            kind: CaseKind::Problem,
            text: "BERT's words".into(),
        }),
        Fact::CaseAnswered(CaseAnswer { case, text: "words to BERT".into() }),
    ]
}

fn owners_of(mask: u8) -> Vec<&'static str> {
    CUSTOMERS.iter().enumerate().filter(|(n, _)| mask & (1 << n) != 0).map(|(_, name)| *name).collect()
}

/// A load of all three customers: which of them each stop serves, and what happens, is drawn.
fn loads() -> impl Strategy<Value = Vec<Event>> {
    let stops = prop::collection::vec((0..3_u8, 1..8_u8), 1..6);
    let happenings = prop::collection::vec((any::<prop::sample::Index>(), 0..40_i64), 0..40);
    (stops, happenings).prop_map(|(stops, happenings)| {
        let kinds = [StopKind::Pickup, StopKind::CrossDock, StopKind::Delivery];
        let planned: Vec<PlannedStop> = stops
            .iter()
            .enumerate()
            .map(|(n, (kind, mask))| planned_stop(n, kinds[usize::from(*kind)], &owners_of(*mask)))
            .collect();
        let references = [
            (ReferenceKind::Load, SECRET),
            (ReferenceKind::Invoice, SECRET),
            (ReferenceKind::Order, "BERT-order"),
            (ReferenceKind::DeliveryNote, "CARL-note"),
            (ReferenceKind::Tracking, "CARL-tracking"),
        ];
        let plan = Plan {
            order_issuer: None,
            mode: Mode::Truckload,
            orders: CUSTOMERS.map(|name| format!("{name}-order")).to_vec(),
            stops: planned,
            carrier: None,
            references: references.map(|(kind, value)| reference(kind, value)).to_vec(),
        };
        let mut possible = about_load();
        for (n, (_, mask)) in stops.iter().enumerate() {
            possible.extend(about_stop(&n.to_string(), &owners_of(*mask)));
        }
        let mut events = CUSTOMERS.map(order).to_vec();
        events.push(tms("1 06:00", Fact::ShipmentPlanned(plan)));
        events.extend(happenings.into_iter().enumerate().map(|(n, (which, hours))| {
            let fact = which.get(&possible).clone();
            let role = match fact {
                Fact::CaseOpened(_) => Role::Portal,
                Fact::CaseAnswered(_) | Fact::ExceptionNoted(_) => Role::Desk,
                _ => Role::Tms,
            };
            let actor = if role == Role::Portal { "BERT's clerk" } else { "SECRET agent" };
            let mut event = event(role, "1 07:00", fact).named(&format!("e-{n}")).by(actor);
            event.occurred_at += chrono::TimeDelta::hours(hours);
            event
        }));
        events
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn nothing_of_others_and_nothing_of_the_house_reaches_a_customer(events in loads()) {
        let world = World::of(events);
        let tracked = world.shipment();
        let view = tracked.view();
        for customer in CUSTOMERS {
            let id = CustomerId::numbered(customer);
            let seen = tracked.redacted(id).expect("its goods are on it");
            prop_assert_eq!(seen.seq, view.seq);
            let mut json = serde_json::to_string(&(&seen, seen.row())).expect("json");
            // A place that it shares with others is its own as well, and so is who signs there.
            let own = format!("{customer}-order");
            let places = view.state.stops.iter().filter(|stop| stop.concerns(&own));
            let mut cities: Vec<&str> =
                places.filter_map(|stop| Some(stop.location.as_ref()?.city.as_str())).collect();
            cities.sort_by_key(|city| std::cmp::Reverse(city.len()));
            for city in cities {
                json = json.replace(city, "");
            }
            for other in CUSTOMERS.into_iter().filter(|other| *other != customer) {
                prop_assert!(!json.contains(other), "{} reads of {}: {}", customer, other, json);
            }
            // Who made a shared load wait is between the others and the house.
            prop_assert!(!json.contains("dwell") && !json.contains("long wait"), "{}: {}", customer, json);
            for secret in [SECRET, &FIGURE.to_string()] {
                prop_assert!(!json.contains(secret), "{} reads {}: {}", customer, secret, json);
            }
        }
        prop_assert_eq!(tracked.redacted(CustomerId::numbered("NOBODY")), None);
    }
}
