//! What a delivery stream's destination is told: as the caller said it, and as it is described.
//!
//! A [`Configuration`] is a document of AWS's members, because it is given back as it was said, and merged with what an
//! update says. What it means is a [`Pipeline`](super::pipeline::Pipeline), and `translate` says which, or why it can
//! mean none. Where to find a rule: defaults in `defaults.rs`, what contradicts what in `rules.rs`, prefixes in
//! `prefixes.rs`, processors in `processing.rs`.
//!
//! Not modelled: what VPCs, roles, secrets, logging and encryption of buckets do; they are kept and described.

mod defaults;
mod describe;
mod document;
mod kind;
mod of_pipeline;
mod processing;
mod queries;
mod rules;
mod said;
pub(super) mod shapes;
#[cfg(test)]
mod tests;
mod translate;
mod zones;

pub(super) use self::of_pipeline::{Places, conversion_table};
pub(super) use self::said::Configuration;
pub(super) use self::translate::{Tables, pipeline};
