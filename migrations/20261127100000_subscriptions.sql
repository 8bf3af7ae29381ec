-- What people chose to be told is read whenever the writer starts; there are few of them among millions of events.
create index journal_subscriptions on journal (seq) where kind = 'subscription.changed';

-- Whether whoever owns the address has said that it is theirs; only a letter that asks for it leaves before.
alter table endpoints add column confirmed integer not null default 1;
