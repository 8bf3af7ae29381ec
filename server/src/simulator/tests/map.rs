//! What the simulator and the maps say of the same places must agree.

use crate::simulator::network::{PLACES, Place};
use app::map::{MapStop, Trip, svg};

type Point = (f64, f64);

/// The map of one place is 500 km wide.
const UNITS_PER_KM: f64 = 1440.0 / 500.0;

#[test]
fn every_place_lies_on_a_maps_land_or_within_30_km_of_it() {
    let at_sea: Vec<&str> = PLACES
        .iter()
        .filter(|place| {
            let (place, land) = drawn(place);
            !is_within(place, &land) && away(place, &land) > 30.0 * UNITS_PER_KM
        })
        .map(|place| place.code)
        .collect();
    assert!(at_sea.is_empty(), "{at_sea:?}");
}

/// A place and the land on its map.
fn drawn(place: &Place) -> (Point, Vec<Vec<Point>>) {
    let stop = MapStop { at: place.position, kind: None, label: place.city.to_owned(), is_visited: false };
    let map = svg(&Trip { stops: vec![stop], ..Trip::default() }).expect("a map");
    let between = |before: &str, after: &str| {
        let rest = map.split_once(before).unwrap_or_else(|| panic!("{before} in {map}")).1;
        rest.split_once(after).expect("an end").0.to_owned()
    };
    let at = numbers(&between("translate(", ")"));
    let rings = between("class=\"map-land\" d=\"M", "z\"");
    ((at[0], at[1]), rings.split("zM").map(ring).collect())
}

/// `x yldx dy…`, each step from the point before; a minus sign parts two numbers as a blank does.
fn ring(path: &str) -> Vec<Point> {
    let numbers = numbers(&path.replace('l', " ").replace('-', " -"));
    let steps = numbers.chunks(2).map(|step| (step[0], step[1]));
    steps
        .scan((0.0, 0.0), |at, (right, down)| {
            *at = (at.0 + right, at.1 + down);
            Some(*at)
        })
        .collect()
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|number| number.parse().expect("a number")).collect()
}

fn sides(land: &[Vec<Point>]) -> impl Iterator<Item = (Point, Point)> {
    land.iter().flat_map(|ring| ring.iter().copied().zip(ring.iter().copied().cycle().skip(1)))
}

fn is_within((x, y): Point, land: &[Vec<Point>]) -> bool {
    let crossed = sides(land).filter(|(from, to)| {
        (from.1 > y) != (to.1 > y) && x < from.0 + (y - from.1) / (to.1 - from.1) * (to.0 - from.0)
    });
    crossed.count() % 2 == 1
}

/// How far from the nearest coast.
fn away((x, y): Point, land: &[Vec<Point>]) -> f64 {
    let to_side = |(from, to): (Point, Point)| {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let length = dx.powi(2) + dy.powi(2);
        let share = if length == 0.0 { 0.0 } else { ((x - from.0) * dx + (y - from.1) * dy) / length };
        let share = share.clamp(0.0, 1.0);
        (x - from.0 - share * dx).hypot(y - from.1 - share * dy)
    };
    sides(land).map(to_side).fold(f64::INFINITY, f64::min)
}
