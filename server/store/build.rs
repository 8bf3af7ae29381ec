//! Compiles anew when a migration is added, and gives the folding code a fingerprint: views made by other code are folded
//! anew.

use std::path::{Path, PathBuf};

/// What decides which views a journal gives.
const FOLDING: [&str; 5] =
    ["../../app/domain/src", "src/writer", "src/fold.rs", "src/load.rs", "../../migrations"];

fn main() {
    let mut files = Vec::new();
    for place in FOLDING {
        println!("cargo:rerun-if-changed={place}");
        collect(Path::new(place), &mut files);
    }
    files.sort();
    // FNV-1a: the same on every machine and in every version of the compiler.
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for file in files {
        let content = std::fs::read(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        for byte in file.to_string_lossy().bytes().chain(content).chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    println!("cargo:rustc-env=SYNCLINE_FOLD={hash:016x}");
}

fn collect(place: &Path, files: &mut Vec<PathBuf>) {
    match std::fs::read_dir(place) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry.unwrap_or_else(|error| panic!("{}: {error}", place.display()));
                collect(&entry.path(), files);
            }
        }
        Err(_) => files.push(place.to_owned()),
    }
}
