//! Expressions and parameters to trees, and what messages say of wrong ones.

use proptest::prelude::*;
use serde_json::json;

use super::scope::Scope;
use super::{attribute, decode};
use crate::aws::dynamodb::api::Item;
use crate::aws::dynamodb::operations::Request;
use crate::aws::dynamodb::operations::UpdateItem;
use crate::aws::protocol::Account;
use crate::aws::protocol::value::Value;
use crate::aws::protocol::{WireError, json};

fn account() -> Account {
    Account { id: "000000000000".into(), region: "us-east-1".into() }
}

fn with_body<T>(body: &serde_json::Value, then: impl FnOnce(&Value<'_>) -> T) -> T {
    let text = body.to_string();
    then(&json::decode(text.as_bytes()).expect("JSON"))
}

fn message(error: WireError) -> String {
    error.message.expect("a message").into_owned()
}

/// The request that an UpdateItem body becomes, or what is wrong with it.
fn update(body: serde_json::Value) -> Result<Request, String> {
    let mut whole = json!({ "TableName": "leases", "Key": { "k": { "S": "a" } } });
    whole.as_object_mut().expect("an object").extend(body.as_object().expect("an object").clone());
    with_body(&whole, |body| decode("UpdateItem", body, &account()).map(|call| call.request).map_err(message))
}

fn condition(text: &str) -> String {
    let body = json!({
        "UpdateExpression": "SET z = :v",
        "ConditionExpression": text,
        "ExpressionAttributeValues": { ":v": { "N": "1" }, ":s": { "S": "x" }, ":t": { "S": "SS" } },
    });
    match update(body) {
        Ok(Request::UpdateItem(UpdateItem { condition, .. })) => format!("{:?}", condition.expect("a condition")),
        Ok(other) => panic!("{other:?}"),
        Err(problem) => problem,
    }
}

#[test]
fn a_throttled_call_says_what_was_short() {
    use crate::aws::dynamodb::api::{Error, ThrottlingReason};
    let told = |index: Option<Box<str>>| {
        let table = "leases".parse().expect("a name");
        let reason = ThrottlingReason { table, index, is_write: true, is_key_range: false };
        let error = Error::ProvisionedThroughputExceeded(Some(Box::new(reason)));
        let answer = super::refusal(crate::aws::protocol::Encoding::Json10, &error, &account());
        let body: serde_json::Value = serde_json::from_slice(&answer.body).expect("JSON");
        body["ThrottlingReasons"].clone()
    };
    let arn = "arn:aws:dynamodb:us-east-1:000000000000:table/leases";
    assert_eq!(told(None), json!([{ "reason": "TableWriteProvisionedThroughputExceeded", "resource": arn }]));
    let of_index =
        json!([{ "reason": "IndexWriteProvisionedThroughputExceeded", "resource": format!("{arn}/index/i") }]);
    assert_eq!(told(Some("i".into())), of_index);
}

#[test]
fn and_binds_closer_than_or_and_not_closer_than_both() {
    let shape = |text: &str| {
        let all = condition(&format!("{text} AND a = :s AND b = :t"));
        let words = ["And", "Or", "Not", "Exists", "Between"];
        let letters = all.split(|c: char| !c.is_alphabetic()).filter(|word| words.contains(word));
        letters.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(shape("NOT attribute_exists(a)"), "And Not Exists");
    assert_eq!(shape("(attribute_exists(a) OR attribute_exists(b))"), "And Or Exists Exists");
    assert_eq!(shape("attribute_exists(a) OR attribute_exists(b)"), "Or Exists And Exists");
    assert_eq!(shape("a BETWEEN :v AND :v"), "And Between");
}

#[test]
fn wrong_expressions_are_told_as_dynamodb_tells_them() {
    let used = " AND a IN (:v, :s, :t)";
    let of = |text: &str| condition(&format!("{text}{used}"));
    let told = [
        of("a = :v b"),
        of("a == :v"),
        of("(a = :v"),
        of("status = :v"),
        of("a = :nope"),
        of("#nope = :v"),
        of("foo(a)"),
        of("begins_with(a, :v)"),
        of("a BETWEEN :v AND :s"),
        of("attribute_type(a, :s)"),
        of("attribute_exists(a.b[0].c)"),
        of("size(a) > :s"),
        condition("a = :v"),
        condition(""),
        condition(&"(".repeat(300)),
        condition(&"x".repeat(4097)),
    ];
    insta::with_settings!({ snapshot_path => "../../../../snapshots/dynamodb", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("expressions", told.join("\n"));
    });
}

#[test]
fn an_update_expression_has_each_section_once() {
    let values = json!({ ":n": { "N": "1" }, ":l": { "L": [] }, ":set": { "SS": ["a"] } });
    let told = |text: &str| {
        let body = json!({ "UpdateExpression": text, "ExpressionAttributeValues": values });
        match update(body) {
            Ok(Request::UpdateItem(UpdateItem { updates, .. })) => format!("{updates:?}"),
            Ok(other) => panic!("{other:?}"),
            Err(problem) => problem,
        }
    };
    let texts = [
        "SET a = if_not_exists(b, :n) - :n, c[1].d = list_append(:l, e) REMOVE f, g[0] ADD h :set DELETE i :set",
        "SET a = :n SET b = :l",
        "SET a = :n + :l",
        "ADD a :l",
        "DELETE a :n",
        "SET a = size(b)",
        "SET a",
        "a = :n",
    ];
    insta::with_settings!({ snapshot_path => "../../../../snapshots/dynamodb", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("updates", texts.map(told).join("\n"));
    });
}

#[test]
fn older_parameters_mean_the_same_trees() {
    let older = update(json!({
        "AttributeUpdates": {
            "leaseCounter": { "Action": "PUT", "Value": { "N": "2" } },
            "checkpointOwner": { "Action": "DELETE" },
            "switches": { "Action": "ADD", "Value": { "N": "1" } },
        },
        "Expected": { "leaseCounter": { "Value": { "N": "1" } }, "checkpointOwner": { "Exists": false } },
    }));
    let newer = update(json!({
        "UpdateExpression": "REMOVE checkpointOwner SET leaseCounter = :two ADD switches :one",
        "ConditionExpression": "attribute_not_exists(checkpointOwner) AND leaseCounter = :one",
        "ExpressionAttributeValues": { ":one": { "N": "1" }, ":two": { "N": "2" } },
    }));
    match (older.expect("older"), newer.expect("newer")) {
        (
            Request::UpdateItem(UpdateItem { updates: older, condition: old_condition, .. }),
            Request::UpdateItem(UpdateItem { updates: newer, condition: new_condition, .. }),
        ) => {
            assert_eq!(older.len(), newer.len());
            assert!(older.iter().all(|update| newer.contains(update)), "{older:?} {newer:?}");
            assert_eq!(format!("{old_condition:?}").len(), format!("{new_condition:?}").len());
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_two_families_of_parameters_do_not_mix() {
    let mixed = json!({ "AttributeUpdates": {}, "ConditionExpression": "attribute_exists(a)" });
    assert_eq!(
        update(mixed).expect_err("refused"),
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {AttributeUpdates} Expression parameters: {ConditionExpression}"
    );
    assert_eq!(
        update(json!({ "ExpressionAttributeNames": { "#a": "b" } })).expect_err("refused"),
        "ExpressionAttributeNames can only be specified when using expressions"
    );
}

#[test]
fn attribute_values_have_exactly_one_type() {
    let read = |value: serde_json::Value| with_body(&value, |value| attribute::read(value).map_err(message));
    for wrong in
        [json!({}), json!({ "S": "a", "N": "1" }), json!({ "X": "a" }), json!({ "SS": [] }), json!({ "N": "x" })]
    {
        assert!(read(wrong.clone()).is_err(), "{wrong}");
    }
    let doubled = json!({ "NS": ["1", "1.0"] });
    assert!(read(doubled).expect_err("refused").contains("duplicates"));
}

fn any_value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        ".{0,8}".prop_map(|s| json!({ "S": s })),
        (-1000i64..1000).prop_map(|n| json!({ "N": n.to_string() })),
        any::<bool>().prop_map(|b| json!({ "BOOL": b })),
        Just(json!({ "NULL": true })),
        Just(json!({ "B": "aGk=" })),
        proptest::collection::btree_set("[a-z]{1,3}", 1..4).prop_map(|set| json!({ "SS": set })),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|list| json!({ "L": list })),
            proptest::collection::btree_map("[a-z]{1,3}", inner, 0..4).prop_map(|map| json!({ "M": map })),
        ]
    })
}

proptest! {
    #[test]
    fn any_value_comes_back_as_it_was(value in any_value()) {
        let body = json!({ "a": value });
        let back: serde_json::Value = with_body(&body, |body| {
            let item: Item = attribute::item(body).expect("an item");
            serde_json::from_slice(&json::encode(&attribute::write_item(&item))).expect("JSON")
        });
        prop_assert_eq!(back, body);
    }

    #[test]
    fn any_expression_is_read_or_refused(text in "[a-zA-Z0-9 #:.,()<>=+\\[\\]_é-]{0,80}") {
        let scope = Scope::default();
        let _ = scope.condition("ConditionExpression", &text);
        let _ = scope.update(&text);
        let _ = scope.projection(&text);
        let _ = scope.key_conditions(&text);
    }
}
