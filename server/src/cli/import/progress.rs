//! The progress bar of an import; without a terminal nothing is drawn, and only the summary is printed.

use super::Tally;
use indicatif::{ProgressBar, ProgressStyle};
use std::time::Instant;

/// The bar.
pub struct Progress {
    bar: ProgressBar,
    started: Instant,
}

impl Progress {
    /// A bar over `size` bytes; a spinner where the size is not known.
    pub fn new(size: Option<u64>) -> Self {
        let (bar, template) = match size {
            Some(size) => (ProgressBar::new(size), "{bar:30} {bytes}/{total_bytes} {eta} {msg}"),
            None => (ProgressBar::new_spinner(), "{spinner} {bytes} {elapsed} {msg}"),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        Self { bar: bar.with_style(style), started: Instant::now() }
    }

    /// Draws nothing.
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), started: Instant::now() }
    }

    pub(super) fn show(&self, bytes: u64, tally: &Tally) {
        self.bar.set_position(bytes);
        self.bar.set_message(format!("{:.0} events/s, {}", self.rate(tally), said(tally)));
    }

    /// Takes the bar away and prints the summary.
    pub(super) fn end(&self, tally: &Tally) {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        println!("{} in {seconds:.1} s ({:.0} events/s)", said(tally), self.rate(tally));
    }

    fn rate(&self, tally: &Tally) -> f64 {
        let events = tally.accepted + tally.duplicates + tally.quarantined + tally.skipped;
        events as f64 / self.started.elapsed().as_secs_f64().max(0.001)
    }
}

fn said(tally: &Tally) -> String {
    let Tally { accepted, duplicates, quarantined, skipped, warnings } = tally;
    let earlier = if *skipped > 0 { format!(", {skipped} taken by an earlier run") } else { String::new() };
    let mended = match warnings {
        0 => String::new(),
        1 => ", 1 value not taken as it came".to_owned(),
        _ => format!(", {warnings} values not taken as they came"),
    };
    format!("{accepted} accepted, {duplicates} duplicates, {quarantined} quarantined{earlier}{mended}")
}
