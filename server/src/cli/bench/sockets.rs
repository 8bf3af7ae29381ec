//! Many websockets at once, as browsers hold them: open, subscribed, and read as frames come.

use anyhow::{Context, bail};
use domain::Seq;
use domain::live::{ClientFrame, ViewKey};
use futures::SinkExt;
use futures::stream::{self, StreamExt, TryStreamExt};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// How many connections are opened at the same time; a listener's queue is not endless.
const OPENING: usize = 64;

pub type Socket = WebSocketStream<TcpStream>;

/// The same buffers on both sides of every comparison.
pub fn config() -> WebSocketConfig {
    WebSocketConfig::default().read_buffer_size(4 * 1024).write_buffer_size(0)
}

/// Opens `count` sockets. With views to look at, each has subscribed and has its first answers when this returns.
pub async fn open(
    address: SocketAddr,
    cookie: &str,
    views: &[ViewKey],
    count: usize,
) -> anyhow::Result<Vec<Socket>> {
    stream::iter(0..count)
        .map(|_| connect(address, cookie, views))
        .buffer_unordered(OPENING)
        .try_collect()
        .await
}

async fn connect(address: SocketAddr, cookie: &str, views: &[ViewKey]) -> anyhow::Result<Socket> {
    let mut request = format!("ws://{address}/live").into_client_request()?;
    request.headers_mut().insert("cookie", HeaderValue::from_str(cookie)?);
    let stream = TcpStream::connect(address).await.context("no connection")?;
    stream.set_nodelay(true)?;
    let (mut socket, _) =
        tokio_tungstenite::client_async_with_config(request, stream, Some(config())).await?;
    if views.is_empty() {
        return Ok(socket);
    }
    let frame = ClientFrame { subscribe: views.to_vec(), ..ClientFrame::default() };
    socket.send(Message::text(serde_json::to_string(&frame)?)).await?;
    for _ in views {
        let text = text(&mut socket).await?;
        anyhow::ensure!(kind(&text) == Some("snapshot"), "a subscription was answered with {text}");
    }
    Ok(socket)
}

/// The next text; answers to pings go out by themselves.
pub async fn text(socket: &mut Socket) -> anyhow::Result<Utf8Bytes> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => return Ok(text),
            Some(Ok(Message::Close(_))) | None => bail!("a socket was closed"),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error).context("a socket broke"),
        }
    }
}

/// What a frame is, by its first word.
pub fn kind(frame: &str) -> Option<&str> {
    frame.strip_prefix(r#"{"frame":""#)?.split('"').next()
}

/// The position that a frame holds at.
pub fn position(frame: &str) -> Option<Seq> {
    let name = if kind(frame)? == "change" { r#""seq":"# } else { r#""as_of":"# };
    let digits = &frame[frame.find(name)? + name.len()..];
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    digits[..end].parse().ok().map(Seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::live::ServerFrame;
    use serde_json::value::to_raw_value;

    #[test]
    fn a_frame_tells_what_it_is_and_its_position_without_being_parsed() {
        let content = to_raw_value(&serde_json::json!({"seq": 3, "as_of": 4})).expect("json");
        let change = ServerFrame::Change { view: ViewKey::Shipments, seq: Seq(77), content: content.clone() };
        let snapshot = ServerFrame::Snapshot { view: ViewKey::Desk, as_of: Seq(78), content };
        let texts = [change, snapshot].map(|frame| serde_json::to_string(&frame).expect("json"));
        assert_eq!(texts.each_ref().map(|text| kind(text)), [Some("change"), Some("snapshot")]);
        assert_eq!(texts.each_ref().map(|text| position(text)), [Some(Seq(77)), Some(Seq(78))]);
    }
}
