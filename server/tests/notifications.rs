//! What people choose to be told, by mail and by webhook, as their user would: forms, letters and the links in them.

mod support;

use chrono::TimeDelta;
use domain::account::AccountRole;
use domain::authority::Role;
use domain::fact::CustomerTerms;
use domain::party::Tier;
use domain::subscription::{Channel, Choice, News, Pace, Subscription};
use domain::{CustomerId, ExceptionId, Fact};
use reqwest::StatusCode;
use server::config::ServeOptions;
use support::freight::{action, append, delivered, departed, eta, event, planned, pod, released, start};
use support::receiver::{Received, Receiver};
use support::server::{Hands, Running, client, options};
use support::until;

/// A server that sends mail, and somebody of ACME who is signed in. Freight begins at six in the morning, UTC, and all of it
/// has happened when the clock of the server begins, two days later.
async fn with_mail(folder: &tempfile::TempDir) -> (Running, Receiver, String) {
    let receiver = Receiver::start();
    let mut options: ServeOptions = options(0);
    options.mail.smtp_url = Some(format!("smtp://127.0.0.1:{}", receiver.smtp));
    "https://track.test/".clone_into(&mut options.mail.public_url);
    let running = Running::start_with(
        options,
        &folder.path().join("test.db"),
        &Hands::at(start() + TimeDelta::days(2)),
    )
    .await;
    let carla = running.signed_in("carla", AccountRole::Customer, Some("ACME")).await;
    (running, receiver, carla)
}

const HOURS: [(&str, &str); 4] =
    [("zone", "UTC"), ("daily_hour", "18"), ("quiet_from", ""), ("quiet_until", "")];

/// Fills the form in and says whether it was taken.
async fn choose(running: &Running, cookie: &str, fields: &[(&str, &str)]) -> StatusCode {
    let named = |name: &str| fields.iter().any(|(one, _)| *one == name);
    let mut all: Vec<(&str, &str)> = HOURS.into_iter().filter(|(name, _)| !named(name)).collect();
    all.extend(fields);
    running.post_form("/notifications", cookie, &all).await.status()
}

async fn mails(receiver: &Receiver) -> Vec<Received> {
    receiver.log().await.into_iter().filter(|one| !one.mail.is_empty()).collect()
}

/// The path of the first link of a letter that leads there.
fn link(mail: &Received, to: &str) -> String {
    let start = mail.text.find(&format!("https://track.test{to}")).expect("a link");
    let link = mail.text[start..].split_whitespace().next().expect("its end");
    link.trim_start_matches("https://track.test").to_owned()
}

/// Opens the link of a letter as whoever has no session, then presses the button.
async fn press(running: &Running, path: &str) -> (StatusCode, StatusCode) {
    let opened = client().get(running.url(path)).send().await.expect("an answer").status();
    (opened, client().post(running.url(path)).send().await.expect("an answer").status())
}

#[tokio::test]
async fn a_customer_is_told_what_they_chose_once_the_address_is_theirs_and_no_more_after_one_click() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    let chosen = [("mail", "carla@acme.test"), ("mail_on_the_way", "at_once"), ("mail_delivered", "at_once")];
    assert_eq!(choose(&running, &carla, &chosen).await, StatusCode::SEE_OTHER);
    until("she is asked", async || mails(&receiver).await.len() == 1).await;
    let question = mails(&receiver).await.remove(0);
    assert_eq!(
        (&question.mail[0], question.subject.as_str()),
        (&"carla@acme.test".to_owned(), "Is this your address?")
    );

    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "OTHER")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), planned("SH-2", &["SO-2"])]).await;
    append(&running.store, vec![departed("SH-1", 120, "1"), departed("SH-2", 120, "1")]).await;
    let path = link(&question, "/confirm/");
    assert_eq!(press(&running, &path).await, (StatusCode::OK, StatusCode::OK));
    until("what waited comes", async || mails(&receiver).await.len() == 2).await;
    let letter = mails(&receiver).await.remove(1);
    assert_eq!(letter.subject, "On the way: SH-1");
    assert!(letter.text.contains("SH-1 is on its way"), "{}", letter.text);
    assert!(letter.text.contains("https://track.test/shipments/"), "{}", letter.text);

    // Another customer's shipment is no news, nor is what was not chosen.
    append(&running.store, vec![eta("SH-1", 900, 2400), eta("SH-2", 900, 2400), delivered("SH-1", 1650)])
        .await;
    until("the delivery is told", async || mails(&receiver).await.len() == 3).await;
    let letter = mails(&receiver).await.remove(2);
    assert_eq!(letter.subject, "Delivered: SH-1");

    let path = link(&letter, "/unsubscribe/");
    assert_eq!(letter.unsubscribe, format!("<https://track.test{path}>"));
    assert_eq!(press(&running, &path).await, (StatusCode::OK, StatusCode::OK));
    let chosen = running.store.subscription("carla").await.expect("read").expect("a choice");
    assert_eq!(chosen.choices, []);
    append(&running.store, vec![planned("SH-3", &["SO-1"]), departed("SH-3", 1700, "1")]).await;
    assert_eq!(press(&running, &path).await.0, StatusCode::NOT_FOUND, "the link is spent");
    running.stop().await;
    assert_eq!(mails(&receiver).await.len(), 3);
    // What was told follows from the journal like every view, and folding it anew tells nobody.
    let verified = store::verify(&folder.path().join("test.db")).await.expect("verified");
    assert_eq!(verified.differences, []);
    assert_eq!(mails(&receiver).await.len(), 3);
}

#[tokio::test]
async fn a_digest_and_quiet_hours_gather_what_happens_into_one_letter() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    // Quiet from five to nine: freight begins at six.
    let chosen = [
        ("mail", "carla@acme.test"),
        ("mail_on_the_way", "at_once"),
        ("mail_delayed", "daily"),
        ("quiet_from", "5"),
        ("quiet_until", "9"),
    ];
    assert_eq!(choose(&running, &carla, &chosen).await, StatusCode::SEE_OTHER);
    until("she is asked", async || mails(&receiver).await.len() == 1).await;
    press(&running, &link(&mails(&receiver).await[0], "/confirm/")).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), planned("SH-2", &["SO-2"])]).await;
    append(&running.store, vec![departed("SH-1", 0, "1"), departed("SH-2", 0, "1"), eta("SH-1", 1, 2400)])
        .await;
    let waiting = async || running.store.outbox(10).await.expect("an outbox").people.waiting;
    assert_eq!(waiting().await, 3);
    running.hands.forward(TimeDelta::minutes(179));
    running.hands.forward(TimeDelta::minutes(1));
    until("quiet hours have ended", async || mails(&receiver).await.len() == 2).await;
    let letter = mails(&receiver).await.remove(1);
    assert_eq!(letter.subject, "2 news of SH-1, SH-2");
    assert!(letter.text.contains("SH-2 is on its way"), "{}", letter.text);
    // A letter has come a moment before the server has kept that it was taken.
    until("the digest alone waits, for the evening", async || waiting().await == 1).await;
    running.hands.forward(TimeDelta::hours(9));
    until("the evening has come", async || mails(&receiver).await.len() == 3).await;
    let letter = mails(&receiver).await.remove(2);
    assert_eq!(letter.subject, "Later than promised: SH-1");
    // The next evening brings nothing, since there is no news.
    running.hands.forward(TimeDelta::days(1));
    append(&running.store, vec![pod("SH-1", 1700)]).await;
    running.stop().await;
    assert_eq!(mails(&receiver).await.len(), 3);
}

#[tokio::test]
async fn people_of_the_house_are_told_what_colleagues_give_them_by_webhook_and_nothing_of_their_own_doing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, _) = with_mail(&folder).await;
    let anna = running.signed_in("anna", AccountRole::Agent, None).await;
    running.account("amir", AccountRole::Agent, None).await;
    // What lies in a private network an operator has to allow.
    receiver.endpoint(&running.store, "anna.webhook", "webhook:anna").await;
    let url = receiver.url("/anna.webhook");
    let chosen =
        [("webhook", url.as_str()), ("webhook_assigned", "at_once"), ("webhook_mentioned", "at_once")];
    assert_eq!(choose(&running, &anna, &chosen).await, StatusCode::SEE_OTHER);
    append(&running.store, vec![released("SO-1", "ACME"), planned("SH-1", &["SO-1"])]).await;
    append(&running.store, vec![eta("SH-1", 10, 2400)]).await;
    let (_, desk) = running.store.desk().await.expect("a desk");
    let exception: ExceptionId = desk.exceptions[0].id;
    let note =
        |text: &str| Fact::ExceptionNoted(domain::fact::ExceptionNote { exception, text: text.into() });
    let give = |to: &str| {
        Fact::ExceptionAssigned(domain::fact::ExceptionAssignment { exception, assignee: Some(to.into()) })
    };
    for (by, fact) in [
        ("amir", note("@anna, do you know the driver?")),
        ("anna", note("@anna should ask the yard")),
        ("amir", note("nobody is named")),
        ("amir", give("anna")),
        ("anna", give("amir")),
        ("anna", give("anna")),
    ] {
        append(&running.store, vec![action(Role::Desk, by, "SH-1", 20, fact)]).await;
    }
    until("both came", async || receiver.came_to("anna.webhook").await.len() == 2).await;
    running.stop().await;
    let told: Vec<String> = receiver
        .came_to("anna.webhook")
        .await
        .iter()
        .map(|one| format!("{} {}", one.kind(), one.event["data"]["news"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(told, ["notification mentioned", "notification assigned"]);
}

#[tokio::test]
async fn a_choice_that_leads_nowhere_is_refused_and_names_the_way_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, _receiver, carla) = with_mail(&folder).await;
    for (fields, says) in [
        (vec![("mail_delivered", "at_once")], "has nowhere to go"),
        (vec![("mail", "nonsense"), ("mail_delivered", "at_once")], "`nonsense`"),
        (vec![("webhook", "ftp://acme.test")], "`ftp://acme.test`"),
        (vec![("webhook", "http://acme.test/x")], "in the clear"),
        (vec![("webhook", "https://10.1.2.3/x")], "private"),
        (vec![("webhook", "https://localhost/x")], "this server itself"),
        (vec![("webhook", "https://ada:secret@acme.test/x")], "a user or a password"),
        (vec![("mail", "ada@acme.test?bcc=eve@evil.test")], "no address of mail"),
        (vec![("zone", "Mars/Base")], "`Mars/Base`"),
        (vec![("quiet_from", "5")], "quiet hours need"),
        (vec![("daily_hour", "25")], "25"),
        (vec![("webhook", "https://acme.test"), ("webhook_escalated", "at_once")], "`escalated`"),
    ] {
        let named = |name: &str| fields.iter().any(|(one, _)| *one == name);
        let mut all: Vec<(&str, &str)> = HOURS.into_iter().filter(|(name, _)| !named(name)).collect();
        all.extend(&fields);
        let answer = running.post_form("/notifications", &carla, &all).await;
        assert_eq!(answer.status(), StatusCode::UNPROCESSABLE_ENTITY, "{fields:?}");
        let page = answer.text().await.expect("a page");
        assert!(page.contains(says), "{fields:?}: {page}");
    }
    assert_eq!(running.store.subscription("carla").await.expect("read"), None);
    assert_eq!(press(&running, "/unsubscribe/nobody").await.0, StatusCode::NOT_FOUND);
    running.stop().await;
}

#[tokio::test]
async fn an_account_that_becomes_somebody_elses_is_told_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    let chosen = [("mail", "carla@acme.test"), ("mail_on_the_way", "at_once")];
    assert_eq!(choose(&running, &carla, &chosen).await, StatusCode::SEE_OTHER);
    until("she is asked", async || mails(&receiver).await.len() == 1).await;
    press(&running, &link(&mails(&receiver).await[0], "/confirm/")).await;
    running.account("carla", AccountRole::Customer, Some("OTHER")).await;
    append(
        &running.store,
        vec![released("SO-1", "ACME"), planned("SH-1", &["SO-1"]), departed("SH-1", 120, "1")],
    )
    .await;
    let person = domain::message::Addressee::Person { by: Channel::Mail, account: "carla".to_owned() };
    let known = running.store.endpoint(store::EndpointOf::Person(&person)).await.expect("read");
    assert_eq!(known, None);
    assert_eq!(running.store.outbox(10).await.expect("an outbox").people.waiting, 0);
    running.stop().await;
}

#[tokio::test]
async fn an_account_that_has_become_another_customers_gets_no_more_news_of_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, _) = with_mail(&folder).await;
    running.account("eva", AccountRole::Customer, Some("ACME")).await;
    let chosen = Subscription {
        customer: Some(CustomerId::numbered("ACME")),
        choices: vec![Choice { news: News::OnTheWay, by: Channel::Webhook, pace: Pace::AtOnce }],
        ..Subscription::default()
    };
    append(&running.store, vec![action(Role::Portal, "eva", "eva", 0, Fact::SubscriptionChanged(chosen))])
        .await;
    receiver.endpoint(&running.store, "eva.webhook", "webhook:eva").await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), departed("SH-1", 120, "1")]).await;
    until("it is told", async || receiver.came_to("eva.webhook").await.len() == 1).await;
    // She works for another customer now, and has an address there before she has chosen anew.
    running.account("eva", AccountRole::Customer, Some("OTHER")).await;
    receiver.endpoint(&running.store, "eva.webhook", "webhook:eva").await;
    append(&running.store, vec![planned("SH-2", &["SO-1"]), departed("SH-2", 120, "1")]).await;
    let queued = running.store.outbox(100).await.expect("an outbox").messages;
    assert!(
        queued.iter().all(|one| one.message.notice.subject() != "SH-2"),
        "another customer's news wait for her"
    );
    running.stop().await;
    assert_eq!(receiver.came_to("eva.webhook").await.len(), 1);
}

#[tokio::test]
async fn a_customers_endpoint_is_told_in_the_customers_words_where_to_look_and_how_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, _) = with_mail(&folder).await;
    let customer = domain::message::Addressee::Customer(CustomerId::numbered("ACME"));
    for (name, to) in
        [("acme", "mailto:desk@acme.test".to_owned()), ("acme-hook", receiver.url("/acme-hook"))]
    {
        let name = name.parse().expect("a name");
        let endpoint =
            server::cli::endpoint::endpoint(&name, customer.clone(), &to, true).expect("an endpoint");
        running.store.put_endpoint(endpoint).await.expect("kept");
    }
    let strategic = CustomerTerms { name: "ACME Ltd".to_owned(), tier: Tier::Strategic };
    append(&running.store, vec![event(Role::Erp, "ACME", 0, Fact::CustomerRegistered(strategic))]).await;
    append(&running.store, vec![released("SO-1", "ACME"), released("SO-2", "OTHER")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1", "SO-2"]), departed("SH-1", 120, "1")]).await;
    append(&running.store, vec![eta("SH-1", 900, 2400)]).await;
    until("both are told", async || receiver.log().await.len() == 2).await;
    let letter = mails(&receiver).await.remove(0);
    assert_eq!(letter.subject, "Later than promised: SH-1");
    assert!(letter.text.contains("SH-1 to Kassel is late, expected"), "{}", letter.text);
    assert!(letter.text.contains("https://track.test/shipments/"), "{}", letter.text);
    for word in ["SO-2", "OTHER", "strategic", "Strategic", "position"] {
        assert!(!letter.text.contains(word), "{word}: {}", letter.text);
    }
    let event = receiver.came_to("acme-hook").await.remove(0).event;
    assert_eq!(event["data"]["news"], "delayed");
    assert!(!event.to_string().contains("SO-2"), "{event}");

    let path = link(&letter, "/unsubscribe/");
    assert_eq!(letter.unsubscribe, format!("<https://track.test{path}>"));
    assert_eq!(press(&running, &path).await, (StatusCode::OK, StatusCode::OK));
    append(&running.store, vec![eta("SH-1", 1000, 800)]).await;
    until("the webhook hears that it is on time again", async || {
        receiver.came_to("acme-hook").await.len() == 2
    })
    .await;
    running.stop().await;
    assert_eq!(mails(&receiver).await.len(), 1);
}

#[tokio::test]
async fn the_page_says_that_a_letter_has_gone_only_where_one_has() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    let says = async || {
        let page = running.get("/notifications", &carla).await.text().await.expect("a page");
        let at = page.find("data-asked=\"").expect("how it stands") + "data-asked=\"".len();
        page[at..].split('"').next().unwrap_or_default().to_owned()
    };
    let to = async |mail: &str| choose(&running, &carla, &[("mail", mail)]).await;
    assert_eq!(to("a@acme.test").await, StatusCode::SEE_OTHER);
    assert_eq!(says().await, "yes");
    // Another address within a minute: no letter goes there.
    assert_eq!(to("b@acme.test").await, StatusCode::SEE_OTHER);
    assert_eq!(says().await, "not");
    until("one letter has come", async || mails(&receiver).await.len() == 1).await;
    let first = mails(&receiver).await.remove(0);
    running.hands.forward(TimeDelta::minutes(2));
    assert_eq!(to("b@acme.test").await, StatusCode::SEE_OTHER);
    assert_eq!(says().await, "yes");
    // What was asked of one address confirms no other, and what confirms ends nothing.
    let confirm = link(&first, "/confirm/");
    assert_eq!(press(&running, &confirm).await, (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    until("the second letter has come", async || mails(&receiver).await.len() == 2).await;
    let confirm = link(&mails(&receiver).await[1], "/confirm/");
    let as_end = confirm.replace("/confirm/", "/unsubscribe/");
    assert_eq!(press(&running, &as_end).await, (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    // A day later it says nothing any more.
    running.hands.forward(TimeDelta::days(1));
    assert_eq!(press(&running, &confirm).await, (StatusCode::NOT_FOUND, StatusCode::NOT_FOUND));
    let again = running.session("carla").await;
    assert_eq!(choose(&running, &again, &[("mail", "b@acme.test")]).await, StatusCode::SEE_OTHER);
    until("the third letter has come", async || mails(&receiver).await.len() == 3).await;
    assert_eq!(press(&running, &link(&mails(&receiver).await[2], "/confirm/")).await.1, StatusCode::OK);
    running.stop().await;
}

#[tokio::test]
async fn a_stranger_gets_three_letters_a_day_however_many_accounts_ask() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, _) = with_mail(&folder).await;
    for account in ["a1", "a2", "a3", "a4", "a5"] {
        let cookie = running.signed_in(account, AccountRole::Customer, Some("ACME")).await;
        assert_eq!(choose(&running, &cookie, &[("mail", "stranger@else.test")]).await, StatusCode::SEE_OTHER);
    }
    running.stop().await;
    assert_eq!(mails(&receiver).await.len(), 3);
}

#[tokio::test]
async fn a_persons_webhook_is_asked_first_and_told_nothing_until_it_agrees() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    // An operator has allowed that it lies in a private network; whether it wants anything, it says itself.
    let url = receiver.url("/carla.webhook");
    let person = domain::message::Addressee::Person { by: Channel::Webhook, account: "carla".to_owned() };
    receiver.endpoint(&running.store, "carla.webhook", "webhook:carla").await;
    let known =
        running.store.endpoint(store::EndpointOf::Person(&person)).await.expect("read").expect("known");
    running.store.put_endpoint(store::Endpoint { confirmed: false, ..known }).await.expect("kept");
    let chosen = [("webhook", url.as_str()), ("webhook_on_the_way", "at_once")];
    assert_eq!(choose(&running, &carla, &chosen).await, StatusCode::SEE_OTHER);
    append(&running.store, vec![released("SO-1", "ACME"), planned("SH-1", &["SO-1"])]).await;
    append(&running.store, vec![departed("SH-1", 120, "1")]).await;
    let came = receiver.came_to("carla.webhook").await;
    assert_eq!(came.iter().map(Received::kind).collect::<Vec<_>>(), ["syncline.endpoint.challenge.v1"]);
    let page = running.get("/notifications", &carla).await.text().await.expect("a page");
    assert!(page.contains("data-asked=\"yes\""), "{page}");
    let confirm = came[0].event["data"]["confirm"].as_str().expect("a link");
    let path = confirm.trim_start_matches("https://track.test");
    assert_eq!(press(&running, path).await, (StatusCode::OK, StatusCode::OK));
    until("what waited comes", async || receiver.came_to("carla.webhook").await.len() == 2).await;
    running.stop().await;
    assert_eq!(receiver.came_to("carla.webhook").await[1].kind(), "notification");
}

#[tokio::test]
async fn a_webhook_that_sends_the_challenge_back_agrees_and_one_that_is_not_there_is_said_to_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    let person = domain::message::Addressee::Person { by: Channel::Webhook, account: "carla".to_owned() };
    receiver.endpoint(&running.store, "carla.webhook", "webhook:carla").await;
    let known = async || {
        running.store.endpoint(store::EndpointOf::Person(&person)).await.expect("read").expect("known")
    };
    for (path, is_confirmed) in [("/echo", true), ("/mirror", false)] {
        let address = receiver.url(path);
        let endpoint = store::Endpoint { confirmed: false, address: address.clone(), ..known().await };
        running.store.put_endpoint(endpoint).await.expect("kept");
        assert_eq!(choose(&running, &carla, &[("webhook", &address)]).await, StatusCode::SEE_OTHER);
        assert_eq!(known().await.confirmed, is_confirmed, "{path}");
        running.hands.forward(TimeDelta::minutes(2));
    }
    // A private address that nobody has allowed is not taken.
    let unfit = StatusCode::UNPROCESSABLE_ENTITY;
    assert_eq!(choose(&running, &carla, &[("webhook", "https://127.0.0.1:9/x")]).await, unfit);
    // Nor is one asked that can't be reached, and the page says why.
    assert_eq!(
        choose(&running, &carla, &[("webhook", "https://nobody.invalid/x")]).await,
        StatusCode::SEE_OTHER
    );
    let page = running.get("/notifications", &carla).await.text().await.expect("a page");
    assert!(page.contains("data-asked=\"failed\""), "{page}");
    assert!(!page.contains("os error"), "{page}");
    running.stop().await;
}

#[tokio::test]
async fn what_was_sent_to_an_account_is_not_sent_again_once_it_is_another_customers() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, _) = with_mail(&folder).await;
    running.account("eva", AccountRole::Customer, Some("ACME")).await;
    let chosen = Subscription {
        customer: Some(CustomerId::numbered("ACME")),
        choices: vec![Choice { news: News::OnTheWay, by: Channel::Webhook, pace: Pace::AtOnce }],
        ..Subscription::default()
    };
    append(&running.store, vec![action(Role::Portal, "eva", "eva", 0, Fact::SubscriptionChanged(chosen))])
        .await;
    receiver.endpoint(&running.store, "eva.webhook", "webhook:eva").await;
    append(&running.store, vec![released("SO-1", "ACME")]).await;
    append(&running.store, vec![planned("SH-1", &["SO-1"]), departed("SH-1", 120, "1")]).await;
    let sent = async || running.store.outbox(100).await.expect("an outbox").messages;
    until("it is kept that it was told", async || sent().await.iter().any(|one| one.state == "delivered"))
        .await;
    let id = sent().await[0].id;
    running.account("eva", AccountRole::Customer, Some("OTHER")).await;
    receiver.endpoint(&running.store, "eva.webhook", "webhook:eva").await;
    let again = running.store.resend(store::Resend::One(id), running.hands.now()).await.expect("an answer");
    assert_eq!(again, 0);
    running.stop().await;
    assert_eq!(receiver.came_to("eva.webhook").await.len(), 1);
}

#[tokio::test]
async fn an_address_that_nobody_confirmed_is_forgotten_after_a_day() {
    let folder = tempfile::tempdir().expect("a folder");
    let (running, receiver, carla) = with_mail(&folder).await;
    assert_eq!(choose(&running, &carla, &[("mail", "carla@acme.test")]).await, StatusCode::SEE_OTHER);
    until("she is asked", async || mails(&receiver).await.len() == 1).await;
    let person = domain::message::Addressee::Person { by: Channel::Mail, account: "carla".to_owned() };
    let endpoint =
        running.store.endpoint(store::EndpointOf::Person(&person)).await.expect("read").expect("kept");
    let asked = async || running.store.last_question(&endpoint).await.expect("read");
    assert!(asked().await.is_some());
    running.store.purge_sessions(running.hands.now() + TimeDelta::days(1)).await.expect("purged");
    assert_eq!(asked().await, None);
    running.stop().await;
}
