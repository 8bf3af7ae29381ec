//! Messages on their way out, as the database keeps them.

mod common;

use chrono::TimeDelta;
use common::*;
use domain::Fact;
use domain::fact::{TenderAnswer, TenderOffer};
use store::Endpoint;

fn erp_endpoint() -> Endpoint {
    Endpoint {
        name: "erp".to_owned(),
        addressee: "erp".parse().expect("an addressee"),
        address: "https://erp.example/in".to_owned(),
        secret: None,
        allow_private: false,
        paused: None,
        open_until: None,
        confirmed: true,
    }
}

#[tokio::test]
async fn a_message_that_is_being_sent_is_due_again_when_its_time_is_up_or_its_process_has_ended() {
    let bench = Bench::new().await;
    bench.store.put_endpoint(erp_endpoint()).await.expect("an endpoint");
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    let offer = TenderOffer { tender: "T1".into(), carrier: carrier("Nordfracht"), expires_at: None };
    let answer = TenderAnswer { tender: "T1".into(), reason: None };
    let story = vec![
        tms("1", "S-1", 1, planned(&["O-1"])),
        tms("2", "S-1", 2, Fact::TenderOffered(offer)),
        tms("3", "S-1", 3, Fact::TenderRejected(answer)),
    ];
    bench.deliver("d-2", story).await;
    let now = at(10).to_utc();
    let lease = TimeDelta::seconds(30);
    let due = async |bench: &Bench, now| bench.store.due_messages("erp", now, 8).await.expect("read");
    let first = due(&bench, now).await;
    assert_eq!(first.len(), 1);
    bench.store.claim(&first, now + lease).await.expect("claimed");
    assert!(due(&bench, now).await.is_empty(), "it is on its way");
    assert_eq!(due(&bench, now + lease).await.len(), 1, "nobody knows whether it came");
    let bench = bench.reopened().await;
    assert!(due(&bench, now).await.is_empty());
    bench.store.release_claims(now).await.expect("released");
    assert_eq!(due(&bench, now).await.len(), 1, "whoever was sending it has ended");
}
