//! Makes the cloud of a list of services: messages, hosts, names, faults, settings and doors.

/// One row a service: the host that stands for it, its module, its type, the name of its random stream, and how it
/// speaks on the wire, if it does. `[cfg(test)]` before it keeps a service to the tests.
macro_rules! services {
    ($(
        $(#[$doc:meta])*
        $([$cfg:meta])?
        $host:ident = $number:literal, $module:ident::$name:ident $(in $holder:ident)?, seed $seed:literal
        $(, speaks $wire:ty)?;
    )*) => {
        $(
            $(#[$cfg])?
            $(#[$doc])*
            #[doc = concat!("\n\nThis is the host that stands for it on the network.")]
            pub const $host: HostId = HostId($number);
        )*

        /// A message to one of the services.
        #[derive(Clone, Debug)]
        pub enum Request { $($(#[$cfg])? $(#[$doc])* $name(services!(@held $module::Request $(, $holder)?))),* }

        /// The answer of the service that was asked.
        #[derive(Clone, Debug)]
        pub enum Reply { $($(#[$cfg])? $(#[$doc])* $name($module::Reply)),* }

        /// A fault of one of the services.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Fault { $($(#[$cfg])? $(#[$doc])* $name($module::Fault)),* }

        /// What each service is set to.
        #[derive(Clone, Debug, Default)]
        pub struct Settings { $($(#[$cfg])? $(#[$doc])* pub $module: $module::Settings),* }

        /// All services behind the network.
        pub struct Cloud { $($(#[$cfg])? $(#[$doc])* pub $module: $module::$name),* }

        impl Cloud {
            /// Fresh services.
            pub fn new(settings: Settings, chance: impl Into<Chance>) -> Self {
                let chance = chance.into();
                Self { $($(#[$cfg])? $module: $module::$name::new(settings.$module, chance.derive($seed))),* }
            }
            /// Returns the names of the hosts that stand for the services, in the order of their numbers.
            pub fn hosts() -> Vec<Arc<str>> {
                operations_by_service().iter().map(|(name, _)| (*name).into()).collect()
            }
            /// Lets a fault begin; [`Cloud::heal`] with the same `id` ends it.
            pub fn inject(&mut self, now: SimTime, id: u32, fault: Fault, events: &mut Vec<Event>) {
                match fault { $($(#[$cfg])? Fault::$name(fault) => self.$module.inject(now, id, fault, events)),* }
            }
            /// Ends a fault of whichever service has it.
            pub fn heal(&mut self, now: SimTime, id: u32, events: &mut Vec<Event>) {
                $($(#[$cfg])? self.$module.heal(now, id, events);)*
            }
        }

        /// Returns the operations of each service, with the service's name.
        pub fn operations_by_service() -> &'static [(&'static str, &'static [Operation])] {
            &[$($(#[$cfg])? (stringify!($module), $module::OPERATIONS)),*]
        }

        impl Backend for Cloud {
            type Request = Request;
            type Reply = Reply;

            fn service_of(request: &Request) -> usize {
                match request { $($(#[$cfg])? Request::$name(_) => $number),* }
            }
            fn operation_of(request: &Request) -> &'static str {
                match request { $($(#[$cfg])? Request::$name(request) => request.operation().name()),* }
            }
            fn handle(&mut self, now: SimTime, caller: HostId, request: Request, events: &mut Vec<Event>) -> Reply {
                match request {
                    $($(#[$cfg])? Request::$name(request) => {
                        let request = services!(@open request $(, $holder)?);
                        Reply::$name(self.$module.handle(now, caller, request, events))
                    })*
                }
            }
            #[inline]
            fn time_taken(reply: &Reply) -> SimDuration {
                match reply { $($(#[$cfg])? Reply::$name(reply) => <$module::$name as Service>::time_taken(reply)),* }
            }
            fn next_deadline(&self) -> Option<SimTime> {
                [$($(#[$cfg])? self.$module.next_deadline()),*].into_iter().flatten().min()
            }
            fn advance(&mut self, now: SimTime, events: &mut Vec<Event>) {
                $($(#[$cfg])? self.$module.advance(now, events);)*
            }
            #[inline]
            fn poll_call(&mut self, now: SimTime) -> Option<(usize, OwnCall<Request>)> {
                $($(#[$cfg])? if let Some(OwnCall { id, request, timeout }) = self.$module.poll_call(now) {
                    return Some(($number, OwnCall { id, request: request.into(), timeout }));
                })*
                None
            }
            #[inline]
            fn poll_news(&mut self) -> Option<(usize, u64)> {
                $($(#[$cfg])? if let Some(number) = self.$module.poll_news() {
                    return Some(($number, number));
                })*
                None
            }
            fn answered(
                &mut self,
                now: SimTime,
                service: usize,
                id: CallId,
                result: Result<Reply, CallError>,
                events: &mut Vec<Event>,
            ) {
                match service {
                    $($(#[$cfg])? $number => self.$module.answered(now, id, result.map(Into::into), events),)*
                    other => unreachable!("there is no service {other}"),
                }
            }
            fn crashed(&mut self, now: SimTime, service: usize) {
                $($(#[$cfg])? if service == $number { self.$module.crashed(now) })*
            }
            fn restarted(&mut self, now: SimTime, service: usize) {
                $($(#[$cfg])? if service == $number { self.$module.restarted(now) })*
            }
        }

        /// What an answer repeats of its request, by the service that was asked.
        enum Echo { $($($name(<$wire as Wire>::Echo),)?)* }

        impl Echo {
            /// Reads a body as a request to the service that a target names, or answers what is wrong with it.
            fn of(opened: &Opened<'_>, account: &Account) -> Result<(Request, Self), HttpResponse> {
                let (operation, body, encoding) = (opened.operation, &opened.body, opened.encoding);
                match opened.service {
                    $($(<$wire>::TARGET => match <$wire>::decode(operation, body, account) {
                        Ok((request, echo)) => Ok((Request::$name(request.into()), Self::$name(echo))),
                        Err(error) => Err(<$wire>::refusal(encoding, &error)),
                    },)?)*
                    other => unreachable!("{other} is none of the services that targets may name"),
                }
            }
            /// Returns the answer that a reply becomes.
            fn answer(&self, encoding: Encoding, reply: &Reply, at: &Place<'_>) -> HttpResponse {
                match (self, reply) {
                    $($((Self::$name(echo), Reply::$name(reply)) => <$wire>::answer(encoding, echo, reply, at),)?)*
                    _ => unreachable!("a service's request has its reply"),
                }
            }
            /// Returns the answer to a request that cannot be carried out through no fault of its own.
            fn failure(&self, encoding: Encoding, at: &Place<'_>) -> HttpResponse {
                match self { $($(Self::$name(_) => <$wire>::failure(encoding, at),)?)* }
            }
        }

        /// The hosts of services that speak on the wire.
        pub const SPEAKING: &[HostId] = &[$($(services!(@of $host $wire),)?)*];

        /// Returns how the service is spoken to that a target names.
        fn encoding_of_target(target: &str) -> Option<Encoding> {
            match target {
                $($(<$wire>::TARGET => Some(<$wire>::ENCODING),)?)*
                _ => None,
            }
        }

        /// Returns the operations of the service that a target names.
        fn operations_of_target(target: &str) -> &'static [Operation] {
            match target {
                $($(<$wire>::TARGET => services!(@operations $module $wire),)?)*
                _ => &[],
            }
        }

        impl Request {
            /// Returns the stream or table that it is about, if it names one.
            pub(crate) fn about(&self) -> Option<String> {
                match self {
                    $($(#[$cfg])? Self::$name(_request) => services!(@about _request $(, $wire)?),)*
                }
            }
        }

        /// Returns the host of the service that a target names, such as `Kinesis_20131202`.
        pub fn host_of_target(target: &str) -> Option<HostId> {
            match target {
                $($(<$wire>::TARGET => Some(services!(@of $host $wire)),)?)*
                _ => None,
            }
        }

        /// Returns the target and encoding that a built-in client writes a request with, and its body; `None` when no
        /// built-in client sends it over HTTP.
        fn written(request: &Request) -> Option<(&'static str, Encoding, Value<'_>)> {
            match request {
                $($(#[$cfg])? Request::$name(_request) => services!(@written _request $(, $wire)?),)*
            }
        }

        /// Returns the reply to `request` that an answer means; `None` when it cannot be read.
        fn read(request: &Request, _status: u16, _body: &Value<'_>, _at: &Place<'_>) -> Option<Reply> {
            match request {
                $($(#[$cfg])? Request::$name(_asked) => services!(@read $name _asked _status _body _at $(, $wire)?),)*
            }
        }
    };
    (@held $request:ty) => { $request };
    (@held $request:ty, $holder:ident) => { $holder<$request> };
    (@open $request:ident) => { $request };
    (@open $request:ident, $holder:ident) => { *$request };
    (@of $host:ident $wire:ty) => { $host };
    (@operations $module:ident $wire:ty) => { $module::OPERATIONS };
    (@about $request:ident) => { None };
    (@about $request:ident, $wire:ty) => { <$wire>::about($request) };
    (@written $request:ident) => { None };
    (@written $request:ident, $wire:ty) => {
        <$wire>::body($request).map(|body| (<$wire>::TARGET, <$wire>::ENCODING, body))
    };
    (@read $name:ident $request:ident $status:ident $body:ident $at:ident) => { None };
    (@read $name:ident $request:ident $status:ident $body:ident $at:ident, $wire:ty) => {
        <$wire>::reply($request, $status, $body, $at).map(Reply::$name)
    };
}
pub(super) use services;
