//! A file that was cut, without what no longer fits: faults of hosts that are gone, expectations of streams that are.
//!
//! What fits is not written down here again: it is what a scenario's compilation says.

use crate::scenario::Drafting;
use crate::scenario::file::File;

/// The file, or as much of its faults, actions and expectations as fit the rest; `None` where the rest itself is wrong.
pub(super) fn fitted(file: File, drafting: &Drafting) -> Option<File> {
    if drafting.plan(&file).is_some() {
        return Some(file);
    }
    let (fault, action, autoscaling, expect) = Default::default();
    let mut fitted = File { fault, action, autoscaling, expect, ..file.clone() };
    drafting.plan(&fitted)?;
    // Actions first: some create what faults name.
    keep_what_fits(&mut fitted, drafting, file.action, |file| &mut file.action);
    keep_what_fits(&mut fitted, drafting, file.autoscaling, |file| &mut file.autoscaling);
    keep_what_fits(&mut fitted, drafting, file.fault, |file| &mut file.fault);
    keep_what_fits(&mut fitted, drafting, file.expect, |file| &mut file.expect);
    Some(fitted)
}

fn keep_what_fits<T>(file: &mut File, drafting: &Drafting, entries: Vec<T>, list: fn(&mut File) -> &mut Vec<T>) {
    for entry in entries {
        list(file).push(entry);
        if drafting.plan(file).is_none() {
            list(file).pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::draft;

    #[test]
    fn what_names_a_host_that_is_gone_goes_with_it() {
        let source = "name = \"x\"\nduration = \"10m\"\n[stream.s]\nshards = 1\n[consumer.billing]\nstream = \"s\"\n\
                      workers = 2\n[[fault]]\nat = \"1m\"\ncrash = \"billing-1\"\n[[fault]]\nat = \"2m\"\n\
                      crash = \"billing-2\"\n[[action]]\nat = \"3m\"\nstop_worker = \"billing-2\"\n";
        let mut draft = draft(source, "x.toml", None).unwrap_or_else(|d| panic!("{d}"));
        draft.file.consumer.get_mut("billing").expect("it is there").workers = 1;
        let fitted = fitted(draft.file.clone(), &draft.drafting).expect("the rest is right");
        assert_eq!((fitted.fault.len(), fitted.action.len()), (1, 0));
        assert_eq!(fitted.fault[0], draft.file.fault[0]);
        draft.file.stream.clear();
        assert!(super::fitted(draft.file, &draft.drafting).is_none(), "a consumer is no such entry");
    }
}
