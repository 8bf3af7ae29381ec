//! Carriers, lanes and places beside each other.

use super::{behind, said, tile};
use crate::boards::table::{Column, Row, figures as number, table, words};
use crate::components::section::section;
use domain::kpi::{Days, Dimension, Figure, Measure};
use leptos::prelude::*;
use store::Scorecard;

/// How many members a card shows: those with the most behind their first figure. The file has all.
const SHOWN: usize = 10;

pub struct Card {
    pub dimension: Dimension,
    pub title: &'static str,
    pub name: &'static str,
    pub columns: &'static [Column],
    pub measures: &'static [Measure],
}

pub const CARRIERS: Card = Card {
    dimension: Dimension::Carrier,
    title: "Carriers",
    name: "carriers",
    columns: &[
        words("Carrier"),
        number("On-time delivery"),
        number("On-time pickup"),
        number("In full"),
        number("Milestones"),
        number("Exceptions"),
        number("Linehaul"),
        number("Orders"),
    ],
    measures: &[
        Measure::OnTimeDelivery,
        Measure::OnTimePickup,
        Measure::OnTimeInFull,
        Measure::MilestoneCompleteness,
        Measure::ExceptionRate,
        Measure::LinehaulVariance,
    ],
};

pub const LANES: Card = Card {
    dimension: Dimension::Lane,
    title: "Lanes",
    name: "lanes",
    columns: &[
        words("Lane"),
        number("On-time delivery"),
        number("On-time pickup"),
        number("In full"),
        number("Picked up → delivered"),
        number("Orders"),
    ],
    measures: &[
        Measure::OnTimeDelivery,
        Measure::OnTimePickup,
        Measure::OnTimeInFull,
        Measure::PickupToDelivery,
    ],
};

pub const PLACES: Card = Card {
    dimension: Dimension::Location,
    title: "Places",
    name: "places",
    columns: &[words("Place"), number("Dwell"), number("Detention"), number("Visits")],
    measures: &[Measure::Dwell, Measure::Detention],
};

pub const CUSTOMERS: Card = Card {
    dimension: Dimension::Customer,
    title: "Customers",
    name: "customers",
    columns: &[words("Customer"), number("On-time delivery"), number("Orders")],
    measures: &[Measure::OnTimeDelivery],
};

/// A scorecard, the members with the most first.
pub fn scorecard(card: &Card, members: &Scorecard, window: Days) -> AnyView {
    if members.is_empty() {
        return section(card.title, view! { <p class="empty-note">"Nothing counted on these days."</p> });
    }
    let first = card.measures.first().copied().unwrap_or(Measure::OnTimeDelivery);
    let weight = |figures: &std::collections::BTreeMap<Measure, Figure>| {
        figures.get(&first).map_or(0, |figure| figure.sums.denominator)
    };
    let mut all: Vec<_> = members.iter().collect();
    all.sort_by_key(|(_, figures)| std::cmp::Reverse(weight(figures)));
    let head: Vec<&str> = card.columns.iter().map(|column| column.0).collect();
    let mut lines = vec![head.join(",")];
    let mut rows = Vec::with_capacity(SHOWN.min(all.len()));
    for (place, (member, figures)) in all.iter().enumerate() {
        let said = card.measures.iter().map(|measure| {
            let figure = figures.get(measure);
            figure.and_then(|figure| said::value(*measure, figure)).unwrap_or_else(|| "–".to_owned())
        });
        let cells: Vec<String> =
            [member.to_string()].into_iter().chain(said).chain([weight(figures).to_string()]).collect();
        lines.push(cells.iter().map(|one| tile::cell(one)).collect::<Vec<_>>().join(","));
        if place < SHOWN {
            // Each figure leads to the shipments that it counts.
            let measures = [None].into_iter().chain(card.measures.iter().map(Some));
            let cells =
                cells.into_iter().zip(measures.chain(std::iter::repeat(None))).map(|(said, measure)| {
                    match measure.filter(|_| said != "–") {
                        Some(measure) => {
                            let href = behind::href(*measure, window, Some((card.dimension, member)));
                            view! { <a href=href>{said}</a> }.into_any()
                        }
                        None => said.into_any(),
                    }
                });
            let cells = cells.collect();
            rows.push(Row { key: format!("{}-{member}", card.name).replace(' ', "_"), cells });
        }
    }
    let more = (all.len() > SHOWN)
        .then(|| view! { <p>{format!("{SHOWN} of {} are shown; the file has all.", all.len())}</p> });
    section(
        card.title,
        view! {
            {table(card.title, card.columns, rows)}
            {more}
            {tile::csv(card.name, &lines)}
        },
    )
}
