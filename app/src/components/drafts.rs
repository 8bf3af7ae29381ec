//! What somebody is writing is kept by their browser until it is sent: neither a reload, nor another row, nor the end of a
//! session loses it. Fields of plain forms are kept by `drafts.js`, under the same keys.

use crate::session::Session;
use leptos::prelude::*;
use web_sys::Storage;

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// A signal for what is written at `place`, from what was left there to what is sent, which empties it. Each account has its
/// own. A browser that keeps nothing forgets it with the page.
pub fn draft(place: String) -> RwSignal<String> {
    let account = Session::current().viewer.map(|viewer| viewer.account).unwrap_or_default();
    let key = format!("syncline.draft.{account}.{place}");
    let words = RwSignal::new(String::new());
    Effect::new(move |before: Option<()>| {
        let written = words.get();
        let Some(storage) = storage() else { return };
        if before.is_none() {
            if let Ok(Some(kept)) = storage.get_item(&key) {
                words.set(kept);
            }
        } else if written.is_empty() {
            // What can't be kept is only forgotten.
            let _ = storage.remove_item(&key);
        } else {
            let _ = storage.set_item(&key, &written);
        }
    });
    words
}
