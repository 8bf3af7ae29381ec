//! Rollups that are kept by difference are what a full recount gives, whatever came in which order and was corrected.

use crate::support::facts::{
    arrived, assigned, delivered, departed, loaded, offered, ordered, planned, planned_two_drops, pod,
    pod_short, rejected, retracted, terms_for,
};
use crate::support::{Told, World, desk, erp, tms, window};
use domain::Fact;
use domain::event::Event;
use domain::fact::Sharing;
use domain::id::CustomerId;
use domain::kpi::{Bucket, Contribution, Exclusion, Part, Rollup, contributions};
use domain::measure::Currency;
use proptest::prelude::*;

/// Two shipments, one of them shared, with mistakes that are taken back and a promise that moves.
fn story() -> Vec<Event> {
    let bravo = terms_for("BRAVO", Some(window("3 08:00", "3 12:00")));
    let moved = terms_for("ACME", Some(window("4 08:00", "4 12:00")));
    let sharing = Fact::TrackingShared(Sharing {
        token_hash: "ab".repeat(32),
        customer: CustomerId::numbered("ACME"),
        label: "for the yard".to_owned(),
        expires_at: crate::support::at("9 10:00"),
    });
    let of_second = |when: &str, fact: Fact| tms(when, fact).about("SH-2").named(&format!("second {when}"));
    vec![
        erp("1 05:00", ordered()),
        erp("1 05:30", Fact::OrderReleased(bravo)).about("4712").named("bravo"),
        tms("1 06:00", planned_two_drops()),
        tms("1 06:10", offered("T1", "Alfa")),
        tms("1 06:20", rejected("T1")),
        tms("1 06:30", assigned("Bravo")),
        tms("1 08:00", arrived("1")),
        tms("1 09:00", loaded("1")),
        tms("1 12:00", departed("1")),
        tms("2 10:00", delivered("2")),
        tms("2 11:00", retracted("stop.delivered 2 10:00")),
        tms("2 15:00", delivered("2")),
        tms("2 16:00", pod_short("2", "2 15:00")),
        tms("2 18:00", retracted("pod.received 2 16:00")),
        tms("2 19:00", pod("2", "2 15:00")),
        tms("3 11:00", delivered("3")),
        erp("3 20:00", Fact::OrderChanged(moved)),
        desk("4 08:00", sharing),
        of_second("1 06:00", planned()),
        of_second("1 07:00", assigned("Alfa")),
        of_second("2 09:00", delivered("2")),
        of_second("2 10:00", pod("2", "2 09:00")),
    ]
}

fn recount(world: &World) -> Rollup {
    let mut rollup = Rollup::default();
    for tracked in world.shipments.values() {
        rollup.exchange(&[], &contributions(tracked));
    }
    rollup
}

/// Of each shipment, what it contributes.
fn standing(world: &World) -> Vec<Contribution> {
    world.shipments.values().flat_map(contributions).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_rollup_kept_by_difference_equals_a_recount(
        events in Just(story()).prop_shuffle(),
        batch in 1_usize..8,
    ) {
        let mut world = World::default();
        let mut kept = Rollup::default();
        for events in events.chunks(batch) {
            let before = standing(&world);
            for event in events {
                world.tell(event.clone());
            }
            kept.exchange(&before, &standing(&world));
            prop_assert_eq!(&kept, &recount(&world));
        }
        prop_assert!(kept.iter().count() > 50);
        kept.exchange(&standing(&world), &[]);
        prop_assert!(kept.is_empty());
    }
}

#[test]
fn every_part_is_read_as_it_was_written() {
    let euro = Currency::try_from("EUR".to_owned()).expect("a currency");
    let parts = Exclusion::ALL.map(Part::Excluded).into_iter();
    for part in parts.chain([Part::Counted, Part::Lasted(Bucket::of(100)), Part::Of(euro)]) {
        assert_eq!(part.to_string().parse(), Ok(part));
    }
    for text in ["-none_such", "~x", "euro"] {
        let error = text.parse::<Part>().expect_err(text);
        assert_eq!(error.to_string(), format!("`{text}` is no part of a measure"));
    }
}
