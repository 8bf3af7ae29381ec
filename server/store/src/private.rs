//! Database files are their owner's alone: they hold secrets, password hashes and everybody's freight.

use crate::StoreError;
use std::fs::OpenOptions;
use std::io::{self, Read as _};
use std::path::Path;

/// Makes an empty file that only its owner may read and write, where there is none; SQLite takes an empty file as a new
/// database, and gives what it keeps beside it the same rights.
pub fn create_private(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => {
            Err(StoreError::File { path: path.to_owned(), what: format!("not to be made: {error}") })
        }
    }
}

/// How every SQLite database begins.
const HEAD: &[u8] = b"SQLite format 3\0";

/// Whether a path leads to what can be a database: a file that SQLite made, or one with nothing in it yet.
pub fn must_be_a_database(path: &Path) -> Result<(), StoreError> {
    let wrong = |what: String| Err(StoreError::File { path: path.to_owned(), what });
    let no_file = |error: io::Error| StoreError::File {
        path: path.to_owned(),
        what: format!("not to be read: {error}"),
    };
    let found = std::fs::metadata(path).map_err(no_file)?;
    if found.is_dir() {
        return wrong("a folder: name a file in it".to_owned());
    }
    if !found.is_file() {
        return wrong("no file of a disk: name one where the database may lie".to_owned());
    }
    let mut head = Vec::new();
    let reading = std::fs::File::open(path).map_err(no_file)?;
    reading.take(HEAD.len() as u64).read_to_end(&mut head).map_err(no_file)?;
    if head.is_empty() || head == HEAD {
        return Ok(());
    }
    wrong("no database: something else is in it; name another file".to_owned())
}

/// Whether others than its owner may read a file.
#[cfg(unix)]
pub(crate) fn is_open_to_others(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o077 != 0)
}

#[cfg(not(unix))]
pub(crate) fn is_open_to_others(_: &Path) -> bool {
    false
}
