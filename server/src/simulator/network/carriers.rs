//! Made-up carriers with codes in the manner of the SCAC.

use super::Region;
use domain::fact::Mode;
use domain::party::Carrier;

/// A carrier: where and how it drives.
#[derive(Debug)]
pub struct Haulier {
    code: &'static str,
    name: &'static str,
    /// None means both, across the sea.
    pub region: Option<Region>,
    pub modes: &'static [Mode],
}

impl Haulier {
    pub fn carrier(&self) -> Carrier {
        Carrier { code: self.code.to_owned(), name: self.name.to_owned() }
    }
}

const fn haulier(
    code: &'static str,
    name: &'static str,
    region: Option<Region>,
    modes: &'static [Mode],
) -> Haulier {
    Haulier { code, name, region, modes }
}

const EU: Option<Region> = Some(Region::Europe);
const NA: Option<Region> = Some(Region::NorthAmerica);
const ROAD: &[Mode] = &[Mode::Truckload, Mode::LessThanTruckload];

/// The twenty carriers. Each region has at least two for every mode, so that a second can be asked.
pub const CARRIERS: &[Haulier] = &[
    haulier("NDLS", "Nordlicht Spedition", EU, ROAD),
    haulier("KRNG", "Kranich Güterverkehr", EU, ROAD),
    haulier("VLDW", "Veldwijk Transport", EU, ROAD),
    haulier("ORLG", "Orlo Logistyka", EU, &[Mode::Truckload, Mode::Rail]),
    haulier("TRAM", "Tramontane Fret", EU, ROAD),
    haulier("ALPX", "Alpenquer Cargo", EU, &[Mode::Truckload, Mode::Rail]),
    haulier("MERD", "Meridiana Trasporti", EU, ROAD),
    haulier("HWTH", "Hawthorn Haulage", EU, ROAD),
    haulier("PKSW", "Paketschwalbe", EU, &[Mode::Parcel]),
    haulier("SWRN", "Swiftwren Parcels", EU, &[Mode::Parcel]),
    haulier("PRLN", "Prairie Line Freight", NA, ROAD),
    haulier("BLRD", "Blue Ridge Carriers", NA, ROAD),
    haulier("CDRT", "Cedar Trail Trucking", NA, ROAD),
    haulier("LNST", "Lonestar Ridge Motor Freight", NA, &[Mode::Truckload, Mode::Rail]),
    haulier("GRTP", "Great Plover Intermodal", NA, &[Mode::Truckload, Mode::Rail]),
    haulier("NRTM", "Transportes Nortemar", NA, ROAD),
    haulier("RDBN", "Redbarn Parcel", NA, &[Mode::Parcel]),
    haulier("KSTL", "Kestrel Express", NA, &[Mode::Parcel]),
    haulier("OCHL", "Ocean Halyard Line", None, &[Mode::Ocean, Mode::Air]),
    haulier("PTRL", "Petrel Sea & Air", None, &[Mode::Ocean, Mode::Air]),
];
