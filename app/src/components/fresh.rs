//! How fresh the page is: the state of the socket and the age of each source's data, always in sight.

use crate::api::{self, ApiError, Positioned};
use crate::components::page::or_problem;
use crate::components::when::ago;
use crate::live::{Connection, Live, News};
use crate::plain::{IntoPlain, part, text};
use crate::session::{Now, Session};
use chrono::{DateTime, Utc};
use domain::Seq;
use domain::live::{Freshness, SourceAge, ViewKey};
use leptos::prelude::*;

/// The state of the socket, as one word that is read out when it changes.
#[component]
pub fn ConnectionState() -> impl IntoView {
    let connection = expect_context::<Live>().connection();
    let said = Memo::new(move |_| said(connection.get()));
    view! {
        <p
            class="connection"
            role="status"
            aria-live="polite"
            data-connection=text(move || said.get().0.to_owned())
        >
            {text(move || said.get().1.to_owned())}
        </p>
        <noscript inner_html="<p class=\"connection\">Without JavaScript: reload for news</p><style>.connection[role] { display: none }</style>"></noscript>
    }
}

/// A state's name, and as people read it.
pub fn said(connection: Connection) -> (&'static str, &'static str) {
    match connection {
        Connection::Idle => ("idle", "Not live yet"),
        Connection::Connecting => ("connecting", "Connecting"),
        Connection::Live => ("live", "Live"),
        Connection::Reconnecting => ("reconnecting", "Reconnecting: what you see may be out of date"),
        Connection::Offline => ("offline", "Offline: what you see may be out of date"),
        Connection::Ended => ("ended", "Signed out"),
    }
}

/// The age of each source's data.
#[component]
pub fn SourceAges() -> impl IntoView {
    or_problem(String::new, api::freshness, |known: Result<Positioned<Freshness>, ApiError>| match known {
        Ok(known) => view! { <Ages as_of=known.as_of known=known.content /> }.plain(),
        // The page's content says what is wrong.
        Err(_) => ().plain(),
    })
}

#[component]
fn Ages(as_of: Seq, known: Freshness) -> impl IntoView {
    let session = Session::current();
    let is_customer = session.viewer.is_none_or(|viewer| viewer.customer.is_some());
    let sources = RwSignal::new(known.sources);
    Live::watch(ViewKey::Freshness, as_of, move |_, update| match update {
        News::Snapshot(Freshness { sources: all }) => sources.set(all),
        News::Replayed(Freshness { sources: some }) | News::Change(Freshness { sources: some }) => {
            sources.update(|known| merge(known, some));
        }
        News::Current | News::Refused(_) => {}
    });
    // What people and Syncline itself do is no source whose silence anybody waits for.
    let age = move |one: &SourceAge, now: DateTime<Utc>| {
        one.role.is_outside().then(|| {
            let label = if is_customer { one.role.label().to_owned() } else { one.source.clone() };
            let heard = one.recorded_at.map_or("never heard".to_owned(), |at| ago(at, now));
            view! {
                <li>
                    <span class="source">{label}</span>
                    {format!(" {heard}")}
                </li>
            }
        })
    };
    let now = Now::current();
    let ages = move || {
        let now = now.get();
        sources.with(|all| all.iter().filter_map(|one| age(one, now)).collect_view()).plain()
    };
    view! {
        <ul class="ages" aria-label="Age of each source's data">
            {part(ages)}
        </ul>
    }
}

fn merge(known: &mut Vec<SourceAge>, changed: Vec<SourceAge>) {
    for age in changed {
        match known.iter_mut().find(|own| own.source == age.source) {
            Some(own) => *own = age,
            None => known.insert(known.partition_point(|own| own.source < age.source), age),
        }
    }
}
