//! `syncline bench`: the bars of the design as ratios measured in one run, on the loopback and in a folder of its own
//! that is removed at the end. What is compared alternates within the run, so that a busy machine slows both alike.
//! It decides nothing: a bar that is missed is printed as missed.

mod bulk;
mod fanout;
mod fill;
mod freight;
mod helper;
mod http;
mod idle;
mod latency;
mod machine;
mod mail;
mod pages;
mod sample;
mod single;
mod sockets;
mod table;
mod testbed;
mod wasm;

use crate::config::whole;
use anyhow::Context;
use clap::{Args, ValueEnum};
use std::path::{Path, PathBuf};
use std::time::Duration;
use table::Row;

/// Measure the bars of the design
#[derive(Args, Debug)]
pub struct Bench {
    /// Measure only these
    #[arg(long, value_enum, num_args = 1.., value_name = "NAME")]
    only: Vec<Bar>,
    /// Small counts: shows that everything runs, and measures nothing worth knowing
    #[arg(long)]
    quick: bool,
    /// Shipments to store for the pages
    #[arg(long, default_value_t = 1_000_000, value_parser = whole(2_000..=100_000_000_u64))]
    shipments: u64,
    /// Websockets to open
    #[arg(long, default_value_t = 5000, value_parser = sockets_in_bounds)]
    sockets: usize,
    /// Print the table for a document
    #[arg(long)]
    markdown: bool,
    /// Where the databases lie while it runs; a temporary folder without it
    #[arg(long)]
    folder: Option<PathBuf>,
    /// What the second process of a run does
    #[arg(long, value_enum, hide = true)]
    role: Option<helper::Role>,
}

fn sockets_in_bounds(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 10..=9000) => Ok(count),
        _ => Err("10 to 9000: this process holds twice as many".to_owned()),
    }
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Bar {
    /// Signed single webhooks
    Single,
    /// Bulk NDJSON
    Bulk,
    /// One change to many sockets
    Fanout,
    /// Commit to frame under load
    Latency,
    /// Memory of idle sockets
    Idle,
    /// Pages with many shipments stored
    Pages,
    /// Size of what the browser loads
    Wasm,
}

/// How much of everything.
struct Scale {
    /// Measured pairs; one more warms up.
    rounds: usize,
    /// Singles a round.
    singles: usize,
    /// Events of bulk feed a round.
    bulk: usize,
    sockets: usize,
    changes: usize,
    load: Duration,
    few: u64,
    shipments: u64,
    /// How long filling may take, each time.
    fill: Duration,
    /// Requests a page.
    requests: usize,
}

impl Bench {
    pub async fn run(self) -> anyhow::Result<()> {
        let parent = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        if let Some(role) = self.role {
            return helper::run(role, parent).await;
        }
        std::fs::create_dir_all(&parent)?;
        let folder = tempfile::Builder::new().prefix("syncline-bench-").tempdir_in(&parent)?;
        tokio::select! {
            measured = self.measure(folder.path()) => measured,
            () = crate::serve::asked_to_stop() => anyhow::bail!("stopped before the end"),
        }
    }

    async fn measure(&self, folder: &Path) -> anyhow::Result<()> {
        for (name, value) in machine::describe(folder)? {
            println!("{name:>12}: {value}");
        }
        let (scale, mut rows, mut peak) = (self.scale(), Vec::new(), None);
        for bar in self.bars() {
            eprintln!("measuring {}", bar.to_possible_value().context("a bar has a name")?.get_name());
            match bar {
                Bar::Single => {
                    let (row, rate) = single::measure(&scale, folder).await?;
                    rows.push(row);
                    peak = Some(rate);
                }
                Bar::Bulk => rows.push(bulk::measure(&scale, folder).await?),
                Bar::Fanout => rows.push(fanout::measure(&scale, folder).await?),
                Bar::Latency => {
                    let peak = match peak {
                        Some(peak) => peak,
                        None => single::measure(&scale, folder).await?.1,
                    };
                    rows.push(latency::measure(&scale, folder, peak).await?);
                }
                Bar::Idle => rows.push(idle::measure(&scale, folder).await?),
                Bar::Pages => rows.extend(pages::measure(&scale, folder).await?),
                Bar::Wasm => rows.push(wasm::measure()?),
            }
        }
        println!("\n{}", self.table(&rows));
        Ok(())
    }

    fn table(&self, rows: &[Row]) -> String {
        if self.markdown { table::markdown(rows) } else { table::plain(rows) }
    }

    /// In the order of the table, whatever order was asked for.
    fn bars(&self) -> Vec<Bar> {
        let all = Bar::value_variants().iter().copied();
        all.filter(|bar| self.only.is_empty() || self.only.contains(bar)).collect()
    }

    fn scale(&self) -> Scale {
        if self.quick {
            return Scale {
                rounds: 1,
                singles: 100,
                bulk: 1000,
                sockets: self.sockets.min(40),
                changes: 3,
                load: Duration::from_secs(1),
                few: 1000,
                shipments: self.shipments.min(2000),
                fill: Duration::from_secs(10),
                requests: 10,
            };
        }
        Scale {
            rounds: 5,
            singles: 20_000,
            bulk: 100_000,
            sockets: self.sockets,
            changes: 30,
            load: Duration::from_secs(10),
            few: 10_000.min(self.shipments / 2),
            shipments: self.shipments,
            fill: Duration::from_mins(20),
            requests: 300,
        }
    }
}
