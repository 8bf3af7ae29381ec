//! The `syncline` binary.

use clap::Parser;
use server::cli::Cli;
use server::config::LogFormat;
use std::io::IsTerminal as _;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    leave_with_the_reader();
    let cli = Cli::parse();
    let filter = match std::env::var("SYNCLINE_LOG") {
        Ok(filter) => {
            let Ok(known) = EnvFilter::builder().parse(&filter) else {
                eprintln!(
                    "error: SYNCLINE_LOG `{filter}` says nothing of the log: use a level, as in `info`, or `info,sqlx=warn`"
                );
                return ExitCode::FAILURE;
            };
            known
        }
        Err(_) => EnvFilter::new("info,sqlx=warn"),
    };
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match cli.log_format() {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", causes(&error));
            ExitCode::FAILURE
        }
    }
}

/// Whoever reads what a command prints may have read enough (`| head -1`): that is no failure of the command.
fn leave_with_the_reader() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let said = panic.payload().downcast_ref::<String>();
        if said.is_some_and(|said| said.starts_with("failed printing to stdout")) {
            std::process::exit(0);
        }
        usual(panic);
    }));
}

/// The causes of an error in one sentence; some libraries repeat theirs at each level.
fn causes(error: &anyhow::Error) -> String {
    let mut said = String::new();
    for cause in error.chain().map(ToString::to_string).filter(|cause| !cause.is_empty()) {
        if said.is_empty() {
            said = cause;
        } else if !said.ends_with(&cause) {
            said = format!("{said}: {cause}");
        }
    }
    said
}
