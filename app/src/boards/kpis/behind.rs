//! The shipments behind a figure: `/kpis?measure=on_time_delivery&show=missed&by=carrier&member=…`, with the same days as the
//! board. What the rows add up to is the figure.

use super::period::{Period, date, format_days, value};
use super::said;
use crate::api::ApiError;
use crate::boards::table::{Column, Row, figures as number, table, words};
use crate::components::badge::{flags, status};
use crate::components::section::section;
use crate::context::Context;
use domain::Seq;
use domain::kpi::{Day, Days, Dimension, Figure, Measure, Part, Unit};
use leptos::prelude::*;
use leptos_router::location::Url;
use store::{Behind, Contributed, Place, Show};

/// How many contributions a page has, at least where there are so many.
const ROWS: usize = 100;

const CONTRIBUTED: &[Column] = &[
    words("Shipment"),
    words("Day (UTC)"),
    words("From, to"),
    words("Status"),
    words("Customer"),
    number("Contributed"),
];

/// What the address asks for.
#[derive(Clone, Debug)]
pub struct Query {
    behind: Behind,
    period: Period,
    before: Option<Place>,
}

impl Query {
    /// None where the address names no measure: then it is the board's.
    pub fn read(query: &str, today: Day) -> Option<Self> {
        let measure = Measure::named(value(query, "measure")?)?;
        let period = Period::read(query);
        let show = match value(query, "show") {
            Some("missed") => Show::Missed,
            Some("left_out") => Show::LeftOut,
            _ => Show::All,
        };
        let dimension = value(query, "by").and_then(Dimension::named);
        let member = dimension
            .zip(value(query, "member"))
            .map(|(dimension, member)| (dimension, Url::unescape(member)));
        let before = value(query, "before").and_then(|place| place.parse().ok());
        let behind = Behind { measure, window: period.windows(today).0, show, member };
        Some(Self { behind, period, before })
    }

    fn href(&self) -> String {
        let show = match self.behind.show {
            Show::All => "",
            Show::Missed => "&show=missed",
            Show::LeftOut => "&show=left_out",
        };
        let member = self.behind.member.as_ref().map_or(String::new(), |(dimension, member)| {
            format!("&by={}&member={}", dimension.as_str(), Url::escape(member))
        });
        let before = self.before.map_or(String::new(), |place| format!("&before={place}"));
        let id = self.behind.measure.definition().id;
        format!("/kpis?measure={id}&{}{show}{member}{before}", self.period.query())
    }
}

/// The address of what is behind a measure in some days, of one member of a dimension or of all.
pub fn href(measure: Measure, window: Days, member: Option<(Dimension, &str)>) -> String {
    let member = member.map_or(String::new(), |(dimension, member)| {
        format!("&by={}&member={}", dimension.as_str(), Url::escape(member))
    });
    let (from, to) = (date(window.first), date(window.last));
    format!("/kpis?measure={}&from={from}&to={to}{member}", measure.definition().id)
}

pub async fn draw(context: &Context, query: &Query) -> Result<(Seq, AnyView), ApiError> {
    let found = context.store.behind(&query.behind, query.before, ROWS).await?;
    let Behind { measure, window, .. } = query.behind;
    let figure = match &query.behind.member {
        None => context.store.figures(window, window).await?.measures.remove(&measure).map(|all| all.window),
        Some((dimension, member)) => {
            let mut members = context.store.scorecard(*dimension, window).await?;
            members.get_mut(member.as_str()).and_then(|figures| figures.remove(&measure))
        }
    };
    let figure = figure.unwrap_or_default();
    let definition = measure.definition();
    let of = query.behind.member.as_ref().map(|(_, member)| format!(", {member}"));
    let shows = choices(query, measure);
    let older = found.next.map(|place| Query { before: Some(place), ..query.clone() }.href());
    let back = format!("/kpis?{}", query.period.query());
    let rows: Vec<Row> = found.rows.iter().enumerate().map(|(place, one)| row(place, measure, one)).collect();
    let shown = if rows.is_empty() && older.is_none() {
        view! {
            <div class="empty">
                <p>"No shipment contributed to this on these days."</p>
                <p><a href=back.clone()>"Back to the board"</a></p>
            </div>
        }
        .into_any()
    } else {
        table("Shipments behind the figure", CONTRIBUTED, rows)
    };
    let drawn = view! {
        <p><a href=back>"← All figures"</a></p>
        {section("What it says", view! {
            <h3>{definition.label} {of} ", " {format_days(window)}</h3>
            <p class="tile-value">{said::value(measure, &figure).unwrap_or_else(|| "Nothing counted".to_owned())}</p>
            <p class="tile-parts">{said::parts(measure, &figure)}</p>
            <p>{format!("Formula: {}. Left out: {}.", definition.formula, definition.exclusions)}</p>
        })}
        {section("The shipments behind it", view! {
            {shows}
            {shown}
            <nav class="pages" aria-label="Pages">
                {older.map(|href| view! { <a href=href rel="next">"Older"</a> })}
            </nav>
        })}
    };
    Ok((found.as_of, drawn.into_any()))
}

fn choices(query: &Query, measure: Measure) -> AnyView {
    let all = [(Show::All, "All"), (Show::Missed, "Missed"), (Show::LeftOut, "Left out")];
    // Only a share can be missed.
    let is_share = measure.definition().unit == Unit::Percent;
    let links = all.into_iter().filter(|(show, _)| is_share || *show != Show::Missed).map(|(show, label)| {
        let behind = Behind { show, ..query.behind.clone() };
        let href = Query { behind, before: None, ..query.clone() }.href();
        view! {
            <li>
                <a href=href aria-current=(show == query.behind.show).then_some("page")>
                    {label}
                </a>
            </li>
        }
    });
    view! { <ul class="choices">{links.collect_view()}</ul> }.into_any()
}

fn row(place: usize, measure: Measure, one: &Contributed) -> Row {
    let shipment = &one.shipment.tracked;
    let ends: Vec<&str> =
        [&shipment.origin, &shipment.destination].into_iter().flatten().map(String::as_str).collect();
    let mut figure = Figure::default();
    figure.add(one.part, one.sums);
    let contributed = match one.part {
        Part::Excluded(why) => format!("left out: {}", why.label()),
        _ if measure.definition().unit == Unit::Percent => {
            format!("{} of {}", one.sums.numerator, one.sums.denominator)
        }
        _ => said::value(measure, &figure).unwrap_or_else(|| "–".to_owned()),
    };
    Row {
        key: format!("behind-{place}"),
        cells: vec![
            view! { <a href=format!("/shipments/{}", shipment.id)>{shipment.number.clone()}</a> }.into_any(),
            date(one.day).into_any(),
            ends.join(" → ").into_any(),
            view! { {status(shipment.status)} {flags(shipment.flags)} }.into_any(),
            one.shipment.customers.join(", ").into_any(),
            contributed.into_any(),
        ],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_to_the_member_that_it_names() {
        let window = Days { first: Day(20_393), last: Day(20_399) };
        let member = "Wrocław PL → Munich DE & more (A+B)";
        let href = href(Measure::Dwell, window, Some((Dimension::Lane, member)));
        let (_, query) = href.split_once('?').expect("a query");
        let read = Query::read(query, Day(0)).expect("a measure");
        assert_eq!(read.behind.member, Some((Dimension::Lane, member.to_owned())));
        assert_eq!(read.behind.window, window);
        assert!(Query::read("days=28", Day(0)).is_none());
        assert!(Query::read("measure=none_such", Day(0)).is_none());
    }
}
