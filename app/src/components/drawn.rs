//! Shows HTML that the server draws, drawn anew when its view moves. Nodes that stay are kept, so that nothing that is open,
//! focused or selected is lost. One mechanism for all that is read and not worked in: boards, shipments, maps, cases.

use crate::api::{self, ApiError, Board, Drawing, Drawn};
use crate::components::page::content;
use crate::components::position::{position, refusal};
use crate::components::when::ago;
use crate::live::{Live, News};
use crate::plain::IntoPlain;
use crate::session::Now;
use chrono::{DateTime, TimeDelta, Utc};
use domain::Seq;
use domain::live::ViewKey;
use leptos::html::Div;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;
use std::time::Duration;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Element;

/// It is drawn anew at once, and then at most this often.
const PAUSE: Duration = Duration::from_secs(1);
/// The figures of whole periods are drawn anew at most this often: a change moves them by a hair.
const PERIOD_PAUSE: Duration = Duration::from_secs(30);
/// It is drawn anew without news after this long: what it says of today, and of what is overdue, depends on the clock.
const FRESH_FOR: TimeDelta = TimeDelta::minutes(5);
/// The event with which a tab comes and goes.
const VISIBILITY: &str = "visibilitychange";
/// How long after an error of the server it is tried again.
const TRY_AGAIN_AFTER: Duration = Duration::from_secs(5);

#[wasm_bindgen(raw_module = "./redraw.js")]
extern "C" {
    fn redraw(element: &Element, html: &str);
    fn revive(element: &Element);
    fn stamp(element: &Element, seq: &str);
    fn ages(element: &Element) -> Vec<Element>;
}

/// HTML on a page that keeps up with its view.
#[derive(Clone, Copy)]
pub struct Following {
    what: StoredValue<Drawn>,
    frame: NodeRef<Div>,
    /// The journal position that it holds at.
    pub as_of: RwSignal<Seq>,
    /// Why nothing more comes, if so.
    pub refused: RwSignal<Option<String>>,
    /// The position of the latest news.
    news: StoredValue<Seq>,
    is_pausing: StoredValue<bool>,
    /// Whether the news waited for somebody to look: how long says nothing about how quick we are.
    was_hidden: StoredValue<bool>,
}

impl Following {
    /// Follows `view`, if there is one, from the position that `what` was drawn at first.
    pub fn start(what: Drawn, view: Option<ViewKey>, as_of: Seq) -> Self {
        let following = Self {
            what: StoredValue::new(what),
            frame: NodeRef::new(),
            as_of: RwSignal::new(as_of),
            refused: RwSignal::new(None),
            news: StoredValue::new(as_of),
            is_pausing: StoredValue::new(false),
            was_hidden: StoredValue::new(false),
        };
        if let Some(view) = view {
            Live::watch_drawn(view, as_of, move |seq, news| following.hear(seq, news));
            let now = Now::current();
            Effect::new(move |_| {
                let handle =
                    window_event_listener(leptos::ev::Custom::new(VISIBILITY), move |_: web_sys::Event| {
                        if !document().hidden() && following.is_behind() {
                            following.catch_up();
                        }
                    });
                on_cleanup(move || handle.remove());
            });
            Effect::new(move |drawn_at: Option<DateTime<Utc>>| {
                let now = now.get();
                let drawn_at = drawn_at.unwrap_or(now);
                if now - drawn_at < FRESH_FOR || document().hidden() {
                    return drawn_at;
                }
                leptos::task::spawn_local(following.draw());
                now
            });
        }
        following
    }

    fn hear(self, seq: Seq, news: News<()>) {
        match news {
            News::Refused(message) => self.refused.set(Some(message)),
            // Nothing is new since the last news; whether that was drawn is another question.
            News::Current if self.is_behind() || self.refused.get_untracked().is_some() => self.catch_up(),
            News::Current => {
                self.as_of.set(seq);
                self.news.set_value(seq);
            }
            News::Replayed(()) | News::Snapshot(()) | News::Change(()) => {
                self.news.set_value(seq);
                self.catch_up();
            }
        }
    }

    /// Whether there was news that does not stand on the page. Not once the page is gone.
    fn is_behind(self) -> bool {
        let positions = self.as_of.try_get_untracked().zip(self.news.try_get_value());
        positions.is_some_and(|(as_of, news)| as_of < news)
    }

    /// Whether it tells of a whole period rather than of what happens.
    fn is_of_period(self) -> bool {
        self.what.with_value(|what| matches!(what, Drawn::Board { board: Board::Kpis, .. }))
    }

    fn catch_up(self) {
        if self.is_pausing.get_value() {
            return;
        }
        // Nobody looks; whoever comes back sees it then.
        if document().hidden() {
            return self.was_hidden.set_value(true);
        }
        self.is_pausing.set_value(true);
        leptos::task::spawn_local(self.draw());
        let pause = if self.is_of_period() { PERIOD_PAUSE } else { PAUSE };
        set_timeout(move || self.end_pause(), pause);
    }

    fn end_pause(self) {
        let _ = self.is_pausing.try_set_value(false);
        // An error has its own time.
        if self.is_behind() && self.refused.get_untracked().is_none() {
            self.catch_up();
        }
    }

    async fn draw(self) {
        let Some((what, news)) = self.what.try_get_value().zip(self.news.try_get_value()) else { return };
        let drawn = api::draw(what).await.and_then(|drawing| drawing.read());
        // The page may be gone by now, or show something later already.
        let Some(shown) = self.as_of.try_get_untracked() else { return };
        match drawn {
            Ok(Drawing { as_of, html, .. }) if as_of >= shown => {
                if let Some(Some(frame)) = self.frame.try_get_untracked() {
                    redraw(&frame, &html);
                }
                self.as_of.set(as_of);
                self.refused.set(None);
                let is_at_once = !self.is_of_period() && !self.was_hidden.get_value();
                if shown < news && is_at_once {
                    Live::painted(news);
                }
                self.was_hidden.set_value(false);
            }
            Ok(_) => {}
            Err(error) => {
                // Where the server can't be reached, the socket's coming back will say so.
                if matches!(error, ApiError::Busy | ApiError::Internal) {
                    set_timeout(
                        move || {
                            if self.is_behind() {
                                self.catch_up();
                            }
                        },
                        TRY_AGAIN_AFTER,
                    );
                }
                self.refused.set(Some(error.to_string()));
            }
        }
    }

    /// The HTML itself; on the page once.
    pub fn show(self, html: String) -> AnyView {
        let Self { frame, as_of, .. } = self;
        let html = api::html_of_page(html);
        let now = Now::current();
        Effect::new(move |_| {
            if let Some(frame) = frame.get() {
                revive(&frame);
            }
        });
        Effect::new(move |_| {
            let seq = as_of.get().to_string();
            if let Some(frame) = frame.get() {
                stamp(&frame, &seq);
            }
        });
        Effect::new(move |_| {
            let now = now.get();
            for age in frame.get().iter().flat_map(|frame| ages(frame)) {
                let at = age.get_attribute("datetime").and_then(|at| DateTime::parse_from_rfc3339(&at).ok());
                if let Some(at) = at {
                    age.set_text_content(Some(&ago(at.to_utc(), now)));
                }
            }
        });
        view! { <div class="drawn" node_ref=frame inner_html=html></div> }.plain()
    }
}

/// A page that is one board. `view` is the one that moves when the board has to be drawn anew.
pub fn board(board: Board, view: Option<ViewKey>) -> AnyView {
    let search = use_location().search;
    let drawn = move || Drawn::Board { board, query: search.get_untracked() };
    content(
        move || search.get(),
        move || api::draw(drawn()),
        move |Drawing { as_of, title, html }| {
            // A board that is paused stands still until somebody lets it go on.
            let is_paused = search.with_untracked(|query| query.split('&').any(|part| part == "paused"));
            let following = Following::start(drawn(), view.clone().filter(|_| !is_paused), as_of);
            view! {
                <Title text=title.clone() />
                <div class="page-head">
                    <h1>{title}</h1>
                    {view.is_some().then(|| position(following.as_of))}
                </div>
                {refusal(following.refused)}
                {following.show(html)}
            }
            .plain()
        },
    )
}
