//! A client of `/live` that keeps what it was told, view by view, as a page does.

use super::soon;
use domain::Seq;
use domain::live::{ClientFrame, Desk, ViewKey};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode};
use tokio_tungstenite::tungstenite::{Error, Message};

/// A frame of the server, flat, so that tests can look at all of it.
#[derive(Clone, Debug, Deserialize)]
pub struct Frame {
    /// `snapshot`, `change` and so on.
    #[serde(rename = "frame")]
    pub kind: String,
    pub view: Option<ViewKey>,
    pub as_of: Option<Seq>,
    pub seq: Option<Seq>,
    pub content: Option<Value>,
    pub code: Option<String>,
    pub sent_ms: Option<i64>,
    #[serde(skip)]
    pub text: String,
}

impl Frame {
    /// The position that the frame holds at.
    pub fn position(&self) -> Seq {
        self.seq.or(self.as_of).unwrap_or_default()
    }
}

/// A socket.
pub struct Socket {
    socket: WebSocketStream<TcpStream>,
}

/// What came of an attempt to open a socket.
pub enum Opened {
    Open(Box<Socket>),
    Refused(StatusCode),
    Failed,
}

impl Socket {
    /// Opens a socket that must open.
    pub async fn open(address: SocketAddr, cookie: &str) -> Self {
        match Self::try_open(address, address, cookie, None).await {
            Opened::Open(socket) => *socket,
            Opened::Refused(status) => panic!("the upgrade was refused: {status}"),
            Opened::Failed => panic!("no connection"),
        }
    }

    /// Opens a socket to `host` by way of `through`, as a page of `origin` would.
    pub async fn try_open(
        through: SocketAddr,
        host: SocketAddr,
        cookie: &str,
        origin: Option<&str>,
    ) -> Opened {
        let socket = TcpSocket::new_v4().expect("a socket");
        // Small, so that a client that does not read is felt by the server.
        socket.set_recv_buffer_size(16 * 1024).expect("a buffer");
        let Ok(stream) = socket.connect(through).await else { return Opened::Failed };
        let mut request = format!("ws://{host}/live").into_client_request().expect("an address");
        request.headers_mut().insert("cookie", HeaderValue::from_str(cookie).expect("a cookie"));
        if let Some(origin) = origin {
            request.headers_mut().insert("origin", HeaderValue::from_str(origin).expect("an origin"));
        }
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((socket, _)) => Opened::Open(Box::new(Self { socket })),
            Err(Error::Http(answer)) => Opened::Refused(answer.status()),
            Err(_) => Opened::Failed,
        }
    }

    /// Sends a frame. Says whether it left.
    pub async fn say(&mut self, frame: &ClientFrame) -> bool {
        self.say_text(&serde_json::to_string(frame).expect("JSON")).await
    }

    pub async fn say_text(&mut self, text: &str) -> bool {
        self.socket.send(Message::text(text)).await.is_ok()
    }

    pub async fn subscribe(&mut self, view: &ViewKey, after: Option<Seq>) -> bool {
        self.say(&ClientFrame { subscribe: vec![view.clone()], after, ..ClientFrame::default() }).await
    }

    /// The next message; none once the socket is cut off.
    pub async fn message(&mut self) -> Option<Message> {
        self.socket.next().await?.ok()
    }

    /// The next frame; none once the socket is cut off or closed.
    pub async fn frame(&mut self) -> Option<Frame> {
        loop {
            match self.message().await? {
                Message::Text(text) => {
                    let frame: Frame = serde_json::from_str(&text).expect("a frame of the server");
                    return Some(Frame { text: text.as_str().to_owned(), ..frame });
                }
                Message::Close(_) => return None,
                _ => {}
            }
        }
    }

    /// The next frame, which must come.
    pub async fn expect_frame(&mut self) -> Frame {
        soon("a frame comes", self.frame()).await.expect("a frame, not the end")
    }

    /// Subscribes and returns the answer.
    pub async fn ask(&mut self, view: &ViewKey, after: Option<Seq>) -> Frame {
        assert!(self.subscribe(view, after).await, "the socket has ended");
        loop {
            let frame = self.expect_frame().await;
            if frame.view.as_ref() == Some(view) && frame.kind != "change" {
                return frame;
            }
        }
    }

    /// The close code that ends the socket, after all that was said before.
    pub async fn close_code(&mut self) -> Option<u16> {
        soon("the socket ends", async {
            loop {
                match self.message().await {
                    Some(Message::Close(Some(close))) => return Some(close.code.into()),
                    Some(Message::Close(None)) | None => return None,
                    Some(_) => {}
                }
            }
        })
        .await
    }
}

/// What a client knows of its views.
#[derive(Clone, Debug, Default)]
pub struct Glass {
    pub views: BTreeMap<ViewKey, (Seq, Value)>,
    /// How often each kind of answer to a subscription came.
    pub answers: BTreeMap<String, u32>,
}

impl Glass {
    pub fn position(&self, view: &ViewKey) -> Option<Seq> {
        self.views.get(view).map(|(seq, _)| *seq)
    }

    pub fn content(&self, view: &ViewKey) -> &Value {
        &self.views[view].1
    }

    /// Takes in an answer to a subscription: exactly one of the three, and only one that fits what is known.
    pub fn answered(&mut self, frame: Frame) {
        let view = frame.view.clone().expect("a view");
        *self.answers.entry(frame.kind.clone()).or_default() += 1;
        let as_of = frame.as_of.unwrap_or_else(|| panic!("no answer to a subscription: {}", frame.text));
        let known = self.views.get(&view);
        assert!(known.is_none_or(|(seq, _)| *seq <= as_of), "an answer from the past: {}", frame.text);
        let content = match (frame.kind.as_str(), known) {
            ("snapshot", _) => frame.content.expect("a content"),
            ("replayed", Some((_, known))) => merge(&view, known.clone(), frame.content.expect("a content")),
            ("current", Some((_, known))) => known.clone(),
            (other, _) => panic!("`{other}` is no answer here: {}", frame.text),
        };
        self.views.insert(view, (as_of, content));
    }

    /// Takes in a change, or the fresh reading of a view that had fallen behind.
    pub fn changed(&mut self, frame: Frame) {
        let view = frame.view.clone().expect("a view");
        let position = frame.position();
        let (known_at, known) = self.views.get(&view).cloned().expect("a view that was answered before");
        let content = frame.content.unwrap_or_else(|| panic!("no content: {}", frame.text));
        let content = match frame.kind.as_str() {
            "change" => {
                let is_counted = matches!(view, ViewKey::Kpis | ViewKey::Freshness);
                let ascends = position > known_at || is_counted && position == known_at;
                assert!(ascends, "{known_at} was known, and then came {}", frame.text);
                merge(&view, known, content)
            }
            "snapshot" => {
                assert!(position >= known_at, "{known_at} was known, and then came {}", frame.text);
                content
            }
            other => panic!("`{other}` without a subscription: {}", frame.text),
        };
        self.views.insert(view, (position, content));
    }
}

/// A view's content after a change, as the wire types' documentation says.
fn merge(view: &ViewKey, known: Value, change: Value) -> Value {
    match view {
        ViewKey::Shipments => {
            let rows = |value: &Value| value["rows"].as_array().cloned().expect("rows");
            let changed = rows(&change);
            let is_changed = |row: &Value| changed.iter().any(|new| new["id"] == row["id"]);
            let mut rows: Vec<Value> = rows(&known).into_iter().filter(|row| !is_changed(row)).collect();
            rows.extend(changed);
            sorted(serde_json::json!({ "rows": rows }))
        }
        ViewKey::Desk => {
            let mut desk: Desk = serde_json::from_value(known).expect("a desk");
            desk.merge(serde_json::from_value(change).expect("a desk"));
            serde_json::to_value(desk).expect("JSON")
        }
        _ => change,
    }
}

/// Rows in one order: two that changed with the same event have none of their own.
pub fn sorted(mut content: Value) -> Value {
    if let Some(rows) = content.get_mut("rows").and_then(Value::as_array_mut) {
        rows.sort_by_key(|row| (std::cmp::Reverse(row["seq"].as_i64()), row["id"].to_string()));
    }
    content
}
