//! Deadlines that pass become events. They are kept with the shipments, so a restart loses none; an event's id
//! derives from its deadline, so none comes twice.

use crate::own::{PassError, delivery};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::deadline::DeadlineKind;
use domain::{Event, EventId, Fact, SourceName};
use std::time::Duration;
use store::{AppendError, Clock, DueDeadline, Store};

/// How many deadlines become events in one delivery.
const AT_ONCE: usize = 500;

/// Looks once a second for deadlines that have passed, by one look at an index whatever their number, until the
/// writer stops.
pub async fn watch(store: Store, clock: Clock) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        second.tick().await;
        match pass(&store, clock()).await {
            Ok(_) | Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "deadlines could not be looked at; trying again"),
        }
    }
}

/// Turns every deadline due by `now` into an event. Returns how many.
pub async fn pass(store: &Store, now: DateTime<Utc>) -> Result<usize, PassError> {
    let mut passed = 0;
    loop {
        let due = store.due_deadlines(now, AT_ONCE).await?;
        if due.is_empty() {
            return Ok(passed);
        }
        let count = due.len();
        let receipt = store.append(delivery(due.into_iter().map(event).collect(), now)).await?;
        if receipt.accepted == 0 {
            // They would be due for ever: better seen than looked at without end.
            tracing::error!(count, "deadlines that have passed already are still kept as due");
            return Ok(passed);
        }
        passed += count;
    }
}

fn event(due: DueDeadline) -> Event {
    let mut deadline = due.deadline;
    if due.is_hidden {
        deadline.deadline = DeadlineKind::Hidden;
    }
    let id = format!(
        "{}/{:?}/{}/{}",
        due.shipment,
        deadline.deadline,
        deadline.stop,
        deadline.due_at.timestamp_millis()
    );
    Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new("//syncline/deadlines", &id),
        occurred_at: deadline.due_at,
        number: due.number,
        issuer: due.issuer,
        actor: None,
        correlation: None,
        sequence: None,
        fact: Fact::DeadlinePassed(deadline),
    }
}
