//! Feeds as a whole, on a running server: a source that falls silent, and what waits in quarantine.

mod support;

use chrono::TimeDelta;
use domain::Seq;
use domain::authority::Role;
use domain::rules::Rule;
use server::cli::source::draw_secret;
use store::{Delivery, Rejected, SourceConfig};
use support::freight::{append, arrived, departed, planned, start};
use support::server::{Hands, Running};
use support::until;

async fn open(running: &Running) -> Vec<(Rule, String)> {
    let (_, desk) = running.store.desk().await.expect("a desk");
    desk.exceptions.into_iter().map(|one| (one.rule, one.detail)).collect()
}

async fn has(running: &Running, rule: Rule) -> bool {
    open(running).await.iter().any(|(one, _)| *one == rule)
}

#[tokio::test]
async fn an_outage_hides_its_shipments_behind_one_exception_which_ends_with_the_first_thing_heard() {
    let folder = tempfile::tempdir().expect("a folder");
    let hands = Hands::at(start());
    let running = Running::start(&folder.path().join("test.db"), &hands).await;
    let numbers = ["SH-1", "SH-2", "SH-3"];
    let mut events = Vec::new();
    for number in numbers {
        events.extend([planned(number, &[]), arrived(number, 300, "1"), departed(number, 310, "1")]);
    }
    let source = events[0].source.clone();
    let secrets = vec![draw_secret()];
    let config = SourceConfig::new(source, Role::Tms, secrets);
    running.store.put_source(config).await.expect("a source");
    append(&running.store, events).await;
    // The last of it was heard at minute 310.
    hands.forward(TimeDelta::minutes(310 + 61));
    until("the feed is silent", async || has(&running, Rule::FeedSilent).await).await;
    let said = open(&running).await.into_iter().find(|(rule, _)| *rule == Rule::FeedSilent).expect("one").1;
    assert!(said.contains("3 shipments on their way can't be seen: SH-1, SH-2, SH-3"), "{said}");

    // A day and a half later every one of them was due to say something.
    let before = running.store.as_of().await.expect("a position");
    hands.forward(TimeDelta::hours(36));
    let all_went_by = async || running.store.as_of().await.expect("a position") >= Seq(before.0 + 3);
    until("the shipments' own times went by", all_went_by).await;
    let running = running.restart().await;
    assert!(!has(&running, Rule::SilentShipment).await, "they are hidden, not silent");
    let silences = open(&running).await.into_iter().filter(|(rule, _)| *rule == Rule::FeedSilent).count();
    assert_eq!(silences, 1, "one outage, one exception, whatever restarts");

    append(&running.store, vec![departed("SH-1", 2_000, "2")]).await;
    assert!(!has(&running, Rule::FeedSilent).await);
    running.stop().await;
}

#[tokio::test]
async fn what_waits_in_quarantine_is_told_once_for_each_cause_however_often_the_server_starts() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let part = |position: u32, kind: &str, subject: &str| Rejected {
        position,
        code: "unknown_kind".to_owned(),
        reason: format!("nobody knows {kind}"),
        raw: format!(r#"{{"type":"syncline.{kind}.v1","subject":"{subject}"}}"#),
        event_id: None,
    };
    let delivery = |id: &str, quarantined: Vec<Rejected>| Delivery {
        source: "tms-odd".parse().expect("a name"),
        role: Role::Tms,
        id: id.to_owned(),
        received_at: start(),
        headers: Vec::new(),
        body: id.as_bytes().to_vec(),
        content_type: "application/json".to_owned(),
        events: Vec::new(),
        quarantined,
        expected: None,
    };
    let parts =
        vec![part(0, "truck.washed", "SH-1"), part(1, "truck.sung", "SH-1"), part(2, "truck.washed", "SH-2")];
    running.store.append(delivery("one", parts)).await.expect("taken");
    let details = async |running: &Running| {
        open(running).await.into_iter().map(|(_, detail)| detail).collect::<Vec<_>>()
    };
    until("both causes are told of", async || details(&running).await.len() == 2).await;
    let told =
        ["Nobody knows truck.sung; about SH-1", "Nobody knows truck.washed, 2 times; about SH-1, SH-2"];
    let mut said = details(&running).await;
    said.sort_unstable();
    assert_eq!(said, told);
    let as_of = running.store.as_of().await.expect("a position");
    let running = running.restart().await;
    running.store.append(delivery("two", vec![part(0, "truck.washed", "SH-3")])).await.expect("taken");
    let is_told = async || {
        details(&running).await.iter().any(|detail| detail.ends_with("3 times; about SH-1, SH-2, SH-3"))
    };
    until("the new one is told of", is_told).await;
    assert_eq!(running.store.as_of().await.expect("a position"), Seq(as_of.0 + 1), "and nothing twice");
    running.stop().await;
}
