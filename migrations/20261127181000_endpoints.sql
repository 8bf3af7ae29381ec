-- What is due for an endpoint, and what was given up, are found without a look at all that was ever sent.
create index outbox_due_of on outbox (endpoint, next_at, id) where next_at is not null;
create index outbox_dead on outbox (id) where state = 'dead';

-- The secret before the present one: while it is there both sign, so that the other end can change over when it likes.
alter table endpoints add column former_secret text;
-- Since when nothing got through; null while it does.
alter table endpoints add column failing_since integer; -- microseconds since 1970
-- What it speaks for, as whoever set it up wrote it: `customer:C-1`.
alter table endpoints add column speaks_for text;
