//! Reads the XML of requests: elements and text, as S3's few bodies have them.
//!
//! Attributes and namespaces are passed over. A document type is refused, so that nothing can be defined in one.

use crate::aws::s3::api::Error;

/// More elements within each other are none of S3's.
const DEPTH_MAX: usize = 16;

/// An element with what stands in it.
#[derive(Debug, Default)]
pub(in crate::aws::s3) struct Element {
    name: String,
    /// Its text, without that of its children.
    pub(in crate::aws::s3) text: String,
    children: Vec<Self>,
}

impl Element {
    /// The first child of this name.
    pub(in crate::aws::s3) fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }
    /// All children of this name.
    pub(in crate::aws::s3) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }
}

/// Reads a document whose root has this name.
///
/// # Errors
/// `MalformedXML`.
pub(in crate::aws::s3) fn read(body: &[u8], root: &str) -> Result<Element, Error> {
    let found = std::str::from_utf8(body).ok().and_then(document);
    found.filter(|found| found.name == root).ok_or(Error::MalformedXml)
}

fn document(text: &str) -> Option<Element> {
    let mut rest = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    while let Some(at) = rest.find('<') {
        put_text(&mut open, &rest[..at])?;
        rest = &rest[at + 1..];
        let (behind, ended) = match rest.as_bytes().first()? {
            b'?' => (rest.split_once("?>")?.1, false),
            b'!' => (declaration(rest, &mut open)?, false),
            b'/' => {
                let (name, behind) = rest[1..].split_once('>')?;
                if local(name.trim()) != open.last()?.name {
                    return None;
                }
                (behind, true)
            }
            _ => {
                let (tag, behind) = opening(rest)?;
                if open.len() == DEPTH_MAX || root.is_some() {
                    return None;
                }
                let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
                let name = tag.split_ascii_whitespace().next()?;
                open.push(Element { name: local(name).to_owned(), ..Element::default() });
                (behind, is_empty)
            }
        };
        rest = behind;
        if ended {
            let element = open.pop()?;
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => root = Some(element),
            }
        }
    }
    put_text(&mut open, rest)?;
    root.filter(|_| open.is_empty())
}

/// A comment or a section of plain characters. What stands behind it.
fn declaration<'a>(rest: &'a str, open: &mut [Element]) -> Option<&'a str> {
    if let Some(comment) = rest.strip_prefix("!--") {
        return Some(comment.split_once("-->")?.1);
    }
    let (plain, behind) = rest.strip_prefix("![CDATA[")?.split_once("]]>")?;
    open.last_mut()?.text.push_str(plain);
    Some(behind)
}

/// A tag up to its end, which does not stand in quotes, and what comes behind it.
fn opening(rest: &str) -> Option<(&str, &str)> {
    let mut quote = None;
    for (at, c) in rest.char_indices() {
        match (quote, c) {
            (None, '>') => return Some((&rest[..at], &rest[at + 1..])),
            (None, '"' | '\'') => quote = Some(c),
            (Some(began), c) if began == c => quote = None,
            (None, '<') => return None,
            _ => {}
        }
    }
    None
}

/// A name without its namespace.
fn local(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn put_text(open: &mut [Element], text: &str) -> Option<()> {
    match open.last_mut() {
        Some(element) => {
            element.text.push_str(&unescaped(text)?);
            Some(())
        }
        None => text.trim().is_empty().then_some(()),
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut parts = text.split('&');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, behind) = part.split_once(';')?;
        plain.push(match name {
            "lt" => '<',
            "gt" => '>',
            "amp" => '&',
            "quot" => '"',
            "apos" => '\'',
            _ => {
                let number = name.strip_prefix('#')?;
                let code = match number.strip_prefix(['x', 'X']) {
                    Some(digits) => u32::from_str_radix(digits, 16).ok()?,
                    None => number.parse().ok()?,
                };
                char::from_u32(code)?
            }
        });
        plain.push_str(behind);
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_sdks_write_is_read() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<!-- a > b --><Delete xmlns=\"http://s3.test/\">
            <Quiet/><Object><Key>a&amp;b &#x1F600;&#65;</Key></Object>
            <s:Object a='>'><Key><![CDATA[<c>]]></Key></s:Object>
            </Delete>\n";
        let read = read(text.as_bytes(), "Delete").expect("it is XML");
        let keys: Vec<_> = read.children("Object").filter_map(|object| object.child("Key")).collect();
        let keys: Vec<&str> = keys.iter().map(|key| key.text.as_str()).collect();
        assert_eq!(keys, ["a&b \u{1f600}A", "<c>"]);
        assert!(read.child("Quiet").is_some_and(|quiet| quiet.text.is_empty()));
    }

    #[test]
    fn what_is_no_document_is_malformed() {
        let deep = "<Delete>".repeat(100_000);
        let cases = [
            "",
            "x",
            "<",
            "<Delete",
            "<Delete>",
            "</Delete>",
            "<Delete></Other>",
            "<Delete/><Delete/>",
            "<Delete/>x",
            "<Other/>",
            "<Delete>&nope;</Delete>",
            "<Delete>&#xD800;</Delete>",
            "<Delete>&</Delete>",
            "< Delete/>x<",
            "<!DOCTYPE Delete [<!ENTITY a \"b\">]><Delete>&a;</Delete>",
            "<Delete><![CDATA[x</Delete>",
            "<!-- ",
            "<>",
            "</>",
            "<Delete a=\"></Delete>",
            &deep,
        ];
        for text in cases {
            assert_eq!(read(text.as_bytes(), "Delete").err(), Some(Error::MalformedXml), "{text:.40}");
        }
        assert!(read(b"\xff<Delete/>", "Delete").is_err());
    }
}
