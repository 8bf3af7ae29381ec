//! Plans change after things have happened.

use super::{acme, open, sentence, start, status};
use crate::kpis::told as figure;
use crate::support::facts::{
    arrived, called_off, delivered, departed, loaded, location, ordered, plan, planned, planned_two_drops,
    pod, refused, seen_near, sent_out, stop, terms_for,
};
use crate::support::{Told, World, at, erp, exceptions, moment, tms, window};
use domain::Fact;
use domain::event::Event;
use domain::fact::{
    Attempt, Cancellation, CollectionPoint, Ending, Handled, HandledLine, PlannedStop, PodStatement, StopKind,
};
use domain::id::{CustomerId, ShipmentId};
use domain::kpi::Measure;
use domain::measure::Quantity;
use domain::time::Window;

fn pickup() -> PlannedStop {
    stop("1", StopKind::Pickup, "Bremen", window("1 08:00", "1 10:00"), &[])
}

fn delivery(number: &str, city: &str) -> PlannedStop {
    stop(number, StopKind::Delivery, city, window("2 08:00", "2 12:00"), &[])
}

fn anew(when: &str, stops: Vec<PlannedStop>) -> Event {
    tms(when, Fact::ShipmentPlanned(plan(&["4711"], stops)))
}

/// On the way, tried in Hamburg and sent away.
fn sent_away() -> Vec<Event> {
    vec![
        tms("1 09:30", departed("1")),
        tms("2 09:00", arrived("2")),
        tms("2 09:20", refused("2")),
        tms("2 09:30", departed("2")),
    ]
}

#[test]
fn a_delivery_that_is_redirected_after_an_attempt_ends_where_it_was_redirected_to() {
    let story = sent_away().into_iter().chain([
        anew("2 09:40", vec![pickup(), delivery("3", "Kiel")]),
        tms("2 10:30", arrived("3")),
        tms("2 11:00", delivered("3")),
        tms("2 11:10", pod("3", "2 11:05")),
    ]);
    let mut world = start(story);
    world.settle("2 12:00");
    assert_eq!(status(&world), "Delivered");
    assert_eq!(exceptions(world.shipment()), ["delivery_discrepancy, stop 2, refused, #1, high, cleared"]);
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 1/1"]);
    assert_eq!(acme(&world).former.len(), 1, "what happened in Hamburg is shown");
}

#[test]
fn refused_goods_that_are_back_with_their_sender_are_returned() {
    let story = sent_away().into_iter().chain([
        anew("2 09:40", vec![pickup(), delivery("9", "Bremen")]),
        tms("3 10:00", delivered("9")),
        tms("3 10:10", pod("9", "3 10:05")),
    ]);
    let mut world = start(story);
    world.settle("3 12:00");
    assert_eq!(status(&world), "Returned");
    assert_eq!(
        sentence(&world),
        "The goods were not delivered: they are back with their sender in Bremen since 3 May 10:00 UTC+2."
    );
    assert_eq!((world.told(), open(&world)), (vec![], vec![]));
    assert_eq!(figure(&world, Measure::OnTimeDelivery), ["05-02 0/1"]);
}

#[test]
fn goods_that_turn_back_before_their_door_are_not_delivered_at_home() {
    let mut world = start([
        tms("1 09:30", departed("1")),
        anew("1 12:00", vec![pickup(), delivery("9", "Bremen")]),
        tms("1 18:00", delivered("9")),
        tms("1 18:10", pod("9", "1 18:05")),
    ]);
    world.settle("2 12:00");
    assert_eq!((status(&world), world.told()), ("Returned", vec![]));
}

#[test]
fn a_begun_stop_is_never_made_another_place() {
    // Hamburg was stop 2 and is begun; the new plan gives the number to Kiel, and another one to Hamburg.
    let world = start([
        tms("1 09:30", departed("1")),
        tms("2 09:00", arrived("2")),
        anew("2 09:10", vec![pickup(), delivery("2", "Kiel"), delivery("3", "Hamburg")]),
    ]);
    let stops = &world.shipment().shipment.state.stops;
    let shown: Vec<(&str, bool)> = stops
        .iter()
        .map(|stop| (stop.location.as_ref().expect("a place").city.as_str(), stop.has_begun()))
        .collect();
    assert_eq!(shown, [("Bremen", true), ("Kiel", false), ("Hamburg", true)]);
}

#[test]
fn a_begun_stop_whose_number_goes_to_another_place_is_history() {
    let world = start([
        tms("1 09:30", departed("1")),
        tms("2 09:00", arrived("2")),
        anew("2 09:10", vec![pickup(), delivery("2", "Kiel")]),
    ]);
    let state = &world.shipment().shipment.state;
    assert_eq!(state.stops[1].arrived_at, None);
    assert_eq!(state.former[0].location.as_ref(), Some(&location("Hamburg")));
    assert_eq!(state.former[0].arrived_at, Some(at("2 09:00")));
}

#[test]
fn what_was_delivered_stays_delivered_though_a_later_plan_names_only_the_rest() {
    let rest =
        plan(&["4712"], vec![stop("3", StopKind::Delivery, "Kiel", window("3 08:00", "3 12:00"), &["4712"])]);
    let mut world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", None))).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
        tms("2 10:10", pod("2", "2 10:05")),
        tms("2 11:00", Fact::ShipmentPlanned(rest)),
    ]);
    world.settle("2 12:00");
    assert_eq!(status(&world), "Delivered");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
}

#[test]
fn cancelled_with_the_goods_on_the_truck_is_under_way_until_somebody_says_where_they_are() {
    let off =
        || vec![tms("1 09:00", loaded("1")), tms("1 09:30", departed("1")), tms("1 12:00", called_off())];
    let world = start(off().into_iter().chain([tms("2 08:00", seen_near("A7"))]));
    assert_eq!(status(&world), "Cancelled, goods under way");
    assert!(acme(&world).position.is_some(), "the truck is still shown");
    assert_eq!(open(&world), ["cancelled_under_way, order 4711"]);
    assert!(acme(&world).flags.action_needed);
    assert_eq!(
        sentence(&world),
        "Cancelled while the goods were under way: we are finding out where they go."
    );
    let ended = |fact: Fact| start(off().into_iter().chain([tms("2 10:00", fact)]));
    let ending = || Ending { orders: Vec::new(), reason: None };
    for (world, word) in [
        (ended(delivered("2")), "Delivered, awaiting confirmation"),
        (ended(Fact::ShipmentReturned(ending())), "Returned"),
        (ended(Fact::ShipmentWrittenOff(ending())), "Cancelled"),
    ] {
        assert_eq!((status(&world), open(&world)), (word, vec![]));
    }
}

#[test]
fn an_order_that_a_plan_names_no_more_while_its_goods_are_on_the_truck_is_somebodys_matter() {
    let rest = plan(
        &["4711"],
        vec![pickup(), stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[])],
    );
    let story = |on_the_truck: bool| {
        let left = on_the_truck.then(|| [tms("1 09:00", loaded("1")), tms("1 09:30", departed("1"))]);
        World::of(
            [
                erp("1 05:00", ordered()),
                erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", None))).about("4712").named("o-2"),
                tms("1 06:00", planned_two_drops()),
            ]
            .into_iter()
            .chain(left.into_iter().flatten())
            .chain([tms("1 11:00", Fact::ShipmentPlanned(rest.clone()))]),
        )
    };
    let theirs = |world: &World| world.shipment().redacted(CustomerId::numbered("BOLT"));
    let world = story(false);
    assert_eq!(open(&world), Vec::<String>::new(), "nothing of it had been loaded");
    assert!(theirs(&world).is_none());

    let mut world = story(true);
    assert_eq!(open(&world), ["cancelled_under_way, order 4712"]);
    let seen = theirs(&world).expect("still theirs");
    assert_eq!(seen.status.label(), "Cancelled, goods under way");
    assert_eq!(status(&world), "In transit", "4711 goes on");
    let onward = plan(&["4712"], vec![delivery("1", "Kiel")]);
    world.tell(tms("1 13:00", Fact::ShipmentPlanned(onward)).about("SH-2").named("onward"));
    world.tell(tms("2 10:00", delivered("1")).about("SH-2").named("there"));
    world.link_legs("2 10:01");
    assert_eq!(open(&world), Vec::<String>::new(), "another truck has brought it");
}

#[test]
fn what_was_cancelled_before_it_was_loaded_is_cancelled() {
    assert_eq!(status(&start([tms("1 07:00", called_off())])), "Cancelled");
}

#[test]
fn the_rest_of_a_load_that_was_called_off_after_its_first_drop_is_free_to_travel_on_another_truck() {
    let mut world = World::of([
        erp("1 05:00", Fact::OrderReleased(terms_for("BOLT", None))).about("4712").named("o-2"),
        erp("1 05:00", ordered()),
        tms("1 06:00", planned_two_drops()),
        tms("2 10:00", delivered("2")),
        tms("2 10:10", pod("2", "2 10:05")),
        tms("2 12:00", called_off()),
        // Order 4711 was the first; 4712 goes on with SH-2.
        tms("2 13:00", Fact::ShipmentPlanned(plan(&["4712"], vec![pickup(), delivery("2", "Kiel")])))
            .about("SH-2"),
    ]);
    world.settle("2 14:00");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    let view = world.shipment().view();
    let stages: Vec<&str> = view.orders.iter().map(|order| order.stage.label()).collect();
    assert_eq!(stages, ["proven", "called off"]);
    assert_eq!(view.status.label(), "Delivered");
    assert!(world.shipments.contains_key(&ShipmentId::numbered("SH-2")));
}

#[test]
fn orders_merged_into_a_third_travel_on_as_its_goods_and_the_truck_is_not_called_off() {
    let merged = |order: &str| {
        let fact = Fact::OrderCancelled(Cancellation {
            reason: Some("merged".into()),
            replaced_by: vec!["4713".into()],
        });
        erp("1 10:00", fact).about(order).named(&format!("merged {order}"))
    };
    let mut world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", ordered()).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
        tms("1 09:30", departed("1")),
        erp("1 09:50", Fact::OrderReleased(terms_for("CARL", None))).about("4713").named("o-3"),
        merged("4711"),
        merged("4712"),
    ]);
    assert_eq!((world.told(), open(&world)), (vec![], vec![]));
    let seen = world.shipment().redacted(CustomerId::numbered("CARL")).expect("theirs now");
    assert_eq!((seen.status.label(), seen.stops.len()), ("In transit", 3));
    assert!(world.shipment().redacted(CustomerId::numbered("ACME")).is_none());
    world.tell(tms("2 10:00", delivered("2")));
    world.tell(tms("2 11:00", delivered("3")));
    let seen = world.shipment().redacted(CustomerId::numbered("CARL")).expect("theirs now");
    assert_eq!(seen.status.label(), "Delivered, awaiting confirmation");
}

#[test]
fn an_attempt_that_met_nobody_is_no_refusal() {
    let attempt = Attempt {
        stop: "2".into(),
        reason: Some("nobody at home".into()),
        next: Some(window("3 08:00", "3 12:00")),
        raw_code: None,
    };
    let tried = || {
        vec![
            tms("1 09:30", departed("1")),
            tms("2 09:00", sent_out("2")),
            tms("2 10:00", Fact::DeliveryAttempted(attempt.clone())),
        ]
    };
    let world = start(tried());
    assert_eq!(status(&world), "Delivery attempted");
    assert_eq!(
        sentence(&world),
        "Delivery in Hamburg was attempted 2 May 10:00 UTC+2, and nobody was there. Next attempt 3 May 08:00 to 12:00 UTC+2."
    );
    assert_eq!(open(&world), [""; 0]);
    let again = start(tried().into_iter().chain([tms("3 08:00", sent_out("2"))]));
    assert_eq!(status(&again), "Out for delivery");
}

#[test]
fn goods_at_a_parcel_shop_are_ready_for_collection_until_somebody_has_them() {
    let point = CollectionPoint {
        stop: "2".into(),
        place: "Post shop, Main Street 3".into(),
        until: Some(at("9 18:00")),
        raw_code: None,
    };
    let waiting =
        || vec![tms("1 09:30", departed("1")), tms("2 10:00", Fact::CollectionReadied(point.clone()))];
    let world = start(waiting());
    assert_eq!(status(&world), "Ready for collection");
    assert_eq!(
        sentence(&world),
        "Ready for collection at Post shop, Main Street 3 since 2 May 10:00 UTC+2, until today 18:00 UTC+2."
    );
    let taken = start(waiting().into_iter().chain([tms("2 17:00", delivered("2"))]));
    assert_eq!(status(&taken), "Delivered, awaiting confirmation");
}

#[test]
fn what_was_left_with_a_neighbour_is_said_and_is_no_clean_proof() {
    let left_with = || Some("neighbour, no. 12".to_owned());
    let left = Fact::StopDelivered(Handled {
        stop: "2".into(),
        lines: vec![],
        left_with: left_with(),
        raw_code: None,
    });
    let signed = PodStatement {
        stop: "2".into(),
        signed_by: "P. Neighbour".into(),
        signed_at: at("2 10:00"),
        document: None,
        discrepancy: None,
        left_with: left_with(),
    };
    let mut world = start([
        tms("1 09:30", departed("1")),
        tms("2 10:00", left),
        tms("2 10:01", Fact::PodReceived(signed)),
    ]);
    world.settle("2 12:00");
    assert_eq!((status(&world), world.told()), ("Delivered, awaiting confirmation", vec![]));
    assert!(
        sentence(&world).starts_with("Left in Hamburg with neighbour, no. 12 2 May 10:00"),
        "{}",
        sentence(&world)
    );
    assert_eq!(open(&world), ["pod_discrepancy, stop 2, signed by somebody else"]);
    world.tell(tms("3 10:00", pod("2", "3 09:00")));
    world.settle("3 12:00");
    assert_eq!((status(&world), world.told().len()), ("Delivered", 1));
}

#[test]
fn each_delivery_is_late_against_what_was_promised_there() {
    let promised = Some(window("4 08:00", "4 12:00"));
    let world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("ACME", promised))).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
        tms("2 10:00", delivered("2")),
        tms("2 12:00", crate::support::facts::eta("3", "4 10:00")),
    ]);
    assert!(!sentence(&world).contains("later than promised"), "{}", sentence(&world));
    assert_eq!(acme(&world).promised, promised, "the promise of what is still to come");
    let _ = planned;
}

fn two_doors(number_a: &str, number_b: &str) -> Event {
    let to = |number: &str, order: &str| {
        stop(number, StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &[order])
    };
    tms(
        "1 06:00",
        Fact::ShipmentPlanned(plan(
            &["4711", "4712"],
            vec![pickup(), to(number_a, "4711"), to(number_b, "4712")],
        )),
    )
}

#[test]
fn stops_that_are_merged_after_one_was_served_deliver_nothing_of_the_other() {
    let merged = stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), &["4711", "4712"]);
    let mut world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
        two_doors("2", "3"),
        tms("1 09:30", departed("1")),
        tms("2 08:30", delivered("3")),
        tms("2 08:40", pod("3", "2 08:35")),
        tms("2 09:00", Fact::ShipmentPlanned(plan(&["4711", "4712"], vec![pickup(), merged])))
            .named("merged"),
    ]);
    world.settle("2 10:00");
    assert_eq!(status(&world), "In transit", "4711 is still to come");
    assert_eq!(world.told(), ["erp invoice.release 4712"]);
}

#[test]
fn an_inserted_stop_leaves_what_is_expected_and_agreed_at_its_place() {
    let world = start([
        tms("1 09:30", departed("1")),
        tms("2 07:00", crate::support::facts::eta("2", "2 19:30")),
        tms("2 07:05", crate::support::facts::appointment("2", "2 17:00", "2 18:00")),
        anew("2 07:30", vec![pickup(), delivery("2", "Soltau"), delivery("3", "Hamburg")]),
    ]);
    let stops = &world.shipment().shipment.state.stops;
    assert!(stops[1].etas.is_empty() && stops[1].appointment.is_none(), "nobody said that of Soltau");
    assert_eq!(stops[2].eta().map(|eta| eta.eta), Some(at("2 19:30")));
    assert!(stops[2].appointment.is_some());
}

#[test]
fn an_address_that_is_only_written_otherwise_after_the_delivery_is_the_same_door() {
    for (city, code, name) in
        [("Hamburg ", "L-Hamburg", "Gate 4"), ("Hambourg", "L-Hamburg", "Hamburg depot")]
    {
        let mut corrected = delivery("2", "Hamburg");
        corrected.location = domain::place::Location {
            city: city.to_owned(),
            code: code.to_owned(),
            name: name.to_owned(),
            ..location("Hamburg")
        };
        let mut before = location("Hamburg");
        (before.code, before.name) = ("L-Hamburg".to_owned(), "Hamburg depot".to_owned());
        let first = PlannedStop { location: before, ..delivery("2", "Hamburg") };
        let mut world = start([
            anew("1 06:30", vec![pickup(), first]),
            tms("2 10:00", delivered("2")),
            anew("2 10:30", vec![pickup(), corrected]),
            tms("2 11:00", pod("2", "2 10:05")),
        ]);
        world.settle("2 12:00");
        assert_eq!(status(&world), "Delivered", "{city}");
        assert_eq!(world.told(), ["erp invoice.release 4711"]);
    }
}

#[test]
fn a_number_that_was_forgotten_for_long_names_something_else_when_it_is_planned_for_others() {
    let on = |day: &str| moment(&format!("2026-{day}T08:00:00+02:00"));
    let a_day = |day| Window { from: on(day), to: on(day) };
    let stops = vec![
        stop("1", StopKind::Pickup, "Bremen", a_day("08-01"), &[]),
        stop("2", StopKind::Delivery, "Hamburg", a_day("08-02"), &[]),
    ];
    let anew = |orders: &[&str]| Event {
        occurred_at: on("07-28"),
        ..tms("1 12:00", Fact::ShipmentPlanned(plan(orders, stops.clone())))
    };
    let world = start([tms("1 09:30", departed("1")), anew(&["4799"])]);
    assert_eq!(acme(&world).number, "SH-1", "nobody loses a shipment by it");
    let clashes = |world: &World| open(world).iter().any(|one| one.starts_with("number_clash"));
    assert!(clashes(&world), "{:?}", open(&world));
    assert!(
        !clashes(&start([tms("1 09:30", departed("1")), anew(&["4711"])])),
        "the same freight, planned anew"
    );
}

#[test]
fn what_was_returned_and_is_loaded_again_is_on_its_way_again() {
    let back = Fact::ShipmentReturned(Ending { orders: vec![], reason: None });
    let world = start([
        tms("1 09:30", departed("1")),
        tms("2 09:00", back),
        anew("2 10:00", vec![pickup(), delivery("2", "Hamburg")]),
        tms("2 12:00", loaded("1")),
        tms("2 12:30", departed("1")),
    ]);
    assert_eq!(status(&world), "In transit");
    let lost = Fact::ShipmentWrittenOff(Ending { orders: vec![], reason: None });
    let found = start([tms("1 09:30", departed("1")), tms("2 09:00", lost), tms("3 09:00", delivered("2"))]);
    assert_eq!(status(&found), "Delivered, awaiting confirmation");
    let back = || Fact::ShipmentReturned(Ending { orders: vec![], reason: None });
    let leaves = |planned: bool| {
        let plan = planned.then(|| anew("2 10:00", vec![pickup(), delivery("2", "Hamburg")]));
        let story = [tms("1 09:30", departed("1")), tms("2 09:00", back())];
        start(story.into_iter().chain(plan).chain([tms("2 12:30", departed("1"))]))
    };
    assert_eq!(status(&leaves(true)), "In transit", "nobody tells of each loading");
    assert_eq!(status(&leaves(false)), "Returned", "the truck that brought them back leaves without them");
    let lost = || Fact::ShipmentWrittenOff(Ending { orders: vec![], reason: None });
    for news in [arrived("2"), sent_out("2")] {
        let seen = start([tms("1 09:30", departed("1")), tms("2 09:00", lost()), tms("3 08:00", news)]);
        assert_ne!(status(&seen), "Cancelled", "they are there again");
    }
}

#[test]
fn an_order_that_was_cancelled_before_it_was_planned_is_called_off_at_the_tms() {
    let cancelled = || {
        let off = Cancellation { reason: None, replaced_by: vec![] };
        erp("1 05:30", Fact::OrderCancelled(off))
    };
    let world = World::of([erp("1 05:00", ordered()), cancelled(), tms("1 06:00", planned())]);
    assert_eq!(world.told(), ["tms shipment.cancel SH-1"]);
    assert_eq!((status(&world), open(&world)), ("Cancelled", vec![]));
    let late = World::of([erp("1 05:00", ordered()), tms("1 06:00", planned()), cancelled()]);
    assert_eq!(late.told(), world.told());
    assert_eq!(status(&late), "Cancelled");
}

#[test]
fn goods_of_a_cancelled_order_that_are_handed_over_all_the_same_are_somebodys_matter() {
    let off = Fact::OrderCancelled(Cancellation { reason: None, replaced_by: vec![] });
    let mut world = start([
        tms("1 09:30", departed("1")),
        erp("1 12:00", off),
        tms("2 10:00", delivered("2")),
        tms("2 10:10", pod("2", "2 10:05")),
    ]);
    world.settle("2 12:00");
    assert_eq!((world.told(), open(&world)), (vec![], vec!["cancelled_under_way, order 4711".to_owned()]));
    world.tell(erp("3 08:00", ordered()).named("again"));
    world.settle("3 09:00");
    assert_eq!((world.told(), open(&world)), (vec!["erp invoice.release 4711".to_owned()], vec![]));
}

#[test]
fn a_stop_with_zeros_before_its_number_is_that_stop_and_one_that_nobody_planned_is_said_to_be() {
    let mut world = start([tms("2 10:00", delivered("02")), tms("2 10:10", pod("002", "2 10:05"))]);
    world.settle("2 12:00");
    assert_eq!((status(&world), world.told()), ("Delivered", vec!["erp invoice.release 4711".to_owned()]));
    let stray = start([tms("1 09:30", departed("1")), tms("2 10:00", delivered("7"))]);
    assert_eq!(open(&stray), ["implausible_report, stop 7, which nobody planned"]);
}

#[test]
fn what_is_told_of_one_customers_goods_is_told_to_nobody_else_on_the_truck() {
    let both = |stop: PlannedStop| Fact::ShipmentPlanned(plan(&["4711", "4712"], vec![pickup(), stop]));
    let line = HandledLine { order: "4712".into(), line: "10".into(), quantity: Quantity::whole(4, "PF") };
    let theirs = Handled { stop: "2".into(), lines: vec![line], left_with: None, raw_code: None };
    let story = |last: Fact| {
        World::of([
            erp("1 05:00", ordered()),
            erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
            tms("1 06:00", both(delivery("2", "Hamburg"))),
            tms("1 09:30", departed("1")),
            tms("2 09:00", last),
        ])
    };
    let texts = |world: &World, customer: &str| -> Vec<String> {
        let seen = world.shipment().redacted(CustomerId::numbered(customer)).expect("theirs");
        seen.timeline.iter().map(|entry| entry.text.clone()).collect()
    };
    let handed_over = story(Fact::StopDelivered(theirs));
    assert_eq!((status(&handed_over), acme(&handed_over).stops[1].delivered_at), ("In transit", None));
    assert!(texts(&handed_over, "CARL")[0].starts_with("Delivered"));
    assert!(!texts(&handed_over, "ACME")[0].starts_with("Delivered"), "{:?}", texts(&handed_over, "ACME"));
    let of_carl = || Ending { orders: vec!["4712".into()], reason: None };
    for last in [Fact::ShipmentWrittenOff(of_carl()), Fact::ShipmentReturned(of_carl())] {
        let world = story(last);
        assert_ne!(texts(&world, "CARL")[0], texts(&world, "ACME")[0]);
        assert_eq!(status(&world), "In transit");
    }
}

#[test]
fn an_order_that_joins_a_stop_after_it_was_served_was_not_served_there() {
    let door =
        |orders: &[&str]| stop("2", StopKind::Delivery, "Hamburg", window("2 08:00", "2 12:00"), orders);
    for orders in [&[][..], &["4712"]] {
        let mut world = World::of([
            erp("1 05:00", ordered()),
            erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
            tms("1 06:00", Fact::ShipmentPlanned(plan(&["4711"], vec![pickup(), door(&[])]))),
            tms("2 10:00", delivered("2")),
            tms("2 10:10", pod("2", "2 10:05")),
            tms("2 11:00", Fact::ShipmentPlanned(plan(&["4711", "4712"], vec![pickup(), door(orders)]))),
        ]);
        world.settle("2 12:00");
        assert_eq!(world.told(), ["erp invoice.release 4711"], "{orders:?}");
    }
    // A plan that says the same in other words tears no proof from its delivery.
    let mut same = World::of([
        erp("1 05:00", ordered()),
        tms("1 06:00", Fact::ShipmentPlanned(plan(&["4711"], vec![pickup(), door(&["4711"])]))),
        tms("2 10:00", delivered("2")),
        tms("2 10:05", Fact::ShipmentPlanned(plan(&["4711"], vec![pickup(), door(&[])]))),
        tms("2 10:10", pod("2", "2 10:05")),
    ]);
    same.settle("2 12:00");
    assert_eq!((same.told(), status(&same)), (vec!["erp invoice.release 4711".to_owned()], "Delivered"));
}

#[test]
fn a_stop_inserted_at_one_place_takes_nothing_of_its_neighbour() {
    let world = start([
        tms("2 07:05", crate::support::facts::appointment("2", "2 17:00", "2 18:00")),
        anew("2 07:30", vec![pickup(), delivery("2a", "Hamburg"), delivery("2", "Hamburg")]),
    ]);
    let stops = &world.shipment().shipment.state.stops;
    assert_eq!([stops[1].appointment.is_some(), stops[2].appointment.is_some()], [false, true]);
}

#[test]
fn a_delivery_at_a_stop_that_no_plan_has_delivers_nothing_however_often_the_plan_is_sent() {
    let again = anew("2 12:00", vec![pickup(), delivery("2", "Hamburg")]);
    let mut world = start([
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("7")),
        tms("2 10:10", pod("7", "2 10:05")),
        again,
    ]);
    world.settle("2 13:00");
    assert_eq!((status(&world), world.told()), ("In transit", vec![]));
    assert_eq!(open(&world), ["implausible_report, stop 7, which nobody planned"]);
    let passing = start([tms("1 09:30", departed("1")), tms("1 15:00", arrived("H9"))]);
    assert_eq!(open(&passing), [""; 0], "a terminal on the way is no trouble");
}

#[test]
fn what_moves_on_brings_back_nothing_that_was_given_up_of_another_order() {
    let lost = Fact::ShipmentWrittenOff(Ending { orders: vec!["4712".into()], reason: None });
    let world = World::of([
        erp("1 05:00", ordered()),
        erp("1 05:00", Fact::OrderReleased(terms_for("CARL", None))).about("4712").named("o-2"),
        tms("1 06:00", planned_two_drops()),
        tms("1 09:30", departed("1")),
        tms("1 12:00", lost),
        tms("2 09:00", delivered("2")),
        tms("2 09:30", departed("2")),
    ]);
    let seen = world.shipment().redacted(CustomerId::numbered("CARL")).expect("theirs");
    assert_eq!(seen.status.label(), "Cancelled");
}

#[test]
fn a_cancelled_order_that_waits_at_the_hub_is_somebodys_matter() {
    let to_hub = vec![pickup(), delivery("2", "Hanover")];
    let onward = |number: &str| {
        let from = stop("1", StopKind::Pickup, "Hanover", window("2 18:00", "2 20:00"), &[]);
        let to = stop("2", StopKind::Delivery, "Hamburg", window("3 08:00", "3 12:00"), &[]);
        tms("1 06:10", Fact::ShipmentPlanned(plan(&["4711"], vec![from, to]))).about(number).named("onward")
    };
    let mut world = start([
        anew("1 06:05", to_hub),
        onward("SH-2"),
        tms("1 09:30", departed("1")),
        tms("2 10:00", delivered("2")),
    ]);
    world.link_legs("2 10:01");
    assert_eq!((status(&world), open(&world)), ("In transit", vec![]));
    world.tell(tms("2 11:00", called_off()).about("SH-2").named("does not come"));
    world.link_legs("2 11:01");
    assert_eq!(open(&world), ["cancelled_under_way, order 4711"]);
    let off = Fact::OrderCancelled(Cancellation { reason: None, replaced_by: vec![] });
    world.tell(erp("2 12:00", off));
    world.link_legs("2 12:01");
    assert_eq!(status(&world), "Cancelled, goods under way");
}
