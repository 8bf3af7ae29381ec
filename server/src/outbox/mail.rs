//! A message by mail, in words that people read.

use super::{Answer, Verdict};
use crate::config;
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use clap::Args;
use domain::id::canonical;
use domain::message::{Message, Notice};
use domain::time::told;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use store::Endpoint;

const TIMEOUT: Duration = Duration::from_secs(15);
/// Nobody's letters are to fill a stranger's mailbox.
const PAUSE_OF_QUESTIONS: TimeDelta = TimeDelta::minutes(1);

/// Where mail is handed in.
#[derive(Args, Clone, Debug)]
pub struct MailOptions {
    /// The URL of the mail server, with user and password where it wants them; without one no mail leaves
    #[arg(long, env = "SYNCLINE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// A file that holds the mail server's URL
    #[arg(long, env = "SYNCLINE_SMTP_URL_FILE")]
    pub smtp_url_file: Option<PathBuf>,

    /// The sender of all mail
    #[arg(long, env = "SYNCLINE_MAIL_FROM", default_value = "Syncline <syncline@localhost>")]
    pub mail_from: String,

    /// Where people reach the server; links in mail begin with it
    #[arg(long, env = "SYNCLINE_PUBLIC_URL", default_value = "http://127.0.0.1:3000")]
    pub public_url: String,
}

/// The way of all mail.
pub struct Post {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
    /// Without a slash at its end.
    url: String,
    /// Who had a letter that asks them to confirm, a short while ago.
    asked: Mutex<HashMap<String, DateTime<Utc>>>,
}

impl MailOptions {
    /// The same for a server from which no mail leaves.
    #[must_use]
    pub fn without_server(&self) -> Self {
        Self { smtp_url: None, smtp_url_file: None, ..self.clone() }
    }
}

/// Where a person's mail ends with one click (RFC 8058).
#[derive(Clone)]
struct ListUnsubscribe(String);

impl Header for ListUnsubscribe {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe")
    }

    fn parse(text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self(text.to_owned()))
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), self.0.clone())
    }
}

/// Where a person's mail ends with one click (RFC 8058).
#[derive(Clone)]
struct ListUnsubscribePost;

impl Header for ListUnsubscribePost {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("List-Unsubscribe-Post")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "List-Unsubscribe=One-Click".to_owned())
    }
}

impl Post {
    pub fn new(options: &MailOptions) -> anyhow::Result<Self> {
        let url = config::secret(options.smtp_url.clone(), options.smtp_url_file.clone(), "the mail server")?;
        let server = url
            .map(|url| {
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url);
                let transport = transport.context("--smtp-url is no mail server: use smtp://host:port")?;
                Ok::<_, anyhow::Error>(transport.timeout(Some(TIMEOUT)).build())
            })
            .transpose()?;
        let from = options.mail_from.parse().with_context(|| {
            format!("--mail-from `{}` is no sender: use `Name <name@host>`", options.mail_from)
        })?;
        let url = options.public_url.trim_end_matches('/').to_owned();
        anyhow::ensure!(
            url.starts_with("http://") || url.starts_with("https://"),
            "--public-url `{url}` is no address: use https://host"
        );
        Ok(Self { server, from, url, asked: Mutex::default() })
    }

    /// Whether somebody may have another letter that asks them to confirm: one a minute.
    pub fn may_ask(&self, account: &str, now: DateTime<Utc>) -> bool {
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.retain(|_, at| now - *at < PAUSE_OF_QUESTIONS);
        let may = !asked.contains_key(account);
        if may {
            asked.insert(account.to_owned(), now);
        }
        may
    }

    /// Whether mail leaves at all.
    pub fn is_set_up(&self) -> bool {
        self.server.is_some()
    }

    /// Asks whoever owns a person's new address whether it is theirs.
    pub async fn ask_to_confirm(&self, endpoint: &Endpoint, account: &str) -> anyhow::Result<()> {
        let token = endpoint.secret.as_deref().unwrap_or_default();
        let url = &self.url;
        let text = format!(
            "Somebody who signs in to Syncline as {account} wants to be told news at this address.\n\n\
             If that is you, say so here, and mail begins to come:\n{url}/confirm/{token}\n\n\
             If it is not, do nothing: no other letter comes.\n"
        );
        let id = canonical("question", "syncline", token);
        let letter = self.envelope(endpoint)?.message_id(Some(format!("<{id}@syncline>")));
        let letter = letter.subject("Is this your address?").body(text)?;
        let server =
            self.server.as_ref().context("no mail server is set: start the server with --smtp-url")?;
        server.send(letter).await?;
        Ok(())
    }

    /// Sends one letter with all the messages.
    pub(super) async fn send(&self, endpoint: &Endpoint, messages: &[&Message]) -> Answer {
        let Some(server) = &self.server else {
            let text = "no mail server is set: start the server with --smtp-url".to_owned();
            return Answer { status: None, text, verdict: Verdict::Later(None) };
        };
        let mail = match self.letter(endpoint, messages) {
            Ok(mail) => mail,
            Err(error) => {
                return Answer { status: None, text: format!("{error:#}"), verdict: Verdict::Later(None) };
            }
        };
        match server.send(mail).await {
            Ok(taken) => {
                let text = taken.message().collect::<Vec<_>>().join(" ");
                Answer { status: Some(taken.code().into()), text, verdict: Verdict::Taken }
            }
            Err(error) => Answer {
                status: error.status().map(u16::from),
                text: format!("{:#}", anyhow::Error::from(error)),
                verdict: Verdict::Later(None),
            },
        }
    }

    fn envelope(&self, endpoint: &Endpoint) -> anyhow::Result<MessageBuilder> {
        let to = endpoint.address.trim_start_matches("mailto:");
        let to: Mailbox = to.parse().with_context(|| format!("`{to}` is no address of mail"))?;
        Ok(lettre::Message::builder().from(self.from.clone()).to(to).header(ContentType::TEXT_PLAIN))
    }

    fn letter(&self, endpoint: &Endpoint, messages: &[&Message]) -> anyhow::Result<lettre::Message> {
        let subject = match messages {
            [one] => format!("{}: {}", one.notice.label(), one.notice.subject()),
            many => {
                let mut numbers: Vec<&str> = many.iter().map(|one| one.notice.subject()).collect();
                numbers.sort_unstable();
                numbers.dedup();
                let more = numbers.len().saturating_sub(3);
                numbers.truncate(3);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                format!("{} news of {}{more}", many.len(), numbers.join(", "))
            }
        };
        // Writing to a string can't fail.
        let mut text = String::new();
        for one in messages {
            if messages.len() > 1 {
                let _ = writeln!(text, "{}, {}", one.notice.label(), one.at.format("%-d %b %H:%M UTC"));
            }
            let _ = writeln!(text, "{}", words(&one.notice));
            if let Some(path) = path(&one.notice) {
                let _ = writeln!(text, "{}{path}", self.url);
            }
            text.push('\n');
        }
        // The same in every attempt with the same content: a mail server that took one twice shows it once.
        let ids: Vec<String> = messages.iter().map(|one| one.id.to_string()).collect();
        let id = match &ids[..] {
            [one] => one.clone(),
            many => canonical("letter", "syncline", &many.join(" ")).to_string(),
        };
        let mut letter =
            self.envelope(endpoint)?.subject(subject).message_id(Some(format!("<{id}@syncline>")));
        match &endpoint.secret {
            Some(token) if endpoint.addressee.gets_letters() => {
                let url = &self.url;
                let unsubscribe = format!("{url}/unsubscribe/{token}");
                let _ = writeln!(
                    text,
                    "-- \nYou chose to be told this: {url}/notifications\nNo more mail to this address: {unsubscribe}"
                );
                letter =
                    letter.header(ListUnsubscribe(format!("<{unsubscribe}>"))).header(ListUnsubscribePost);
            }
            _ => {
                if let Some(last) = messages.last() {
                    let _ = writeln!(text, "Syncline, position {}", last.seq);
                }
            }
        }
        Ok(letter.body(text)?)
    }
}

/// Where people look at what a notice tells of, on this server.
fn path(notice: &Notice) -> Option<String> {
    match notice {
        Notice::Notification { path, .. } => Some(path.clone()),
        Notice::ExceptionEscalated { exception, .. } | Notice::ApprovalRequested { exception, .. } => {
            Some(format!("/desk?selected={exception}"))
        }
        Notice::CaseWritten { shipment, .. } | Notice::CaseAnswered { shipment, .. } => {
            Some(format!("/shipments?q={shipment}"))
        }
        _ => None,
    }
}

fn part(shipment: Option<&str>) -> String {
    shipment.map_or(String::new(), |number| format!(", as far as it is on {number},"))
}

/// A notice as a letter says it.
fn words(notice: &Notice) -> String {
    match notice {
        Notice::InvoiceRelease { order, shipment, reason } => {
            format!("The invoice of order {order}{} may leave: {reason}.", part(shipment.as_deref()))
        }
        Notice::InvoiceHold { order, shipment, reason } => {
            format!("The invoice of order {order}{} has to wait. {reason}.", part(shipment.as_deref()))
        }
        Notice::PlanDue { order, shipment, rejections, reason, expected } => {
            let because = reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
            let expected =
                expected.map_or(String::new(), |at| format!(" It is not expected before {}.", told(at)));
            format!(
                "Nobody carries order {order} on {shipment} now: refusal number {rejections}{because}.{expected}"
            )
        }
        Notice::ExpectedDeliveryRevised { order, shipment, promised, expected, is_late, .. } => {
            let promised =
                promised.map_or(String::new(), |window| format!(", promised until {}", told(window.to)));
            let verdict = if *is_late { "later than promised" } else { "within the promise again" };
            format!("Order {order} on {shipment} is expected {}, {verdict}{promised}.", told(*expected))
        }
        Notice::ShipmentCancel { shipment, order } => {
            format!("Order {order} was cancelled: call off {shipment}.")
        }
        Notice::DelayAlert { shipment, customer, order, promised, expected } => format!(
            "{customer} waits for order {order}: {shipment} is expected {}, promised until {}.",
            told(*expected),
            told(promised.to)
        ),
        Notice::ExceptionEscalated { shipment, rule, detail, customer, assignee, level, .. } => {
            let customer = customer.as_ref().map_or(String::new(), |name| format!(" of {name}"));
            let with = assignee.as_deref().unwrap_or("nobody");
            format!(
                "{} on {shipment}{customer}: {}. {detail}. It is with {with}.",
                rule.label(),
                level.breached()
            )
        }
        Notice::ApprovalRequested { shipment, what, by, reason, .. } => {
            let by = by.as_deref().unwrap_or("somebody");
            format!("{by} asks for approval {what} ({shipment}): {reason}. Decide here:")
        }
        Notice::CaseWritten { shipment, text, .. } => format!("A customer wrote about {shipment}: {text}"),
        Notice::CaseAnswered { shipment, text, is_closed } => {
            let end = if *is_closed { " The case is closed with that." } else { "" };
            format!("The service desk answered about {shipment}: {text}{end}")
        }
        Notice::Notification { text, .. } => text.clone(),
    }
}
