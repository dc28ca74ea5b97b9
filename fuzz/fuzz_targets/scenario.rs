//! Any scenario file is read or refused with diagnostics that can be shown; a right one is explained and written out.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match kinesim::scenario::load(text, "fuzz.toml", None) {
        Ok(scenario) => {
            let _ = scenario.explain();
            let resolved = scenario.resolved_toml();
            assert!(kinesim::scenario::load(&resolved, "resolved.toml", None).is_ok(), "{resolved}");
        }
        Err(diagnostics) => drop(diagnostics.render(false)),
    }
});
