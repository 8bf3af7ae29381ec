//! The bench runs from end to end with small counts, in the binary that is shipped. Nothing timed is checked: on a busy
//! machine every bar may be missed.

use std::process::Command;

#[test]
fn a_quick_bench_prints_every_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(env!("CARGO_BIN_EXE_syncline"))
        .args(["bench", "--quick", "--folder"])
        .arg(folder.path())
        .output()
        .expect("the binary starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}\n{errors}");
    for row in [
        "processor:",
        "filesystem:",
        "signed single webhook, committed",
        "bulk feed (NDJSON), committed and projected",
        "one change to 40 sockets",
        "commit to frame on the wire, p99",
        "memory per idle socket",
        "portal at 2,000 stored, p99",
        "an older page at 2,000 stored, p99",
        "desk at 2,000 stored, p99",
        "search at 2,000 stored, p99",
        "one shipment at 2,000 stored, p99",
        "wasm, brotli",
    ] {
        assert!(printed.contains(row), "no row `{row}` in\n{printed}\n{errors}");
    }
    let left = std::fs::read_dir(folder.path()).expect("the folder").count();
    assert_eq!(left, 0, "the bench left files behind");
}
