-- How old a delivery's timestamp may be, in seconds: some senders repeat for hours with their first one.
alter table sources add column tolerance integer not null default 300;
