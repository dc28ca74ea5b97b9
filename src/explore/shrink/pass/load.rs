//! Makes what producers write simpler: one rate, fewer and smaller records, fewer keys.

use super::super::cut::{Cut, Pass};
use super::super::ladder::{counts_below, rates_below, sizes_below};
use crate::base::written::{Rate, SizeRange};
use crate::scenario::file::File;
use crate::scenario::section::Producer;

pub(super) const PASS: Pass = Pass { name: "load", about: "one rate, fewer and smaller records, fewer keys", go };

/// Instead of what a trace has.
const RATES_FOR_A_TRACE: [&str; 2] = ["100/s", "10/s"];
/// What records have whose producer says nothing of it.
const DEFAULT_SIZE: SizeRange = SizeRange(1024, 1024);

fn go(cut: &mut Cut<'_>) {
    let names: Vec<String> = cut.file().producer.keys().cloned().collect();
    for name in &names {
        let producer = |file: &File| file.producer.get(name).cloned();
        let change = |cut: &mut Cut<'_>, change: &dyn Fn(&mut Producer)| {
            cut.takes_with(|file| file.producer.get_mut(name).into_iter().for_each(change))
        };
        let rates = producer(cut.file()).map_or(Vec::new(), |producer| constant_rates(&producer));
        let _ = rates.into_iter().any(|rate| change(cut, &|producer| constant(producer, rate)));
        cut.lower(
            |file| producer(file).and_then(|of| of.rate).map_or(Vec::new(), rates_below),
            |file, rate| file.producer.get_mut(name).into_iter().for_each(|of| of.rate = Some(rate)),
        );
        change(cut, &|producer| producer.record_size = DEFAULT_SIZE);
        let size = |file: &File| producer(file).map(|of| of.record_size).filter(|size| *size != DEFAULT_SIZE);
        cut.lower(
            |file| size(file).map_or(Vec::new(), sizes_below),
            |file, size| file.producer.get_mut(name).into_iter().for_each(|of| of.record_size = size),
        );
        cut.lower(
            |file| producer(file).and_then(|of| of.keys.uniform).map_or(Vec::new(), counts_below),
            |file, count| file.producer.get_mut(name).into_iter().for_each(|of| of.keys.uniform = Some(count)),
        );
        cut.lower(
            |file| producer(file).and_then(|of| of.keys.count).map_or(Vec::new(), counts_below),
            |file, count| file.producer.get_mut(name).into_iter().for_each(|of| of.keys.count = Some(count)),
        );
        cut.drop_parts(
            |file| producer(file).and_then(|of| of.keys.list).map_or(0, |list| list.len()),
            |file, part| {
                let list = file.producer.get_mut(name).and_then(|of| of.keys.list.as_mut());
                list.into_iter().for_each(|list| drop(list.drain(part.clone())));
            },
        );
    }
}

/// Rates that could stand for one that changes.
fn constant_rates(producer: &Producer) -> Vec<Rate> {
    let ramp = producer.ramp.iter().flat_map(|ramp| [ramp.to, ramp.from]);
    let daily = producer.daily.iter().flat_map(|daily| [daily.high, daily.low]);
    let bursts = producer.bursts.iter().flat_map(|bursts| [bursts.burst, bursts.base]);
    let files = usize::from(producer.trace.is_some()) + usize::from(producer.metrics.is_some());
    let trace = (0..files).flat_map(|_| RATES_FOR_A_TRACE).filter_map(|rate| rate.parse().ok());
    ramp.chain(daily).chain(bursts).chain(trace).collect()
}

fn constant(producer: &mut Producer, rate: Rate) {
    (producer.ramp, producer.daily, producer.bursts) = (None, None, None);
    (producer.trace, producer.metrics) = (None, None);
    producer.rate = Some(rate);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explore::shrink::pass::testing::{SOURCE, cut};

    #[test]
    fn as_little_is_written_as_it_takes() {
        let source = SOURCE.replace(
            "rate = \"137/s\"",
            "bursts = { base = \"3/s\", burst = \"700/s\", every = \"5m\", length = \"10s\" }\n\
             record_size = \"500 B..3 KiB\"\nkeys = { list = [\"a\", \"b\", \"c\"] }",
        );
        let rate = |file: &File| {
            let shop = &file.producer["shop"];
            shop.rate.or(shop.bursts.as_ref().map(|bursts| bursts.burst)).map_or(0.0, Rate::per_s)
        };
        let is_needed = |file: &File| {
            let keys = file.producer["shop"].keys.list.as_ref();
            rate(file) >= 60.0 && keys.is_some_and(|keys| keys.contains(&"b".to_owned()))
        };
        let shop = cut(&PASS, &source, is_needed).producer["shop"].clone();
        assert!(shop.bursts.is_none() && shop.rate.map(Rate::per_s) == Some(100.0), "{shop:?}");
        assert_eq!(shop.keys.list, Some(vec!["b".to_owned()]));
        assert_eq!(shop.record_size, DEFAULT_SIZE);
        let large = |file: &File| file.producer["shop"].record_size.1 > 2000;
        let shop = cut(&PASS, &source, large).producer["shop"].clone();
        assert_eq!(shop.record_size, SizeRange(3 << 10, 3 << 10));
    }
}
