//! Firehose: a delivery stream's life, puts, and typed errors.

use aws_sdk_firehose::primitives::Blob;
use aws_sdk_firehose::types::{
    BufferingHints, CompressionFormat, DeliveryStreamStatus, ExtendedS3DestinationConfiguration,
    ExtendedS3DestinationUpdate, Record, Tag,
};

use crate::support::Endpoint;

fn s3() -> ExtendedS3DestinationConfiguration {
    let hints = BufferingHints::builder().size_in_mbs(1).interval_in_seconds(0).build();
    ExtendedS3DestinationConfiguration::builder()
        .role_arn("arn:aws:iam::000000000000:role/firehose")
        .bucket_arn("arn:aws:s3:::lake")
        .buffering_hints(hints)
        .build()
        .expect("all of it")
}

fn record(data: impl Into<Vec<u8>>) -> Record {
    Record::builder().data(Blob::new(data)).build().expect("all of it")
}

#[tokio::test]
async fn a_delivery_stream_is_created_put_to_updated_and_deleted() {
    let endpoint = Endpoint::start();
    let firehose = endpoint.firehose();
    let tag = Tag::builder().key("team").value("lake").build().expect("all of it");
    let create = firehose.create_delivery_stream().delivery_stream_name("d").tags(tag);
    let created = create.extended_s3_destination_configuration(s3()).send().await.expect("the name is free");
    let arn = "arn:aws:firehose:us-east-1:000000000000:deliverystream/d";
    assert_eq!(created.delivery_stream_arn(), Some(arn));
    endpoint.settle();
    let batch = firehose.put_record_batch().delivery_stream_name("d").records(record("a")).records(record([0, 255]));
    let put = batch.send().await.expect("put");
    assert_eq!((put.failed_put_count(), put.request_responses().len()), (0, 2));
    assert!(put.request_responses().iter().all(|response| response.record_id().is_some()));
    let change = ExtendedS3DestinationUpdate::builder().compression_format(CompressionFormat::Gzip).build();
    let update = firehose.update_destination().delivery_stream_name("d").current_delivery_stream_version_id("1");
    let update = update.destination_id("destinationId-000000000001").extended_s3_destination_update(change);
    update.clone().send().await.expect("an update");
    let stale = update.send().await.expect_err("another version").into_service_error();
    assert!(stale.is_concurrent_modification_exception(), "{stale:?}");
    let described = firehose.describe_delivery_stream().delivery_stream_name("d").send().await.expect("it is there");
    let described = described.delivery_stream_description().expect("a description");
    assert_eq!(described.delivery_stream_status(), &DeliveryStreamStatus::Active);
    assert_eq!(described.version_id(), "2");
    let shown = described.destinations()[0].extended_s3_destination_description().expect("one in S3");
    assert_eq!(shown.compression_format(), &CompressionFormat::Gzip);
    assert_eq!(shown.buffering_hints().and_then(|hints| hints.interval_in_seconds()), Some(0));
    let tags = firehose.list_tags_for_delivery_stream().delivery_stream_name("d").send().await.expect("tags");
    assert_eq!(tags.tags()[0].value(), Some("lake"));
    firehose.delete_delivery_stream().delivery_stream_name("d").send().await.expect("it goes");
    endpoint.settle();
    let put = firehose.put_record().delivery_stream_name("d").record(record("late")).send().await;
    let gone = put.expect_err("it is gone").into_service_error();
    assert!(gone.is_resource_not_found_exception(), "{gone:?}");
}

#[tokio::test]
async fn a_batch_with_one_record_that_is_too_large_is_refused() {
    let endpoint = Endpoint::start();
    let firehose = endpoint.firehose();
    let create = firehose.create_delivery_stream().delivery_stream_name("d");
    create.extended_s3_destination_configuration(s3()).send().await.expect("the name is free");
    endpoint.settle();
    let batch = firehose.put_record_batch().delivery_stream_name("d").records(record("a"));
    let refused = batch.records(record(vec![0; 1_024_001])).send().await.expect_err("too large").into_service_error();
    assert_eq!(refused.meta().code(), Some("ValidationException"));
}
