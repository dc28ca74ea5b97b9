//! A body whose frames come over time: the events of a subscription, or those of a run.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame};
use tokio::sync::mpsc;

/// The body of an answer that goes on.
pub(crate) struct Frames(mpsc::Receiver<Bytes>);

impl Frames {
    /// A body, and where its frames are put: so many of them wait for the client. Closed when the client is gone.
    pub(crate) fn channel(waiting_max: usize) -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(waiting_max);
        (sender, Self(receiver))
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes))))
    }
}
