//! What the user's own code tells.

macro_rules! app_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            app 300..=399 {
                /// An application says that it made the effect that it calls `id`.
                300 => EffectMade { consumer: ConsumerId, host: HostId, id: Arc<str> },
            }
        }
    };
}
