//! Made-up customers in three tiers, the biggest first.

use super::Region;
use super::items::Assortment;
use domain::party::{Customer, Tier};

/// A customer of the network.
#[derive(Debug)]
pub struct Shopper {
    /// The ERP's code.
    pub code: &'static str,
    pub name: &'static str,
    pub tier: Tier,
    pub(in crate::simulator) region: Region,
    /// Of a thousand shipments, how many are this customer's.
    pub(in crate::simulator) weight: u32,
    /// Which part of the catalogue it buys.
    pub(in crate::simulator) wares: Assortment,
    /// Codes of the places where it takes goods in.
    pub(in crate::simulator) docks: &'static [&'static str],
}

impl Shopper {
    pub(in crate::simulator) fn customer(&self) -> Customer {
        Customer { code: self.code.to_owned(), name: self.name.to_owned() }
    }
}

type Row = (&'static str, &'static str, Tier, Region, u32, Assortment, &'static [&'static str]);

const fn shopper((code, name, tier, region, weight, wares, docks): Row) -> Shopper {
    Shopper { code, name, tier, region, weight, wares, docks }
}

use Region::{Europe as EU, NorthAmerica as NA};
use Tier::{Preferred, Standard, Strategic};

/// The thirty customers; the first two are the biggest, one on each side of the sea.
#[rustfmt::skip]
pub const CUSTOMERS: &[Shopper] = &[
    shopper(("C-1001", "Brandner Haushaltsgeräte", Strategic, EU, 140, Assortment::Appliances, &["DEMUC", "DECGN", "ATVIE", "CHZRH", "GBBHX"])),
    shopper(("C-1002", "Halvorsen Home Stores", Strategic, NA, 135, Assortment::Home, &["USDEN", "USCLT", "USSEA", "USATL", "CAMTR"])),
    shopper(("C-1003", "Maison Delacourt", Strategic, EU, 48, Assortment::Home, &["FRPAR", "FRLIL", "FRLYS"])),
    shopper(("C-1004", "Pinewood Outfitters", Strategic, NA, 46, Assortment::Garden, &["USBNA", "USPHX", "USDTW"])),
    shopper(("C-1005", "Kingsmead Retail Group", Strategic, EU, 44, Assortment::Home, &["GBBHX", "GBMNC", "GBDIR"])),
    shopper(("C-1006", "Sable & Finch Appliances", Strategic, NA, 42, Assortment::Appliances, &["USDTW", "CATOR", "USCMH"])),
    shopper(("C-2001", "Ostwind Fahrradwerke", Preferred, EU, 30, Assortment::Bicycles, &["DEBER", "PLPOZ", "DEHAM"])),
    shopper(("C-2002", "Ferrante Illuminazione", Preferred, EU, 29, Assortment::Lighting, &["ITMIL", "ITBLQ"])),
    shopper(("C-2003", "Cordillera Foods", Preferred, NA, 29, Assortment::Food, &["MXQRO", "USLRD", "USHOU"])),
    shopper(("C-2004", "Van Aalst Tuincentra", Preferred, EU, 28, Assortment::Garden, &["NLTLB", "BELGG", "NLVEN"])),
    shopper(("C-2005", "Lakeshore Medical Supply", Preferred, NA, 28, Assortment::Medical, &["USJOT", "USDTW", "CATOR"])),
    shopper(("C-2006", "Tatra Motorparts", Preferred, EU, 27, Assortment::Automotive, &["SKBTS", "HUBUD", "CZPRG"])),
    shopper(("C-2007", "Granite State Tools", Preferred, NA, 26, Assortment::Tools, &["USCXL", "USCLT"])),
    shopper(("C-2008", "Iberluz Electrodomésticos", Preferred, EU, 26, Assortment::Appliances, &["ESMAD", "ESBCN"])),
    shopper(("C-2009", "Fjordlys Møbler", Preferred, EU, 25, Assortment::Furniture, &["DKTAU", "SEGOT"])),
    shopper(("C-2010", "Mesa Verde Solar", Preferred, NA, 25, Assortment::Solar, &["USPHX", "USDEN", "USONT"])),
    shopper(("C-3001", "Schwarzwald Uhren Vertrieb", Standard, EU, 18, Assortment::Lighting, &["DESTR", "CHBSL"])),
    shopper(("C-3002", "Bluff City Kitchens", Standard, NA, 18, Assortment::Appliances, &["USMEM", "USBNA"])),
    shopper(("C-3003", "Warta Papiernia", Standard, EU, 17, Assortment::Office, &["PLPOZ", "PLLOD"])),
    shopper(("C-3004", "Rainier Coffee Roasters", Standard, NA, 17, Assortment::Coffee, &["USSEA"])),
    shopper(("C-3005", "Donau Gartentechnik", Standard, EU, 17, Assortment::Garden, &["ATVIE", "HUBUD"])),
    shopper(("C-3006", "Peachtree Office Goods", Standard, NA, 17, Assortment::Office, &["USATL", "USCLT"])),
    shopper(("C-3007", "Rhône Optique", Standard, EU, 16, Assortment::Lighting, &["FRLYS", "CHZRH"])),
    shopper(("C-3008", "Monterrey Autopartes del Norte", Standard, NA, 16, Assortment::Automotive, &["MXMTY", "MXQRO"])),
    shopper(("C-3009", "Pennine Cycles", Standard, EU, 16, Assortment::Bicycles, &["GBMNC"])),
    shopper(("C-3010", "Saint-Laurent Textiles", Standard, NA, 16, Assortment::Furniture, &["CAMTR"])),
    shopper(("C-3011", "Catalana de Cerámica", Standard, EU, 15, Assortment::Tiles, &["ESBCN", "ESVLC"])),
    shopper(("C-3012", "High Plains Irrigation", Standard, NA, 15, Assortment::Solar, &["USMCI", "USDEN"])),
    shopper(("C-3013", "Liguria Nautica", Standard, EU, 14, Assortment::Tools, &["ITGOA", "ITMIL"])),
    shopper(("C-3014", "Kattegat Båtbyggeri", Standard, EU, 14, Assortment::Tools, &["SEGOT"])),
];
