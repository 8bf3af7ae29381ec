//! What may stand in a payload: every kind round-trips, and what is refused is named.

use crate::support::samples::one_of_each;
use domain::Fact;
use domain::fact::Noun;
use domain::measure::{Money, Quantity};
use domain::place::Position;
use domain::time::Window;
use proptest::prelude::*;
use serde::de::DeserializeOwned;

#[test]
fn the_samples_hold_every_kind_once() {
    let kinds: Vec<&str> = one_of_each().iter().map(Fact::kind).collect();
    assert_eq!(kinds, Fact::KINDS);
}

#[test]
fn every_kind_is_read_as_it_was_written() {
    for fact in one_of_each() {
        let data = fact.data().expect("json");
        let read = Fact::parse(fact.kind(), &data).expect("what was written");
        assert_eq!(read, fact);
        assert_eq!(read.data().expect("json"), data, "{}", fact.kind());
        let whole: Fact = serde_json::from_str(&serde_json::to_string(&fact).expect("json")).expect("a fact");
        assert_eq!(whole, fact);
    }
}

#[test]
fn a_kinds_first_word_says_what_it_is_about_unless_it_belongs_to_a_shipment() {
    for fact in one_of_each() {
        let noun = match fact.kind().split('.').next().expect("a word") {
            "order" | "invoice" => Noun::Order,
            "customer" => Noun::Customer,
            "item" => Noun::Item,
            "location" => Noun::Location,
            "rulebook" => Noun::Rulebook,
            "feed" | "endpoint" => Noun::Feed,
            "subscription" => Noun::Account,
            _ => Noun::Shipment,
        };
        assert_eq!((fact.noun(), Fact::noun_of(fact.kind())), (noun, Some(noun)), "{}", fact.kind());
    }
}

#[track_caller]
fn refused<T: DeserializeOwned + std::fmt::Debug>(json: &str, says: &[&str]) {
    let error = serde_json::from_str::<T>(json).expect_err(json).to_string();
    for part in says {
        assert!(error.contains(part), "`{error}` does not say `{part}`");
    }
}

#[test]
fn what_is_refused_is_named() {
    refused::<Money>(r#"{"minor":6.5,"currency":"EUR"}"#, &["6.5", "i64"]);
    refused::<Money>(r#"{"minor":99999999999999999999,"currency":"EUR"}"#, &["i64"]);
    refused::<Money>(r#"{"minor":65,"currency":"euro"}"#, &["`euro`", "ISO 4217"]);
    refused::<Money>(r#"{"minor":65}"#, &["currency"]);
    refused::<Quantity>(r#"{"milli":"12","unit":"KGM"}"#, &["\"12\"", "i64"]);
    refused::<Quantity>(r#"{"milli":12}"#, &["unit"]);
    refused::<Position>(r#"{"latitude":91,"longitude":9}"#, &["91, 9", "-90 to 90"]);
    refused::<Position>(r#"{"latitude":1e999,"longitude":9}"#, &["out of range"]);
    refused::<Window>(
        r#"{"from":"2026-05-02T10:00:00+02:00","to":"2026-05-02T09:00:00+02:00"}"#,
        &["2026-05-02T09:00:00+02:00", "2026-05-02T10:00:00+02:00", "swap"],
    );
    refused::<Window>(r#"{"from":"2026-02-30T10:00:00Z","to":"2026-03-01T10:00:00Z"}"#, &["out of range"]);
}

#[test]
fn a_window_may_be_a_moment_and_its_ends_may_have_different_offsets() {
    let moment = r#"{"from":"2026-05-02T10:00:00+02:00","to":"2026-05-02T08:00:00Z"}"#;
    let window: Window = serde_json::from_str(moment).expect("a window");
    assert_eq!(window.from, window.to);
}

#[test]
fn an_error_names_the_path_through_lists() {
    let planned = r#"{"mode":"truckload","orders":[],"stops":[
        {"stop":"1","kind":"pickup","location":{"code":"L","name":"N","city":"C","country":"DE","zone":"Z"},
         "planned":{"from":"2026-05-02T10:00:00Z","to":"2026-05-01T10:00:00Z"}}]}"#;
    let error = Fact::parse("shipment.planned", planned).expect_err("ends before it begins").to_string();
    assert!(error.starts_with("shipment.planned: at `stops[0].planned`: the window ends at"), "{error}");
}

#[test]
fn nothing_may_stand_behind_a_payload() {
    assert!(Fact::parse("stop.arrived", r#"{"stop":"1"} "#).is_ok());
    let error = Fact::parse("stop.arrived", r#"{"stop":"1"}{"stop":"2"}"#).expect_err("two").to_string();
    assert!(error.contains("something stands behind its end"), "{error}");
}

proptest! {
    #[test]
    fn a_coordinate_is_the_same_number_however_often_it_is_kept_and_read(
        latitude in -90.0..=90.0_f64,
        longitude in -180.0..=180.0_f64,
    ) {
        let sent = format!(r#"{{"latitude":{latitude},"longitude":{longitude}}}"#);
        let first: Position = serde_json::from_str(&sent).expect("a position");
        let kept = serde_json::to_string(&first).expect("json");
        let second: Position = serde_json::from_str(&kept).expect("a position");
        prop_assert_eq!(first.latitude.to_bits(), second.latitude.to_bits());
        prop_assert_eq!(first.longitude.to_bits(), second.longitude.to_bits());
        prop_assert!((first.latitude - latitude).abs() < 1e-6 && (first.longitude - longitude).abs() < 1e-6);
    }

    #[test]
    fn no_text_makes_the_reader_panic(kind in prop::sample::select(Fact::KINDS), data in "\\PC*") {
        let _ = Fact::parse(kind, &data);
    }
}
