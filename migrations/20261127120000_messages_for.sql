-- What somebody was told lately is read with every page that shows it.
create index messages_addressee on messages (addressee, kind, seq);
