use super::frame::{Frame, HEIGHT, Point, WIDTH};
use super::outlines::{OUTLINES, mercator};
use super::{MapStop, Trip, label, svg};
use chrono::{DateTime, Utc};
use domain::fact::StopKind;
use domain::place::Position;
use domain::shipment::LastPosition;

fn at(latitude: f64, longitude: f64) -> Position {
    Position { latitude, longitude }
}

fn stop(at: Position, label: &str) -> MapStop {
    MapStop { at, kind: Some(StopKind::Delivery), label: label.to_owned(), is_visited: false }
}

fn seen(position: Position, near: &str) -> LastPosition {
    LastPosition { at: DateTime::<Utc>::UNIX_EPOCH.fixed_offset(), position, near: Some(near.to_owned()) }
}

fn is_inside((x, y): Point) -> bool {
    (0.0..=WIDTH).contains(&x) && (0.0..=HEIGHT).contains(&y)
}

#[test]
fn every_place_lies_in_its_frame_across_the_antimeridian_too() {
    let table: [&[Position]; 6] = [
        &[at(54.35, 18.65), at(45.7, 4.94)],
        &[at(41.99, -87.89), at(43.73, -79.76)],
        &[at(35.6, 139.7), at(34.06, -117.65)],
        &[at(-18.1, 178.4), at(-13.8, -171.8)],
        &[at(53.5, 9.94)],
        &[at(80.0, 0.0), at(-60.0, 10.0)],
    ];
    for places in table {
        let frame = Frame::around(places).expect("a frame");
        for place in places {
            assert!(is_inside(frame.place(*place)), "{place:?} of {places:?}");
        }
    }
    assert!(Frame::around(&[]).is_none());
}

#[test]
fn north_is_up_and_east_is_right_across_the_antimeridian() {
    let (tokyo, ontario) = (at(35.6, 139.7), at(34.06, -117.65));
    let frame = Frame::around(&[tokyo, ontario]).expect("a frame");
    let (tokyo, ontario) = (frame.place(tokyo), frame.place(ontario));
    assert!(tokyo.0 < ontario.0 && tokyo.1 < ontario.1, "{tokyo:?} {ontario:?}");
}

#[test]
fn a_short_trip_still_shows_500_kilometres() {
    let frame = Frame::around(&[at(52.0, 9.0), at(52.01, 9.01)]).expect("a frame");
    let (west, east) = (frame.place(at(52.0, 6.0)), frame.place(at(52.0, 12.0)));
    // Six degrees are 411 km at that latitude.
    assert!((east.0 - west.0 - WIDTH * 411.2 / 500.0).abs() < 2.0, "{west:?} {east:?}");
}

#[test]
fn towns_lie_on_land_and_the_sea_is_sea() {
    let is_land = |latitude: f64, longitude: f64| {
        let (x, y) = (longitude, mercator(latitude));
        let crossings = OUTLINES.land.iter().flat_map(|ring| {
            ring.points
                .iter()
                .zip(ring.points.iter().cycle().skip(1))
                .filter(|(a, b)| (a.1 > y) != (b.1 > y) && x < a.0 + (y - a.1) / (b.1 - a.1) * (b.0 - a.0))
        });
        crossings.count() % 2 == 1
    };
    for (latitude, longitude) in [
        (53.5, 9.94),
        (50.03, 8.56),
        (45.7, 4.94),
        (40.42, -3.55),
        (57.7, 12.0),
        (41.99, -87.89),
        (25.78, -100.19),
        (-80.0, 0.0),
    ] {
        assert!(is_land(latitude, longitude), "{latitude}, {longitude}");
    }
    for (latitude, longitude) in [(56.0, 3.0), (0.0, -30.0), (30.0, 179.0), (40.0, 5.0)] {
        assert!(!is_land(latitude, longitude), "{latitude}, {longitude}");
    }
}

#[test]
fn a_picture_weighs_less_than_25_kib_wherever_it_is() {
    let corners = [
        [at(36.0, -10.0), at(70.0, 40.0)],
        [at(60.0, -130.0), at(20.0, -60.0)],
        [at(-60.0, -170.0), at(80.0, 10.0)],
    ];
    for places in corners {
        let stops = places.iter().cycle().take(200).map(|&place| stop(place, &"&".repeat(300))).collect();
        let way = (0..4000).map(|step| at(f64::from(step % 50), f64::from(step % 70))).collect();
        let last = Some(seen(places[0], &"\"".repeat(300)));
        let svg = svg(&Trip { stops, way, last, is_over: false }).expect("a map");
        assert!(svg.len() < 25 * 1024, "{}", svg.len());
        assert!(svg.contains("map-land") && svg.contains("map-done"), "{}", &svg[..200]);
    }
}

#[test]
fn names_are_escaped_and_the_title_says_the_route() {
    let trip = Trip {
        stops: vec![stop(at(54.35, 18.65), "<b>\"Gdańsk\""), stop(at(45.7, 4.94), "Lyon & Co")],
        last: Some(seen(at(51.05, 13.7), "near <Dresden>")),
        ..Trip::default()
    };
    let svg = svg(&trip).expect("a map");
    let title =
        "<title>Map: &lt;b&gt;&quot;Gdańsk&quot; to Lyon &amp; Co, last seen near &lt;Dresden&gt;</title>";
    assert!(svg.contains(title), "{svg}");
    assert!(!svg.contains("<b>") && !svg.contains("Lyon & Co"));
}

#[test]
fn a_name_has_room_of_its_own_or_is_left_out() {
    let crowd: Vec<Point> = (0..8).map(|step| (600.0 + 45.0 * f64::from(step), 400.0)).collect();
    let sides = label::sides(&crowd, None, &[], &["Bremerhaven"; 8]);
    assert!(sides[0].is_some() && sides[7].is_some());
    assert!(sides.iter().any(Option::is_none));
    assert_eq!(label::sides(&[(700.0, 400.0), (705.0, 400.0)], None, &[], &["Lyon", "Lyon"])[1], None);
}

#[test]
fn a_name_stands_off_the_way_where_there_is_a_choice() {
    let (here, east, west) = ((700.0, 400.0), (1200.0, 400.0), (200.0, 400.0));
    let side = |ways: &[&[Point]]| label::sides(&[here], None, ways, &["Kassel"])[0];
    assert_eq!(side(&[]), Some(label::Side::Right));
    assert_eq!(side(&[&[here, east]]), Some(label::Side::Left));
    assert_eq!(side(&[&[west, here, east]]), Some(label::Side::Above));
    assert_eq!(side(&[&[west, here, east], &[(700.0, 100.0), (700.0, 800.0)]]), Some(label::Side::Right));
}

#[test]
fn the_way_ahead_goes_on_from_the_last_place_and_ends_with_the_journey() {
    let (gdansk, poznan, lyon) = (at(54.35, 18.65), at(52.4, 16.9), at(45.7, 4.94));
    let visited = MapStop { is_visited: true, ..stop(gdansk, "Gdańsk") };
    let trip =
        Trip { stops: vec![visited, stop(lyon, "Lyon")], way: vec![gdansk, poznan], ..Trip::default() };
    assert_eq!(trip.ahead(), [poznan, lyon]);
    assert_eq!(Trip { is_over: true, ..trip }.ahead(), []);
}
