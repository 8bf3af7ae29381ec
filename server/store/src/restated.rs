//! Figures that were restated: what came after their day had ended, and what they were before.

use crate::StoreError;
use crate::batch_rows::{Cell, write_rows};
use crate::figures::{Figures, addend, measure};
use domain::kpi::{Day, Days, Dimension, Figure, Measure, Rollup};
use sqlx::{Row, SqliteConnection, query};
use std::collections::BTreeMap;

/// A window that came late changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Restated {
    /// As it stood when its days ended.
    pub before: Figure,
    /// How many of its days changed since.
    pub days: usize,
    /// When the last of them did.
    pub last_on: Day,
}

/// The windows of all measures that were restated. A day of which nothing was known when it ended was told late, which is
/// no restatement.
pub(crate) async fn read(
    connection: &mut SqliteConnection,
    window: Days,
    figures: &Figures,
) -> Result<Vec<(Measure, Restated)>, StoreError> {
    let rows = query(
        "select measure, day, part, max(restated_on) as last_on,
                sum(numerator) as numerator, sum(denominator) as denominator
         from restatements indexed by restatements_day where day between $1 and $2
         group by measure, day, part",
    )
    .bind(window.first.0)
    .bind(window.last.0)
    .fetch_all(connection)
    .await?;
    let mut late: BTreeMap<Measure, BTreeMap<Day, (Vec<_>, Day)>> = BTreeMap::new();
    for row in &rows {
        let (day, last_on) = (Day(row.try_get("day")?), Day(row.try_get("last_on")?));
        let (addends, last) =
            late.entry(measure(row)?).or_default().entry(day).or_insert((Vec::new(), last_on));
        addends.push(addend(row)?);
        *last = (*last).max(last_on);
    }
    let mut restated = Vec::new();
    for (measure, days) in late {
        let Some(now) = figures.measures.get(&measure) else { continue };
        let (mut before, mut changed, mut last) = (now.window.clone(), 0, None);
        for (day, (addends, last_on)) in days {
            let mut stood = now.days.get(&day).cloned().unwrap_or_default();
            for (part, sums) in &addends {
                stood.add(*part, sums.negated());
            }
            if stood.counts_nothing() {
                continue;
            }
            for (part, sums) in &addends {
                before.add(*part, sums.negated());
            }
            changed += 1;
            last = last.max(Some(last_on));
        }
        restated.extend(last.map(|last_on| (measure, Restated { before, days: changed, last_on })));
    }
    Ok(restated)
}

/// Adds what a batch, recorded on one day, changed in figures of days before it.
pub(crate) async fn write(
    connection: &mut SqliteConnection,
    differences: &Rollup,
    recorded_on: Day,
) -> Result<(), StoreError> {
    // What is open now is a state, not a day's figure.
    let late = differences.iter().filter(|(cell, _)| {
        cell.dimension == Dimension::All && cell.day < recorded_on && cell.measure != Measure::OpenExceptions
    });
    let rows: Vec<[Cell; 6]> = late
        .map(|(cell, sums)| {
            [
                cell.measure.definition().id.into(),
                cell.day.0.into(),
                cell.part.to_string().into(),
                recorded_on.0.into(),
                sums.numerator.into(),
                sums.denominator.into(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    write_rows(
        connection,
        "insert into restatements (measure, day, part, restated_on, numerator, denominator)",
        "on conflict (measure, day, part, restated_on) do update set
         numerator = cast(numerator + excluded.numerator as integer), denominator = cast(denominator + excluded.denominator as integer)",
        rows,
    )
    .await?;
    query("delete from restatements indexed by restatements_void where numerator = 0 and denominator = 0")
        .execute(connection)
        .await?;
    Ok(())
}
