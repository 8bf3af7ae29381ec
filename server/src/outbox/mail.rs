//! A message by mail, in words that people read.

use super::{Answer, Verdict};
use crate::config;
use anyhow::Context;
use clap::Args;
use domain::message::{Message, Notice};
use domain::time::told;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use std::path::PathBuf;
use std::time::Duration;
use store::Endpoint;

const TIMEOUT: Duration = Duration::from_secs(15);

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
}

pub(super) struct Post {
    server: Option<AsyncSmtpTransport<Tokio1Executor>>,
    from: Mailbox,
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
        Ok(Self { server, from })
    }

    pub async fn send(&self, endpoint: &Endpoint, message: &Message) -> Answer {
        let Some(server) = &self.server else {
            let text = "no mail server is set: start the server with --smtp-url".to_owned();
            return Answer { status: None, text, verdict: Verdict::Later(None) };
        };
        let mail = match self.letter(endpoint, message) {
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

    fn letter(&self, endpoint: &Endpoint, message: &Message) -> anyhow::Result<lettre::Message> {
        let to = endpoint.address.trim_start_matches("mailto:");
        let to: Mailbox = to.parse().with_context(|| format!("`{to}` is no address of mail"))?;
        let subject = format!("{}: {}", message.notice.label(), message.notice.subject());
        let text = format!("{}\n\nSyncline, position {}\n", words(&message.notice), message.seq);
        let letter = lettre::Message::builder()
            .from(self.from.clone())
            .to(to)
            .subject(subject)
            // The same in every attempt: a mail server that took one twice shows it once.
            .message_id(Some(format!("<{}@syncline>", message.id)))
            .header(ContentType::TEXT_PLAIN)
            .body(text)?;
        Ok(letter)
    }
}

/// A notice as a letter says it.
fn words(notice: &Notice) -> String {
    match notice {
        Notice::InvoiceRelease { order, reason } => {
            format!("The invoice of order {order} may leave: {reason}.")
        }
        Notice::InvoiceHold { order, reason } => {
            format!("The invoice of order {order} has to wait. {reason}.")
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
        Notice::ExceptionEscalated { shipment, exception, rule, detail, customer, assignee, level } => {
            let customer = customer.as_ref().map_or(String::new(), |name| format!(" of {name}"));
            let with = assignee.as_deref().unwrap_or("nobody");
            format!(
                "{} on {shipment}{customer}: {}. {detail}. It is with {with}: /desk?selected={exception}",
                rule.label(),
                level.breached()
            )
        }
        Notice::ApprovalRequested { shipment, exception, what, by, reason } => {
            let by = by.as_deref().unwrap_or("somebody");
            format!(
                "{by} asks for approval {what} ({shipment}): {reason}. Decide at /desk?selected={exception}"
            )
        }
        Notice::CaseWritten { shipment, text, .. } => format!("A customer wrote about {shipment}: {text}"),
        Notice::CaseAnswered { shipment, text, is_closed } => {
            let end = if *is_closed { " The case is closed with that." } else { "" };
            format!("The service desk answered about {shipment}: {text}{end}")
        }
    }
}
