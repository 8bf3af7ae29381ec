//! What is news, and to whom.

use super::Seen;
use crate::account::AccountRole;
use crate::event::Recorded;
use crate::exception::{Severity, ShipmentException};
use crate::fact::Fact;
use crate::id::CustomerId;
use crate::message::{Addressed, Addressee, Notice};
use crate::redaction::CustomerShipment;
use crate::status::Status;
use crate::time::format_moment;
use serde::{Deserialize, Serialize};

/// A kind of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum News {
    OnTheWay,
    OutForDelivery,
    Delayed,
    ActionNeeded,
    Delivered,
    Confirmed,
    Cancelled,
    CaseAnswered,
    CriticalOpened,
    Assigned,
    Mentioned,
    Escalated,
    CaseWritten,
    ApprovalWanted,
}

impl News {
    pub const ALL: [Self; 14] = [
        Self::OnTheWay,
        Self::OutForDelivery,
        Self::Delayed,
        Self::ActionNeeded,
        Self::Delivered,
        Self::Confirmed,
        Self::Cancelled,
        Self::CaseAnswered,
        Self::CriticalOpened,
        Self::Assigned,
        Self::Mentioned,
        Self::Escalated,
        Self::CaseWritten,
        Self::ApprovalWanted,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::OnTheWay => "on_the_way",
            Self::OutForDelivery => "out_for_delivery",
            Self::Delayed => "delayed",
            Self::ActionNeeded => "action_needed",
            Self::Delivered => "delivered",
            Self::Confirmed => "confirmed",
            Self::Cancelled => "cancelled",
            Self::CaseAnswered => "case_answered",
            Self::CriticalOpened => "critical_opened",
            Self::Assigned => "assigned",
            Self::Mentioned => "mentioned",
            Self::Escalated => "escalated",
            Self::CaseWritten => "case_written",
            Self::ApprovalWanted => "approval_wanted",
        }
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::OnTheWay => "On the way",
            Self::OutForDelivery => "Out for delivery",
            Self::Delayed => "Later than promised",
            Self::ActionNeeded => "Action needed",
            Self::Delivered => "Delivered",
            Self::Confirmed => "Delivery confirmed",
            Self::Cancelled => "Cancelled",
            Self::CaseAnswered => "A case was answered",
            Self::CriticalOpened => "A critical exception",
            Self::Assigned => "An exception was given to me",
            Self::Mentioned => "Somebody mentioned me",
            Self::Escalated => "Not answered or resolved in time",
            Self::CaseWritten => "A customer wrote",
            Self::ApprovalWanted => "Approval wanted",
        }
    }

    /// When it comes, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::OnTheWay => "The goods have left the pickup.",
            Self::OutForDelivery => "The truck is on its last leg.",
            Self::Delayed => "The expected time falls behind the promise, or is within it again.",
            Self::ActionNeeded => "Goods were refused, papers are disputed, or customs holds them.",
            Self::Delivered => "The goods were handed over, or it turns out that they were not.",
            Self::Confirmed => "The proof of delivery is here.",
            Self::Cancelled => "The shipment was called off.",
            Self::CaseAnswered => "The service desk answered or closed a case of yours.",
            Self::CriticalOpened => "An exception of the highest severity has opened.",
            Self::Assigned => "A colleague gave you an exception.",
            Self::Mentioned => "A note names you: @ and your account.",
            Self::Escalated => "An exception missed its time to be answered or resolved.",
            Self::CaseWritten => "A customer opened a case or answered in one.",
            Self::ApprovalWanted => "Somebody asks for a second person's word.",
        }
    }

    /// Whether people of the role can be told.
    pub fn is_for(self, role: AccountRole) -> bool {
        let is_of_customers = self <= Self::CaseAnswered;
        match role {
            AccountRole::Customer => is_of_customers,
            AccountRole::Agent => !is_of_customers && self != Self::ApprovalWanted,
            AccountRole::Manager | AccountRole::Admin => !is_of_customers,
        }
    }
}

/// Who is to be told, if they want to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    Customer(CustomerId),
    /// Everybody of the house.
    House,
    /// One account of the house.
    Account(String),
}

/// Something that is news to somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub to: To,
    pub news: News,
    pub notice: Notice,
}

/// What an event is news of, by what customers saw of its shipment before and see now; `exceptions` are all of its subject, and
/// `notices` what others must learn of it.
pub(super) fn of_event(
    recorded: &Recorded,
    before: &Seen,
    after: &Seen,
    exceptions: &[ShipmentException],
    notices: &[Addressed],
) -> Vec<Told> {
    if recorded.is_history() {
        return Vec::new();
    }
    let mut news = Vec::new();
    for (customer, after) in after {
        let before = before.iter().find_map(|(one, before)| (one == customer).then_some(before));
        for (kind, text) in of_shipment(before, after) {
            let notice = notification(kind, after, text);
            news.push(Told { to: To::Customer(*customer), news: kind, notice });
        }
    }
    news.extend(of_desk(recorded, exceptions));
    for (addressee, notice) in notices {
        let (to, kind) = match (addressee, notice) {
            (_, Notice::ExceptionEscalated { .. }) => (To::House, News::Escalated),
            (_, Notice::CaseWritten { .. }) => (To::House, News::CaseWritten),
            (_, Notice::ApprovalRequested { .. }) => (To::House, News::ApprovalWanted),
            (Addressee::Customer(customer), Notice::CaseAnswered { .. }) => {
                (To::Customer(*customer), News::CaseAnswered)
            }
            _ => continue,
        };
        news.push(Told { to, news: kind, notice: notice.clone() });
    }
    news
}

/// A sentence for a customer's people, with the way to the shipment.
fn notification(news: News, seen: &CustomerShipment, text: String) -> Notice {
    let path = format!("/shipments/{}", seen.id);
    Notice::Notification { news, shipment: seen.number.clone(), text, path }
}

/// That a customer's shipment is late, or on time again, as they see it.
pub fn of_delay(seen: &CustomerShipment) -> Notice {
    notification(News::Delayed, seen, delay(seen))
}

fn delay(seen: &CustomerShipment) -> String {
    let number = &seen.number;
    let to = seen.row().destination.map_or(String::new(), |city| format!(" to {city}"));
    let expected = seen.eta.map_or(String::new(), |eta| format!(", expected {}", format_moment(eta)));
    let promised = seen
        .promised
        .map_or(String::new(), |window| format!(", promised until {}", format_moment(window.to)));
    let verdict = if seen.flags.delayed { "late" } else { "on time again" };
    format!("{number}{to} is {verdict}{expected}{promised}.")
}

/// What a customer's people learn of a shipment of theirs.
fn of_shipment(before: Option<&CustomerShipment>, after: &CustomerShipment) -> Vec<(News, String)> {
    let number = &after.number;
    let was = before.map_or(Status::Ordered, |before| before.status);
    let flags = before.map(|before| before.flags).unwrap_or_default();
    let row = after.row();
    let to = row.destination.as_ref().map_or(String::new(), |city| format!(" to {city}"));
    let expected = after.eta.map_or(String::new(), |eta| format!(", expected {}", format_moment(eta)));
    let was_handed_over = was.is_handed_over();
    let mut news = Vec::new();
    match after.status {
        now if now == was => {}
        Status::Cancelled => news.push((News::Cancelled, format!("{number}{to} was cancelled."))),
        Status::CancelledUnderWay => {
            let text = format!(
                "{number}{to} was cancelled while the goods were under way. We find out where they go."
            );
            news.push((News::Cancelled, text));
        }
        Status::Returned => {
            news.push((News::Delivered, format!("The goods of {number} are back with their sender.")));
        }
        Status::ReadyForCollection => {
            let point = after.stops.iter().find_map(|stop| stop.collection.as_ref());
            let place = point.map_or(String::new(), |point| format!(" at {}", point.place));
            news.push((News::ActionNeeded, format!("{number} waits to be collected{place}.")));
        }
        Status::DeliveryAttempted => {
            news.push((
                News::ActionNeeded,
                format!("Nobody was there to take {number}; the carrier comes again."),
            ));
        }
        Status::Delivered | Status::AwaitingConfirmation if !was_handed_over => {
            let at = row.delivered_at.map_or(String::new(), |at| format!(" on {}", format_moment(at)));
            news.push((News::Delivered, format!("{number}{to} was delivered{at}.")));
        }
        Status::Delivered => {
            let signed = after.stops.iter().rev().find_map(|stop| stop.signed_by.as_deref());
            let signed = signed.map_or(String::new(), |name| format!(", signed by {name}"));
            news.push((News::Confirmed, format!("The delivery of {number}{to} is confirmed{signed}.")));
        }
        Status::AwaitingConfirmation => {
            news.push((News::Confirmed, format!("The delivery of {number}{to} is not confirmed any more.")));
        }
        now if was_handed_over => {
            let now = now.label().to_lowercase();
            news.push((News::Delivered, format!("{number}{to} is not delivered after all: it is {now}.")));
        }
        Status::InTransit if was < Status::InTransit => {
            news.push((News::OnTheWay, format!("{number} is on its way{to}{expected}.")));
        }
        Status::OutForDelivery if was < Status::OutForDelivery => {
            news.push((News::OutForDelivery, format!("{number} is out for delivery{to}{expected}.")));
        }
        _ => {}
    }
    let is_told =
        if after.flags.delayed { !flags.delayed } else { flags.delayed && !after.status.is_final() };
    if is_told {
        news.push((News::Delayed, delay(after)));
    }
    let needs = |flags: crate::status::Flags| flags.action_needed || flags.on_hold;
    if needs(after.flags) && !needs(flags) {
        let why = match &after.hold {
            Some(hold) => format!("customs holds it ({})", hold.office),
            None => "goods were refused, or papers are disputed".to_owned(),
        };
        news.push((News::ActionNeeded, format!("{number}{to} needs somebody: {why}.")));
    }
    news
}

/// What people of the house learn of exceptions.
fn of_desk(recorded: &Recorded, exceptions: &[ShipmentException]) -> Vec<Told> {
    let notification = |news, exception: &ShipmentException, text| Notice::Notification {
        news,
        shipment: exception.number.clone(),
        text,
        path: format!("/desk?selected={}", exception.id),
    };
    let summary = |one: &ShipmentException| {
        let customer = one.customer.as_ref().map_or(String::new(), |name| format!(" of {name}"));
        format!("{} on {}{customer}. {}.", one.rule.label(), one.number, one.detail)
    };
    let is_new = |one: &&ShipmentException| {
        one.opened_seq == recorded.seq && one.is_open() && one.severity == Severity::Critical
    };
    let mut news: Vec<Told> = exceptions
        .iter()
        .filter(is_new)
        .map(|one| {
            let news = News::CriticalOpened;
            Told { to: To::House, news, notice: notification(news, one, summary(one)) }
        })
        .collect();
    let by = recorded.event.actor.as_deref().unwrap_or("somebody");
    let about = |id| exceptions.iter().find(|one| one.id == id);
    match &recorded.event.fact {
        Fact::ExceptionAssigned(act) => {
            if let (Some(one), Some(name)) = (about(act.exception), &act.assignee) {
                let text = format!("{by} gave you: {}", summary(one));
                let notice = notification(News::Assigned, one, text);
                news.push(Told { to: To::Account(name.clone()), news: News::Assigned, notice });
            }
        }
        Fact::ExceptionNoted(note) | Fact::ExceptionReopened(note) => {
            for name in mentioned(&note.text) {
                let Some(one) = about(note.exception) else { continue };
                let text = format!("{by} wrote: {} ({})", note.text, summary(one));
                let notice = notification(News::Mentioned, one, text);
                news.push(Told { to: To::Account(name.to_owned()), news: News::Mentioned, notice });
            }
        }
        _ => {}
    }
    news
}

/// The accounts that a note names with `@`, each once.
pub fn mentioned(text: &str) -> Vec<&str> {
    let names = text.split_whitespace().filter_map(|word| word.strip_prefix('@'));
    let mut names: Vec<&str> =
        names.map(|name| name.trim_end_matches(|end: char| !end.is_alphanumeric())).collect();
    names.sort_unstable();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_names_accounts_whatever_stands_behind_them() {
        assert_eq!(mentioned("@anna, please ask @amir! Thanks, @anna. a@b"), ["amir", "anna"]);
        assert_eq!(mentioned("nobody"), Vec::<&str>::new());
    }

    #[test]
    fn every_kind_of_news_is_for_somebody_and_none_of_the_desk_for_customers() {
        for news in News::ALL {
            assert_ne!(news.is_for(AccountRole::Customer), news.is_for(AccountRole::Manager), "{news:?}");
            assert_eq!(serde_json::to_value(news).expect("json"), news.as_str());
        }
    }
}
