//! Reads the JSON Schemas that types have: what stands behind names, and which words there are.

use serde_json::Value;

/// The schema that another one means, when that only names it or allows it to be absent.
pub(crate) fn resolved<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    if let Some(all) = schema["anyOf"].as_array() {
        return all.iter().find(|one| one["type"] != "null").map_or(schema, |one| resolved(one, root));
    }
    match schema["$ref"].as_str().and_then(|path| root.pointer(path.trim_start_matches('#'))) {
        Some(meant) => resolved(meant, root),
        None => schema,
    }
}

/// The only words that a schema allows.
pub(crate) fn words(schema: &Value) -> Vec<String> {
    let each = schema["oneOf"].as_array().into_iter().flatten().chain([schema]);
    let allowed =
        each.flat_map(|one| std::iter::once(&one["const"]).chain(one["enum"].as_array().into_iter().flatten()));
    allowed.filter_map(Value::as_str).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_name_and_an_absence_lead_to_what_is_meant() {
        let root = json!({"$defs": {"Way": {"oneOf": [{"const": "both"}, {"enum": ["requests", "replies"]}]}}});
        let absent = json!({"anyOf": [{"$ref": "#/$defs/Way"}, {"type": "null"}]});
        assert_eq!(words(resolved(&absent, &root)), ["both", "requests", "replies"]);
        assert_eq!(words(&json!({"enum": ["a"]})), ["a"]);
    }
}
