//! `GET /messages/{seq}`: the event at a position of the journal as it came, made readable; `GET /messages/{seq}/delivery`: all of
//! the delivery that brought it, byte for byte. For people of the house.

use crate::answer::Answer;
use crate::auth::Identity;
use crate::display::chosen;
use crate::form::Path;
use crate::intake::{Json, shown};
use crate::state::AppState;
use app::document::part_of_delivery;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Extension, Router};
use domain::Seq;
use domain::account::Area;
use store::Message;

pub fn router() -> Router<AppState> {
    Router::new().route("/messages/{seq}", get(message)).route("/messages/{seq}/delivery", get(delivery))
}

async fn message(
    state: State<AppState>,
    identity: Extension<Identity>,
    Path(position): Path<String>,
    headers: HeaderMap,
) -> Response {
    let message = match read(&state, &identity, &position).await {
        Ok(message) => message,
        Err(answer) => return answer,
    };
    let Some((event, place)) = event_in(&message).or_else(|| stated_here(&message)) else {
        return as_it_came(message);
    };
    Html(part_of_delivery(&head(&message), &place, event, &position, &state.leptos, chosen(&headers)))
        .into_response()
}

/// What people or Syncline itself stated: no delivery brought it, and it reads as the journal keeps it.
fn stated_here(message: &Message) -> Option<(String, String)> {
    if !message.body.is_empty() {
        return None;
    }
    let payload = serde_json::from_str::<Json<'_>>(&message.payload).ok()?;
    let place = format!("Nothing came from outside: {} as it stands in the journal", message.kind);
    Some((serde_json::to_string_pretty(&payload).ok()?, place))
}

async fn delivery(
    state: State<AppState>,
    identity: Extension<Identity>,
    Path(position): Path<String>,
) -> Response {
    read(&state, &identity, &position).await.map_or_else(|answer| answer, as_it_came)
}

async fn read(state: &AppState, identity: &Identity, position: &str) -> Result<Message, Response> {
    match &identity.viewer {
        None => {
            return Err(Answer::new(StatusCode::UNAUTHORIZED, "sign_in", "sign in first").into_response());
        }
        Some(viewer) if !viewer.role.may_open(Area::Desk) => {
            let message = "only people of the house see messages";
            return Err(Answer::new(StatusCode::FORBIDDEN, "forbidden", message).into_response());
        }
        Some(_) => {}
    }
    let found = match position.parse() {
        Ok(seq) => state.store.message(Seq(seq)).await,
        Err(_) => Ok(None),
    };
    match found {
        Ok(Some(message)) => Ok(message),
        Ok(None) => {
            let message =
                format!("the journal has no position `{}`: it is a whole number", shown(position, 40));
            Err(Answer::new(StatusCode::NOT_FOUND, "no_such_position", message).into_response())
        }
        Err(error) => {
            tracing::error!(%error, position, "a message could not be read");
            Err(Answer::unavailable().into_response())
        }
    }
}

fn head(message: &Message) -> String {
    format!(
        "source: {}\ndelivery: {}\nreceived: {}\ncontent-type: {}\n",
        message.source,
        message.delivery,
        message.received_at.to_rfc3339(),
        message.content_type,
    )
}

/// As text whatever it says it is: nothing of a sender's runs in a browser here.
fn as_it_came(message: Message) -> Response {
    let mut text = format!("{}\n", head(&message)).into_bytes();
    text.extend(message.body);
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The event in its delivery, laid out, and which of how many it is; none where the delivery is no JSON.
fn event_in(message: &Message) -> Option<(String, String)> {
    let text = std::str::from_utf8(&message.body).ok()?.trim_start_matches('\u{feff}').trim();
    let all = match serde_json::from_str(text) {
        Ok(Json::List(all)) => all,
        Ok(one) => vec![one],
        Err(_) => {
            let lines = text.lines().filter(|line| !line.trim().is_empty());
            // A line that is none stands for itself, so that the others keep their places.
            lines.map(|line| serde_json::from_str(line).unwrap_or(Json::Null)).collect()
        }
    };
    let is_it = |event: &Json<'_>| {
        let text = |name| event.get(name).and_then(Json::as_text);
        text("source").zip(text("id")).is_some_and(|(source, id)| message.event == format!("{source} {id}"))
    };
    let place = all.iter().position(is_it)?;
    let event = serde_json::to_string_pretty(&all[place]).ok()?;
    let place = match all.len() {
        1 => "The only event of its delivery".to_owned(),
        count => format!("Event {} of {count} of its delivery", place + 1),
    };
    Some((event, place))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn came(body: &str, event: &str) -> Message {
        Message {
            event: event.to_owned(),
            source: "tms".to_owned(),
            delivery: "msg_1".to_owned(),
            received_at: chrono::DateTime::UNIX_EPOCH,
            content_type: "application/json".to_owned(),
            body: body.as_bytes().to_vec(),
            kind: "stop.arrived".to_owned(),
            payload: r#"{"stop":"1"}"#.to_owned(),
        }
    }

    #[test]
    fn an_event_is_found_in_its_delivery_whatever_form_that_has() {
        let (one, two) = (r#"{"source":"//t","id":"1","b":1,"a":2}"#, r#"{"source":"//t","id":"2"}"#);
        for (body, place) in [
            (one.to_owned(), "The only event of its delivery"),
            (format!("[{two},{one}]"), "Event 2 of 2 of its delivery"),
            (format!("{two}\n\n{one}\n"), "Event 2 of 2 of its delivery"),
            (format!("{two}\nnonsense\n{one}\n"), "Event 3 of 3 of its delivery"),
        ] {
            let (event, said) = event_in(&came(&body, "//t 1")).expect("found");
            assert_eq!(said, place);
            // Fields stay in the sender's order.
            assert_eq!(event, "{\n  \"source\": \"//t\",\n  \"id\": \"1\",\n  \"b\": 1,\n  \"a\": 2\n}");
        }
        let (said, _) = stated_here(&came("", "syncline 1")).expect("what was stated here");
        assert_eq!(said, "{\n  \"stop\": \"1\"\n}");
        assert_eq!(stated_here(&came("ISA*00*", "//t 1")), None);
        assert_eq!(event_in(&came("ISA*00*", "//t 1")), None);
        assert_eq!(event_in(&came(two, "//t 1")), None);
    }
}
