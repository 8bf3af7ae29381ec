//! One process at a time writes a database's journal: the server or an import. Held by a lock on a file beside the
//! database, which the system lets go of when the process ends, however it ends. Accounts and sources may be changed
//! meanwhile.

use anyhow::{Context, bail};
use domain::Seq;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How often, and how long after each other, it is tried: a server that is being replaced needs a moment to end.
const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(100);

/// The right to write a database's journal, for as long as it lives.
#[derive(Debug)]
pub struct Hold {
    /// Holds, as text, the last position of the journal that is known to have been reached here.
    file: File,
    /// The database itself, whatever names it has: a second one leads to no second writer. SQLite's own locks are of another kind
    /// on the disks of Linux.
    _database: Option<File>,
}

impl Hold {
    /// Takes the right if nobody has it.
    pub fn take_if_free(database: &Path) -> anyhow::Result<Option<Self>> {
        let file = open(&beside(database))?;
        match file.try_lock() {
            Ok(()) => match itself(database)? {
                Some(database) if database.try_lock().is_err() => Ok(None),
                database => Ok(Some(Self { file, _database: database })),
            },
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
        let itself = itself(database)?;
        for file in [Some(&file), itself.as_ref()].into_iter().flatten() {
            wait_for(file, database, &path).await?;
        }
        Ok(Self { file, _database: itself })
    }

    /// The last position of the journal that is known to have been reached in this place, whatever file lies here now.
    pub fn reached(&self) -> Option<Seq> {
        let mut text = String::new();
        (&self.file).seek(SeekFrom::Start(0)).ok()?;
        (&self.file).read_to_string(&mut text).ok()?;
        text.trim().parse().ok().map(Seq)
    }

    /// Notes the position of the journal.
    pub fn note(&self, reached: Seq) -> std::io::Result<()> {
        let mut file = &self.file;
        file.set_len(0)?;
        file.seek(SeekFrom::Start(0))?;
        file.write_all(reached.to_string().as_bytes())
    }

    /// Forgets what was noted: the file that lies here now is the one that counts.
    pub fn forget(database: &Path) -> anyhow::Result<()> {
        let path = beside(database);
        open(&path)?.set_len(0).with_context(|| format!("{} can't be written", path.display()))
    }
}

/// Waits a moment for a lock, or says who has it.
async fn wait_for(file: &File, database: &Path, path: &Path) -> anyhow::Result<()> {
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
    Ok(())
}

/// The database's own file, where there is one.
fn itself(database: &Path) -> anyhow::Result<Option<File>> {
    // Elsewhere SQLite's own locks and these are of one kind, and the server would lock itself out.
    if !cfg!(target_os = "linux") || !database.is_file() {
        return Ok(None);
    }
    let file = File::open(database).with_context(|| format!("{} can't be read", database.display()))?;
    Ok(Some(file))
}

/// Its owner's alone, as the database is.
fn open(path: &Path) -> anyhow::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
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

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn another_name_of_the_file_leads_to_no_second_writer() {
        let folder = tempfile::tempdir().expect("a folder");
        let (database, other) = (folder.path().join("held.db"), folder.path().join("other.db"));
        std::fs::write(&database, b"").expect("a file");
        std::fs::hard_link(&database, &other).expect("a link");
        let held = Hold::take(&database).await.expect("free");
        assert!(Hold::take_if_free(&other).expect("asked").is_none());
        drop(held);
        assert!(Hold::take_if_free(&other).expect("asked").is_some());
    }
}
