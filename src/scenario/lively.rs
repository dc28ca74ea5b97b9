//! A scenario for tests of what shows a run: throttled calls, a crash, a pause, leases that move.

pub(crate) const LIVELY: &str = r#"
name = "watched"
seed = 7
duration = "4m"
[stream.orders]
shards = 3
[producer.web]
stream = "orders"
rate = "20/s"
record_size = "1 KB"
keys = { uniform = 100 }
[producer.bulk]
stream = "orders"
rate = "7/s"
record_size = "200 KB"
keys = { uniform = 1 }
[consumer.billing]
stream = "orders"
workers = 2
[consumer.billing.lease_table]
read = 10
write = 10
[[fault]]
at = "80s"
crash = "billing-1"
restart_after = "40s"
[[fault]]
at = "150s"
for = "30s"
pause = "billing-2"
"#;
