-- What the program notes about this file: by which fold its views were made, whether a demo made it, and the probe that
-- finds out whether a disk that was full has room again. No view, and nothing of freight.
create table marks (
    name text primary key,
    value any not null
) strict, without rowid;

-- Events that this version cannot read or fold, by position, each with its error: what follows them is folded without them.
-- A view.
create table set_aside (
    seq integer primary key,
    error text not null
) strict;
