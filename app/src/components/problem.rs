//! What stands in place of a page that cannot be shown: what is wrong, and where to go.

use crate::api::{ApiError, answer_not_found};
use crate::plain::IntoPlain;
use leptos::prelude::*;
use leptos_meta::Title;

/// What stands there while a page is on its way.
pub fn loading() -> AnyView {
    view! { <p class="loading">"Loading"</p> }.plain()
}

/// A page, or a part of one, that could not be had.
#[component]
pub fn Problem(error: ApiError) -> impl IntoView {
    match error {
        ApiError::NotFound => view! {
            <Missing
                headline="No such shipment"
                sentence="There is no shipment under this address, or it is not yours to see."
            />
        }
        .plain(),
        ApiError::Forbidden => {
            dead_end("Not for your role", "This page is for people who sign in with another role.")
        }
        error => trouble(&error),
    }
}

/// What went wrong on our side, and how to try again.
pub fn trouble(error: &ApiError) -> AnyView {
    let sentence = format!("Sorry: {error}.");
    view! {
        <div class="problem" role="alert">
            <p>{sentence}</p>
            <p>
                <a href="" rel="external">
                    "Try again"
                </a>
            </p>
        </div>
    }
    .plain()
}

/// A page that does not exist; answers 404.
#[component]
pub fn Missing(headline: &'static str, sentence: &'static str) -> impl IntoView {
    answer_not_found();
    dead_end(headline, sentence)
}

fn dead_end(headline: &'static str, sentence: &'static str) -> AnyView {
    view! {
        <Title text=headline />
        {nothing_here(headline, sentence)}
    }
    .plain()
}

/// That there is nothing to see, and where to go instead.
pub fn nothing_here(headline: &'static str, sentence: &'static str) -> AnyView {
    view! {
        <div class="problem">
            <h1>{headline}</h1>
            <p>{sentence}</p>
            <p>
                <a href="/">"Go to the start page"</a>
            </p>
        </div>
    }
    .plain()
}
