//! Job: renews the leases that the worker holds, at a fixed rate.

use std::rc::Rc;

use crate::base::SimDuration;
use crate::client::kcl::config::KclSettings;
use crate::client::kcl::worker::Worker;

/// Time between the beginnings of two rounds: a third of the failover time less epsilon.
pub(crate) fn renewal_period(settings: &KclSettings) -> SimDuration {
    let period = (settings.failover / 3).saturating_sub(settings.epsilon);
    // Java counts this in whole milliseconds.
    SimDuration::from_millis(period.as_millis().max(1))
}

/// Renews for ever. A round that takes longer than the period is followed by the next one at once.
pub(crate) async fn renew_for_ever(worker: Rc<Worker>) {
    let period = renewal_period(&worker.settings);
    let mut next = worker.cx.now();
    loop {
        worker.renewer.renew_all().await;
        next = (next + period).max(worker.cx.now());
        worker.cx.sleep_until(next).await;
    }
}
