//! TCP stacks of the world's hosts, and the packets under way between them.
//!
//! A packet that a partition stops is sent again after 200 ms, 400 ms and so on, as Linux's TCP does with its smallest
//! retransmission timeout (RFC 6298; `tcp_retries2` is 15), and those behind it wait.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use turmoil_net::{EnterGuard, KernelConfig, Net, Packet};

use crate::base::HostId;

/// The port that services listen on.
pub(crate) const PORT: u16 = 443;
/// Linux's smallest retransmission timeout.
const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Linux's largest.
const RETRANSMIT_AFTER_MAX: Duration = Duration::from_secs(120);
/// Retransmissions until a connection is given up.
const RETRANSMISSIONS_MAX: u32 = 15;
/// One segment fills a window: the stack has no window scaling, and segments cost time to simulate.
const SEGMENT_BYTES: u32 = 65_535;

/// The stacks. While this value lives, it is the thread's network.
pub(crate) struct Tcp {
    pub(super) net: EnterGuard,
    stacks: BTreeMap<HostId, turmoil_net::HostId>,
    pub(super) flows: RefCell<Flows>,
    /// A host used a socket, and may have sent something.
    pub(super) used: Notify,
}

/// Packets under way.
#[derive(Default)]
pub(super) struct Flows {
    pub(crate) flows: BTreeMap<FlowId, Flow>,
    /// Flows by when their first packet arrives.
    pub(crate) due: BTreeSet<(Instant, FlowId)>,
}

/// One direction of a connection.
pub(super) type FlowId = (SocketAddr, SocketAddr);

#[derive(Default)]
pub(super) struct Flow {
    pub packets: VecDeque<(Instant, Packet)>,
    /// How often the first packet was stopped.
    stopped: u32,
}

impl Tcp {
    /// A stack for each host.
    ///
    /// # Panics
    /// When the thread has a network already: one simulation at a time.
    pub(crate) fn new(hosts: impl IntoIterator<Item = HostId>) -> Self {
        // Retransmission is the carrier's affair: it has a clock.
        let config = KernelConfig::default().mtu(SEGMENT_BYTES).retx_threshold(u32::MAX);
        let mut net = Net::with_config(config);
        let stacks = hosts.into_iter().map(|host| (host, net.add_host(address(host)))).collect();
        Self { net: net.enter(), stacks, flows: RefCell::default(), used: Notify::new() }
    }

    /// Sockets used from now on are this host's.
    pub(super) fn act_as(&self, host: HostId) {
        self.net.set_current(self.stacks[&host]);
        self.used.notify_one();
    }

    /// When the next packet arrives.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.flows.borrow().due.first().map(|(at, _)| *at)
    }
}

/// A host's address.
fn address(host: HostId) -> IpAddr {
    let [high, low] = host.0.to_be_bytes();
    Ipv4Addr::new(10, 0, high, low).into()
}

/// Where a service listens.
pub(crate) fn endpoint(service: HostId) -> SocketAddr {
    SocketAddr::new(address(service), PORT)
}

/// The host that has the address.
pub(crate) fn host_at(address: IpAddr) -> Option<HostId> {
    match address {
        IpAddr::V4(v4) => {
            let [_, _, high, low] = v4.octets();
            Some(HostId(u16::from_be_bytes([high, low])))
        }
        IpAddr::V6(_) => None,
    }
}

impl Flow {
    pub(crate) fn arrive(&mut self) -> Option<Packet> {
        self.stopped = 0;
        self.packets.pop_front().map(|(_, packet)| packet)
    }
    /// The first packet did not get through: it is sent again later, or no more.
    pub(crate) fn hold_back(&mut self, now: Instant) -> Option<Packet> {
        self.stopped += 1;
        if self.stopped > RETRANSMISSIONS_MAX {
            self.packets.clear();
            return None;
        }
        let again = now + RETRANSMIT_AFTER.saturating_mul(1 << (self.stopped - 1)).min(RETRANSMIT_AFTER_MAX);
        for (at, _) in &mut self.packets {
            *at = again.max(*at);
        }
        None
    }
}
