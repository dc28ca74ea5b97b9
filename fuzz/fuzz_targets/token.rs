//! Any shard iterator or paging token is read or refused; what is read is ours, and is written as it was.
#![no_main]

use kinesim::aws::kinesis::wire::tokens;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Some(iterator) = tokens::iterator(text) {
        assert_eq!(tokens::iterator_text(&iterator), text);
    }
    if let Some(page) = tokens::list_shards(text) {
        assert_eq!(tokens::list_shards_text(&page), text);
    }
    if let Some(page) = tokens::consumers(text) {
        assert_eq!(tokens::consumers_text(&page), text);
    }
});
