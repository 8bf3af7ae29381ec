//! The intake as a sender sees it: the real router in front of a real store in a temporary file.

mod answers;
mod contracts;
mod door;
mod garbage;
mod import;
mod samples;
mod signatures;
mod soft;
mod ways;
mod wrong;
