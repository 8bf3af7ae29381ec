//! Documents of their own, without the application: the components, and what answers a link in a letter or a form.

use crate::display::{Display, choices};
use crate::{beside, head};
use leptos::prelude::*;

/// The whole document; `palette` as in [`crate::shell`].
pub fn document(
    title: &'static str,
    options: &LeptosOptions,
    display: Display,
    palette: Option<AnyView>,
    content: AnyView,
) -> impl IntoView + use<> {
    view! {
        <!DOCTYPE html>
        <html lang="en" data-scheme=display.scheme data-density=display.density data-hides=display.hides()>
            <head>
                {head(options, display)}
                <title>{format!("{title} · Syncline")}</title>
            </head>
            <body>
                <header class="header">
                    <div class="header-row">
                        <a class="brand" href="/">
                            "Syncline"
                        </a>
                    </div>
                </header>
                <main id="main">{content}</main>
                {choices(display)}
                {beside(options, palette)}
            </body>
        </html>
    }
}

/// A page that says one thing, with what can be done about it: a button that posts to the page's own address, or a link.
pub fn saying(
    title: &'static str,
    sentence: String,
    then: Then,
    options: &LeptosOptions,
    display: Display,
) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let then = match then {
            Then::Press(label) => view! {
                <form method="post">
                    <button type="submit">{label}</button>
                </form>
            }
            .into_any(),
            Then::Send { label, to, fields, back } => {
                let fields = fields
                    .into_iter()
                    .map(|(name, value)| view! { <input type="hidden" name=name value=value /> })
                    .collect_view();
                view! {
                    <form class="buttons" method="post" action=to>
                        {fields}
                        <button type="submit">{label}</button>
                        <a href=back>"Back, without it"</a>
                    </form>
                }
                .into_any()
            }
            Then::Go { to, label } => view! {
                <p>
                    <a href=to>{label}</a>
                </p>
            }
            .into_any(),
        };
        let content = view! {
            <div class="problem">
                <h1>{title}</h1>
                <p>{sentence}</p>
                {then}
            </div>
        };
        document(title, options, display, None, content.into_any()).to_html()
    })
}

/// A delivery's event as it came, laid out; `head` says how and when it came, `place` which of its delivery's events it is.
pub fn part_of_delivery(
    head: &str,
    place: &str,
    event: String,
    position: &str,
    options: &LeptosOptions,
    display: Display,
) -> String {
    let owner = Owner::new();
    owner.with(|| {
        let lines = head.lines().map(|line| view! { <li>{line.to_owned()}</li> }).collect_view();
        let content = view! {
            <div class="message">
                <h1>"The message as it came"</h1>
                <ul class="detail">{lines}</ul>
                <p>
                    {format!("{place}. ")} <a href=format!("/messages/{position}/delivery")>"The whole delivery, byte for byte"</a>
                </p>
                <pre tabindex="0" dir="ltr">
                    <mark>{event}</mark>
                </pre>
            </div>
        };
        document("The message as it came", options, display, None, content.into_any()).to_html()
    })
}

/// What can be done.
pub enum Then {
    Press(&'static str),
    /// A form with these fields, and the way back.
    Send {
        label: String,
        to: &'static str,
        fields: Vec<(&'static str, String)>,
        back: String,
    },
    Go {
        to: String,
        label: &'static str,
    },
}
