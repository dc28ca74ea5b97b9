//! Carries packets between the TCP stacks of a room's hosts.
//!
//! Packets of one direction of a connection arrive in order, each after the link's latency.

use std::net::SocketAddr;
use std::rc::Rc;

use tokio::time::Instant;
use turmoil_net::{Packet, Transport};

use super::room::{Room, duration};
use super::tcp::{FlowId, Flows, host_at};
use crate::aws::SPEAKING;
use crate::base::HostId;

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
