//! Writes down what the sources of one life say, as CloudEvents, with the moment at which each is sent.

use super::chance::Chance;
use super::network::Place;
use super::pace::Pace;
use super::plot::Oddity;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Fact;
use domain::time::Moment;
use serde::Serialize;
use serde_json::value::RawValue;

/// Which of the two systems speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum System {
    Tms,
    Erp,
}

impl System {
    fn origin(self) -> &'static str {
        match self {
            Self::Tms => "//tms.demo.example",
            Self::Erp => "//erp.demo.example",
        }
    }

    fn prefix(self) -> &'static str {
        match self {
            Self::Tms => "tms",
            Self::Erp => "erp",
        }
    }
}

/// One event, ready to be sent.
#[derive(Clone, Debug)]
pub struct Dispatch {
    /// When it is sent, on the wall's clock; never before its `time`.
    pub due: DateTime<Utc>,
    pub system: System,
    /// The middle of its type, for example `stop.arrived`.
    pub kind: &'static str,
    /// The order or shipment that it is about.
    pub subject: String,
    /// Whether it answers a carrier's refusal.
    pub follows_refusal: bool,
    /// The structured `CloudEvent`.
    pub json: String,
    /// Set where the receiver is meant to refuse it.
    pub oddity: Option<Oddity>,
    /// When it happened, on the story's clock.
    pub(super) at: DateTime<Utc>,
}

#[derive(Serialize)]
struct CloudEvent<'a> {
    specversion: &'static str,
    id: &'a str,
    source: &'static str,
    #[serde(rename = "type")]
    kind: String,
    subject: &'a str,
    time: Moment,
    datacontenttype: &'static str,
    data: Box<RawValue>,
}

/// The writer of one life.
pub(super) struct Teller {
    pub chance: Chance,
    pub pace: Pace,
    /// The life's number; with the moment and a counter it makes the events' ids.
    life: u64,
    pub dispatches: Vec<Dispatch>,
}

impl Teller {
    pub fn new(chance: Chance, pace: Pace, life: u64) -> Self {
        Self { chance, pace, life, dispatches: Vec::with_capacity(40) }
    }

    /// The TMS states a fact about a shipment. Gives the event's id.
    pub fn tms(&mut self, at: DateTime<Utc>, place: &Place, shipment: &str, fact: &Fact) -> String {
        self.say(System::Tms, at, place, shipment, fact)
    }

    /// The ERP states a fact. Gives the event's id.
    pub fn erp(&mut self, at: DateTime<Utc>, place: &Place, subject: &str, fact: &Fact) -> String {
        self.say(System::Erp, at, place, subject, fact)
    }

    fn say(
        &mut self,
        system: System,
        at: DateTime<Utc>,
        place: &Place,
        subject: &str,
        fact: &Fact,
    ) -> String {
        let data = fact.data().expect("facts are plain data, which JSON can hold");
        self.write(system, at, place, subject, fact.kind(), data, None)
    }

    /// A system states what it should not: `data` goes out as it stands.
    #[expect(clippy::too_many_arguments, reason = "they are the attributes of one CloudEvent")]
    pub fn odd(
        &mut self,
        oddity: Oddity,
        system: System,
        at: DateTime<Utc>,
        place: &Place,
        subject: &str,
        kind: &'static str,
        data: String,
    ) {
        self.write(system, at, place, subject, kind, data, Some(oddity));
    }

    #[expect(clippy::too_many_arguments, reason = "they are the attributes of one CloudEvent")]
    fn write(
        &mut self,
        system: System,
        at: DateTime<Utc>,
        place: &Place,
        subject: &str,
        kind: &'static str,
        data: String,
        oddity: Option<Oddity>,
    ) -> String {
        let time = self.pace.happened(at, place);
        // Ids begin with the moment, so that a receiver's index of ids grows at its end.
        let id = format!(
            "{}-{:013}-{:06}-{:02}",
            system.prefix(),
            time.timestamp_millis(),
            self.life,
            self.dispatches.len() + 1
        );
        let event = CloudEvent {
            specversion: "1.0",
            id: &id,
            source: system.origin(),
            kind: format!("syncline.{kind}.v1"),
            subject,
            time,
            datacontenttype: "application/json",
            data: RawValue::from_string(data).expect("payloads are JSON"),
        };
        let json = serde_json::to_string(&event).expect("strings and JSON are JSON");
        // Carriers are asked one after the other: a second is asked since the one before said no.
        let refused = |one: &Dispatch| one.kind == "tender.rejected" && one.subject == subject;
        let follows_refusal = kind == "tender.offered" && self.dispatches.iter().any(refused);
        let transmission = TimeDelta::milliseconds(self.chance.number(40..=900));
        self.dispatches.push(Dispatch {
            due: self.pace.wall(at) + transmission,
            system,
            kind,
            subject: subject.to_owned(),
            follows_refusal,
            json,
            oddity,
            at,
        });
        id
    }
}
