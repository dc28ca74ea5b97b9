//! What is put directly: quotas, partial failures, sources of their own.

use super::*;
use crate::aws::firehose::api::{Error, PutFailure, Response};

fn bench(settings: Settings) -> Bench {
    Bench::with(settings, pipeline(output(5 << 20, 60), Processing::default()), Function::default())
}

#[test]
fn a_batch_over_the_quota_is_accepted_in_part_and_the_rest_is_told() {
    let mut bench = bench(Settings { records_per_s: 10, ..Settings::default() });
    let Ok(Response::BatchPut { failed, results, .. }) = bench.put(15, 100) else { panic!("a batch is answered") };
    assert_eq!(failed, 5);
    let refused = results.iter().filter(|result| **result == Err(PutFailure::Unavailable));
    assert_eq!((refused.count(), results.len()), (5, 15));
    bench.run_s(120);
    assert_eq!(bench.count_at(Output::Destination), 10, "what was refused is not delivered");
}

#[test]
fn bytes_and_requests_have_quotas_of_their_own() {
    let mut of_bytes = bench(Settings { bytes_per_s: 1000, ..Settings::default() });
    let Ok(Response::BatchPut { failed, .. }) = of_bytes.put(3, 400) else { panic!("a batch is answered") };
    assert_eq!(failed, 1);
    let mut of_requests = bench(Settings { requests_per_s: 2, ..Settings::default() });
    let failed = |reply: Reply| match reply {
        Ok(Response::BatchPut { failed, .. }) => failed,
        other => panic!("{other:?}"),
    };
    let told: Vec<u32> = (0..3).map(|_| failed(of_requests.put(2, 10))).collect();
    assert_eq!(told, [0, 0, 2]);
    of_requests.run_s(1);
    assert_eq!(failed(of_requests.put(2, 10)), 0, "a second later there is room again");
}

#[test]
fn quotas_can_be_lifted() {
    let none = Settings { records_per_s: 0, requests_per_s: 0, bytes_per_s: 0, ..Settings::default() };
    let mut bench = bench(Settings { data_plane_limits: false, ..none });
    let reply = bench.put(500, 1000);
    assert!(matches!(reply, Ok(Response::BatchPut { failed: 0, .. })), "{reply:?}");
}

#[test]
fn nothing_is_put_to_a_delivery_stream_that_reads_a_stream() {
    let source = Source::Stream("clicks".parse().expect("a name"));
    let mut firehose = Firehose::new(Settings::default(), Seed(1));
    let mut events = Vec::new();
    let of = Pipeline { source, ..pipeline(output(5 << 20, 60), Processing::default()) };
    firehose.provision(SimTime::ZERO, name(), of, &mut events);
    let records: Arc<[Payload]> = [Payload::Synthetic { seed: 0, len: 10 }].into();
    let request = Request::PutRecordBatch(PutRecordBatch { delivery: name(), records });
    let reply = firehose.handle(SimTime::ZERO, WEB, request, &mut events);
    assert!(matches!(reply, Err(Error::InvalidSource(_))), "{reply:?}");
}
