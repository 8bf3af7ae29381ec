//! What may be a password: as long as the sign-in reads it, and none of those that are tried first.

use anyhow::ensure;

/// Shortest password, in characters.
const SHORTEST: usize = 8;
/// Longest account name and password that the sign-in looks at, in bytes.
pub const LONGEST: usize = 1024;
/// The most common passwords that are long enough, lower case, a line each.
const COMMON: &str = include_str!("common_passwords.txt");

/// Refuses what would not protect the account, or could never sign in.
pub fn check_password(password: &str, account: &str) -> anyhow::Result<()> {
    ensure!(
        password.chars().count() >= SHORTEST,
        "the password is too short: use {SHORTEST} characters or more"
    );
    ensure!(
        password.len() <= LONGEST,
        "the password is too long: {} bytes, the sign-in reads {LONGEST} at most",
        password.len()
    );
    let lower = password.to_lowercase();
    ensure!(
        !COMMON.lines().any(|common| common == lower) && lower != account.to_lowercase(),
        "this password is one of those that are tried first: use another one, for example four words"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_neither_short_nor_common_nor_longer_than_the_sign_in_reads() {
        let refused = |password: &str| {
            check_password(password, "ada.lovelace").err().map(|error| error.to_string()).unwrap_or_default()
        };
        assert!(refused("short").contains("8 characters"));
        assert!(refused("Password1").contains("tried first"));
        assert!(refused("Ada.Lovelace").contains("tried first"));
        assert!(refused(&"x".repeat(LONGEST + 1)).contains("1024 at most"));
        assert_eq!(refused(&"x".repeat(LONGEST)), "");
        assert_eq!(refused("correct horse battery"), "");
    }

    #[test]
    fn the_list_holds_only_what_could_be_a_password() {
        for common in COMMON.lines() {
            assert!(common.chars().count() >= SHORTEST && common == common.to_lowercase(), "{common}");
        }
    }
}
