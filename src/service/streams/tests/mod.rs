//! The promises of the streams service.
