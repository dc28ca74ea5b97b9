//! Sockets of one host. turmoil-net keeps the current host in one place, so every use of a socket says whose it is.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use turmoil_net::shim::tokio::net::TcpStream;

use super::Tcp;
use super::tcp::endpoint;
use crate::base::HostId;
use crate::http::client::{self, Connect};

/// A future that uses sockets of a host.
pub(super) struct AsHost<F> {
    tcp: Rc<Tcp>,
    host: HostId,
    inner: F,
}

impl<F> AsHost<F> {
    pub(super) fn new(tcp: &Rc<Tcp>, host: HostId, inner: F) -> Self {
        Self { tcp: tcp.clone(), host, inner }
    }
}

impl<F: Future + Unpin> Future for AsHost<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        self.tcp.act_as(self.host);
        Pin::new(&mut self.inner).poll(cx)
    }
}

impl<F> Drop for AsHost<F> {
    /// Before the inner future is dropped, which may close sockets.
    fn drop(&mut self) {
        self.tcp.act_as(self.host);
    }
}

/// A host's end of a connection.
pub(crate) struct HostStream(AsHost<TcpStream>);

impl HostStream {
    pub(crate) fn new(tcp: &Rc<Tcp>, host: HostId, stream: TcpStream) -> Self {
        Self(AsHost::new(tcp, host, stream))
    }

    /// Connects; the network says how long that takes, or never.
    pub(crate) async fn connect(tcp: &Rc<Tcp>, host: HostId, to: SocketAddr) -> io::Result<Self> {
        let connecting = Box::pin(TcpStream::connect(to));
        Ok(Self::new(tcp, host, AsHost::new(tcp, host, connecting).await?))
    }

    fn socket(self: Pin<&mut Self>) -> Pin<&mut TcpStream> {
        let this = &mut self.get_mut().0;
        this.tcp.act_as(this.host);
        Pin::new(&mut this.inner)
    }
}

/// Connects from a host to services.
pub(crate) struct FromHost {
    tcp: Rc<Tcp>,
    host: HostId,
}

/// An HTTP client of a host.
pub(crate) type HttpClient = client::HttpClient<FromHost>;

impl FromHost {
    /// Returns an HTTP client without connections.
    pub(crate) fn client(tcp: &Rc<Tcp>, host: HostId) -> HttpClient {
        HttpClient::new(Self { tcp: tcp.clone(), host })
    }
}

impl Connect for FromHost {
    type Stream = HostStream;

    async fn connect(&self, service: HostId) -> io::Result<HostStream> {
        HostStream::connect(&self.tcp, self.host, endpoint(service)).await
    }
}

impl AsyncRead for HostStream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.socket().poll_read(cx, buffer)
    }
}

impl AsyncWrite for HostStream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.socket().poll_write(cx, bytes)
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket().poll_flush(cx)
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.socket().poll_shutdown(cx)
    }
}
