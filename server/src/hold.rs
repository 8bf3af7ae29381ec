//! One process at a time writes a database's journal: the server or an import. Held by a lock on a file beside the
//! database, which the system lets go of when the process ends, however it ends. Accounts and sources may be changed
//! meanwhile.

use anyhow::{Context, bail};
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and how long after each other, it is tried: a server that is being replaced needs a moment to end.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// The right to write a database's journal, for as long as it lives.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

impl Hold {
    /// Takes the right if nobody has it.
    pub fn take_if_free(database: &Path) -> anyhow::Result<Option<Self>> {
        let file = open(&beside(database))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("{} can't be locked", beside(database).display()))
            }
        }
    }

    /// Takes the right, or says who has it.
    pub async fn take(database: &Path) -> anyhow::Result<Self> {
        let path = beside(database);
        let file = open(&path)?;
        for attempt in 1.. {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) if attempt < TRIES => tokio::time::sleep(PAUSE).await,
                Err(TryLockError::WouldBlock) => bail!(
                    "another syncline writes {}: stop it first (while a server runs, send events to its /intake)",
                    database.display()
                ),
                Err(TryLockError::Error(error)) => {
                    return Err(error).with_context(|| format!("{} can't be locked", path.display()));
                }
            }
        }
        Ok(Self { _file: file })
    }
}

/// Its owner's alone, as the database is.
fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("{} can't be written", path.display()))
}

fn beside(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_writer_is_told_of_the_first_and_follows_when_it_has_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("held.db");
        let first = Hold::take(&database).await.expect("free");
        let error = Hold::take(&database).await.expect_err("held").to_string();
        assert!(error.starts_with("another syncline writes"), "{error}");
        drop(first);
        assert!(Hold::take(&database).await.is_ok());
    }
}
