-- The list of shipments whose number two things go by.
create index shipments_number_clash on shipments (seq) where open_rules & 33554432;

-- Who gives the numbers that a source states, where that is not the usual system of its role.
alter table sources add column issuer text;
