-- Values that were not taken as they came, by source and where they stand (places in lists left out): the last one of each, and
-- how many there were. Some hundreds for each source at most.
create table doubts (
    source text not null,
    path text not null,
    value text not null,
    done text not null,
    count integer not null,
    last_at integer not null, -- microseconds since 1970
    primary key (source, path)
) strict, without rowid;
