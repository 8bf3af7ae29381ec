-- That an attempt is being made: written before the message leaves, so that nothing is sent whose sending can't be kept.
alter table outbox add column claimed integer not null default 0;
create index outbox_claimed on outbox (id) where claimed;
