//! A bulk feed: signed NDJSON until it is committed and projected, beside a bare loop that inserts the same bytes in
//! batches of the same size with the same pragmas.

use super::Scale;
use super::http;
use super::mail::{Mail, lines_of};
use super::sample::{Sample, rate};
use super::table::Row;
use super::testbed::Testbed;
use crate::simulator::Batch;
use anyhow::ensure;
use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection};
use std::path::Path;
use std::time::Instant;

const BAR: u32 = 50;
/// One delivery is written while the next is read and checked.
const SENDERS: usize = 2;
/// Rows a statement inserts in the bare loop: a statement a row costs the driver more than the database.
const ROWS: usize = 50;

/// A row of the bare loop: a unique key and the bytes.
type Line<'a> = (String, &'a [u8]);

#[derive(Deserialize)]
struct Named<'a> {
    source: &'a str,
    id: &'a str,
}

pub async fn measure(scale: &Scale, folder: &Path) -> anyhow::Result<Row> {
    let testbed = Testbed::open(folder, "bulk").await?;
    let mut bare = Bare::open(folder).await?;
    let mut mail = Mail::new(2, scale.bulk * (scale.rounds + 2) + 10_000);
    let (mut ours, mut theirs, mut slow) = (Sample::default(), Sample::default(), Sample::default());
    for round in 0..=scale.rounds {
        let batches = mail.batches(scale.bulk);
        let letters = mail.lines(&testbed, &batches)?;
        let events: usize = letters.iter().map(|letter| letter.events).sum();
        let before = testbed.store.as_of().await?;
        let requests = letters.into_iter().map(|letter| letter.request).collect();
        let sent = http::send_all(testbed.address, requests, SENDERS, None, 202).await?;
        let kept = testbed.store.as_of().await?.0 - before.0;
        // The simulator repeats and misspeaks a little.
        ensure!(kept as usize * 10 >= events * 8, "of {events} events only {kept} are in the journal");
        let seconds = bare.insert(&batches, ROWS).await?;
        let by_row = bare.insert(&batches[..1.min(batches.len())], 1).await?;
        if round > 0 {
            ours.push(events as f64 / sent.seconds);
            theirs.push(events as f64 / seconds);
            slow.push(batches[0].events as f64 / by_row);
        }
    }
    testbed.close().await?;
    bare.connection.close().await?;
    let detail = format!(
        "{} events, bare loop {} with {ROWS} rows a statement ({} with one)",
        rate(ours.median()),
        rate(theirs.median()),
        rate(slow.median()),
    );
    Ok(Row::share("bulk feed (NDJSON), committed and projected", ours.median(), theirs.median(), BAR, detail))
}

struct Bare {
    connection: SqliteConnection,
    runs: usize,
}

impl Bare {
    async fn open(folder: &Path) -> anyhow::Result<Self> {
        let mut connection = SqliteConnectOptions::new()
            .filename(folder.join("bare.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            // The store moves its log beside the writer; here that happens seldom instead, but within the loop.
            .pragma("wal_autocheckpoint", "16000")
            .connect()
            .await?;
        sqlx::query(
            "create table raw (number integer primary key, key text not null unique, body blob not null)",
        )
        .execute(&mut connection)
        .await?;
        Ok(Self { connection, runs: 0 })
    }

    /// Inserts the events of each batch in one transaction. Gives the seconds that it took.
    async fn insert(&mut self, batches: &[Batch], rows: usize) -> anyhow::Result<f64> {
        self.runs += 1;
        let mut prepared: Vec<Vec<Line<'_>>> = Vec::new();
        for batch in batches {
            let lines = lines_of(batch).enumerate().map(|(place, line)| {
                // What cannot be read has a place instead; what comes twice must not break the loop.
                let key = serde_json::from_slice(line)
                    .map_or_else(|_| format!("{place}"), |Named { source, id }| format!("{source} {id}"));
                (format!("{key} {} {place}", self.runs), line)
            });
            prepared.push(lines.collect());
        }
        let begun = Instant::now();
        for batch in &prepared {
            let mut transaction = self.connection.begin().await?;
            for lines in batch.chunks(rows) {
                let mut insert: QueryBuilder<Sqlite> = QueryBuilder::new("insert into raw (key, body) ");
                insert.push_values(lines, |mut values, (key, body)| {
                    values.push_bind(key.as_str()).push_bind(*body);
                });
                insert.build().execute(&mut *transaction).await?;
            }
            transaction.commit().await?;
        }
        Ok(begun.elapsed().as_secs_f64())
    }
}
