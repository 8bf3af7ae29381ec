//! The rules file: how much is let pass before a rule fires, for whom, how severe that is, and in what time people answer. It
//! has one version at a time and changes by an event alone; a shipment goes by the version that held at its last event.

mod limits;

pub use limits::{LimitRow, Limits, SomeLimits};

use crate::exception::Severity;
use crate::fact::{Mode, StopKind};
use crate::id::{Seq, canonical};
use crate::party::Tier;
use crate::place::Location;
use crate::rules::Rule;
use crate::service_level::{self, ServiceLevel, Team};
use crate::shipment::State;
use crate::unreadable;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// The file: `{"version": 2, "reason": "…", "limits": {…}, "severities": {…}, "special": […], "service_levels": […],
/// "teams": […]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Rulebook {
    /// One more than that of the file which it replaces.
    pub version: u32,
    /// Why it replaces that.
    pub reason: String,
    pub limits: Limits,
    /// How severe a rule is where it is not what Syncline takes it for, before a customer's tier or an order's priority
    /// raises it.
    #[serde(default)]
    pub severities: BTreeMap<Rule, Severity>,
    /// What holds for some shipments instead; of several that fit, the last that states a value decides.
    #[serde(default)]
    pub special: Vec<Special>,
    /// In what time exceptions are to be answered and resolved; of several that fit, the last decides.
    pub service_levels: Vec<ServiceLevel>,
    /// Who works on exceptions, and when: the first team that names a rule takes it, else the first that names none.
    pub teams: Vec<Team>,
}

/// What holds instead for shipments of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Special {
    pub when: When,
    #[serde(default)]
    pub limits: SomeLimits,
    #[serde(default)]
    pub severities: BTreeMap<Rule, Severity>,
}

/// Which shipments: all conditions that are stated hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct When {
    /// The highest among its customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<Tier>,
    /// The carrier's code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carrier: Option<String>,
    /// Where the first pickup is: a country's code, or a city and a country's code (`Bremen DE`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Where the last delivery is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<Mode>,
}

/// What a [`When`] looks at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Traits<'a> {
    tier: Tier,
    carrier: Option<&'a str>,
    from: Option<&'a Location>,
    to: Option<&'a Location>,
    mode: Option<Mode>,
}

impl<'a> Traits<'a> {
    pub(crate) fn of(state: &'a State, tier: Tier) -> Self {
        let at = |kind| move |stop: &&crate::shipment::Stop| stop.kind == Some(kind);
        let first = state.stops.iter().find(at(StopKind::Pickup));
        let last = state.stops.iter().rev().find(at(StopKind::Delivery));
        Self {
            tier,
            carrier: state.carrier.as_ref().map(|carrier| carrier.code.as_str()),
            from: first.and_then(|stop| stop.location.as_ref()),
            to: last.and_then(|stop| stop.location.as_ref()),
            mode: state.mode,
        }
    }
}

/// Whether `wanted` names a place: by its country, or by its city and country.
fn names(wanted: &str, place: Option<&Location>) -> bool {
    place.is_some_and(|place| {
        wanted == place.country
            || wanted.strip_suffix(place.country.as_str()).is_some_and(|city| city.trim_end() == place.city)
    })
}

impl When {
    fn fits(&self, traits: &Traits) -> bool {
        self.tier.is_none_or(|tier| tier == traits.tier)
            && self.carrier.as_deref().is_none_or(|carrier| Some(carrier) == traits.carrier)
            && self.from.as_deref().is_none_or(|from| names(from, traits.from))
            && self.to.as_deref().is_none_or(|to| names(to, traits.to))
            && self.mode.is_none_or(|mode| Some(mode) == traits.mode)
    }

    /// As people read it: `strategic, with NLOG, from DE`.
    pub fn formatted(&self) -> String {
        let parts = [
            self.tier.map(|tier| format!("{} customers", tier.label())),
            self.carrier.as_ref().map(|carrier| format!("carrier {carrier}")),
            self.from.as_ref().map(|from| format!("from {from}")),
            self.to.as_ref().map(|to| format!("to {to}")),
            self.mode.map(|mode| mode.label().to_lowercase()),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

impl Default for Rulebook {
    /// What holds until somebody puts another file in force.
    fn default() -> Self {
        Self {
            version: 1,
            reason: "As Syncline comes".to_owned(),
            limits: Limits::USUAL,
            severities: BTreeMap::new(),
            special: Vec::new(),
            service_levels: service_level::usual_levels(),
            teams: service_level::usual_teams(),
        }
    }
}

/// Why a file can't be put in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadRulebook {
    #[error("this is no rules file: {0}")]
    Broken(String),
    #[error("this is no rules file: at `{path}`: {message}")]
    Unreadable { path: String, message: String },
    #[error("{}", .0.join("; "))]
    Faults(Vec<String>),
}

impl Rulebook {
    /// What stands for the file's number in its events; there is one file.
    pub const NUMBER: &str = "rules";

    /// The canonical id of the one file.
    pub fn subject() -> Uuid {
        canonical("rulebook", "syncline", Self::NUMBER)
    }

    /// Reads a file, whatever version it is.
    pub fn read(text: &str) -> Result<Self, BadRulebook> {
        let mut reader = serde_json::Deserializer::from_str(text);
        let book: Self =
            serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.inner() {
                inner if inner.is_data() => BadRulebook::Unreadable {
                    path: error.path().to_string().trim_end_matches(".?").to_owned(),
                    message: unreadable::unfit(inner),
                },
                inner => BadRulebook::Broken(unreadable::broken(inner)),
            })?;
        reader.end().map_err(|error| BadRulebook::Broken(unreadable::broken(&error)))?;
        let faults = book.faults();
        if faults.is_empty() { Ok(book) } else { Err(BadRulebook::Faults(faults)) }
    }

    /// Everything that makes no sense, a sentence each with the way out.
    fn faults(&self) -> Vec<String> {
        let mut faults = self.limits.into_some().faults();
        if self.reason.trim().is_empty() || self.reason.chars().count() > 200 {
            faults.push("`reason` says why it changes, in 1 to 200 characters".to_owned());
        }
        for (place, special) in self.special.iter().enumerate() {
            let at = |fault| format!("special[{place}]: {fault}");
            faults.extend(special.limits.faults().into_iter().map(at));
            if special.when == When::default() {
                faults.push(at("`when` states no condition: change `limits` of the file itself".to_owned()));
            }
            if special.limits == SomeLimits::default() && special.severities.is_empty() {
                faults.push(at("it changes nothing: state `limits` or `severities`".to_owned()));
            }
        }
        for severity in Severity::ALL {
            let holds_for_all = |level: &ServiceLevel| level.severity == severity && level.tier.is_none();
            if !self.service_levels.iter().any(holds_for_all) {
                faults.push(format!(
                    "`service_levels` has none for `{}` of every tier: state one without `tier`",
                    severity.as_str()
                ));
            }
        }
        faults.extend(
            self.service_levels
                .iter()
                .enumerate()
                .filter_map(|(place, level)| Some(format!("service_levels[{place}]: {}", level.fault()?))),
        );
        if !self.teams.iter().any(|team| team.rules.is_empty()) {
            faults.push("`teams` has none that takes every rule: state one without `rules`".to_owned());
        }
        let mut names = BTreeSet::new();
        for (place, team) in self.teams.iter().enumerate() {
            if !names.insert(&team.team) {
                faults.push(format!("teams[{place}]: there are two teams `{}`", team.team));
            }
            faults.extend(team.fault().map(|fault| format!("teams[{place}]: {fault}")));
        }
        faults
    }

    fn fitting<'a>(&'a self, traits: &'a Traits<'a>) -> impl Iterator<Item = &'a Special> {
        self.special.iter().filter(|special| special.when.fits(traits))
    }

    /// What is let pass on a shipment.
    pub(crate) fn limits_for(&self, traits: &Traits) -> Limits {
        self.fitting(traits).fold(self.limits, |limits, special| limits.with(&special.limits))
    }

    /// How severe a rule is on most shipments, before anything raises it.
    pub fn severity(&self, rule: Rule) -> Severity {
        self.severities.get(&rule).copied().unwrap_or_else(|| rule.severity())
    }

    /// How severe a rule is on a shipment, before anything raises it.
    pub fn severity_on(&self, rule: Rule, state: &State, tier: Tier) -> Severity {
        let own = self.severity(rule);
        self.fitting(&Traits::of(state, tier))
            .filter_map(|special| special.severities.get(&rule).copied())
            .last()
            .unwrap_or(own)
    }

    /// Who works on exceptions of a rule.
    pub fn team(&self, rule: Rule) -> Option<&Team> {
        let takes = |team: &&Team| team.rules.contains(&rule);
        self.teams.iter().find(takes).or_else(|| self.teams.iter().find(|team| team.rules.is_empty()))
    }
}

/// Every version that ever held, and from which position of the journal on.
#[derive(Clone, Debug, Default)]
pub struct Rulebooks {
    first: Arc<Rulebook>,
    later: Vec<(Seq, Arc<Rulebook>)>,
}

impl Rulebooks {
    /// The one that held at a position.
    pub fn at(&self, seq: Seq) -> &Arc<Rulebook> {
        let before = self.later.partition_point(|(from, _)| *from <= seq);
        before.checked_sub(1).map_or(&self.first, |place| &self.later[place].1)
    }

    /// The one that holds now.
    pub fn current(&self) -> &Arc<Rulebook> {
        self.later.last().map_or(&self.first, |(_, book)| book)
    }

    /// Puts another in force. One that does not follow the current one changes nothing: somebody was faster.
    pub fn take(&mut self, seq: Seq, book: &Rulebook) {
        if book.version == self.current().version + 1 {
            self.later.push((seq, Arc::new(book.clone())));
        }
    }
}
