//! Database files are their owner's alone: they hold secrets, password hashes and everybody's freight.

use crate::StoreError;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// Makes an empty file that only its owner may read and write, where there is none; SQLite takes an empty file as a new
/// database, and gives what it keeps beside it the same rights.
pub(crate) fn create(path: &Path) -> Result<(), StoreError> {
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
