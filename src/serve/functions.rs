//! Functions behind URLs: takes to them what delivery streams ask, and brings back what they answer.
//!
//! The contract is that of Lambda's runtime interface emulator, which `cargo lambda watch` and SAM local speak too: the
//! event is the body of a POST. What comes back is written down before it is taken, so a session that is kept does not
//! ask again. An answer counts for five minutes of the endpoint's clock.

use std::rc::Rc;
use std::time::Duration;

use super::app::App;
use super::calling::post;
use super::function_url::FunctionUrl;
use crate::aws::lambda;
use crate::aws::lambda::InvocationId;
use crate::aws::lambda::wire::{Came, PAYLOAD_BYTES_MAX, event};

/// Whoever answers nothing for so long, of the machine's time, never will.
const PATIENCE: Duration = Duration::from_secs(15 * 60);

/// Takes out what is asked, until the endpoint ends.
pub(super) async fn carry(app: Rc<App>) {
    let mut changes = app.signals.changes.subscribe();
    loop {
        for (id, request) in app.live.take_invocations() {
            let function = app.functions.iter().find(|function| function.name == request.function).cloned();
            if let Some(function) = function {
                tokio::task::spawn_local(invoke(app.clone(), function, id, request));
            }
        }
        if changes.changed().await.is_err() || *changes.borrow_and_update() {
            return;
        }
    }
}

async fn invoke(app: Rc<App>, function: FunctionUrl, id: InvocationId, request: lambda::Request) {
    app.awaited.set(app.awaited.get() + 1);
    let body = event(&request, app.door.epoch_unix_ms);
    let headers = [("content-type", "application/json".to_owned())];
    let posted = post(&function.url, &function.url.path, &headers, body, PAYLOAD_BYTES_MAX as usize);
    let came = tokio::time::timeout(PATIENCE, posted).await;
    app.awaited.set(app.awaited.get() - 1);
    let Ok(came) = came else { return };
    let came = match came {
        Ok((parts, body)) => {
            let is_error = parts.headers.contains_key("x-amz-function-error");
            Came { status: parts.status.as_u16(), is_error, body }
        }
        Err(error) => {
            tracing::warn!(function = &*function.name, %error, "a function cannot be invoked");
            Came { status: 0, is_error: false, body: Vec::new() }
        }
    };
    app.catch_up();
    if app.record(|recorder| recorder.function(app.live.now(), &id, &came)).is_ok() {
        app.live.answer_invocation(&id, &came);
    }
    app.wake();
}
