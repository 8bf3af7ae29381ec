-- What others must learn: follows from the journal, like every view, whether or not anybody gets it.
create table messages (
    seq integer not null, -- the event that it follows from
    place integer not null, -- among those that follow from it
    id blob not null,
    addressee text not null, -- erp, tms, account-team, customer:<id>
    kind text not null,
    subject text not null, -- the order's or shipment's number
    message text not null, -- JSON
    primary key (seq, place)
) strict, without rowid;

create unique index messages_id on messages (id);
create index messages_subject on messages (subject, seq);

-- Whether a shipment has news for the invoice gate of one of its orders, and since which position.
alter table shipment_orders add column unsettled integer not null default 0;
create index shipment_orders_unsettled on shipment_orders (unsettled, order_id) where unsettled;

-- Where messages go. No view: set up by people.
create table endpoints (
    name text primary key,
    addressee text not null,
    address text not null, -- https://… or mailto:…
    secret text, -- whsec_ and base64, for webhooks
    allow_private integer not null, -- whether it may lie in a private network
    paused text, -- why nothing is sent to it now
    failures integer not null default 0, -- in a row
    open_until integer -- microseconds since 1970: nothing is tried before
) strict;

create index endpoints_addressee on endpoints (addressee);

-- What is sent where. Written with the event that caused it; rebuilding copies it and adds nothing.
create table outbox (
    id integer primary key,
    message blob not null, -- messages.id
    endpoint text not null,
    subject text not null,
    state text not null, -- waiting, delivered, dead
    attempts integer not null default 0,
    queued_at integer not null, -- microseconds since 1970
    next_at integer, -- when it is tried next; null while an earlier one about the same subject waits, and at the end
    done_at integer
) strict;

create index outbox_due on outbox (next_at, endpoint) where next_at is not null;
create index outbox_waiting on outbox (endpoint, subject, id) where state = 'waiting';
create index outbox_state on outbox (endpoint, state, id);
create index outbox_message on outbox (message);

-- Every attempt to deliver.
create table attempts (
    outbox integer not null, -- outbox.id
    attempt integer not null,
    at integer not null, -- microseconds since 1970
    millis integer not null,
    status integer, -- HTTP or SMTP; null where there was no answer
    answer text not null, -- its beginning, or why there was none
    primary key (outbox, attempt)
) strict, without rowid;
