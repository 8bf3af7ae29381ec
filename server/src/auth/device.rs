//! The device cookie: a browser that has signed in to an account before shows it, and is let past the locks that strangers'
//! wrong passwords put on the account. It opens nothing by itself.

use crate::site::Site;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// Browsers keep no cookie for longer than some 400 days.
pub(super) const LASTS: TimeDelta = TimeDelta::days(365);

/// One cookie for each account, since people of one desk share a browser.
pub(super) fn cookie_name(site: &Site, account: &str) -> String {
    let hash = super::token_hash(account);
    site.cookie(&format!("syncline_device_{}", &hash[..12]))
}

/// What a browser is given. It is signed with the account's hash of its password, which nobody outside knows; so it ends with
/// the password.
pub(super) fn issue(account: &str, password_hash: &str, now: DateTime<Utc>) -> Option<String> {
    let issued = now.timestamp();
    Some(format!(
        "{issued}.{}",
        URL_SAFE_NO_PAD.encode(mac(account, password_hash, issued)?.finalize().into_bytes())
    ))
}

/// Whether a browser was given this.
pub(super) fn is_genuine(value: &str, account: &str, password_hash: &str, now: DateTime<Utc>) -> bool {
    let read = || {
        let (issued, signature) = value.split_once('.')?;
        let issued: i64 = issued.parse().ok()?;
        let age = now - DateTime::from_timestamp(issued, 0)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let is_signed = mac(account, password_hash, issued)?.verify_slice(&signature).is_ok();
        Some(is_signed && age < LASTS)
    };
    read().unwrap_or(false)
}

fn mac(account: &str, password_hash: &str, issued: i64) -> Option<Hmac<Sha256>> {
    // Keys of any length fit.
    let mut mac = Hmac::<Sha256>::new_from_slice(password_hash.as_bytes()).ok()?;
    mac.update(format!("syncline device\n{issued}\n{account}").as_bytes());
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_out_for_this_account_and_password_counts() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let given = issue("anna", "a hash", now).expect("a cookie");
        assert!(is_genuine(&given, "anna", "a hash", now));
        assert!(!is_genuine(&given, "amir", "a hash", now));
        assert!(!is_genuine(&given, "anna", "another hash", now), "the password was changed");
        assert!(!is_genuine(&given, "anna", "a hash", now + LASTS), "too old");
        for forged in ["", ".", "1.", "x.y", &given[..given.len() - 2]] {
            assert!(!is_genuine(forged, "anna", "a hash", now), "{forged}");
        }
    }
}
