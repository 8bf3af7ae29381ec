//! What the server gives to pages and server functions: the store, the clock, and who asks. Says who may, and turns the
//! store's errors into answers.

use crate::api::{ApiError, DeskPage, Drawn, ShareFor, ShareLine, ShipmentPage};
use crate::boards;
use crate::presence::Presence;
use crate::query::DeskQuery;
use crate::writes::Writes;
use axum::http::StatusCode;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use domain::account::{Area, Audience, Viewer};
use domain::exception::ShipmentException;
use domain::live::Freshness;
use domain::{ExceptionId, ShipmentId};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use rand::RngCore as _;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, PoisonError};
use store::{Clock, DeskFilter, Store, StoreError};

/// Provided by the server for every page and server function.
#[derive(Clone)]
pub struct Context {
    pub store: Store,
    pub clock: Clock,
    pub presence: Presence,
    pub writes: Writes,
    /// Whether a mail server is set.
    pub sends_mail: bool,
    /// None for people who have not signed in.
    pub viewer: Option<Viewer>,
    /// The hash of the session's token.
    pub session: Option<String>,
    /// Where a page is being rendered.
    pub aside: Option<Aside>,
}

/// HTML that was drawn for a page which is being rendered. It stands in the page once: in the data that the browser takes
/// the page over with, a mark stands for it.
#[derive(Clone, Default)]
pub struct Aside(Arc<Mutex<Vec<String>>>);

/// The context of the request that is being answered.
pub fn current() -> Result<Context, ApiError> {
    use_context::<Context>().ok_or_else(|| {
        leptos::logging::error!(
            "a server function was called without a context: the server must provide one"
        );
        answered(ApiError::Internal)
    })
}

/// The context, for an account that may open `area`.
pub fn open(area: Area) -> Result<(Context, Viewer), ApiError> {
    let context = current()?;
    let viewer = context.viewer.clone().ok_or_else(|| answered(ApiError::SignIn))?;
    if viewer.role.may_open(area) { Ok((context, viewer)) } else { Err(answered(ApiError::Forbidden)) }
}

impl ApiError {
    /// The HTTP status that fits.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::SignIn => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Stale { .. } => StatusCode::CONFLICT,
            Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unreadable => StatusCode::BAD_REQUEST,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal | Self::Unreachable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Gives the HTTP answer the status that fits the error.
pub fn answer(error: &ApiError) {
    if let Some(response) = use_context::<ResponseOptions>() {
        response.set_status(error.status());
    }
}

/// As [`answer`], for the end of a chain.
pub fn answered(error: ApiError) -> ApiError {
    answer(&error);
    error
}

/// What people learn of a failure of the store; the log learns the rest.
pub fn failed(error: StoreError) -> ApiError {
    answered(error.into())
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        leptos::logging::error!("the store failed a page: {error}");
        match error {
            StoreError::Stopped => Self::Busy,
            _ => Self::Internal,
        }
    }
}

/// 32 random bytes, safe in an address: what stands for a session or opens a share link.
pub fn new_token() -> String {
    let mut bytes = [0_u8; 32];
    rand::rng().fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a token, of a session's or a share link's: lower-case hexadecimal SHA-256.
pub fn token_hash(token: &str) -> String {
    use std::fmt::Write as _;
    Sha256::digest(token.as_bytes()).iter().fold(String::with_capacity(64), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Context {
    pub async fn shipment(&self, viewer: &Viewer, id: ShipmentId) -> Result<ShipmentPage, ApiError> {
        let drawing = boards::draw(self, &Drawn::Shipment(id)).await?;
        let customers = match viewer.audience().ok_or(ApiError::Forbidden)? {
            Audience::Internal => self.customers(id).await?,
            Audience::Customer(_) => Vec::new(),
        };
        let may_share = !customers.is_empty() || viewer.customer.is_some();
        Ok(ShipmentPage { drawing, shares: self.shares(viewer, id).await?, customers, may_share })
    }

    async fn customers(&self, id: ShipmentId) -> Result<Vec<ShareFor>, ApiError> {
        let (_, shipment) = self.store.shipment(id).await?.ok_or(ApiError::NotFound)?;
        let customers = shipment.customers().into_iter();
        Ok(customers.map(|one| ShareFor { customer: one.id(), name: one.name.clone() }).collect())
    }

    /// Keeps the HTML of a page that is being rendered: see [`Aside`]. What stands for it in the page's data is returned.
    pub fn set_aside(&self, html: String) -> String {
        match &self.aside {
            Some(Aside(kept)) => {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.push(html);
                (kept.len() - 1).to_string()
            }
            None => html,
        }
    }

    /// The HTML that `mark` stands for.
    pub fn kept(&self, mark: String) -> String {
        let Some(Aside(kept)) = &self.aside else { return mark };
        let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        mark.parse().ok().and_then(|place: usize| kept.get(place).cloned()).unwrap_or(mark)
    }

    /// An exception that is named stands beside the queue wherever it is: closed, or beyond what the queue holds.
    pub async fn desk(
        &self,
        viewer: &Viewer,
        query: &DeskQuery,
        selected: Option<ExceptionId>,
    ) -> Result<DeskPage, StoreError> {
        let now = (self.clock)();
        let filter = DeskFilter { rule: query.rule, severity: query.severity, closed: query.closed };
        let takes = |exception: &ShipmentException| query.takes(exception, &viewer.account, now);
        let (as_of, desk) = self.store.desk_page(filter, takes).await?;
        let is_there = |id: &ExceptionId| desk.exceptions.iter().any(|one| one.id == *id);
        let selected = match selected.filter(|id| !is_there(id)) {
            Some(id) => self.store.exception(id).await?.into_iter().collect(),
            None => Vec::new(),
        };
        let teams = self.rulebook().await?.teams.into_iter().map(|team| team.team).collect();
        let rules = self.store.open_rules().await?;
        Ok(DeskPage { as_of, desk, rules, teams, selected, views: Vec::new() })
    }

    /// The share links that a viewer may know of and end: customers only those that show their own redaction.
    pub async fn shares(&self, viewer: &Viewer, id: ShipmentId) -> Result<Vec<ShareLine>, ApiError> {
        let now = (self.clock)();
        let shares = self.store.shares(id).await?.into_iter();
        let theirs = shares.filter(|share| {
            share.expires_at > now
                && match viewer.audience() {
                    Some(Audience::Internal) => true,
                    Some(Audience::Customer(customer)) => share.customer == customer,
                    None => false,
                }
        });
        Ok(theirs
            .map(|share| ShareLine {
                token_hash: share.token_hash,
                label: share.label,
                expires_at: share.expires_at.fixed_offset(),
            })
            .collect())
    }

    /// The age of the sources as the viewer may see it; people without an account see what customers do.
    pub fn freshness(&self, known: Freshness) -> Freshness {
        let audience = self.viewer.as_ref().and_then(Viewer::audience);
        known.seen_by(audience.unwrap_or_else(Audience::nobody))
    }
}
