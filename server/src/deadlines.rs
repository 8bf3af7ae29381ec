//! Deadlines that pass become events. They are kept with the shipments, so a restart loses none; an event's id
//! derives from its deadline, so none comes twice.

use crate::own::{PassError, delivery};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::deadline::DeadlineKind;
use domain::{Event, EventId, Fact, SourceName};
use std::time::Duration;
use store::{AppendError, Clock, DueDeadline, DuePlace, Store};

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

/// Turns every deadline due by `now` into an event. Returns how many. One that is known to have passed and is kept as due all the
/// same is stepped over: it must not keep others from being looked at.
pub async fn pass(store: &Store, now: DateTime<Utc>) -> Result<usize, PassError> {
    let (mut passed, mut known) = (0, 0);
    let mut place = DuePlace::default();
    loop {
        let due = store.due_deadlines(now, place, AT_ONCE).await?;
        let Some(last) = due.last() else { break };
        place = last.place;
        let count = due.len();
        let receipt = store.append(delivery(due.into_iter().map(event).collect(), now)).await?;
        let accepted = receipt.accepted as usize;
        passed += accepted;
        known += count.saturating_sub(accepted);
    }
    if known > 0 {
        tracing::warn!(count = known, "deadlines that have passed already are still kept as due");
    }
    Ok(passed)
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
