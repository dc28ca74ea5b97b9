//! Finds figures by the path that expectations write: `streams.clicks.shards.*.records_throttled`.

use serde_json::Value;

/// Every number at `path`, with the path that it has when each `*` is replaced by the name it stood for. Names may
/// have dots in them. What is `null` or not a number is left out.
pub(crate) fn lookup(figures: &Value, path: &str) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    walk(figures, path, "", &mut found);
    found
}

fn walk(value: &Value, rest: &str, taken: &str, found: &mut Vec<(String, f64)>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(list) => list.iter().enumerate().map(|(i, child)| (i.to_string(), child)).collect(),
        _ => return,
    };
    for (name, child) in children {
        let after = rest.strip_prefix('*').filter(|r| r.is_empty() || r.starts_with('.'));
        let Some(after) = after.or_else(|| rest.strip_prefix(name.as_str())) else { continue };
        let path = if taken.is_empty() { name } else { format!("{taken}.{name}") };
        match (after.strip_prefix('.'), child.as_f64()) {
            (Some(deeper), _) => walk(child, deeper, &path, found),
            (None, Some(number)) if after.is_empty() => found.push((path, number)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn paths_name_numbers_and_stars_stand_for_any_name() {
        let figures = json!({"streams": {
            "a.b": {"shards": {"s0": {"n": 1}, "s1": {"n": 2.5}}, "age_ms": null, "name": "x"},
            "a": {"shards": {"s0": {"n": 7}}},
        }});
        let names = |path| lookup(&figures, path);
        assert_eq!(names("streams.a.b.shards.s1.n"), [("streams.a.b.shards.s1.n".into(), 2.5)]);
        assert_eq!(names("streams.a.b.shards.*.n").len(), 2);
        let all: Vec<_> = names("streams.*.shards.*.n").into_iter().map(|(path, _)| path).collect();
        assert_eq!(all, ["streams.a.shards.s0.n", "streams.a.b.shards.s0.n", "streams.a.b.shards.s1.n"]);
        for nothing in ["streams.a.b.age_ms", "streams.a.b.name", "streams.a", "streams.c.n", "stream", ""] {
            assert_eq!(names(nothing), [], "{nothing}");
        }
    }
}
