//! Events that are pushed over an open answer, as those of SubscribeToShard are: one loop, whoever holds the
//! connection.
//!
//! A service pushes nothing: the loop asks for one event after the other and waits in between. What differs is who
//! asks, what is written down of it, and whose clock says how long to wait: that is a [`Source`]'s.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use hyper::body::Bytes;
use tokio::sync::mpsc;

use super::frames::Frames;
use crate::aws::protocol::event_stream::Next;
use crate::base::SimTime;

/// Events that wait for a slow client; more are not made before it has taken them.
const EVENTS_WAITING_MAX: usize = 4;

/// Where events come from.
pub(crate) trait Source {
    /// Asks what there is to say now.
    fn next(&mut self) -> Next;
    /// Waits until then.
    async fn wait_until(&mut self, until: SimTime);
    /// Waits until then at the latest, and no longer than until there may be something new to say.
    async fn wait_for_news(&mut self, until: SimTime);
}

/// Returns the body of an answer, and what fills it: the opening frame, then events until the source has no more or the
/// client is gone.
pub(crate) fn push(opening: Vec<u8>, source: impl Source) -> (Frames, impl Future<Output = ()>) {
    let (frames, body) = Frames::channel(EVENTS_WAITING_MAX);
    (body, async move {
        // Nobody has to be told that the client went away.
        let _ = push_all(opening, source, &frames).await;
    })
}

/// The client is gone.
struct Gone;

async fn push_all(opening: Vec<u8>, mut source: impl Source, frames: &mpsc::Sender<Bytes>) -> Result<(), Gone> {
    send(frames, opening).await?;
    loop {
        match source.next() {
            Next::Frame(frame) => send(frames, frame).await?,
            Next::Last(frame) => return send(frames, frame).await,
            Next::NotBefore(at) => unless_gone(frames, source.wait_until(at)).await?,
            Next::Idle { until } => unless_gone(frames, source.wait_for_news(until)).await?,
            Next::Ended => return Ok(()),
        }
    }
}

async fn send(frames: &mpsc::Sender<Bytes>, frame: Vec<u8>) -> Result<(), Gone> {
    frames.send(frame.into()).await.map_err(|_| Gone)
}

/// Waits, unless the client goes away meanwhile.
async fn unless_gone(frames: &mpsc::Sender<Bytes>, wait: impl Future<Output = ()>) -> Result<(), Gone> {
    let (mut gone, mut wait) = (pin!(frames.closed()), pin!(wait));
    poll_fn(|cx| match gone.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(Err(Gone)),
        Poll::Pending => wait.as_mut().poll(cx).map(Ok),
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::future::pending;
    use std::rc::Rc;

    use http_body_util::BodyExt;

    use super::*;

    /// What a source was asked, in order.
    type Asked = Rc<RefCell<Vec<String>>>;

    /// Says what is written down for it, and then waits for news that never come.
    struct Script(VecDeque<Next>, Asked);

    impl Source for Script {
        fn next(&mut self) -> Next {
            self.1.borrow_mut().push("next".into());
            self.0.pop_front().unwrap_or(Next::Idle { until: SimTime::MAX })
        }
        async fn wait_until(&mut self, until: SimTime) {
            self.1.borrow_mut().push(format!("until {until}"));
        }
        async fn wait_for_news(&mut self, until: SimTime) {
            self.1.borrow_mut().push(format!("news {until}"));
            if until == SimTime::MAX {
                pending::<()>().await;
            }
        }
    }

    fn run<T>(test: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(test)
    }

    #[test]
    fn events_follow_the_opening_until_the_last_and_waits_are_the_sources() {
        let asked = Asked::default();
        let second = SimTime::from_secs(1);
        let said = [
            Next::Frame(vec![1]),
            Next::NotBefore(second),
            Next::Idle { until: second },
            Next::Last(vec![2]),
            Next::Frame(vec![3]),
        ];
        let (body, pushing) = push(vec![0], Script(said.into(), asked.clone()));
        let bytes = run(async {
            pushing.await;
            body.collect().await.expect("no body breaks").to_bytes()
        });
        assert_eq!(bytes, [0, 1, 2].as_slice());
        let second = [format!("until {second}"), format!("news {second}")];
        assert_eq!(*asked.borrow(), ["next", "next", &second[0], "next", &second[1], "next"]);
    }

    #[test]
    fn nothing_is_asked_for_a_client_that_is_gone_or_slow() {
        let asked = Asked::default();
        let (body, pushing) = push(vec![0], Script([Next::Frame(vec![1])].into(), asked.clone()));
        drop(body);
        run(pushing);
        assert!(asked.borrow().is_empty());

        let frames = (0..10).map(|n| Next::Frame(vec![n])).collect();
        let (body, pushing) = push(vec![0], Script(frames, asked.clone()));
        run(async {
            let mut pushing = pin!(pushing);
            poll_fn(|cx| Poll::Ready(pushing.as_mut().poll(cx).is_pending())).await;
        });
        assert_eq!(asked.borrow().len(), EVENTS_WAITING_MAX, "the opening and three events wait, one is held");
        drop(body);
    }

    #[test]
    fn a_wait_ends_when_the_client_goes_away() {
        let asked = Asked::default();
        let (body, pushing) = push(vec![0], Script(VecDeque::new(), asked.clone()));
        run(async {
            let (mut pushing, mut body) = (pin!(pushing), Some(body));
            poll_fn(|cx| match pushing.as_mut().poll(cx) {
                Poll::Pending => {
                    drop(body.take());
                    pushing.as_mut().poll(cx)
                }
                ready => ready,
            })
            .await;
        });
        assert_eq!(asked.borrow().len(), 2, "asked once, waited once");
    }
}
