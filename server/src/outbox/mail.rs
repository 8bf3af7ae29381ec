//! A message by mail, in words that people read.

use super::webhook::Webhooks;
use super::words::{path, words};
use super::{Answer, Verdict};
use crate::config;
use anyhow::{Context, bail, ensure};
use clap::Args;
use domain::id::canonical;
use domain::message::{Addressee, Message};
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use reqwest::Url;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;
use store::Endpoint;

const TIMEOUT: Duration = Duration::from_secs(15);

/// Where people reach the server unless it is said.
pub const PUBLIC_URL: &str = "http://127.0.0.1:3000";

/// Where mail is handed in.
#[derive(Args, Clone, Debug)]
pub struct MailOptions {
    /// The mail server: `smtps://user:password@host`, or `smtp://host:port?tls=required`; without one no mail leaves
    #[arg(long, env = "SYNCLINE_SMTP_URL", hide_env_values = true)]
    pub smtp_url: Option<String>,

    /// A file that holds the mail server's URL
    #[arg(long, env = "SYNCLINE_SMTP_URL_FILE")]
    pub smtp_url_file: Option<PathBuf>,

    /// The sender of all mail
    #[arg(long, env = "SYNCLINE_MAIL_FROM", default_value = "Syncline <syncline@localhost>")]
    pub mail_from: String,

    /// Where people reach the server, a host of its own without a path; links in mail begin with it, only its own pages may write, and with https cookies are for https only
    #[arg(long, env = "SYNCLINE_PUBLIC_URL", default_value = PUBLIC_URL)]
    pub public_url: String,

    /// Whether nothing leaves, not even a question whether an address is somebody's.
    #[arg(skip)]
    is_mute: bool,
}

/// The way of all mail, and of the questions whether an address is somebody's.
pub struct Post {
    pub(super) server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    pub(super) webhooks: Option<Webhooks>,
    from: Mailbox,
    /// Without a slash at its end.
    pub(super) url: String,
}

impl MailOptions {
    /// The same for a server from which nothing leaves.
    #[must_use]
    pub fn without_server(&self) -> Self {
        Self { smtp_url: None, smtp_url_file: None, is_mute: true, ..self.clone() }
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

const SMTP: &str = "--smtp-url is no mail server: use smtps://host, or smtp://host:port?tls=required";

/// A user's password is sent through nobody's network in the clear.
fn is_private(url: &str) -> anyhow::Result<()> {
    let Ok(url) = Url::parse(url) else { bail!(SMTP) };
    ensure!(["smtp", "smtps"].contains(&url.scheme()) && url.has_host(), SMTP);
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<std::net::IpAddr>();
    let is_here = host == "localhost" || address.is_ok_and(|address| address.is_loopback());
    let is_encrypted = url.scheme() == "smtps"
        || url.query_pairs().any(|(name, value)| name == "tls" && value == "required");
    let has_credentials = !url.username().is_empty() || url.password().is_some();
    ensure!(
        is_here || is_encrypted || !has_credentials,
        "--smtp-url would send its user and password to `{host}` in the clear: use smtps://…, or add ?tls=required"
    );
    Ok(())
}

impl Post {
    pub fn new(options: &MailOptions) -> anyhow::Result<Self> {
        let url = config::secret(options.smtp_url.clone(), options.smtp_url_file.clone(), "the mail server")?;
        let server = url
            .map(|url| {
                is_private(&url)?;
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url);
                let transport = transport.context(SMTP)?;
                // A mail server takes so many connections from one sender, and no more.
                let pool = PoolConfig::new().max_size(8);
                Ok::<_, anyhow::Error>(transport.timeout(Some(TIMEOUT)).pool_config(pool).build())
            })
            .transpose()?;
        let Ok(from) = options.mail_from.parse() else {
            bail!("--mail-from `{}` is no sender: use `Name <name@host>`", options.mail_from)
        };
        let url = options.public_url.trim_end_matches('/').to_owned();
        let webhooks = if options.is_mute { None } else { Some(Webhooks::new()?) };
        Ok(Self { server, webhooks, from, url })
    }

    /// Whether mail leaves at all.
    pub fn is_set_up(&self) -> bool {
        self.server.is_some()
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
                text: no_mail(&error),
                verdict: Verdict::Later(None),
            },
        }
    }

    pub(super) fn envelope(&self, endpoint: &Endpoint) -> anyhow::Result<MessageBuilder> {
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
        text.push_str("-- \n");
        let url = &self.url;
        match &endpoint.addressee {
            Addressee::Person { .. } => {
                let _ = writeln!(text, "You chose to be told this: {url}/notifications");
            }
            Addressee::Customer(_) => {
                let _ = writeln!(text, "This address is told when something of your shipments changes.");
            }
            _ => {
                if let Some(last) = messages.last() {
                    let _ = writeln!(text, "Syncline, position {}", last.seq);
                }
            }
        }
        match &endpoint.secret {
            Some(token) => {
                let unsubscribe = format!("{url}/unsubscribe/{token}");
                let _ = writeln!(text, "No more mail to this address: {unsubscribe}");
                letter =
                    letter.header(ListUnsubscribe(format!("<{unsubscribe}>"))).header(ListUnsubscribePost);
            }
            None if matches!(endpoint.addressee, Addressee::Customer(_)) => {
                let _ = writeln!(text, "No more mail to this address: answer to {}", self.from);
            }
            None => {}
        }
        Ok(letter.body(text)?)
    }
}

/// Why a letter was not taken: what the mail server said, or why it said nothing.
fn no_mail(error: &lettre::transport::smtp::Error) -> String {
    if error.is_timeout() {
        return format!("the mail server did not answer within {} s", TIMEOUT.as_secs());
    }
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let said = cause.to_string();
    let said = said.split(" (os error").next().unwrap_or_default();
    match error.status() {
        Some(status) => format!("the mail server answered {status}: {said}"),
        None => format!("no answer of the mail server: {said}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_for_the_mail_server_is_sent_through_no_network_in_the_clear() {
        for (url, fits) in [
            ("smtps://syncline:secret@mail.test", true),
            ("smtp://syncline:secret@mail.test:587?tls=required", true),
            ("smtp://syncline:secret@127.0.0.1:25", true),
            ("smtp://syncline:secret@[::1]:25", true),
            ("smtp://syncline:secret@localhost", true),
            ("smtp://mail.test:25", true),
            ("smtp://syncline:secret@mail.test:587", false),
            // Whoever sits in between may strip it off.
            ("smtp://syncline:secret@mail.test:587?tls=opportunistic", false),
            ("mail.test", false),
            ("http://mail.test", false),
            ("smtp:mail.test", false),
        ] {
            let said = is_private(url).err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(said.is_empty(), fits, "{url}: {said}");
            assert!(fits || said.contains("smtps://"), "{url}: {said}");
            assert!(!said.contains("secret"), "{said}");
        }
    }
}
