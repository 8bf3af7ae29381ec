//! Geography: how far, how long, and where on the way. Great circles, with a factor for roads.

use super::network::{PLACES, Place};
use chrono::TimeDelta;
use domain::fact::Mode;
use domain::place::Position;

const EARTH_KM: f64 = 6371.0;

/// Kilometres between two positions along the great circle (haversine).
pub(super) fn km(a: Position, b: Position) -> f64 {
    let (lat_a, lat_b) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half_lat = ((lat_b - lat_a) / 2.0).sin();
    let half_lon = ((b.longitude - a.longitude).to_radians() / 2.0).sin();
    let h = half_lat * half_lat + lat_a.cos() * lat_b.cos() * half_lon * half_lon;
    2.0 * EARTH_KM * h.sqrt().min(1.0).asin()
}

/// How long a leg takes, rests included.
pub(super) fn travel(mode: Mode, from: &Place, to: &Place) -> TimeDelta {
    let straight = km(from.position, to.position);
    let hours = match mode {
        // Nine hours at the wheel, then eleven of rest.
        Mode::Truckload | Mode::LessThanTruckload => {
            let driving = straight * 1.25 / 68.0;
            driving + (driving / 9.0).floor() * 11.0
        }
        Mode::Parcel | Mode::Other => straight * 1.25 / 60.0,
        Mode::Rail => 8.0 + straight * 1.3 / 48.0,
        Mode::Ocean if straight > 2500.0 => 24.0 + straight * 1.15 / 36.0,
        Mode::Air if straight > 2500.0 => 9.0 + straight / 780.0,
        // The last leg behind a port or airport goes by road.
        Mode::Ocean | Mode::Air => straight * 1.25 / 55.0,
    };
    TimeDelta::minutes((hours * 60.0) as i64 + 20)
}

/// Where a truck is when it has done `part` (0 to 1) of the way, to about ten metres. Roads bend a little.
pub(super) fn on_the_way(from: &Place, to: &Place, part: f64) -> Position {
    let (a, b) = (from.position, to.position);
    let angle = km(a, b) / EARTH_KM;
    if angle < 1e-6 {
        return b;
    }
    let (weight_a, weight_b) =
        (((1.0 - part) * angle).sin() / angle.sin(), (part * angle).sin() / angle.sin());
    let vector = |p: Position| {
        let (lat, lon) = (p.latitude.to_radians(), p.longitude.to_radians());
        [lat.cos() * lon.cos(), lat.cos() * lon.sin(), lat.sin()]
    };
    let (va, vb) = (vector(a), vector(b));
    let [east, north, up] = [0, 1, 2].map(|axis| weight_a * va[axis] + weight_b * vb[axis]);
    let bend = (part * 9.0 + a.latitude).sin() * (part * std::f64::consts::PI).sin() * angle.min(0.15);
    let latitude = up.atan2(east.hypot(north)).to_degrees() + bend;
    let longitude = north.atan2(east).to_degrees() - bend;
    let rounded = |degrees: f64| (degrees * 10_000.0).round() / 10_000.0;
    Position { latitude: rounded(latitude), longitude: rounded(longitude) }
}

/// A position as a dispatcher says it.
pub(super) fn near(position: Position, to: &Place) -> String {
    let nearest = PLACES
        .iter()
        .map(|place| (km(place.position, position), place))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .filter(|(away, _)| *away < 70.0);
    match nearest {
        Some((_, place)) => format!("near {}", place.city),
        None => format!("{:.0} km before {}", km(position, to.position), to.city),
    }
}

/// The place among `candidates` that makes the way from `from` to `to` least longer.
pub(super) fn least_detour(
    from: &Place,
    to: &Place,
    candidates: impl Iterator<Item = &'static Place>,
) -> Option<&'static Place> {
    candidates
        .filter(|place| place.code != from.code && place.code != to.code)
        .map(|place| (km(from.position, place.position) + km(place.position, to.position), place))
        .min_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, place)| place)
}
