//! Feeds in the writer: all of them stay in memory, since there is one a source and only of those that something was wrong with.

use super::projections::{are_written_alike, exception_row};
use super::views::Rollups;
use crate::StoreError;
use crate::batch_rows::{Cell, key_array, write_rows};
use crate::desk::read_exception;
use domain::Seq;
use domain::deadline::Deadline;
use domain::event::Recorded;
use domain::exception::{Severity, ShipmentException};
use domain::feed::{Catalogue, Feed, FeedConsequences, Settled, TrackedFeed};
use domain::message::Addressed;
use domain::rulebook::{Rulebook, Rulebooks};
use domain::rules::Rule;
use sqlx::{Row, SqliteConnection, query};
use std::collections::BTreeMap;

/// The feeds, by their sources.
#[derive(Default)]
pub(crate) struct Feeds {
    entries: BTreeMap<String, Entry>,
    /// Parts of quarantine that were seen to in this transaction, by source.
    settled: Vec<(String, Settled)>,
}

struct Entry {
    key: i64,
    tracked: TrackedFeed,
    /// As it stands in the tables.
    deadlines: Vec<Deadline>,
    open: Vec<(Rule, Severity)>,
    is_touched: bool,
    /// Positions of the exceptions that changed, and the event that changed each last.
    changed: BTreeMap<usize, Seq>,
}

impl Entry {
    fn open(&self) -> Vec<(Rule, Severity)> {
        let open = self.tracked.exceptions.iter().filter(|one| one.is_open());
        open.map(|one| (one.rule, one.severity)).collect()
    }
}

impl Feeds {
    pub(crate) async fn load(
        connection: &mut SqliteConnection,
        books: &Rulebooks,
    ) -> Result<Self, StoreError> {
        let rows = query("select key, feed from feeds order by key desc").fetch_all(&mut *connection).await?;
        let mut entries = BTreeMap::new();
        for row in &rows {
            let key: i64 = row.try_get("key")?;
            let feed: Feed = serde_json::from_str(row.try_get("feed")?)
                .map_err(|error| StoreError::unreadable("feeds", error))?;
            let rows = query("select exception from exceptions where shipment = $1 order by position")
                .bind(key)
                .fetch_all(&mut *connection)
                .await?;
            let exceptions = rows.iter().map(read_exception).collect::<Result<_, _>>()?;
            let (source, seq) = (feed.source.clone(), feed.seq);
            let tracked = TrackedFeed::restored(feed, exceptions);
            let deadlines = tracked.deadlines(books.at(seq));
            let mut entry = Entry {
                key,
                tracked,
                deadlines,
                open: Vec::new(),
                is_touched: false,
                changed: BTreeMap::new(),
            };
            entry.open = entry.open();
            entries.insert(source, entry);
        }
        Ok(Self { entries, settled: Vec::new() })
    }

    pub(crate) fn exception(&self, source: &str, id: domain::ExceptionId) -> Option<&ShipmentException> {
        self.entries.get(source)?.tracked.exceptions.iter().find(|one| one.id == id)
    }

    /// What the event at a position changed of a source's feed: nothing, for nearly every event.
    pub(crate) fn changed_at(&self, source: &str, seq: Seq) -> Vec<ShipmentException> {
        let Some(entry) = self.entries.get(source) else { return Vec::new() };
        let here = entry.changed.iter().filter(|(_, changed)| **changed == seq);
        here.filter_map(|(position, _)| entry.tracked.exceptions.get(*position).cloned()).collect()
    }

    fn change(
        &mut self,
        source: &str,
        seq: Seq,
        change: impl FnOnce(&mut TrackedFeed) -> Option<FeedConsequences>,
    ) -> Vec<Addressed> {
        let next = -1 - i64::try_from(self.entries.len()).unwrap_or(i64::MAX - 1);
        let entry = self.entries.entry(source.to_owned()).or_insert_with(|| Entry {
            key: next,
            tracked: TrackedFeed::new(source),
            deadlines: Vec::new(),
            open: Vec::new(),
            is_touched: false,
            changed: BTreeMap::new(),
        });
        let Some(consequences) = change(&mut entry.tracked) else { return Vec::new() };
        entry.is_touched = true;
        entry.changed.extend(consequences.exceptions.into_iter().map(|position| (position, seq)));
        self.settled.extend(consequences.settled.into_iter().map(|one| (source.to_owned(), one)));
        consequences.notices
    }

    /// Takes in an event about a feed or one of its exceptions.
    pub(crate) fn apply(&mut self, recorded: &Recorded, book: &Rulebook) -> Vec<Addressed> {
        let source = &recorded.event.number;
        self.change(source, recorded.seq, |feed| Some(feed.apply(recorded, book)))
    }

    /// Takes in that a source said something, and what it named that master data does not know.
    pub(crate) fn hear(
        &mut self,
        recorded: &Recorded,
        catalogue: &Catalogue,
        book: &Rulebook,
    ) -> Vec<Addressed> {
        let source = recorded.event.source.as_str();
        let mut notices = Vec::new();
        if self.entries.contains_key(source) {
            notices.extend(self.change(source, recorded.seq, |feed| feed.hear(recorded, book)));
        }
        for mismatch in catalogue.mismatches(&recorded.event) {
            notices.extend(self.change(source, recorded.seq, |feed| {
                Some(feed.mismatch(recorded, &mismatch.cause, &mismatch.reason, book))
            }));
        }
        notices
    }

    /// Takes in that nothing is missing for a cause any more.
    pub(crate) fn matched(&mut self, recorded: &Recorded, cause: &str, book: &Rulebook) -> Vec<Addressed> {
        let sources: Vec<String> = self.entries.keys().cloned().collect();
        let matched =
            |source: &String| self.change(source, recorded.seq, |feed| feed.matched(recorded, cause, book));
        sources.iter().flat_map(matched).collect()
    }

    /// Writes what changed. Returns the exceptions that did.
    pub(crate) async fn write(
        &mut self,
        connection: &mut SqliteConnection,
        rollups: &mut Rollups,
        books: &Rulebooks,
    ) -> Result<(), StoreError> {
        let mut feeds: Vec<[Cell; 6]> = Vec::new();
        let mut exceptions: Vec<[Cell; 10]> = Vec::new();
        let mut gone: Vec<i64> = Vec::new();
        let mut deadlines: Vec<[Cell; 4]> = Vec::new();
        for entry in self.entries.values_mut().filter(|entry| entry.is_touched) {
            let feed = &entry.tracked.feed;
            feeds.push([
                entry.key.into(),
                feed.source.as_str().into(),
                feed.id.0.into(),
                feed.seq.0.into(),
                i64::from(feed.silence.is_some()).into(),
                serde_json::to_string(feed)?.into(),
            ]);
            for (&position, seq) in &entry.changed {
                if let Some(exception) = entry.tracked.exceptions.get(position) {
                    exceptions.push(exception_row(entry.key, position, exception, seq.0)?);
                }
            }
            let due = entry.tracked.deadlines(books.at(feed.seq));
            if !are_written_alike(&due, &entry.deadlines) {
                gone.push(entry.key);
                for (position, deadline) in (0..).zip(&due) {
                    deadlines.push([
                        entry.key.into(),
                        position.into(),
                        deadline.due_at.timestamp_millis().into(),
                        serde_json::to_string(deadline)?.into(),
                    ]);
                }
                entry.deadlines = due;
            }
            let open = entry.open();
            for (times, open) in [(-1, &entry.open), (1, &open)] {
                for (rule, severity) in open {
                    rollups.add(("open_rule", rule.as_str()), times);
                    rollups.add(("open_severity", severity.as_str()), times);
                }
            }
            entry.open = open;
        }
        if feeds.is_empty() {
            return Ok(());
        }
        write_rows(
            connection,
            "insert into feeds (key, source, id, seq, silent, feed)",
            "on conflict (key) do update set seq = excluded.seq, silent = excluded.silent, feed = excluded.feed",
            feeds,
        )
        .await?;
        write_rows(
            connection,
            "insert into exceptions
             (shipment, position, id, rule, severity, due, opened_seq, changed_seq, open, exception)",
            "on conflict (shipment, position) do update set severity = excluded.severity, due = excluded.due,
             changed_seq = excluded.changed_seq, open = excluded.open, exception = excluded.exception",
            exceptions,
        )
        .await?;
        query("delete from deadlines where shipment in (select value from json_each($1))")
            .bind(key_array(gone))
            .execute(&mut *connection)
            .await?;
        write_rows(connection, "insert into deadlines (shipment, position, due_at, deadline)", "", deadlines)
            .await?;
        self.settle(connection).await
    }

    /// Marks what was seen to in quarantine. What came after it is left: a rebuild meets it again later.
    async fn settle(&mut self, connection: &mut SqliteConnection) -> Result<(), StoreError> {
        for (source, settled) in std::mem::take(&mut self.settled) {
            match settled {
                Settled::Cause { cause, last } => {
                    query(
                        "update quarantine set state = 'settled'
                         where state = 'open' and source = $1 and cause = $2 and id <= $3",
                    )
                    .bind(source)
                    .bind(cause)
                    .bind(last)
                    .execute(&mut *connection)
                    .await?;
                }
                Settled::Part(part) => {
                    query("update quarantine set state = 'accepted' where id = $1 and source = $2")
                        .bind(part)
                        .bind(source)
                        .execute(&mut *connection)
                        .await?;
                }
            }
        }
        Ok(())
    }

    /// The exceptions that changed since the last call, as they are now.
    pub(crate) fn take_changed(&mut self) -> Vec<ShipmentException> {
        let mut exceptions = Vec::new();
        for entry in self.entries.values_mut().filter(|entry| entry.is_touched) {
            entry.is_touched = false;
            let changed = std::mem::take(&mut entry.changed).into_keys();
            exceptions.extend(changed.filter_map(|position| entry.tracked.exceptions.get(position).cloned()));
        }
        exceptions
    }
}
