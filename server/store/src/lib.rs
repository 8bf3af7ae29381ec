//! The only SQL of Syncline.
