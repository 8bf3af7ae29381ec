-- What waits in quarantine is settled by its source and cause, and the desk lists what was closed by rule: neither walks
-- all that is open or closed.
create index quarantine_open_by_cause on quarantine (source, cause, id) where state = 'open';
create index exceptions_closed_by_rule on exceptions (rule, changed_seq) where not open;
