//! One fact of each kind, with every optional value filled in.

use super::facts::{carrier, location, plan, stop};
use super::{at, window};
use domain::Fact;
use domain::charge::{Charge, ChargeKind, Document, DocumentKind};
use domain::deadline::{Deadline, DeadlineKind};
use domain::exception::Severity;
use domain::fact::{
    AppointmentTerms, Approvable, ApprovalDecision, ApprovalRequest, AtStop, Attempt, Cancellation,
    CarrierAssignment, CaseAnswer, CaseKind, CaseOpening, CollectionPoint, Conversion, CustomerTerms,
    CustomsStatement, DelayReason, DelayStatement, Discrepancy, DiscrepancyKind, Ending, EndpointFailure,
    EndpointRecovery, EtaStatement, ExceptionAssignment, ExceptionLink, ExceptionNote, ExceptionResolution,
    ExceptionSnooze, FeedSilence, Handled, HandledLine, InvoiceDecision, InvoicePayment, InvoiceStatement,
    Invoiced, ItemTerms, Leg, LineElsewhere, Mode, Onward, OrderLine, OrderTerms, PartAccepted, Plan,
    PodStatement, PositionReport, Priority, Refusal, RefusedFor, RefusedParts, Responsible, Retraction,
    Returned, RootCause, Sharing, SharingEnd, StopKind, TenderAnswer, TenderOffer,
};
use domain::id::{ApprovalId, CaseId, CustomerId, ExceptionId};
use domain::measure::{Currency, Money, Quantity};
use domain::party::{Customer, Item, Tier};
use domain::place::{Location, Position};
use domain::reference::{Reference, ReferenceKind};
use domain::rulebook::{Rulebook, SomeLimits, Special, When};
use domain::rules::Rule;
use domain::service_level::Team;
use domain::subscription::{Channel, Choice, News, Pace, QuietHours, Subscription};

pub fn euros(minor: i64) -> Money {
    Money { minor, currency: Currency::try_from("EUR".to_owned()).expect("a currency") }
}

pub fn reference(kind: ReferenceKind, value: &str) -> Reference {
    Reference { kind, value: value.to_owned(), issuer: None }
}

fn owned(text: &str) -> String {
    text.to_owned()
}

fn terms() -> OrderTerms {
    OrderTerms {
        customer: Customer { code: "ACME".into(), name: "Acme Ltd".into() },
        promised: Some(window("2 08:00", "2 12:00")),
        priority: Priority::Critical,
        lines: vec![OrderLine {
            line: "10".into(),
            item: Item { code: "P-1".into(), description: "Pumps".into() },
            quantity: Quantity { milli: 12_500, unit: "KGM".into() },
            price: Some(euros(65_940)),
            conversions: vec![Conversion {
                quantity: Quantity::whole(2, "PF"),
                equals: Quantity::whole(25, "KGM"),
            }],
        }],
        references: vec![reference(ReferenceKind::PurchaseOrder, "PO-9")],
    }
}

fn at_stop() -> AtStop {
    AtStop { stop: "1".into(), raw_code: Some(owned("X3")) }
}

fn line() -> HandledLine {
    HandledLine { order: "4711".into(), line: "10".into(), quantity: Quantity::whole(3, "PF") }
}

fn handled() -> Handled {
    Handled {
        stop: "2".into(),
        lines: vec![line()],
        left_with: Some(owned("neighbour, no. 12")),
        raw_code: Some(owned("D1")),
    }
}

fn answer() -> TenderAnswer {
    TenderAnswer { tender: "T1".into(), reason: Some(owned("no capacity")) }
}

fn appointment() -> AppointmentTerms {
    AppointmentTerms {
        stop: "1".into(),
        window: window("1 08:00", "1 10:00"),
        reason: Some(owned("dock is full")),
    }
}

fn customs() -> CustomsStatement {
    CustomsStatement { office: "Calais".into(), reason: Some(owned("papers")) }
}

fn pod() -> PodStatement {
    PodStatement {
        stop: "2".into(),
        signed_by: "J. Meyer".into(),
        signed_at: at("2 10:00"),
        document: Some(owned("POD-1")),
        discrepancy: Some(Discrepancy {
            kind: DiscrepancyKind::Damaged,
            note: Some(owned("one box wet")),
            lines: vec![line()],
        }),
        left_with: Some(owned("neighbour, no. 12")),
    }
}

fn transport_plan() -> Plan {
    Plan {
        order_issuer: None,
        carrier: Some(carrier("Alfa")),
        references: vec![Reference { issuer: Some(owned("alfa")), ..reference(ReferenceKind::Pro, "PRO-1") }],
        ..plan(
            &["4711"],
            vec![
                stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &["4711"]),
                stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &["4711"]),
            ],
        )
    }
}

/// Every fact once, in the order of [`Fact::KINDS`].
pub fn one_of_each() -> Vec<Fact> {
    let exception = ExceptionId::numbered("one");
    let case = CaseId::numbered("one");
    let customer = CustomerId::numbered("ACME");
    let cancelled = Cancellation { reason: Some(owned("not needed")), replaced_by: vec!["4713".into()] };
    let retraction = Retraction { event: "e-1".into(), reason: "entered by mistake".into() };
    let note = ExceptionNote { exception, text: "called them".into() };
    let link =
        ExceptionLink { exception, other: ExceptionId::numbered("E-2"), named: "POD overdue of S-2".into() };
    let approval = ApprovalId::numbered("A-1");
    let said = CaseAnswer { case, text: "we look into it".into() };
    let decision = InvoiceDecision {
        shipment: Some("SH-1".into()),
        reason: "no proof of delivery".into(),
        is_stuck: true,
        is_history: true,
    };
    let berlin = Location {
        position: Some(Position { latitude: 52.520_008, longitude: 13.404_954 }),
        ..location("Berlin")
    };
    vec![
        Fact::OrderReleased(terms()),
        Fact::OrderChanged(terms()),
        Fact::OrderCancelled(cancelled.clone()),
        Fact::OrderInvoiced(Invoiced { invoice: "I-1".into(), amount: euros(-100) }),
        Fact::InvoiceDisputed(InvoiceStatement { invoice: "I-1".into(), reason: Some(owned("too much")) }),
        Fact::InvoicePaid(InvoicePayment {
            invoice: "I-1".into(),
            amount: euros(i64::MAX),
            payment: Some(owned("P-1")),
        }),
        Fact::OrderReturned(Returned {
            line: "10".into(),
            quantity: Quantity::whole(1, "PF"),
            reason: Some(owned("damaged")),
            number: Some(owned("R-1")),
        }),
        Fact::InvoiceHeld(decision.clone()),
        Fact::InvoiceReleased(decision),
        Fact::CustomerRegistered(CustomerTerms { name: "Acme Ltd".into(), tier: Tier::Strategic }),
        Fact::ItemRegistered(ItemTerms { description: "Pumps".into(), unit: "PF".into() }),
        Fact::LocationRegistered(berlin.clone()),
        Fact::RulebookChanged(rulebook()),
        Fact::SubscriptionChanged(Subscription {
            choices: vec![Choice { news: News::Delayed, by: Channel::Mail, pace: Pace::Hourly }],
            quiet: Some(QuietHours { from_hour: 22, until_hour: 6 }),
            ..Subscription::default()
        }),
        Fact::ShipmentPlanned(transport_plan()),
        Fact::ShipmentCancelled(cancelled),
        Fact::TenderOffered(TenderOffer {
            tender: "T1".into(),
            carrier: carrier("Alfa"),
            expires_at: Some(at("1 07:00")),
        }),
        Fact::TenderAccepted(answer()),
        Fact::TenderRejected(answer()),
        Fact::TenderExpired(answer()),
        Fact::CarrierAssigned(CarrierAssignment {
            carrier: carrier("Alfa"),
            vehicle: Some(owned("HB-AL 1")),
        }),
        Fact::AppointmentScheduled(appointment()),
        Fact::AppointmentRescheduled(appointment()),
        Fact::AppointmentMissed(at_stop()),
        Fact::PickupReadied(at_stop()),
        Fact::StopArrived(at_stop()),
        Fact::StopLoaded(handled()),
        Fact::StopDeparted(at_stop()),
        Fact::ShipmentSentOutForDelivery(at_stop()),
        Fact::StopDelivered(handled()),
        Fact::StopRefused(Refusal { stop: "2".into(), reason: "nobody there".into() }),
        Fact::DeliveryAttempted(Attempt {
            stop: "2".into(),
            reason: Some(owned("nobody at home")),
            next: Some(window("3 08:00", "3 12:00")),
            raw_code: Some(owned("X8")),
        }),
        Fact::CollectionReadied(CollectionPoint {
            stop: "2".into(),
            place: "Post shop, Main Street 3".into(),
            until: Some(at("9 18:00")),
            raw_code: Some(owned("AV")),
        }),
        Fact::ShipmentReturned(Ending { orders: vec!["4711".into()], reason: Some(owned("refused")) }),
        Fact::ShipmentWrittenOff(Ending { orders: vec!["4711".into()], reason: Some(owned("burnt")) }),
        Fact::PositionReported(PositionReport {
            position: berlin.position.expect("a position"),
            near: Some(owned("A7 near Kassel")),
        }),
        Fact::EtaChanged(EtaStatement {
            stop: "2".into(),
            eta: at("2 11:00"),
            day: false,
            reason: Some(DelayReason::Traffic),
        }),
        Fact::DelayReported(DelayStatement {
            reason: DelayReason::Weather,
            minutes: Some(u32::MAX),
            note: Some(owned("snow")),
        }),
        Fact::CustomsHeld(customs()),
        Fact::CustomsReleased(customs()),
        Fact::PodReceived(pod()),
        Fact::DocumentAttached(Document {
            document: "D-1".into(),
            kind: DocumentKind::PackingList,
            title: "Packing list".into(),
        }),
        Fact::ChargeStated(Charge {
            charge: "C-1".into(),
            kind: ChargeKind::Fuel,
            amount: euros(12_345),
            description: Some(owned("fuel surcharge")),
        }),
        Fact::EventRetracted(retraction.clone()),
        Fact::OrderEventRetracted(retraction),
        Fact::FeedFellSilent(FeedSilence {
            heard_at: at("1 10:00"),
            hides: 2,
            shipments: vec!["SH-1".into()],
        }),
        Fact::FeedPartsRefused(RefusedParts {
            refused_for: RefusedFor::UnknownCode,
            cause: "unknown_kind syncline.truck.exploded.v1".into(),
            count: 3,
            about: vec!["SH-1".into()],
            reason: "nobody knows it".into(),
            last: 7,
        }),
        Fact::FeedPartAccepted(PartAccepted { part: 7, named: "stop.delivered of SH-1".into() }),
        Fact::EndpointFailed(EndpointFailure { why: "it is paused".into(), given_up: 1 }),
        Fact::EndpointRecovered(EndpointRecovery { endpoint: "erp".into() }),
        Fact::LegStated(Leg {
            order: "4711".into(),
            issuer: None,
            is_first: true,
            counts_in_full: true,
            is_shared: true,
            goes_on: Some(Onward {
                with: vec!["SH-2".into()],
                stop: "2".into(),
                left_at: Some(at("3 10:00")),
                handed_over_at: None,
                is_confirmed: false,
                came_back: false,
            }),
            elsewhere: vec![LineElsewhere { line: "10".into(), quantity: Quantity::whole(1, "PF") }],
        }),
        Fact::DeadlinePassed(Deadline {
            deadline: DeadlineKind::Pod,
            stop: "2".into(),
            due_at: at("3 10:00"),
        }),
        Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: Some(owned("kim")) }),
        Fact::ExceptionSnoozed(ExceptionSnooze { exception, until: at("2 10:00"), until_news: true }),
        Fact::ExceptionNoted(note.clone()),
        Fact::ExceptionResolved(ExceptionResolution {
            exception,
            reason: "carrier found".into(),
            responsible: Some(Responsible::Carrier),
            root_cause: Some(RootCause::Capacity),
        }),
        Fact::ExceptionReopened(note),
        Fact::ExceptionMerged(link.clone()),
        Fact::ExceptionLinked(link),
        Fact::CaseOpened(CaseOpening {
            case,
            customer,
            kind: CaseKind::Question,
            text: "where is it".into(),
        }),
        Fact::CaseAnswered(said.clone()),
        Fact::CaseClosed(said),
        Fact::ApprovalRequested(ApprovalRequest {
            approval,
            exception,
            what: Approvable::AcceptCharge { charge: ChargeKind::Fuel, up_to: euros(12_500) },
            reason: "the driver waited at the border".into(),
        }),
        Fact::ApprovalGranted(ApprovalDecision {
            approval,
            exception,
            reason: "agreed with the carrier".into(),
        }),
        Fact::ApprovalRefused(ApprovalDecision { approval, exception, reason: "not quoted".into() }),
        Fact::TrackingShared(Sharing {
            token_hash: "ab".repeat(32),
            customer,
            label: "for the yard".into(),
            expires_at: at("9 10:00"),
        }),
        Fact::TrackingRevoked(SharingEnd { token_hash: "ab".repeat(32) }),
    ]
}

/// A rules file that states everything that one can state.
fn rulebook() -> Rulebook {
    let usual = Rulebook::default();
    let special = Special {
        when: When {
            tier: Some(Tier::Strategic),
            carrier: Some("ALFA".into()),
            from: Some("DE".into()),
            to: Some("Berlin DE".into()),
            mode: Some(Mode::Truckload),
        },
        limits: SomeLimits { dwell_minutes: Some(90), ..SomeLimits::default() },
        severities: [(Rule::PodOverdue, Severity::High)].into(),
    };
    let audit = Team {
        team: "Freight audit".into(),
        rules: vec![Rule::ChargeOverTolerance],
        holidays: vec!["2026-04-03".into()],
        ..usual.teams[0].clone()
    };
    Rulebook {
        version: 2,
        reason: "longer waits are agreed".into(),
        severities: [(Rule::DelayReported, Severity::Low)].into(),
        special: vec![special],
        teams: [usual.teams.clone(), vec![audit]].concat(),
        ..usual
    }
}
