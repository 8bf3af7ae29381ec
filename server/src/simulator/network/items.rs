//! What the network carries.

use domain::party::Item;

/// Articles that one kind of customer buys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assortment {
    Appliances,
    Automotive,
    Bicycles,
    Coffee,
    Food,
    Furniture,
    Garden,
    Home,
    Lighting,
    Medical,
    Office,
    Solar,
    Tiles,
    Tools,
}

impl Assortment {
    /// Whether an article belongs to it; a home store sells what several others do.
    pub fn holds(self, ware: &Ware) -> bool {
        ware.assortment == self
            || (self == Self::Home
                && matches!(
                    ware.assortment,
                    Self::Appliances | Self::Furniture | Self::Garden | Self::Lighting
                ))
    }
}

/// An article of the catalogue.
#[derive(Debug)]
pub struct Ware {
    pub code: &'static str,
    pub description: &'static str,
    /// UN/ECE Recommendation 20.
    pub unit: &'static str,
    /// Minor units of a euro or dollar for one unit.
    pub price: i64,
    /// The most of it on one order line.
    pub most: i64,
    assortment: Assortment,
}

impl Ware {
    pub fn item(&self) -> Item {
        Item { code: self.code.to_owned(), description: self.description.to_owned() }
    }
}

type Row = (&'static str, &'static str, &'static str, i64, i64, Assortment);

const fn ware((code, description, unit, price, most, assortment): Row) -> Ware {
    Ware { code, description, unit, price, most, assortment }
}

use Assortment::{
    Appliances, Automotive, Bicycles, Coffee, Food, Furniture, Garden, Lighting, Medical, Office, Solar,
    Tiles, Tools,
};

/// The catalogue.
#[rustfmt::skip]
pub const ITEMS: &[Ware] = &[
    ware(("WM-700", "Washing machine 7 kg", "EA", 41_900, 80, Appliances)),
    ware(("WM-900", "Washing machine 9 kg", "EA", 54_900, 60, Appliances)),
    ware(("TD-800", "Tumble dryer with heat pump", "EA", 61_900, 60, Appliances)),
    ware(("DW-450", "Dishwasher 45 cm", "EA", 37_900, 90, Appliances)),
    ware(("DW-600", "Dishwasher 60 cm", "EA", 45_900, 90, Appliances)),
    ware(("FR-330", "Fridge-freezer 330 l", "EA", 58_900, 50, Appliances)),
    ware(("OV-710", "Built-in oven 71 l", "EA", 39_900, 70, Appliances)),
    ware(("HB-604", "Induction hob 60 cm", "EA", 34_900, 120, Appliances)),
    ware(("MW-250", "Microwave 25 l", "EA", 11_900, 200, Appliances)),
    ware(("VC-120", "Cordless vacuum cleaner", "EA", 22_900, 240, Appliances)),
    ware(("CM-015", "Espresso machine", "EA", 31_900, 150, Appliances)),
    ware(("KT-017", "Kettle 1.7 l, carton of 6", "CT", 14_400, 160, Appliances)),
    ware(("TS-002", "Toaster, carton of 4", "CT", 12_800, 160, Appliances)),
    ware(("LM-046", "Lawn mower 46 cm, battery", "EA", 43_900, 60, Garden)),
    ware(("HT-060", "Hedge trimmer, carton of 2", "CT", 21_800, 120, Garden)),
    ware(("GH-025", "Garden hose 25 m, carton of 8", "CT", 15_200, 140, Garden)),
    ware(("BK-028", "Trekking bicycle 28 inch", "EA", 64_900, 48, Bicycles)),
    ware(("BK-E29", "E-bike 29 inch", "EA", 214_900, 30, Bicycles)),
    ware(("BP-500", "Bicycle battery 500 Wh", "EA", 38_900, 100, Bicycles)),
    ware(("LP-LED", "LED panel 60 by 60, carton of 10", "CT", 26_500, 150, Lighting)),
    ware(("FL-100", "Floor lamp", "EA", 8_900, 220, Lighting)),
    ware(("CH-OAK", "Dining chair, oak", "EA", 12_900, 180, Furniture)),
    ware(("TB-180", "Dining table 180 cm, oak", "EA", 49_900, 40, Furniture)),
    ware(("SH-240", "Shelf system 240 cm, pallet", "PF", 182_000, 26, Furniture)),
    ware(("MT-140", "Mattress 140 by 200", "EA", 24_900, 90, Furniture)),
    ware(("TL-ENG", "Tyre 205/55 R16, pallet of 40", "PF", 268_000, 24, Automotive)),
    ware(("BR-DSC", "Brake discs, pallet", "PF", 196_000, 22, Automotive)),
    ware(("OL-5W3", "Engine oil 5W-30, pallet", "PF", 224_000, 24, Automotive)),
    ware(("SP-410", "Solar panel 410 W, pallet of 31", "PF", 341_000, 24, Solar)),
    ware(("IN-008", "Inverter 8 kW", "EA", 118_900, 60, Solar)),
    ware(("CF-ARA", "Coffee beans, Arabica, bag 60 kg", "BG", 31_200, 320, Coffee)),
    ware(("PT-TOM", "Peeled tomatoes, pallet", "PF", 72_000, 33, Food)),
    ware(("OO-EVO", "Olive oil, pallet", "PF", 318_000, 24, Food)),
    ware(("PA-080", "Copy paper A4, pallet", "PF", 61_000, 33, Office)),
    ware(("GL-NIT", "Nitrile gloves, pallet", "PF", 143_000, 30, Medical)),
    ware(("SY-010", "Syringes 10 ml, pallet", "PF", 168_000, 28, Medical)),
    ware(("PW-018", "Cordless drill 18 V, carton of 5", "CT", 64_500, 140, Tools)),
    ware(("CE-TIL", "Ceramic tiles, pallet", "PF", 46_000, 22, Tiles)),
    ware(("IS-016", "Impact screwdriver, carton of 4", "CT", 71_800, 120, Tools)),
    ware(("CF-ROB", "Coffee beans, Robusta, bag 60 kg", "BG", 22_400, 320, Coffee)),
    ware(("OC-ERG", "Office chair", "EA", 27_900, 90, Office)),
    ware(("CE-MOS", "Mosaic tiles, pallet", "PF", 71_000, 20, Tiles)),
];
