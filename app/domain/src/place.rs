//! Where things are: coordinates, places and their time zones.

use serde::{Deserialize, Serialize};

/// WGS 84 degrees, read to six decimals.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(try_from = "RawPosition")]
pub struct Position {
    /// North is positive, -90 to 90.
    pub latitude: f64,
    /// East is positive, -180 to 180.
    pub longitude: f64,
}

/// WGS 84 degrees.
#[derive(Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Position"))]
struct RawPosition {
    /// North is positive, -90 to 90.
    latitude: f64,
    /// East is positive, -180 to 180.
    longitude: f64,
}

impl TryFrom<RawPosition> for Position {
    type Error = String;

    fn try_from(raw: RawPosition) -> Result<Self, String> {
        let RawPosition { latitude, longitude } = raw;
        if (-90.0..=90.0).contains(&latitude) && (-180.0..=180.0).contains(&longitude) {
            // Six decimals are 11 cm; and they are the same number again when it was written and read.
            let rounded = |degrees: f64| (degrees * 1e6).round() / 1e6;
            Ok(Self { latitude: rounded(latitude), longitude: rounded(longitude) })
        } else {
            Err(format!(
                "{latitude}, {longitude} is no place on earth: latitude runs from -90 to 90, longitude from -180 to 180"
            ))
        }
    }
}

/// A place as a source names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Location {
    /// The code of the place in the ERP's location master data.
    pub code: String,
    pub name: String,
    pub city: String,
    /// ISO 3166-1 alpha-2, for example `DE`.
    pub country: String,
    /// IANA time zone, for example `Europe/Berlin`.
    pub zone: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
}
