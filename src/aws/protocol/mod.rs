//! Floor 1: the AWS protocols: bytes to service messages and back.
//!
//! A request is a target (`Kinesis_20131202.PutRecord`), a content type and a body. The body becomes a
//! [`value::Value`] ([`json`] or [`cbor`]); the operation's shape checks its types and constraints and it
//! becomes a service's request; the reply goes back the same way. This floor only translates: it
//! knows no rule of a service.

mod account;
pub mod cbor;
pub(crate) mod credential;
pub(crate) mod envelope;
pub mod error;
pub mod event_stream;
pub mod fault_points;
pub mod json;
pub mod operation;
pub(crate) mod outside;
pub(crate) mod rendered;
pub(crate) mod rest;
pub(crate) mod shape;
pub(crate) mod types;
pub mod value;
mod wire;
pub(crate) mod without_target;

use std::borrow::Cow;

use self::error::AwsError;

pub use account::Account;
pub use envelope::{Encoding, HttpResponse};
pub use wire::{Place, Wire};

/// Why a request never reached a service: AWS's name of the error, and the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireError {
    /// AWS's name, such as `SerializationException`.
    pub code: &'static str,
    /// The message; none for bodies that cannot be read at all.
    pub message: Option<Cow<'static, str>>,
    /// HTTP status.
    pub status: u16,
}

impl WireError {
    /// What a service answers.
    pub fn of(error: &impl AwsError) -> Self {
        Self { code: error.code(), message: Some(Cow::Owned(error.to_string())), status: error.status() }
    }
    /// An error of the caller.
    pub fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: Some(message.into()), status: 400 }
    }
    /// A member has a wrong type.
    pub(crate) fn serialization(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("SerializationException", message)
    }
    /// The body is no JSON or CBOR.
    pub(crate) fn serialization_without_message() -> Self {
        Self { code: "SerializationException", message: None, status: 400 }
    }
    /// A constraint does not hold.
    pub fn validation(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new("ValidationException", message)
    }
}
