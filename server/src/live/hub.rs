//! The hub takes what the writer committed and puts it, once per audience, into the inboxes of those who look at it.
//! It waits for no socket.

use super::client::{Change, Client, Ending};
use super::passages::Passages;
use super::topics::{Topic, TopicKey, Topics};
use axum::extract::ws::Utf8Bytes;
use chrono::{DateTime, Utc};
use domain::account::Audience;
use domain::live::{Desk, ROWS, Rows, ServerFrame, ViewKey};
use domain::redaction::SharedShipment;
use domain::view::{ShipmentRow, TrackedRow};
use domain::{Fact, Seq, ShipmentId, Tracked};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use store::{Clock, Commit, Store};
use tokio::sync::{mpsc, watch};

/// Every socket is pinged once in so many seconds, a share of them each second.
const PING_SECONDS: u64 = 25;
/// Counted views are read anew so often even if nothing happens: the figures' window of time moves on.
const WINDOW_SECONDS: u64 = 60;

/// A cheap handle of the one hub.
#[derive(Clone)]
pub struct Hub {
    shared: Arc<Shared>,
}

struct Shared {
    store: Store,
    clock: Clock,
    topics: Mutex<Topics>,
    clients: Mutex<HashMap<u64, Arc<Client>>>,
    passages: Mutex<Passages>,
    next_client: AtomicU64,
    is_stopping: AtomicBool,
    /// Closed once a task of the hub has ended.
    ended: watch::Receiver<()>,
}

impl Hub {
    /// Starts the hub's tasks: one follows the commits, one keeps time. Both end when the writer does.
    pub fn start(store: Store, clock: Clock, commits: mpsc::Receiver<Arc<Commit>>) -> Self {
        let (running, ended) = watch::channel(());
        let shared = Shared {
            store,
            clock,
            topics: Mutex::default(),
            clients: Mutex::default(),
            passages: Mutex::default(),
            next_client: AtomicU64::new(1),
            is_stopping: AtomicBool::new(false),
            ended,
        };
        let hub = Self { shared: Arc::new(shared) };
        let (dirty, changed) = watch::channel(());
        let following = tokio::spawn(hub.clone().follow(commits, dirty));
        let keeping_time = tokio::spawn(hub.clone().keep_time(changed));
        tokio::spawn(async move {
            let ended = tokio::select! {
                ended = following => ended,
                ended = keeping_time => ended,
            };
            if let Err(error) = ended {
                tracing::error!(%error, "the hub has failed");
            }
            drop(running);
        });
        hub
    }

    /// Done once nothing is pushed any more: the writer has ended, or the hub itself has failed.
    pub async fn ended(&self) {
        let mut ended = self.shared.ended.clone();
        while ended.changed().await.is_ok() {}
    }

    pub fn store(&self) -> &Store {
        &self.shared.store
    }

    pub fn now(&self) -> DateTime<Utc> {
        (self.shared.clock)()
    }

    /// How many sockets are open.
    pub fn sockets(&self) -> usize {
        lock(&self.shared.clients).len()
    }

    pub(super) fn join(&self, session: Option<String>) -> Arc<Client> {
        let id = self.shared.next_client.fetch_add(1, Ordering::Relaxed);
        let client = Arc::new(Client::new(id, session));
        let mut clients = lock(&self.shared.clients);
        if self.shared.is_stopping.load(Ordering::Relaxed) {
            client.end(Ending::Stopping);
        }
        clients.insert(id, client.clone());
        client
    }

    pub(super) fn leave(&self, client: &Client, views: &[(TopicKey, Option<ShipmentId>)]) {
        lock(&self.shared.clients).remove(&client.id);
        let mut topics = lock(&self.shared.topics);
        for (key, shipment) in views {
            topics.unsubscribe(key, *shipment, client.id);
        }
    }

    pub(super) fn subscribe(&self, key: TopicKey, shipment: Option<ShipmentId>, client: &Arc<Client>) {
        lock(&self.shared.topics).subscribe(key, shipment, client);
    }

    pub(super) fn unsubscribe(&self, key: &TopicKey, shipment: Option<ShipmentId>, client: &Client) {
        lock(&self.shared.topics).unsubscribe(key, shipment, client.id);
        client.forget(&key.view);
    }

    /// Notes that frames of these positions left.
    pub(super) fn pushed(&self, positions: &[Seq]) {
        let now = self.now();
        lock(&self.shared.passages).pushed(positions, now);
    }

    /// Notes that a browser put this position on the glass.
    pub(super) fn painted(&self, seq: Seq, at: DateTime<Utc>) {
        let now = self.now();
        lock(&self.shared.passages).painted(seq, at, now);
    }

    /// Closes every socket, and those that come later at once; for the end of the server.
    pub fn stop(&self) {
        let clients = lock(&self.shared.clients);
        self.shared.is_stopping.store(true, Ordering::Relaxed);
        clients.values().for_each(|client| client.end(Ending::Stopping));
    }

    async fn follow(self, mut commits: mpsc::Receiver<Arc<Commit>>, dirty: watch::Sender<()>) {
        while let Some(commit) = commits.recv().await {
            self.publish(&commit);
            dirty.send_replace(());
        }
    }

    fn publish(&self, commit: &Commit) {
        metrics::gauge!("syncline_journal_position").set(commit.as_of.0 as f64);
        lock(&self.shared.passages).committed(commit);
        if !commit.ended_sessions.is_empty() {
            let clients = lock(&self.shared.clients);
            let ended = |client: &&Arc<Client>| {
                client.session.as_ref().is_some_and(|session| commit.ended_sessions.contains(session))
            };
            clients.values().filter(ended).for_each(|client| client.end(Ending::SignedOut));
        }
        let topics = lock(&self.shared.topics);
        for tracked in &commit.shipments {
            check_links(&topics, commit.first, tracked);
            publish_shipment(&topics, commit.as_of, tracked);
        }
        publish_rows(&topics, commit);
        if !commit.exceptions.is_empty()
            && let Some(topic) = topics.get(ViewKey::Desk, Audience::Internal)
        {
            let desk = Desk { exceptions: commit.exceptions.clone(), open: commit.open_exceptions };
            push_list(topic, &ViewKey::Desk, commit.as_of, &desk);
        }
    }

    /// Once a second: a share of the pings, the views that are counted rather than pushed, and the latency spans.
    async fn keep_time(self, mut changed: watch::Receiver<()>) {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        second.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for tick in 0_u64.. {
            second.tick().await;
            let share = |client: &&Arc<Client>| client.id % PING_SECONDS == tick % PING_SECONDS;
            lock(&self.shared.clients).values().filter(share).for_each(|client| client.ping());
            let spans = lock(&self.shared.passages).take();
            if !spans.is_empty()
                && let Err(error) = self.shared.store.record_latency(spans).await
            {
                tracing::warn!(%error, "latency spans were not kept");
            }
            match changed.has_changed() {
                Ok(has_changed) if has_changed || tick % WINDOW_SECONDS == 0 => {
                    changed.mark_unchanged();
                    self.publish_counted().await;
                }
                Ok(_) => {}
                Err(_) => break,
            }
        }
    }

    async fn publish_counted(&self) {
        let looked_at = |view: &ViewKey| lock(&self.shared.topics).audiences(view);
        if !looked_at(&ViewKey::Kpis).is_empty() {
            match self.shared.store.kpis(self.now()).await {
                Ok((as_of, board)) => self.push_to(&ViewKey::Kpis, Audience::Internal, as_of, &board),
                Err(error) => tracing::warn!(%error, "the KPI board could not be read"),
            }
        }
        let audiences = looked_at(&ViewKey::Freshness);
        if !audiences.is_empty() {
            match self.shared.store.freshness().await {
                Ok((as_of, freshness)) => {
                    for audience in audiences {
                        let seen = freshness.clone().seen_by(audience);
                        self.push_to(&ViewKey::Freshness, audience, as_of, &seen);
                    }
                }
                Err(error) => tracing::warn!(%error, "the age of the sources could not be read"),
            }
        }
    }

    fn push_to(&self, view: &ViewKey, audience: Audience, seq: Seq, content: &impl Serialize) {
        let topics = lock(&self.shared.topics);
        if let Some(topic) = topics.get(view.clone(), audience)
            && let Some(change) = content_change(view, seq, content, true)
        {
            topic.push(view, &change);
        }
    }
}

/// Has the sockets behind share links ask whether theirs still holds, before they send what changed, if one was
/// revoked.
fn check_links(topics: &Topics, first: Seq, tracked: &Tracked) {
    let is_link = |key: &TopicKey| matches!(key.view, ViewKey::Track { .. });
    let mut links = topics.showing(tracked.shipment.id).filter(|(key, _)| is_link(key)).peekable();
    if links.peek().is_none() {
        return;
    }
    let is_revoked = tracked.shipment.entries().iter().any(|entry| {
        entry.recorded.seq >= first && matches!(entry.recorded.event.fact, Fact::TrackingRevoked(_))
    });
    if is_revoked {
        links.for_each(|(_, topic)| topic.ping());
    }
}

fn publish_shipment(topics: &Topics, seq: Seq, tracked: &Tracked) {
    // The view is made once, and only if somebody looks; each audience's redaction and bytes once as well.
    let mut view = None;
    let mut contents: HashMap<(Audience, bool), Option<Box<RawValue>>> = HashMap::new();
    for (key, topic) in topics.showing(tracked.shipment.id) {
        let view = view.get_or_insert_with(|| tracked.view());
        let is_link = matches!(key.view, ViewKey::Track { .. });
        let content = contents.entry((key.audience, is_link)).or_insert_with(|| match key.audience {
            Audience::Internal => raw(view),
            Audience::Customer(customer) => {
                let redacted = domain::redaction::redact(view, customer)?;
                // Whoever has a link sees less than the customer who gave it out.
                if is_link { raw(&SharedShipment::from(redacted)) } else { raw(&redacted) }
            }
        });
        let frame = match content {
            Some(content) => ServerFrame::Change { view: key.view.clone(), seq, content: content.clone() },
            // The ERP gave the order to another customer: whoever looked at it may not any more.
            None => super::answer::Refusal::NotFound.frame(key.view.clone()),
        };
        if let Some(change) = change(seq, &frame, true) {
            topic.push(&key.view, &change);
        }
    }
}

fn publish_rows(topics: &Topics, commit: &Commit) {
    for audience in topics.audiences(&ViewKey::Shipments) {
        let Some(topic) = topics.get(ViewKey::Shipments, audience) else { continue };
        let changed: Vec<&Arc<Tracked>> = match audience {
            Audience::Internal => commit.shipments.iter().collect(),
            Audience::Customer(customer) => commit
                .shipments
                .iter()
                .filter(|tracked| tracked.customers().any(|one| one == customer))
                .collect(),
        };
        // A row that has become somebody else's is told of by no changed row.
        let has_lost = matches!(audience, Audience::Customer(one) if commit.withdrawn_from.contains(&one));
        match (changed.len(), audience) {
            // After a bulk load a fresh reading is less than its changes.
            (count, _) if count >= ROWS || has_lost => topic.resync(&ViewKey::Shipments),
            (0, _) => {}
            (_, Audience::Internal) => {
                let rows: Vec<ShipmentRow> = changed.iter().map(|tracked| tracked.outline().row()).collect();
                push_list(topic, &ViewKey::Shipments, commit.as_of, &Rows { rows });
            }
            (_, Audience::Customer(customer)) => {
                let redacted = changed
                    .iter()
                    .filter_map(|tracked| domain::redaction::redact(&tracked.outline(), customer));
                let rows: Vec<TrackedRow> = redacted.map(|shipment| shipment.row()).collect();
                push_list(topic, &ViewKey::Shipments, commit.as_of, &Rows { rows });
            }
        }
    }
}

fn push_list(topic: &Topic, view: &ViewKey, seq: Seq, content: &impl Serialize) {
    if let Some(change) = content_change(view, seq, content, false) {
        topic.push(view, &change);
    }
}

pub(super) fn raw(content: &impl Serialize) -> Option<Box<RawValue>> {
    to_raw_value(content)
        .inspect_err(|error| tracing::error!(%error, "a view could not be written as JSON"))
        .ok()
}

fn content_change(view: &ViewKey, seq: Seq, content: &impl Serialize, is_whole: bool) -> Option<Change> {
    change(seq, &ServerFrame::Change { view: view.clone(), seq, content: raw(content)? }, is_whole)
}

fn change(seq: Seq, frame: &ServerFrame, is_whole: bool) -> Option<Change> {
    let text = serde_json::to_string(frame)
        .inspect_err(|error| tracing::error!(%error, "a frame could not be written as JSON"))
        .ok()?;
    Some(Change { seq, frame: Utf8Bytes::from(text), is_whole, has_left: Arc::default() })
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
