//! What a list shows, as it stands in the page's address: read from it, written back into links. Never keeps state.

use crate::api::Line;
use domain::exception::{Severity, ShipmentException};
use domain::kpi::Punctuality;
use domain::rules::Rule;
use domain::status::{Flags, Status};
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

/// Which shipments a list shows: `/shipments?q=…&status=…&flag=…&punctuality=…&rule=…&before=…`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ShipmentsQuery {
    /// Words of references and names.
    pub q: Option<String>,
    pub status: Option<Status>,
    pub flag: Option<Flag>,
    pub punctuality: Option<Punctuality>,
    /// Has an open exception of it.
    pub rule: Option<Rule>,
    /// Where the page before ended; none is the newest page.
    pub before: Option<String>,
}

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
    format!("{path}{}", params.to_query_string())
}

impl ShipmentsQuery {
    /// Words that name nothing known are as if they were not there.
    pub fn read(params: &ParamsMap) -> Self {
        Self {
            q: text(params, "q"),
            status: text(params, "status").and_then(|word| Status::named(&word)),
            flag: text(params, "flag").and_then(|word| Flag::named(&word)),
            punctuality: text(params, "punctuality").and_then(|word| Punctuality::named(&word)),
            rule: text(params, "rule").and_then(|word| Rule::named(&word)),
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
                ("punctuality", self.punctuality.map(Punctuality::as_str)),
                ("rule", self.rule.map(Rule::as_str)),
                ("before", self.before.as_deref()),
            ],
        )
    }

    /// Whether it leaves anything out.
    pub fn is_filtered(&self) -> bool {
        *self != Self { before: self.before.clone(), ..Self::default() }
    }

    /// Whether a row that just changed belongs into this list, as far as the row itself can tell. The server decides in
    /// the end; this decides whether the page offers the row.
    pub fn takes(&self, row: &Line) -> bool {
        let is_newest_page = self.before.is_none() && self.rule.is_none();
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

/// Which exceptions the desk shows, and which one is open beside them: `/desk?rule=…&severity=…&show=…&selected=…`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeskQuery {
    pub rule: Option<Rule>,
    pub severity: Option<Severity>,
    /// Those that were closed lately, in place of the open ones.
    pub closed: bool,
    pub selected: Option<String>,
    /// Conditions that name nothing known, as `rule “none_such”`; no link carries them on.
    pub unknown: Vec<String>,
}

const CLOSED: &str = "closed";

impl DeskQuery {
    /// Words that name nothing known leave nothing out, but are said.
    pub fn read(params: &ParamsMap) -> Self {
        let (rule, severity) = (text(params, "rule"), text(params, "severity"));
        let show = text(params, "show");
        let mut read = Self {
            rule: rule.as_deref().and_then(Rule::named),
            severity: severity.as_deref().and_then(Severity::named),
            closed: show.as_deref() == Some(CLOSED),
            selected: text(params, "selected"),
            unknown: Vec::new(),
        };
        let conditions = [
            ("rule", rule, read.rule.is_some()),
            ("severity", severity, read.severity.is_some()),
            ("show", show, read.closed),
        ];
        for (name, word, is_known) in conditions {
            if let Some(word) = word.filter(|_| !is_known) {
                read.unknown.push(format!("{name} “{word}”"));
            }
        }
        read
    }

    pub fn href(&self) -> String {
        address(
            "/desk",
            &[
                ("rule", self.rule.map(Rule::as_str)),
                ("severity", self.severity.map(Severity::as_str)),
                ("show", self.closed.then_some(CLOSED)),
                ("selected", self.selected.as_deref()),
            ],
        )
    }

    pub fn is_filtered(&self) -> bool {
        self.rule.is_some() || self.severity.is_some()
    }

    pub fn takes(&self, exception: &ShipmentException) -> bool {
        self.rule.is_none_or(|rule| exception.rule == rule)
            && self.severity.is_none_or(|severity| exception.severity == severity)
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
    fn words_that_name_nothing_known_leave_nothing_out_and_are_said() {
        let read = DeskQuery::read(&params("/desk?rule=none_such&severity=high&show=closed&selected="));
        let unknown = vec!["rule “none_such”".to_owned()];
        let known = DeskQuery { severity: Some(Severity::High), closed: true, ..DeskQuery::default() };
        assert_eq!(read, DeskQuery { unknown, ..known.clone() });
        assert_eq!(DeskQuery::read(&params(&read.href())), known);
    }
}
