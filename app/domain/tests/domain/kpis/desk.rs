//! Exceptions and what people did about them. Our clock runs one second an event from 1 June, so these are told once,
//! in the order in which they came.

use super::told;
use crate::support::facts::{accepted, delivered, offered, planned, rejected, retracted};
use crate::support::{Told, World, desk, moment, tms};
use domain::Fact;
use domain::event::Event;
use domain::fact::{ExceptionNote, ExceptionResolution};
use domain::id::ExceptionId;
use domain::kpi::Measure::{ExceptionRate, FirstResponse, ManualTouches, OpenExceptions, Resolution};
use domain::kpi::{Figure, contributions};

/// The tender was rejected: an exception, opened at 0:00:03 on 4 May by our clock.
fn trouble() -> (World, ExceptionId) {
    let world = World::of([
        tms("1 06:00", planned()),
        tms("1 06:10", offered("T1", "Alfa")),
        tms("1 06:20", rejected("T1")),
    ]);
    let exception = world.shipment().exceptions[0].id;
    (world, exception)
}

fn at_monday(text: &str, event: Event) -> Event {
    Event { occurred_at: moment(&format!("2026-05-{text}:00Z")), ..event }
}

#[test]
fn an_open_exception_has_an_age_at_any_moment() {
    let (world, _) = trouble();
    assert_eq!(told(&world, OpenExceptions), ["05-04 0/1"], "opened in the first minute of the day");
    assert_eq!(told(&world, FirstResponse), [""; 0]);
    assert_eq!(told(&world, Resolution), [""; 0]);
    assert_eq!(told(&world, ExceptionRate), [""; 0], "the shipment is still open");
}

#[test]
fn the_first_thing_that_a_person_does_is_the_response() {
    let (mut world, exception) = trouble();
    let note = |text: &str| Fact::ExceptionNoted(ExceptionNote { exception, text: text.to_owned() });
    world.tell(at_monday("04T01:30", desk("1 07:00", note("calling them")).named("n-1")));
    world.tell(at_monday("04T05:00", desk("1 08:00", note("no answer")).named("n-2")));
    // From 0:00:03 to 1:30:00 there are 89 whole minutes.
    assert_eq!(told(&world, FirstResponse), ["05-04 89/1"]);
    assert_eq!(told(&world, OpenExceptions), ["05-04 0/1"]);
    let resolution = ExceptionResolution {
        exception,
        reason: "found a truck".to_owned(),
        responsible: None,
        root_cause: None,
    };
    world.tell(at_monday("05T00:30", desk("1 09:00", Fact::ExceptionResolved(resolution))));
    assert_eq!(told(&world, Resolution), ["05-05 1469/1"]);
    assert_eq!(told(&world, OpenExceptions), [""; 0]);
    world.tell(tms("2 10:00", delivered("2")));
    assert_eq!(told(&world, ManualTouches), ["05-02 3/1"]);
    assert_eq!(told(&world, ExceptionRate), ["05-02 1/1"]);
    let again = ExceptionNote { exception, text: "the truck broke down".to_owned() };
    world.tell(at_monday("05T02:00", desk("1 10:00", Fact::ExceptionReopened(again))));
    assert_eq!(told(&world, Resolution), [""; 0], "it is open again");
}

#[test]
fn what_clears_by_itself_was_not_answered_late() {
    let (mut world, _) = trouble();
    world.tell(tms("1 06:40", offered("T2", "Bravo")));
    world.tell(tms("1 06:50", accepted("T2")));
    assert_eq!(told(&world, FirstResponse), ["05-04 left out: cleared_unanswered"]);
    assert_eq!(told(&world, Resolution), ["05-04 0/1"]);
}

#[test]
fn a_shipment_without_trouble_counts_below_the_line_and_one_taken_back_does_not_count() {
    let mut world = World::of([tms("1 06:00", planned()), tms("2 10:00", delivered("2"))]);
    assert_eq!(told(&world, ExceptionRate), ["05-02 0/1"]);
    assert_eq!(told(&world, ManualTouches), ["05-02 0/1"]);
    world.tell(tms("2 11:00", retracted("stop.delivered 2 10:00")));
    assert_eq!(told(&world, ExceptionRate), [""; 0]);
}

#[test]
fn a_figure_adds_up_what_was_counted_and_what_was_left_out() {
    let (mut world, _) = trouble();
    world.tell(tms("1 06:40", offered("T2", "Bravo")));
    world.tell(tms("1 06:50", accepted("T2")));
    let mut figure = Figure::default();
    for one in contributions(world.shipment()) {
        if one.measure == FirstResponse || one.measure == Resolution {
            figure.add(one.part, one.sums);
        }
    }
    assert_eq!((figure.value(), figure.left_out()), (Some(0.0), 1));
    assert_eq!(figure.quantile(0.5), Some(0.0));
}
