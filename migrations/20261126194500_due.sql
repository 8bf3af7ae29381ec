-- When the earliest promise that an exception endangers ends, in milliseconds since 1970; far ahead where nothing was promised.
alter table exceptions add column due integer not null default 9223372036854775807;

drop index exceptions_desk;
create index exceptions_desk on exceptions (severity desc, due, opened_seq, id) where open;
