-- The lists of shipments on which one of the rules is open that came with consignments, each a page at a time.
create index shipments_quantity_mismatch on shipments (seq) where open_rules & 1048576;
create index shipments_proven_not_released on shipments (seq) where open_rules & 2097152;
create index shipments_cancelled_under_way on shipments (seq) where open_rules & 4194304;
create index shipments_implausible_report on shipments (seq) where open_rules & 8388608;
create index shipments_double_statement on shipments (seq) where open_rules & 16777216;
