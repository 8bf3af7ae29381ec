//! Law 5: each fact has one owner. The whole table, every kind and every role.

use crate::support::samples::one_of_each;
use domain::Fact;
use domain::authority::{OWNERS, Role};

const ROLES: [Role; 5] = [Role::Erp, Role::Tms, Role::Portal, Role::Desk, Role::Syncline];

/// Who may state a kind, and nobody else.
fn owners(kind: &str) -> &'static [Role] {
    match kind {
        "order.released"
        | "order.changed"
        | "order.cancelled"
        | "order.invoiced"
        | "invoice.disputed"
        | "invoice.paid"
        | "order.returned"
        | "customer.registered"
        | "item.registered"
        | "location.registered" => &[Role::Erp],
        "shipment.planned"
        | "shipment.cancelled"
        | "tender.offered"
        | "tender.accepted"
        | "tender.rejected"
        | "tender.expired"
        | "carrier.assigned"
        | "appointment.scheduled"
        | "appointment.rescheduled"
        | "appointment.missed"
        | "pickup.readied"
        | "stop.arrived"
        | "stop.loaded"
        | "stop.departed"
        | "shipment.sent_out_for_delivery"
        | "stop.delivered"
        | "stop.refused"
        | "delivery.attempted"
        | "collection.readied"
        | "shipment.returned"
        | "shipment.written_off"
        | "position.reported"
        | "eta.changed"
        | "delay.reported"
        | "customs.held"
        | "customs.released"
        | "pod.received"
        | "document.attached"
        | "charge.stated" => &[Role::Tms],
        "exception.assigned"
        | "exception.snoozed"
        | "exception.noted"
        | "exception.resolved"
        | "exception.reopened"
        | "exception.merged"
        | "exception.linked"
        | "case.opened"
        | "case.answered"
        | "case.closed"
        | "approval.requested"
        | "approval.granted"
        | "approval.refused"
        | "tracking.shared"
        | "tracking.revoked"
        | "subscription.changed" => &[Role::Portal, Role::Desk],
        "rulebook.changed" => &[Role::Desk],
        "deadline.passed" | "endpoint.failed" | "endpoint.recovered" | "leg.stated" | "invoice.held"
        | "invoice.released" | "feed.fell_silent" | "feed.parts_refused" | "feed.part_accepted" => {
            &[Role::Syncline]
        }
        // Whoever stated an event may take it back; the fold sees to it that nobody else does.
        "event.retracted" | "order.event_retracted" => &ROLES,
        _ => panic!("{kind} has no owner in this table"),
    }
}

#[test]
fn every_kind_is_accepted_from_its_owner_and_refused_from_everybody_else() {
    for fact in one_of_each() {
        for role in ROLES {
            let verdict = fact.check_authority(role);
            assert_eq!(verdict.is_ok(), owners(fact.kind()).contains(&role), "{} from {role}", fact.kind());
            if let Err(conflict) = verdict {
                assert_eq!((conflict.role, conflict.kind), (role, fact.kind()));
                assert_eq!(Some(&conflict.owner), owners(fact.kind()).first());
                let said = conflict.to_string();
                assert!(said.contains(role.label()) && said.contains(conflict.owner.label()), "{said}");
            }
        }
    }
}

#[test]
fn a_domain_has_an_owner_in_the_table_that_people_see() {
    for domain in one_of_each().iter().filter_map(Fact::domain) {
        assert!(OWNERS.iter().any(|row| row.domain == domain && !row.owners.is_empty()), "{domain:?}");
    }
}

#[test]
fn only_the_erp_and_the_tms_deliver_from_outside() {
    let outside: Vec<Role> = ROLES.into_iter().filter(|role| role.is_outside()).collect();
    assert_eq!(outside, [Role::Erp, Role::Tms]);
}

#[test]
fn a_role_is_read_as_it_is_written_and_anything_else_is_named() {
    for role in ROLES {
        assert_eq!(role.as_str().parse(), Ok(role));
    }
    let error = "EDI".parse::<Role>().expect_err("no role").to_string();
    assert!(error.contains("`EDI`") && error.contains("erp or tms"), "{error}");
}
