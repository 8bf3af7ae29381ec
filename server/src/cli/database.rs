//! `syncline rebuild`, `verify`, `backup` and `restore`.

use crate::config::{DatabaseOption, existing};
use crate::hold::Hold;
use anyhow::Context;
use clap::Args;
use std::path::PathBuf;
use store::Restored;

/// Fold the journal into fresh views
#[derive(Args, Debug)]
pub struct Rebuild {
    #[command(flatten)]
    database: DatabaseOption,

    /// The new file; it must not exist yet
    into: PathBuf,
}

impl Rebuild {
    pub async fn run(self) -> anyhow::Result<()> {
        let database = existing(&self.database.database)?;
        // What a server acknowledged meanwhile would be in the old file only.
        let _hold = Hold::take(database).await?;
        let hashes = store::rebuild(database, &self.into).await.context("the views were not rebuilt")?;
        let left_out = hashes.iter().find(|view| view.view == "set_aside").map_or(0, |view| view.rows);
        for view in hashes {
            println!("{:<20} {:>10} rows  {}", view.view, view.rows, view.hash);
        }
        println!("rebuilt into {}; nothing was sent to anyone", self.into.display());
        if left_out > 0 {
            println!(
                "{left_out} events can't be read and are left out: `syncline verify` says whether they could be before"
            );
        }
        Ok(())
    }
}

/// Compares every view with a fresh fold.
pub async fn verify(database: &DatabaseOption) -> anyhow::Result<()> {
    let verification =
        store::verify(existing(&database.database)?).await.context("the views were not verified")?;
    for view in &verification.views {
        let differs = verification.differences.iter().any(|difference| difference.stored.view == view.view);
        let verdict = if differs { "DIFFERS" } else { "equal" };
        println!("{:<20} {:>10} rows  {verdict}", view.view, view.rows);
    }
    if let Some((seq, error)) = &verification.damaged {
        anyhow::bail!(
            "the journal is damaged at position {seq}: {error}: keep this file, and restore a backup from before the damage"
        );
    }
    anyhow::ensure!(
        verification.differences.is_empty(),
        "a view differs from the journal: `syncline rebuild` makes fresh ones in a new file"
    );
    Ok(())
}

/// Copy the database while it is in use
#[derive(Args, Debug)]
pub struct Backup {
    #[command(flatten)]
    database: DatabaseOption,

    /// The copy; it must not exist yet
    file: PathBuf,
}

impl Backup {
    pub async fn run(self) -> anyhow::Result<()> {
        store::backup(existing(&self.database.database)?, &self.file).await.context("no backup was made")?;
        println!("backed up to {}", self.file.display());
        Ok(())
    }
}

/// Put a backup in place
#[derive(Args, Debug)]
pub struct Restore {
    #[command(flatten)]
    database: DatabaseOption,

    /// The backup
    file: PathBuf,
}

impl Restore {
    pub async fn run(self) -> anyhow::Result<()> {
        anyhow::ensure!(self.file.exists(), "there is no backup {}", self.file.display());
        store::must_be_a_database(&self.file)?;
        let _hold = Hold::take(&self.database.database).await?;
        let Restored { events, accounts, sources, endpoints, links, waiting, ended_sessions } =
            store::restore(&self.file, &self.database.database).await.context("nothing was restored")?;
        println!("restored {} from {}", self.database.database.display(), self.file.display());
        println!(
            "as they were when the backup was made: {events} events, {accounts} accounts, {sources} sources with their \
             secrets, {endpoints} endpoints, {links} share links; what was removed or changed since is back"
        );
        println!(
            "{waiting} messages wait until `syncline endpoint release` says that this file takes the other's place; {ended_sessions} sessions are ended"
        );
        Ok(())
    }
}
