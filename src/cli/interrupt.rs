//! Ctrl-C for work that has something to say when it is cut short.
//!
//! The first asks to come to an end, the second ends the process at once. A build without the endpoint does not listen:
//! there Ctrl-C ends the process.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Whether somebody asked to come to an end.
#[derive(Clone, Default)]
pub(super) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Listens from now on.
    pub(super) fn listen() -> Self {
        let interrupt = Self::default();
        #[cfg(feature = "serve")]
        interrupt.hear();
        interrupt
    }

    pub(super) fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    #[cfg(feature = "serve")]
    fn hear(&self) {
        use super::terminal::Exit;
        let asked = self.0.clone();
        let twice = async move {
            if tokio::signal::ctrl_c().await.is_ok() {
                asked.store(true, Ordering::Relaxed);
                if tokio::signal::ctrl_c().await.is_ok() {
                    std::process::exit(Exit::Wrong as i32);
                }
            }
        };
        // Without a thread or a runtime Ctrl-C ends the process, as it does by itself.
        let hearing =
            move || tokio::runtime::Builder::new_current_thread().enable_io().build().map(|r| r.block_on(twice));
        let _ = std::thread::Builder::new().spawn(hearing);
    }
}
