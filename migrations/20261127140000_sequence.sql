-- Where a source itself puts an event among its events of one moment (the CloudEvents extension `sequence`).
alter table journal add column sequence text;
