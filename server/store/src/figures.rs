//! The manager's figures over some days: sums over the rows that the writer keeps by difference.

use crate::batch_rows::{Cell, write_rows};
use crate::restated::{self, Restated};
use crate::{Store, StoreError, journal};
use chrono::{DateTime, TimeDelta, Utc};
use domain::Seq;
use domain::kpi::{Day, Days, Dimension, Figure, Measure, Member, Part, Rollup, Sums};
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection, query};
use std::collections::BTreeMap;

/// Every measure over a window, beside the window that it is compared with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub as_of: Seq,
    pub measures: BTreeMap<Measure, MeasureFigures>,
    /// When each exception that is open now was opened, to the minute, by the day: how many, and their mean moment.
    pub open: Vec<Opened>,
}

/// One measure; what nothing contributed to is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MeasureFigures {
    pub window: Figure,
    pub compared: Figure,
    /// Days of the window on which something counted.
    pub days: BTreeMap<Day, Figure>,
    /// How the window stood before something that came late changed it, where it did.
    pub restated: Option<Restated>,
}

/// Exceptions of one day that are still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub day: Day,
    pub count: i64,
    /// Minutes since midnight UTC, summed over them.
    pub minutes: i64,
}

impl Opened {
    /// Their mean moment.
    pub fn mean(self) -> Option<DateTime<Utc>> {
        let minutes = self.minutes.checked_div(self.count)?;
        let midnight = self.day.date()?.and_hms_opt(0, 0, 0)?.and_utc();
        midnight.checked_add_signed(TimeDelta::try_minutes(minutes)?)
    }
}

/// The members of a dimension with their figures.
pub type Scorecard = BTreeMap<Member, BTreeMap<Measure, Figure>>;

impl Store {
    /// Every measure over `window` and over `compared`.
    pub async fn figures(&self, window: Days, compared: Days) -> Result<Figures, StoreError> {
        let mut read = self.read().await?;
        let mut figures = Figures { as_of: journal::last_seq(&mut read).await?, ..Figures::default() };
        // Where the windows overlap, a day belongs to both.
        let rows = query(
            "select measure, day, part, numerator, denominator from figures
             where dimension = 'all' and day between $1 and $2
             union all
             select measure, day, part, numerator, denominator from figures
             where dimension = 'all' and day between $3 and $4 and day not between $1 and $2",
        )
        .bind(window.first.0)
        .bind(window.last.0)
        .bind(compared.first.0)
        .bind(compared.last.0)
        .fetch_all(&mut *read)
        .await?;
        for row in &rows {
            let (part, sums) = addend(row)?;
            let day = Day(row.try_get("day")?);
            let measure = figures.measures.entry(measure(row)?).or_default();
            if window.contain(day) {
                measure.window.add(part, sums);
                measure.days.entry(day).or_default().add(part, sums);
            }
            if compared.contain(day) {
                measure.compared.add(part, sums);
            }
        }
        for (measure, restated) in restated::read(&mut read, window, &figures).await? {
            figures.measures.entry(measure).or_default().restated = Some(restated);
        }
        let rows = query(
            "select day, numerator, denominator from figures indexed by figures_open
             where measure = 'open_exceptions' and dimension = 'all' order by day",
        )
        .fetch_all(&mut *read)
        .await?;
        for row in &rows {
            let (count, minutes) = (row.try_get("denominator")?, row.try_get("numerator")?);
            figures.open.push(Opened { day: Day(row.try_get("day")?), count, minutes });
        }
        Ok(figures)
    }

    /// The members of a dimension over `window`.
    pub async fn scorecard(&self, dimension: Dimension, window: Days) -> Result<Scorecard, StoreError> {
        let mut read = self.read().await?;
        let rows = query(
            "select member, measure, part, sum(numerator) as numerator, sum(denominator) as denominator
             from figures where dimension = $1 and day between $2 and $3 group by member, measure, part",
        )
        .bind(dimension.as_str())
        .bind(window.first.0)
        .bind(window.last.0)
        .fetch_all(&mut *read)
        .await?;
        let mut members = Scorecard::new();
        for row in &rows {
            let (part, sums) = addend(row)?;
            let member: &str = row.try_get("member")?;
            let figures = members.entry(member.into()).or_default();
            figures.entry(measure(row)?).or_default().add(part, sums);
        }
        Ok(members)
    }
}

pub(crate) fn measure(row: &SqliteRow) -> Result<Measure, StoreError> {
    let id: &str = row.try_get("measure")?;
    Measure::named(id).ok_or_else(|| StoreError::unreadable("figures", format!("`{id}` is no measure")))
}

pub(crate) fn addend(row: &SqliteRow) -> Result<(Part, Sums), StoreError> {
    let part: &str = row.try_get("part")?;
    let part = part.parse().map_err(|error| StoreError::unreadable("figures", error))?;
    Ok((part, Sums { numerator: row.try_get("numerator")?, denominator: row.try_get("denominator")? }))
}

/// Adds differences to what is kept.
pub(crate) async fn write(connection: &mut SqliteConnection, differences: &Rollup) -> Result<(), StoreError> {
    if differences.is_empty() {
        return Ok(());
    }
    let row = |(cell, sums): (&domain::kpi::Cell, Sums)| -> [Cell; 7] {
        [
            cell.dimension.as_str().into(),
            cell.day.0.into(),
            cell.measure.definition().id.into(),
            cell.member.as_ref().into(),
            cell.part.to_string().into(),
            sums.numerator.into(),
            sums.denominator.into(),
        ]
    };
    write_rows(
        connection,
        "insert into figures (dimension, day, measure, member, part, numerator, denominator)",
        "on conflict (dimension, day, measure, member, part) do update set
         numerator = cast(numerator + excluded.numerator as integer), denominator = cast(denominator + excluded.denominator as integer)",
        differences.iter().map(row).collect(),
    )
    .await?;
    if differences.iter().any(|(_, sums)| sums.denominator <= 0) {
        // Left to itself, the planner reads the whole table.
        query("delete from figures indexed by figures_void where numerator = 0 and denominator = 0")
            .execute(connection)
            .await?;
    }
    Ok(())
}
