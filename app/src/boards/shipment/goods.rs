//! What is on the shipment: orders with their lines, what was ordered of each and what was delivered.

use crate::components::when::window;
use crate::plain::IntoPlain;
use domain::consignment::Stage;
use domain::measure::Quantity;
use domain::redaction::{CustomerLine, CustomerOrder, CustomerShipment};
use domain::view::ShipmentView;
use leptos::prelude::*;

/// All orders. The house reads whose each is.
pub fn orders(shipment: &CustomerShipment, inside: Option<&ShipmentView>) -> AnyView {
    if shipment.orders.is_empty() {
        return view! { <p class="empty-note">"No order is on it yet, as far as anybody has told."</p> }
            .plain();
    }
    let orders = shipment.orders.iter().enumerate().map(|(place, one)| {
        // Both are in the order of the shipment's own list.
        let known = inside.and_then(|inside| inside.orders.get(place));
        let remark = known.map(|known| {
            let customer =
                known.customer.as_ref().map_or("customer not known yet", |customer| &customer.name);
            let cancelled = if known.cancelled { ", cancelled" } else { "" };
            // Where it is on its way the page says already; how else its goods ended stands with the order.
            let ended = known.stage.is_off() || known.stage == Stage::Refused;
            let ended = if ended { format!(", {}", known.stage.label()) } else { String::new() };
            format!("{customer}{cancelled}{ended}")
        });
        order(one, remark, known.and_then(|known| known.held_because.as_deref()))
    });
    orders.collect_view().plain()
}

fn order(order: &CustomerOrder, remark: Option<String>, held: Option<&str>) -> impl IntoView + use<> {
    let held = held.map_or(String::new(), |because| format!(", held: {because}"));
    let caption = format!("Lines of order {}", order.number);
    let is_delivered = order.lines.iter().any(|line| line.delivered.is_some());
    let lines = order.lines.iter().map(|one| line(one, is_delivered)).collect_view();
    let lines = if order.lines.is_empty() {
        view! { <p class="empty-note">"The ERP has not sent its lines yet."</p> }.plain()
    } else {
        view! {
            <table class="lines">
                <caption class="unseen">{caption}</caption>
                <thead>
                    <tr>
                        <th scope="col">"Line"</th>
                        <th scope="col">"Item"</th>
                        <th scope="col" class="number">
                            "Ordered"
                        </th>
                        {is_delivered.then(|| view! {
                            <th scope="col" class="number">
                                "Delivered"
                            </th>
                        })}
                    </tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        }
        .plain()
    };
    let onward = order.goes_on.as_ref();
    let onward =
        onward.map(|onward| format!("Goes on with {} from stop {}.", onward.with.join(" and "), onward.stop));
    view! {
        <article class="order">
            <h3>{order.number.clone()} {remark.map(|remark| format!(", {remark}"))}</h3>
            <p>"Promised " {window(order.promised)}</p>
            {onward.map(|onward| view! { <p class="detail">{onward}</p> })}
            <p class="detail">{format!("Invoice: {}{held}", order.invoice.label())}</p>
            {lines}
        </article>
    }
}

fn line(line: &CustomerLine, is_delivered: bool) -> impl IntoView + use<> {
    let off = line.delivered.as_ref().and_then(|delivered| difference(&line.quantity, delivered));
    let delivered = is_delivered.then(|| {
        let text = line.delivered.as_ref().map_or("–".to_owned(), Quantity::to_string);
        view! {
            <td class="number">
                {text}
                {off.map(|(name, off)| view! {
                    <span class="off" data-off=name>
                        {off}
                    </span>
                })}
            </td>
        }
    });
    view! {
        <tr>
            <td>{line.line.clone()}</td>
            <td>{line.item.clone()} <span class="detail">{line.description.clone()}</span></td>
            <td class="number">{line.quantity.to_string()}</td>
            {delivered}
        </tr>
    }
}

/// What was delivered too little or too much, named for the stylesheet and said.
fn difference(ordered: &Quantity, delivered: &Quantity) -> Option<(&'static str, String)> {
    let milli = delivered.milli.saturating_sub(ordered.milli);
    let off = Quantity { milli: milli.saturating_abs(), unit: ordered.unit.clone() };
    match milli {
        0 => None,
        short if short < 0 => Some(("short", format!("short {off}"))),
        _ => Some(("over", format!("over {off}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_missing_and_what_is_too_much() {
        let said = |delivered| {
            let (ordered, delivered) = (Quantity::whole(12, "EA"), Quantity::whole(delivered, "EA"));
            difference(&ordered, &delivered).map(|(_, off)| off)
        };
        assert_eq!(said(12), None);
        assert_eq!(said(9).as_deref(), Some("short 3 EA"));
        assert_eq!(said(14).as_deref(), Some("over 2 EA"));
    }
}
