//! Saved views: the lists that somebody comes back to, and the form that saves this one. Plain forms, which work without a
//! script; the server takes what is saved from the page's own address.

use crate::api::{SavedView, VIEW_NAME};
use crate::plain::IntoPlain;
use leptos::prelude::*;

/// The views of a page, and what can be done with the one that is shown: the query behind the question mark.
pub fn saved_views(path: &'static str, shown: String, views: Vec<SavedView>) -> AnyView {
    let is_saved = views.iter().any(|view| view.query == shown);
    let may_save = !shown.is_empty() && !is_saved;
    if views.is_empty() && !may_save {
        return ().plain();
    }
    let items = views
        .into_iter()
        .map(|SavedView { name, query, is_shared, may_forget }| {
            let is_shown = query == shown;
            let forget = (is_shown && may_forget).then(|| {
                let said = format!("Forget the view {name}");
                view! {
                    <form method="post" action="/views/forget">
                        <input type="hidden" name="name" value=name.clone() />
                        {is_shared.then(|| view! { <input type="hidden" name="shared" value="yes" /> })}
                        <button class="quiet" aria-label=said>
                            "Forget"
                        </button>
                    </form>
                }
            });
            view! {
                <li>
                    <a
                        class=if is_shared { "chip saved shared" } else { "chip saved" }
                        title=is_shared.then_some("Everybody at the desk has this one")
                        href=format!("{path}?{query}")
                        aria-current=is_shown.then_some("page")
                    >
                        {name}
                    </a>
                    {forget}
                </li>
            }
        })
        .collect_view();
    let save = may_save.then(|| {
        view! {
            <details class="save-view">
                <summary>"Save this view"</summary>
                <form method="post" action="/views" class="form row">
                    <label>
                        "Name of the view"
                        <input name="name" maxlength=VIEW_NAME.to_string() required autocomplete="off" />
                    </label>
                    {(path == "/desk").then(|| view! {
                        <label class="check">
                            <input type="checkbox" name="shared" value="yes" />
                            "For everybody at the desk"
                        </label>
                    })}
                    <button>"Save"</button>
                </form>
            </details>
        }
    });
    view! {
        <nav class="chips views" aria-label="Saved views">
            <span class="chips-label" aria-hidden="true">
                "Views"
            </span>
            <ul>{items}</ul>
            {save}
        </nav>
    }
    .plain()
}
