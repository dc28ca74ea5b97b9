//! The input shapes of the DynamoDB operations that are here, as the API's model has them
//! (<https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>).

use crate::aws::protocol::shape::{Member, Shape, optional, required};

const fn text(min: usize, max: usize) -> Shape {
    Shape::Text { min, max, pattern: None }
}

const TABLE: Member = required("TableName", text(1, 1024));
const NAME: Shape = text(1, 255);
const ATTRIBUTE: Shape = text(0, 65_535);
const EXPRESSION: Shape = text(0, 1 << 20);
/// Attribute values have a check of their own.
const VALUES: Shape = Shape::TextMap { key: &ATTRIBUTE, value: &Shape::Any, min: 0, max: 65_535 };
const NAMES: Shape = Shape::TextMap { key: &text(0, 65_535), value: &ATTRIBUTE, min: 0, max: 65_535 };
const RETURN_CONSUMED: Member = optional("ReturnConsumedCapacity", Shape::Word(&["INDEXES", "TOTAL", "NONE"]));
const RETURN_METRICS: Member = optional("ReturnItemCollectionMetrics", Shape::Word(&["SIZE", "NONE"]));
const RETURN_VALUES: Member =
    optional("ReturnValues", Shape::Word(&["ALL_NEW", "UPDATED_OLD", "ALL_OLD", "NONE", "UPDATED_NEW"]));
const RETURN_ON_FAILURE: Member = optional("ReturnValuesOnConditionCheckFailure", Shape::Word(&["ALL_OLD", "NONE"]));
const CONDITIONAL: Member = optional("ConditionalOperator", Shape::Word(&["OR", "AND"]));
const CONDITION: Member = optional("ConditionExpression", EXPRESSION);
const FILTER: Member = optional("FilterExpression", EXPRESSION);
const PROJECTION: Member = optional("ProjectionExpression", EXPRESSION);
const EXPRESSION_NAMES: Member = optional("ExpressionAttributeNames", NAMES);
const EXPRESSION_VALUES: Member = optional("ExpressionAttributeValues", VALUES);
const EXPECTED: Member = optional("Expected", VALUES);
const ATTRIBUTES: Shape = Shape::List { of: &ATTRIBUTE, min: 1, max: usize::MAX >> 1 };
const TO_GET: Member = optional("AttributesToGet", ATTRIBUTES);
const CONSISTENT: Member = optional("ConsistentRead", Shape::Boolean);
const KEY: Member = required("Key", VALUES);
const LIMIT: Member = optional("Limit", Shape::Integer { min: 1, max: i32::MAX as i64 });
const START: Member = optional("ExclusiveStartKey", VALUES);
const INDEX: Member = optional("IndexName", text(3, 255));
const SELECT: Member =
    optional("Select", Shape::Word(&["SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES"]));
const KEY_SCHEMA: Shape = Shape::List {
    of: &Shape::Structure(&[required("AttributeName", NAME), required("KeyType", Shape::Word(&["HASH", "RANGE"]))]),
    min: 1,
    max: 2,
};
const DEFINITIONS: Shape = Shape::List {
    of: &Shape::Structure(&[required("AttributeName", NAME), required("AttributeType", Shape::Word(&["B", "N", "S"]))]),
    min: 0,
    max: 100,
};
const UNITS: Shape = Shape::Integer { min: 1, max: i64::MAX };
const THROUGHPUT: Shape =
    Shape::Structure(&[required("ReadCapacityUnits", UNITS), required("WriteCapacityUnits", UNITS)]);
const SHOWN: Shape = Shape::Structure(&[
    optional("ProjectionType", Shape::Word(&["ALL", "INCLUDE", "KEYS_ONLY"])),
    optional("NonKeyAttributes", Shape::List { of: &NAME, min: 1, max: 20 }),
]);
const BILLING: Member = optional("BillingMode", Shape::Word(&["PROVISIONED", "PAY_PER_REQUEST"]));
const NEW_INDEX: Shape = Shape::Structure(&[
    required("IndexName", text(3, 255)),
    required("KeySchema", KEY_SCHEMA),
    required("Projection", SHOWN),
    optional("ProvisionedThroughput", THROUGHPUT),
]);
const INDEX_UPDATE: Shape = Shape::Structure(&[
    optional(
        "Update",
        Shape::Structure(&[required("IndexName", text(3, 255)), optional("ProvisionedThroughput", THROUGHPUT)]),
    ),
    optional("Create", NEW_INDEX),
    optional("Delete", Shape::Structure(&[required("IndexName", text(3, 255))])),
]);
const TAGS: Shape = Shape::List {
    of: &Shape::Structure(&[required("Key", text(1, 128)), required("Value", text(0, 256))]),
    min: 0,
    max: 200,
};
const RESOURCE: Member = required("ResourceArn", text(1, 1283));
const TRANSACT_WRITE: Shape = Shape::Structure(&[
    optional("ConditionCheck", Shape::Structure(&[KEY, TABLE, required("ConditionExpression", EXPRESSION)])),
    optional("Put", Shape::Structure(&[required("Item", VALUES), TABLE, CONDITION])),
    optional("Delete", Shape::Structure(&[KEY, TABLE, CONDITION])),
    optional("Update", Shape::Structure(&[KEY, TABLE, required("UpdateExpression", EXPRESSION), CONDITION])),
]);

/// The members of every operation's input, sorted by operation.
const INPUTS: &[(&str, &[Member])] = &[
    (
        "BatchGetItem",
        &[
            required("RequestItems", Shape::TextMap { key: &text(1, 1024), value: &Shape::Any, min: 1, max: 100 }),
            RETURN_CONSUMED,
        ],
    ),
    (
        "BatchWriteItem",
        &[
            required("RequestItems", Shape::TextMap { key: &text(1, 1024), value: &Shape::Any, min: 1, max: 25 }),
            RETURN_CONSUMED,
            RETURN_METRICS,
        ],
    ),
    (
        "CreateTable",
        &[
            required("AttributeDefinitions", DEFINITIONS),
            TABLE,
            required("KeySchema", KEY_SCHEMA),
            optional("LocalSecondaryIndexes", Shape::List { of: &Shape::Any, min: 0, max: 5 }),
            optional("GlobalSecondaryIndexes", Shape::List { of: &NEW_INDEX, min: 0, max: 20 }),
            BILLING,
            optional("ProvisionedThroughput", THROUGHPUT),
            optional("Tags", TAGS),
            optional("DeletionProtectionEnabled", Shape::Boolean),
        ],
    ),
    (
        "DeleteItem",
        &[
            TABLE,
            KEY,
            EXPECTED,
            CONDITIONAL,
            RETURN_VALUES,
            RETURN_CONSUMED,
            RETURN_METRICS,
            CONDITION,
            EXPRESSION_NAMES,
            EXPRESSION_VALUES,
            RETURN_ON_FAILURE,
        ],
    ),
    ("DeleteTable", &[TABLE]),
    ("DescribeContinuousBackups", &[TABLE]),
    ("DescribeTable", &[TABLE]),
    ("DescribeTimeToLive", &[TABLE]),
    ("GetItem", &[TABLE, KEY, TO_GET, CONSISTENT, RETURN_CONSUMED, PROJECTION, EXPRESSION_NAMES]),
    (
        "ListTables",
        &[optional("ExclusiveStartTableName", text(1, 255)), optional("Limit", Shape::Integer { min: 1, max: 100 })],
    ),
    ("ListTagsOfResource", &[RESOURCE, optional("NextToken", text(0, 1 << 20))]),
    (
        "PutItem",
        &[
            TABLE,
            required("Item", VALUES),
            EXPECTED,
            RETURN_VALUES,
            RETURN_CONSUMED,
            RETURN_METRICS,
            CONDITIONAL,
            CONDITION,
            EXPRESSION_NAMES,
            EXPRESSION_VALUES,
            RETURN_ON_FAILURE,
        ],
    ),
    (
        "Query",
        &[
            TABLE,
            INDEX,
            SELECT,
            TO_GET,
            LIMIT,
            CONSISTENT,
            optional("KeyConditions", VALUES),
            optional("QueryFilter", VALUES),
            CONDITIONAL,
            optional("ScanIndexForward", Shape::Boolean),
            START,
            RETURN_CONSUMED,
            PROJECTION,
            FILTER,
            optional("KeyConditionExpression", EXPRESSION),
            EXPRESSION_NAMES,
            EXPRESSION_VALUES,
        ],
    ),
    (
        "Scan",
        &[
            TABLE,
            INDEX,
            TO_GET,
            LIMIT,
            SELECT,
            optional("ScanFilter", VALUES),
            CONDITIONAL,
            START,
            RETURN_CONSUMED,
            optional("TotalSegments", Shape::Integer { min: 1, max: 1_000_000 }),
            optional("Segment", Shape::Integer { min: 0, max: 999_999 }),
            PROJECTION,
            FILTER,
            EXPRESSION_NAMES,
            EXPRESSION_VALUES,
            CONSISTENT,
        ],
    ),
    ("TagResource", &[RESOURCE, required("Tags", TAGS)]),
    (
        "TransactWriteItems",
        &[
            required("TransactItems", Shape::List { of: &TRANSACT_WRITE, min: 1, max: 100 }),
            RETURN_CONSUMED,
            RETURN_METRICS,
            optional("ClientRequestToken", text(1, 36)),
        ],
    ),
    ("UntagResource", &[RESOURCE, required("TagKeys", Shape::List { of: &text(1, 128), min: 0, max: 200 })]),
    (
        "UpdateContinuousBackups",
        &[
            TABLE,
            required(
                "PointInTimeRecoverySpecification",
                Shape::Structure(&[required("PointInTimeRecoveryEnabled", Shape::Boolean)]),
            ),
        ],
    ),
    (
        "UpdateItem",
        &[
            TABLE,
            KEY,
            optional("AttributeUpdates", VALUES),
            EXPECTED,
            CONDITIONAL,
            RETURN_VALUES,
            RETURN_CONSUMED,
            RETURN_METRICS,
            optional("UpdateExpression", EXPRESSION),
            CONDITION,
            EXPRESSION_NAMES,
            EXPRESSION_VALUES,
            RETURN_ON_FAILURE,
        ],
    ),
    (
        "UpdateTable",
        &[
            optional("AttributeDefinitions", DEFINITIONS),
            TABLE,
            BILLING,
            optional("ProvisionedThroughput", THROUGHPUT),
            optional("GlobalSecondaryIndexUpdates", Shape::List { of: &INDEX_UPDATE, min: 0, max: 20 }),
            optional("DeletionProtectionEnabled", Shape::Boolean),
        ],
    ),
    (
        "UpdateTimeToLive",
        &[
            TABLE,
            required(
                "TimeToLiveSpecification",
                Shape::Structure(&[required("Enabled", Shape::Boolean), required("AttributeName", NAME)]),
            ),
        ],
    ),
];

/// The members of an operation's input; `None` for an operation that is not here.
pub(super) fn input(operation: &str) -> Option<&'static [Member]> {
    let at = INPUTS.binary_search_by(|(name, _)| (*name).cmp(operation)).ok()?;
    Some(INPUTS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_is_found() {
        assert!(INPUTS.is_sorted_by(|a, b| a.0 < b.0));
        assert!(INPUTS.iter().all(|(name, _)| input(name).is_some()) && input("ExecuteStatement").is_none());
    }
}
