-- A view that somebody shares with everybody at the desk is kept under no account; this says whose it is.
alter table saved_views add column saved_by text;
