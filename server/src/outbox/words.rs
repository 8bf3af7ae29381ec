//! What letters say of a notice, and where they lead.

use app::query::ShipmentsQuery;
use domain::message::Notice;
use domain::time::format_moment;

/// Where people look at what a notice tells of, on this server.
pub(super) fn path(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Notification { path, .. } => Some(path.clone()),
        Notice::ExceptionEscalated { exception, .. } | Notice::ApprovalRequested { exception, .. } => {
            Some(format!("/desk?selected={exception}"))
        }
        Notice::CaseWritten { shipment, .. } | Notice::CaseAnswered { shipment, .. } => {
            Some(ShipmentsQuery { q: Some(shipment.clone()), ..ShipmentsQuery::default() }.href())
        }
        _ => None,
    }
}

fn part(shipment: Option<&str>) -> String {
    shipment.map_or(String::new(), |number| format!(", as far as it is on {number},"))
}

/// A notice as a letter says it.
pub(super) fn words(notice: &Notice) -> String {
    match notice {
        Notice::InvoiceRelease { order, shipment, reason } => {
            format!("The invoice of order {order}{} may leave: {reason}.", part(shipment.as_deref()))
        }
        Notice::InvoiceHold { order, shipment, reason } => {
            format!("The invoice of order {order}{} has to wait. {reason}.", part(shipment.as_deref()))
        }
        Notice::PlanDue { order, shipment, rejections, reason, expected } => {
            let because = reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
            let expected = expected
                .map_or(String::new(), |at| format!(" It is not expected before {}.", format_moment(at)));
            format!(
                "Nobody carries order {order} on {shipment} now: refusal number {rejections}{because}.{expected}"
            )
        }
        Notice::ExpectedDeliveryRevised { order, shipment, promised, expected, is_late, .. } => {
            let promised = promised
                .map_or(String::new(), |window| format!(", promised until {}", format_moment(window.to)));
            let verdict = if *is_late { "later than promised" } else { "within the promise again" };
            format!(
                "Order {order} on {shipment} is expected {}, {verdict}{promised}.",
                format_moment(*expected)
            )
        }
        Notice::ShipmentCancel { shipment, order } => {
            format!("Order {order} was cancelled: call off {shipment}.")
        }
        Notice::DelayAlert { shipment, customer, order, promised, expected } => format!(
            "{customer} waits for order {order}: {shipment} is expected {}, promised until {}.",
            format_moment(*expected),
            format_moment(promised.to)
        ),
        Notice::ExceptionEscalated { shipment, rule, detail, customer, assignee, level, .. } => {
            let customer = customer.as_ref().map_or(String::new(), |name| format!(" of {name}"));
            let with = assignee.as_deref().unwrap_or("nobody");
            format!(
                "{} on {shipment}{customer}: {}. {detail}. It is with {with}.",
                rule.label(),
                level.breached()
            )
        }
        Notice::ApprovalRequested { shipment, what, by, reason, .. } => {
            let by = by.as_deref().unwrap_or("somebody");
            format!("{by} asks for approval {what} ({shipment}): {reason}. Decide here:")
        }
        Notice::CaseWritten { shipment, text, .. } => format!("A customer wrote about {shipment}: {text}"),
        Notice::CaseAnswered { shipment, text, is_closed } => {
            let end = if *is_closed { " The case is closed with that." } else { "" };
            format!("The service desk answered about {shipment}: {text}{end}")
        }
        Notice::Notification { text, .. } => text.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contracts::outgoing::OUTGOING;
    use domain::message::{Addressee, Message};
    use domain::subscription::{Channel, News};
    use domain::{CustomerId, Seq};
    use serde_json::{Value, json};

    /// What a customer may be sent: a new field fails until somebody has decided.
    const FOR_CUSTOMERS: &[&str] = &["shipment", "text", "is_closed", "news", "path"];

    fn notices() -> Vec<Notice> {
        let examples = OUTGOING.iter().map(|one| {
            let kind = one.event["type"].as_str().unwrap_or_default();
            let kind = kind.trim_start_matches("syncline.").trim_end_matches(".v1");
            serde_json::from_value(json!({"type": kind, "data": one.event["data"]})).expect("a notice")
        });
        let news = News::ALL.into_iter().map(|news| Notice::Notification {
            news,
            shipment: "SH-1".to_owned(),
            text: "a sentence".to_owned(),
            path: "/shipments/1".to_owned(),
        });
        examples.chain(news).collect()
    }

    /// Every addressee, with whose eyes it has: the match fails to compile until a new one is decided.
    fn addressees() -> Vec<(Addressee, Option<CustomerId>)> {
        let customer = CustomerId::numbered("C-1");
        let person = |by| Addressee::Person { by, account: "carla".to_owned() };
        let all = [
            Addressee::Erp,
            Addressee::Tms,
            Addressee::AccountTeam,
            Addressee::Desk,
            Addressee::TeamLead,
            Addressee::Manager,
            Addressee::Customer(customer),
            person(Channel::Mail),
            person(Channel::Webhook),
        ];
        all.into_iter()
            .flat_map(|to| match &to {
                Addressee::Erp
                | Addressee::Tms
                | Addressee::AccountTeam
                | Addressee::Desk
                | Addressee::TeamLead
                | Addressee::Manager
                | Addressee::Customer(_) => vec![(to, None)],
                Addressee::Person { .. } => vec![(to.clone(), None), (to, Some(customer))],
            })
            .collect()
    }

    #[test]
    fn of_all_kinds_of_messages_a_customer_is_sent_only_what_was_written_for_customers() {
        let mut sent = 0;
        for notice in notices() {
            for (to, audience) in addressees() {
                let at = "2026-03-06T12:20:00Z".parse().expect("a moment");
                let message = Message { audience, ..Message::new(Seq(1), &[], at, (to, notice.clone())) };
                if !message.is_to_customer() || !message.may_leave() {
                    continue;
                }
                sent += 1;
                let event: Value =
                    serde_json::from_str(&message.cloud_event().expect("an event")).expect("json");
                for (field, _) in event["data"].as_object().expect("data") {
                    assert!(FOR_CUSTOMERS.contains(&field.as_str()), "{}: {field}", notice.kind());
                }
                let letter = format!("{} {}", notice.label(), words(&notice)).to_lowercase();
                for word in ["strategic", "tier", "assign", "escalat", "rule", "exception", "approv", "desk?"]
                {
                    assert!(!letter.contains(word), "{}: {letter}", notice.kind());
                }
                assert!(path(&notice).is_some_and(|path| path.starts_with("/shipments")), "{notice:?}");
            }
        }
        // Of nine kinds of news and an answered case, each to the endpoint, by mail and by webhook.
        assert!(sent >= 27, "{sent}");
    }

    #[test]
    fn a_number_of_any_form_leads_to_its_shipment() {
        let shipment = "SH 1&x=ü".to_owned();
        let written = Notice::CaseAnswered { shipment, text: "Yes".to_owned(), is_closed: false };
        let path = path(&written).expect("a path");
        assert!(path.bytes().all(|byte| byte.is_ascii_graphic()) && !path.contains("&x"), "{path}");
    }
}
