//! Sockets that are cut at random bytes, and servers that restart under them.

use crate::support::freight::{
    append, at, eta, event, held_by_customs, let_go_by_customs, planned, released, start, terms, window,
};
use crate::support::live::{Frame, Glass, Opened, Socket, sorted};
use crate::support::server::{Hands, Running};
use crate::support::soon;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::live::ViewKey;
use domain::{Event, Fact, Seq, ShipmentId};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use server::gates;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, copy};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

const CUSTOMERS: [&str; 2] = ["ACME", "BRISK"];
const SHIPMENTS: usize = 20;
/// Each follower is cut off at least this often.
const CUTS: u32 = 25;
/// At least this many transactions happen meanwhile.
const BATCHES: u32 = 120;

#[tokio::test(flavor = "multi_thread")]
async fn a_view_cut_at_random_bytes_ends_as_one_that_was_never_cut() {
    storm(7, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_cut_at_random_bytes_and_by_restarts_ends_as_a_fresh_one() {
    storm(11, 4).await;
}

async fn storm(seed: u64, restarts: u32) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let host = running.address;
    let mut network = Network::new(seed);
    Network::begin(&running).await;
    let agent = running.signed_in("anna", AccountRole::Agent, None).await;
    let customer = running.signed_in("carla", AccountRole::Customer, Some(CUSTOMERS[0])).await;

    let shipment = |index: usize| ViewKey::Shipment { id: ShipmentId::numbered(&number(index)) };
    let internal = Eyes {
        cookie: agent,
        views: vec![shipment(0), shipment(1), ViewKey::Shipments, ViewKey::Desk, ViewKey::Freshness],
    };
    let external =
        Eyes { cookie: customer, views: vec![shipment(0), ViewKey::Shipments, ViewKey::Freshness] };

    let (end, ended) = watch::channel(None);
    let weather = Arc::new(Weather::default());
    let mut followers = Vec::new();
    for (eyes, seed) in [(&internal, seed), (&internal, seed + 1), (&external, seed + 2)] {
        let cuts = Arc::new(AtomicU32::new(0));
        let through = cutter(host, seed, weather.clone(), cuts.clone()).await;
        let follower = Follower { through, host, eyes: eyes.clone(), glass: Glass::default() };
        followers.push((cuts, eyes, tokio::spawn(follower.follow(ended.clone()))));
    }
    let mut steady = Vec::new();
    if restarts == 0 {
        for eyes in [&internal, &external] {
            let follower = Follower { through: host, host, eyes: eyes.clone(), glass: Glass::default() };
            steady.push((eyes, tokio::spawn(follower.follow(ended.clone()))));
        }
    }

    let cuts: Vec<_> = followers.iter().map(|(cuts, ..)| cuts.clone()).collect();
    let is_enough = || cuts.iter().all(|cuts| cuts.load(Ordering::Relaxed) >= CUTS);
    let storm = async {
        let mut left = restarts;
        for batch in 1.. {
            append(&running.store, network.batch()).await;
            if left > 0 && batch % (BATCHES / (restarts + 1)) == 0 {
                left -= 1;
                running = running.restart().await;
            }
            if batch >= BATCHES && is_enough() {
                return running;
            }
        }
        unreachable!("it goes on for ever")
    };
    let running = soon("everybody is cut off often enough", storm).await;
    weather.is_calm.store(true, Ordering::Relaxed);
    // What Syncline itself states of orders that several shipments carry has to be said before.
    let mut round = gates::Round::default();
    while gates::pass(&running.store, &mut round, running.hands.now()).await.expect("a look") != (0, false) {}
    // The last transaction changes every view, so that each knows when it has seen everything.
    let last = append(&running.store, Network::everything()).await.seq.expect("positions").1;
    end.send_replace(Some(last));

    let mut answers = std::collections::BTreeMap::<String, u32>::new();
    for (_, eyes, follower) in followers {
        let glass = soon("a follower catches up", follower).await.expect("no panic");
        compare(&glass, &fresh(host, eyes).await, "a fresh view");
        glass.answers.into_iter().for_each(|(kind, times)| *answers.entry(kind).or_default() += times);
    }
    for (eyes, follower) in steady {
        let glass = soon("a steady follower catches up", follower).await.expect("no panic");
        let answers: u32 = glass.answers.values().sum();
        assert_eq!(answers as usize, eyes.views.len(), "one answer a view");
        compare(&glass, &fresh(host, eyes).await, "a fresh view");
    }
    for kind in ["current", "replayed", "snapshot"] {
        assert!(answers.contains_key(kind), "no follower ever met `{kind}`: {answers:?}");
    }
    running.stop().await;
}

fn compare(glass: &Glass, other: &Glass, what: &str) {
    for view in glass.views.keys() {
        let (mine, theirs) = (sorted(glass.content(view).clone()), sorted(other.content(view).clone()));
        assert_eq!(mine, theirs, "{view:?} differs from {what}");
    }
}

/// What a page that is opened now shows.
async fn fresh(host: SocketAddr, eyes: &Eyes) -> Glass {
    let mut socket = Socket::open(host, &eyes.cookie).await;
    let mut glass = Glass::default();
    for view in &eyes.views {
        glass.answered(socket.ask(view, None).await);
    }
    glass
}

/// Who looks, and at what.
#[derive(Clone)]
struct Eyes {
    cookie: String,
    views: Vec<ViewKey>,
}

fn number(index: usize) -> String {
    format!("SH-{index:03}")
}

fn order(index: usize) -> String {
    format!("SO-{index:03}")
}

/// Shipments to which things happen at random.
struct Network {
    chance: StdRng,
}

impl Network {
    fn new(seed: u64) -> Self {
        Self { chance: StdRng::seed_from_u64(seed) }
    }

    /// Shipment 0 carries orders of both customers, the others of one.
    async fn begin(running: &Running) {
        let orders = (0..SHIPMENTS).map(|index| released(&order(index), CUSTOMERS[index % 2])).collect();
        append(&running.store, orders).await;
        let plans = (0..SHIPMENTS).map(|index| match index {
            0 => planned(&number(0), &[&order(0), &order(1)]),
            _ => planned(&number(index), &[&order(index)]),
        });
        append(&running.store, plans.collect()).await;
    }

    /// What one source says next.
    fn batch(&mut self) -> Vec<Event> {
        let count = self.chance.random_range(1..=5);
        if self.chance.random_bool(0.2) {
            return (0..count).map(|_| self.order_changed()).collect();
        }
        (0..count).map(|_| self.moved()).collect()
    }

    fn moved(&mut self) -> Event {
        // Shipment 1 stays quiet until the end.
        let shipment = number(match self.chance.random_range(0..SHIPMENTS) {
            1 => 0,
            index => index,
        });
        let minutes = self.chance.random_range(10..2000);
        match self.chance.random_range(0..7) {
            0 | 1 => eta(&shipment, minutes, self.chance.random_range(1500..3000)),
            2 | 3 => held_by_customs(&shipment, minutes),
            4 => self.replanned(),
            _ => let_go_by_customs(&shipment, minutes),
        }
    }

    /// The order goes on or off the load, or is swapped for another one, which may be the other customer's.
    fn replanned(&mut self) -> Event {
        let index = self.chance.random_range(2..SHIPMENTS);
        let (own, other) = (order(index), order(self.chance.random_range(2..SHIPMENTS)));
        let orders = [vec![], vec![&*own], vec![&*other]];
        let plan = planned(&number(index), &orders[self.chance.random_range(0..3)]);
        Event { occurred_at: at(self.chance.random_range(10..2000)), ..plan }
    }

    /// The order's promise changes, and whose it is.
    fn order_changed(&mut self) -> Event {
        let index = self.chance.random_range(2..SHIPMENTS);
        let from = self.chance.random_range(1000..3000);
        let mut terms = terms(CUSTOMERS[self.chance.random_range(0..2)]);
        terms.promised = Some(window(from, from + 240));
        event(Role::Erp, &order(index), self.chance.random_range(10..2000), Fact::OrderChanged(terms))
    }

    /// Something about every shipment, the desk and the source.
    fn everything() -> Vec<Event> {
        let held = (0..SHIPMENTS).map(|index| held_by_customs(&number(index), 2001));
        held.chain((0..SHIPMENTS).map(|index| eta(&number(index), 2002, 4000))).collect()
    }
}

/// Whether doors cut.
#[derive(Default)]
struct Weather {
    is_calm: AtomicBool,
}

/// A door in front of the server that lets some of its bytes through and then cuts the connection, in the middle of a
/// frame as likely as not.
async fn cutter(server: SocketAddr, seed: u64, weather: Arc<Weather>, cuts: Arc<AtomicU32>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let mut chance = StdRng::seed_from_u64(seed);
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let allowed = if weather.is_calm.load(Ordering::Relaxed) {
                u64::MAX
            } else {
                chance.random_range(100..60_000)
            };
            let cuts = cuts.clone();
            tokio::spawn(async move {
                let Ok(mut server) = TcpStream::connect(server).await else { return };
                let (mut from_client, mut to_client) = client.split();
                let (from_server, mut to_server) = server.split();
                let mut from_server = from_server.take(allowed);
                tokio::select! {
                    copied = copy(&mut from_server, &mut to_client) => {
                        if copied.is_ok_and(|copied| copied == allowed) {
                            cuts.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    // Its end is the client's own.
                    _ = copy(&mut from_client, &mut to_server) => {}
                }
            });
        }
    });
    address
}

/// A client that comes back after every cut and asks for what came after each view's last position.
struct Follower {
    through: SocketAddr,
    host: SocketAddr,
    eyes: Eyes,
    glass: Glass,
}

impl Follower {
    /// Follows until every view has reached the end.
    async fn follow(mut self, mut ended: watch::Receiver<Option<Seq>>) -> Glass {
        let mut attempts = tokio::time::interval(Duration::from_millis(2));
        attempts.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            attempts.tick().await;
            match Socket::try_open(self.through, self.host, &self.eyes.cookie, None).await {
                Opened::Open(socket) => {
                    if self.listen(*socket, &mut ended).await {
                        return self.glass;
                    }
                }
                Opened::Refused(status) => assert!(status.is_server_error(), "refused: {status}"),
                Opened::Failed => {}
            }
        }
    }

    /// Says whether every view has reached the end; otherwise the socket was cut off.
    async fn listen(&mut self, mut socket: Socket, ended: &mut watch::Receiver<Option<Seq>>) -> bool {
        for view in &self.eyes.views {
            if !socket.subscribe(view, self.glass.position(view)).await {
                return false;
            }
        }
        let mut unanswered: BTreeSet<ViewKey> = self.eyes.views.iter().cloned().collect();
        loop {
            let end = *ended.borrow_and_update();
            let has_seen = |view| self.glass.position(view) >= end;
            if end.is_some() && unanswered.is_empty() && self.eyes.views.iter().all(has_seen) {
                return true;
            }
            let frame: Option<Frame> = tokio::select! {
                frame = socket.frame() => frame,
                changed = ended.changed() => {
                    changed.expect("the test goes on");
                    continue;
                }
            };
            let Some(frame) = frame else { return false };
            match (frame.kind.as_str(), frame.view.clone()) {
                ("ended", _) => return false,
                // A server that stops can't read any more.
                ("refused", _) if frame.code.as_deref() == Some("unavailable") => return false,
                (_, Some(view)) if unanswered.remove(&view) => self.glass.answered(frame),
                (_, Some(_)) => self.glass.changed(frame),
                (other, None) => panic!("`{other}` was not asked for"),
            }
        }
    }
}
