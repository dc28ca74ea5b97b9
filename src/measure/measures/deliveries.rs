//! What is counted of delivery streams.

use super::Measures;
use crate::aws::FIREHOSE;
use crate::base::{Event, HostId, SimTime, StreamId};
use crate::measure::delivery::DeliveryMeasure;

impl Measures {
    pub(super) fn on_delivery(&mut self, at: SimTime, event: &Event) {
        let (Event::DeliveryDeclared { delivery, .. }
        | Event::DeliveryDeleted { delivery }
        | Event::DeliveryAccepted { delivery, .. }
        | Event::DeliveryRefused { delivery, .. }
        | Event::DeliveryPutAnswered { delivery, .. }
        | Event::BufferClosed { delivery, .. }
        | Event::DeliveryAttempted { delivery, .. }
        | Event::DeliveryAttemptFailed { delivery, .. }
        | Event::DeliverySucceeded { delivery, .. }
        | Event::RecordsDropped { delivery, .. }
        | Event::RecordsFailed { delivery, .. }
        | Event::RecordsExpired { delivery, .. }
        | Event::FunctionReturned { delivery, .. }
        | Event::PartitionsActive { delivery, .. }
        | Event::RecordTakenApart { delivery, .. }
        | Event::RecordsArrived { delivery, .. }) = event
        else {
            return;
        };
        if let Event::DeliveryDeclared { name, put, stream, sink, .. } = event {
            let measure = DeliveryMeasure::new(name.clone(), *put, stream.clone(), *sink);
            *self.deliveries.slot(delivery.index()) = Some(measure);
        }
        if let Some(delivery) = self.deliveries.get_mut(delivery.index()).and_then(Option::as_mut) {
            delivery.on(at, event);
        }
    }

    /// Delivery streams that read a stream, when it is Firehose that read: which one of several is not told.
    pub(super) fn sourced_from(&mut self, stream: StreamId, host: HostId, read: impl Fn(&mut DeliveryMeasure)) {
        if host != FIREHOSE {
            return;
        }
        let Some(name) = self.streams.get(stream.index()).and_then(Option::as_ref).map(|stream| &stream.name) else {
            return;
        };
        self.deliveries.iter_mut().flatten().filter(|of| of.reads(name)).for_each(read);
    }
}
