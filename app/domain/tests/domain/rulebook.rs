//! The rules file: what it lets pass, for whom, from when on, and what it may not say.

use crate::kpis::told as figure_of;
use crate::support::facts::{carrier, delivered, eta, held, loaded, ordered, passed, planned};
use crate::support::{World, desk, erp, syncline, tms};
use domain::Fact;
use domain::deadline::DeadlineKind;
use domain::event::Event;
use domain::exception::{Severity, ShipmentException};
use domain::fact::{CarrierAssignment, CustomerTerms, Mode};
use domain::kpi::{Measure, Punctuality};
use domain::party::Tier;
use domain::rulebook::{Limits, Rulebook, SomeLimits, Special, When};
use domain::rules::Rule;
use domain::service_level::{ServiceLevel, Team};

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Rulebook::default().limits;
    change(&mut limits);
    limits
}

fn special(when: When, change: impl FnOnce(&mut SomeLimits)) -> Special {
    let mut limits = SomeLimits::default();
    change(&mut limits);
    Special { when, limits, ..Special::default() }
}

/// A file that follows the usual one.
fn next(change: impl FnOnce(&mut Rulebook)) -> Rulebook {
    let mut book = Rulebook { version: 2, reason: "for a test".to_owned(), ..Rulebook::default() };
    change(&mut book);
    book
}

fn in_force(when: &str, book: Rulebook) -> Event {
    desk(when, Fact::RulebookChanged(book))
}

/// When the proof of SH-1's delivery at 10:00 of 2 May is due.
fn pod_due(world: &World) -> Option<String> {
    let due = world.shipment().deadlines();
    let pod = due.into_iter().find(|one| one.deadline == DeadlineKind::Pod)?;
    Some(pod.due_at.format("%-d %H:%M").to_string())
}

fn first(world: &World) -> &ShipmentException {
    &world.shipment().exceptions[0]
}

#[test]
fn a_limit_holds_for_the_shipments_that_its_conditions_name_and_the_last_that_fits_decides() {
    let strategic = CustomerTerms { name: "Acme".to_owned(), tier: Tier::Strategic };
    let driven = CarrierAssignment { carrier: carrier("Alfa"), vehicle: None };
    let code = carrier("Alfa").code;
    let when = When::default;
    for (special_ones, due) in [
        (vec![], "3 10:00"),
        (vec![(When { tier: Some(Tier::Strategic), ..when() }, 60)], "2 11:00"),
        (vec![(When { tier: Some(Tier::Preferred), ..when() }, 60)], "3 10:00"),
        (vec![(When { carrier: Some(code.clone()), ..when() }, 120)], "2 12:00"),
        (vec![(When { carrier: Some("NOBODY".into()), ..when() }, 120)], "3 10:00"),
        (vec![(When { from: Some("DE".into()), to: Some("Hamburg DE".into()), ..when() }, 180)], "2 13:00"),
        (vec![(When { from: Some("Berlin DE".into()), ..when() }, 180)], "3 10:00"),
        (vec![(When { to: Some("burg DE".into()), ..when() }, 180)], "3 10:00"),
        (vec![(When { mode: Some(planned_mode()), tier: Some(Tier::Strategic), ..when() }, 240)], "2 14:00"),
        (
            vec![
                (When { tier: Some(Tier::Strategic), ..when() }, 60),
                (When { carrier: Some(code.clone()), ..when() }, 120),
            ],
            "2 12:00",
        ),
    ] {
        let book = next(|book| {
            let special_ones = special_ones.clone().into_iter();
            book.special = special_ones
                .map(|(when, minutes)| special(when, |some| some.pod_minutes = Some(minutes)))
                .collect();
        });
        let world = World::of([
            in_force("1 04:00", book),
            erp("1 04:30", Fact::CustomerRegistered(strategic.clone())),
            erp("1 05:00", ordered()),
            tms("1 06:00", planned()),
            tms("1 06:30", Fact::CarrierAssigned(driven.clone())),
            tms("2 10:00", delivered("2")),
        ]);
        assert_eq!(pod_due(&world).as_deref(), Some(due), "{special_ones:?}");
    }
}

fn planned_mode() -> Mode {
    let Fact::ShipmentPlanned(plan) = planned() else { panic!("a plan") };
    plan.mode
}

#[test]
fn a_file_holds_for_a_shipment_from_its_next_event_on_and_at_the_latest_when_the_old_deadline_passes() {
    let mut world = World::of([tms("1 06:00", planned()), tms("2 10:00", delivered("2"))]);
    world.tell(in_force("2 11:00", next(|book| book.limits = limits(|limits| limits.pod_minutes = 2_880))));
    assert_eq!(pod_due(&world).as_deref(), Some("3 10:00"), "nothing was heard of it since");
    world.tell(syncline("3 10:00", passed(DeadlineKind::Pod, "2", "3 10:00")));
    assert_eq!(world.shipment().exceptions, [], "by the new file it is not overdue yet");
    assert_eq!(pod_due(&world).as_deref(), Some("4 10:00"));
    world.tell(syncline("4 10:00", passed(DeadlineKind::Pod, "2", "4 10:00")));
    assert_eq!(first(&world).rule, Rule::PodOverdue);
    let stricter =
        Rulebook { version: 3, limits: limits(|limits| limits.pod_minutes = 4_320), ..next(|_| ()) };
    world.tell(in_force("4 11:00", stricter));
    world.tell(tms("4 12:00", loaded("1")));
    assert!(!first(&world).is_open(), "a file that lets more pass closes what it lets pass");
    assert_eq!(pod_due(&world).as_deref(), Some("5 10:00"));
}

#[test]
fn a_file_that_does_not_follow_the_one_in_force_changes_nothing() {
    let late = |version, minutes| {
        let limits = limits(|limits| limits.pod_minutes = minutes);
        in_force("1 04:00", Rulebook { version, limits, ..next(|_| ()) }).sent_as(version, minutes)
    };
    let told =
        [late(2, 60), late(2, 120), late(4, 180), tms("1 06:00", planned()), tms("2 10:00", delivered("2"))];
    assert_eq!(pod_due(&World::of(told)).as_deref(), Some("2 11:00"));
}

trait SentAs {
    fn sent_as(self, version: u32, minutes: u32) -> Self;
}

impl SentAs for Event {
    fn sent_as(self, version: u32, minutes: u32) -> Self {
        crate::support::Told::named(self, &format!("{version} {minutes}"))
    }
}

#[test]
fn tolerance_and_severity_come_from_the_file() {
    let late_by = |minutes: &str| tms("1 12:00", eta("2", &format!("2 12:{minutes}")));
    let book = |change: fn(&mut Rulebook)| in_force("1 04:00", next(change));
    let story = |book: Event, eta: Event| {
        World::of([book, erp("1 05:00", ordered()), tms("1 06:00", planned()), eta])
    };
    let lenient = story(book(|book| book.limits.eta_tolerance_minutes = 30), late_by("30"));
    assert_eq!(lenient.shipment().exceptions, []);
    let strict = story(book(|book| book.limits.eta_tolerance_minutes = 0), late_by("01"));
    assert_eq!(first(&strict).severity, Severity::Medium);
    let weighed = story(
        book(|book| {
            book.severities.insert(Rule::EtaBeyondPromise, Severity::Low);
            let when = When { to: Some("DE".into()), ..When::default() };
            let severities = [(Rule::EtaBeyondPromise, Severity::High)].into();
            book.special.push(Special { when, severities, ..Special::default() });
        }),
        late_by("59"),
    );
    assert_eq!(first(&weighed).severity, Severity::High);
}

#[test]
fn early_is_on_time_unless_the_file_says_how_early() {
    // Promised on the 2nd from 08:00 on, delivered the evening before.
    let story = |early_minutes: u32| {
        let book = in_force("1 04:00", next(|book| book.limits.early_minutes = early_minutes));
        World::of([
            book,
            erp("1 05:00", ordered()),
            tms("1 06:00", planned()),
            tms("1 20:00", delivered("2")),
        ])
    };
    let figure = |world: &World| figure_of(world, Measure::OnTimeDelivery);
    assert_eq!(figure(&story(0)), ["05-01 1/1"]);
    assert_eq!(figure(&story(12 * 60)), ["05-01 1/1"]);
    let strict = story(11 * 60);
    assert_eq!(figure(&strict), ["05-01 0/1"]);
    assert_eq!(strict.shipment().punctuality(), Some(Punctuality::Broken));
}

#[test]
fn each_team_works_by_its_own_calendar_and_each_tier_has_its_own_targets() {
    let customs = Team {
        team: "Customs".to_owned(),
        rules: vec![Rule::CustomsHold],
        zone: "America/Chicago".to_owned(),
        from_hour: 6,
        until_hour: 24,
        ..Rulebook::default().teams[0].clone()
    };
    let level = ServiceLevel {
        severity: Severity::Critical,
        tier: Some(Tier::Strategic),
        response_minutes: 10,
        resolution_minutes: 60,
        around_the_clock: false,
    };
    let story = |change: &dyn Fn(&mut Rulebook)| {
        let strategic = CustomerTerms { name: "Acme".to_owned(), tier: Tier::Strategic };
        World::of([
            in_force("1 04:00", next(|book| change(book))),
            erp("1 04:30", Fact::CustomerRegistered(strategic)),
            erp("1 05:00", ordered()),
            tms("1 06:00", planned()),
            tms("1 12:00", held("Calais")),
        ])
    };
    let plain = story(&|_| ());
    assert_eq!(first(&plain).team, "Service desk");
    let minutes = |world: &World| (first(world).respond_by - first(world).opened_at).num_minutes();
    assert_eq!(minutes(&plain), 30, "critical by its tier, and around the clock");
    let own = story(&|book| {
        book.teams.push(customs.clone());
        book.service_levels.push(level.clone());
    });
    assert_eq!(first(&own).team, "Customs");
    // The journal of a test is written at midnight UTC of 4 May 2026: a Sunday evening in Chicago.
    assert_eq!(first(&own).respond_by.to_rfc3339(), "2026-05-04T11:10:00+00:00");
    let on_a_holiday = story(&|book| {
        let holidays = vec!["05-04".to_owned(), "2026-05-05".to_owned(), "2025-05-06".to_owned()];
        book.teams.push(Team { holidays, ..customs.clone() });
        book.service_levels.push(level.clone());
    });
    assert_eq!(first(&on_a_holiday).respond_by.to_rfc3339(), "2026-05-06T11:10:00+00:00");
}

#[test]
fn what_a_file_may_not_say_is_told_with_its_place_and_the_way_out() {
    let usual = || serde_json::to_value(next(|_| ())).expect("JSON");
    let with = |pointer: &str, value: serde_json::Value| {
        let mut file = usual();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        match file.pointer_mut(parent).expect("a place") {
            serde_json::Value::Object(object) => {
                object.insert(name.to_owned(), value);
            }
            place => *place.pointer_mut(&format!("/{name}")).expect("a place") = value,
        }
        file.to_string()
    };
    assert_eq!(Rulebook::read(&usual().to_string()), Ok(next(|_| ())));
    let team = serde_json::to_value(&Rulebook::default().teams[0]).expect("JSON");
    for (text, says) in [
        (String::from("{"), &["no rules file", "ends before its end"][..]),
        (usual().to_string() + "x", &["something stands behind its end"]),
        (
            with("/limits/pod_minutes", (-1).into()),
            &["at `limits.pod_minutes`", "-1", "a whole number from 0"],
        ),
        (with("/limits/pod_minutes", 0.into()), &["`pod_minutes` is 0", "1 to 129600"]),
        (with("/limits/pod_hours", 1.into()), &["at `limits", "`pod_hours` is no field here"]),
        (with("/severities/pod_overdue", "awful".into()), &["at `severities`", "`awful`", "critical"]),
        (with("/severities/podoverdue", "low".into()), &["`podoverdue`", "pod_overdue"]),
        (with("/reason", " ".into()), &["`reason` says why"]),
        (
            with("/special", serde_json::json!([{"when": {}, "limits": {"pod_minutes": 5}}])),
            &["special[0]", "no condition"],
        ),
        (
            with("/special", serde_json::json!([{"when": {"tier": "preferred"}}])),
            &["special[0]", "changes nothing"],
        ),
        (with("/special", serde_json::json!([{"when": {"teir": "x"}}])), &["special[0].when", "`teir`"]),
        (with("/service_levels", serde_json::json!([])), &["none for `low` of every tier", "`critical`"]),
        (
            with("/service_levels/0/response_minutes", 999.into()),
            &["service_levels[0]", "999 minutes to answer"],
        ),
        (with("/teams", serde_json::json!([])), &["`teams` has none"]),
        (with("/teams", serde_json::json!([team, team])), &["teams[1]", "two teams `Service desk`"]),
        (with("/teams/0/zone", "Berlin".into()), &["teams[0]", "`Berlin` is no IANA time zone"]),
        (with("/teams/0/from_hour", 19.into()), &["teams[0]", "from 19 until 18"]),
        (with("/teams/0/days", serde_json::json!([])), &["teams[0]", "works on no day"]),
        (with("/teams/0/days", serde_json::json!(["Caturday"])), &["teams[0].days[0]"]),
        (with("/teams/0/holidays", serde_json::json!(["13-01"])), &["teams[0]", "`13-01` is no holiday"]),
    ] {
        let error = Rulebook::read(&text).expect_err(&text).to_string();
        for part in says {
            assert!(error.contains(part), "`{error}` does not say `{part}`");
        }
    }
}
