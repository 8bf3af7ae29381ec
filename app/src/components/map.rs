//! Shows the map of a shipment: a picture that the server draws, drawn anew when what it shows has moved.

use super::board::redraw;
use crate::api::{self, Drawing, MapOf};
use crate::pages::shipment::Facts;
use crate::plain::IntoPlain;
use domain::Seq;
use leptos::html::Div;
use leptos::prelude::*;

/// `drawn` is the map of the `facts` that the page begins with.
pub fn shipment_map(of: MapOf, drawn: String, facts: Memo<Facts>) -> AnyView {
    let frame = NodeRef::<Div>::new();
    let shown_at = StoredValue::new(Seq(0));
    Effect::new(move |before: Option<Facts>| {
        let now = facts.get();
        let has_moved =
            before.is_some_and(|before| before.position != now.position || before.stops != now.stops);
        if has_moved {
            let of = of.clone();
            leptos::task::spawn_local(async move {
                match api::map(of).await.and_then(|drawing| drawing.read()) {
                    Ok(Drawing { as_of, html }) => {
                        // The page may be gone by now, or show a later map already.
                        let is_later = shown_at.try_get_value().is_some_and(|shown| shown <= as_of);
                        if let (true, Some(Some(frame))) = (is_later, frame.try_get_untracked()) {
                            shown_at.set_value(as_of);
                            redraw(&frame, &html);
                        }
                    }
                    Err(error) => leptos::logging::error!("the map could not be drawn anew: {error}"),
                }
            });
        }
        now
    });
    view! { <div class="map-frame" node_ref=frame inner_html=drawn></div> }.plain()
}
