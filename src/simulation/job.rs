//! What the SDK hands to the agent of its host: HTTP requests, and the way for their answers.

use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::Bytes;
use hyper::{Request, Response};
use tokio::sync::{mpsc, oneshot};

use crate::http::client::{HttpError, Timeouts};

/// An HTTP request of the SDK.
#[derive(Debug)]
pub(super) struct Job {
    pub request: Request<Bytes>,
    pub(crate) timeouts: Timeouts,
    pub answer: oneshot::Sender<Result<Response<Chunks>, HttpError>>,
}

/// A body as it comes; an error when its connection breaks.
#[derive(Debug)]
pub(super) struct Chunks(mpsc::Receiver<Result<Bytes, HttpError>>);

impl Chunks {
    pub(super) fn new(received: mpsc::Receiver<Result<Bytes, HttpError>>) -> Self {
        Self(received)
    }
}

impl hyper::body::Body for Chunks {
    type Data = Bytes;
    type Error = HttpError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, HttpError>>> {
        self.0.poll_recv(cx).map(|chunk| chunk.map(|chunk| chunk.map(hyper::body::Frame::data)))
    }
}
