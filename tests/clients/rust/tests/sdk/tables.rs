//! DynamoDB: tables, items, conditions, queries, pages, transactions.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::client::Waiters;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, AttributeValue, BillingMode, ConditionCheck, KeySchemaElement, KeyType, ProvisionedThroughput,
    Put, ReturnValue, ReturnValuesOnConditionCheckFailure, ScalarAttributeType, TableStatus, TransactWriteItem,
};

use crate::support::Endpoint;

fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

fn number(number: u32) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

/// Creates a table and waits until it is ACTIVE.
async fn create(dynamodb: &Client, name: &str, keys: &[(&str, ScalarAttributeType, KeyType)], units: Option<i64>) {
    let mut create = dynamodb.create_table().table_name(name);
    for (name, of, kind) in keys {
        let attribute = AttributeDefinition::builder().attribute_name(*name).attribute_type(of.clone());
        let key = KeySchemaElement::builder().attribute_name(*name).key_type(kind.clone());
        create = create.attribute_definitions(attribute.build().expect("all of it"));
        create = create.key_schema(key.build().expect("all of it"));
    }
    let throughput = |units| ProvisionedThroughput::builder().read_capacity_units(units).write_capacity_units(units);
    let create = match units {
        Some(units) => create.provisioned_throughput(throughput(units).build().expect("all of it")),
        None => create.billing_mode(BillingMode::PayPerRequest),
    };
    create.send().await.expect("the name is free");
    let exists = dynamodb.wait_until_table_exists().table_name(name).wait(Duration::from_secs(60)).await;
    let described = exists.expect("it becomes ACTIVE").into_result().expect("an answer");
    assert_eq!(described.table().and_then(|table| table.table_status()), Some(&TableStatus::Active));
}

async fn create_leases(dynamodb: &Client) {
    create(dynamodb, "leases", &[("leaseKey", ScalarAttributeType::S, KeyType::Hash)], None).await;
}

#[tokio::test]
async fn a_failed_condition_brings_the_item_along() {
    let endpoint = Endpoint::start();
    let dynamodb = endpoint.dynamodb();
    create_leases(&dynamodb).await;
    let put = dynamodb.put_item().table_name("leases").item("leaseKey", text("a")).item("count", number(1));
    put.send().await.expect("put");
    let renew = |from: u32| {
        let update =
            dynamodb.update_item().table_name("leases").key("leaseKey", text("a")).return_values(ReturnValue::AllNew);
        update
            .update_expression("SET #count = :next, renewed = list_append(if_not_exists(renewed, :none), :now)")
            .condition_expression("#count = :from AND attribute_exists(leaseKey)")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":from", number(from))
            .expression_attribute_values(":next", number(from + 1))
            .expression_attribute_values(":none", AttributeValue::L(Vec::new()))
            .expression_attribute_values(":now", AttributeValue::L(vec![number(from)]))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld)
            .send()
    };
    let renewed = renew(1).await.expect("the count is 1");
    assert_eq!(renewed.attributes().and_then(|item| item.get("count")), Some(&number(2)));
    match renew(1).await.expect_err("the count is 2").into_service_error() {
        UpdateItemError::ConditionalCheckFailedException(failed) => {
            let item = failed.item().expect("the item was asked for");
            assert_eq!((&item["count"], &item["renewed"]), (&number(2), &AttributeValue::L(vec![number(1)])));
        }
        error => panic!("not a failed condition: {error:?}"),
    }
    let deleted = dynamodb.delete_item().table_name("leases").key("leaseKey", text("a"));
    let deleted = deleted.return_values(ReturnValue::AllOld).send().await.expect("deleted");
    assert!(deleted.attributes().is_some_and(|item| item.len() == 3));
    let got = dynamodb.get_item().table_name("leases").key("leaseKey", text("a")).consistent_read(true).send().await;
    assert_eq!(got.expect("read").item(), None);
}

#[tokio::test]
async fn every_type_of_value_comes_back_as_it_was() {
    let endpoint = Endpoint::start();
    let dynamodb = endpoint.dynamodb();
    create_leases(&dynamodb).await;
    let blob = |bytes: &[u8]| aws_sdk_dynamodb::primitives::Blob::new(bytes);
    let item = HashMap::from([
        ("leaseKey".to_owned(), text("é")),
        ("n".to_owned(), AttributeValue::N("-1.5".to_owned())),
        ("b".to_owned(), AttributeValue::B(blob(&[0, 255]))),
        ("yes".to_owned(), AttributeValue::Bool(true)),
        ("nothing".to_owned(), AttributeValue::Null(true)),
        ("ss".to_owned(), AttributeValue::Ss(vec!["a".to_owned(), "b".to_owned()])),
        ("ns".to_owned(), AttributeValue::Ns(vec!["1".to_owned(), "2".to_owned()])),
        ("bs".to_owned(), AttributeValue::Bs(vec![blob(b"x")])),
        ("m".to_owned(), AttributeValue::M(HashMap::from([("in".to_owned(), AttributeValue::L(vec![text("side")]))]))),
    ]);
    dynamodb.put_item().table_name("leases").set_item(Some(item.clone())).send().await.expect("put");
    let got = dynamodb.get_item().table_name("leases").key("leaseKey", text("é")).consistent_read(true).send().await;
    assert_eq!(got.expect("read").item(), Some(&item));
}

#[tokio::test]
async fn queries_and_scans_are_paged() {
    let endpoint = Endpoint::start();
    let dynamodb = endpoint.dynamodb();
    let keys = [("user", ScalarAttributeType::S, KeyType::Hash), ("n", ScalarAttributeType::N, KeyType::Range)];
    create(&dynamodb, "pages", &keys, None).await;
    for n in 0..10 {
        let put = dynamodb.put_item().table_name("pages").item("user", text("u")).item("n", number(n));
        put.item("even", AttributeValue::Bool(n % 2 == 0)).send().await.expect("put");
    }
    let query = dynamodb.query().table_name("pages").consistent_read(true).scan_index_forward(false).limit(3);
    let query = query
        .key_condition_expression("#user = :u AND n BETWEEN :low AND :high")
        .filter_expression("even = :yes")
        .expression_attribute_names("#user", "user")
        .expression_attribute_values(":u", text("u"))
        .expression_attribute_values(":low", number(2))
        .expression_attribute_values(":high", number(8))
        .expression_attribute_values(":yes", AttributeValue::Bool(true));
    let items: Vec<_> = query.into_paginator().items().send().try_collect().await.expect("every page");
    assert_eq!(items.iter().map(|item| item["n"].clone()).collect::<Vec<_>>(), [8, 6, 4, 2].map(number));
    let scan = dynamodb.scan().table_name("pages").consistent_read(true).limit(4).into_paginator().send();
    let pages: Vec<_> = scan.try_collect().await.expect("every page");
    assert_eq!(pages.iter().map(|page| page.count()).collect::<Vec<_>>(), [4, 4, 2]);
    let tables = dynamodb.list_tables().into_paginator().items().send().try_collect().await;
    assert_eq!(tables.expect("every page"), ["pages"]);
}

#[tokio::test]
async fn errors_are_of_the_type_that_the_model_names() {
    let endpoint = Endpoint::start();
    let dynamodb = endpoint.dynamodb();
    create_leases(&dynamodb).await;
    let error = dynamodb.describe_table().table_name("nowhere").send().await.expect_err("no such table");
    assert!(error.as_service_error().is_some_and(|e| e.is_resource_not_found_exception()), "{error:?}");
    let put = Put::builder().table_name("leases").item("leaseKey", text("a")).build().expect("all of it");
    let check = ConditionCheck::builder().table_name("leases").key("leaseKey", text("b"));
    let check = check.condition_expression("attribute_exists(leaseKey)").build().expect("all of it");
    let put = TransactWriteItem::builder().put(put).build();
    let check = TransactWriteItem::builder().condition_check(check).build();
    let error = dynamodb.transact_write_items().transact_items(put).transact_items(check).send().await;
    match error.expect_err("b is not there").into_service_error() {
        aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError::TransactionCanceledException(e) => {
            let codes: Vec<_> =
                e.cancellation_reasons().iter().map(|reason| reason.code().unwrap_or_default()).collect();
            assert_eq!(codes, ["None", "ConditionalCheckFailed"]);
        }
        error => panic!("not cancelled: {error:?}"),
    }
    create(&dynamodb, "starved", &[("k", ScalarAttributeType::S, KeyType::Hash)], Some(1)).await;
    let large =
        || dynamodb.put_item().table_name("starved").item("k", text("a")).item("p", text(&"x".repeat(5000))).send();
    let throttled = loop {
        if let Err(error) = large().await {
            break error.into_service_error();
        }
    };
    assert!(throttled.is_provisioned_throughput_exceeded_exception(), "{throttled:?}");
}
