//! Parts that several pages are made of. They take data, not resources.

pub mod badge;
pub mod board;
pub mod chips;
pub mod frame;
pub mod fresh;
pub mod map;
pub mod page;
pub mod pill;
pub mod position;
pub mod problem;
pub mod section;
pub mod share;
pub mod stop;
pub mod when;
