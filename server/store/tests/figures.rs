//! The manager's figures: over a window, beside another one, by member; and restated by what comes late.

mod common;

use common::*;
use domain::Event;
use domain::fact::*;
use domain::kpi::{Day, Days, Dimension, Exclusion, Figure, Measure, Sums};
use store::Store;

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
    let age = now() - opened_at;
    assert!((0..120).contains(&age.num_seconds()), "opened at {opened_at}, now {}", now());
    let cleared = CarrierAssignment { carrier: carrier("Sudfracht"), vehicle: None };
    tell(store, "d-2", vec![told("S-1", "assign", 9, Fact::CarrierAssigned(cleared))]).await;
    assert_eq!(store.figures(long_ago, long_ago).await.expect("figures").open, []);
}
