//! Quantities add up or speak up.

use super::{acme, open, start, status};
use crate::kpis::told as figure;
use crate::support::facts::{pod, pod_disputed, terms};
use crate::support::{Told, World, erp, tms};
use domain::Fact;
use domain::event::Event;
use domain::fact::{Conversion, DiscrepancyKind, Handled, HandledLine, OrderTerms, Returned};
use domain::kpi::Measure;
use domain::measure::Quantity;

fn lines(order: &str, named: &[(&str, i64, &str)]) -> Vec<HandledLine> {
    let line = |(line, count, unit): &(&str, i64, &str)| HandledLine {
        order: order.to_owned(),
        line: (*line).to_owned(),
        quantity: Quantity::whole(*count, unit),
    };
    named.iter().map(line).collect()
}

fn drop(when: &str, order: &str, named: &[(&str, i64, &str)]) -> Event {
    let lines = lines(order, named);
    tms(when, Fact::StopDelivered(Handled { stop: "2".into(), lines, left_with: None, raw_code: None }))
}

fn came_back(when: &str, count: i64) -> Event {
    let (line, quantity) = ("10".to_owned(), Quantity::whole(count, "PF"));
    erp(
        when,
        Fact::OrderReturned(Returned {
            line,
            quantity,
            reason: Some("refused at dock".into()),
            number: None,
        }),
    )
}

fn signed(when: &str) -> Event {
    tms(when, pod("2", when))
}

/// The story, then the gate has looked.
fn settled(events: impl IntoIterator<Item = Event>) -> World {
    let mut world = start(events);
    world.settle("3 09:00");
    world.settle("3 09:01");
    world
}

#[test]
fn two_hand_overs_at_one_door_add_up() {
    let first = start([drop("2 09:00", "4711", &[("10", 1, "PF")])]);
    assert_eq!(status(&first), "In transit", "the rest is still to come");
    let both = [drop("2 09:00", "4711", &[("10", 1, "PF")]), drop("2 15:00", "4711", &[("10", 3, "PF")])];
    let world = settled(both.into_iter().chain([signed("2 15:10")]));
    assert_eq!(status(&world), "Delivered");
    assert_eq!(acme(&world).orders[0].lines[0].delivered, Some(Quantity::whole(4, "PF")));
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
    assert_eq!(open(&world), [""; 0]);
}

#[test]
fn a_hand_over_told_twice_is_one() {
    let one = || drop("2 09:00", "4711", &[("10", 4, "PF")]);
    let world = settled([one(), one().named("again"), signed("2 09:10")]);
    assert_eq!((status(&world), open(&world)), ("Delivered", vec![]));
}

#[test]
fn less_than_ordered_signed_without_a_remark_waits_and_says_why() {
    let world = settled([drop("2 09:00", "4711", &[("10", 3, "PF")]), signed("2 09:10")]);
    assert_eq!(world.told(), [""; 0]);
    assert_eq!(open(&world), ["quantity_mismatch, order 4711", "proven_not_released, 4711"]);
    let why = world.shipment().view().orders[0].held_because.clone().expect("a reason");
    assert_eq!(why, "a part of line 10 is still to come: 3 PF of 4 PF so far");
    assert_eq!(figure(&world, Measure::OnTimeInFull), ["05-02 0/1"]);
    assert_eq!(world.journal.iter().filter(|kind| **kind == "invoice.held").count(), 1, "said once");
}

#[test]
fn more_than_ordered_is_seen_by_somebody_and_invoiced() {
    let world = settled([drop("2 09:00", "4711", &[("10", 5, "PF")]), signed("2 09:10")]);
    assert_eq!(open(&world), ["quantity_mismatch, order 4711"]);
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
}

#[test]
fn an_order_cut_below_what_was_delivered_is_seen_by_somebody() {
    let mut cut = terms();
    cut.lines[0].quantity = Quantity::whole(2, "PF");
    let world = settled([
        drop("2 09:00", "4711", &[("10", 4, "PF")]),
        signed("2 09:10"),
        erp("2 12:00", Fact::OrderChanged(cut)),
    ]);
    assert_eq!(open(&world), ["quantity_mismatch, order 4711"]);
}

#[test]
fn line_010_is_line_10_and_a_line_that_no_order_has_is_seen() {
    let zeros = settled([drop("2 09:00", "4711", &[("010", 4, "PF")]), signed("2 09:10")]);
    assert_eq!((open(&zeros), zeros.told()), (vec![], vec!["erp invoice.release 4711".to_owned()]));
    let wrong = settled([drop("2 09:00", "4711", &[("99", 4, "PF")]), signed("2 09:10")]);
    assert_eq!(open(&wrong), ["quantity_mismatch, order 4711", "proven_not_released, 4711"]);
    let other = settled([drop("2 09:00", "4799", &[("10", 4, "PF")]), signed("2 09:10")]);
    assert_eq!(
        open(&other),
        [
            "quantity_mismatch, orders that are not on it",
            "quantity_mismatch, order 4711",
            "proven_not_released, 4711"
        ]
    );
}

#[test]
fn pieces_count_as_pallets_where_the_order_says_how_many_and_are_an_exception_where_it_does_not() {
    let pieces = || vec![drop("2 09:00", "4711", &[("10", 40, "EA")]), signed("2 09:10")];
    let unknown = settled(pieces());
    assert_eq!(open(&unknown), ["quantity_mismatch, order 4711", "proven_not_released, 4711"]);
    assert!(unknown.shipment().exceptions[0].detail.contains("40 EA of line 10"));
    let mut said = terms();
    said.lines[0].conversions =
        vec![Conversion { quantity: Quantity::whole(10, "EA"), equals: Quantity::whole(1, "PF") }];
    let by_cartons = vec![
        Conversion { quantity: Quantity::whole(4, "EA"), equals: Quantity::whole(1, "CT") },
        Conversion { quantity: Quantity::whole(5, "CT"), equals: Quantity::whole(2, "PF") },
    ];
    let released = vec!["erp invoice.release 4711".to_owned()];
    let at_once: OrderTerms = said.clone();
    said.lines[0].conversions = by_cartons;
    for changed in [at_once, said] {
        let known = settled(pieces().into_iter().chain([erp("1 05:30", Fact::OrderChanged(changed))]));
        assert_eq!((open(&known), known.told()), (vec![], released.clone()));
    }
}

#[test]
fn what_was_given_back_at_the_dock_is_not_still_to_come_once_its_return_is_settled() {
    let mut world =
        settled([drop("2 09:00", "4711", &[("10", 3, "PF")]), signed("2 09:10"), came_back("2 10:00", 1)]);
    assert!(open(&world).contains(&"return_opened, order 4711, line 10".to_owned()));
    assert_eq!(world.told(), [""; 0]);
    let exception =
        world.shipment().exceptions.iter().find(|one| one.rule.as_str() == "return_opened").map(|one| one.id);
    let resolution = domain::fact::ExceptionResolution {
        exception: exception.expect("the return"),
        reason: "taken back".into(),
        responsible: None,
        root_cause: None,
    };
    world.tell(crate::support::desk("3 10:00", Fact::ExceptionResolved(resolution)));
    world.settle("3 10:01");
    assert_eq!(world.told(), ["erp invoice.release 4711"]);
}

#[test]
fn what_came_back_later_is_subtracted_and_each_return_is_a_matter_of_its_own() {
    let world = settled([
        drop("2 09:00", "4711", &[("10", 4, "PF")]),
        signed("2 09:10"),
        came_back("3 10:00", 2),
        came_back("4 10:00", 1),
    ]);
    assert_eq!(
        open(&world),
        ["return_opened, order 4711, line 10", "return_opened, order 4711, line 10, return 2"]
    );
    assert_eq!(acme(&world).orders[0].lines[0].delivered, Some(Quantity::whole(1, "PF")));
    let twice = settled([came_back("3 10:00", 2), came_back("3 10:00", 2).named("again")]);
    assert_eq!(open(&twice), ["return_opened, order 4711, line 10", "double_statement, order 4711"]);
}

#[test]
fn a_shortage_is_admitted_by_a_remark_that_accounts_for_it_and_by_nothing_else() {
    let short = tms("2 09:10", pod_disputed("2", "2 09:05", DiscrepancyKind::WrongSigner));
    let world =
        settled([drop("2 09:00", "4711", &[("10", 3, "PF")]), short, tms("2 12:00", pod("2", "2 09:05"))]);
    assert_eq!(world.told(), [""; 0], "another remark says nothing of the goods");
    assert!(open(&world).contains(&"proven_not_released, 4711".to_owned()));
}

fn changed(when: &str, count: i64) -> Event {
    let mut terms = terms();
    terms.lines[0].quantity = Quantity::whole(count, "PF");
    erp(when, Fact::OrderChanged(terms)).named(&format!("changed {when}"))
}

#[test]
fn what_was_handed_over_is_what_was_ordered_then_whatever_the_order_says_later() {
    let whole = || [drop("2 09:00", "4711", &[]), signed("2 09:10")];
    let raised = settled(whole().into_iter().chain([changed("2 12:00", 6)]));
    assert_eq!(acme(&raised).orders[0].lines[0].delivered, Some(Quantity::whole(4, "PF")));
    assert_eq!(open(&raised), ["quantity_mismatch, order 4711", "proven_not_released, 4711"]);
    let cut = settled(whole().into_iter().chain([changed("2 12:00", 3)]));
    assert_eq!(acme(&cut).orders[0].lines[0].delivered, Some(Quantity::whole(4, "PF")));
    assert_eq!(open(&cut), ["quantity_mismatch, order 4711"]);
    assert!(cut.shipment().exceptions[0].detail.contains("4 PF of line 10 handed over, 3 PF ordered"));
    let mut let_go = settled(whole());
    let_go.tell(changed("2 12:00", 6));
    let_go.settle("4 12:00");
    assert_eq!(let_go.told(), ["erp invoice.release 4711", "erp invoice.hold 4711"]);
    let before = settled([changed("1 12:00", 6)].into_iter().chain(whole()));
    assert_eq!((open(&before), before.told()), (vec![], vec!["erp invoice.release 4711".to_owned()]));
}

#[test]
fn more_on_the_truck_than_was_ordered_and_more_off_it_than_was_loaded_are_both_seen() {
    let load = |count| {
        let lines = lines("4711", &[("10", count, "PF")]);
        tms("1 09:00", Fact::StopLoaded(Handled { stop: "1".into(), lines, left_with: None, raw_code: None }))
    };
    let over = settled([load(5), drop("2 09:00", "4711", &[]), signed("2 09:10")]);
    assert_eq!(open(&over), ["quantity_mismatch, order 4711"]);
    let grew = settled([load(3), drop("2 09:00", "4711", &[("10", 4, "PF")]), signed("2 09:10")]);
    assert!(grew.shipment().exceptions[0].detail.contains("4 PF of line 10 handed over, 3 PF loaded"));
}

#[test]
fn a_pallet_in_three_drops_of_cartons_is_a_pallet_and_tonnes_are_kilogrammes() {
    let mut said = terms();
    said.lines[0].conversions =
        vec![Conversion { quantity: Quantity::whole(3, "CT"), equals: Quantity::whole(1, "PF") }];
    let thirds = [
        erp("1 05:30", Fact::OrderChanged(said)),
        drop("2 09:00", "4711", &[("10", 4, "CT")]),
        drop("2 10:00", "4711", &[("10", 4, "CT")]),
        drop("2 11:00", "4711", &[("10", 4, "CT")]),
        signed("2 11:10"),
    ];
    let world = settled(thirds);
    assert_eq!((open(&world), world.told()), (vec![], vec!["erp invoice.release 4711".to_owned()]));
    let mut bulk = terms();
    bulk.lines[0].quantity = Quantity::whole(24_000, "KGM");
    let tonnes = [
        erp("1 05:30", Fact::OrderChanged(bulk)),
        drop("2 09:00", "4711", &[("10", 24, "TNE")]),
        signed("2 11:10"),
    ];
    let world = settled(tonnes);
    assert_eq!((open(&world), world.told()), (vec![], vec!["erp invoice.release 4711".to_owned()]));
}

/// Orders that took the place of others, all of one item unless said.
fn order_of(number: &str, items: &[(&str, &str, i64)]) -> Event {
    let mut said = terms();
    let first = said.lines[0].clone();
    said.lines = items
        .iter()
        .map(|(line, item, count)| {
            let mut one = first.clone();
            (*line).clone_into(&mut one.line);
            (*item).clone_into(&mut one.item.code);
            one.quantity = Quantity::whole(*count, "PF");
            one
        })
        .collect();
    erp("1 05:20", Fact::OrderReleased(said)).about(number).named(&format!("order {number}"))
}

fn replaced(number: &str, by: &[&str]) -> Event {
    let by = by.iter().map(|one| (*one).to_owned()).collect();
    erp("1 12:00", Fact::OrderCancelled(domain::fact::Cancellation { reason: None, replaced_by: by }))
        .about(number)
        .named(&format!("{number} replaced"))
}

#[test]
fn what_is_handed_over_under_the_number_of_a_split_order_is_shared_out_among_its_successors() {
    let story = [
        order_of("4711-A", &[("10", "ITEM-1", 3)]),
        order_of("4711-B", &[("10", "ITEM-1", 1)]),
        order_of("4711", &[("10", "ITEM-1", 4)]),
        replaced("4711", &["4711-A", "4711-B"]),
        drop("2 09:00", "4711", &[("10", 2, "PF")]),
        drop("2 10:00", "4711", &[("10", 2, "PF")]),
        signed("2 10:10"),
    ];
    let mut world = start(story);
    world.settle("3 09:00");
    world.settle("3 09:01");
    assert_eq!(open(&world), [""; 0]);
    let mut told = world.told();
    told.sort();
    assert_eq!(told, ["erp invoice.release 4711-A", "erp invoice.release 4711-B"]);
}

#[test]
fn what_is_handed_over_under_the_numbers_of_merged_orders_is_told_apart_by_its_items() {
    let plan = crate::support::facts::plan(
        &["4711", "4712"],
        vec![
            crate::support::facts::stop(
                "1",
                domain::fact::StopKind::Pickup,
                "Bremen",
                crate::support::window("1 08:00", "1 10:00"),
                &[],
            ),
            crate::support::facts::stop(
                "2",
                domain::fact::StopKind::Delivery,
                "Hamburg",
                crate::support::window("2 08:00", "2 12:00"),
                &[],
            ),
        ],
    );
    let mut both = lines("4711", &[("10", 1, "PF")]);
    both.extend(lines("4712", &[("10", 2, "PF")]));
    let mut world = World::of([
        order_of("4711", &[("10", "ITEM-1", 1)]),
        order_of("4712", &[("10", "ITEM-2", 2)]),
        order_of("4713", &[("10", "ITEM-1", 1), ("20", "ITEM-2", 2)]),
        tms("1 06:00", Fact::ShipmentPlanned(plan)),
        replaced("4711", &["4713"]),
        replaced("4712", &["4713"]),
        tms(
            "2 09:00",
            Fact::StopDelivered(Handled { stop: "2".into(), lines: both, left_with: None, raw_code: None }),
        ),
        signed("2 10:10"),
    ]);
    world.settle("3 09:00");
    assert_eq!((open(&world), world.told()), (vec![], vec!["erp invoice.release 4713".to_owned()]));
}

#[test]
fn what_was_loaded_without_a_word_is_what_was_ordered_then_and_a_replacement_is_not_too_much() {
    let load = tms(
        "1 09:00",
        Fact::StopLoaded(Handled { stop: "1".into(), lines: vec![], left_with: None, raw_code: None }),
    );
    let raised = settled([load, changed("1 12:00", 6), drop("2 09:00", "4711", &[]), signed("2 09:10")]);
    assert_eq!(acme(&raised).orders[0].lines[0].delivered, Some(Quantity::whole(4, "PF")));
    assert_eq!(open(&raised), ["quantity_mismatch, order 4711", "proven_not_released, 4711"]);
    let replaced = start([
        drop("2 09:00", "4711", &[("10", 4, "PF")]),
        came_back("2 12:00", 4),
        drop("3 09:00", "4711", &[("10", 4, "PF")]),
    ]);
    assert!(!open(&replaced).iter().any(|one| one.starts_with("quantity_mismatch")), "{:?}", open(&replaced));
}
