//! The line of the terminal report that says what the run costs.

use super::columns::Sheet;
use crate::measure::CostFigures;

/// Lines of a bill that are told; the JSON report has all.
const COSTS_MAX: usize = 4;

/// What a month costs, and the lines that make most of it.
pub(super) fn write(cost: &CostFigures, to: &mut dyn Sheet) {
    if cost.lines.is_empty() {
        return;
    }
    let CostFigures { region, prices_of, per_month, .. } = cost;
    let told = format!("cost: {} USD a month at this rate ({region}, prices of {prices_of})", per_month.in_cents());
    let mut lines: Vec<_> = cost.lines.iter().collect();
    lines.sort_by(|a, b| b.per_month_usd.total_cmp(&a.per_month_usd));
    // What is less than a cent is told with the rest.
    let told_apart = lines.iter().take(COSTS_MAX).take_while(|line| line.per_month_usd >= 0.005).count();
    let (shown, rest) = lines.split_at(told_apart);
    let mut parts: Vec<String> =
        shown.iter().map(|line| format!("{} of {} {:.2}", line.what, line.of, line.per_month_usd)).collect();
    let rest: f64 = rest.iter().map(|line| line.per_month_usd).sum();
    parts.extend((rest >= 0.005).then(|| format!("others {rest:.2}")));
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    to.apart(&format!("{told}{parts}"));
}
