//! The command line: `syncline …`.

mod account;
mod bench;
mod database;
pub mod endpoint;
pub mod import;
mod serve;
pub mod simulate;
pub mod source;
mod tail;

use crate::config::{DatabaseOption, LogFormat, ServeOptions};
use clap::{CommandFactory, Parser, Subcommand};
use std::fmt::Write;

/// Keeps an ERP, a TMS and a customer looking at the same shipment, live
#[derive(Parser, Debug)]
#[command(name = "syncline", version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Run the server
    Serve {
        #[command(flatten)]
        options: ServeOptions,
        #[command(flatten)]
        database: DatabaseOption,
    },
    /// Run the server with a database of its own and a simulated freight network
    Demo(crate::demo::Demo),
    /// Send a simulated freight network's events to a server
    Simulate(simulate::Simulate),
    /// Fold the journal into fresh views, in a new file
    Rebuild(database::Rebuild),
    /// Compare every view with a fresh fold of the journal
    Verify(DatabaseOption),
    /// Take in a file of events (NDJSON), as if it had been delivered
    Import(import::Import),
    /// Print live frames
    Tail(tail::Tail),
    /// Make and change accounts
    #[command(subcommand)]
    User(account::User),
    /// Make and change sources
    Source(source::Source),
    /// Set up where messages to other systems and people go
    Endpoint(endpoint::EndpointCommand),
    /// Copy the database while it is in use
    Backup(database::Backup),
    /// Put a backup in place
    Restore(database::Restore),
    /// Measure the bars of the design on this machine
    Bench(bench::Bench),
    /// Print the options and environment variables as a Markdown table
    #[command(hide = true)]
    Options,
}

impl Cli {
    /// How the command writes its log.
    pub fn log_format(&self) -> LogFormat {
        match &self.command {
            Command::Serve { options, .. } => options.log_format,
            Command::Demo(demo) => demo.log_format(),
            _ => LogFormat::default(),
        }
    }

    /// Carries out the command.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Serve { options, database } => serve::run(&options, &database).await,
            Command::Demo(demo) => demo.run().await,
            Command::Simulate(simulate) => simulate::run(simulate).await,
            Command::Rebuild(rebuild) => rebuild.run().await,
            Command::Verify(database) => database::verify(&database).await,
            Command::Import(import) => import::run(import).await,
            Command::Tail(tail) => tail.run().await,
            Command::User(user) => user.run().await,
            Command::Source(source) => source::run(source).await,
            Command::Endpoint(endpoint) => endpoint::run(endpoint).await,
            Command::Backup(backup) => backup.run().await,
            Command::Restore(restore) => restore.run().await,
            Command::Bench(bench) => bench.run().await,
            Command::Options => {
                print!("{}", options_table());
                Ok(())
            }
        }
    }
}

/// The options of `serve` as a Markdown table, made from what the parser knows; the README's copy is compared with it.
pub fn options_table() -> String {
    let command = Cli::command();
    let serve = command.find_subcommand("serve");
    let mut table = String::from("| option | environment | default | meaning |\n|---|---|---|---|\n");
    for option in serve.into_iter().flat_map(clap::Command::get_arguments) {
        let is_shown = |long: &&str| *long != "help" && !option.is_hide_set();
        let Some(long) = option.get_long().filter(is_shown) else { continue };
        let environment =
            option.get_env().map(|name| format!("`{}`", name.to_string_lossy())).unwrap_or_default();
        let default =
            option.get_default_values().first().map(|value| format!("`{}`", value.to_string_lossy()));
        let default = default.filter(|_| option.get_action().takes_values()).unwrap_or_default();
        let meaning = option.get_help().map(ToString::to_string).unwrap_or_default();
        // Writing to a string can't fail.
        let _ = writeln!(table, "| `--{long}` | {environment} | {default} | {meaning} |");
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    /// Every command, with the words that lead to it.
    fn commands(command: &clap::Command, path: &[String], into: &mut Vec<(Vec<String>, clap::Command)>) {
        into.push((path.to_vec(), command.clone()));
        for inner in command.get_subcommands() {
            let path = [path, &[inner.get_name().to_owned()]].concat();
            commands(inner, &path, into);
        }
    }

    #[test]
    fn a_wrong_value_of_any_option_is_told_with_the_way_out_and_in_no_programmers_words() {
        let mut command = Cli::command();
        command.build();
        let mut all = Vec::new();
        commands(&command, &["syncline".to_owned()], &mut all);
        let mut told = 0;
        for (path, command) in &all {
            let options = command.get_arguments().filter(|one| one.get_action().takes_values());
            for long in options.filter_map(clap::Arg::get_long) {
                for value in ["?!", "-1", "0", "1e9", "99999999999999999999999", ""] {
                    let words = path.iter().cloned().chain([format!("--{long}={value}")]);
                    let Err(error) = Cli::try_parse_from(words) else { continue };
                    let said = error.to_string();
                    told += 1;
                    for word in [
                        "invalid digit",
                        "too large to fit",
                        "too small",
                        "..=",
                        "..",
                        "i64",
                        "u32",
                        "u64",
                        "usize",
                        "cannot parse",
                        "provided string",
                        "premature end",
                        "input contains",
                        "ParseInt",
                        "os error",
                    ] {
                        let is_usage = word == ".." && said.contains("...");
                        assert!(is_usage || !said.contains(word), "{path:?} --{long}={value}: {said}");
                    }
                }
            }
        }
        assert!(told > 50, "{told}");
    }
}
