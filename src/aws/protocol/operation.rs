//! What the operations of every service have in common: a name, and whether they only read.

use std::fmt;

/// An operation by AWS's name. Only the table of a service makes one, so nothing can be aimed at a name that no
/// service has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Operation {
    name: &'static str,
    is_read: bool,
}

impl Operation {
    /// An operation that changes nothing.
    pub(crate) const fn read(name: &'static str) -> Self {
        Self { name, is_read: true }
    }
    /// An operation that may change something.
    pub(crate) const fn write(name: &'static str) -> Self {
        Self { name, is_read: false }
    }
    /// AWS's name.
    pub const fn name(self) -> &'static str {
        self.name
    }
    /// Returns whether a restart may forget it.
    pub(crate) const fn is_read(self) -> bool {
        self.is_read
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name)
    }
}

/// Makes a service's `Request` from its operations: one variant each, and everything that depends on which it is.
///
/// Each operation is a type with the service's `Row`, whose method `aim` says what a request is about and whose
/// constant holds for all of them. `besides` names variants that are no operations of their own and say which one they
/// stand for.
macro_rules! operations {
    (
        fn aim($aim:ident) -> $aimed:ty;
        const fn $held:ident($const:ident) -> $to:ty;
        $($name:ident $(in $holder:ident)?),* $(,)? $(; besides $($other:ident),+)?
    ) => {
        /// A request: one variant an operation.
        #[derive(Clone, Debug)]
        pub enum Request {
            $(#[doc = concat!(stringify!($name), ".")] $name(operations!(@held $name $($holder)?)),)*
            $($(#[doc = concat!(stringify!($other), ", in place of an operation.")] $other($other),)+)?
        }

        /// Every operation, sorted by name.
        pub const OPERATIONS: &[Operation] = &[$($name::OPERATION),*];

        impl Request {
            /// Returns which operation this asks for.
            pub const fn operation(&self) -> Operation {
                match self {
                    $(Self::$name(_) => $name::OPERATION,)*
                    $($(Self::$other(request) => request.operation,)+)?
                }
            }
            /// Returns what it is about.
            pub(super) fn $aim(&self) -> $aimed {
                match self {
                    $(Self::$name(request) => request.$aim(),)*
                    $($(Self::$other(request) => request.$aim(),)+)?
                }
            }
            /// Returns what holds for its operation.
            pub(super) const fn $held(&self) -> $to {
                match self {
                    $(Self::$name(_) => $name::$const,)*
                    $($(Self::$other(_) => $other::$const,)+)?
                }
            }
            /// Has the service carry it out.
            pub(super) fn handle(self, service: &mut Machine, at: &mut At<'_>) -> Reply {
                match self {
                    $(Self::$name(request) => request.handle(service, at),)*
                    $($(Self::$other(request) => request.handle(service, at),)+)?
                }
            }
            /// Reads the body of an operation's request; `None` when there is no such operation.
            pub(super) fn decode<'a>(name: &str, body: &'a Value<'a>, account: &'a Account) -> Option<Decoded<'a>> {
                match name {
                    $(_ if name == $name::OPERATION.name() => Some(decode::<$name>(body, account)),)*
                    _ => None,
                }
            }
        }

        $(impl From<$name> for Request {
            fn from(request: $name) -> Self { Self::$name(request.into()) }
        })*
    };
    (@held $name:ident) => { $name };
    (@held $name:ident $holder:ident) => { $holder<$name> };
}
pub(crate) use operations;
