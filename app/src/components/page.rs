//! How a page gets its content: from the server with the page, or by a call when it is navigated to. One resource a page;
//! everything here is the same code for all of them.

use crate::api::{ApiError, Wire, read_answer};
use crate::components::problem::{Problem, loading};
use crate::live::{Connection, Live};
use crate::plain::IntoPlain;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;

type Loading = Pin<Box<dyn Future<Output = String> + Send>>;
/// Shows an answer, and says whether there was a connection to get it over.
type Show = Arc<dyn Fn(&str) -> (AnyView, bool) + Send + Sync>;

/// Loads the content and shows it; again whenever `key` changes. `load` reads what it needs untracked.
pub fn content<T, F>(
    key: impl Fn() -> String + Send + Sync + 'static,
    load: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(T) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned + 'static,
    F: Future<Output = Result<Wire<T>, ApiError>> + Send + 'static,
{
    or_problem(key, load, move |content| match content {
        Ok(content) => show(content),
        Err(error) => view! { <Problem error /> }.plain(),
    })
}

/// As [`content`], for pages that have something to say of an error themselves.
pub fn or_problem<T, F>(
    key: impl Fn() -> String + Send + Sync + 'static,
    load: impl Fn() -> F + Send + Sync + 'static,
    show: impl Fn(Result<T, ApiError>) -> AnyView + Send + Sync + 'static,
) -> AnyView
where
    T: DeserializeOwned + 'static,
    F: Future<Output = Result<Wire<T>, ApiError>> + Send + 'static,
{
    follow(
        Box::new(key),
        Box::new(move || {
            let loading = load();
            Box::pin(async move { Wire::into_answer(loading.await) })
        }),
        Arc::new(move |answer| {
            let content = read_answer(answer);
            let is_reached = !matches!(content, Err(ApiError::Unreachable));
            (show(content), is_reached)
        }),
    )
}

fn follow(
    key: Box<dyn Fn() -> String + Send + Sync>,
    load: Box<dyn Fn() -> Loading + Send + Sync>,
    show: Show,
) -> AnyView {
    let text = Resource::new_str(key, move |_| load());
    let is_missed = StoredValue::new(false);
    let connection = expect_context::<Live>().connection();
    // What could not be had without a connection is asked for again once there is one.
    Effect::new(move |before: Option<Connection>| {
        let now = connection.get();
        let is_back = now == Connection::Live && before.is_some_and(|before| before != now);
        if is_back && is_missed.get_value() {
            text.refetch();
        }
        now
    });
    view! {
        <Transition fallback=loading>
            {move || {
                let show = Arc::clone(&show);
                Suspend::new(async move {
                    let (shown, is_reached) = show(&text.await);
                    let _ = is_missed.try_set_value(!is_reached);
                    shown
                })
            }}
        </Transition>
    }
    .plain()
}
