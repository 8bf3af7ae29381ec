//! A freight network that exists only for demonstrations, tests and load: it tells its shipments' lives to a server as
//! a TMS and an ERP would, over signed HTTP. The same seed tells the same lives. It never touches the server's
//! database, and dates nothing in the future.

mod chance;
mod draft;
mod lane;
mod master;
mod network;
mod pace;
mod play;
mod plot;
mod post;
pub mod receivers;
mod script;
mod sender;
mod stream;
mod tale;
mod teller;
#[cfg(test)]
mod tests;

pub use master::master_data;
pub use network::{Region, Shopper};
pub use plot::{Oddity, Plot, Post};
pub use stream::{BATCH, Batch, stream};
pub use tale::Life;
pub use teller::{Dispatch, System};

use chrono::{DateTime, TimeDelta, Utc};
use pace::Pace;
use play::Play;
use receivers::Cues;
use script::{Earlier, Queue, Script};
use sender::Sender;

/// Between two new shipments, on the story's clock; at 60-fold speed one every 26 seconds.
const GAP: TimeDelta = TimeDelta::minutes(26);
/// How fast the network lives where a rate drives it: a day in a second.
const DRIVEN_SPEED: u32 = 86_400;
/// How far a driven network is ahead at its start, so that it is in full swing at once.
const DRIVEN_LEAD: TimeDelta = TimeDelta::seconds(9);
/// An earlier run that lasted no longer than this may not have told all its history: it is told again.
const SETTLING: TimeDelta = TimeDelta::minutes(2);
/// A taken-up run repeats this much of the earlier one, lest something on its way then was lost. Receivers drop it.
const OVERLAP: TimeDelta = TimeDelta::seconds(30);

/// How the network plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    pub seed: u64,
    /// How many seconds of the story pass in one: 60 makes an hour a minute. At least 1.
    pub speed: u32,
    /// How many lives began within the past thirty days.
    pub history: u32,
    /// Events a second to drive, instead of playing at `speed`. No history is told then.
    pub rate: Option<u32>,
    /// After how many events to stop; none goes on until shut down.
    pub count: Option<u64>,
    /// The number of the first life; numbers of shipments, orders and events follow from it. Runs against one
    /// database must not overlap in it: see [`first_number`].
    pub first: u64,
    /// Set to take up an earlier run with the same seed, speed, history and first number.
    pub resume: Option<Resume>,
}

/// An earlier run against the same database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Resume {
    /// The moment at which the first run began on the clock given to it.
    pub began: DateTime<Utc>,
    /// A moment up to which everything had been sent: when the server last recorded an event, for example.
    pub until: DateTime<Utc>,
}

/// One source: its name at the server, and its Standard Webhooks secret (`whsec_` and base64).
#[derive(Clone)]
pub struct Feed {
    pub name: String,
    pub secret: String,
}

/// Where to send.
#[derive(Clone)]
pub struct Target {
    /// For example `http://127.0.0.1:3000`.
    pub base: String,
    pub tms: Feed,
    pub erp: Feed,
}

/// What was sent and how it was answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub events: u64,
    pub deliveries: u64,
    pub accepted: u64,
    pub duplicates: u64,
    pub quarantined: u64,
    /// Deliveries that the server refused for good.
    pub refused: u64,
    /// How often a delivery was sent again.
    pub retries: u64,
}

impl Summary {
    fn add(&mut self, other: &Self) {
        self.events += other.events;
        self.deliveries += other.deliveries;
        self.accepted += other.accepted;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.refused += other.refused;
        self.retries += other.retries;
    }
}

/// Why a simulator cannot begin. Once it has begun, nothing stops it but the caller.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    #[error("`{address}` is no address of a server: {why}")]
    BadAddress { address: String, why: String },
    #[error("the secret of source `{source_name}` is not `whsec_` and base64: {why}")]
    BadSecret { source_name: String, why: String },
    #[error("a rate of 0 events a second sends nothing: use 1 or more, or leave it out")]
    NoRate,
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
}

/// The thirty customers, the biggest first: each of the first two has an eighth of all shipments.
pub fn customers() -> &'static [Shopper] {
    network::CUSTOMERS
}

/// A first number that no run begun at another moment, ten seconds or more apart, begins with; such runs overlap only
/// if the earlier starts more than a shipment every ten seconds.
pub fn first_number(now: DateTime<Utc>) -> u64 {
    const BEGINNING_OF_2026: i64 = 1_767_225_600;
    u64::try_from((now.timestamp() - BEGINNING_OF_2026) / 10).unwrap_or_default()
}

/// The lives of a network that plays from `now` on, without sending them: `history` that began before, then new ones.
pub fn lives(settings: Settings, now: DateTime<Utc>) -> impl Iterator<Item = Life> {
    let script = script(settings, now);
    (0..).map(move |index| script.life(index))
}

/// Plays until `shutdown`, or until `count` events were sent. With `cues`, some of what is played live waits for a word of the
/// server.
pub async fn run(
    settings: Settings,
    target: Target,
    cues: Option<&Cues>,
    clock: impl Fn() -> DateTime<Utc>,
    shutdown: impl Future<Output = ()>,
) -> Result<Summary, SimulatorError> {
    play::check_rate(settings.rate)?;
    let sender = Sender::new(&target, clock)?;
    let mut summary = Summary::default();
    tokio::select! {
        () = shutdown => {}
        () = play(settings, &sender, &mut summary, cues) => {}
    }
    Ok(summary)
}

async fn play<C: Fn() -> DateTime<Utc>>(
    settings: Settings,
    sender: &Sender<C>,
    summary: &mut Summary,
    cues: Option<&Cues>,
) {
    let now = sender.now();
    let mut play = Play::new(sender, summary, cues);
    if let Some(rate) = settings.rate {
        play.send_all(master_data(settings.seed, now - DRIVEN_LEAD)).await;
        let mut queue = Queue::new(driven(settings, rate, sender.now()), None);
        return play.driven(&mut queue, rate, settings.count).await;
    }
    let began = settings.resume.map_or(now, |resume| resume.began);
    let was_cut_short = settings.resume.is_none_or(|resume| resume.until < began + SETTLING);
    let earlier = settings.resume.map(|Resume { until, .. }| {
        let sent = if was_cut_short { DateTime::UNIX_EPOCH } else { until - OVERLAP };
        Earlier { sent, until: until.max(began), now }
    });
    if was_cut_short {
        play.send_all(master_data(settings.seed, began)).await;
    }
    let mut queue = Queue::new(script(settings, began), earlier);
    play.catch_up(&mut queue, now).await;
    play.live(&mut queue, settings.count).await;
}

fn script(settings: Settings, began: DateTime<Utc>) -> Script {
    let Settings { seed, speed, history, first, .. } = settings;
    Script { seed, first, history, gap: GAP, pace: Pace { pivot: began, speed: speed.max(1), sparse: false } }
}

/// A network that makes `rate` events a second on average.
fn driven(settings: Settings, rate: u32, now: DateTime<Utc>) -> Script {
    let Settings { seed, first, .. } = settings;
    let pace = Pace { pivot: now - DRIVEN_LEAD, speed: DRIVEN_SPEED, sparse: true };
    let script = Script { seed, first, history: 0, gap: GAP, pace };
    let seconds = script.messages_a_life() * f64::from(DRIVEN_SPEED) / f64::from(rate);
    Script { gap: TimeDelta::milliseconds((seconds * 1000.0) as i64), ..script }
}
