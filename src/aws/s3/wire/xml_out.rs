//! Writes the XML of answers.

/// The namespace of S3's answers.
const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

/// A document that is being written.
pub(super) struct Xml(String);

impl Xml {
    /// A document with this root, in S3's namespace, and what `fill` writes into it.
    pub(super) fn document(root: &str, fill: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::written(root, &format!(" xmlns=\"{NAMESPACE}\""), fill)
    }
    /// An error's, which has no namespace.
    pub(super) fn plain(root: &str, fill: impl FnOnce(&mut Self)) -> Vec<u8> {
        Self::written(root, "", fill)
    }
    fn written(root: &str, attributes: &str, fill: impl FnOnce(&mut Self)) -> Vec<u8> {
        let mut xml = Self(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root}{attributes}>"));
        fill(&mut xml);
        xml.0.push_str(&format!("</{root}>"));
        xml.0.into_bytes()
    }

    /// An element with what `fill` writes into it.
    pub(super) fn within(&mut self, name: &str, fill: impl FnOnce(&mut Self)) {
        self.0.push_str(&format!("<{name}>"));
        fill(self);
        self.0.push_str(&format!("</{name}>"));
    }
    /// An element with this text.
    pub(super) fn text(&mut self, name: &str, text: impl AsRef<str>) {
        self.within(name, |xml| xml.plain_text(text.as_ref()));
    }
    /// Text of the element that is open.
    pub(super) fn plain_text(&mut self, text: &str) {
        self.0.push_str(&escaped(text));
    }
}

/// Text as it stands in a document. What no document may have is written as S3 writes it, by its number.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '"' => escaped.push_str("&quot;"),
            c if c < ' ' || ('\u{7f}'..'\u{a0}').contains(&c) => escaped.push_str(&format!("&#x{:x};", u32::from(c))),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_never_markup() {
        let xml = Xml::plain("Error", |xml| xml.text("Key", "</Key><a b=\"&\">\u{1}"));
        let xml = String::from_utf8(xml).expect("UTF-8");
        let inside = "<Error><Key>&lt;/Key&gt;&lt;a b=&quot;&amp;&quot;&gt;&#x1;</Key></Error>";
        assert_eq!(xml, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{inside}"));
    }
}
