//! Shipments as they are read: whole, in lists, by search, and by whom.

mod common;

use common::*;
use domain::fact::Fact;
use domain::status::Status;
use domain::view::TrackedRow;
use domain::{Event, Seq, ShipmentId};
use std::collections::{HashMap, HashSet};
use store::{Cursor, Flag, Order, Page, PageRequest, ShipmentFilter, Store};

async fn all_pages(store: &Store, filter: &ShipmentFilter, limit: u32) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut before: Option<Cursor> = None;
    loop {
        let page = store
            .shipment_rows(filter, &PageRequest { before, limit, ..PageRequest::default() })
            .await
            .expect("a page");
        numbers.extend(page.rows.into_iter().map(|row| row.tracked.number));
        before = match page.next {
            // Cursors travel as text.
            Some(next) => Some(next.to_string().parse().expect("a cursor")),
            None => return numbers,
        };
    }
}

fn searching(words: &str) -> ShipmentFilter {
    ShipmentFilter { query: Some(words.into()), ..ShipmentFilter::default() }
}

#[tokio::test]
async fn it_does_not_matter_whether_the_erp_or_the_tms_comes_first() {
    let order = vec![erp("1", "O-1", 0, released("C-1", "Acme"))];
    let plan = vec![tms("1", "S-1", 1, planned(&["O-1"])), tms("2", "S-1", 30, eta(4000))];
    let mut views = Vec::new();
    for (first, second) in [(order.clone(), plan.clone()), (plan, order)] {
        let bench = Bench::new().await;
        bench.deliver("d-1", first).await;
        bench.deliver("d-2", second).await;
        let (as_of, view) =
            bench.store.shipment(ShipmentId::numbered("S-1")).await.expect("read").expect("known");
        assert_eq!(as_of, Seq(3));
        assert_eq!(view.orders[0].customer.as_ref().expect("a customer").name, "Acme");
        assert_eq!(view.exceptions.len(), 1, "the ETA is beyond the promise: {:?}", view.exceptions);
        views.push((view.status, view.flags, view.promised, view.references, view.state, view.orders));
        let customers = bench
            .store
            .tracked_rows(customer("C-1"), &ShipmentFilter::default(), &first_page(10))
            .await
            .expect("read");
        assert_eq!(customers.rows.len(), 1);
        assert_eq!(customers.rows[0].seq, Seq(3));
    }
    assert_eq!(views[0], views[1]);
}

fn first_page(limit: u32) -> PageRequest {
    PageRequest { limit, ..PageRequest::default() }
}

fn fleet(count: usize) -> Vec<Event> {
    (0..count).map(|place| tms(&format!("p{place}"), &format!("S-{place:03}"), 0, planned(&[]))).collect()
}

#[tokio::test]
async fn pages_show_every_row_once_while_rows_change() {
    let bench = Bench::new().await;
    bench.deliver("d-1", fleet(57)).await;
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut before = None;
    let mut first_as_of = None;
    let mut changed = HashSet::new();
    for round in 0.. {
        let page: Page<_> = bench
            .store
            .shipment_rows(
                &ShipmentFilter::default(),
                &PageRequest { before, limit: 10, ..PageRequest::default() },
            )
            .await
            .expect("a page");
        first_as_of.get_or_insert(page.as_of);
        for row in page.rows {
            *seen.entry(row.tracked.number).or_default() += 1;
        }
        let number = format!("S-{:03}", round * 7 % 57);
        bench
            .deliver(&format!("c-{round}"), vec![tms(&format!("c{round}"), &number, 1, eta(round * 60))])
            .await;
        changed.insert(number);
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert!(seen.values().all(|times| *times == 1), "{seen:?}");
    let since = first_as_of.expect("a page");
    let (as_of, rows) = bench.store.shipment_rows_since(since, 100).await.expect("read").expect("rows");
    assert_eq!(as_of, bench.store.as_of().await.expect("read"));
    let told: HashSet<String> = rows.into_iter().map(|row| row.tracked.number).collect();
    assert_eq!(told, changed);
    // Whatever the pages did not show has changed since the first of them.
    for event in fleet(57) {
        assert!(seen.contains_key(&event.number) || changed.contains(&event.number), "{}", event.number);
    }
    let too_many = bench.store.shipment_rows_since(Seq(0), 5).await.expect("read");
    assert_eq!(too_many, None, "five rows do not tell everything");
    let ahead = bench.store.shipment_rows_since(Seq(as_of.0 + 1), 100).await.expect("read");
    assert_eq!(ahead, None, "a position that this journal has not reached");
}

#[tokio::test]
async fn filters_find_what_they_name_and_nothing_else() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    bench
        .deliver(
            "d-2",
            vec![
                tms("1", "S-1", 1, planned(&["O-1"])),
                tms("2", "S-2", 1, planned(&["O-1"])),
                tms("3", "S-3", 1, planned(&["O-2"])),
                tms("4", "S-1", 70, Fact::StopDeparted(at_stop("1"))),
                tms("5", "S-2", 70, eta(4000)),
                tms("6", "S-3", 1500, Fact::StopDelivered(handled("2"))),
            ],
        )
        .await;
    let find = async |filter: ShipmentFilter| all_pages(&bench.store, &filter, 1).await;
    let none = ShipmentFilter::default();
    assert_eq!(find(none.clone()).await, ["S-3", "S-2", "S-1"]);
    assert_eq!(find(ShipmentFilter { status: Some(Status::InTransit), ..none.clone() }).await, ["S-1"]);
    assert_eq!(find(ShipmentFilter { flag: Some(Flag::Delayed), ..none.clone() }).await, ["S-2"]);
    let rule = Some(domain::rules::Rule::EtaBeyondPromise);
    assert_eq!(find(ShipmentFilter { rule, ..none.clone() }).await, ["S-2"]);
    for rule in domain::rules::Rule::ALL.into_iter().filter(|rule| !rule.is_of_feed()) {
        // Each has an index of its own; a new one without would be no list at all.
        find(ShipmentFilter { rule: Some(rule), ..none.clone() }).await;
    }
    let punctuality = Some(domain::kpi::Punctuality::NoPromise);
    assert_eq!(find(ShipmentFilter { punctuality, ..none.clone() }).await, ["S-3"]);
    assert_eq!(find(ShipmentFilter { punctuality, flag: Some(Flag::OnHold), ..none.clone() }).await, [""; 0]);
    assert_eq!(find(ShipmentFilter { flag: Some(Flag::Delayed), rule, ..searching("S") }).await, ["S-2"]);
    assert_eq!(find(ShipmentFilter { status: Some(Status::Planned), ..searching("munich") }).await, ["S-2"]);

    let customers = async |filter: ShipmentFilter| {
        let page = bench.store.tracked_rows(customer("C-1"), &filter, &first_page(10)).await.expect("rows");
        page.rows.into_iter().map(|row: TrackedRow| row.number).collect::<Vec<_>>()
    };
    assert_eq!(customers(none.clone()).await, ["S-2", "S-1"]);
    assert_eq!(customers(ShipmentFilter { flag: Some(Flag::Delayed), ..none.clone() }).await, ["S-2"]);
    assert_eq!(customers(ShipmentFilter { status: Some(Status::InTransit), ..none.clone() }).await, ["S-1"]);
    assert_eq!(customers(ShipmentFilter { rule, ..none.clone() }).await, [""; 0], "no customer sees rules");
    let punctuality = Some(domain::kpi::Punctuality::Kept);
    assert_eq!(customers(ShipmentFilter { punctuality, ..none.clone() }).await, [""; 0]);
    let count = async |customer, rule| {
        let filter = ShipmentFilter { rule: Some(rule), ..none.clone() };
        bench.store.count_shipments(customer, &filter, 100).await.expect("a count")
    };
    for feeds in domain::rules::Rule::ALL.into_iter().filter(|rule| rule.is_of_feed()) {
        assert_eq!(count(None, feeds).await, 0, "no shipment has what is a feed's");
    }
    let late = domain::rules::Rule::EtaBeyondPromise;
    assert_eq!((count(None, late).await, count(Some(customer("C-1")), late).await), (1, 0));
}

#[tokio::test]
async fn what_is_expected_first_comes_first_page_by_page_and_what_has_come_is_not_there() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    let mut events = fleet(28);
    // Two share a moment; every third belongs to the customer; one has come already.
    for place in 0..28_i64 {
        let number = format!("S-{place:03}");
        events.push(tms(&format!("e{place}"), &number, 1, eta(5000 - place / 2 * 10)));
        if place % 3 == 0 {
            events.push(tms(&format!("o{place}"), &number, 2, planned(&["O-1"])));
        }
    }
    events.push(tms("done", "S-004", 1500, Fact::StopDelivered(handled("2"))));
    bench.deliver("d-2", events).await;
    let due: Vec<String> = (0..28).filter(|place| *place != 4).map(|place| format!("S-{place:03}")).collect();
    let in_order = |numbers: &[String]| {
        let mut sorted = numbers.to_vec();
        sorted.sort_by_key(|number| std::cmp::Reverse(number[2..].parse::<i64>().expect("a place") / 2));
        sorted == numbers
    };
    let read = async |filter: &ShipmentFilter, limit: u32| {
        let (mut numbers, mut before) = (Vec::new(), None);
        loop {
            let request = PageRequest { order: Order::Expected, before, limit };
            let page = bench.store.shipment_rows(filter, &request).await.expect("a page");
            numbers.extend(page.rows.into_iter().map(|row| row.tracked.number));
            before = page.next;
            if before.is_none() {
                return numbers;
            }
        }
    };
    for limit in [1, 7, 100] {
        let numbers = read(&ShipmentFilter::default(), limit).await;
        assert!(in_order(&numbers), "{numbers:?}");
        let mut sorted = numbers;
        sorted.sort_unstable();
        assert_eq!(sorted, due, "{limit} rows a page");
    }
    let request = PageRequest { order: Order::Expected, limit: 100, ..PageRequest::default() };
    let own = bench.store.tracked_rows(customer("C-1"), &ShipmentFilter::default(), &request).await;
    let own: Vec<String> = own.expect("a page").rows.into_iter().map(|row| row.number).collect();
    assert!(own.len() == 10 && in_order(&own), "{own:?}");

    // From 4900 on, before 4950 minutes: places 11 to 20.
    let expected = Some((at(4900).to_utc(), at(4950).to_utc()));
    let soon = ShipmentFilter { expected, ..ShipmentFilter::default() };
    let numbers = read(&soon, 3).await;
    assert_eq!(numbers.len(), 10, "{numbers:?}");
    assert_eq!(bench.store.count_shipments(None, &soon, 100).await.expect("a count"), 10);
    assert_eq!(bench.store.count_shipments(None, &soon, 4).await.expect("a count"), 4, "counted up to four");
    let theirs = bench.store.count_shipments(Some(customer("C-1")), &soon, 100).await.expect("a count");
    assert!((3..=4).contains(&theirs), "{theirs}");
    let delayed = ShipmentFilter { flag: Some(Flag::Delayed), ..ShipmentFilter::default() };
    let count = bench.store.count_shipments(None, &delayed, 100).await.expect("a count");
    assert_eq!(read(&delayed, 2).await.len(), count as usize);
}

#[tokio::test]
async fn a_saved_view_is_the_accounts_own_and_goes_with_it() {
    use store::{Account, SAVED_VIEWS, SavedView};
    let bench = Bench::new().await;
    let account = Account {
        account: "carla".into(),
        name: "Carla".into(),
        role: domain::account::AccountRole::Agent,
        customer: None,
        customer_name: None,
        disabled: false,
    };
    bench.store.put_account(account, "hash".into()).await.expect("written");
    let view =
        |name: &str, query: &str| SavedView { name: name.into(), query: query.into(), shared_by: None };
    let save = async |account: &str, page: &str, view| {
        bench.store.save_view(account, page, view).await.expect("written")
    };
    assert!(save("carla", "shipments", view("Late", "flag=delayed")).await);
    assert!(save("carla", "desk", view("Late", "severity=high")).await);
    assert!(save("anna", "shipments", view("Mine", "q=x")).await);
    assert!(save("carla", "shipments", view("Late", "flag=delayed&sort=expected")).await, "saved anew");
    let known = async |account: &str, page: &str| bench.store.saved_views(account, page).await.expect("read");
    assert_eq!(known("carla", "shipments").await, [view("Late", "flag=delayed&sort=expected")]);
    assert_eq!(known("anna", "shipments").await, [view("Mine", "q=x")]);
    for place in 1..SAVED_VIEWS {
        assert!(save("carla", "shipments", view(&format!("view {place}"), "q=x")).await);
    }
    assert!(!save("carla", "shipments", view("one too many", "q=x")).await);
    assert!(save("carla", "shipments", view("Late", "q=y")).await, "an old name needs no room");
    let forget = async |account: &str, page: &str, name: &str, is_shared, of_others| {
        bench.store.forget_view(account, page, name, is_shared, of_others).await.expect("written")
    };
    assert!(forget("carla", "shipments", "Late", false, false).await);
    assert!(save("carla", "shipments", view("one too many", "q=x")).await);
    // What carla shares everybody has; nobody takes its name, and only she or who may do more forgets it.
    let shared = |query: &str, by: &str| SavedView { shared_by: Some(by.into()), ..view("Storms", query) };
    assert!(save("carla", "desk", shared("rule=weather_or_route", "carla")).await);
    assert!(!save("anna", "desk", shared("q=mine", "anna")).await, "the name is taken");
    assert_eq!(known("anna", "desk").await, [shared("rule=weather_or_route", "carla")]);
    let found = bench.store.shared_view("desk", "Storms").await.expect("read");
    assert_eq!(found, Some(shared("rule=weather_or_route", "carla")));
    assert!(!forget("anna", "desk", "Storms", true, false).await);
    assert!(forget("anna", "desk", "Storms", true, true).await);
    assert_eq!(bench.store.shared_view("desk", "Storms").await.expect("read"), None);
    bench.store.remove_account("carla").await.expect("removed");
    assert_eq!(known("carla", "shipments").await, []);
    assert_eq!(known("carla", "desk").await, []);
    assert_eq!(known("anna", "shipments").await.len(), 1);
}

#[tokio::test]
async fn search_finds_beginnings_of_numbers_references_names_and_cities() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Müller Pumpen"))]).await;
    bench
        .deliver(
            "d-2",
            vec![
                tms("1", "SHP-4711", 1, planned(&["O-1"])),
                tms("2", "SHP-4712", 1, planned_to("Nürnberg", &[])),
                tms("3", "SHP-5000", 1, planned_to("हिन्दी", &[])),
            ],
        )
        .await;
    for (words, found) in [
        ("SHP-47", vec!["SHP-4712", "SHP-4711"]),
        ("4711", vec!["SHP-4711"]),
        ("po-c-1-77", vec!["SHP-4711"]),
        ("muller pump", vec!["SHP-4711"]),
        ("MÜLLER", vec!["SHP-4711"]),
        ("nurnb", vec!["SHP-4712"]),
        ("nordfrac 47", vec!["SHP-4712", "SHP-4711"]),
        ("nordfracht nurnberg", vec!["SHP-4712"]),
        ("muc\u{308}nc", vec![]),
        ("nu\u{308}rnberg", vec!["SHP-4712"]),
        ("हिन्", vec!["SHP-5000"]),
        ("𞤀𞤣𞤤𞤢𞤥𞤆𞤵𞤤𞤢𞤪 \u{1e5d0}\u{1e5d1}", vec![]),
        ("load-9 47", vec!["SHP-4712", "SHP-4711"]),
        ("hamburg nobody", vec![]),
        ("\" OR audience:x *", vec![]),
        ("-", vec![]),
    ] {
        assert_eq!(all_pages(&bench.store, &searching(words), 1).await, found, "{words}");
    }
    // What a shipment is no longer found by when its plan changes.
    bench.deliver("d-3", vec![tms("4", "SHP-4712", 2, planned_to("Ulm", &[]))]).await;
    assert_eq!(all_pages(&bench.store, &searching("nurnberg"), 5).await, [""; 0]);
    assert_eq!(all_pages(&bench.store, &searching("ulm"), 5).await, ["SHP-4712"]);
}

#[tokio::test]
async fn a_customer_sees_and_finds_only_its_own() {
    let bench = Bench::new().await;
    bench
        .deliver(
            "d-1",
            vec![erp("1", "O-1", 0, released("C-1", "Acme")), erp("2", "O-2", 0, released("C-2", "Bolt"))],
        )
        .await;
    bench
        .deliver(
            "d-2",
            vec![
                tms("1", "S-1", 1, planned(&["O-1"])),
                tms("2", "S-2", 1, planned(&["O-2"])),
                tms("3", "S-12", 1, planned(&["O-1", "O-2"])),
            ],
        )
        .await;
    let find = async |code: &str, words: &str| {
        let page =
            bench.store.tracked_rows(customer(code), &searching(words), &first_page(10)).await.expect("rows");
        page.rows.into_iter().map(|row| row.number).collect::<Vec<_>>()
    };
    assert_eq!(find("C-1", "S").await, ["S-12", "S-1"]);
    assert_eq!(find("C-2", "S").await, ["S-12", "S-2"]);
    assert_eq!(find("C-3", "S").await, [""; 0]);
    assert_eq!(find("C-1", "O-2").await, [""; 0], "another customer's order on a shared shipment");
    assert_eq!(find("C-1", "Bolt").await, [""; 0]);
    assert_eq!(find("C-1", "PO-C-2").await, [""; 0]);
    assert_eq!(find("C-1", "LOAD").await, [""; 0], "loads are not for customers");
    assert_eq!(find("C-2", "Bolt").await, ["S-12", "S-2"]);

    let page = bench
        .store
        .tracked_rows(customer("C-1"), &ShipmentFilter::default(), &first_page(10))
        .await
        .expect("rows");
    assert!(page.rows.iter().all(|row| row.orders == ["O-1"]), "{:?}", page.rows);

    // An order that turns out to be another customer's takes the shipment along.
    bench.deliver("d-3", vec![erp("3", "O-1", 9, Fact::OrderChanged(terms("C-3", "Cog")))]).await;
    assert_eq!(find("C-1", "S").await, [""; 0]);
    assert_eq!(find("C-3", "S").await, ["S-12", "S-1"]);
    assert_eq!(find("C-2", "S").await, ["S-12", "S-2"]);
    let rows_since = async |code: &str, after: i64| {
        let rows = bench.store.tracked_rows_since(customer(code), Seq(after), 10).await.expect("read");
        rows.map(|(_, rows)| rows.into_iter().map(|row| row.number).collect::<Vec<_>>())
    };
    let handed_over = bench.store.as_of().await.expect("read").0;
    assert_eq!(rows_since("C-2", 5).await, Some(vec!["S-12".to_owned()]));
    assert_eq!(rows_since("C-1", handed_over - 1).await, None, "no row tells that S-1 and S-12 have gone");
    assert_eq!(rows_since("C-1", handed_over).await, Some(vec![]), "who knows that needs nothing");

    // So does a plan that leaves it behind.
    bench.deliver("d-4", vec![tms("4", "S-12", 10, planned(&["O-2"]))]).await;
    assert_eq!(find("C-3", "S").await, ["S-1"]);
    assert_eq!(rows_since("C-3", handed_over).await, None);
    assert_eq!(rows_since("C-2", handed_over).await, Some(vec!["S-12".to_owned()]));
}

#[tokio::test]
async fn everything_is_there_after_a_restart_with_a_cold_memory() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    bench.deliver("d-2", vec![tms("1", "S-1", 1, planned(&["O-1"])), tms("2", "S-1", 9, eta(4000))]).await;
    let id = ShipmentId::numbered("S-1");
    let before = bench.store.shipment(id).await.expect("read").expect("known");
    let bench = bench.reopened().await;
    assert_eq!(bench.store.shipment(id).await.expect("read").expect("known"), before);
    // The exception that was open before the restart is closed by an event after it.
    bench.deliver("d-3", vec![tms("3", "S-1", 10, eta(1500))]).await;
    let (_, view) = bench.store.shipment(id).await.expect("read").expect("known");
    assert_eq!(view.exceptions.len(), 1);
    assert!(!view.exceptions[0].is_open());
    let (_, desk) = bench.store.desk().await.expect("read");
    assert_eq!((desk.open, desk.exceptions.len()), (0, 0));
}

#[tokio::test]
async fn an_unknown_shipment_is_none() {
    let bench = Bench::new().await;
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    assert_eq!(bench.store.shipment(ShipmentId::numbered("S-1")).await.expect("read"), None);
    let order = ShipmentId(domain::OrderId::numbered("O-1").0);
    assert_eq!(bench.store.shipment(order).await.expect("read"), None);
}

#[tokio::test]
async fn it_is_known_which_system_numbered_a_shipment() {
    let bench = Bench::new().await;
    let of_a_carrier = Event { issuer: Some("rapid".into()), ..tms("2", "S-1", 2, planned(&["O-1"])) };
    let foreign = ShipmentId(of_a_carrier.subject());
    bench.deliver("d-1", vec![tms("1", "S-1", 1, planned(&["O-1"])), of_a_carrier]).await;
    assert_eq!(bench.store.issuer_of(foreign).await.expect("read").as_deref(), Some("rapid"));
    assert_eq!(bench.store.issuer_of(ShipmentId::numbered("S-1")).await.expect("read"), None);
    assert_eq!(bench.store.issuer_of(ShipmentId::numbered("S-2")).await.expect("read"), None);
}

#[tokio::test]
async fn an_order_that_took_the_place_of_another_travels_on_whether_or_not_it_is_in_memory() {
    let bench = Bench::new().await;
    let merged =
        Fact::OrderCancelled(domain::fact::Cancellation { reason: None, replaced_by: vec!["O-2".into()] });
    bench.deliver("d-1", vec![erp("1", "O-1", 0, released("C-1", "Acme"))]).await;
    bench.deliver("d-2", vec![tms("1", "S-1", 1, planned(&["O-1"]))]).await;
    bench.deliver("d-3", vec![erp("2", "O-2", 2, released("C-2", "Bolt"))]).await;
    bench.deliver("d-4", vec![erp("3", "O-1", 3, merged)]).await;
    let seen = async |store: &Store, code: &str| {
        let page = store
            .tracked_rows(customer(code), &ShipmentFilter::default(), &first_page(10))
            .await
            .expect("rows");
        page.rows.into_iter().map(|row| (row.number, row.status)).collect::<Vec<_>>()
    };
    assert_eq!(seen(&bench.store, "C-1").await, []);
    assert_eq!(seen(&bench.store, "C-2").await, [("S-1".to_owned(), Status::Planned)]);
    let bench = bench.reopened().await;
    bench.deliver("d-5", vec![tms("2", "S-1", 70, Fact::StopDeparted(at_stop("1")))]).await;
    assert_eq!(seen(&bench.store, "C-2").await, [("S-1".to_owned(), Status::InTransit)]);
    let bench = bench.reopened().await;
    bench.deliver("d-6", vec![erp("4", "O-2", 80, Fact::OrderChanged(terms("C-3", "Cog")))]).await;
    assert_eq!(seen(&bench.store, "C-2").await, []);
    assert_eq!(seen(&bench.store, "C-3").await, [("S-1".to_owned(), Status::InTransit)]);
    let path = bench.path();
    bench.store.close().await;
    assert_eq!(store::verify(&path).await.expect("verified").differences, []);
}
