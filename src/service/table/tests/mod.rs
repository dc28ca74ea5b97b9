//! The promises of the table service.
