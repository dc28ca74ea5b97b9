//! What targets name: services and operations that are here, and some that are elsewhere at AWS, so that whoever asks
//! for those is told what there is.

use super::protocol::Encoding;
use super::protocol::envelope::{Family, Targets};
use super::{encoding_of_target, operations_of_target};

/// Other services of AWS that are spoken to by targets, by what their targets begin with.
const ELSEWHERE: [&str; 19] = [
    "AWSCognitoIdentityProviderService",
    "AWSEvents",
    "AWSGlue",
    "AWSStepFunctions",
    "AmazonAthena",
    "AmazonEC2ContainerRegistry_V20150921",
    "AmazonEC2ContainerServiceV20141113",
    "AmazonResourceGroupTaggingAPI",
    "AmazonSQS",
    "AmazonSSM",
    "CertificateManager",
    "DynamoDBStreams_20120810",
    "GraniteServiceVersion20100801",
    "KinesisAnalytics_20150814",
    "KinesisAnalytics_20180523",
    "Logs_20140328",
    "TrentService",
    "secretsmanager",
    "Kinesis_Video_20170930",
];

/// Operations of DynamoDB at AWS that are not here.
const MISSING: [&str; 40] = [
    "BatchExecuteStatement",
    "CancelBulkOperation",
    "CreateBackup",
    "CreateGlobalTable",
    "DeleteBackup",
    "DeleteResourcePolicy",
    "DescribeBackup",
    "DescribeBulkOperation",
    "DescribeContributorInsights",
    "DescribeEndpoints",
    "DescribeExport",
    "DescribeGlobalTable",
    "DescribeGlobalTableSettings",
    "DescribeImport",
    "DescribeKinesisStreamingDestination",
    "DescribeLimits",
    "DescribeTableReplicaAutoScaling",
    "DisableKinesisStreamingDestination",
    "EnableKinesisStreamingDestination",
    "ExecuteStatement",
    "ExecuteTransaction",
    "ExportTableToPointInTime",
    "GetResourcePolicy",
    "ImportTable",
    "ListBackups",
    "ListBulkOperations",
    "ListContributorInsights",
    "ListExports",
    "ListGlobalTables",
    "ListImports",
    "PutResourcePolicy",
    "RestoreTableFromBackup",
    "RestoreTableToPointInTime",
    "SearchVectors",
    "StartBulkPutItems",
    "UpdateContributorInsights",
    "UpdateGlobalTable",
    "UpdateGlobalTableSettings",
    "UpdateKinesisStreamingDestination",
    "UpdateTableReplicaAutoScaling",
];

/// What there is, for whoever asks for something else.
pub(crate) const THERE_IS: &str = "kinesim has Kinesis Data Streams, Data Firehose, DynamoDB and S3, of CloudWatch \
                                   PutMetricData, and of STS GetCallerIdentity";

/// The services of the cloud.
pub(super) struct Spoken;

impl Targets for Spoken {
    fn family(&self, service: &str) -> Option<Family> {
        encoding_of_target(service).map(|encoding| match encoding {
            Encoding::Json10 | Encoding::Json => Family::Json10,
            Encoding::Json11 | Encoding::Cbor11 => Family::Json11,
        })
    }

    fn find(&self, service: &str, operation: &str) -> Result<(), Option<String>> {
        if operations_of_target(service).iter().any(|known| known.name() == operation) {
            return Ok(());
        }
        let is_of_queues = ["Queue", "Channel"].iter().any(|what| operation.contains(what));
        Err(match service {
            "Kinesis_20131202" if is_of_queues => {
                Some(format!("{operation}: queues and channels are not part of kinesim"))
            }
            "DynamoDB_20120810" if MISSING.contains(&operation) => {
                Some(format!("{operation} is not among what kinesim has of DynamoDB"))
            }
            _ => ELSEWHERE.contains(&service).then(|| format!("{service}.{operation} is not here: {THERE_IS}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_asks_for_another_service_is_told_what_there_is() {
        assert_eq!(Spoken.find("Kinesis_20131202", "PutRecord"), Ok(()));
        assert_eq!(Spoken.find("DynamoDB_20120810", "PutRecord"), Err(None), "as AWS answers");
        assert_eq!(Spoken.find("Kinesis_2013", "PutRecord"), Err(None));
        let told = "ExecuteStatement is not among what kinesim has of DynamoDB";
        assert_eq!(Spoken.find("DynamoDB_20120810", "ExecuteStatement"), Err(Some(told.to_owned())));
        assert_eq!(Spoken.find("Firehose_20150804", "PutRecord"), Ok(()));
        let told = Spoken.find("AWSGlue", "GetTable").expect_err("elsewhere").expect("a word");
        assert_eq!(told, format!("AWSGlue.GetTable is not here: {THERE_IS}"));
    }
}
