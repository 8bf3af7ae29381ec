//! What a live view says about itself: where in the journal it holds, and whether it still follows.

use crate::plain::{IntoPlain, Part, part, text};
use domain::Seq;
use leptos::prelude::*;

/// The journal position that a view holds at.
pub fn position(as_of: RwSignal<Seq>) -> AnyView {
    let seq = move || as_of.get().to_string();
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
