//! The desk without a mouse: single keys, and a focus that is never lost. Every key acts on one target: what is chosen; else
//! the row with the focus, which becomes the open one; else the open exception.

use super::Actions;
use crate::plain::IntoPlain;
use domain::ExceptionId;
use leptos::ev;
use leptos::prelude::*;
use std::cell::RefCell;
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::{
    Element, Event, EventInit, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent, MouseEventInit,
};

const SHORTCUTS: &str = "<dt><kbd>j k</kbd></dt><dd>the next row, the one before; an open exception moves along</dd>\
    <dt><kbd>Enter</kbd></dt><dd>open the row's exception</dd>\
    <dt><kbd>a</kbd></dt><dd>take it or release it</dd>\
    <dt><kbd>c</kbd></dt><dd>comment: write a note</dd>\
    <dt><kbd>s</kbd></dt><dd>snooze</dd>\
    <dt><kbd>e</kbd></dt><dd>end it: resolve or reopen</dd>\
    <dt><kbd>1 … 9</kbd></dt><dd>a reason that is often given goes into the field, another digit changes it, Enter ends it; among words digits are text</dd>\
    <dt><kbd>r</kbd></dt><dd>reply to the customer who waits</dd>\
    <dt><kbd>x</kbd></dt><dd>choose the row; with Shift, all from the last one</dd>\
    <dt><kbd>Shift j k</kbd></dt><dd>choose on the way down, on the way up</dd>\
    <dt></dt><dd>with rows chosen, a c s e are for all of them</dd>\
    <dt><kbd>u</kbd></dt><dd>undo what was done last</dd>\
    <dt><kbd>/</kbd></dt><dd>search the queue</dd>\
    <dt><kbd>?</kbd></dt><dd>this list</dd>\
    <dt><kbd>Esc</kbd></dt><dd>leave this list, a field, the exception, the choice</dd>";

const HEADING: &str = ".case-panel h2";
const LINK: &str = ".exception-link";
const NOTE: &str = ".case-panel .note input";
const SNOOZE: &str = ".case-panel .snooze select";
const ENDING: &str = ".case-panel .ending input";
const ANSWER: &str = ".case-panel [name=text][data-answer]";
/// Where a reason that was put into the field stands beside what the field holds by now.
const GIVEN: &str = "data-given";
const HELP: &str = ".keys[open] summary";
/// What takes text: keys that are pressed there are for it.
const TYPING: &str = "input:not([type=checkbox]), select, textarea, [contenteditable]";
/// Where the browser remembers that single keys are off.
const SETTING: &str = "syncline-single-keys";
const OFF: &str = "off";
/// An exception that has not opened by then does not open.
const OPENS_WITHIN: Duration = Duration::from_secs(3);
/// The key code of a key that a composition has taken.
const COMPOSED: u32 = 229;

/// An exception that a key has opened and that is not there yet.
struct Opening {
    exception: String,
    /// Where the focus goes then: a field of it; its row if none.
    field: Option<&'static str>,
    /// What was typed meanwhile. It is for the field, and is no command.
    typed: String,
}

thread_local! {
    /// Only the browser touches it, and the browser has one thread.
    static OPENING: RefCell<Option<Opening>> = const { RefCell::new(None) };
}

/// Follows keys and the selection for as long as the desk is shown.
pub fn listen(selected: Memo<Option<ExceptionId>>, actions: Actions) {
    Effect::new(move |_| {
        let handle = window_event_listener(ev::keydown, move |event| pressed(&event, actions));
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
            let place = match (now, closed) {
                (Some(id), _) => match opened(id) {
                    Some(Opening { field: Some(field), typed, .. }) => {
                        find(field).inspect(|field| write(field, &typed))
                    }
                    Some(Opening { field: None, .. }) => row_link(id),
                    // Somebody has gone on to another one meanwhile.
                    None if OPENING.with_borrow(Option::is_some) => return,
                    None => None,
                },
                (None, closed) => closed.and_then(row_link),
            };
            if !focus(place) && !focus(find(HEADING)) {
                focus(find("main"));
            }
        });
        now
    });
}

/// What waited for an exception that is there now.
fn opened(id: ExceptionId) -> Option<Opening> {
    let id = id.to_string();
    OPENING.with_borrow_mut(|opening| opening.take_if(|opening| opening.exception == id))
}

/// Puts what was typed before a field was there behind what stands in it.
fn write(field: &Element, typed: &str) {
    let Some(input) = field.dyn_ref::<HtmlInputElement>().filter(|_| !typed.is_empty()) else { return };
    input.set_value(&format!("{}{typed}", input.value()));
    let bubbling = EventInit::new();
    bubbling.set_bubbles(true);
    // Only a name that is none could fail.
    let _ = Event::new_with_event_init_dict("input", &bubbling).map(|event| input.dispatch_event(&event));
}

/// Opens a row's exception, then goes to `field` of it, or stays on the row.
fn open(row: &Element, field: Option<&'static str>) -> bool {
    let Some(exception) = row.get_attribute("data-exception") else { return false };
    let is_on_its_way = OPENING.with_borrow_mut(|opening| {
        let is_on_its_way = opening.as_ref().is_some_and(|opening| opening.exception == exception);
        *opening = Some(Opening { exception: exception.clone(), field, typed: String::new() });
        is_on_its_way
    });
    let given_up = move || {
        OPENING.with_borrow_mut(|opening| {
            opening.take_if(|opening| opening.exception == exception);
        });
    };
    set_timeout(given_up, OPENS_WITHIN);
    is_on_its_way || click(row.query_selector(LINK).ok().flatten())
}

/// Whether a key is for a field that is not there yet. It is kept for it.
fn waits(event: &KeyboardEvent) -> bool {
    OPENING.with_borrow_mut(|opening| {
        let Some(opening) = opening.as_mut().filter(|opening| opening.field.is_some()) else { return false };
        let key = event.key();
        if key == "Escape" {
            opening.field = None;
        } else if key == "Backspace" {
            opening.typed.pop();
        } else if key.chars().count() == 1 {
            opening.typed.push_str(&key);
        }
        true
    })
}

/// Opens the next exception that is open still, once `id` is resolved: the next below, else the next above.
pub fn go_on(id: ExceptionId) {
    let Some(row) = find(&format!("[data-exception='{id}']")) else { return };
    let open_beside = |forward: bool| {
        let mut next = beside(&row, forward);
        while let Some(closed) = next.take_if(|row| row.has_attribute("data-closed")) {
            next = beside(&closed, forward);
        }
        next
    };
    let next = open_beside(true).or_else(|| open_beside(false));
    click(next.and_then(|row| row.query_selector(LINK).ok().flatten()));
}

/// Gives the focus back to an exception's row before what is open beside it goes. A browser lays the page out once more
/// for the node with the focus when that is taken away.
pub fn leave(id: ExceptionId) {
    focus(row_link(id));
}

fn row_link(id: ExceptionId) -> Option<Element> {
    find(&format!("[data-exception='{id}'] {LINK}"))
}

/// Gives the focus to what is open, else to `exception`'s row, else to the first row, if it has just gone with a part of the
/// page.
pub fn rescue(exception: ExceptionId) {
    request_animation_frame(move || {
        let is_lost = document().active_element().is_none_or(|element| element.tag_name() == "BODY");
        if is_lost && !focus(find(HEADING)) && !focus(row_link(exception)) && !focus(find(LINK)) {
            focus(find("main"));
        }
    });
}

/// Leads whoever was writing into the note, where their words are now: what they type on is no command.
pub fn go_on_writing() {
    let is_writing = document().active_element().is_some_and(|element| element.matches(TYPING) == Ok(true));
    if !is_writing {
        return;
    }
    request_animation_frame(|| {
        let note = find(NOTE).and_then(|note| note.dyn_into::<HtmlInputElement>().ok());
        if let Some(note) = note.filter(|note| note.focus().is_ok()) {
            // Behind the last letter; a browser that can't do so leaves it where it is.
            let end = u32::try_from(note.value().encode_utf16().count()).ok();
            let _ = note.set_selection_start(end).and_then(|()| note.set_selection_end(end));
        }
    });
}

/// Whether the field with the focus holds a reason as a key put it there, and nothing of one's own.
fn holds_a_reason() -> bool {
    let field = document().active_element().and_then(|element| element.dyn_into::<HtmlInputElement>().ok());
    field.is_some_and(|field| {
        field.get_attribute(GIVEN).is_some_and(|given| !given.is_empty() && given == field.value())
    })
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

/// The row with the focus.
fn focused_row() -> Option<Element> {
    document().active_element().and_then(|element| element.closest("tr[data-exception]").ok().flatten())
}

/// The row with the focus, else the one whose exception is open.
fn row() -> Option<Element> {
    focused_row().or_else(|| find("tr[aria-current]"))
}

/// The exception's row beside one, over the headings of groups.
fn beside(row: &Element, forward: bool) -> Option<Element> {
    let step =
        |row: &Element| if forward { row.next_element_sibling() } else { row.previous_element_sibling() };
    let mut next = step(row);
    while let Some(heading) = next.take_if(|row| !row.has_attribute("data-exception")) {
        next = step(&heading);
    }
    next
}

/// Goes to the row beside; what is open moves along.
fn step(forward: bool) -> bool {
    let next = row().map_or_else(|| find("tr[data-exception]"), |row| beside(&row, forward));
    let Some(next) = next.filter(|next| focus(next.query_selector(LINK).ok().flatten())) else {
        return false;
    };
    find(".case-panel").is_none() || next.has_attribute("aria-current") || open(&next, None)
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

/// Goes to a field of the target; opens the target first if something else is open, or nothing.
fn go(field: &'static str) -> bool {
    match focused_row().filter(|row| !row.has_attribute("aria-current")) {
        Some(row) => open(&row, Some(field)),
        None => focus(find(field)),
    }
}

/// Takes or releases the target.
fn turn() -> bool {
    match focused_row() {
        // Somebody else's can only be taken over where one sees more of it: it opens.
        Some(row) => {
            click(row.query_selector("button").ok().flatten())
                || (row.has_attribute("aria-current") && click(find(".case-panel .turn")))
                || open(&row, None)
        }
        None => click(find(".case-panel .turn")),
    }
}

/// Leaves what is nearest: the list of keys, a field, the open exception, the choice. Words in a field stay there.
fn leave_nearest(is_typing: bool, actions: Actions) -> bool {
    if let Some(help) = find(HELP) {
        return click(Some(help.clone())) && focus(Some(help));
    }
    if is_typing {
        return focus(find(HEADING))
            || focus(row().and_then(|row| row.query_selector(LINK).ok().flatten()))
            || focus(find("main"));
    }
    click(find(".case-panel .close")) || actions.choose_none()
}

fn pressed(event: &KeyboardEvent, actions: Actions) {
    let is_composed = event.is_composing() || event.key_code() == COMPOSED;
    if is_composed || event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
        return;
    }
    let key = event.key();
    let is_typing = document().active_element().is_some_and(|element| element.matches(TYPING) == Ok(true));
    let several = !actions.chosen.with_untracked(Vec::is_empty);
    let is_done = match key.as_str() {
        _ if !is_typing && waits(event) => true,
        "Escape" => leave_nearest(is_typing, actions),
        "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9"
            if !several && !is_off() && (!is_typing || holds_a_reason()) =>
        {
            click(find(&format!(".case-panel [data-reasons] button:nth-of-type({key})")))
        }
        _ if is_typing || is_off() => false,
        "j" => step(true),
        "k" => step(false),
        "J" => choose_on(true),
        "K" => choose_on(false),
        "a" if several => actions.turn_chosen(),
        "a" => turn(),
        "c" if several => focus(find(".bulk .note input")),
        "c" => go(NOTE),
        "s" if several => focus(find(".bulk .snooze")),
        "s" => go(SNOOZE),
        "e" if several => focus(find(".bulk .ending input")),
        "e" => go(ENDING),
        "r" => go(ANSWER),
        "x" | "X" => choose(event.shift_key()),
        "u" => click(find(".toast .undo")),
        "/" => focus(find(".desk-search input")),
        "?" => click(find(".keys summary")),
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
