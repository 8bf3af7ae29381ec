//! The map of a shipment as one SVG: land, borders, the way so far and to come, the stops and the last position. Pure, and
//! only on the server; the colours are the stylesheet's. Names come from outside and are escaped.

mod draw;
mod frame;
mod label;
mod outlines;
#[cfg(test)]
mod tests;
mod trip;

use domain::fact::StopKind;
use domain::place::Position;
use frame::{Frame, HEIGHT, Point, WIDTH};
use std::fmt::Write;
pub use trip::{MapStop, Trip};

/// What a picture weighs at most. Ways, stops and title are bounded by themselves; the outlines get what they leave, and
/// never more than their own share.
const MOST_BYTES: usize = 24 * 1024;
const MOST_BYTES_OF_OUTLINES: usize = 18 * 1024;
const MOST_BYTES_OF_A_WAY: usize = 3 * 1024;
const MOST_STOPS: usize = 24;
const MOST_LETTERS_OF_A_PLACE: usize = 60;

/// The picture; none where no place is known.
pub fn svg(trip: &Trip) -> Option<String> {
    let last = trip.last.as_ref().map(|last| last.position);
    let stops = || trip.stops.iter().map(|stop| stop.at);
    let places: Vec<Position> = stops().chain(trip.way.iter().copied()).chain(last).collect();
    let frame = Frame::around(&places)?;
    let on_map = |places: &[Position]| places.iter().map(|&place| frame.place(place)).collect::<Vec<Point>>();
    let done = on_map(&trip.way);
    let ahead = on_map(&trip.ahead());
    let mut drawn = draw::way("map-ahead", &ahead, MOST_BYTES_OF_A_WAY);
    drawn.push_str(&draw::way("map-done", &done, MOST_BYTES_OF_A_WAY));
    let last = last.map(|last| frame.place(last));
    let shown = &trip.stops[..trip.stops.len().min(MOST_STOPS)];
    let points: Vec<Point> = shown.iter().map(|stop| frame.place(stop.at)).collect();
    let labels: Vec<&str> = shown.iter().map(|stop| stop.label.as_str()).collect();
    let sides = label::sides(&points, last, &[&done, &ahead], &labels);
    for ((stop, point), side) in shown.iter().zip(points).zip(sides) {
        drawn.push_str(&mark(stop, point, side));
    }
    if let Some((x, y)) = last {
        // Writing into a String cannot fail; so throughout.
        let _ = write!(
            drawn,
            r#"<g transform="translate({x:.0} {y:.0})"><g class="map-last"><circle class="map-halo" r="34"/><circle r="16"/></g></g>"#
        );
    }
    let head = format!(
        r#"<svg class="map" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"><title>{}</title>"#,
        escaped(&words(trip))
    );
    let left = MOST_BYTES.saturating_sub(head.len() + drawn.len());
    let outlines = draw::outlines(&frame, left.min(MOST_BYTES_OF_OUTLINES));
    Some(format!("{head}{outlines}{drawn}</svg>"))
}

/// A stop with its name, where that has room.
fn mark(stop: &MapStop, (x, y): Point, side: Option<label::Side>) -> String {
    let shape = match stop.kind {
        Some(StopKind::CrossDock) => r#"<path d="M0-20 20 0 0 20-20 0Z"/>"#,
        Some(StopKind::Delivery) => r#"<path d="M-15-15H15V15H-15Z"/>"#,
        Some(StopKind::Pickup) | None => r#"<circle r="16"/>"#,
    };
    let progress = if stop.is_visited { "done" } else { "ahead" };
    let label = side.map_or_else(String::new, |side| side.text(&label::short(&stop.label)));
    format!(
        r#"<g transform="translate({x:.0} {y:.0})"><g class="map-stop" data-progress="{progress}">{shape}{label}</g></g>"#
    )
}

/// The map for people who don't see it.
fn words(trip: &Trip) -> String {
    let name = |stop: &MapStop| label::cut(&stop.label, MOST_LETTERS_OF_A_PLACE);
    let route = match trip.stops.as_slice() {
        [first, .., last] => format!("{} to {}", name(first), name(last)),
        [only] => name(only),
        [] => "the way so far".to_owned(),
    };
    match &trip.last {
        Some(last) => match &last.near {
            Some(near) => format!("Map: {route}, last seen {}", label::cut(near, MOST_LETTERS_OF_A_PLACE)),
            None => format!("Map: {route}, with the last position"),
        },
        None => format!("Map: {route}"),
    }
}

pub(crate) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
