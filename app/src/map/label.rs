//! Where the names stand: beside their stops, never over one another, another stop or the last position, and where there
//! is a choice, off the way.

use super::frame::{HEIGHT, Point, WIDTH};

/// As drawn on a phone, where the text is largest beside the map; on larger screens all of it shrinks towards its stop.
const LETTER: f64 = 29.0;
const LINE: f64 = 56.0;
const AWAY: f64 = 28.0;
/// What a name keeps free around it, to the map's edge too.
const EDGE: f64 = 8.0;
const MOST_LETTERS: usize = 22;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Right,
    Left,
    Above,
    Below,
}

/// Left, top, right, bottom.
type Area = (f64, f64, f64, f64);

impl Side {
    const ALL: [Self; 4] = [Self::Right, Self::Left, Self::Above, Self::Below];

    /// What a name of that width takes up.
    fn area(self, (x, y): Point, width: f64) -> Area {
        let half = LINE / 2.0;
        match self {
            Self::Right => (x + AWAY, y - half, x + AWAY + width, y + half),
            Self::Left => (x - AWAY - width, y - half, x - AWAY, y + half),
            Self::Above => (x - width / 2.0, y - AWAY - LINE, x + width / 2.0, y - AWAY),
            Self::Below => (x - width / 2.0, y + AWAY, x + width / 2.0, y + AWAY + LINE),
        }
    }

    pub fn text(self, label: &str) -> String {
        let (x, y, anchor) = match self {
            Self::Right => (AWAY, 17.0, "start"),
            Self::Left => (-AWAY, 17.0, "end"),
            Self::Above => (0.0, -AWAY - 8.0, "middle"),
            Self::Below => (0.0, AWAY + 42.0, "middle"),
        };
        format!(r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{}</text>"#, super::escaped(label))
    }
}

/// A name that fits a map.
pub fn short(label: &str) -> String {
    cut(label, MOST_LETTERS)
}

/// At most that many letters of a text.
pub fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

/// The side of each label; none where the name stands there already or has no room. First and last stop choose first.
pub fn sides(points: &[Point], last: Option<Point>, ways: &[&[Point]], labels: &[&str]) -> Vec<Option<Side>> {
    let mut sides = vec![None; points.len()];
    let mut taken: Vec<Area> = Vec::new();
    let dot = |(x, y): Point, r: f64| (x - r, y - r, x + r, y + r);
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|&index| index != 0 && index + 1 != points.len());
    for index in order {
        let own = points[index];
        let is_near = |other: Point| (own.0 - other.0).hypot(own.1 - other.1) < 40.0;
        let is_said = (0..points.len())
            .any(|other| sides[other].is_some() && labels[other] == labels[index] && is_near(points[other]));
        if is_said {
            continue;
        }
        let width = short(labels[index]).chars().count() as f64 * LETTER;
        let stops = points.iter().filter(|&&other| !is_near(other)).map(|&other| dot(other, 18.0));
        let seen = last.filter(|&last| !is_near(last)).map(|last| dot(last, 34.0));
        let busy: Vec<Area> = stops.chain(seen).chain(taken.iter().copied()).collect();
        let has_room = |side: &Side| {
            let area = side.area(own, width);
            is_on_map(area) && !busy.iter().any(|&other| overlap(area, other))
        };
        let crossings = |side: &Side| {
            let area = side.area(own, width);
            let steps = ways.iter().flat_map(|way| way.windows(2));
            steps.filter(|step| crosses(step[0], step[1], area)).count()
        };
        sides[index] = Side::ALL.into_iter().filter(has_room).min_by_key(crossings);
        taken.extend(sides[index].map(|side: Side| side.area(own, width)));
    }
    sides
}

fn is_on_map((left, top, right, bottom): Area) -> bool {
    left > EDGE && top > EDGE && right < WIDTH - EDGE && bottom < HEIGHT - EDGE
}

fn overlap(one: Area, other: Area) -> bool {
    one.0 < other.2 + EDGE && other.0 < one.2 + EDGE && one.1 < other.3 + EDGE && other.1 < one.3 + EDGE
}

/// Whether a step of a way touches an area (Liang and Barsky).
fn crosses(from: Point, to: Point, (left, top, right, bottom): Area) -> bool {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (mut enters, mut leaves) = (0.0_f64, 1.0_f64);
    for (towards, room) in
        [(-dx, from.0 - left), (dx, right - from.0), (-dy, from.1 - top), (dy, bottom - from.1)]
    {
        if towards == 0.0 && room < 0.0 {
            return false;
        }
        if towards < 0.0 {
            enters = enters.max(room / towards);
        } else if towards > 0.0 {
            leaves = leaves.min(room / towards);
        }
    }
    enters <= leaves
}
