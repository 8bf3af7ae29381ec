-- When a customer last lost a shipment: an order went to somebody else, or left the load. A list that was read before that
-- holds a row which no changed row replaces.
create table withdrawals (
    customer blob primary key,
    seq integer not null -- of the event that took it away
) strict, without rowid;
