//! Floor 5: HTTP over simulated TCP: how foreign code, which knows only sockets and tokio's clock, meets the world.
//!
//! A [`Room`] is a world inside one turmoil host, with a TCP stack for each of its hosts ([`tcp`], on turmoil-net).
//! Kinesis, Firehose and DynamoDB listen there ([`server`]) and answer through the same [`Door`] as the local endpoint;
//! hosts that call them have an HTTP client
//! with a connection pool each. tokio's timers have a granularity of 1 ms, so
//! packets arrive at whole milliseconds.
//!
//! Faults: a partition stops packets, and what it stopped sets out again as TCP retransmits it. Whatever picks out
//! messages (loss at a rate, duplication, delays, faults on one operation) acts where a message is whole, at the
//! service. The network is not modelled below that: no loss of single packets, no congestion, no TLS, no DNS.

mod carrier;
mod lives;
mod ordinals;
mod packets;
mod room;
pub mod server;
pub(crate) mod stream;
pub(crate) mod tcp;

#[cfg(test)]
mod tests;

use std::cell::Cell;
use std::rc::Rc;

use tokio::sync::Notify;
use tokio::task::LocalSet;
use tokio::time::Instant;

use self::carrier::Carrier;
pub(crate) use self::lives::Life;
pub use self::lives::Lives;
pub(crate) use self::room::Room;
pub use self::room::duration;
pub(crate) use self::tcp::Tcp;
use crate::aws::{Cloud, Door};
use crate::base::SimTime;
use crate::client::Transport;
use crate::world::World;

impl Room {
    /// Lets the world and its packets move until then, inside a turmoil simulation of one host. `transport` says how
    /// built-in clients call; `begin` starts the foreign code of a host that was booted.
    ///
    /// # Errors
    /// When turmoil's simulation fails, with turmoil's reason.
    pub(crate) fn run(
        world: World<Cloud>,
        door: Door,
        lives: Rc<Lives>,
        transport: Transport,
        until: SimTime,
        begin: impl Fn(&Rc<Self>, Rc<Life>) + 'static,
    ) -> Result<(), String> {
        let tcp = Rc::new(Tcp::new(world.hosts()));
        let inside = tcp.clone();
        let ran = crate::world::in_turmoil(until, async move {
            let tasks = Rc::new(LocalSet::new());
            let (began, acted, answers) = (Instant::now(), Notify::new(), Cell::new(0));
            let set = Rc::downgrade(&tasks);
            let room = Rc::new(Self { world, door, tcp: inside, lives, tasks: set, began, acted, answers });
            room.spawn(packets::carry(room.clone()));
            if transport == Transport::Http {
                room.world.carry_calls_by(Rc::new(Carrier::new(&room)));
            }
            server::listen(&room);
            tasks.run_until(room.drive(until, begin)).await;
        });
        // Sockets are closed by now; the thread's network goes last.
        drop(tcp);
        ran
    }

    async fn drive(self: &Rc<Self>, until: SimTime, begin: impl Fn(&Rc<Self>, Rc<Life>)) {
        loop {
            self.world.run_until(self.now().min(until));
            self.lives.take_booted().into_iter().for_each(|life| begin(self, life));
            if self.now() >= until {
                return;
            }
            let due = self.world.next_due().map_or(until, |due| due.min(until));
            let _ = tokio::time::timeout_at(self.instant(due), self.acted.notified()).await;
        }
    }
}
