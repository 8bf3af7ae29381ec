//! Status, flags and severity as words with a colour; the word says all, the colour only helps.

use domain::exception::Severity;
use domain::status::{Flags, Status};
use leptos::prelude::*;

pub fn status(status: Status) -> impl IntoView {
    view! {
        <span class="badge" data-status=status.as_str()>
            {status.label()}
        </span>
    }
}

pub fn flags(flags: Flags) -> impl IntoView {
    let raised = flags.raised().map(|(name, label)| {
        view! {
            <span class="flag" data-flag=name>
                {label}
            </span>
        }
    });
    raised.collect_view()
}

pub fn severity(severity: Severity) -> impl IntoView {
    view! {
        <span class="severity" data-severity=severity.as_str()>
            {severity.label()}
        </span>
    }
}
