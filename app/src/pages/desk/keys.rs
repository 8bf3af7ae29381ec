//! The desk without a mouse: single keys, and a focus that is never lost.

use crate::plain::IntoPlain;
use domain::ExceptionId;
use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, KeyboardEvent, MouseEvent, MouseEventInit};

const SHORTCUTS: &str = "<dt><kbd>j k</kbd></dt><dd>the next row, the one before</dd>\
    <dt><kbd>Enter</kbd></dt><dd>open the row's exception</dd>\
    <dt><kbd>a</kbd></dt><dd>take it or release it</dd>\
    <dt><kbd>c</kbd></dt><dd>comment: write a note</dd>\
    <dt><kbd>s</kbd></dt><dd>snooze</dd>\
    <dt><kbd>e</kbd></dt><dd>end it: resolve or reopen</dd>\
    <dt><kbd>x</kbd></dt><dd>choose the row; with Shift, all from the last one</dd>\
    <dt><kbd>Shift j k</kbd></dt><dd>choose on the way down, on the way up</dd>\
    <dt><kbd>u</kbd></dt><dd>undo what was done last</dd>\
    <dt><kbd>/</kbd></dt><dd>search the queue</dd>\
    <dt><kbd>?</kbd></dt><dd>this list</dd>\
    <dt><kbd>Esc</kbd></dt><dd>leave a field, then the exception</dd>";

const HEADING: &str = ".case-panel h2";
const LINK: &str = ".exception-link";
/// Where the browser remembers that single keys are off.
const SETTING: &str = "syncline-single-keys";
const OFF: &str = "off";

/// Follows keys and the selection for as long as the desk is shown.
pub fn listen(selected: Memo<Option<ExceptionId>>) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, pressed);
        on_cleanup(move || handle.remove());
    });
    // What opens takes the focus; what closes gives it back to its row.
    Effect::new(move |before: Option<Option<ExceptionId>>| {
        let now = selected.get();
        let closed = before.flatten().filter(|_| now.is_none());
        if closed.is_none() && (before.is_none() || before == Some(now)) {
            return now;
        }
        request_animation_frame(move || {
            let place = closed.map_or_else(|| find(HEADING), row_link);
            if !focus(place) {
                focus(find("main"));
            }
        });
        now
    });
}

/// Gives the focus back to an exception's row before what is open beside it goes. A browser lays the page out once more
/// for the node with the focus when that is taken away.
pub fn leave(id: ExceptionId) {
    focus(row_link(id));
}

fn row_link(id: ExceptionId) -> Option<Element> {
    find(&format!("[data-exception='{id}'] {LINK}"))
}

/// Gives the focus to the open exception if it has just gone with a part of the page.
pub fn rescue() {
    request_animation_frame(|| {
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if is_lost {
            focus(find(HEADING));
        }
    });
}

fn find(place: &str) -> Option<Element> {
    document().query_selector(place).ok().flatten()
}

fn focus(element: Option<Element>) -> bool {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.is_some_and(|element| element.focus().is_ok())
}

fn click(element: Option<Element>) -> bool {
    let element = element.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    element.map(|element| element.click()).is_some()
}

/// The row with the focus, else the one whose exception is open.
fn row() -> Option<Element> {
    let focused = document().active_element().and_then(|element| element.closest("tr").ok().flatten());
    focused.or_else(|| find("tr[aria-current]"))
}

fn step(forward: bool) -> bool {
    let beside =
        |row: Element| if forward { row.next_element_sibling() } else { row.previous_element_sibling() };
    let mut next = row().map_or_else(|| find("tr[data-exception]"), beside);
    // Over the heading of a group.
    while let Some(heading) = next.take_if(|row| !row.has_attribute("data-exception")) {
        next = beside(heading);
    }
    focus(next.and_then(|row| row.query_selector(LINK).ok().flatten()))
}

/// Chooses the row with the focus, or all from the row that was chosen last up to it.
fn choose(is_range: bool) -> bool {
    let checkbox = row().and_then(|row| row.query_selector("input[type=checkbox]").ok().flatten());
    let Some(checkbox) = checkbox else { return false };
    let click = MouseEventInit::new();
    click.set_bubbles(true);
    click.set_cancelable(true);
    click.set_shift_key(is_range);
    let click = MouseEvent::new_with_mouse_event_init_dict("click", &click);
    click.is_ok_and(|click| checkbox.dispatch_event(&click).is_ok())
}

/// Takes a step and chooses both the row that it leaves and the one that it comes to.
fn choose_on(forward: bool) -> bool {
    let is_chosen = row().is_some_and(|row| row.query_selector("input:checked").ok().flatten().is_some());
    // From a row that is not chosen the range begins there; from a chosen one it goes on.
    (is_chosen || choose(false)) && step(forward) && choose(true)
}

/// Goes to a field of the open exception; opens the row's if there is none.
fn go(place: &str) -> bool {
    focus(find(place)) || click(row().and_then(|row| row.query_selector(LINK).ok().flatten()))
}

fn pressed(event: KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let key = event.key();
    let typing = document()
        .active_element()
        .filter(|element| element.matches("input:not([type=checkbox]), select") == Ok(true));
    let is_done = match (key.as_str(), typing) {
        ("Escape", Some(_)) => focus(find(HEADING)),
        ("Escape", None) => click(find(".case-panel .close")),
        (_, Some(_)) => false,
        _ if is_off() => false,
        ("j", _) => step(true),
        ("k", _) => step(false),
        ("J", _) => choose_on(true),
        ("K", _) => choose_on(false),
        ("a", _) => {
            let in_row = document().active_element().and_then(|element| element.closest("tr").ok().flatten());
            let button = in_row.and_then(|row| row.query_selector("button").ok().flatten());
            click(button.or_else(|| find(".case-panel .turn")))
        }
        ("c", _) => go(".case-panel .note input"),
        ("s", _) => go(".case-panel select"),
        ("e", _) => go(".case-panel .ending input"),
        ("x" | "X", _) => choose(event.shift_key()),
        ("u", _) => click(find(".toast .undo")),
        ("/", _) => focus(find(".desk-search input")),
        ("?", _) => click(find(".keys summary")),
        _ => false,
    };
    if is_done {
        event.prevent_default();
    }
}

fn is_off() -> bool {
    let setting = window().local_storage().ok().flatten();
    setting.and_then(|setting| setting.get_item(SETTING).ok().flatten()).as_deref() == Some(OFF)
}

/// The list of keys, with the switch.
pub fn help() -> AnyView {
    let is_on = RwSignal::new(true);
    Effect::new(move |_| is_on.set(!is_off()));
    let switch = move |event| {
        let checked = event_target_checked(&event);
        is_on.set(checked);
        // A browser that keeps nothing forgets it with the page; the switch then says what holds.
        if let Some(setting) = window().local_storage().ok().flatten() {
            let kept = setting.set_item(SETTING, if checked { "on" } else { OFF });
            is_on.set(kept.map_or_else(|_| !is_off(), |()| checked));
        }
    };
    view! {
        <details class="keys">
            <summary>"Keys"</summary>
            <dl inner_html=SHORTCUTS></dl>
            <label>
                <input type="checkbox" prop:checked=is_on on:change=switch />
                "Single keys do this"
            </label>
        </details>
    }
    .plain()
}
