//! plangate.
