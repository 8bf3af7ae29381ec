//! What messages reach: a process of its own, in Python, with the reference library of Standard Webhooks and a mail server.

use super::server::client;
use serde::Deserialize;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use store::{Endpoint, Store};

pub const SECRET: &str = "whsec_c3luY2xpbmUgdGVzdHMgc2lnbiB3aXRoIHRoaXM=";

/// The receiver; killed when it is let go.
pub struct Receiver {
    child: Child,
    http: u16,
    pub smtp: u16,
}

#[derive(Deserialize)]
struct Ports {
    http: u16,
    smtp: u16,
}

/// Something that came.
#[derive(Clone, Debug, Deserialize)]
pub struct Received {
    #[serde(default)]
    pub path: String,
    /// The webhook's or the mail's id.
    pub id: String,
    /// Whether the signature is right.
    #[serde(default)]
    pub verified: Value,
    /// All its signatures, as they came.
    #[serde(default)]
    pub signature: String,
    /// The status that it was answered with.
    #[serde(default)]
    pub answer: Value,
    #[serde(default)]
    pub event: Value,
    #[serde(default)]
    pub mail: Vec<String>,
    #[serde(default)]
    pub subject: String,
    /// The link with which the mail says that it ends.
    #[serde(default)]
    pub unsubscribe: String,
    #[serde(default)]
    pub text: String,
}

impl Received {
    pub fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap_or_default()
    }
}

/// The Python that `make test` sets up.
fn python() -> String {
    let home = std::env::var("HOME").unwrap_or_default();
    std::env::var("SYNCLINE_PYTHON")
        .unwrap_or_else(|_| format!("{home}/.cache/syncline/tools/python/bin/python"))
}

impl Receiver {
    pub fn start() -> Self {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/receiver/receiver.py");
        let python = python();
        let mut child = Command::new(&python)
            .arg(script)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("`{python}` can't be started ({error}): `make test` sets it up"));
        let mut line = String::new();
        let output = child.stdout.take().expect("its output");
        BufReader::new(output).read_line(&mut line).expect("its first line");
        let Ports { http, smtp } = serde_json::from_str(&line).expect("its ports");
        Self { child, http, smtp }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.http)
    }

    /// An endpoint of this receiver that may be reached.
    pub async fn endpoint(&self, store: &Store, name: &str, addressee: &str) {
        let endpoint = Endpoint {
            secret: Some(SECRET.to_owned()),
            allow_private: true,
            ..Endpoint::new(name, addressee.parse().expect("an addressee"), self.url(&format!("/{name}")))
        };
        store.put_endpoint(endpoint).await.expect("an endpoint");
        self.behave(name, json!([])).await;
    }

    /// What the next messages to an endpoint are answered with.
    pub async fn behave(&self, name: &str, answers: Value) {
        let body = json!({ "secret": SECRET, "answers": answers }).to_string();
        let url = self.url(&format!("/behaviour/{name}"));
        let answer = client().put(url).body(body).send().await.expect("an answer");
        assert!(answer.status().is_success());
    }

    /// Everything that came, in order.
    pub async fn log(&self) -> Vec<Received> {
        let answer = client().get(self.url("/log")).send().await.expect("an answer");
        serde_json::from_slice(&answer.bytes().await.expect("a body")).expect("the log")
    }

    /// What came to an endpoint, in order.
    pub async fn came_to(&self, name: &str) -> Vec<Received> {
        let path = format!("/{name}");
        self.log().await.into_iter().filter(|one| one.path == path).collect()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        // Both fail where it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
