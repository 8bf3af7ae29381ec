//! `syncline endpoint …`: where messages go. A running server takes changes up with the next message.

use super::source::{draw_secret, open};
use crate::auth::new_token;
use crate::config::existing;
use crate::hold::Hold;
use crate::intake::Key;
use crate::outbox::{Refused, is_private};
use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use domain::SourceName;
use domain::message::{ADDRESSEES, Addressee};
use reqwest::Url;
use std::path::PathBuf;
use store::{Endpoint, Quiet, Removal, Resend, Store};

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
    #[command(flatten)]
    Change(Change),
    /// Let messages leave from a copy of a database, or one that was restored: it takes the place of the one it was made of
    Release,
}

/// What is done to one of the endpoints, or read of all.
#[derive(Subcommand, Debug)]
enum Change {
    /// Add an endpoint and print the secret that its messages are signed with, this once
    Add {
        /// Lower-case letters, digits and hyphens
        name: SourceName,
        #[arg(long = "for", help = format!("Who it speaks for: {ADDRESSEES}"))]
        addressee: String,
        #[command(flatten)]
        to: To,
        /// Take a customer of whom neither master data nor an order has told yet
        #[arg(long)]
        allow_unknown_customer: bool,
    },
    /// Change where an endpoint's messages go; what waits for it goes there
    Set {
        name: SourceName,
        #[command(flatten)]
        to: To,
    },
    /// Give an endpoint a new secret, printed this once; until the old one is dropped messages are signed with both
    Rotate {
        name: SourceName,
        /// End the old secret, once the other end knows the new one
        #[arg(long)]
        drop_old: bool,
    },
    /// List the endpoints: how each stands, what waits and since when, what was delivered and given up, and the last error
    List,
    /// Send nothing to an endpoint until it is resumed; messages wait
    Pause { name: SourceName },
    /// Go on with an endpoint that was paused, that rests, or that answered 410
    Resume { name: SourceName },
    /// Send all that was given up once more
    Resend { name: SourceName },
    /// Remove an endpoint for which nothing waits
    Remove {
        name: SourceName,
        /// Remove it though messages wait: they are never sent
        #[arg(long)]
        discard_waiting: bool,
    },
}

/// Where messages go.
#[derive(Args, Debug)]
struct To {
    /// https://… for signed webhooks, or mailto:… for mail
    #[arg(long = "to")]
    address: String,
    /// Let it lie in a private network, or on this machine, and be reached by http
    #[arg(long)]
    allow_private: bool,
    /// Let it be reached by http over the public internet
    #[arg(long)]
    allow_plain_http: bool,
}

impl To {
    /// Whether anything would be sent there; `may_be_private` says that it lay in a private network before.
    fn checked(&self, may_be_private: bool) -> anyhow::Result<()> {
        checked(&self.address)?;
        let Ok(url) = Url::parse(&self.address) else { return Ok(()) };
        if self.allow_private || url.scheme() == "mailto" {
            return Ok(());
        }
        let host = url.host_str().unwrap_or_default().to_owned();
        let private = host.trim_matches(['[', ']']).parse().ok().filter(|address| is_private(*address));
        let is_here = host == "localhost" || host.ends_with(".localhost");
        if may_be_private && (private.is_some() || is_here) {
            return Ok(());
        }
        if let Some(address) = private {
            bail!(Refused { host, address });
        }
        ensure!(!is_here, "{host} is this machine: `--allow-private` lets it be reached");
        ensure!(
            url.scheme() == "https" || self.allow_plain_http,
            "`{}` would be sent in the clear: use https://…, or `--allow-plain-http` where that is meant",
            self.address
        );
        Ok(())
    }

    fn is_mail(&self) -> bool {
        self.address.starts_with("mailto:")
    }
}

/// Carries out the command.
pub async fn run(args: EndpointCommand) -> anyhow::Result<()> {
    match args.action {
        Action::Release => {
            store::settle_here(existing(&args.database)?).await?;
            Hold::forget(&args.database)?;
            println!("messages leave from {}; start its server anew if it runs", args.database.display());
            Ok(())
        }
        Action::Change(change) => {
            let opened = open(&args.database).await?;
            let outcome = act(&opened.store, change).await;
            opened.close().await?;
            outcome
        }
    }
}

/// Whether messages can be sent to an address.
pub fn checked(to: &str) -> anyhow::Result<()> {
    if let Some(mailbox) = to.strip_prefix("mailto:") {
        ensure!(
            mailbox.parse::<lettre::message::Mailbox>().is_ok() && !mailbox.contains(['?', '%']),
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

/// What an endpoint's messages are signed with, or what stands at the end of the links in its letters; none for mail of the house.
fn secret_for(addressee: &Addressee, is_mail: bool) -> anyhow::Result<Option<String>> {
    if !is_mail {
        let secret = draw_secret();
        Key::parse(&secret)?;
        return Ok(Some(secret));
    }
    // Whoever reads a customer's mail can end it by its link, as a person can; the house's own is the operator's.
    let is_outside = matches!(addressee, Addressee::Customer(_) | Addressee::Person { .. });
    Ok(is_outside.then(new_token))
}

/// An endpoint as it is set up: what it is signed with is drawn.
pub fn endpoint(
    name: &SourceName,
    addressee: Addressee,
    to: &str,
    allow_private: bool,
) -> anyhow::Result<Endpoint> {
    let secret = secret_for(&addressee, to.starts_with("mailto:"))?;
    Ok(Endpoint { secret, allow_private, ..Endpoint::new(name.to_string(), addressee, to) })
}

/// `1 message waits`, `5 messages wait`.
fn wait(count: u64) -> String {
    if count == 1 { "1 message waits".to_owned() } else { format!("{count} messages wait") }
}

async fn waiting(store: &Store, name: &SourceName) -> anyhow::Result<u64> {
    let standing = store.endpoint_summaries(false).await?;
    Ok(standing.iter().find(|one| one.endpoint.name == name.as_str()).map_or(0, |one| one.waiting))
}

async fn find(store: &Store, name: &SourceName) -> anyhow::Result<Endpoint> {
    let known = store.endpoints().await?.into_iter().find(|known| known.name == name.as_str());
    known.with_context(|| unknown(name))
}

async fn act(store: &Store, change: Change) -> anyhow::Result<()> {
    match change {
        Change::Add { name, addressee, to, allow_unknown_customer } => {
            if store.endpoints().await?.iter().any(|known| known.name == name.as_str()) {
                bail!(
                    "there is an endpoint `{name}` already: `syncline endpoint set {name} --to …` changes where it goes, \
                     and what waits goes there"
                );
            }
            to.checked(false)?;
            let speaks_for = addressee;
            let addressee: Addressee = speaks_for.parse()?;
            if let Addressee::Person { account, .. } = &addressee {
                bail!(
                    "{account} chooses on /notifications what is told to whom, and where: an endpoint is for {ADDRESSEES}"
                );
            }
            if let Addressee::Customer(customer) = addressee
                && !allow_unknown_customer
            {
                ensure!(
                    store.knows_customer(customer).await?,
                    "no customer of `{speaks_for}` is known: see its code in the ERP, or add `--allow-unknown-customer`"
                );
            }
            let endpoint = endpoint(&name, addressee, &to.address, to.allow_private)?;
            let secret = endpoint.secret.clone();
            store.put_endpoint(Endpoint { speaks_for: Some(speaks_for.clone()), ..endpoint }).await?;
            println!("added {name}: messages for {speaks_for} go to {}", to.address);
            show(&to, secret);
        }
        Change::Set { name, mut to } => {
            let known = find(store, &name).await?;
            to.checked(known.allow_private)?;
            to.allow_private |= known.allow_private;
            let was_mail = known.address.starts_with("mailto:");
            let (secret, is_new) = match known.secret.clone() {
                Some(secret) if was_mail == to.is_mail() => (Some(secret), false),
                _ => (secret_for(&known.addressee, to.is_mail())?, true),
            };
            let former_secret = known.former_secret.clone().filter(|_| !is_new);
            let known_paused = known.paused.clone();
            let (address, allow_private) = (to.address.clone(), to.allow_private);
            let set = Endpoint { address, allow_private, secret: secret.clone(), former_secret, ..known };
            store.put_endpoint(set).await?;
            let waiting = waiting(store, &name).await?;
            let paused = known_paused.map_or(String::new(), |why| format!("; it stays paused: {why}"));
            println!("messages of {name} go to {}; {} and go there{paused}", to.address, wait(waiting));
            if is_new {
                show(&to, secret);
            }
        }
        Change::Rotate { name, drop_old } => {
            let known = find(store, &name).await?;
            ensure!(!known.address.starts_with("mailto:"), "{name} gets mail: nothing of it is signed");
            if drop_old {
                ensure!(known.former_secret.is_some(), "{name} has no old secret");
                store.put_endpoint(Endpoint { former_secret: None, ..known }).await?;
                println!("{name} has one secret now");
            } else {
                ensure!(
                    known.former_secret.is_none(),
                    "{name} has two secrets already: `syncline endpoint rotate {name} --drop-old` ends the older one first"
                );
                let secret = draw_secret();
                let former_secret = known.secret.clone();
                store.put_endpoint(Endpoint { secret: Some(secret.clone()), former_secret, ..known }).await?;
                println!(
                    "{name} has a new secret; messages are signed with both until `syncline endpoint rotate {name} --drop-old`"
                );
                println!("the new one, shown this once: {secret}");
            }
        }
        Change::List => list(store).await?,
        Change::Pause { name } => {
            let paused = store.set_paused(name.as_str(), Some("by hand".to_owned())).await?;
            ensure!(paused, unknown(&name));
            println!("{name} is paused: its messages wait");
        }
        Change::Resume { name } => {
            ensure!(store.set_paused(name.as_str(), None).await?, unknown(&name));
            println!("{name} goes on");
        }
        Change::Resend { name } => {
            find(store, &name).await?;
            let count =
                store.resend(Resend::Dead { endpoint: name.to_string() }, crate::clock::now()).await?;
            println!("{count} messages are sent to {name} once more");
        }
        Change::Remove { name, discard_waiting } => {
            let standing = store.endpoint_summaries(false).await?;
            let dead =
                standing.iter().find(|one| one.endpoint.name == name.as_str()).map_or(0, |one| one.dead);
            let gone = if dead == 0 {
                String::new()
            } else {
                format!("; {dead} that were given up can't be sent again any more")
            };
            match store.remove_endpoint(name.as_str(), discard_waiting).await? {
                Removal::Unknown => bail!(unknown(&name)),
                Removal::Waits(count) => bail!(
                    "{} for {name} and would never be sent: `syncline endpoint set {name} --to …` sends them \
                     elsewhere, `--discard-waiting` removes them with it",
                    wait(count)
                ),
                Removal::Removed(0) => println!("{name} is removed{gone}"),
                Removal::Removed(count) => {
                    println!("{name} is removed; of what waited {count} are withdrawn and never sent{gone}");
                }
            }
        }
    }
    Ok(())
}

fn show(to: &To, secret: Option<String>) {
    if to.is_mail() {
        println!("letters leave only while the server runs with --smtp-url");
    } else if let Some(secret) = secret {
        println!("they are signed after Standard Webhooks with this secret, shown this once: {secret}");
    }
}

async fn list(store: &Store) -> anyhow::Result<()> {
    let now = crate::clock::now();
    if store.quiet() == Some(Quiet::Copy) {
        println!(
            "nothing leaves: this database is a copy until `syncline endpoint release` says that it is not"
        );
    }
    println!(
        "{:<16} {:<20} {:>8} {:>10} {:>8}  to, and how it stands",
        "name", "for", "waiting", "delivered", "given up"
    );
    for one in store.outbox(0).await?.endpoints {
        let rests = one.endpoint.open_until.filter(|until| *until > now);
        let state = match (&one.endpoint.paused, rests) {
            (Some(why), _) => format!("paused: {why}"),
            (None, Some(until)) => format!("rests until {}", until.format("%H:%M:%S UTC")),
            (None, None) => "goes".to_owned(),
        };
        let oldest = one
            .oldest
            .map_or(String::new(), |at| format!(", waiting since {}", at.format("%-d %b %H:%M UTC")));
        let error = one.last_error.as_ref().map_or(String::new(), |error| {
            format!(
                ", last failure: {}",
                error.lines().next().unwrap_or_default().chars().take(120).collect::<String>()
            )
        });
        let two = if one.endpoint.former_secret.is_some() { ", two secrets" } else { "" };
        println!(
            "{:<16} {:<20} {:>8} {:>10} {:>8}  {}, {state}{oldest}{error}{two}",
            one.endpoint.name,
            one.endpoint.spoken_for(),
            one.waiting,
            one.delivered,
            one.dead,
            one.endpoint.address,
        );
    }
    Ok(())
}

fn unknown(name: &SourceName) -> String {
    format!("there is no endpoint `{name}`: see `syncline endpoint list`")
}
