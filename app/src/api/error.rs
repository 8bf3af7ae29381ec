//! Why the server did not do or show what a page asked for: one sentence for people, never internals.

use super::text::JsonText;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// A refusal or a failure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ApiError {
    #[error("sign in first")]
    SignIn,
    #[error("this is not for your role")]
    Forbidden,
    /// Also for what exists but is somebody else's.
    #[error("there is no such shipment, or it is not yours to see")]
    NotFound,
    /// Somebody was faster: who, and what they did.
    #[error("{message}")]
    Stale { message: String },
    #[error("{message}")]
    Invalid { message: String },
    /// What was sent is nothing that the function knows.
    #[error("the server can't read what this page sent: load the page anew")]
    Unreadable,
    /// More than one account may do in a while.
    #[error("{message}")]
    TooMany { message: String },
    #[error("the server has too much to do right now: try again in a moment")]
    Busy,
    #[error("the server could not do this: try again, and tell your administrator if it goes on")]
    Internal,
    #[error("there is no connection to the server")]
    Unreachable,
}

impl FromServerFnError for ApiError {
    type Encoder = JsonText;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        // What the machinery says of it is for its makers, and stands in the console.
        leptos::logging::warn!("{error}");
        match error {
            // At the server these are its arguments; in the browser, an answer.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => crate::context::answered(Self::Unreadable),
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unreachable,
            _ => Self::Internal,
        }
    }
}
