//! The page's one live socket: it connects, comes back after every cut, hands each view its frames and reports what was
//! painted. All platform code of the socket is here; it never decides what a view does with its content.

use crate::wire;
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::live::{ClientFrame, Painted, Ping, ViewKey};
use leptos::prelude::*;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::js_sys::{Date, Math};
use web_sys::{MessageEvent, VisibilityState, WebSocket};

/// What the page says about its socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    /// The page as the server sent it; no socket yet.
    Idle,
    Connecting,
    Live,
    Reconnecting,
    /// The browser says that there is no network.
    Offline,
    /// The session is over: the socket does not come back by itself.
    Ended,
}

/// What happened to a view.
#[derive(Clone, Debug)]
pub enum News<T> {
    /// Nothing has changed since the position that the page knew.
    Current,
    /// What has changed since then.
    Replayed(T),
    /// The whole content.
    Snapshot(T),
    /// What changed just now.
    Change(T),
    /// The view is not, or no longer, for this page: one sentence.
    Refused(String),
}

/// The page's handle of the socket; in the context of every component.
#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
}

/// How long a connection may take to open.
const CONNECT_WITHIN: Duration = Duration::from_secs(8);
/// How often the page pings, and how long after a ping it takes silence for a cut.
const PING_EVERY: Duration = Duration::from_secs(20);
const ANSWER_WITHIN: Duration = Duration::from_secs(10);
/// The same where the browser has just said that the network is gone.
const ANSWER_AT_ONCE: Duration = Duration::from_secs(2);
/// The first pause before the socket comes back; it doubles up to the last. Each is drawn between half of it and all.
const FIRST_PAUSE_MS: f64 = 500.0;
const LAST_PAUSE_MS: f64 = 30_000.0;
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);
/// The tab in which somebody signs out is on its way to the sign-in by then; the others follow.
const LEAVE_AFTER: Duration = Duration::from_secs(1);
/// The server's codes for a session that ended, and for a view that it cannot show for a moment.
const SIGNED_OUT: &str = "signed_out";
const UNAVAILABLE: &str = "unavailable";
/// Painted positions are reported at most this often.
const REPORT_EVERY_MS: f64 = 500.0;

impl Live {
    /// Puts the handle into the context. `now` is the server's clock when it made the page.
    pub fn provide(now: DateTime<Utc>) -> Self {
        let live = Self { connection: RwSignal::new(Connection::Idle) };
        provide_context(live);
        Effect::new(move |_| start(live, now));
        live
    }

    pub fn connection(self) -> ReadSignal<Connection> {
        self.connection.read_only()
    }

    /// Gives every update of a view to `apply`, from the position `after` on, until the component goes away. Does
    /// nothing on the server.
    pub fn watch<T: DeserializeOwned + 'static>(
        view: ViewKey,
        after: Seq,
        apply: impl Fn(Seq, News<T>) + 'static,
    ) {
        let apply: Rc<Apply> = Rc::new(move |frame| {
            match read::<T>(frame) {
                Ok((seq, update)) => apply(seq, update),
                Err(error) => leptos::logging::error!("a live frame could not be read: {error}"),
            }
            Shown::Now
        });
        listen(view, after, apply);
    }

    /// As [`Self::watch`], for what is drawn by the server: `apply` needs no content, and says itself when it is
    /// [`Self::painted`].
    pub fn watch_drawn(view: ViewKey, after: Seq, apply: impl Fn(Seq, News<()>) + 'static) {
        let apply: Rc<Apply> = Rc::new(move |frame| {
            let seq = frame.seq.or(frame.as_of).unwrap_or_default();
            apply(
                seq,
                match frame.kind {
                    Kind::Refused => News::Refused(frame.message.clone().unwrap_or_default()),
                    Kind::Replayed | Kind::Snapshot | Kind::Change => News::Change(()),
                    Kind::Current | Kind::Pong | Kind::Ended => News::Current,
                },
            );
            Shown::Later
        });
        listen(view, after, apply);
    }

    /// What came as a change at `seq` stands on the page now.
    pub fn painted(seq: Seq) {
        will_paint(seq);
    }
}

fn listen(view: ViewKey, after: Seq, apply: Rc<Apply>) {
    let id = StoredValue::new(None);
    Effect::new(move |_| {
        let apply = Rc::clone(&apply);
        id.set_value(Some(add_watcher(view.clone(), after, apply)));
    });
    on_cleanup(move || {
        if let Some(id) = id.try_get_value().flatten() {
            remove_watcher(id);
        }
    });
}

/// The server's clock, as well as the page knows it.
pub fn server_now() -> Option<DateTime<Utc>> {
    LINK.with_borrow(|link| server_time(link.offset_ms))
}

fn server_time(offset_ms: f64) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis((Date::now() + offset_ms) as i64)
}

/// A frame of the server, read as far as the link needs it: who wants the content knows its type.
#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "frame")]
    kind: Kind,
    view: Option<ViewKey>,
    as_of: Option<Seq>,
    seq: Option<Seq>,
    #[serde(default)]
    content: Value,
    code: Option<String>,
    message: Option<String>,
    sent_ms: Option<i64>,
    now: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Current,
    Replayed,
    Snapshot,
    Change,
    Refused,
    Pong,
    Ended,
}

fn read<T: DeserializeOwned>(frame: &Frame) -> Result<(Seq, News<T>), wire::Error> {
    let content = || wire::from_tree(frame.content.clone());
    let update = match frame.kind {
        Kind::Replayed => News::Replayed(content()?),
        Kind::Snapshot => News::Snapshot(content()?),
        Kind::Change => News::Change(content()?),
        Kind::Refused => News::Refused(frame.message.clone().unwrap_or_default()),
        Kind::Current | Kind::Pong | Kind::Ended => News::Current,
    };
    Ok((frame.seq.or(frame.as_of).unwrap_or_default(), update))
}

type Apply = dyn Fn(&Frame) -> Shown;

/// Whether what a frame brought stands on the page once it was applied.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    Now,
    Later,
}

/// A part of the page that follows a view. Two parts that follow one view were read at different moments, so each has its
/// own position.
struct Watcher {
    id: u32,
    view: ViewKey,
    /// Up to where it knows the view; none once the server has refused it.
    known: Option<Seq>,
    apply: Rc<Apply>,
}

/// The socket with its handlers, which live as long as it.
struct Socket {
    wire: WebSocket,
    is_open: bool,
    _opened: Closure<dyn FnMut()>,
    _said: Closure<dyn FnMut(MessageEvent)>,
    _closed: Closure<dyn FnMut()>,
}

#[derive(Default)]
struct Link {
    live: Option<Live>,
    socket: Option<Socket>,
    /// Counts sockets: what an earlier one still says is not heard.
    generation: u32,
    failures: i32,
    retry: Option<TimeoutHandle>,
    heard_ms: f64,
    watchers: Vec<Watcher>,
    next_watcher: u32,
    /// Server's clock minus the browser's.
    offset_ms: f64,
    best_trip_ms: Option<f64>,
    /// The newest position that waits for the next frame on the glass, then for its report.
    to_paint: Option<Seq>,
    to_report: Option<Painted>,
    reported_ms: f64,
}

thread_local! {
    /// One per page. Only the browser touches it, and the browser has one thread.
    static LINK: RefCell<Link> = RefCell::default();
}

fn start(live: Live, now: DateTime<Utc>) {
    LINK.with_borrow_mut(|link| {
        link.live = Some(live);
        link.offset_ms = now.timestamp_millis() as f64 - Date::now();
        link.next_watcher = link.next_watcher.max(1);
    });
    for event in ["online", "offline"] {
        window_event_listener_untyped(event, |_| reconsider());
    }
    let visible = Closure::<dyn FnMut()>::new(|| {
        if document().visibility_state() == VisibilityState::Visible {
            reconsider();
        }
    });
    let added =
        document().add_event_listener_with_callback("visibilitychange", visible.as_ref().unchecked_ref());
    if let Err(error) = added {
        leptos::logging::error!("visibility changes stay unnoticed: {error:?}");
    }
    // Lives as long as the page.
    visible.forget();
    if let Err(error) = set_interval_with_handle(beat, PING_EVERY) {
        leptos::logging::error!("the heartbeat could not start: {error:?}");
    }
}

/// The network or the tab came back, or the network went: acts at once.
fn reconsider() {
    let (is_open, wanted) = LINK.with_borrow(|link| (link.is_open(), !link.watchers.is_empty()));
    if is_open {
        let is_doubtful = !window().navigator().on_line();
        check(if is_doubtful { ANSWER_AT_ONCE } else { ANSWER_WITHIN });
    } else if wanted {
        come_back_soon();
    }
}

/// Comes back within the first pause. After an outage every tab hears at once that the network is there: each draws its own
/// moment.
fn come_back_soon() {
    LINK.with_borrow_mut(|link| {
        if link.failures == 0 {
            set_timeout(connect, Duration::ZERO);
        } else if link.failures > 1 {
            if let Some(retry) = link.retry.take() {
                retry.clear();
            }
            let pause = Duration::from_millis((FIRST_PAUSE_MS * Math::random()) as u64);
            link.retry = set_timeout_with_handle(connect, pause).ok();
        }
        // The first pause after a failure is short anyway, and is not skipped.
    });
}

/// Pings, and gives up a socket on which nothing came back.
fn beat() {
    check(ANSWER_WITHIN);
}

fn check(within: Duration) {
    let Some((generation, asked_ms)) = LINK.with_borrow(|link| {
        link.is_open().then(|| {
            let asked_ms = Date::now();
            let ping = Ping { sent_ms: asked_ms as i64 };
            link.say(&ClientFrame { ping: Some(ping), ..ClientFrame::default() });
            (link.generation, asked_ms)
        })
    }) else {
        return;
    };
    set_timeout(
        move || {
            let silent = LINK.with_borrow(|link| link.generation == generation && link.heard_ms < asked_ms);
            if silent {
                connect();
            }
        },
        within,
    );
}

fn connect() {
    let generation = LINK.with_borrow_mut(|link| {
        link.hang_up();
        if link.is_ended() {
            return None;
        }
        let first = link.generation == 1 && link.failures == 0;
        // A server on this very machine can be reached without a network, so it is tried all the same.
        link.show(if first { Connection::Connecting } else { absent() });
        Some(link.generation)
    });
    let Some(generation) = generation else { return };
    match open(generation) {
        Ok(socket) => LINK.with_borrow_mut(|link| link.socket = Some(socket)),
        Err(error) => {
            leptos::logging::warn!("the live socket could not be opened: {error:?}");
            return lost(generation);
        }
    }
    let is_late = move || LINK.with_borrow(|link| link.generation == generation && !link.is_open());
    set_timeout(
        move || {
            if is_late() {
                lost(generation);
            }
        },
        CONNECT_WITHIN,
    );
}

/// What the page says of a socket that is not there.
fn absent() -> Connection {
    if window().navigator().on_line() { Connection::Reconnecting } else { Connection::Offline }
}

fn open(generation: u32) -> Result<Socket, wasm_bindgen::JsValue> {
    let location = window().location();
    let scheme = if location.protocol()? == "https:" { "wss" } else { "ws" };
    let socket = WebSocket::new(&format!("{scheme}://{}/live", location.host()?))?;
    let opened = Closure::<dyn FnMut()>::new(move || opened(generation));
    let said = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        if let Some(text) = event.data().as_string() {
            hear(generation, &text);
        }
    });
    let closed = Closure::<dyn FnMut()>::new(move || lost(generation));
    socket.set_onopen(Some(opened.as_ref().unchecked_ref()));
    socket.set_onmessage(Some(said.as_ref().unchecked_ref()));
    socket.set_onclose(Some(closed.as_ref().unchecked_ref()));
    Ok(Socket { wire: socket, is_open: false, _opened: opened, _said: said, _closed: closed })
}

fn opened(generation: u32) {
    LINK.with_borrow_mut(|link| {
        let Some(socket) = link.socket.as_mut().filter(|_| link.generation == generation) else { return };
        socket.is_open = true;
        link.heard_ms = Date::now();
        let views: BTreeSet<&ViewKey> = link.watchers.iter().map(|watcher| &watcher.view).collect();
        for view in views {
            link.subscribe(view);
        }
        link.show(Connection::Live);
    });
    beat();
}

/// The socket of that generation is gone: comes back after a pause.
fn lost(generation: u32) {
    LINK.with_borrow_mut(|link| {
        if link.generation != generation || link.is_ended() {
            return;
        }
        link.hang_up();
        // The server closes sockets that look at nothing; the next watcher opens one.
        if link.watchers.is_empty() {
            return;
        }
        let pause = (FIRST_PAUSE_MS * 2_f64.powi(link.failures)).min(LAST_PAUSE_MS);
        link.failures = (link.failures + 1).min(16);
        let pause = Duration::from_millis((pause * (0.5 + Math::random() / 2.0)) as u64);
        link.show(absent());
        link.retry = set_timeout_with_handle(connect, pause).ok();
    });
}

fn hear(generation: u32, text: &str) {
    let frame: Frame = match wire::read(text) {
        Ok(frame) => frame,
        Err(error) => return leptos::logging::error!("the server said what no frame is: {error}"),
    };
    let listeners = LINK.with_borrow_mut(|link| {
        if link.generation != generation {
            return Vec::new();
        }
        link.heard_ms = Date::now();
        link.failures = 0;
        link.take_in(&frame)
    });
    // The link is free again: a listener may watch or leave views.
    let shown: Vec<Shown> = listeners.iter().map(|apply| apply(&frame)).collect();
    if frame.kind == Kind::Change
        && shown.contains(&Shown::Now)
        && let Some(seq) = frame.seq
    {
        will_paint(seq);
    }
}

impl Link {
    fn is_open(&self) -> bool {
        self.socket.as_ref().is_some_and(|socket| socket.is_open)
    }

    fn is_ended(&self) -> bool {
        self.live.is_some_and(|live| live.connection.get_untracked() == Connection::Ended)
    }

    fn show(&self, connection: Connection) {
        if let Some(live) = self.live.filter(|live| live.connection.get_untracked() != connection) {
            live.connection.set(connection);
        }
    }

    /// Lets go of the socket and of a waiting retry; nothing of it is heard from here on.
    fn hang_up(&mut self) {
        self.generation += 1;
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
        if let Some(gone) = self.socket.take() {
            gone.wire.set_onopen(None);
            gone.wire.set_onmessage(None);
            gone.wire.set_onclose(None);
            // A socket that never opened or is closed already refuses; either way it is gone.
            let _ = gone.wire.close();
            // One of its handlers may be running this very code: it goes when that is done.
            set_timeout(move || drop(gone), Duration::ZERO);
        }
    }

    fn say(&self, frame: &ClientFrame) {
        let is_open = |socket: &&Socket| socket.is_open && socket.wire.ready_state() == WebSocket::OPEN;
        let Some(socket) = self.socket.as_ref().filter(is_open) else { return };
        match serde_json::to_string(frame) {
            // What a closing socket does not take is said again when the next one opens.
            Ok(text) => drop(socket.wire.send_with_str(&text)),
            Err(error) => leptos::logging::error!("a frame could not be written: {error}"),
        }
    }

    /// Asks for a view from where the watcher that knows least of it is; not where the server has refused it.
    fn subscribe(&self, view: &ViewKey) {
        if let Some(after) = self.asked_after(view) {
            let subscribe = vec![view.clone()];
            self.say(&ClientFrame { subscribe, after: Some(after), ..ClientFrame::default() });
        }
    }

    fn asked_after(&self, view: &ViewKey) -> Option<Seq> {
        self.watchers.iter().filter(|watcher| watcher.view == *view).filter_map(|watcher| watcher.known).min()
    }

    fn add(&mut self, view: ViewKey, after: Seq, apply: Rc<Apply>) -> u32 {
        let id = self.next_watcher;
        self.next_watcher += 1;
        self.watchers.push(Watcher { id, view: view.clone(), known: Some(after), apply });
        self.subscribe(&view);
        id
    }

    /// Notes what a frame says about the link itself; returns who wants its content.
    fn take_in(&mut self, frame: &Frame) -> Vec<Rc<Apply>> {
        match (frame.kind, &frame.view) {
            (Kind::Pong, _) => {
                if let (Some(sent_ms), Some(now)) = (frame.sent_ms, frame.now) {
                    self.measure(sent_ms as f64, now.timestamp_micros() as f64 / 1000.0);
                }
                Vec::new()
            }
            (Kind::Ended, _) => {
                // A server that stops, or that heard too little, is worth coming back to.
                if frame.code.as_deref() == Some(SIGNED_OUT) {
                    self.show(Connection::Ended);
                    set_timeout(leave, LEAVE_AFTER);
                }
                Vec::new()
            }
            (Kind::Refused, Some(view)) if frame.code.as_deref() == Some(UNAVAILABLE) => {
                let view = view.clone();
                set_timeout(move || ask_again(&view), ASK_AGAIN_AFTER);
                Vec::new()
            }
            (Kind::Refused, Some(view)) => self.tell(view, |known| known.take().is_some()),
            (kind, Some(view)) => {
                let seq = frame.seq.or(frame.as_of).unwrap_or_default();
                self.tell(view, |known| {
                    // What is older was asked for by somebody who knew less, or answers an earlier question. A snapshot may
                    // be: a database that was put back begins again from an earlier position.
                    let is_news = known.is_some_and(|known| match kind {
                        Kind::Change => seq > known,
                        Kind::Snapshot => true,
                        _ => seq >= known,
                    });
                    if is_news {
                        *known = Some(seq);
                    }
                    is_news
                })
            }
            (_, None) => Vec::new(),
        }
    }

    /// Those who follow a view and for whom a frame is news, by what they know.
    fn tell(&mut self, view: &ViewKey, mut is_news: impl FnMut(&mut Option<Seq>) -> bool) -> Vec<Rc<Apply>> {
        let watching = self.watchers.iter_mut().filter(|watcher| watcher.view == *view);
        watching
            .filter_map(|watcher| is_news(&mut watcher.known).then(|| Rc::clone(&watcher.apply)))
            .collect()
    }

    /// The clocks' offset, from the quickest round trips.
    fn measure(&mut self, sent_ms: f64, server_ms: f64) {
        let now_ms = Date::now();
        let trip_ms = (now_ms - sent_ms).max(0.0);
        if self.best_trip_ms.is_none_or(|best| trip_ms <= best * 2.0 + 2.0) {
            self.best_trip_ms = Some(self.best_trip_ms.map_or(trip_ms, |best| best.min(trip_ms)));
            self.offset_ms = server_ms + trip_ms / 2.0 - now_ms;
        }
    }
}

/// What stands on the screen is no longer for whoever sits before it: the server leads to the sign-in.
fn leave() {
    if let Err(error) = window().location().reload() {
        leptos::logging::error!("the page could not be left: {error:?}");
    }
}

/// Subscribes anew to a view that the server could not show for a moment.
fn ask_again(view: &ViewKey) {
    LINK.with_borrow(|link| link.subscribe(view));
}

fn add_watcher(view: ViewKey, after: Seq, apply: Rc<Apply>) -> u32 {
    let (id, connects) = LINK.with_borrow_mut(|link| {
        let id = link.add(view, after, apply);
        (id, link.socket.is_none() && link.retry.is_none())
    });
    if connects {
        connect();
    }
    id
}

fn remove_watcher(id: u32) {
    LINK.with_borrow_mut(|link| {
        let Some(at) = link.watchers.iter().position(|watcher| watcher.id == id) else { return };
        let Watcher { view, .. } = link.watchers.remove(at);
        if link.watchers.iter().all(|watcher| watcher.view != view) {
            link.say(&ClientFrame { unsubscribe: vec![view], ..ClientFrame::default() });
        }
    });
}

/// Notes when the next frame is on the glass, and reports it.
fn will_paint(seq: Seq) {
    let is_waiting = LINK.with_borrow_mut(|link| link.to_paint.replace(seq).is_some());
    if !is_waiting {
        request_animation_frame(painted);
    }
}

fn painted() {
    let pause = LINK.with_borrow_mut(|link| {
        let seq = link.to_paint.take()?;
        let at = server_time(link.offset_ms)?;
        let is_waiting = link.to_report.replace(Painted { seq, at }).is_some();
        (!is_waiting).then(|| (link.reported_ms + REPORT_EVERY_MS - Date::now()).max(0.0))
    });
    if let Some(pause) = pause {
        set_timeout(report, Duration::from_millis(pause as u64));
    }
}

fn report() {
    LINK.with_borrow_mut(|link| {
        let painted = link.to_report.take();
        link.reported_ms = Date::now();
        link.say(&ClientFrame { painted, ..ClientFrame::default() });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::live::{Freshness, ServerFrame};

    fn sent(frame: &ServerFrame) -> Frame {
        let text = serde_json::to_string(frame).expect("a frame as JSON");
        wire::read(&text).expect("a frame that the page reads")
    }

    #[test]
    fn what_the_server_says_of_a_view_is_read_with_its_position_and_content() {
        let content = serde_json::value::to_raw_value(&Freshness::default()).expect("a content");
        let frame = sent(&ServerFrame::Change { view: ViewKey::Freshness, seq: Seq(7), content });
        assert_eq!(frame.view, Some(ViewKey::Freshness));
        let (seq, news) = read::<Freshness>(&frame).expect("a readable content");
        assert_eq!(seq, Seq(7));
        assert!(matches!(news, News::Change(content) if content == Freshness::default()));
    }

    /// A watcher of the desk, and the positions of what it was told.
    fn watcher(link: &mut Link, after: i64) -> Rc<RefCell<Vec<i64>>> {
        let told = Rc::new(RefCell::new(Vec::new()));
        let heard = Rc::clone(&told);
        let apply = move |frame: &Frame| {
            heard.borrow_mut().push(frame.seq.or(frame.as_of).unwrap_or_default().0);
            Shown::Now
        };
        link.add(ViewKey::Desk, Seq(after), Rc::new(apply));
        told
    }

    fn hear(link: &mut Link, frame: &ServerFrame) {
        let frame = sent(frame);
        for apply in link.take_in(&frame) {
            apply(&frame);
        }
    }

    fn content() -> Box<serde_json::value::RawValue> {
        serde_json::value::to_raw_value(&Freshness::default()).expect("a content")
    }

    fn change(seq: i64) -> ServerFrame {
        ServerFrame::Change { view: ViewKey::Desk, seq: Seq(seq), content: content() }
    }

    #[test]
    fn two_parts_of_a_page_that_follow_one_view_each_hear_what_they_do_not_know() {
        let mut link = Link::default();
        let queue = watcher(&mut link, 10);
        // Read later, so that it knows more.
        let panel = watcher(&mut link, 20);
        assert_eq!(link.asked_after(&ViewKey::Desk), Some(Seq(10)), "the least of them is asked from");

        // On its way when the panel opened.
        hear(&mut link, &change(15));
        assert_eq!(link.asked_after(&ViewKey::Desk), Some(Seq(15)));
        hear(&mut link, &ServerFrame::Replayed { view: ViewKey::Desk, as_of: Seq(20), content: content() });
        hear(&mut link, &change(20));
        hear(&mut link, &change(21));
        assert_eq!(*queue.borrow(), [15, 20, 21]);
        assert_eq!(*panel.borrow(), [20, 21]);
        assert_eq!(link.asked_after(&ViewKey::Desk), Some(Seq(21)));
    }

    #[test]
    fn a_view_that_was_refused_is_asked_for_again_only_by_a_new_watcher() {
        let mut link = Link::default();
        let first = watcher(&mut link, 10);
        let (code, message) = ("not_for_role".to_owned(), "not for you".to_owned());
        hear(&mut link, &ServerFrame::Refused { view: ViewKey::Desk, code, message });
        assert_eq!(link.asked_after(&ViewKey::Desk), None);
        let second = watcher(&mut link, 30);
        hear(&mut link, &change(31));
        assert_eq!((first.borrow().len(), &second.borrow()[..]), (1, &[31][..]));
    }

    #[test]
    fn a_refusal_and_a_goodbye_are_read_with_their_codes() {
        let (code, message) = (SIGNED_OUT.to_owned(), "sign in again".to_owned());
        let frame = sent(&ServerFrame::Ended { code, message });
        assert!(frame.kind == Kind::Ended && frame.code.as_deref() == Some(SIGNED_OUT));
        let (code, message) = ("not_for_role".to_owned(), "not for you".to_owned());
        let refused = sent(&ServerFrame::Refused { view: ViewKey::Desk, code, message });
        let (_, news) = read::<Freshness>(&refused).expect("no content to read");
        assert!(matches!(news, News::Refused(message) if message == "not for you"));
    }
}
