//! Spans: dwell, latency, promises; on the nights when clocks change and at the ends of time.

use crate::support::facts::{arrived, delivered, departed, ordered, planned, refused};
use crate::support::{World, erp, moment, tms};
use chrono::TimeDelta;
use domain::event::Event;
use domain::kpi::{Measure, Part, Punctuality, contributions};
use domain::latency::{Leg, Passage, Span};
use domain::measure::{Currency, Money, Quantity};
use domain::time::{dwell, format_span};

/// The minutes that trucks stood, stop by stop.
fn dwells(more: impl IntoIterator<Item = Event>) -> Vec<i64> {
    let story = [tms("1 06:00", planned())].into_iter().chain(more);
    let all = contributions(World::of(story).shipment()).into_iter();
    all.filter(|one| one.measure == Measure::Dwell && matches!(one.part, Part::Lasted(_)))
        .map(|one| one.sums.numerator)
        .collect()
}

#[test]
fn dwell_is_the_last_visit_from_its_first_arrival_to_its_departure() {
    let visit = || vec![tms("1 08:00", arrived("1")), tms("1 09:30", departed("1"))];
    assert_eq!(dwells(visit()), [90]);
    assert_eq!(dwells([tms("1 08:00", arrived("1"))]), [0; 0], "the truck is still there");
    assert_eq!(dwells([tms("1 09:30", departed("1"))]), [0; 0], "nobody saw it come");
    let echo = visit().into_iter().chain([tms("1 08:10", arrived("1"))]);
    assert_eq!(dwells(echo), [90]);
    let second_attempt = [
        tms("2 09:00", arrived("2")),
        tms("2 09:30", refused("2")),
        tms("2 10:00", departed("2")),
        tms("3 09:00", arrived("2")),
        tms("3 09:30", delivered("2")),
        tms("3 09:45", departed("2")),
    ];
    assert_eq!(dwells(second_attempt), [45], "the night between is not dwell");
}

#[test]
fn dwell_counts_instants_whatever_offsets_the_two_clocks_had() {
    let table = [
        // Spring forward and fall back in Berlin, then in New York; a departure stated in UTC.
        ("2026-03-29T01:30:00+01:00", "2026-03-29T03:30:00+02:00", 60),
        ("2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", 60),
        ("2026-03-08T01:00:00-05:00", "2026-03-08T04:00:00-04:00", 120),
        ("2026-11-01T00:30:00-04:00", "2026-11-01T02:00:00-05:00", 150),
        ("2026-05-01T10:00:00+02:00", "2026-05-01T09:00:00Z", 60),
    ];
    for (arrived, departed, minutes) in table {
        assert_eq!(dwell(moment(arrived), moment(departed)), TimeDelta::minutes(minutes), "{arrived}");
    }
}

#[test]
fn a_window_over_the_night_when_clocks_go_back_is_left_after_its_true_end() {
    let night = domain::time::Window {
        from: moment("2026-10-25T01:00:00+02:00"),
        to: moment("2026-10-25T02:30:00+02:00"),
    };
    assert_eq!(night.minutes_off(moment("2026-10-25T02:15:00+02:00")), 0);
    assert_eq!(night.minutes_off(moment("2026-10-25T02:15:00+01:00")), 45);
    assert_eq!(night.minutes_off(moment("2026-10-24T22:30:00Z")), -30);
}

#[test]
fn a_promise_is_kept_until_its_tolerance_ends_and_early_is_in_time() {
    let start = [erp("1 05:00", ordered()), tms("1 06:00", planned())];
    assert_eq!(World::of(start.clone()).shipment().punctuality(), None);
    for (when, verdict) in
        [("1 10:00", Punctuality::Kept), ("2 12:15", Punctuality::Kept), ("2 12:16", Punctuality::Broken)]
    {
        let story = start.clone().into_iter().chain([tms(when, delivered("2"))]);
        assert_eq!(World::of(story).shipment().punctuality(), Some(verdict), "{when}");
    }
    let unpromised = [tms("1 06:00", planned()), tms("2 12:01", delivered("2"))];
    assert_eq!(World::of(unpromised).shipment().punctuality(), Some(Punctuality::NoPromise));
}

#[test]
fn the_legs_add_up_to_the_whole_way() {
    let passage = Passage {
        occurred_at: moment("2026-05-01T10:00:00+02:00").to_utc(),
        received_at: moment("2026-05-01T08:00:00.250Z").to_utc(),
        committed_at: moment("2026-05-01T08:00:00.253Z").to_utc(),
        pushed_at: Some(moment("2026-05-01T08:00:00.2545Z").to_utc()),
        painted_at: Some(moment("2026-05-01T08:00:00.270Z").to_utc()),
    };
    let legs = passage.legs();
    assert_eq!(legs.iter().map(|(leg, _)| *leg).collect::<Vec<_>>(), Leg::ALL);
    let micros = |span: &Span| match span {
        Span::Took(micros) => *micros,
        Span::Skewed(_) => panic!("no clock is skewed here"),
    };
    let spans: Vec<u64> = legs.iter().map(|(_, span)| micros(span)).collect();
    assert_eq!(spans, [250_000, 3_000, 1_500, 15_500, 270_000]);
    let unseen = Passage { pushed_at: None, ..passage };
    assert_eq!(unseen.legs().len(), 2, "painted without being pushed is not known");
}

#[test]
fn the_ends_of_time_and_of_numbers_are_survived() {
    let (first, last) = (moment("-262142-01-01T00:00:00Z"), moment("+262142-12-31T23:59:59Z"));
    let passage = Passage {
        occurred_at: first.to_utc(),
        received_at: last.to_utc(),
        committed_at: first.to_utc(),
        pushed_at: None,
        painted_at: None,
    };
    assert_eq!(passage.legs()[0].1, Span::Took(i64::MAX.unsigned_abs()));
    assert_eq!(passage.legs()[1].1, Span::Skewed(i64::MAX.unsigned_abs()));
    assert!(format_span(first - last).starts_with("-191"));
    let currency = Currency::try_from("EUR".to_owned()).expect("a currency");
    assert_eq!(Money { minor: i64::MIN, currency }.to_string(), "-92233720368547758.08 EUR");
    assert_eq!(Quantity::whole(i64::MAX, "EA").milli, i64::MAX);
    assert_eq!(Quantity { milli: i64::MIN, unit: "KGM".into() }.to_string(), "-9223372036854775.808 KGM");
}
