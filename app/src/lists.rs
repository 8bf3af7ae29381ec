//! The list of shipments as the server reads it for a page's address: its rows, what needs somebody first, and the views that
//! people have saved.

use crate::api::{ApiError, Line, SavedView, ShipmentList};
use crate::context::Context;
use crate::query::{Flag, ShipmentsQuery, Sort};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use domain::Seq;
use domain::account::{Audience, Viewer};
use domain::message::{Addressee, Notice};
use domain::party::Tier;
use store::{Order, Page, PageRequest, ShipmentFilter};

/// How many rows a page of the list has.
pub const ROWS: u32 = 50;
/// The names under which views of the list, and queues of the desk, are saved.
pub const PAGE: &str = "shipments";
pub const DESK: &str = "desk";
/// Counted up to here: more is "99+".
pub const MOST: u32 = 100;
/// How many rows of what needs somebody first are shown.
const FIRST: u32 = 3;

/// Shipments that need somebody first, for one reason.
pub struct Need {
    pub label: &'static str,
    /// The list of all of them.
    pub query: ShipmentsQuery,
    /// At most [`MOST`].
    pub count: u32,
    /// A few of them.
    pub rows: Vec<Line>,
}

/// What a query asks the store for; `now` decides which day today is.
fn filter(query: &ShipmentsQuery, now: DateTime<Utc>) -> ShipmentFilter {
    ShipmentFilter {
        query: query.q.clone(),
        status: query.status,
        flag: query.flag.map(|flag| match flag {
            Flag::Delayed => store::Flag::Delayed,
            Flag::ActionNeeded => store::Flag::ActionNeeded,
            Flag::OnHold => store::Flag::OnHold,
        }),
        expected: query.arriving_today.then(|| today(now)),
        punctuality: query.punctuality,
        rule: query.rule,
    }
}

fn order(sort: Sort) -> Order {
    match sort {
        Sort::Changed => Order::Changed,
        Sort::Expected => Order::Expected,
    }
}

/// The day of UTC that a moment is in.
fn today(now: DateTime<Utc>) -> (DateTime<Utc>, DateTime<Utc>) {
    let from = now.duration_trunc(TimeDelta::days(1)).unwrap_or(now);
    (from, from + TimeDelta::days(1))
}

fn list<T: Into<Line>>(page: Page<T>, is_internal: bool) -> ShipmentList {
    ShipmentList {
        as_of: page.as_of,
        rows: page.rows.into_iter().map(Into::into).collect(),
        is_internal,
        next: page.next.map(|next| next.to_string()),
        needs: None,
        views: Vec::new(),
    }
}

/// How many alerts are shown, and how many are looked at to find them: most have been seen to.
const ALERTS: usize = 3;
const ALERTS_LOOKED_AT: u32 = 20;

impl Context {
    /// A page of the list.
    pub async fn shipments(
        &self,
        viewer: &Viewer,
        query: &ShipmentsQuery,
        limit: u32,
    ) -> Result<ShipmentList, ApiError> {
        let before = query.before.as_deref().map(str::parse).transpose();
        let before =
            before.map_err(|error: store::BadCursor| ApiError::Invalid { message: error.to_string() })?;
        let filter = filter(query, (self.clock)());
        let page = PageRequest { order: order(query.sort), before, limit };
        match viewer.audience().ok_or(ApiError::Forbidden)? {
            Audience::Internal => Ok(list(self.store.shipment_rows(&filter, &page).await?, true)),
            Audience::Customer(customer) => {
                Ok(list(self.store.tracked_rows(customer, &filter, &page).await?, false))
            }
        }
    }

    /// Shipments of a customer that counts for much, of which they were told in the last day that they are late, and still are.
    pub async fn alerts(&self, viewer: &Viewer) -> Result<Vec<Line>, ApiError> {
        let Some(customer) = viewer.customer else { return Ok(Vec::new()) };
        if self.store.tier(customer).await? != Tier::Strategic {
            return Ok(Vec::new());
        }
        let to = Addressee::Customer(customer);
        let told = self.store.messages_for(&to, Notice::NOTIFICATION, ALERTS_LOOKED_AT).await?;
        let since = (self.clock)() - TimeDelta::days(1);
        let mut alerts: Vec<Line> = Vec::new();
        for message in told.iter().take_while(|one| one.at > since) {
            let number = message.notice.subject();
            if alerts.iter().any(|known| known.number == number) {
                continue;
            }
            let words = Some(number.to_owned());
            let query = ShipmentsQuery { q: words, flag: Some(Flag::Delayed), ..ShipmentsQuery::default() };
            let found = self.shipments(viewer, &query, 1).await?.rows;
            alerts.extend(found.into_iter().filter(|line| line.number == number));
            if alerts.len() == ALERTS {
                break;
            }
        }
        Ok(alerts)
    }

    /// What needs somebody first: action needed, delayed, arriving today.
    pub async fn needs(&self, viewer: &Viewer) -> Result<(Seq, Vec<Need>), ApiError> {
        let customer = match viewer.audience().ok_or(ApiError::Forbidden)? {
            Audience::Internal => None,
            Audience::Customer(customer) => Some(customer),
        };
        let none = ShipmentsQuery::default();
        let reasons = [
            ("Action needed", ShipmentsQuery { flag: Some(Flag::ActionNeeded), ..none.clone() }),
            ("Delayed", ShipmentsQuery { flag: Some(Flag::Delayed), ..none.clone() }),
            ("Arriving today (UTC)", ShipmentsQuery { arriving_today: true, ..none }),
        ];
        // Read before the rows: what comes meanwhile is shown early rather than not at all.
        let as_of = self.store.as_of().await?;
        let mut needs = Vec::with_capacity(reasons.len());
        for (label, query) in reasons {
            let rows = self.shipments(viewer, &query, FIRST).await?.rows;
            let count = self.store.count_shipments(customer, &filter(&query, (self.clock)()), MOST).await?;
            needs.push(Need { label, query, count, rows });
        }
        Ok((as_of, needs))
    }

    /// The views of a page that the account has saved.
    pub async fn saved_views(&self, viewer: &Viewer, page: &str) -> Result<Vec<SavedView>, ApiError> {
        let views = self.store.saved_views(&viewer.account, page).await?;
        let view = |store::SavedView { name, query, shared_by }| SavedView {
            is_shared: shared_by.is_some(),
            may_forget: shared_by.is_none_or(|by| by == viewer.account || viewer.role.may_approve()),
            name,
            query,
        };
        Ok(views.into_iter().map(view).collect())
    }
}
