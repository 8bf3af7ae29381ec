-- The desk looks back on what was closed last, however much is open.
create index exceptions_closed on exceptions (changed_seq) where not open;
