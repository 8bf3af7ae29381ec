//! The shipments behind a figure: what they contributed adds up to it, page by page, and follows every correction.

mod common;

use common::*;
use domain::fact::{Fact, Retraction};
use domain::kpi::{Day, Days, Dimension, Figure, Measure};
use domain::time::Moment;
use std::collections::BTreeSet;
use store::{Behind, Show, Store};

fn day(minutes: i64) -> Day {
    let moment: Moment = at(minutes);
    Day::of(moment.to_utc())
}

fn always() -> Days {
    Days { first: day(-100_000), last: day(100_000) }
}

fn behind(measure: Measure) -> Behind {
    Behind { measure, window: always(), show: Show::All, member: None }
}

/// What all pages of so many rows add up to, and whose shipments they are.
async fn read(store: &Store, behind: &Behind, limit: usize) -> (Figure, Vec<String>) {
    let (mut figure, mut numbers, mut before) = (Figure::default(), Vec::new(), None);
    loop {
        let page = store.behind(behind, before, limit).await.expect("a page");
        for row in page.rows {
            figure.add(row.part, row.sums);
            numbers.push(row.shipment.tracked.number);
        }
        // Places travel as text.
        before = page.next.map(|next| next.to_string().parse().expect("a place"));
        if before.is_none() {
            return (figure, numbers);
        }
    }
}

async fn check(store: &Store, measure: Measure) {
    let figures = store.figures(always(), always()).await.expect("figures");
    let tile = figures.measures.get(&measure).map(|all| all.window.clone()).unwrap_or_default();
    for limit in [1, 3, 100] {
        let (sum, _) = read(store, &behind(measure), limit).await;
        assert_eq!(sum, tile, "{measure:?}, {limit} rows a page");
    }
    for &dimension in measure.dimensions().iter().filter(|one| **one != Dimension::All) {
        for (member, figures) in store.scorecard(dimension, always()).await.expect("a scorecard") {
            let Some(figure) = figures.get(&measure) else { continue };
            let of = Behind { member: Some((dimension, member.to_string())), ..behind(measure) };
            let (sum, _) = read(store, &of, 2).await;
            assert_eq!(
                (sum.sums, sum.excluded),
                (figure.sums, figure.excluded.clone()),
                "{measure:?} of {member}"
            );
        }
    }
}

#[tokio::test]
async fn the_shipments_behind_each_figure_add_up_to_it_and_follow_corrections() {
    let bench = Bench::new().await;
    let mut events =
        vec![erp("o1", "O-1", 0, released("C-1", "Acme")), erp("o2", "O-2", 0, released("C-2", "Brisk"))];
    for place in 0..12_i64 {
        let number = format!("S-{place:02}");
        let order = if place % 2 == 0 { "O-1" } else { "O-2" };
        let id = |what: &str| format!("{what}-{place}");
        events.push(tms(&id("plan"), &number, 1, planned(&[order])));
        events.push(tms(&id("arrive"), &number, 30 + place, Fact::StopArrived(at_stop("1"))));
        events.push(tms(&id("leave"), &number, 100 + place * 10, Fact::StopDeparted(at_stop("1"))));
        if place % 3 != 0 {
            events.push(tms(&id("deliver"), &number, 1400 + place * 200, Fact::StopDelivered(handled("2"))));
        }
        if place == 5 {
            events.push(tms(&id("hold"), &number, 120, eta(9000)));
        }
    }
    bench.deliver("all", events).await;
    let all = [
        Measure::OnTimeDelivery,
        Measure::OnTimeDeliveryOriginal,
        Measure::OnTimePickup,
        Measure::OnTimeInFull,
        Measure::MilestoneCompleteness,
        Measure::Dwell,
        Measure::Detention,
        Measure::PickupToDelivery,
        Measure::ExceptionRate,
    ];
    for measure in all {
        check(&bench.store, measure).await;
    }
    let missed = Behind { show: Show::Missed, ..behind(Measure::OnTimeDelivery) };
    let (figure, numbers) = read(&bench.store, &missed, 100).await;
    assert!(!numbers.is_empty() && figure.sums.numerator == 0, "{numbers:?}");

    // A delivery that never was, and one that was earlier than told.
    let mistaken =
        |event: &str| Fact::EventRetracted(Retraction { event: event.into(), reason: "mistaken".into() });
    let corrections = vec![
        tms("r1", "S-11", 6000, mistaken("deliver-11")),
        tms("r2", "S-10", 6000, mistaken("deliver-10")),
        tms("again", "S-10", 1300, Fact::StopDelivered(handled("2"))),
    ];
    bench.deliver("corrected", corrections).await;
    for measure in all {
        check(&bench.store, measure).await;
    }
    let (_, numbers) = read(&bench.store, &behind(Measure::OnTimeDelivery), 100).await;
    let numbers: BTreeSet<String> = numbers.into_iter().collect();
    assert!(!numbers.contains("S-11"), "{numbers:?}");
    let bench = bench.reopened().await;
    for measure in all {
        check(&bench.store, measure).await;
    }
}
