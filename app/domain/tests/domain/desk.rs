//! The live view of the desk: changes merged one by one equal a snapshot (law 7, as far as it is the domain's).

use crate::support::facts::{arrived, held, offered, ordered, planned, rejected, released};
use crate::support::{Told, World, desk, erp, tms};
use domain::event::Event;
use domain::exception::ShipmentException;
use domain::fact::{ExceptionNote, ExceptionResolution, Fact};
use domain::live::{Desk, EXCEPTIONS};
use proptest::prelude::*;

fn snapshot(world: &World) -> Desk {
    let open: Vec<ShipmentException> = world
        .shipments
        .values()
        .flat_map(|tracked| tracked.exceptions.iter().filter(|one| one.is_open()).cloned())
        .collect();
    let mut desk = Desk { open: open.len() as u64, exceptions: open };
    desk.sort();
    desk.exceptions.truncate(EXCEPTIONS);
    desk
}

/// An agent closes or reopens what is there; otherwise something happens to one of four shipments.
fn next(world: &World, n: usize, (what, which): (usize, usize)) -> Event {
    let number = format!("SH-{}", which % 4);
    let when = "1 10:00";
    let exceptions: Vec<&ShipmentException> =
        world.shipments.values().flat_map(|tracked| &tracked.exceptions).collect();
    let chosen = exceptions.get(which % exceptions.len().max(1));
    let mut event = match (what % 9, chosen) {
        (0, Some(one)) => {
            let resolution = ExceptionResolution {
                exception: one.id,
                reason: "done".into(),
                responsible: None,
                root_cause: None,
            };
            desk(when, Fact::ExceptionResolved(resolution)).about(&one.number)
        }
        (1, Some(one)) => {
            let note = ExceptionNote { exception: one.id, text: "not done".into() };
            desk(when, Fact::ExceptionReopened(note)).about(&one.number)
        }
        (2, _) => erp(when, ordered()),
        (3, _) => tms(when, held("Calais")).about(&number),
        (4, _) => tms(when, released("Calais")).about(&number),
        (5, _) => tms(when, offered("T1", "Alfa")).about(&number),
        (6, _) => tms(when, rejected("T1")).about(&number),
        (7, _) => tms(when, arrived("1")).about(&number),
        _ => tms(when, planned()).about(&number),
    };
    event.occurred_at += chrono::TimeDelta::minutes(i64::try_from(n).expect("a few steps"));
    event.named(&format!("e-{n}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changes_merged_one_by_one_or_conflated_equal_a_snapshot(
        steps in prop::collection::vec((any::<usize>(), any::<usize>()), 0..60),
        together in 1..5_usize,
    ) {
        let mut world = World::default();
        let (mut live, mut slow) = (snapshot(&world), snapshot(&world));
        let mut waiting: Vec<ShipmentException> = Vec::new();
        for (n, step) in steps.into_iter().enumerate() {
            let exceptions = world.tell(next(&world, n, step));
            let open = snapshot(&world).open;
            for one in &exceptions {
                waiting.retain(|other| other.id != one.id);
                waiting.push(one.clone());
            }
            live.merge(Desk { exceptions, open });
            prop_assert_eq!(&live, &snapshot(&world));
            if n % together == 0 {
                slow.merge(Desk { exceptions: std::mem::take(&mut waiting), open });
                prop_assert_eq!(&slow, &snapshot(&world));
            }
        }
    }
}

#[test]
fn the_most_severe_stands_first_then_the_oldest_and_no_more_than_the_desk_holds() {
    let mut world = World::default();
    for n in 0..EXCEPTIONS + 10 {
        let number = format!("SH-{n}");
        let fact = if n % 2 == 0 { rejected("T1") } else { held("Calais") };
        world.tell(tms("1 10:00", fact).about(&number));
    }
    let desk = snapshot(&world);
    assert_eq!((desk.exceptions.len(), desk.open), (EXCEPTIONS, EXCEPTIONS as u64 + 10));
    assert!(desk.exceptions.windows(2).all(|two| {
        two[0].severity > two[1].severity
            || two[0].severity == two[1].severity && two[0].opened_seq < two[1].opened_seq
    }));
}
