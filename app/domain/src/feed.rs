//! A source's feed as a whole, and what is wrong with it: that nothing comes, that parts of it can't be used, that it names
//! what no master data knows. One cause is one exception, however many shipments it touches.

mod catalogue;

pub use catalogue::{Catalogue, Mismatch};

use crate::deadline::{Deadline, DeadlineKind};
use crate::event::Recorded;
use crate::exception::{Severity, ShipmentException};
use crate::fact::{Approvable, EndpointFailure, Fact, FeedSilence, RefusedFor, RefusedParts};
use crate::id::{ApprovalId, Seq, ShipmentId};
use crate::message::{Addressed, of_exceptions};
use crate::party::Tier;
use crate::rulebook::Rulebook;
use crate::rules::{About, Condition, Rule, carry_out, evaluate, restate};
use crate::service_level;
use crate::time::{Moment, format_moment};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// How many numbers an exception names.
const NAMED: usize = 20;
/// How many causes are told apart at one time; the others are one together.
const CAUSES: usize = 50;
const OTHERS: &str = "many more causes";

/// What is known of a source's feed, beside its exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Feed {
    pub id: ShipmentId,
    /// The source's name.
    pub source: String,
    /// The position of the last event that changed anything about it.
    pub seq: Seq,
    /// That nothing comes, since when.
    pub silence: Option<FeedSilence>,
    /// That messages to an endpoint do not get through, where it is one and no source.
    pub failure: Option<EndpointFailure>,
    pub troubles: Vec<Trouble>,
    /// Moments of its own and of its exceptions that went by.
    pub passed: Vec<Deadline>,
    /// What somebody asked a second person to take in.
    asked: Vec<Asked>,
    /// Parts that a second person let in and that are not yet.
    pub granted: Vec<i64>,
}

/// Something that is wrong for one cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trouble {
    pub rule: Rule,
    pub cause: String,
    pub since: Moment,
    pub count: u64,
    /// Numbers of shipments and orders that it touches, the last ones.
    pub about: Vec<String>,
    /// Why, of the last time.
    pub reason: String,
    /// The last part in quarantine; none where nothing waits there.
    pub last: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    approval: ApprovalId,
    part: i64,
    by: Option<String>,
}

/// What an event did to a feed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FeedConsequences {
    /// The indices of the exceptions that changed, each once.
    pub exceptions: Vec<usize>,
    /// What others must learn.
    pub notices: Vec<Addressed>,
    /// Parts of quarantine that are seen to: those of a cause up to one, or one alone.
    pub settled: Vec<Settled>,
}

/// Parts of quarantine that nobody has to look at any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settled {
    Cause { cause: String, last: i64 },
    Part(i64),
}

/// A feed with its exceptions, all that there ever were, in the order of their opening.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackedFeed {
    pub feed: Feed,
    pub exceptions: Vec<ShipmentException>,
    conditions: Vec<Condition>,
}

impl TrackedFeed {
    /// The feed of a source of which nothing is wrong yet.
    pub fn new(source: &str) -> Self {
        let feed = Feed {
            id: ShipmentId::of_feed(source),
            source: source.to_owned(),
            seq: Seq(0),
            silence: None,
            failure: None,
            troubles: Vec::new(),
            passed: Vec::new(),
            asked: Vec::new(),
            granted: Vec::new(),
        };
        Self { feed, exceptions: Vec::new(), conditions: Vec::new() }
    }

    /// A feed as the store kept it. No rule fires.
    pub fn restored(feed: Feed, exceptions: Vec<ShipmentException>) -> Self {
        let conditions = feed.conditions();
        Self { feed, exceptions, conditions }
    }

    /// Takes in an event about the feed or one of its exceptions.
    pub fn apply(&mut self, recorded: &Recorded, book: &Rulebook) -> FeedConsequences {
        let event = &recorded.event;
        let mut changed = Vec::new();
        for (index, exception) in self.exceptions.iter_mut().enumerate() {
            if exception.act(event, recorded.recorded_at) {
                changed.push(index);
            }
        }
        let mut settled = Vec::new();
        match &event.fact {
            Fact::FeedFellSilent(silence) => self.feed.silence = Some(silence.clone()),
            Fact::EndpointFailed(failure) => self.feed.failure = Some(failure.clone()),
            Fact::EndpointRecovered(_) => self.feed.failure = None,
            Fact::FeedPartsRefused(parts) => self.feed.refuse(parts, event.occurred_at),
            Fact::FeedPartAccepted(accepted) => {
                self.feed.granted.retain(|part| *part != accepted.part);
                settled.push(Settled::Part(accepted.part));
            }
            Fact::DeadlinePassed(deadline) => self.feed.passed.push(deadline.clone()),
            Fact::ApprovalRequested(request) => {
                if let Approvable::AcceptPart { part, .. } = request.what {
                    let (approval, by) = (request.approval, event.actor.clone());
                    self.feed.asked.push(Asked { approval, part, by });
                }
            }
            Fact::ApprovalGranted(decision) | Fact::ApprovalRefused(decision) => {
                // As for every approval, whoever asked can't decide.
                let is_it = |asked: &Asked| asked.approval == decision.approval && asked.by != event.actor;
                if let Some(place) = self.feed.asked.iter().position(is_it) {
                    let asked = self.feed.asked.remove(place);
                    if matches!(event.fact, Fact::ApprovalGranted(_)) {
                        self.feed.granted.push(asked.part);
                    }
                }
            }
            // Whoever ends it has seen to what waited; what comes later is another occurrence.
            Fact::ExceptionResolved(_) | Fact::ExceptionMerged(_) => {
                for exception in changed.iter().filter_map(|index| self.exceptions.get(*index)) {
                    settled.extend(self.feed.settle(exception.rule, &exception.cause));
                }
            }
            _ => {}
        }
        FeedConsequences { settled, ..self.consequences(changed, recorded, book) }
    }

    /// Takes in that the source said something; nothing where it was not silent.
    pub fn hear(&mut self, recorded: &Recorded, book: &Rulebook) -> Option<FeedConsequences> {
        self.feed.silence.take()?;
        Some(self.consequences(Vec::new(), recorded, book))
    }

    /// Takes in that the source names something that no master data knows, or another unit than it has there.
    pub fn mismatch(
        &mut self,
        recorded: &Recorded,
        cause: &str,
        reason: &str,
        book: &Rulebook,
    ) -> FeedConsequences {
        let event = &recorded.event;
        let trouble = self.feed.trouble(Rule::MasterDataMismatch, cause, event.occurred_at);
        trouble.count += 1;
        reason.clone_into(&mut trouble.reason);
        name(&mut trouble.about, &event.number);
        self.consequences(Vec::new(), recorded, book)
    }

    /// Takes in that master data came for a cause of mismatches; nothing where there was none.
    pub fn matched(&mut self, recorded: &Recorded, cause: &str, book: &Rulebook) -> Option<FeedConsequences> {
        let known = self.feed.troubles.len();
        self.feed.settle(Rule::MasterDataMismatch, cause);
        (self.feed.troubles.len() < known).then(|| self.consequences(Vec::new(), recorded, book))
    }

    fn consequences(
        &mut self,
        mut changed: Vec<usize>,
        recorded: &Recorded,
        book: &Rulebook,
    ) -> FeedConsequences {
        self.feed.seq = recorded.seq;
        let after = self.feed.conditions();
        let about = Whole { feed: &self.feed, book };
        changed.extend(carry_out(evaluate(&self.conditions, &after), &about, recorded, &mut self.exceptions));
        changed.extend(restate(&after, &about, &mut self.exceptions));
        self.conditions = after;
        changed.sort_unstable();
        changed.dedup();
        let notices = of_exceptions(
            &self.feed.source,
            &recorded.event,
            changed.iter().map(|index| &self.exceptions[*index]),
        );
        FeedConsequences { exceptions: changed, notices: notices.into_iter().collect(), settled: Vec::new() }
    }

    /// What it waits for.
    pub fn deadlines(&self, book: &Rulebook) -> Vec<Deadline> {
        let mismatches = self.feed.troubles.iter().filter(|one| one.rule == Rule::MasterDataMismatch);
        let mut due: Vec<Deadline> = mismatches.map(|one| one.overdue_at(book)).collect();
        due.extend(self.exceptions.iter().flat_map(service_level::deadlines));
        due.retain(|deadline| !self.feed.passed.contains(deadline));
        due
    }
}

impl Feed {
    fn trouble(&mut self, rule: Rule, cause: &str, since: Moment) -> &mut Trouble {
        let is_known = |cause: &str| self.troubles.iter().any(|one| one.rule == rule && one.cause == cause);
        // A source that sends garbage has a cause for each part of it.
        let cause = if self.troubles.len() < CAUSES || is_known(cause) { cause } else { OTHERS };
        let known = self.troubles.iter().position(|one| one.rule == rule && one.cause == cause);
        let place = known.unwrap_or_else(|| {
            self.troubles.push(Trouble {
                rule,
                cause: cause.to_owned(),
                since,
                count: 0,
                about: Vec::new(),
                reason: String::new(),
                last: None,
            });
            self.troubles.len() - 1
        });
        &mut self.troubles[place]
    }

    fn refuse(&mut self, parts: &RefusedParts, at: Moment) {
        let rule = match parts.refused_for {
            RefusedFor::Claim => Rule::AuthorityConflict,
            RefusedFor::UnknownCode => Rule::UnknownCode,
            RefusedFor::Unreadable => Rule::UnreadableData,
        };
        let trouble = self.trouble(rule, &parts.cause, at);
        trouble.count += u64::from(parts.count);
        trouble.reason.clone_from(&parts.reason);
        trouble.last = trouble.last.max(Some(parts.last));
        for number in &parts.about {
            name(&mut trouble.about, number);
        }
    }

    /// Forgets what was wrong for a cause. Says which parts of quarantine that were.
    fn settle(&mut self, rule: Rule, cause: &str) -> Option<Settled> {
        let is_it = |one: &Trouble| one.rule == rule && one.cause == cause;
        let last = self.troubles.iter().find(|one| is_it(one))?.last;
        self.troubles.retain(|one| !is_it(one));
        self.passed.retain(|one| one.deadline != DeadlineKind::MasterData || one.stop != cause);
        Some(Settled::Cause { cause: cause.to_owned(), last: last? })
    }

    fn conditions(&self) -> Vec<Condition> {
        let silence = self.silence.as_ref().map(|silence| Condition {
            orders: Vec::new(),
            rule: Rule::FeedSilent,
            cause: "silence".to_owned(),
            detail: silent(&self.source, silence),
        });
        let is_due = |one: &&Trouble| {
            let is_overdue =
                |passed: &Deadline| passed.deadline == DeadlineKind::MasterData && passed.stop == one.cause;
            one.rule != Rule::MasterDataMismatch || self.passed.iter().any(is_overdue)
        };
        let troubles = self.troubles.iter().filter(is_due).map(|one| Condition {
            orders: Vec::new(),
            rule: one.rule,
            cause: one.cause.clone(),
            detail: one.detail(),
        });
        let failure = self.failure.as_ref().map(|failure| Condition {
            orders: Vec::new(),
            rule: Rule::EndpointDown,
            cause: "failure".to_owned(),
            detail: failed(&self.source, failure),
        });
        silence.into_iter().chain(failure).chain(troubles).collect()
    }
}

impl Trouble {
    fn overdue_at(&self, book: &Rulebook) -> Deadline {
        let grace = TimeDelta::minutes(i64::from(book.limits.master_data_minutes));
        Deadline {
            deadline: DeadlineKind::MasterData,
            stop: self.cause.clone(),
            due_at: self.since.checked_add_signed(grace).unwrap_or(self.since),
        }
    }

    fn detail(&self) -> String {
        let times = match self.count {
            1 => String::new(),
            count => format!(", {count} times"),
        };
        let about =
            if self.about.is_empty() { String::new() } else { format!("; about {}", self.about.join(", ")) };
        let mut reason = self.reason.chars();
        let first = reason.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
        format!("{first}{}{times}{about}", reason.as_str())
    }
}

fn failed(endpoint: &str, failure: &EndpointFailure) -> String {
    let given_up = match failure.given_up {
        0 => String::new(),
        1 => "; 1 message was given up".to_owned(),
        count => format!("; {count} messages were given up"),
    };
    format!("Messages to {endpoint} do not get through: {}{given_up}", failure.why)
}

fn silent(source: &str, silence: &FeedSilence) -> String {
    let hidden = match silence.hides {
        0 => "no shipment on its way is hidden by that".to_owned(),
        hides => {
            let named = silence.shipments.join(", ");
            let more = if silence.shipments.len() < hides as usize { " and others" } else { "" };
            let noun = if hides == 1 { "shipment" } else { "shipments" };
            format!("{hides} {noun} on their way can't be seen: {named}{more}")
        }
    };
    format!("Nothing has come from {source} since {}; {hidden}", format_moment(silence.heard_at))
}

/// Adds a number to those that are named, the last ones.
fn name(about: &mut Vec<String>, number: &str) {
    if about.iter().all(|known| known != number) {
        if about.len() == NAMED {
            about.remove(0);
        }
        about.push(number.to_owned());
    }
}

/// A feed as what its exceptions are about: no customer waits for it, and no promise.
struct Whole<'a> {
    feed: &'a Feed,
    book: &'a Rulebook,
}

impl About for Whole<'_> {
    fn id(&self) -> ShipmentId {
        self.feed.id
    }

    fn number(&self) -> &str {
        &self.feed.source
    }

    fn customer(&self) -> Option<String> {
        None
    }

    fn due_at(&self) -> Option<Moment> {
        None
    }

    fn severity(&self, rule: Rule) -> Severity {
        self.book.severity(rule)
    }

    fn tier(&self) -> Tier {
        Tier::default()
    }

    fn book(&self) -> &Rulebook {
        self.book
    }
}
