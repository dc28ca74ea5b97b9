//! Names of hosts that come in groups: `billing-1`, `billing-2`, after the producer or consumer that they run.

/// Returns the name of a group's host; hosts are counted from 1.
pub(crate) fn host_name(group: &str, number: u32) -> String {
    format!("{group}-{number}")
}

/// Returns which host of the group this is; `None` when it is of another.
pub(crate) fn host_number(host: &str, group: &str) -> Option<u32> {
    host.strip_prefix(group)?.strip_prefix('-')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_knows_its_group_and_its_number() {
        assert_eq!(host_name("billing", 2), "billing-2");
        assert_eq!(host_number("billing-2", "billing"), Some(2));
        assert_eq!(host_number("billing-eu-2", "billing"), None, "another group, whose name begins alike");
        assert_eq!(host_number("web-2", "billing"), None);
    }
}
