//! What every AWS service tells in the same way.

macro_rules! service_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            service 1000..=1099 {
                /// Any other refusal of a service: quota, state, key, validation or an injected error, by AWS's name
                /// for it.
                1000 => CallRefused {
                    service: &'static str, operation: &'static str, host: HostId, error: &'static str,
                },
            }
        }
    };
}
