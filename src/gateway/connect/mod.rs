//! The way to the service: profile, Region, credentials, proxies, the client, and who the caller is.

pub(crate) mod credentials;
pub(crate) mod given;
pub(crate) mod http;
pub(crate) mod identity;
pub(crate) mod network;
pub mod places;
pub(crate) mod setup;
