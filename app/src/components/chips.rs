//! Filters as links: each leads to the same list with one condition more or less.

use crate::plain::{IntoPlain, part};
use leptos::prelude::*;
use std::borrow::Cow;

/// A condition that is on or off.
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    pub label: Cow<'static, str>,
    /// Where the list without it is, when it is on; with it, when it is off.
    pub href: String,
    pub is_on: bool,
}

/// A named group of chips.
pub fn chips(label: &'static str, mut chips: impl FnMut() -> Vec<Chip> + Send + 'static) -> AnyView {
    let items = move || {
        let chips = chips().into_iter().map(|chip| {
            view! {
                <li>
                    <a class="chip" href=chip.href aria-current=chip.is_on.then_some("true")>
                        {chip.label}
                    </a>
                </li>
            }
        });
        chips.collect_view().plain()
    };
    view! {
        <nav class="chips" aria-label=label>
            <span class="chips-label" aria-hidden="true">
                {label}
            </span>
            <ul>{part(items)}</ul>
        </nav>
    }
    .plain()
}
