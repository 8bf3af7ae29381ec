-- The manager's figures: what all shipments contribute to each measure, by UTC day and by member of a dimension. Kept by
-- difference (minus what a shipment contributed before, plus what it contributes now), so a late correction restates a
-- day long past, ninety days of a million shipments are a sum over few rows, and no row is ever recounted. A part that
-- came down to nothing has no row.
create table figures (
    dimension text not null, -- all, carrier, lane, location, customer
    day integer not null, -- since 1970-01-01, UTC
    measure text not null,
    member text not null, -- empty where the dimension is `all`
    part text not null, -- empty: counted; `-reason`: left out; `~n`: a bucket of minutes; a currency
    numerator integer not null,
    denominator integer not null,
    primary key (dimension, day, measure, member, part)
) strict, without rowid;

-- Ages are those of all that is open, however long ago it was opened.
create index figures_open on figures (day) where measure = 'open_exceptions' and dimension = 'all';
-- Parts that came down to nothing, until they are removed within the same transaction.
create index figures_void on figures (day) where numerator = 0 and denominator = 0;
