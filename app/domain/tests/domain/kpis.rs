//! The manager's figures, told as stories, with what they give worked out by hand.

mod cash;
mod desk;
mod on_time;
mod rollups;
mod visits;

use crate::support::World;
use domain::event::Event;
use domain::kpi::{Contribution, Measure, Part, contributions};

/// What the shipments of a story contribute to a measure, each as `05-02 1/1`, `05-02 left out: no_promise` or
/// `05-02 -500/10000 EUR`, in the order of shipments and stops.
pub fn told(world: &World, measure: Measure) -> Vec<String> {
    let all = world.shipments.values().flat_map(contributions);
    all.filter(|one| one.measure == measure).map(|one| said(&one)).collect()
}

fn said(one: &Contribution) -> String {
    let day = one.day.date().expect("a date").format("%m-%d");
    let (numerator, denominator) = (one.sums.numerator, one.sums.denominator);
    match one.part {
        Part::Counted | Part::Lasted(_) => format!("{day} {numerator}/{denominator}"),
        Part::Excluded(why) => format!("{day} left out: {}", why.as_str()),
        Part::Of(currency) => format!("{day} {numerator}/{denominator} {currency}"),
    }
}

/// Tells the story forwards and backwards: each way, it contributes `expect`.
#[track_caller]
fn check(measure: Measure, story: &[Event], expect: &[&str]) {
    let mut events = story.to_vec();
    for way in ["forwards", "backwards"] {
        assert_eq!(told(&World::of(events.clone()), measure), expect, "{measure:?}, told {way}");
        events.reverse();
    }
}
