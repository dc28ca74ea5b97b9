//! The JSON Schema of scenario files, made of the types that read them.

use super::file::File;
use super::twice;

/// The JSON Schema of scenario files.
pub fn json_schema() -> String {
    let mut schema = serde_json::to_value(schemars::schema_for!(File))
        .unwrap_or_else(|error| unreachable!("a schema is JSON: {error}"));
    for (section, alias, name) in twice::ALIASES {
        let properties = &mut schema["$defs"][section]["properties"];
        let mut known = properties[name].clone();
        known["description"] = format!("Another name for `{name}`.").into();
        properties[alias] = known;
    }
    let text = serde_json::to_string_pretty(&schema).unwrap_or_else(|error| unreachable!("a schema is JSON: {error}"));
    format!("{text}\n")
}
