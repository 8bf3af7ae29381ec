//! `syncline tail`, the terminal's client of `/live`.

use crate::support::freight::{append, held_by_customs, let_go_by_customs, planned, start};
use crate::support::live::Frame;
use crate::support::process::Tail;
use crate::support::server::{Hands, Running};
use domain::account::AccountRole;
use domain::live::ViewKey;
use std::collections::BTreeMap;

/// The next frame of each of the two views, of the kinds that are wanted.
async fn of_both(tail: &mut Tail, wanted: &[&str]) -> BTreeMap<ViewKey, Frame> {
    let mut frames = BTreeMap::new();
    while frames.len() < 2 {
        let frame: Frame = serde_json::from_str(&tail.line().await).expect("a frame");
        if let Some(view) = frame.view.clone() {
            assert!(wanted.contains(&frame.kind.as_str()), "{frame:?}");
            frames.insert(view, frame);
        }
    }
    frames
}

#[tokio::test]
async fn tail_comes_back_after_a_restart_and_asks_only_for_what_it_missed() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    append(&running.store, vec![planned("SH-1", &[])]).await;
    let mut tail = Tail::start(&running.url(""), "anna", &["--desk", "--shipments"]);
    of_both(&mut tail, &["snapshot"]).await;
    append(&running.store, vec![held_by_customs("SH-1", 10)]).await;
    let before = of_both(&mut tail, &["change"]).await;

    let running = running.restart().await;
    append(&running.store, vec![let_go_by_customs("SH-1", 20)]).await;
    // Whether it was back before or after the release, nothing comes twice and nothing is left out.
    let after = of_both(&mut tail, &["current", "replayed"]).await;
    let missed = after.values().filter(|frame| frame.kind == "current").count();
    let mut changes = 0;
    while changes < missed {
        let frame: Frame = serde_json::from_str(&tail.line().await).expect("a frame");
        assert_eq!(frame.kind, "change");
        changes += 1;
    }
    for (view, frame) in after {
        assert!(frame.position() >= before[&view].position());
    }
    drop(tail);
    running.stop().await;
}
