//! What every AWS error has: a code, an HTTP status, whether a client tries again, and a message.

use std::fmt;

/// What a client's retry layer does with an error
/// (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Gives up.
    Never,
    /// Tries again: the fault is the service's and may pass.
    Transient,
    /// Tries again more slowly.
    Throttling,
}

/// An error that a service answers; `Display` gives its message.
pub trait AwsError: fmt::Display {
    /// AWS's name of the error, such as `ResourceNotFoundException`.
    fn code(&self) -> &'static str;
    /// HTTP status.
    fn status(&self) -> u16;
    /// What a client does.
    fn retry(&self) -> Retry;
}

/// What an error holds; only texts come back from an answer's code and message alone.
pub(crate) trait Held: Sized {
    /// The same from a message.
    fn of_message(_: &str) -> Option<Self> {
        None
    }
}

impl Held for Box<str> {
    fn of_message(message: &str) -> Option<Self> {
        Some(message.into())
    }
}

/// Makes a service's errors from a table: name, what it holds, code, status, retry, message.
macro_rules! errors {
    ($(#[$doc:meta])* $error:ident {
        $(
            $(#[$of:meta])*
            $name:ident $(($held:ident: $type:ty))? = $code:literal, $status:literal, $retry:ident, $say:expr;
        )*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $error { $($(#[$of])* #[doc = concat!("\n", $code, ".")] $name $(($type))?),* }

        impl $error {
            /// Returns AWS's name of the error.
            pub const fn code(&self) -> &'static str {
                match self { $(Self::$name { .. } => $code),* }
            }
            /// Returns the error that an answer with this code and message means, unless it holds more than a message.
            #[allow(unused_variables, reason = "not every table has an error that holds a message")]
            #[allow(dead_code, reason = "not every service is called over HTTP by built-in clients")]
            pub(crate) fn of_answer(code: &str, message: &str) -> Option<Self> {
                match code {
                    $($code => Some(Self::$name $((<$type as Held>::of_message(message)?))?),)*
                    _ => None,
                }
            }
        }

        impl AwsError for $error {
            fn code(&self) -> &'static str { self.code() }
            fn status(&self) -> u16 { match self { $(Self::$name { .. } => $status),* } }
            fn retry(&self) -> Retry { match self { $(Self::$name { .. } => Retry::$retry),* } }
        }

        impl std::fmt::Display for $error {
            #[allow(unused_variables, reason = "not every message tells what the error holds")]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self { $(Self::$name $(($held))? => std::fmt::Display::fmt(&$say, f)),* }
            }
        }

        impl std::error::Error for $error {}
    };
}
pub(crate) use errors;
