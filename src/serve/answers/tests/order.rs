//! Of a call on items with several mistakes, the one that production tells first. Each list is the order of checks of
//! an operation: a request with every mistake is told the first; once that is mended, the second, and so on.

use serde_json::json;

use super::{Endpoint, Value};
use crate::serve::Limits;

/// One mistake: how the request is mended once it was told, and what was told.
struct Mistake {
    told: &'static str,
    mend: fn(&mut Value),
}

fn refusal(endpoint: &Endpoint, operation: &str, body: &Value) -> String {
    let (status, answer) = endpoint.call(&format!("DynamoDB_20120810.{operation}"), body);
    assert_eq!(status, 400, "{operation} {body}: {answer}");
    let code = answer["__type"].as_str().and_then(|code| code.rsplit('#').next()).unwrap_or_default();
    let message = answer.get("message").or(answer.get("Message")).and_then(Value::as_str).unwrap_or_default();
    match code {
        "ValidationException" => message.to_owned(),
        code => format!("{code}: {message}"),
    }
}

fn told_in_order(endpoint: &Endpoint, operation: &str, mut body: Value, mistakes: &[Mistake]) {
    for Mistake { told, mend } in mistakes {
        assert_eq!(refusal(endpoint, operation, &body), *told, "{operation} {body}");
        mend(&mut body);
    }
    let (status, answer) = endpoint.call(&format!("DynamoDB_20120810.{operation}"), &body);
    assert_eq!(status, 200, "{operation} {body}: {answer}");
}

const MISSING: &str = "ResourceNotFoundException: Requested resource not found";
const SCHEMA: &str = "The provided key element does not match the schema";
const IN_START: &str = "The provided starting key is invalid: The provided key element does not match the schema";
const DUPLICATE: &str = "One or more parameter values were invalid: Duplicate value in attribute name: a";
const EMPTY_VALUE: &str = "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes";
const SCALARS: &str = "Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: ";
const EMPTY_KEY: &str = "One or more parameter values were invalid: The AttributeValue for a key attribute cannot \
                         contain an empty string value. Key: h";

/// A text that a list can hold.
fn leaked(text: String) -> &'static str {
    text.leak()
}

fn invalid(text: &str) -> &'static str {
    leaked(format!("One or more parameter values were invalid: {text}"))
}

fn mistake(told: &'static str, mend: fn(&mut Value)) -> Mistake {
    Mistake { told, mend }
}

/// A table `t00` with the key (h: S, r: N), a local index `local` on (h, l: S), and a global one `global` on (g: S, r)
/// that shows keys only.
fn with_table() -> Endpoint {
    let endpoint = Endpoint::new(Limits::All);
    let key = |name: &str, kind: &str| json!({ "AttributeName": name, "KeyType": kind });
    let keys_only = json!({ "ProjectionType": "KEYS_ONLY" });
    let kinds = [("h", "S"), ("r", "N"), ("l", "S"), ("g", "S")];
    let definitions: Vec<Value> =
        kinds.iter().map(|(name, kind)| json!({ "AttributeName": name, "AttributeType": kind })).collect();
    let table = json!({
        "TableName": "t00", "BillingMode": "PAY_PER_REQUEST", "AttributeDefinitions": definitions,
        "KeySchema": [key("h", "HASH"), key("r", "RANGE")],
        "LocalSecondaryIndexes": [
            { "IndexName": "local", "KeySchema": [key("h", "HASH"), key("l", "RANGE")], "Projection": keys_only },
        ],
        "GlobalSecondaryIndexes": [
            { "IndexName": "global", "KeySchema": [key("g", "HASH"), key("r", "RANGE")], "Projection": keys_only },
        ],
    });
    let (status, answer) = endpoint.call("DynamoDB_20120810.CreateTable", &table);
    assert_eq!(status, 200, "{answer}");
    endpoint.sleep(crate::base::SimDuration::from_secs(1));
    endpoint
}

#[test]
fn of_a_get() {
    let body = json!({
        "TableName": "nope", "Key": { "h": {} }, "AttributesToGet": ["a", "a"],
        "ExpressionAttributeNames": { "#a": "h" },
    });
    told_in_order(
        &with_table(),
        "GetItem",
        body,
        &[
            mistake("ExpressionAttributeNames can only be specified when using expressions", |body| {
                body["ExpressionAttributeNames"] = Value::Null;
            }),
            mistake(EMPTY_VALUE, |body| body["Key"]["h"] = json!({ "S": "" })),
            mistake(DUPLICATE, |body| {
                body["AttributesToGet"] = Value::Null;
                body["ProjectionExpression"] = "#a.b, c".into();
                body["ExpressionAttributeNames"] = json!({ "#a": "h", "#b": "c" });
            }),
            mistake("Value provided in ExpressionAttributeNames unused in expressions: keys: {#b}", |body| {
                body["ExpressionAttributeNames"] = json!({ "#a": "h" });
            }),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake(SCHEMA, |body| body["Key"]["r"] = json!({ "S": "1" })),
            mistake(SCHEMA, |body| body["Key"]["r"] = json!({ "N": "1" })),
            mistake(EMPTY_KEY, |body| body["Key"]["h"] = json!({ "S": "a".repeat(2049) })),
            mistake(invalid("Size of hashkey has exceeded the maximum size limit of2048 bytes"), |body| {
                body["Key"]["h"] = json!({ "S": "a" })
            }),
            mistake(leaked(format!("{SCALARS}Key: h")), |body| body["ExpressionAttributeNames"]["#a"] = "g".into()),
            mistake(leaked(format!("{SCALARS}IndexKey: g")), |body| {
                body["ExpressionAttributeNames"]["#a"] = "x".into();
            }),
        ],
    );
}

#[test]
fn of_a_put() {
    let body = json!({
        "TableName": "nope", "Item": { "h": {} }, "ReturnValues": "ALL_NEW", "Expected": { "a": {} },
        "ConditionExpression": "#a = a b", "ExpressionAttributeValues": {},
    });
    told_in_order(
        &with_table(),
        "PutItem",
        body,
        &[
            mistake(
                "Can not use both expression and non-expression parameters in the same request: \
                 Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
                |body| body["Expected"] = Value::Null,
            ),
            mistake(EMPTY_VALUE, |body| {
                body["Item"] = json!({ "h": { "S": "" }, "l": { "N": "1" }, "big": { "S": "a".repeat(410_000) } });
            }),
            mistake("ReturnValues can only be ALL_OLD or NONE", |body| body["ReturnValues"] = Value::Null),
            mistake("Item size has exceeded the maximum allowed size", |body| body["Item"]["big"] = json!({ "S": "" })),
            mistake("ExpressionAttributeValues must not be empty", |body| {
                body["ExpressionAttributeValues"] = json!({ ":a": {}, "b": {} });
            }),
            mistake("ExpressionAttributeValues contains invalid key: Syntax error; key: \"b\"", |body| {
                body["ExpressionAttributeValues"] = json!({ ":a": {} });
            }),
            mistake(
                "ExpressionAttributeValues contains invalid value: Supplied AttributeValue is empty, must contain \
                 exactly one of the supported datatypes for key :a",
                |body| body["ExpressionAttributeValues"] = Value::Null,
            ),
            mistake("Invalid ConditionExpression: Syntax error; token: \"b\", near: \"a b\"", |body| {
                body["ConditionExpression"] = "#a = a".into();
            }),
            mistake(
                "Invalid ConditionExpression: An expression attribute name used in the document path is not defined; \
             attribute name: #a",
                |body| body["ConditionExpression"] = "attribute_not_exists(a)".into(),
            ),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an \
             empty string value. Key: h",
                |body| body["Item"]["h"] = json!({ "S": "a" }),
            ),
            mistake(invalid("Missing the key r in the item"), |body| body["Item"]["r"] = json!({ "S": "a" })),
            mistake(invalid("Type mismatch for key r expected: N actual: S"), |body| {
                body["Item"]["r"] = json!({ "N": "1" });
            }),
            mistake(invalid("Type mismatch for Index Key l Expected: S Actual: N IndexName: local"), |body| {
                body["Item"]["l"] = json!({ "S": "x" });
            }),
        ],
    );
}

#[test]
fn of_an_update() {
    let body = json!({
        "TableName": "nope", "Key": { "h": {} }, "UpdateExpression": "SET h.x = l[0], l = :n",
        "ConditionExpression": "", "ExpressionAttributeValues": { ":n": { "N": "1" }, ":o": { "N": "1" } },
    });
    told_in_order(
        &with_table(),
        "UpdateItem",
        body,
        &[
            mistake(EMPTY_VALUE, |body| body["Key"]["h"] = json!({ "S": "a" })),
            mistake("Invalid ConditionExpression: The expression can not be empty;", |body| {
                body["ConditionExpression"] = Value::Null;
            }),
            mistake("Value provided in ExpressionAttributeValues unused in expressions: keys: {:o}", |body| {
                body["ExpressionAttributeValues"] = json!({ ":n": { "N": "1" } });
            }),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake(SCHEMA, |body| body["Key"]["r"] = json!({ "N": "1" })),
            mistake(invalid("Cannot update attribute h. This attribute is part of the key"), |body| {
                body["UpdateExpression"] = "SET x = l[0], l = :n".into()
            }),
            mistake(invalid("Type mismatch for Index Key l Expected: S Actual: N IndexName: local"), |body| {
                body["UpdateExpression"] = "SET x = l[0], y = :n".into()
            }),
            mistake(leaked(format!("{SCALARS}IndexKey: l")), |body| {
                body["UpdateExpression"] = "SET x.y = z, y = :n".into();
            }),
            mistake("The provided expression refers to an attribute that does not exist in the item", |body| {
                body["UpdateExpression"] = "SET x.y = :n".into();
            }),
            mistake("The document path provided in the update expression is invalid for update", |body| {
                body["UpdateExpression"] = "SET l = r, y = :n".into();
            }),
            mistake("The update expression attempted to update the secondary index key to unsupported type", |body| {
                body["UpdateExpression"] = "SET y = :n".into();
            }),
        ],
    );
}

#[test]
fn of_a_batch() {
    let endpoint = with_table();
    let key = |h: &str| json!({ "h": { "S": h }, "r": { "N": "1" } });
    let gets = json!({ "RequestItems": {
        "nope": { "Keys": [key("a"), { "r": { "N": "1.0" }, "h": { "S": "a" } }], "AttributesToGet": ["a", "a"] },
    } });
    told_in_order(
        &endpoint,
        "BatchGetItem",
        gets,
        &[
            mistake(DUPLICATE, |body| body["RequestItems"]["nope"]["AttributesToGet"] = Value::Null),
            mistake("Provided list of item keys contains duplicates", |body| {
                body["RequestItems"]["nope"]["Keys"] = json!([{ "h": { "S": "a" } }]);
            }),
            mistake(MISSING, |body| {
                body["RequestItems"] = json!({
                    "t00": { "Keys": [{ "h": { "S": "a" } }], "ProjectionExpression": "h.a" },
                });
            }),
            mistake(SCHEMA, |body| {
                body["RequestItems"]["t00"]["Keys"] = json!([{ "h": { "S": "a" }, "r": { "N": "1" } }]);
            }),
            mistake(leaked(format!("{SCALARS}Key: h")), |body| {
                body["RequestItems"]["t00"]["ProjectionExpression"] = "a".into();
            }),
        ],
    );
    let put = |item: Value| json!({ "PutRequest": { "Item": item } });
    let writes = json!({ "RequestItems": { "nope": [{}, put(json!({ "a": {} }))] } });
    told_in_order(
        &endpoint,
        "BatchWriteItem",
        writes,
        &[
            mistake(
                "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported \
             datatypes",
                |body| body["RequestItems"]["nope"][0] = json!({ "DeleteRequest": { "Key": {} } }),
            ),
            mistake(EMPTY_VALUE, |body| {
                body["RequestItems"]["nope"][1]["PutRequest"]["Item"] = json!({ "a": { "S": "a".repeat(410_000) } });
            }),
            mistake("Item size has exceeded the maximum allowed size", |body| {
                body["RequestItems"]["nope"][1]["PutRequest"]["Item"] = json!({ "h": { "S": "a" } });
            }),
            mistake(MISSING, |body| {
                let key = json!({ "h": { "S": "a" }, "r": { "N": "1" } });
                body["RequestItems"] = json!({ "t00": [
                { "PutRequest": { "Item": { "h": { "S": "a" } } } }, { "DeleteRequest": { "Key": key } },
            ] });
            }),
            mistake(SCHEMA, |body| {
                body["RequestItems"]["t00"][0]["PutRequest"]["Item"]["r"] = json!({ "N": "1" });
            }),
            mistake("Provided list of item keys contains duplicates", |body| {
                body["RequestItems"]["t00"][0]["PutRequest"]["Item"]["r"] = json!({ "N": "2" });
            }),
        ],
    );
}

#[test]
fn of_a_query() {
    let body = json!({
        "TableName": "nope", "IndexName": "none", "ConsistentRead": true, "Select": "ALL_ATTRIBUTES",
        "KeyConditionExpression": "x = :n", "FilterExpression": "g.a = :n OR y.z = :n",
        "ExpressionAttributeValues": { ":n": { "N": "1" } }, "ExclusiveStartKey": { "h": {} },
    });
    let filter = "Filter Expression can only contain non-primary key attributes: Primary key attribute: g";
    told_in_order(
        &with_table(),
        "Query",
        body,
        &[
            mistake(
                "The provided starting key is invalid: Supplied AttributeValue is empty, must contain \
                 exactly one of the supported datatypes",
                |body| body["ExclusiveStartKey"] = json!({ "h": { "S": "a" } }),
            ),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake("The table does not have the specified index: none", |body| body["IndexName"] = "global".into()),
            mistake("Consistent reads are not supported on global secondary indexes", |body| {
                body["ConsistentRead"] = Value::Null;
            }),
            mistake("The provided starting key is invalid", |body| {
                body["ExclusiveStartKey"] = json!({ "h": { "N": "1" }, "x": { "N": "1" }, "r": { "N": "1" } });
            }),
            mistake("The provided starting key is invalid", |body| {
                body["ExclusiveStartKey"] = json!({ "h": { "N": "1" }, "g": { "N": "1" }, "r": { "N": "1" } });
            }),
            mistake(SCHEMA, |body| body["ExclusiveStartKey"]["g"] = json!({ "S": "b" })),
            mistake("Query condition missed key schema element: g", |body| {
                body["KeyConditionExpression"] = "g > :n".into();
            }),
            mistake(
                "One or more parameter values were invalid: Condition parameter type does not match schema type",
                |body| {
                    body["ExpressionAttributeValues"][":a"] = json!({ "S": "a" });
                    body["KeyConditionExpression"] = "g > :a".into();
                },
            ),
            mistake("Query key condition not supported", |body| {
                body["KeyConditionExpression"] = "g = :a and r > :n".into()
            }),
            mistake(IN_START, |body| body["ExclusiveStartKey"]["h"] = json!({ "S": "a" })),
            mistake("The provided starting key does not match the range key predicate", |body| {
                body["ExclusiveStartKey"]["r"] = json!({ "N": "2" });
            }),
            mistake("The query can return at most one row and cannot be restarted", |body| {
                body["KeyConditionExpression"] = "g = :a".into();
            }),
            mistake("The provided starting key is outside query boundaries based on provided conditions", |body| {
                body["ExclusiveStartKey"]["g"] = json!({ "S": "a" });
            }),
            mistake(filter, |body| body["FilterExpression"] = "l.z = :n".into()),
            mistake(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global \
             secondary index global because its projection type is not ALL",
                |body| {
                    body["Select"] = Value::Null;
                    body["ProjectionExpression"] = "h.a".into();
                },
            ),
            mistake(leaked(format!("{SCALARS}Key: h")), |body| body["ProjectionExpression"] = "a".into()),
            mistake(leaked(format!("{SCALARS}IndexKey: l")), |body| body["FilterExpression"] = "x = :n".into()),
        ],
    );
}

#[test]
fn of_a_query_with_the_older_parameters() {
    let condition =
        |operator: &str, values: Value| json!({ "ComparisonOperator": operator, "AttributeValueList": values });
    let body = json!({
        "TableName": "nope", "QueryFilter": { "x": condition("BETWEEN", json!([{ "N": "2" }])) },
        "AttributesToGet": ["a", "a"],
    });
    told_in_order(
        &with_table(),
        "Query",
        body,
        &[
            mistake(invalid("Invalid number of argument(s) for the BETWEEN ComparisonOperator"), |body| {
                body["QueryFilter"]["x"]["AttributeValueList"] = json!([{ "N": "2" }, { "S": "1" }]);
            }),
            mistake(invalid("AttributeValues inside AttributeValueList must be of same type"), |body| {
                body["QueryFilter"]["x"]["AttributeValueList"] = json!([{ "L": [] }, { "L": [] }]);
            }),
            mistake(invalid("ComparisonOperator BETWEEN is not valid for L AttributeValue type"), |body| {
                body["QueryFilter"]["x"]["AttributeValueList"] = json!([{ "N": "2" }, { "N": "1" }]);
            }),
            mistake(
                "The BETWEEN condition was provided a range where the lower bound is greater than the upper bound",
                |body| {
                    body["QueryFilter"] =
                        json!({ "h": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }] } });
                },
            ),
            mistake(DUPLICATE, |body| body["AttributesToGet"] = Value::Null),
            mistake(
                "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.",
                |body| body["KeyConditions"] = json!({}),
            ),
            mistake("Conditions can be of length 1 or 2 only", |body| {
                body["KeyConditions"] = json!({
                    "h": { "ComparisonOperator": "NOT_NULL" },
                    "r": { "ComparisonOperator": "CONTAINS", "AttributeValueList": [{ "N": "1" }] },
                });
            }),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake("Attempted conditional constraint is not an indexable operation", |body| {
                body["KeyConditions"]["h"] =
                    json!({ "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }] });
            }),
            mistake("Attempted conditional constraint is not an indexable operation", |body| {
                body["KeyConditions"] =
                    json!({ "h": { "ComparisonOperator": "EQ", "AttributeValueList": [{ "S": "a" }] } });
            }),
            mistake("QueryFilter can only contain non-primary key attributes: Primary key attribute: h", |body| {
                body["QueryFilter"] = Value::Null;
            }),
        ],
    );
}

#[test]
fn of_a_scan() {
    let body = json!({
        "TableName": "nope", "IndexName": "none", "ConsistentRead": true, "Select": "ALL_ATTRIBUTES",
        "FilterExpression": "g.a = :n", "ExclusiveStartKey": { "h": { "S": "a" } }, "Segment": 4,
    });
    let mend_start: fn(&mut Value) = |body| body["ExclusiveStartKey"]["h"] = json!({ "S": "a" });
    told_in_order(
        &with_table(),
        "Scan",
        body,
        &[
            mistake(
                "The TotalSegments parameter is required but was not present in the request when Segment parameter is \
             present",
                |body| body["TotalSegments"] = 4.into(),
            ),
            mistake(
                "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 4 is not \
                 less than TotalSegments: 4",
                |body| (body["Segment"], body["TotalSegments"]) = (Value::Null, Value::Null),
            ),
            mistake(
                "Invalid FilterExpression: An expression attribute value used in expression is not defined; attribute \
             value: :n",
                |body| body["ExpressionAttributeValues"] = json!({ ":n": { "N": "1" } }),
            ),
            mistake(MISSING, |body| body["TableName"] = "t00".into()),
            mistake("The table does not have the specified index: none", |body| body["IndexName"] = "global".into()),
            mistake("Consistent reads are not supported on global secondary indexes", |body| {
                body["ConsistentRead"] = Value::Null;
            }),
            mistake("The provided starting key is invalid", |body| {
                body["ExclusiveStartKey"] = json!({ "h": { "N": "1" }, "g": { "N": "1" }, "r": { "N": "1" } });
            }),
            mistake(SCHEMA, |body| body["ExclusiveStartKey"]["g"] = json!({ "S": "b" })),
            mistake(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global \
             secondary index global because its projection type is not ALL",
                |body| body["Select"] = Value::Null,
            ),
            mistake(IN_START, mend_start),
            mistake(leaked(format!("{SCALARS}IndexKey: g")), |body| {
                body["FilterExpression"] = "h = :n".into();
                body["IndexName"] = Value::Null;
            }),
            mistake(IN_START, |body| body["ExclusiveStartKey"] = json!({ "h": { "S": "a" }, "r": { "N": "1" } })),
        ],
    );
}

#[test]
fn of_a_segment_that_another_page_is_of() {
    let endpoint = with_table();
    let scan = |segment: u32| {
        json!({
            "TableName": "t00", "Segment": segment, "TotalSegments": 2,
            "ExclusiveStartKey": { "h": { "S": "a" }, "r": { "N": "1" } },
        })
    };
    let wrong = [0, 1].map(|segment| endpoint.call("DynamoDB_20120810.Scan", &scan(segment)));
    let told: Vec<&str> = wrong.iter().filter_map(|(_, answer)| answer["message"].as_str()).collect();
    assert_eq!(told.len(), 1, "the key is of one segment");
    assert!(told[0].starts_with(
        "The provided starting key is invalid: Invalid ExclusiveStartKey. Please use ExclusiveStartKey with correct \
         Segment. TotalSegments: 2 Segment: "
    ));
}
