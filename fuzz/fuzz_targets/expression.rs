//! Any expression is read or refused.
#![no_main]

use kinesim::aws::dynamodb::wire::Scope;
use kinesim::aws::protocol::json;
use libfuzzer_sys::fuzz_target;

const PLACEHOLDERS: &[u8] = br##"{
    "ExpressionAttributeNames": {"#a": "status", "#b": "b"},
    "ExpressionAttributeValues": {":n": {"N": "1"}, ":s": {"S": "x"}, ":l": {"L": []}, ":set": {"SS": ["x"]}}
}"##;

fuzz_target!(|text: &str| {
    let Ok(body) = json::decode(PLACEHOLDERS) else { return };
    let Ok(scope) = Scope::of(&body) else { return };
    let _ = scope.condition("ConditionExpression", text);
    let _ = scope.update(text);
    let _ = scope.projection(text);
    let _ = scope.key_conditions(text);
});
