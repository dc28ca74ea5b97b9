//! Functions behind URLs: what delivery streams ask of them, and what they answer.
//!
//! The contract is that of Lambda's runtime interface emulator, which `cargo lambda watch` and SAM local speak too: the
//! event is the body of a POST. An answer counts for five minutes of the endpoint's clock.

use super::calling::{came, post};
use super::function_url::FunctionUrl;
use crate::aws::lambda::Request;
use crate::aws::lambda::wire::{PAYLOAD_BYTES_MAX, event};
use crate::aws::protocol::outside::Came;

/// Invokes a function.
pub(super) async fn invoke(functions: &[FunctionUrl], request: &Request, epoch_unix_ms: u64) -> Came {
    let Some(FunctionUrl { url, .. }) = functions.iter().find(|function| function.name == request.function) else {
        return Came::Unreachable {};
    };
    let headers = [("content-type", "application/json".to_owned())];
    let body = event(request, epoch_unix_ms);
    came(url, post(url, &url.path, &headers, body, PAYLOAD_BYTES_MAX as usize).await)
}
