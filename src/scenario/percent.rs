//! A share of a limit, in words.

/// Whole percents of a share, and tenths of small ones.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let decimals = usize::from(percent < 9.95);
    format!("{percent:.decimals$} %")
}
