//! Rules on a payload whose values are each well formed: what no shipment in the world can be. Pure; says the path of
//! the value that breaks a rule.

use chrono::Datelike;
use domain::Fact;
use domain::fact::{HandledLine, Plan, PlannedStop, StopKind};
use domain::measure::{Money, Quantity};
use domain::place::Location;
use domain::time::{Moment, Window};

/// Largest amount and quantity, in minor units and thousandths: keeps every sum within 64 bits.
const LARGEST: i64 = 1_000_000_000_000_000;
/// Most stops of one shipment.
const MOST_STOPS: usize = 200;

/// Why a fact can't be: `at` is the path under `data`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    pub at: String,
    pub fault: String,
}

type Checked = Result<(), Flaw>;

fn flaw(at: impl Into<String>, fault: impl Into<String>) -> Checked {
    Err(Flaw { at: at.into(), fault: fault.into() })
}

/// Checks the rules that belong to a fact.
pub fn check(fact: &Fact) -> Checked {
    match fact {
        Fact::OrderReleased(terms) | Fact::OrderChanged(terms) => {
            named("customer.code", &terms.customer.code)?;
            terms.promised.iter().try_for_each(|promised| window("promised", promised))?;
            for (index, line) in terms.lines.iter().enumerate() {
                named(&format!("lines[{index}].line"), &line.line)?;
                quantity(&format!("lines[{index}].quantity"), &line.quantity)?;
                line.price.iter().try_for_each(|price| money(&format!("lines[{index}].price"), price))?;
            }
            Ok(())
        }
        Fact::OrderInvoiced(invoiced) => {
            named("invoice", &invoiced.invoice)?;
            money("amount", &invoiced.amount)
        }
        Fact::InvoicePaid(payment) => {
            named("invoice", &payment.invoice)?;
            money("amount", &payment.amount)
        }
        Fact::InvoiceDisputed(statement) => named("invoice", &statement.invoice),
        Fact::OrderReturned(returned) => {
            named("line", &returned.line)?;
            quantity("quantity", &returned.quantity)
        }
        Fact::LocationRegistered(place) => location("", place),
        Fact::ShipmentPlanned(plan) => planned(plan),
        Fact::TenderOffered(offer) => {
            named("tender", &offer.tender)?;
            named("carrier.code", &offer.carrier.code)?;
            offer.expires_at.iter().try_for_each(|at| moment("expires_at", *at))
        }
        Fact::TenderAccepted(answer) | Fact::TenderRejected(answer) | Fact::TenderExpired(answer) => {
            named("tender", &answer.tender)
        }
        Fact::CarrierAssigned(assignment) => named("carrier.code", &assignment.carrier.code),
        Fact::AppointmentScheduled(terms) | Fact::AppointmentRescheduled(terms) => {
            named("stop", &terms.stop)?;
            window("window", &terms.window)
        }
        Fact::AppointmentMissed(at)
        | Fact::PickupReadied(at)
        | Fact::StopArrived(at)
        | Fact::StopDeparted(at)
        | Fact::ShipmentSentOutForDelivery(at) => named("stop", &at.stop),
        Fact::StopLoaded(handled) | Fact::StopDelivered(handled) => {
            named("stop", &handled.stop)?;
            lines("lines", &handled.lines)
        }
        Fact::StopRefused(refusal) => named("stop", &refusal.stop),
        Fact::EtaChanged(statement) => {
            named("stop", &statement.stop)?;
            moment("eta", statement.eta)
        }
        Fact::PodReceived(pod) => {
            named("stop", &pod.stop)?;
            moment("signed_at", pod.signed_at)?;
            pod.discrepancy.iter().try_for_each(|found| lines("discrepancy.lines", &found.lines))
        }
        Fact::DocumentAttached(document) => named("document", &document.document),
        Fact::ChargeStated(charge) => {
            named("charge", &charge.charge)?;
            money("amount", &charge.amount)
        }
        Fact::EventRetracted(retraction) | Fact::OrderEventRetracted(retraction) => {
            named("event", &retraction.event)
        }
        _ => Ok(()),
    }
}

fn planned(plan: &Plan) -> Checked {
    if plan.stops.len() > MOST_STOPS {
        return flaw(
            "stops",
            format!("{} stops are too many: a shipment has at most {MOST_STOPS}", plan.stops.len()),
        );
    }
    for (kind, word) in [(StopKind::Pickup, "pickup"), (StopKind::Delivery, "delivery")] {
        if !plan.stops.iter().any(|stop| stop.kind == kind) {
            return flaw(
                "stops",
                format!("there is no {word}: a shipment has at least one pickup and one delivery"),
            );
        }
    }
    plan.orders
        .iter()
        .enumerate()
        .try_for_each(|(index, order)| named(&format!("orders[{index}]"), order))?;
    for (index, PlannedStop { stop, location: place, planned, .. }) in plan.stops.iter().enumerate() {
        let at = format!("stops[{index}]");
        named(&format!("{at}.stop"), stop)?;
        if plan.stops[..index].iter().any(|before| before.stop == *stop) {
            return flaw(
                format!("{at}.stop"),
                format!("`{stop}` is there twice: number each stop by itself"),
            );
        }
        location(&format!("{at}.location."), place)?;
        window(&format!("{at}.planned"), planned)?;
    }
    Ok(())
}

fn location(at: &str, place: &Location) -> Checked {
    if place.country.len() != 2 || !place.country.bytes().all(|b| b.is_ascii_uppercase()) {
        let fault = format!(
            "`{}` is no country: use the two capital letters of ISO 3166-1, for example DE",
            place.country
        );
        return flaw(format!("{at}country"), fault);
    }
    if place.zone.parse::<chrono_tz::Tz>().is_err() {
        let fault = format!("`{}` is no time zone: use an IANA name, for example Europe/Berlin", place.zone);
        return flaw(format!("{at}zone"), fault);
    }
    Ok(())
}

fn named(at: &str, text: &str) -> Checked {
    if text.trim().is_empty() { flaw(at, "it is empty: send your own number of it") } else { Ok(()) }
}

fn window(at: &str, window: &Window) -> Checked {
    moment(&format!("{at}.from"), window.from)?;
    moment(&format!("{at}.to"), window.to)
}

fn moment(at: &str, moment: Moment) -> Checked {
    let year = moment.year();
    if (2000..2100).contains(&year) {
        Ok(())
    } else {
        flaw(at, format!("the year {year} is out of reach: check the format"))
    }
}

fn lines(at: &str, lines: &[HandledLine]) -> Checked {
    lines
        .iter()
        .enumerate()
        .try_for_each(|(index, line)| quantity(&format!("{at}[{index}].quantity"), &line.quantity))
}

fn quantity(at: &str, quantity: &Quantity) -> Checked {
    if (0..=LARGEST).contains(&quantity.milli) {
        Ok(())
    } else {
        flaw(
            format!("{at}.milli"),
            format!("{} is no quantity: it lies between 0 and {LARGEST}", quantity.milli),
        )
    }
}

fn money(at: &str, money: &Money) -> Checked {
    if (-LARGEST..=LARGEST).contains(&money.minor) {
        Ok(())
    } else {
        flaw(
            format!("{at}.minor"),
            format!("{} is no amount: it lies between -{LARGEST} and {LARGEST}", money.minor),
        )
    }
}
