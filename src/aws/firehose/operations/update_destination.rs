//! UpdateDestination (<https://docs.aws.amazon.com/firehose/latest/APIReference/API_UpdateDestination.html>).

use super::row::{
    At, Body, DeliveryName, Firehose, Member, Operation, Quota, Reply, Row, WireError, optional, required,
};
use crate::aws::firehose::api::Description;
use crate::aws::firehose::configuration::shapes::{
    DESTINATION_ID, ELSEWHERE, EXTENDED_S3_UPDATE, HTTP_UPDATE, NAME, OPENSEARCH_UPDATE, REDSHIFT_UPDATE, S3_UPDATE,
    SPLUNK_UPDATE, VERSION,
};
use crate::aws::firehose::configuration::{Configuration, Places};
use crate::aws::firehose::control::{DESTINATION_ID as THE_DESTINATION, Update};
use crate::aws::firehose::pipeline::Pipeline;
use crate::aws::protocol::Account;
use crate::aws::protocol::shape::Shape;

#[derive(Clone, Debug)]
pub struct UpdateDestination {
    pub(in crate::aws::firehose) update: Update,
}

impl UpdateDestination {
    /// An update of the delivery stream that was described so, to what this pipeline says.
    pub(crate) fn to(described: &Description, pipeline: &Pipeline, Account { id, region }: &Account) -> Self {
        let places = Places { account: id, region, name: described.name.as_str() };
        let update = Update {
            name: described.name.clone(),
            version: described.version.to_string().into(),
            destination: THE_DESTINATION.into(),
            configuration: Configuration::of_pipeline(pipeline, places),
        };
        Self { update }
    }
}

impl Row for UpdateDestination {
    const OPERATION: Operation = Operation::write("UpdateDestination");
    const QUOTA: Quota = Quota::Control;
    const MEMBERS: &'static [Member] = &[
        required("DeliveryStreamName", NAME),
        required("CurrentDeliveryStreamVersionId", VERSION),
        required("DestinationId", DESTINATION_ID),
        optional("S3DestinationUpdate", Shape::Structure(S3_UPDATE)),
        optional("ExtendedS3DestinationUpdate", Shape::Structure(EXTENDED_S3_UPDATE)),
        optional("RedshiftDestinationUpdate", Shape::Structure(REDSHIFT_UPDATE)),
        optional("ElasticsearchDestinationUpdate", Shape::Structure(OPENSEARCH_UPDATE)),
        optional("AmazonopensearchserviceDestinationUpdate", Shape::Structure(OPENSEARCH_UPDATE)),
        optional("SplunkDestinationUpdate", Shape::Structure(SPLUNK_UPDATE)),
        optional("HttpEndpointDestinationUpdate", Shape::Structure(HTTP_UPDATE)),
        optional("AmazonOpenSearchServerlessDestinationUpdate", ELSEWHERE),
        optional("SnowflakeDestinationUpdate", ELSEWHERE),
        optional("IcebergDestinationUpdate", ELSEWHERE),
    ];

    fn aim(&self) -> Option<&DeliveryName> {
        Some(&self.update.name)
    }
    fn decode(body: &Body<'_>) -> Result<Self, WireError> {
        let update = Update {
            name: body.delivery()?,
            version: body.text("CurrentDeliveryStreamVersionId").into(),
            destination: body.text("DestinationId").into(),
            configuration: body.update()?,
        };
        Ok(Self { update })
    }
    fn handle(self, service: &mut Firehose, at: &mut At<'_>) -> Reply {
        service.control.update(at.now, self.update)
    }
}
