//! Passes on their own: what one makes of a file, where what must stay for the failure is given.

use crate::explore::shrink::cut::{Cut, Pass};
use crate::explore::shrink::lean;
use crate::scenario::draft;
use crate::scenario::file::File;

/// A file that many tests begin with.
pub(super) const SOURCE: &str = r#"
name = "x"
duration = "30m"
[stream.orders]
shards = 4
[producer.shop]
stream = "orders"
rate = "137/s"
[consumer.billing]
stream = "orders"
workers = 3
"#;

/// What a pass makes of a file that fails as long as `fails` says so.
pub(super) fn cut(pass: &Pass, source: &str, fails: impl Fn(&File) -> bool) -> File {
    let draft = draft(source, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
    assert!(fails(&draft.file), "it fails to begin with");
    let mut failing_seed = |file: &File| fails(file).then(|| file.seed.clone());
    let mut cut = Cut::new(draft.file, &draft.drafting, &mut failing_seed);
    (pass.go)(&mut cut);
    let file = cut.file().clone();
    assert!(fails(&file), "{} keeps the failure", pass.name);
    assert!(draft.drafting.plan(&file).is_some(), "{} leaves a file that can be run", pass.name);
    let mut failing_seed = |file: &File| fails(file).then(|| file.seed.clone());
    let mut again = Cut::new(file.clone(), &draft.drafting, &mut failing_seed);
    (pass.go)(&mut again);
    assert!(*again.file() == file, "{} goes as far as it can", pass.name);
    file
}

/// The same as text.
pub(super) fn cut_text(pass: &Pass, source: &str, fails: impl Fn(&str) -> bool) -> String {
    lean::text(&cut(pass, source, |file| fails(&lean::text(file))))
}
