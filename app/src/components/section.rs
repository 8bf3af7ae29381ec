//! A titled part of a page, and pairs of a label and a value.

use crate::plain::IntoPlain;
use leptos::prelude::*;

/// A part of a page under a second-level heading.
pub fn section(title: &'static str, content: impl IntoView + 'static) -> AnyView {
    let id = title.to_ascii_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let labelled_by = id.clone();
    let content = content.into_view().plain();
    view! {
        <section class="section" aria-labelledby=labelled_by>
            <h2 id=id>{title}</h2>
            {content}
        </section>
    }
    .plain()
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
