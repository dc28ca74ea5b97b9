//! CreateDeliveryStream (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_CreateDeliveryStream.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::configuration::shapes::{
    DIRECT_PUT, ELSEWHERE, ENCRYPTION, EXTENDED_S3_CONFIGURATION, HTTP_CONFIGURATION, KIND, KINESIS_SOURCE, NAME,
    OPENSEARCH_CONFIGURATION, REDSHIFT_CONFIGURATION, S3_CONFIGURATION, SPLUNK_CONFIGURATION, TAGS,
};
use crate::aws::firehose::control::Creation;
use crate::aws::protocol::shape::Shape;

#[derive(Clone, Debug)]
pub struct CreateDeliveryStream {
    pub(in crate::aws::firehose) creation: Creation,
}

impl Row for CreateDeliveryStream {
    const OPERATION: Operation = Operation::write("CreateDeliveryStream");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[
        required("DeliveryStreamName", NAME),
        optional("DeliveryStreamType", KIND),
        optional("DirectPutSourceConfiguration", DIRECT_PUT),
        optional("KinesisStreamSourceConfiguration", KINESIS_SOURCE),
        optional("DeliveryStreamEncryptionConfigurationInput", ENCRYPTION),
        optional("S3DestinationConfiguration", Shape::Structure(S3_CONFIGURATION)),
        optional("ExtendedS3DestinationConfiguration", Shape::Structure(EXTENDED_S3_CONFIGURATION)),
        optional("RedshiftDestinationConfiguration", Shape::Structure(REDSHIFT_CONFIGURATION)),
        optional("ElasticsearchDestinationConfiguration", Shape::Structure(OPENSEARCH_CONFIGURATION)),
        optional("AmazonopensearchserviceDestinationConfiguration", Shape::Structure(OPENSEARCH_CONFIGURATION)),
        optional("SplunkDestinationConfiguration", Shape::Structure(SPLUNK_CONFIGURATION)),
        optional("HttpEndpointDestinationConfiguration", Shape::Structure(HTTP_CONFIGURATION)),
        optional("Tags", TAGS),
        optional("AmazonOpenSearchServerlessDestinationConfiguration", ELSEWHERE),
        optional("MSKSourceConfiguration", ELSEWHERE),
        optional("SnowflakeDestinationConfiguration", ELSEWHERE),
        optional("IcebergDestinationConfiguration", ELSEWHERE),
        optional("DatabaseSourceConfiguration", ELSEWHERE),
    ];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.creation.name)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let creation = Creation {
            name: body.delivery()?,
            source: body.source()?,
            configuration: body.configuration()?,
            key: body.key()?,
            tags: body.tags(),
        };
        Ok(Self { creation })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.control.create(at.now, self.creation)
    }
}
