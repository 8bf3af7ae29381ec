//! What each figure means: one entry a measure, with its formula in words. The board shows it one click away.

use serde::{Deserialize, Serialize};

/// A figure on the manager's board.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    OnTimeDelivery,
    OnTimeDeliveryOriginal,
    OnTimePickup,
    OnTimePickupOriginal,
    OnTimeInFull,
    MilestoneCompleteness,
    Dwell,
    Detention,
    LinehaulVariance,
    FuelVariance,
    AccessorialVariance,
    ReleaseToPlan,
    PlanToPickup,
    PickupToDelivery,
    DeliveryToPod,
    PodToInvoice,
    InvoiceToPayment,
    OrderToCash,
    ExceptionRate,
    OpenExceptions,
    FirstResponse,
    Resolution,
    ManualTouches,
    QuarantineRate,
}

/// By what a measure can be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Dimension {
    All,
    Carrier,
    Lane,
    Location,
    Customer,
}

impl Dimension {
    pub const ALL: [Self; 5] = [Self::All, Self::Carrier, Self::Lane, Self::Location, Self::Customer];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Carrier => "carrier",
            Self::Lane => "lane",
            Self::Location => "location",
            Self::Customer => "customer",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }
}

/// What the numbers of a measure are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// The value is a share of the denominator.
    Percent,
    /// The numerator is in minutes; the value is a mean.
    Minutes,
    /// So many to each of the denominator.
    Each,
    /// Both are money of one currency, in minor units; the value is a share.
    Money,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    Higher,
    Lower,
}

/// What a measure means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// As in addresses and as stored.
    pub id: &'static str,
    pub label: &'static str,
    /// Numerator, denominator and the day that it counts on, in words.
    pub formula: &'static str,
    pub unit: Unit,
    pub better: Better,
    pub tolerance: Option<&'static str>,
    /// What is left out; the board says of how many.
    pub exclusions: &'static str,
}

const ON_TIME: &str = "15 minutes after the end of the window, or as the rules file says; early is on time, unless it says how early";
const NOT_PROMISED: &str = "cancelled orders and shipments; orders delivered without a promise. An order that is on no shipment yet is not seen";
const NOT_PICKED_UP: &str =
    "cancelled shipments; pickups of delivered shipments at which no truck was ever reported";
const NOT_QUOTED: &str = "shipments for which no cost was stated before pickup";
const OUT_OF_ORDER: &str = "legs whose end was stated to be before their beginning";

impl Measure {
    pub const ALL: [Self; 24] = [
        Self::OnTimeDelivery,
        Self::OnTimeDeliveryOriginal,
        Self::OnTimePickup,
        Self::OnTimePickupOriginal,
        Self::OnTimeInFull,
        Self::MilestoneCompleteness,
        Self::Dwell,
        Self::Detention,
        Self::LinehaulVariance,
        Self::FuelVariance,
        Self::AccessorialVariance,
        Self::ReleaseToPlan,
        Self::PlanToPickup,
        Self::PickupToDelivery,
        Self::DeliveryToPod,
        Self::PodToInvoice,
        Self::InvoiceToPayment,
        Self::OrderToCash,
        Self::ExceptionRate,
        Self::OpenExceptions,
        Self::FirstResponse,
        Self::Resolution,
        Self::ManualTouches,
        Self::QuarantineRate,
    ];

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|measure| measure.definition().id == word)
    }

    /// By what it is kept. By no more than the board shows: each dimension costs the writer a row a day and member.
    pub fn dimensions(self) -> &'static [Dimension] {
        use Dimension::{All, Carrier, Customer, Lane, Location};
        match self {
            Self::OnTimeDelivery => &[All, Carrier, Lane, Customer],
            Self::OnTimeInFull | Self::OnTimePickup => &[All, Carrier, Lane],
            Self::Dwell | Self::Detention => &[All, Location],
            Self::MilestoneCompleteness
            | Self::ExceptionRate
            | Self::LinehaulVariance
            | Self::FuelVariance
            | Self::AccessorialVariance => &[All, Carrier],
            Self::PickupToDelivery => &[All, Lane],
            Self::OnTimeDeliveryOriginal
            | Self::OnTimePickupOriginal
            | Self::ReleaseToPlan
            | Self::PlanToPickup
            | Self::DeliveryToPod
            | Self::PodToInvoice
            | Self::InvoiceToPayment
            | Self::OrderToCash
            | Self::OpenExceptions
            | Self::FirstResponse
            | Self::Resolution
            | Self::ManualTouches
            | Self::QuarantineRate => &[All],
        }
    }

    #[expect(clippy::too_many_lines, reason = "one entry a measure, in one table")]
    pub fn definition(self) -> &'static Definition {
        use Better::{Higher, Lower};
        use Unit::{Each, Minutes, Money, Percent};
        match self {
            Self::OnTimeDelivery => &Definition {
                id: "on_time_delivery",
                label: "On-time delivery, current promise",
                formula: "orders handed over at all their stops of a shipment by the end of the order's window as the ERP last promised it, divided by all orders of shipments that were handed over or whose window has passed. An order overdue and undelivered counts as missed. On-time orders count on the day of their last hand-over, missed ones on the day on which the window passed",
                unit: Percent,
                better: Higher,
                tolerance: Some(ON_TIME),
                exclusions: NOT_PROMISED,
            },
            Self::OnTimeDeliveryOriginal => &Definition {
                id: "on_time_delivery_original",
                label: "On-time delivery, original promise",
                formula: "as on-time delivery, against the first window that the ERP promised for the order",
                unit: Percent,
                better: Higher,
                tolerance: Some(ON_TIME),
                exclusions: NOT_PROMISED,
            },
            Self::OnTimePickup => &Definition {
                id: "on_time_pickup",
                label: "On-time pickup, current promise",
                formula: "pickup stops at which the truck arrived (or, where no arrival was reported, loaded or departed) by the end of the appointment, or of the planned window where there is none, divided by all pickup stops reached or whose window has passed. On-time pickups count on the day of the arrival, missed ones on the day on which the window passed",
                unit: Percent,
                better: Higher,
                tolerance: Some(ON_TIME),
                exclusions: NOT_PICKED_UP,
            },
            Self::OnTimePickupOriginal => &Definition {
                id: "on_time_pickup_original",
                label: "On-time pickup, original promise",
                formula: "as on-time pickup, against the window of the first plan that names the stop",
                unit: Percent,
                better: Higher,
                tolerance: Some(ON_TIME),
                exclusions: NOT_PICKED_UP,
            },
            Self::OnTimeInFull => &Definition {
                id: "on_time_in_full",
                label: "On time, in full",
                formula: "orders on time against the current promise whose every line was handed over in the quantity ordered (of an order that several shipments carry: in the quantity loaded on this one) and whose proof of delivery tells of nothing short or damaged, divided by all orders that on-time delivery counts. Of several statements about one stop the last counts",
                unit: Percent,
                better: Higher,
                tolerance: Some(ON_TIME),
                exclusions: NOT_PROMISED,
            },
            Self::MilestoneCompleteness => &Definition {
                id: "milestone_completeness",
                label: "Milestone completeness",
                formula: "milestones reported, divided by milestones expected, of delivered shipments: arrival, loading and departure at each pickup; arrival and departure at each cross-dock; arrival, delivery and proof at each delivery. Counts on the day of the last hand-over",
                unit: Percent,
                better: Higher,
                tolerance: None,
                exclusions: "shipments that the TMS never planned",
            },
            Self::Dwell => &Definition {
                id: "dwell",
                label: "Dwell",
                formula: "minutes from arrival to departure, divided by visits; the last visit to a stop counts, on the day of the departure",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: "stops of delivered shipments whose arrival or departure was not reported; departures stated to be before the arrival",
            },
            Self::Detention => &Definition {
                id: "detention",
                label: "Detention",
                formula: "minutes that a truck stood beyond the free time, divided by visits. The free time begins at the arrival, but not before the appointment (or the planned window) does",
                unit: Minutes,
                better: Lower,
                tolerance: Some("120 minutes are free, or as the rules file says"),
                exclusions: "as for dwell",
            },
            Self::LinehaulVariance => &Definition {
                id: "linehaul_variance",
                label: "Linehaul cost variance",
                formula: "linehaul as stated now minus linehaul as stated before pickup, divided by the latter, for delivered shipments, each currency apart. Counts on the day of the last hand-over",
                unit: Money,
                better: Lower,
                tolerance: None,
                exclusions: NOT_QUOTED,
            },
            Self::FuelVariance => &Definition {
                id: "fuel_variance",
                label: "Fuel cost variance",
                formula: "as linehaul cost variance, of fuel surcharges",
                unit: Money,
                better: Lower,
                tolerance: None,
                exclusions: NOT_QUOTED,
            },
            Self::AccessorialVariance => &Definition {
                id: "accessorial_variance",
                label: "Accessorial cost variance",
                formula: "as linehaul cost variance, of everything that is neither linehaul nor fuel: detention, redelivery and the like. Where nothing was stated before pickup there is an amount but no share",
                unit: Money,
                better: Lower,
                tolerance: None,
                exclusions: NOT_QUOTED,
            },
            Self::ReleaseToPlan => &Definition {
                id: "release_to_plan",
                label: "Released → planned",
                formula: "minutes from the order's release to the first plan that names it, divided by orders of shipments; counts on the day of the plan",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::PlanToPickup => &Definition {
                id: "plan_to_pickup",
                label: "Planned → picked up",
                formula: "minutes from the first plan that names the order to its last loading (or departure, where no loading was reported), divided by orders of shipments; counts on the day of that loading",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::PickupToDelivery => &Definition {
                id: "pickup_to_delivery",
                label: "Picked up → delivered",
                formula: "minutes from the order's last loading to its last hand-over, divided by orders of shipments; counts on the day of the hand-over",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::DeliveryToPod => &Definition {
                id: "delivery_to_pod",
                label: "Delivered → proof received",
                formula: "minutes from the order's last hand-over until the proofs of all its stops had arrived, divided by orders of shipments; counts on the day of the last proof",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::PodToInvoice => &Definition {
                id: "pod_to_invoice",
                label: "Proof received → invoiced",
                formula: "minutes from the last proof to the order's first invoice, divided by orders of shipments; counts on the day of the invoice",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: "orders invoiced before their proof arrived",
            },
            Self::InvoiceToPayment => &Definition {
                id: "invoice_to_payment",
                label: "Invoiced → paid",
                formula: "minutes from the order's first invoice to the payment that settled the last one, divided by orders of shipments; an invoice is settled when it is paid in full, or paid after a dispute. Counts on the day of the payment",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::OrderToCash => &Definition {
                id: "order_to_cash",
                label: "Order to cash",
                formula: "minutes from the order's release to the payment that settled its last invoice, divided by orders of shipments; counts on the day of the payment",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: OUT_OF_ORDER,
            },
            Self::ExceptionRate => &Definition {
                id: "exception_rate",
                label: "Exception rate",
                formula: "delivered shipments that ever had an exception, divided by delivered shipments; counts on the day of the last hand-over",
                unit: Percent,
                better: Lower,
                tolerance: None,
                exclusions: "cancelled shipments; exceptions that late data showed to be none",
            },
            Self::OpenExceptions => &Definition {
                id: "open_exceptions",
                label: "Age of open exceptions",
                formula: "now minus the moment at which each open exception was opened, divided by open exceptions, snoozed ones included; counts on the day of the opening",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: "exceptions of feeds, which are no shipment's",
            },
            Self::FirstResponse => &Definition {
                id: "first_response",
                label: "Time to first response",
                formula: "minutes from an exception's opening to the first thing that a person did about it, divided by exceptions answered; counts on the day of the answer",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: "exceptions that cleared before anybody answered, or that late data showed to be none; those of feeds, which are no shipment's",
            },
            Self::Resolution => &Definition {
                id: "resolution",
                label: "Time to resolve",
                formula: "minutes from an exception's opening to its end, by a person or because its cause went away, divided by exceptions ended; counts on the day of the end",
                unit: Minutes,
                better: Lower,
                tolerance: None,
                exclusions: "exceptions that were reopened, until they end; those that late data showed to be none; those of feeds, which are no shipment's",
            },
            Self::ManualTouches => &Definition {
                id: "manual_touches",
                label: "Manual touches",
                formula: "what people at the desk did about delivered shipments, divided by delivered shipments; counts on the day of the last hand-over",
                unit: Each,
                better: Lower,
                tolerance: None,
                exclusions: "cancelled shipments; what customers did in the portal",
            },
            Self::QuarantineRate => &Definition {
                id: "quarantine_rate",
                label: "Quarantine rate",
                formula: "events that a source sent and that were put into quarantine, divided by all its events that were accepted or put there, since the source was set up",
                unit: Percent,
                better: Lower,
                tolerance: None,
                exclusions: "deliveries refused at the door: nobody knows who sent them; duplicates",
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Limits;

    #[test]
    fn every_measure_has_an_id_of_its_own_and_says_what_it_divides_by_what() {
        for measure in Measure::ALL {
            let definition = measure.definition();
            assert_eq!(Measure::named(definition.id), Some(measure));
            let says = definition.formula.contains("divided by") || definition.formula.starts_with("as ");
            assert!(says, "{}", definition.id);
            assert_eq!(measure.dimensions()[0], Dimension::All);
        }
    }

    #[test]
    fn the_tolerances_that_are_shown_are_those_that_are_used() {
        assert!(ON_TIME.starts_with(&format!("{} minutes", Limits::default().eta_tolerance_minutes)));
        let free = Measure::Detention.definition().tolerance.expect("free time");
        assert!(free.starts_with(&format!("{} minutes", Limits::default().dwell_minutes)));
    }
}
