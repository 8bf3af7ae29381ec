//! How somebody wants pages to look: remembered in a cookie, so that the server renders it and nothing flashes. The form
//! stands outside the hydrated tree and works without a script.

use leptos::prelude::*;

/// Light, dark or as the system says; roomy or compact. As a cookie `dark.compact`, empty where nothing was chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Display {
    pub scheme: Option<&'static str>,
    pub density: Option<&'static str>,
}

/// The form of the choices, by which a button elsewhere belongs to it.
pub const FORM: &str = "display";

pub const SCHEMES: [(&str, &str); 3] = [("system", "As the system"), ("light", "Light"), ("dark", "Dark")];
pub const DENSITIES: [(&str, &str); 2] = [("roomy", "Roomy"), ("compact", "Compact")];

impl Display {
    /// Takes one choice in; the first of each group is what pages are without any. Words that name nothing change nothing.
    #[must_use]
    pub fn with(self, choice: &str) -> Self {
        let named = |choices: &'static [(&str, &str)]| {
            choices.iter().position(|(name, _)| *name == choice).map(|at| (at > 0).then(|| choices[at].0))
        };
        Self {
            scheme: named(&SCHEMES).unwrap_or(self.scheme),
            density: named(&DENSITIES).unwrap_or(self.density),
        }
    }

    /// Reads what [`Self::to_cookie`] wrote.
    pub fn from_cookie(value: &str) -> Self {
        value.split('.').fold(Self::default(), Self::with)
    }

    pub fn to_cookie(self) -> String {
        [self.scheme, self.density].into_iter().flatten().collect::<Vec<_>>().join(".")
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
    view! {
        <footer class="footer">
            <form id=FORM method="post" action="/display">
                {group("Colours", &SCHEMES, display.scheme)} {group("Rows", &DENSITIES, display.density)}
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
}
