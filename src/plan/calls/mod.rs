//! What is sent: the calls, their parts, and the same as command lines and as code.

pub mod call;
pub mod command_line;
pub(crate) mod parts;
pub mod snippets;
