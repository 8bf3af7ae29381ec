//! How endpoints stand, for those who have to know: an exception where messages do not get through.

use crate::own::{PassError, delivery};
use chrono::{DateTime, Utc};
use domain::authority::Role;
use domain::fact::{EndpointFailure, EndpointRecovery};
use domain::{Event, EventId, Fact, SourceName};
use std::time::Duration;
use store::{AppendError, Clock, EndpointSummary, Store};

/// How often is looked.
const LOOK: Duration = Duration::from_secs(2);

/// Looks until the writer stops.
pub async fn watch(store: Store, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        match pass(&store, clock()).await {
            Ok(()) | Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "endpoints could not be looked at; trying again"),
        }
    }
}

/// Tells of every endpoint that fails, fails otherwise, or takes messages again. From a server on which
/// nothing leaves nothing can fail.
pub async fn pass(store: &Store, now: DateTime<Utc>) -> Result<(), PassError> {
    if store.quiet().is_some() {
        return Ok(());
    }
    let standing = store.endpoint_summaries(false).await?;
    let known = store.feeds().await?;
    let as_of = store.as_of().await?;
    let mut events = Vec::new();
    for one in &standing {
        let number = subject(&one.endpoint.name);
        let failure = known.iter().find(|feed| feed.source == number).and_then(|feed| feed.failure.clone());
        let fact = match (failing(one, now), failure) {
            (Some(failure), known) if is_other(&failure, known.as_ref()) => Fact::EndpointFailed(failure),
            (None, Some(_)) => {
                Fact::EndpointRecovered(EndpointRecovery { endpoint: one.endpoint.name.clone() })
            }
            _ => continue,
        };
        events.push(stated(number, as_of.0, now, fact));
    }
    // One that was removed fails no more.
    for feed in known.iter().filter(|feed| feed.failure.is_some()) {
        let name = feed.source.trim_start_matches(PREFIX);
        if standing.iter().all(|one| one.endpoint.name != name) {
            let fact = Fact::EndpointRecovered(EndpointRecovery { endpoint: name.to_owned() });
            events.push(stated(feed.source.clone(), as_of.0, now, fact));
        }
    }
    if !events.is_empty() {
        store.append(delivery(events, now)).await?;
    }
    Ok(())
}

const PREFIX: &str = "endpoint ";

fn subject(endpoint: &str) -> String {
    format!("{PREFIX}{endpoint}")
}

fn failing(one: &EndpointSummary, now: DateTime<Utc>) -> Option<EndpointFailure> {
    let why = one.is_down(now).or_else(|| (one.dead > 0).then(|| "what follows does".to_owned()))?;
    Some(EndpointFailure { why, given_up: one.dead })
}

/// Whether a failure is worth another event: the last answer may read otherwise each time.
fn is_other(failure: &EndpointFailure, known: Option<&EndpointFailure>) -> bool {
    let reason = |one: &EndpointFailure| one.why.split(", last:").next().map(str::to_owned);
    // Of an outage of days each further message that is given up is no news.
    let is_more = |known: &EndpointFailure| {
        (known.given_up == 0) != (failure.given_up == 0)
            || failure.given_up >= known.given_up.saturating_mul(2).max(1)
                && failure.given_up != known.given_up
    };
    known.is_none_or(|known| is_more(known) || reason(known) != reason(failure))
}

fn stated(number: String, as_of: i64, now: DateTime<Utc>, fact: Fact) -> Event {
    Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new("//syncline/endpoints", &format!("{number}/{}/{as_of}", fact.kind())),
        occurred_at: now.fixed_offset(),
        number,
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}
