//! How a subscription is answered: exactly one of *current*, *replayed*, *snapshot*, or *refused*.

use super::hub::raw;
use super::topics::TopicKey;
use chrono::{DateTime, Utc};
use domain::account::{Area, Audience, Viewer};
use domain::live::{EXCEPTIONS, ROWS, Rows, ServerFrame, ViewKey};
use domain::redaction::{SharedShipment, redact};
use domain::{Seq, ShipmentId};
use serde::Serialize;
use store::{PageRequest, ShipmentFilter, Store, StoreError};

/// A view that this socket may look at: what the hub knows it by, and which shipment it shows, if a single one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pub key: TopicKey,
    pub shipment: Option<ShipmentId>,
}

/// Why a socket may not look at a view. Another customer's shipment is *not found*, like one that never was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    SignInFirst,
    NotForRole,
    NotFound,
}

impl Refusal {
    pub fn frame(self, view: ViewKey) -> ServerFrame {
        let (code, message) = match self {
            Self::SignInFirst => ("sign_in_first", "sign in to look at this view"),
            Self::NotForRole => ("not_for_role", "this view is not for your role"),
            Self::NotFound => ("not_found", "there is no such shipment, or the link has ended"),
        };
        ServerFrame::Refused { view, code: code.to_owned(), message: message.to_owned() }
    }
}

/// Whether `viewer` may look at `view`. Reads no content; a single shipment is checked when its content is read.
pub async fn grant(
    store: &Store,
    viewer: Option<&Viewer>,
    view: &ViewKey,
    now: DateTime<Utc>,
) -> Result<Result<Granted, Refusal>, StoreError> {
    if let ViewKey::Track { token } = view {
        let share = store.customer_of_share(&crate::auth::token_hash(token), now).await?;
        return Ok(share.ok_or(Refusal::NotFound).map(|share| Granted {
            key: TopicKey { view: view.clone(), audience: Audience::Customer(share.customer) },
            shipment: Some(share.shipment),
        }));
    }
    let Some(viewer) = viewer else {
        // The age of the sources is shown beside a share link too; it says nothing about anybody.
        return Ok(match view {
            ViewKey::Freshness => Ok(Granted {
                key: TopicKey { view: view.clone(), audience: Audience::nobody() },
                shipment: None,
            }),
            _ => Err(Refusal::SignInFirst),
        });
    };
    let area = match view {
        ViewKey::Shipment { .. } | ViewKey::Shipments | ViewKey::Freshness | ViewKey::Track { .. } => {
            Area::Shipments
        }
        ViewKey::Desk => Area::Desk,
        ViewKey::Kpis => Area::Kpis,
    };
    let shipment = match view {
        ViewKey::Shipment { id } => Some(*id),
        _ => None,
    };
    Ok(match viewer.audience() {
        Some(audience) if viewer.role.may_open(area) => {
            Ok(Granted { key: TopicKey { view: view.clone(), audience }, shipment })
        }
        _ => Err(Refusal::NotForRole),
    })
}

/// The view's answer for a client that knows it up to `after`. The second value is the position that the answer
/// holds at: changes up to it are part of the answer.
pub async fn answer(
    store: &Store,
    granted: &Granted,
    after: Option<Seq>,
    now: DateTime<Utc>,
) -> Result<(ServerFrame, Seq), StoreError> {
    let view = granted.key.view.clone();
    let (as_of, content) = match (&view, granted.key.audience) {
        (ViewKey::Shipment { .. } | ViewKey::Track { .. }, audience) => {
            let found = match granted.shipment {
                Some(id) => store.shipment(id).await?,
                None => None,
            };
            let Some((as_of, shipment)) = found else { return Ok((Refusal::NotFound.frame(view), Seq(0))) };
            let content = match audience {
                Audience::Internal => content(&shipment),
                Audience::Customer(customer) => match redact(&shipment, customer) {
                    // Whoever has a link sees less than the customer who gave it out.
                    Some(redacted) if matches!(view, ViewKey::Track { .. }) => {
                        content(&SharedShipment::from(redacted))
                    }
                    Some(redacted) => content(&redacted),
                    None => return Ok((Refusal::NotFound.frame(view), Seq(0))),
                },
            };
            let is_known = after.is_some_and(|after| shipment.seq <= after && after <= as_of);
            (as_of, if is_known { Content::Known } else { content })
        }
        (ViewKey::Shipments, Audience::Internal) => {
            let since = match after {
                Some(after) => store.shipment_rows_since(after, ROWS).await?,
                None => None,
            };
            match since {
                Some((as_of, rows)) => (as_of, since_then(rows)),
                None => whole(store.shipment_rows(&ShipmentFilter::default(), &first_page()).await?),
            }
        }
        (ViewKey::Shipments, Audience::Customer(customer)) => {
            let since = match after {
                Some(after) => store.tracked_rows_since(customer, after, ROWS).await?,
                None => None,
            };
            match since {
                Some((as_of, rows)) => (as_of, since_then(rows)),
                None => whole(store.tracked_rows(customer, &ShipmentFilter::default(), &first_page()).await?),
            }
        }
        (ViewKey::Desk, _) => desk(store, after).await?,
        (ViewKey::Kpis, _) => {
            let (as_of, board) = store.kpis(now).await?;
            (as_of, content(&board))
        }
        (ViewKey::Freshness, audience) => {
            let (as_of, freshness) = store.freshness().await?;
            (as_of, content(&freshness.seen_by(audience)))
        }
    };
    Ok((content.frame(view, as_of), as_of))
}

/// What an answer holds.
enum Content {
    Known,
    Since(Option<Box<serde_json::value::RawValue>>),
    Whole(Option<Box<serde_json::value::RawValue>>),
}

impl Content {
    fn frame(self, view: ViewKey, as_of: Seq) -> ServerFrame {
        let failed = |view| ServerFrame::Refused {
            view,
            code: "unavailable".to_owned(),
            message: "this view can't be shown now; try again".to_owned(),
        };
        match self {
            Self::Known => ServerFrame::Current { view, as_of },
            Self::Since(Some(content)) => ServerFrame::Replayed { view, as_of, content },
            Self::Whole(Some(content)) => ServerFrame::Snapshot { view, as_of, content },
            Self::Since(None) | Self::Whole(None) => failed(view),
        }
    }
}

fn content(value: &impl Serialize) -> Content {
    Content::Whole(raw(value))
}

fn first_page() -> PageRequest {
    PageRequest { limit: ROWS as u32, ..PageRequest::default() }
}

fn since_then<T: Serialize>(rows: Vec<T>) -> Content {
    if rows.is_empty() { Content::Known } else { Content::Since(raw(&Rows { rows })) }
}

fn whole<T: Serialize>(page: store::Page<T>) -> (Seq, Content) {
    (page.as_of, content(&Rows { rows: page.rows }))
}

async fn desk(store: &Store, after: Option<Seq>) -> Result<(Seq, Content), StoreError> {
    if let Some(after) = after {
        let (as_of, changed) = store.exceptions_since(after, EXCEPTIONS).await?;
        if after <= as_of && changed.exceptions.len() <= EXCEPTIONS {
            let is_known = changed.exceptions.is_empty();
            return Ok((as_of, if is_known { Content::Known } else { Content::Since(raw(&changed)) }));
        }
    }
    let (as_of, desk) = store.desk().await?;
    Ok((as_of, content(&desk)))
}
