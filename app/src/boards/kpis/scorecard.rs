//! Carriers, lanes and places beside each other.

use super::{said, tile};
use crate::boards::table::{Column, Row, figures as number, table, words};
use crate::components::section::section;
use domain::kpi::{Figure, Measure};
use leptos::prelude::*;
use store::Scorecard;

/// How many members a card shows: those with the most behind their first figure. The file has all.
const SHOWN: usize = 10;

pub struct Card {
    pub title: &'static str,
    pub name: &'static str,
    pub columns: &'static [Column],
    pub measures: &'static [Measure],
}

pub const CARRIERS: Card = Card {
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
    title: "Places",
    name: "places",
    columns: &[words("Place"), number("Dwell"), number("Detention"), number("Visits")],
    measures: &[Measure::Dwell, Measure::Detention],
};

pub const CUSTOMERS: Card = Card {
    title: "Customers",
    name: "customers",
    columns: &[words("Customer"), number("On-time delivery"), number("Orders")],
    measures: &[Measure::OnTimeDelivery],
};

/// A scorecard, the members with the most first.
pub fn scorecard(card: &Card, members: &Scorecard) -> AnyView {
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
            let cells = cells.into_iter().map(IntoAny::into_any).collect();
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
