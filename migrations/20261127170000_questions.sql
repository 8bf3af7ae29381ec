-- Addresses that were asked, within the last day, whether they are of whoever gave them: so that no stranger is asked without end,
-- and a question can be answered for a day only.
create table questions (
    token_hash text primary key, -- SHA-256 of what stands at the end of the question's link
    endpoint text not null, -- endpoints.name
    address text not null,
    asked_at integer not null, -- microseconds since 1970
    expires_at integer not null,
    failure text -- why it did not get there
) strict, without rowid;

create index questions_address on questions (address);
create index questions_endpoint on questions (endpoint, asked_at);
create index questions_asked on questions (asked_at);
