//! What a live view says about itself: where in the journal it holds, and whether it still follows.

use crate::plain::{IntoPlain, Part, part, text};
use crate::session::Session;
use domain::Seq;
use leptos::prelude::*;

/// The journal position that a view holds at. Customers read no positions; a script finds it all the same.
pub fn position(as_of: RwSignal<Seq>) -> AnyView {
    let seq = move || as_of.get().to_string();
    let is_of_house = Session::current().viewer.is_some_and(|viewer| viewer.customer.is_none());
    if !is_of_house {
        return view! { <span hidden data-as-of=text(seq)>{text(seq)}</span> }.plain();
    }
    view! {
        <p class="as-of">
            "As of position " <span data-as-of=text(seq)>{text(seq)}</span>
        </p>
    }
    .plain()
}

/// Says that a view is over, where it is.
pub fn refusal(refused: RwSignal<Option<String>>) -> Part {
    part(move || {
        let sentence = refused.get().map(|message| {
            let sentence = format!("This page is no longer kept up to date: {message}.");
            view! {
                <p class="refusal" role="alert">
                    {sentence}
                </p>
            }
        });
        sentence.plain()
    })
}
