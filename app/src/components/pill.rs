//! New rows wait behind the pill until somebody wants them: nothing moves under the cursor.

use crate::plain::{IntoPlain, part, text};
use leptos::prelude::*;

/// Shows how many are `new`; `unfold` gives them their place.
pub fn pill(new: Memo<usize>, unfold: impl Fn() + Copy + Send + 'static) -> AnyView {
    let has_new = Memo::new(move |_| new.get() > 0);
    let button = move || {
        has_new
            .get()
            .then(|| {
                view! {
                    <button type="button" class="pill" on:click=move |_| unfold()>
                        {text(move || format!("{} new", new.get()))}
                    </button>
                }
            })
            .plain()
    };
    view! {
        <div class="pill-place" role="status" aria-live="polite">
            {part(button)}
        </div>
    }
    .plain()
}
