//! A titled part of a page, and pairs of a label and a value.

use leptos::prelude::*;

/// A part of a page under a second-level heading.
#[component]
pub fn Section(
    title: &'static str,
    #[prop(optional)] class: &'static str,
    children: Children,
) -> impl IntoView {
    let id = title.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let labelled_by = id.clone();
    view! {
        <section class=format!("section {class}") aria-labelledby=labelled_by>
            <h2 id=id>{title}</h2>
            {children()}
        </section>
    }
}

/// A label and a value inside a `dl`.
pub fn pair(label: &'static str, value: impl IntoView) -> impl IntoView {
    view! {
        <div class="pair">
            <dt>{label}</dt>
            <dd>{value}</dd>
        </div>
    }
}
