-- Beginnings of five and six letters, which people type on the way to a city's name, are looked up like shorter ones
-- instead of being merged from all words that begin so; and marks belong to the word that they stand in, as in Hindi.
create virtual table search_by_more using fts5 (
    audience,
    words,
    tokenize = "unicode61 remove_diacritics 2 categories 'L* N* Co M* So'",
    prefix = '2 3 4 5 6',
    detail = column
);

insert into search_by_more (rowid, audience, words) select rowid, audience, words from search;
drop table search;
alter table search_by_more rename to search;
