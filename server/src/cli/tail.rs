//! `syncline tail`: live frames in the terminal. It speaks `/live` as a browser does: it reconnects, and asks for what
//! came after the last position that it knows.

use crate::config::{password, whole};
use anyhow::Context;
use clap::Args;
use domain::live::{ClientFrame, ViewKey};
use domain::{Seq, ShipmentId};
use futures::{SinkExt, StreamExt};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error as SocketError, Message};

/// The first wait before a new connection; it doubles up to [`LONGEST_WAIT`].
const SHORTEST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(15);
/// A server that says nothing for so long, not even a ping, is taken for gone.
const SILENCE: Duration = Duration::from_mins(1);

/// Print live frames
#[derive(Args, Debug)]
pub struct Tail {
    /// The server
    #[arg(long, env = "SYNCLINE_SERVER", default_value = "http://127.0.0.1:3000")]
    server: String,
    /// The account to sign in with; none is needed for --track
    #[arg(long, env = "SYNCLINE_ACCOUNT")]
    account: Option<String>,
    #[arg(long, env = "SYNCLINE_PASSWORD", hide_env_values = true)]
    password: Option<String>,
    /// A file that holds the password
    #[arg(long, env = "SYNCLINE_PASSWORD_FILE")]
    password_file: Option<PathBuf>,
    /// Show the rows of all shipments (the default)
    #[arg(long)]
    shipments: bool,
    /// Show the open exceptions
    #[arg(long)]
    desk: bool,
    /// Show the manager's figures
    #[arg(long)]
    kpis: bool,
    /// Show one shipment, by its number or its id
    #[arg(long, value_parser = shipment_named)]
    shipment: Vec<ShipmentId>,
    /// Show what a share link shows, by its token
    #[arg(long)]
    track: Vec<String>,
    /// Begin after this journal position instead of with a snapshot
    #[arg(long, value_parser = whole(0..=i64::MAX))]
    after: Option<i64>,
}

/// The shipment of an id or, where the text is none, of a number.
#[expect(clippy::unnecessary_wraps, reason = "clap asks for a result")]
fn shipment_named(text: &str) -> Result<ShipmentId, std::convert::Infallible> {
    Ok(text.parse().unwrap_or_else(|_| ShipmentId::numbered(text)))
}

impl Tail {
    pub async fn run(self) -> anyhow::Result<()> {
        let cookie = match &self.account {
            Some(account) => {
                let password = password(self.password.clone(), self.password_file.clone())?;
                Some(sign_in(&self.server, account, &password).await?)
            }
            None => None,
        };
        let address = self.server.replacen("http", "ws", 1);
        let address = format!("{}/live", address.trim_end_matches('/'));
        // Each view has its own position: a cut may come between the frames of one transaction.
        let mut after: BTreeMap<ViewKey, Option<Seq>> =
            self.views().into_iter().map(|view| (view, self.after.map(Seq))).collect();
        let mut wait = SHORTEST_WAIT;
        // A server that was never there is one that somebody has mistyped.
        let mut was_there = false;
        loop {
            match follow(&address, cookie.as_deref(), &mut after).await {
                Ok(End::Refused(message)) => anyhow::bail!(message),
                Ok(End::Cut { heard }) => {
                    was_there |= heard;
                    wait = if heard { SHORTEST_WAIT } else { wait };
                    eprintln!("cut off; connecting again");
                }
                Err(error) if !was_there => {
                    anyhow::bail!("{} can't be followed: {error}: look at --server", self.server)
                }
                Err(error) => eprintln!("{error}; connecting again"),
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => wait = (wait * 2).min(LONGEST_WAIT),
                () = crate::serve::asked_to_stop() => return Ok(()),
            }
        }
    }

    fn views(&self) -> Vec<ViewKey> {
        let mut views: Vec<ViewKey> = self.shipment.iter().map(|&id| ViewKey::Shipment { id }).collect();
        views.extend(self.track.iter().map(|token| ViewKey::Track { token: token.clone() }));
        views.extend(self.desk.then_some(ViewKey::Desk));
        views.extend(self.kpis.then_some(ViewKey::Kpis));
        if self.shipments || views.is_empty() {
            views.push(ViewKey::Shipments);
        }
        views
    }
}

/// A frame of the server, as far as it matters here. Flat, since contents stay unread.
#[derive(Deserialize)]
struct Frame {
    #[serde(rename = "frame")]
    kind: String,
    view: Option<ViewKey>,
    as_of: Option<Seq>,
    seq: Option<Seq>,
    code: Option<String>,
    #[serde(default)]
    message: String,
}

/// Why following ended.
enum End {
    Cut { heard: bool },
    Refused(String),
}

async fn follow(
    address: &str,
    cookie: Option<&str>,
    after: &mut BTreeMap<ViewKey, Option<Seq>>,
) -> anyhow::Result<End> {
    let mut request = address.into_client_request().with_context(|| format!("`{address}` is no address"))?;
    if let Some(cookie) = cookie {
        request
            .headers_mut()
            .insert("cookie", HeaderValue::from_str(cookie).context("the cookie is garbled")?);
    }
    let (mut socket, _) = match tokio_tungstenite::connect_async(request).await {
        Ok(connected) => connected,
        Err(SocketError::Http(answer)) => {
            return Ok(End::Refused(format!("the server refused: {}", answer.status())));
        }
        Err(error) => return Err(error).context("no connection"),
    };
    for (view, after) in after.iter() {
        let subscribe =
            ClientFrame { subscribe: vec![view.clone()], after: *after, ..ClientFrame::default() };
        socket.send(Message::text(serde_json::to_string(&subscribe)?)).await?;
    }
    let mut heard = false;
    loop {
        let message = tokio::select! {
            message = tokio::time::timeout(SILENCE, socket.next()) => message,
            () = crate::serve::asked_to_stop() => return Ok(End::Refused("stopped".to_owned())),
        };
        let Ok(Some(Ok(message))) = message else { return Ok(End::Cut { heard }) };
        heard = true;
        let Message::Text(text) = message else { continue };
        println!("{text}");
        let frame: Frame = serde_json::from_str(&text).context("a frame of an unknown form")?;
        match (frame.kind.as_str(), frame.code.as_deref()) {
            ("refused", code) if code != Some("unavailable") => return Ok(End::Refused(frame.message)),
            ("ended", Some("signed_out")) => return Ok(End::Refused(frame.message)),
            _ => {}
        }
        if let (Some(view), Some(position)) = (frame.view, frame.seq.or(frame.as_of)) {
            after.insert(view, Some(position));
        }
    }
}

/// Signs in and returns the session's cookie.
async fn sign_in(server: &str, account: &str, password: &str) -> anyhow::Result<String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let form = [("account", account), ("password", password)];
    let answer = client
        .post(format!("{}/sign-in", server.trim_end_matches('/')))
        .form(&form)
        .send()
        .await
        .with_context(|| format!("{server} does not answer"))?;
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok());
    let cookie = cookie.and_then(|cookie| cookie.split(';').next()).map(str::to_owned);
    cookie.context("the account or the password is wrong")
}
