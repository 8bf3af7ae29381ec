//! How fresh the page is: the state of the socket and the age of each source's data, always in sight.

use crate::api;
use crate::components::when::Age;
use crate::live::{Connection, Live, News};
use crate::session::Session;
use domain::Seq;
use domain::live::{Freshness, SourceAge, ViewKey};
use leptos::prelude::*;

/// The state of the socket, as one word that is read out when it changes.
#[component]
pub fn ConnectionState() -> impl IntoView {
    let connection = expect_context::<Live>().connection();
    let name = move || match connection.get() {
        Connection::Idle => "idle",
        Connection::Connecting => "connecting",
        Connection::Live => "live",
        Connection::Reconnecting => "reconnecting",
        Connection::Offline => "offline",
        Connection::Ended => "ended",
    };
    let text = move || match connection.get() {
        Connection::Idle => "Not live yet",
        Connection::Connecting => "Connecting",
        Connection::Live => "Live",
        Connection::Reconnecting => "Reconnecting: what you see may be out of date",
        Connection::Offline => "Offline: what you see may be out of date",
        Connection::Ended => "Signed out: reload to sign in",
    };
    view! {
        <p class="connection" role="status" aria-live="polite" data-connection=name>
            {text}
        </p>
    }
}

/// The age of each source's data.
#[component]
pub fn SourceAges() -> impl IntoView {
    let freshness = Resource::new(|| (), |()| api::freshness());
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                freshness.await.ok().map(|known| view! { <Ages as_of=known.as_of known=known.content /> })
            })}
        </Suspense>
    }
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
    let names = Memo::new(move |_| {
        sources.with(|all| {
            // What people and Syncline itself do is no source whose silence anybody waits for.
            let outside = all.iter().filter(|age| age.role.is_outside());
            outside.map(|age| (age.source.clone(), age.role)).collect::<Vec<_>>()
        })
    });
    view! {
        <ul class="ages" aria-label="Age of each source's data">
            <For each=move || names.get() key=Clone::clone let:source>
                {
                    let (name, role) = source;
                    let label = if is_customer { role.label().to_owned() } else { name.clone() };
                    let heard = Memo::new(move |_| {
                        sources.with(|all| {
                            let own = all.iter().find(|age| age.source == name);
                            own.and_then(|age| age.recorded_at)
                        })
                    });
                    view! {
                        <li>
                            <span class="source">{label}</span>
                            " "
                            {move || match heard.get() {
                                Some(at) => view! { <Age at /> }.into_any(),
                                None => "never heard".into_any(),
                            }}
                        </li>
                    }
                }
            </For>
        </ul>
    }
}

fn merge(known: &mut Vec<SourceAge>, changed: Vec<SourceAge>) {
    for age in changed {
        match known.iter_mut().find(|own| own.source == age.source) {
            Some(own) => *own = age,
            None => known.push(age),
        }
    }
    known.sort_by(|one, other| one.source.cmp(&other.source));
}
