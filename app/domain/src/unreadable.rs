//! What a reader of JSON says, in people's words: they write rules and messages, not programs.

use serde_json::Error;

/// What is wrong with a text that is no JSON, and where.
pub fn broken(error: &Error) -> String {
    let what = syntax(&error.to_string(), error.is_eof());
    match (error.line(), error.column()) {
        (0 | 1, column) => format!("{what}, at character {column}"),
        (line, column) => format!("{what}, at character {column} of line {line}"),
    }
}

fn syntax(message: &str, ends: bool) -> &'static str {
    let begins = |word: &str| message.starts_with(word);
    if ends {
        "it ends before its end"
    } else if begins("expected `:`") {
        "a colon has to stand between a name and its value"
    } else if begins("expected `,`") || begins("expected `]`") {
        "a comma or a closing bracket has to stand here"
    } else if begins("trailing comma") {
        "a comma stands before a closing bracket"
    } else if begins("trailing characters") {
        "something stands behind its end"
    } else if begins("key must be a string") {
        "a name has to stand here, in double quotes"
    } else if begins("control character") {
        "a text holds a line end or another control character: write it as an escape"
    } else if begins("invalid escape")
        || begins("lone")
        || begins("unexpected end of hex")
        || begins("invalid unicode")
    {
        "a text holds an escape that JSON does not know"
    } else if begins("invalid number") || begins("number out of range") {
        "a number is written as JSON does not know it"
    } else if begins("recursion limit") {
        "values are nested too deep"
    } else {
        "a value has to stand here: an object, a list, a text in double quotes, a number, true, false or null"
    }
}

/// What is wrong with a value that is JSON and can't be what it should be.
pub fn unfit(error: &Error) -> String {
    if !error.is_data() {
        return broken(error);
    }
    let message = error.to_string();
    let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
    let named = |rest: &str| rest.split('`').nth(1).unwrap_or_default().to_owned();
    let listed = |rest: &str| {
        let words: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
        words.join(", ")
    };
    if let Some(rest) = message.strip_prefix("missing field ") {
        return format!("`{}` is missing", named(rest));
    }
    if let Some(rest) = message.strip_prefix("duplicate field ") {
        return format!("`{}` is stated twice", named(rest));
    }
    for (begin, what, ways) in [
        ("unknown field ", "is no field here", "the fields are"),
        ("unknown variant ", "is no word here", "write one of"),
    ] {
        if let Some(rest) = message.strip_prefix(begin) {
            let (stated, known) = rest.split_once(", ").unwrap_or((rest, ""));
            let known = listed(known);
            let ways = if known.is_empty() { "leave it out".to_owned() } else { format!("{ways} {known}") };
            return format!("`{}` {what}: {ways}", named(stated));
        }
    }
    for begin in ["invalid type: ", "invalid value: ", "invalid length "] {
        if let Some((is, wanted)) =
            message.strip_prefix(begin).and_then(|rest| rest.rsplit_once(", expected "))
        {
            return format!("it is {}: write {}", stated(is), wanted_in_words(wanted));
        }
    }
    message.to_owned()
}

/// What a reader calls integer -5 is -5.
fn stated(is: &str) -> String {
    match is {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" | "unit value" => "nothing".to_owned(),
        other => match other.split_once('`') {
            Some((_, value)) => value.trim_end_matches('`').to_owned(),
            None => other.trim_start_matches("string ").to_owned(),
        },
    }
}

fn wanted_in_words(wanted: &str) -> &'static str {
    match wanted {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number from 0",
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" | "a borrowed string" | "string" | "str" => "a text",
        other if other.starts_with("a sequence") || other.starts_with("tuple") => "a list",
        other if other.starts_with("struct") || other.starts_with("a map") => {
            "an object with fields of its own"
        }
        _ => "what the schema says",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rulebook::Rulebook;

    #[test]
    fn what_is_no_json_is_said_with_its_place() {
        for (text, says) in [
            ("{\"a\": ", "it ends before its end, at character 6"),
            ("{\"a\" 1}", "a colon has to stand between a name and its value, at character 6"),
            ("{\"a\": 1,}", "a comma stands before a closing bracket, at character 9"),
            ("{\n1: 2}", "a name has to stand here, in double quotes, at character 1 of line 2"),
            ("{} {}", "something stands behind its end, at character 4"),
        ] {
            let error = serde_json::from_str::<serde_json::Value>(text).expect_err(text);
            assert_eq!(broken(&error), says, "{text}");
        }
    }

    #[test]
    fn the_faults_of_a_rules_file_are_said_in_peoples_words() {
        let usual = serde_json::to_value(Rulebook::default()).expect("json");
        for (at, value, says) in [
            (
                "/limits/dwell_minutes",
                serde_json::json!(-5),
                "at `limits.dwell_minutes`: it is -5: write a whole number from 0",
            ),
            (
                "/limits/dwell_minutes",
                serde_json::json!("two"),
                "at `limits.dwell_minutes`: it is \"two\": write a whole number from 0",
            ),
            (
                "/limits/dwell_minutes",
                serde_json::json!(1.5),
                "at `limits.dwell_minutes`: it is 1.5: write a whole number from 0",
            ),
            ("/teams", serde_json::json!({}), "at `teams`: it is an object: write a list"),
            ("/limits/dwel", serde_json::json!(1), "`dwel` is no field here: the fields are"),
        ] {
            let mut file = usual.clone();
            let (parent, name) = at.rsplit_once('/').expect("a pointer");
            file.pointer_mut(parent).expect("a parent")[name] = value;
            let said = Rulebook::read(&file.to_string()).expect_err(at).to_string();
            assert!(said.contains(says), "{said}");
        }
        let said = Rulebook::read("{\"reason\": \"x").expect_err("cut off").to_string();
        assert_eq!(said, "this is no rules file: it ends before its end, at character 13");
    }
}
