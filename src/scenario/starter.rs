//! The file that `kinesim new` writes.

/// A commented scenario called `name`.
pub fn starter(name: &str) -> String {
    format!(
        r#"#:schema scenario.schema.json
# {name}: say here what happens in production, what to look at in the report, and what cures it.
#
#   kinesim check {name}.toml     explains the file and runs nothing
#   kinesim run {name}.toml       runs it and says what broke
#   kinesim schema > scenario.schema.json    lets editors complete and check (the first line names it)
#
# Times are written "250ms", "10s", "5m"; sizes "700 B", "1 MiB"; rates "1200/s"; shares "5%".

name = "{name}"
duration = "10m"

[stream.clicks]
shards = 4
retention = "24h"

[producer.web]
stream = "clicks"
hosts = 2                                  # web-1 and web-2
rate = "800/s"                             # of both together; or ramp, daily, bursts, trace
record_size = "700 B"
keys = {{ uniform = 10000 }}                 # or {{ zipf = 1.2, count = 10000 }}, {{ hot = "star", share = "40%" }}

[consumer.billing]
stream = "clicks"
library = "kcl-2"                          # or "poller"
workers = 3                                # billing-1, billing-2, billing-3
# lease_table = {{ read = 10, write = 10 }}  # provisioned; on demand when left out
checkpoint_every = "10s"
processing = "200us"                       # of one record

# [delivery.lake]                          # Firehose, beside the consumer: to S3, or another destination
# stream = "clicks"                        # (`kinesim explain delivery` has more)
# buffer = {{ size = "5 MiB", interval = "60s" }}

[[fault]]
at = "3m"
crash = "billing-1"
restart_after = "40s"

# [[action]]
# at = "5m"
# split = "hottest"

[[expect]]
throttled_writes = "< 1%"

[[expect]]
iterator_age.p99 = "< 2m"

[[expect]]
sometimes = "lease-moved"                  # a run in which this never happened is not a pass
"#
    )
}
