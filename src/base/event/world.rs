//! What the machine room tells: hosts, faults, the operator's actions, messages.

words!(
    /// What kind of host.
    HostRole {
        /// A service endpoint.
        0 => Service = "service",
        /// A producer host.
        1 => Producer = "producer",
        /// A consumer host or worker.
        2 => Consumer = "consumer",
        /// The operator who carries out a scenario's actions.
        3 => Operator = "operator",
    }
);

macro_rules! world_events {
    ($then:ident $rest:tt $($before:tt)*) => {
        $then! { $rest $($before)*
            world 1..=99 {
                /// A host exists from here on.
                1 => HostDeclared { host: HostId, name: Arc<str>, role: HostRole },
                /// A host lost its memory and stopped.
                2 => HostCrashed { host: HostId },
                /// A host began again with empty memory.
                3 => HostRestarted { host: HostId },
                /// A host stands still.
                4 => HostPaused { host: HostId },
                /// A host goes on after standing still.
                5 => HostResumed { host: HostId },
                /// A fault began; `fault` is its number.
                6 => FaultBegan { fault: u32, what: Arc<str> },
                /// A fault ended.
                7 => FaultEnded { fault: u32 },
                /// The last fault has ended and none is to come: liveness is judged from here.
                8 => FaultsHealed {},
                /// The operator did what the scenario says, to `stream` if it was one; `outcome` is `ok` once the
                /// service has accepted it, or the error's name.
                9 => ActionTaken { what: Arc<str>, outcome: Arc<str>, stream: Option<StreamName> },
                /// A message was lost on a link.
                10 => MessageLost { from: HostId, to: HostId, operation: &'static str, is_reply: bool },
                /// A request was delivered twice.
                11 => MessageDuplicated { from: HostId, to: HostId, operation: &'static str },
                /// The run is over.
                12 => RunEnded {},
                /// A host gave up to wait for the answer to a request, which may have been carried out.
                13 => CallTimedOut { host: HostId, operation: &'static str },
                /// A fault on links or at a service ended without having met a message or a call.
                14 => FaultMissed { fault: u32 },
            }
        }
    };
}
