//! Bars with their axes. A table beside every chart says the same.

use leptos::prelude::*;

/// What is written along the axes.
pub struct Axes {
    /// At the height of the largest bar.
    pub top: String,
    /// Under the first bar, and under the last one.
    pub ends: [String; 2],
}

/// Bars from left to right in proportion to the largest.
pub fn bars(values: impl Iterator<Item = f64>, axes: Axes) -> AnyView {
    let values: Vec<f64> = values.collect();
    let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let width = 240.0 / values.len().max(1) as f64;
    let bars = values
        .into_iter()
        .enumerate()
        .map(|(place, value)| {
            let height = value / largest * 60.0;
            view! {
                <rect
                    x=format!("{:.1}", place as f64 * width + 1.0)
                    y=format!("{:.1}", 60.0 - height)
                    width=format!("{:.1}", (width - 2.0).max(1.0))
                    height=format!("{height:.1}")
                />
            }
        })
        .collect_view();
    let [first, last] = axes.ends;
    view! {
        <div class="chart" aria-hidden="true">
            <span class="chart-top">{axes.top}</span>
            <span class="chart-zero">"0"</span>
            <svg class="bars" viewBox="0 0 240 60" preserveAspectRatio="none">
                {bars}
            </svg>
            <span class="chart-first">{first}</span>
            <span class="chart-last">{last}</span>
        </div>
    }
    .into_any()
}
