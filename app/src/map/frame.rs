//! The part of the earth that a map shows: Mercator, cut to the places with room around them.

use super::outlines::mercator;
use domain::place::Position;

/// In the map's units, from its upper left corner to the right and down.
pub type Point = (f64, f64);

pub const WIDTH: f64 = 1440.0;
pub const HEIGHT: f64 = 960.0;
/// A trip across a city still shows coasts: the least width, in kilometres.
const LEAST_KM: f64 = 500.0;
const KM_PER_DEGREE: f64 = 111.32;
/// The share of each side that is left free around the places, for their labels.
const FREE: f64 = 0.23;

/// From degrees to the map's units.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// The western and northern edge, in degrees of Mercator's equator.
    west: f64,
    north: f64,
    units_per_degree: f64,
}

impl Frame {
    /// Around places; none without one. Never wider than the earth, so it does not reach from pole to pole.
    pub fn around(places: &[Position]) -> Option<Self> {
        let west = western_edge(places.iter().map(|place| place.longitude))?;
        let eastwards = places.iter().map(|place| west + (place.longitude - west).rem_euclid(360.0));
        let east = eastwards.fold(west, f64::max);
        let south = places.iter().map(|place| place.latitude).fold(f64::INFINITY, f64::min);
        let north = places.iter().map(|place| place.latitude).fold(f64::NEG_INFINITY, f64::max);
        let middle = f64::midpoint(south, north).clamp(-80.0, 80.0).to_radians();
        let least = LEAST_KM / KM_PER_DEGREE / middle.cos();
        let (top, bottom) = (mercator(north), mercator(south));
        let room = 1.0 - 2.0 * FREE;
        let width = ((east - west) / room).max((top - bottom) / room * WIDTH / HEIGHT).clamp(least, 360.0);
        let height = width * HEIGHT / WIDTH;
        Some(Self {
            west: f64::midpoint(west, east) - width / 2.0,
            north: f64::midpoint(top, bottom) + height / 2.0,
            units_per_degree: WIDTH / width,
        })
    }

    /// Where a place is drawn, the turn of the earth chosen so that it is in the frame where it can be.
    pub fn place(&self, place: Position) -> Point {
        let middle = self.west + WIDTH / self.units_per_degree / 2.0;
        let near = middle + (place.longitude - middle + 180.0).rem_euclid(360.0) - 180.0;
        self.point((near, mercator(place.latitude)), 0.0)
    }

    /// A point of an outline, moved eastwards by whole turns.
    pub fn point(&self, (east, north): (f64, f64), turn: f64) -> Point {
        ((east + turn - self.west) * self.units_per_degree, (self.north - north) * self.units_per_degree)
    }
}

/// The longitude from which all others lie within the shortest way eastwards.
fn western_edge(longitudes: impl Iterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = longitudes.collect();
    sorted.sort_by(f64::total_cmp);
    let last = *sorted.last()?;
    let before = std::iter::once(last - 360.0).chain(sorted.iter().copied());
    let gaps = before.zip(sorted.iter().copied());
    gaps.max_by(|one, other| (one.1 - one.0).total_cmp(&(other.1 - other.0))).map(|(_, west)| west)
}
