//! Every door and who may pass it. The doors are taken from the program: routes from its source, pages and server functions from
//! their registers, live views from their type. What no line here asks stands in `uncovered.txt`, which may only shrink.

mod support;

use domain::account::AccountRole;
use domain::fact::Sharing;
use domain::live::ViewKey;
use domain::{CustomerId, ExceptionId, Fact, ShipmentId};
use reqwest::header::{HeaderMap, HeaderValue, LOCATION, ORIGIN};
use serde_json::{Value, json};
use server::auth::token_hash;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use support::freight::{action, append, at, held_by_customs, planned, released, start};
use support::live::Socket;
use support::server::{Hands, Running, client};

const UNCOVERED: &str = include_str!("uncovered.txt");
/// Lower it with each line that is taken out of the file; never raise it.
const MOST_UNCOVERED: usize = 0;

const TOKEN: &str = "a-token-of-a-link";
/// Words that only one customer, or only the house, may read.
const OTHERS: [&str; 3] = ["SH-OTHER", "BRISK", "Halvorsen"];
const OWN: [&str; 2] = ["SH-OWN", "ACME"];

/// A door, a request that goes through it, and the statuses of a stranger, a customer, an agent, a manager, an admin.
struct Door {
    route: &'static str,
    path: String,
    form: Option<Vec<(&'static str, String)>>,
    expected: [u16; 5],
}

fn get(route: &'static str, path: impl Into<String>, expected: [u16; 5]) -> Door {
    Door { route, path: path.into(), form: None, expected }
}

fn post(route: &'static str, path: &str, form: &[(&'static str, &str)], expected: [u16; 5]) -> Door {
    let form = form.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    Door { route, path: path.to_owned(), form: Some(form), expected }
}

/// Open to everybody, and the same for all.
fn all(status: u16) -> [u16; 5] {
    [status; 5]
}

struct World {
    own: ShipmentId,
    other: ShipmentId,
    exception: ExceptionId,
}

async fn world(folder: &tempfile::TempDir) -> (Running, World) {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "BRISK")]).await;
    let shipments =
        vec![planned("SH-OWN", &["SO-1"]), planned("SH-OTHER", &["SO-2"]), held_by_customs("SH-OTHER", 5)];
    append(&running.store, shipments).await;
    let link = Sharing {
        token_hash: token_hash(TOKEN),
        customer: CustomerId::numbered("ACME"),
        label: "a link".into(),
        expires_at: at(100_000),
    };
    let shared = action(domain::authority::Role::Portal, "x", "SH-OWN", 6, Fact::TrackingShared(link));
    append(&running.store, vec![shared]).await;
    for (name, role, customer) in [
        ("carla", AccountRole::Customer, Some("ACME")),
        ("anna", AccountRole::Agent, None),
        ("mona", AccountRole::Manager, None),
        ("ada", AccountRole::Admin, None),
    ] {
        running.account(name, role, customer).await;
    }
    let form = [("name", "Halvorsen"), ("shared", "yes")];
    let anna = running.session("anna").await;
    let mut headers = own_origin(&running);
    let referer = format!("http://{}/desk?q=Halvorsen%20claim", running.address);
    headers.insert("referer", HeaderValue::from_str(&referer).expect("an address"));
    let saved = running.post_form_with("/views", &anna, headers, &form).await;
    assert_eq!(saved.status(), 303);
    let (_, desk) = running.store.desk().await.expect("a desk");
    let exception = desk.exceptions.first().expect("a customs hold").id;
    let world =
        World { own: ShipmentId::numbered("SH-OWN"), other: ShipmentId::numbered("SH-OTHER"), exception };
    (running, world)
}

fn own_origin(running: &Running) -> HeaderMap {
    let origin = HeaderValue::from_str(&format!("http://{}", running.address)).expect("an origin");
    HeaderMap::from_iter([(ORIGIN, origin)])
}

fn doors(world: &World) -> Vec<Door> {
    let World { own, other, exception } = world;
    let (own, other, exception) = (own.to_string(), other.to_string(), exception.to_string());
    let work = [
        ("act", "assign"),
        ("exception", exception.as_str()),
        ("shipment", other.as_str()),
        ("version", "999"),
        ("to", "anna"),
    ];
    let open_own = [("shipment", own.as_str()), ("kind", "question"), ("text", "where is it")];
    let open_other = [("shipment", other.as_str()), ("kind", "question"), ("text", "where is it")];
    let say = [("act", "say"), ("shipment", other.as_str()), ("case", exception.as_str()), ("text", "hello")];
    vec![
        // To where an account works, or to the sign-in.
        get("GET /", "/", all(303)),
        get("GET /sign-in", "/sign-in", [200, 303, 303, 303, 303]),
        get("GET /shipments", "/shipments", [303, 200, 200, 200, 200]),
        get("GET /shipments/{id}", format!("/shipments/{own}"), [303, 200, 200, 200, 200]),
        get("GET /shipments/{id}", format!("/shipments/{other}"), [303, 404, 200, 200, 200]),
        get("GET /track/{token}", format!("/track/{TOKEN}"), all(200)),
        get("GET /track/{token}", "/track/guessed", all(404)),
        get("GET /desk", "/desk", [303, 403, 200, 200, 200]),
        get("GET /desk", format!("/desk?selected={exception}"), [303, 403, 200, 200, 200]),
        get("GET /kpis", "/kpis", [303, 403, 403, 200, 200]),
        get("GET /integrations", "/integrations", [303, 403, 200, 200, 200]),
        get("GET /admin", "/admin", [303, 403, 403, 403, 200]),
        get("GET /notifications", "/notifications", [303, 200, 200, 200, 200]),
        get("GET /shipments.csv", "/shipments.csv", [303, 200, 200, 200, 200]),
        get("GET /desk/queues/{name}", "/desk/queues/Halvorsen", [303, 403, 303, 303, 303]),
        get("GET /desk/queues/{name}", "/desk/queues/unknown", [303, 403, 404, 404, 404]),
        get("GET /messages/{seq}", "/messages/1", [401, 403, 200, 200, 200]),
        get("GET /messages/{seq}", "/messages/999", [401, 403, 404, 404, 404]),
        get("GET /messages/{seq}/delivery", "/messages/1/delivery", [401, 403, 200, 200, 200]),
        get("GET /find", "/find?q=SH", [401, 200, 200, 200, 200]),
        get("GET /live", "/live", all(400)),
        get("GET /healthz", "/healthz", all(200)),
        get("GET /readyz", "/readyz", all(200)),
        get("GET /contracts", "/contracts", all(200)),
        get("GET /contracts/", "/contracts/", all(200)),
        get("GET /contracts/{kind}", "/contracts/eta.changed", all(303)),
        get("GET /contracts/openapi.json", "/contracts/openapi.json", all(200)),
        get("GET /contracts/asyncapi.json", "/contracts/asyncapi.json", all(200)),
        get("GET /contracts/{kind}/schema.json", "/contracts/eta.changed/schema.json", all(200)),
        get("GET /contracts/{kind}/example.json", "/contracts/eta.changed/example.json", all(200)),
        get("GET /contracts/messages/{kind}/schema.json", "/contracts/messages/x/schema.json", all(404)),
        get("GET /contracts/messages/{kind}/example.json", "/contracts/messages/x/example.json", all(404)),
        // Only the demo shows what pages are made of.
        get("GET /components", "/components", all(404)),
        get("GET /confirm/{token}", "/confirm/guessed", all(404)),
        post("POST /confirm/{token}", "/confirm/guessed", &[], all(404)),
        get("GET /unsubscribe/{token}", "/unsubscribe/guessed", all(404)),
        post("POST /unsubscribe/{token}", "/unsubscribe/guessed", &[], all(404)),
        post("POST /sign-in", "/sign-in", &[("account", "nobody"), ("password", "x")], all(303)),
        post("POST /sign-out", "/sign-out", &[], all(303)),
        post("POST /display", "/display", &[("choice", "scheme=dark")], all(303)),
        post("POST /outbox", "/outbox", &[("act", "pause"), ("endpoint", "erp")], [401, 403, 422, 422, 422]),
        post("POST /views", "/views", &[("name", "one")], [401, 422, 422, 422, 422]),
        post("POST /views/forget", "/views/forget", &[("name", "Halvorsen")], [401, 422, 422, 422, 422]),
        post("POST /desk/work", "/desk/work", &work, [303, 403, 409, 409, 409]),
        post("POST /cases/open", "/cases/open", &open_own, [401, 303, 403, 403, 403]),
        post("POST /cases/open", "/cases/open", &open_other, [401, 404, 403, 403, 403]),
        post("POST /cases/say", "/cases/say", &say, [401, 404, 404, 404, 404]),
        post("POST /notifications", "/notifications", &[], [303, 422, 422, 422, 422]),
        post("POST /intake/{source}", "/intake/tms", &[], all(401)),
        post("POST /intake/{source}/", "/intake/tms/", &[], all(401)),
        get("ANY /intake", "/intake", all(404)),
        get("ANY /intake/", "/intake/", all(404)),
        get("ANY /intake/{source}/{*rest}", "/intake/tms/x", all(404)),
    ]
}

fn functions(world: &World) -> Vec<(&'static str, Value, [u16; 5])> {
    let World { own, other, exception } = world;
    let board = |name: &str| json!({"what": {"board": {"board": name, "query": ""}}});
    let act = json!({
        "on": {"exception": exception, "shipment": other, "version": 999}, "act": {"note": {"text": "hello"}},
    });
    let share = |id: &ShipmentId| json!({"id": id, "customer": null, "label": "x", "days": 5});
    let seen_by =
        json!({"what": {"seen_by": {"shipment": other, "customer": CustomerId::numbered("BRISK")}}});
    vec![
        ("shipments", json!({"query": {}}), [401, 200, 200, 200, 200]),
        ("shipment", json!({"id": own}), [401, 200, 200, 200, 200]),
        ("shipment", json!({"id": other}), [401, 404, 200, 200, 200]),
        ("desk", json!({"query": {"closed": false, "unknown": []}}), [401, 403, 200, 200, 200]),
        ("draw", board("kpis"), [401, 403, 403, 200, 200]),
        ("draw", board("integrations"), [401, 403, 200, 200, 200]),
        ("draw", board("admin"), [401, 403, 403, 403, 200]),
        ("draw", board("notifications"), [401, 200, 200, 200, 200]),
        ("draw", json!({"what": "needs"}), [401, 200, 200, 200, 200]),
        ("draw", json!({"what": {"case": exception}}), [401, 403, 200, 200, 200]),
        ("draw", json!({"what": {"shipment": own}}), [401, 200, 200, 200, 200]),
        ("draw", json!({"what": {"shipment": other}}), [401, 404, 200, 200, 200]),
        ("draw", seen_by, [401, 403, 200, 200, 200]),
        ("draw", json!({"what": {"track": TOKEN}}), all(200)),
        ("draw", json!({"what": {"track": "guessed"}}), all(404)),
        ("freshness", json!({}), all(200)),
        ("act", act, [401, 403, 409, 409, 409]),
        ("rulebook", json!({}), [401, 403, 403, 403, 200]),
        ("rulebook/change", json!({"text": "no rules", "only_checks": true}), [401, 403, 403, 403, 422]),
        ("look", json!({"exception": exception}), [401, 403, 200, 200, 200]),
        ("share", share(own), [401, 200, 200, 200, 200]),
        ("share", share(other), [401, 404, 200, 200, 200]),
        ("revoke", json!({"id": own, "token_hash": "00"}), [401, 404, 404, 404, 404]),
        ("revoke", json!({"id": other, "token_hash": "00"}), [401, 404, 404, 404, 404]),
    ]
}

/// How a subscription to each view is answered, by the same five. A new kind of view does not compile until it is here.
fn views(world: &World) -> Vec<(ViewKey, [&'static str; 5])> {
    let listed = |view: &ViewKey| match view {
        ViewKey::Shipment { id } if *id == world.own => {
            ["sign_in_first", "snapshot", "snapshot", "snapshot", "snapshot"]
        }
        ViewKey::Shipment { .. } => ["sign_in_first", "not_found", "snapshot", "snapshot", "snapshot"],
        ViewKey::Shipments => ["sign_in_first", "snapshot", "snapshot", "snapshot", "snapshot"],
        ViewKey::Desk => ["sign_in_first", "not_for_role", "snapshot", "snapshot", "snapshot"],
        ViewKey::Kpis => ["sign_in_first", "not_for_role", "not_for_role", "snapshot", "snapshot"],
        ViewKey::Freshness => ["snapshot"; 5],
        ViewKey::Track { token } if token == TOKEN => ["snapshot"; 5],
        ViewKey::Track { .. } => ["not_found"; 5],
    };
    let track = |token: &str| ViewKey::Track { token: token.to_owned() };
    let views = vec![
        ViewKey::Shipment { id: world.own },
        ViewKey::Shipment { id: world.other },
        ViewKey::Shipments,
        ViewKey::Desk,
        ViewKey::Kpis,
        ViewKey::Freshness,
        track(TOKEN),
        track("guessed"),
    ];
    views.into_iter().map(|view| (view.clone(), listed(&view))).collect()
}

const WHO: [&str; 5] = ["a stranger", "carla", "anna", "mona", "ada"];

async fn cookie(running: &Running, who: &str) -> String {
    if who == WHO[0] { String::new() } else { running.session(who).await }
}

/// Whether an answer tells somebody what they may not read; what was not given tells nothing at all.
fn tells(who: &str, is_refusal: bool, text: &str) -> Option<&'static str> {
    let forbidden: Vec<&str> = match who {
        _ if is_refusal => [OTHERS.as_slice(), OWN.as_slice()].concat(),
        "a stranger" | "carla" => OTHERS.to_vec(),
        _ => Vec::new(),
    };
    forbidden.into_iter().find(|word| text.contains(word))
}

#[tokio::test]
async fn every_route_opens_for_its_roles_only_and_a_refusal_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, world) = world(&folder).await;
    let mut wrong = Vec::new();
    for Door { route, path, form, expected } in doors(&world) {
        for (who, expected) in WHO.into_iter().zip(expected) {
            // A session of its own: some doors end it.
            let cookie = cookie(&running, who).await;
            let request = match &form {
                None => client().get(running.url(&path)),
                Some(form) => client().post(running.url(&path)).headers(own_origin(&running)).form(form),
            };
            let answer = request.header("cookie", &cookie).send().await.expect("an answer");
            let status = answer.status().as_u16();
            let location = answer.headers().get(LOCATION).map(|to| to.to_str().expect("text").to_owned());
            let text = answer.text().await.expect("an answer");
            if status != expected {
                wrong.push(format!("{route} as {who}: {status}, not {expected}: {text:.120}"));
            }
            let is_sent_to_sign_in = location.as_ref().is_some_and(|to| to.starts_with("/sign-in"));
            let is_refusal = matches!(status, 401 | 403 | 404) || is_sent_to_sign_in;
            if is_refusal && location.is_some() && !is_sent_to_sign_in {
                wrong.push(format!("{route} as {who}: refused, but leads to {location:?}"));
            }
            let told = [text, location.unwrap_or_default().replace(&path, "")].concat();
            if let Some(word) = tells(who, is_refusal, &told) {
                wrong.push(format!("{route} as {who}: {status} tells {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    running.stop().await;
}

#[tokio::test]
async fn every_server_function_answers_its_roles_only_and_a_refusal_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, world) = world(&folder).await;
    let mut wrong = Vec::new();
    for (function, arguments, expected) in functions(&world) {
        for (who, expected) in WHO.into_iter().zip(expected) {
            let cookie = cookie(&running, who).await;
            let answer = running.call(function, &cookie, &arguments).await;
            let (status, leads) = (answer.status().as_u16(), answer.headers().contains_key(LOCATION));
            let text = answer.text().await.expect("an answer");
            if status != expected || leads {
                wrong.push(format!("{function} {arguments} as {who}: {status}, not {expected}: {text:.120}"));
            }
            if let Some(word) = tells(who, matches!(status, 401 | 403 | 404), &text) {
                wrong.push(format!("{function} {arguments} as {who}: {status} tells {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    running.stop().await;
}

#[tokio::test]
async fn every_live_view_answers_its_roles_only_and_a_refusal_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, world) = world(&folder).await;
    let mut wrong = Vec::new();
    for (view, expected) in views(&world) {
        for (who, expected) in WHO.into_iter().zip(expected) {
            let mut socket = Socket::open(running.address, &cookie(&running, who).await).await;
            let frame = socket.ask(&view, None).await;
            let answered = frame.code.clone().unwrap_or(frame.kind.clone());
            if answered != expected {
                wrong.push(format!("{view:?} as {who}: {answered}, not {expected}"));
            }
            if let Some(word) = tells(who, frame.kind == "refused", &frame.text) {
                wrong.push(format!("{view:?} as {who}: {answered} tells {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    running.stop().await;
}

/// The text up to the parenthesis that closes the one before it.
fn within(text: &str) -> &str {
    let mut depth = 1;
    let end = text.find(|one| {
        depth += match one {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    });
    &text[..end.unwrap_or(text.len())]
}

/// The methods and paths of each `.route(…)` in a file.
fn routes_in(source: &str, constants: &str, found: &mut BTreeSet<String>) {
    let source: String = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    for call in source.split(".route(").skip(1) {
        let call = within(call);
        let (path, methods) = call.split_once(',').expect("a path and what answers there");
        let path = path.trim();
        let path = path.strip_prefix('"').map_or_else(
            || {
                let named = format!("pub const {path}: &str = \"");
                let value = constants.split_once(&named).map(|(_, rest)| rest.split('"').next());
                value
                    .flatten()
                    .unwrap_or_else(|| panic!("the path {path} is no constant of `query.rs`"))
                    .to_owned()
            },
            |literal| literal.trim_end_matches('"').to_owned(),
        );
        // The intake's door is the same for both of its paths.
        let methods = methods.replace("door()", "post(receive)");
        let mut known = false;
        for (word, method) in [
            ("get(", "GET"),
            ("post(", "POST"),
            ("put(", "PUT"),
            ("delete(", "DELETE"),
            ("patch(", "PATCH"),
            ("any(", "ANY"),
        ] {
            if methods.trim_start().starts_with(word) || methods.contains(&format!(".{word}")) {
                found.insert(format!("{method} {path}"));
                known = true;
            }
        }
        assert!(known, "what answers at {path} is not understood: {methods}");
    }
}

fn sources(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if path.is_dir() && !matches!(name, "cli" | "simulator") {
            sources(&path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && name != "simulator.rs" {
            found.push(fs::read_to_string(&path).expect("a file"));
        }
    }
}

#[test]
fn no_door_is_forgotten() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let constants = fs::read_to_string(root.join("../app/src/query.rs")).expect("a file");
    let (mut files, mut there) = (Vec::new(), BTreeSet::new());
    sources(&root.join("src"), &mut files);
    for source in &files {
        routes_in(source, &constants, &mut there);
    }
    there.extend(server::pages::paths().map(|path| format!("GET {path}")));
    let functions_there = leptos_axum_functions();
    assert!(there.len() > 40 && functions_there.len() > 10, "the program's doors were not found");
    there.remove("GET /api/{*name}");
    there.remove("POST /api/{*name}");
    there.extend(functions_there);

    let nowhere = World {
        own: ShipmentId::numbered("a"),
        other: ShipmentId::numbered("b"),
        exception: serde_json::from_value(json!("00000000-0000-0000-0000-000000000000")).expect("an id"),
    };
    let mut asked: BTreeSet<String> = doors(&nowhere).iter().map(|door| door.route.to_owned()).collect();
    asked.extend(functions(&nowhere).iter().map(|(function, ..)| format!("POST /api/{function}")));
    let uncovered: BTreeSet<String> = UNCOVERED.lines().map(str::to_owned).collect();
    assert_eq!(
        uncovered.len(),
        MOST_UNCOVERED,
        "the list of what is not asked may only shrink: lower its number"
    );
    let forgotten: Vec<&String> =
        there.iter().filter(|door| !asked.contains(*door) && !uncovered.contains(*door)).collect();
    assert!(forgotten.is_empty(), "nobody asks who may pass {forgotten:?}: add a line to this file");
    let gone: Vec<&String> = asked.iter().chain(&uncovered).filter(|door| !there.contains(*door)).collect();
    assert!(gone.is_empty(), "these doors are no more: {gone:?}");
    let needless: Vec<&String> = uncovered.intersection(&asked).collect();
    assert!(needless.is_empty(), "these are asked, take them out of the list: {needless:?}");
}

fn leptos_axum_functions() -> Vec<String> {
    let functions = leptos::server_fn::axum::server_fn_paths();
    functions.map(|(path, method)| format!("{method} {path}")).collect()
}
