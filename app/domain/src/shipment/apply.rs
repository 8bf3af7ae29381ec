//! One step of the fold: what one event changes. Steps run in the total order of [`crate::event::Recorded::fold_order`], so each may
//! simply let the later statement win.

use super::state::{
    Appointment, Approval, Attempted, Cancelled, Case, CaseMessage, Collection, Decided, Delay, Doubt, Ended,
    Eta, Handling, Hold, Refused, State, Stop, Tender, TenderState,
};
use crate::authority::Role;
use crate::consignment::same_number;
use crate::event::{Event, HISTORY};
use crate::fact::{
    AppointmentTerms, ApprovalDecision, Ending, Fact, Handled, PodStatement, StopKind, TenderAnswer,
};
use crate::fold::{AHEAD, FoldState};
use crate::id::{CaseId, ShipmentId};
use crate::time::Moment;
use chrono::TimeDelta;

/// How long after a departure an arrival at the same stop is the echo of one visit: a geofence beside a driver's app.
const ECHO: TimeDelta = TimeDelta::minutes(15);

/// How far the clocks of those who load and those who sign may be apart.
const CLOCKS: TimeDelta = TimeDelta::hours(1);

impl FoldState for State {
    type Id = ShipmentId;

    fn claim(&mut self, event: &Event) {
        if self.planned_by.is_none() && matches!(event.fact, Fact::ShipmentPlanned(_)) {
            self.planned_by = Some(event.source.to_string());
        }
    }

    fn apply(&mut self, event: &Event) {
        let at = event.occurred_at;
        if event.role == Role::Tms && self.is_of_another(event.source.as_str()) {
            return;
        }
        if let Fact::ShipmentPlanned(plan) = &event.fact
            && self.clashes(event, plan)
        {
            return;
        }
        if event.role == Role::Tms {
            self.heard_at = Some(at);
            self.heard_from = Some(event.source.to_string());
        }
        match &event.fact {
            Fact::ShipmentPlanned(plan) => {
                self.planned_at = Some(at);
                self.plan(plan);
            }
            Fact::ShipmentCancelled(cancelled) => {
                self.cancelled = Some(Cancelled { at, reason: cancelled.reason.clone() });
            }
            Fact::TenderOffered(offer) => {
                let tender = self.tender(&offer.tender, at);
                let is_other = tender.carrier.as_ref().is_some_and(|known| known.code != offer.carrier.code);
                tender.offered_again += u32::from(is_other);
                tender.reason = None;
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
                self.arrive(&stop.stop, at);
                if self.stop(&stop.stop).is_delivery() {
                    self.goes_out_again(false);
                }
            }
            Fact::StopLoaded(handled) => {
                let stop = self.stop(&handled.stop);
                stop.loaded_at = Some(at);
                add(&mut stop.loads, at, handled);
                self.goes_again(handled);
            }
            Fact::StopDeparted(stop) => {
                let stop = self.stop(&stop.stop);
                stop.departed_at = Some(at);
                if stop.kind == Some(StopKind::Pickup) {
                    self.goes_out_again(false);
                }
            }
            Fact::ShipmentSentOutForDelivery(stop) => {
                self.stop(&stop.stop).sent_out_at = Some(at);
                self.goes_out_again(true);
            }
            Fact::StopDelivered(handled) => {
                self.goes_again(handled);
                let stop = self.stop(&handled.stop);
                stop.delivered_at = Some(at);
                stop.refused = None;
                stop.collection = None;
                add(&mut stop.hand_overs, at, handled);
            }
            Fact::StopRefused(refusal) => {
                self.stop(&refusal.stop).refused = Some(Refused { at, reason: refusal.reason.clone() });
            }
            Fact::DeliveryAttempted(attempt) => {
                let attempted = Attempted { at, reason: attempt.reason.clone(), next: attempt.next };
                self.stop(&attempt.stop).attempts.push(attempted);
            }
            Fact::CollectionReadied(point) => {
                let collection = Collection { since: at, place: point.place.clone(), until: point.until };
                self.stop(&point.stop).collection = Some(collection);
            }
            Fact::ShipmentReturned(ending) => self.returned.push(ended(at, ending)),
            Fact::ShipmentWrittenOff(ending) => self.written_off.push(ended(at, ending)),
            Fact::PositionReported(report) => self.see(event, report),
            Fact::EtaChanged(statement) => {
                let etas = &mut self.stop(&statement.stop).etas;
                let (eta, is_day) = (statement.eta, statement.day);
                let said = Eta { eta, is_day, stated_at: at, reason: statement.reason };
                match etas.last_mut() {
                    // Said again, it is no other time; but it stands from now on.
                    Some(last) if (last.eta, last.reason) == (said.eta, said.reason) => last.stated_at = at,
                    _ => etas.push(said),
                }
            }
            Fact::DelayReported(delay) => {
                self.delay = Some(Delay { reported_at: at, reason: delay.reason, minutes: delay.minutes });
            }
            Fact::CustomsHeld(hold) => {
                let known = self.holds.iter().position(|known| is_same_office(&known.office, &hold.office));
                // Said again, it has lasted since it was said first.
                let since = known.map_or(at, |place| self.holds.remove(place).since);
                let (office, reason) = (hold.office.clone(), hold.reason.clone());
                self.holds.push(Hold { since, office, reason });
            }
            Fact::CustomsReleased(release) => {
                self.holds.retain(|known| !is_same_office(&known.office, &release.office));
            }
            Fact::PodReceived(pod) => {
                let doubt = if pod.signed_at - at > AHEAD {
                    Some(Doubt::SignedLater)
                } else {
                    self.is_before_it_began(pod.signed_at).then_some(Doubt::SignedBefore)
                };
                if let Some(doubt) = doubt {
                    self.doubt(event, doubt);
                }
                let stop = self.stop(&pod.stop);
                // Nobody reports a signature before it was given, nor signs for goods that had not left.
                let signed_at = if doubt.is_some() { at } else { pod.signed_at };
                stop.refused.take_if(|refused| refused.at <= signed_at);
                stop.pod = Some(PodStatement { signed_at, ..pod.clone() });
                stop.proof_came_at = Some(at);
            }
            Fact::DocumentAttached(document) => {
                replace_or_push(&mut self.documents, document.clone(), |one| &one.document);
            }
            Fact::ChargeStated(charge) => {
                replace_or_push(&mut self.charges, charge.clone(), |one| &one.charge);
            }
            Fact::LegStated(leg) => {
                replace_or_push(&mut self.legs, leg.clone(), |one| &one.order);
                self.mark_hubs();
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
            | Fact::EndpointFailed(_)
            | Fact::EndpointRecovered(_)
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
    /// A truck came. Right behind its departure that is the echo of the visit, or its arrival that was missing; later it is
    /// another visit, unless the goods have reached a stop behind this one meanwhile.
    fn arrive(&mut self, number: &str, at: Moment) {
        let place = self.place_of(number);
        let has_gone_on = place.is_some_and(|place| self.stops[place + 1..].iter().any(Stop::has_begun));
        let stop = self.stop(number);
        match stop.departed_at {
            Some(departed_at) if at - departed_at > ECHO && !has_gone_on => {
                stop.departed_at = None;
                stop.arrived_at = Some(at);
            }
            Some(departed_at) if at - departed_at > ECHO => {}
            // Whoever arrives again after days was not here all the while.
            _ if stop.arrived_at.is_some_and(|earlier| at - earlier > HISTORY) => stop.arrived_at = Some(at),
            _ => {
                stop.arrived_at.get_or_insert(at);
            }
        }
    }

    /// Whether a moment lies long before the first pickup, or, where that was told, before the goods left.
    fn is_before_it_began(&self, at: Moment) -> bool {
        let pickups = || self.stops.iter().filter(|stop| stop.kind == Some(StopKind::Pickup));
        // Of several loadings the first: what it took may have been signed for before the next.
        let first = |stop: &Stop| stop.loads.first().map(|load| load.at).or(stop.departed_at);
        let left_at = pickups().filter_map(first).min();
        let planned_at = pickups().filter_map(Stop::expected).map(|window| window.from).min();
        match (left_at, planned_at) {
            (Some(left_at), _) => left_at - at > CLOCKS,
            (None, Some(planned_at)) => planned_at - at > HISTORY,
            (None, None) => false,
        }
    }

    /// What was back, or given up, and is loaded or handed over now is so no more; of other orders it still is.
    fn goes_again(&mut self, handled: &Handled) {
        let named = handled.lines.iter().map(|line| line.order.clone());
        let mut moved: Vec<String> = named.collect();
        if moved.is_empty() {
            moved.clone_from(&self.stop(&handled.stop).orders);
        }
        if moved.is_empty() {
            moved.clone_from(&self.orders);
        }
        let orders = self.orders.clone();
        let is_moved = |order: &String| moved.iter().any(|one| same_number(one, order));
        for ended in self.returned.iter_mut().chain(&mut self.written_off) {
            if ended.orders.is_empty() {
                ended.orders.clone_from(&orders);
            }
            ended.orders.retain(|order| !is_moved(order));
        }
        let is_of_some = |ended: &Ended| !ended.orders.is_empty();
        self.returned.retain(is_of_some);
        self.written_off.retain(is_of_some);
    }

    /// A truck that goes on has what was given up, unless other orders are on it too; what was back with its sender as well where it
    /// is sent out or planned anew since: whoever brought goods back leaves without them.
    fn goes_out_again(&mut self, is_sent_out: bool) {
        let (orders, planned_at) = (&self.orders, self.planned_at);
        let is_all = |ended: &Ended| {
            ended.orders.is_empty() || orders.iter().all(|order| ended.orders.contains(order))
        };
        let is_sent =
            |ended: &Ended| is_sent_out || planned_at.is_some_and(|planned_at| planned_at > ended.at);
        self.returned.retain(|ended| !(is_all(ended) && is_sent(ended)));
        self.written_off.retain(|ended| !is_all(ended));
    }

    fn appoint(&mut self, terms: &AppointmentTerms) {
        let stop = self.stop(&terms.stop);
        let earlier = stop.appointment.take();
        // Booked again for the same time, nothing was moved, and what was missed stays missed.
        if let Some(same) = earlier.as_ref().filter(|earlier| earlier.window == terms.window) {
            stop.appointment = Some(same.clone());
            return;
        }
        let moved = earlier.map_or(0, |earlier| earlier.moved + 1);
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
                offered_again: 0,
            },
        )
    }

    /// The stop of a number, planned or not.
    fn stop(&mut self, number: &str) -> &mut Stop {
        let place = self.place_of(number).unwrap_or_else(|| {
            self.stops.push(Stop { stop: number.to_owned(), ..Stop::default() });
            self.stops.len() - 1
        });
        &mut self.stops[place]
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

/// Adds a loading or a hand-over to those before it. The same one, told twice, is one.
fn add(to: &mut Vec<Handling>, at: Moment, handled: &Handled) {
    let handling = Handling { at, lines: handled.lines.clone(), left_with: handled.left_with.clone() };
    if !to.contains(&handling) {
        to.push(handling);
    }
}

fn ended(at: Moment, ending: &Ending) -> Ended {
    Ended { at, orders: ending.orders.clone(), reason: ending.reason.clone() }
}

fn is_same_office(one: &str, other: &str) -> bool {
    let words = |office: &str| office.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    words(one) == words(other)
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
