//! What there is: plans and their stages, keys and numbers, the account around them, and the facts that are gone by.

pub mod human;

pub mod account;
pub mod api_names;
#[cfg(test)]
pub(crate) mod arbitrary;
pub(crate) mod basis;
pub(crate) mod fact;
pub(crate) mod field;
pub mod json;
pub(crate) mod key;
pub mod lookup;
pub mod manager;
pub(crate) mod number;
pub mod segment;
pub(crate) mod shared;
pub mod tags;
pub(crate) mod values;
