//! `GET /shipments.csv`: the list of shipments as a file, for the same query as the page. It is read and sent page by page, so
//! that a million rows need no more memory than a thousand.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::form::Query;
use crate::pages;
use crate::state::AppState;
use app::api::{ApiError, Line};
use app::context::Context;
use app::query::{EXPORT, ShipmentsQuery};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use domain::account::Viewer;
use futures::stream;
use leptos_router::params::ParamsMap;

/// Rows read at once.
const ROWS: u32 = 1000;
/// Without it spreadsheets take the file for Latin-1.
const BYTE_ORDER_MARK: &str = "\u{feff}";

pub fn router() -> Router<AppState> {
    Router::new().route(EXPORT, get(export))
}

async fn export(
    State(state): State<AppState>,
    Extension(identity): Extension<Identity>,
    Query(params): Query<Vec<(String, String)>>,
) -> Response {
    let context = pages::context(&state, identity, None);
    let Some(viewer) = context.viewer.clone() else {
        return Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response();
    };
    let params: ParamsMap = params.into_iter().collect();
    let query = ShipmentsQuery { before: None, ..ShipmentsQuery::read(&params) };
    let day = (state.clock)().date_naive();
    let rows = Rows { context, viewer, query, next: Next::First };
    let body = Body::from_stream(stream::try_unfold(rows, Rows::page));
    let disposition = format!("attachment; filename=\"shipments-{day}.csv\"");
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, body).into_response()
}

enum Next {
    First,
    Behind(String),
    Done,
}

/// What is still to be sent.
struct Rows {
    context: Context,
    viewer: Viewer,
    query: ShipmentsQuery,
    next: Next,
}

impl Rows {
    /// The next page as text, and the rest. A failure breaks the transfer off, which browsers show as such.
    async fn page(mut self) -> Result<Option<(Bytes, Self)>, ExportError> {
        let is_first = matches!(self.next, Next::First);
        match std::mem::replace(&mut self.next, Next::Done) {
            Next::Done => return Ok(None),
            Next::First => {}
            Next::Behind(cursor) => self.query.before = Some(cursor),
        }
        let list = self.context.shipments(&self.viewer, &self.query, ROWS).await?;
        let mut writer = csv::Writer::from_writer(Vec::new());
        if is_first {
            writer.write_record(heads(list.is_internal))?;
        }
        for row in &list.rows {
            writer.write_record(cells(row).map(|cell| harmless(&cell)))?;
        }
        if let Some(next) = list.next {
            self.next = Next::Behind(next);
        }
        let text = writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))?;
        let mark = if is_first { BYTE_ORDER_MARK } else { "" };
        Ok(Some((Bytes::from([mark.as_bytes(), &text].concat()), self)))
    }
}

/// Why a file breaks off.
#[derive(Debug, thiserror::Error)]
enum ExportError {
    #[error(transparent)]
    Read(#[from] ApiError),
    #[error(transparent)]
    Write(#[from] csv::Error),
}

fn heads(is_internal: bool) -> impl Iterator<Item = &'static str> {
    let own = [
        "Shipment",
        "Status",
        "Flags",
        "From",
        "To",
        "Expected",
        "Promised from",
        "Promised to",
        "Delivered",
        "Orders",
        "Last event",
    ];
    let inside = ["Customers", "Carrier", "Open exceptions"];
    own.into_iter().chain(inside.into_iter().filter(move |_| is_internal))
}

/// Moments as RFC 3339, with the offset that their source stated.
fn cells(line: &Line) -> impl Iterator<Item = String> {
    let time = |at: Option<domain::time::Moment>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
    let flags: Vec<_> = line.flags.raised().map(|(_, label)| label).collect();
    let own = [
        line.number.clone(),
        line.status.label().to_owned(),
        flags.join(", "),
        line.origin.clone().unwrap_or_default(),
        line.destination.clone().unwrap_or_default(),
        time(line.eta),
        time(line.promised.map(|window| window.from)),
        time(line.promised.map(|window| window.to)),
        time(line.delivered_at),
        line.orders.join(", "),
        time(line.occurred_at),
    ];
    let inside = line.open_exceptions.map(|open| {
        let customers = line.customers.as_ref().map(|all| all.join(", ")).unwrap_or_default();
        [customers, line.carrier.clone().unwrap_or_default(), open.to_string()]
    });
    own.into_iter().chain(inside.into_iter().flatten())
}

/// A cell that no spreadsheet takes for a formula: what a partner named `=1+1` is read as its name.
fn harmless(cell: &str) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_taken_for_a_formula() {
        for (cell, expect) in
            [("=cmd()", "'=cmd()"), ("@x", "'@x"), ("-1", "'-1"), ("SH-1", "SH-1"), ("", "")]
        {
            assert_eq!(harmless(cell), expect);
        }
    }
}
