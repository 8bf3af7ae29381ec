//! Parts that several pages are made of. They take data, not resources.

pub mod badge;
#[cfg(feature = "ssr")]
pub mod chart;
pub mod chips;
pub mod drafts;
pub mod drawn;
pub mod frame;
pub mod fresh;
pub mod page;
pub mod pill;
pub mod position;
pub mod problem;
pub mod saved_views;
pub mod section;
pub mod share;
pub mod when;
