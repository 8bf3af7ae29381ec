//! The manager's figures: over a window, beside another one, by member; and restated by what comes late.

mod common;

use chrono::TimeDelta;
use common::*;
use domain::Event;
use domain::charge::{Charge, ChargeKind};
use domain::fact::*;
use domain::kpi::{Day, Days, Dimension, Exclusion, Figure, Measure, Sums};
use domain::measure::Money;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use store::{Clock, Options, Store, rebuild_in_batches, view_hashes};

fn told(number: &str, step: &str, minutes: i64, fact: Fact) -> Event {
    tms(&format!("{number}/{step}"), number, minutes, fact)
}

/// A shipment with an order, from its release to its delivery at a minute after the tests' first.
fn life(number: &str, delivered_at: i64) -> Vec<Event> {
    let order = format!("O-{number}");
    vec![
        erp(&format!("{order}/r"), &order, 2, released("C-1", "Acme")),
        told(number, "plan", 5, planned(&[order.as_str()])),
        told(number, "arrive", 65, Fact::StopArrived(at_stop("1"))),
        told(number, "depart", 95, Fact::StopDeparted(at_stop("1"))),
        told(number, "deliver", delivered_at, Fact::StopDelivered(handled("2"))),
    ]
}

async fn tell(store: &Store, id: &str, events: Vec<Event>) {
    store.append(delivery(id, events)).await.expect("accepted");
}

fn day(minutes: i64) -> Day {
    Day::of(at(minutes).to_utc())
}

fn sums(figure: &Figure) -> (i64, i64) {
    let Sums { numerator, denominator } = figure.sums;
    (numerator, denominator)
}

#[tokio::test]
async fn figures_are_summed_over_a_window_and_restated_by_what_comes_late() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let promised_to = terms("C-1", "Acme").promised.expect("a promise").to;
    let late = (promised_to - at(0)).num_minutes() + 600;
    tell(store, "d-1", life("S-1", late - 660)).await;
    tell(store, "d-2", life("S-2", late)).await;
    tell(store, "d-3", vec![told("S-3", "deliver", late, Fact::StopDelivered(handled("2")))]).await;

    let week = Days::until(day(late), 7);
    let all = store.figures(week, week.earlier(7)).await.expect("figures");
    let delivery = &all.measures[&Measure::OnTimeDelivery];
    assert_eq!(sums(&delivery.window), (1, 2));
    assert_eq!(delivery.window.excluded.get(&Exclusion::NoPromise), Some(&1));
    assert_eq!(sums(&delivery.compared), (0, 0));
    let by_day: (i64, i64) =
        delivery.days.values().fold((0, 0), |sum, figure| (sum.0 + sums(figure).0, sum.1 + sums(figure).1));
    assert_eq!(by_day, (1, 2));
    assert_eq!(sums(&all.measures[&Measure::Dwell].window), (60, 2));
    // Both lie in the bucket of 30 and 31 minutes.
    assert_eq!(all.measures[&Measure::Dwell].window.quantile(0.5), Some(30.5));

    let carriers = store.scorecard(Dimension::Carrier, week).await.expect("a scorecard");
    let (names, figures): (Vec<_>, Vec<_>) = carriers.into_iter().unzip();
    assert_eq!(names.len(), 1, "the shipment without a carrier is on nobody's card");
    assert!(names[0].contains("Nordfracht"), "{names:?}");
    assert_eq!(sums(&figures[0][&Measure::OnTimeDelivery]), (1, 2));

    // Next week's figures compare with this one; then the late delivery turns out to have been in time.
    let next = store.figures(week.earlier(-7), week).await.expect("figures");
    assert_eq!(sums(&next.measures[&Measure::OnTimeDelivery].compared), (1, 2));
    let retraction = Retraction { event: "S-2/deliver".into(), reason: "typed late".into() };
    let right = told("S-2", "right", late - 650, Fact::StopDelivered(handled("2")));
    tell(store, "d-4", vec![told("S-2", "wrong", late + 9, Fact::EventRetracted(retraction)), right]).await;
    let restated = store.figures(week, week.earlier(7)).await.expect("figures");
    assert_eq!(sums(&restated.measures[&Measure::OnTimeDelivery].window), (2, 2));
}

#[tokio::test]
async fn an_exception_is_as_old_as_it_is_whatever_the_window() {
    let bench = Bench::new().await;
    let store = &bench.store;
    let offer = TenderOffer { tender: "T1".into(), carrier: carrier("Nordfracht"), expires_at: None };
    let answer = TenderAnswer { tender: "T1".into(), reason: None };
    let trouble = vec![
        told("S-1", "plan", 5, planned(&["O-1"])),
        told("S-1", "offer", 6, Fact::TenderOffered(offer)),
        told("S-1", "reject", 7, Fact::TenderRejected(answer)),
    ];
    tell(store, "d-1", trouble).await;
    let long_ago = Days::until(Day(0), 1);
    let open = store.figures(long_ago, long_ago).await.expect("figures").open;
    assert_eq!((open.len(), open[0].count), (1, 1));
    let opened_at = open[0].mean().expect("a moment");
    assert_eq!(opened_at, at(7).to_utc(), "when the last of the delivery was received");
    let cleared = CarrierAssignment { carrier: carrier("Sudfracht"), vehicle: None };
    tell(store, "d-2", vec![told("S-1", "assign", 9, Fact::CarrierAssigned(cleared))]).await;
    assert_eq!(store.figures(long_ago, long_ago).await.expect("figures").open, []);
}

#[tokio::test]
async fn a_figure_that_a_late_correction_restates_says_what_it_was() {
    let folder = tempfile::TempDir::new().expect("a folder");
    let path = folder.path().join("syncline.db");
    let today = Arc::new(AtomicI64::new(0));
    let clock: Clock = {
        let today = today.clone();
        Arc::new(move || start().to_utc() + TimeDelta::minutes(today.load(Ordering::Relaxed)))
    };
    let (commits, mut heard) = tokio::sync::mpsc::channel(16);
    tokio::spawn(async move { while heard.recv().await.is_some() {} });
    let store = Store::open(&path, Options::default(), clock, commits).await.expect("a store");
    let promised_to = terms("C-1", "Acme").promised.expect("a promise").to;
    let late = (promised_to - at(0)).num_minutes() + 600;
    let week = Days::until(day(late), 7);
    let restated = async || {
        let mut all = store.figures(week, week.earlier(7)).await.expect("figures").measures;
        all.remove(&Measure::OnTimeDelivery).and_then(|delivery| delivery.restated)
    };

    today.store(late, Ordering::Relaxed);
    tell(&store, "d-1", life("S-1", late - 5)).await;
    tell(&store, "d-2", life("S-2", late)).await;
    assert_eq!(restated().await, None, "told on the day itself");

    // Two days later it turns out that one of them had been in time, on the same day.
    today.store(late + 2 * 24 * 60, Ordering::Relaxed);
    let retraction = Retraction { event: "S-2/deliver".into(), reason: "typed late".into() };
    let in_time = day(late).date().expect("a date").and_hms_opt(0, 0, 0).expect("midnight").and_utc();
    let in_time = (in_time - start().to_utc()).num_minutes().max((promised_to - at(0)).num_minutes() - 60);
    let right = told("S-2", "right", in_time, Fact::StopDelivered(handled("2")));
    tell(&store, "d-3", vec![told("S-2", "wrong", late + 9, Fact::EventRetracted(retraction)), right]).await;
    let now = store.figures(week, week.earlier(7)).await.expect("figures");
    assert_eq!(sums(&now.measures[&Measure::OnTimeDelivery].window), (1, 2));
    let found = restated().await.expect("restated");
    assert_eq!((sums(&found.before), found.days), ((0, 2), 1));
    assert_eq!(found.last_on, day(late + 2 * 24 * 60));

    // A day that is told late as a whole had no figure to restate.
    tell(&store, "d-4", life("S-3", late - 24 * 60)).await;
    assert_eq!(restated().await.expect("restated").days, 1);

    // What was corrected is taken back: nothing is restated any more.
    let back = Retraction { event: "S-2/right".into(), reason: "it was late after all".into() };
    let again = told("S-2", "again", late, Fact::StopDelivered(handled("2")));
    tell(&store, "d-5", vec![told("S-2", "back", late + 19, Fact::EventRetracted(back)), again]).await;
    assert_eq!(restated().await, None);

    // Whatever the batches, a rebuild says the same.
    store.close().await;
    let stored = view_hashes(&path).await.expect("hashes");
    for batch in [1, 3, 2_000] {
        let fresh = folder.path().join(format!("fresh-{batch}.db"));
        assert_eq!(rebuild_in_batches(&path, &fresh, batch, 3).await.expect("rebuilt"), stored, "{batch}");
    }
}

#[tokio::test]
async fn a_source_that_charges_beyond_all_measure_stops_nobody() {
    let bench = Bench::new().await;
    for number in ["S-1", "S-2", "S-3"] {
        let charge = |step: &str, minutes: i64, minor: i64| {
            let amount = Money { minor, currency: "EUR".to_owned().try_into().expect("a currency") };
            let charge =
                Charge { charge: "C1".to_owned(), kind: ChargeKind::Linehaul, amount, description: None };
            told(number, step, minutes, Fact::ChargeStated(charge))
        };
        let mut events = life(number, 1500);
        events.extend([charge("quote", 60, i64::MAX), charge("charge", 1600, i64::MAX)]);
        tell(&bench.store, number, events).await;
    }
    let week = Days::until(day(1600), 7);
    let all = bench.store.figures(week, week.earlier(7)).await.expect("figures");
    let quoted = all.measures[&Measure::LinehaulVariance].window.money.values().map(|sums| sums.denominator);
    assert_eq!(quoted.collect::<Vec<_>>(), [i64::MAX], "no more than can be written down");
    assert_eq!(all.measures[&Measure::OnTimeDelivery].window.sums.denominator, 3);
}
