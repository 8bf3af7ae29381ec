//! Who is there: sign-in, sessions, and the checks at the door of every page, server function and live view.

mod attempts;
mod device;
mod guard;
mod password;
mod sessions;
mod sign_in;

pub use app::context::{new_token, token_hash};
pub use attempts::Attempts;
pub use guard::{Identity, cookie, guard, identify, who};
pub use password::{LONGEST, check_password};
pub use sessions::Sessions;
pub use sign_in::{is_own_path, router, set_cookie, with_cookie};

use argon2::Argon2;
use argon2::password_hash::rand_core::OsRng;
use argon2::password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString};
use std::time::Duration;
use store::{Clock, Store, StoreError};

/// The name of the session's cookie; by https with a prefix, see [`crate::site::Site::cookie`].
pub const COOKIE: &str = "syncline_session";

/// Takes the sessions that have expired out of the database, once an hour, for as long as the writer lives.
pub async fn forget_expired(store: Store, clock: Clock) {
    let mut hour = tokio::time::interval(Duration::from_hours(1));
    loop {
        hour.tick().await;
        match store.purge_sessions(clock()).await {
            Ok(_) => {}
            Err(StoreError::Stopped) => break,
            Err(error) => tracing::error!(%error, "expired sessions could not be forgotten; trying again"),
        }
    }
}

/// Why a password could not be hashed; only a broken machine gets here.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(argon2::password_hash::Error);

/// The argon2id hash of a password, with its parameters and salt, as PHC text. Takes tens of milliseconds.
pub fn hash_password(password: &str) -> Result<String, HashError> {
    let salt = SaltString::generate(&mut OsRng);
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(HashError)?;
    Ok(hash.to_string())
}

/// Whether the password is the one behind the hash. Takes tens of milliseconds.
pub fn is_password(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash)
        .is_ok_and(|hash| Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_opens_only_with_itself() {
        let hash = hash_password("open sesame").expect("a hash");
        assert!(hash.starts_with("$argon2id$"));
        assert!(is_password("open sesame", &hash));
        assert!(!is_password("open Sesame", &hash));
        assert!(!is_password("open sesame", "no hash at all"));
    }

    #[test]
    fn a_token_is_kept_only_as_its_hash() {
        assert_eq!(token_hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_ne!(new_token(), new_token());
    }
}
