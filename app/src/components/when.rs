//! Times as text: a moment stands in the offset that its source stated, an age counts from the page's clock.

use crate::session::{Now, Session};
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use domain::time::{Moment, Window, format_offset, format_span};
use leptos::prelude::*;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

fn day(moment: Moment) -> String {
    let month = MONTHS.get(moment.month0() as usize).copied().unwrap_or_default();
    let this_year = use_context::<Session>().map(|session| session.now.year());
    if this_year == Some(moment.year()) {
        format!("{} {month}", moment.day())
    } else {
        format!("{} {month} {}", moment.day(), moment.year())
    }
}

fn clock(moment: Moment) -> String {
    format!("{:02}:{:02}", moment.hour(), moment.minute())
}

/// A moment, `3 Nov 14:05 UTC+1`; a dash where there is none.
pub fn moment(at: Option<Moment>) -> impl IntoView + use<> {
    at.map(|at| {
        view! {
            <time datetime=at.to_rfc3339()>
                {format!("{} {} ", day(at), clock(at))} <span class="zone">{format_offset(at)}</span>
            </time>
        }
    })
    .map_or_else(|| leptos::either::Either::Left(dash()), leptos::either::Either::Right)
}

/// What stands where nothing is known.
pub fn dash() -> impl IntoView {
    view! { <span class="none">"–"</span> }
}

/// A moment on our own clock.
pub fn utc(at: Option<DateTime<Utc>>) -> impl IntoView + use<> {
    moment(at.map(|at| at.fixed_offset()))
}

/// A window, `3 Nov 14:00 to 16:00 UTC+1`.
pub fn window(window: Option<Window>) -> impl IntoView + use<> {
    window
        .map(|Window { from, to }| {
            let same_day = from.date_naive() == to.date_naive();
            let end = if same_day { clock(to) } else { format!("{} {}", day(to), clock(to)) };
            view! {
                <span class="window">
                    <time datetime=from.to_rfc3339()>{format!("{} {}", day(from), clock(from))}</time>
                    " to "
                    <time datetime=to.to_rfc3339()>
                        {format!("{end} ")} <span class="zone">{format_offset(to)}</span>
                    </time>
                </span>
            }
        })
        .map_or_else(|| leptos::either::Either::Left(dash()), leptos::either::Either::Right)
}

/// How long ago something was, as people say it; seconds below a minute.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let span = now - at;
    if span < TimeDelta::seconds(1) {
        "just now".to_owned()
    } else if span < TimeDelta::minutes(1) {
        format!("{} s ago", span.num_seconds())
    } else {
        format!("{} ago", format_span(span))
    }
}

/// How long ago something was; goes on counting in the browser.
#[component]
pub fn Age(#[prop(into)] at: Signal<DateTime<Utc>>) -> impl IntoView {
    let now = Now::current();
    let text = Memo::new(move |_| ago(at.get(), now.get()));
    view! { <time class="age" datetime=move || at.get().to_rfc3339()>{move || text.get()}</time> }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().expect("a moment")
    }

    #[test]
    fn an_age_is_said_in_the_largest_fitting_unit_and_never_in_the_future() {
        let now = at("2026-05-01T10:00:00Z");
        assert_eq!(ago(at("2026-05-01T10:00:04Z"), now), "just now");
        assert_eq!(ago(at("2026-05-01T09:59:57Z"), now), "3 s ago");
        assert_eq!(ago(at("2026-05-01T09:15:00Z"), now), "45 min ago");
        assert_eq!(ago(at("2026-04-29T06:00:00Z"), now), "2 d 4 h ago");
    }
}
