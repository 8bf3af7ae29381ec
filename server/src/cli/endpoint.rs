//! `syncline endpoint …`: where messages go. A running server takes changes up with the next message.

use super::source::{draw_secret, open};
use crate::auth::new_token;
use crate::intake::Key;
use anyhow::{bail, ensure};
use clap::{Args, Subcommand};
use domain::SourceName;
use domain::message::Addressee;
use reqwest::Url;
use std::path::PathBuf;
use store::{Endpoint, Resend, Store};

/// Options of `syncline endpoint`.
#[derive(Args, Debug)]
pub struct EndpointCommand {
    #[command(subcommand)]
    action: Action,
    /// The server's database file
    #[arg(long, env = "SYNCLINE_DATABASE", default_value = "syncline.db", global = true)]
    database: PathBuf,
}

#[derive(Subcommand, Debug)]
enum Action {
    /// Add an endpoint and print the secret that its messages are signed with, this once
    Add {
        /// Lower-case letters, digits and hyphens
        name: SourceName,
        /// Who it speaks for: erp, tms, account-team, customer: and the customer's code, or webhook: and an account
        #[arg(long = "for")]
        addressee: Addressee,
        /// https://… for signed webhooks, or mailto:… for mail
        #[arg(long)]
        to: String,
        /// Let it lie in a private network, or on this machine
        #[arg(long)]
        allow_private: bool,
    },
    /// List the endpoints with what waits, what was delivered and what was given up
    List,
    /// Send nothing to an endpoint until it is resumed; messages wait
    Pause { name: SourceName },
    /// Go on with an endpoint that was paused, that rests, or that answered 410
    Resume { name: SourceName },
    /// Send all that was given up once more
    Resend { name: SourceName },
    /// Remove an endpoint and what waits for it
    Remove { name: SourceName },
}

/// Carries out the command.
pub async fn run(args: EndpointCommand) -> anyhow::Result<()> {
    let opened = open(&args.database).await?;
    let outcome = act(&opened.store, args.action).await;
    opened.close().await?;
    outcome
}

/// Whether messages can be sent to an address.
pub fn checked(to: &str) -> anyhow::Result<()> {
    if let Some(mailbox) = to.strip_prefix("mailto:") {
        ensure!(
            mailbox.parse::<lettre::message::Mailbox>().is_ok(),
            "`{mailbox}` is no address of mail: write name@host, or Name <name@host>"
        );
        return Ok(());
    }
    let Ok(url) = Url::parse(to) else { bail!("`{to}` is no address: use https://… or mailto:…") };
    ensure!(
        ["http", "https"].contains(&url.scheme()) && url.host_str().is_some(),
        "`{to}` can't be reached: use https://… or mailto:…"
    );
    Ok(())
}

/// An endpoint as it is set up: the address is looked at, a webhook gets a secret.
pub fn endpoint(
    name: &SourceName,
    addressee: Addressee,
    to: &str,
    allow_private: bool,
) -> anyhow::Result<Endpoint> {
    checked(to)?;
    // Whoever reads a customer's mail can end it by its link, as a person can; the house's own is the operator's.
    let secret = match &addressee {
        _ if !to.starts_with("mailto:") => {
            let secret = draw_secret();
            Key::parse(&secret)?;
            Some(secret)
        }
        Addressee::Customer(_) | Addressee::Person { .. } => Some(new_token()),
        _ => None,
    };
    Ok(Endpoint {
        name: name.to_string(),
        addressee,
        address: to.to_owned(),
        secret,
        allow_private,
        paused: None,
        open_until: None,
        confirmed: true,
    })
}

async fn act(store: &Store, action: Action) -> anyhow::Result<()> {
    match action {
        Action::Add { name, addressee, to, allow_private } => {
            if store.endpoints().await?.iter().any(|known| known.name == name.as_str()) {
                bail!("there is an endpoint `{name}` already: remove it first");
            }
            let endpoint = endpoint(&name, addressee.clone(), &to, allow_private)?;
            let secret = endpoint.secret.clone();
            store.put_endpoint(endpoint).await?;
            println!("added {name}: messages for {addressee} go to {to}");
            if let Some(secret) = secret.filter(|_| !to.starts_with("mailto:")) {
                println!(
                    "they are signed after Standard Webhooks with this secret, shown this once: {secret}"
                );
            }
        }
        Action::List => {
            println!("{:<24} {:<16} {:>8} {:>10} {:>6}  to", "name", "for", "waiting", "delivered", "dead");
            for one in store.outbox(0).await?.endpoints {
                let Endpoint { name, addressee, address, paused, .. } = one.endpoint;
                let paused = paused.map_or(String::new(), |why| format!(" (paused: {why})"));
                println!(
                    "{name:<24} {:<16} {:>8} {:>10} {:>6}  {address}{paused}",
                    addressee.to_string(),
                    one.waiting,
                    one.delivered,
                    one.dead
                );
            }
        }
        Action::Pause { name } => {
            let paused = store.set_paused(name.as_str(), Some("by hand".to_owned())).await?;
            ensure!(paused, unknown(&name));
            println!("{name} is paused: its messages wait");
        }
        Action::Resume { name } => {
            ensure!(store.set_paused(name.as_str(), None).await?, unknown(&name));
            println!("{name} goes on");
        }
        Action::Resend { name } => {
            let count =
                store.resend(Resend::Dead { endpoint: name.to_string() }, crate::clock::now()).await?;
            println!("{count} messages are sent to {name} once more");
        }
        Action::Remove { name } => {
            ensure!(store.remove_endpoint(name.as_str()).await?, unknown(&name));
            println!("{name} is removed");
        }
    }
    Ok(())
}

fn unknown(name: &SourceName) -> String {
    format!("there is no endpoint `{name}`: see `syncline endpoint list`")
}
