//! `syncline simulate`: the demo's network against any server.

use crate::clock;
use crate::config::{secret, whole};
use crate::simulator::{self, Feed, Settings, Target, first_number};
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;

/// Send the lives of a made-up freight network to a server, as a TMS and an ERP would
#[derive(Args, Debug)]
pub struct Simulate {
    /// The server's address
    #[arg(long, env = "SYNCLINE_SERVER", default_value = "http://127.0.0.1:3000")]
    server: String,

    /// The name of the TMS source at the server
    #[arg(long, env = "SYNCLINE_TMS_SOURCE", default_value = "tms")]
    tms_source: String,
    /// Its secret: `whsec_` and base64
    #[arg(long, env = "SYNCLINE_TMS_SECRET", hide_env_values = true)]
    tms_secret: Option<String>,
    /// A file that holds the TMS source's secret
    #[arg(long, env = "SYNCLINE_TMS_SECRET_FILE")]
    tms_secret_file: Option<PathBuf>,

    /// The name of the ERP source at the server
    #[arg(long, env = "SYNCLINE_ERP_SOURCE", default_value = "erp")]
    erp_source: String,
    /// Its secret: `whsec_` and base64
    #[arg(long, env = "SYNCLINE_ERP_SECRET", hide_env_values = true)]
    erp_secret: Option<String>,
    /// A file that holds the ERP source's secret
    #[arg(long, env = "SYNCLINE_ERP_SECRET_FILE")]
    erp_secret_file: Option<PathBuf>,

    /// Equal seeds tell equal lives
    #[arg(long, env = "SYNCLINE_SEED", value_parser = whole(0..=u64::MAX), default_value_t = 42)]
    seed: u64,
    /// How many times faster than real life: 60 makes an hour a minute
    #[arg(long, env = "SYNCLINE_SPEED", default_value_t = 60, value_parser = whole(1..=86_400_u32))]
    speed: u32,
    /// How many shipments to tell from the past thirty days first
    #[arg(long, env = "SYNCLINE_HISTORY", value_parser = whole(0..=10_000_000_u32), default_value_t = 600)]
    history: u32,
    /// Drive this many events a second instead, without history
    #[arg(long, env = "SYNCLINE_RATE", value_parser = whole(1..=10_000_000_u32))]
    rate: Option<u32>,
    /// Stop after so many events
    #[arg(long, env = "SYNCLINE_COUNT", value_parser = whole(0..=u64::MAX))]
    count: Option<u64>,
    /// The number of the first shipment's life; derived from the clock without it, so that runs don't collide
    #[arg(long, env = "SYNCLINE_FIRST", value_parser = whole(0..=u64::MAX))]
    first: Option<u64>,
}

/// Runs until Ctrl-C, or until `--count` events are sent.
pub async fn run(args: Simulate) -> anyhow::Result<()> {
    let clock = clock::system();
    let settings = Settings {
        seed: args.seed,
        speed: args.speed,
        history: args.history,
        rate: args.rate,
        count: args.count,
        first: args.first.unwrap_or_else(|| first_number(clock())),
        resume: None,
    };
    let feed = |name: String, secret_given, file, option: &str| -> anyhow::Result<Feed> {
        let what = format!("the secret of source {name}");
        let secret = secret(secret_given, file, &what)?
            .with_context(|| format!("give {what}: --{option}, --{option}-file, or the environment"))?;
        Ok(Feed { name, secret })
    };
    let target = Target {
        base: args.server,
        tms: feed(args.tms_source, args.tms_secret, args.tms_secret_file, "tms-secret")?,
        erp: feed(args.erp_source, args.erp_secret, args.erp_secret_file, "erp-secret")?,
    };
    let interrupted = async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::warn!(%error, "Ctrl-C can't be caught; the simulator runs until it is killed");
            std::future::pending::<()>().await;
        }
    };
    let sent = simulator::run(settings, target, None, || clock(), interrupted).await?;
    println!(
        "sent {} events in {} deliveries: {} accepted, {} duplicates, {} quarantined; {} refused, {} tried again",
        sent.events,
        sent.deliveries,
        sent.accepted,
        sent.duplicates,
        sent.quarantined,
        sent.refused,
        sent.retries
    );
    Ok(())
}
