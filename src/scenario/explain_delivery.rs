//! Says in words what the delivery streams of a scenario do.

use super::percent::percent;
use super::plan::{DeliveryPlan, Plan};
use crate::aws::firehose::pipeline::{Backup, Destination, Hints, Pipeline};
use crate::aws::kinesis::capacity::WriteLoad;
use crate::base::SimDuration;
use crate::base::event::Stage;
use crate::base::units::ByteSize;
use crate::check::on_its_way_max;
use crate::client::capacity::ProducerDemand;
use crate::client::producer::{ProducerSettings, Target};

/// A line for each delivery stream, and one where producers ask more of it than it takes.
pub(super) fn lines(plan: &Plan) -> impl Iterator<Item = String> {
    plan.deliveries.iter().flat_map(|delivery| [Some(explain(delivery)), explain_quota(plan, delivery)]).flatten()
}

/// `delivery stream lake: reads clicks, function enrich (1 MiB or 1m at a time), objects in bucket lake of S3 every
/// 5 MiB or 1m`.
fn explain(delivery: &DeliveryPlan) -> String {
    let DeliveryPlan { name, pipeline } = delivery;
    let Pipeline { source, processing, destination, backup } = pipeline;
    let source = match source.stream() {
        Some(stream) => format!("reads {stream}"),
        None => "takes what is put".to_owned(),
    };
    let function = processing
        .function
        .as_ref()
        .map_or(String::new(), |function| format!(", function {} ({} at a time)", function.name, told(function.hints)));
    let (to, what_fails) = match destination {
        Destination::S3(s3) => (format!("objects in bucket {} of S3", s3.bucket), String::new()),
        Destination::Redshift(of) => {
            let to = format!("rows in table {} of Redshift cluster {}", of.table, of.cluster);
            (to, format!("; a COPY that fails is made again for {}", of.retry.told()))
        }
        Destination::OpenSearch(of) => {
            let to = format!("documents in index {} of OpenSearch domain {}", of.index, of.domain);
            (to, tried_for(of.retry, backup))
        }
        Destination::Splunk(of) => {
            (format!("events in Splunk collector {}", of.collector), tried_for(of.retry, backup))
        }
        Destination::HttpEndpoint(of) => {
            (format!("requests to HTTP endpoint {}", of.endpoint), tried_for(of.retry, backup))
        }
    };
    let copies =
        if backup.is_of_all { format!("; all source records to bucket {}", backup.to.bucket) } else { String::new() };
    let hints = told(destination.hints());
    format!("delivery stream {name}: {source}{function}, {to} every {hints}{what_fails}{copies}")
}

/// Delivery streams of which a run that is calm for only so long at its end cannot show that everything arrives.
pub(super) fn too_short(plan: &Plan, calm: SimDuration) -> impl Iterator<Item = String> {
    plan.deliveries.iter().filter_map(move |delivery| {
        let stages = delivery.pipeline.stages().filter(|(stage, ..)| *stage != Stage::Backup);
        let on_its_way = on_its_way_max(stages.map(|(_, hints, tries_for)| (hints.interval, tries_for)));
        let needed = on_its_way.saturating_add(plan.liveness.caught_up_within);
        (calm < needed).then(|| format!("every-record-is-delivered of {} ({})", delivery.name, needed.told()))
    })
}

fn tried_for(retry: SimDuration, backup: &Backup) -> String {
    format!("; what it does not take in {} goes to bucket {}", retry.told(), backup.to.bucket)
}

fn told(hints: Hints) -> String {
    format!("{} or {}", ByteSize(hints.size_bytes), hints.interval.told())
}

/// What producers put, of what a delivery stream takes.
fn explain_quota(plan: &Plan, delivery: &DeliveryPlan) -> Option<String> {
    let name = &delivery.name;
    let puts = |producer: &&ProducerSettings| matches!(&producer.to, Target::Delivery(to) if to == name);
    let put: Vec<WriteLoad> = plan
        .producers
        .iter()
        .filter(puts)
        .map(|producer| ProducerDemand::of(producer).writes)
        .collect::<Option<_>>()?;
    let asked = put.into_iter().reduce(WriteLoad::plus)?;
    let (records_max, bytes_max) = (plan.services.firehose.records_per_s, plan.services.firehose.bytes_per_s);
    let share = (asked.records_per_s / records_max as f64).max(asked.bytes_per_s / bytes_max as f64);
    let remedy = if share > 1.0 { ": too much, puts will be refused" } else { "" };
    Some(format!(
        "puts to {name}: up to {:.0} records/s and {}/s, {} of the quota of {records_max} records/s and {}/s{remedy}",
        asked.records_per_s,
        ByteSize(asked.bytes_per_s as u64),
        percent(share),
        ByteSize(bytes_max)
    ))
}

#[cfg(test)]
mod tests {
    use crate::scenario::load;

    const HEAD: &str = "name = \"x\"\nduration = \"30m\"\n[stream.clicks]\nshards = 2\n[producer.web]\n\
                        stream = \"clicks\"\nrate = \"1500/s\"\nrecord_size = \"1 KiB\"\n[function.enrich]\n";

    fn told(delivery: &str) -> String {
        let scenario = load(&format!("{HEAD}{delivery}"), "x.toml", None).unwrap_or_else(|wrong| panic!("{wrong}"));
        scenario.explain()
    }

    #[test]
    fn each_delivery_stream_is_told_in_words_with_what_it_asks_of_limits() {
        let read = "[delivery.lake]\nstream = \"clicks\"\nfunction = \"enrich\"\n\
                    [delivery.search]\nstream = \"clicks\"\nopensearch = { index = \"found\", retry = \"1m\" }\n";
        let text = told(read);
        for line in [
            "delivery stream lake: reads clicks, function enrich (1 MiB or 1m at a time), objects in bucket lake of S3 \
             every 5 MiB or 5m",
            "delivery stream search: reads clicks, documents in index found of OpenSearch domain search every 5 MiB or \
             5m; what it does not take in 1m goes to bucket search-backup",
            "reads of clicks by delivery stream lake, delivery stream search: 40 % of each shard's calls",
            "too short for every-record-is-delivered of lake",
        ] {
            assert!(text.contains(line), "{line} is not in:\n{text}");
        }
        assert!(!text.contains("balance-converges"), "nobody has leases:\n{text}");
    }

    #[test]
    fn what_is_put_is_held_against_the_quota() {
        let put = |rate: &str| {
            told(&format!(
                "[producer.app]\ndelivery = \"lake\"\nrate = \"{rate}\"\nrecord_size = \"1 KiB\"\n[delivery.lake]\n"
            ))
        };
        let quota = "of the quota of 500000 records/s and 5 MiB/s";
        let fits = put("512/s");
        assert!(fits.contains(&format!("puts to lake: up to 512 records/s and 512 KiB/s, 10 % {quota}\n")), "{fits}");
        let too_much = put("6000/s");
        assert!(too_much.contains(&format!("{quota}: too much, puts will be refused")), "{too_much}");
    }

    #[test]
    fn a_slip_in_a_delivery_stream_is_told_with_what_is_meant() {
        for (written, help) in [
            ("source = \"clicks\"", "did you mean `stream`?"),
            ("destination = \"s3\"", "a destination is a key of its own, such as `s3 = {"),
            ("rate = \"5/s\"", "`rate` is a key of [producer.NAME]"),
            ("lambda = \"enrich\"", "did you mean `function`?"),
            ("function = { dropped = \"1%\" }", "for example `function = \"enrich\"`"),
            ("buffer = \"60s\"", "for example `buffer = { size ="),
            ("http = { url = \"https://x\" }", "did you mean `endpoint`?"),
            ("s3 = {}\nsplunk = {}", "a second destination is a second [delivery.NAME] that reads the same stream"),
            ("s3 = { prefix = \"!{timestamp:yyyy}/\" }", "are `prefix` and `error_prefix` here"),
            ("[firehose.x]", "did you mean `delivery`?"),
            ("[[expect]]\nnumber = \"deliveries.*.lost\"\nis = \"= 0\"", "did you mean `deliveries.*.records_lost`?"),
        ] {
            let text = format!("{HEAD}[delivery.lake]\nstream = \"clicks\"\n{written}\n");
            let Err(told) = load(&text, "x.toml", None) else { panic!("{written} is wrong") };
            assert!(told.to_string().contains(help), "{written}: {told}");
        }
    }
}
