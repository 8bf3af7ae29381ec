//! An answer that stays text until the page that knows its type reads it: so all pages are loaded by the same code.

use super::ApiError;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// A `T` as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Wire<T> {
    text: String,
    #[serde(skip)]
    holds: PhantomData<fn() -> T>,
}

/// Stands before an error in an answer; no JSON begins with it.
const REFUSED: char = '!';

impl<T> Wire<T> {
    /// The text of an answer, whether it is one or a refusal.
    pub fn into_answer(answer: Result<Self, ApiError>) -> String {
        match answer {
            Ok(wire) => wire.text,
            Err(error) => format!("{REFUSED}{}", serde_json::to_string(&error).unwrap_or_default()),
        }
    }
}

/// Reads what [`Wire::into_answer`] wrote.
pub fn read_answer<T: DeserializeOwned>(answer: &str) -> Result<T, ApiError> {
    match answer.strip_prefix(REFUSED) {
        Some(error) => Err(unwire(error)?),
        None => unwire(answer),
    }
}

impl<T: Serialize> Wire<T> {
    pub fn of(content: &T) -> Result<Self, ApiError> {
        let text = serde_json::to_string(content).map_err(|error| {
            leptos::logging::error!("an answer could not be written as JSON: {error}");
            ApiError::Internal
        })?;
        Ok(Self { text, holds: PhantomData })
    }
}

fn unwire<T: DeserializeOwned>(text: &str) -> Result<T, ApiError> {
    crate::wire::read(text).map_err(|error| {
        leptos::logging::error!("an answer could not be read: {error}");
        ApiError::Internal
    })
}

impl<T: DeserializeOwned> Wire<T> {
    pub fn read(&self) -> Result<T, ApiError> {
        unwire(&self.text)
    }
}
