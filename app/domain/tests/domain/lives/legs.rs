//! An order's way over several shipments: a hub is no consignee.

use crate::kpis::told as figure;
use crate::support::facts::{
    called_off, delivered, departed, eta, loaded, ordered, plan, pod, stop, terms_for,
};
use crate::support::{Told, World, at, erp, exceptions, tms, window};
use domain::Fact;
use domain::event::Event;
use domain::fact::{Cancellation, Handled, HandledLine, PlannedStop, StopKind};
use domain::id::{CustomerId, ShipmentId};
use domain::kpi::Measure;
use domain::measure::Quantity;
use domain::redaction::CustomerShipment;

fn leg(number: &str, when: &str, from: (&str, &str), to: (&str, &str)) -> Event {
    let pickup = stop("1", StopKind::Pickup, from.0, window(from.1, from.1), &[]);
    let delivery = stop("2", StopKind::Delivery, to.0, window(to.1, to.1), &[]);
    planned(number, when, vec![pickup, delivery])
}

fn planned(number: &str, when: &str, stops: Vec<PlannedStop>) -> Event {
    of(number, tms(when, Fact::ShipmentPlanned(plan(&["4711"], stops))))
}

fn of(number: &str, event: Event) -> Event {
    let id = format!("{number} {}", event.id.as_str());
    event.named(&id).about(number)
}

/// Order 4711, promised in Hamburg by the 3rd at noon.
fn order() -> Event {
    let mut terms = terms_for("ACME", Some(window("3 08:00", "3 12:00")));
    terms.lines[0].price = None;
    erp("1 05:00", Fact::OrderReleased(terms))
}

/// From Bremen to the hub in Hanover on the 1st, on to Hamburg on the 3rd.
fn two_legs() -> [Event; 3] {
    [
        order(),
        leg("SH-1", "1 06:00", ("Bremen", "1 08:00"), ("Hanover", "1 16:00")),
        leg("SH-2", "1 06:10", ("Hanover", "2 18:00"), ("Hamburg", "3 10:00")),
    ]
}

fn tell(events: impl IntoIterator<Item = Event>) -> World {
    let mut world = World::default();
    for event in events {
        let when = event.occurred_at.format("%-d %H:%M").to_string();
        world.tell(event);
        world.link_legs(&when);
        world.settle(&when);
    }
    world
}

fn seen(world: &World, number: &str) -> CustomerShipment {
    let id = ShipmentId::numbered(number);
    world.shipments[&id].redacted(CustomerId::numbered("ACME")).expect("theirs")
}

fn sentence(world: &World, number: &str) -> String {
    domain::journey::sentence(&seen(world, number), at("9 12:00").to_utc())
}

#[test]
fn a_hub_is_no_consignee_and_the_way_ends_with_the_last_leg() {
    let first = [of("SH-1", tms("1 08:30", departed("1"))), of("SH-1", tms("1 15:30", delivered("2")))];
    let mut world = tell(two_legs().into_iter().chain(first));
    assert_eq!(seen(&world, "SH-1").status.label(), "In transit");
    assert_eq!(sentence(&world, "SH-1"), "Handed on in Hanover 1 May 15:30 UTC+2; it goes on with SH-2.");
    assert_eq!(figure(&world, Measure::OnTimeDelivery), Vec::<String>::new(), "Hanover was promised nothing");
    let waits = world.shipments[&ShipmentId::numbered("SH-1")].deadlines();
    assert_eq!(waits, [], "nobody waits for a proof from the hub, nor for news of a truck that is done");
    assert_eq!(world.told(), Vec::<String>::new());

    for event in [
        of("SH-2", tms("2 18:30", departed("1"))),
        of("SH-2", tms("3 09:30", delivered("2"))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ] {
        let when = event.occurred_at.format("%-d %H:%M").to_string();
        world.tell(event);
        world.link_legs(&when);
        world.settle(&when);
    }
    assert_eq!(seen(&world, "SH-2").status.label(), "Delivered");
    assert_eq!(seen(&world, "SH-1").status.label(), "Delivered", "its order is");
    assert_eq!(sentence(&world, "SH-1"), "Handed on in Hanover and delivered with SH-2 3 May 09:30 UTC+2.");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-03 1/1"], "one order, once");
    assert_eq!(figure(&world, Measure::OnTimeInFull), ["05-03 1/1"]);
    assert_eq!(figure(&world, Measure::ReleaseToPlan).len(), 1, "an order is planned once");
    for tracked in world.shipments.values() {
        assert_eq!(exceptions(tracked), Vec::<String>::new());
    }
}

#[test]
fn a_second_leg_that_is_planned_after_the_goods_reached_the_hub_takes_the_delivery_back() {
    let [order, first, second] = two_legs();
    let mut world = tell([
        order,
        first,
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("1 15:30", delivered("2"))),
    ]);
    assert_eq!(
        seen(&world, "SH-1").status.label(),
        "Delivered, awaiting confirmation",
        "as far as anybody knows"
    );
    world.tell(Event { occurred_at: at("1 17:00"), ..second });
    world.link_legs("1 17:01");
    assert_eq!(seen(&world, "SH-1").status.label(), "In transit");
    assert_eq!(figure(&world, Measure::OnTimeDelivery), Vec::<String>::new());
}

#[test]
fn a_second_leg_that_is_cancelled_makes_the_hub_the_end_again() {
    let mut world = tell(two_legs());
    world.tell(of("SH-2", tms("1 07:00", called_off())));
    world.link_legs("1 07:01");
    let stops = seen(&world, "SH-1").stops;
    assert_eq!(stops.last().and_then(|stop| stop.kind), Some(StopKind::Delivery));
}

#[test]
fn goods_that_left_the_hub_were_there_though_nobody_told() {
    let story = two_legs().into_iter().chain([
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-2", tms("2 18:20", loaded("1"))),
        of("SH-2", tms("3 09:30", delivered("2"))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ]);
    let world = tell(story);
    assert_eq!(seen(&world, "SH-1").status.label(), "Delivered");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
}

#[test]
fn three_legs_are_one_way_and_a_cross_dock_may_end_the_first() {
    let to_cross_dock = vec![
        stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 08:00"), &[]),
        stop("2", StopKind::CrossDock, "Hanover", window("1 16:00", "1 16:00"), &[]),
    ];
    let story = [
        order(),
        planned("SH-1", "1 06:00", to_cross_dock),
        leg("SH-2", "1 06:10", ("Hanover", "2 08:00"), ("Celle", "2 12:00")),
        leg("SH-3", "1 06:20", ("Celle", "2 18:00"), ("Hamburg", "3 10:00")),
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-2", tms("2 08:30", departed("1"))),
        of("SH-2", tms("2 11:30", delivered("2"))),
        of("SH-3", tms("2 18:30", departed("1"))),
        of("SH-3", tms("3 09:30", delivered("2"))),
        of("SH-3", tms("3 09:40", pod("2", "3 09:35"))),
    ];
    let world = tell(story);
    for number in ["SH-1", "SH-2", "SH-3"] {
        assert_eq!(seen(&world, number).status.label(), "Delivered", "{number}");
    }
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-03 1/1"]);
}

#[test]
fn two_parts_of_an_order_to_one_door_and_a_way_back_are_no_legs() {
    let world = tell([
        erp("1 05:00", ordered()),
        leg("SH-1", "1 06:00", ("Bremen", "1 08:00"), ("Hamburg", "2 08:00")),
        leg("SH-2", "1 06:10", ("Bremen", "2 08:00"), ("Hamburg", "3 08:00")),
        leg("SH-3", "3 06:10", ("Hamburg", "4 08:00"), ("Bremen", "5 08:00")),
    ]);
    for tracked in world.shipments.values() {
        assert_eq!(tracked.shipment.state.legs.iter().filter(|leg| leg.goes_on.is_some()).count(), 0);
    }
}

#[test]
fn what_leaves_from_a_consignee_who_has_signed_is_no_leg() {
    let mut world = tell([
        erp("1 05:00", ordered()),
        leg("SH-1", "1 06:00", ("Bremen", "1 08:00"), ("Hamburg", "2 08:00")),
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("2 09:30", delivered("2"))),
        of("SH-1", tms("2 09:40", pod("2", "2 09:35"))),
    ]);
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    world.tell(leg("SH-9", "4 06:00", ("Hamburg", "5 08:00"), ("Celle", "6 08:00")));
    world.link_legs("4 06:01");
    world.settle("4 06:02");
    assert_eq!(seen(&world, "SH-1").status.label(), "Delivered");
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 1/1"]);
    assert_eq!(world.told().first().map(String::as_str), Some("erp invoice.release 4711"));
}

#[test]
fn a_consignee_on_the_way_to_a_hub_is_a_consignee() {
    let stops = vec![
        stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 08:00"), &[]),
        stop("2", StopKind::Delivery, "Verden", window("1 12:00", "1 12:00"), &[]),
        stop("3", StopKind::Delivery, "Hanover", window("1 16:00", "1 16:00"), &[]),
    ];
    let world = tell([
        order(),
        planned("SH-1", "1 06:00", stops),
        leg("SH-2", "1 06:10", ("Hanover", "2 18:00"), ("Hamburg", "3 10:00")),
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("1 12:30", delivered("2"))),
        of("SH-1", tms("1 16:30", delivered("3"))),
        of("SH-2", tms("2 18:30", departed("1"))),
        of("SH-2", tms("3 09:30", delivered("2"))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ]);
    assert_eq!(world.told(), Vec::<String>::new(), "Verden has not signed");
    let mut world = world;
    world.tell(of("SH-1", tms("3 10:00", pod("2", "1 12:30"))));
    world.link_legs("3 10:01");
    world.settle("3 10:02");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
}

#[test]
fn a_truck_that_left_the_hub_with_other_goods_has_left_these_behind() {
    let others = Handled {
        stop: "1".into(),
        lines: vec![HandledLine {
            order: "4799".into(),
            line: "10".into(),
            quantity: Quantity::whole(1, "PF"),
        }],
        left_with: None,
        raw_code: None,
    };
    let world = tell(two_legs().into_iter().chain([
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-2", tms("2 18:10", Fact::StopLoaded(others))),
        of("SH-2", tms("2 18:30", departed("1"))),
    ]));
    let first = &world.shipments[&ShipmentId::numbered("SH-1")];
    assert!(!first.deadlines().is_empty(), "somebody still waits for the first truck");
}

#[test]
fn an_order_that_was_split_goes_on_under_its_successors_names() {
    let mut world = tell(two_legs());
    world.tell(erp("1 05:30", ordered()).about("4711a").named("successor"));
    let cancelled = Cancellation { reason: None, replaced_by: vec!["4711a".to_owned()] };
    let story = [
        erp("1 07:00", Fact::OrderCancelled(cancelled)),
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("1 15:30", delivered("2"))),
        of("SH-2", tms("2 18:30", departed("1"))),
        of("SH-2", tms("3 09:30", delivered("2"))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ];
    for event in story {
        let when = event.occurred_at.format("%-d %H:%M").to_string();
        world.tell(event);
        world.link_legs(&when);
        world.settle(&when);
    }
    assert_eq!(seen(&world, "SH-1").status.label(), "Delivered");
    assert_eq!(seen(&world, "SH-2").status.label(), "Delivered");
    assert_eq!(world.told(), ["erp invoice.release 4711a"]);
}

#[test]
fn a_stop_that_is_one_orders_hub_and_anothers_consignee_promises_only_the_other() {
    let both = plan(
        &["4711", "4712"],
        vec![
            stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 08:00"), &[]),
            stop("2", StopKind::Delivery, "Hanover", window("1 16:00", "1 16:00"), &[]),
        ],
    );
    let other = terms_for("BOLT", Some(window("5 08:00", "5 12:00")));
    let world = tell([
        order(),
        erp("1 05:10", Fact::OrderReleased(other)).about("4712").named("other"),
        of("SH-1", tms("1 06:00", Fact::ShipmentPlanned(both))),
        leg("SH-2", "1 06:10", ("Hanover", "2 18:00"), ("Hamburg", "3 10:00")),
        // Beyond what 4711 was promised in Hamburg, and in time for 4712.
        of("SH-1", tms("1 09:00", eta("2", "4 10:00"))),
    ]);
    assert_eq!(world.told(), Vec::<String>::new());
    assert_eq!(seen(&world, "SH-1").stops[1].promised, None);
}

/// The first leg has brought the goods to the hub, and somebody there has signed.
fn at_the_hub() -> Vec<Event> {
    vec![
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("1 15:30", delivered("2"))),
        of("SH-1", tms("1 15:40", pod("2", "1 15:35"))),
    ]
}

#[test]
fn a_leg_that_does_not_come_leaves_the_goods_at_the_hub_and_makes_nobody_there_a_consignee() {
    let mut world = tell(two_legs().into_iter().chain(at_the_hub()));
    world.tell(of("SH-2", tms("2 07:00", called_off())));
    world.link_legs("2 07:01");
    world.settle("2 07:02");
    assert_eq!(seen(&world, "SH-1").status.label(), "In transit");
    assert_eq!(
        sentence(&world, "SH-1"),
        "Brought to the hub in Hanover 1 May 15:30 UTC+2; who takes it on is not known yet."
    );
    let off = "05-02 left out: cancelled".to_owned();
    assert_eq!((world.told(), figure(&world, Measure::OnTimeDelivery)), (vec![], vec![off.clone()]));
    let another = leg("SH-3", "2 08:00", ("Hanover", "2 18:00"), ("Hamburg", "3 10:00"));
    for event in [
        another,
        of("SH-3", tms("2 18:30", departed("1"))),
        of("SH-3", tms("3 09:30", delivered("2"))),
        of("SH-3", tms("3 09:40", pod("2", "3 09:35"))),
    ] {
        let when = event.occurred_at.format("%-d %H:%M").to_string();
        world.tell(event);
        world.link_legs(&when);
        world.settle(&when);
    }
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-03 1/1".to_owned(), off]);
}

#[test]
fn goods_that_came_back_from_behind_the_hub_were_delivered_nowhere() {
    let back = Fact::ShipmentReturned(domain::fact::Ending { orders: vec![], reason: None });
    let world = tell(
        two_legs()
            .into_iter()
            .chain(at_the_hub())
            .chain([of("SH-2", tms("2 18:30", departed("1"))), of("SH-2", tms("4 09:30", back))]),
    );
    assert_eq!(seen(&world, "SH-1").status.label(), "Returned");
    assert_eq!(world.told(), Vec::<String>::new());
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-03 0/1"], "once, where it was to end");
}

#[test]
fn a_proof_from_the_hub_in_one_delivery_with_both_plans_makes_nobody_there_a_consignee() {
    let mut world = World::default();
    for event in two_legs().into_iter().chain(at_the_hub()) {
        world.tell(event);
    }
    world.link_legs("1 16:00");
    world.settle("1 16:01");
    assert_eq!(seen(&world, "SH-1").status.label(), "In transit");
    assert_eq!(world.told(), Vec::<String>::new());
}

#[test]
fn goods_that_another_truck_took_on_from_the_roadside_are_sought_no_more() {
    let from_the_road = leg("SH-2", "1 13:00", ("Soltau", "1 15:00"), ("Hamburg", "3 10:00"));
    let direct = leg("SH-1", "1 06:00", ("Bremen", "1 08:00"), ("Hamburg", "3 10:00"));
    let world = tell([
        order(),
        direct,
        of("SH-1", tms("1 08:30", departed("1"))),
        of("SH-1", tms("1 12:00", called_off())),
        from_the_road,
        of("SH-2", tms("1 15:10", departed("1"))),
        of("SH-2", tms("3 09:30", delivered("2"))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ]);
    assert_eq!(seen(&world, "SH-1").status.label(), "Cancelled");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    let first = &world.shipments[&ShipmentId::numbered("SH-1")];
    assert!(first.exceptions.iter().all(|one| !one.is_open()), "{:?}", exceptions(first));
}

#[test]
fn an_order_that_two_trucks_bring_adds_up_over_both() {
    let some = |number: &str, when: &str, count| {
        let line =
            HandledLine { order: "4711".into(), line: "10".into(), quantity: Quantity::whole(count, "PF") };
        let handled = Handled { stop: "2".into(), lines: vec![line], left_with: None, raw_code: None };
        of(number, tms(when, Fact::StopDelivered(handled)))
    };
    let told = |first, second| {
        tell([
            order(),
            leg("SH-1", "1 06:00", ("Bremen", "1 08:00"), ("Hamburg", "3 10:00")),
            leg("SH-2", "1 06:10", ("Bremen", "1 09:00"), ("Hamburg", "3 11:00")),
            some("SH-1", "3 09:00", first),
            of("SH-1", tms("3 09:10", pod("2", "3 09:05"))),
            some("SH-2", "3 11:00", second),
            of("SH-2", tms("3 11:10", pod("2", "3 11:05"))),
        ])
    };
    let opened = |world: &World| -> Vec<String> {
        world
            .shipments
            .values()
            .flat_map(|one| &one.exceptions)
            .filter(|one| one.is_open())
            .map(|one| one.detail.clone())
            .collect()
    };
    let whole = told(3, 1);
    assert_eq!((opened(&whole), whole.told()), (vec![], vec!["erp invoice.release 4711".to_owned()]));
    assert_eq!(figure(&whole, Measure::OnTimeInFull), ["05-03 1/1"]);
    let over = told(3, 3);
    assert_eq!(opened(&over), ["Order 4711: 6 PF of line 10 handed over, 4 PF ordered"]);
    let short = told(2, 1);
    assert_eq!(figure(&short, Measure::OnTimeInFull), ["05-03 0/1"]);
}

#[test]
fn a_carton_lost_at_the_hub_is_short_at_the_consignee_and_nobody_counts_what_reached_the_hub() {
    let line = |stop: &str, count| Handled {
        stop: stop.into(),
        lines: vec![HandledLine {
            order: "4711".into(),
            line: "10".into(),
            quantity: Quantity::whole(count, "PF"),
        }],
        left_with: None,
        raw_code: None,
    };
    let mut world = World::of(two_legs().into_iter().chain([
        of("SH-1", tms("1 08:20", Fact::StopLoaded(line("1", 4)))),
        of("SH-1", tms("1 15:30", Fact::StopDelivered(line("2", 4)))),
        of("SH-2", tms("2 18:20", Fact::StopLoaded(line("1", 3)))),
        of("SH-2", tms("3 09:30", Fact::StopDelivered(line("2", 3)))),
        of("SH-2", tms("3 09:40", pod("2", "3 09:35"))),
    ]));
    world.link_legs("3 10:00");
    world.settle("3 10:01");
    let said: Vec<String> = world
        .shipments
        .values()
        .flat_map(|one| one.exceptions.iter().map(|one| one.detail.clone()))
        .collect();
    assert!(said.iter().any(|one| one.contains("3 PF of 4 PF")), "{said:?}");
    assert!(!said.iter().any(|one| one.contains("7 PF")), "{said:?}");
    assert_eq!(world.told(), Vec::<String>::new());
}
