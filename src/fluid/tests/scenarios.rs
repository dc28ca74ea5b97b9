//! Small scenarios, drawn from a seed.

use crate::base::Seed;
use crate::base::seed::Random;

/// One of the drawn scenarios, as a file.
pub(super) fn drawn(number: u64) -> String {
    let mut random = Seed(number).stream("scenario");
    let r = &mut random;
    let shards = r.between(1, 8);
    let minutes = r.between(6, 12);
    let size = *pick(r, &[100, 300, 700, 1024, 1500, 4000, 12_000]);
    // What a shard takes, in records, by whichever limit comes first.
    let limit = 1000.min(1_048_576 / (size + 6)) * shards;
    let load = *pick(r, &[10, 25, 50, 80, 130, 200, 300]);
    let rate = (limit * load / 100).clamp(1, 9000);
    let mut file = format!(
        "name = \"drawn {number}\"\nseed = {number}\nduration = \"{minutes}m\"\n[stream.s]\nshards = {shards}\n\
         [producer.p]\nstream = \"s\"\nhosts = {}\nrecord_size = \"{size} B\"\nkeys = {}\n",
        r.between(1, 4),
        keys(r),
    );
    file += &match r.below(4) {
        0 => format!(
            "bursts = {{ base = \"{}/s\", burst = \"{rate}/s\", every = \"{}s\", length = \"{}s\" }}\n",
            (rate / 8).max(1),
            r.between(40, 90),
            r.between(5, 30)
        ),
        1 => format!("ramp = {{ from = \"{}/s\", to = \"{rate}/s\" }}\n", (rate / 10).max(1)),
        _ => format!("rate = \"{rate}/s\"\n"),
    };
    file += &batch(r);
    for consumer in 0..r.between(1, 2) {
        file += &self::consumer(r, consumer, rate / shards);
    }
    file
}

fn pick<'a, T>(r: &mut Random, all: &'a [T]) -> &'a T {
    &all[r.below(all.len() as u64) as usize]
}

fn keys(r: &mut Random) -> String {
    match r.below(6) {
        0 => "{ unique = true }".to_owned(),
        1 => format!("{{ zipf = 1.{}, count = {} }}", r.between(0, 5), r.between(50, 5000)),
        2 => format!("{{ hot = \"hot\", share = \"{}%\", count = {} }}", r.between(10, 60), r.between(50, 2000)),
        3 => "{ list = [\"one\", \"two\", \"three\", \"four\", \"five\"] }".to_owned(),
        _ => format!("{{ uniform = {} }}", r.between(100, 5000)),
    }
}

fn batch(r: &mut Random) -> String {
    let records = *pick(r, &[50, 200, 500]);
    let linger = *pick(r, &[50, 100, 300, 800]);
    format!("batch = {{ records = {records}, linger = \"{linger}ms\" }}\nresend_failed = {}\n", r.between(0, 4))
}

/// A consumer that keeps up easily, just so, or not at all.
fn consumer(r: &mut Random, number: u64, per_shard: u64) -> String {
    let share = *pick(r, &[5, 20, 50, 130, 250]);
    let micros = (share * 10_000 / per_shard.max(1)).clamp(10, 2_000_000);
    let name = format!("[consumer.c{number}]\nstream = \"s\"\nprocessing = \"{micros}us\"\n");
    if r.below(2) == 0 {
        return format!("{name}library = \"poller\"\nidle = \"{}ms\"\n", r.between(3, 20) * 100);
    }
    let checkpoint = *pick(r, &["every batch", "every batch", "10s", "100 records"]);
    let table =
        *pick(r, &["", "lease_table = { read = 50, write = 50 }\n", "lease_table = { read = 20, write = 5 }\n"]);
    format!("{name}workers = {}\ncheckpoint = \"{checkpoint}\"\n{table}", r.between(1, 3))
}
