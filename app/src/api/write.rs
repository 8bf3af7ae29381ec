//! What people do, as events: each goes through the same door into the journal as everything else.

use super::{Act, ApiError, CaseWords, ShareLine, Shared, TEXT, Target};
use crate::context::{Context, new_token, token_hash};
use crate::writes::Writes;
use chrono::{DateTime, TimeDelta, Utc};
use domain::account::{Area, Audience, Viewer};
use domain::authority::Role;
use domain::exception::{Closing, ShipmentException};
use domain::fact::{
    Approvable, ApprovalDecision, ApprovalRequest, CaseAnswer, CaseKind, CaseOpening, ExceptionAssignment,
    ExceptionLink, ExceptionNote, ExceptionResolution, ExceptionSnooze, Sharing, SharingEnd,
};
use domain::id::{ApprovalId, CaseId};
use domain::redaction::redact;
use domain::rulebook::Rulebook;
use domain::rules::Rule;
use domain::subscription::Subscription;
use domain::time::format_moment;
use domain::view::ShipmentView;
use domain::{CustomerId, Event, EventId, ExceptionId, Fact, ShipmentId, SourceName};
use store::{AppendError, Delivery, Expected, StoreError};

const LABEL: usize = 80;
/// A link may live so many days, an exception may sleep so many hours.
const DAYS: u32 = 366;
const HOURS: u32 = 24 * 14;

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::Invalid { message: message.into() }
}

/// A reason is kept for good, and read when the same happens again: a digit or a mark says nothing.
fn how_it_was_resolved(reason: &str) -> Result<String, ApiError> {
    let reason = words(reason, TEXT)?;
    if reason.chars().filter(|letter| letter.is_alphabetic()).count() < 2 {
        return Err(invalid(format!("`{reason}` does not say how it was resolved: write a word or more")));
    }
    Ok(reason)
}

fn words(text: &str, limit: usize) -> Result<String, ApiError> {
    match text.trim() {
        "" => Err(invalid("write a few words")),
        text if text.chars().count() > limit => Err(invalid(format!("write at most {limit} characters"))),
        text => Ok(text.to_owned()),
    }
}

impl Act {
    fn fact(self, target: &Target, viewer: &Viewer, now: DateTime<Utc>) -> Result<Fact, ApiError> {
        let exception = target.exception;
        Ok(match self {
            Self::Take => {
                let assignee = Some(viewer.account.clone());
                Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee })
            }
            Self::Release => Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: None }),
            Self::Snooze { hours } if (1..=HOURS).contains(&hours) => {
                let until = (now + TimeDelta::hours(i64::from(hours))).fixed_offset();
                Fact::ExceptionSnoozed(ExceptionSnooze { exception, until, until_news: false })
            }
            Self::Snooze { hours } => {
                return Err(invalid(format!("{hours} hours are too many or none: snooze for 1 to {HOURS}")));
            }
            Self::SnoozeUntil { until }
                if until > now && until - now.fixed_offset() <= TimeDelta::hours(i64::from(HOURS)) =>
            {
                Fact::ExceptionSnoozed(ExceptionSnooze { exception, until, until_news: false })
            }
            Self::SnoozeUntil { until } => {
                return Err(invalid(format!(
                    "{} is not a moment within the next {HOURS} hours: snooze until one",
                    format_moment(until)
                )));
            }
            Self::Wake => Fact::ExceptionSnoozed(ExceptionSnooze {
                exception,
                until: now.fixed_offset(),
                until_news: false,
            }),
            Self::Note { text } => {
                Fact::ExceptionNoted(ExceptionNote { exception, text: words(&text, TEXT)? })
            }
            Self::Resolve { reason } => Fact::ExceptionResolved(ExceptionResolution {
                exception,
                reason: how_it_was_resolved(&reason)?,
                responsible: None,
                root_cause: None,
            }),
            Self::Reopen { text } => {
                Fact::ExceptionReopened(ExceptionNote { exception, text: words(&text, TEXT)? })
            }
            Self::Assign { to } => {
                Fact::ExceptionAssigned(ExceptionAssignment { exception, assignee: Some(to) })
            }
            Self::SnoozeUntilNews => {
                let until = (now + TimeDelta::hours(i64::from(HOURS))).fixed_offset();
                Fact::ExceptionSnoozed(ExceptionSnooze { exception, until, until_news: true })
            }
            Self::Merge { .. } | Self::Link { .. } | Self::Decide { .. } => {
                // These need to know more than the act: see `Context::fact`.
                return Err(invalid("this needs another exception or an approval"));
            }
            Self::ResolveAs { reason, responsible, root_cause } => {
                let reason = how_it_was_resolved(&reason)?;
                Fact::ExceptionResolved(ExceptionResolution { exception, reason, responsible, root_cause })
            }
            Self::Ask { what, reason } => {
                let approval = ApprovalId::numbered(&new_token());
                let reason = words(&reason, TEXT)?;
                Fact::ApprovalRequested(ApprovalRequest { approval, exception, what, reason })
            }
        })
    }
}

/// Who did what to an exception that somebody else saw as it was before.
fn overtaken(current: &ShipmentException) -> String {
    let closed = match &current.closing {
        Some(Closing::Cleared) => Some("the condition cleared and the exception closed by itself".to_owned()),
        Some(Closing::LateData) => Some("what came late showed that nothing had been wrong".to_owned()),
        Some(Closing::Merged { by, named, .. }) => Some(format!("{by} merged it into {named}")),
        Some(Closing::Resolved { by, reason, .. }) => Some(format!("{by} resolved it: {reason}")),
        None => None,
    };
    let acted = || current.actions.last().map(|last| format!("{} {}", last.by, last.text));
    match closed.or_else(acted) {
        Some(what) => format!("Not done, because meanwhile {what}"),
        None => "Not done, because the exception has changed meanwhile".to_owned(),
    }
}

fn refused(error: AppendError) -> ApiError {
    match error {
        AppendError::Stale { current } => ApiError::Stale { message: overtaken(&current) },
        stale @ AppendError::OldRules { .. } => ApiError::Stale { message: stale.to_string() },
        AppendError::Unknown { .. } => ApiError::NotFound,
        AppendError::Full | AppendError::Stopped => ApiError::Busy,
        AppendError::Repeated { delivery } => {
            leptos::logging::error!("the random delivery id {delivery} came twice");
            ApiError::Internal
        }
        AppendError::Store(error) => error.into(),
    }
}

impl Context {
    /// Puts what a person did about a shipment into the journal.
    async fn record(
        &self,
        viewer: &Viewer,
        shipment: &ShipmentView,
        fact: Fact,
        expected: Option<Expected>,
    ) -> Result<(), ApiError> {
        // Shipments are found by number and issuer.
        let issuer = self.store.issuer_of(shipment.id).await?;
        self.state(viewer, (shipment.number.clone(), issuer), fact, expected).await
    }

    /// Puts what a person stated about something, by its number and issuer, into the journal.
    async fn state(
        &self,
        viewer: &Viewer,
        (number, issuer): (String, Option<String>),
        fact: Fact,
        expected: Option<Expected>,
    ) -> Result<(), ApiError> {
        let (source, role) = match viewer.audience() {
            // The journal is kept for good, and the desk hears of most of it.
            Some(Audience::Customer(_)) if !self.writes.may(&viewer.account, (self.clock)()) => {
                let message = format!(
                    "that is more than {} cases, links and changes in a minute: wait a moment, then try again",
                    Writes::A_MINUTE
                );
                return Err(ApiError::TooMany { message });
            }
            Some(Audience::Customer(_)) => (SourceName::portal(), Role::Portal),
            _ => (SourceName::desk(), Role::Desk),
        };
        let (id, now) = (new_token(), (self.clock)());
        let event = Event {
            id: EventId::new(source.as_str(), &id),
            source: source.clone(),
            role,
            occurred_at: now.fixed_offset(),
            number,
            issuer,
            actor: Some(viewer.account.clone()),
            correlation: None,
            sequence: None,
            fact,
        };
        let body = serde_json::to_vec(&event).map_err(|error| {
            leptos::logging::error!("an event could not be written as JSON: {error}");
            ApiError::Internal
        })?;
        let delivery = Delivery {
            source,
            role,
            id,
            received_at: now,
            headers: Vec::new(),
            body,
            content_type: "application/json".to_owned(),
            events: vec![event],
            quarantined: Vec::new(),
            expected,
        };
        self.store.append(delivery).await.map_err(refused)?;
        Ok(())
    }

    /// What the account chose to be told, or would choose from.
    pub async fn subscription(&self, viewer: &Viewer) -> Result<Subscription, StoreError> {
        let chosen = self.store.subscription(&viewer.account).await?;
        let Some(chosen) = chosen else {
            let zone = self.rulebook().await?.teams.into_iter().next().map(|team| team.zone);
            let usual = Subscription::default();
            let zone = zone.unwrap_or(usual.zone);
            return Ok(Subscription { customer: viewer.customer, zone, ..usual });
        };
        Ok(Subscription { customer: viewer.customer, ..chosen })
    }

    /// Takes down what the account wants to be told.
    pub async fn subscribe(&self, viewer: &Viewer, subscription: Subscription) -> Result<(), ApiError> {
        if let Some(fault) = subscription.fault(viewer.role) {
            return Err(invalid(fault));
        }
        if self.store.subscription(&viewer.account).await?.as_ref() == Some(&subscription) {
            return Ok(());
        }
        let fact = Fact::SubscriptionChanged(subscription);
        self.state(viewer, (viewer.account.clone(), None), fact, None).await
    }

    /// The rules file in force.
    pub async fn rulebook(&self) -> Result<Rulebook, StoreError> {
        self.store.rulebook().await
    }

    /// The same as JSON that people can change: with the next version, and no reason yet.
    pub async fn next_rulebook(&self) -> Result<String, StoreError> {
        let now = self.rulebook().await?;
        let next = Rulebook { version: now.version + 1, reason: String::new(), ..now };
        Ok(serde_json::to_string_pretty(&next)?)
    }

    /// Puts a rules file in force, unless it is only to be checked.
    pub async fn change_rulebook(
        &self,
        viewer: &Viewer,
        text: &str,
        only_checks: bool,
    ) -> Result<u32, ApiError> {
        let book = Rulebook::read(text).map_err(|error| invalid(error.to_string()))?;
        let version = book.version;
        let current = self.rulebook().await?.version;
        if version != current + 1 {
            return Err(refused(AppendError::OldRules { stated: version, current }));
        }
        if !only_checks {
            let fact = Fact::RulebookChanged(book);
            self.state(viewer, (Rulebook::NUMBER.to_owned(), None), fact, None).await?;
        }
        Ok(version)
    }

    pub async fn act(
        &self,
        viewer: &Viewer,
        target: &Target,
        act: Act,
    ) -> Result<ShipmentException, ApiError> {
        let known = || async {
            let exception = self.store.exception(target.exception).await?;
            exception.filter(|one| one.shipment == target.shipment).ok_or(ApiError::NotFound)
        };
        let exception = known().await?;
        let issuer = if exception.rule.is_of_feed() {
            Some(ShipmentId::FEED.to_owned())
        } else {
            self.store.issuer_of(exception.shipment).await?
        };
        let number = exception.number.clone();
        let fact = self.fact(viewer, target, &exception, act).await?;
        let expected = Expected::Version { exception: target.exception, version: target.version };
        self.state(viewer, (number, issuer), fact, Some(expected)).await?;
        known().await
    }

    /// What an act states, once it is sure that it may.
    async fn fact(
        &self,
        viewer: &Viewer,
        target: &Target,
        exception: &ShipmentException,
        act: Act,
    ) -> Result<Fact, ApiError> {
        match act {
            Act::Assign { to } => {
                let accounts = self.store.accounts().await?;
                let is_colleague = |one: &store::Account| {
                    one.account == to && !one.disabled && one.role.may_open(Area::Desk)
                };
                if !accounts.iter().any(is_colleague) {
                    return Err(invalid(format!("`{to}` is nobody who works at the desk")));
                }
                Act::Assign { to }.fact(target, viewer, (self.clock)())
            }
            Act::Merge { other } => Ok(Fact::ExceptionMerged(self.link(exception, other).await?)),
            Act::Link { other } => Ok(Fact::ExceptionLinked(self.link(exception, other).await?)),
            Act::Ask { .. } if exception.awaits_approval.is_some() => {
                Err(invalid("somebody has asked already: wait for the decision"))
            }
            Act::Ask { what: Approvable::AcceptPart { part, .. }, reason } => {
                let waiting = self.store.waiting_part(part).await?;
                let is_claim = |one: &store::GrantedPart| {
                    exception.rule == Rule::AuthorityConflict
                        && one.source.as_str() == exception.number
                        && one.cause == exception.cause
                };
                let waiting = waiting.filter(is_claim);
                let waiting = waiting
                    .ok_or_else(|| invalid("no such claim waits here: look at the exception again"))?;
                let named = format!("{} of {}", waiting.kind(), waiting.about);
                let what = Approvable::AcceptPart { part, named };
                Act::Ask { what, reason }.fact(target, viewer, (self.clock)())
            }
            Act::Decide { is_granted, reason } => {
                let awaited = exception.awaits_approval.as_ref();
                let awaited = awaited.ok_or_else(|| invalid("nobody asked for approval"))?;
                if !viewer.role.may_approve() {
                    return Err(ApiError::Forbidden);
                }
                if awaited.asked_by.as_deref() == Some(viewer.account.as_str()) {
                    return Err(invalid("you asked for it yourself: somebody else has to decide"));
                }
                let decision = ApprovalDecision {
                    approval: awaited.approval,
                    exception: exception.id,
                    reason: words(&reason, TEXT)?,
                };
                Ok(if is_granted { Fact::ApprovalGranted(decision) } else { Fact::ApprovalRefused(decision) })
            }
            act => act.fact(target, viewer, (self.clock)()),
        }
    }

    async fn link(
        &self,
        exception: &ShipmentException,
        other: ExceptionId,
    ) -> Result<ExceptionLink, ApiError> {
        if other == exception.id {
            return Err(invalid("that is the same exception: name another one"));
        }
        let other = self.store.exception(other).await?;
        let other = other.ok_or_else(|| invalid("there is no such exception: name another one"))?;
        let named = format!("{} of {}", other.rule.label(), other.number);
        Ok(ExceptionLink { exception: exception.id, other: other.id, named })
    }

    /// Opens a customer's case about a shipment of theirs.
    pub async fn open_case(
        &self,
        viewer: &Viewer,
        id: ShipmentId,
        kind: CaseKind,
        text: &str,
    ) -> Result<(), ApiError> {
        let Some(Audience::Customer(customer)) = viewer.audience() else { return Err(ApiError::Forbidden) };
        let shipment = self.view(id).await?;
        if redact(&shipment, customer).is_none() {
            return Err(ApiError::NotFound);
        }
        let text = words(text, TEXT)?;
        let case = CaseId::numbered(&new_token());
        self.record(viewer, &shipment, Fact::CaseOpened(CaseOpening { case, customer, kind, text }), None)
            .await
    }

    /// Says something in a case: a customer in one of their own, people of the house in any.
    pub async fn say(&self, viewer: &Viewer, id: ShipmentId, words_in: CaseWords) -> Result<(), ApiError> {
        let CaseWords { case, text, closes, heard } = words_in;
        let shipment = self.view(id).await?;
        let known = shipment.state.cases.iter().find(|one| one.case == case).ok_or(ApiError::NotFound)?;
        match viewer.audience().ok_or(ApiError::Forbidden)? {
            // Nor in a case of their own on a shipment that is theirs no more.
            Audience::Customer(own) if known.customer != Some(own) || redact(&shipment, own).is_none() => {
                return Err(ApiError::NotFound);
            }
            Audience::Customer(_) | Audience::Internal => {}
        }
        if known.closed_at.is_some() {
            return Err(invalid("the case is closed: open another one"));
        }
        // Who answers for the house answers all that the customer wrote; a customer writes on whenever they like.
        if viewer.role.may_open(Area::Desk) && heard.is_some_and(|heard| heard < known.messages.len()) {
            let message =
                "more was written in the case since you began: read it, then send your answer".to_owned();
            return Err(ApiError::Stale { message });
        }
        let answer = CaseAnswer { case, text: words(&text, TEXT)? };
        let fact = if closes { Fact::CaseClosed(answer) } else { Fact::CaseAnswered(answer) };
        self.record(viewer, &shipment, fact, None).await
    }

    async fn view(&self, id: ShipmentId) -> Result<ShipmentView, ApiError> {
        let (_, shipment) = self.store.shipment(id).await?.ok_or(ApiError::NotFound)?;
        Ok(shipment)
    }

    /// The shipment, and the customer whose redaction a viewer may share.
    async fn shareable(
        &self,
        viewer: &Viewer,
        id: ShipmentId,
        customer: Option<CustomerId>,
    ) -> Result<(ShipmentView, CustomerId), ApiError> {
        let shipment = self.view(id).await?;
        let customer = match viewer.audience().ok_or(ApiError::Forbidden)? {
            Audience::Customer(own) => own,
            Audience::Internal => {
                customer.or_else(|| shipment.customers().first().map(|only| only.id())).ok_or_else(|| {
                    invalid("nobody ordered this shipment yet: share it once the ERP's order is here")
                })?
            }
        };
        if redact(&shipment, customer).is_none() {
            return Err(ApiError::NotFound);
        }
        Ok((shipment, customer))
    }

    pub async fn share(
        &self,
        viewer: &Viewer,
        id: ShipmentId,
        customer: Option<CustomerId>,
        label: String,
        days: u32,
    ) -> Result<Shared, ApiError> {
        if !(1..=DAYS).contains(&days) {
            return Err(invalid(format!("{days} days are too many or none: a link lasts 1 to {DAYS}")));
        }
        let label = words(&label, LABEL)?;
        let (shipment, customer) = self.shareable(viewer, id, customer).await?;
        let token = new_token();
        let expires_at = ((self.clock)() + TimeDelta::days(i64::from(days))).fixed_offset();
        let sharing = Sharing { token_hash: token_hash(&token), customer, label, expires_at };
        self.record(viewer, &shipment, Fact::TrackingShared(sharing), None).await?;
        Ok(Shared { path: format!("/track/{token}"), shares: self.shares(viewer, id).await? })
    }

    pub async fn revoke(
        &self,
        viewer: &Viewer,
        id: ShipmentId,
        token_hash: String,
    ) -> Result<Vec<ShareLine>, ApiError> {
        let theirs = self.shares(viewer, id).await?;
        if theirs.iter().all(|share| share.token_hash != token_hash) {
            return Err(ApiError::NotFound);
        }
        let shipment = self.view(id).await?;
        self.record(viewer, &shipment, Fact::TrackingRevoked(SharingEnd { token_hash }), None).await?;
        self.shares(viewer, id).await
    }
}
