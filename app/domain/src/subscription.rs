//! What people choose to be told: which news, by mail or by webhook, how soon, and when not. What a customer's people are told is
//! made from the same redaction that they read.

mod news;

pub use news::{News, mentioned, of_delay};

use crate::account::AccountRole;
use crate::event::Recorded;
use crate::exception::ShipmentException;
use crate::id::{CustomerId, canonical};
use crate::message::{Addressed, Addressee, Message};
use crate::redaction::CustomerShipment;
use crate::tracked::Tracked;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use news::{To, Told, of_event};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    Mail,
    Webhook,
}

impl Channel {
    pub const ALL: [Self; 2] = [Self::Mail, Self::Webhook];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Webhook => "webhook",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.as_str() == word)
    }
}

/// How soon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    AtOnce,
    /// With the next full hour.
    Hourly,
    /// At one hour of the day.
    Daily,
}

impl Pace {
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::Hourly, Self::Daily];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::Hourly => "hourly",
            Self::Daily => "daily",
        }
    }

    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|pace| pace.as_str() == word)
    }

    /// As people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::AtOnce => "At once",
            Self::Hourly => "Once an hour",
            Self::Daily => "Once a day",
        }
    }
}

/// That somebody wants news of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    pub news: News,
    pub by: Channel,
    pub pace: Pace,
}

/// Hours of the day in which nothing is sent; they may span midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// 0 to 23.
    pub from_hour: u32,
    /// 0 to 23, another one.
    pub until_hour: u32,
}

/// All that an account wants to be told; states the whole anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Subscription {
    /// Whose shipments the account sees; none for people of the house.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer: Option<CustomerId>,
    pub choices: Vec<Choice>,
    /// IANA time zone of the hours below, for example `Europe/Berlin`.
    pub zone: String,
    /// When what is sent once a day is sent, 0 to 23.
    pub daily_hour: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quiet: Option<QuietHours>,
}

impl Default for Subscription {
    fn default() -> Self {
        Self { customer: None, choices: Vec::new(), zone: "UTC".to_owned(), daily_hour: 7, quiet: None }
    }
}

impl Subscription {
    /// The canonical id of an account as what an event is about.
    pub fn subject(account: &str) -> Uuid {
        canonical("account", "syncline", account)
    }

    /// Why it can't hold for an account of the role, in a sentence that names the value.
    pub fn fault(&self, role: AccountRole) -> Option<String> {
        let mut kinds: Vec<(News, Channel)> = self.choices.iter().map(|one| (one.news, one.by)).collect();
        kinds.sort_unstable();
        let twice = kinds.windows(2).find_map(|pair| (pair[0] == pair[1]).then_some(pair[0]));
        let hours = [Some(self.daily_hour), self.quiet.map(|quiet| quiet.from_hour)];
        let hours = hours.into_iter().chain([self.quiet.map(|quiet| quiet.until_hour)]).flatten();
        if self.zone.parse::<Tz>().is_err() {
            Some(format!("`{}` is no IANA time zone: state one like `Europe/Berlin`", self.zone))
        } else if let Some(hour) = hours.into_iter().find(|hour| *hour > 23) {
            Some(format!("{hour} is no hour of the day: state 0 to 23"))
        } else if let Some(quiet) = self.quiet.filter(|quiet| quiet.from_hour == quiet.until_hour) {
            let hour = quiet.from_hour;
            Some(format!("from {hour} to {hour} is the whole day or nothing: state two different hours"))
        } else if let Some(other) = self.choices.iter().find(|one| !one.news.is_for(role)) {
            Some(format!("`{}` is no news for the role {role}", other.news.as_str()))
        } else {
            twice.map(|(news, by)| format!("`{}` by {} is chosen twice", news.as_str(), by.as_str()))
        }
    }

    /// How the account is told news of a kind, by a channel.
    pub fn pace(&self, news: News, by: Channel) -> Option<Pace> {
        self.choices.iter().find(|one| one.news == news && one.by == by).map(|one| one.pace)
    }

    /// The first moment, not before `now`, at which something of the pace may leave.
    pub fn leaves(&self, pace: Pace, now: DateTime<Utc>) -> DateTime<Utc> {
        let zone: Tz = self.zone.parse().unwrap_or(Tz::UTC);
        let local = now.with_timezone(&zone);
        let due = match pace {
            Pace::AtOnce => now,
            Pace::Hourly => {
                let past =
                    TimeDelta::minutes(local.minute().into()) + TimeDelta::seconds(local.second().into());
                let hour = now - past - TimeDelta::nanoseconds(local.nanosecond().into());
                if hour == now { now } else { hour + TimeDelta::hours(1) }
            }
            Pace::Daily => at_hour(zone, local.date_naive(), self.daily_hour, now),
        };
        let Some(QuietHours { from_hour, until_hour }) = self.quiet else { return due };
        let local = due.with_timezone(&zone);
        let hour = local.hour();
        let is_quiet = if from_hour < until_hour {
            (from_hour..until_hour).contains(&hour)
        } else {
            hour >= from_hour || hour < until_hour
        };
        if is_quiet { at_hour(zone, local.date_naive(), until_hour, due) } else { due }
    }
}

/// The first moment, not before `from`, at which it is `hour` on the clock of the zone; `date` is the day of `from` there.
fn at_hour(zone: Tz, date: NaiveDate, hour: u32, from: DateTime<Utc>) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    let days = [Some(date), date.checked_add_days(Days::new(1)), date.checked_add_days(Days::new(2))];
    // An hour that the clocks skip on a day begins when the skipping is over.
    let at = |date: NaiveDate| {
        let wanted = date.and_time(time);
        let later = [TimeDelta::zero(), TimeDelta::minutes(30), TimeDelta::hours(1), TimeDelta::hours(2)];
        later.into_iter().find_map(|later| zone.from_local_datetime(&(wanted + later)).earliest())
    };
    days.into_iter().flatten().filter_map(at).map(|at| at.to_utc()).find(|at| *at >= from).unwrap_or(from)
}

/// Everybody who wants to be told something, by whose shipments they see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscribers(BTreeMap<Option<CustomerId>, BTreeMap<String, Subscription>>);

/// What customers see of a shipment, as far as somebody listens for them.
pub type Seen = Vec<(CustomerId, CustomerShipment)>;

impl Subscribers {
    /// Takes over what an account chose.
    pub fn take(&mut self, account: &str, subscription: &Subscription) {
        for accounts in self.0.values_mut() {
            accounts.remove(account);
        }
        if !subscription.choices.is_empty() {
            let accounts = self.0.entry(subscription.customer).or_default();
            accounts.insert(account.to_owned(), subscription.clone());
        }
        self.0.retain(|_, accounts| !accounts.is_empty());
    }

    /// What is seen of a shipment by those for whom somebody listens.
    pub fn seen(&self, tracked: &Tracked) -> Seen {
        if self.0.is_empty() {
            return Vec::new();
        }
        let mut customers: Vec<CustomerId> =
            tracked.customers().filter(|one| self.0.contains_key(&Some(*one))).collect();
        customers.sort_unstable();
        customers.dedup();
        customers.into_iter().filter_map(|one| Some((one, tracked.redacted(one)?))).collect()
    }

    /// The messages that come of an event about a shipment, of which `before` was seen.
    pub fn of_shipment(
        &self,
        recorded: &Recorded,
        before: &Seen,
        tracked: &Tracked,
        notices: &[Addressed],
    ) -> Vec<Message> {
        if self.0.is_empty() {
            return Vec::new();
        }
        let told = of_event(recorded, before, &self.seen(tracked), &tracked.exceptions, notices);
        self.messages(recorded, told)
    }

    /// The messages that come of an event that changed a feed's exceptions.
    pub fn of_feed(
        &self,
        recorded: &Recorded,
        exceptions: &[ShipmentException],
        notices: &[Addressed],
    ) -> Vec<Message> {
        if !self.0.contains_key(&None) {
            return Vec::new();
        }
        self.messages(recorded, of_event(recorded, &Vec::new(), &Vec::new(), exceptions, notices))
    }

    /// A message for each who wants to be told and each way that they chose; nobody is told what they did themselves.
    fn messages(&self, recorded: &Recorded, told: Vec<Told>) -> Vec<Message> {
        let actor = recorded.event.actor.as_deref();
        let (seq, at) = (recorded.seq, recorded.recorded_at);
        let mut messages = Vec::new();
        for Told { to, news, notice } in told {
            let (customer, only) = match to {
                To::Customer(customer) => (Some(customer), None),
                To::House => (None, None),
                To::Account(account) => (None, Some(account)),
            };
            let listening = self.0.get(&customer).into_iter().flatten();
            let meant = listening.filter(|(account, _)| {
                only.as_ref().is_none_or(|only| only == *account) && actor != Some(account)
            });
            for (account, subscription) in meant {
                for by in Channel::ALL {
                    let Some(pace) = subscription.pace(news, by) else { continue };
                    let leaves = subscription.leaves(pace, at);
                    let to = Addressee::Person { by, account: account.clone() };
                    let place = format!("{seq}/{to}/{}/{}", notice.subject(), messages.len());
                    messages.push(Message {
                        id: canonical("message", "syncline", &place),
                        seq,
                        at,
                        to,
                        audience: subscription.customer,
                        not_before: (leaves > at).then_some(leaves),
                        notice: notice.clone(),
                    });
                }
            }
        }
        messages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    fn berlin(quiet: Option<(u32, u32)>) -> Subscription {
        let quiet = quiet.map(|(from_hour, until_hour)| QuietHours { from_hour, until_hour });
        Subscription { zone: "Europe/Berlin".to_owned(), quiet, ..Subscription::default() }
    }

    #[test]
    fn what_is_chosen_leaves_at_once_with_the_hour_or_once_a_day_and_never_in_quiet_hours() {
        let night = Some((21, 7));
        for (pace, quiet, now, leaves) in [
            (Pace::AtOnce, None, "2026-06-02T03:00:00Z", "2026-06-02T03:00:00Z"),
            // 05:00 in Berlin: quiet until 07:00, which is 05:00 UTC in summer.
            (Pace::AtOnce, night, "2026-06-02T03:00:00Z", "2026-06-02T05:00:00Z"),
            (Pace::AtOnce, night, "2026-06-02T05:00:00Z", "2026-06-02T05:00:00Z"),
            (Pace::AtOnce, night, "2026-06-02T19:30:00Z", "2026-06-03T05:00:00Z"),
            (Pace::AtOnce, Some((12, 13)), "2026-06-02T10:30:00Z", "2026-06-02T11:00:00Z"),
            (Pace::AtOnce, Some((12, 13)), "2026-06-02T11:00:00Z", "2026-06-02T11:00:00Z"),
            (Pace::Hourly, None, "2026-06-02T10:20:30.5Z", "2026-06-02T11:00:00Z"),
            (Pace::Hourly, None, "2026-06-02T10:00:00Z", "2026-06-02T10:00:00Z"),
            (Pace::Hourly, night, "2026-06-02T18:20:00Z", "2026-06-03T05:00:00Z"),
            // Once a day at 07:00.
            (Pace::Daily, None, "2026-06-02T04:59:00Z", "2026-06-02T05:00:00Z"),
            (Pace::Daily, None, "2026-06-02T05:00:01Z", "2026-06-03T05:00:00Z"),
            // The night on which the clocks go back, and the one on which they go forward.
            (Pace::Daily, None, "2026-10-24T20:00:00Z", "2026-10-25T06:00:00Z"),
            (Pace::Daily, None, "2026-03-28T20:00:00Z", "2026-03-29T05:00:00Z"),
        ] {
            assert_eq!(berlin(quiet).leaves(pace, at(now)), at(leaves), "{pace:?} {quiet:?} at {now}");
        }
    }

    #[test]
    fn an_hour_that_the_clocks_skip_begins_when_they_have_gone_forward() {
        let early = Subscription { daily_hour: 2, ..berlin(None) };
        assert_eq!(early.leaves(Pace::Daily, at("2026-03-28T22:00:00Z")), at("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn a_choice_that_can_not_hold_names_what_is_wrong() {
        let choice = |news| Choice { news, by: Channel::Mail, pace: Pace::AtOnce };
        let fault = |subscription: Subscription| subscription.fault(AccountRole::Customer);
        let said = |subscription| fault(subscription).expect("a fault");
        assert_eq!(
            fault(Subscription { choices: vec![choice(News::Delivered)], ..berlin(Some((22, 6))) }),
            None
        );
        assert!(said(Subscription { zone: "Mars".to_owned(), ..Subscription::default() }).contains("`Mars`"));
        assert!(said(Subscription { daily_hour: 24, ..Subscription::default() }).contains("24"));
        assert!(said(berlin(Some((6, 6)))).contains("from 6 to 6"));
        assert!(
            said(Subscription { choices: vec![choice(News::Mentioned)], ..berlin(None) })
                .contains("`mentioned`")
        );
        let twice = vec![choice(News::Delivered), choice(News::Delivered)];
        assert!(said(Subscription { choices: twice, ..berlin(None) }).contains("twice"));
    }
}
