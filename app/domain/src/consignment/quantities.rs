//! How much of a consignment was loaded, handed over and signed for, and what of it does not fit its order. Quantities are in
//! thousandths of the order line's unit.

use super::Consignment;
use crate::fact::{HandledLine, OrderLine};
use crate::measure::Quantity;
use crate::shipment::{Handling, Stop};
use crate::time::Moment;

/// Something that was handled and does not fit what was ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Misfit {
    /// A line that the order does not have.
    UnknownLine {
        line: String,
        quantity: String,
    },
    /// A unit that nothing converts into the line's.
    Unit {
        line: String,
        quantity: String,
        unit: String,
    },
    Over {
        line: String,
        handed_over: Quantity,
        ordered: Quantity,
    },
    /// More than was put on the truck.
    NotLoaded {
        line: String,
        handed_over: Quantity,
        loaded: Quantity,
    },
    /// All was handed over and signed for, and it is less than it should be, and no remark on the proof says so.
    Short {
        line: String,
        handed_over: Quantity,
        expected: Quantity,
    },
}

impl Misfit {
    /// As people read it, behind the order's number.
    pub fn describe(&self) -> String {
        match self {
            Self::UnknownLine { line, quantity } => {
                format!("{quantity} of line {line}, which it does not have")
            }
            Self::Unit { line, quantity, unit } => {
                format!(
                    "{quantity} of line {line}, which is counted in {unit}: nothing says how many that is"
                )
            }
            Self::Over { line, handed_over, ordered } => {
                format!("{handed_over} of line {line} handed over, {ordered} ordered")
            }
            Self::NotLoaded { line, handed_over, loaded } => {
                format!("{handed_over} of line {line} handed over, {loaded} loaded")
            }
            Self::Short { line, handed_over, expected } => {
                format!("{handed_over} of line {line} handed over and signed for, {expected} expected")
            }
        }
    }
}

/// Whether two numbers of an order or a line are one: blanks around them and leading zeros of whole numbers say nothing.
pub fn same_number(one: &str, other: &str) -> bool {
    fn core(number: &str) -> &str {
        let number = number.trim();
        let is_whole = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if is_whole { number.trim_start_matches('0') } else { number }
    }
    one == other || core(one) == core(other)
}

/// Whose a handled line is.
#[derive(Clone, Copy)]
enum Owner<'o> {
    Line(&'o OrderLine),
    /// Of an order that took the same one's place.
    Sibling,
    Nobody,
}

fn is_same_item(one: &OrderLine, other: &OrderLine) -> bool {
    one.item.code == other.item.code
}

impl Consignment<'_> {
    /// Whose line is meant. What is named by the number of an order that was merged or split is told apart by its items.
    fn owner_of(&self, handled: &HandledLine) -> Owner<'_> {
        let by_number =
            |lines: &'_ [OrderLine]| lines.iter().position(|line| same_number(&line.line, &handled.line));
        let plainly = || by_number(self.lines).map_or(Owner::Nobody, |place| Owner::Line(&self.lines[place]));
        if self.number.is_none_or(|own| same_number(own, &handled.order)) {
            return plainly();
        }
        let Some(former) = self.formers.iter().find(|former| same_number(&former.number, &handled.order))
        else {
            return Owner::Nobody;
        };
        let Some(meant) = by_number(&former.lines).map(|place| &former.lines[place]) else {
            return plainly();
        };
        let same = || self.lines.iter().filter(|line| is_same_item(line, meant));
        let one = same().find(|line| same_number(&line.line, &handled.line)).or_else(|| same().next());
        match one {
            Some(line) => Owner::Line(line),
            None if former.ahead.iter().chain(&former.behind).any(|line| is_same_item(line, meant)) => {
                Owner::Sibling
            }
            None => plainly(),
        }
    }

    fn own<'l>(&self, lines: &'l [HandledLine], line: &OrderLine) -> impl Iterator<Item = &'l HandledLine> {
        lines.iter().filter(move |one| self.is_own(one, line))
    }

    fn is_own(&self, handled: &HandledLine, line: &OrderLine) -> bool {
        if self.number.is_none_or(|own| same_number(own, &handled.order)) {
            return same_number(&handled.line, &line.line);
        }
        matches!(self.owner_of(handled), Owner::Line(own) if same_number(&own.line, &line.line))
    }

    /// The sum of what is named of a line; what is counted in a unit that nothing converts counts as nothing. Of what is named by
    /// the number of an order that was split, the orders that took its place get theirs one after the other.
    fn sum<'l>(&self, lines: impl Iterator<Item = &'l HandledLine>, line: &OrderLine) -> i64 {
        let all: Vec<&HandledLine> = lines.filter(|one| self.is_own(one, line)).collect();
        let is_plain = |one: &&&HandledLine| self.number.is_none_or(|own| same_number(own, &one.order));
        let mut sum = line.sum(all.iter().filter(is_plain).map(|one| &one.quantity));
        for former in &self.formers {
            let of_it = all.iter().filter(|one| !is_plain(one) && same_number(&former.number, &one.order));
            let told = line.sum(of_it.map(|one| &one.quantity));
            let of_item = |lines: &[OrderLine]| {
                let same = lines.iter().filter(|other| is_same_item(other, line));
                line.sum(same.map(|other| &other.quantity))
            };
            let rest = told.saturating_sub(of_item(&former.ahead)).max(0);
            let is_last = of_item(&former.behind) == 0;
            sum = sum.saturating_add(if is_last { rest } else { rest.min(line.quantity.milli) });
        }
        sum
    }

    /// How much of a line was ordered at a moment: whoever takes all of an order takes what it was then.
    fn ordered_at(&self, line: &OrderLine, at: Moment) -> i64 {
        let Some(then) = self.ordered_until.iter().find(|then| then.until > at) else {
            return line.quantity.milli;
        };
        let same = then.lines.iter().find(|(number, _)| same_number(number, &line.line));
        // In a unit that nothing converts any more it is taken for the same.
        same.map_or(0, |(_, quantity)| line.converted(quantity).unwrap_or(line.quantity.milli))
    }

    /// How much of a line other shipments handed over, as far as Syncline has stated it of this one.
    fn elsewhere(&self, line: &OrderLine) -> i64 {
        let stated = self.leg().map_or(&[][..], |leg| &leg.elsewhere);
        line.sum(stated.iter().filter(|one| same_number(&one.line, &line.line)).map(|one| &one.quantity))
    }

    /// Whether other shipments brought all of it to its consignee.
    pub(super) fn is_delivered_elsewhere(&self) -> bool {
        !self.lines.is_empty()
            && self.lines.iter().any(|line| line.quantity.milli > 0)
            && self.lines.iter().all(|line| !is_less(self.elsewhere(line), line.quantity.milli))
    }

    /// How much of a line was put on this shipment; none where no loading names lines.
    fn loaded(&self, line: &OrderLine) -> Option<i64> {
        let named = || {
            let loads = self.pickups().flat_map(|stop| &stop.loads);
            loads.filter(|load| !load.lines.is_empty())
        };
        named().next()?;
        // One loading that names no lines took the rest.
        let takes_all =
            self.pickups().flat_map(|stop| &stop.loads).filter(|load| load.lines.is_empty()).last();
        let sum = self.sum(named().flat_map(|load| &load.lines), line);
        Some(takes_all.map_or(sum, |load| sum.max(self.ordered_at(line, load.at))))
    }

    /// How much of a line should arrive: what was loaded of it, else what was ordered.
    pub fn expected(&self, line: &OrderLine) -> i64 {
        self.loaded(line).unwrap_or(line.quantity.milli)
    }

    /// How much of a line was handed over; none while nothing of the consignment was. A hand-over that names no lines was one
    /// of all that was aboard, and a proof of delivery that names the line says better than the driver how much it was.
    pub fn handed_over(&self, line: &OrderLine) -> Option<Quantity> {
        let mut sum: Option<i64> = None;
        let stops: Vec<&Stop> = self.hand_over_stops().filter(|stop| self.done_at(stop).is_some()).collect();
        for place in 0..stops.len() {
            let before = sum.unwrap_or(0);
            let now = match self.signed(stops[place], line) {
                Some(signed) => signed,
                None => self.handed_over_at_last(&stops[..=place], line, before),
            };
            sum = Some(before.saturating_add(now));
        }
        sum.map(|milli| Quantity { milli, unit: line.quantity.unit.clone() })
    }

    /// As the proof of a stop states it, where its remark names the line.
    fn signed(&self, stop: &Stop, line: &OrderLine) -> Option<i64> {
        let named = &stop.discrepancy()?.lines;
        self.own(named, line).next()?;
        Some(self.sum(named.iter(), line))
    }

    /// How much was handed over at the last of some stops: what is named up to there, less what was named before, so that neither
    /// rounding nor the order of stops matters.
    fn handed_over_at_last(&self, stops: &[&Stop], line: &OrderLine, before: i64) -> i64 {
        let Some((stop, earlier)) = stops.split_last() else { return 0 };
        let named: Vec<&Handling> = stop.hand_overs.iter().filter(|one| !one.lines.is_empty()).collect();
        let named_at = |stops: &[&Stop]| {
            let hand_overs = stops.iter().flat_map(|stop| &stop.hand_overs);
            self.sum(hand_overs.flat_map(|one| &one.lines), line)
        };
        let sum = named_at(stops).saturating_sub(named_at(earlier));
        let takes_all = named.len() < stop.hand_overs.len() || stop.hand_overs.is_empty();
        let Some(at) = self.done_at(stop).filter(|_| takes_all) else { return sum };
        // What is aboard is what was ordered when it was loaded.
        let loads = self.pickups().flat_map(|stop| &stop.loads).map(|load| load.at);
        let aboard_since = loads.filter(|load| *load <= at).max().unwrap_or(at);
        let all = self.loaded(line).unwrap_or_else(|| self.ordered_at(line, aboard_since));
        all.saturating_sub(before).max(sum)
    }

    fn names_lines(&self) -> bool {
        let made = self.hand_over_stops().filter(|stop| self.done_at(stop).is_some());
        made.flat_map(|stop| &stop.hand_overs).any(|one| !one.lines.is_empty())
    }

    fn is_short(&self, line: &OrderLine) -> bool {
        self.handed_over(line).is_some_and(|handed_over| is_less(handed_over.milli, self.expected(line)))
    }

    /// Whether all that is expected of every line was handed over.
    pub(super) fn is_all_there(&self) -> bool {
        self.lines.iter().all(|line| !self.is_short(line))
    }

    /// Whether a part was handed over and the rest is still to come: nobody has signed, and less is named than expected.
    pub(super) fn is_partly_handed_over(&self) -> bool {
        let is_signed = self.deliveries().all(|stop| stop.pod.is_some());
        !is_signed
            && self.names_lines()
            && !self.misfits_of_lines().iter().any(|misfit| matches!(misfit, Misfit::Unit { .. }))
            && !self.is_all_there()
    }

    /// How much of a line is missing that a remark on a proof accounts for: it names the line, or, naming none, says that goods
    /// are short or damaged.
    pub fn admitted(&self, line: &OrderLine) -> i64 {
        let Some(handed_over) = self.handed_over(line) else { return 0 };
        let missing = self.expected(line).saturating_sub(handed_over.milli).max(0);
        let accounts = self.hand_over_stops().any(|stop| {
            self.discrepancy_at(stop).is_some_and(|found| {
                let names_it = self.own(&found.lines, line).next().is_some();
                found.kind.takes_goods_away() && (found.lines.is_empty() || names_it)
            })
        });
        if accounts { missing } else { 0 }
    }

    /// Whether all that was ordered reached its consignee, and whole; what other shipments brought of it counts.
    pub fn is_in_full(&self) -> bool {
        let is_whole = |line: &OrderLine| {
            self.handed_over(line).is_some_and(|handed_over| {
                !is_less(handed_over.milli.saturating_add(self.elsewhere(line)), line.quantity.milli)
            })
        };
        let lacks =
            |stop: &Stop| self.discrepancy_at(stop).is_some_and(|found| found.kind.takes_goods_away());
        !self.hand_over_stops().any(lacks) && self.lines.iter().all(is_whole)
    }

    /// Everything handled that does not fit the order.
    pub fn misfits(&self) -> Vec<Misfit> {
        let mut misfits = self.misfits_of_lines();
        let is_signed = self.is_proven();
        for line in self.lines {
            let Some(handed_over) = self.handed_over(line) else { continue };
            // How much of an order several shipments share each of them has is known where it was loaded.
            let loaded = self.loaded(line);
            let expected = if self.is_shared() { loaded.unwrap_or(0) } else { self.expected(line) };
            // Of an order that came on several shipments one says that it is too much.
            let others = if self.counts_in_full() { self.elsewhere(line) } else { 0 };
            let returned = self.returns.iter().filter(|one| same_number(&one.line, &line.line));
            let returned = line.sum(returned.map(|one| &one.quantity));
            // What came back makes room for what replaces it.
            let in_all = handed_over.milli.saturating_add(others).saturating_sub(returned);
            let in_unit = |milli| Quantity { milli, unit: line.quantity.unit.clone() };
            let is_counted = !misfits
                .iter()
                .any(|one| matches!(one, Misfit::Unit { line: named, .. } if same_number(named, &line.line)));
            if is_less(line.quantity.milli, in_all) {
                let (line, ordered) = (line.line.clone(), line.quantity.clone());
                misfits.push(Misfit::Over { line, handed_over: in_unit(in_all), ordered });
            } else if let Some(loaded) = loaded.filter(|loaded| is_less(*loaded, handed_over.milli)) {
                let (line, loaded) = (line.line.clone(), in_unit(loaded));
                misfits.push(Misfit::NotLoaded { line, handed_over, loaded });
            } else if is_signed
                && is_counted
                && is_less(handed_over.milli.saturating_add(self.admitted(line)), expected)
            {
                let expected = in_unit(expected);
                misfits.push(Misfit::Short { line: line.line.clone(), handed_over, expected });
            }
        }
        misfits
    }

    /// Lines and units that the order does not know.
    fn misfits_of_lines(&self) -> Vec<Misfit> {
        if self.lines.is_empty() {
            return Vec::new();
        }
        let handlings = self.all_stops().flat_map(|stop| stop.loads.iter().chain(&stop.hand_overs));
        let named = handlings.flat_map(|handling| &handling.lines).filter(|line| self.is_named(&line.order));
        let misfit = |handled: &HandledLine| {
            let (named, quantity) = (handled.line.trim().to_owned(), handled.quantity.to_string());
            match self.owner_of(handled) {
                Owner::Nobody => Some(Misfit::UnknownLine { line: named, quantity }),
                Owner::Line(line) if line.converted(&handled.quantity).is_none() => {
                    Some(Misfit::Unit { line: named, quantity, unit: line.quantity.unit.clone() })
                }
                Owner::Line(_) | Owner::Sibling => None,
            }
        };
        let mut misfits: Vec<Misfit> = Vec::new();
        for found in named.filter_map(misfit) {
            if !misfits.contains(&found) {
                misfits.push(found);
            }
        }
        misfits
    }
}

/// As much as sums of converted quantities may be off, in thousandths: each was rounded.
const ROUNDING: i64 = 5;

/// Whether one quantity is less than another, and not by rounding alone.
pub(crate) fn is_less(one: i64, other: i64) -> bool {
    other.saturating_sub(one) > ROUNDING
}
