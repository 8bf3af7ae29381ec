//! Shows a board: HTML that the server draws, drawn anew when its view moves. Nodes that stay are kept, so that nothing
//! that is open, focused or selected is lost.

use crate::api::{self, Board, Drawing};
use crate::components::page::content;
use crate::components::position::{position, refusal};
use crate::components::when::ago;
use crate::live::{Live, News};
use crate::plain::IntoPlain;
use crate::session::Now;
use chrono::DateTime;
use domain::Seq;
use domain::live::ViewKey;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use serde::de::IgnoredAny;
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

/// A board is drawn anew at most this often.
const PAUSE: Duration = Duration::from_secs(1);

#[wasm_bindgen(raw_module = "./redraw.js")]
extern "C" {
    pub fn redraw(element: &Element, html: &str);
    fn ages(element: &Element) -> Vec<Element>;
}

/// A page that is one board. `view` is the one that moves when the board has to be drawn anew.
pub fn board(board: Board, title: &'static str, view: Option<ViewKey>) -> AnyView {
    let query = use_location().search;
    view! {
        <Title text=title />
        {content(
            move || query.get(),
            move || api::board(board, query.get_untracked()),
            move |drawing: Drawing| shown(board, title, view.clone(), drawing),
        )}
    }
    .plain()
}

fn shown(board: Board, title: &'static str, view: Option<ViewKey>, drawing: Drawing) -> AnyView {
    let frame = NodeRef::<Div>::new();
    let as_of = RwSignal::new(drawing.as_of);
    let refused = RwSignal::new(None);
    let is_live = view.is_some();
    if let Some(view) = view {
        follow(board, view, drawing.as_of, frame, as_of, refused);
    }
    let now = Now::current();
    Effect::new(move |_| {
        let now = now.get();
        for age in frame.get().iter().flat_map(|frame| ages(frame)) {
            let at = age.get_attribute("datetime").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
            if let Some(at) = at {
                age.set_text_content(Some(&ago(at.to_utc(), now)));
            }
        }
    });
    view! {
        <div class="page-head">
            <h1>{title}</h1>
            {is_live.then(|| position(as_of))}
        </div>
        {refusal(refused)}
        <div class="drawn" node_ref=frame inner_html=drawing.html></div>
    }
    .plain()
}

/// Draws the board anew when its view moves.
fn follow(
    board: Board,
    view: ViewKey,
    after: Seq,
    frame: NodeRef<Div>,
    as_of: RwSignal<Seq>,
    refused: RwSignal<Option<String>>,
) {
    let is_waiting = StoredValue::new(false);
    let query = use_location().search;
    let draw = move || {
        leptos::task::spawn_local(async move {
            let drawn = api::board(board, query.get_untracked()).await.and_then(|drawing| drawing.read());
            // The page may be gone by now.
            let _ = is_waiting.try_set_value(false);
            match drawn {
                Ok(Drawing { as_of: at, html }) => {
                    let _ = refused.try_set(None);
                    let _ = as_of.try_set(at);
                    if let Some(Some(frame)) = frame.try_get_untracked() {
                        redraw(&frame, &html);
                    }
                }
                Err(error) => {
                    let _ = refused.try_set(Some(error.to_string()));
                }
            }
        });
    };
    Live::watch(view, after, move |seq, update: News<IgnoredAny>| match update {
        News::Current => as_of.set(seq),
        News::Refused(message) => refused.set(Some(message)),
        News::Replayed(_) | News::Snapshot(_) | News::Change(_) => {
            if !is_waiting.get_value() {
                is_waiting.set_value(true);
                set_timeout(draw, PAUSE);
            }
        }
    });
}
