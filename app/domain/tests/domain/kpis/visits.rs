//! Milestones, dwell and detention.

use super::check;
use crate::support::facts::{
    appointment, arrived, called_off, delivered, departed, loaded, planned, planned_cross_dock, pod,
    retracted,
};
use crate::support::{moment, tms};
use domain::event::Event;
use domain::kpi::Measure::{Detention, Dwell, MilestoneCompleteness};

#[test]
fn completeness_counts_the_milestones_of_delivered_shipments() {
    let whole = vec![
        tms("1 06:00", planned()),
        tms("1 08:30", arrived("1")),
        tms("1 09:00", loaded("1")),
        tms("1 09:30", departed("1")),
        tms("2 09:00", arrived("2")),
        tms("2 10:00", delivered("2")),
        tms("2 12:00", pod("2", "2 10:00")),
    ];
    check(MilestoneCompleteness, &whole[..5], &[]);
    check(MilestoneCompleteness, &whole[..6], &["05-02 5/6"]);
    check(MilestoneCompleteness, &whole, &["05-02 6/6"]);
    let mistaken = [whole, vec![tms("2 13:00", retracted("stop.departed 1 09:30"))]].concat();
    check(MilestoneCompleteness, &mistaken, &["05-02 5/6"]);
    // Three at the pickup, two at the cross-dock, three at the delivery; told of are one, one and one.
    let patchy = [
        tms("1 06:00", planned_cross_dock()),
        tms("1 09:00", loaded("1")),
        tms("1 15:00", arrived("X")),
        tms("2 10:00", delivered("2")),
    ];
    check(MilestoneCompleteness, &patchy, &["05-02 3/8"]);
    check(MilestoneCompleteness, &[tms("2 10:00", delivered("2"))], &["05-02 left out: not_planned"]);
    check(MilestoneCompleteness, &[tms("1 06:00", planned()), tms("1 07:00", called_off())], &[]);
}

#[test]
fn a_truck_dwells_from_arrival_to_departure_and_detention_begins_behind_two_free_hours() {
    // The pickup's window is 8:00 to 10:00.
    let cases: [(Vec<Event>, &[&str], &[&str]); 7] = [
        (vec![tms("1 09:00", arrived("1"))], &[], &[]),
        (vec![tms("1 09:00", arrived("1")), tms("1 10:30", departed("1"))], &["05-01 90/1"], &["05-01 0/1"]),
        (
            vec![tms("1 09:00", arrived("1")), tms("1 12:20", departed("1"))],
            &["05-01 200/1"],
            &["05-01 80/1"],
        ),
        // Two hours early: the free time begins with the window, at 8:00.
        (
            vec![tms("1 06:00", arrived("1")), tms("1 10:45", departed("1"))],
            &["05-01 285/1"],
            &["05-01 45/1"],
        ),
        // The appointment is what was agreed: from 9:30.
        (
            vec![
                tms("1 05:00", appointment("1", "1 09:30", "1 10:00")),
                tms("1 06:00", arrived("1")),
                tms("1 12:00", departed("1")),
            ],
            &["05-01 360/1"],
            &["05-01 30/1"],
        ),
        // It came back: the last visit counts.
        (
            vec![
                tms("1 08:00", arrived("1")),
                tms("1 12:00", departed("1")),
                tms("1 20:00", arrived("1")),
                tms("1 20:30", departed("1")),
            ],
            &["05-01 30/1"],
            &["05-01 0/1"],
        ),
        (
            vec![tms("1 09:00", loaded("1")), tms("2 08:00", arrived("2")), tms("2 10:00", delivered("2"))],
            &["05-02 left out: not_reported", "05-02 left out: not_reported"],
            &["05-02 left out: not_reported", "05-02 left out: not_reported"],
        ),
    ];
    for (story, dwell, detention) in cases {
        let story = [vec![tms("1 04:00", planned())], story].concat();
        check(Dwell, &story, dwell);
        check(Detention, &story, detention);
    }
}

#[test]
fn a_night_with_twenty_five_hours_is_an_hour_longer_to_stand_in() {
    for (arrival, departure, dwell, detention) in [
        ("2026-10-24T22:00:00+02:00", "2026-10-25T06:00:00+01:00", "10-25 540/1", "10-25 420/1"),
        ("2026-03-28T22:00:00+01:00", "2026-03-29T06:00:00+02:00", "03-29 420/1", "03-29 300/1"),
        // Left at half past midnight in Berlin: the day before in UTC.
        ("2026-10-24T22:00:00+02:00", "2026-10-25T00:30:00+02:00", "10-24 150/1", "10-24 30/1"),
    ] {
        let story = [
            Event { occurred_at: moment(arrival), ..tms("1 09:00", arrived("1")) },
            Event { occurred_at: moment(departure), ..tms("1 10:00", departed("1")) },
        ];
        check(Dwell, &story, &[dwell]);
        check(Detention, &story, &[detention]);
    }
}
