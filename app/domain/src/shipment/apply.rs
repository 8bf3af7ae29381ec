//! One step of the fold: what one event changes. Steps run in the total order of [`Event::fold_order`], so each may
//! simply let the later statement win.

use super::state::{
    Appointment, Approval, Cancelled, Case, CaseMessage, Decided, Delay, Eta, Hold, LastPosition, Refused,
    State, Stop, Tender, TenderState,
};
use crate::authority::Role;
use crate::event::Event;
use crate::fact::{AppointmentTerms, ApprovalDecision, Fact, Plan, TenderAnswer};
use crate::fold::FoldState;
use crate::id::{CaseId, ShipmentId};
use crate::time::Moment;

impl FoldState for State {
    type Id = ShipmentId;

    fn apply(&mut self, event: &Event) {
        let at = event.occurred_at;
        if event.role == Role::Tms {
            self.heard_at = Some(at);
            self.heard_from = Some(event.source.to_string());
        }
        match &event.fact {
            Fact::ShipmentPlanned(plan) => self.plan(plan),
            Fact::ShipmentCancelled(cancelled) => {
                self.cancelled = Some(Cancelled { at, reason: cancelled.reason.clone() });
            }
            Fact::TenderOffered(offer) => {
                let tender = self.tender(&offer.tender, at);
                tender.carrier = Some(offer.carrier.clone());
                tender.state = TenderState::Offered;
                tender.at = at;
                tender.expires_at = offer.expires_at;
            }
            Fact::TenderAccepted(answer) => {
                self.answer(answer, TenderState::Accepted, at);
                let carrier = self.tender(&answer.tender, at).carrier.clone();
                self.carrier = carrier.or_else(|| self.carrier.take());
            }
            Fact::TenderRejected(answer) => self.decline(answer, TenderState::Rejected, at),
            Fact::TenderExpired(answer) => self.decline(answer, TenderState::Expired, at),
            Fact::CarrierAssigned(assignment) => {
                self.assigned_at = Some(at);
                self.carrier = Some(assignment.carrier.clone());
                self.vehicle.clone_from(&assignment.vehicle);
            }
            Fact::AppointmentScheduled(terms) | Fact::AppointmentRescheduled(terms) => self.appoint(terms),
            Fact::AppointmentMissed(stop) => self.stop(&stop.stop).missed_at = Some(at),
            Fact::PickupReadied(stop) => self.stop(&stop.stop).ready_at = Some(at),
            Fact::StopArrived(stop) => {
                let stop = self.stop(&stop.stop);
                // Coming back after a departure is another visit; a second arrival without one is an echo.
                if stop.departed_at.take().is_some() {
                    stop.arrived_at = Some(at);
                }
                stop.arrived_at.get_or_insert(at);
            }
            Fact::StopLoaded(handled) => {
                let stop = self.stop(&handled.stop);
                stop.loaded_at = Some(at);
                stop.handled.clone_from(&handled.lines);
            }
            Fact::StopDeparted(stop) => self.stop(&stop.stop).departed_at = Some(at),
            Fact::ShipmentSentOutForDelivery(stop) => self.stop(&stop.stop).sent_out_at = Some(at),
            Fact::StopDelivered(handled) => {
                let stop = self.stop(&handled.stop);
                stop.delivered_at = Some(at);
                stop.refused = None;
                stop.handled.clone_from(&handled.lines);
            }
            Fact::StopRefused(refusal) => {
                self.stop(&refusal.stop).refused = Some(Refused { at, reason: refusal.reason.clone() });
            }
            Fact::PositionReported(report) => {
                self.position =
                    Some(LastPosition { at, position: report.position, near: report.near.clone() });
            }
            Fact::EtaChanged(statement) => {
                self.stop(&statement.stop).etas.push(Eta {
                    eta: statement.eta,
                    stated_at: at,
                    reason: statement.reason,
                });
            }
            Fact::DelayReported(delay) => {
                self.delay = Some(Delay { reported_at: at, reason: delay.reason, minutes: delay.minutes });
            }
            Fact::CustomsHeld(hold) => {
                self.hold =
                    Some(Hold { since: at, office: hold.office.clone(), reason: hold.reason.clone() });
            }
            Fact::CustomsReleased(_) => self.hold = None,
            Fact::PodReceived(pod) => {
                let stop = self.stop(&pod.stop);
                stop.refused.take_if(|refused| refused.at <= pod.signed_at);
                stop.pod = Some(pod.clone());
            }
            Fact::DocumentAttached(document) => {
                replace_or_push(&mut self.documents, document.clone(), |one| &one.document);
            }
            Fact::ChargeStated(charge) => {
                replace_or_push(&mut self.charges, charge.clone(), |one| &one.charge);
            }
            Fact::DeadlinePassed(deadline) => self.passed.push(deadline.clone()),
            Fact::CaseOpened(opening) => {
                let case = self.case(opening.case);
                // A case belongs to who opened it first: nobody can take over another's conversation.
                case.customer.get_or_insert(opening.customer);
                case.kind.get_or_insert(opening.kind);
                case.messages.push(said(event, &opening.text));
            }
            Fact::CaseAnswered(answer) => self.case(answer.case).messages.push(said(event, &answer.text)),
            Fact::CaseClosed(answer) => {
                let case = self.case(answer.case);
                case.messages.push(said(event, &answer.text));
                case.closed_at = Some(at);
            }
            Fact::ApprovalRequested(request) => {
                let asked = Approval {
                    approval: request.approval,
                    what: request.what.clone(),
                    reason: request.reason.clone(),
                    asked_at: at,
                    asked_by: event.actor.clone(),
                    decided: None,
                };
                if self.approvals.iter().all(|one| one.approval != request.approval) {
                    self.approvals.push(asked);
                }
            }
            Fact::ApprovalGranted(decision) => self.decide(event, decision, true),
            Fact::ApprovalRefused(decision) => self.decide(event, decision, false),
            // The rest is about orders, master data, exceptions or share links: it is kept with the shipment's
            // events but its state is held elsewhere.
            Fact::OrderReleased(_)
            | Fact::OrderChanged(_)
            | Fact::OrderCancelled(_)
            | Fact::OrderInvoiced(_)
            | Fact::InvoiceDisputed(_)
            | Fact::InvoicePaid(_)
            | Fact::OrderReturned(_)
            | Fact::InvoiceHeld(_)
            | Fact::InvoiceReleased(_)
            | Fact::CustomerRegistered(_)
            | Fact::ItemRegistered(_)
            | Fact::LocationRegistered(_)
            | Fact::RulebookChanged(_)
            | Fact::SubscriptionChanged(_)
            | Fact::FeedFellSilent(_)
            | Fact::FeedPartsRefused(_)
            | Fact::FeedPartAccepted(_)
            | Fact::EventRetracted(_)
            | Fact::OrderEventRetracted(_)
            | Fact::ExceptionAssigned(_)
            | Fact::ExceptionSnoozed(_)
            | Fact::ExceptionNoted(_)
            | Fact::ExceptionResolved(_)
            | Fact::ExceptionReopened(_)
            | Fact::ExceptionMerged(_)
            | Fact::ExceptionLinked(_)
            | Fact::TrackingShared(_)
            | Fact::TrackingRevoked(_) => {}
        }
    }
}

impl State {
    fn plan(&mut self, plan: &Plan) {
        self.is_planned = true;
        self.cancelled = None;
        self.mode = Some(plan.mode);
        self.orders.clone_from(&plan.orders);
        self.references.clone_from(&plan.references);
        if plan.carrier.is_some() {
            self.carrier.clone_from(&plan.carrier);
        }
        // Stops that the new plan drops stay where something has happened there.
        self.stops
            .retain(|stop| stop.has_begun() || plan.stops.iter().any(|planned| planned.stop == stop.stop));
        for planned in &plan.stops {
            let stop = self.stop(&planned.stop);
            stop.kind = Some(planned.kind);
            stop.location = Some(planned.location.clone());
            if stop.planned.replace(planned.planned) != Some(planned.planned) {
                stop.missed_at = None;
            }
            stop.orders.clone_from(&planned.orders);
        }
        // Stops that happened but are planned no more stand behind the planned ones.
        self.stops.sort_by_key(|stop| {
            plan.stops.iter().position(|planned| planned.stop == stop.stop).unwrap_or(usize::MAX)
        });
    }

    fn appoint(&mut self, terms: &AppointmentTerms) {
        let stop = self.stop(&terms.stop);
        let moved = stop.appointment.as_ref().map_or(0, |earlier| earlier.moved + 1);
        stop.missed_at = None;
        stop.appointment = Some(Appointment { window: terms.window, moved, reason: terms.reason.clone() });
    }

    fn answer(&mut self, answer: &TenderAnswer, state: TenderState, at: Moment) {
        let tender = self.tender(&answer.tender, at);
        tender.state = state;
        tender.at = at;
        tender.reason.clone_from(&answer.reason);
    }

    fn decline(&mut self, answer: &TenderAnswer, state: TenderState, at: Moment) {
        self.answer(answer, state, at);
        let declined = self.tender(&answer.tender, at).carrier.clone();
        self.carrier.take_if(|carrier| declined.is_some_and(|declined| declined.code == carrier.code));
    }

    fn tender(&mut self, number: &str, at: Moment) -> &mut Tender {
        find_or_push(
            &mut self.tenders,
            |tender| tender.tender == number,
            || Tender {
                tender: number.to_owned(),
                carrier: None,
                state: TenderState::Offered,
                at,
                expires_at: None,
                reason: None,
            },
        )
    }

    fn stop(&mut self, number: &str) -> &mut Stop {
        find_or_push(
            &mut self.stops,
            |stop| stop.stop == number,
            || Stop { stop: number.to_owned(), ..Stop::default() },
        )
    }

    /// Whoever asked cannot be who decides, and a word that was given stands.
    fn decide(&mut self, event: &Event, decision: &ApprovalDecision, is_granted: bool) {
        let open = |one: &&mut Approval| {
            one.approval == decision.approval && one.decided.is_none() && one.asked_by != event.actor
        };
        if let Some(approval) = self.approvals.iter_mut().find(open) {
            approval.decided = Some(Decided {
                at: event.occurred_at,
                by: event.actor.clone(),
                is_granted,
                reason: decision.reason.clone(),
            });
        }
    }

    fn case(&mut self, id: CaseId) -> &mut Case {
        find_or_push(
            &mut self.cases,
            |case| case.case == id,
            || Case { case: id, customer: None, kind: None, messages: Vec::new(), closed_at: None },
        )
    }
}

fn said(event: &Event, text: &str) -> CaseMessage {
    CaseMessage { at: event.occurred_at, by: event.actor.clone(), role: event.role, text: text.to_owned() }
}

fn find_or_push<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool, make: impl FnOnce() -> T) -> &mut T {
    let place = list.iter().position(is_it).unwrap_or_else(|| {
        list.push(make());
        list.len() - 1
    });
    &mut list[place]
}

fn replace_or_push<T>(list: &mut Vec<T>, item: T, key: impl Fn(&T) -> &String) {
    match list.iter().position(|one| key(one) == key(&item)) {
        Some(place) => list[place] = item,
        None => list.push(item),
    }
}
