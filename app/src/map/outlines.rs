//! The outlines that maps are drawn on: Natural Earth's, public domain, made by `scripts/outlines.mjs`, which describes the file.

use std::sync::LazyLock;

/// A ring or a line, in degrees of longitude and of Mercator's latitude, and the box around it.
pub struct Line {
    pub points: Vec<(f64, f64)>,
    pub least: (f64, f64),
    pub most: (f64, f64),
}

pub struct Outlines {
    pub land: Vec<Line>,
    pub lakes: Vec<Line>,
    pub borders: Vec<Line>,
    pub states: Vec<Line>,
}

pub static OUTLINES: LazyLock<Outlines> = LazyLock::new(|| {
    let mut bytes = Bytes(include_bytes!("outlines.bin"));
    let mut layer = || (0..bytes.number()).map(|_| bytes.line()).collect();
    Outlines { land: layer(), lakes: layer(), borders: layer(), states: layer() }
});

const STEPS_PER_DEGREE: f64 = 200.0;
/// Mercator has no poles.
const LAST_LATITUDE: f64 = 84.0;

/// Where Mercator draws a latitude, in the degrees of its equator.
pub fn mercator(latitude: f64) -> f64 {
    let latitude = latitude.clamp(-LAST_LATITUDE, LAST_LATITUDE).to_radians();
    latitude.tan().asinh().to_degrees()
}

/// What is left of the file.
struct Bytes(&'static [u8]);

impl Bytes {
    fn number(&mut self) -> u32 {
        let (mut value, mut shift) = (0, 0);
        while let [first, rest @ ..] = self.0 {
            self.0 = rest;
            value |= u32::from(first & 127) << shift;
            shift += 7;
            if first & 128 == 0 {
                break;
            }
        }
        value
    }

    fn difference(&mut self) -> f64 {
        let value = self.number();
        let size = f64::from(value.div_ceil(2));
        if value % 2 == 1 { -size } else { size }
    }

    fn line(&mut self) -> Line {
        let (mut east, mut north) = (0.0, 0.0);
        let points: Vec<(f64, f64)> = (0..self.number())
            .map(|_| {
                east += self.difference();
                north += self.difference();
                (east / STEPS_PER_DEGREE, mercator(north / STEPS_PER_DEGREE))
            })
            .collect();
        let fold = |by: fn(f64, f64) -> f64| {
            points.iter().copied().reduce(|a, b| (by(a.0, b.0), by(a.1, b.1))).unwrap_or_default()
        };
        let (least, most) = (fold(f64::min), fold(f64::max));
        Line { points, least, most }
    }
}
