//! Bodies of requests: read whole, within a limit each and one for all together, however many clients send at once.

use std::cell::Cell;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Bytes, Incoming};

use crate::http::body::{Body, plain};

/// The largest body that is read: 10 MiB of data as base64, with room for the rest.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What all bodies that are being read may take together.
const ALL_BYTES_MAX: usize = 16 * BODY_BYTES_MAX;

/// Bytes of the bodies that are being read or handled.
#[derive(Default)]
pub(super) struct Bodies(Cell<usize>);

/// Bytes of one body, which count until this is dropped.
pub(super) struct Held<'a> {
    bodies: &'a Bodies,
    parts: Vec<Bytes>,
    len: usize,
}

/// Why a body is not read.
pub(super) enum Refused {
    /// It is too large.
    TooLarge,
    /// Too many are sent at once.
    TooMany,
    /// The client broke off.
    Ended,
    /// The client took too long.
    TooSlow,
}

impl Refused {
    /// What the client is told.
    pub(super) fn answer(&self) -> Response<Body> {
        match self {
            // As AWS answers: without a word.
            Self::TooLarge => plain(413, ""),
            Self::TooMany => plain(503, "too many large bodies are sent at once"),
            Self::Ended => plain(400, "the body ended early"),
            Self::TooSlow => plain(408, "the body took too long"),
        }
    }
}

impl Bodies {
    /// Reads a body to its end.
    pub(super) async fn read(&self, body: Incoming, within: Duration) -> Result<Held<'_>, Refused> {
        let reading = tokio::time::timeout(within, self.read_to_end(body));
        reading.await.unwrap_or(Err(Refused::TooSlow))
    }

    async fn read_to_end(&self, mut body: Incoming) -> Result<Held<'_>, Refused> {
        let mut held = Held { bodies: self, parts: Vec::new(), len: 0 };
        while let Some(frame) = body.frame().await {
            if let Ok(part) = frame.map_err(|_| Refused::Ended)?.into_data() {
                held.push(part)?;
            }
        }
        Ok(held)
    }
}

impl Held<'_> {
    fn push(&mut self, part: Bytes) -> Result<(), Refused> {
        if self.len + part.len() > BODY_BYTES_MAX {
            return Err(Refused::TooLarge);
        }
        if self.bodies.0.get() + part.len() > ALL_BYTES_MAX {
            return Err(Refused::TooMany);
        }
        self.len += part.len();
        self.bodies.0.set(self.bodies.0.get() + part.len());
        self.parts.push(part);
        Ok(())
    }

    /// The whole body.
    pub(super) fn bytes(&self) -> Bytes {
        match &self.parts[..] {
            [part] => part.clone(),
            parts => parts.concat().into(),
        }
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.bodies.0.set(self.bodies.0.get() - self.len);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held(bodies: &Bodies) -> Held<'_> {
        Held { bodies, parts: Vec::new(), len: 0 }
    }

    #[test]
    fn a_body_is_put_together_and_counts_until_it_is_dropped() {
        let bodies = Bodies::default();
        let mut body = held(&bodies);
        assert_eq!(body.bytes(), "");
        assert!(body.push("ab".into()).is_ok() && body.push("c".into()).is_ok());
        assert_eq!((body.bytes(), bodies.0.get()), ("abc".into(), 3));
        drop(body);
        assert_eq!(bodies.0.get(), 0);
    }

    #[test]
    fn one_body_and_all_together_have_their_limits() {
        let bodies = Bodies::default();
        let part = || Bytes::from(vec![0; BODY_BYTES_MAX]);
        let mut all: Vec<Held<'_>> = (0..16).map(|_| held(&bodies)).collect();
        for body in &mut all {
            assert!(body.push(part()).is_ok());
        }
        assert!(matches!(all[0].push("x".into()), Err(Refused::TooLarge)));
        assert!(matches!(held(&bodies).push("x".into()), Err(Refused::TooMany)));
        all.pop();
        assert!(held(&bodies).push("x".into()).is_ok());
    }
}
