//! Search: which words a shipment is found by, per audience, and how a query is read. A customer's words come from its
//! own redaction alone.

use domain::CustomerId;
use domain::redaction::CustomerShipment;
use domain::view::ShipmentView;
use std::fmt::Write;

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

/// In small letters, and those that no accent tells from a plain one as people type them without: the index knows accents alone.
fn folded(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.to_lowercase().chars() {
        match letter {
            'ł' => folded.push('l'),
            'ø' => folded.push('o'),
            'đ' => folded.push('d'),
            'ı' => folded.push('i'),
            'ß' => folded.push_str("ss"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            letter => folded.push(letter),
        }
    }
    folded
}

fn split(text: &str) -> impl Iterator<Item = String> {
    // Accents that stand apart belong to their letter; the index drops them like those that do not.
    let is_inner = |letter: char| letter.is_alphanumeric() || ('\u{300}'..='\u{36f}').contains(&letter);
    text.split(move |letter| !is_inner(letter)).filter(|word| !word.is_empty()).map(folded)
}

/// A word of a query, and whether it must be found whole or may be a beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Term {
    pub word: String,
    pub is_whole: bool,
}

/// Words that a query may have; more are left out.
const TERMS: usize = 16;
/// The longest beginnings that the search's own index knows.
const INDEXED: usize = 6;

impl Term {
    /// Whether finding it as a beginning may mean to merge very many rows, so that it is worth looking whether it is a
    /// whole word.
    pub(crate) fn is_long(&self) -> bool {
        self.word.chars().count() > INDEXED
    }
}

/// The words of a query. A single letter must be a whole word: everything begins with it.
pub(crate) fn terms(query: &str) -> Vec<Term> {
    let words = split(query).take(TERMS);
    words.map(|word| Term { is_whole: word.chars().count() == 1, word }).collect()
}

/// An FTS5 expression that finds rows of `audience` with every term.
pub(crate) fn expression(audience: &str, terms: &[Term]) -> String {
    let mut expression = format!("audience : \"{audience}\"");
    for Term { word, is_whole } in terms {
        let prefix = if *is_whole { "" } else { "*" };
        let _ = write!(expression, " AND words : \"{word}\"{prefix}");
    }
    expression
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_as_people_type_it_without_its_letters() {
        let words: Vec<String> = split("Wrocław, Große Straße, Ørsted").collect();
        assert_eq!(words, ["wroclaw", "grosse", "strasse", "orsted"]);
    }

    #[test]
    fn a_query_is_words_and_nothing_else() {
        assert_eq!(
            expression("internal", &terms("S-100 OR \"x* müll")),
            "audience : \"internal\" AND words : \"s\" AND words : \"100\"* AND words : \"or\"* \
             AND words : \"x\" AND words : \"müll\"*"
        );
        assert_eq!(terms(" -*\" "), []);
    }
}
