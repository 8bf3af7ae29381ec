//! Figures as people read them: in the unit of their measure, with what they were made from.

use chrono::TimeDelta;
use domain::kpi::{Better, Figure, Measure, Unit};
use domain::time::format_span;
use store::Restated;

/// The value alone: `94.2 %`, `3 h 05 min`, `1.3`, `+45.00 EUR (+4.5 %)`; none where nothing was counted.
pub fn value(measure: Measure, figure: &Figure) -> Option<String> {
    match measure.definition().unit {
        Unit::Percent => figure.value().map(percent),
        Unit::Minutes => figure.value().map(minutes),
        Unit::Each => figure.value().map(|value| format!("{value:.1}")),
        Unit::Money => {
            let said = figure.amounts().map(|(above, quoted)| {
                let share = (quoted.minor != 0)
                    .then(|| format!(" ({:+.1} %)", above.minor as f64 * 100.0 / quoted.minor as f64));
                let sign = if above.minor > 0 { "+" } else { "" };
                format!("{sign}{above}{}", share.unwrap_or_default())
            });
            let said = said.collect::<Vec<_>>().join(", ");
            (!said.is_empty()).then_some(said)
        }
    }
}

/// What it was made from, and what was left out: `471 of 500; 12 left out: 10 without a promise, 2 cancelled`.
pub fn parts(measure: Measure, figure: &Figure) -> String {
    let sums = figure.sums;
    let made = match measure.definition().unit {
        Unit::Percent => format!("{} of {}", sums.numerator, sums.denominator),
        Unit::Minutes => {
            let all = format_span(TimeDelta::minutes(sums.numerator));
            match (figure.quantile(0.5), figure.quantile(0.9)) {
                (Some(half), Some(most)) => format!(
                    "mean of {}, {all} together; half within {}, nine in ten within {}",
                    sums.denominator,
                    minutes(half),
                    minutes(most)
                ),
                _ => format!("mean of {}, {all} together", sums.denominator),
            }
        }
        Unit::Each => format!("{} for {}", sums.numerator, sums.denominator),
        Unit::Money => {
            let quoted =
                figure.amounts().map(|(_, quoted)| quoted.to_string()).collect::<Vec<_>>().join(", ");
            if quoted.is_empty() { "nothing quoted".to_owned() } else { format!("quoted {quoted}") }
        }
    };
    if figure.excluded.is_empty() {
        return made;
    }
    let why = figure.excluded.iter().map(|(why, count)| format!("{count} {}", why.label()));
    format!("{made}; {} left out: {}", figure.left_out(), why.collect::<Vec<_>>().join(", "))
}

/// What a window was before something that came late changed it: `Restated: 96.0 % (24 of 25) when its days ended; 1 day
/// has changed, last on 24 Nov`.
pub fn restated(measure: Measure, restated: &Restated) -> Option<String> {
    let Restated { before, days, last_on } = restated;
    let made = (measure.definition().unit == Unit::Percent)
        .then(|| format!(" ({} of {})", before.sums.numerator, before.sums.denominator));
    let days = if *days == 1 { "1 day has".to_owned() } else { format!("{days} days have") };
    Some(format!(
        "Restated: {}{} when its days ended; {days} changed, last on {}",
        value(measure, before)?,
        made.unwrap_or_default(),
        last_on.date()?.format("%-d %b"),
    ))
}

/// A share of fewer says nothing of how things are going.
const FEW: i64 = 10;

/// How a figure moved against the one before, and whether that is good; none where either is not known.
pub fn change(measure: Measure, now: &Figure, before: &Figure) -> Option<(String, Option<bool>)> {
    let definition = measure.definition();
    if definition.unit == Unit::Money {
        return None;
    }
    let base = before.sums.denominator.min(now.sums.denominator);
    let (now, before) = (now.value()?, before.value()?);
    let moved = now - before;
    let said = match definition.unit {
        Unit::Percent => format!("{:+.1} points", moved * 100.0),
        Unit::Minutes if moved.abs() < 0.5 => "no change".to_owned(),
        Unit::Minutes => {
            format!("{} {}", minutes(moved.abs()), if moved > 0.0 { "more" } else { "less" })
        }
        Unit::Each | Unit::Money => format!("{moved:+.1}"),
    };
    let is_better = match definition.better {
        Better::Higher => moved > 0.0,
        Better::Lower => moved < 0.0,
    };
    // One order that was late is no trend.
    let is_few = definition.unit == Unit::Percent && base < FEW;
    let verb = if base == 1 { "is" } else { "are" };
    let of_few = if is_few { format!("; {base} {verb} too few to tell") } else { String::new() };
    let verdict = (moved.abs() > f64::EPSILON && !is_few).then_some(is_better);
    Some((format!("{said} against {}{of_few}", plain(measure, before)), verdict))
}

fn plain(measure: Measure, value: f64) -> String {
    match measure.definition().unit {
        Unit::Percent => percent(value),
        Unit::Minutes => minutes(value),
        Unit::Each | Unit::Money => format!("{value:.1}"),
    }
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

pub fn minutes(minutes: f64) -> String {
    format_span(TimeDelta::minutes(minutes.round() as i64))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::kpi::{Bucket, Exclusion, Part, Sums};

    fn figure(parts: &[(Part, i64, i64)]) -> Figure {
        parts.iter().fold(Figure::default(), |mut figure, &(part, numerator, denominator)| {
            figure.add(part, Sums { numerator, denominator });
            figure
        })
    }

    #[test]
    fn a_figure_says_its_value_what_it_was_made_from_and_how_it_moved() {
        let now = figure(&[
            (Part::Counted, 471, 500),
            (Part::Excluded(Exclusion::NoPromise), 0, 10),
            (Part::Excluded(Exclusion::Cancelled), 0, 2),
        ]);
        let measure = Measure::OnTimeDelivery;
        assert_eq!(value(measure, &now).as_deref(), Some("94.2 %"));
        assert_eq!(parts(measure, &now), "471 of 500; 12 left out: 2 cancelled, 10 without a promise");
        let before = figure(&[(Part::Counted, 96, 100)]);
        let moved = change(measure, &now, &before);
        assert_eq!(moved, Some(("-1.8 points against 96.0 %".to_owned(), Some(false))));
        assert_eq!(change(measure, &now, &Figure::default()), None);
        assert_eq!(value(measure, &Figure::default()), None);
    }

    #[test]
    fn durations_and_money_have_their_own_words() {
        let stood = figure(&[(Part::Lasted(Bucket::of(90)), 180, 2)]);
        assert_eq!(value(Measure::Dwell, &stood).as_deref(), Some("1 h 30 min"));
        assert!(parts(Measure::Dwell, &stood).starts_with("mean of 2, 3 h 00 min together; half within 1 h"));
        let shorter = figure(&[(Part::Lasted(Bucket::of(60)), 60, 1)]);
        let moved = change(Measure::Dwell, &shorter, &stood);
        assert_eq!(moved, Some(("30 min less against 1 h 30 min".to_owned(), Some(true))));
        let euro = Part::Of("EUR".to_owned().try_into().expect("a currency"));
        let cost = figure(&[(euro, 4_500, 100_000)]);
        assert_eq!(value(Measure::LinehaulVariance, &cost).as_deref(), Some("+45.00 EUR (+4.5 %)"));
        let unquoted = figure(&[(euro, 4_500, 0)]);
        assert_eq!(value(Measure::AccessorialVariance, &unquoted).as_deref(), Some("+45.00 EUR"));
    }
}
