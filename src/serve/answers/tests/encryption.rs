//! What tables are set to that changes nothing of what they do.

use serde_json::json;

use super::{Endpoint, Value};
use crate::base::SimDuration;
use crate::serve::Limits;

fn ask(endpoint: &Endpoint, operation: &str, body: &Value) -> Value {
    let (status, answer) = endpoint.call(&format!("DynamoDB_20120810.{operation}"), body);
    assert_eq!(status, 200, "{operation}: {answer}");
    answer
}

#[test]
fn a_table_tells_by_which_key_it_is_encrypted_until_that_has_ended() {
    let endpoint = Endpoint::new(Limits::All);
    let table = json!({
        "TableName": "orders", "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{ "AttributeName": "k", "AttributeType": "S" }],
        "KeySchema": [{ "AttributeName": "k", "KeyType": "HASH" }], "SSESpecification": { "Enabled": true },
    });
    let created = ask(&endpoint, "CreateTable", &table)["TableDescription"]["SSEDescription"].clone();
    assert_eq!((&created["Status"], &created["SSEType"]), (&json!("ENABLED"), &json!("KMS")));
    let key = created["KMSMasterKeyArn"].as_str().expect("a key");
    assert!(key.starts_with("arn:aws:kms:us-east-1:000000000000:key/"), "{key}");
    endpoint.sleep(SimDuration::from_secs(1));
    let update = |enabled: bool| {
        let body = json!({ "TableName": "orders", "SSESpecification": { "Enabled": enabled } });
        ask(&endpoint, "UpdateTable", &body)["TableDescription"].clone()
    };
    assert_eq!(update(true)["TableStatus"], json!("ACTIVE"), "nothing changes");
    assert_eq!(update(false)["SSEDescription"]["Status"], json!("UPDATING"));
    endpoint.sleep(SimDuration::from_secs(1));
    let described = ask(&endpoint, "DescribeTable", &json!({ "TableName": "orders" }));
    assert_eq!(described["Table"]["SSEDescription"], Value::Null);
    let insights = ask(&endpoint, "DescribeContributorInsights", &json!({ "TableName": "orders" }));
    assert_eq!(insights, json!({ "TableName": "orders", "ContributorInsightsStatus": "DISABLED" }));
}
