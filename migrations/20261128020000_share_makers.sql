-- Who of a customer's people made a share link: it ends when their account becomes another's.
alter table shares add column maker text;
