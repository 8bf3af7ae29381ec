//! Search: which words a shipment is found by, per audience, and how a query is read. A customer's words come from its
//! own redaction alone.

use domain::CustomerId;
use domain::redaction::CustomerShipment;
use domain::view::ShipmentView;

/// The house, as an audience.
pub(crate) const INTERNAL: &str = "internal";

/// A customer, as an audience: one word that no other audience has.
pub(crate) fn audience(customer: CustomerId) -> String {
    format!("c{}", customer.0.simple())
}

/// Words of everything that the house may search by.
pub(crate) fn internal_words(view: &ShipmentView) -> String {
    let customers = view.customers();
    let names = customers.iter().map(|customer| customer.name.as_str());
    let codes = customers.iter().map(|customer| customer.code.as_str());
    let references = view.references.iter().map(|reference| reference.value.as_str());
    let places = view.state.stops.iter().filter_map(|stop| stop.location.as_ref());
    let carrier = view.state.carrier.iter().map(|carrier| carrier.name.as_str());
    words(
        [view.number.as_str()]
            .into_iter()
            .chain(references)
            .chain(names)
            .chain(codes)
            .chain(places.map(|place| place.city.as_str()))
            .chain(carrier),
    )
}

/// Words of what one customer sees; `name` is its own.
pub(crate) fn customer_words(seen: &CustomerShipment, name: &str) -> String {
    let references = seen.references.iter().map(|reference| reference.value.as_str());
    let orders = seen.orders.iter().map(|order| order.number.as_str());
    let places = seen.stops.iter().filter_map(|stop| stop.location.as_ref());
    words(
        [seen.number.as_str(), name]
            .into_iter()
            .chain(references)
            .chain(orders)
            .chain(places.map(|place| place.city.as_str()))
            .chain(seen.carrier.as_deref()),
    )
}

/// Each word once, in order of the alphabet: a function of what is said, not of how often.
fn words<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<String> = texts.flat_map(split).collect();
    words.sort_unstable();
    words.dedup();
    words.join(" ")
}

fn split(text: &str) -> impl Iterator<Item = String> {
    text.split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
}

/// An FTS5 expression that finds rows of `audience` with every word of `query` or a word that begins with it; none
/// where the query has no word. A single letter must be a whole word: everything begins with it.
pub(crate) fn expression(audience: &str, query: &str) -> Option<String> {
    let mut terms: Vec<String> = split(query)
        .map(|word| {
            let prefix = if word.chars().count() > 1 { "*" } else { "" };
            format!("words : \"{word}\"{prefix}")
        })
        .collect();
    if terms.is_empty() {
        return None;
    }
    terms.truncate(16);
    Some(format!("audience : \"{audience}\" AND {}", terms.join(" AND ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_words_and_nothing_else() {
        assert_eq!(
            expression("internal", "S-100 OR \"x* müll"),
            Some(
                "audience : \"internal\" AND words : \"s\" AND words : \"100\"* AND words : \"or\"* \
                 AND words : \"x\" AND words : \"müll\"*"
                    .to_owned()
            )
        );
        assert_eq!(expression("internal", " -*\" "), None);
    }
}
