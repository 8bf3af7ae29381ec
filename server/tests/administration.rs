//! What the command line says to operators, by the real binary.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};
use support::process::prepare;

fn syncline(database: &Path, line: &str) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(line.split(' '))
        .env("SYNCLINE_DATABASE", database)
        .env("SYNCLINE_PASSWORD", "a long password")
        .stdin(Stdio::null())
        .output()
        .expect("the binary starts");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test]
async fn the_last_admin_stays_and_a_customer_that_nobody_knows_is_pointed_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    prepare(&database).await;
    let check = |line: &str, succeeds: bool, word: &str| {
        let (done, said) = syncline(&database, line);
        assert!(done == succeeds && said.contains(word), "{line}: {said}");
    };
    check("user add ada --role admin", true, "signs in as ada");
    check("user add kim --role customer --customer TYPO", true, "no customer `TYPO` is in the master data");
    check("user list", true, "not in the master data yet");
    let admins = || syncline(&database, "user list").1.lines().filter(|line| line.contains("admin")).count();
    while admins() > 1 {
        let (_, list) = syncline(&database, "user list");
        let other = list.lines().find(|line| line.contains("admin") && !line.starts_with("ada"));
        let other = other.and_then(|line| line.split(' ').next()).expect("another admin").to_owned();
        check(&format!("user remove {other}"), true, "removed");
    }
    check("user remove ada", false, "last account of an admin");
    check("user add ada --role agent", false, "last account of an admin");
    check("user add eve --role admin", true, "signs in as eve");
    check("user remove ada", true, "removed ada");
}

#[tokio::test]
async fn what_an_operator_writes_is_read_as_people_write_it_or_answered_with_how() {
    let folder = tempfile::tempdir().expect("a folder");
    let database = folder.path().join("test.db");
    prepare(&database).await;
    let check = |line: &str, succeeds: bool, word: &str| {
        let (done, said) = syncline(&database, line);
        assert!(done == succeeds && said.contains(word), "{line}: {said}");
    };
    check("source add north --role tms --tolerance 2h", true, "delivers to /intake/north");
    check("source list", true, "2h");
    check("source set north --tolerance 7d", true, "may be 7d old");
    check("source set nobody --tolerance 7d", false, "there is no source `nobody`");
    check("source set north --tolerance soon", false, "300s, 15m, 2h or 1d");
    check("serve --listen localhost", false, "0.0.0.0:3000");
    check("serve --max-body much", false, "4MiB");
    check("serve --readers 0", false, "--readers");
}
