//! What somebody wants to be told: one form, which works without scripts. `POST /notifications` takes it.

use super::table::{Column, Row, table, words};
use crate::components::section::section;
use crate::components::when::utc;
use crate::context::Context;
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::account::{AccountRole, Viewer};
use domain::message::Addressee;
use domain::subscription::{Channel, News, Pace, Subscription};
use leptos::prelude::*;
use store::{Endpoint, EndpointOf, Question, StoreError};

const KINDS: &[Column] = &[words("News"), words("By mail"), words("By webhook")];

pub async fn draw(context: &Context, viewer: &Viewer) -> Result<(Seq, AnyView), StoreError> {
    let chosen = context.subscription(viewer).await?;
    let address = |by| Addressee::Person { by, account: viewer.account.clone() };
    let mail = context.store.endpoint(EndpointOf::Person(&address(Channel::Mail))).await?;
    let webhook = context.store.endpoint(EndpointOf::Person(&address(Channel::Webhook))).await?;
    let asked = async |endpoint: Option<&Endpoint>| match endpoint {
        Some(endpoint) if !endpoint.confirmed => context.store.last_question(endpoint).await,
        _ => Ok(None),
    };
    let (mail_asked, webhook_asked) = (asked(mail.as_ref()).await?, asked(webhook.as_ref()).await?);
    let now = (context.clock)();
    let kinds = News::ALL.into_iter().filter(|news| news.is_for(viewer.role));
    let kinds = table("What there is to be told", KINDS, kinds.map(|news| kind(news, &chosen)).collect());
    let whose = match viewer.role {
        AccountRole::Customer => "News of your shipments",
        _ => "News of the desk",
    };
    let drawn = view! {
        <form class="form notifications" method="post" action="/notifications">
            {section(whose, view! {
                <p class="hint">
                    "Nothing is sent before you choose it, and only when there is news. What you do yourself is not told to you."
                </p>
                {kinds}
            })}
            {section("Where to", view! {
                {by_mail(mail, mail_asked, context.sends_mail, now)}
                {by_webhook(webhook, webhook_asked, now)}
            })}
            {section("When", hours(&chosen))}
            <p class="buttons">
                <button type="submit">"Save"</button>
            </p>
        </form>
    };
    Ok((Seq(0), drawn.into_any()))
}

fn kind(news: News, chosen: &Subscription) -> Row {
    let pace = |by: Channel| {
        let is_chosen = chosen.pace(news, by);
        let name = format!("{}_{}", by.as_str(), news.as_str());
        let label = format!("{} by {}", news.label(), by.as_str());
        view! {
            <select name=name aria-label=label>
                <option value="" selected=is_chosen.is_none()>"Off"</option>
                {Pace::ALL.map(|pace| view! {
                    <option value=pace.as_str() selected=is_chosen == Some(pace)>{pace.label()}</option>
                }).collect_view()}
            </select>
        }
        .into_any()
    };
    let what = view! {
        {news.label()}
        <span class="detail">{news.meaning()}</span>
    };
    Row {
        key: format!("news-{}", news.as_str()),
        cells: vec![what.into_any(), pace(Channel::Mail), pace(Channel::Webhook)],
    }
}

/// How it stands with an address that has not been confirmed; `asked` is the last question that was put to it.
fn unconfirmed(by: Channel, asked: Option<Question>, now: DateTime<Utc>) -> AnyView {
    let (what, confirms) = match by {
        Channel::Mail => ("A letter", "its link is followed"),
        Channel::Webhook => ("A challenge", "it is sent back, or its link is followed"),
    };
    let text = match asked {
        None => {
            let text = format!(
                "Nothing comes yet: {} has to go there first, and only so many leave in a while. Save again later.",
                what.to_lowercase()
            );
            return view! { <p class="hint" data-asked="not">{text}</p> }.into_any();
        }
        Some(Question { failure: Some(why), .. }) => {
            format!(
                "Nothing comes yet: {} did not get there, {why}. Save again in a minute to try once more.",
                what.to_lowercase()
            )
        }
        Some(Question { expires_at, .. }) if expires_at <= now => {
            format!(
                "Nothing comes yet: {} went there, and its day has passed. Save again to send another one.",
                what.to_lowercase()
            )
        }
        Some(Question { asked_at, .. }) => {
            return view! {
                <p class="hint" data-asked="yes">
                    {format!("{what} went there ")} {utc(Some(asked_at))}
                    {format!(": nothing else comes until {confirms}, within a day. Save again to get another one.")}
                </p>
            }
            .into_any();
        }
    };
    view! { <p class="hint" data-asked="failed">{text}</p> }.into_any()
}

fn by_mail(
    endpoint: Option<Endpoint>,
    asked: Option<Question>,
    sends_mail: bool,
    now: DateTime<Utc>,
) -> AnyView {
    let address = endpoint.as_ref().map(|one| one.address.trim_start_matches("mailto:").to_owned());
    let state = match endpoint {
        _ if !sends_mail => {
            let text = "This server sends no mail: whoever runs it can set a mail server.";
            Some(view! { <p class="hint">{text}</p> }.into_any())
        }
        Some(one) if !one.confirmed => Some(unconfirmed(Channel::Mail, asked, now)),
        Some(Endpoint { paused: Some(why), .. }) => {
            Some(view! { <p class="hint">{format!("No mail comes: {why}.")}</p> }.into_any())
        }
        _ => None,
    };
    view! {
        <label>
            "Mail address"
            <input type="email" name="mail" maxlength="200" autocomplete="email" value=address />
        </label>
        {state}
    }
    .into_any()
}

fn by_webhook(endpoint: Option<Endpoint>, asked: Option<Question>, now: DateTime<Utc>) -> AnyView {
    let address = endpoint.as_ref().map(|one| one.address.clone());
    let state =
        endpoint.as_ref().filter(|one| !one.confirmed).map(|_| unconfirmed(Channel::Webhook, asked, now));
    let known = endpoint.map(|one| {
        let paused = one.paused.map(|why| format!("Nothing is sent there: {why}. Save again to go on. "));
        view! {
            <details class="more">
                <summary>"The secret that its messages are signed with"</summary>
                <p class="hint">
                    {paused} <code>{one.secret}</code>
                    " (Standard Webhooks). Another address gets another one."
                </p>
            </details>
        }
    });
    view! {
        <label>
            "Webhook address"
            <input type="url" name="webhook" maxlength="500" placeholder="https://…" value=address />
        </label>
        {state}
        {known}
    }
    .into_any()
}

fn hours(chosen: &Subscription) -> AnyView {
    let option = |hour: u32, is_chosen: bool| {
        view! {
            <option value=hour.to_string() selected=is_chosen>
                {format!("{hour:02}:00")}
            </option>
        }
    };
    let quiet = chosen.quiet;
    let quiet_hour = |name: &'static str, label: &'static str, at: Option<u32>| {
        view! {
            <label>
                {label}
                <select name=name>
                    <option value="" selected=at.is_none()>"–"</option>
                    {(0..24).map(|hour| option(hour, at == Some(hour))).collect_view()}
                </select>
            </label>
        }
    };
    view! {
        <label>
            "Time zone"
            <input type="text" name="zone" required maxlength="40" placeholder="Europe/Berlin" value=chosen.zone.clone() />
        </label>
        <label>
            "What comes once a day, comes at"
            <select name="daily_hour">
                {(0..24).map(|hour| option(hour, hour == chosen.daily_hour)).collect_view()}
            </select>
        </label>
        {quiet_hour("quiet_from", "Quiet from", quiet.map(|quiet| quiet.from_hour))}
        {quiet_hour("quiet_until", "Quiet until", quiet.map(|quiet| quiet.until_hour))}
        <p class="hint">"What happens in quiet hours waits and comes when they end, in one letter."</p>
    }
    .into_any()
}
