//! Feeds as a whole: a source that says nothing, and parts of what it said that wait in quarantine, become events that an
//! exception hangs on; a part that a second person let in is taken in. One cause is one event, however many parts it has.

use crate::intake::{Sender, claim, number_by};
use crate::own::{PassError, delivery};
use chrono::{DateTime, TimeDelta, Utc};
use domain::authority::Role;
use domain::fact::{FeedSilence, PartAccepted, RefusedFor, RefusedParts};
use domain::{Event, EventId, Fact, SourceName};
use std::collections::BTreeMap;
use std::time::Duration;
use store::{AppendError, Clock, GrantedPart, RefusedPart, Silent, Store};

/// How often is looked.
const LOOK: Duration = Duration::from_secs(1);
/// How many parts of quarantine are told of in one delivery.
const AT_ONCE: u32 = 2_000;
/// How many numbers are named.
const NAMED: usize = 20;
const SILENCE: &str = "//syncline/silence";
const PARTS: &str = "//syncline/parts";
const ACCEPTED: &str = "//syncline/accepted";

/// Looks at the feeds until the writer stops.
pub async fn watch(store: Store, clock: Clock) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut told = None;
    loop {
        looks.tick().await;
        match pass(&store, &mut told, clock()).await {
            Ok(()) | Err(PassError::Append(AppendError::Full)) => {}
            Err(PassError::Append(AppendError::Stopped)) => break,
            Err(error) => tracing::error!(%error, "feeds could not be looked at; trying again"),
        }
    }
}

/// Tells of everything that is new at `now`. `told` is the last part of quarantine that was told of, once that is known.
pub async fn pass(store: &Store, told: &mut Option<i64>, now: DateTime<Utc>) -> Result<(), PassError> {
    let book = store.rulebook().await?;
    let since = now - TimeDelta::minutes(i64::from(book.limits.feed_silent_minutes));
    let silent: Vec<Event> =
        store.silent_since(since).await?.into_iter().map(|one| silence(one, now)).collect();
    if !silent.is_empty() {
        store.append(delivery(silent, now)).await?;
    }
    accept(store, now).await?;
    let mut after = match *told {
        Some(told) => told,
        None => last_told(store).await?,
    };
    loop {
        let parts = store.refused_parts(after, AT_ONCE).await?;
        let Some(last) = parts.last().map(|part| part.id) else { break };
        let is_full = parts.len() == AT_ONCE as usize;
        store.append(delivery(refused(parts), now)).await?;
        after = last;
        if !is_full {
            break;
        }
    }
    *told = Some(after);
    Ok(())
}

/// As the ids of the events say.
async fn last_told(store: &Store) -> Result<i64, PassError> {
    let last = store.last_of_own(PARTS).await?;
    let number = last.as_deref().and_then(|id| id.split_once(' ')?.1.split('/').next());
    Ok(number.and_then(|number| number.parse().ok()).unwrap_or_default())
}

fn stated(origin: &str, id: &str, source: &str, at: DateTime<Utc>, fact: Fact) -> Event {
    Event {
        source: SourceName::syncline(),
        role: Role::Syncline,
        id: EventId::new(origin, id),
        occurred_at: at.fixed_offset(),
        number: source.to_owned(),
        issuer: None,
        actor: None,
        correlation: None,
        sequence: None,
        fact,
    }
}

fn silence(silent: Silent, now: DateTime<Utc>) -> Event {
    let Silent { source, heard_at, hides, shipments } = silent;
    let id = format!("{source}/{}", heard_at.timestamp_micros());
    let silence = FeedSilence { heard_at: heard_at.fixed_offset(), hides, shipments };
    stated(SILENCE, &id, &source, now, Fact::FeedFellSilent(silence))
}

/// One event for each cause of each source.
fn refused(parts: Vec<RefusedPart>) -> Vec<Event> {
    let mut causes: BTreeMap<(String, String), Vec<RefusedPart>> = BTreeMap::new();
    for part in parts {
        causes.entry((part.source.clone(), part.cause.clone())).or_default().push(part);
    }
    let events = causes.into_iter().filter_map(|((source, cause), parts)| {
        let last = parts.last()?;
        let mut about: Vec<String> = Vec::new();
        for part in parts.iter().filter(|part| !part.about.is_empty()) {
            if about.len() < NAMED && !about.contains(&part.about) {
                about.push(part.about.clone());
            }
        }
        let id = format!("{:020}/{source}/{cause}", last.id);
        let at = last.at;
        let fact = Fact::FeedPartsRefused(RefusedParts {
            refused_for: RefusedFor::of(&last.code),
            cause,
            count: u32::try_from(parts.len()).unwrap_or(u32::MAX),
            about,
            reason: last.reason.clone(),
            last: last.id,
        });
        Some(stated(PARTS, &id, &source, at, fact))
    });
    events.collect()
}

/// Takes in what second people let in, each with the word that it was.
async fn accept(store: &Store, now: DateTime<Utc>) -> Result<(), PassError> {
    for feed in store.feeds().await? {
        if feed.granted.is_empty() {
            continue;
        }
        let known = store.sources().await?;
        let source = known.iter().find(|source| source.name.as_str() == feed.source);
        let issuer = source.and_then(|source| source.issuer.as_deref());
        for part in feed.granted {
            let waiting = store.waiting_part(part).await?;
            let named =
                waiting.as_ref().map_or(String::new(), |one| format!("{} of {}", one.kind(), one.about));
            let accepted = Fact::FeedPartAccepted(PartAccepted { part, named });
            let word = stated(ACCEPTED, &format!("{}/{part}", feed.source), &feed.source, now, accepted);
            // A part that is gone, or can't be read, is only not waited for any more.
            let events = waiting.and_then(|part| taken_in(part, issuer)).into_iter().chain([word]).collect();
            store.append(delivery(events, now)).await?;
        }
    }
    Ok(())
}

fn taken_in(part: GrantedPart, issuer: Option<&str>) -> Option<Event> {
    let sender = Sender { source: &part.source, role: part.role, received_at: part.received_at };
    claim(&part.raw, sender)
        .inspect_err(|rejection| {
            tracing::error!(part = part.id, reason = rejection.reason, "a part can't be taken in");
        })
        .ok()
        .map(|mut event| {
            number_by(&mut event, issuer);
            event
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_second_person_lets_in_keeps_the_numbers_of_its_source() {
        let part = || GrantedPart {
            id: 1,
            source: "tms-north".parse().expect("a name"),
            role: Role::Tms,
            cause: "authority".to_owned(),
            about: "SH-1".to_owned(),
            raw: r#"{"specversion":"1.0","id":"1","source":"//x","type":"syncline.order.cancelled.v1",
                "subject":"SO-1","time":"2026-05-04T09:30:00+02:00","data":{}}"#
                .to_owned(),
            received_at: "2026-05-04T08:00:00Z".parse().expect("a moment"),
        };
        let issuer = |issuer| taken_in(part(), issuer).expect("an event").issuer;
        assert_eq!(issuer(Some("north")).as_deref(), Some("north"));
        assert_eq!(issuer(None), None);
    }
}
