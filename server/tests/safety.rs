//! Nothing told to the wrong, and nothing told that runs: every page with markup in every text, and every view of a link.

mod support;

use domain::account::AccountRole;
use domain::authority::Role;
use domain::charge::{Document, DocumentKind};
use domain::fact::{CarrierAssignment, CaseKind, CaseOpening, CustomsStatement, PodStatement, Sharing};
use domain::id::CaseId;
use domain::live::ViewKey;
use domain::party::Carrier;
use domain::{CustomerId, Event, Fact, ShipmentId};
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use server::auth::token_hash;
use support::freight::{action, append, at, delivered, departed, event, planned, released, start};
use support::live::Socket;
use support::server::{Hands, Running};

const TOKEN: &str = "a-token-of-a-link";

/// A text that runs where it is taken for markup, in whatever part of a page it lands.
const MARKUP: &str = "</title></script><script>stolen()</script><img src=x onerror=stolen()>\"'";

/// A shipment of ACME with markup in every text that a partner may state, a case, and a link to it.
async fn hostile(running: &Running) -> ShipmentId {
    let number = format!("SH-7{MARKUP}");
    let order = format!("SO-7{MARKUP}");
    let mut ordered = released(&order, "ACME");
    if let Fact::OrderReleased(terms) = &mut ordered.fact {
        MARKUP.clone_into(&mut terms.customer.name);
        MARKUP.clone_into(&mut terms.lines[0].item.description);
        MARKUP.clone_into(&mut terms.lines[0].line);
    }
    let mut plan = planned(&number, &[&order]);
    if let Fact::ShipmentPlanned(plan) = &mut plan.fact {
        for stop in &mut plan.stops {
            MARKUP.clone_into(&mut stop.location.city);
            MARKUP.clone_into(&mut stop.location.name);
        }
    }
    let tms = |minutes, fact| event(Role::Tms, &number, minutes, fact);
    let events: Vec<Event> = vec![
        plan,
        tms(
            10,
            Fact::CarrierAssigned(CarrierAssignment {
                carrier: Carrier { code: "X".into(), name: MARKUP.into() },
                vehicle: Some(MARKUP.into()),
            }),
        ),
        tms(20, Fact::CustomsHeld(CustomsStatement { office: MARKUP.into(), reason: Some(MARKUP.into()) })),
        tms(
            30,
            Fact::DocumentAttached(Document {
                document: MARKUP.into(),
                kind: DocumentKind::PackingList,
                title: MARKUP.into(),
            }),
        ),
        departed(&number, 40, "1"),
        delivered(&number, 50),
        tms(
            60,
            Fact::PodReceived(PodStatement {
                stop: "2".into(),
                signed_by: MARKUP.into(),
                signed_at: at(55),
                document: None,
                discrepancy: None,
                left_with: Some(MARKUP.into()),
            }),
        ),
    ];
    append(&running.store, vec![ordered]).await;
    append(&running.store, events).await;
    let customer = CustomerId::numbered("ACME");
    let opening = CaseOpening {
        case: CaseId::numbered("one"),
        customer,
        kind: CaseKind::Question,
        text: format!("Secret price talk 42 {MARKUP}"),
    };
    append(&running.store, vec![action(Role::Portal, "carla", &number, 70, Fact::CaseOpened(opening))]).await;
    let link =
        Sharing { token_hash: token_hash(TOKEN), customer, label: MARKUP.into(), expires_at: at(100_000) };
    append(&running.store, vec![action(Role::Portal, "carla", &number, 71, Fact::TrackingShared(link))])
        .await;
    ShipmentId::numbered(&number)
}

#[tokio::test]
async fn no_page_runs_what_stands_in_a_text() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let id = hostile(&running).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let ada = running.signed_in("ada", AccountRole::Admin, None).await;
    let query = "%3C%2Ftitle%3E%3Cscript%3Estolen()%3C%2Fscript%3E";
    let pages = [
        "/".to_owned(),
        format!("/sign-in?next={query}"),
        "/shipments".to_owned(),
        format!("/shipments?q={query}"),
        format!("/shipments/{id}"),
        format!("/track/{TOKEN}"),
        "/desk".to_owned(),
        format!("/desk?q={query}"),
        "/kpis".to_owned(),
        format!("/kpis?measure={query}"),
        "/integrations".to_owned(),
        "/admin".to_owned(),
        "/notifications".to_owned(),
        "/contracts".to_owned(),
        format!("/find?q={query}"),
        format!("/nowhere/{query}"),
    ];
    for cookie in ["", &carla, &ada] {
        for path in &pages {
            let answer = running.get(path, cookie).await;
            let policy = answer
                .headers()
                .get("content-security-policy")
                .map(|policy| policy.to_str().expect("text").to_owned());
            let policy = policy.unwrap_or_else(|| panic!("{path} has no policy"));
            assert!(policy.starts_with("default-src 'none'; script-src 'self'"), "{path}: {policy}");
            let text = answer.text().await.expect("a page");
            for raw in ["<script>stolen", "<img src=x", "</title></script>"] {
                assert!(!text.contains(raw), "{path} writes {raw} as it is");
            }
            assert!(text.matches("</title>").count() <= 1, "{path} ends its title twice");
            // What Leptos writes into the page is marked with the nonce of this answer; nothing else runs.
            for script in text.split("<script").skip(1) {
                let tag = script.split('>').next().unwrap_or_default();
                let nonce = tag.split("nonce=\"").nth(1).and_then(|rest| rest.split('"').next());
                let is_marked = nonce.is_some_and(|nonce| policy.contains(&format!("'nonce-{nonce}'")));
                assert!(is_marked || tag.contains("src="), "{path}: <script{tag}> would not run");
            }
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn a_link_shows_nothing_of_what_customer_and_desk_say_to_each_other() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let id = hostile(&running).await;
    let view = ViewKey::Track { token: TOKEN.to_owned() };
    let mut socket = Socket::open(running.address, "").await;
    let first = socket.ask(&view, None).await;
    assert_eq!(first.kind, "snapshot");
    let number = format!("SH-7{MARKUP}");
    let answer = domain::fact::CaseAnswer { case: CaseId::numbered("one"), text: "We refund EUR 500".into() };
    append(&running.store, vec![action(Role::Desk, "anna", &number, 80, Fact::CaseAnswered(answer))]).await;
    let second = loop {
        let frame = socket.expect_frame().await;
        if frame.kind == "change" && frame.view.as_ref() == Some(&view) {
            break frame;
        }
    };
    for frame in [first, second] {
        for secret in ["Secret price talk", "We refund", "carla", "anna", "cases"] {
            assert!(!frame.text.contains(secret), "a link tells {secret}: {}", frame.text);
        }
    }
    let page = running.get(&format!("/track/{TOKEN}"), "").await.text().await.expect("a page");
    assert!(!page.contains("Secret price talk") && !page.contains("We refund"));
    assert_eq!(running.get(&format!("/shipments/{id}"), "").await.status(), StatusCode::SEE_OTHER);
    running.stop().await;
}

#[tokio::test]
async fn who_may_not_open_an_area_learns_nothing_of_its_queues_and_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    let form = [("page", "desk"), ("name", "Halvorsen"), ("query", "q=Halvorsen%20claim"), ("shared", "on")];
    running.post_form("/views", &anna, &form).await;
    for path in ["/desk/queues/Halvorsen", "/desk/queues/unknown", "/desk/anything"] {
        let answer = running.get(path, &carla).await;
        assert_eq!(answer.status(), StatusCode::FORBIDDEN, "{path}");
        assert!(answer.headers().get(LOCATION).is_none(), "{path} tells where it leads");
        assert!(!answer.text().await.expect("an answer").contains("claim"), "{path}");
    }
    running.stop().await;
}
