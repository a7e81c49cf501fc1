//! What edits send.
