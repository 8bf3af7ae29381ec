//! What the page of a shipment shows to everybody, made from either audience's view of it.

use super::stop::StopCard;
use domain::Seq;
use domain::charge::Document;
use domain::fact::Mode;
use domain::redaction::CustomerShipment;
use domain::reference::Reference;
use domain::shipment::{CaseMessage, Delay, LastPosition};
use domain::status::{Flags, Status};
use domain::time::{Moment, Window};
use domain::view::ShipmentView;

/// Everything that both audiences' pages have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct Facts {
    pub number: String,
    pub seq: Seq,
    pub status: Status,
    pub flags: Flags,
    pub mode: Option<Mode>,
    pub carrier: Option<String>,
    pub eta: Option<Moment>,
    pub delivered_at: Option<Moment>,
    pub promised: Option<Window>,
    pub position: Option<LastPosition>,
    pub delay: Option<Delay>,
    pub references: Vec<Reference>,
    pub documents: Vec<Document>,
    pub stops: Vec<StopCard>,
    pub orders: Vec<OrderCard>,
    pub timeline: Vec<EntryCard>,
    pub cases: Vec<CaseCard>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct OrderCard {
    pub number: String,
    pub remark: Option<String>,
    pub promised: Option<Window>,
    pub lines: Vec<LineCard>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LineCard {
    pub line: String,
    pub item: String,
    pub description: String,
    pub quantity: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct EntryCard {
    pub occurred_at: Moment,
    pub text: String,
    /// What was said when the source took it back.
    pub corrected: Option<String>,
    /// Where it comes from, for people of the house.
    pub origin: Option<String>,
    pub recorded_at: Option<Moment>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct CaseCard {
    pub messages: Vec<CaseMessage>,
    pub closed: bool,
}

impl From<&ShipmentView> for Facts {
    fn from(shipment: &ShipmentView) -> Self {
        let state = &shipment.state;
        let row = shipment.row();
        Self {
            number: shipment.number.clone(),
            seq: shipment.seq,
            status: shipment.status,
            flags: shipment.flags,
            mode: state.mode,
            carrier: row.carrier,
            eta: row.tracked.eta,
            delivered_at: row.tracked.delivered_at,
            promised: shipment.promised,
            position: state.position.clone(),
            delay: state.delay.clone(),
            references: shipment.references.clone(),
            documents: state.documents.clone(),
            stops: state.stops.iter().map(StopCard::from).collect(),
            orders: shipment.orders.iter().map(internal_order).collect(),
            timeline: shipment.timeline.iter().map(internal_entry).collect(),
            cases: state
                .cases
                .iter()
                .map(|case| CaseCard { messages: case.messages.clone(), closed: case.closed_at.is_some() })
                .collect(),
        }
    }
}

fn internal_order(order: &domain::view::OrderView) -> OrderCard {
    let customer = order.customer.as_ref().map_or("customer not known yet", |customer| &customer.name);
    let cancelled = if order.cancelled { ", cancelled" } else { "" };
    OrderCard {
        number: order.number.clone(),
        remark: Some(format!("{customer}{cancelled}")),
        promised: order.promised,
        lines: order
            .lines
            .iter()
            .map(|line| LineCard {
                line: line.line.clone(),
                item: line.item.code.clone(),
                description: line.item.description.clone(),
                quantity: line.quantity.to_string(),
            })
            .collect(),
    }
}

fn internal_entry(entry: &domain::view::TimelineEntry) -> EntryCard {
    let code = entry.raw_code.as_ref().map(|code| format!("code {code}"));
    let actor = entry.actor.as_ref().map(|actor| format!("by {actor}"));
    let parts =
        [Some(entry.source.clone()), Some(entry.kind.clone()), code, actor, Some(format!("#{}", entry.seq))];
    EntryCard {
        occurred_at: entry.occurred_at,
        text: entry.text.clone(),
        corrected: entry.corrected.as_ref().map(|reason| format!("Taken back: {reason}")),
        origin: Some(parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")),
        recorded_at: Some(entry.recorded_at.fixed_offset()),
    }
}

impl From<&CustomerShipment> for Facts {
    fn from(shipment: &CustomerShipment) -> Self {
        let timeline = shipment.timeline.iter().map(|entry| EntryCard {
            occurred_at: entry.occurred_at,
            text: entry.text.clone(),
            corrected: entry.corrected.then(|| "Corrected".to_owned()),
            origin: None,
            recorded_at: None,
        });
        Self {
            number: shipment.number.clone(),
            seq: shipment.seq,
            status: shipment.status,
            flags: shipment.flags,
            mode: shipment.mode,
            carrier: shipment.carrier.clone(),
            eta: shipment.eta,
            delivered_at: shipment.row().delivered_at,
            promised: shipment.promised,
            position: shipment.position.clone(),
            delay: None,
            references: shipment.references.clone(),
            documents: shipment.documents.clone(),
            stops: shipment.stops.iter().map(StopCard::from).collect(),
            orders: shipment
                .orders
                .iter()
                .map(|order| OrderCard {
                    number: order.number.clone(),
                    remark: None,
                    promised: order.promised,
                    lines: order
                        .lines
                        .iter()
                        .map(|line| LineCard {
                            line: line.line.clone(),
                            item: line.item.clone(),
                            description: line.description.clone(),
                            quantity: line.quantity.to_string(),
                        })
                        .collect(),
                })
                .collect(),
            timeline: timeline.collect(),
            cases: shipment
                .cases
                .iter()
                .map(|case| CaseCard { messages: case.messages.clone(), closed: case.closed })
                .collect(),
        }
    }
}
