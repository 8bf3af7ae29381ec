-- When a shipment that is still to come is expected, in milliseconds since 1970; null where nobody knows, and once it has come
-- or was called off.
alter table shipments add column expected integer;
alter table customer_shipments add column expected integer;

create index shipments_expected on shipments (expected, key) where expected is not null;
create index customer_shipments_expected on customer_shipments (customer, expected, key) where expected is not null;

-- Lists that people come back to: an address's query under a name. A person's own, no view of the journal.
create table saved_views (
    account text not null,
    page text not null, -- the first part of the page's path, `shipments` or `desk`
    name text not null,
    query text not null, -- without the question mark
    primary key (account, page, name)
) strict, without rowid;
