//! Sign-in: a plain form that the server answers.

use crate::plain::IntoPlain;
use leptos::html::Input;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// Where the tab keeps the account that somebody signs in with, for the next try.
const ACCOUNT: &str = "syncline.account";

fn storage() -> Option<web_sys::Storage> {
    window().session_storage().ok().flatten()
}

fn remember(account: NodeRef<Input>) {
    if let (Some(storage), Some(account)) = (storage(), account.get_untracked()) {
        // A browser that keeps nothing asks for it again.
        let _ = storage.set_item(ACCOUNT, &account.value());
    }
}

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
    let (account, password) = (NodeRef::<Input>::new(), NodeRef::<Input>::new());
    Effect::new(move |_| {
        let fields = account.get().zip(password.get()).filter(|_| error().is_some());
        if let Some((account, password)) = fields
            && let Some(kept) = storage().and_then(|storage| storage.get_item(ACCOUNT).ok().flatten())
            && account.value().is_empty()
        {
            account.set_value(&kept);
            // It is the password that is typed again.
            let _ = password.focus();
        }
    });
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
            <form method="post" action="/sign-in" class="form" on:submit=move |_| remember(account)>
                <input type="hidden" name="next" value=next />
                <label>
                    "Account"
                    <input
                        name="account"
                        node_ref=account
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
                        node_ref=password
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
