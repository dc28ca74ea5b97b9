//! Functions behind URLs: takes to them what delivery streams ask, and brings back what they answer.
//!
//! The contract is that of Lambda's runtime interface emulator, which `cargo lambda watch` and SAM local speak too: the
//! event is the body of a POST. What comes back is written down before it is taken, so a session that is kept does not
//! ask again. An answer counts for five minutes of the endpoint's clock.

use std::rc::Rc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::Request;
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

use super::app::App;
use super::function_url::FunctionUrl;
use crate::aws::lambda;
use crate::aws::lambda::InvocationId;
use crate::aws::lambda::wire::{Came, PAYLOAD_BYTES_MAX, event};

type Problem = Box<dyn std::error::Error + Send + Sync>;

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
    app.invocations.set(app.invocations.get() + 1);
    let body = event(&request, app.door.epoch_unix_ms);
    let came = tokio::time::timeout(PATIENCE, post(&function, body)).await;
    app.invocations.set(app.invocations.get() - 1);
    let Ok(came) = came else { return };
    let came = came.unwrap_or_else(|error| {
        tracing::warn!(function = &*function.name, %error, "a function cannot be invoked");
        Came { status: 0, is_error: false, body: Vec::new() }
    });
    app.catch_up();
    if app.record(|recorder| recorder.function(app.live.now(), &id, &came)).is_ok() {
        app.live.answer_invocation(&id, &came);
    }
    app.wake();
}

async fn post(function: &FunctionUrl, event: Vec<u8>) -> Result<Came, Problem> {
    let stream = TcpStream::connect(&*function.authority).await?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move {
        // Whoever waits for an answer on it hears that it broke.
        let _ = connection.await;
    });
    let request = Request::post(&*function.path)
        .header("host", &*function.authority)
        .header("content-type", "application/json")
        .body(Full::new(Bytes::from(event)))?;
    let answer = sender.send_request(request).await?;
    let is_error = answer.headers().contains_key("x-amz-function-error");
    Ok(Came { status: answer.status().as_u16(), is_error, body: read(answer.into_body()).await? })
}

/// The bytes of an answer: enough of one that is too large to know that it is.
async fn read(mut body: Incoming) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(frame) = body.frame().await {
        bytes.extend(frame?.data_ref().into_iter().flatten());
        if bytes.len() as u64 > PAYLOAD_BYTES_MAX {
            break;
        }
    }
    Ok(bytes)
}
