//! What a list shows, as it stands in the page's address: read from it, written back into links. Never keeps state.

use crate::api::Line;
use chrono::{DateTime, Utc};
use domain::exception::{Severity, ShipmentException};
use domain::kpi::Punctuality;
use domain::rules::Rule;
use domain::status::{Flags, Status};
use domain::subscription::mentioned;
use leptos_router::params::ParamsMap;
use serde::{Deserialize, Serialize};

/// What stands beside the status, as a filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flag {
    ActionNeeded,
    OnHold,
    Delayed,
}

impl Flag {
    pub const ALL: [Self; 3] = [Self::ActionNeeded, Self::OnHold, Self::Delayed];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::ActionNeeded => "action_needed",
            Self::OnHold => "on_hold",
            Self::Delayed => "delayed",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|flag| flag.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::ActionNeeded => "Action needed",
            Self::OnHold => "On hold",
            Self::Delayed => "Delayed",
        }
    }

    pub fn is_up(self, flags: Flags) -> bool {
        match self {
            Self::ActionNeeded => flags.action_needed,
            Self::OnHold => flags.on_hold,
            Self::Delayed => flags.delayed,
        }
    }
}

/// In which order a list stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The latest change first.
    #[default]
    Changed,
    /// What is expected first; only what is still to come.
    Expected,
}

impl Sort {
    pub const ALL: [Self; 2] = [Self::Changed, Self::Expected];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Expected => "expected",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Changed => "Latest change",
            Self::Expected => "Expected first",
        }
    }
}

/// Which shipments a list shows:
/// `/shipments?q=…&status=…&flag=…&arriving=today&punctuality=…&rule=…&sort=…&before=…`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShipmentsQuery {
    /// Words of references and names.
    pub q: Option<String>,
    pub status: Option<Status>,
    pub flag: Option<Flag>,
    /// Still to come and expected today, a day being one of UTC.
    #[serde(default)]
    pub arriving_today: bool,
    #[serde(default)]
    pub sort: Sort,
    pub punctuality: Option<Punctuality>,
    /// Has an open exception of it.
    pub rule: Option<Rule>,
    /// Where the page before ended; none is the newest page.
    pub before: Option<String>,
}

/// The list as a file, for the same query as the page.
pub const EXPORT: &str = "/shipments.csv";

/// The one day that a list can be asked for.
pub const TODAY: &str = "today";

fn text(params: &ParamsMap, name: &str) -> Option<String> {
    params.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn address(path: &str, pairs: &[(&'static str, Option<&str>)]) -> String {
    let mut params = ParamsMap::new();
    for (name, value) in pairs {
        if let Some(value) = value {
            params.insert(*name, (*value).to_owned());
        }
    }
    // The server escapes more than the browser does: an address has one form, so that saved ones can be compared.
    let query = [("%5F", "_"), ("%2D", "-"), ("%2E", "."), ("%7E", "~")]
        .into_iter()
        .fold(params.to_query_string(), |query, (escaped, plain)| query.replace(escaped, plain));
    format!("{path}{query}")
}

impl ShipmentsQuery {
    /// Words that name nothing known are as if they were not there.
    pub fn read(params: &ParamsMap) -> Self {
        Self {
            q: text(params, "q"),
            status: text(params, "status").and_then(|word| Status::named(&word)),
            flag: text(params, "flag").and_then(|word| Flag::named(&word)),
            arriving_today: text(params, "arriving").is_some_and(|word| word == TODAY),
            sort: text(params, "sort").and_then(|word| Sort::named(&word)).unwrap_or_default(),
            punctuality: text(params, "punctuality").and_then(|word| Punctuality::named(&word)),
            rule: text(params, "rule").and_then(|word| Rule::named(&word)).filter(|rule| !rule.is_of_feed()),
            before: text(params, "before"),
        }
    }

    pub fn href(&self) -> String {
        address(
            "/shipments",
            &[
                ("q", self.q.as_deref()),
                ("status", self.status.map(Status::as_str)),
                ("flag", self.flag.map(Flag::as_str)),
                ("arriving", self.arriving_today.then_some(TODAY)),
                ("punctuality", self.punctuality.map(Punctuality::as_str)),
                ("rule", self.rule.map(Rule::as_str)),
                ("sort", (self.sort != Sort::default()).then_some(self.sort.as_str())),
                ("before", self.before.as_deref()),
            ],
        )
    }

    /// Whether it is the list as everybody finds it.
    pub fn is_plain(&self) -> bool {
        *self == Self::default()
    }

    /// Where all of it can be had as a file.
    pub fn export_href(&self) -> String {
        let query = self.as_view();
        if query.is_empty() { EXPORT.to_owned() } else { format!("{EXPORT}?{query}") }
    }

    /// The address's part behind the question mark, without the place in the list: what is saved as a view.
    pub fn as_view(&self) -> String {
        let href = Self { before: None, ..self.clone() }.href();
        href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// Whether it leaves anything out.
    pub fn is_filtered(&self) -> bool {
        *self != Self { before: self.before.clone(), sort: self.sort, ..Self::default() }
    }

    /// Whether a row that just changed belongs into this list, as far as the row itself can tell. The server decides in
    /// the end; this decides whether the page offers the row.
    pub fn takes(&self, row: &Line) -> bool {
        // A row that is expected at another time than before has another place: the next reading of the page finds it.
        let is_newest_page = self.before.is_none()
            && self.rule.is_none()
            && !self.arriving_today
            && self.sort == Sort::Changed;
        let found = self.q.as_ref().is_none_or(|q| {
            let names = [&row.origin, &row.destination, &row.carrier].into_iter().flatten();
            let all = names.chain(&row.orders).chain(row.customers.iter().flatten());
            let text = all.fold(row.number.clone(), |text, word| text + " " + word).to_ascii_lowercase();
            q.to_ascii_lowercase().split_whitespace().all(|word| text.contains(word))
        });
        is_newest_page
            && found
            && self.status.is_none_or(|status| row.status == status)
            && self.flag.is_none_or(|flag| flag.is_up(row.flags))
            && self.punctuality.is_none_or(|wanted| row.punctuality == Some(wanted))
    }
}

/// Who has an exception, as a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Holder {
    Me,
    Nobody,
    /// Somebody wrote `@` and the account's name.
    Mentioned,
    /// A second person is to decide on something.
    Approval,
}

impl Holder {
    pub const ALL: [Self; 4] = [Self::Me, Self::Nobody, Self::Mentioned, Self::Approval];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Me => "me",
            Self::Nobody => "nobody",
            Self::Mentioned => "mentioned",
            Self::Approval => "approval",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Me => "Mine",
            Self::Nobody => "Nobody's",
            Self::Mentioned => "Mentions me",
            Self::Approval => "Waits for approval",
        }
    }
}

/// What the queue is grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Group {
    Rule,
    Customer,
    Shipment,
}

impl Group {
    pub const ALL: [Self; 3] = [Self::Rule, Self::Customer, Self::Shipment];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Customer => "customer",
            Self::Shipment => "shipment",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Rule => "Cause",
            Self::Customer => "Customer",
            Self::Shipment => "Shipment",
        }
    }

    /// The heading that an exception stands under.
    pub fn of(self, exception: &ShipmentException) -> String {
        match self {
            Self::Rule => exception.rule.label().to_owned(),
            Self::Customer => {
                exception.customer.clone().unwrap_or_else(|| "Customer not known yet".to_owned())
            }
            Self::Shipment => exception.number.clone(),
        }
    }
}

/// Which exceptions the desk shows, in which groups, and which one is open beside them:
/// `/desk?q=…&rule=…&severity=…&with=…&show=…&group=…&selected=…`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DeskQuery {
    /// Words of the shipment's number, the customer, the cause.
    pub q: Option<String>,
    pub with: Option<Holder>,
    pub group: Option<Group>,
    pub rule: Option<Rule>,
    pub severity: Option<Severity>,
    /// The team that takes it, by its name.
    pub team: Option<String>,
    /// Those that were closed lately, in place of the open ones.
    pub closed: bool,
    /// Only those that sleep now, or only those that do not.
    pub asleep: Option<bool>,
    pub selected: Option<String>,
    /// Conditions that name nothing known, as `rule “none_such”`; no link carries them on.
    pub unknown: Vec<String>,
}

const CLOSED: &str = "closed";
const ASLEEP: &str = "snoozed";
const AWAKE: &str = "awake";

impl DeskQuery {
    /// Words that name nothing known leave nothing out, but are said.
    pub fn read(params: &ParamsMap) -> Self {
        let (rule, severity) = (text(params, "rule"), text(params, "severity"));
        let (show, with, group) = (text(params, "show"), text(params, "with"), text(params, "group"));
        let mut read = Self {
            q: text(params, "q"),
            with: with.as_deref().and_then(Holder::named),
            group: group.as_deref().and_then(Group::named),
            rule: rule.as_deref().and_then(Rule::named),
            severity: severity.as_deref().and_then(Severity::named),
            team: text(params, "team"),
            closed: show.as_deref() == Some(CLOSED),
            asleep: match show.as_deref() {
                Some(ASLEEP) => Some(true),
                Some(AWAKE) => Some(false),
                _ => None,
            },
            selected: text(params, "selected"),
            unknown: Vec::new(),
        };
        let conditions = [
            ("rule", rule, read.rule.is_some()),
            ("severity", severity, read.severity.is_some()),
            ("show", show, read.closed || read.asleep.is_some()),
            ("with", with, read.with.is_some()),
            ("group", group, read.group.is_some()),
        ];
        for (name, word, is_known) in conditions {
            if let Some(word) = word.filter(|_| !is_known) {
                read.unknown.push(format!("{name} “{word}”"));
            }
        }
        read
    }

    /// The names and words of its address.
    pub fn fields(&self) -> [(&'static str, Option<&str>); 8] {
        let show = match (self.closed, self.asleep) {
            (true, _) => Some(CLOSED),
            (false, Some(true)) => Some(ASLEEP),
            (false, Some(false)) => Some(AWAKE),
            (false, None) => None,
        };
        [
            ("q", self.q.as_deref()),
            ("rule", self.rule.map(Rule::as_str)),
            ("severity", self.severity.map(Severity::as_str)),
            ("team", self.team.as_deref()),
            ("with", self.with.map(Holder::as_str)),
            ("show", show),
            ("group", self.group.map(Group::as_str)),
            ("selected", self.selected.as_deref()),
        ]
    }

    pub fn href(&self) -> String {
        address("/desk", &self.fields())
    }

    /// What decides which exceptions the server finds: everything but what is open beside them and how they are grouped.
    #[must_use]
    pub fn conditions(&self) -> Self {
        Self { selected: None, group: None, unknown: Vec::new(), ..self.clone() }
    }

    /// Whether all that fits this fits `other` too: it states whatever that states, and perhaps more.
    pub fn narrows(&self, other: &Self) -> bool {
        fn keeps<T: PartialEq>(own: Option<&T>, other: Option<&T>) -> bool {
            other.is_none() || own == other
        }
        self.closed == other.closed
            && keeps(self.q.as_ref(), other.q.as_ref())
            && keeps(self.with.as_ref(), other.with.as_ref())
            && keeps(self.rule.as_ref(), other.rule.as_ref())
            && keeps(self.severity.as_ref(), other.severity.as_ref())
            && keeps(self.team.as_ref(), other.team.as_ref())
            && keeps(self.asleep.as_ref(), other.asleep.as_ref())
    }

    pub fn is_filtered(&self) -> bool {
        let is_cut = self.rule.is_some() || self.severity.is_some() || self.with.is_some();
        is_cut || self.asleep.is_some() || self.q.is_some() || self.team.is_some()
    }

    /// The address's part behind the question mark, without what is open: what is saved as a view.
    pub fn as_view(&self) -> String {
        let href = Self { selected: None, unknown: Vec::new(), ..self.clone() }.href();
        href.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default()
    }

    /// Whether an exception fits, in the eyes of the account `me` at a moment.
    pub fn takes(&self, exception: &ShipmentException, me: &str, now: DateTime<Utc>) -> bool {
        let sleeps = || exception.snoozed_until.is_some_and(|until| until > now);
        let holder = exception.assignee.as_deref();
        let found = self.q.as_ref().is_none_or(|q| {
            let customer = exception.customer.as_deref().unwrap_or_default();
            let text = [&exception.number, customer, exception.rule.label(), &exception.detail]
                .join(" ")
                .to_lowercase();
            q.to_lowercase().split_whitespace().all(|word| text.contains(word))
        });
        found
            && self.rule.is_none_or(|rule| exception.rule == rule)
            && self.severity.is_none_or(|severity| exception.severity == severity)
            && self.team.as_ref().is_none_or(|team| exception.team == *team)
            && self.asleep.is_none_or(|wanted| wanted == sleeps())
            && self.with.is_none_or(|with| match with {
                Holder::Me => holder == Some(me),
                Holder::Nobody => holder.is_none(),
                Holder::Mentioned => {
                    exception.actions.iter().any(|action| mentioned(&action.text).contains(&me))
                }
                Holder::Approval => exception.awaits_approval.is_some(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos_router::location::Url;

    fn params(href: &str) -> ParamsMap {
        let (_, query) = href.split_once('?').expect("a query");
        query.split('&').fold(ParamsMap::new(), |mut params, pair| {
            let (name, value) = pair.split_once('=').expect("a pair");
            params.insert(name.to_owned(), Url::unescape(value));
            params
        })
    }

    #[test]
    fn an_address_says_exactly_what_the_list_shows() {
        let query = ShipmentsQuery {
            arriving_today: true,
            sort: Sort::Expected,
            q: Some("PO 4711/ä & more".to_owned()),
            status: Some(Status::OutForDelivery),
            flag: Some(Flag::OnHold),
            punctuality: Some(Punctuality::NoPromise),
            rule: Some(Rule::PodOverdue),
            before: Some("48211-7".to_owned()),
        };
        assert_eq!(ShipmentsQuery::read(&params(&query.href())), query);
        assert_eq!(ShipmentsQuery::default().href(), "/shipments");
    }

    #[test]
    fn a_queue_that_was_read_in_whole_holds_every_narrower_one() {
        let query = |address: &str| DeskQuery::read(&params(address));
        for (wanted, read, holds) in [
            ("/desk?q=hof&with=me", "/desk?q=hof", true),
            ("/desk?q=hof", "/desk?group=rule", true),
            ("/desk?q=hof", "/desk?q=hof&with=me", false),
            ("/desk?rule=pod_overdue", "/desk?rule=customs_hold", false),
            ("/desk?q=hof&show=closed", "/desk?q=hof", false),
            ("/desk?show=snoozed&severity=low", "/desk?show=snoozed", true),
        ] {
            assert_eq!(query(wanted).narrows(&query(read)), holds, "{wanted} in {read}");
        }
    }

    #[test]
    fn words_that_name_nothing_known_leave_nothing_out_and_are_said() {
        let read = DeskQuery::read(&params("/desk?rule=none_such&severity=high&show=closed&selected="));
        let unknown = vec!["rule “none_such”".to_owned()];
        let known = DeskQuery { severity: Some(Severity::High), closed: true, ..DeskQuery::default() };
        assert_eq!(read, DeskQuery { unknown, ..known.clone() });
        assert_eq!(DeskQuery::read(&params(&read.href())), known);
    }
}
