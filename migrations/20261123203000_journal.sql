-- What came, as it came: the journal, the deliveries that brought it, and what could not be used. Never changed, only
-- added to. Everything in 20261123203100_views.sql follows from `journal` alone.

-- The journal: every accepted event once, in the order of acceptance. `entity` numbers the subject by its first event,
-- so that the events of shipments that are active together lie together.
create table journal (
    seq integer primary key,
    source text not null,
    role text not null,
    source_event_id text not null,
    delivery integer not null, -- inbound.id
    occurred_at text not null, -- RFC 3339, with the offset that the source stated
    recorded_at integer not null, -- microseconds since 1970
    kind text not null,
    subject blob not null,
    entity integer not null,
    number text not null,
    issuer text,
    correlation text,
    causation text,
    contract integer not null default 1,
    actor text,
    payload text not null
) strict;

-- An event is taken once, however often it comes and for as long as the journal lasts.
create unique index journal_identity on journal (source, source_event_id);
-- A subject's events, in journal order.
create index journal_entity on journal (entity);

-- Every authentic delivery with its answer, so that repeating it gives the same answer and it can be replayed.
create table inbound (
    id integer primary key,
    source text not null,
    delivery text not null, -- the sender's id of it
    role text not null,
    received_at integer not null, -- microseconds since 1970
    content_type text not null,
    headers text not null, -- JSON: [[name, value], …]
    outcome text not null, -- JSON: the answer
    body_sha256 blob not null,
    body blob not null
) strict;

create unique index inbound_identity on inbound (source, delivery);

-- The parts of deliveries that change nothing until somebody has looked at them.
create table quarantine (
    id integer primary key,
    inbound integer not null, -- inbound.id
    source text not null,
    delivery text not null,
    position integer not null,
    code text not null,
    reason text not null,
    raw text not null,
    event_id text,
    at integer not null, -- microseconds since 1970
    state text not null default 'open'
) strict;

create index quarantine_open on quarantine (id) where state = 'open';

-- Who may deliver. `secrets` is a JSON array: several are valid while one replaces another.
create table sources (
    name text primary key,
    role text not null,
    secrets text not null,
    disabled integer not null
) strict, without rowid;

-- What each source's deliveries came to, for the integrations page.
create table source_counters (
    source text primary key,
    deliveries integer not null,
    accepted integer not null,
    duplicates integer not null,
    quarantined integer not null,
    last_received_at integer not null -- microseconds since 1970
) strict, without rowid;

-- Deliveries that could not be authenticated are only counted; those of unknown sources together, under ''.
create table refusals (
    source text not null,
    code text not null,
    count integer not null,
    last_at integer not null, -- microseconds since 1970
    primary key (source, code)
) strict, without rowid;

-- Who may sign in.
create table accounts (
    account text primary key,
    name text not null,
    role text not null,
    customer blob,
    customer_name text,
    disabled integer not null,
    password_hash text not null
) strict, without rowid;

-- Who is signed in. Of a session's token only the hash is known.
create table sessions (
    token_hash text primary key,
    account text not null,
    expires_at integer not null -- microseconds since 1970
) strict, without rowid;

create index sessions_account on sessions (account);
create index sessions_expires_at on sessions (expires_at);

-- How long facts took, leg by leg: HDR histograms (V2, microseconds) that can be merged over any window.
create table latency (
    minute integer not null, -- minutes since 1970
    source text not null,
    leg text not null,
    skewed integer not null,
    histogram blob not null,
    primary key (minute, source, leg)
) strict, without rowid;
