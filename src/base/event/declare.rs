//! The macros that declare events, and the words in their fields.

/// Declares a fieldless enum with the text that reports and exports show, and the number that the trace hash takes.
/// A number never changes its meaning; the compiler refuses the same number twice.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $number:literal => $variant:ident = $text:literal),* $(,)?
    }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum $name { $($(#[$vdoc])* $variant = $number),* }
        impl $name {
            /// The word that reports and exports show.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }
        }
        impl super::field::Field for $name {
            #[inline]
            fn encode(&self, out: &mut super::field::Encoder<'_>) { out.put([*self as u8]); }
            fn visit(&self, name: &'static str, visitor: &mut dyn super::field::FieldVisitor) {
                visitor.text(name, self.as_str());
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(self.as_str()) }
        }
    };
}

/// Takes the events of every maker in turn, then declares them all.
macro_rules! events_of {
    ([$next:ident $($rest:ident)*] $($before:tt)*) => { $next! { events_of [$($rest)*] $($before)* } };
    ([] $($all:tt)*) => { events! { $($all)* } };
}

/// Declares the event enum, and for each event its kind, number, canonical encoding and fields by name.
macro_rules! events {
    ($($maker:ident $first:literal ..= $last:literal {
        $($(#[$doc:meta])* $number:literal => $name:ident {
            $($(#[$fdoc:meta])* $field:ident : $ty:ty),* $(,)?
        }),* $(,)?
    })*) => {
        /// Something that happened. Fields are named as reports and exports show them.
        #[allow(missing_docs)]
        #[derive(Clone, Debug, PartialEq)]
        pub enum Event { $($($(#[$doc])* $name { $($(#[$fdoc])* $field: $ty),* }),*),* }

        /// Which event, without its fields.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(u8)]
        pub enum EventKind { $($($(#[$doc])* $name),*),* }

        /// The compiler refuses the same number twice.
        #[repr(u16)]
        enum Number { $($($name = $number),*),* }

        $($(const _: () = assert!($first <= $number && $number <= $last, "a number of another maker's range");)*)*

        impl EventKind {
            /// Every kind, in order of declaration.
            pub const ALL: &'static [Self] = &[$($(Self::$name),*),*];
            /// The kind's name.
            pub const fn as_str(self) -> &'static str {
                match self { $($(Self::$name => stringify!($name)),*),* }
            }
            /// The kind's number: the same in every version, wherever the event is declared.
            pub const fn number(self) -> u16 {
                match self { $($(Self::$name => Number::$name as u16),*),* }
            }
            /// Who tells it, as the files of events are called.
            pub(crate) const fn maker(self) -> &'static str {
                match self { $($(Self::$name => stringify!($maker)),*),* }
            }
        }

        impl Event {
            /// Returns which event this is.
            pub const fn kind(&self) -> EventKind {
                match self { $($(Self::$name { .. } => EventKind::$name),*),* }
            }
            /// Appends the canonical encoding: time, the kind's number, then every field in order of declaration.
            pub fn encode(&self, at: SimTime, out: &mut Vec<u8>) {
                match self {
                    $($(Self::$name { $($field),* } => {
                        let mut out = Encoder::new(out);
                        out.put(at.as_nanos().to_le_bytes());
                        out.put((Number::$name as u16).to_le_bytes());
                        $($field.encode(&mut out);)*
                        out.finish();
                    }),*),*
                }
            }
            /// Shows every field, by name, to `visitor`.
            pub fn visit(&self, visitor: &mut dyn FieldVisitor) {
                match self {
                    $($(Self::$name { $($field),* } => { $($field.visit(stringify!($field), visitor);)* }),*),*
                }
            }
        }

        /// Number, maker, name and fields of every event.
        #[cfg(test)]
        const DECLARED: &[(u16, &str, &str, &str)] = &[
            $($(($number, stringify!($maker), stringify!($name), stringify!($($field: $ty),*))),*),*
        ];
    };
}
