//! AWS requests to answers of a live run.

use crate::aws::protocol::envelope::HttpRequest;
use crate::aws::{Answer, Door, about};
use crate::run::{Live, Worker};

/// Answers one request, of a worker outside or of anybody, at the live run's present time.
/// `done` gets the answer, at once or later; `None` when a fault
/// loses it. With it comes the stream or table that the request is about.
pub(super) fn answer(
    live: &Live,
    door: &std::rc::Rc<Door>,
    request: &HttpRequest<'_>,
    by: Option<&Worker>,
    done: impl FnOnce(Option<Answer>, Option<String>) + 'static,
) {
    match door.open(request) {
        Ok((request, asked)) => {
            let door = door.clone();
            let about = about(&request);
            live.request(by, request, move |reply| done(reply.map(|reply| door.answer(asked, reply)), about));
        }
        Err(refusal) => done(Some(Answer::Whole(refusal)), None),
    }
}

#[cfg(test)]
mod tests;
