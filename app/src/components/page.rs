//! How a page gets its content: from the server with the page, or by a call when it is navigated to. One resource a page;
//! everything here is the same code for all of them.

use crate::api::{ApiError, Wire, read_answer};
use crate::components::problem::{Problem, loading};
use crate::plain::IntoPlain;
use leptos::prelude::*;
use serde::de::DeserializeOwned;
use std::pin::Pin;
use std::sync::Arc;

type Loading = Pin<Box<dyn Future<Output = String> + Send>>;
type Show = Arc<dyn Fn(&str) -> AnyView + Send + Sync>;

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
        Arc::new(move |answer| show(read_answer(answer))),
    )
}

fn follow(
    key: Box<dyn Fn() -> String + Send + Sync>,
    load: Box<dyn Fn() -> Loading + Send + Sync>,
    show: Show,
) -> AnyView {
    let text = Resource::new_str(key, move |_| load());
    view! {
        <Transition fallback=loading>
            {move || {
                let show = Arc::clone(&show);
                Suspend::new(async move { show(&text.await) })
            }}
        </Transition>
    }
    .plain()
}
