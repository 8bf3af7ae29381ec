-- The desk's queue of one rule, for a desk that has more open than a page holds.
create index exceptions_desk_rule on exceptions (rule, severity desc, due, opened_seq, id) where open;
