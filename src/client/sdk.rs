//! The retry layer of an AWS SDK, between a client and the network.
//!
//! Attempts, full-jitter exponential backoff and the retry token bucket, as the AWS SDKs and Tools reference
//! guide describes them (<https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>).
//! Not modelled: the adaptive mode, and the 2026 opt-in revision of the standard mode.

use std::cell::{Cell, RefCell};
use std::fmt;

use super::Cx;
use crate::aws::protocol::error::{AwsError, Retry};
use crate::aws::{Cloud, Reply, Request};
use crate::aws::{dynamodb, firehose, kinesis, redshift, s3, store};
use crate::base::seed::Random;
use crate::base::{Event, SimDuration};
use crate::world::Backend;

/// How an SDK client retries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RetryMode {
    /// Never.
    None,
    /// Standard mode: 3 attempts, base 1 s, 20 s at most, 500 tokens.
    #[default]
    Standard,
    /// The Java SDK 2.x's legacy mode, which KCL 2.x uses for Kinesis: 4 attempts, base 100 ms (throttling 500 ms).
    JavaLegacy,
    /// The Java SDK 2.x's DynamoDB client, which KCL 2.x uses for the lease table: 9 attempts, base 25 ms.
    JavaDynamoDb,
}

struct RetryRules {
    attempts_max: u32,
    base: SimDuration,
    throttle_base: SimDuration,
    /// Half of a throttling backoff is certain, half is drawn ("equal jitter").
    throttle_equal_jitter: bool,
    cost: i32,
    timeout_cost: i32,
    throttle_cost: i32,
}

impl RetryRules {
    /// The longest pause after an attempt.
    fn ceiling(&self, is_throttle: bool, attempt: u32) -> SimDuration {
        let base = if is_throttle { self.throttle_base } else { self.base };
        (base * (1u64 << (attempt - 1).min(20))).min(BACKOFF_MAX)
    }
}

const BACKOFF_MAX: SimDuration = SimDuration::from_secs(20);
pub(crate) const TOKENS_MAX: i32 = 500;

/// How a mode goes on after a throttled attempt, on average.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ThrottleRetries {
    /// Mean pause after each attempt but the last.
    pub(crate) pauses: Vec<SimDuration>,
    /// Retry tokens that each costs; a success gives as many back.
    pub(crate) cost: u32,
}

impl RetryMode {
    /// What becomes of throttled attempts.
    pub(crate) fn throttle_retries(self) -> ThrottleRetries {
        let rules = self.rules();
        let mean = |attempt: u32| {
            let ceiling = rules.ceiling(true, attempt);
            if rules.throttle_equal_jitter { ceiling / 2 + ceiling / 4 } else { ceiling / 2 }
        };
        ThrottleRetries {
            pauses: (1..rules.attempts_max).map(mean).collect(),
            cost: rules.throttle_cost.unsigned_abs(),
        }
    }
    const fn rules(self) -> RetryRules {
        let (attempts_max, base_ms, throttle_base_ms, throttle_equal_jitter, cost, timeout_cost, throttle_cost) =
            match self {
                Self::None => (1, 0, 0, false, 0, 0, 0),
                Self::Standard => (3, 1000, 1000, false, 5, 10, 5),
                Self::JavaLegacy => (4, 100, 500, true, 5, 5, 0),
                Self::JavaDynamoDb => (9, 25, 25, false, 5, 5, 0),
            };
        RetryRules {
            attempts_max,
            base: SimDuration::from_millis(base_ms),
            throttle_base: SimDuration::from_millis(throttle_base_ms),
            throttle_equal_jitter,
            cost,
            timeout_cost,
            throttle_cost,
        }
    }
}

/// Why a call failed after all its attempts.
#[derive(Clone, Debug, PartialEq)]
pub enum SdkError<E> {
    /// No reply to the last attempt.
    TimedOut,
    /// The service's error.
    Service(E),
}

impl<E: fmt::Display> fmt::Display for SdkError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TimedOut => f.write_str("the request timed out"),
            Self::Service(error) => error.fmt(f),
        }
    }
}

/// How the SDK sees an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Final,
    Transient,
    TimedOut,
    Throttling,
}

fn class_of(error: &impl AwsError) -> Class {
    match error.retry() {
        Retry::Never => Class::Final,
        Retry::Transient => Class::Transient,
        Retry::Throttling => Class::Throttling,
    }
}

/// An SDK client of one host: requests with timeouts and retries.
pub struct Sdk {
    cx: Cx,
    mode: RetryMode,
    attempt_timeout: SimDuration,
    tokens: Cell<i32>,
    random: RefCell<Random>,
}

impl Sdk {
    /// A client that retries in this mode and gives up each attempt after `attempt_timeout`.
    /// `name` names its random stream on the host.
    pub fn new(cx: Cx, name: &str, mode: RetryMode, attempt_timeout: SimDuration) -> Self {
        let random = RefCell::new(cx.random(name));
        Self { cx, mode, attempt_timeout, tokens: Cell::new(TOKENS_MAX), random }
    }

    /// Calls the streams service.
    ///
    /// # Errors
    /// The last attempt's error.
    pub async fn kinesis(
        &self,
        request: kinesis::Request,
    ) -> Result<kinesis::api::Response, SdkError<kinesis::api::Error>> {
        self.kinesis_counting(request).await.0
    }

    /// Calls the streams service and tells how many attempts it took.
    pub(crate) async fn kinesis_counting(
        &self,
        request: kinesis::Request,
    ) -> (Result<kinesis::api::Response, SdkError<kinesis::api::Error>>, u32) {
        let unpack = |reply| match reply {
            Reply::Kinesis(reply) => reply,
            _ => unreachable!("a streams request has a streams reply"),
        };
        self.call(Request::Kinesis(request), unpack, class_of).await
    }

    /// Calls Firehose.
    ///
    /// # Errors
    /// The last attempt's error.
    pub(crate) async fn firehose(
        &self,
        request: firehose::Request,
    ) -> Result<firehose::api::Response, SdkError<firehose::api::Error>> {
        self.firehose_counting(request).await.0
    }

    /// Calls S3.
    ///
    /// # Errors
    /// The last attempt's error.
    pub(crate) async fn s3(&self, request: s3::Request) -> Result<s3::Response, SdkError<s3::Error>> {
        let unpack = |reply| match reply {
            Reply::S3(reply) => reply,
            _ => unreachable!("a request of S3 has a reply of S3"),
        };
        self.call(Request::S3(request), unpack, class_of).await.0
    }

    /// Calls Redshift.
    ///
    /// # Errors
    /// The last attempt's error.
    pub(crate) async fn redshift(
        &self,
        request: redshift::Request,
    ) -> Result<redshift::Response, SdkError<redshift::Error>> {
        let unpack = |reply| match reply {
            Reply::Redshift(reply) => reply,
            _ => unreachable!("a request of Redshift has a reply of Redshift"),
        };
        self.call(Request::Redshift(request), unpack, class_of).await.0
    }

    /// Calls Firehose and tells how many attempts it took.
    pub(crate) async fn firehose_counting(
        &self,
        request: firehose::Request,
    ) -> (Result<firehose::api::Response, SdkError<firehose::api::Error>>, u32) {
        let unpack = |reply| match reply {
            Reply::Firehose(reply) => reply,
            _ => unreachable!("a request of Firehose has a reply of Firehose"),
        };
        self.call(Request::Firehose(Box::new(request)), unpack, class_of).await
    }

    /// Calls the table service.
    ///
    /// # Errors
    /// The last attempt's error.
    // Not `async`: the request would be held once more by the future, which is large for it.
    pub fn dynamodb(
        &self,
        request: dynamodb::Request,
    ) -> impl Future<Output = Result<dynamodb::api::Response, SdkError<dynamodb::api::Error>>> {
        let unpack = |reply| match reply {
            Reply::DynamoDb(reply) => reply,
            _ => unreachable!("a table request has a table reply"),
        };
        let call = self.call(Request::DynamoDb(Box::new(request)), unpack, class_of);
        async { call.await.0 }
    }

    /// Calls the application's store.
    ///
    /// # Errors
    /// [`SdkError::TimedOut`] after all attempts; the store's refusals are replies.
    pub async fn store(&self, request: store::Request) -> Result<store::Reply, SdkError<std::convert::Infallible>> {
        let unpack = |reply| match reply {
            Reply::Store(reply) => Ok(reply),
            _ => unreachable!("a store request has a store reply"),
        };
        self.call(Request::Store(request), unpack, |never: &std::convert::Infallible| match *never {}).await.0
    }

    async fn call<T, E>(
        &self,
        request: Request,
        unpack: impl Fn(Reply) -> Result<T, E>,
        class: impl Fn(&E) -> Class,
    ) -> (Result<T, SdkError<E>>, u32) {
        let rules = self.mode.rules();
        let mut request = Some(request);
        let mut paid = 0;
        for attempt in 1.. {
            // The request is kept only while another attempt is allowed.
            let sent = if attempt < rules.attempts_max { request.clone() } else { request.take() };
            let Some(sent) = sent else { unreachable!("the last attempt ends the loop") };
            let operation = Cloud::operation_of(&sent);
            let (error, class) = match self.cx.call(sent, self.attempt_timeout).await {
                Ok(reply) => match unpack(reply) {
                    Ok(answer) => {
                        self.earn(if attempt == 1 { 1 } else { paid });
                        return (Ok(answer), attempt);
                    }
                    Err(error) => {
                        let class = class(&error);
                        (SdkError::Service(error), class)
                    }
                },
                Err(crate::world::CallError::TimedOut) => {
                    self.cx.emit(Event::CallTimedOut { host: self.cx.id(), operation });
                    (SdkError::TimedOut, Class::TimedOut)
                }
            };
            if class == Class::Final || attempt == rules.attempts_max {
                return (Err(error), attempt);
            }
            paid = match class {
                Class::Throttling => rules.throttle_cost,
                Class::TimedOut => rules.timeout_cost,
                Class::Transient | Class::Final => rules.cost,
            };
            if self.tokens.get() < paid {
                return (Err(error), attempt);
            }
            self.tokens.set(self.tokens.get() - paid);
            let backoff = self.backoff(&rules, class, attempt);
            self.cx.sleep(backoff).await;
        }
        unreachable!("the loop returns")
    }

    fn earn(&self, tokens: i32) {
        self.tokens.set((self.tokens.get() + tokens).min(TOKENS_MAX));
    }

    fn backoff(&self, rules: &RetryRules, class: Class, attempt: u32) -> SimDuration {
        let is_throttle = class == Class::Throttling;
        let ceiling = rules.ceiling(is_throttle, attempt);
        let mut random = self.random.borrow_mut();
        if is_throttle && rules.throttle_equal_jitter {
            ceiling / 2 + random.duration(SimDuration::ZERO, ceiling / 2)
        } else {
            random.duration(SimDuration::ZERO, ceiling)
        }
    }
}

#[cfg(test)]
mod tests;
