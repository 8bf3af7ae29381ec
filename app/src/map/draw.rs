//! Paths: cut to the frame, thinned to what shows, written as whole relative steps.

use super::frame::{Frame, HEIGHT, Point, WIDTH};
use super::outlines::{Line, OUTLINES};
use std::fmt::Write;

/// How far beyond the edge lines are kept, so that cut edges don't show.
const MARGIN: f64 = 10.0;

/// Land, lakes, borders and states, as fine as `most` bytes allow.
pub fn outlines(frame: &Frame, most: usize) -> String {
    let layers = [
        ("map-land", &OUTLINES.land, true),
        ("map-lake", &OUTLINES.lakes, true),
        ("map-state", &OUTLINES.states, false),
        ("map-border", &OUTLINES.borders, false),
    ];
    fitted(most, |tolerance| {
        let drawn = layers.iter();
        drawn.map(|(class, lines, is_filled)| layer(class, lines, *is_filled, frame, tolerance)).collect()
    })
}

/// A way from point to point, as fine as `most` bytes allow.
pub fn way(class: &str, points: &[Point], most: usize) -> String {
    fitted(most, |tolerance| {
        let mut steps = String::new();
        write(&mut steps, &thinned(points, tolerance), 2, false);
        path(class, &steps)
    })
}

/// What `draw` draws, ever coarser until it fits; at the coarsest a line is its two ends.
fn fitted(most: usize, draw: impl Fn(f64) -> String) -> String {
    let mut tolerance = 2.0;
    loop {
        let drawn = draw(tolerance);
        if drawn.len() <= most || tolerance > WIDTH {
            return drawn;
        }
        tolerance *= 1.4;
    }
}

fn path(class: &str, steps: &str) -> String {
    if steps.is_empty() { String::new() } else { format!(r#"<path class="{class}" d="{steps}"/>"#) }
}

fn layer(class: &str, lines: &[Line], is_filled: bool, frame: &Frame, tolerance: f64) -> String {
    let mut steps = String::new();
    for turn in [-360.0, 0.0, 360.0] {
        for line in lines {
            let (least, most) = (frame.point(line.least, turn), frame.point(line.most, turn));
            if most.0 < 0.0 || least.0 > WIDTH || least.1 < 0.0 || most.1 > HEIGHT {
                continue;
            }
            let points: Vec<Point> = line.points.iter().map(|&point| frame.point(point, turn)).collect();
            if is_filled {
                write(&mut steps, &clipped(thinned(&points, tolerance)), 3, true);
            } else {
                for part in parts(&thinned(&points, tolerance)) {
                    write(&mut steps, &part, 2, false);
                }
            }
        }
    }
    path(class, &steps)
}

/// Points that lie at least `tolerance` from the one kept before; first and last stay.
fn thinned(points: &[Point], tolerance: f64) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::new();
    for (index, &point) in points.iter().enumerate() {
        let is_last = index + 1 == points.len();
        let far = kept.last().is_none_or(|last| (last.0 - point.0).hypot(last.1 - point.1) >= tolerance);
        if far || is_last {
            kept.push(point);
        }
    }
    kept
}

/// A ring cut to the frame (Sutherland and Hodgman).
fn clipped(ring: Vec<Point>) -> Vec<Point> {
    let sides: [fn(Point) -> f64; 4] =
        [|(x, _)| x + MARGIN, |(x, _)| WIDTH + MARGIN - x, |(_, y)| y + MARGIN, |(_, y)| HEIGHT + MARGIN - y];
    sides.into_iter().fold(ring, |ring, inside| {
        let mut kept = Vec::with_capacity(ring.len());
        for (index, &to) in ring.iter().enumerate() {
            let from = ring[(index + ring.len() - 1) % ring.len()];
            let (a, b) = (inside(from), inside(to));
            if (a < 0.0) != (b < 0.0) {
                let share = a / (a - b);
                kept.push((from.0 + (to.0 - from.0) * share, from.1 + (to.1 - from.1) * share));
            }
            if b >= 0.0 {
                kept.push(to);
            }
        }
        kept
    })
}

/// The parts of a line that touch the frame, each with a point beyond it.
fn parts(line: &[Point]) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = vec![Vec::new()];
    for step in line.windows(2) {
        let (from, to) = (step[0], step[1]);
        let is_beyond = from.0.max(to.0) < 0.0
            || from.0.min(to.0) > WIDTH
            || from.1.max(to.1) < 0.0
            || from.1.min(to.1) > HEIGHT;
        match parts.last_mut() {
            Some(part) if !is_beyond && part.is_empty() => part.extend([from, to]),
            Some(part) if !is_beyond => part.push(to),
            Some(part) if !part.is_empty() => parts.push(Vec::new()),
            _ => {}
        }
    }
    parts
}

fn write(steps: &mut String, points: &[Point], least: usize, is_closed: bool) {
    let mut whole: Vec<(i32, i32)> =
        points.iter().map(|point| (point.0.round() as i32, point.1.round() as i32)).collect();
    whole.dedup();
    if whole.len() < least {
        return;
    }
    let mut before = whole[0];
    let _ = write!(steps, "M{} {}l", before.0, before.1);
    for (index, &(x, y)) in whole[1..].iter().enumerate() {
        let (right, down) = (x - before.0, y - before.1);
        let gap = if index > 0 && right >= 0 { " " } else { "" };
        let between = if down >= 0 { " " } else { "" };
        let _ = write!(steps, "{gap}{right}{between}{down}");
        before = (x, y);
    }
    if is_closed {
        steps.push('z');
    }
}
