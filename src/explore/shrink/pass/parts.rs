//! Drops streams with all that reads and writes them, then consumers, then producers, and what names them.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::cut::{Cut, Pass};

pub(super) const PASS: Pass =
    Pass { name: "parts", about: "streams, consumers and producers go, with what names them", go };

fn go(cut: &mut Cut<'_>) {
    cut.drop_parts(
        |file| file.stream.len(),
        |file, part| {
            drop_from(&mut file.stream, part);
            // Streams that an action creates are no part of the file yet.
            let created = |name: &String| file.action.iter().any(|action| action.stream.as_ref() == Some(name));
            let is_left = |name: &String| file.stream.contains_key(name) || created(name);
            file.consumer.retain(|_, consumer| is_left(&consumer.stream));
            file.producer.retain(|_, producer| producer.stream.as_ref().is_none_or(&is_left));
        },
    );
    cut.drop_parts(|file| file.consumer.len(), |file, part| drop_from(&mut file.consumer, part));
    cut.drop_parts(|file| file.producer.len(), |file, part| drop_from(&mut file.producer, part));
}

fn drop_from<T>(named: &mut BTreeMap<String, T>, part: Range<usize>) {
    let mut place = 0..;
    named.retain(|_, _| !place.next().is_some_and(|place| part.contains(&place)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut_text};

    #[test]
    fn a_stream_that_nobody_needs_goes_with_all_that_belongs_to_it() {
        let source = format!(
            "{SOURCE}[stream.clicks]\nshards = 1\n[producer.web]\nstream = \"clicks\"\nrate = \"1/s\"\n\
             [consumer.tail]\nstream = \"orders\"\nlibrary = \"poller\"\n[[fault]]\nat = \"1m\"\nfor = \"1s\"\n\
             pause = \"tail-1\"\n[[fault]]\nat = \"1m\"\nfor = \"1s\"\npause = \"billing-1\"\n"
        );
        let text = cut_text(&PASS, &source, |text| text.contains("[consumer.billing]"));
        for gone in ["clicks", "web", "tail", "shop"] {
            assert!(!text.contains(gone), "{gone} is gone: {text}");
        }
        assert!(text.contains("pause = \"billing-1\""), "{text}");
    }
}
