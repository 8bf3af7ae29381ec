-- What each shipment contributes to the manager's figures: the rows that a figure is the sum of, so that it can be explained
-- down to its shipments. Kept by difference as `figures` is; a row that came down to nothing is removed.
create table contributions (
    measure text not null,
    day integer not null, -- since 1970-01-01, UTC
    shipment integer not null, -- shipments.key
    part text not null, -- as in figures
    facets text not null, -- JSON: [carrier, lane, location, customer]
    numerator integer not null,
    denominator integer not null,
    primary key (measure, day, shipment, part, facets)
) strict, without rowid;

create index contributions_void on contributions (shipment) where numerator = 0 and denominator = 0;
