//! The list of all kinds, for people and for programs.

use super::cloud_event;
use super::example::{EXAMPLES, Example};
use super::outgoing::OUTGOING;
use crate::assets;
use crate::intake::Code;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// The list as JSON.
pub fn listing() -> Value {
    let kinds: Vec<Value> = EXAMPLES
        .iter()
        .map(|example| {
            let kind = example.event.fact.kind();
            json!({
                "type": format!("syncline.{kind}.v1"),
                "kind": kind,
                "about": example.event.fact.noun(),
                "owners": example.owners(),
                "accepted_from_outside": example.is_outside(),
                "meaning": example.meaning,
                "schema": format!("/contracts/{kind}/schema.json"),
                "example": format!("/contracts/{kind}/example.json"),
            })
        })
        .collect();
    let messages: Vec<Value> = OUTGOING
        .iter()
        .map(|one| {
            json!({
                "type": one.kind,
                "to": one.to,
                "meaning": one.meaning,
                "schema": format!("/contracts/messages/{}/schema.json", one.kind),
                "example": format!("/contracts/messages/{}/example.json", one.kind),
            })
        })
        .collect();
    let codes: Vec<Value> =
        Code::ALL.iter().map(|code| json!({"code": code.as_str(), "way_out": code.way_out()})).collect();
    json!({
        "kinds": kinds,
        "messages": messages,
        "quarantine": codes,
        "openapi": "/contracts/openapi.json",
        "asyncapi": "/contracts/asyncapi.json",
    })
}

/// The list as a page.
pub fn page() -> String {
    let (outside, inside): (Vec<_>, Vec<_>) = EXAMPLES.iter().partition(|example| example.is_outside());
    let mut codes = String::new();
    for code in Code::ALL {
        write_in(
            &mut codes,
            format_args!("<dt><code>{}</code></dt><dd>{}</dd>\n", code.as_str(), text(code.way_out())),
        );
    }
    format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Contracts · Syncline</title>
<link rel="icon" type="image/svg+xml" href="/favicon.svg">
<link rel="stylesheet" href="/{stylesheet}/syncline.css">
<style>
.contracts {{ max-width: 60rem; margin-inline: auto; padding: 1rem; }}
.contracts pre {{ overflow-x: auto; padding: .75rem; border: 1px solid; border-radius: .375rem; }}
.contracts h3 {{ overflow-wrap: anywhere; }}
</style>
</head>
<body>
<main id="main" class="contracts">
<h1>Contracts</h1>
<p>What a source may send to <code>POST /intake/{{source}}</code>: CloudEvents 1.0 in JSON, signed as Standard Webhooks
describes; one event, a batch, or one event a line. The machine-readable forms: <a href="/contracts/openapi.json">OpenAPI of the
intake and of the messages</a>, <a href="/contracts/asyncapi.json">AsyncAPI of the live socket</a>.</p>
<p>A field that can't be read costs itself, where nothing is concluded from its absence, and otherwise its event; the answer's
<code>warnings</code> and <code>reasons</code> say which. An unknown word is read as <code>other</code>, a day as a window of that day
where it is, a time zone by its IANA or Windows name. Numbers of yours have at most 120 characters, names 200, notes
4000; blanks around a number do not count, capital and small letters differ. Bodies may be packed by gzip.</p>
<h2>Kinds of events that sources send</h2>
{outside}
<h2>Kinds that only Syncline states</h2>
<p>They are in the journal, and are not accepted from outside.</p>
{inside}
<h2>Messages that Syncline sends</h2>
<p>To the endpoints that an operator sets up: CloudEvents 1.0 in JSON, signed as Standard Webhooks describes. A message keeps its
<code>webhook-id</code> in each attempt; answer 2xx once it is kept.</p>
{messages}
<h2>Why an event waits in quarantine</h2>
<dl>
{codes}</dl>
</main>
</body>
</html>
"#,
        stylesheet = assets::package_dir(),
        outside = entries(&outside),
        inside = entries(&inside),
        messages = messages(),
    )
}

fn messages() -> String {
    let mut html = String::new();
    for one in OUTGOING.iter() {
        let (kind, sample) = (&one.kind, serde_json::to_string_pretty(&one.event).unwrap_or_default());
        write_in(
            &mut html,
            format_args!(
                "<section aria-labelledby=\"message-{kind}\">\n<h3 id=\"message-{kind}\"><code>{kind}</code></h3>\n\
                 <p>{meaning} To: {to}. <a href=\"/contracts/messages/{kind}/schema.json\">Schema of {kind}</a></p>\n\
                 <details><summary>Example of {kind}</summary><pre tabindex=\"0\"><code>{sample}</code></pre></details>\n</section>\n",
                meaning = text(one.meaning),
                to = text(one.to),
                sample = text(&sample),
            ),
        );
    }
    html
}

fn entries(examples: &[&Example]) -> String {
    let mut html = String::new();
    for example in examples {
        let kind = example.event.fact.kind();
        let owners: Vec<_> = example.owners().iter().map(|role| role.label()).collect();
        let sample = cloud_event(&example.event)
            .ok()
            .and_then(|text| serde_json::from_str::<Value>(&text).ok())
            .and_then(|value| serde_json::to_string_pretty(&value).ok())
            .unwrap_or_default();
        write_in(
            &mut html,
            format_args!(
                "<section aria-labelledby=\"{kind}\">\n<h3 id=\"{kind}\"><code>syncline.{kind}.v1</code></h3>\n\
                 <p>{meaning} Owner: {owners}. <a href=\"/contracts/{kind}/schema.json\">Schema of {kind}</a></p>\n\
                 <details><summary>Example of {kind}</summary><pre tabindex=\"0\"><code>{sample}</code></pre></details>\n</section>\n",
                meaning = text(example.meaning),
                owners = text(&owners.join(" or ")),
                sample = text(&sample),
            ),
        );
    }
    html
}

fn write_in(html: &mut String, what: std::fmt::Arguments<'_>) {
    // Writing into a text in memory does not fail.
    let _ = html.write_fmt(what);
}

/// Text in place of markup.
fn text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
