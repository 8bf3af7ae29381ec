//! Real places with their true coordinates and time zones.

use super::Region;
use chrono_tz::Tz;
use chrono_tz::{America as A, Europe as E};
use domain::place::{Location, Position};

/// What a place is to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Site {
    Port,
    Airport,
    /// Goods change trucks here.
    Hub,
    /// Goods are made or stored here: shipments start here, and some end here.
    Warehouse,
    /// A customer's town.
    Town,
}

/// A place where trucks stop.
#[derive(Debug)]
pub struct Place {
    pub code: &'static str,
    pub name: &'static str,
    pub city: &'static str,
    pub country: &'static str,
    pub zone: Tz,
    pub position: Position,
    pub site: Site,
}

impl Place {
    pub fn region(&self) -> Region {
        if self.position.longitude < -30.0 { Region::NorthAmerica } else { Region::Europe }
    }

    /// As the ERP and the TMS write it.
    pub fn location(&self) -> Location {
        Location {
            code: self.code.to_owned(),
            name: self.name.to_owned(),
            city: self.city.to_owned(),
            country: self.country.to_owned(),
            zone: self.zone.name().to_owned(),
            position: Some(self.position),
        }
    }

    /// The place with this code; the tables name only codes that exist, which a test proves.
    pub fn coded(code: &str) -> &'static Self {
        PLACES.iter().find(|place| place.code == code).unwrap_or(&PLACES[0])
    }
}

type Row = (&'static str, &'static str, &'static str, &'static str, Tz, f64, f64, Site);

const fn place((code, name, city, country, zone, latitude, longitude, site): Row) -> Place {
    Place { code, name, city, country, zone, position: Position { latitude, longitude }, site }
}

use Site::{Airport, Hub, Port, Town, Warehouse};

/// Places of Europe, then of North America.
#[rustfmt::skip]
pub const PLACES: &[Place] = &[
    place(("DEHAM", "Container Terminal Altenwerder", "Hamburg", "DE", E::Berlin, 53.5037, 9.9385, Port)),
    place(("DEBRV", "Container Terminal Bremerhaven", "Bremerhaven", "DE", E::Berlin, 53.5876, 8.5383, Port)),
    place(("NLRTM", "Maasvlakte Terminal", "Rotterdam", "NL", E::Amsterdam, 51.9540, 4.0280, Port)),
    place(("BEANR", "Deurganck Terminal", "Antwerp", "BE", E::Brussels, 51.2810, 4.2530, Port)),
    place(("FRLEH", "Port 2000", "Le Havre", "FR", E::Paris, 49.4690, 0.1500, Port)),
    place(("GBFXT", "Trinity Terminal", "Felixstowe", "GB", E::London, 51.9540, 1.3050, Port)),
    place(("ESVLC", "Muelle Príncipe Felipe", "Valencia", "ES", E::Madrid, 39.4400, -0.3130, Port)),
    place(("ITGOA", "Genova Prà", "Genoa", "IT", E::Rome, 44.4240, 8.7730, Port)),
    place(("DEFRA", "CargoCity Süd", "Frankfurt", "DE", E::Berlin, 50.0260, 8.5560, Airport)),
    place(("DELEJ", "Leipzig/Halle Air Cargo", "Leipzig", "DE", E::Berlin, 51.4220, 12.2360, Airport)),
    place(("DEKSF", "Cross-dock Kassel", "Kassel", "DE", E::Berlin, 51.3127, 9.4797, Hub)),
    place(("DEDUI", "logport Duisburg", "Duisburg", "DE", E::Berlin, 51.4000, 6.7300, Hub)),
    place(("ITBLQ", "Interporto Bologna", "Bologna", "IT", E::Rome, 44.5930, 11.4130, Hub)),
    place(("FRLYS", "Cross-dock Saint-Priest", "Lyon", "FR", E::Paris, 45.6970, 4.9440, Hub)),
    place(("BELGG", "Liège Logistics", "Liège", "BE", E::Brussels, 50.6400, 5.4450, Hub)),
    place(("DENUE", "GVZ Hafen Nürnberg", "Nuremberg", "DE", E::Berlin, 49.3950, 11.0500, Warehouse)),
    place(("DEHAJ", "Werk Langenhagen", "Hanover", "DE", E::Berlin, 52.4390, 9.7380, Warehouse)),
    place(("DEBER", "GVZ Großbeeren", "Berlin", "DE", E::Berlin, 52.3560, 13.3080, Warehouse)),
    place(("NLVEN", "Venlo Trade Port", "Venlo", "NL", E::Amsterdam, 51.3930, 6.1060, Warehouse)),
    place(("NLTLB", "Vossenberg", "Tilburg", "NL", E::Amsterdam, 51.5750, 5.0300, Warehouse)),
    place(("PLWRO", "Bielany Wrocławskie", "Wrocław", "PL", E::Warsaw, 51.0350, 16.9630, Warehouse)),
    place(("PLLOD", "Stryków", "Łódź", "PL", E::Warsaw, 51.9010, 19.6010, Warehouse)),
    place(("CZPRG", "Jažlovice", "Prague", "CZ", E::Prague, 49.9640, 14.6430, Warehouse)),
    place(("ESZAZ", "PLAZA Zaragoza", "Zaragoza", "ES", E::Madrid, 41.6450, -1.0080, Warehouse)),
    place(("GBDIR", "DIRFT Daventry", "Daventry", "GB", E::London, 52.3500, -1.1800, Warehouse)),
    place(("CHBSL", "Rheinhafen Birsfelden", "Basel", "CH", E::Zurich, 47.5590, 7.6270, Warehouse)),
    place(("DESTR", "Stuttgart-Hafen", "Stuttgart", "DE", E::Berlin, 48.7690, 9.2560, Town)),
    place(("DEMUC", "München-Riem", "Munich", "DE", E::Berlin, 48.1390, 11.6860, Town)),
    place(("DECGN", "Köln-Eifeltor", "Cologne", "DE", E::Berlin, 50.8980, 6.9330, Town)),
    place(("ATVIE", "Güterzentrum Wien Süd", "Vienna", "AT", E::Vienna, 48.1140, 16.3770, Town)),
    place(("CHZRH", "Spreitenbach", "Zurich", "CH", E::Zurich, 47.4200, 8.3660, Town)),
    place(("FRPAR", "Garonor", "Aulnay-sous-Bois", "FR", E::Paris, 48.9480, 2.4740, Town)),
    place(("FRLIL", "Lesquin", "Lille", "FR", E::Paris, 50.5880, 3.1150, Town)),
    place(("PLPOZ", "Gądki", "Poznań", "PL", E::Warsaw, 52.3090, 17.0480, Town)),
    place(("HUBUD", "BILK Soroksár", "Budapest", "HU", E::Budapest, 47.4050, 19.1120, Town)),
    place(("SKBTS", "Senec", "Bratislava", "SK", E::Bratislava, 48.2200, 17.4000, Town)),
    place(("ITMIL", "Segrate", "Milan", "IT", E::Rome, 45.4900, 9.2960, Town)),
    place(("ESBCN", "ZAL Barcelona", "Barcelona", "ES", E::Madrid, 41.3290, 2.1240, Town)),
    place(("ESMAD", "Coslada", "Madrid", "ES", E::Madrid, 40.4240, -3.5460, Town)),
    place(("GBBHX", "Hams Hall", "Birmingham", "GB", E::London, 52.5230, -1.7050, Town)),
    place(("GBMNC", "Trafford Park", "Manchester", "GB", E::London, 53.4650, -2.3220, Town)),
    place(("DKTAU", "Taulov Dry Port", "Fredericia", "DK", E::Copenhagen, 55.5440, 9.6150, Town)),
    place(("SEGOT", "Arendal", "Gothenburg", "SE", E::Stockholm, 57.6960, 11.8170, Town)),

    place(("USEWR", "Port Newark", "Newark", "US", A::New_York, 40.6840, -74.1500, Port)),
    place(("USSAV", "Garden City Terminal", "Savannah", "US", A::New_York, 32.1280, -81.1510, Port)),
    place(("USHOU", "Barbours Cut Terminal", "Houston", "US", A::Chicago, 29.6780, -94.9990, Port)),
    place(("USORD", "O'Hare Air Cargo", "Chicago", "US", A::Chicago, 41.9900, -87.8900, Airport)),
    place(("USMEM", "Memphis Air Cargo", "Memphis", "US", A::Chicago, 35.0560, -89.9770, Airport)),
    place(("USMCI", "Logistics Park Kansas City", "Edgerton", "US", A::Chicago, 38.7650, -95.0080, Hub)),
    place(("USSDF", "Cross-dock Louisville", "Louisville", "US", A::Kentucky::Louisville, 38.1740, -85.7360, Hub)),
    place(("USLRD", "Cross-dock Laredo", "Laredo", "US", A::Chicago, 27.6400, -99.5200, Hub)),
    place(("USJOT", "CenterPoint Joliet", "Joliet", "US", A::Chicago, 41.4620, -88.1180, Warehouse)),
    place(("USATL", "McDonough", "Atlanta", "US", A::New_York, 33.4473, -84.1469, Warehouse)),
    place(("USDFW", "AllianceTexas", "Fort Worth", "US", A::Chicago, 32.9870, -97.3190, Warehouse)),
    place(("USCMH", "Rickenbacker", "Columbus", "US", A::New_York, 39.8138, -82.9278, Warehouse)),
    place(("USCXL", "Carlisle", "Harrisburg", "US", A::New_York, 40.2010, -77.1890, Warehouse)),
    place(("USONT", "Inland Empire", "Ontario", "US", A::Los_Angeles, 34.0633, -117.6509, Warehouse)),
    place(("MXMTY", "Apodaca", "Monterrey", "MX", A::Monterrey, 25.7816, -100.1886, Warehouse)),
    place(("CATOR", "Brampton", "Toronto", "CA", A::Toronto, 43.7315, -79.7624, Warehouse)),
    place(("USDEN", "Aurora", "Denver", "US", A::Denver, 39.7294, -104.8319, Town)),
    place(("USPHX", "Tolleson", "Phoenix", "US", A::Phoenix, 33.4500, -112.2590, Town)),
    place(("USSEA", "Kent", "Seattle", "US", A::Los_Angeles, 47.3809, -122.2348, Town)),
    place(("USDTW", "Romulus", "Detroit", "US", A::Detroit, 42.2223, -83.3963, Town)),
    place(("USCLT", "Concord", "Charlotte", "US", A::New_York, 35.4088, -80.5795, Town)),
    place(("USBNA", "La Vergne", "Nashville", "US", A::Chicago, 36.0156, -86.5819, Town)),
    place(("CAMTR", "Vaudreuil", "Montreal", "CA", A::Toronto, 45.4000, -74.0300, Town)),
    place(("MXQRO", "El Marqués", "Querétaro", "MX", A::Mexico_City, 20.5900, -100.2700, Town)),
];
