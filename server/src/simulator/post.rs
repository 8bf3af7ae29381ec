//! What becomes of messages between sender and receiver, and what senders say by mistake.

use super::chance::Chance;
use super::draft::Voyage;
use super::pace::Pace;
use super::plot::{Oddity, Post};
use super::teller::{Dispatch, System, Teller};
use chrono::TimeDelta;

/// Carries a life's messages as its post goes. The result is in the order of sending.
pub(super) fn carry(
    mut chance: Chance,
    pace: &Pace,
    post: Post,
    mut dispatches: Vec<Dispatch>,
) -> Vec<Dispatch> {
    match post {
        Post::Prompt => {}
        Post::OutOfOrder => swap(&mut chance, pace, &mut dispatches),
        Post::Duplicate => repeat(&mut chance, pace, &mut dispatches),
        Post::LateBatch => hold_back(&mut chance, pace, &mut dispatches),
    }
    dispatches.sort_by_key(|dispatch| dispatch.due);
    dispatches
}

/// Sends a milestone of the TMS only after what happened next.
fn swap(chance: &mut Chance, pace: &Pace, dispatches: &mut [Dispatch]) {
    let movable = ["stop.loaded", "stop.arrived", "tender.accepted", "stop.delivered"];
    let wanted = *chance.pick(&movable);
    let chosen = dispatches
        .iter()
        .position(|one| one.kind == wanted)
        .or_else(|| dispatches.iter().position(|one| one.system == System::Tms));
    if let Some(chosen) = chosen {
        let at = dispatches[chosen].at;
        let next =
            dispatches.iter().filter(|one| one.system == System::Tms && one.at > at).map(|one| one.at).min();
        let until = next.unwrap_or(at) + chance.minutes(4..=30);
        dispatches[chosen].due = pace.wall(until) + TimeDelta::milliseconds(950);
    }
}

/// Sends some messages again, as a sender does that saw no answer.
fn repeat(chance: &mut Chance, pace: &Pace, dispatches: &mut Vec<Dispatch>) {
    for _ in 0..chance.number(1..=4) {
        let mut again = chance.pick(dispatches).clone();
        again.due = again.due.max(pace.wall(again.at + chance.minutes(3..=60))) + TimeDelta::milliseconds(1);
        dispatches.push(again);
    }
}

/// From the first departure on the truck's box is offline for hours; then everything comes at once.
fn hold_back(chance: &mut Chance, pace: &Pace, dispatches: &mut [Dispatch]) {
    let Some(from) = dispatches.iter().find(|one| one.kind == "stop.departed").map(|one| one.at) else {
        return;
    };
    let until = from + chance.hours(4..=14);
    let due = pace.wall(until) + TimeDelta::milliseconds(500);
    let held = |one: &&mut Dispatch| one.system == System::Tms && one.at >= from && one.at <= until;
    for one in dispatches.iter_mut().filter(held) {
        one.due = due.max(one.due);
    }
}

/// A source says what it should not, a while after the shipment's last message but not behind its settlement.
pub(super) fn misspeak(teller: &mut Teller, oddity: Oddity, voyage: &Voyage) {
    let said = teller.dispatches.iter().filter(|one| one.system == System::Tms).map(|one| one.at);
    let Some(last) = said.max() else { return };
    let (place, stop) = (voyage.last().place, &voyage.last().number);
    let shipment = &voyage.shipment;
    match oddity {
        Oddity::AuthorityConflict => {
            let at = last + teller.chance.minutes(15..=90);
            let data = format!(r#"{{"stop":"{stop}"}}"#);
            teller.odd(oddity, System::Erp, at, place, shipment, "stop.delivered", data);
        }
        Oddity::UnknownKind => {
            let at = last + teller.chance.minutes(2..=20);
            let data = format!(r#"{{"stop":"{stop}","gross":{{"milli":18240000,"unit":"KGM"}}}}"#);
            teller.odd(oddity, System::Tms, at, place, shipment, "stop.weighed", data);
        }
        Oddity::UnknownCode => {
            let at = last + teller.chance.minutes(2..=20);
            let data = r#"{"reason":"ferry_strike","minutes":240}"#.to_owned();
            teller.odd(oddity, System::Tms, at, place, shipment, "delay.reported", data);
        }
    }
}
