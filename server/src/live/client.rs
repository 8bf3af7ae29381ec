//! What waits to be sent to one socket: bounded whatever the socket's speed. The hub puts in, the socket's own task
//! takes out; neither waits for the other.

use axum::extract::ws::Utf8Bytes;
use domain::Seq;
use domain::live::ViewKey;
use futures::task::AtomicWaker;
use std::future::poll_fn;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;

/// How many frames of a list view may wait before the socket is told to read the view anew.
const WAITING_FRAMES: usize = 64;

/// A change that is ready to be sent; its bytes are shared by all sockets of one audience.
#[derive(Clone, Debug)]
pub struct Change {
    pub seq: Seq,
    pub frame: Utf8Bytes,
    /// Whether the frame holds the view's whole content, so that a later one makes it superfluous.
    pub is_whole: bool,
    /// Whether a socket has sent it: the first counts, and most of five thousand need not ask the hub.
    pub has_left: Arc<AtomicBool>,
}

/// What waits for one view of one socket.
#[derive(Debug)]
pub enum Waiting {
    Changes(Vec<Change>),
    /// The socket fell behind: the view is to be read anew.
    Resync,
}

/// A socket looks at a handful of views: a list is searched faster than a hash is made, five thousand times a change.
type Views = Vec<(ViewKey, Waiting)>;

#[derive(Debug, Default)]
struct Inbox {
    views: Views,
    ping: bool,
    ended: Option<Ending>,
}

impl Inbox {
    fn waiting(&mut self, view: &ViewKey) -> Option<&mut Waiting> {
        self.views.iter_mut().find_map(|(known, waiting)| (known == view).then_some(waiting))
    }
}

/// Why the server closes a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    SignedOut,
    Silent,
    BadFrame,
    /// It has looked at nothing for too long.
    Viewless,
    /// Whether it still may look can't be found out.
    Unchecked,
    Stopping,
}

/// Everything that the socket's task has to do now.
#[derive(Debug, Default)]
pub struct Work {
    pub views: Views,
    pub ping: bool,
    pub ended: Option<Ending>,
}

/// One socket, as the hub knows it.
#[derive(Debug)]
pub struct Client {
    pub id: u64,
    /// The hash of the session's token; none for share links.
    pub session: Option<String>,
    inbox: Mutex<Inbox>,
    waker: AtomicWaker,
}

impl Client {
    pub fn new(id: u64, session: Option<String>) -> Self {
        Self { id, session, inbox: Mutex::default(), waker: AtomicWaker::new() }
    }

    /// Puts a change where the socket's task will find it. A whole content replaces what waits; a list that has too
    /// much waiting is given up for a fresh reading.
    pub fn push(&self, view: &ViewKey, change: Change) {
        self.with_inbox(|inbox| match inbox.waiting(view) {
            None => inbox.views.push((view.clone(), Waiting::Changes(vec![change]))),
            Some(Waiting::Resync) => {}
            Some(Waiting::Changes(changes)) if change.is_whole => *changes = vec![change],
            Some(Waiting::Changes(changes)) if changes.len() < WAITING_FRAMES => changes.push(change),
            Some(waiting) => *waiting = Waiting::Resync,
        });
    }

    /// Has the socket read a view anew.
    pub fn resync(&self, view: &ViewKey) {
        self.with_inbox(|inbox| match inbox.waiting(view) {
            Some(waiting) => *waiting = Waiting::Resync,
            None => inbox.views.push((view.clone(), Waiting::Resync)),
        });
    }

    pub fn ping(&self) {
        self.with_inbox(|inbox| inbox.ping = true);
    }

    pub fn end(&self, ending: Ending) {
        self.with_inbox(|inbox| inbox.ended = inbox.ended.or(Some(ending)));
    }

    fn with_inbox(&self, change: impl FnOnce(&mut Inbox)) {
        change(&mut self.inbox.lock().unwrap_or_else(PoisonError::into_inner));
        self.waker.wake();
    }

    /// Waits until there is something to do, and takes all of it. Only the socket's own task asks.
    pub async fn work(&self) -> Work {
        poll_fn(|context| {
            let work = self.take().or_else(|| {
                self.waker.register(context.waker());
                // What came before the waker was there has woken nobody.
                self.take()
            });
            work.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }

    fn take(&self) -> Option<Work> {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        let Inbox { views, ping, ended } = &mut *inbox;
        let is_empty = views.is_empty() && !*ping && ended.is_none();
        (!is_empty).then(|| Work {
            views: std::mem::take(views),
            ping: std::mem::take(ping),
            ended: ended.take(),
        })
    }

    /// Forgets what waits for a view that the socket no longer looks at.
    pub fn forget(&self, view: &ViewKey) {
        let mut inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.views.retain(|(known, _)| known != view);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(seq: i64, is_whole: bool) -> Change {
        Change { seq: Seq(seq), frame: Utf8Bytes::from_static("{}"), is_whole, has_left: Arc::default() }
    }

    async fn waiting(client: &Client, view: &ViewKey) -> Waiting {
        let views = client.work().await.views;
        views.into_iter().find_map(|(key, waiting)| (key == *view).then_some(waiting)).expect("it waits")
    }

    #[tokio::test]
    async fn a_slow_socket_gets_only_the_latest_whole_content() {
        let client = Client::new(1, None);
        (1..=500).for_each(|seq| client.push(&ViewKey::Kpis, change(seq, true)));
        let Waiting::Changes(changes) = waiting(&client, &ViewKey::Kpis).await else {
            panic!("changes wait")
        };
        assert_eq!(changes.iter().map(|change| change.seq).collect::<Vec<_>>(), [Seq(500)]);
    }

    #[tokio::test]
    async fn a_socket_that_falls_behind_on_a_list_reads_it_anew_instead_of_growing_the_heap() {
        let client = Client::new(1, None);
        (1..=10_000).for_each(|seq| client.push(&ViewKey::Desk, change(seq, false)));
        assert!(matches!(waiting(&client, &ViewKey::Desk).await, Waiting::Resync));
        client.push(&ViewKey::Desk, change(10_001, false));
        assert!(
            matches!(waiting(&client, &ViewKey::Desk).await, Waiting::Changes(changes) if changes.len() == 1)
        );
    }
}
