-- A session that nobody uses ends at expires_at, which moves on while somebody does, up to ends_at. Sessions without it have
-- one end only.
alter table sessions add column ends_at integer; -- microseconds since 1970
