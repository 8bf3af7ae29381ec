//! Law 7 and the doors of `/live`: whatever happens to a socket, what its views show in the end is what a view shows
//! that was never cut off; and nobody gets a frame that is not theirs.

mod cuts;
mod doors;
mod glass;
mod handover;
mod large;
mod share;
mod slow;
#[path = "../support/mod.rs"]
mod support;
mod tail;
