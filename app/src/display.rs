//! How somebody wants pages to look: remembered in a cookie, so that the server renders it and nothing flashes. The form
//! stands outside the hydrated tree and works without a script.

use leptos::prelude::*;

/// Light, dark or as the system says; roomy or compact; which columns the list of shipments goes without. As a cookie
/// `dark.compact.hide-promised`, empty where nothing was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    pub scheme: Option<&'static str>,
    pub density: Option<&'static str>,
    /// For each of [`COLUMNS`], whether it is left out.
    hidden: [bool; COLUMNS.len()],
}

/// The form of the choices, by which a button elsewhere belongs to it.
pub const FORM: &str = "display";

pub const SCHEMES: [(&str, &str); 3] = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];
pub const DENSITIES: [(&str, &str); 2] = [("roomy", "Roomy"), ("compact", "Compact")];

/// The columns of the list of shipments that it can do without. Carrier and customer are the house's alone.
const COLUMNS: [(&str, &str); 6] = [
    ("customer", "Customer"),
    ("route", "From, to"),
    ("expected", "Expected"),
    ("promised", "Promised"),
    ("carrier", "Carrier"),
    ("event", "Last event"),
];
const HIDE: &str = "hide-";
const SHOW: &str = "show-";

impl Display {
    /// Takes one choice in; the first of each group is what pages are without any. Words that name nothing change nothing.
    #[must_use]
    pub fn with(self, choice: &str) -> Self {
        let named = |choices: &'static [(&str, &str)]| {
            choices.iter().position(|(name, _)| *name == choice).map(|at| (at > 0).then(|| choices[at].0))
        };
        let mut hidden = self.hidden;
        for (prefix, hides) in [(HIDE, true), (SHOW, false)] {
            let column = choice.strip_prefix(prefix);
            if let Some(at) = COLUMNS.iter().position(|(name, _)| Some(*name) == column) {
                hidden[at] = hides;
            }
        }
        Self {
            hidden,
            scheme: named(&SCHEMES).unwrap_or(self.scheme),
            density: named(&DENSITIES).unwrap_or(self.density),
        }
    }

    /// Reads what [`Self::to_cookie`] wrote.
    pub fn from_cookie(value: &str) -> Self {
        value.split('.').fold(Self::default(), Self::with)
    }

    pub fn to_cookie(self) -> String {
        let chosen = [self.scheme, self.density].into_iter().flatten().map(str::to_owned);
        let hidden = self.hidden_columns().map(|column| format!("{HIDE}{column}"));
        chosen.chain(hidden).collect::<Vec<_>>().join(".")
    }

    fn hidden_columns(&self) -> impl Iterator<Item = &'static str> {
        COLUMNS.iter().zip(self.hidden).filter_map(|((name, _), is_hidden)| is_hidden.then_some(*name))
    }

    /// The hidden columns as the stylesheet finds them, if there are any.
    pub fn hides(&self) -> Option<String> {
        let hidden: Vec<_> = self.hidden_columns().collect();
        (!hidden.is_empty()).then(|| hidden.join(" "))
    }
}

/// The choices, each a button that sends the form.
pub fn choices(display: Display) -> impl IntoView {
    let group = |label: &'static str, choices: &'static [(&str, &str)], chosen: Option<&'static str>| {
        let chosen = chosen.unwrap_or(choices[0].0);
        let buttons = choices
            .iter()
            .map(|(name, label)| {
                view! {
                    <button
                        class="choice"
                        name="choice"
                        value=*name
                        aria-pressed=if *name == chosen { "true" } else { "false" }
                    >
                        {*label}
                    </button>
                }
            })
            .collect_view();
        view! {
            <div class="choices" role="group" aria-label=label>
                <span class="choices-label" aria-hidden="true">
                    {label}
                </span>
                {buttons}
            </div>
        }
    };
    let columns = COLUMNS.iter().zip(display.hidden).map(|((name, label), is_hidden)| {
        let prefix = if is_hidden { SHOW } else { HIDE };
        view! {
            <button
                class="choice"
                name="choice"
                value=format!("{prefix}{name}")
                data-choice=*name
                aria-pressed=if is_hidden { "false" } else { "true" }
            >
                {*label}
            </button>
        }
    });
    view! {
        <footer class="footer">
            <form id=FORM method="post" action="/display">
                {group("Colours", &SCHEMES, display.scheme)} {group("Rows", &DENSITIES, display.density)}
                <div class="choices columns-choices" role="group" aria-label="Columns">
                    <span class="choices-label" aria-hidden="true">
                        "Columns"
                    </span>
                    {columns.collect_view()}
                </div>
            </form>
        </footer>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_keeps_what_was_chosen_and_nothing_else() {
        let chosen = Display::default().with("dark").with("compact");
        assert_eq!(chosen.to_cookie(), "dark.compact");
        assert_eq!(Display::from_cookie("dark.compact"), chosen);
        assert_eq!(Display::from_cookie("\"><script>.light"), Display::default().with("light"));
        assert_eq!(chosen.with("system").with("roomy"), Display::default());
    }

    #[test]
    fn a_column_is_left_out_until_it_is_wanted_again() {
        let chosen = Display::default().with("hide-promised").with("hide-event").with("hide-nothing-known");
        assert_eq!(chosen.to_cookie(), "hide-promised.hide-event");
        assert_eq!(Display::from_cookie("hide-promised.hide-event"), chosen);
        assert_eq!(chosen.hides().as_deref(), Some("promised event"));
        assert_eq!(chosen.with("show-event").with("show-promised").hides(), None);
    }
}
