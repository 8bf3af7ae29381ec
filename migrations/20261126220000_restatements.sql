-- What was added to a figure after its day had ended, by the day on which it was: so that a figure which was restated says
-- what it was before. A day that nothing was known of when it ended is in here as a whole. Deltas add up whatever the
-- batches, as long as none spans two days of recording; a row that came down to nothing is removed.
create table restatements (
    measure text not null,
    day integer not null, -- the figure's, as in figures
    part text not null, -- as in figures
    restated_on integer not null, -- the day of recording, since 1970-01-01, UTC
    numerator integer not null,
    denominator integer not null,
    primary key (measure, day, part, restated_on)
) strict, without rowid;

create index restatements_day on restatements (day);
create index restatements_void on restatements (day) where numerator = 0 and denominator = 0;
