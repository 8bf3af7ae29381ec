//! Sign-in: a plain form that the server answers.

use crate::plain::IntoPlain;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

#[component]
pub fn Page() -> impl IntoView {
    let query = use_query_map();
    let next = move || query.with(|query| query.get("next").unwrap_or_else(|| "/".to_owned()));
    let error = move || {
        query.with(|query| match query.get_str("error") {
            Some("locked") => Some("Too many wrong passwords in a row: wait a minute, then try again."),
            Some(_) => Some("The account or the password is wrong."),
            None => None,
        })
    };
    let describedby = move || error().map(|_| "sign-in-error");
    view! {
        <Title text="Sign in" />
        <div class="sign-in">
            <h1>"Sign in"</h1>
            <p class="hint">"Orders, trucks and deliveries, as they are right now."</p>
            {move || error().map(|sentence| view! {
                <p id="sign-in-error" class="refusal" role="alert">
                    {sentence}
                </p>
            })}
            <form method="post" action="/sign-in" class="form">
                <input type="hidden" name="next" value=next />
                <label>
                    "Account"
                    <input
                        name="account"
                        type="text"
                        autocomplete="username"
                        autocapitalize="none"
                        spellcheck="false"
                        required
                        aria-describedby=describedby
                    />
                </label>
                <label>
                    "Password"
                    <input
                        name="password"
                        type="password"
                        autocomplete="current-password"
                        required
                        aria-describedby=describedby
                    />
                </label>
                <button type="submit">"Sign in"</button>
            </form>
        </div>
    }
    .plain()
}
