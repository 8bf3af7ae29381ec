//! Who may open what: every page by role, and the ways around that must not lead anywhere. All doors: `routes.rs`.

mod support;

use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::fact::{Mode, Plan, PlannedStop, PositionReport, StopKind};
use domain::place::{Location, Position};
use domain::{Fact, ShipmentId};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, SET_COOKIE};
use serde_json::{Value, json};
use support::freight::{append, arrived, event, held_by_customs, location, planned, released, start, window};
use support::server::{Hands, PASSWORD, Running};

async fn server(folder: &tempfile::TempDir) -> Running {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "BRISK")]).await;
    let shipments =
        vec![planned("SH-OWN", &["SO-1"]), planned("SH-OTHER", &["SO-2"]), held_by_customs("SH-OTHER", 5)];
    append(&running.store, shipments).await;
    running
}

fn id(number: &str) -> ShipmentId {
    ShipmentId::numbered(number)
}

fn header(response: &reqwest::Response, name: impl reqwest::header::AsHeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().expect("text").to_owned()).unwrap_or_default()
}

#[tokio::test]
async fn every_page_opens_for_its_roles_only() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let customer = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let agent = running.signed_in("anna", AccountRole::Agent, None).await;
    let manager = running.signed_in("mona", AccountRole::Manager, None).await;
    let admin = running.signed_in("ada", AccountRole::Admin, None).await;
    let who = ["", &customer, &agent, &manager, &admin];
    let own = format!("/shipments/{}", id("SH-OWN"));
    let other = format!("/shipments/{}", id("SH-OTHER"));
    let unknown = format!("/shipments/{}", id("SH-UNKNOWN"));
    // A stranger, a customer, an agent, a manager, an admin.
    let table: &[(&str, [u16; 5])] = &[
        ("/sign-in", [200, 303, 303, 303, 303]),
        ("/shipments", [303, 200, 200, 200, 200]),
        (&own, [303, 200, 200, 200, 200]),
        (&other, [303, 404, 200, 200, 200]),
        (&unknown, [303, 404, 404, 404, 404]),
        ("/shipments/no-id-at-all", [303, 404, 404, 404, 404]),
        ("/desk", [303, 403, 200, 200, 200]),
        ("/kpis", [303, 403, 403, 200, 200]),
        ("/integrations", [303, 403, 200, 200, 200]),
        ("/admin", [303, 403, 403, 403, 200]),
        ("/track/guessed", [404, 404, 404, 404, 404]),
        ("/nowhere", [404, 404, 404, 404, 404]),
        // Only the demo shows what pages are made of.
        ("/components", [404, 404, 404, 404, 404]),
        ("/find?q=SH", [401, 200, 200, 200, 200]),
        ("/healthz", [200, 200, 200, 200, 200]),
        ("/readyz", [200, 200, 200, 200, 200]),
    ];
    let mut wrong = Vec::new();
    for (path, statuses) in table {
        for (cookie, expected) in who.iter().zip(statuses) {
            let answer = running.get(path, cookie).await;
            let (status, location) = (answer.status().as_u16(), header(&answer, LOCATION));
            let text = answer.text().await.expect("a page");
            let name = cookie.get(..24).unwrap_or_default();
            if status != *expected {
                wrong.push(format!("{path} as {name:?}: {status}, not {expected}"));
            }
            if status == 303 && cookie.is_empty() {
                assert_eq!(location, format!("/sign-in?next={path}"), "{path}");
            }
            if *cookie == customer {
                assert!(
                    !text.contains("SH-OTHER") && !text.contains("BRISK"),
                    "{path} tells of another's shipment"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    running.stop().await;
}

#[tokio::test]
async fn a_path_written_otherwise_shows_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let customer = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    for path in
        ["/%64esk", "//desk", "/desk/", "/./desk", "/desk?x=1", "/desk%2f", "/DESK", "/shipments/../desk"]
    {
        for cookie in ["", &customer] {
            let answer = running.get(path, cookie).await;
            let status = answer.status();
            let text = answer.text().await.expect("a page");
            assert!(!text.contains("SH-OTHER"), "{path} shows the desk with {status}");
            assert!(!text.contains("SH-OWN"), "{path} shows a shipment with {status}");
        }
    }
    running.stop().await;
}

/// Plans a truck from Hamburg by Kassel to Lyon for both customers' orders, and tells where it is.
async fn on_one_truck(running: &Running, shipment: &str, acme_at: &[&str], brisk_at: &[&str]) {
    let stops = [("1", "Hamburg", 53.5, 9.9), ("2", "Kassel", 51.3, 9.5), ("3", "Lyon", 45.7, 4.9)];
    let stops = stops.into_iter().map(|(stop, city, latitude, longitude)| PlannedStop {
        stop: stop.to_owned(),
        kind: if stop == "1" { StopKind::Pickup } else { StopKind::Delivery },
        location: Location { position: Some(Position { latitude, longitude }), ..location(city) },
        planned: window(4 * 60, 30 * 60),
        orders: [("SO-1", acme_at), ("SO-2", brisk_at)]
            .into_iter()
            .filter(|(_, stops)| stops.contains(&stop))
            .map(|(order, _)| order.to_owned())
            .collect(),
    });
    let plan = Plan {
        order_issuer: None,
        mode: Mode::Truckload,
        orders: vec!["SO-1".to_owned(), "SO-2".to_owned()],
        stops: stops.collect(),
        carrier: None,
        references: Vec::new(),
    };
    let reported = PositionReport {
        position: Position { latitude: 52.5, longitude: 9.8 },
        near: Some("near Hannover".to_owned()),
    };
    let told = [(1, Fact::ShipmentPlanned(plan)), (300, Fact::PositionReported(reported))];
    let told = told.into_iter().map(|(minutes, fact)| event(Role::Tms, shipment, minutes, fact)).collect();
    append(&running.store, told).await;
    append(&running.store, vec![arrived(shipment, 280, "1")]).await;
}

#[tokio::test]
async fn a_map_shows_a_customer_neither_stops_of_others_nor_the_way_past_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    on_one_truck(&running, "SH-SHARED", &["1", "3"], &["1", "2"]).await;
    on_one_truck(&running, "SH-TOGETHER", &["1", "2", "3"], &["1", "2", "3"]).await;
    let customer = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let agent = running.signed_in("anna", AccountRole::Agent, None).await;
    let map = async |shipment: &str, cookie: &str| {
        let answer = running.call("draw", cookie, &json!({"what": {"shipment": id(shipment)}})).await;
        let wire: String =
            serde_json::from_str(&answer.text().await.expect("an answer")).expect("JSON as text");
        let drawing: Value = serde_json::from_str(&wire).expect("a drawing");
        let html = drawing["html"].as_str().expect("a page");
        let (_, map) = html.split_once("<svg class=\"map\"").expect("a map");
        map.split_once("</svg>").expect("the end of the map").0.to_owned()
    };
    // The map's title, how many stops it has, and whether it shows where the truck has been since the first.
    let told = |map: &str| {
        let title = map.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map(|(title, _)| title.to_owned()).expect("a title");
        (title, map.matches("map-stop").count(), map.contains("map-done") && map.contains("map-last"))
    };
    let whole = ("Map: Hamburg to Lyon, last seen near Hannover".to_owned(), 3, true);
    assert_eq!(told(&map("SH-SHARED", &agent).await), whole);
    let shared = map("SH-SHARED", &customer).await;
    assert_eq!(told(&shared), ("Map: Hamburg to Lyon".to_owned(), 2, false));
    assert!(!shared.contains("Kassel") && !shared.contains("map-done"), "{shared}");
    assert_eq!(told(&map("SH-TOGETHER", &customer).await), whole, "no stop is another's alone");
    let page = running.get(&format!("/shipments/{}", id("SH-SHARED")), &customer).await;
    let page = page.text().await.expect("a page");
    assert_eq!(page.matches(&shared).count(), 1, "the page begins with the same map, and has it once");
    running.stop().await;
}

#[tokio::test]
async fn a_sign_in_leads_to_a_page_of_ours_and_nowhere_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    for (next, leads_to) in [
        ("", "/"),
        ("/desk?rule=customs_hold", "/desk?rule=customs_hold"),
        ("//evil.test", "/"),
        ("/\\evil.test", "/"),
        ("/\t/evil.test", "/"),
        ("/\n/evil.test", "/"),
        ("https://evil.test/", "/"),
        ("javascript:alert(1)", "/"),
        ("desk", "/"),
    ] {
        let form = [("account", "anna"), ("password", PASSWORD), ("next", next)];
        let answer = running.post_form("/sign-in", "", &form).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, LOCATION)),
            (303, leads_to.to_owned()),
            "{next:?}"
        );
        let cookie = header(&answer, SET_COOKIE);
        for part in ["syncline_session=", "; HttpOnly", "; SameSite=Lax", "; Path=/"] {
            assert!(cookie.contains(part), "{part} is missing: {cookie}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn another_sites_page_cannot_write_in_a_visitors_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    let cookie = running.session("anna").await;
    for (name, value) in
        [("origin", "http://evil.test"), ("origin", "null"), ("sec-fetch-site", "cross-site")]
    {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_static(value));
        let form = [("account", "anna"), ("password", PASSWORD)];
        for path in ["/sign-in", "/sign-out", "/api/desk"] {
            let answer = running.post_form_with(path, &cookie, headers.clone(), &form).await;
            assert_eq!(answer.status(), 403, "{path} from {value}");
            assert_eq!(header(&answer, SET_COOKIE), "");
        }
    }
    assert_eq!(running.get("/desk", &cookie).await.status(), 200, "the session goes on");
    running.stop().await;
}

#[tokio::test]
async fn five_wrong_passwords_close_an_account_for_a_minute() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    running.account_with_password("amir", AccountRole::Agent, None).await;
    let sign_in = async |account: &str, password: &str| {
        let answer = running.post_form("/sign-in", "", &[("account", account), ("password", password)]).await;
        assert_eq!(answer.status(), 303);
        header(&answer, LOCATION)
    };
    for _ in 0..5 {
        assert!(sign_in("anna", "wrong").await.starts_with("/sign-in?error=wrong"));
    }
    assert!(sign_in("anna", PASSWORD).await.starts_with("/sign-in?error=locked"), "even with the right one");
    assert_eq!(sign_in("amir", PASSWORD).await, "/", "others are not locked out");
    assert!(
        sign_in("stranger", PASSWORD).await.starts_with("/sign-in?error=wrong"),
        "as for any wrong password"
    );
    running.hands.forward(TimeDelta::seconds(61));
    assert_eq!(sign_in("anna", PASSWORD).await, "/");
    running.stop().await;
}

#[tokio::test]
async fn a_session_ends_with_the_sign_out_with_its_time_and_with_its_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    running.account_with_password("anna", AccountRole::Agent, None).await;
    let sign_in = async || {
        let answer = running.post_form("/sign-in", "", &[("account", "anna"), ("password", PASSWORD)]).await;
        header(&answer, SET_COOKIE).split(';').next().expect("a cookie").to_owned()
    };
    let is_in = async |cookie: &str| running.get("/desk", cookie).await.status() == 200;
    let cookie = sign_in().await;
    assert!(is_in(&cookie).await);
    let answer = running.post_form("/sign-out", &cookie, &[]).await;
    assert!(header(&answer, SET_COOKIE).contains("Max-Age=0"));
    assert!(!is_in(&cookie).await, "signed out");
    let cookie = sign_in().await;
    running.hands.forward(TimeDelta::days(15));
    assert!(!is_in(&cookie).await, "its time is over");
    let cookie = sign_in().await;
    assert!(is_in(&cookie).await);
    running.store.remove_account("anna").await.expect("a removal");
    assert!(!is_in(&cookie).await, "its account is gone");
    running.stop().await;
}
