//! Exceptions, deadlines, share links, figures: what follows from events, and stays over a restart.

mod common;

use common::*;
use domain::ShipmentId;
use domain::deadline::DeadlineKind;
use domain::exception::Severity;
use domain::fact::*;
use domain::kpi::Punctuality;
use domain::latency::{Leg, Span};
use domain::live::EXCEPTIONS;
use domain::party::Tier;
use domain::rules::Rule;
use domain::status::Status;
use domain::{Event, Seq};
use store::{AppendError, DeskFilter, DuePlace, Expected, LatencySpan, SourceConfig};

async fn late_shipment(bench: &Bench) {
    bench.deliver("o-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    bench.deliver("s-1", vec![tms("1", "S-1", 1, planned(&["O-1"])), tms("2", "S-1", 9, eta(4000))]).await;
}

#[tokio::test]
async fn an_action_on_a_stale_version_is_refused_with_the_current_one() {
    let bench = Bench::new().await;
    late_shipment(&bench).await;
    let (_, desk_view) = bench.store.desk().await.expect("read");
    let exception = desk_view.exceptions[0].clone();
    let take = |id: &str| {
        let fact = Fact::ExceptionAssigned(ExceptionAssignment {
            exception: exception.id,
            assignee: Some("ana".into()),
        });
        store::Delivery {
            expected: Some(Expected::Version { exception: exception.id, version: exception.version }),
            ..delivery(id, vec![desk(id, "S-1", 10, fact)])
        }
    };
    let taken = bench.store.append(take("a")).await.expect("taken");
    let refused = bench.store.append(take("b")).await.expect_err("stale");
    let AppendError::Stale { current } = refused else { panic!("{refused}") };
    assert_eq!((current.version, current.assignee.as_deref()), (exception.version + 1, Some("ana")));
    // Nothing of the refused one is kept, and the first one sent again is answered as before.
    assert_eq!(bench.store.as_of().await.expect("read"), Seq(4));
    assert!(bench.store.delivery(&source("desk"), "b").await.expect("read").is_none());
    assert_eq!(bench.store.append(take("a")).await.expect("taken"), taken);
    // Two that were sent at once: one of them is late.
    let resolve = |id: &str| {
        let fact = Fact::ExceptionResolved(ExceptionResolution {
            exception: exception.id,
            reason: "agreed with the customer".into(),
            responsible: None,
            root_cause: None,
        });
        store::Delivery {
            expected: Some(Expected::Version { exception: exception.id, version: exception.version + 1 }),
            ..delivery(id, vec![desk(id, "S-1", 11, fact)])
        }
    };
    let (one, other) = tokio::join!(bench.store.append(resolve("c")), bench.store.append(resolve("d")));
    assert!(matches!((&one, &other), (Ok(_), Err(AppendError::Stale { .. }))), "{one:?} {other:?}");
    let (as_of, closed) = bench
        .store
        .desk_page(DeskFilter { closed: true, ..DeskFilter::default() }, |_| true)
        .await
        .expect("read");
    let ids: Vec<_> = closed.exceptions.iter().map(|one| one.id).collect();
    assert_eq!((as_of, closed.open, ids), (Seq(5), 0, vec![exception.id]));
    let (as_of, changed) = bench.store.exceptions_since(Seq(3), 10).await.expect("read");
    assert_eq!((as_of, changed.open, changed.exceptions.len()), (Seq(5), 0, 1));
    assert!(!changed.exceptions[0].is_open());
    let (_, unchanged) = bench.store.exceptions_since(Seq(5), 10).await.expect("read");
    assert!(unchanged.exceptions.is_empty());
}

#[tokio::test]
async fn the_most_severe_stands_first_then_the_least_time_left() {
    let bench = Bench::new().await;
    let strategic = CustomerTerms { name: "Acme".into(), tier: Tier::Strategic };
    // The customer of S-3 counts for more.
    let orders = [("O-1", "C-1"), ("O-2", "C-2"), ("O-3", "C-3")];
    let mut told = vec![erp("c3", "C-3", 0, Fact::CustomerRegistered(strategic))];
    told.extend(orders.map(|(order, customer)| erp(order, order, 0, released(customer, "Acme"))));
    bench.deliver("o-1", told).await;
    for (place, (order, _)) in (1..).zip(orders) {
        let number = format!("S-{place}");
        let plan = tms(&format!("p{place}"), &number, 1, planned(&[order]));
        bench.deliver(&number, vec![plan, tms(&format!("e{place}"), &number, 9, eta(4000))]).await;
    }
    // Somebody has answered the first: there is more time to resolve it than to answer the other.
    let (_, open) = bench.store.desk().await.expect("read");
    let first = open.exceptions.iter().find(|one| one.number == "S-1").expect("open").id;
    let note = Fact::ExceptionNoted(ExceptionNote { exception: first, text: "calling".into() });
    bench.deliver("n-1", vec![desk("n1", "S-1", 12, note)]).await;
    let (_, desk) = bench.store.desk().await.expect("read");
    let numbers: Vec<&str> = desk.exceptions.iter().map(|one| one.number.as_str()).collect();
    assert_eq!(numbers, ["S-3", "S-2", "S-1"]);
    assert!(desk.exceptions.is_sorted_by_key(domain::exception::ShipmentException::urgency));
}

#[tokio::test]
async fn an_action_on_what_does_not_exist_is_refused() {
    let bench = Bench::new().await;
    late_shipment(&bench).await;
    let exception = domain::ExceptionId::numbered("nothing");
    let note = Fact::ExceptionNoted(ExceptionNote { exception, text: "hello".into() });
    let refused =
        bench.store.append(delivery("a", vec![desk("a", "S-1", 9, note)])).await.expect_err("unknown");
    assert!(matches!(&refused, AppendError::Unknown { what } if what.contains("`S-1`")), "{refused}");
}

#[tokio::test]
async fn deadlines_are_due_after_a_restart_and_gone_once_they_are_said_to_have_passed() {
    let bench = Bench::new().await;
    bench.deliver("s-1", vec![tms("1", "S-1", 1, planned(&[])), tms("2", "S-2", 1, planned(&[]))]).await;
    let bench = bench.reopened().await;
    // The pickup window ends after 120 minutes; an hour of grace.
    assert!(
        bench.store.due_deadlines(at(179).to_utc(), DuePlace::default(), 10).await.expect("read").is_empty()
    );
    let due = bench.store.due_deadlines(at(180).to_utc(), DuePlace::default(), 10).await.expect("read");
    assert_eq!(due.len(), 2);
    assert_eq!((due[0].number.as_str(), due[0].deadline.deadline), ("S-1", DeadlineKind::Pickup));
    assert_eq!(due[0].deadline.due_at.to_rfc3339(), at(180).to_rfc3339());
    assert_eq!(
        bench.store.due_deadlines(at(180).to_utc(), DuePlace::default(), 1).await.expect("read").len(),
        1
    );
    let passed = syncline("p-1", "S-1", 180, Fact::DeadlinePassed(due[0].deadline.clone()));
    bench.deliver("p-1", vec![passed, tms("3", "S-2", 100, Fact::StopArrived(at_stop("1")))]).await;
    let left = bench.store.due_deadlines(at(100_000).to_utc(), DuePlace::default(), 10).await.expect("read");
    assert!(left.iter().all(|one| one.deadline.deadline != DeadlineKind::Pickup), "{left:?}");
    let (_, desk) = bench.store.desk().await.expect("read");
    assert_eq!(desk.exceptions[0].rule, Rule::MissedPickup);
}

#[tokio::test]
async fn the_board_counts_what_the_lists_show() {
    let bench = Bench::new().await;
    late_shipment(&bench).await;
    bench
        .deliver(
            "s-2",
            vec![
                tms("3", "S-2", 1, planned(&["O-1"])),
                tms("4", "S-2", 1500, Fact::StopDelivered(handled("2"))),
                tms("5", "S-3", 1, planned(&[])),
                tms("6", "S-3", 70, Fact::StopDeparted(at_stop("1"))),
            ],
        )
        .await;
    let check = async |bench: &Bench| {
        let (as_of, board) = bench.store.kpis(now()).await.expect("read");
        assert_eq!((as_of, board.events), (Seq(7), 7));
        let count = |status| board.by_status.iter().find(|(one, _)| *one == status).map(|(_, count)| *count);
        assert_eq!(count(Status::Planned), Some(1));
        assert_eq!(count(Status::InTransit), Some(1));
        assert_eq!(count(Status::AwaitingConfirmation), Some(1));
        assert_eq!(board.by_status.iter().map(|(_, count)| count).sum::<u64>(), 3);
        assert_eq!((board.promise_kept, board.promise_broken, board.without_promise), (1, 0, 0));
        let rule = |rule| board.open_by_rule.iter().find(|(one, _)| *one == rule).map(|(_, count)| *count);
        assert_eq!(rule(Rule::EtaBeyondPromise), Some(1));
        assert_eq!(board.open_by_rule.len(), Rule::ALL.len());
        assert_eq!(board.open_by_severity.iter().map(|(_, count)| count).sum::<u64>(), 1);
        assert_eq!(Punctuality::ALL.len(), 3);
    };
    check(&bench).await;
    check(&bench.reopened().await).await;
}

#[tokio::test]
async fn master_data_decides_on_severity_and_the_latest_statement_holds() {
    let registered = |id: &str, minutes: i64, tier: Tier| {
        erp(id, "C-1", minutes, Fact::CustomerRegistered(CustomerTerms { name: "Acme".into(), tier }))
    };
    let bench = Bench::new().await;
    bench
        .deliver("c-1", vec![registered("c1", 5, Tier::Strategic), registered("c0", 2, Tier::Standard)])
        .await;
    let bench = bench.reopened().await;
    late_shipment(&bench).await;
    let (_, desk) = bench.store.desk().await.expect("read");
    assert_eq!(desk.exceptions[0].severity, Severity::High);
    // A later statement reaches what is open already, also in a memory that knows nothing.
    let bench = bench.reopened().await;
    bench.deliver("c-2", vec![registered("c2", 20, Tier::Preferred)]).await;
    let (as_of, desk) = bench.store.exceptions_since(Seq(5), 10).await.expect("read");
    assert_eq!((as_of, desk.open), (Seq(6), 1));
    assert_eq!(desk.exceptions[0].severity, Severity::Medium);
}

#[tokio::test]
async fn a_share_link_shows_until_it_expires_or_is_revoked() {
    let bench = Bench::new().await;
    late_shipment(&bench).await;
    let shared = |id: &str, hash: &str| {
        desk(
            id,
            "S-1",
            10,
            Fact::TrackingShared(Sharing {
                token_hash: hash.into(),
                customer: customer("C-1"),
                label: "for the yard".into(),
                expires_at: at(100),
            }),
        )
    };
    let revoked = |id: &str, number: &str, hash: &str| {
        desk(id, number, 11, Fact::TrackingRevoked(SharingEnd { token_hash: hash.into() }))
    };
    bench.deliver("l-1", vec![shared("1", "aa"), shared("2", "bb")]).await;
    let link = bench.store.customer_of_share("aa", now()).await.expect("read").expect("a link");
    assert_eq!((link.shipment, link.customer), (ShipmentId::numbered("S-1"), customer("C-1")));
    assert_eq!(bench.store.customer_of_share("aa", at(100).to_utc()).await.expect("read"), None);
    bench.deliver("l-2", vec![revoked("3", "S-1", "aa"), revoked("4", "S-2", "bb")]).await;
    assert_eq!(bench.store.customer_of_share("aa", now()).await.expect("read"), None);
    assert!(bench.store.customer_of_share("bb", now()).await.expect("read").is_some());
    let labels: Vec<_> = bench.store.shares(ShipmentId::numbered("S-1")).await.expect("read");
    assert_eq!(labels.len(), 1);
}

#[tokio::test]
async fn latency_is_merged_by_minute_and_skew_is_counted_apart() {
    let bench = Bench::new().await;
    let span = |minutes: i64, span: Span| LatencySpan {
        at: at(minutes).to_utc(),
        source: "tms-north".into(),
        leg: Leg::Committed,
        span,
    };
    let hundred: Vec<_> = (1..=100).map(|milli| span(0, Span::Took(milli * 1000))).collect();
    bench.store.record_latency(hundred).await.expect("counted");
    bench.store.flush().await.expect("written");
    bench
        .store
        .record_latency(vec![span(0, Span::Took(50_000)), span(1, Span::Skewed(7))])
        .await
        .expect("counted");
    bench.store.record_latency(vec![span(-90, Span::Took(9_000_000))]).await.expect("counted");
    let bench = bench.reopened().await;
    let (_, board) = bench.store.kpis(at(2).to_utc()).await.expect("read");
    assert_eq!(board.latency.len(), 1);
    let figure = &board.latency[0];
    assert_eq!((figure.count, figure.skewed, figure.leg), (101, 1, Leg::Committed));
    assert!((49.0..52.0).contains(&figure.p50) && (98.0..101.0).contains(&figure.p99), "{figure:?}");
    let (_, board) = bench.store.kpis(at(200).to_utc()).await.expect("read");
    assert!(board.latency.is_empty());
}

#[tokio::test]
async fn operators_see_what_each_source_sent_and_what_was_refused() {
    let bench = Bench::new().await;
    for (name, role) in
        [("tms-north", domain::authority::Role::Tms), ("erp-main", domain::authority::Role::Erp)]
    {
        let secrets = vec!["whsec_a".to_owned(), "whsec_b".to_owned()];
        let config = SourceConfig::new(source(name), role, secrets);
        assert!(!format!("{config:?}").contains("whsec"), "secrets stay out of logs");
        bench.store.put_source(config).await.expect("put");
    }
    let event: Event = tms("1", "S-1", 1, planned(&[]));
    bench.deliver("d-1", vec![event.clone()]).await;
    bench.deliver("d-2", vec![event]).await;
    let north = source("tms-north");
    for name in [Some(&north), Some(&north), None, None] {
        bench.store.count_refused(name, "bad_signature", now()).await.expect("counted");
    }
    let bench = bench.reopened().await;
    bench.store.count_refused(Some(&north), "bad_signature", now()).await.expect("counted");
    bench.store.flush().await.expect("written");
    let page = bench.store.integrations().await.expect("read");
    let [silent, north] = &page.sources[..] else { panic!("{:?}", page.sources) };
    assert_eq!((north.deliveries, north.accepted, north.duplicates, north.refused), (2, 1, 1, 3));
    assert_eq!((silent.deliveries, silent.last_received_at), (0, None));
    let unknown = page.refusals.iter().find(|one| one.source.is_none()).expect("counted together");
    assert_eq!(unknown.count, 2);
    assert_eq!(page.deliveries.len(), 2);
    assert_eq!(page.deliveries[0].id, "d-2");

    let (_, freshness) = bench.store.freshness().await.expect("read");
    let ages: Vec<_> = freshness.sources.iter().map(|age| (age.source.as_str(), age.occurred_at)).collect();
    assert_eq!(ages, [("erp-main", None), ("tms-north", Some(at(1).to_utc()))]);
}

#[tokio::test]
async fn conditions_reach_what_stands_behind_more_urgent_ones_than_the_desk_holds() {
    let bench = Bench::new().await;
    let held = |office: &str| Fact::CustomsHeld(CustomsStatement { office: office.into(), reason: None });
    let mut events = Vec::new();
    for place in 0..EXCEPTIONS + 5 {
        let number = format!("S-{place}");
        events.push(tms(&format!("{number}/hold"), &number, 1, held("Hof")));
    }
    let answer = TenderAnswer { tender: "T1".into(), reason: None };
    for number in ["L-1", "L-2", "L-3"] {
        let offer = TenderOffer { tender: "T1".into(), carrier: carrier("Nordfracht"), expires_at: None };
        events.push(tms(&format!("{number}/offer"), number, 2, Fact::TenderOffered(offer)));
        events.push(tms(&format!("{number}/reject"), number, 3, Fact::TenderRejected(answer.clone())));
    }
    bench.deliver("all", events).await;
    let found = |filter: DeskFilter, word: &'static str| {
        let store = bench.store.clone();
        async move {
            let (_, desk) = store.desk_page(filter, |one| one.number.contains(word)).await.expect("read");
            assert_eq!(desk.open, EXCEPTIONS as u64 + 8);
            desk.exceptions.into_iter().map(|one| one.number).collect::<Vec<_>>()
        }
    };
    let all = DeskFilter::default();
    assert_eq!(found(all, "").await.len(), EXCEPTIONS);
    assert_eq!(found(all, "L-2").await, ["L-2"], "a word finds it behind all the others");
    let rejected = DeskFilter { rule: Some(Rule::TenderRejected), ..all };
    assert_eq!(found(rejected, "").await, ["L-1", "L-2", "L-3"]);
    let medium = DeskFilter { severity: Some(Severity::Medium), ..all };
    assert_eq!(found(medium, "").await.len(), 3);
    assert_eq!(found(DeskFilter { severity: Some(Severity::High), ..rejected }, "").await, [""; 0]);
    assert_eq!(bench.store.open_rules().await.expect("read"), [Rule::TenderRejected, Rule::CustomsHold]);
}
