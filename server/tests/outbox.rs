//! Messages that leave, against a real receiver: signed, at least once, with one id, in order for each subject, whatever the
//! receiver does and whenever the server dies.

mod support;

use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::fact::{CustomerTerms, Retraction};
use domain::party::Tier;
use domain::rules::Rule;
use domain::{Event, Fact};
use serde_json::json;
use server::config::ServeOptions;
use server::outbox::{Outbox, Post};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::Command;
use std::sync::Arc;
use store::{Endpoint, Health, Quiet, Removal, Store};
use support::freight::{self, delivered, eta, event, planned, pod, released};
use support::process::{Process, free_port, prepare, run};
use support::receiver::{Received, Receiver};
use support::server::{Hands, Running, client, options};
use support::until;

/// Takes events into the journal as if they had happened in the last two days: of what is older nobody outside is told.
async fn append(store: &Store, events: Vec<Event>) {
    let later = server::clock::now() - freight::start() - TimeDelta::days(2);
    let recent = |event: Event| Event { occurred_at: event.occurred_at + later, ..event };
    freight::append(store, events.into_iter().map(recent).collect()).await;
}

/// A server with an ERP to tell, and the clock of today: receivers refuse signatures of other days.
async fn with_erp(folder: &tempfile::TempDir) -> (Running, Receiver) {
    let receiver = Receiver::start();
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(server::clock::now())).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    (running, receiver)
}

/// An order that is released, carried, delivered and signed for.
async fn prove(running: &Running, order: &str, shipment: &str) -> Event {
    append(&running.store, vec![released(order, "ACME")]).await;
    let proof = pod(shipment, 1700);
    append(&running.store, vec![planned(shipment, &[order]), delivered(shipment, 1650), proof.clone()]).await;
    proof
}

fn take_back(shipment: &str, proof: &Event) -> Event {
    let retraction = Retraction { event: proof.id.id().to_owned(), reason: "signed for another load".into() };
    event(Role::Tms, shipment, 1800, Fact::EventRetracted(retraction))
}

async fn open_rules(running: &Running) -> Vec<Rule> {
    let (_, desk) = running.store.desk().await.expect("a desk");
    desk.exceptions.iter().map(|exception| exception.rule).collect()
}

fn kinds(came: &[Received]) -> Vec<&str> {
    came.iter().map(Received::kind).collect()
}

#[tokio::test]
async fn an_invoice_is_let_go_once_the_delivery_is_proven_and_held_again_when_the_proof_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    let proof = prove(&running, "SO-1", "SH-1").await;
    until("the ERP may invoice", async || receiver.came_to("erp").await.len() == 1).await;
    let came = receiver.came_to("erp").await.remove(0);
    assert_eq!(
        (came.kind(), &came.event["subject"], &came.verified),
        ("invoice.release", &json!("SO-1"), &json!(true))
    );
    assert_eq!(came.event["data"]["reason"], "SH-1 is delivered, signed by K. Ernst");
    assert_eq!(came.event["id"], came.id);

    append(&running.store, vec![take_back("SH-1", &proof)]).await;
    until("the ERP is to hold it", async || receiver.came_to("erp").await.len() == 2).await;
    let came = receiver.came_to("erp").await.remove(1);
    assert_eq!(came.kind(), "invoice.hold");
    assert_eq!(open_rules(&running).await, [Rule::InvoiceWithoutProof]);

    append(&running.store, vec![pod("SH-1", 1900)]).await;
    until("the ERP may invoice again", async || receiver.came_to("erp").await.len() == 3).await;
    assert_eq!(kinds(&receiver.came_to("erp").await), ["invoice.release", "invoice.hold", "invoice.release"]);
    assert_eq!(open_rules(&running).await, []);
    running.stop().await;
}

#[tokio::test]
async fn an_order_on_two_shipments_waits_for_both() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), planned("SH-2", &["SO-1"])]).await;
    append(&running.store, vec![delivered("SH-1", 1650), pod("SH-1", 1700)]).await;
    // Another order, proven later, shows that the first was looked at.
    prove(&running, "SO-2", "SH-9").await;
    until("the other is let go", async || receiver.came_to("erp").await.len() == 1).await;
    assert_eq!(receiver.came_to("erp").await[0].event["subject"], "SO-2");
    append(&running.store, vec![delivered("SH-2", 1650), pod("SH-2", 1700)]).await;
    until("both are proven", async || receiver.came_to("erp").await.len() == 2).await;
    let reason = receiver.came_to("erp").await[1].event["data"]["reason"].clone();
    assert_eq!(reason, "SH-1 is delivered, signed by K. Ernst; SH-2 is delivered, signed by K. Ernst");
    running.stop().await;
}

#[tokio::test]
async fn what_fails_is_sent_again_with_the_same_id_and_nothing_about_the_order_overtakes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    receiver.behave("erp", json!([500, { "status": 429, "retry_after": 60 }])).await;
    let proof = prove(&running, "SO-1", "SH-1").await;
    until("it failed once", async || receiver.came_to("erp").await.len() == 1).await;
    // What comes later about the same order waits behind it; another order does not.
    append(&running.store, vec![take_back("SH-1", &proof)]).await;
    running.hands.forward(TimeDelta::seconds(10));
    until("it is to wait", async || receiver.came_to("erp").await.len() == 2).await;
    prove(&running, "SO-2", "SH-2").await;
    until("another order goes", async || receiver.came_to("erp").await.len() == 3).await;
    running.hands.forward(TimeDelta::seconds(59));
    running.hands.forward(TimeDelta::seconds(2));
    until("all came", async || receiver.came_to("erp").await.len() == 5).await;
    let came = receiver.came_to("erp").await;
    let about = |order: &str| -> Vec<Received> {
        came.iter().filter(|one| one.event["subject"] == order).cloned().collect()
    };
    let first = about("SO-1");
    assert_eq!(kinds(&first), ["invoice.release", "invoice.release", "invoice.release", "invoice.hold"]);
    assert!(first[..3].iter().all(|one| one.id == first[0].id), "{first:?}");
    assert!(came.iter().all(|one| one.verified == json!(true)), "{came:?}");
    assert_eq!(kinds(&about("SO-2")), ["invoice.release"]);
    let outbox = running.store.outbox(10).await.expect("an outbox");
    let tried = outbox.messages.iter().find(|one| one.message.id.to_string() == first[0].id).expect("kept");
    let statuses: Vec<_> = tried.attempts.iter().map(|attempt| (attempt.attempt, attempt.status)).collect();
    assert_eq!(statuses, [(3, Some(200)), (2, Some(429)), (1, Some(500))]);
    assert_eq!(tried.attempts[0].answer, "said the receiver");
    running.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_hangs_slows_only_itself_and_one_that_is_gone_is_paused_until_somebody_resumes_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    receiver.endpoint(&running.store, "slow", "erp").await;
    receiver.endpoint(&running.store, "gone", "erp").await;
    receiver.behave("slow", json!(["hang"])).await;
    receiver.behave("gone", json!([410, 410])).await;
    prove(&running, "SO-1", "SH-1").await;
    prove(&running, "SO-2", "SH-2").await;
    until("the quick one has both", async || receiver.came_to("erp").await.len() == 2).await;
    until("the other is gone", async || {
        let endpoints = running.store.endpoints().await.expect("endpoints");
        endpoints.iter().any(|one| one.paused.is_some())
    })
    .await;
    let summary = |outbox: &store::Outbox, name: &str| {
        let one = outbox.endpoints.iter().find(|one| one.endpoint.name == name).expect("an endpoint");
        (one.waiting, one.delivered, one.dead)
    };
    // The receiver has a message a moment before the server has kept that it was taken.
    until("both are on record", async || {
        let outbox = running.store.outbox(10).await.expect("an outbox");
        summary(&outbox, "erp") == (0, 2, 0)
    })
    .await;
    let outbox = running.store.outbox(10).await.expect("an outbox");
    let (waiting, _, dead) = summary(&outbox, "gone");
    assert_eq!((waiting, dead), (2, 0), "what met the answer waits as well");
    // Somebody mends it: what waited goes, with the ids that it had.
    receiver.behave("gone", json!([])).await;
    running.store.set_paused("gone", None).await.expect("resumed");
    until("it has both", async || {
        let came = receiver.came_to("gone").await;
        let ids: BTreeSet<String> =
            came.iter().filter(|one| one.answer == 200).map(|one| one.id.clone()).collect();
        ids.len() == 2
    })
    .await;
    running.stop().await;
}

#[tokio::test]
async fn nothing_is_sent_into_a_private_network_unless_that_is_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    let hidden = |name: &str, host: &str| {
        let address = receiver.url(&format!("/{name}")).replace("127.0.0.1", host);
        Endpoint::new(name, "erp".parse().expect("an addressee"), address)
    };
    running.store.put_endpoint(hidden("literal", "127.0.0.1")).await.expect("an endpoint");
    running.store.put_endpoint(hidden("named", "localhost")).await.expect("an endpoint");
    prove(&running, "SO-1", "SH-1").await;
    until("each was tried", async || {
        let outbox = running.store.outbox(10).await.expect("an outbox");
        let is_answered = |one: &store::Attempt| !one.answer.starts_with("no answer is known");
        outbox.messages.len() == 3 && outbox.messages.iter().all(|one| one.attempts.iter().any(is_answered))
    })
    .await;
    let outbox = running.store.outbox(10).await.expect("an outbox");
    for name in ["literal", "named"] {
        let message = outbox.messages.iter().find(|one| one.endpoint == name).expect("a message");
        let answer = &message.attempts[0].answer;
        assert!(answer.contains("private network") && answer.contains("--allow-private"), "{name}: {answer}");
    }
    let paths: BTreeSet<String> = receiver.log().await.into_iter().map(|one| one.path).collect();
    assert_eq!(paths, BTreeSet::from(["/erp".to_owned()]));
    running.stop().await;
}

#[tokio::test]
async fn the_account_team_gets_a_mail_when_a_strategic_customer_waits_longer_than_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let mut options: ServeOptions = options(0);
    options.mail.smtp_url = Some(format!("smtp://127.0.0.1:{}", receiver.smtp));
    let running =
        Running::start_with(options, &folder.path().join("test.db"), &Hands::at(server::clock::now())).await;
    let team = "account-team".parse().expect("an addressee");
    let mailbox = Endpoint::new("account-team", team, "mailto:Key accounts <team@shipper.test>");
    running.store.put_endpoint(mailbox).await.expect("an endpoint");
    receiver.endpoint(&running.store, "erp", "erp").await;
    let strategic = CustomerTerms { name: "ACME Ltd".into(), tier: Tier::Strategic };
    append(&running.store, vec![event(Role::Erp, "ACME", 0, Fact::CustomerRegistered(strategic))]).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "PLAIN")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), planned("SH-2", &["SO-2"])]).await;
    // Promised until minute 2160.
    append(&running.store, vec![eta("SH-1", 900, 2400), eta("SH-2", 900, 2400)]).await;
    // Two minutes more are no news, two hours are, and are told to the ERP alone.
    append(&running.store, vec![eta("SH-1", 910, 2402), eta("SH-1", 920, 2530)]).await;
    until("mail and ERP have all", async || receiver.log().await.len() == 4).await;
    let log = receiver.log().await;
    let mails: Vec<&Received> = log.iter().filter(|one| !one.mail.is_empty()).collect();
    assert_eq!(mails.len(), 1, "{log:?}");
    assert_eq!(mails[0].mail, ["team@shipper.test"]);
    assert_eq!(mails[0].subject, "Delay of a strategic customer: SH-1");
    assert!(mails[0].text.contains("ACME Ltd waits for order SO-1"), "{}", mails[0].text);
    let told: Vec<(String, bool)> = receiver
        .came_to("erp")
        .await
        .iter()
        .map(|one| {
            assert_eq!(one.kind(), "expected_delivery.revised");
            (
                one.event["subject"].as_str().expect("an order").to_owned(),
                one.event["data"]["is_late"] == true,
            )
        })
        .collect();
    let of = |order: &str| told.iter().filter(|(one, _)| one == order).count();
    assert_eq!((of("SO-1"), of("SO-2")), (2, 1));
    assert!(told.iter().all(|(_, is_late)| *is_late));
    // The strategic customer reads it first of all in the portal, the other among what is delayed.
    for (name, customer, is_alerted) in [("carla", "ACME", true), ("casper", "PLAIN", false)] {
        let cookie = running.signed_in(name, AccountRole::Customer, Some(customer)).await;
        let request = client().get(running.url("/shipments")).header("cookie", cookie);
        let page = request.send().await.expect("an answer").text().await.expect("a page");
        assert_eq!(page.contains(" is late: expected "), is_alerted, "{name}");
    }
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_killed_while_it_sends_loses_nothing_and_keeps_ids_and_order() {
    const ORDERS: usize = 12;
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    let receiver = Receiver::start();
    prepare(&database).await;
    // Everything waits in the outbox before the first process sends.
    let hands = Hands::at(server::clock::now());
    let running = Running::start(&database, &hands).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    running.store.set_paused("erp", Some("until all is queued".into())).await.expect("paused");
    for number in 0..ORDERS {
        let (order, shipment) = (format!("SO-{number}"), format!("SH-{number}"));
        let proof = prove(&running, &order, &shipment).await;
        until("it is let go", async || {
            let subjects = [order.clone()];
            !running.store.messages_about(&subjects).await.expect("messages").is_empty()
        })
        .await;
        append(&running.store, vec![take_back(&shipment, &proof)]).await;
    }
    let queued = async || running.store.outbox(100).await.expect("an outbox").messages;
    until("each release is followed by its hold", async || queued().await.len() == 2 * ORDERS).await;
    let queued = queued().await;
    let expected: BTreeSet<String> = queued.iter().map(|one| one.message.id.to_string()).collect();
    assert_eq!(expected.len(), 2 * ORDERS);
    running.store.set_paused("erp", None).await.expect("resumed");
    running.stop().await;

    let port = free_port();
    let mut seen = 0;
    for round in 0.. {
        let mut process = Process::serve(&database, port);
        process.is_ready().await;
        until("more came", async || {
            let log = receiver.came_to("erp").await;
            let ids: BTreeSet<String> = log.iter().map(|one| one.id.clone()).collect();
            log.len() > seen || ids == expected
        })
        .await;
        process.kill();
        let log = receiver.came_to("erp").await;
        seen = log.len();
        let ids: BTreeSet<String> = log.iter().map(|one| one.id.clone()).collect();
        assert!(ids.is_subset(&expected), "an id that nobody queued");
        if ids == expected {
            break;
        }
        assert!(round < 100, "it never ends");
    }
    // What was on its way at a kill may have come twice, but never out of order.
    let mut firsts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for one in receiver.came_to("erp").await {
        assert_eq!(one.verified, json!(true));
        if known.insert(one.id.clone()) {
            let subject = one.event["subject"].as_str().expect("an order").to_owned();
            firsts.entry(subject).or_default().push(one.kind().to_owned());
        }
    }
    assert_eq!(firsts.len(), ORDERS);
    for (order, kinds) in firsts {
        assert_eq!(kinds, ["invoice.release", "invoice.hold"], "{order}");
    }
    let (status, output) = run("verify", &database);
    assert!(status.success(), "{output}");
}

#[tokio::test]
async fn nothing_leaves_a_server_that_is_told_so_and_what_waited_leaves_the_next_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let mut quiet: ServeOptions = options(0);
    quiet.no_outbound = true;
    let hands = Hands::at(server::clock::now());
    let database = folder.path().join("test.db");
    let running = Running::start_with(quiet, &database, &hands).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    let story = vec![planned("SH-1", &["SO-1"]), delivered("SH-1", 1650), pod("SH-1", 1700)];
    append(&running.store, story).await;
    let waiting = async || running.store.outbox(100).await.expect("an outbox").messages.len();
    until("it waits to be sent", async || waiting().await == 1).await;
    let outbox = running.store.outbox(100).await.expect("an outbox");
    assert_eq!(outbox.quiet, Some(Quiet::Asked));
    running.stop().await;
    assert!(outbox.messages[0].attempts.is_empty(), "what is sent is on record before it leaves");
    assert!(receiver.came_to("erp").await.is_empty());
    let running = Running::start(&database, &hands).await;
    until("it leaves the next one", async || receiver.came_to("erp").await.len() == 1).await;
    running.stop().await;
}

#[tokio::test]
async fn a_copy_of_a_database_is_quiet_until_it_is_said_that_it_takes_the_others_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let receiver = Receiver::start();
    let hands = Hands::at(server::clock::now());
    let at = |name: &str| folder.path().join(name);
    let mut waits: ServeOptions = options(0);
    waits.no_outbound = true;
    let running = Running::start_with(waits, &at("live.db"), &hands).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    prove(&running, "SO-1", "SH-1").await;
    let has_one =
        async |running: &Running| running.store.outbox(9).await.expect("an outbox").messages.len() == 1;
    until("it waits to be sent", async || has_one(&running).await).await;
    running.stop().await;
    std::fs::copy(at("live.db"), at("copied.db")).expect("copied");
    store::backup(&at("live.db"), &at("backup.db")).await.expect("backed up");
    store::restore(&at("backup.db"), &at("restored.db")).await.expect("restored");
    for name in ["copied.db", "backup.db", "restored.db"] {
        let copy = Running::start(&at(name), &hands).await;
        assert_eq!(copy.store.quiet(), Some(Quiet::Copy), "{name}");
        let copy = copy.restart().await;
        assert_eq!(copy.store.quiet(), Some(Quiet::Copy), "{name}, started again");
        copy.stop().await;
    }
    assert!(receiver.came_to("erp").await.is_empty());
    // Moved to another name it is the same file, and goes on.
    std::fs::rename(at("live.db"), at("moved.db")).expect("moved");
    let moved = Running::start(&at("moved.db"), &hands).await;
    until("the moved one sends", async || receiver.came_to("erp").await.len() == 1).await;
    moved.stop().await;
    store::settle_here(&at("restored.db")).await.expect("settled");
    let restored = Running::start(&at("restored.db"), &hands).await;
    until("the restored one sends", async || receiver.came_to("erp").await.len() == 2).await;
    let came = receiver.came_to("erp").await;
    assert_eq!(came[0].id, came[1].id, "whoever has it can tell");
    restored.stop().await;
}

/// A small disk of its own, where the test may mount one.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=12m", "tmpfs"])
            .arg(folder.path())
            .output()
            .is_ok_and(|output| output.status.success());
        mount.then_some(Self(folder))
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Where it stays, the system takes it away with the machine.
        let _ = Command::new("umount").args(["-l"]).arg(self.0.path()).output();
    }
}

#[tokio::test]
async fn nothing_is_sent_while_the_disk_is_full_and_what_was_due_is_sent_once_when_there_is_room() {
    let Some(disk) = Disk::mount() else {
        eprintln!("this machine lets nobody mount a disk: not tried");
        return;
    };
    let receiver = Receiver::start();
    let hands = Hands::at(server::clock::now());
    let mut waits: ServeOptions = options(0);
    // The outbox of this test is its own: it is looked at exactly when the test says so.
    waits.no_outbound = true;
    let running = Running::start_with(waits.clone(), &disk.0.path().join("test.db"), &hands).await;
    receiver.endpoint(&running.store, "erp", "erp").await;
    prove(&running, "SO-1", "SH-1").await;
    until("it waits to be sent", async || {
        running.store.outbox(9).await.expect("an outbox").messages.len() == 1
    })
    .await;
    let post = Arc::new(Post::new(&waits.mail).expect("a post"));
    let outbox = Arc::new(Outbox::new(running.store.clone(), hands.clock(), post).expect("an outbox"));

    let filler = disk.0.path().join("filler");
    let mut room = std::fs::File::create(&filler).expect("a file");
    while room.write_all(&vec![0; 65_536]).and_then(|()| room.sync_all()).is_ok() {}
    // Nothing tells that it is full before somebody writes: the first message is where that shows, and it stays.
    for _ in 0..3 {
        outbox.clone().send_due().await.expect("a look");
    }
    assert!(matches!(running.store.health(), Health::Unwritable { .. }), "{:?}", running.store.health());
    assert!(receiver.came_to("erp").await.is_empty(), "what can't be kept is not sent");

    drop(room);
    std::fs::remove_file(&filler).expect("removed");
    until("it can be written again", async || matches!(running.store.health(), Health::Writable)).await;
    outbox.clone().send_due().await.expect("a look");
    outbox.clone().send_due().await.expect("a look");
    assert_eq!(receiver.came_to("erp").await.len(), 1, "once");
    running.stop().await;
}

#[tokio::test]
async fn an_endpoint_that_takes_nothing_is_somebodys_matter_until_it_takes_messages_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    receiver.behave("erp", json!([500, 500, 500, 500, 500, 500, 500])).await;
    prove(&running, "SO-1", "SH-1").await;
    until("it failed", async || receiver.came_to("erp").await.len() == 1).await;
    assert_eq!(open_rules(&running).await, [], "one failure is no matter");
    until("it is somebody's matter", async || {
        running.hands.forward(TimeDelta::minutes(1));
        open_rules(&running).await == [Rule::EndpointDown]
    })
    .await;
    let (_, desk) = running.store.desk().await.expect("a desk");
    let detail = &desk.exceptions[0].detail;
    assert!(
        detail.starts_with("Messages to endpoint erp do not get through: nothing got through since"),
        "{detail}"
    );
    until("it takes messages again", async || {
        running.hands.forward(TimeDelta::minutes(11));
        open_rules(&running).await.is_empty()
    })
    .await;
    // Paused by hand it is one again, and ends when it is resumed.
    running.store.set_paused("erp", Some("by hand".to_owned())).await.expect("paused");
    until("a pause is told", async || open_rules(&running).await == [Rule::EndpointDown]).await;
    running.store.set_paused("erp", None).await.expect("resumed");
    until("and its end", async || open_rules(&running).await.is_empty()).await;
    running.stop().await;
}

#[tokio::test]
async fn an_endpoint_is_moved_and_its_secret_changed_without_losing_what_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver) = with_erp(&folder).await;
    running.store.set_paused("erp", Some("by hand".to_owned())).await.expect("paused");
    prove(&running, "SO-1", "SH-1").await;
    let erp = async || {
        let all = running.store.endpoints().await.expect("endpoints");
        all.into_iter().find(|one| one.name == "erp").expect("the ERP's")
    };
    until("it waits", async || {
        running.store.endpoint_summaries(false).await.expect("a look")[0].waiting == 1
    })
    .await;
    let removal = running.store.remove_endpoint("erp", false).await.expect("an answer");
    assert_eq!(removal, Removal::Waits(1));
    // Both secrets sign: the receiver knows the old one alone.
    let known = erp().await;
    let moved = Endpoint {
        address: receiver.url("/elsewhere"),
        former_secret: known.secret.clone(),
        secret: Some(server::cli::source::draw_secret()),
        paused: None,
        ..known
    };
    receiver.behave("elsewhere", json!([])).await;
    running.store.put_endpoint(moved).await.expect("moved");
    until("what waited goes there", async || receiver.came_to("elsewhere").await.len() == 1).await;
    assert_eq!(receiver.came_to("elsewhere").await[0].verified, json!(true));
    let known = erp().await;
    running.store.put_endpoint(Endpoint { former_secret: None, ..known }).await.expect("dropped");
    prove(&running, "SO-2", "SH-2").await;
    until("the next comes", async || receiver.came_to("elsewhere").await.len() == 2).await;
    assert_ne!(receiver.came_to("elsewhere").await[1].verified, json!(true), "the old one signs no more");
    running.stop().await;
}
