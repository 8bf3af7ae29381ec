//! The pages that people open, with few and with many shipments stored: each as a whole page over HTTP, and the
//! store's part of it.

use super::fill::fill;
use super::http;
use super::sample::{Sample, thousands};
use super::table::Row;
use super::testbed::Testbed;
use super::{Scale, freight};
use anyhow::{Context, ensure};
use domain::account::AccountRole;
use domain::kpi::{Day, Days};
use domain::{CustomerId, ShipmentId};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Instant;
use store::{Cursor, PageRequest, ShipmentFilter, Store};

/// Milliseconds, p99.
const BAR: f64 = 50.0;
/// The manager's board sums ninety days, which are there within a second.
const BOARD_BAR: f64 = 1000.0;
const BOARD: &str = "/kpis?days=90";
/// A page is flat when its median with many stored is at most this many times that with few, and a millisecond: what
/// the timer and the caches do.
const FLAT: f64 = 2.0;
const SLACK: f64 = 1.0;
/// Customers who look, the biggest among them.
const CUSTOMERS: usize = 20;
/// How deep into a customer's list the older pages lie, at most.
const DEPTH: usize = 100;
/// Rows of a page.
const ROWS: u32 = 50;

/// What is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Page {
    Portal,
    Older,
    Desk,
    Search,
    Shipment,
    Board,
}

impl Page {
    const ALL: [Self; 6] = [Self::Portal, Self::Older, Self::Desk, Self::Search, Self::Shipment, Self::Board];

    /// Of so many requests that the others are opened with, how many are enough.
    fn requests(self, scale: &Scale) -> usize {
        if self == Self::Board { (scale.requests / 10).max(10) } else { scale.requests }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Older => "an older page",
            Self::Desk => "desk",
            Self::Search => "search",
            Self::Shipment => "one shipment",
            Self::Board => "board of 90 days",
        }
    }
}

/// One page as it took.
struct Opened {
    page: Page,
    /// Bytes of a page on average, before compression.
    bytes: usize,
    whole: Sample,
    query: Sample,
}

pub async fn measure(scale: &Scale, folder: &Path) -> anyhow::Result<Vec<Row>> {
    let testbed = Testbed::open(folder, "pages").await?;
    let few = fill(&testbed.store, 0..scale.few, scale.fill).await?;
    let house = House::open(&testbed).await?;
    let small = house.open_all(scale, few.shipments).await?;
    let many = fill(&testbed.store, few.shipments..scale.shipments, scale.fill).await?;
    let stored = few.shipments + many.shipments;
    let large = house.open_all(scale, stored).await?;
    let full = if stored == scale.shipments { "" } else { "; the time for filling was up" };
    let mut rows = vec![Row::note("stored for the pages", thousands(stored), many.formatted() + full)];
    rows.extend(small.iter().zip(&large).map(|(small, large)| row(small, large, few.shipments, stored)));
    testbed.close().await?;
    Ok(rows)
}

fn row(small: &Opened, large: &Opened, few: u64, many: u64) -> Row {
    let what = format!("{} at {} stored, p99", large.page.name(), thousands(many));
    let detail = format!(
        "page of {} KiB {}, query {}; at {}: page {}, query {}",
        large.bytes / 1024,
        large.whole.formatted(),
        large.query.formatted(),
        thousands(few),
        small.whole.formatted(),
        small.query.formatted(),
    );
    if large.page == Page::Board {
        return Row::limit(what, large.whole.at(0.99), BOARD_BAR, "ms", detail);
    }
    let is_flat = large.whole.median() <= small.whole.median() * FLAT + SLACK;
    let row = Row::limit(what, large.whole.at(0.99), BAR, "ms", detail);
    Row {
        bar: format!("{}, flat", row.bar),
        measured: format!("{}, {}", row.measured, if is_flat { "flat" } else { "not flat" }),
        reached: row.reached.map(|reached| reached && is_flat),
        ..row
    }
}

/// The people who open pages.
struct House {
    store: Store,
    address: SocketAddr,
    agent: String,
    manager: String,
    customers: Vec<(CustomerId, String)>,
}

impl House {
    async fn open(testbed: &Testbed) -> anyhow::Result<Self> {
        let agent = testbed.sign_in(AccountRole::Agent, None).await?;
        let manager = testbed.sign_in(AccountRole::Manager, None).await?;
        let mut customers = Vec::new();
        for place in 0..CUSTOMERS as u64 {
            // The biggest, and others across the range; each has shipments.
            let number = if place == 0 { 0 } else { place * freight::CUSTOMERS / CUSTOMERS as u64 + 1 };
            let id = freight::customer_id(number);
            customers.push((id, testbed.sign_in(AccountRole::Customer, Some(id)).await?));
        }
        Ok(Self { store: testbed.store.clone(), address: testbed.address, agent, manager, customers })
    }

    async fn open_all(&self, scale: &Scale, stored: u64) -> anyhow::Result<Vec<Opened>> {
        let older = self.older().await?;
        let mut opened = Vec::new();
        for page in Page::ALL {
            let mut requests = Vec::new();
            let mut query = Sample::default();
            let wanted = page.requests(scale);
            for turn in 0..wanted + wanted / 10 {
                let begun = Instant::now();
                self.query(page, turn, &older, stored).await?;
                query.add(begun.elapsed());
                requests.push(self.request(page, turn, &older, stored));
            }
            // The first tenth warms up.
            let rest = requests.split_off(wanted / 10);
            http::send_all(self.address, requests, 1, None, 200).await?;
            let sent = http::send_all(self.address, rest, 1, None, 200).await?;
            let bytes = sent.received / sent.sent.max(1);
            // A page that says that there is nothing would be quick and prove nothing.
            ensure!(bytes > 4 * 1024, "{} came as {bytes} bytes, which is no page with rows", page.name());
            opened.push(Opened { page, bytes, whole: sent.answers, query });
        }
        Ok(opened)
    }

    fn customer(&self, turn: usize) -> &(CustomerId, String) {
        &self.customers[turn % self.customers.len()]
    }

    /// The store's part of a page.
    async fn query(
        &self,
        page: Page,
        turn: usize,
        older: &[(usize, Cursor)],
        stored: u64,
    ) -> anyhow::Result<()> {
        let (customer, _) = self.customer(turn);
        let everything = ShipmentFilter::default();
        let first = PageRequest { limit: ROWS, ..PageRequest::default() };
        match page {
            Page::Portal => {
                let rows = self.store.tracked_rows(*customer, &everything, &first).await?.rows;
                ensure!(!rows.is_empty(), "a customer has no shipments");
            }
            Page::Older => {
                let (customer, before) = older[turn % older.len()];
                let request = PageRequest { before: Some(before), limit: ROWS, ..PageRequest::default() };
                self.store.tracked_rows(self.customers[customer].0, &everything, &request).await?;
            }
            Page::Desk => {
                self.store.desk().await?;
            }
            Page::Search => {
                let filter = ShipmentFilter { query: Some(words(turn, stored)), ..everything };
                if turn.is_multiple_of(2) {
                    self.store.shipment_rows(&filter, &first).await?;
                } else {
                    self.store.tracked_rows(*customer, &filter, &first).await?;
                }
            }
            Page::Shipment => {
                let id = ShipmentId::numbered(&freight::shipment_number(any(turn, stored)));
                self.store.shipment(id).await?.context("a shipment is not stored")?;
            }
            Page::Board => {
                let window = Days::until(Day::of(crate::clock::now()), 90);
                let figures = self.store.figures(window, window.earlier(90)).await?;
                ensure!(
                    figures.measures.values().any(|one| !one.days.is_empty()),
                    "the board has no figures"
                );
            }
        }
        Ok(())
    }

    fn request(&self, page: Page, turn: usize, older: &[(usize, Cursor)], stored: u64) -> Vec<u8> {
        let (_, customer) = self.customer(turn);
        match page {
            Page::Portal => self.get("/shipments", customer),
            Page::Older => {
                let (customer, before) = older[turn % older.len()];
                self.get(&format!("/shipments?before={before}"), &self.customers[customer].1)
            }
            Page::Desk => self.get("/desk", &self.agent),
            Page::Search => {
                let path = format!("/shipments?q={}", words(turn, stored).replace(' ', "%20"));
                self.get(&path, if turn.is_multiple_of(2) { &self.agent } else { customer })
            }
            Page::Shipment => {
                let id = ShipmentId::numbered(&freight::shipment_number(any(turn, stored)));
                self.get(&format!("/shipments/{id}"), &self.agent)
            }
            Page::Board => self.get(BOARD, &self.manager),
        }
    }

    fn get(&self, path: &str, cookie: &str) -> Vec<u8> {
        format!(
            "GET {path} HTTP/1.1\r\nhost: {}\r\naccept: text/html\r\ncookie: {cookie}\r\n\r\n",
            self.address
        )
        .into_bytes()
    }

    /// Where older pages begin: every page of every customer's list down to a depth.
    async fn older(&self) -> anyhow::Result<Vec<(usize, Cursor)>> {
        let mut older = Vec::new();
        for (place, (customer, _)) in self.customers.iter().enumerate() {
            let mut before = None;
            for _ in 0..DEPTH {
                let request = PageRequest { before, limit: ROWS, ..PageRequest::default() };
                let page = self.store.tracked_rows(*customer, &ShipmentFilter::default(), &request).await?;
                before = page.next;
                match before {
                    Some(before) => older.push((place, before)),
                    None => break,
                }
            }
        }
        ensure!(!older.is_empty(), "no customer has more than a page of shipments: store more");
        // The deepest first; every turn takes another.
        older.reverse();
        Ok(older)
    }
}

/// Another shipment each turn, from anywhere.
fn any(turn: usize, stored: u64) -> u64 {
    (turn as u64).wrapping_mul(2_654_435_761) % stored
}

/// What people search for: whole numbers of three kinds, beginnings of numbers, a city, a customer and a city, and
/// what is not there.
fn words(turn: usize, stored: u64) -> String {
    let index = any(turn, stored);
    match turn % 7 {
        0 => freight::shipment_number(index),
        1 => freight::order_number(index),
        2 => freight::tracking_number(index),
        3 => freight::order_number(index)[..7].to_owned(),
        4 => freight::city(index).to_owned(),
        5 => {
            let name = freight::customer(freight::customer_of(index)).name;
            format!("{} {}", name.split(' ').next().unwrap_or_default(), freight::city(index))
        }
        _ => format!("nothing{index}"),
    }
}
