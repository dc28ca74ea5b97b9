//! The input shapes of the DynamoDB operations that are here, as the API's model has them
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>).

use crate::aws::protocol::shape::{Member, Pattern, Shape, optional, required};
use crate::aws::protocol::types::{self, Dialect};

pub(in crate::aws::dynamodb) const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

/// How wrong types are told.
pub(in crate::aws::dynamodb) const DIALECT: Dialect = Dialect::Json10 { class_of };

/// The class that a member, or an element of it, would become.
fn class_of(member: &str) -> String {
    let shape = match member {
        "ExpressionAttributeNames" => return "java.lang.String".to_owned(),
        "Expected" => "ExpectedAttributeValue",
        "AttributeUpdates" => "AttributeValueUpdate",
        "QueryFilter" | "ScanFilter" | "KeyConditions" => "Condition",
        "KeySchema" => "KeySchemaElement",
        "AttributeDefinitions" => "AttributeDefinition",
        "Projection" | "ProvisionedThroughput" => member,
        "LocalSecondaryIndexes" => "LocalSecondaryIndex",
        "GlobalSecondaryIndexes" => "GlobalSecondaryIndex",
        "GlobalSecondaryIndexUpdates" => "GlobalSecondaryIndexUpdate",
        "Update" => "UpdateGlobalSecondaryIndexAction",
        "Create" => "CreateGlobalSecondaryIndexAction",
        "Delete" => "DeleteGlobalSecondaryIndexAction",
        "RequestItems" => "KeysAndAttributes",
        types::LISTED => "WriteRequest",
        "PutRequest" | "DeleteRequest" => member,
        _ => "AttributeValue",
    };
    format!("com.amazonaws.dynamodb.v20120810.{shape}")
}

pub(in crate::aws::dynamodb) const TABLE: Member = required(
    "TableName",
    Shape::Text {
        min: 3,
        max: 1024,
        pattern: Some(Pattern { text: "[a-zA-Z0-9_.-]+", matches: |name| is_name(name) || name.starts_with("arn:") }),
    },
);
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b))
}
/// The name of an index, or of a table where it cannot be an ARN.
pub(in crate::aws::dynamodb) const INDEX_NAME: Shape =
    Shape::Text { min: 3, max: 255, pattern: Some(Pattern { text: "[a-zA-Z0-9_.-]+", matches: is_name }) };
pub(in crate::aws::dynamodb) const NAME: Shape = text(1, 255);
pub(in crate::aws::dynamodb) const ATTRIBUTE: Shape = text(0, 65_535);
pub(in crate::aws::dynamodb) const EXPRESSION: Shape = text(0, 1 << 20);
/// What a value holds is checked where it is read; here, that each member has its type.
static ATTRIBUTE_VALUE: Shape = Shape::Structure(&VALUE_MEMBERS);
static VALUE_MEMBERS: [Member; 10] = [
    optional("S", ANY_TEXT),
    optional("N", ANY_TEXT),
    optional("B", ANY_BLOB),
    optional("BOOL", Shape::Boolean),
    optional("NULL", Shape::Boolean),
    optional("SS", list_of(&ANY_TEXT)),
    optional("NS", list_of(&ANY_TEXT)),
    optional("BS", list_of(&ANY_BLOB)),
    optional("L", list_of(&ATTRIBUTE_VALUE)),
    optional("M", map_of(&ATTRIBUTE_VALUE)),
];
const ANY_TEXT: Shape = text(0, usize::MAX >> 1);
const ANY_BLOB: Shape = Shape::Blob { max: usize::MAX >> 1 };

const fn list_of(of: &'static Shape) -> Shape {
    Shape::List { of, min: 0, max: usize::MAX >> 1 }
}
const fn map_of(value: &'static Shape) -> Shape {
    Shape::TextMap { key: &ANY_TEXT, value, min: 0, max: usize::MAX >> 1 }
}

pub(in crate::aws::dynamodb) const VALUES: Shape = map_of(&ATTRIBUTE_VALUE);
const COMPARISON: Shape = Shape::Word(&[
    "IN",
    "NULL",
    "BETWEEN",
    "LT",
    "NOT_CONTAINS",
    "EQ",
    "GT",
    "NOT_NULL",
    "NE",
    "LE",
    "BEGINS_WITH",
    "GE",
    "CONTAINS",
]);
/// KeyConditions, QueryFilter and ScanFilter.
pub(in crate::aws::dynamodb) const CONDITIONS: Shape = map_of(&CONDITION_OF);
static CONDITION_OF: Shape = Shape::Structure(&CONDITION_MEMBERS);
static CONDITION_MEMBERS: [Member; 2] =
    [optional("AttributeValueList", list_of(&ATTRIBUTE_VALUE)), required("ComparisonOperator", COMPARISON)];
pub(in crate::aws::dynamodb) const UPDATES: Shape = map_of(&UPDATE_OF);
static UPDATE_OF: Shape = Shape::Structure(&UPDATE_MEMBERS);
static UPDATE_MEMBERS: [Member; 2] =
    [optional("Value", Shape::Structure(&VALUE_MEMBERS)), optional("Action", Shape::Word(&["ADD", "DELETE", "PUT"]))];
pub(in crate::aws::dynamodb) const NAMES: Shape =
    Shape::TextMap { key: &text(0, 65_535), value: &ATTRIBUTE, min: 0, max: 65_535 };
pub(in crate::aws::dynamodb) const RETURN_CONSUMED: Member =
    optional("ReturnConsumedCapacity", Shape::Word(&["INDEXES", "TOTAL", "NONE"]));
pub(in crate::aws::dynamodb) const RETURN_METRICS: Member =
    optional("ReturnItemCollectionMetrics", Shape::Word(&["SIZE", "NONE"]));
pub(in crate::aws::dynamodb) const RETURN_VALUES: Member =
    optional("ReturnValues", Shape::Word(&["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"]));
pub(in crate::aws::dynamodb) const RETURN_ON_FAILURE: Member =
    optional("ReturnValuesOnConditionCheckFailure", Shape::Word(&["ALL_OLD", "NONE"]));
pub(in crate::aws::dynamodb) const CONDITIONAL: Member = optional("ConditionalOperator", Shape::Word(&["OR", "AND"]));
pub(in crate::aws::dynamodb) const CONDITION: Member = optional("ConditionExpression", EXPRESSION);
pub(in crate::aws::dynamodb) const FILTER: Member = optional("FilterExpression", EXPRESSION);
pub(in crate::aws::dynamodb) const PROJECTION: Member = optional("ProjectionExpression", EXPRESSION);
pub(in crate::aws::dynamodb) const EXPRESSION_NAMES: Member = optional("ExpressionAttributeNames", NAMES);
pub(in crate::aws::dynamodb) const EXPRESSION_VALUES: Member = optional("ExpressionAttributeValues", VALUES);
pub(in crate::aws::dynamodb) const EXPECTED: Member = optional("Expected", map_of(&EXPECTED_OF));
static EXPECTED_OF: Shape = Shape::Structure(&EXPECTED_MEMBERS);
static EXPECTED_MEMBERS: [Member; 4] = [
    optional("Value", Shape::Structure(&VALUE_MEMBERS)),
    optional("Exists", Shape::Boolean),
    optional("ComparisonOperator", COMPARISON),
    optional("AttributeValueList", list_of(&ATTRIBUTE_VALUE)),
];
pub(in crate::aws::dynamodb) const ATTRIBUTES: Shape = Shape::List { of: &ATTRIBUTE, min: 1, max: 255 };
pub(in crate::aws::dynamodb) const TO_GET: Member = optional("AttributesToGet", ATTRIBUTES);
pub(in crate::aws::dynamodb) const CONSISTENT: Member = optional("ConsistentRead", Shape::Boolean);
pub(in crate::aws::dynamodb) const KEY: Member = required("Key", VALUES);
pub(in crate::aws::dynamodb) const LIMIT: Member = optional("Limit", Shape::Integer { min: 1, max: i32::MAX as i64 });
pub(in crate::aws::dynamodb) const START: Member = optional("ExclusiveStartKey", VALUES);
pub(in crate::aws::dynamodb) const INDEX: Member = optional("IndexName", INDEX_NAME);
pub(in crate::aws::dynamodb) const SELECT: Member =
    optional("Select", Shape::Word(&["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]));
pub(in crate::aws::dynamodb) const KEY_SCHEMA: Shape = Shape::List {
    of: &Shape::Structure(&[required("AttributeName", NAME), required("KeyType", Shape::Word(&["HASH", "RANGE"]))]),
    min: 1,
    max: 2,
};
pub(in crate::aws::dynamodb) const DEFINITIONS: Shape = Shape::List {
    of: &Shape::Structure(&[required("AttributeName", NAME), required("AttributeType", Shape::Word(&["B", "N", "S"]))]),
    min: 0,
    max: 100,
};
pub(in crate::aws::dynamodb) const UNITS: Shape = Shape::Integer { min: 1, max: i64::MAX };
pub(in crate::aws::dynamodb) const THROUGHPUT: Shape =
    Shape::Structure(&[required("ReadCapacityUnits", UNITS), required("WriteCapacityUnits", UNITS)]);
const WARM_UNITS: Shape = Shape::Integer { min: 1, max: i64::MAX };
pub(in crate::aws::dynamodb) const WARM: Member = optional(
    "WarmThroughput",
    Shape::Structure(&[optional("ReadUnitsPerSecond", WARM_UNITS), optional("WriteUnitsPerSecond", WARM_UNITS)]),
);
pub(in crate::aws::dynamodb) const ENCRYPTION: Member = optional(
    "SSESpecification",
    Shape::Structure(&[
        optional("Enabled", Shape::Boolean),
        optional("SSEType", Shape::Word(&["AES256", "KMS"])),
        optional("KMSMasterKeyId", ANY_TEXT),
    ]),
);
pub(in crate::aws::dynamodb) const SHOWN: Shape = Shape::Structure(&[
    optional("ProjectionType", Shape::Word(&["ALL", "INCLUDE", "KEYS_ONLY"])),
    optional("NonKeyAttributes", Shape::List { of: &NAME, min: 1, max: 20 }),
]);
pub(in crate::aws::dynamodb) const BILLING: Member =
    optional("BillingMode", Shape::Word(&["PROVISIONED", "PAY_PER_REQUEST"]));
pub(in crate::aws::dynamodb) const NEW_INDEX: Shape = Shape::Structure(&[
    required("IndexName", INDEX_NAME),
    required("KeySchema", KEY_SCHEMA),
    required("Projection", SHOWN),
    optional("ProvisionedThroughput", THROUGHPUT),
    WARM,
]);
/// More elements than a list may have: how many are too many is told in other words.
pub(in crate::aws::dynamodb) const MANY: usize = usize::MAX >> 1;
pub(in crate::aws::dynamodb) const NEW_LOCAL_INDEX: Shape = Shape::Structure(&[
    required("IndexName", INDEX_NAME),
    required("KeySchema", KEY_SCHEMA),
    required("Projection", SHOWN),
]);
pub(in crate::aws::dynamodb) const STREAM_SPECIFICATION: Member = optional(
    "StreamSpecification",
    Shape::Structure(&[
        required("StreamEnabled", Shape::Boolean),
        optional("StreamViewType", Shape::Word(&["NEW_IMAGE", "OLD_IMAGE", "NEW_AND_OLD_IMAGES", "KEYS_ONLY"])),
    ]),
);
pub(in crate::aws::dynamodb) const INDEX_UPDATE: Shape = Shape::Structure(&[
    optional(
        "Update",
        Shape::Structure(&[required("IndexName", INDEX_NAME), optional("ProvisionedThroughput", THROUGHPUT)]),
    ),
    optional("Create", NEW_INDEX),
    optional("Delete", Shape::Structure(&[required("IndexName", INDEX_NAME)])),
]);
/// The tables of a batch.
pub(in crate::aws::dynamodb) const TABLE_NAME: Shape = Shape::Text {
    min: 3,
    max: 255,
    pattern: Some(Pattern { text: "[a-zA-Z0-9_.-]+", matches: |name| is_name(name) || name.starts_with("arn:") }),
};
pub(in crate::aws::dynamodb) const KEYS_AND_ATTRIBUTES: Shape = Shape::Structure(&[
    required("Keys", Shape::List { of: &VALUES, min: 1, max: 100 }),
    TO_GET,
    CONSISTENT,
    PROJECTION,
    EXPRESSION_NAMES,
]);
pub(in crate::aws::dynamodb) const WRITE_REQUESTS: Shape = Shape::List {
    of: &Shape::Structure(&[
        optional("PutRequest", Shape::Structure(&[required("Item", VALUES)])),
        optional("DeleteRequest", Shape::Structure(&[KEY])),
    ]),
    min: 1,
    max: 25,
};
pub(in crate::aws::dynamodb) const TAGS: Shape = Shape::List {
    of: &Shape::Structure(&[required("Key", text(1, 128)), required("Value", text(0, 256))]),
    min: 0,
    max: 200,
};
pub(in crate::aws::dynamodb) const RESOURCE: Member = required("ResourceArn", text(1, 1283));
pub(in crate::aws::dynamodb) const TRANSACT_WRITE: Shape = Shape::Structure(&[
    optional("ConditionCheck", Shape::Structure(&[KEY, TABLE, required("ConditionExpression", EXPRESSION)])),
    optional("Put", Shape::Structure(&[required("Item", VALUES), TABLE, CONDITION])),
    optional("Delete", Shape::Structure(&[KEY, TABLE, CONDITION])),
    optional("Update", Shape::Structure(&[KEY, TABLE, required("UpdateExpression", EXPRESSION), CONDITION])),
]);
