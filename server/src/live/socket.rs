//! One socket: reads what the client wants, sends what waits for it. Every buffer is bounded; a socket that stays
//! silent is closed; what it may see is checked per view and ends with its session.

use super::answer::{Granted, answer, grant};
use super::client::{Change, Client, Ending, Waiting, Work};
use super::hub::Hub;
use super::pace::Pace;
use crate::places::Place;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::account::Viewer;
use domain::live::{ClientFrame, Painted, ServerFrame, ViewKey};
use futures::SinkExt;
use std::collections::{BTreeSet, HashMap};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::Poll;
use std::time::Duration;
use store::StoreError;
use tokio::time::Instant;

/// tungstenite allocates its read buffer for every connection; its default of 128 KiB would be most of what an idle
/// socket costs.
const READ_BUFFER: usize = 4 * 1024;
/// Beyond this much unsent a slow socket is closed rather than kept in memory.
const WRITE_BUFFER: usize = 4 * 1024 * 1024;
/// Longest frame that fits into it, beside what answers pings. A longer one would end the socket, and each one that
/// its client opens instead.
const FRAME: usize = WRITE_BUFFER - 1024;
const MESSAGE: usize = 16 * 1024;
/// How many views one socket may look at.
const VIEWS: usize = 64;
/// A socket that has said nothing, not even a pong, for so long is closed.
const SILENCE: Duration = Duration::from_secs(75);
/// A send that takes longer has met a client that does not read.
const SEND: Duration = Duration::from_secs(20);
/// A browser may report what it painted this often; more is not counted.
const PAINTED: Duration = Duration::from_millis(400);

/// After so many checks that failed one after the other, 25 s apart, the socket is closed.
const UNCHECKED: u32 = 3;

/// Who opened the socket.
#[derive(Clone, Debug)]
pub struct Access {
    pub viewer: Option<Viewer>,
    /// The hash of the session's token.
    pub session: Option<String>,
    /// For how long it may look at nothing.
    pub viewless: Duration,
}

/// Answers the upgrade and hands the socket to its task.
pub fn upgrade(upgrade: WebSocketUpgrade, hub: Hub, access: Access, place: Place) -> Response {
    upgrade
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER)
        .max_message_size(MESSAGE)
        .max_frame_size(MESSAGE)
        .on_upgrade(move |socket| async move {
            Session::new(socket, hub, access).run().await;
            drop(place);
        })
}

/// What a socket looks at, and from which position on it still needs changes.
struct Looking {
    granted: Granted,
    floor: Seq,
}

struct Session {
    socket: WebSocket,
    hub: Hub,
    access: Access,
    client: Arc<Client>,
    looking: HashMap<ViewKey, Looking>,
    heard_at: Instant,
    /// Since when it has looked at nothing.
    viewless_since: Instant,
    painted_at: Option<Instant>,
    pace: Pace,
    /// Checks of the session and of links that failed one after the other.
    unchecked: u32,
}

/// Why a socket's task ends.
enum End {
    /// The other side has gone, or does not read.
    Gone,
    Closed(Ending),
}

impl Session {
    fn new(socket: WebSocket, hub: Hub, access: Access) -> Self {
        let client = hub.join(access.session.clone());
        Self {
            socket,
            hub,
            access,
            client,
            looking: HashMap::new(),
            heard_at: Instant::now(),
            viewless_since: Instant::now(),
            painted_at: None,
            pace: Pace::new(Instant::now()),
            unchecked: 0,
        }
    }

    async fn run(mut self) {
        let end = match self.check_session().await {
            Ok(()) => self.serve().await,
            Err(end) => end,
        };
        let views: Vec<_> = self
            .looking
            .values()
            .map(|looking| (looking.granted.key.clone(), looking.granted.shipment))
            .collect();
        self.hub.leave(&self.client, &views);
        if let End::Closed(ending) = end {
            self.close(ending).await;
        }
    }

    async fn serve(&mut self) -> End {
        loop {
            let viewless_until = self.viewless_since + self.access.viewless;
            let step = tokio::select! {
                message = self.socket.recv() => match message {
                    Some(Ok(message)) => self.hear(message).await,
                    Some(Err(_)) | None => Err(End::Gone),
                },
                work = self.client.work() => self.work(work).await,
                () = tokio::time::sleep_until(viewless_until), if self.looking.is_empty() => {
                    Err(End::Closed(Ending::Viewless))
                }
            };
            if let Err(end) = step {
                return end;
            }
        }
    }

    async fn hear(&mut self, message: Message) -> Result<(), End> {
        self.heard_at = Instant::now();
        match message {
            Message::Text(text) => match serde_json::from_str::<ClientFrame>(&text) {
                Ok(frame) => self.obey(frame).await,
                Err(_) => Err(End::Closed(Ending::BadFrame)),
            },
            Message::Close(_) => Err(End::Gone),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => Ok(()),
        }
    }

    async fn obey(&mut self, frame: ClientFrame) -> Result<(), End> {
        // A view that is named several times is read once.
        let wanted: BTreeSet<ViewKey> = frame.subscribe.into_iter().collect();
        // Who asks for more than a page ever does waits: nothing of theirs is read meanwhile.
        tokio::time::sleep(self.pace.wait(1 + wanted.len(), Instant::now())).await;
        if let Some(ping) = frame.ping {
            self.send(&ServerFrame::Pong { sent_ms: ping.sent_ms, now: self.hub.now() }).await?;
        }
        if let Some(painted) = frame.painted {
            self.note_painted(painted);
        }
        for view in frame.unsubscribe {
            self.drop_view(&view);
        }
        for view in wanted {
            self.subscribe(view, frame.after).await?;
        }
        Ok(())
    }

    /// Strangers, with a link or without, have no say in the manager's figures.
    fn note_painted(&mut self, painted: Painted) {
        if self.access.viewer.is_none() || self.looking.keys().all(|view| *view == ViewKey::Freshness) {
            return;
        }
        if self.painted_at.is_none_or(|last| last.elapsed() >= PAINTED) {
            self.painted_at = Some(Instant::now());
            self.hub.painted(painted.seq, painted.at);
        }
    }

    /// The hub first, then the reading, then the changes after it: nothing falls between.
    async fn subscribe(&mut self, view: ViewKey, after: Option<Seq>) -> Result<(), End> {
        let now = self.hub.now();
        if self.looking.len() >= VIEWS && !self.looking.contains_key(&view) {
            let refused = ServerFrame::Refused {
                view,
                code: "too_many_views".to_owned(),
                message: format!("one socket may look at {VIEWS} views: end some first"),
            };
            return self.send(&refused).await;
        }
        match grant(self.hub.store(), self.access.viewer.as_ref(), &view, now).await {
            Ok(Ok(granted)) => {
                self.hub.subscribe(granted.key.clone(), granted.shipment, &self.client);
                self.looking.insert(view.clone(), Looking { granted, floor: Seq(0) });
                self.read(&view, after, now).await
            }
            Ok(Err(refusal)) => {
                // It may have been granted before.
                self.drop_view(&view);
                self.send(&refusal.frame(view)).await
            }
            Err(error) => self.fail(view, &error).await,
        }
    }

    async fn read(&mut self, view: &ViewKey, after: Option<Seq>, now: DateTime<Utc>) -> Result<(), End> {
        let Some(looking) = self.looking.get(view) else { return Ok(()) };
        match answer(self.hub.store(), &looking.granted, after, now).await {
            Ok((frame, as_of)) => {
                if matches!(frame, ServerFrame::Refused { .. }) {
                    self.drop_view(view);
                } else if let Some(looking) = self.looking.get_mut(view) {
                    looking.floor = as_of;
                }
                let text = text_of(&frame)?;
                if text.len() > FRAME {
                    return self.refuse_large(view.clone()).await;
                }
                self.send_message(Message::Text(text)).await
            }
            Err(error) => self.fail(view.clone(), &error).await,
        }
    }

    fn drop_view(&mut self, view: &ViewKey) {
        if let Some(looking) = self.looking.remove(view) {
            self.hub.unsubscribe(&looking.granted.key, looking.granted.shipment, &self.client);
            self.viewless_since = Instant::now();
        }
    }

    async fn fail(&mut self, view: ViewKey, error: &StoreError) -> Result<(), End> {
        // Not the view itself: the token of a share link would open it for every reader of the log.
        tracing::error!(%error, view = view.name(), "a live view could not be read");
        self.drop_view(&view);
        let refused = ServerFrame::Refused {
            view,
            code: "unavailable".to_owned(),
            message: "this view can't be shown now; try again".to_owned(),
        };
        self.send(&refused).await
    }

    async fn refuse_large(&mut self, view: ViewKey) -> Result<(), End> {
        self.drop_view(&view);
        let refused = ServerFrame::Refused {
            view,
            code: "too_large".to_owned(),
            message:
                "this view has grown too large to be followed live: load the page anew to see it as it is"
                    .to_owned(),
        };
        self.send(&refused).await
    }

    async fn work(&mut self, work: Work) -> Result<(), End> {
        if let Some(ending) = work.ended {
            return Err(End::Closed(ending));
        }
        if work.ping {
            self.keep_alive().await?;
        }
        let (mut resync, mut too_large) = (Vec::new(), Vec::new());
        let mut changes: Vec<Change> = Vec::new();
        for (view, waiting) in work.views {
            let Some(looking) = self.looking.get(&view) else { continue };
            match waiting {
                Waiting::Changes(waiting) if waiting.iter().any(|change| change.frame.len() > FRAME) => {
                    too_large.push(view);
                }
                Waiting::Changes(waiting) => {
                    // Figures change without a new position too: with a delivery that went to quarantine, for example.
                    let is_counted = matches!(view, ViewKey::Kpis | ViewKey::Freshness);
                    let is_news = |change: &Change| {
                        change.seq > looking.floor || is_counted && change.seq == looking.floor
                    };
                    changes.extend(waiting.into_iter().filter(is_news));
                }
                Waiting::Resync => resync.push(view),
            }
        }
        if changes.len() > 1 {
            changes.sort_by_key(|change| change.seq);
        }
        self.flush(changes).await?;
        for view in too_large {
            self.refuse_large(view).await?;
        }
        for view in resync {
            self.read(&view, None, self.hub.now()).await?;
        }
        Ok(())
    }

    /// Changes that wait together leave together, in the order of their positions: one flush for all of them.
    async fn flush(&mut self, changes: Vec<Change>) -> Result<(), End> {
        if changes.is_empty() {
            return Ok(());
        }
        let socket = &mut self.socket;
        let mut sending = pin!(async {
            for change in &changes {
                socket.feed(Message::Text(change.frame.clone())).await?;
            }
            socket.flush().await
        });
        // Most sockets take it at once and need no timer.
        let sent = match futures::poll!(&mut sending) {
            Poll::Ready(sent) => sent,
            Poll::Pending => tokio::time::timeout(SEND, sending).await.map_err(|_| End::Gone)?,
        };
        sent.map_err(|_| End::Gone)?;
        let is_first = |change: &&Change| !change.has_left.swap(true, Ordering::Relaxed);
        let positions: Vec<Seq> = changes.iter().filter(is_first).map(|change| change.seq).collect();
        if !positions.is_empty() {
            self.hub.pushed(&positions);
        }
        Ok(())
    }

    /// Ends the socket with its session. Also asked right after joining the hub: who signed out between the upgrade and
    /// that would not be told.
    async fn check_session(&mut self) -> Result<(), End> {
        let Some(session) = &self.access.session else { return Ok(()) };
        match self.hub.store().session(session, self.hub.now()).await {
            Ok(Some(_)) => {
                self.unchecked = 0;
                Ok(())
            }
            Ok(None) => Err(End::Closed(Ending::SignedOut)),
            Err(error) => self.unchecked(&error),
        }
    }

    /// What can't be checked goes on for a while, and then no more: nobody knows whether it still may.
    fn unchecked(&mut self, error: &StoreError) -> Result<(), End> {
        tracing::warn!(%error, "a session or link could not be checked");
        self.unchecked += 1;
        if self.unchecked < UNCHECKED { Ok(()) } else { Err(End::Closed(Ending::Unchecked)) }
    }

    async fn keep_alive(&mut self) -> Result<(), End> {
        if self.heard_at.elapsed() > SILENCE {
            return Err(End::Closed(Ending::Silent));
        }
        self.check_session().await?;
        // A share link that expired or was revoked ends here as well.
        let now = self.hub.now();
        let tracks: Vec<ViewKey> =
            self.looking.keys().filter(|view| matches!(view, ViewKey::Track { .. })).cloned().collect();
        for view in tracks {
            match grant(self.hub.store(), None, &view, now).await {
                Ok(Ok(_)) if self.access.session.is_none() => self.unchecked = 0,
                Ok(Ok(_)) => {}
                Ok(Err(refusal)) => {
                    self.drop_view(&view);
                    self.send(&refusal.frame(view)).await?;
                }
                Err(error) => self.unchecked(&error)?,
            }
        }
        self.send_message(Message::Ping(axum::body::Bytes::new())).await
    }

    async fn send(&mut self, frame: &ServerFrame) -> Result<(), End> {
        self.send_message(Message::Text(text_of(frame)?)).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        tokio::time::timeout(SEND, self.socket.send(message))
            .await
            .map_err(|_| End::Gone)?
            .map_err(|_| End::Gone)
    }

    async fn close(mut self, ending: Ending) {
        let (code, name, message) = match ending {
            Ending::SignedOut => (close_code::POLICY, "signed_out", "the session has ended: sign in again"),
            Ending::Silent => (close_code::AWAY, "silent", "nothing was heard from this socket for too long"),
            Ending::BadFrame => (
                close_code::PROTOCOL,
                "bad_frame",
                "this is no frame that the server knows: see /contracts/asyncapi.json",
            ),
            Ending::Viewless => (
                close_code::AWAY,
                "no_view",
                "this socket looks at nothing: open it when there is something to look at",
            ),
            Ending::Unchecked => (
                close_code::AGAIN,
                "unavailable",
                "it can't be checked now whether this socket still may look: connect again",
            ),
            Ending::Stopping => (close_code::RESTART, "stopping", "the server stops: connect again"),
        };
        let ended = ServerFrame::Ended { code: name.to_owned(), message: message.to_owned() };
        // The other side may be gone already; then there is nobody left to tell.
        if self.send(&ended).await.is_ok() {
            let frame = CloseFrame { code, reason: Utf8Bytes::from_static(name) };
            if self.send_message(Message::Close(Some(frame))).await.is_err() {
                tracing::debug!("a socket was gone before its close frame");
            }
        }
    }
}

fn text_of(frame: &ServerFrame) -> Result<Utf8Bytes, End> {
    serde_json::to_string(frame).map(Utf8Bytes::from).map_err(|error| {
        tracing::error!(%error, "a frame could not be written as JSON");
        End::Gone
    })
}
