-- What is wrong with sources' feeds as a whole. Keys are -1, -2 and so on, in the order of the first trouble; in `exceptions` and
-- `deadlines` they stand in place of a shipment's.
create table feeds (
    key integer primary key,
    source text not null unique,
    id blob not null,
    seq integer not null, -- of the last event that changed anything about it
    silent integer not null,
    feed text not null -- JSON
) strict;

-- What the parts that wait have in common, and what each is about; `''` where nobody could tell.
alter table quarantine add column cause text not null default '';
alter table quarantine add column about text not null default '';

-- The shipments that only a silent source tells of.
create index deadlines_news on deadlines (deadline ->> 'stop', due_at) where deadline ->> 'deadline' = 'news';
