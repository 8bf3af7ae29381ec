//! What the figures were measured on. Reads the system's own description; a part that it does not tell is left out.

use super::sample::Sample;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Instant;

/// How often the disk is asked to keep a page.
const SYNCS: usize = 200;

/// Lines of `name: value`, for people. `folder` is where the databases will lie.
pub fn describe(folder: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    let cores = std::thread::available_parallelism()?.get();
    let model = field("/proc/cpuinfo", "model name").unwrap_or_default();
    let mut lines = vec![("processor", format!("{cores} cores, {model}"))];
    if let Some(memory) = field("/proc/meminfo", "MemTotal") {
        let kilobytes: f64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
        lines.push(("memory", format!("{:.1} GiB", kilobytes / 1024.0 / 1024.0)));
    }
    if let Ok(kernel) = fs::read_to_string("/proc/sys/kernel/osrelease") {
        lines.push(("kernel", kernel.trim().to_owned()));
    }
    let syncs = sync_times(folder)?;
    let kind = filesystem(folder).unwrap_or_else(|| "unknown".to_owned());
    let (median, worst) = (syncs.at(0.5), syncs.at(0.99));
    lines.push(("filesystem", format!("{kind}, fdatasync p50 {median:.2} ms, p99 {worst:.2} ms")));
    if let Some(load) =
        fs::read_to_string("/proc/loadavg").ok().and_then(|text| Some(text.split(' ').next()?.to_owned()))
    {
        lines.push(("load before", format!("{load} (figures mean little unless it is near 0)")));
    }
    let build = if cfg!(debug_assertions) { "debug: its figures mean nothing" } else { "release" };
    lines.push(("build", format!("syncline {}, {build}", env!("CARGO_PKG_VERSION"))));
    Ok(lines)
}

/// The first value of `name` in one of the kernel's `name : value` files.
pub fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

/// Milliseconds that the disk takes to keep 4 KiB behind the end of a file.
fn sync_times(folder: &Path) -> anyhow::Result<Sample> {
    let path = folder.join("fdatasync");
    let mut file = File::create(&path)?;
    let mut sample = Sample::default();
    for _ in 0..SYNCS {
        let begun = Instant::now();
        file.write_all(&[0x5a; 4096])?;
        file.sync_data()?;
        sample.add(begun.elapsed());
    }
    fs::remove_file(&path)?;
    Ok(sample)
}

/// The kind of filesystem that a folder lies on.
fn filesystem(folder: &Path) -> Option<String> {
    let folder = folder.canonicalize().ok()?;
    let mounts = fs::read_to_string("/proc/self/mounts").ok()?;
    let mounts = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let nearest = mounts.filter(|(at, _)| folder.starts_with(at)).max_by_key(|(at, _)| at.len())?;
    Some(nearest.1.to_owned())
}
