//! Why an authentic event waits in quarantine: a stable code and a reason that names the value, where it stands and
//! the way out, so that a partner can act on it without asking.

/// Why an event was put into quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    MalformedJson,
    NotUtf8,
    TooDeep,
    NotCloudevents,
    UnknownKind,
    UnknownVersion,
    MissingSubject,
    MissingTime,
    BadTime,
    TooFarInFuture,
    TooOld,
    MalformedData,
    ImplausibleData,
    AuthorityConflict,
    /// Given by the store: the id is known with another content.
    IdReused,
}

impl Code {
    pub const ALL: [Self; 15] = [
        Self::MalformedJson,
        Self::NotUtf8,
        Self::TooDeep,
        Self::NotCloudevents,
        Self::UnknownKind,
        Self::UnknownVersion,
        Self::MissingSubject,
        Self::MissingTime,
        Self::BadTime,
        Self::TooFarInFuture,
        Self::TooOld,
        Self::MalformedData,
        Self::ImplausibleData,
        Self::AuthorityConflict,
        Self::IdReused,
    ];

    pub fn as_str(self) -> &'static str {
        match self {
            Self::MalformedJson => "malformed_json",
            Self::NotUtf8 => "not_utf8",
            Self::TooDeep => "too_deep",
            Self::NotCloudevents => "not_cloudevents",
            Self::UnknownKind => "unknown_kind",
            Self::UnknownVersion => "unknown_version",
            Self::MissingSubject => "missing_subject",
            Self::MissingTime => "missing_time",
            Self::BadTime => "bad_time",
            Self::TooFarInFuture => "too_far_in_future",
            Self::TooOld => "too_old",
            Self::MalformedData => "malformed_data",
            Self::ImplausibleData => "implausible_data",
            Self::AuthorityConflict => "authority_conflict",
            Self::IdReused => "id_reused",
        }
    }

    /// What a partner does about it, as `/contracts` says it.
    pub fn way_out(self) -> &'static str {
        match self {
            Self::MalformedJson => "The text is no JSON. Send it again, whole, under a new webhook-id.",
            Self::NotUtf8 => "The text is not encoded in UTF-8. Encode it so and send it again.",
            Self::TooDeep => "Values are nested deeper than 128 levels. Send only what the schema describes.",
            Self::NotCloudevents => {
                "An attribute that CloudEvents 1.0 requires is missing or breaks its rules. The reason names it."
            }
            Self::UnknownKind => "The type is not in the list on this page.",
            Self::UnknownVersion => "The kind is known, but not in this version. Send version 1.",
            Self::MissingSubject => {
                "Put your own number of the shipment, order, customer, item or location into subject."
            }
            Self::MissingTime => "Put the moment when it happened into time.",
            Self::BadTime => "Write time as RFC 3339 with its offset from UTC: 2026-05-04T09:30:00+02:00.",
            Self::TooFarInFuture => {
                "It happened more than 24 hours after it was received. Check the clock and the offset."
            }
            Self::TooOld => "It happened before the year 2000. Check the clock and the format.",
            Self::MalformedData => {
                "A value under data is missing, too long or of another type than the schema says. The reason has its path."
            }
            Self::ImplausibleData => {
                "A value under data is out of reach, or does not go with the others. The reason has its path."
            }
            Self::AuthorityConflict => {
                "Your system does not own this fact. It changes nothing until an agent has looked at it."
            }
            Self::IdReused => {
                "The id was sent before with another content. Give each event an id of its own; correct one by event.retracted and a new event."
            }
        }
    }
}

/// A code and a reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    pub code: Code,
    pub reason: String,
}

impl Rejection {
    pub fn new(code: Code, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self { code, reason: if reason.len() > 500 { shown(&reason, 500) } else { reason } }
    }
}

/// At most `most` characters of a value that came from outside, without control characters.
pub fn shown(value: &str, most: usize) -> String {
    let mut shown: String =
        value.chars().take(most).map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if value.chars().nth(most).is_some() {
        shown.push('…');
    }
    shown
}
