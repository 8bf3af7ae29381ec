//! What agents, customers and Syncline itself say in the example. No source may send these.

use super::{Example, ORDER, SHIPMENT, at, customer, said, window};
use chrono::TimeDelta;
use domain::authority::Role;
use domain::deadline::{Deadline, DeadlineKind};
use domain::fact::{
    Approvable, ApprovalDecision, ApprovalRequest, CaseAnswer, CaseKind, CaseOpening, EndpointFailure,
    EndpointRecovery, ExceptionAssignment, ExceptionLink, ExceptionNote, ExceptionResolution,
    ExceptionSnooze, FeedSilence, InvoiceDecision, Leg, Onward, PartAccepted, RefusedFor, RefusedParts,
    Responsible, RootCause, Sharing, SharingEnd,
};
use domain::id::{ApprovalId, CaseId, CustomerId};
use domain::party::Tier;
use domain::rulebook::{Rulebook, SomeLimits, Special, When};
use domain::subscription::{Channel, Choice, News, Pace, QuietHours, Subscription};
use domain::time::Moment;
use domain::{ExceptionId, Fact};

/// SHA-256 of the token `example`.
const TOKEN_HASH: &str = "50d858e0985ecc7f60418aaf0cc5ab587f42c2570a884095a9e8ccacd0f6545c";

/// Strategic customers' trucks leave the dock sooner.
fn rulebook() -> Rulebook {
    let special = Special {
        when: When { tier: Some(Tier::Strategic), ..When::default() },
        limits: SomeLimits { dwell_minutes: Some(90), ..SomeLimits::default() },
        ..Special::default()
    };
    Rulebook {
        version: 2,
        reason: "agreed with the docks on 1 June".to_owned(),
        special: vec![special],
        ..Rulebook::default()
    }
}

pub(super) fn told() -> Vec<Example> {
    let exception = ExceptionId::numbered("example: tender T-1 rejected");
    let case = CaseId::numbered("example: one carton short");
    let other = ExceptionId::numbered("example: pickup missed");
    let link = ExceptionLink { exception, other, named: "Missed pickup of SH-2026-000899".into() };
    let approval = ApprovalId::numbered("example: invoice without proof");
    let desk = |at: Moment, meaning, fact| said(Role::Desk, at, SHIPMENT, meaning, fact);
    let portal = |at: Moment, meaning, fact| said(Role::Portal, at, SHIPMENT, meaning, fact);
    vec![
        said(
            Role::Syncline,
            at(6, 17, 1),
            ORDER,
            "Syncline holds an order's invoice until its delivery is confirmed.",
            Fact::InvoiceHeld(InvoiceDecision {
                is_stuck: false,
                is_history: false,
                shipment: None,
                reason: "the proof of delivery shows a shortage".into(),
            }),
        ),
        said(
            Role::Syncline,
            at(9, 15, 0),
            ORDER,
            "Syncline lets an order's invoice go.",
            Fact::InvoiceReleased(InvoiceDecision {
                is_stuck: false,
                is_history: false,
                shipment: Some(SHIPMENT.to_owned()),
                reason: "the shortage was credited".into(),
            }),
        ),
        said(
            Role::Syncline,
            at(5, 9, 40),
            "endpoint erp",
            "Messages to an endpoint do not get through, or were given up.",
            Fact::EndpointFailed(EndpointFailure {
                why: "nothing got through since 5 May 09:36 UTC, last: connection refused".into(),
                given_up: 0,
            }),
        ),
        said(
            Role::Syncline,
            at(5, 9, 50),
            "endpoint erp",
            "They do again.",
            Fact::EndpointRecovered(EndpointRecovery { endpoint: "erp".into() }),
        ),
        said(
            Role::Syncline,
            at(5, 10, 0),
            SHIPMENT,
            "Several shipments carry an order: this one brings it to a hub, another takes it on.",
            Fact::LegStated(Leg {
                order: ORDER.to_owned(),
                issuer: None,
                is_first: true,
                counts_in_full: true,
                is_shared: true,
                goes_on: Some(Onward {
                    with: vec!["SH-2026-0418".into()],
                    stop: "2".into(),
                    left_at: Some(at(5, 9, 30)),
                    handed_over_at: None,
                    is_confirmed: false,
                    came_back: false,
                }),
                elsewhere: Vec::new(),
            }),
        ),
        said(
            Role::Syncline,
            at(5, 11, 0),
            SHIPMENT,
            "A moment by which something was due went by.",
            Fact::DeadlinePassed(Deadline {
                deadline: DeadlineKind::Pickup,
                stop: "1".into(),
                due_at: window(5, 8, 10).to + TimeDelta::hours(1),
            }),
        ),
        said(
            Role::Desk,
            at(1, 9, 0),
            Rulebook::NUMBER,
            "An administrator put another rules file in force.",
            Fact::RulebookChanged(rulebook()),
        ),
        said(
            Role::Portal,
            at(1, 9, 30),
            "carla",
            "Somebody chose what they want to be told, how and when.",
            Fact::SubscriptionChanged(Subscription {
                customer: Some(CustomerId::numbered("ACME")),
                choices: vec![
                    Choice { news: News::Delivered, by: Channel::Mail, pace: Pace::AtOnce },
                    Choice { news: News::Delayed, by: Channel::Webhook, pace: Pace::Daily },
                ],
                zone: "Europe/Berlin".to_owned(),
                daily_hour: 7,
                quiet: Some(QuietHours { from_hour: 21, until_hour: 6 }),
            }),
        ),
        said(
            Role::Syncline,
            at(4, 9, 0),
            "tms-north",
            "Nothing has come from a source for too long.",
            Fact::FeedFellSilent(FeedSilence {
                heard_at: at(4, 8, 0),
                hides: 1,
                shipments: vec![SHIPMENT.to_owned()],
            }),
        ),
        said(
            Role::Syncline,
            at(5, 13, 0),
            "erp-main",
            "Parts of what a source said wait in quarantine.",
            Fact::FeedPartsRefused(RefusedParts {
                refused_for: RefusedFor::Claim,
                cause: "authority_conflict syncline.stop.delivered.v1".to_owned(),
                count: 1,
                about: vec![SHIPMENT.to_owned()],
                reason: "the ERP does not own `stop.delivered`: the TMS does".to_owned(),
                last: 12,
            }),
        ),
        said(
            Role::Syncline,
            at(5, 15, 0),
            "erp-main",
            "A part that waited in quarantine was taken in by a second person's word.",
            Fact::FeedPartAccepted(PartAccepted { part: 12, named: format!("stop.delivered of {SHIPMENT}") }),
        ),
        desk(
            at(2, 14, 35),
            "An agent took an exception, or handed it to somebody.",
            Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: Some("aylin".into()) }),
        ),
        desk(
            at(2, 14, 40),
            "An agent put an exception aside until a time.",
            Fact::ExceptionSnoozed(ExceptionSnooze { exception, until: at(2, 17, 0), until_news: false }),
        ),
        desk(
            at(2, 14, 41),
            "An agent wrote a note that stays in the house.",
            Fact::ExceptionNoted(ExceptionNote { exception, text: "Galliker calls back by five".into() }),
        ),
        desk(
            at(2, 17, 45),
            "An agent closed an exception by hand.",
            Fact::ExceptionResolved(ExceptionResolution {
                exception,
                reason: "Galliker drives".into(),
                responsible: Some(Responsible::Carrier),
                root_cause: Some(RootCause::Capacity),
            }),
        ),
        desk(
            at(2, 17, 50),
            "An agent opened a closed exception again.",
            Fact::ExceptionReopened(ExceptionNote { exception, text: "the wrong one was closed".into() }),
        ),
        desk(
            at(2, 17, 55),
            "An agent found that an exception is the same as another.",
            Fact::ExceptionMerged(link.clone()),
        ),
        desk(
            at(2, 17, 56),
            "An agent found that an exception has to do with another.",
            Fact::ExceptionLinked(link),
        ),
        portal(
            at(7, 9, 0),
            "A customer opened a case.",
            Fact::CaseOpened(CaseOpening {
                case,
                customer: customer().id(),
                kind: CaseKind::Problem,
                text: "One carton is missing.".into(),
            }),
        ),
        desk(
            at(7, 9, 30),
            "Somebody answered a case; the customer reads it.",
            Fact::CaseAnswered(CaseAnswer { case, text: "The plant is looking for it.".into() }),
        ),
        desk(
            at(9, 14, 50),
            "A case was closed with a last word.",
            Fact::CaseClosed(CaseAnswer { case, text: "You get a credit note for it.".into() }),
        ),
        desk(
            at(8, 10, 0),
            "Somebody asked a second person to allow something.",
            Fact::ApprovalRequested(ApprovalRequest {
                approval,
                exception,
                what: Approvable::ReleaseInvoice { order: ORDER.into() },
                reason: "the consignee confirmed the delivery by telephone".into(),
            }),
        ),
        desk(
            at(8, 10, 30),
            "A second person allowed it.",
            Fact::ApprovalGranted(ApprovalDecision {
                approval,
                exception,
                reason: "the carton was found".into(),
            }),
        ),
        desk(
            at(8, 10, 45),
            "A second person did not allow it.",
            Fact::ApprovalRefused(ApprovalDecision {
                approval,
                exception,
                reason: "wait for the paper".into(),
            }),
        ),
        portal(
            at(5, 18, 0),
            "Somebody made a link that shows the shipment without signing in.",
            Fact::TrackingShared(Sharing {
                token_hash: TOKEN_HASH.into(),
                customer: customer().id(),
                label: "Goods in, Kassel".into(),
                expires_at: at(31, 18, 0),
            }),
        ),
        portal(
            at(7, 18, 0),
            "A share link ended before its time.",
            Fact::TrackingRevoked(SharingEnd { token_hash: TOKEN_HASH.into() }),
        ),
    ]
}
