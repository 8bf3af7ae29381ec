//! A message by signed HTTP, after Standard Webhooks.

use super::reach::{PublicOnly, Refused, is_private};
use super::{Answer, Verdict};
use chrono::{DateTime, TimeDelta, Utc};
use domain::message::Message;
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, Url};
use standardwebhooks::Webhook;
use std::sync::Arc;
use std::time::Duration;
use store::{ANSWER, Endpoint};

/// How long an endpoint may take to answer.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Two ways out: to the public internet alone, and to wherever an operator has allowed.
pub(super) struct Webhooks {
    public: Client,
    any: Client,
}

impl Webhooks {
    pub fn new() -> anyhow::Result<Self> {
        // Neither a proxy nor a redirection may lead where the endpoint's own address may not.
        let client = || {
            Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none())
                .timeout(TIMEOUT)
                .user_agent(concat!("syncline/", env!("CARGO_PKG_VERSION")))
        };
        Ok(Self { public: client().dns_resolver(Arc::new(PublicOnly)).build()?, any: client().build()? })
    }

    pub async fn send(&self, endpoint: &Endpoint, message: &Message, now: DateTime<Utc>) -> Answer {
        let sent = match message.cloud_event() {
            Ok(body) => self.post(endpoint, &message.id.to_string(), body, now).await,
            Err(error) => Err(error.into()),
        };
        match sent {
            Ok(response) => answer(response, now).await,
            Err(error) => Answer {
                status: None,
                text: no_answer(&error).chars().take(ANSWER).collect(),
                verdict: Verdict::Later(None),
            },
        }
    }

    /// The status of the answer to a signed request, and how it begins.
    pub async fn ask(
        &self,
        endpoint: &Endpoint,
        id: &str,
        body: String,
        now: DateTime<Utc>,
    ) -> anyhow::Result<(StatusCode, String)> {
        let mut response = self.post(endpoint, id, body, now).await?;
        let text = beginning(&mut response).await;
        Ok((response.status(), text))
    }

    async fn post(
        &self,
        endpoint: &Endpoint,
        id: &str,
        body: String,
        now: DateTime<Utc>,
    ) -> anyhow::Result<Response> {
        let url = Url::parse(&endpoint.address)?;
        let client = if endpoint.allow_private { &self.any } else { &self.public };
        // Literal addresses are never resolved.
        let literal = url.host_str().and_then(|host| host.trim_matches(['[', ']']).parse().ok());
        if let Some(address) = literal.filter(|address| !endpoint.allow_private && is_private(*address)) {
            let host = url.host_str().unwrap_or_default().to_owned();
            return Err(Refused { host, address }.into());
        }
        let timestamp = now.timestamp();
        let mut request = client
            .post(url)
            .header(CONTENT_TYPE, "application/cloudevents+json")
            .header(standardwebhooks::HEADER_WEBHOOK_ID, id)
            .header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, timestamp);
        // While a secret is changed both sign: whoever holds either can tell that it is ours.
        let secrets = endpoint.secret.iter().chain(&endpoint.former_secret);
        let signatures = secrets
            .map(|secret| Webhook::new(secret)?.sign(id, timestamp, body.as_bytes()))
            .collect::<Result<Vec<_>, _>>()?;
        if !signatures.is_empty() {
            request = request.header(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signatures.join(" "));
        }
        // The reason stands at the end of the chain: `no answer` says less than `connection refused`.
        request.body(body).send().await.map_err(|error| anyhow::Error::from(error.without_url()))
    }
}

/// Why there was no answer, as an operator reads it: the reason stands at the end of the chain.
fn no_answer(error: &anyhow::Error) -> String {
    let request = error.chain().find_map(|cause| cause.downcast_ref::<reqwest::Error>());
    if request.is_some_and(reqwest::Error::is_timeout) {
        return format!("no answer within {} s", TIMEOUT.as_secs());
    }
    let reason = error.root_cause().to_string();
    let reason = reason.split(" (os error").next().unwrap_or_default();
    if request.is_some() { format!("no answer: {}", in_words(reason)) } else { reason.to_owned() }
}

/// What libraries say of connections, by a word in it, and what an operator understands.
const REASONS: [(&str, &str); 11] = [
    ("InvalidContentType", "what listens there does not speak TLS: use http://, or another port"),
    ("corrupt message", "what listens there does not speak TLS: use http://, or another port"),
    ("UnknownIssuer", "its certificate is signed by nobody who is trusted"),
    ("Expired", "its certificate has expired"),
    ("NotValidForName", "its certificate is for another name"),
    ("certificate not valid for name", "its certificate is for another name"),
    ("HandshakeFailure", "it accepts no TLS that is safe"),
    ("invalid HTTP", "what listens there does not speak HTTP"),
    ("connection closed before", "it closed the connection without an answer"),
    ("failed to lookup address", "nobody knows a host of that name"),
    ("tls handshake eof", "it closed the connection before TLS was set up"),
];

fn in_words(reason: &str) -> &str {
    REASONS.iter().find(|(word, _)| reason.contains(word)).map_or(reason, |(_, said)| said)
}

async fn answer(mut response: Response, now: DateTime<Utc>) -> Answer {
    let status = response.status();
    let asked = retry_after(&response, now);
    let text = beginning(&mut response).await;
    let verdict = match status {
        status if status.is_success() => Verdict::Taken,
        StatusCode::GONE => Verdict::Gone,
        _ => Verdict::Later(asked),
    };
    Answer { status: Some(status.as_u16()), text, verdict }
}

/// An endpoint may answer without end; its first words are enough.
async fn beginning(response: &mut Response) -> String {
    let mut bytes = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= ANSWER {
            break;
        }
    }
    String::from_utf8_lossy(&bytes).chars().take(ANSWER).collect()
}

/// In seconds, or as a moment (RFC 9110, section 10.2.3).
fn retry_after(response: &Response, now: DateTime<Utc>) -> Option<TimeDelta> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    match value.parse() {
        Ok(seconds) => TimeDelta::try_seconds(seconds),
        Err(_) => Some(DateTime::parse_from_rfc2822(value).ok()?.to_utc() - now),
    }
}
