-- What the program notes about this file: by which fold its views were made, whether a demo made it, and the probe that
-- finds out whether a disk that was full has room again. No view, and nothing of freight.
create table marks (
    name text primary key,
    value any not null
) strict, without rowid;
