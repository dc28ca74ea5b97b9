//! Tables as suites and tools make them: local indexes, streams that are not there, what is refused before a table is
//! looked for.

use serde_json::json;

use super::{Endpoint, Value};
use crate::serve::Limits;

fn ask(endpoint: &Endpoint, operation: &str, body: &Value) -> (u16, Value) {
    endpoint.call(&format!("DynamoDB_20120810.{operation}"), body)
}

fn refusal(endpoint: &Endpoint, operation: &str, body: &Value) -> String {
    let (status, answer) = ask(endpoint, operation, body);
    assert_eq!(status, 400, "{operation}: {answer}");
    let code = answer["__type"].as_str().and_then(|code| code.rsplit('#').next()).unwrap_or_default();
    let message = answer.get("message").or(answer.get("Message")).and_then(Value::as_str).unwrap_or_default();
    format!("{code}: {message}")
}

const INVALID: &str = "ValidationException: One or more parameter values were invalid: ";

/// Orders of customers, with a local index on their day.
fn orders() -> Value {
    json!({
        "TableName": "orders",
        "AttributeDefinitions": [
            { "AttributeName": "customer", "AttributeType": "S" },
            { "AttributeName": "number", "AttributeType": "N" },
            { "AttributeName": "day", "AttributeType": "S" },
        ],
        "KeySchema": [
            { "AttributeName": "customer", "KeyType": "HASH" }, { "AttributeName": "number", "KeyType": "RANGE" },
        ],
        "LocalSecondaryIndexes": [{
            "IndexName": "by-day",
            "KeySchema": [
                { "AttributeName": "customer", "KeyType": "HASH" }, { "AttributeName": "day", "KeyType": "RANGE" },
            ],
            "Projection": { "ProjectionType": "KEYS_ONLY" },
        }],
        "ProvisionedThroughput": { "ReadCapacityUnits": 5, "WriteCapacityUnits": 5 },
    })
}

fn with_orders() -> Endpoint {
    let endpoint = Endpoint::new(Limits::All);
    let (status, answer) = ask(&endpoint, "CreateTable", &orders());
    assert_eq!(status, 200, "{answer}");
    endpoint.sleep(crate::base::SimDuration::from_secs(1));
    for (number, day) in [(1, "2026-01-03"), (2, "2026-01-01"), (3, "")] {
        let mut item =
            json!({ "customer": { "S": "c" }, "number": { "N": number.to_string() }, "note": { "S": "hello" } });
        if !day.is_empty() {
            item["day"] = json!({ "S": day });
        }
        let put = json!({ "TableName": "orders", "Item": item, "ReturnConsumedCapacity": "INDEXES" });
        let (status, answer) = ask(&endpoint, "PutItem", &put);
        assert_eq!(status, 200, "{answer}");
        let units = if day.is_empty() { 1.0 } else { 2.0 };
        assert_eq!(answer["ConsumedCapacity"]["CapacityUnits"], json!(units), "the index is written with the table");
    }
    endpoint
}

fn query(extra: &Value) -> Value {
    let mut query = json!({
        "TableName": "orders", "IndexName": "by-day", "KeyConditionExpression": "customer = :c",
        "ExpressionAttributeValues": { ":c": { "S": "c" } }, "ConsistentRead": true,
    });
    for (name, value) in extra.as_object().expect("members") {
        query[name] = value.clone();
    }
    query
}

#[test]
fn a_local_index_is_described_and_read_consistently_in_its_order() {
    let endpoint = with_orders();
    let (_, described) = ask(&endpoint, "DescribeTable", &json!({ "TableName": "orders" }));
    let index = &described["Table"]["LocalSecondaryIndexes"][0];
    assert_eq!((&index["IndexName"], &index["ItemCount"]), (&json!("by-day"), &json!(2)), "it is sparse");
    assert!(index.get("IndexStatus").is_none() && described["Table"].get("GlobalSecondaryIndexes").is_none());
    let (status, page) = ask(&endpoint, "Query", &query(&json!({ "ReturnConsumedCapacity": "INDEXES" })));
    assert_eq!(status, 200, "{page}");
    let numbers: Vec<&str> =
        page["Items"].as_array().expect("items").iter().filter_map(|i| i["number"]["N"].as_str()).collect();
    assert_eq!(numbers, ["2", "1"], "by day");
    assert!(page["Items"][0].get("note").is_none(), "keys only");
    assert_eq!(page["ConsumedCapacity"]["LocalSecondaryIndexes"]["by-day"]["CapacityUnits"], json!(1.0));
    assert_eq!(page["ConsumedCapacity"]["Table"]["CapacityUnits"], json!(0.0));
}

#[test]
fn what_a_local_index_does_not_show_is_fetched_from_its_table() {
    let endpoint = with_orders();
    for extra in [json!({ "Select": "ALL_ATTRIBUTES" }), json!({ "ProjectionExpression": "note" })] {
        let (status, page) = ask(&endpoint, "Query", &query(&extra));
        assert_eq!((status, &page["Items"][0]["note"]["S"]), (200, &json!("hello")), "{page}");
    }
}

#[test]
fn a_table_is_refused_for_its_indexes_and_streams_as_aws_words_it() {
    let endpoint = Endpoint::new(Limits::All);
    let told = |change: &dyn Fn(&mut Value)| {
        let mut body = orders();
        change(&mut body);
        refusal(&endpoint, "CreateTable", &body)
    };
    assert_eq!(
        told(&|body| body["LocalSecondaryIndexes"] = json!([])),
        format!("{INVALID}List of LocalSecondaryIndexes is empty")
    );
    assert_eq!(
        told(&|body| body["LocalSecondaryIndexes"][0]["KeySchema"] = json!([
            { "AttributeName": "customer", "KeyType": "HASH" }
        ])),
        format!("{INVALID}Index KeySchema does not have a range key for index: by-day")
    );
    assert_eq!(
        told(&|body| body["LocalSecondaryIndexes"][0]["KeySchema"][0]["AttributeName"] = json!("number")),
        format!(
            "{INVALID}Index KeySchema does not have the same leading hash key as table KeySchema for index: by-day. \
             index hash key: number, table hash key: customer"
        )
    );
    let twice = json!([orders()["LocalSecondaryIndexes"][0], orders()["LocalSecondaryIndexes"][0]]);
    assert_eq!(
        told(&|body| body["LocalSecondaryIndexes"] = twice.clone()),
        format!("{INVALID}Duplicate index name: by-day")
    );
    let stream = |is: bool| json!({ "StreamEnabled": is, "StreamViewType": "NEW_IMAGE" });
    assert!(told(&|body| body["StreamSpecification"] = stream(true)).contains("kinesim has no DynamoDB Streams"));
    let mut off = orders();
    off["StreamSpecification"] = json!({ "StreamEnabled": false });
    assert_eq!(ask(&endpoint, "CreateTable", &off).0, 200, "as if it were not there");
    assert_eq!(refusal(&endpoint, "CreateTable", &orders()), "ResourceInUseException: Table already exists: orders");
    assert_eq!(
        refusal(&endpoint, "DeleteTable", &json!({ "TableName": "orders" })),
        "ResourceInUseException: Attempt to change a resource which is still in use: Table is being created: orders"
    );
    assert_eq!(
        refusal(&endpoint, "DescribeTable", &json!({ "TableName": "nope" })),
        "ResourceNotFoundException: Requested resource not found: Table: nope not found"
    );
}

#[test]
fn values_and_older_parameters_are_judged_before_the_table() {
    let endpoint = Endpoint::new(Limits::All);
    let put = |value: Value, expected: Value| {
        let body = json!({ "TableName": "nope", "Item": { "a": value }, "Expected": expected });
        refusal(&endpoint, "PutItem", &body)
    };
    let none = || json!({});
    for (value, text) in [
        (json!({ "SS": ["a", "a"] }), "Input collection [a, a] contains duplicates."),
        (json!({ "BS": ["Yg==", "Yg=="] }), "Input collection [Yg==, Yg==]of type BS contains duplicates."),
        (json!({ "SS": [] }), "An string set  may not be empty"),
        (json!({ "BS": [] }), "Binary sets should not be empty"),
        (json!({ "NULL": "no" }), "Null attribute value types must have the value of true"),
    ] {
        assert_eq!(put(value, none()), format!("{INVALID}{text}"));
    }
    let number = || json!({ "N": "1" });
    for (expected, text) in [
        (json!({ "Exists": false, "Value": number() }), "Value cannot be used when Exists is false for Attribute: a"),
        (json!({ "Exists": true }), "Value must be provided when Exists is true for Attribute: a"),
        (
            json!({ "ComparisonOperator": "GE" }),
            "Value or AttributeValueList must be used with ComparisonOperator: GE for Attribute: a",
        ),
        (
            json!({ "Value": number(), "AttributeValueList": [number()] }),
            "Value and AttributeValueList cannot be used together for Attribute: a",
        ),
        (
            json!({ "AttributeValueList": [number()] }),
            "AttributeValueList can only be used with a ComparisonOperator for Attribute: a",
        ),
    ] {
        assert_eq!(put(number(), json!({ "a": expected })), format!("{INVALID}{text}"));
    }
    let legal = json!({ "a": { "Value": number(), "ComparisonOperator": "GE" } });
    assert_eq!(put(number(), legal), "ResourceNotFoundException: Requested resource not found");
}

#[test]
fn names_of_tables_are_told_in_two_ways() {
    let endpoint = Endpoint::new(Limits::All);
    let describe = |body: Value| refusal(&endpoint, "DescribeTable", &body);
    let required = "ValidationException: The parameter 'TableName' is required but was not present in the request";
    assert_eq!(describe(json!({})), required);
    let length = "ValidationException: TableName must be at least 3 characters long and at most 255 characters long";
    assert_eq!(
        (describe(json!({ "TableName": "a;" })), describe(json!({ "TableName": "" }))),
        (length.into(), length.into())
    );
    let constraint = |name: &str, text: &str| {
        format!(
            "ValidationException: 1 validation error detected: Value '{name}' at 'tableName' failed to satisfy \
                 constraint: Member must {text}"
        )
    };
    let pattern = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+";
    assert_eq!(describe(json!({ "TableName": "abc;" })), constraint("abc;", pattern));
    let get = |name: &str| refusal(&endpoint, "GetItem", &json!({ "TableName": name, "Key": {} }));
    assert_eq!(get("ab"), constraint("ab", "have length greater than or equal to 3"));
    assert_eq!(get("abc;"), constraint("abc;", pattern));
    let long = "a".repeat(256);
    assert_eq!(get(&long), constraint(&long, "have length less than or equal to 255"));
}

#[test]
fn the_two_families_of_parameters_do_not_mix_but_for_key_conditions() {
    let endpoint = with_orders();
    let key = json!({ "customer": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "c" }] } });
    let query = json!({ "TableName": "orders", "KeyConditions": key, "ProjectionExpression": "note" });
    assert_eq!(ask(&endpoint, "Query", &query).0, 200);
    let mixed = json!({
        "TableName": "nope", "Key": {}, "AttributeUpdates": {}, "Expected": {}, "UpdateExpression": "",
        "ConditionExpression": "",
    });
    assert_eq!(
        refusal(&endpoint, "UpdateItem", &mixed),
        "ValidationException: Can not use both expression and non-expression parameters in the same request: \
         Non-expression parameters: {AttributeUpdates, Expected} Expression parameters: {UpdateExpression, \
         ConditionExpression}"
    );
    let values = json!({ "TableName": "nope", "Item": {}, "ExpressionAttributeValues": { ":a": { "S": "b" } } });
    assert_eq!(
        refusal(&endpoint, "PutItem", &values),
        "ValidationException: ExpressionAttributeValues can only be specified when using expressions: \
         ConditionExpression is null"
    );
    let twice = json!({ "TableName": "nope", "Key": {}, "AttributesToGet": ["a", "a"] });
    assert_eq!(refusal(&endpoint, "GetItem", &twice), format!("{INVALID}Duplicate value in attribute name: a"));
}

fn table_of(endpoint: &Endpoint) -> Value {
    let (status, answer) = ask(endpoint, "DescribeTable", &json!({ "TableName": "orders" }));
    assert_eq!(status, 200, "{answer}");
    answer["Table"].clone()
}

fn units(read: u32, write: u32) -> Value {
    json!({ "ReadCapacityUnits": read, "WriteCapacityUnits": write })
}

/// A table `orders` with a global index `by-day`, ACTIVE.
fn with_global_index(provisioned: bool) -> Endpoint {
    let endpoint = Endpoint::new(Limits::All);
    let mut table = orders();
    table["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "by-day", "Projection": { "ProjectionType": "ALL" },
        "KeySchema": [{ "AttributeName": "day", "KeyType": "HASH" }],
    }]);
    table["LocalSecondaryIndexes"] = Value::Null;
    match provisioned {
        true => table["GlobalSecondaryIndexes"][0]["ProvisionedThroughput"] = units(1, 2),
        false => (table["BillingMode"], table["ProvisionedThroughput"]) = ("PAY_PER_REQUEST".into(), Value::Null),
    }
    let (status, answer) = ask(&endpoint, "CreateTable", &table);
    assert_eq!(status, 200, "{answer}");
    endpoint.sleep(crate::base::SimDuration::from_secs(1));
    endpoint
}

#[test]
fn an_update_of_a_table_is_refused_in_productions_order() {
    let endpoint = with_global_index(true);
    let told = |body: Value| refusal(&endpoint, "UpdateTable", &body);
    let of = |name: &str, updates: Value| json!({ "TableName": name, "GlobalSecondaryIndexUpdates": updates });
    let nothing = "ValidationException: At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, \
                   GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required";
    assert_eq!((told(json!({ "TableName": "nope" })), told(of("nope", json!([])))), (nothing.into(), nothing.into()));
    assert_eq!(
        told(of("nope", json!([{}]))),
        format!(
            "{INVALID}One of GlobalSecondaryIndexUpdate.Update, GlobalSecondaryIndexUpdate.Create, \
             GlobalSecondaryIndexUpdate.Delete must not be null"
        )
    );
    let delete = |index: &str| json!({ "Delete": { "IndexName": index } });
    assert_eq!(
        told(of("nope", json!([delete("by-day"), delete("by-day")]))),
        format!("{INVALID}Only one global secondary index update per index is allowed simultaneously. Index: by-day")
    );
    assert_eq!(
        told(of("nope", json!([delete("by-day")]))),
        "ResourceNotFoundException: Requested resource not found: Table: nope not found"
    );
    assert_eq!(
        told(of("orders", json!([delete("by-day"), delete("by-night")]))),
        "LimitExceededException: Subscriber limit exceeded: Only 1 online index can be created or deleted \
         simultaneously per table"
    );
    assert_eq!(
        told(json!({ "TableName": "orders", "ProvisionedThroughput": units(5, 5) })),
        "ValidationException: The provisioned throughput for the table will not change. The requested value equals the \
         current value. Current ReadCapacityUnits provisioned for the table: 5. Requested ReadCapacityUnits: 5. \
         Current WriteCapacityUnits provisioned for the table: 5. Requested WriteCapacityUnits: 5. Refer to the Amazon \
         DynamoDB Developer Guide for current limits and how to request higher limits."
    );
}

#[test]
fn a_table_on_demand_has_no_units_until_it_changes_its_mode_with_all_its_indexes() {
    let endpoint = with_global_index(false);
    let told = |body: Value| refusal(&endpoint, "UpdateTable", &body);
    assert_eq!(
        told(json!({ "TableName": "orders", "ProvisionedThroughput": units(5, 5) })),
        format!(
            "{INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is \
             PAY_PER_REQUEST"
        )
    );
    let mut change =
        json!({ "TableName": "orders", "BillingMode": "PROVISIONED", "ProvisionedThroughput": units(5, 5) });
    assert_eq!(told(change.clone()), format!("{INVALID}ProvisionedThroughput must be specified for index: by-day"));
    change["GlobalSecondaryIndexUpdates"] =
        json!([{ "Update": { "IndexName": "by-day", "ProvisionedThroughput": units(1, 2) } }]);
    let (status, answer) = ask(&endpoint, "UpdateTable", &change);
    assert_eq!((status, &answer["TableDescription"]["TableStatus"]), (200, &json!("UPDATING")), "{answer}");
}

#[test]
fn changes_of_units_leave_their_times_and_decreases_are_counted_when_they_are_done() {
    let endpoint = with_global_index(true);
    let change = |read, write| {
        let body = json!({ "TableName": "orders", "ProvisionedThroughput": units(read, write) });
        let (status, answer) = ask(&endpoint, "UpdateTable", &body);
        assert_eq!(status, 200, "{answer}");
        let began = answer["TableDescription"]["ProvisionedThroughput"].clone();
        endpoint.sleep(crate::base::SimDuration::from_secs(1));
        (began, table_of(&endpoint)["ProvisionedThroughput"].clone())
    };
    let (began, done) = change(15, 5);
    assert_eq!((&began["ReadCapacityUnits"], &done["ReadCapacityUnits"]), (&json!(5), &json!(15)));
    let times = [&began, &done].map(|of| of["LastIncreaseDateTime"].as_f64().expect("a time"));
    assert!(times[0] < times[1] && done.get("LastDecreaseDateTime").is_none(), "{done}");
    let (began, done) = change(5, 5);
    assert!(began["LastDecreaseDateTime"].is_number(), "{began}");
    let counts = [&began, &done].map(|of| of["NumberOfDecreasesToday"].clone());
    assert_eq!(counts, [json!(0), json!(1)]);
}

fn warm(read: u32, write: u32, status: &str) -> Value {
    json!({ "ReadUnitsPerSecond": read, "WriteUnitsPerSecond": write, "Status": status })
}

#[test]
fn warm_throughput_is_what_was_asked_for_or_what_the_capacity_gives() {
    let described = |provisioned| table_of(&with_global_index(provisioned));
    let provisioned = described(true);
    assert_eq!(provisioned["WarmThroughput"], warm(5, 5, "ACTIVE"));
    assert_eq!(provisioned["GlobalSecondaryIndexes"][0]["WarmThroughput"], warm(1, 2, "ACTIVE"));
    let on_demand = described(false);
    assert_eq!(on_demand["WarmThroughput"], warm(12_000, 4_000, "ACTIVE"));
    assert!(on_demand["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"].is_number(), "{on_demand}");
    let endpoint = Endpoint::new(Limits::All);
    let mut table = orders();
    let created = |table: &Value| ask(&endpoint, "CreateTable", table).1["TableDescription"]["WarmThroughput"].clone();
    table["WarmThroughput"] = json!({ "ReadUnitsPerSecond": 20_000, "WriteUnitsPerSecond": 8_000 });
    assert_eq!(created(&table), warm(20_000, 8_000, "UPDATING"));
    table["TableName"] = "others".into();
    table["WarmThroughput"] = Value::Null;
    assert_eq!(created(&table), Value::Null, "it is not told before the table is there");
    endpoint.sleep(crate::base::SimDuration::from_secs(1));
    assert_eq!(table_of(&endpoint)["WarmThroughput"], warm(20_000, 8_000, "ACTIVE"));
}

#[test]
fn of_a_table_that_goes_the_shape_is_not_told() {
    let endpoint = with_global_index(true);
    let (_, answer) = ask(&endpoint, "DeleteTable", &json!({ "TableName": "orders" }));
    let told: Vec<&str> = answer["TableDescription"].as_object().expect("a table").keys().map(String::as_str).collect();
    let expected = [
        "DeletionProtectionEnabled",
        "ItemCount",
        "ProvisionedThroughput",
        "TableArn",
        "TableId",
        "TableName",
        "TableSizeBytes",
        "TableStatus",
    ];
    assert_eq!(told, expected);
}

#[test]
fn batches_are_told_of_their_types_and_constraints_as_the_other_calls_are() {
    let endpoint = Endpoint::new(Limits::All);
    let serialization = |operation: &str, items: Value| {
        let told = refusal(&endpoint, operation, &json!({ "RequestItems": items }));
        told.strip_prefix("SerializationException: ").unwrap_or(&told).to_owned()
    };
    let shapes = "com.amazonaws.dynamodb.v20120810.";
    let class = |of: &str| format!("Unrecognized collection type {of}").replace("C.", shapes);
    let map = |of: &str| class(&format!("java.util.Map<java.lang.String, {of}>"));
    let cast = "class sun.reflect.generics.reflectiveObjects.ParameterizedTypeImpl cannot be cast to class";
    let structure = "Start of structure or map found where not expected";
    for (items, told) in [
        (json!([]), map("C.KeysAndAttributes")),
        (json!("x"), "Unexpected field type".into()),
        (json!({ "abc": "x" }), "Unexpected value type in payload".into()),
        (json!({ "abc": [] }), class("class C.KeysAndAttributes")),
        (json!({ "abc": { "Keys": "x" } }), "Unexpected field type".into()),
        (json!({ "abc": { "Keys": ["x"] } }), cast.into()),
        (json!({ "abc": { "Keys": [[]] } }), map("C.AttributeValue")),
    ] {
        let found = serialization("BatchGetItem", items.clone());
        assert!(found.starts_with(&told), "{items}: {found}");
    }
    for (items, told) in [
        (json!([]), map("java.util.List<C.WriteRequest>")),
        (json!({ "abc": "x" }), cast.into()),
        (json!({ "abc": {} }), structure.into()),
        (json!({ "abc": ["x"] }), "Unexpected value type in payload".into()),
        (json!({ "abc": [[]] }), class("class C.WriteRequest")),
        (json!({ "abc": [{ "PutRequest": "x" }] }), "Unexpected field type".into()),
        (json!({ "abc": [{ "PutRequest": [] }] }), class("class C.PutRequest")),
    ] {
        let found = serialization("BatchWriteItem", items.clone());
        assert!(found.starts_with(&told), "{items}: {found}");
    }
    let constraint = |operation: &str, items: Value| {
        let told = refusal(&endpoint, operation, &json!({ "RequestItems": items }));
        let prefix = "ValidationException: 1 validation error detected: Value ";
        told.strip_prefix(prefix).unwrap_or(&told).replace(" failed to satisfy constraint", "")
    };
    let names = "Map keys must satisfy constraint: [Member must have length less than or equal to 255, Member must \
                 have length greater than or equal to 3, Member must satisfy regular expression pattern: \
                 [a-zA-Z0-9_.-]+]";
    assert!(constraint("BatchGetItem", json!({ "a": { "Keys": [{}] } })).ends_with(names));
    assert_eq!(
        constraint("BatchGetItem", json!({ "abc": {} })),
        "null at 'requestItems.abc.member.keys': Member must not be null"
    );
    assert_eq!(
        constraint("BatchGetItem", json!({ "abc": { "Keys": [] } })),
        "'[]' at 'requestItems.abc.member.keys': Member must have length greater than or equal to 1"
    );
    assert_eq!(
        constraint("BatchWriteItem", json!({ "abc": [{ "PutRequest": {} }] })),
        "null at 'requestItems.abc.member.1.member.putRequest.item': Member must not be null"
    );
    let lengths = "Map value must satisfy constraint: [Member must have length less than or equal to 25, Member must \
                   have length greater than or equal to 1]";
    assert!(constraint("BatchWriteItem", json!({ "abc": [] })).ends_with(lengths));
}

#[test]
fn what_has_no_output_and_what_was_not_touched_is_not_told() {
    let endpoint = with_orders();
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/orders";
    let tag = json!({ "ResourceArn": arn, "Tags": [{ "Key": "a", "Value": "b" }] });
    assert_eq!(ask(&endpoint, "TagResource", &tag), (200, Value::Null), "an empty body");
    let untag = json!({ "ResourceArn": arn, "TagKeys": ["a"] });
    assert_eq!(ask(&endpoint, "UntagResource", &untag), (200, Value::Null));
    let update = json!({
        "TableName": "orders", "Key": { "customer": { "S": "c" }, "number": { "N": "1" } },
        "UpdateExpression": "REMOVE nothing", "ReturnValues": "UPDATED_NEW",
    });
    assert_eq!(ask(&endpoint, "UpdateItem", &update), (200, json!({})));
    let recover = json!({
        "TableName": "orders", "PointInTimeRecoverySpecification": { "PointInTimeRecoveryEnabled": true },
    });
    let (_, answer) = ask(&endpoint, "UpdateContinuousBackups", &recover);
    let recovery = &answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
    let told = ["PointInTimeRecoveryStatus", "RecoveryPeriodInDays"].map(|name| recovery[name].clone());
    assert_eq!(told, [json!("ENABLED"), json!(35)]);
    assert!(recovery["EarliestRestorableDateTime"].is_number() && recovery["LatestRestorableDateTime"].is_number());
}

#[test]
fn an_attribute_is_defined_once() {
    let endpoint = Endpoint::new(Limits::All);
    let mut table = orders();
    let twice = table["AttributeDefinitions"][0].clone();
    table["AttributeDefinitions"].as_array_mut().expect("a list").push(twice);
    assert_eq!(
        refusal(&endpoint, "CreateTable", &table),
        format!("{INVALID}AttributeDefinitions contains duplicate attribute names: customer")
    );
}
