//! Two systems' numbers are two numbers, unless somebody says that they share them.

use super::{acme, open, start};
use crate::support::facts::{delivered, departed, ordered, plan, planned, pod, stop, terms_for};
use crate::support::{Told, World, erp, tms, window};
use domain::Fact;
use domain::event::Event;
use domain::fact::{Cancellation, Plan, StopKind};
use domain::id::{CustomerId, ShipmentId};

fn of(issuer: &str, event: Event) -> Event {
    Event { issuer: Some(issuer.to_owned()), ..event }
}

#[test]
fn a_second_erp_that_counts_from_the_same_number_never_takes_a_customers_shipment() {
    let others =
        erp("1 08:00", Fact::OrderReleased(terms_for("BOLT", None))).sent_by("erp-east").named("theirs");
    let world = start([others]);
    assert_eq!(acme(&world).number, "SH-1");
    assert!(world.shipment().redacted(CustomerId::numbered("BOLT")).is_none());
    assert_eq!(open(&world), ["number_clash, order 4711 of erp-east"]);
}

#[test]
fn a_second_tms_with_the_same_number_moves_nobodys_truck() {
    let theirs = Fact::ShipmentPlanned(plan(
        &["4799"],
        vec![
            stop("1", StopKind::Pickup, "Ulm", window("1 08:00", "1 10:00"), &[]),
            stop("2", StopKind::Delivery, "Munich", window("2 08:00", "2 12:00"), &[]),
        ],
    ));
    let world = start([
        tms("1 07:00", theirs).sent_by("tms2").named("theirs"),
        tms("1 12:00", delivered("2")).sent_by("tms2").named("theirs too"),
    ]);
    assert_eq!(acme(&world).status.label(), "Planned");
    assert_eq!(acme(&world).row().destination.as_deref(), Some("Hamburg"));
    assert_eq!(open(&world), ["number_clash, shipment of tms2"]);
}

#[test]
fn who_was_first_with_a_number_keeps_it_whatever_time_another_states() {
    let theirs =
        || erp("1 04:00", Fact::OrderReleased(terms_for("BOLT", None))).sent_by("erp-east").named("theirs");
    let cancelled = Fact::OrderCancelled(Cancellation { reason: None, replaced_by: vec![] });
    let cancelled = || erp("1 04:30", cancelled.clone()).sent_by("erp-east").named("theirs, off");
    for received in [vec![theirs(), cancelled()], vec![cancelled(), theirs()]] {
        let world = start([tms("1 09:30", departed("1"))].into_iter().chain(received));
        assert_eq!(acme(&world).status.label(), "In transit");
        assert!(world.shipment().redacted(CustomerId::numbered("BOLT")).is_none());
        assert_eq!(open(&world), ["number_clash, order 4711 of erp-east"]);
        assert_eq!(world.told(), Vec::<String>::new());
    }
    let plan = plan(&["4799"], vec![stop("1", StopKind::Pickup, "Ulm", window("1 08:00", "1 10:00"), &[])]);
    let earlier = tms("1 05:00", Fact::ShipmentPlanned(plan)).sent_by("tms2").named("theirs");
    let world = start([tms("1 09:30", departed("1")), earlier]);
    assert_eq!(acme(&world).status.label(), "In transit");
    assert_eq!(open(&world), ["number_clash, shipment of tms2"]);
}

#[test]
fn numbers_with_an_issuer_are_things_of_their_own_and_a_plan_names_whose_orders_it_carries() {
    let Fact::ShipmentPlanned(plan) = planned() else { unreachable!("it is a plan") };
    let east = Plan { order_issuer: Some("erp-east".to_owned()), ..plan };
    let world = World::of([
        erp("1 05:00", ordered()),
        of(
            "erp-east",
            erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", None))).sent_by("erp-east").named("theirs"),
        ),
        tms("1 06:00", planned()),
        tms("1 06:00", Fact::ShipmentPlanned(east)).about("SH-2").named("east"),
    ]);
    assert!(world.shipment().redacted(CustomerId::numbered("ACME")).is_some());
    let other = &world.shipments[&ShipmentId::numbered("SH-2")];
    assert!(other.redacted(CustomerId::numbered("BOLT")).is_some());
    assert!(other.redacted(CustomerId::numbered("ACME")).is_none());
    assert_eq!(open(&world), [""; 0]);
}

#[test]
fn sources_that_share_an_issuer_share_their_numbers() {
    let planned = || of("fleet", tms("1 06:00", planned()));
    let again = of("fleet", tms("1 06:30", planned().fact)).sent_by("tms2").named("theirs");
    let world = World::of([erp("1 05:00", ordered()), planned(), again]);
    let shipment = &world.shipments[&ShipmentId::of("fleet", "SH-1")];
    assert!(shipment.exceptions.is_empty(), "{:?}", shipment.exceptions);
}

#[test]
fn a_number_that_is_given_anew_a_year_later_inherits_nothing() {
    let year =
        |event: Event| Event { occurred_at: event.occurred_at + chrono::TimeDelta::days(365), ..event };
    let window = |from: &str, to: &str| {
        let window = window(from, to);
        let later = chrono::TimeDelta::days(365);
        domain::time::Window { from: window.from + later, to: window.to + later }
    };
    let again = Fact::ShipmentPlanned(plan(
        &["4712"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[]),
            stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[]),
        ],
    ));
    let mut world = start([
        tms("2 10:00", delivered("2")),
        tms("2 10:10", pod("2", "2 10:05")),
        erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", None))).about("4712").named("o-2"),
        year(tms("1 06:00", again)).named("again"),
        year(tms("1 12:00", delivered("1"))).named("again too"),
    ]);
    world.settle("3 10:00");
    assert_eq!(acme(&world).status.label(), "Delivered");
    assert!(
        world.shipment().redacted(CustomerId::numbered("BOLT")).is_none(),
        "nobody reads another's papers"
    );
    assert!(world.told().iter().all(|told| !told.contains("4712")), "{:?}", world.told());
    assert_eq!(open(&world), ["number_clash, used again"]);
}
