//! What a person does with exceptions, one or several at once: each is an event of its own, refused by name where somebody was
//! faster, and taken back where that is still possible.

use super::keys;
use super::queue::Queue;
use crate::api::{self, Act, ApiError, TEXT, Target};
use crate::live::{Connection, Live};
use crate::plain::{IntoPlain, Part, mark, part};
use crate::session::{Now, Session};
use chrono::{DateTime, Utc};
use domain::ExceptionId;
use domain::exception::ShipmentException;
use leptos::prelude::*;
use std::collections::HashMap;

/// Said of what did not reach the server, until it can be reached again.
const UNSENT: &str = "not sent, there is no connection. Try again";

/// How long *Snooze* lets several sleep at once.
const HOURS: u32 = 4;

/// Lets a person act on an exception, from a row, from the open case, or on all that are chosen.
#[derive(Clone, Copy)]
pub struct Actions {
    queue: Queue,
    /// Whether an action is on its way. Buttons say so and stay focusable: a disabled one would lose the focus.
    pub is_busy: RwSignal<bool>,
    /// What was refused and why, a sentence each.
    refusals: RwSignal<Vec<String>>,
    /// The exceptions that are chosen.
    pub chosen: RwSignal<Vec<ExceptionId>>,
    /// Who had each exception when it was seen last by whoever chooses: what has changed hands since is asked about.
    seen_with: StoredValue<HashMap<ExceptionId, Option<String>>>,
    /// The one that was chosen last; a range goes from there.
    anchor: StoredValue<Option<ExceptionId>>,
    /// What is shown, from top to bottom.
    order: StoredValue<Vec<ExceptionId>>,
    /// The account that acts.
    me: StoredValue<Option<String>>,
    now: Now,
    done: RwSignal<Option<Done>>,
}

/// What follows once all of an action is in the journal.
pub type Then = Box<dyn FnOnce()>;

/// What was done last.
#[derive(Clone, Debug, PartialEq)]
struct Done {
    said: String,
    /// What takes it back, each with the exception as it was left: where somebody has done more since, it is refused.
    undo: Vec<(ShipmentException, Act)>,
}

/// What takes an act back, if anything does.
fn opposite(act: &Act, before: &ShipmentException, now: DateTime<Utc>) -> Option<Act> {
    let asleep_until = before.snoozed_until.filter(|until| *until > now);
    match act {
        Act::Take if before.assignee.is_none() => Some(Act::Release),
        Act::Release => Some(Act::Take),
        Act::Snooze { .. } | Act::SnoozeUntil { .. } | Act::Wake => {
            Some(asleep_until.map_or(Act::Wake, |until| Act::SnoozeUntil { until }))
        }
        Act::Resolve { .. } => Some(Act::Reopen { text: "Resolved by mistake".to_owned() }),
        _ => None,
    }
}

/// What was done, behind `3 exceptions`.
fn past(act: &Act) -> &'static str {
    match act {
        Act::Take => "taken",
        Act::Release => "released",
        Act::Snooze { .. } | Act::SnoozeUntil { .. } => "snoozed",
        Act::Wake => "woken",
        Act::Note { .. } => "noted",
        Act::Resolve { .. } | Act::ResolveAs { .. } => "resolved",
        Act::Reopen { .. } => "reopened",
        // What plain forms do says so itself, by the page that follows.
        Act::Assign { .. }
        | Act::SnoozeUntilNews
        | Act::Merge { .. }
        | Act::Link { .. }
        | Act::Ask { .. }
        | Act::Decide { .. } => "changed",
    }
}

fn named(exception: &ShipmentException) -> String {
    format!("{}, {}", exception.number, exception.rule.label())
}

impl Actions {
    pub fn new(queue: Queue) -> Self {
        let actions = Self {
            queue,
            is_busy: RwSignal::new(false),
            refusals: RwSignal::new(Vec::new()),
            chosen: RwSignal::new(Vec::new()),
            seen_with: StoredValue::new(HashMap::new()),
            anchor: StoredValue::new(None),
            order: StoredValue::new(Vec::new()),
            me: StoredValue::new(Session::current().viewer.map(|viewer| viewer.account)),
            now: Now::current(),
            done: RwSignal::new(None),
        };
        let connection = expect_context::<Live>().connection();
        Effect::new(move |_| {
            let is_unsent = |said: &String| said.ends_with(UNSENT);
            if connection.get() == Connection::Live
                && actions.refusals.with_untracked(|refused| refused.iter().any(is_unsent))
            {
                actions.refusals.update(|refused| refused.retain(|said| !is_unsent(said)));
            }
        });
        actions
    }

    /// Does the same with each. Empties `draft` once what it says is in the journal; until then nobody loses what they wrote.
    pub fn act(self, exceptions: Vec<ShipmentException>, act: Act, draft: Option<RwSignal<String>>) {
        self.run(exceptions.into_iter().map(|one| (one, act.clone())).collect(), draft, true, None);
    }

    /// As [`Self::act`] with one, and then something else.
    pub fn act_then(self, exception: ShipmentException, act: Act, draft: RwSignal<String>, then: Then) {
        self.run(vec![(exception, act)], Some(draft), true, Some(then));
    }

    fn run(
        self,
        acts: Vec<(ShipmentException, Act)>,
        draft: Option<RwSignal<String>>,
        may_be_undone: bool,
        then: Option<Then>,
    ) {
        let Self { queue, is_busy, refusals, done, chosen, now, .. } = self;
        let Some((first, _)) = acts.first().filter(|_| !is_busy.get_untracked()) else { return };
        let first = first.id;
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let (mut refused, mut undo, mut taken_in) = (Vec::new(), Vec::new(), Vec::new());
            let now = now.get_untracked();
            let word = acts.first().map_or("", |(_, act)| past(act));
            for (exception, act) in acts {
                let back = opposite(&act, &exception, now).filter(|_| may_be_undone);
                match api::act(Target::of(&exception), act).await.and_then(|now| now.read()) {
                    Ok(now) => {
                        // What was done needs no more doing; what was refused stays chosen.
                        let _ = chosen.try_update(|chosen| chosen.retain(|one| *one != now.id));
                        undo.extend(back.map(|back| (now.clone(), back)));
                        taken_in.push(named(&now));
                        queue.take_in(vec![now]);
                    }
                    // How it is by now comes with the live view.
                    Err(ApiError::Unreachable) => refused.push(format!("{}: {UNSENT}", named(&exception))),
                    Err(error) => refused.push(format!("{}: {error}", named(&exception))),
                }
            }
            // The page may be gone by now.
            let _ = is_busy.try_set(false);
            let is_done = refused.is_empty();
            if is_done {
                draft.and_then(|draft| draft.try_set(String::new()));
            }
            let _ = refusals.try_set(refused);
            keys::rescue(first);
            let said = match &taken_in[..] {
                // What was said of something else would read as an answer to this.
                [] => {
                    let _ = done.try_set(None);
                    return;
                }
                [one] => format!("{one}: {word}"),
                several => format!("{} exceptions {word}", several.len()),
            };
            let _ = done.try_set(Some(Done { said, undo }));
            if let Some(then) = then.filter(|_| is_done) {
                then();
            }
        });
    }

    /// Takes back what was done last, as far as nobody has done more since.
    fn undo(self) {
        let Some(done) = self.done.get_untracked() else { return };
        self.run(done.undo, None, false, None);
    }

    fn known(self, id: ExceptionId) -> Option<ShipmentException> {
        untrack(|| self.queue.find(id)).map(|row| row.with_untracked(|row| row.exception.clone()))
    }

    /// Takes in what is shown now. Nothing stays chosen that nobody sees any more.
    pub fn show(self, order: Vec<ExceptionId>) {
        let is_hidden = |one: &ExceptionId| !order.contains(one);
        if self.chosen.with_untracked(|chosen| chosen.iter().any(is_hidden)) {
            self.chosen.update(|chosen| chosen.retain(|one| !is_hidden(one)));
        }
        self.order.set_value(order);
    }

    /// Notes who has what is chosen, as it stands now; of what was chosen before, as it stood then, unless that `was_told`.
    fn note_holders(self, was_told: bool) {
        let mut before = self.seen_with.get_value();
        let held = self.all_chosen().into_iter().map(|one| {
            let known = before.remove(&one.id).filter(|_| !was_told);
            (one.id, known.unwrap_or(one.assignee))
        });
        self.seen_with.set_value(held.collect());
    }

    /// Of what is chosen, what others have taken since it was chosen: it is named, and acted on at a second try.
    fn taken_meanwhile(self) -> Vec<ShipmentException> {
        let me = self.me.get_value();
        let seen = self.seen_with.get_value();
        let is_taken = |one: &ShipmentException| {
            one.assignee.is_some()
                && one.assignee != me
                && seen.get(&one.id).is_some_and(|had| *had != one.assignee)
        };
        let taken: Vec<_> = self.all_chosen().into_iter().filter(is_taken).collect();
        if !taken.is_empty() {
            self.note_holders(true);
        }
        taken
    }

    /// Chooses an exception or lets it go; as a range, chooses all from the one that was chosen last.
    pub fn choose(self, id: ExceptionId, is_range: bool) {
        let range = self.order.with_value(|order| {
            let place = |wanted: ExceptionId| order.iter().position(|one| *one == wanted);
            let from = self.anchor.get_value().filter(|_| is_range).and_then(place)?;
            let to = place(id)?;
            Some(order[from.min(to)..=from.max(to)].to_vec())
        });
        self.chosen.update(|chosen| match range {
            Some(range) => {
                let new: Vec<_> = range.into_iter().filter(|one| !chosen.contains(one)).collect();
                chosen.extend(new);
            }
            None if chosen.contains(&id) => chosen.retain(|one| *one != id),
            None => chosen.push(id),
        });
        self.anchor.set_value(Some(id));
        self.note_holders(false);
    }

    /// Lets all go that are chosen; whether there were any.
    pub fn choose_none(self) -> bool {
        let any = !self.chosen.with_untracked(Vec::is_empty);
        if any {
            self.chosen.set(Vec::new());
        }
        any
    }

    fn all_chosen(self) -> Vec<ShipmentException> {
        self.chosen.get_untracked().into_iter().filter_map(|id| self.known(id)).collect()
    }

    /// Takes all that are chosen; releases them where all are one's own already.
    pub fn turn_chosen(self) -> bool {
        let me = self.me.get_value();
        let all_mine = self.all_chosen().iter().all(|one| one.assignee.is_some() && one.assignee == me);
        self.act_on_chosen(if all_mine { Act::Release } else { Act::Take }, None);
        true
    }

    fn act_on_chosen(self, act: Act, draft: Option<RwSignal<String>>) {
        let me = self.me.get_value();
        let taken = self.taken_meanwhile();
        if !taken.is_empty() {
            let said = taken.iter().map(|one| {
                let who = one.assignee.as_deref().unwrap_or("somebody");
                format!("{}: {who} has taken it since you chose it. Nothing was done yet: do it again, or leave it out", named(one))
            });
            self.refusals.set(said.collect());
            self.done.set(None);
            return;
        }
        // One releases what one has, and takes what one has not; with the rest nothing is to be done.
        let is_meant = |one: &ShipmentException| match act {
            Act::Release => one.assignee.is_some() && one.assignee == me,
            Act::Take => one.assignee != me,
            _ => true,
        };
        let meant: Vec<_> = self.all_chosen().into_iter().filter(is_meant).collect();
        if meant.is_empty() {
            let said = match act {
                Act::Release => "None of the chosen is yours: there is nothing to release.",
                _ => "All of the chosen are yours already.",
            };
            self.refusals.set(vec![said.to_owned()]);
        }
        self.act(meant, act, draft);
    }

    /// A line of text for all that are chosen.
    fn bulk_words(
        self,
        class: &'static str,
        label: &'static str,
        button: &'static str,
        draft: RwSignal<String>,
        act: fn(String) -> Act,
    ) -> AnyView {
        let submitted = move |event: web_sys::SubmitEvent| {
            event.prevent_default();
            self.act_on_chosen(act(draft.get_untracked()), Some(draft));
        };
        view! {
            <form class=class on:submit=submitted>
                <input
                    type="text"
                    required
                    placeholder=label
                    aria-label=format!("{label} about all that are chosen")
                    maxlength=TEXT.to_string()
                    prop:value=move || draft.get()
                    on:input=move |event| draft.set(event_target_value(&event))
                />
                <button type="submit" class="quiet" aria-disabled=mark("true", move || self.is_busy.get())>
                    {button}
                </button>
            </form>
        }
        .plain()
    }

    /// What can be done with all that are chosen.
    pub fn bulk(self) -> Part {
        let count = Memo::new(move |_| self.chosen.with(Vec::len));
        let (note, reason) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
        part(move || {
            let count = count.get();
            let button = |class: &'static str, label: &'static str, act: Act| {
                view! {
                    <button
                        type="button"
                        class=class
                        aria-disabled=mark("true", move || self.is_busy.get())
                        on:click=move |_| self.act_on_chosen(act.clone(), None)
                    >
                        {label}
                    </button>
                }
            };
            let bar = (count > 0).then(|| {
                view! {
                    <div class="bulk" role="group" aria-label="With all that are chosen">
                        <p role="status">{format!("{count} chosen")}</p>
                        {button("quiet", "Take", Act::Take)}
                        {button("quiet", "Release", Act::Release)}
                        {button("quiet snooze", "Snooze 4 hours", Act::Snooze { hours: HOURS })}
                        {self.bulk_words("note", "Note", "Add note", note, |text| Act::Note { text })}
                        {self.bulk_words("ending", "What was done", "Resolve", reason, |reason| Act::Resolve { reason })}
                        <button type="button" class="quiet" on:click=move |_| self.chosen.set(Vec::new())>
                            "Choose none"
                        </button>
                    </div>
                }
            });
            bar.plain()
        })
    }

    /// What was refused, by name.
    pub fn refusals(self) -> Part {
        part(move || {
            let refused = self.refusals.get();
            let shown = (!refused.is_empty()).then(|| {
                let refused = refused.into_iter().map(|sentence| view! { <p>{sentence}</p> }).collect_view();
                view! {
                    <div class="refusal" role="alert">
                        <div>{refused}</div>
                        <button type="button" class="quiet" on:click=move |_| self.refusals.set(Vec::new())>
                            "Close this message"
                        </button>
                    </div>
                }
            });
            shown.plain()
        })
    }

    /// What was done last, and the way back. It stays until something else is done or somebody closes it.
    pub fn toast(self) -> Part {
        part(move || {
            let shown = self.done.get().map(|Done { said, undo }| {
                let undo = (!undo.is_empty()).then(|| {
                    view! {
                        <button type="button" class="quiet undo" on:click=move |_| self.undo()>
                            "Undo " <kbd>"u"</kbd>
                        </button>
                    }
                });
                view! {
                    <div class="toast">
                        <p role="status">{said}</p>
                        {undo}
                        <button
                            type="button"
                            class="quiet"
                            aria-label="Close this message"
                            on:click=move |_| self.done.set(None)
                        >
                            "×"
                        </button>
                    </div>
                }
            });
            shown.plain()
        })
    }
}
