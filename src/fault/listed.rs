//! The lists of faults that documents have.

use super::about::About;
use super::kind::{KINDS, drawings};

/// The kinds with what breaks, for the page on scenarios.
pub fn listed_with_meanings() -> String {
    let rows = KINDS.iter().map(|about| format!("| `{}` | {} |\n", about.key, about.breaks));
    format!("| kind | what breaks |\n|---|---|\n{}", rows.collect::<String>())
}

/// The kinds with the promises that must still hold.
pub fn listed_with_promises() -> String {
    let row = |about: &About| format!("| `{}` | {} | {} |\n", about.key, about.acts_through, about.still_holds);
    let rows: String = KINDS.iter().map(row).collect();
    format!("| fault | acts through | what must still hold |\n|---|---|---|\n{rows}")
}

/// The keys of `[random_faults]` with what is drawn.
pub fn listed_as_drawn() -> String {
    let rows = drawings().into_iter().map(|(key, meaning)| format!("| `{key}` | {meaning} |\n"));
    format!("| key | what is drawn |\n|---|---|\n{}", rows.collect::<String>())
}
