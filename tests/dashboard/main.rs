//! The dashboard against the embedded API Gateway, key by key: what it shows,
//! and what reaches the server.

mod edits;
mod screens;
mod session;
