//! The shipments behind a figure: what each contributed, day by day, the latest first.

use crate::batch_rows::{Cell, write_rows};
use crate::page::BadCursor;
use crate::{Store, StoreError, journal};
use domain::Seq;
use domain::kpi::{Contribution, Day, Days, Dimension, Measure, Part, Sums};
use domain::view::ShipmentRow;
use sqlx::{AssertSqlSafe, Row, SqliteConnection, query};
use std::fmt;
use std::str::FromStr;

/// How many contributions are looked at for one page, where conditions may drop most of them.
const CANDIDATES: i64 = 5_000;

/// Which contributions to a measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behind {
    pub measure: Measure,
    pub window: Days,
    pub show: Show,
    /// Of one member of a dimension.
    pub member: Option<(Dimension, String)>,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Show {
    #[default]
    All,
    /// What counts below the line and not, or not wholly, above it: what was missed.
    Missed,
    LeftOut,
}

/// What a shipment contributed.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributed {
    pub day: Day,
    pub part: Part,
    pub sums: Sums,
    pub shipment: ShipmentRow,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Contributors {
    pub as_of: Seq,
    pub rows: Vec<Contributed>,
    /// Where the next page begins; a page may be short and still have a next one.
    pub next: Option<Place>,
}

/// The end of a page: the day and the shipment that came last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    day: i64,
    shipment: i64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.day, self.shipment)
    }
}

impl FromStr for Place {
    type Err = BadCursor;

    fn from_str(text: &str) -> Result<Self, BadCursor> {
        let parts = text.split_once('-').and_then(|(day, key)| Some((day.parse().ok()?, key.parse().ok()?)));
        parts.map(|(day, shipment)| Self { day, shipment }).ok_or_else(|| BadCursor::of(text))
    }
}

impl Store {
    /// The contributions to a measure, the latest day first; those of one shipment and day stay together.
    pub async fn behind(
        &self,
        behind: &Behind,
        before: Option<Place>,
        limit: usize,
    ) -> Result<Contributors, StoreError> {
        let mut read = self.read().await?;
        let as_of = journal::last_seq(&mut read).await?;
        let show = match behind.show {
            Show::All => "true",
            Show::Missed => "part not like '-%' and numerator < denominator",
            Show::LeftOut => "part like '-%'",
        };
        let (dimension, member) = match &behind.member {
            Some((dimension, member)) => (place_of(*dimension), member.as_str()),
            None => (None, ""),
        };
        let facet = dimension.map_or("true".to_owned(), |place| format!("facets ->> {place} = $6"));
        let sql = format!(
            "with found as materialized (
                 select day, shipment, part, facets, numerator, denominator from contributions
                 where measure = $1 and day between $2 and $3 and (day, shipment) < ($4, $5)
                 order by day desc, shipment desc limit $7)
             select found.day, found.shipment, part, numerator, denominator,
                    iif({show} and {facet}, row, null) as row
             from found cross join shipments on key = found.shipment
             order by found.day desc, found.shipment desc, part, facets"
        );
        let before = before.unwrap_or(Place { day: behind.window.last.0, shipment: i64::MAX });
        let found = query(AssertSqlSafe(sql))
            .bind(behind.measure.definition().id)
            .bind(behind.window.first.0)
            .bind(behind.window.last.0)
            .bind(before.day)
            .bind(before.shipment)
            .bind(member.to_owned())
            .bind(CANDIDATES)
            .fetch_all(&mut *read)
            .await?;
        let mut rows: Vec<Contributed> = Vec::new();
        let mut last: Option<Place> = None;
        let is_whole = i64::try_from(found.len()) != Ok(CANDIDATES);
        // Of the last shipment looked at some rows may lie behind the last candidate.
        let broken =
            found.last().filter(|_| !is_whole).map(|row| row.try_get::<i64, _>("shipment")).transpose()?;
        for row in &found {
            let place = Place { day: row.try_get("day")?, shipment: row.try_get("shipment")? };
            if broken == Some(place.shipment) && last.is_some_and(|last| last != place) {
                return Ok(Contributors { as_of, rows, next: last });
            }
            if rows.len() >= limit && last.is_some_and(|last| last != place) {
                return Ok(Contributors { as_of, rows, next: last });
            }
            last = Some(place);
            let Some(text) = row.try_get::<Option<&str>, _>("row")? else { continue };
            let shipment =
                serde_json::from_str(text).map_err(|error| StoreError::unreadable("shipments", error))?;
            let part: &str = row.try_get("part")?;
            rows.push(Contributed {
                day: Day(place.day),
                part: part.parse().map_err(|error| StoreError::unreadable("contributions", error))?,
                sums: Sums { numerator: row.try_get("numerator")?, denominator: row.try_get("denominator")? },
                shipment,
            });
        }
        Ok(Contributors { as_of, rows, next: last.filter(|_| !is_whole) })
    }
}

/// Where a dimension stands among the facets.
fn place_of(dimension: Dimension) -> Option<usize> {
    match dimension {
        Dimension::All => None,
        Dimension::Carrier => Some(0),
        Dimension::Lane => Some(1),
        Dimension::Location => Some(2),
        Dimension::Customer => Some(3),
    }
}

pub(crate) type ContributionRow = [Cell; 7];

/// A difference as a row.
pub(crate) fn row(
    shipment: i64,
    contribution: &Contribution,
    sums: Sums,
) -> Result<ContributionRow, StoreError> {
    let facets = &contribution.facets;
    let facets = [&facets.carrier, &facets.lane, &facets.location, &facets.customer].map(Option::as_deref);
    Ok([
        contribution.measure.definition().id.into(),
        contribution.day.0.into(),
        shipment.into(),
        contribution.part.to_string().into(),
        serde_json::to_string(&facets)?.into(),
        sums.numerator.into(),
        sums.denominator.into(),
    ])
}

/// Adds differences to what is kept.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    rows: Vec<ContributionRow>,
) -> Result<(), StoreError> {
    let takes_away = rows.iter().any(|row| matches!(row[6], Cell::Int(denominator) if denominator <= 0));
    write_rows(
        connection,
        "insert into contributions (measure, day, shipment, part, facets, numerator, denominator)",
        "on conflict (measure, day, shipment, part, facets) do update set
         numerator = cast(numerator + excluded.numerator as integer), denominator = cast(denominator + excluded.denominator as integer)",
        rows,
    )
    .await?;
    if takes_away {
        query(
            "delete from contributions indexed by contributions_void where numerator = 0 and denominator = 0",
        )
        .execute(connection)
        .await?;
    }
    Ok(())
}
