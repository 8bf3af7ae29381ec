//! What went wrong, how soon somebody saw to it, and how much of it needed people.

use super::contributions::{Tally, standing};
use super::definition::Measure;
use super::rollup::{Day, Exclusion, Part};
use crate::authority::Role;
use crate::exception::{Closing, ShipmentException};

/// Exceptions: how often, how old, how soon answered and ended.
pub(super) fn exceptions(tally: &mut Tally, exceptions: &[ShipmentException]) {
    if let Some(finished) = tally.finished {
        let had_one = i64::from(exceptions.iter().any(|one| one.closing != Some(Closing::LateData)));
        tally.count(Measure::ExceptionRate, finished, tally.facets.clone(), Part::Counted, (had_one, 1));
    }
    for exception in exceptions {
        let facets = tally.facets.clone();
        let opened_at = exception.opened_at;
        if let (Some(Closing::LateData), Some(closed_at)) = (&exception.closing, exception.closed_at) {
            for measure in [Measure::FirstResponse, Measure::Resolution] {
                tally.exclude(measure, closed_at, facets.clone(), Exclusion::LateData);
            }
            continue;
        }
        match (exception.first_answer(), exception.closed_at) {
            (Some(first), _) => {
                // A person's clock and ours may differ by a little; nobody answers before the opening.
                let answered_at = first.at.to_utc().max(opened_at);
                tally.lasted(Measure::FirstResponse, facets.clone(), opened_at, answered_at);
            }
            (None, Some(closed_at)) => {
                let why = Exclusion::ClearedUnanswered;
                tally.exclude(Measure::FirstResponse, closed_at, facets.clone(), why);
            }
            (None, None) => {}
        }
        if let Some(closed_at) = exception.closed_at {
            tally.lasted(Measure::Resolution, facets, opened_at, closed_at);
        } else {
            // With the day, the minute of the day gives the moment: any `now` has its ages.
            let minute = opened_at.timestamp().div_euclid(60) - Day::of(opened_at).0 * 1440;
            tally.count(Measure::OpenExceptions, opened_at, facets, Part::Counted, (minute, 1));
        }
    }
}

/// What people at the desk did about a shipment that is delivered.
pub(super) fn touches(tally: &mut Tally) {
    let Some(finished) = tally.finished else { return };
    let touches = standing(tally.shipment.happened()).map(|event| i64::from(event.role == Role::Desk)).sum();
    let facets = tally.facets.clone();
    tally.count(Measure::ManualTouches, finished, facets, Part::Counted, (touches, 1));
}
