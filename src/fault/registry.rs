//! Makes the types of `[[fault]]` and `[random_faults]`, and the list of kinds, of the kinds that are registered.

/// One line a kind: `key: module::Kind`, then `also "another_name"` where files may call it that, then, for each way it
/// is drawn at random, `drawn as key: Drawing` of the same module. The order is that in which faults that
/// begin at the same instant are drawn.
macro_rules! faults {
    ($(
        $key:ident: $module:ident::$kind:ident
        $(, also $also:literal)? $(, drawn as $drawn:ident: $drawing:ident)*;
    )*) => {
        /// A fault: `at`, how long it lasts, and one kind.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct Fault {
            /// When it begins, counted from the start of the run.
            pub at: Duration,
            /// How long it lasts.
            #[serde(default, rename = "for", skip_serializing_if = "Option::is_none")]
            pub lasts: Option<Duration>,
            /// When a crashed host starts again, counted from the crash; never when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub restart_after: Option<Duration>,
            /// Whether it may end without having met a message or a call; otherwise such a run does not pass.
            #[serde(default, skip_serializing_if = "std::ops::Not::not")]
            pub(crate) if_any: bool,
            /// Comes again so often after it began; once when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub every: Option<Duration>,
            /// With `every`: all have ended by then; the end of the run when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub until: Option<Duration>,
            $(
                #[doc = concat!("Of the kind `", stringify!($key), "`, as [`KINDS`] tells it.")]
                #[serde(default, $(alias = $also,)? skip_serializing_if = "Option::is_none")]
                #[schemars(extend("description" = sentence(<$module::$kind as Kind>::ABOUT.breaks)))]
                pub $key: Option<$module::$kind>,
            )*
        }

        /// Faults drawn at random: so many an hour of each kind, between `from` and `until`.
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(deny_unknown_fields)]
        pub struct RandomFaults {
            /// No fault begins before this time of the run.
            #[serde(default)]
            pub from: Duration,
            /// None begins later, and all have ended by then; two thirds of the run when absent.
            #[serde(default, skip_serializing_if = "Option::is_none")]
            pub until: Option<Duration>,
            /// How long each lasts.
            #[serde(default = "random_length")]
            pub lasts: DurationRange,
            $($(
                #[doc = concat!("How often ", stringify!($drawn), " is drawn.")]
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schemars(extend("description" = sentence($module::$drawing::default().meaning())))]
                pub $drawn: Option<Rate>,
            )*)*
        }

        /// Every kind, in order.
        pub const KINDS: &[About] = &[$(<$module::$kind as Kind>::ABOUT),*];

        /// The keys of [`RandomFaults`], each with what is drawn.
        pub fn drawings() -> Vec<(&'static str, &'static str)> {
            vec![$($((stringify!($drawn), $module::$drawing::default().meaning()),)*)*]
        }

        impl Fault {
            /// Every kind that it names, made: each with the problems that were found.
            pub fn made(&self, cast: &Cast) -> Vec<(&'static About, Made, Vec<Problem>)> {
                let mut all = Vec::new();
                $(if let Some(kind) = &self.$key {
                    let (about, mut problems) = (&<$module::$kind as Kind>::ABOUT, Problems::default());
                    let made = kind.make(self.lasts_as(about), cast, &mut problems);
                    all.push((about, made, problems.into_vec()));
                })*
                all
            }
            /// The kinds that it names.
            pub fn keys(&self) -> Vec<&'static str> {
                let mut keys = Vec::new();
                $(keys.extend(self.$key.is_some().then_some(stringify!($key)));)*
                keys
            }
            /// Gives it a kind: `kind` is a value of one of them.
            pub(super) fn set(&mut self, kind: Box<dyn Any>) {
                $(let kind = match kind.downcast() {
                    Ok(kind) => return self.$key = Some(*kind),
                    Err(kind) => kind,
                };)*
                unreachable!("a kind that is drawn is registered: {:?}", kind.type_id());
            }
        }

        impl RandomFaults {
            /// How often each is drawn, and how.
            pub(super) fn drawings(&self) -> Vec<(Option<Rate>, Box<dyn Drawing>)> {
                vec![$($((self.$drawn, Box::new($module::$drawing::default())),)*)*]
            }
        }

        /// The files of the kinds, by their keys.
        #[cfg(test)]
        const SOURCES: &[(&str, &str)] =
            &[$((stringify!($key), include_str!(concat!(stringify!($module), ".rs")))),*];
    };
}

pub(super) use faults;
