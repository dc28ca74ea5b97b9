//! MetadataExtractionQuery: an object of jq, taken apart into its keys with their queries.

use super::document::Problem;

/// Names of partition keys, each with its query.
pub(super) type Keys = Vec<(Box<str>, Box<str>)>;

/// Partition keys with their queries, as in `{customer:.customer_id, day:.ts|strftime("%d")}`.
pub(super) fn split(query: &str) -> Result<Keys, Problem> {
    let wrong =
        || -> Problem { format!("MetadataExtractionQuery {query} is no object of keys and jq expressions").into() };
    let within = query.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).ok_or_else(wrong)?;
    let mut keys = Keys::new();
    for part in parts(within, ',').ok_or_else(wrong)? {
        let pair = parts(part, ':').ok_or_else(wrong)?;
        let name = pair.first().map_or("", |name| name.trim()).trim_matches('"');
        let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        if name.is_empty() || !name.chars().all(is_name) || keys.iter().any(|(known, _)| &**known == name) {
            return Err(wrong());
        }
        // `{name}` is short for `{name: .name}`.
        let found = match pair.len() {
            1 => format!(".{name}"),
            _ => part[part.find(':').map_or(0, |at| at + 1)..].trim().to_owned(),
        };
        if found.is_empty() {
            return Err(wrong());
        }
        keys.push((name.into(), found.into()));
    }
    Ok(keys)
}

/// What stands between separators that are in no brackets and no text; `None` when brackets or quotes do not match.
fn parts(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut found, mut from, mut open, mut is_quoted, mut is_escaped) = (Vec::new(), 0, Vec::new(), false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' | '[' | '{' => open.push(c),
            ')' | ']' | '}'
                if open.pop()
                    != Some(match c {
                        ')' => '(',
                        ']' => '[',
                        _ => '{',
                    }) =>
            {
                return None;
            }
            _ if c == separator && open.is_empty() => {
                found.push(&text[from..at]);
                from = at + c.len_utf8();
            }
            _ => {}
        }
    }
    found.push(&text[from..]);
    (open.is_empty() && !is_quoted).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(query: &str) -> Option<Vec<(String, String)>> {
        let keys = split(query).ok()?;
        Some(keys.into_iter().map(|(name, query)| (name.into(), query.into())).collect())
    }

    #[test]
    fn keys_and_their_queries_are_told_apart() {
        let pair = |name: &str, query: &str| (name.to_owned(), query.to_owned());
        assert_eq!(told("{a:.a}"), Some(vec![pair("a", ".a")]));
        assert_eq!(
            told(r#"{ customer_id: .customer["id"], "day": .ts|strftime("%Y,%m:%d"), n: [.x, .y][0], plain }"#),
            Some(vec![
                pair("customer_id", r#".customer["id"]"#),
                pair("day", r#".ts|strftime("%Y,%m:%d")"#),
                pair("n", "[.x, .y][0]"),
                pair("plain", ".plain"),
            ])
        );
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for query in ["", ".a", "{", "{}", "{a:}", "{:.a}", "{a:.a,}", "{a:[.b}", "{a:\"b}", "{a:.a,a:.b}", "{a b:.c}"]
        {
            assert_eq!(told(query), None, "{query}");
        }
    }
}
