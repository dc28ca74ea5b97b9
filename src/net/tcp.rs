//! TCP stacks of the world's hosts, and what carries packets between them.
//!
//! Packets of one direction of a connection arrive in order, each after the link's latency. A packet that a partition
//! stops is sent again after 200 ms, 400 ms and so on, as Linux's TCP does with its smallest retransmission timeout
//! (RFC 6298; `tcp_retries2` is 15), and those behind it wait.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::Instant;
use turmoil_net::{EnterGuard, KernelConfig, Net, Packet, Transport};

use super::{PORT, Room, duration};
use crate::aws::SPEAKING;
use crate::base::HostId;

/// Linux's smallest retransmission timeout.
const RETRANSMIT_AFTER: Duration = Duration::from_millis(200);
/// Linux's largest.
const RETRANSMIT_AFTER_MAX: Duration = Duration::from_secs(120);
/// Retransmissions until a connection is given up.
const RETRANSMISSIONS_MAX: u32 = 15;
/// One segment fills a window: the stack has no window scaling, and segments cost time to simulate.
const SEGMENT_BYTES: u32 = 65_535;

/// The stacks. While this value lives, it is the thread's network.
pub struct Tcp {
    net: EnterGuard,
    stacks: BTreeMap<HostId, turmoil_net::HostId>,
    flows: RefCell<Flows>,
    /// A host used a socket, and may have sent something.
    used: Notify,
}

/// Packets under way.
#[derive(Default)]
struct Flows {
    flows: BTreeMap<FlowId, Flow>,
    /// Flows by when their first packet arrives.
    due: BTreeSet<(Instant, FlowId)>,
}

/// One direction of a connection.
type FlowId = (SocketAddr, SocketAddr);

#[derive(Default)]
struct Flow {
    packets: VecDeque<(Instant, Packet)>,
    /// How often the first packet was stopped.
    stopped: u32,
}

impl Tcp {
    /// A stack for each host.
    ///
    /// # Panics
    /// When the thread has a network already: one simulation at a time.
    pub fn new(hosts: impl IntoIterator<Item = HostId>) -> Self {
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
    fn next_due(&self) -> Option<Instant> {
        self.flows.borrow().due.first().map(|(at, _)| *at)
    }
}

/// A host's address.
fn address(host: HostId) -> IpAddr {
    let [high, low] = host.0.to_be_bytes();
    Ipv4Addr::new(10, 0, high, low).into()
}

/// Where a service listens.
pub fn endpoint(service: HostId) -> SocketAddr {
    SocketAddr::new(address(service), PORT)
}

/// The host that has the address.
pub fn host_at(address: IpAddr) -> Option<HostId> {
    match address {
        IpAddr::V4(v4) => {
            let [_, _, high, low] = v4.octets();
            Some(HostId(u16::from_be_bytes([high, low])))
        }
        IpAddr::V6(_) => None,
    }
}

/// Carries packets, without end.
pub(super) async fn carry(room: Rc<Room>) {
    let tcp = room.tcp.clone();
    let mut sent = Vec::new();
    loop {
        tcp.net.egress_all(&mut sent);
        sent.drain(..).for_each(|packet| send(&room, packet));
        if deliver_due(&room) {
            // Whoever waited for it acts first, and what it sends takes the acknowledgement along.
            tcp.used.notify_one();
        }
        match tcp.next_due() {
            Some(at) => drop(tokio::time::timeout_at(at, tcp.used.notified()).await),
            None => tcp.used.notified().await,
        }
    }
}

fn send(room: &Room, packet: Packet) {
    let Some(id) = flow_of(&packet) else { return };
    // A partition is looked at when the packet would arrive; here it only sets out.
    let Some(link) = Link::of(id) else { return };
    let latency = room.world.host(link.client).latency();
    let mut flows = room.tcp.flows.borrow_mut();
    let Flows { flows, due } = &mut *flows;
    let flow = flows.entry(id).or_default();
    let behind = flow.packets.back().map_or_else(Instant::now, |(at, _)| *at);
    let at = (Instant::now() + duration(latency)).max(behind);
    if flow.packets.is_empty() {
        due.insert((at, id));
    }
    flow.packets.push_back((at, packet));
}

/// Delivers what has arrived. Returns whether there was anything.
fn deliver_due(room: &Room) -> bool {
    let mut any = false;
    loop {
        let now = Instant::now();
        let Some((at, id)) = room.tcp.flows.borrow().due.first().copied().filter(|(at, _)| *at <= now) else {
            return any;
        };
        let is_stopped = Link::of(id).is_some_and(|link| link.is_cut(room));
        let mut all = room.tcp.flows.borrow_mut();
        let Flows { flows, due } = &mut *all;
        due.remove(&(at, id));
        let Some(flow) = flows.get_mut(&id) else { unreachable!("a flow that is due has packets") };
        let arrived = match is_stopped {
            true => flow.hold_back(now),
            false => flow.arrive(),
        };
        match flow.packets.front() {
            Some((at, _)) => drop(due.insert((*at, id))),
            None => drop(flows.remove(&id)),
        }
        drop(all);
        if let Some(packet) = arrived {
            room.tcp.net.deliver(packet);
        }
        any = true;
    }
}

impl Flow {
    fn arrive(&mut self) -> Option<Packet> {
        self.stopped = 0;
        self.packets.pop_front().map(|(_, packet)| packet)
    }
    /// The first packet did not get through: it is sent again later, or no more.
    fn hold_back(&mut self, now: Instant) -> Option<Packet> {
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

/// What a flow is to the world.
struct Link {
    client: HostId,
    service: HostId,
    is_reply: bool,
}

impl Link {
    fn of((from, to): FlowId) -> Option<Self> {
        let (from, to) = (host_at(from.ip())?, host_at(to.ip())?);
        Some(match SPEAKING.contains(&from) {
            true => Self { client: to, service: from, is_reply: true },
            false => Self { client: from, service: to, is_reply: false },
        })
    }
    fn is_cut(&self, room: &Room) -> bool {
        room.world.host(self.client).is_cut_off(self.service, self.is_reply)
    }
}

fn flow_of(packet: &Packet) -> Option<FlowId> {
    match &packet.payload {
        Transport::Tcp(segment) => {
            let from = SocketAddr::new(packet.src, segment.src_port);
            Some((from, SocketAddr::new(packet.dst, segment.dst_port)))
        }
        Transport::Udp(_) => None,
    }
}
