//! Whether an address that somebody gave is theirs: by a letter whose link they follow, or by a challenge that their webhook sends
//! back. Nothing else goes to an address before, and nobody is asked without end.

use super::{Post, Refused};
use crate::auth::{new_token, token_hash};
use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use domain::id::canonical;
use domain::message::Addressee;
use lettre::AsyncTransport;
use serde_json::{Value, json};
use store::{Endpoint, Limits, Store, StoreError};

/// Nobody's questions are to fill a stranger's mailbox, nor everybody's together.
const LIMITS: Limits = Limits { pause: TimeDelta::minutes(1), by_address: 3, by_endpoint: 10, in_all: 100 };

/// The `type` of the CloudEvent that asks a webhook.
const CHALLENGE: &str = "syncline.endpoint.challenge.v1";

impl Post {
    /// Asks whoever owns a person's new address whether it is theirs, if they may be asked now. What became of that is kept: the
    /// page on which they gave it says so.
    pub async fn ask(
        &self,
        store: &Store,
        endpoint: &Endpoint,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let Addressee::Person { account, .. } = &endpoint.addressee else { return Ok(()) };
        let is_mail = endpoint.address.starts_with("mailto:");
        let has_way = if is_mail { self.server.is_some() } else { self.webhooks.is_some() };
        let token = new_token();
        let hash = token_hash(&token);
        if !has_way || !store.ask(endpoint, &hash, now, LIMITS).await? {
            return Ok(());
        }
        let asked = if is_mail {
            self.ask_by_letter(endpoint, account, &token).await.map(|()| false)
        } else {
            self.challenge(endpoint, account, &token, now).await
        };
        match asked {
            Ok(true) => store.confirm(&hash, now).await.map(|_| ()),
            Ok(false) => Ok(()),
            Err(error) => {
                tracing::warn!(error = format!("{error:#}"), account, "an address can't be asked");
                store.was_not_asked(&hash, plain(&error, is_mail)).await
            }
        }
    }

    async fn ask_by_letter(&self, endpoint: &Endpoint, account: &str, token: &str) -> anyhow::Result<()> {
        let url = &self.url;
        let text = format!(
            "Somebody who signs in to Syncline as {account} wants to be told news at this address.\n\n\
             If that is you, say so here within a day, and mail begins to come:\n{url}/confirm/{token}\n\n\
             If it is not, do nothing: no news comes.\n"
        );
        let id = canonical("question", "syncline", &token_hash(token));
        let letter = self.envelope(endpoint)?.message_id(Some(format!("<{id}@syncline>")));
        let letter = letter.subject("Is this your address?").body(text)?;
        let server =
            self.server.as_ref().context("no mail server is set: start the server with --smtp-url")?;
        server.send(letter).await?;
        Ok(())
    }

    /// Says whether the webhook sent the challenge back. One that takes it without a word may be confirmed by its link.
    async fn challenge(
        &self,
        endpoint: &Endpoint,
        account: &str,
        token: &str,
        now: DateTime<Utc>,
    ) -> anyhow::Result<bool> {
        let webhooks = self.webhooks.as_ref().context("nothing leaves this server")?;
        let id = canonical("question", "syncline", &token_hash(token)).to_string();
        let event = json!({
            "specversion": "1.0", "id": id, "source": "//syncline", "type": CHALLENGE, "time": now,
            "datacontenttype": "application/json",
            "data": {"challenge": token, "account": account, "confirm": format!("{}/confirm/{token}", self.url)},
        });
        let (status, text) = webhooks.ask(endpoint, &id, event.to_string(), now).await?;
        ensure!(status.is_success(), NotTaken(status.as_u16()));
        // What sends back whatever it is sent has agreed to nothing.
        let answer = serde_json::from_str::<Value>(&text).ok();
        let said = answer.as_ref().and_then(|answer| answer.get("challenge")?.as_str());
        Ok(said == Some(token) || text.trim() == token)
    }
}

/// That a webhook answered the challenge with something else than success.
#[derive(Debug, thiserror::Error)]
#[error("it answered {0}")]
struct NotTaken(u16);

/// Why somebody could not be asked, for the person who gave the address; the log says it exactly.
fn plain(error: &anyhow::Error, is_mail: bool) -> String {
    if is_mail {
        return "the mail server did not take the letter".to_owned();
    }
    let known = error.chain().find_map(|cause| {
        let refused = cause.downcast_ref::<Refused>();
        let refused = refused.map(|_| "it lies in a private network, where nothing may be sent".to_owned());
        refused.or_else(|| cause.downcast_ref::<NotTaken>().map(ToString::to_string))
    });
    let request = error.chain().find_map(|cause| cause.downcast_ref::<reqwest::Error>());
    known.unwrap_or_else(|| {
        let said = match request {
            Some(request) if request.is_timeout() => "it did not answer in time",
            Some(request) if request.is_connect() => "nobody answers there",
            _ => "it could not be reached",
        };
        said.to_owned()
    })
}
