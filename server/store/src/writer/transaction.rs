//! One transaction: which deliveries and events are new, which positions they get, and what they change.

use super::batch::Batch;
use super::prepared::{Prepared, PreparedEvent};
use super::projections;
use super::repeats::{Content, Identity, answered, stored};
use super::views::Views;
use crate::batch_rows::{Cell, write_rows};
use crate::{
    AppendError, Commit, Expected, Reason, Receipt, Rejected, StoreError, from_micros, journal, load, micros,
    outbox,
};
use chrono::{DateTime, SubsecRound, Utc};
use domain::authority::Role;
use domain::event::{Recorded, Sequence};
use domain::fact::Fact;
use domain::{Event, ExceptionId, OrderId, Seq, SourceName};
use sqlx::{SqliteConnection, query_scalar};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What the writer remembers between transactions.
pub(crate) struct Memory {
    views: Views,
    last_seq: i64,
    last_inbound: i64,
    last_recorded_at: DateTime<Utc>,
}

/// Events on which the fold, a rule or a view failed. They outlive the memory, which each failure throws away.
#[derive(Default)]
pub(crate) struct Unfoldable(HashSet<Identity>);

impl Unfoldable {
    /// Has the event of this position, after which a shipment can't be shown, go to quarantine when it is sent again.
    fn blame(&mut self, seq: Seq, known: &HashMap<Identity, Content>) -> StoreError {
        let identity = known.iter().find(|(_, content)| content.seq == seq.0).map(|(identity, _)| identity);
        let event = identity.map_or_else(|| seq.to_string(), |(_, event)| event.clone());
        tracing::error!(%seq, %event, "a shipment can't be shown after an event");
        self.0.extend(identity.cloned());
        StoreError::Unfoldable { event }
    }
}

/// What a transaction wrote, before its commit.
pub(crate) struct Written {
    pub outcomes: Vec<Result<Receipt, AppendError>>,
    pub batch: Applied,
    pub first: Seq,
}

/// The batch and what the hub is told beside it.
pub(crate) struct Applied {
    batch: Batch,
    passages: Vec<(Seq, SourceName, DateTime<Utc>, DateTime<Utc>)>,
}

/// Rows that deliveries leave behind.
#[derive(Default)]
struct Rows {
    inbound: Vec<[Cell; 10]>,
    journal: Vec<[Cell; 17]>,
    quarantine: Vec<[Cell; 11]>,
    counters: BTreeMap<String, [i64; 5]>,
}

impl Memory {
    pub(crate) async fn load(connection: &mut SqliteConnection, cached: usize) -> Result<Self, StoreError> {
        let last: Option<i64> = query_scalar("select recorded_at from journal order by seq desc limit 1")
            .fetch_optional(&mut *connection)
            .await?;
        Ok(Self {
            last_seq: journal::last_seq(connection).await?.0,
            last_inbound: query_scalar("select coalesce(max(id), 0) from inbound")
                .fetch_one(&mut *connection)
                .await?,
            last_recorded_at: last
                .map(|last| from_micros("journal", last))
                .transpose()?
                .unwrap_or(DateTime::UNIX_EPOCH),
            views: Views::load(connection, cached, load::ALL).await?,
        })
    }

    pub(crate) fn last_seq(&self) -> Seq {
        Seq(self.last_seq)
    }

    pub(crate) fn open_exceptions(&self) -> u64 {
        self.views.rollups.open_exceptions()
    }

    /// Writes deliveries, within a transaction that the caller commits. One outcome for each, in order.
    pub(crate) async fn write(
        &mut self,
        connection: &mut SqliteConnection,
        deliveries: Vec<Prepared>,
        unfoldable: &mut Unfoldable,
        now: DateTime<Utc>,
    ) -> Result<Written, StoreError> {
        // Microseconds are what is stored; a clock that is set back does not set the journal back.
        // Nothing is recorded before it was received, whichever clock said when that was.
        let received_at = deliveries.iter().map(|delivery| delivery.received_at).max();
        let recorded_at =
            received_at.map_or(now, |at| now.max(at)).trunc_subsecs(6).max(self.last_recorded_at);
        self.last_recorded_at = recorded_at;
        let first = Seq(self.last_seq + 1);
        let mut answered = answered(connection, &deliveries).await?;
        let fresh = || {
            deliveries.iter().filter(|one| !answered.contains_key(&(one.source.to_string(), one.id.clone())))
        };
        // Of a delivery that comes again in other words, too, it is asked whether its events are known.
        let is_same = |one: &&Prepared| {
            let earlier = answered.get(&(one.source.to_string(), one.id.clone()));
            earlier.is_some_and(|(body_sha256, _)| *body_sha256 == one.body_sha256)
        };
        let asked = deliveries.iter().filter(|one| !is_same(one)).flat_map(|delivery| &delivery.events);
        let mut known = stored(connection, asked).await?;
        let events = fresh().flat_map(|delivery| &delivery.events);
        let batch = Batch::load(
            connection,
            &mut self.views,
            events.map(|one| (one.subject, &*one.event)),
            Seq(self.last_seq),
        )
        .await?;
        let mut applied = Applied { batch, passages: Vec::new() };
        let mut rows = Rows::default();
        let mut outcomes = Vec::with_capacity(deliveries.len());
        for delivery in deliveries {
            let identity = (delivery.source.to_string(), delivery.id.clone());
            if let Some((body_sha256, receipt)) = answered.get(&identity) {
                outcomes.push(if *body_sha256 == delivery.body_sha256 {
                    Ok(receipt.clone())
                } else {
                    told_again(&delivery, &known).ok_or(AppendError::Repeated { delivery: delivery.id })
                });
                continue;
            }
            if let Some(refusal) = refusal(&delivery, &applied.batch, &self.views) {
                outcomes.push(Err(refusal));
                continue;
            }
            let body_sha256 = delivery.body_sha256.clone();
            let receipt =
                self.take(delivery, recorded_at, &mut known, unfoldable, &mut applied, &mut rows)?;
            answered.insert(identity, (body_sha256, receipt.clone()));
            outcomes.push(Ok(receipt));
        }
        // The journal's rows are on their way to the database while the views' rows are made.
        let made = async {
            projections::gather(&mut self.views, &mut applied.batch)
                .map_err(|seq| unfoldable.blame(seq, &known))
        };
        let ((), pending) = futures::try_join!(rows.write(connection), made)?;
        projections::write(connection, &mut self.views, &mut applied.batch, pending).await?;
        outbox::queue(connection, &applied.batch.messages, recorded_at).await?;
        Ok(Written { outcomes, batch: applied, first })
    }

    /// Takes one delivery in: its new events get the next positions.
    fn take(
        &mut self,
        delivery: Prepared,
        recorded_at: DateTime<Utc>,
        known: &mut HashMap<Identity, Content>,
        unfoldable: &mut Unfoldable,
        applied: &mut Applied,
        rows: &mut Rows,
    ) -> Result<Receipt, StoreError> {
        self.last_inbound += 1;
        let inbound = self.last_inbound;
        let mut quarantined = delivery.quarantined;
        let mut positions = free_positions(&quarantined);
        let (mut accepted, mut duplicates) = (0, 0);
        let first = self.last_seq + 1;
        for prepared in delivery.events {
            let position = positions.next().unwrap_or(u32::MAX);
            let event = &prepared.event;
            let identity = (event.source.to_string(), event.id.as_str().to_owned());
            if let Some(content) = known.get(&identity) {
                if content.is_of(&prepared) {
                    duplicates += 1;
                } else {
                    quarantined.push(content.reused(position, &prepared)?);
                }
                continue;
            }
            if is_overtaken(delivery.expected.as_ref(), event, &applied.batch, Seq(first)) {
                continue;
            }
            let is_unreadable = applied.batch.unreadable.contains(&prepared.subject);
            // What Syncline itself states of it is stated again once it can be read.
            if is_unreadable && event.role == Role::Syncline {
                continue;
            }
            if is_unreadable || unfoldable.0.contains(&identity) {
                quarantined.push(failed(position, event)?);
                continue;
            }
            accepted += 1;
            self.last_seq += 1;
            let seq = Seq(self.last_seq);
            let key = applied.batch.key_of(&mut self.views, prepared.subject);
            let recorded = Recorded { seq, recorded_at, event: event.clone() };
            let applying = || applied.batch.apply(&mut self.views, prepared.subject, key, &recorded);
            // Nothing that the failure left half done is read again: the caller throws away batch and memory.
            if catch_unwind(AssertUnwindSafe(applying)).is_err() {
                tracing::error!(source = %event.source, id = %event.id.id(), "the fold failed on an event");
                unfoldable.0.insert(identity);
                return Err(StoreError::Unfoldable { event: event.id.id().to_owned() });
            }
            if event.role.is_outside() {
                let occurred_at = event.occurred_at.to_utc();
                applied.passages.push((seq, event.source.clone(), occurred_at, delivery.received_at));
            }
            rows.journal.push(journal_row(&prepared, seq, key, inbound, recorded_at));
            known.insert(identity, Content::of(prepared, seq));
        }
        let seq = (accepted > 0).then_some((Seq(first), Seq(self.last_seq)));
        let count = u32::try_from(quarantined.len()).unwrap_or(u32::MAX);
        let reasons = quarantined.iter().take(Receipt::REASONS).map(Reason::from).collect();
        let receipt =
            Receipt { delivery: delivery.id.clone(), accepted, duplicates, quarantined: count, seq, reasons };
        let source = delivery.source.as_str();
        let received_at = micros(delivery.received_at);
        for rejected in quarantined {
            let (cause, about) = rejected.cause();
            rows.quarantine.push([
                inbound.into(),
                source.into(),
                delivery.id.as_str().into(),
                i64::from(rejected.position).into(),
                rejected.code.into(),
                rejected.reason.into(),
                rejected.raw.into(),
                rejected.event_id.into(),
                received_at.into(),
                cause.into(),
                about.into(),
            ]);
        }
        let [deliveries, all_accepted, all_duplicates, all_quarantined, last] =
            rows.counters.entry(source.to_owned()).or_default();
        *deliveries += 1;
        *all_accepted += i64::from(accepted);
        *all_duplicates += i64::from(duplicates);
        *all_quarantined += i64::from(count);
        *last = received_at.max(*last);
        rows.inbound.push([
            inbound.into(),
            source.into(),
            delivery.id.into(),
            delivery.role.as_str().into(),
            received_at.into(),
            delivery.content_type.into(),
            delivery.headers.into(),
            serde_json::to_string(&receipt)?.into(),
            Cell::Blob(delivery.body_sha256),
            Cell::Blob(delivery.body),
        ]);
        Ok(receipt)
    }

    /// Takes everything back into memory after the commit. Returns what the hub is told; nothing where nothing changed.
    pub(crate) fn committed(
        &mut self,
        applied: Applied,
        committed_at: DateTime<Utc>,
        first: Seq,
    ) -> Option<Commit> {
        let sources =
            applied.batch.spoke.keys().filter_map(|source| self.views.ages.get(source).cloned()).collect();
        let withdrawn_from = applied.batch.withdrawals.keys().copied().collect();
        let (shipments, exceptions) = applied.batch.put_back(&mut self.views);
        (first.0 <= self.last_seq).then(|| Commit {
            first,
            as_of: Seq(self.last_seq),
            committed_at,
            shipments,
            exceptions,
            withdrawn_from,
            open_exceptions: self.open_exceptions(),
            sources,
            passages: applied.passages,
            ended_sessions: Vec::new(),
        })
    }
}

/// What is to be said of an event that this version can't fold.
/// The answer to a delivery whose id is known with another body, where all that it holds is known all the same: a sender that
/// counts its attempts in the body says the same each time.
fn told_again(delivery: &Prepared, known: &HashMap<Identity, Content>) -> Option<Receipt> {
    let is_known = |prepared: &PreparedEvent| {
        let identity = (prepared.event.source.to_string(), prepared.event.id.as_str().to_owned());
        known.get(&identity).is_some_and(|content| content.is_of(prepared))
    };
    let says_nothing_new = delivery.quarantined.is_empty()
        && !delivery.events.is_empty()
        && delivery.events.iter().all(is_known);
    says_nothing_new.then(|| Receipt {
        delivery: delivery.id.clone(),
        accepted: 0,
        duplicates: u32::try_from(delivery.events.len()).unwrap_or(u32::MAX),
        quarantined: 0,
        seq: None,
        reasons: Vec::new(),
    })
}

fn failed(position: u32, event: &Event) -> Result<Rejected, StoreError> {
    Ok(Rejected {
        position,
        code: "unfoldable".to_owned(),
        reason: format!(
            "the event `{}` of `{}` could not be applied: this is a fault of the server, which is kept in its log; \
             the event can be taken in again once it is mended",
            event.id.id(),
            event.number,
        ),
        raw: serde_json::to_string(event)?,
        event_id: Some(event.id.id().to_owned()),
    })
}

/// Places in a delivery that were not rejected, in order.
fn free_positions(rejected: &[Rejected]) -> impl Iterator<Item = u32> + use<> {
    let taken: HashSet<u32> = rejected.iter().map(|one| one.position).collect();
    (0..u32::MAX).filter(move |position| !taken.contains(position))
}

/// Why a delivery is not taken at all: somebody acted on an exception or a rules file that has moved on, or on an exception
/// that does not exist.
fn refusal(delivery: &Prepared, batch: &Batch, views: &Views) -> Option<AppendError> {
    for prepared in &delivery.events {
        if let Fact::RulebookChanged(book) = &prepared.event.fact {
            let current = views.rulebooks.current().version;
            if book.version != current + 1 {
                return Some(AppendError::OldRules { stated: book.version, current });
            }
        }
        let shipment = prepared.event.shipment();
        let Some(id) = exception_of(&prepared.event) else { continue };
        let of_feed = || views.feeds.exception(&prepared.event.number, id);
        let known = if prepared.event.is_about_feed() { of_feed() } else { batch.exception(shipment, id) };
        let Some(exception) = known else {
            return Some(AppendError::Unknown {
                what: format!("exception {id} of shipment `{}`", prepared.event.number),
            });
        };
        if let Some(Expected::Version { exception: known, version }) = delivery.expected
            && known == id
            && version != exception.version
        {
            return Some(AppendError::Stale { current: Box::new(exception.clone()) });
        }
    }
    None
}

/// Whether what an event was decided on has changed since; `first` is the first position of its own delivery.
fn is_overtaken(expected: Option<&Expected>, event: &Event, batch: &Batch, first: Seq) -> bool {
    let Some(Expected::Unchanged(read)) = expected else { return false };
    let order = match &event.fact {
        Fact::LegStated(leg) => {
            OrderId::of(leg.issuer.as_deref().unwrap_or(OrderId::DEFAULT_ISSUER), &leg.order)
        }
        _ => event.order(),
    };
    let as_of = read.get(&order).copied();
    as_of.is_some_and(|as_of| batch.changes_of(order).any(|seq| seq > as_of && seq < first))
}

fn exception_of(event: &Event) -> Option<ExceptionId> {
    match &event.fact {
        Fact::ExceptionAssigned(act) => Some(act.exception),
        Fact::ExceptionSnoozed(act) => Some(act.exception),
        Fact::ExceptionNoted(act) | Fact::ExceptionReopened(act) => Some(act.exception),
        Fact::ExceptionResolved(act) => Some(act.exception),
        Fact::ExceptionMerged(link) | Fact::ExceptionLinked(link) => Some(link.exception),
        Fact::ApprovalRequested(request) => Some(request.exception),
        Fact::ApprovalGranted(decision) | Fact::ApprovalRefused(decision) => Some(decision.exception),
        _ => None,
    }
}

fn journal_row(
    prepared: &PreparedEvent,
    seq: Seq,
    key: i64,
    inbound: i64,
    recorded_at: DateTime<Utc>,
) -> [Cell; 17] {
    let event: &Arc<Event> = &prepared.event;
    [
        seq.0.into(),
        event.source.as_str().into(),
        event.role.as_str().into(),
        event.id.as_str().into(),
        inbound.into(),
        prepared.occurred_at.as_str().into(),
        micros(recorded_at).into(),
        event.fact.kind().into(),
        prepared.subject.into(),
        key.into(),
        event.number.as_str().into(),
        event.issuer.as_deref().into(),
        event.correlation.as_deref().into(),
        event.sequence.as_ref().map(Sequence::as_str).into(),
        1.into(),
        event.actor.as_deref().into(),
        prepared.payload.as_str().into(),
    ]
}

impl Rows {
    async fn write(self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        write_rows(
            connection,
            "insert into journal (seq, source, role, source_event_id, delivery, occurred_at, recorded_at, kind,
             subject, entity, number, issuer, correlation, sequence, contract, actor, payload)",
            "",
            self.journal,
        )
        .await?;
        write_rows(
            connection,
            "insert into inbound (id, source, delivery, role, received_at, content_type, headers, outcome,
             body_sha256, body)",
            "",
            self.inbound,
        )
        .await?;
        write_rows(
            connection,
            "insert into quarantine
             (inbound, source, delivery, position, code, reason, raw, event_id, at, cause, about)",
            "",
            self.quarantine,
        )
        .await?;
        let counters = self.counters.into_iter().map(
            |(source, [deliveries, accepted, duplicates, quarantined, last])| {
                [
                    source.into(),
                    deliveries.into(),
                    accepted.into(),
                    duplicates.into(),
                    quarantined.into(),
                    last.into(),
                ]
            },
        );
        write_rows(
            connection,
            "insert into source_counters
             (source, deliveries, accepted, duplicates, quarantined, last_received_at)",
            "on conflict (source) do update set deliveries = deliveries + excluded.deliveries,
             accepted = accepted + excluded.accepted, duplicates = duplicates + excluded.duplicates,
             quarantined = quarantined + excluded.quarantined,
             last_received_at = max(last_received_at, excluded.last_received_at)",
            counters.collect(),
        )
        .await
    }
}
