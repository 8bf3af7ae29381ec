-- Views: every table here is a function of the journal and can be folded anew from it (`syncline rebuild`). A key is
-- the journal's `entity`: small, and in the order of first appearance.

-- Which key stands for which canonical id.
create table subjects (
    key integer primary key,
    id blob not null unique
) strict;

-- The list of shipments as the house sees it. `row` is JSON for the screen; the other columns are what lists are
-- filtered and sorted by.
create table shipments (
    key integer primary key,
    id blob not null,
    number text not null,
    issuer text,
    seq integer not null, -- of the last event that changed anything about it
    status text not null,
    flags integer not null, -- 1 delayed, 2 action needed, 4 on hold
    punctuality text,
    open_rules integer not null, -- a bit for each rule with an open exception, in the order of the rules
    row text not null
) strict;

create index shipments_seq on shipments (seq);
create index shipments_status on shipments (status, seq);
create index shipments_punctuality on shipments (punctuality, seq) where punctuality is not null;
create index shipments_delayed on shipments (seq) where flags & 1;
create index shipments_action_needed on shipments (seq) where flags & 2;
create index shipments_on_hold on shipments (seq) where flags & 4;
create index shipments_tender_rejected on shipments (seq) where open_rules & 1;
create index shipments_missed_pickup on shipments (seq) where open_rules & 2;
create index shipments_eta_beyond_promise on shipments (seq) where open_rules & 4;
create index shipments_customs_hold on shipments (seq) where open_rules & 8;
create index shipments_pod_overdue on shipments (seq) where open_rules & 16;

-- The same list for each customer, made from the customer's redaction alone. The key is the shipment's * 65536 + the
-- customer's place among its customers.
create table customer_shipments (
    key integer primary key,
    customer blob not null,
    seq integer not null,
    status text not null,
    flags integer not null,
    punctuality text,
    row text not null
) strict;

create index customer_shipments_seq on customer_shipments (customer, seq);
create index customer_shipments_status on customer_shipments (customer, status, seq);
create index customer_shipments_punctuality on customer_shipments (customer, punctuality, seq)
where punctuality is not null;
create index customer_shipments_delayed on customer_shipments (customer, seq) where flags & 1;
create index customer_shipments_action_needed on customer_shipments (customer, seq) where flags & 2;
create index customer_shipments_on_hold on customer_shipments (customer, seq) where flags & 4;

-- Words to find shipments by. The key is as in customer_shipments, with place 0 for the house; a row holds only words
-- that its audience may read.
create virtual table search using fts5 (
    audience,
    words,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3 4',
    detail = column
);

-- Orders as the ERP's events make them. `state` is JSON.
create table orders (
    key integer primary key,
    id blob not null,
    number text not null,
    seq integer not null,
    state text not null
) strict;

-- Which shipments an order travels on; the order may be unknown yet.
create table shipment_orders (
    order_id blob not null,
    shipment integer not null, -- shipments.key
    primary key (order_id, shipment)
) strict, without rowid;

-- What has gone wrong, for the desk. `exception` is JSON.
create table exceptions (
    shipment integer not null, -- shipments.key
    position integer not null, -- among the shipment's, in the order of opening
    id blob not null,
    rule text not null,
    severity integer not null, -- 0 low to 3 critical
    opened_seq integer not null,
    changed_seq integer not null,
    open integer not null,
    exception text not null,
    primary key (shipment, position)
) strict, without rowid;

create index exceptions_desk on exceptions (severity desc, opened_seq, id) where open;
create index exceptions_changed on exceptions (changed_seq);
create unique index exceptions_id on exceptions (id);

-- What shipments wait for. When a moment passes, that becomes an event.
create table deadlines (
    shipment integer not null, -- shipments.key
    position integer not null,
    due_at integer not null, -- milliseconds since 1970
    deadline text not null, -- JSON
    primary key (shipment, position)
) strict, without rowid;

create index deadlines_due_at on deadlines (due_at);

-- The manager's counts, kept by differences.
create table rollups (
    name text not null,
    key text not null,
    value integer not null,
    primary key (name, key)
) strict, without rowid;

-- When each outside source last told something.
create table source_ages (
    source text primary key,
    role text not null,
    occurred_at integer not null, -- microseconds since 1970, the latest
    recorded_at integer not null, -- microseconds since 1970, the latest
    seq integer not null
) strict, without rowid;

-- Customers, items and locations: the latest statement about each, by when it was made.
create table master_data (
    noun text not null,
    id blob not null,
    code text not null,
    payload text not null, -- JSON
    occurred_at text not null,
    role text not null,
    source text not null,
    source_event_id text not null,
    primary key (noun, id)
) strict, without rowid;

-- Links that show a shipment without signing in; of a link's token only the hash is known.
create table shares (
    token_hash text primary key,
    shipment blob not null,
    customer blob not null,
    label text not null,
    expires_at integer not null, -- microseconds since 1970
    revoked integer not null,
    seq integer not null
) strict, without rowid;

create index shares_shipment on shares (shipment);
