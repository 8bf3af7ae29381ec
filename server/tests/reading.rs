//! What pages say to whom, as their readers get them.

mod support;

use domain::account::AccountRole;
use domain::authority::Role;
use domain::{Seq, ShipmentId};
use reqwest::header::{ACCEPT, COOKIE, LOCATION};
use reqwest::{Method, StatusCode};
use server::cli::source::draw_secret;
use store::Rejected;
use support::freight::{append, planned, released, set_aside, start};
use support::server::{Hands, Running, client};
use support::until;

async fn server(folder: &tempfile::TempDir) -> Running {
    let running = Running::start(&folder.path().join("test.db"), &Hands::at(start())).await;
    append(&running.store, vec![released("SO-1", "ACME"), planned("SH-1", &["SO-1"])]).await;
    running
}

#[tokio::test]
async fn a_page_that_only_leads_on_does_so_whoever_asks_and_however() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let mona = running.signed_in("mona", AccountRole::Manager, None).await;
    for (path, cookie, to) in [
        ("/", "", "/sign-in"),
        ("/", carla.as_str(), "/shipments"),
        ("/", mona.as_str(), "/kpis"),
        ("/sign-in", carla.as_str(), "/shipments"),
        ("/sign-in?next=/shipments%3Fq=SO-1", carla.as_str(), "/shipments?q=SO-1"),
        ("/sign-in?error=wrong&next=/", mona.as_str(), "/kpis"),
        // Nowhere else than on this server.
        ("/sign-in?next=//evil.test/", carla.as_str(), "/shipments"),
    ] {
        for (method, accept) in [(Method::GET, "*/*"), (Method::GET, "text/html"), (Method::HEAD, "*/*")] {
            let request = client().request(method.clone(), running.url(path));
            let answer =
                request.header(ACCEPT, accept).header(COOKIE, cookie).send().await.expect("an answer");
            assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{method} {path} {accept}");
            assert_eq!(answer.headers()[LOCATION], to, "{method} {path} {accept}");
        }
    }
    running.stop().await;
}

#[tokio::test]
async fn whoever_signs_out_takes_along_what_the_browser_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let answer = running.post_form("/sign-out", &carla, &[]).await;
    assert_eq!(answer.headers()["clear-site-data"], "\"storage\"");
    running.stop().await;
}

#[tokio::test]
async fn a_shipments_page_tells_the_house_what_of_it_waits_in_quarantine_and_its_customer_no_position() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let rejected = |position, subject: &str| Rejected {
        position,
        code: "unknown_kind".to_owned(),
        reason: "a kind that nobody knows".to_owned(),
        raw: format!(r#"{{"type":"syncline.truck.exploded.v1","subject":"{subject}"}}"#),
        event_id: None,
    };
    let rejected = vec![rejected(0, "SH-1"), rejected(1, "SO-1"), rejected(2, "SH-2")];
    set_aside(&running.store, rejected).await;
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let path = format!("/shipments/{}", ShipmentId::numbered("SH-1"));
    let page = async |cookie: &str| running.get(&path, cookie).await.text().await.expect("a page");
    let (house, customer) = (page(&anna).await, page(&carla).await);
    assert!(house.contains("2 messages about this shipment wait in quarantine."), "{house}");
    assert!(house.contains("a kind that nobody knows") && house.contains("/integrations#quarantine"));
    assert!(house.contains("As of position "));
    assert!(!customer.contains("quarantine") && !customer.contains(">As of position "), "{customer}");
    running.stop().await;
}

#[tokio::test]
async fn a_message_as_it_came_is_one_event_that_can_be_read_with_the_way_to_all_of_its_delivery() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let secret = draw_secret();
    running.source("carrier", Role::Tms, &secret).await;
    let event = |id: &str, stop: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{id}","source":"//c","type":"syncline.stop.arrived.v1","subject":"SH-1","time":"2026-05-04T05:00:00Z","data":{{"stop":"{stop}"}}}}"#
        )
    };
    let body = format!("[{},{}]", event("e-1", "1"), event("e-2", "2"));
    let timestamp = start().timestamp();
    let signature = standardwebhooks::Webhook::new(&secret)
        .and_then(|key| key.sign("msg_1", timestamp, body.as_bytes()))
        .expect("a signature");
    let deliver = async || {
        let request = client()
            .post(running.url("/intake/carrier"))
            .header("content-type", "application/cloudevents-batch+json")
            .header("webhook-id", "msg_1")
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", &signature)
            .body(body.clone());
        request.send().await.expect("an answer")
    };
    // A new source is known within a moment.
    until("the delivery is taken", async || deliver().await.status() == StatusCode::ACCEPTED).await;
    let answer = deliver().await.text().await.expect("a receipt");
    let receipt: serde_json::Value = serde_json::from_str(&answer).expect(&answer);
    let seq = Seq(receipt["seq"][1].as_i64().unwrap_or_else(|| panic!("{answer}")));
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let page = running.get(&format!("/messages/{seq}"), &anna).await.text().await.expect("a page");
    assert!(page.contains("Event 2 of 2 of its delivery"), "{page}");
    assert!(page.contains("e-2") && !page.contains("e-1"), "{page}");
    assert!(page.contains("source: carrier"), "{page}");
    let whole = format!("/messages/{seq}/delivery");
    assert!(page.contains(&whole), "{page}");
    let text = running.get(&whole, &anna).await.text().await.expect("a text");
    assert!(text.ends_with(&body), "{text}");
    for path in [&whole, &format!("/messages/{seq}")] {
        assert_eq!(running.get(path, &carla).await.status(), StatusCode::FORBIDDEN);
        assert_ne!(running.get(path, "").await.status(), StatusCode::OK);
    }
    running.stop().await;
}

#[tokio::test]
async fn nonsense_in_any_form_or_address_is_answered_in_no_programmers_words() {
    let folder = tempfile::tempdir().expect("a folder");
    let running = server(&folder).await;
    let ada = running.signed_in("ada", AccountRole::Admin, None).await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    let origin = format!("http://{}", running.address);
    let mut tried = 0;
    let mut check = |place: &str, said: &str| {
        tried += 1;
        for word in [
            "deserialize",
            "missing field",
            "unknown variant",
            "invalid type",
            "invalid digit",
            "duplicate field",
            "i64",
            "u32",
            "line 1 column",
            "Cannot parse",
            "os error",
            "panicked",
            "expected ",
            "struct ",
            "Invalid ",
        ] {
            assert!(!said.contains(word), "{place}: `{word}` in: {said}");
        }
    };
    for path in [
        "/sign-in",
        "/sign-out",
        "/display",
        "/outbox",
        "/desk/work",
        "/views",
        "/views/forget",
        "/notifications",
        "/cases/open",
        "/cases/say",
        "/confirm/x",
        "/unsubscribe/x",
    ] {
        for body in [
            "",
            "a=b",
            "%ff%ff",
            "act=resend&message=x",
            "act=&act=",
            "shipment=x&case=y&text=z&kind=q&act=w",
        ] {
            for kind in ["application/x-www-form-urlencoded", "application/json", "text/plain"] {
                for cookie in [&ada, &carla] {
                    let request = client().post(running.url(path)).header("content-type", kind);
                    let request = request.header("origin", &origin).header(COOKIE, cookie).body(body);
                    let answer = request.send().await.expect("an answer");
                    check(&format!("{path} {kind} {body}"), &answer.text().await.expect("a text"));
                }
            }
        }
    }
    for path in [
        "/messages/abc",
        "/messages/99999999999999999999",
        "/messages/abc/delivery",
        "/find?q=a&q=b",
        "/find?q=%ff",
        "/shipments.csv?a=%ff",
        "/shipments?before=x",
        "/desk?selected=x&rule=y",
        "/kpis?from=x&until=y",
        "/sign-in?next=%ff&next=x",
        "/contracts/%ff/schema.json",
    ] {
        for cookie in [&ada, &carla] {
            let answer = running.get(path, cookie).await;
            check(path, &answer.text().await.expect("a text"));
        }
    }
    assert!(tried > 400, "{tried}");
    running.stop().await;
}
