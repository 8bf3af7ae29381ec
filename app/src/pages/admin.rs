//! Rules, accounts and sources, for admins.

use crate::api::{self, Board};
use crate::components::drawn::board;
use crate::plain::{IntoPlain, mark, part};
use crate::session::Session;
use domain::account::Area;
use leptos::prelude::*;

#[component]
pub fn Page() -> impl IntoView {
    view! {
        {board(Board::Admin, None)}
        {Session::current().may_open(Area::Admin).then(rules_form)}
    }
}

/// What the server said of a file.
#[derive(Clone, PartialEq)]
enum Said {
    Fine(u32),
    Refused(String),
}

/// The rules file as text: to be changed, checked and put in force.
fn rules_form() -> AnyView {
    let text = RwSignal::new(String::new());
    let said = RwSignal::new(None::<Said>);
    let is_busy = RwSignal::new(false);
    // What somebody has written is never read over.
    let open = move |_| {
        if !text.with_untracked(String::is_empty) {
            return;
        }
        leptos::task::spawn_local(async move {
            match api::rulebook().await.and_then(|file| file.read()) {
                Ok(file) => text.set(file),
                Err(error) => said.set(Some(Said::Refused(error.to_string()))),
            }
        });
    };
    let send = move |only_checks: bool| {
        if is_busy.get_untracked() {
            return;
        }
        is_busy.set(true);
        leptos::task::spawn_local(async move {
            let answer = api::change_rulebook(text.get_untracked(), only_checks).await;
            is_busy.set(false);
            match answer.and_then(|version| version.read()) {
                Ok(version) if only_checks => said.set(Some(Said::Fine(version))),
                Ok(_) => {
                    // The page says which version holds, and who put it in force.
                    let _ = window().location().reload();
                }
                Err(error) => said.set(Some(Said::Refused(error.to_string()))),
            }
        });
    };
    let answer = move || match said.get() {
        None => ().plain(),
        Some(Said::Fine(version)) => view! {
            <p class="hint" role="status">
                {format!("Nothing is wrong with it. It would be version {version}.")}
            </p>
        }
        .plain(),
        Some(Said::Refused(message)) => view! { <p class="meanwhile" role="alert">{message}</p> }.plain(),
    };
    let busy = move || mark("true", move || is_busy.get());
    view! {
        <details class="more rules-file" on:toggle=open>
            <summary>"Change the rules"</summary>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    send(false);
                }
            >
                <label>
                    "The rules file"
                    <textarea
                        rows="24"
                        spellcheck="false"
                        required
                        prop:value=move || text.get()
                        on:input=move |event| {
                            text.set(event_target_value(&event));
                            said.set(None);
                        }
                    ></textarea>
                </label>
                {part(answer)}
                <p class="buttons">
                    <button type="submit" aria-disabled=busy()>
                        "Put in force"
                    </button>
                    <button type="button" class="quiet" aria-disabled=busy() on:click=move |_| send(true)>
                        "Only check"
                    </button>
                </p>
            </form>
        </details>
    }
    .plain()
}
